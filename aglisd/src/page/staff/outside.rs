//! Pages for people who cannot sign in yet: the first administrator, a forgotten password.

use super::door::let_in;
use crate::{
    http::{Need, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    accounts::{ConfirmReset, FirstAdministrator, ResetPassword, service as accounts},
    error::Error,
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

struct Input {
    name: &'static str,
    text: String,
    hint: String,
    kind: &'static str,
    value: String,
    complete: &'static str,
}

#[derive(Template)]
#[template(path = "staff/outside.html")]
struct Page<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    heading: String,
    text: String,
    action: &'static str,
    token: String,
    inputs: Vec<Input>,
    button: String,
}

fn password(frame: &Frame) -> Input {
    Input {
        name: "password",
        text: frame.t("staff-password-new"),
        hint: frame.count("staff-password-hint", i64::from(frame.ctx().app.config.security.password_min)),
        kind: "password",
        value: String::new(),
        complete: "new-password",
    }
}

fn first_page(frame: &Frame, status: StatusCode, token: &str, form: &Form, errors: FormErrors) -> Response {
    let input = |name: &'static str, text: &str, complete| Input {
        name,
        text: frame.t(text),
        hint: String::new(),
        kind: "text",
        value: form.get(name).to_owned(),
        complete,
    };
    let page = Page {
        errors,
        heading: frame.t("staff-first-title"),
        text: frame.t("staff-first-text"),
        action: "/login/first",
        token: token.to_owned(),
        inputs: vec![
            input("username", "staff-username", "username"),
            input("full_name", "staff-name", "name"),
            password(frame),
        ],
        button: frame.t("staff-first-do"),
        frame,
    };
    frame.html(status, &page)
}

async fn first(Visit(frame): Visit) -> Shown {
    let token = frame.query("token").unwrap_or_default().to_owned();
    Ok(first_page(&frame, StatusCode::OK, &token, &Form::default(), FormErrors::none()))
}

async fn make_first(Posted { frame, form }: Posted) -> Shown {
    let body = FirstAdministrator {
        secret: form.get("token").to_owned(),
        username: form.get("username").to_owned(),
        full_name: form.given("full_name").map(str::to_owned),
        email: None,
        password: form.all("password").next().unwrap_or_default().to_owned(),
    };
    match accounts::create_first_administrator(frame.ctx(), body).await {
        Ok(signed) => Ok(let_in(frame, &signed, "/")),
        Err(Error::Unauthenticated { .. } | Error::Conflict { .. }) => {
            Ok(frame.go_with("/login", Flash::warn(frame.t("staff-link-spent"))))
        }
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(first_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, form.get("token"), &form, errors))
        }
    }
}

fn reset_page(frame: &Frame, status: StatusCode, token: &str, errors: FormErrors) -> Response {
    let page = Page {
        errors,
        heading: frame.t("staff-reset-title"),
        text: frame.t("staff-reset-text"),
        action: "/login/reset",
        token: token.to_owned(),
        inputs: vec![password(frame)],
        button: frame.t("staff-save"),
        frame,
    };
    frame.html(status, &page)
}

async fn reset(Visit(frame): Visit) -> Shown {
    let token = frame.query("token").unwrap_or_default().to_owned();
    Ok(reset_page(&frame, StatusCode::OK, &token, FormErrors::none()))
}

async fn make_reset(Posted { frame, form }: Posted) -> Shown {
    let body = ConfirmReset {
        secret: form.get("token").to_owned(),
        password: form.all("password").next().unwrap_or_default().to_owned(),
    };
    match accounts::confirm_reset(frame.ctx(), body).await {
        Ok(()) => Ok(frame.go_with("/login", Flash::ok(frame.t("staff-reset-done")))),
        Err(Error::Unauthenticated { .. }) => {
            Ok(frame.go_with("/login", Flash::warn(frame.t("staff-link-spent"))))
        }
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(reset_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, form.get("token"), errors))
        }
    }
}

fn forgot_page(frame: &Frame, status: StatusCode, errors: FormErrors) -> Response {
    let login = Input {
        name: "login",
        text: frame.t("staff-login"),
        hint: String::new(),
        kind: "text",
        value: String::new(),
        complete: "username",
    };
    let page = Page {
        errors,
        heading: frame.t("staff-forgot-title"),
        text: frame.t("staff-forgot-text"),
        action: "/login/forgot",
        token: String::new(),
        inputs: vec![login],
        button: frame.t("staff-forgot-do"),
        frame,
    };
    frame.html(status, &page)
}

async fn forgot(Visit(frame): Visit) -> Shown {
    Ok(forgot_page(&frame, StatusCode::OK, FormErrors::none()))
}

async fn send_reset(Posted { frame, form }: Posted) -> Shown {
    let login = form.get("login").to_owned();
    if login.is_empty() {
        let mut errors = FormErrors::none();
        errors.require(&frame, "staff", "login");
        return Ok(forgot_page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors));
    }
    accounts::reset_password(frame.ctx(), ResetPassword { login }).await?;
    Ok(frame.go_with("/login", Flash::ok(frame.t("staff-forgot-done"))))
}

/// The routes.
pub fn routes() -> Routes {
    let proof = Need::Public("the link is the proof");
    let asked = Need::Public("asked by people who cannot sign in");
    Routes::new()
        .page(proof, "/login/first", get(first).post(make_first))
        .page(proof, "/login/reset", get(reset).post(make_reset))
        .page(asked, "/login/forgot", get(forgot).post(send_reset))
}
