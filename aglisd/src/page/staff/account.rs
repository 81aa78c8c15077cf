//! One's own account: password, second factor, sessions.

use super::{Shell, done};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    accounts::{ChangePassword, ConfirmPassword, Pending, TotpCode, TotpKey, service as accounts},
    app::Actor,
    error::Error,
    types::SessionId,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

struct SessionRow {
    id: i64,
    agent: String,
    ip: String,
    when: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    pending: Option<String>,
    password_hint: String,
    totp: bool,
    key: Option<TotpKey>,
    codes: Vec<String>,
    sessions: Vec<SessionRow>,
}

const HERE: &str = "/account";

async fn draw(
    frame: &Frame,
    status: StatusCode,
    key: Option<TotpKey>,
    codes: Vec<String>,
    errors: FormErrors,
) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let Actor::User(staff) = &ctx.actor else { return Err(Error::NotFound("account")) };
    let user = accounts::user(ctx, staff.user_id.ok_or(Error::NotFound("account"))?).await?;
    let sessions = accounts::own_sessions(ctx).await?;
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        pending: staff.pending.as_ref().map(|pending| match pending {
            Pending::Password => frame.t("staff-pending-password"),
            Pending::Totp => frame.t("staff-pending-totp"),
        }),
        password_hint: frame.count("staff-password-hint", i64::from(ctx.app.config.security.password_min)),
        totp: user.totp_enabled,
        key,
        codes,
        sessions: sessions
            .into_iter()
            .map(|one| SessionRow {
                id: one.id.0,
                agent: one.user_agent,
                ip: one.ip,
                when: frame.ago(&one.last_seen_at),
                current: one.current,
            })
            .collect(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, None, Vec::new(), FormErrors::none()).await?)
}

fn secret(form: &crate::page::Form, name: &str) -> String {
    form.all(name).next().unwrap_or_default().to_owned()
}

async fn password(Posted { frame, form }: Posted) -> Shown {
    let body = ChangePassword { current: secret(&form, "current"), password: secret(&form, "password") };
    match accounts::change_password(frame.ctx(), body).await {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, None, Vec::new(), errors).await?)
        }
        result => done(&frame, HERE, "staff-done-saved", result),
    }
}

async fn start_totp(Posted { frame, .. }: Posted) -> Shown {
    let key = accounts::start_totp(frame.ctx()).await?;
    Ok(draw(&frame, StatusCode::OK, Some(key), Vec::new(), FormErrors::none()).await?)
}

async fn confirm_totp(Posted { frame, form }: Posted) -> Shown {
    match accounts::confirm_totp(frame.ctx(), TotpCode { code: form.get("code").to_owned() }).await {
        Ok(made) => Ok(draw(&frame, StatusCode::OK, None, made.codes, FormErrors::none()).await?),
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, None, Vec::new(), errors).await?)
        }
    }
}

async fn remove_totp(Posted { frame, form }: Posted) -> Shown {
    let result =
        accounts::remove_totp(frame.ctx(), ConfirmPassword { password: secret(&form, "password") }).await;
    done(&frame, HERE, "staff-done-saved", result)
}

async fn revoke(Path(id): Path<i64>, Posted { frame, .. }: Posted) -> Shown {
    let result = accounts::revoke_session(frame.ctx(), SessionId(id)).await;
    done(&frame, HERE, "staff-done-saved", result)
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .page(Need::Staff, HERE, get(show))
        .page(Need::Staff, "/account/password", post(password))
        .page(Need::Staff, "/account/totp", post(start_totp))
        .page(Need::Staff, "/account/totp/confirm", post(confirm_totp))
        .page(Need::Staff, "/account/totp/remove", post(remove_totp))
        .page(Need::Staff, "/account/sessions/{id}/revoke", post(revoke))
}
