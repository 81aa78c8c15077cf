//! Finds out who asks and whether they may, before a handler sees the request. Deny first.

use super::{credentials, idempotency, listen::Peer, memory::Memory, problem::Problem};
use aglis_core::{
    app::{Actor, App, Ctx, RequestInfo},
    error::Error,
    event::{self, Event, Outcome, Subject},
    permission::Permission,
};
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use std::sync::Arc;

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing, and why that is right. Whoever is signed in all the same is known to the handler.
    Public(&'static str),
    /// Any staff member.
    Staff,
    /// A staff member with this permission.
    Permission(Permission),
    /// A customer signed in to the portal.
    Customer,
}

/// The staff session's cookie, without the prefix it has under HTTPS.
pub const STAFF_COOKIE: &str = "aglis_staff";
/// The customer session's cookie, without the prefix it has under HTTPS.
pub const CUSTOMER_COOKIE: &str = "aglis_customer";

/// A cookie's full name: under HTTPS the prefix makes browsers insist on `Secure`, path `/` and this very host.
pub fn cookie_name(app: &App, name: &str) -> String {
    if app.config.server.public_url.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthenticated(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
}

/// Whether the part of the site is the customers'.
fn is_portal(path: &str) -> bool {
    path == "/customer" || path.starts_with("/customer/") || path.starts_with("/api/customer-portal")
}

/// What a request brings to show who asks.
struct Credentials {
    memory: Arc<Memory>,
    info: RequestInfo,
    bearer: Option<String>,
    peer: Option<Peer>,
    staff: Option<String>,
    customer: Option<String>,
    portal: bool,
}

impl Credentials {
    fn of(app: &App, memory: Arc<Memory>, info: &RequestInfo, request: &Request) -> Self {
        let jar = CookieJar::from_headers(request.headers());
        let cookie = |name| jar.get(&cookie_name(app, name)).map(|cookie| cookie.value().to_owned());
        Credentials {
            memory,
            info: info.clone(),
            bearer: bearer(request.headers()).map(str::to_owned),
            peer: request.extensions().get::<Peer>().cloned(),
            staff: cookie(STAFF_COOKIE),
            customer: cookie(CUSTOMER_COOKIE),
            portal: is_portal(request.uri().path()),
        }
    }

    async fn staff(&self, app: &App) -> Result<Option<Actor>, Problem> {
        if let Some(token) = &self.bearer {
            return match credentials::by_token(app, &self.memory, &self.info, token).await? {
                Some(actor) => Ok(Some(actor)),
                None => Err(unauthenticated("the token is unknown, revoked or past its end")),
            };
        }
        if let Some(peer) = self.peer.as_ref().filter(|peer| peer.is_administrator()) {
            return Ok(Some(Actor::Unix { uid: peer.uid, name: peer.name.clone() }));
        }
        match &self.staff {
            Some(secret) => Ok(credentials::by_session(app, &self.memory, &self.info, secret)
                .await?
                .filter(|actor| matches!(actor, Actor::User(_)))),
            None => Ok(None),
        }
    }

    async fn customer(&self, app: &App) -> Result<Option<Actor>, Problem> {
        match &self.customer {
            Some(secret) => Ok(credentials::by_session(app, &self.memory, &self.info, secret)
                .await?
                .filter(|actor| matches!(actor, Actor::Customer { .. }))),
            None => Ok(None),
        }
    }

    async fn actor(&self, app: &App, need: Need) -> Result<Actor, Problem> {
        match need {
            Need::Public(_) => {
                let found = if self.portal { self.customer(app).await } else { self.staff(app).await };
                // A route that needs nobody is not closed to those with a stale token.
                Ok(found.ok().flatten().unwrap_or(Actor::Anonymous))
            }
            Need::Staff | Need::Permission(_) => self
                .staff(app)
                .await?
                .ok_or_else(|| unauthenticated("sign in, or send a token as `Authorization: Bearer …`")),
            Need::Customer => {
                self.customer(app).await?.ok_or_else(|| unauthenticated("sign in to the portal"))
            }
        }
    }
}

async fn denied(ctx: &Ctx, operation: String) {
    let record = async {
        let mut tx = ctx.app.db.write().await?;
        event::emit_outcome(
            &mut tx,
            ctx,
            &Subject::system(""),
            Event::AccessDenied { operation },
            Outcome::Denied,
        )
        .await?;
        tx.commit().await?;
        Ok::<_, Error>(())
    };
    if let Err(error) = record.await {
        tracing::error!("a refusal could not be recorded: {error}");
    }
}

/// A route that was not given its frame is a defect, and closed.
pub fn outside() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the route stands outside the frame")
}

/// The guard of one route.
pub async fn guard(need: Need, app: &App, mut request: Request, next: Next) -> Response {
    let Some(memory) = request.extensions().get::<Arc<Memory>>().cloned() else {
        return outside().into_response();
    };
    let info = request.extensions().get::<RequestInfo>().cloned().unwrap_or_default();
    let credentials = Credentials::of(app, memory, &info, &request);
    let actor = match credentials.actor(app, need).await {
        Ok(actor) => actor,
        Err(problem) => return problem.into_response(),
    };
    let ctx = Ctx { now: app.now(), app: app.clone(), actor, request: info };
    if let Need::Permission(permission) = need
        && let Err(refused) = ctx.require(permission)
    {
        let route =
            request.extensions().get::<MatchedPath>().map_or(request.uri().path(), MatchedPath::as_str);
        denied(&ctx, format!("{} {route}", request.method())).await;
        return Problem::from(refused).into_response();
    }
    if idempotency::applies(&request) {
        return idempotency::once(ctx, request, next).await;
    }
    request.extensions_mut().insert(ctx);
    next.run(request).await
}
