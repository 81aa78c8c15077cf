//! Customers and the master data around them, on both databases.

mod accounts_of;
mod catalog;
mod search;
mod technicians;
mod told;

use aglis_core::{
    app::{Actor, Ctx, StaffActor},
    error::{Error, Result},
    event::{self, AuditFilter},
    permission::{Permissions, Role},
    types::*,
};
use aglis_tests::World;

/// Somebody of a role at the counter.
fn staff(world: &World, role: Role) -> Ctx {
    world.ctx(Actor::User(StaffActor {
        user_id: Some(UserId(1)),
        name: "rina".into(),
        full_name: "Rina Wijaya".into(),
        role,
        permissions: Permissions::of(role),
        technician_id: None,
        locale: "id".into(),
        session_id: None,
        token_id: None,
        pending: None,
    }))
}

/// A customer on the portal.
pub fn on_portal(world: &World, id: CustomerId) -> Ctx {
    world.ctx(Actor::Customer { id, name: "Budi".into(), session_id: SessionId(1), locale: "id".into() })
}

/// The fields that were refused, with their codes.
fn refused<T: std::fmt::Debug>(result: Result<T>) -> Vec<(String, String)> {
    match result {
        Err(Error::Invalid(fields)) => fields.into_iter().map(|field| (field.field, field.code)).collect(),
        other => panic!("expected refused fields, got {other:?}"),
    }
}

/// `[("name", "required")]`, to compare with [`refused`].
fn fields(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

/// The kinds of the events so far, the oldest first.
async fn told(world: &World) -> Vec<String> {
    let filter = AuditFilter { limit: Some(200), ..AuditFilter::default() };
    let page = event::search(&world.root(), &filter).await.unwrap();
    page.items.into_iter().rev().map(|entry| entry.kind).collect()
}
