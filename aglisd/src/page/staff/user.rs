//! One staff account: changing it, unlocking it, a new password, a lost second factor.

use super::{
    Shell, conflict, done,
    user_form::{Input, inputs, password_input, role_choice},
    users::{HERE, state},
    view::{Choice, Fact, Opt, facts, languages, local_phone},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Mark, Posted, Shown, Visit},
};
use aglis_core::{
    accounts::{SetPassword, User, UserChange, service as accounts},
    error::Error,
    permission::Permission as P,
    types::UserId,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

#[derive(Template)]
#[template(path = "staff/user.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    user: &'a User,
    state: Mark,
    facts: Vec<Fact>,
    may_manage: bool,
    own: bool,
    inputs: Vec<Input>,
    choices: Vec<Choice>,
    password: Input,
}

fn home(id: UserId) -> String {
    format!("{HERE}/{id}")
}

fn access(frame: &Frame, active: bool) -> Choice {
    let option = |value: &str, chosen| Opt {
        value: value.to_owned(),
        text: frame.word("staff-user-access", value),
        selected: chosen,
    };
    Choice {
        name: "access",
        label: frame.t("staff-user-access"),
        options: vec![option("on", active), option("off", !active)],
    }
}

fn fact_list(frame: &Frame, user: &User) -> Vec<Fact> {
    facts(
        frame,
        [
            ("staff-username", Some(user.username.clone())),
            ("staff-role", Some(frame.word("staff-role", user.role))),
            ("staff-email", user.email.clone()),
            ("staff-phone", user.phone.as_ref().map(|phone| phone.local())),
            (
                "staff-language",
                languages(&user.locale).into_iter().find(|one| one.selected).map(|one| one.text),
            ),
            (
                "staff-totp",
                Some(frame.t(if user.totp_enabled { "staff-totp-on" } else { "staff-user-totp-none" })),
            ),
            ("staff-created", Some(frame.date_time(&user.created_at))),
        ],
    )
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    id: UserId,
    form: Option<&Form>,
    errors: FormErrors,
) -> Result<Response, Error> {
    let user = accounts::user(frame.ctx(), id).await?;
    let value = |name: &str| match (form.filter(|form| form.has(name)), name) {
        (Some(form), _) => form.get(name).to_owned(),
        (None, "full_name") => user.full_name.clone(),
        (None, "email") => user.email.clone().unwrap_or_default(),
        (None, "phone") => user.phone.as_ref().map(|phone| local_phone(phone.as_str())).unwrap_or_default(),
        (None, "role") => user.role.to_string(),
        (None, "locale") => user.locale.clone(),
        (None, _) => if user.active { "on" } else { "off" }.to_owned(),
    };
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        state: state(frame, &user),
        facts: fact_list(frame, &user),
        may_manage: frame.ctx().may(P::UserManage),
        own: frame.ctx().actor.user_id() == Some(id),
        inputs: inputs(frame, false, value),
        choices: vec![
            role_choice(frame, &value("role")),
            Choice { name: "locale", label: frame.t("staff-language"), options: languages(&value("locale")) },
            access(frame, value("access") == "on"),
        ],
        password: password_input(frame, "staff-password-hint"),
        user: &user,
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(id): Path<UserId>) -> Shown {
    Ok(draw(&frame, StatusCode::OK, id, None, FormErrors::none()).await?)
}

/// Sends what differs from the account as it is.
async fn save(Path(id): Path<UserId>, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = home(id);
    let made = async {
        let before = accounts::user(frame.ctx(), id).await?;
        let text = |name: &str, now: &str| Some(form.get(name).to_owned()).filter(|text| text != now);
        let phone = before.phone.as_ref().map(|phone| phone.local()).unwrap_or_default();
        let change = UserChange {
            full_name: text("full_name", &before.full_name),
            email: text("email", before.email.as_deref().unwrap_or_default()),
            phone: text("phone", &phone),
            role: form.get("role").parse().ok().filter(|role| *role != before.role),
            locale: text("locale", &before.locale),
            active: Some(form.get("access") != "off").filter(|active| *active != before.active),
        };
        accounts::update_user(frame.ctx(), id, change).await
    };
    let errors = match made.await {
        Ok(_) => return Ok(frame.go_with(&home(id), Flash::ok(frame.t("staff-done-saved")))),
        Err(Error::Conflict { code, message, .. }) => {
            FormErrors::one("form", conflict(&frame, code, message))
        }
        Err(error) => FormErrors::of(&frame, "staff", error)?,
    };
    Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, id, Some(&form), errors).await?)
}

async fn unlock(Path(id): Path<UserId>, Posted { frame, .. }: Posted) -> Shown {
    done(&frame, &home(id), "staff-user-unlocked", accounts::unlock_user(frame.ctx(), id).await)
}

async fn password(Path(id): Path<UserId>, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = home(id);
    let body = SetPassword { password: form.all("password").next().unwrap_or_default().to_owned() };
    match accounts::set_password(frame.ctx(), id, body).await {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, id, None, errors).await?)
        }
        result => done(&frame, &home(id), "staff-user-password-set", result),
    }
}

async fn remove_totp(Path(id): Path<UserId>, Posted { frame, .. }: Posted) -> Shown {
    done(&frame, &home(id), "staff-user-totp-removed", accounts::remove_totp_of(frame.ctx(), id).await)
}

/// The routes.
pub fn routes() -> Routes {
    let manage = Need::Permission(P::UserManage);
    Routes::new()
        .page(Need::Permission(P::UserRead), "/users/{id}", get(show))
        .page(manage, "/users/{id}/edit", post(save))
        .page(manage, "/users/{id}/unlock", post(unlock))
        .page(manage, "/users/{id}/password", post(password))
        .page(manage, "/users/{id}/totp", post(remove_totp))
}
