//! Several gateways for WhatsApp messages: what each is sent, which one goes next, what administrators set meanwhile.

use crate::tickets::fixture::{admin, cast, staff};
use aglis_core::{
    app::{App, Ctx},
    args,
    config::{self, Config, Sources},
    error::Error,
    event::{self, AuditFilter},
    messages::{
        Button, CallbackFilter, DeliveryReport, InboundMessage, MessageKind, MessageStatus, Rate,
        service::{self as messages, NewMessage},
    },
    notifications::{NotificationFilter, NotificationType, service as notifications},
    permission::Role,
    providers::{BreakerState, Connection, ProviderChange, service as providers},
    queue::{self, JobFilter, JobState, Outbox},
    types::*,
};
use aglis_tests::{Backend, Daemon, Server, World, both};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const SECOND: Duration = Duration::from_secs(1);
const PHONE: &str = "+6281234567890";
const APP_SECRET: &str = "an-app-secret-nobody-knows";
const VERIFY: &str = "the-word-that-was-agreed-on";
const HOOK: &str = "a-path-that-nobody-guesses";

/// One gateway: what it answers, and what it got.
#[derive(Clone, Default)]
struct Side {
    /// Status and body; without one it takes everything.
    answer: Arc<Mutex<Option<(u16, String)>>>,
    got: Arc<Mutex<Vec<String>>>,
}

impl Side {
    fn says(&self, status: u16, body: impl ToString) {
        *self.answer.lock().unwrap() = Some((status, body.to_string()));
    }

    fn takes(&self) {
        *self.answer.lock().unwrap() = None;
    }

    fn got(&self) -> usize {
        self.got.lock().unwrap().len()
    }

    fn last(&self) -> Value {
        serde_json::from_str(self.got.lock().unwrap().last().unwrap()).unwrap()
    }

    /// Keeps a request; gives the answer, or the number of the request that was taken.
    fn hear(&self, body: String) -> Result<usize, (axum::http::StatusCode, String)> {
        let mut got = self.got.lock().unwrap();
        got.push(body);
        match self.answer.lock().unwrap().clone() {
            Some((status, body)) => Err((axum::http::StatusCode::from_u16(status).unwrap(), body)),
            None => Ok(got.len()),
        }
    }
}

/// Meta, Fonnte and a gateway of somebody's own, on one address.
struct World3 {
    url: String,
    meta: Side,
    fonnte: Side,
    own: Side,
}

async fn gateways() -> World3 {
    let (meta, fonnte, own) = (Side::default(), Side::default(), Side::default());
    let route = |side: &Side, taken: fn(usize) -> Value| {
        let side = side.clone();
        axum::routing::post(move |body: String| {
            let answer = side.hear(body);
            async move {
                match answer {
                    Ok(n) => (axum::http::StatusCode::OK, taken(n).to_string()),
                    Err(refused) => refused,
                }
            }
        })
    };
    let router = axum::Router::new()
        .route(
            "/v23.0/10987/messages",
            route(&meta, |n| json!({ "messages": [{ "id": format!("wamid.{n}") }] })),
        )
        .route("/send", route(&fonnte, |n| json!({ "status": true, "id": [format!("f{n}")] })))
        .route("/own", route(&own, |n| json!({ "data": { "id": n }, "ok": true })));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    World3 { url, meta, fonnte, own }
}

fn refusal(code: i64) -> Value {
    json!({ "error": { "message": format!("(#{code}) no"), "code": code } })
}

impl World3 {
    fn env(&self, providers: &str) -> Vec<(String, String)> {
        let own = format!("{}/own", self.url);
        [
            ("PROVIDER", providers),
            ("ALLOW_PRIVATE_PROVIDERS", "true"),
            ("FONNTE_TOKEN", "token"),
            ("FONNTE_URL", &self.url),
            ("META_TOKEN", "token"),
            ("META_PHONE_ID", "10987"),
            ("META_URL", &self.url),
            ("META_APP_SECRET", APP_SECRET),
            ("META_VERIFY_TOKEN", VERIFY),
            ("META_TEMPLATES", "ticket-status=status_tiket:name:number,otp-login=kode_masuk:code"),
            ("HTTP_URL", &own),
            ("HTTP_TOKEN", "token"),
            ("HTTP_ID", "/data/id"),
            ("HTTP_SUCCESS", "/ok"),
            ("WEBHOOK_SECRET", HOOK),
        ]
        .map(|(key, value)| (format!("AGLIS_WHATSAPP_{key}"), value.to_owned()))
        .to_vec()
    }

