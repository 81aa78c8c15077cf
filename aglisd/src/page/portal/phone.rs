//! Changing one's own number, with a code on the old one and one on the new.

use super::{
    super::{Flash, FormErrors, Frame, Posted, Shown, Visit},
    in_the_way,
    sign_in::wait,
};
use crate::http::{CUSTOMER_COOKIE, session};
use aglis_core::{
    error::Error,
    portal::service as portal,
    portal_access::{ConfirmPhoneChange, PhoneChange, service as access},
    types::Phone,
};
use askama::Template;
use axum::http::StatusCode;

const ASK: &str = "/customer/profile/phone";
const CODES: &str = "/customer/profile/phone/code";

#[derive(Template)]
#[template(path = "portal/phone.html")]
struct AskPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    present: String,
    phone: &'a str,
}

#[derive(Template)]
#[template(path = "portal/phone_code.html")]
struct CodesPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    sent: String,
    old: String,
    new: String,
}

/// `GET /customer/profile/phone`
pub async fn ask(Visit(frame): Visit) -> Shown {
    ask_page(&frame, StatusCode::OK, FormErrors::none(), "").await
}

async fn ask_page(frame: &Frame, status: StatusCode, errors: FormErrors, phone: &str) -> Shown {
    let present = portal::profile(frame.ctx()).await?.phone;
    Ok(frame.html(status, &AskPage { frame, errors, present, phone }))
}

/// `POST /customer/profile/phone`
pub async fn send_codes(Posted { frame, form }: Posted) -> Shown {
    let written = form.get("phone");
    if written.is_empty() {
        let errors = FormErrors::one("phone", frame.t("portal-error-phone-required"));
        return ask_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, "").await;
    }
    match access::request_phone_change(frame.ctx(), &PhoneChange { phone: written.to_owned() }).await {
        Ok(_) => Ok(frame.go(CODES)),
        Err(Error::RateLimited { retry_after_s }) => {
            let text = wait(&frame, "portal-error-resend-wait", retry_after_s);
            Ok(frame.go_with(CODES, Flash::warn(text)))
        }
        Err(error) => {
            let errors = FormErrors::of(&frame, "portal", error)?;
            ask_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, written).await
        }
    }
}

/// `GET /customer/profile/phone/code`
pub async fn codes(Visit(frame): Visit) -> Shown {
    match access::phone_change(frame.ctx()).await? {
        Some(new) => codes_page(&frame, StatusCode::OK, FormErrors::none(), &new).await,
        None => Ok(over(&frame)),
    }
}

async fn codes_page(frame: &Frame, status: StatusCode, errors: FormErrors, new: &Phone) -> Shown {
    let old = portal::profile(frame.ctx()).await?.phone;
    let new = new.local();
    let sent = frame.ta("portal-phone-code-sent", &[("old", &old), ("new", &new)]);
    Ok(frame.html(status, &CodesPage { frame, errors, sent, old, new }))
}

/// Back to the beginning: no change is under way. What was said on the way is said there.
fn over(frame: &Frame) -> axum::response::Response {
    match &frame.flash {
        Some(flash) => frame.go_with(ASK, flash.clone()),
        None => frame.go_with(ASK, Flash::warn(frame.t("portal-phone-ended"))),
    }
}

/// `POST /customer/profile/phone/code`
pub async fn change(Posted { mut frame, form }: Posted) -> Shown {
    let Some(new) = access::phone_change(frame.ctx()).await? else { return Ok(over(&frame)) };
    let code = |name: &str| form.get(name).to_owned();
    let body = ConfirmPhoneChange { old_code: code("old_code"), new_code: code("new_code") };
    match access::confirm_phone_change(frame.ctx(), &body).await {
        Ok(()) => {
            let cookie = session::forget(frame.ctx(), CUSTOMER_COOKIE);
            frame.add_cookie(cookie);
            let flash = Flash::ok(frame.t("portal-phone-changed"));
            Ok(frame.go_with("/customer/login", flash))
        }
        Err(Error::RateLimited { retry_after_s }) => {
            let errors = FormErrors::one("old_code", wait(&frame, "portal-error-code-wait", retry_after_s));
            codes_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &new).await
        }
        Err(error) => match FormErrors::of(&frame, "portal", error) {
            Ok(errors) => codes_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &new).await,
            Err(error) => in_the_way(&frame, ASK, error),
        },
    }
}

/// `POST /customer/profile/phone/resend`
pub async fn resend(Posted { frame, .. }: Posted) -> Shown {
    let Some(new) = access::phone_change(frame.ctx()).await? else { return Ok(over(&frame)) };
    let body = PhoneChange { phone: new.as_str().to_owned() };
    let flash = match access::request_phone_change(frame.ctx(), &body).await {
        Ok(_) => Flash::ok(frame.t("portal-phone-code-resent")),
        Err(Error::RateLimited { retry_after_s }) => {
            Flash::warn(wait(&frame, "portal-error-resend-wait", retry_after_s))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(frame.go_with(CODES, flash))
}
