//! One's own account: password, second factor, sessions.

use super::{
    Shell, done,
    notifications::NOTIFIED,
    qr::{Qr, qr},
    view::{Opt, languages},
};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    accounts::{ChangePassword, ConfirmPassword, Pending, TotpCode, TotpKey, service as accounts},
    app::Actor,
    error::Error,
    notifications::{
        NotificationChannel, NotificationPreference, NotificationType, service as notifications,
    },
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
    languages: Vec<Opt>,
    password_hint: String,
    totp: bool,
    qr: Option<Qr>,
    key: Option<TotpKey>,
    codes: Vec<String>,
    sessions: Vec<SessionRow>,
    channels: Vec<String>,
    preferences: Vec<Preference>,
}

/// What somebody wants to hear of one type, by each channel.
struct Preference {
    text: String,
    ticks: Vec<Tick>,
}

struct Tick {
    name: String,
    label: String,
    on: bool,
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
    let wanted = notifications::preferences(ctx).await?;
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        pending: staff.pending.as_ref().map(|pending| match pending {
            Pending::Password => frame.t("staff-pending-password"),
            Pending::Totp => frame.t("staff-pending-totp"),
        }),
        languages: languages(&user.locale),
        password_hint: frame.count("staff-password-hint", i64::from(ctx.app.config.security.password_min)),
        totp: user.totp_enabled,
        qr: key.as_ref().and_then(|key| qr(&key.otpauth_url)),
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
        channels: NotificationChannel::ALL
            .iter()
            .map(|channel| frame.word("staff-notification-channel", channel))
            .collect(),
        preferences: NOTIFIED.iter().map(|about| preference(frame, *about, &wanted)).collect(),
        frame,
    };
    Ok(frame.html(status, &page))
}

fn preference(frame: &Frame, about: NotificationType, wanted: &[NotificationPreference]) -> Preference {
    let text = frame.word("staff-notification-type", about);
    let tick = |channel: &NotificationChannel| Tick {
        name: field(about, *channel),
        label: format!("{text}: {}", frame.word("staff-notification-channel", channel)),
        on: wanted.iter().any(|one| one.notification_type == about && one.channel == *channel && one.enabled),
    };
    Preference { ticks: NotificationChannel::ALL.iter().map(tick).collect(), text }
}

fn field(about: NotificationType, channel: NotificationChannel) -> String {
    format!("{about}.{channel}")
}

async fn set_preferences(Posted { frame, form }: Posted) -> Shown {
    let mut wanted = Vec::new();
    for about in NOTIFIED {
        for channel in NotificationChannel::ALL {
            wanted.push(NotificationPreference {
                notification_type: about,
                channel: *channel,
                enabled: form.has(&field(about, *channel)),
            });
        }
    }
    let result = notifications::set_preferences(frame.ctx(), wanted).await;
    done(&frame, HERE, "staff-done-saved", result)
}

async fn show(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, None, Vec::new(), FormErrors::none()).await?)
}

fn secret(form: &crate::page::Form, name: &str) -> String {
    form.all(name).next().unwrap_or_default().to_owned()
}

async fn password(Posted { mut frame, form }: Posted) -> Shown {
    HERE.clone_into(&mut frame.path);
    let body = ChangePassword { current: secret(&form, "current"), password: secret(&form, "password") };
    match accounts::change_password(frame.ctx(), body).await {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, None, Vec::new(), errors).await?)
        }
        result => done(&frame, HERE, "staff-done-saved", result),
    }
}

async fn start_totp(Posted { mut frame, .. }: Posted) -> Shown {
    HERE.clone_into(&mut frame.path);
    let key = accounts::start_totp(frame.ctx()).await?;
    Ok(draw(&frame, StatusCode::OK, Some(key), Vec::new(), FormErrors::none()).await?)
}

async fn confirm_totp(Posted { mut frame, form }: Posted) -> Shown {
    HERE.clone_into(&mut frame.path);
    match accounts::confirm_totp(frame.ctx(), TotpCode { code: form.get("code").to_owned() }).await {
        Ok(made) => Ok(draw(&frame, StatusCode::OK, None, made.codes, FormErrors::none()).await?),
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            // The key stands on the page still, so that a slip of the finger does not begin it anew.
            let key = Some(TotpKey {
                key: form.get("key").to_owned(),
                otpauth_url: form.get("otpauth_url").to_owned(),
            });
            let key = key.filter(|key| key.otpauth_url.starts_with("otpauth://totp/"));
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, key, Vec::new(), errors).await?)
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
        .page(Need::Staff, "/account/notifications", post(set_preferences))
        .page(Need::Staff, "/account/password", post(password))
        .page(Need::Staff, "/account/totp", post(start_totp))
        .page(Need::Staff, "/account/totp/confirm", post(confirm_totp))
        .page(Need::Staff, "/account/totp/remove", post(remove_totp))
        .page(Need::Staff, "/account/sessions/{id}/revoke", post(revoke))
}