    fn config(&self, world: &World, providers: &str, more: &[(&str, &str)]) -> Config {
        let mut env = self.env(providers);
        env.push(("AGLIS_DATA".into(), world.dir.path().display().to_string()));
        env.retain(|(key, _)| more.iter().all(|(other, _)| other != key));
        env.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        config::load(&Sources { env, ..Sources::default() }).unwrap().config
    }

    /// The installation with these gateways in this order.
    fn through(&self, world: &World, providers: &str) -> Way {
        Way::of(world.with_config(self.config(world, providers, &[])))
    }
}

/// A process of the installation.
struct Way {
    app: App,
    outbox: Arc<Outbox>,
}

impl Way {
    fn of(app: App) -> Way {
        let outbox = Arc::new(Outbox::from_config(&app).unwrap());
        Way { app, outbox }
    }

    fn ctx(&self, world: &World) -> Ctx {
        Ctx { app: self.app.clone(), ..world.root() }
    }

    async fn drain(&self) {
        queue::drain(&self.app, &self.outbox).await.unwrap();
    }

    async fn notice(&self, world: &World) -> MessageId {
        self.notice_with(world, &[]).await
    }

    async fn notice_with(&self, world: &World, buttons: &[Button]) -> MessageId {
        let new = NewMessage {
            template: "ticket-status",
            channel: None,
            locale: Locale::Id,
            address: PHONE,
            variables: &[("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")],
            customer_id: None,
            user_id: None,
            ticket_id: None,
            expires_at: None,
        };
        let mut tx = self.app.db.write().await.unwrap();
        let id = messages::send_with_buttons(&mut tx, &self.ctx(world), new, buttons).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn otp(&self, world: &World) -> MessageId {
        otp(&self.app, &self.ctx(world)).await
    }

    async fn set(&self, world: &World, name: &str, change: ProviderChange) {
        providers::change(&self.ctx(world), name, change).await.unwrap();
    }
}

async fn otp(app: &App, ctx: &Ctx) -> MessageId {
    let mut tx = app.db.write().await.unwrap();
    let otp =
        messages::Otp { code: "471193", link: "https://isp.test/l", expires_at: ctx.now.plus_seconds(600) };
    let id = messages::send_otp(&mut tx, ctx, &PHONE.parse().unwrap(), None, Locale::Id, otp).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn status(world: &World, id: MessageId) -> MessageStatus {
    messages::get(&world.root(), id).await.unwrap().status
}

/// The tries of a message: through which provider, and how each ended.
async fn tries(app: &App, id: MessageId) -> Vec<(String, String)> {
    let mut tx = app.db.read().await.unwrap();
    let sql = "SELECT provider, outcome FROM message_attempts WHERE message_id = $1 ORDER BY number";
    tx.all(sql, args![id]).await.unwrap()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn dead(world: &World) -> usize {
    queue::list(&world.root(), JobState::Dead, &JobFilter::default()).await.unwrap().items.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_gets_the_approved_form_until_somebody_writes_and_then_free_texts() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta");
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sent);
        let sent = gateways.meta.last();
        assert_eq!((&sent["type"], &sent["to"]), (&json!("template"), &json!("6281234567890")));
        assert_eq!(sent["template"]["name"], "status_tiket");
        assert_eq!(sent["template"]["components"][0]["parameters"][1]["text"], "TKT1");

        way.otp(&world).await;
        way.drain().await;
        let sent = gateways.meta.last();
        assert_eq!(sent["template"]["components"][1]["parameters"][0]["text"], "471193");
        let mut tx = world.app.db.read().await.unwrap();
        let kept: Vec<(Option<String>,)> = tx
            .all("SELECT CAST(approved AS TEXT) FROM messages WHERE template = 'otp-login'", args![])
            .await
            .unwrap();
        assert_eq!(kept, [(None,)], "a code leaves no trace with us");
        drop(tx);

        let wrote = InboundMessage {
            provider_id: Some("wamid.in".into()),
            from: PHONE.trim_start_matches('+').into(),
            group: None,
            text: "halo".into(),
            sent_at: None,
        };
        let ctx = way.ctx(&world);
        messages::received(&ctx, "fonnte", &wrote).await.unwrap();
        way.notice(&world).await;
        way.drain().await;
        assert_eq!(gateways.meta.last()["type"], "template", "they wrote to another number of ours");
        messages::received(&ctx, "meta", &wrote).await.unwrap();
        way.notice(&world).await;
        way.drain().await;
        assert_eq!(gateways.meta.last()["type"], "text");
        let buttons = [Button { id: "yes".into(), title: "Sudah normal".into() }];
        way.notice_with(&world, &buttons).await;
        way.drain().await;
        let sent = gateways.meta.last();
        assert_eq!(sent["interactive"]["action"]["buttons"][0]["reply"]["title"], "Sudah normal");
        world.pass(Duration::from_secs(24 * 3600));
        way.notice(&world).await;
        way.drain().await;
        assert_eq!(gateways.meta.last()["type"], "template", "a day has passed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_are_a_list_where_the_gateway_has_none() {
    both(async |world| {
        let gateways = gateways().await;
        let buttons = [
            Button { id: "yes".into(), title: "Ya".into() },
            Button { id: "no".into(), title: "Tidak".into() },
        ];
        let way = gateways.through(&world, "http");
        let id = way.notice_with(&world, &buttons).await;
        way.drain().await;
        let sent = gateways.own.last();
        assert!(sent["message"].as_str().unwrap().ends_with("\n\n1. Ya\n2. Tidak"), "{sent}");
        assert_eq!((&sent["to"], &sent["id"]), (&json!("6281234567890"), &json!(id.to_string())));
        assert_eq!(status(&world, id).await, MessageStatus::Sent);

        let way = gateways.through(&world, "fonnte");
        way.notice_with(&world, &buttons).await;
        way.drain().await;
        let form = gateways.fonnte.got.lock().unwrap().last().unwrap().clone();
        assert!(form.contains("1.+Ya%0A2.+Tidak"), "{form}");

        let mut tx = way.app.db.write().await.unwrap();
        let four = vec![buttons[0].clone(); 4];
        let new = NewMessage {
            template: "ticket-status",
            channel: None,
            locale: Locale::Id,
            address: PHONE,
            variables: &[("name", "Budi"), ("number", "TKT1"), ("status", "x"), ("business", "AGLIS")],
            customer_id: None,
            user_id: None,
            ticket_id: None,
            expires_at: None,
        };
        let refused = messages::send_with_buttons(&mut tx, &way.ctx(&world), new, &four).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_is_final_and_a_rate_is_waited_for() {
    both(async |world| {
        let gateways = gateways().await;
        let config = gateways.config(&world, "meta", &[("AGLIS_WHATSAPP_META_TEMPLATES", "")]);
        let way = Way::of(world.with_config(config));
        gateways.meta.says(400, refusal(131_047));
        let id = way.notice(&world).await;
        way.drain().await;
        let message = messages::get(&world.root(), id).await.unwrap();
        assert_eq!(
            (message.status, message.error_code.as_deref()),
            (MessageStatus::Failed, Some("window_closed"))
        );
        assert_eq!(dead(&world).await, 1);

        gateways.meta.says(400, refusal(130_429));
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sending);
        gateways.meta.takes();
        world.pass(9 * SECOND);
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sending, "it asked for ten seconds");
        world.pass(2 * SECOND);
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sent);
        assert_eq!(tries(&world.app, id).await, pairs(&[("meta", "failed"), ("meta", "accepted")]));
        assert_eq!(dead(&world).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fonnte_goes_on_while_meta_is_down_and_meta_when_it_is_back() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta,fonnte");
        way.set(&world, "fonnte", ProviderChange { cost: Some(Rupiah(150)), ..Default::default() }).await;
        gateways.meta.says(503, "");
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("meta", "failed"), ("fonnte", "accepted")]));
        let message = messages::get(&world.root(), id).await.unwrap();
        assert_eq!((message.status, message.provider.as_deref()), (MessageStatus::Sent, Some("fonnte")));
        let told = DeliveryReport {
            provider_id: Some("f1".into()),
            state_id: None,
            status: Some(MessageStatus::Read),
        };
        messages::reported(&way.ctx(&world), "fonnte", &told).await.unwrap();
        assert_eq!(status(&world, id).await, MessageStatus::Read, "reports are matched by who sent it");

        gateways.meta.takes();
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("meta", "accepted")]));

