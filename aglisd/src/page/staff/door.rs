//! Signing in and out, and the look of the pages.

use crate::{
    http::{Need, Routes, STAFF_COOKIE},
    page::{Flash, FormErrors, Frame, Posted, Shown, Visit, cookie, problem::safe_next},
};
use aglis_core::{
    accounts::{LinkSignIn, SetLocale, SignIn, service as accounts, service::SignedIn},
    app::{Actor, StaffActor},
    error::Error,
    types::Locale,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

#[derive(Template)]
#[template(path = "staff/door.html")]
struct Door<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    login: String,
    next: String,
}

#[derive(Template)]
#[template(path = "staff/link.html")]
struct Link<'a> {
    frame: &'a Frame,
    token: String,
}

async fn show(Visit(frame): Visit) -> Shown {
    let next = safe_next(frame.query("next"), "/");
    if frame.signed_in {
        return Ok(frame.go(&next));
    }
    Ok(frame.html(
        StatusCode::OK,
        &Door { frame: &frame, errors: FormErrors::none(), login: String::new(), next },
    ))
}

/// Gives the browser its session and goes on.
pub fn let_in(mut frame: Frame, signed: &SignedIn, next: &str) -> Response {
    let seconds = signed.expires_at.since_ms(frame.now) / 1000;
    let cookie = cookie::set(frame.tls(), STAFF_COOKIE, &signed.token, Some(seconds));
    frame.add_cookie(cookie);
    frame.go(next)
}

async fn sign_in(Posted { frame, form }: Posted) -> Shown {
    let next = safe_next(form.given("next"), "/");
    let login = form.get("login").to_owned();
    // A password may begin or end with a blank.
    let password = form.all("password").next().unwrap_or_default().to_owned();
    let code = form.given("code").map(str::to_owned);
    let mut errors = FormErrors::none();
    if login.is_empty() {
        errors.require(&frame, "staff", "login");
    }
    if password.is_empty() {
        errors.require(&frame, "staff", "password");
    }
    if errors.is_empty() {
        match accounts::sign_in(frame.ctx(), SignIn { login: login.clone(), password, code }).await {
            Ok(signed) => return Ok(let_in(frame, &signed, &next)),
            Err(Error::Unauthenticated { code, .. }) => {
                let field = if matches!(code, "totp_required" | "wrong_code") { "code" } else { "login" };
                let text = frame.try_t(&format!("staff-refused-{}", code.replace('_', "-")));
                errors.add(field, text.unwrap_or_else(|| frame.t("staff-refused-wrong-credentials")));
            }
            Err(Error::RateLimited { retry_after_s }) => {
                let ms = i64::try_from(retry_after_s).unwrap_or(i64::MAX).saturating_mul(1000);
                errors.add("login", frame.t1("frame-wait-text", "span", frame.span(&ms)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(frame.html(StatusCode::UNPROCESSABLE_ENTITY, &Door { frame: &frame, errors, login, next }))
}

/// The page of a sign-in link. It asks before it spends the link, because programs look at links before people do.
async fn link(Visit(frame): Visit) -> Shown {
    let token = frame.query("token").unwrap_or_default().to_owned();
    Ok(frame.html(StatusCode::OK, &Link { frame: &frame, token }))
}

async fn link_sign_in(Posted { frame, form }: Posted) -> Shown {
    match accounts::sign_in_with_link(frame.ctx(), LinkSignIn { secret: form.get("token").to_owned() }).await
    {
        Ok(signed) => Ok(let_in(frame, &signed, "/")),
        Err(Error::Unauthenticated { .. }) => {
            Ok(frame.go_with("/login", Flash::warn(frame.t("staff-link-spent"))))
        }
        Err(error) => Err(error.into()),
    }
}

async fn sign_out(Posted { mut frame, .. }: Posted) -> Shown {
    accounts::sign_out(frame.ctx()).await?;
    let cookie = cookie::remove(frame.tls(), STAFF_COOKIE);
    frame.add_cookie(cookie);
    Ok(frame.go("/login"))
}

async fn theme(Posted { mut frame, form }: Posted) -> Shown {
    const YEAR: i64 = 365 * 24 * 3600;
    let next = safe_next(form.given("next"), "/");
    let cookie = match form.get("theme") {
        theme @ ("light" | "dark") => cookie::set(frame.tls(), cookie::THEME, theme, Some(YEAR)),
        _ => cookie::remove(frame.tls(), cookie::THEME),
    };
    frame.add_cookie(cookie);
    Ok(frame.go(&next))
}

/// Chooses the language: on this browser, and for whoever has an account.
async fn language(Posted { mut frame, form }: Posted) -> Shown {
    let next = safe_next(form.given("next"), "/");
    let Ok(lang) = form.get("locale").parse::<Locale>() else { return Ok(frame.go(&next)) };
    if let Actor::User(StaffActor { user_id: Some(_), session_id: Some(_), .. }) = &frame.ctx().actor {
        accounts::set_locale(frame.ctx(), SetLocale { locale: lang.to_string() }).await?;
    }
    frame.keep_language(lang);
    Ok(frame.go_with(&next, Flash::ok(lang.t("staff-done-language"))))
}

/// The routes.
pub fn routes() -> Routes {
    let open = Need::Public("this is where staff sign in");
    Routes::new()
        .page(open, "/login", get(show).post(sign_in))
        .page(open, "/login/link", get(link).post(link_sign_in))
        .page(Need::Staff, "/logout", post(sign_out))
        .page(Need::Staff, "/theme", post(theme))
        .page(Need::Staff, "/language", post(language))
}
