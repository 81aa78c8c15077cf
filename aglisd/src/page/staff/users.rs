//! Staff accounts: who there is, and making one.

use super::{
    Shell, conflict,
    user_form::{Input, inputs, password_input, role_choice},
    view::{Choice, address, languages},
};
use crate::{
    http::{Need, Routes},
    page::{Flash, Form, FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    accounts::{NewUser, User, UserFilter, service as accounts},
    error::Error,
    permission::{Permission as P, Role},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

/// Where the list stands.
pub const HERE: &str = "/users";
const ON: &str = "on";
const OFF: &str = "off";

struct Row {
    id: i64,
    name: String,
    username: String,
    role: String,
    state: Mark,
    totp: bool,
}

#[derive(Template)]
#[template(path = "staff/users.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    may_manage: bool,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    first: String,
    paged: bool,
    next: Option<String>,
}

/// Whether somebody may sign in.
pub fn state(frame: &Frame, user: &User) -> Mark {
    let (tone, glyph, key) = match (user.active, user.locked_at) {
        (false, _) => ("", "–", "staff-user-disabled"),
        (true, Some(_)) => ("bad", "✗", "staff-user-locked"),
        (true, None) if user.must_change_password => ("warn", "▲", "staff-user-new-password"),
        (true, None) => ("ok", "✓", "staff-user-active"),
    };
    Mark { tone, glyph, word: frame.t(key) }
}

async fn list(Visit(frame): Visit) -> Shown {
    let value = |name: &str| frame.query(name).unwrap_or_default().to_owned();
    let (role, access) = (value("role"), value("access"));
    let filter = UserFilter {
        role: role.parse().ok(),
        active: match access.as_str() {
            ON => Some(true),
            OFF => Some(false),
            _ => None,
        },
        limit: None,
        cursor: frame.query("cursor").map(str::to_owned),
    };
    let page = accounts::users(frame.ctx(), &filter).await?;
    let filters = [("role", role.as_str()), ("access", access.as_str())];
    let any = Some("staff-any");
    let page = List {
        staff: Shell::new(&frame).await?,
        may_manage: frame.ctx().may(P::UserManage),
        choices: vec![
            Choice::of(&frame, "role", "staff-role", "staff-role", Role::ALL, &role, any),
            Choice::of(&frame, "access", "staff-user-access", "staff-user-access", &[ON, OFF], &access, any),
        ],
        first: address(HERE, &filters, None),
        paged: frame.query("cursor").is_some(),
        next: page.next_cursor.map(|cursor| address(HERE, &filters, Some(&cursor))),
        rows: page
            .items
            .into_iter()
            .map(|user| Row {
                id: user.id.0,
                role: frame.word("staff-role", user.role),
                state: state(&frame, &user),
                totp: user.totp_enabled,
                name: user.full_name,
                username: user.username,
            })
            .collect(),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

#[derive(Template)]
#[template(path = "staff/user_new.html")]
struct New<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    inputs: Vec<Input>,
    choices: Vec<Choice>,
}

async fn draw(frame: &Frame, status: StatusCode, form: &Form, errors: FormErrors) -> Result<Response, Error> {
    let mut inputs = inputs(frame, true, |name| form.get(name).to_owned());
    inputs.push(password_input(frame, "staff-user-password-hint"));
    let page = New {
        staff: Shell::new(frame).await?,
        errors,
        inputs,
        choices: vec![
            role_choice(frame, form.given("role").unwrap_or(Role::CustomerService.as_str())),
            Choice {
                name: "locale",
                label: frame.t("staff-language"),
                options: languages(form.given("locale").unwrap_or("id")),
            },
        ],
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn new(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, &Form::default(), FormErrors::none()).await?)
}

async fn create(posted: Posted) -> Shown {
    once(posted, HERE, make).await
}

async fn make(Posted { frame, form }: Posted) -> Shown {
    let text = |name: &str| form.given(name).map(str::to_owned);
    let made = async {
        let role = form
            .get("role")
            .parse()
            .map_err(|_| Error::field("role", "unknown", "choose one of the roles"))?;
        let new = NewUser {
            username: form.get("username").to_owned(),
            full_name: text("full_name"),
            email: text("email"),
            phone: text("phone"),
            role,
            // A password may begin or end with a blank.
            password: form.all("password").next().filter(|word| !word.is_empty()).map(str::to_owned),
            locale: text("locale"),
        };
        accounts::create_user(frame.ctx(), new).await
    };
    let errors = match made.await {
        Ok(user) => {
            let said = Flash::ok(frame.t1("staff-user-created", "name", &user.username));
            return Ok(frame.go_with(&format!("{HERE}/{}", user.id), said));
        }
        Err(Error::Conflict { code, message, .. }) => {
            FormErrors::one("form", conflict(&frame, code, message))
        }
        Err(error) => FormErrors::of(&frame, "staff", error)?,
    };
    Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &form, errors).await?)
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::UserRead), HERE, get(list)).page(
        Need::Permission(P::UserManage),
        "/users/new",
        get(new).post(create),
    )
}