        gateways.meta.says(503, "");
        for _ in 0..5 {
            way.notice(&world).await;
            way.drain().await;
        }
        let asked = gateways.meta.got();
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(gateways.meta.got(), asked, "after five failures it is left alone");
        assert_eq!(tries(&world.app, id).await, pairs(&[("fonnte", "accepted")]));
        let seen = providers::list(&way.ctx(&world)).await.unwrap();
        assert_eq!(
            (seen[0].name.as_str(), seen[0].breaker, seen[0].active),
            ("meta", BreakerState::Open, false)
        );
        assert!(seen[0].breaker_open_ms > 0 && seen[1].active);
        assert_eq!((seen[0].tries_last_hour, seen[0].success_rate), (7, Some(1.0 / 7.0)));
        assert_eq!((seen[1].sent_today, seen[1].cost_today), (7, Rupiah(7 * 150)));
        assert_eq!(dead(&world).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_out_perhaps_never_goes_through_another_gateway() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta,fonnte");
        gateways.meta.says(504, "");
        let (id, code) = (way.notice(&world).await, way.otp(&world).await);
        way.drain().await;
        for one in [id, code] {
            assert_eq!(status(&world, one).await, MessageStatus::Unknown);
        }
        gateways.meta.says(503, "");
        world.pass(61 * SECOND);
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("meta", "unknown"), ("meta", "failed")]));
        gateways.meta.takes();
        world.pass(61 * SECOND);
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sent);
        assert_eq!(status(&world, code).await, MessageStatus::Unknown, "a code is not sent again at all");
        assert_eq!(gateways.fonnte.got(), 0);

        // The one that perhaps sent it is not in use any more: it is sent by nobody.
        gateways.meta.says(504, "");
        let id = way.notice(&world).await;
        way.drain().await;
        way.set(&world, "meta", ProviderChange { enabled: Some(false), ..Default::default() }).await;
        world.pass(61 * SECOND);
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Unknown);
        assert_eq!((gateways.fonnte.got(), dead(&world).await), (0, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_that_was_cut_off_is_asked_of_the_gateway_that_had_it() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta,fonnte");
        let id = way.notice(&world).await;
        let ctx = way.app.system("worker");
        messages::begin(&ctx, id, "meta", None).await.unwrap();
        providers::switch(&way.ctx(&world), "fonnte").await.unwrap();
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("meta", "unknown")]));
        assert_eq!((status(&world, id).await, gateways.fonnte.got()), (MessageStatus::Unknown, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_are_changed_hold_at_once() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta");
        way.set(&world, "meta", ProviderChange { limit: Some(3), ..Default::default() }).await;
        for _ in 0..5 {
            way.notice(&world).await;
            way.drain().await;
        }
        assert_eq!(gateways.meta.got(), 2, "one of three is kept for codes");
        for _ in 0..2 {
            way.otp(&world).await;
        }
        way.drain().await;
        assert_eq!(gateways.meta.got(), 3);

        way.set(&world, "meta", ProviderChange { limit: Some(0), ..Default::default() }).await;
        for _ in 0..6 {
            world.pass(2 * SECOND);
            way.drain().await;
        }
        assert_eq!(
            gateways.meta.got(),
            7,
            "the configured limit holds again, long before the minute is over"
        );
        assert_eq!(dead(&world).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_follows_within_seconds() {
    let world = World::new(Backend::Sqlite).await;
    let gateways = gateways().await;
    let way = gateways.through(&world, "meta");
    let other = Way::of(world.beside_with(gateways.config(&world, "meta", &[])).await);
    let stop = other.app.db.hub().stopping();
    let (outbox, app) = (other.outbox.clone(), other.app.clone());
    let following = tokio::spawn(async move { outbox.follow(app, stop).await });
    let limits = || other.outbox.account("meta").unwrap().guarded.limiter.limits();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((limits().per_window, limits().concurrency), (100, 5));
    let change = ProviderChange { limit: Some(7), concurrency: Some(2), ..Default::default() };
    way.set(&world, "meta", change).await;
    let begun = std::time::Instant::now();
    while limits().per_window != 7 {
        assert!(begun.elapsed() < Duration::from_secs(8), "the change is not followed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(limits().concurrency, 2);
    other.app.db.hub().stop();
    following.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_cap_leads_to_the_next_account_and_locks_nobody_out() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta,fonnte");
        let one = || ProviderChange { daily_cap: Some(1), ..Default::default() };
        way.set(&world, "meta", one()).await;
        for providers in ["meta", "fonnte"] {
            let id = way.notice(&world).await;
            way.drain().await;
            assert_eq!(tries(&world.app, id).await, pairs(&[(providers, "accepted")]));
        }
        way.set(&world, "fonnte", one()).await;
        let (waits, code) = (way.notice(&world).await, way.otp(&world).await);
        way.drain().await;
        assert_eq!(status(&world, waits).await, MessageStatus::Queued);
        assert_eq!(tries(&world.app, code).await, pairs(&[("meta", "accepted")]));
        // Tomorrow in Jakarta.
        world.pass(Duration::from_secs(15 * 3600 + 60));
        way.drain().await;
        assert_eq!(tries(&world.app, waits).await, pairs(&[("meta", "accepted")]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnected_device_raises_an_alert_once_and_others_go_first() {
    both(async |world| {
        cast(&world).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("INSERT INTO users (username, full_name, role, created_at, updated_at) SELECT 'nina', 'Nina', 'noc', created_at, updated_at FROM users WHERE id = 1", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let gateways = gateways().await;
        let way = gateways.through(&world, "fonnte,http");
        let ctx = way.app.system("webhook");
        for _ in 0..3 {
            providers::connection(&ctx, "fonnte", false, Some("logged out")).await.unwrap();
        }
        let filter = || AuditFilter { kind: Some("provider.*".into()), ..AuditFilter::default() };
        let told = event::search(&world.root(), &filter()).await.unwrap().items;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].kind.as_str(), told[0].subject.as_str()), ("provider.disconnected", "fonnte"));
        for who in [admin(&world), staff(&world, 7, "nina", Role::Noc, None)] {
            let filter = NotificationFilter::default();
            let centre = notifications::list(&who, &filter).await.unwrap().items;
            assert_eq!(centre.len(), 1);
            assert_eq!(centre[0].notification_type, NotificationType::Alert);
            assert_eq!(centre[0].title, "Penyedia WhatsApp fonnte terputus");
            assert!(centre[0].message.contains("logged out"), "{}", centre[0].message);
        }
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("http", "accepted")]));
        let seen = providers::list(&way.ctx(&world)).await.unwrap();
        assert_eq!(seen[0].connection, Connection::Disconnected);
        assert_eq!(seen[0].connection_reason.as_deref(), Some("logged out"));

        providers::connection(&ctx, "fonnte", true, None).await.unwrap();
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(tries(&world.app, id).await, pairs(&[("fonnte", "accepted")]));
        assert_eq!(event::search(&world.root(), &filter()).await.unwrap().items.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_is_checked_and_told() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta,fonnte");
        let ctx = way.ctx(&world);
        let change = |change| providers::change(&ctx, "meta", change);
        let bad = ProviderChange { limit: Some(-1), cost: Some(Rupiah(-5)), ..Default::default() };
        let Err(Error::Invalid(fields)) = change(bad).await else { panic!() };
        assert_eq!(fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["limit", "cost"]);
        let gone = providers::change(&ctx, "http", ProviderChange::default()).await;
        assert!(matches!(gone, Err(Error::NotFound(_))), "it is not configured");

        let meta = change(ProviderChange { limit: Some(50), ..Default::default() }).await.unwrap();
        assert_eq!((meta.limit, meta.version), (50, 1));
        let stale = ProviderChange { limit: Some(60), version: Some(0), ..Default::default() };
        assert!(matches!(change(stale).await, Err(Error::Conflict { code: "version_mismatch", .. })));
        let same = change(ProviderChange { limit: Some(50), ..Default::default() }).await.unwrap();
        assert_eq!(same.version, 1, "nothing changed");

        let order = |all: &[aglis_core::providers::Provider]| -> Vec<String> {
            all.iter().map(|one| one.name.clone()).collect()
        };
        assert_eq!(order(&providers::switch(&ctx, "fonnte").await.unwrap()), ["fonnte", "meta"]);
        let off = || ProviderChange { enabled: Some(false), ..Default::default() };
        assert!(!change(off()).await.unwrap().enabled);
        let last = providers::change(&ctx, "fonnte", off()).await;
        assert!(matches!(last, Err(Error::Conflict { code: "last_provider", .. })));
        let back = providers::switch(&ctx, "meta").await.unwrap();
        assert!(back[0].name == "meta" && back[0].enabled && back[0].active && back[0].limit == 50);

        let filter = AuditFilter { kind: Some("provider.changed".into()), ..AuditFilter::default() };
        let told = event::search(&world.root(), &filter).await.unwrap().items;
        assert_eq!(told.len(), 6, "limit, two ranks, off, and two ranks again");
        let sandbox = providers::change(&world.root(), "sandbox", off()).await;
        assert!(matches!(sandbox, Err(Error::Conflict { code: "sandbox", .. })));
        assert_eq!(order(&providers::list(&world.root()).await.unwrap()), ["sandbox"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_shares_the_limits_between_processes() {
    let world = World::new(Backend::Sqlite).await;
    let gateways = gateways().await;
    let redis = Server::from_env().redis;
    let config = || gateways.config(&world, "meta", &[("AGLIS_REDIS_URL", &redis)]);
    let one = Way::of(world.with_config(config()));
    let two = Way::of(world.beside_with(config()).await);
    let rate = Rate { limit: 4, reserved: 1, window_ms: 1500, concurrency: 100, longest_ms: 1500 };
    let next = std::sync::atomic::AtomicI64::new(1);
    let ask = async |way: &Way, rate: Rate, kind| {
        let bucket = way.outbox.bucket.clone().unwrap();
        let message = MessageId(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        format!("{:?}", bucket.take("meta", &rate, kind, message).await)
    };
    let notice = MessageKind::Notification;
    let first = ask(&one, rate, notice).await;
    assert!(first.starts_with("Unsure"), "it has not watched for a whole window yet: {first}");
    tokio::time::sleep(Duration::from_millis(1700)).await;
    for way in [&one, &two, &one] {
        let room = ask(way, rate, notice).await;
        assert!(room.starts_with("Yes"), "{room}");
    }
    for way in [&one, &two] {
        let room = ask(way, rate, notice).await;
        assert!(room.starts_with("No("), "{room}");
    }
    assert!(ask(&two, rate, MessageKind::Otp).await.starts_with("Yes"), "a place is kept for codes");
    assert!(ask(&one, rate, MessageKind::Otp).await.starts_with("No("));
    tokio::time::sleep(Duration::from_millis(1700)).await;

    let narrow = Rate { limit: 100, concurrency: 2, ..rate };
    let bucket = one.outbox.bucket.clone().unwrap();
    let room = bucket.take("meta", &narrow, notice, MessageId(1000)).await;
    assert!(format!("{room:?}").starts_with("Yes"), "{room:?}");
    let busy = ask(&two, narrow, notice).await;
    assert!(busy.starts_with("Busy"), "{busy}");
    assert!(ask(&two, narrow, MessageKind::Otp).await.starts_with("Yes"));
    assert!(ask(&two, narrow, MessageKind::Otp).await.starts_with("Busy"));
    bucket.release("meta", MessageId(1000)).await;
    assert!(ask(&two, narrow, MessageKind::Otp).await.starts_with("Yes"), "a stopped process holds no place");

    let nowhere = format!("redis://127.0.0.1:{}", aglis_tests::free_port());
    let away = gateways.config(&world, "meta", &[("AGLIS_REDIS_URL", &nowhere)]);
    let away = Way::of(world.with_config(away));
    assert_eq!(ask(&away, rate, notice).await, "Away");
    away.set(&world, "meta", ProviderChange { limit: Some(3), ..Default::default() }).await;
    for _ in 0..4 {
        away.notice(&world).await;
        away.drain().await;
    }
    assert_eq!(gateways.meta.got(), 2, "then the database holds the limit");
}

async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if reached().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never came to this: {what}");
}

fn signature(secret: &str, body: &str) -> String {
    use hmac::{KeyInit, Mac};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn frame(value: &Value) -> String {
    let mut value = value.clone();
    value["metadata"] = json!({ "display_phone_number": "62811", "phone_number_id": "10987" });
    json!({ "object": "whatsapp_business_account",
        "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] })
    .to_string()
}

async fn daemon(gateways: &World3, backend: Backend, providers: &str) -> Daemon {
    let env = gateways.env(providers);
    let mut env: Vec<(&str, &str)> = env.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    env.push(("AGLIS_QUEUE_POLL_MS", "50"));
    Daemon::start_with(backend, &[], &env).await
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_calls_back_signed_and_strangers_are_turned_away() {
    let gateways = gateways().await;
    let daemon = daemon(&gateways, Backend::Sqlite, "meta,fonnte").await;
    let app = daemon.app().await;
    let ctx = app.system("test");
    let first = otp(&app, &ctx).await;
    let of = async |id| messages::get(&app.system("test"), id).await.unwrap();
    until("the code is sent", async || of(first).await.status == MessageStatus::Sent).await;

    let http = reqwest::Client::new();
    let hook = format!("{}/api/webhooks/whatsapp/meta", daemon.url);
    let ask = async |mode: &str, word: &str| {
        let query = [("hub.mode", mode), ("hub.verify_token", word), ("hub.challenge", "1158201444")];
        let answer = http.get(&hook).query(&query).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(ask("subscribe", VERIFY).await, (200, "1158201444".to_owned()));
    assert_eq!(ask("subscribe", "a-guess-that-is-wrong").await.0, 404);
    assert_eq!(ask("unsubscribe", VERIFY).await.0, 404);

    let post = async |body: &str, signed: Option<String>| {
        let mut request = http.post(&hook).body(body.to_owned());
        if let Some(signed) = signed {
            request = request.header("X-Hub-Signature-256", signed);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let good = async |body: &str| post(body, Some(signature(APP_SECRET, body))).await;
    let read = frame(&json!({ "statuses": [{ "id": "wamid.1", "status": "read", "timestamp": "1" }] }));
    assert_eq!(post(&read, None).await.0, 404);
    assert_eq!(post(&read, Some(signature("another-secret-altogether", &read))).await.0, 404);
    assert_eq!(post(&read, Some(signature(APP_SECRET, &read.replace("read", "sent")))).await.0, 404);
    assert_eq!(of(first).await.status, MessageStatus::Sent);
    for _ in 0..2 {
        assert_eq!(good(&read).await, (200, json!({ "taken": 1 })));
        assert_eq!(of(first).await.status, MessageStatus::Read);
    }
    let late = frame(&json!({ "statuses": [{ "id": "wamid.1", "status": "delivered" }] }));
    assert_eq!(good(&late).await.0, 200);
    assert_eq!(of(first).await.status, MessageStatus::Read, "never back");
    assert_eq!(good("<xml/>").await.0, 422);

    let second = otp(&app, &ctx).await;
    until("the second is sent", async || of(second).await.status == MessageStatus::Sent).await;
    let mixed = frame(&json!({
        "statuses": [
            { "id": "x".repeat(300), "status": "read" },
            { "id": "wamid.2", "status": "failed", "errors": [{ "code": 131047, "title": "Re-engagement" }] },
            { "id": "wamid.stranger", "status": "failed", "errors": [{ "code": 131026, "title": "No" }] },
        ],
        "messages": [{ "from": "6281234567890", "id": "wamid.in", "timestamp": "1732150000",
            "type": "interactive",
            "interactive": { "type": "button_reply", "button_reply": { "id": "yes", "title": "Ya" } } }],
    }));
    for _ in 0..2 {
        assert_eq!(good(&mixed).await, (200, json!({ "taken": 3 })));
    }
    let failed = of(second).await;
    assert_eq!((failed.status, failed.error_code.as_deref()), (MessageStatus::Failed, Some("window_closed")));
    let mut tx = app.db.read().await.unwrap();
    let inbox: Vec<(String, String)> =
        tx.all("SELECT body, provider FROM messages WHERE direction = 'in'", args![]).await.unwrap();
    assert_eq!(inbox, [("Ya".to_owned(), "meta".to_owned())]);
    drop(tx);

    let page = daemon.get("/api/messages/callbacks").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
    let kept = &page["items"][0];
    assert_eq!((&kept["provider"], &kept["provider_id"]), (&json!("meta"), &json!("wamid.stranger")));
    assert_eq!((&kept["status"], &kept["code"]), (&json!("failed"), &json!("undeliverable")));
    let other = daemon.get("/api/messages/callbacks?provider=fonnte").await;
    assert_eq!(other["items"], json!([]));
    let closed = http.get(format!("{}/api/messages/callbacks", daemon.url)).send().await.unwrap();
    assert_eq!(closed.status(), 401);
    let log = daemon.log();
    assert!(!log.contains(APP_SECRET) && !log.contains(VERIFY) && !log.contains("6281234567890"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unmatched_reports_are_paged_and_vanish_when_their_message_is_known() {
    both(async |world| {
        let gateways = gateways().await;
        let way = gateways.through(&world, "meta");
        let ctx = way.ctx(&world);
        for n in 1..=5 {
            let report = DeliveryReport {
                provider_id: Some(format!("wamid.{n}")),
                state_id: None,
                status: Some(MessageStatus::Delivered),
            };
            messages::reported(&ctx, "meta", &report).await.unwrap();
        }
        let mut ids = Vec::new();
        let mut cursor = None;
        loop {
            let filter = CallbackFilter { limit: Some(2), cursor, provider: Some("meta".into()) };
            let page = messages::callbacks(&ctx, &filter).await.unwrap();
            ids.extend(page.items.into_iter().filter_map(|one| one.provider_id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(ids, ["wamid.5", "wamid.4", "wamid.3", "wamid.2", "wamid.1"]);
        let id = way.notice(&world).await;
        way.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Delivered, "the early report is matched");
        let left = messages::callbacks(&ctx, &CallbackFilter::default()).await.unwrap().items;
        assert_eq!(left.len(), 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_listed_set_and_switched_over_http_and_from_the_command_line() {
    let gateways = gateways().await;
    let daemon = daemon(&gateways, Backend::Sqlite, "fonnte,http").await;
    let app = daemon.app().await;
    let local = daemon.local();
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&daemon.ctl_json(&["provider", "list"])), ["fonnte", "http"]);
    assert!(daemon.ctl(&["provider", "list"]).contains("in use"));

    let set = ["provider", "set", "fonnte", "--limit", "60", "--daily-cap", "2000", "--cost", "150"];
    daemon.ctl(&[&set[..], &["--dry-run"]].concat());
    assert_eq!(daemon.get("/api/providers").await[0]["limit"], 100);
    let changed = daemon.ctl_json(&set);
    assert_eq!(
        (&changed["limit"], &changed["daily_cap"], &changed["cost"]),
        (&json!(60), &json!(2000), &json!(150))
    );
    let patch = async |name: &str, body: Value| {
        let url = format!("http://local/api/providers/{name}");
        let answer = local.patch(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, refused) = patch("fonnte", json!({ "token": "x" })).await;
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("unknown")));
    assert_eq!(patch("fonnte", json!({ "limit": 100_001 })).await.0, 422);
    assert_eq!(patch("fonnte", json!({ "limit": 50, "version": 0 })).await.0, 409);
    assert_eq!(patch("twilio", json!({ "limit": 5 })).await.0, 404);
    assert!(!daemon.ctl_with(&["provider", "switch", "twilio"], "").status.success());

    let send = async || {
        let id = otp(&app, &app.system("test")).await;
        let get = async || messages::get(&app.system("test"), id).await.unwrap();
        until("it is sent", async || get().await.status == MessageStatus::Sent).await;
        get().await.provider
    };
    assert_eq!(send().await.as_deref(), Some("fonnte"));
    daemon.ctl(&["provider", "switch", "http"]);
    assert_eq!(send().await.as_deref(), Some("http"));
    let list = daemon.get("/api/providers").await;
    assert_eq!(names(&list), ["http", "fonnte"]);
    assert_eq!((&list[1]["sent_today"], &list[1]["cost_today"]), (&json!(1), &json!(150)));

    let hook = format!("{}/api/webhooks/whatsapp/fonnte/{HOOK}", daemon.url);
    let told = r#"{"device":"62811","status":"disconnect","reason":"logged out"}"#;
    let answer = reqwest::Client::new().post(hook).body(told).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(daemon.get("/api/providers").await[1]["connection"], "disconnected");
    assert!(daemon.ctl(&["provider", "list"]).contains("disconnected: logged out"));
    let closed = reqwest::get(format!("{}/api/providers", daemon.url)).await.unwrap();
    assert_eq!(closed.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_with_redis_sends_no_more_than_its_account_may() {
    let gateways = gateways().await;
    let daemon = daemon(&gateways, Backend::Postgres, "meta,fonnte").await;
    let app = daemon.app().await;
    daemon.ctl(&["provider", "set", "meta", "--limit", "5", "--window", "3600"]);
    let ctx = app.system("test");
    for _ in 0..8 {
        otp(&app, &ctx).await;
    }
    until("five are sent", async || gateways.meta.got() >= 5).await;
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!((gateways.meta.got(), gateways.fonnte.got()), (5, 0), "a full window is no failure");
}
