//! Filling the demo: every step goes through the product's own services.

mod people;
mod places;
mod tickets;

use super::{Demo, store};
use crate::{
    accounts,
    app::{Actor, App, Ctx, RequestInfo},
    error::{Error, Result},
    permission::Role,
    types::*,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Customers of the demo provider.
const CUSTOMERS: usize = 500;
/// Days of tickets and messages behind it.
const DAYS: i64 = 30;

/// Fills an empty installation, or finds what an earlier start filled. An installation with data of its own is refused.
pub async fn fill(app: &App, seed: u64) -> Result<Demo> {
    let mut tx = app.db.read().await?;
    if let Some(known) = store::known(&mut tx).await? {
        return Ok(known);
    }
    if store::in_use(&mut tx).await? {
        return Err(Error::conflict(
            "not_empty",
            "this installation has data of its own; start it without --demo, or give --demo another data folder",
        ));
    }
    drop(tx);
    let mut random = StdRng::seed_from_u64(seed);
    let begin = app.now().plus_seconds(-DAYS * 86_400);
    let ctx = at(app, begin.plus_seconds(-300 * 86_400));
    let password = password(app);
    let staff = people::staff(&ctx, &password).await?;
    let places = places::places(&ctx).await?;
    let team = people::technicians(&ctx, &password, &places).await?;
    let customers = people::customers(&ctx, &mut random, &places, CUSTOMERS).await?;
    tickets::tickets(app, &mut random, begin, &customers, &team, &staff).await?;
    let mut tx = app.db.write().await?;
    store::settle(&mut tx, app.now()).await?;
    let customer_phone = people::phone_of(0);
    let known = store::Mark { administrator: staff[0].id, customer_phone: customer_phone.clone() };
    store::mark(&mut tx, &known, app.now()).await?;
    tx.commit().await?;
    let staff = staff.iter().skip(1).map(|user| (user.role, user.username.clone()));
    let technicians = team.iter().map(|one| (Role::Technician, one.username.clone()));
    Ok(Demo {
        administrator: known.administrator,
        staff: staff.chain(technicians).collect(),
        password: Some(password),
        customer_phone,
    })
}

/// The demo's own hand, at an instant in the past.
fn at(app: &App, now: Time) -> Ctx {
    Ctx { app: app.clone(), actor: Actor::System("demo"), now, request: RequestInfo::default() }
}

/// A staff member's hand, at an instant.
fn by(app: &App, user: &accounts::User, technician: Option<TechnicianId>, now: Time) -> Ctx {
    let actor = Actor::User(crate::app::StaffActor {
        user_id: Some(user.id),
        name: user.username.clone(),
        full_name: user.full_name.clone(),
        role: user.role,
        permissions: crate::permission::Permissions::of(user.role),
        technician_id: technician,
        locale: user.locale.clone(),
        session_id: None,
        token_id: None,
        pending: None,
    });
    Ctx {
        app: app.clone(),
        actor,
        now,
        request: RequestInfo { ip: "192.0.2.10".to_owned(), ..RequestInfo::default() },
    }
}

/// A password that can be read aloud and that nobody can guess: four groups of letters from the installation's chance.
fn password(app: &App) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let group = || -> String {
        (0..4)
            .filter_map(|_| LETTERS.get(usize::try_from(app.random_below(LETTERS.len() as u64)).unwrap_or(0)))
            .map(|letter| char::from(*letter))
            .collect()
    };
    [group(), group(), group(), group()].join("-")
}

fn pick<'a, T>(random: &mut StdRng, from: &'a [T]) -> &'a T {
    &from[random.random_range(0..from.len())]
}
