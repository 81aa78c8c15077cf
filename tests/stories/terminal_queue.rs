//! The queue on the console, over a real daemon: a dead letter is seen, opened and put back, a queue stands still and
//! goes on.

use aglis_core::{
    app::{Actor, Ctx, RequestInfo},
    messages::service::{self as messages, NewMessage},
    types::*,
};
use aglis_tests::{Backend, Daemon, Terminal, eventually};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
/// An address that every provider refuses for good.
const NOWHERE: &str = "+62";

/// Writes a message to nobody, as the daemon would, and waits until its job is given up.
async fn dead_letter(daemon: &Daemon) -> String {
    let app = daemon.app().await;
    let now = app.now();
    let actor = Actor::Unix { uid: 0, name: "root".into() };
    let request = RequestInfo { id: "test".into(), ..RequestInfo::default() };
    let ctx = Ctx { app, actor, now, request };
    let mut tx = ctx.app.db.write().await.unwrap();
    let variables = [("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")];
    let new = NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address: NOWHERE,
        variables: &variables,
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    messages::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    eventually("a dead letter", async || {
        let dead = daemon.get("/api/queue/jobs/dead").await;
        dead["items"][0]["id"].as_i64().map(|id| id.to_string())
    })
    .await
}

/// Waits for what only the daemon knows.
async fn paused(daemon: &Daemon, reason: Option<&str>) {
    eventually("the pause", async || {
        let stats = daemon.get("/api/queue/stats").await;
        let queues = stats["queues"].as_array().cloned().unwrap_or_default();
        let messages = queues.into_iter().find(|queue| queue["queue"] == "messages")?;
        (messages["paused"]["reason"].as_str() == reason).then_some(())
    })
    .await;
}

/// Presses keys and waits until the screen shows a text.
async fn press(mut terminal: Terminal, keys: &'static str, shows: &str) -> Terminal {
    let shows = shows.to_owned();
    tokio::task::spawn_blocking(move || {
        terminal.press(keys);
        terminal.expect(&shows, PATIENCE);
        terminal
    })
    .await
    .unwrap()
}

async fn tell(backend: Backend) {
    let daemon = Daemon::start(backend, &[]).await;
    let job = dead_letter(&daemon).await;
    let mut command = daemon.command("aglis-tui");
    command.args(["--lang", "en"]);
    let start = move || Terminal::start(command, 100, 30).expect("the console starts");
    let terminal = tokio::task::spawn_blocking(start).await.unwrap();

    // The overview says so, and the queue shows it with its error and the daemon that works.
    let terminal = press(terminal, "", "dead 1").await;
    let terminal = press(terminal, "4", &format!("#{job} send-notification")).await;
    assert!(terminal.screen().contains("runs   messages"), "{}", terminal.screen());
    let terminal = press(terminal, "\r", "Attempts").await;
    for text in ["refused", "ticket-status", "failed"] {
        terminal.expect(text, PATIENCE);
    }

    // Paused first, so that what is put back waits where it can be seen.
    let terminal = press(terminal, "P", "Pause messages: why?").await;
    let terminal = press(terminal, "gateway down\r", "messages paused").await;
    paused(&daemon, Some("gateway down")).await;
    let terminal = press(terminal, "r", "queued again").await;
    let state = daemon.get(&format!("/api/queue/job/{job}")).await["state"].clone();
    assert_eq!(state, "waiting");
    let terminal = press(terminal, "h", "Nothing was given up").await;
    assert!(terminal.screen().contains("gateway down"), "{}", terminal.screen());
    let terminal = press(terminal, "s", &format!("#{job} send-notification")).await;

    // It goes on, is tried again, and dies again.
    let terminal = press(terminal, "P", "messages goes on").await;
    paused(&daemon, None).await;
    let terminal = press(terminal, "S", &format!("#{job} send-notification")).await;
    let mut terminal = press(terminal, "", "dead 1]").await;
    let attempts = daemon.get(&format!("/api/queue/job/{job}")).await["message_attempts"].clone();
    assert!(attempts.as_array().is_some_and(|attempts| attempts.len() >= 2), "{attempts}");
    tokio::task::spawn_blocking(move || {
        terminal.press("q");
        assert!(terminal.ended(PATIENCE).is_some_and(|status| status.success()), "{}", terminal.screen());
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_put_back_from_the_console_on_sqlite() {
    tell(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_put_back_from_the_console_on_postgresql_and_redis() {
    tell(Backend::Postgres).await;
}
