//! What each role may do: every permission by every role, with switches for those who may change it.

use super::{Shell, done};
use crate::{
    http::{Need, Routes},
    page::{Flash, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    accounts::{RoleRights, SetRight, is_fixed, service as accounts},
    error::Error,
    permission::{Permission, Permission as P, Role},
};
use askama::Template;
use axum::{
    http::StatusCode,
    routing::{get, post},
};
use std::collections::BTreeSet;

const HERE: &str = "/users/roles";
/// The field for what was granted when the page was drawn, so that only what was switched since is changed.
const SHOWN: &str = "shown";

struct Cell {
    name: String,
    label: String,
    granted: bool,
    /// Whether the role differs in it from what it may do by default.
    changed: bool,
    /// Whether the reader may switch it.
    open: bool,
}

struct Row {
    text: String,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "staff/roles.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    may_manage: bool,
    roles: Vec<String>,
    rows: Vec<Row>,
    shown: String,
}

fn name(role: Role, permission: Permission) -> String {
    format!("{role}:{permission}")
}

fn granted(rights: &[RoleRights]) -> BTreeSet<String> {
    let of = |role: &RoleRights| {
        let all = role.permissions.iter().filter(|right| right.granted);
        all.map(|right| name(role.role, right.permission)).collect::<Vec<_>>()
    };
    rights.iter().flat_map(of).collect()
}

fn cell(frame: &Frame, may_manage: bool, role: &RoleRights, at: usize, text: &str) -> Option<Cell> {
    let right = role.permissions.get(at)?;
    Some(Cell {
        name: name(role.role, right.permission),
        label: format!("{}: {text}", frame.word("staff-role", role.role)),
        granted: right.granted,
        changed: right.granted != right.by_default,
        // Nobody gives what they do not have.
        open: may_manage && !right.fixed && (right.granted || frame.ctx().may(right.permission)),
    })
}

async fn show(Visit(frame): Visit) -> Shown {
    let rights = accounts::roles(frame.ctx()).await?;
    let may_manage = frame.ctx().may(P::RoleManage);
    let rows = Permission::ALL.iter().enumerate().map(|(at, permission)| {
        let text = frame.word("staff-permission", permission);
        let cells = rights.iter().filter_map(|role| cell(&frame, may_manage, role, at, &text));
        Row { cells: cells.collect(), text }
    });
    let page = Page {
        staff: Shell::new(&frame).await?,
        may_manage,
        roles: rights.iter().map(|role| frame.word("staff-role", role.role)).collect(),
        rows: rows.collect(),
        shown: granted(&rights).into_iter().collect::<Vec<_>>().join(" "),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

async fn save(Posted { frame, form }: Posted) -> Shown {
    let shown: BTreeSet<&str> = form.get(SHOWN).split(' ').collect();
    let wanted: BTreeSet<&str> = form.all("right").collect();
    let made = async {
        let mut changed = 0_i64;
        for role in Role::ALL {
            for permission in Permission::ALL {
                let name = name(*role, *permission);
                let granted = wanted.contains(name.as_str());
                let fixed = is_fixed(*role, *permission);
                if fixed || granted == shown.contains(name.as_str()) {
                    continue;
                }
                accounts::set_right(frame.ctx(), *role, *permission, SetRight { granted }).await?;
                changed += 1;
            }
        }
        Ok::<_, Error>(changed)
    };
    match made.await {
        Ok(changed) => Ok(frame.go_with(HERE, Flash::ok(frame.count("staff-roles-saved", changed)))),
        Err(error) => done::<()>(&frame, HERE, "", Err(error)),
    }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::UserRead), HERE, get(show)).page(
        Need::Permission(P::RoleManage),
        "/users/roles/save",
        post(save),
    )
}

#[cfg(test)]
mod tests {
    use aglis_core::{permission::Permission, types::Locale};

    #[test]
    fn every_permission_has_a_name_for_people() {
        for permission in Permission::ALL {
            for locale in Locale::ALL {
                let key = format!("staff-permission-{}", permission.as_str().replace(['.', '_'], "-"));
                assert!(locale.try_t(&key).is_some(), "{key} is missing in {locale}");
            }
        }
    }
}
