//! Signing in with a code by WhatsApp: the number, the code, out again.

use super::super::{Flash, FormErrors, Frame, Posted, Shown, Visit, cookie, problem::safe_next, seal};
use crate::http::{CUSTOMER_COOKIE, session};
use aglis_core::{
    error::Error,
    i18n::format,
    portal_access::{
        RequestOtp, VerifyOtp, normal_code,
        service::{self as access, SignedIn},
    },
    types::Phone,
};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};

/// What is kept about a sign-in under way: the number and where to go on to.
const PURPOSE: &str = "portal sign-in";
/// A code is good for ten minutes; the number is kept a little longer, to ask for another one.
const KEPT_S: i64 = 1800;

#[derive(Template)]
#[template(path = "portal/login.html")]
struct LoginPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    phone: String,
    next: String,
}

#[derive(Template)]
#[template(path = "portal/code.html")]
struct CodePage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    phone: String,
}

#[derive(Template)]
#[template(path = "portal/link.html")]
struct LinkPage<'a> {
    frame: &'a Frame,
    challenge: i64,
    code: String,
}

/// `GET /customer/login`
pub async fn login(Visit(frame): Visit) -> Shown {
    if frame.signed_in {
        return Ok(frame.go("/customer/dashboard"));
    }
    let next = frame.query("next").unwrap_or_default().to_owned();
    let mut frame = frame;
    if !next.is_empty() && frame.flash.is_none() {
        frame.flash = Some(Flash::warn(frame.t("portal-login-ended")));
    }
    Ok(login_page(&frame, StatusCode::OK, FormErrors::none(), "", &next))
}

fn login_page(frame: &Frame, status: StatusCode, errors: FormErrors, phone: &str, next: &str) -> Response {
    frame.html(status, &LoginPage { frame, errors, phone: phone.to_owned(), next: next.to_owned() })
}

/// `POST /customer/login`
pub async fn send_code(Posted { mut frame, form }: Posted) -> Shown {
    let (written, next) = (form.get("phone").to_owned(), form.get("next").to_owned());
    let refused = |frame: &Frame, text: String| {
        let errors = FormErrors::one("phone", text);
        login_page(frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &written, &next)
    };
    if written.is_empty() {
        return Ok(refused(&frame, frame.t("portal-error-phone-required")));
    }
    let Ok(phone) = written.parse::<Phone>() else {
        return Ok(refused(&frame, frame.t("portal-error-phone-invalid")));
    };
    match request(&frame, &phone).await {
        Ok(()) => {}
        Err(Error::RateLimited { retry_after_s }) => {
            let text = wait(&frame, "portal-error-resend-wait", retry_after_s);
            keep(&mut frame, &phone, &next);
            return Ok(frame.go_with("/customer/login/code", Flash::warn(text)));
        }
        Err(error) => return Err(error.into()),
    }
    keep(&mut frame, &phone, &next);
    Ok(frame.go("/customer/login/code"))
}

async fn request(frame: &Frame, phone: &Phone) -> Result<(), Error> {
    let body = RequestOtp { phone: phone.as_str().to_owned() };
    access::request_otp(frame.ctx(), &body, &frame.browser).await.map(drop)
}

/// A text that names how long to wait.
pub fn wait(frame: &Frame, key: &str, seconds: u64) -> String {
    let ms = i64::try_from(seconds).unwrap_or(i64::MAX / 1000).saturating_mul(1000);
    frame.t1(key, "span", format::span(frame.lang, ms.max(60_000)))
}

fn keep(frame: &mut Frame, phone: &Phone, next: &str) {
    let sealed = seal::seal(&frame.ctx().app.secret, PURPOSE, &format!("{}|{next}", phone.as_str()));
    frame.add_cookie(cookie::set(frame.tls(), cookie::SIGN_IN, &sealed, Some(KEPT_S)));
}

/// The sign-in under way on this browser.
fn under_way(frame: &Frame) -> Option<(Phone, String)> {
    let text = seal::open(&frame.ctx().app.secret, PURPOSE, &frame.cookie(cookie::SIGN_IN)?)?;
    let (phone, next) = text.split_once('|')?;
    Some((phone.parse().ok()?, next.to_owned()))
}

/// `GET /customer/login/code`
pub async fn code(Visit(frame): Visit) -> Shown {
    if frame.signed_in {
        return Ok(frame.go("/customer/dashboard"));
    }
    let Some((phone, _)) = under_way(&frame) else { return Ok(frame.go("/customer/login")) };
    Ok(code_page(&frame, StatusCode::OK, FormErrors::none(), &phone))
}

