//! What goes wrong, and what must not come of it: no message lost, none twice, no code twice. `AGLIS_TEST_LONG=1` makes
//! the stories longer.

mod answers;
mod bulk;
mod clock;
mod gateway;
mod jobs;
mod kills;
mod power;
mod redis;
mod stop;
mod work;

use aglis_core::{
    app::App,
    args,
    db::Tx,
    messages::{MessageStatus, service as messages},
    types::*,
};
use gateway::Gateway;
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

/// Whether there is time for the long stories.
fn long() -> bool {
    std::env::var_os("AGLIS_TEST_LONG").is_some_and(|value| value == "1")
}

fn otp_phone(number: usize) -> String {
    format!("+62812{number:08}")
}

fn notice_phone(number: usize) -> String {
    format!("+62813{number:08}")
}

async fn add_otp(tx: &mut Tx, app: &App, number: usize) -> aglis_core::error::Result<MessageId> {
    let ctx = app.system("test");
    let phone: Phone = otp_phone(number).parse().unwrap();
    let until = ctx.now.plus_seconds(600);
    let otp = messages::Otp { code: "123456", link: "https://isp.test/l", expires_at: until };
    messages::send_otp(tx, &ctx, &phone, None, Locale::Id, otp).await
}

async fn add_notice(tx: &mut Tx, app: &App, number: usize) -> aglis_core::error::Result<MessageId> {
    let ctx = app.system("test");
    let new = messages::NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address: &notice_phone(number),
        variables: &[("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")],
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    messages::send(tx, &ctx, new).await
}

async fn otp(app: &App, number: usize) -> MessageId {
    let mut tx = app.db.write().await.unwrap();
    let id = add_otp(&mut tx, app, number).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn notice(app: &App, number: usize) -> MessageId {
    let mut tx = app.db.write().await.unwrap();
    let id = add_notice(&mut tx, app, number).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Queues so many notices and codes at once; their addresses.
async fn crowd(app: &App, notices: usize, otps: usize) -> Vec<String> {
    let mut tx = app.db.write().await.unwrap();
    for number in 0..notices {
        add_notice(&mut tx, app, number).await.unwrap();
    }
    for number in 0..otps {
        add_otp(&mut tx, app, number).await.unwrap();
    }
    tx.commit().await.unwrap();
    (0..notices).map(notice_phone).chain((0..otps).map(otp_phone)).collect()
}

async fn status(app: &App, id: MessageId) -> MessageStatus {
    messages::get(&app.system("test"), id).await.unwrap().status
}

/// The messages to people, by address.
async fn statuses(app: &App) -> HashMap<String, String> {
    let mut tx = app.db.read().await.unwrap();
    let rows: Vec<(String, String)> =
        tx.all("SELECT address, status FROM messages WHERE direction = 'out'", args![]).await.unwrap();
    rows.into_iter().collect()
}

/// The tries that are written down as being on their way.
async fn under_way(app: &App) -> HashSet<(i64, i64)> {
    let mut tx = app.db.read().await.unwrap();
    let rows: Vec<(i64, i64)> = tx
        .all("SELECT message_id, number FROM message_attempts WHERE outcome = 'sending'", args![])
        .await
        .unwrap();
    rows.into_iter().collect()
}

async fn number(app: &App, sql: &'static str) -> i64 {
    let mut tx = app.db.read().await.unwrap();
    let (found,): (i64,) = tx.one(sql, args![]).await.unwrap();
    found
}

async fn until_within(what: &str, limit: Duration, mut reached: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !reached().await {
        assert!(begun.elapsed() < limit, "never came to this: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

async fn until(what: &str, reached: impl AsyncFnMut() -> bool) {
    until_within(what, Duration::from_secs(45), reached).await;
}

/// Waits until no message is to be sent or being sent.
async fn settled(app: &App) {
    until("nothing is on its way any more", async || {
        number(
            app,
            "SELECT COUNT(*) FROM messages WHERE direction = 'out' AND status IN ('queued', 'sending')",
        )
        .await
            == 0
    })
    .await;
}

/// No acknowledged message is lost; what arrived twice or perhaps not at all was under way when a process died; no code
/// arrived twice.
async fn nothing_lost(app: &App, gateway: &Gateway, acknowledged: &[String], cut_off: usize, said: &str) {
    let statuses = statuses(app).await;
    let mut missing = 0;
    for address in acknowledged {
        let status = statuses.get(address).unwrap_or_else(|| panic!("{said}: {address} is lost"));
        let arrived = gateway.arrived(address);
        match status.as_str() {
            "sent" => assert!(arrived > 0, "{said}: {address} is said to be sent"),
            "unknown" => missing += usize::from(arrived == 0),
            other => panic!("{said}: {address} is {other}"),
        }
    }
    assert!(missing <= cut_off, "{said}: {missing} did not arrive, {cut_off} were under way");
    let twice = gateway.twice();
    let repeated: usize = twice.values().map(|times| times - 1).sum();
    assert!(repeated <= cut_off, "{said}: {twice:?}, {cut_off} were under way");
    assert!(twice.keys().all(|target| !target.starts_with("62812")), "{said}: a code went twice: {twice:?}");
}
