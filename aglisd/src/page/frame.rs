//! What every page is told: language, form token, sentence to show, who we are, and the cookies to set on the way out.

use super::{Flash, assets, cookie, cookie::Tls, csrf, policy};
use aglis_core::{
    app::{Actor, Ctx},
    i18n::format,
    types::{Locale, Rupiah, Time},
};
use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};

const YEAR: i64 = 365 * 24 * 3600;

/// The frame of one page.
pub struct Frame {
    /// The page's language.
    pub lang: Locale,
    /// The token for forms.
    pub csrf: String,
    /// What a form's token is checked against.
    pub seed: String,
    /// A sentence to show once.
    pub flash: Option<Flash>,
    /// `light` or `dark` where somebody chose; else what their system says.
    pub theme: Option<&'static str>,
    /// Whether somebody is signed in.
    pub signed_in: bool,
    /// The name of who is signed in.
    pub person: String,
    /// The provider's name.
    pub business: String,
    /// Customer service's number as people dial it.
    pub business_phone: Option<String>,
    /// The page's path.
    pub path: String,
    /// When the page was asked for.
    pub now: Time,
    /// The browser's random value.
    pub browser: String,
    ctx: Ctx,
    query: Vec<(String, String)>,
    tls: Tls,
    cookies: Vec<HeaderValue>,
    headers: HeaderMap,
}

impl Frame {
    /// Reads what a request tells: language (`?lang=`, cookie, profile, browser, in this order), theme, flash, browser.
    pub fn new(ctx: &Ctx, headers: &HeaderMap, uri: &Uri) -> Frame {
        let tls = Tls(ctx.app.config.server.public_url.is_https());
        let query = uri.query().map(|query| form_pairs(query.as_bytes())).unwrap_or_default();
        let mut cookies = Vec::new();
        let asked = query
            .iter()
            .find(|(key, _)| key == "lang")
            .and_then(|(_, value): &(String, String)| value.parse::<Locale>().ok());
        if let Some(lang) = asked {
            cookies.push(cookie::set(tls, cookie::LANG, lang.as_str(), Some(YEAR)));
        }
        let chosen = || cookie::get(headers, tls, cookie::LANG).and_then(|value| value.parse().ok());
        let lang = asked.or_else(chosen).unwrap_or_else(|| usual_locale(ctx, headers));
        let browser = cookie::get(headers, tls, cookie::BROWSER).filter(|value| is_token(value));
        let browser = browser.unwrap_or_else(|| {
            let fresh = ctx.app.random_token();
            cookies.push(cookie::set(tls, cookie::BROWSER, &fresh, Some(YEAR)));
            fresh
        });
        let seed = match &ctx.actor {
            Actor::Customer { session_id, .. } => format!("customer:{session_id}"),
            Actor::User(staff) if staff.session_id.is_some() => {
                format!("staff:{}", staff.session_id.map_or(0, |id| id.0))
            }
            _ => format!("browser:{browser}"),
        };
        let flash =
            cookie::get(headers, tls, cookie::FLASH).and_then(|value| Flash::open(&ctx.app.secret, &value));
        Frame {
            lang,
            csrf: csrf::token(&ctx.app.secret, &seed),
            seed,
            flash,
            theme: match cookie::get(headers, tls, cookie::THEME).as_deref() {
                Some("light") => Some("light"),
                Some("dark") => Some("dark"),
                _ => None,
            },
            signed_in: matches!(ctx.actor, Actor::Customer { .. } | Actor::User(_)),
            person: match &ctx.actor {
                Actor::Customer { name, .. } => name.clone(),
                Actor::User(staff) => staff.full_name.clone(),
                _ => String::new(),
            },
            business: ctx.app.config.business.name.clone(),
            business_phone: ctx.app.config.business.phone.as_ref().map(|phone| phone.local()),
            path: uri.path().to_owned(),
            now: ctx.now,
            browser,
            ctx: in_language(ctx, lang),
            query,
            tls,
            cookies,
            headers: headers.clone(),
        }
    }

    /// A random token for a form that is to be done once.
    pub fn once(&self) -> String {
        self.ctx.app.random_token()
    }

    /// Puts what is done for this request under a key of [`aglis_core::idempotency`].
    pub fn put_under(&mut self, key: String) {
        self.ctx.request.idempotency_key = Some(key);
    }

    /// A text of the catalogues.
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    /// A text of the catalogues, if they have it.
    pub fn try_t(&self, key: &str) -> Option<String> {
        self.lang.try_t(key)
    }

    /// A text with one value in it; `name` is the placeholder.
    pub fn t1(&self, key: &str, name: &'static str, value: impl ToString) -> String {
        self.lang.ta(key, &[(name, value.to_string().into())])
    }