fn code_page(frame: &Frame, status: StatusCode, errors: FormErrors, phone: &Phone) -> Response {
    frame.html(status, &CodePage { frame, errors, phone: phone.local() })
}

/// `POST /customer/login/code`
pub async fn enter(Posted { frame, form }: Posted) -> Shown {
    let Some((phone, next)) = under_way(&frame) else { return Ok(frame.go("/customer/login")) };
    let refused = |text: String| {
        let errors = FormErrors::one("code", text);
        code_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &phone)
    };
    if form.get("code").is_empty() {
        return Ok(refused(frame.t("portal-error-code-required")));
    }
    let Some(code) = normal_code(form.get("code")) else {
        return Ok(refused(frame.t("portal-error-code-invalid")));
    };
    let body = VerifyOtp { phone: phone.as_str().to_owned(), code };
    match access::verify_otp(frame.ctx(), &body, &frame.browser).await {
        Ok(signed_in) => Ok(inside(frame, &signed_in, &next)),
        Err(Error::Unauthenticated { .. } | Error::Invalid(_)) => {
            Ok(refused(frame.t("portal-error-code-wrong")))
        }
        Err(Error::RateLimited { retry_after_s }) => {
            Ok(refused(wait(&frame, "portal-error-code-wait", retry_after_s)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps the session and goes on.
fn inside(mut frame: Frame, signed_in: &SignedIn, next: &str) -> Response {
    let cookie = session::keep(frame.ctx(), CUSTOMER_COOKIE, &signed_in.token, signed_in.expires_at);
    frame.add_cookie(cookie);
    frame.add_cookie(cookie::remove(frame.tls(), cookie::SIGN_IN));
    let next = Some(next).filter(|next| next.starts_with("/customer/"));
    frame.go(&safe_next(next, "/customer/dashboard"))
}

/// `GET /customer/login/{challenge}/{code}`: where the message's link leads. Looking at it spends nothing, because
/// programs look at links before people do; the button does.
pub async fn link(Path((challenge, code)): Path<(i64, String)>, Visit(frame): Visit) -> Shown {
    if frame.signed_in {
        return Ok(frame.go("/customer/dashboard"));
    }
    if normal_code(&code).is_none() {
        return Err(Error::NotFound("page").into());
    }
    Ok(frame.html(StatusCode::OK, &LinkPage { frame: &frame, challenge, code }))
}

/// `POST /customer/login/{challenge}/{code}`
pub async fn follow(Path((challenge, code)): Path<(i64, String)>, Posted { frame, .. }: Posted) -> Shown {
    let next = under_way(&frame).map_or_else(String::new, |(_, next)| next);
    match access::verify_link(frame.ctx(), challenge, &code, &frame.browser).await {
        Ok(signed_in) => Ok(inside(frame, &signed_in, &next)),
        Err(Error::Unauthenticated { .. } | Error::Invalid(_)) => {
            let flash = Flash::warn(frame.t("portal-link-wrong"));
            Ok(frame.go_with("/customer/login", flash))
        }
        Err(Error::RateLimited { retry_after_s }) => {
            let flash = Flash::warn(wait(&frame, "portal-error-code-wait", retry_after_s));
            Ok(frame.go_with("/customer/login", flash))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /customer/login/resend`
pub async fn resend(Posted { mut frame, .. }: Posted) -> Shown {
    let Some((phone, next)) = under_way(&frame) else { return Ok(frame.go("/customer/login")) };
    let flash = match request(&frame, &phone).await {
        Ok(()) => Flash::ok(frame.t("portal-code-resent")),
        Err(Error::RateLimited { retry_after_s }) => {
            Flash::warn(wait(&frame, "portal-error-resend-wait", retry_after_s))
        }
        Err(error) => return Err(error.into()),
    };
    keep(&mut frame, &phone, &next);
    Ok(frame.go_with("/customer/login/code", flash))
}

/// `POST /customer/logout`
pub async fn logout(Posted { mut frame, .. }: Posted) -> Shown {
    access::sign_out(frame.ctx()).await?;
    let cookie = session::forget(frame.ctx(), CUSTOMER_COOKIE);
    frame.add_cookie(cookie);
    let flash = Flash::ok(frame.t("portal-signed-out"));
    Ok(frame.go_with("/customer/login", flash))
}
