//! Signing in and out, and one's own account.

use crate::http::{Answer, Body, Context, Need, NotKept, Path, Problem, Routes, STAFF_COOKIE, session};
use aglis_core::{
    accounts::{
        ChangePassword, ConfirmPassword, ConfirmReset, FirstAdministrator, LinkSignIn, Me, RecoveryCodes,
        ResetPassword, Session, SetLocale, SignIn, TotpCode, TotpKey,
        service::{self as accounts, SignedIn},
    },
    app::Ctx,
    types::SessionId,
};
use axum::{
    Extension, Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Public("this is how one signs in"), routes!(login))
        .with(Need::Public("the link is the proof"), routes!(sign_in_with_link))
        .with(Need::Public("the link is the proof; there is nobody else yet"), routes!(first_administrator))
        .with(Need::Public("ending a session that has ended is no fault"), routes!(logout))
        .with(Need::Public("asked by people who cannot sign in"), routes!(reset_password))
        .with(Need::Public("the link from the mail is the proof"), routes!(confirm_reset))
        .with(Need::Staff, routes!(me))
        .with(Need::Staff, routes!(sessions))
        .with(Need::Staff, routes!(revoke_session))
        .with(Need::Staff, routes!(change_password))
        .with(Need::Staff, routes!(set_locale))
        .with(Need::Staff, routes!(start_totp))
        .with(Need::Staff, routes!(confirm_totp))
        .with(Need::Staff, routes!(remove_totp))
}

fn signed_in(ctx: &Ctx, status: StatusCode, signed: SignedIn) -> Response {
    let cookie = session::keep(ctx, STAFF_COOKIE, &signed.token, signed.expires_at);
    (status, [(header::SET_COOKIE, cookie)], Extension(NotKept), Json(signed.me)).into_response()
}

/// Sign in with name and password.
///
/// Sets the session's cookie. With a second factor the first try answers 401 `totp_required`; send the same again with
/// `code`. Five failures in 15 minutes lock the account.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", request_body = SignIn, responses((status = 200, body = Me), (status = 401, description = "`wrong_credentials`, `locked` or `totp_required`", body = Problem, content_type = "application/problem+json")))]
async fn login(Context(ctx): Context, Body(body): Body<SignIn>) -> Result<Response, Problem> {
    let signed = accounts::sign_in(&ctx, body).await?;
    Ok(signed_in(&ctx, StatusCode::OK, signed))
}

/// Sign in with a one-time link.
#[utoipa::path(post, path = "/api/auth/link", tag = "auth", request_body = LinkSignIn, responses((status = 200, body = Me), (status = 401, description = "`link_spent`", body = Problem, content_type = "application/problem+json")))]
async fn sign_in_with_link(Context(ctx): Context, Body(body): Body<LinkSignIn>) -> Result<Response, Problem> {
    let signed = accounts::sign_in_with_link(&ctx, body).await?;
    Ok(signed_in(&ctx, StatusCode::OK, signed))
}

/// Make the first administrator.
///
/// With the link that a fresh installation printed; signs them in.
#[utoipa::path(post, path = "/api/auth/first-administrator", tag = "auth", request_body = FirstAdministrator, responses((status = 201, body = Me), (status = 401, description = "`link_spent`", body = Problem, content_type = "application/problem+json")))]
async fn first_administrator(
    Context(ctx): Context,
    Body(body): Body<FirstAdministrator>,
) -> Result<Response, Problem> {
    let signed = accounts::create_first_administrator(&ctx, body).await?;
    Ok(signed_in(&ctx, StatusCode::CREATED, signed))
}

/// Sign out.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204)))]
async fn logout(Context(ctx): Context) -> Result<Response, Problem> {
    match accounts::sign_out(&ctx).await {
        Ok(()) | Err(aglis_core::error::Error::Unauthenticated { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let cookie = session::forget(&ctx, STAFF_COOKIE);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who is signed in and what they may do.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses((status = 200, body = Me)))]
async fn me(Context(ctx): Context) -> Answer<Me> {
    Ok(Json(accounts::me(&ctx)?))
}

/// One's own sessions.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "auth", responses((status = 200, body = Vec<Session>)))]
async fn sessions(Context(ctx): Context) -> Answer<Vec<Session>> {
    Ok(Json(accounts::own_sessions(&ctx).await?))
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "auth", params(("id" = i64, Path)), responses((status = 204)))]
async fn revoke_session(Context(ctx): Context, Path(id): Path<SessionId>) -> Result<StatusCode, Problem> {
    accounts::revoke_session(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's own password.
///
/// Ends every other session.
#[utoipa::path(post, path = "/api/auth/password", tag = "auth", request_body = ChangePassword, responses((status = 204)))]
async fn change_password(
    Context(ctx): Context,
    Body(body): Body<ChangePassword>,
) -> Result<StatusCode, Problem> {
    accounts::change_password(&ctx, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Choose one's own language.
///
/// Of pages, notifications and messages.
#[utoipa::path(put, path = "/api/auth/locale", tag = "auth", request_body = SetLocale, responses((status = 204)))]
async fn set_locale(Context(ctx): Context, Body(body): Body<SetLocale>) -> Result<StatusCode, Problem> {
    accounts::set_locale(&ctx, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a link for a new password.
///
/// It is mailed if there is such an account with an e-mail address; the answer does not tell.
#[utoipa::path(post, path = "/api/auth/password-reset", tag = "auth", request_body = ResetPassword, responses((status = 202)))]
async fn reset_password(
    Context(ctx): Context,
    Body(body): Body<ResetPassword>,
) -> Result<StatusCode, Problem> {
    accounts::reset_password(&ctx, body).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Set the password with the link from the mail.
#[utoipa::path(post, path = "/api/auth/password-reset/confirm", tag = "auth", request_body = ConfirmReset, responses((status = 204), (status = 401, description = "`link_spent`", body = Problem, content_type = "application/problem+json")))]
async fn confirm_reset(Context(ctx): Context, Body(body): Body<ConfirmReset>) -> Result<StatusCode, Problem> {
    accounts::confirm_reset(&ctx, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to set up a second factor.
///
/// The key counts once a first code of it is confirmed.
#[utoipa::path(post, path = "/api/auth/totp/start", tag = "auth", responses((status = 200, body = TotpKey)))]
async fn start_totp(Context(ctx): Context) -> Result<(Extension<NotKept>, Json<TotpKey>), Problem> {
    Ok((Extension(NotKept), Json(accounts::start_totp(&ctx).await?)))
}

/// Confirm the second factor with a first code.
///
/// Gives ten recovery codes, shown this once.
#[utoipa::path(post, path = "/api/auth/totp/confirm", tag = "auth", request_body = TotpCode, responses((status = 200, body = RecoveryCodes)))]
async fn confirm_totp(
    Context(ctx): Context,
    Body(body): Body<TotpCode>,
) -> Result<(Extension<NotKept>, Json<RecoveryCodes>), Problem> {
    Ok((Extension(NotKept), Json(accounts::confirm_totp(&ctx, body).await?)))
}

/// Remove one's own second factor.
#[utoipa::path(delete, path = "/api/auth/totp", tag = "auth", request_body = ConfirmPassword, responses((status = 204)))]
async fn remove_totp(
    Context(ctx): Context,
    Body(body): Body<ConfirmPassword>,
) -> Result<StatusCode, Problem> {
    accounts::remove_totp(&ctx, body).await?;
    Ok(StatusCode::NO_CONTENT)
}