    /// A text with several values in it.
    pub fn ta<V: ToString>(&self, key: &str, values: &[(&'static str, V)]) -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.to_string().into())).collect();
        self.lang.ta(key, &values)
    }

    /// A text with a number in it, `$n`, which may choose a plural.
    pub fn count(&self, key: &str, n: impl Into<i64>) -> String {
        self.lang.ta(key, &[("n", n.into().into())])
    }

    /// The text of a word of a fixed list, such as a status: `word("portal-status", "in_progress")` is the text
    /// `portal-status-in-progress`.
    pub fn word(&self, area: &str, word: impl ToString) -> String {
        self.lang.t(&format!("{area}-{}", word.to_string().replace(['_', '.'], "-")))
    }

    /// `1 Nov 2025, 14.05 WIB`.
    pub fn date_time(&self, at: &Time) -> String {
        format::date_time(self.lang, &self.ctx.app.zone, *at)
    }

    /// `1 Nov 2025`.
    pub fn date(&self, at: &Time) -> String {
        format::day(self.lang, &self.ctx.app.zone, *at)
    }

    /// `14.05 WIB`.
    pub fn clock(&self, at: &Time) -> String {
        format::clock(self.lang, &self.ctx.app.zone, *at)
    }

    /// `2 menit lalu`.
    pub fn ago(&self, at: &Time) -> String {
        format::relative(self.lang, &self.ctx.app.zone, self.now, *at)
    }

    /// `2 hari 3 jam`.
    pub fn span(&self, ms: &i64) -> String {
        format::span(self.lang, *ms)
    }

    /// `3,4 MB`.
    pub fn size(&self, bytes: &i64) -> String {
        format::size(self.lang, bytes.unsigned_abs())
    }

    /// `Rp 199.900`.
    pub fn rupiah(&self, amount: &Rupiah) -> String {
        format::money(self.lang, *amount)
    }

    /// The address of a compiled-in file.
    pub fn asset(&self, path: &str) -> &'static str {
        assets::url(path)
    }

    /// The portal's style sheet.
    pub fn style(&self) -> &'static str {
        &policy::PORTAL_STYLE
    }

    /// The `data-theme` of the page.
    pub fn theme_name(&self) -> &'static str {
        self.theme.unwrap_or("auto")
    }

    /// The language the page is not in.
    pub fn other_lang(&self) -> Locale {
        match self.lang {
            Locale::Id => Locale::En,
            Locale::En => Locale::Id,
        }
    }

    /// The other language's own name.
    pub fn other_lang_name(&self) -> &'static str {
        match self.other_lang() {
            Locale::Id => "Bahasa Indonesia",
            Locale::En => "English",
        }
    }

    /// The attribute that marks a menu entry as the place where one is.
    pub fn current(&self, section: &str) -> &'static str {
        let inside =
            self.path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if inside { " aria-current=\"page\"" } else { "" }
    }

    /// This page's address, to come back to it in another language or look.
    pub fn here(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query.iter().filter(|(key, _)| !matches!(key.as_str(), "lang" | "code")));
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// This page in the other language.
    pub fn other_lang_url(&self) -> String {
        let here = self.here();
        let more = if here.contains('?') { '&' } else { '?' };
        format!("{here}{more}lang={}", self.other_lang().as_str())
    }

    /// A value of the address's query.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the person came over TLS, for cookies.
    pub fn tls(&self) -> Tls {
        self.tls
    }

    /// The request's context.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// A cookie of the request.
    pub fn cookie(&self, name: &str) -> Option<String> {
        cookie::get(&self.headers, self.tls, name)
    }

    /// Keeps a language on this browser.
    pub fn keep_language(&mut self, lang: Locale) {
        self.add_cookie(cookie::set(self.tls, cookie::LANG, lang.as_str(), Some(YEAR)));
    }

    /// Adds a cookie to the answer.
    pub fn add_cookie(&mut self, cookie: HeaderValue) {
        self.cookies.push(cookie);
    }

    /// Whether a form's token is the one given to this session or browser.
    pub fn accepts(&self, token: &str) -> bool {
        csrf::matches(&self.ctx.app.secret, &self.seed, token)
    }

    /// Answers with a page.
    pub fn html(&self, status: StatusCode, page: &impl Template) -> Response {
        let mut response = match page.render() {
            Ok(text) => (status, text).into_response(),
            Err(error) => {
                tracing::error!(%error, path = self.path, "a page could not be drawn");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.lang.as_str()));
        policy::apply(headers);
        self.add_cookies(headers);
        if self.flash.is_some() {
            headers.append(header::SET_COOKIE, cookie::remove(self.tls, cookie::FLASH));
        }
        response
    }

    /// Goes on to another page (303), where a sentence is shown.
    pub fn go_with(&self, to: &str, flash: Flash) -> Response {
        let mut response = self.go(to);
        let value = flash.seal(&self.ctx.app.secret);
        response
            .headers_mut()
            .append(header::SET_COOKIE, cookie::set(self.tls, cookie::FLASH, &value, Some(60)));
        response
    }

    /// Goes on to another page (303).
    pub fn go(&self, to: &str) -> Response {
        let mut response = Redirect::to(to).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.add_cookies(response.headers_mut());
        response
    }

    fn add_cookies(&self, headers: &mut HeaderMap) {
        for cookie in &self.cookies {
            headers.append(header::SET_COOKIE, cookie.clone());
        }
    }
}

/// The context with the page's language, so that what services write for the reader is in it.
fn in_language(ctx: &Ctx, lang: Locale) -> Ctx {
    let mut ctx = ctx.clone();
    match &mut ctx.actor {
        Actor::Customer { locale, .. } => lang.as_str().clone_into(locale),
        Actor::User(staff) => lang.as_str().clone_into(&mut staff.locale),
        _ => {}
    }
    ctx
}

/// The language of somebody's profile, else the one their browser likes, else the provider's.
fn usual_locale(ctx: &Ctx, headers: &HeaderMap) -> Locale {
    let profile = match &ctx.actor {
        Actor::Customer { locale, .. } => locale.parse().ok(),
        Actor::User(staff) => staff.locale.parse().ok(),
        _ => None,
    };
    profile.unwrap_or_else(|| {
        let usual = ctx.app.config.business.language.to_string().parse().unwrap_or_default();
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Locale::negotiate(wanted.unwrap_or_default(), usual)
    })
}

fn is_token(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The pairs of a query or of a posted form.
pub fn form_pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
