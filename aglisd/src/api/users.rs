//! Staff accounts.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    accounts::{NewUser, SetPassword, User, UserChange, UserFilter, service as accounts},
    permission::Permission as P,
    types::Page,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::UserRead), routes!(list))
        .with(Need::Permission(P::UserManage), routes!(create))
        .with(Need::Permission(P::UserRead), routes!(get))
        .with(Need::Permission(P::UserManage), routes!(update))
        .with(Need::Permission(P::UserManage), routes!(unlock))
        .with(Need::Permission(P::UserManage), routes!(set_password))
        .with(Need::Permission(P::UserManage), routes!(remove_totp))
}

/// Staff accounts by sign-in name.
#[utoipa::path(get, path = "/api/users", tag = "users", params(UserFilter), responses((status = 200, body = Page<User>)))]
async fn list(Context(ctx): Context, Params(filter): Params<UserFilter>) -> Answer<Page<User>> {
    Ok(Json(accounts::users(&ctx, &filter).await?))
}

/// Make a staff account.
#[utoipa::path(post, path = "/api/users", tag = "users", request_body = NewUser, responses((status = 201, body = User)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewUser>,
) -> Result<(StatusCode, Json<User>), Problem> {
    Ok((StatusCode::CREATED, Json(accounts::create_user(&ctx, body).await?)))
}

/// One staff account, by identifier or sign-in name.
#[utoipa::path(get, path = "/api/users/{id}", tag = "users", params(("id" = String, Path)), responses((status = 200, body = User)))]
async fn get(Context(ctx): Context, Path(id): Path<String>) -> Answer<User> {
    let id = accounts::resolve_user(&ctx, &id).await?;
    Ok(Json(accounts::user(&ctx, id).await?))
}

/// Change a staff account: name, addresses, role, language, whether they may sign in.
#[utoipa::path(patch, path = "/api/users/{id}", tag = "users", params(("id" = String, Path)), request_body = UserChange, responses((status = 200, body = User)))]
async fn update(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<UserChange>) -> Answer<User> {
    let id = accounts::resolve_user(&ctx, &id).await?;
    Ok(Json(accounts::update_user(&ctx, id, body).await?))
}

/// Lift the lock of an account.
#[utoipa::path(post, path = "/api/users/{id}/unlock", tag = "users", params(("id" = String, Path)), responses((status = 200, body = User)))]
async fn unlock(Context(ctx): Context, Path(id): Path<String>) -> Answer<User> {
    let id = accounts::resolve_user(&ctx, &id).await?;
    Ok(Json(accounts::unlock_user(&ctx, id).await?))
}

/// Set somebody's password.
///
/// They must choose another one at the next sign-in; their sessions end.
#[utoipa::path(post, path = "/api/users/{id}/password", tag = "users", params(("id" = String, Path)), request_body = SetPassword, responses((status = 204)))]
async fn set_password(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetPassword>,
) -> Result<StatusCode, Problem> {
    let id = accounts::resolve_user(&ctx, &id).await?;
    accounts::set_password(&ctx, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove somebody's second factor, for a lost phone.
///
/// Their sessions end.
#[utoipa::path(delete, path = "/api/users/{id}/totp", tag = "users", params(("id" = String, Path)), responses((status = 200, body = User)))]
async fn remove_totp(Context(ctx): Context, Path(id): Path<String>) -> Answer<User> {
    let id = accounts::resolve_user(&ctx, &id).await?;
    Ok(Json(accounts::remove_totp_of(&ctx, id).await?))
}
