//! Messages through the running daemon: a gateway that answers badly, calls back, and a daemon that gets killed.

use aglis_core::{
    app::App,
    args,
    messages::{MessageStatus, service as messages},
    types::*,
};
use aglis_tests::{Backend, Daemon};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

const SECRET: &str = "a-path-that-nobody-guesses";

/// A gateway that takes everything and counts what it got by recipient.
struct Gateway {
    url: String,
    got: Arc<Mutex<HashMap<String, u32>>>,
}

impl Gateway {
    async fn start(pace: Duration) -> Gateway {
        let got = Arc::new(Mutex::new(HashMap::new()));
        let counted = got.clone();
        let take = move |axum::Form(form): axum::Form<HashMap<String, String>>| async move {
            let target = form["target"].clone();
            *counted.lock().unwrap().entry(target.clone()).or_insert(0) += 1;
            tokio::time::sleep(pace).await;
            axum::Json(json!({"status": true, "id": [format!("f{target}")], "target": [target]}))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/send", axum::routing::post(take));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Gateway { url, got }
    }

    async fn daemon(&self, backend: Backend) -> Daemon {
        let env = [
            ("AGLIS_WHATSAPP_PROVIDER", "fonnte"),
            ("AGLIS_WHATSAPP_FONNTE_TOKEN", "token"),
            ("AGLIS_WHATSAPP_FONNTE_URL", self.url.as_str()),
            ("AGLIS_WHATSAPP_ALLOW_PRIVATE_PROVIDERS", "true"),
            ("AGLIS_WHATSAPP_WEBHOOK_SECRET", SECRET),
            ("AGLIS_WHATSAPP_LIMIT", "100000"),
            ("AGLIS_WHATSAPP_CONCURRENCY", "20"),
            ("AGLIS_QUEUE_WORKERS", "16"),
            ("AGLIS_QUEUE_POLL_MS", "50"),
            ("AGLIS_QUEUE_LEASE", "5s"),
        ];
        Daemon::start_with(backend, &[], &env).await
    }
}

async fn otp(app: &App, number: usize) -> MessageId {
    let ctx = app.system("test");
    let mut tx = app.db.write().await.unwrap();
    let phone: Phone = format!("+62812{number:08}").parse().unwrap();
    let until = ctx.now.plus_seconds(600);
    let id = messages::send_otp(
        &mut tx,
        &ctx,
        &phone,
        None,
        Locale::Id,
        messages::Otp { code: "123456", link: "https://isp.test/l", expires_at: until },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn notice(app: &App, number: usize) -> MessageId {
    let ctx = app.system("test");
    let mut tx = app.db.write().await.unwrap();
    let address = format!("+62813{number:08}");
    let new = messages::NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address: &address,
        variables: &[("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")],
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    let id = messages::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn counts(app: &App) -> HashMap<String, i64> {
    let mut tx = app.db.read().await.unwrap();
    let rows: Vec<(String, i64)> = tx
        .all("SELECT status, COUNT(*) FROM messages WHERE direction = 'out' GROUP BY status", args![])
        .await
        .unwrap();
    rows.into_iter().collect()
}

async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    for _ in 0..1200 {
        if reached().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never came to this: {what}");
}

async fn killed_and_restarted(backend: Backend) {
    let gateway = Gateway::start(Duration::from_millis(20)).await;
    let mut daemon = gateway.daemon(backend).await;
    let app = daemon.app().await;
    daemon.kill();
    for n in 0..240 {
        notice(&app, n).await;
        if n % 3 == 0 {
            otp(&app, n).await;
        }
    }
    let mut left = Vec::new();
    for pause in [20, 60, 100] {
        daemon.restart().await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        daemon.kill();
        left.push(counts(&app).await.get("queued").copied().unwrap_or(0));
    }
    assert!(left[0] > 0, "it was killed in the middle of its work: {left:?}");
    daemon.restart().await;
    until("nothing is on its way any more", async || {
        let counts = counts(&app).await;
        ["queued", "sending"].iter().all(|status| !counts.contains_key(*status))
    })
    .await;
    let counts = counts(&app).await;
    let (sent, unknown) =
        (counts.get("sent").copied().unwrap_or(0), counts.get("unknown").copied().unwrap_or(0));
    assert_eq!(sent + unknown, 320, "{counts:?}");
    assert!(unknown <= 3 * 17, "no more than were under way: {counts:?}");
    let got = gateway.got.lock().unwrap().clone();
    let twice: Vec<_> = got.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(got.len() as i64 >= sent, "{} arrived, {sent} are said to be sent", got.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_message_and_sends_none_twice_on_sqlite() {
    killed_and_restarted(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_message_and_sends_none_twice_on_postgres() {
    killed_and_restarted(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_messages_under_way_arrive() {
    let gateway = Gateway::start(Duration::from_millis(400)).await;
    let mut daemon = gateway.daemon(Backend::Sqlite).await;
    let app = daemon.app().await;
    for n in 0..5 {
        otp(&app, n).await;
    }
    until("they are under way", async || gateway.got.lock().unwrap().len() >= 3).await;
    assert!(daemon.stop().await.success());
    let counts = counts(&app).await;
    assert!(!counts.contains_key("sending") && !counts.contains_key("unknown"), "{counts:?}");
    assert_eq!(counts["sent"], gateway.got.lock().unwrap().len() as i64);
    daemon.restart().await;
    until("the rest is sent", async || self::counts(&app).await.get("sent") == Some(&5)).await;
    assert!(gateway.got.lock().unwrap().values().all(|times| *times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn fonnte_calls_back_and_strangers_are_turned_away() {
    let gateway = Gateway::start(Duration::ZERO).await;
    let daemon = gateway.daemon(Backend::Sqlite).await;
    let app = daemon.app().await;
    let id = otp(&app, 7).await;
    let sent = async || messages::get(&app.system("test"), id).await.unwrap().status == MessageStatus::Sent;
    until("the code is sent", sent).await;

    let http = reqwest::Client::new();
    let hook = format!("{}/api/webhooks/whatsapp/fonnte", daemon.url);
    let call = async |secret: &str, body: &str| {
        let answer = http.post(format!("{hook}/{secret}")).body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let report =
        r#"{"device":"62811","id":"f6281200000007","stateid":"S7","status":"sent","state":"delivered"}"#;
    assert_eq!(call("guessed-wrong-secret", report).await.0, 404);
    assert_eq!(call(SECRET, "<xml/>").await.0, 422);
    assert_eq!(call(SECRET, report).await, (200, json!({"taken": 1})));
    let ctx = app.system("test");
    assert_eq!(messages::get(&ctx, id).await.unwrap().status, MessageStatus::Delivered);
    assert_eq!(call(SECRET, "device=62811&stateid=S7&state=read").await.0, 200);
    assert_eq!(messages::get(&ctx, id).await.unwrap().status, MessageStatus::Read);
    assert_eq!(call(SECRET, r#"{"device":"62811","status":"disconnect","reason":"x"}"#).await.0, 200);
    let inbound = r#"{"device":"62811","sender":"6281200000007","message":"halo","inboxid":"9"}"#;
    assert_eq!(call(SECRET, inbound).await.0, 200);
    assert_eq!(call(SECRET, inbound).await.0, 200);
    let mut tx = app.db.read().await.unwrap();
    let (inbox,): (i64,) =
        tx.one("SELECT COUNT(*) FROM messages WHERE direction = 'in'", args![]).await.unwrap();
    assert_eq!(inbox, 1);

    let generic = format!("{}/api/webhooks/whatsapp/delivery", daemon.url);
    let body = json!({"provider": "fonnte", "provider_id": "f6281200000007", "status": "delivered"});
    let strange = http.post(&generic).json(&body).send().await.unwrap();
    assert_eq!(strange.status(), 404);
    let known = http.post(&generic).header("X-Webhook-Secret", SECRET).json(&body).send().await.unwrap();
    assert_eq!((known.status().as_u16(), known.json::<Value>().await.unwrap()), (200, json!("no_change")));
    assert!(!daemon.log().contains("123456") && !daemon.log().contains(SECRET), "{}", daemon.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_taken_from_named_addresses_only() {
    let env = [
        ("AGLIS_WHATSAPP_WEBHOOK_SECRET", SECRET),
        ("AGLIS_WHATSAPP_WEBHOOK_FROM", "203.0.113.0/24,2001:db8::7"),
        ("AGLIS_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let daemon = Daemon::start_with(Backend::Sqlite, &[], &env).await;
    let http = reqwest::Client::new();
    let call = async |path: String, from: &str, body: Value| {
        let request = http.post(format!("{}/api/webhooks/whatsapp/{path}", daemon.url));
        let request = request.header("X-Forwarded-For", from).header("X-Webhook-Secret", SECRET);
        request.json(&body).send().await.unwrap().status().as_u16()
    };
    let report = || json!({"id": "1", "status": "delivered"});
    let ours = || json!({"provider": "fonnte", "provider_id": "f1", "status": "delivered"});
    for (from, status) in [
        ("203.0.113.9", 200),
        ("2001:db8::7", 200),
        ("203.0.114.9", 404),
        ("2001:db8::8", 404),
        ("203.0.113.9, 198.51.100.1", 404),
    ] {
        assert_eq!(call(format!("fonnte/{SECRET}"), from, report()).await, status, "{from}");
        assert_eq!(call("delivery".into(), from, ours()).await, status, "{from}");
    }
    assert_eq!(call("fonnte/nobodys-path".into(), "203.0.113.9", report()).await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_closed_without_a_secret_and_staff_see_the_sandbox() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let http = reqwest::Client::new();
    let hook = format!("{}/api/webhooks/whatsapp/fonnte/anything", daemon.url);
    assert_eq!(http.post(hook).body("id=1&status=sent").send().await.unwrap().status(), 404);
    for closed in ["sandbox/messages", "queue/stats", "messages"] {
        let answer = http.get(format!("{}/api/{closed}", daemon.url)).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{closed}");
    }

    let app = daemon.app().await;
    let id = otp(&app, 7).await;
    let local =
        reqwest::Client::builder().unix_socket(daemon.dir.path().join("aglisd.sock")).build().unwrap();
    let get = async |path: &str| {
        let answer = local.get(format!("http://local/api/{path}")).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let post = async |path: &str, body: Value| {
        let answer = local.post(format!("http://local/api/{path}")).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    until("the code is on the phone", async || {
        let (_, page) = get("sandbox/messages?to=0812-0000-0007").await;
        page["items"][0]["body"].as_str().is_some_and(|body| body.contains("123456"))
    })
    .await;
    let (_, page) = get("sandbox/messages?to=6281200000007").await;
    let entry = &page["items"][0]["id"];
    assert_eq!(post(&format!("sandbox/messages/{entry}/read"), json!({})).await.0, 200);
    let (_, message) = get(&format!("messages/{id}")).await;
    assert_eq!(message["status"], "read");
    assert!(!message["body"].as_str().unwrap().contains("123456"));
    assert_eq!(post(&format!("sandbox/messages/{entry}/queued"), json!({})).await.0, 422);
    assert_eq!(post(&format!("sandbox/messages/{entry}/nonsense"), json!({})).await.0, 404);
    let (status, reply) = post("sandbox/reply", json!({"from": "0812 0000 0007", "text": "halo"})).await;
    assert_eq!((status, &reply["direction"]), (200, &json!("in")));
    let (_, stats) = get("queue/stats").await;
    assert_eq!((&stats["waiting"], &stats["dead"]), (&json!(0), &json!(0)));
    let (_, done) = get("queue/jobs/done").await;
    assert_eq!(done["items"][0]["kind"], "send-otp");
    let job = &done["items"][0]["id"];
    assert_eq!(get(&format!("queue/job/{job}")).await.0, 200);
    let (status, refused) = post(&format!("queue/retry/{job}"), json!({})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("illegal_transition")));
    assert_eq!(get("queue/jobs/nonsense").await.0, 404);
    assert_eq!(get("queue/job/99999").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_messages_arrive_all_the_same_and_health_says_so() {
    let nowhere = format!("redis://127.0.0.1:{}", aglis_tests::free_port());
    let daemon = Daemon::start_with(Backend::Postgres, &[], &[("AGLIS_REDIS_URL", &nowhere)]).await;
    let app = daemon.app().await;
    let asked = std::time::Instant::now();
    let id = otp(&app, 7).await;
    until("the code is sent", async || {
        messages::get(&app.system("test"), id).await.unwrap().status == MessageStatus::Sent
    })
    .await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let health: Value =
        daemon.local().get("http://local/api/health").send().await.unwrap().json().await.unwrap();
    assert_eq!((&health["status"], &health["healthy"]), (&json!("degraded"), &json!(true)), "{health}");
    let redis = health["checks"].as_array().unwrap().iter().find(|check| check["name"] == "redis").unwrap();
    assert_eq!(redis["ok"], false);
}
