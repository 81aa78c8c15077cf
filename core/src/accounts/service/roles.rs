use crate::{
    accounts::{Right, RoleRights, SetRight, is_fixed, permissions_of, store::roles},
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    permission::{Permission, Role, granted_by_default},
};

async fn read(tx: &mut Tx) -> Result<Vec<RoleRights>> {
    let changes = roles::changes(tx).await?;
    let rights = |role: Role| {
        let change = changes.iter().find(|(changed, _)| *changed == role).map(|(_, change)| change.as_str());
        let permissions = permissions_of(role, change);
        let right = |permission: Permission| Right {
            permission,
            granted: permissions.has(permission),
            by_default: granted_by_default(role, permission),
            fixed: is_fixed(role, permission),
        };
        RoleRights { role, permissions: Permission::ALL.iter().copied().map(right).collect() }
    };
    Ok(Role::ALL.iter().copied().map(rights).collect())
}

/// Every role and what it may do.
pub async fn roles(ctx: &Ctx) -> Result<Vec<RoleRights>> {
    let mut tx = ctx.app.db.read().await?;
    read(&mut tx).await
}

/// Grants a role a permission or takes it; works on everybody's next request, in every process.
///
/// # Errors
/// [`Error::Conflict`] with `fixed` for what administrators always keep; [`Error::Forbidden`] when the caller would
/// give what they do not have.
pub async fn set_right(ctx: &Ctx, role: Role, permission: Permission, body: SetRight) -> Result<RoleRights> {
    if is_fixed(role, permission) && !body.granted {
        return Err(Error::conflict(
            "fixed",
            format!("administrators always keep {permission}; otherwise nobody could give it back"),
        ));
    }
    if body.granted && !ctx.may(permission) {
        return Err(Error::Forbidden(format!("giving {permission}, which you do not have,")));
    }
    let mut tx = ctx.app.db.write().await?;
    let of_role = async |tx: &mut Tx| -> Result<RoleRights> {
        let all = read(tx).await?;
        all.into_iter().find(|rights| rights.role == role).ok_or(Error::NotFound("role"))
    };
    let before = of_role(&mut tx).await?;
    let had = before.permissions.iter().any(|right| right.permission == permission && right.granted);
    if granted_by_default(role, permission) == body.granted {
        roles::clear(&mut tx, role, permission).await?;
    } else {
        roles::set(&mut tx, role, permission, body.granted).await?;
    }
    if had != body.granted {
        let subject =
            Subject { kind: SubjectKind::Role, id: None, label: role.to_string(), customer_id: None };
        let event =
            Event::RolePermissionChanged { permission: permission.to_string(), granted: body.granted };
        emit(&mut tx, ctx, &subject, event).await?;
    }
    let after = of_role(&mut tx).await?;
    tx.commit().await?;
    Ok(after)
}
