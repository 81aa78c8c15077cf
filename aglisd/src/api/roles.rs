//! Roles and what they may do.

use crate::http::{Answer, Body, Context, Need, Path, Routes};
use aglis_core::{
    accounts::{RoleRights, SetRight, service as accounts},
    permission::{Permission, Permission as P, Role},
};
use axum::Json;
use utoipa_axum::routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::UserRead), routes!(list))
        .with(Need::Permission(P::RoleManage), routes!(set))
}

/// Every role and what it may do.
#[utoipa::path(get, path = "/api/roles", tag = "roles", responses((status = 200, body = Vec<RoleRights>)))]
async fn list(Context(ctx): Context) -> Answer<Vec<RoleRights>> {
    Ok(Json(accounts::roles(&ctx).await?))
}

/// Grant a role a permission, or take it.
///
/// Works on everybody's next request. Administrators always keep `user.read`, `user.manage` and `role.manage`.
#[utoipa::path(put, path = "/api/roles/{role}/permissions/{permission}", tag = "roles", params(("role" = Role, Path), ("permission" = Permission, Path)), request_body = SetRight, responses((status = 200, body = RoleRights)))]
async fn set(
    Context(ctx): Context,
    Path((role, permission)): Path<(Role, Permission)>,
    Body(body): Body<SetRight>,
) -> Answer<RoleRights> {
    Ok(Json(accounts::set_right(&ctx, role, permission, body).await?))
}
