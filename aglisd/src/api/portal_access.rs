//! How customers sign in to the portal.

use crate::{
    http::{Answer, Body, CUSTOMER_COOKIE, Context, Need, NotKept, Path, Problem, Routes, session},
    page::cookie::{self, Tls},
};
use aglis_core::{
    accounts::Session,
    app::Ctx,
    portal_access::{
        ConfirmPhoneChange, OtpRequested, PhoneChange, PortalCustomer, RequestOtp, VerifyOtp,
        service as portal_access,
    },
    types::SessionId,
};
use axum::{
    Extension, Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::routes;

/// How long a browser keeps its secret, in seconds: a sign-in and its repetitions fit in.
const BROWSER_S: i64 = 24 * 3600;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Public("this is how customers sign in"), routes!(request_otp))
        .with(Need::Public("this is how customers sign in"), routes!(verify_otp))
        .with(Need::Public("ending a session that has ended is no fault"), routes!(logout))
        .with(Need::Customer, routes!(request_phone_change))
        .with(Need::Customer, routes!(confirm_phone_change))
        .with(Need::Customer, routes!(sessions))
        .with(Need::Customer, routes!(revoke_session))
}

fn tls(ctx: &Ctx) -> Tls {
    Tls(ctx.app.config.server.public_url.is_https())
}

fn browser(ctx: &Ctx, headers: &HeaderMap) -> Option<String> {
    cookie::get(headers, tls(ctx), cookie::BROWSER)
}

/// Ask for a sign-in code by WhatsApp.
///
/// The code works for ten minutes, once, and only together with the cookie `aglis_browser` that this answer sets. The
/// answer is the same for numbers that are nobody's.
#[utoipa::path(post, path = "/api/customer-portal/request-otp", tag = "customer-portal", request_body = RequestOtp, responses((status = 200, body = OtpRequested)))]
async fn request_otp(
    Context(ctx): Context,
    headers: HeaderMap,
    Body(body): Body<RequestOtp>,
) -> Result<Response, Problem> {
    let secret = browser(&ctx, &headers).unwrap_or_else(|| ctx.app.random_token());
    let requested = portal_access::request_otp(&ctx, &body, &secret).await?;
    let cookie = cookie::set(tls(&ctx), cookie::BROWSER, &secret, Some(BROWSER_S));
    // Only together with the cookie is the answer of use.
    Ok(([(header::SET_COOKIE, cookie)], Extension(NotKept), Json(requested)).into_response())
}

/// Sign in with the code that came.
#[utoipa::path(post, path = "/api/customer-portal/verify-otp", tag = "customer-portal", request_body = VerifyOtp, responses((status = 200, body = PortalCustomer), (status = 401, description = "`wrong_code`", body = Problem, content_type = "application/problem+json")))]
async fn verify_otp(
    Context(ctx): Context,
    headers: HeaderMap,
    Body(body): Body<VerifyOtp>,
) -> Result<Response, Problem> {
    let secret = browser(&ctx, &headers).unwrap_or_default();
    let signed = portal_access::verify_otp(&ctx, &body, &secret).await?;
    let cookie = session::keep(&ctx, CUSTOMER_COOKIE, &signed.token, signed.expires_at);
    Ok(([(header::SET_COOKIE, cookie)], Extension(NotKept), Json(signed.customer)).into_response())
}

/// Sign out of the portal.
#[utoipa::path(post, path = "/api/customer-portal/logout", tag = "customer-portal", responses((status = 204)))]
async fn logout(Context(ctx): Context) -> Result<Response, Problem> {
    match portal_access::sign_out(&ctx).await {
        Ok(()) | Err(aglis_core::error::Error::Unauthenticated { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let cookie = session::forget(&ctx, CUSTOMER_COOKIE);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Ask for the codes to change one's own number: one goes to the old number, one to the new.
///
/// The codes work for ten minutes, once, and only in the session that asked. The answer does not tell whether the new
/// number is another customer's.
#[utoipa::path(post, path = "/api/customer-portal/phone-change/request-otp", tag = "customer-portal", request_body = PhoneChange, responses((status = 200, body = OtpRequested)))]
async fn request_phone_change(Context(ctx): Context, Body(body): Body<PhoneChange>) -> Answer<OtpRequested> {
    Ok(Json(portal_access::request_phone_change(&ctx, &body).await?))
}

/// Change one's own number with both codes. Every session ends; sign in with the new number.
#[utoipa::path(post, path = "/api/customer-portal/phone-change/verify-otp", tag = "customer-portal", request_body = ConfirmPhoneChange, responses((status = 204)))]
async fn confirm_phone_change(
    Context(ctx): Context,
    Body(body): Body<ConfirmPhoneChange>,
) -> Result<Response, Problem> {
    portal_access::confirm_phone_change(&ctx, &body).await?;
    let cookie = session::forget(&ctx, CUSTOMER_COOKIE);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// One's own sessions.
#[utoipa::path(get, path = "/api/customer-portal/sessions", tag = "customer-portal", responses((status = 200, body = Vec<Session>)))]
async fn sessions(Context(ctx): Context) -> Answer<Vec<Session>> {
    Ok(Json(portal_access::own_sessions(&ctx).await?))
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/api/customer-portal/sessions/{id}", tag = "customer-portal", params(("id" = i64, Path)), responses((status = 204)))]
async fn revoke_session(Context(ctx): Context, Path(id): Path<SessionId>) -> Result<StatusCode, Problem> {
    portal_access::revoke_session(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
