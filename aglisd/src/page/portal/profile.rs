//! One's own data, settings and signed-in devices.

use super::super::{Flash, FormErrors, Frame, Posted, Shown, Visit};
use aglis_core::{
    customers::News,
    portal::{Profile, ProfileChange, service as portal},
    portal_access::service as access,
    types::{Locale, SessionId, Time},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode};

/// What to hear of by one way.
struct Way {
    /// The field.
    name: &'static str,
    /// Its heading.
    heading: String,
    news: Vec<Tick>,
}

/// A kind of news, and whether it is wanted.
struct Tick {
    word: &'static str,
    text: String,
    on: bool,
}

/// A signed-in device.
struct Device {
    id: SessionId,
    device: String,
    current: bool,
    last_seen_at: Time,
    created_at: Time,
}

#[derive(Template)]
#[template(path = "portal/profile.html")]
struct ProfilePage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    profile: &'a Profile,
    email: String,
    ways: [Way; 2],
    sessions: Vec<Device>,
}

fn way(frame: &Frame, name: &'static str, heading: &str, wanted: &[News]) -> Way {
    let tick = |news: &News| Tick {
        word: news.as_str(),
        text: frame.word("portal-news", news.as_str()),
        on: wanted.contains(news),
    };
    Way { name, heading: frame.t(heading), news: News::ALL.iter().map(tick).collect() }
}

/// `GET /customer/profile`
pub async fn show(Visit(frame): Visit) -> Shown {
    page(&frame, StatusCode::OK, FormErrors::none(), None).await
}

/// The page; `email` is what was typed, where it was refused.
async fn page(frame: &Frame, status: StatusCode, errors: FormErrors, email: Option<&str>) -> Shown {
    let ctx = frame.ctx();
    let profile = portal::profile(ctx).await?;
    let sessions = access::own_sessions(ctx).await?.into_iter().map(|session| Device {
        id: session.id,
        device: device(frame, &session.user_agent),
        current: session.current,
        last_seen_at: session.last_seen_at,
        created_at: session.created_at,
    });
    let sessions = sessions.collect();
    let email = email.or(profile.email.as_deref()).unwrap_or_default().to_owned();
    let ways = [
        way(frame, "notify_whatsapp", "portal-profile-notify-whatsapp", &profile.notify_whatsapp),
        way(frame, "notify_email", "portal-profile-notify-email", &profile.notify_email),
    ];
    Ok(frame.html(status, &ProfilePage { frame, errors, profile: &profile, email, ways, sessions }))
}

/// `POST /customer/profile`
pub async fn save(Posted { mut frame, form }: Posted) -> Shown {
    let change = ProfileChange {
        email: form.has("email").then(|| form.get("email").to_owned()),
        locale: form.given("locale").map(str::to_owned),
        notify_whatsapp: Some(form.words("notify_whatsapp")),
        notify_email: Some(form.words("notify_email")),
        auto_answers: Some(form.has("auto_answers")),
    };
    let profile = match portal::set_profile(frame.ctx(), change).await {
        Ok(profile) => profile,
        Err(error) => {
            let errors = FormErrors::of(&frame, "portal", error)?;
            return page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, Some(form.get("email"))).await;
        }
    };
    let lang: Locale = profile.locale.parse().unwrap_or_default();
    frame.keep_language(lang);
    Ok(frame.go_with("/customer/profile", Flash::ok(lang.t("portal-profile-saved"))))
}

/// `POST /customer/profile/sessions/{id}/revoke`
pub async fn revoke(Path(id): Path<i64>, Posted { frame, .. }: Posted) -> Shown {
    access::revoke_session(frame.ctx(), SessionId(id)).await?;
    let flash = Flash::ok(frame.t("portal-profile-session-ended"));
    Ok(frame.go_with("/customer/profile", flash))
}

/// A browser and its system, from what it says of itself.
fn device(frame: &Frame, agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = find(&[
        ("SamsungBrowser", "Samsung Internet"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => {
            frame.ta("portal-profile-session-on", &[("browser", browser), ("system", system)])
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => frame.t("portal-profile-session-unknown"),
    }
}
