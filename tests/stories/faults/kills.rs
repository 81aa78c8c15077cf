//! Processes that are killed.

use super::*;
use aglis_tests::{Backend, Daemon};
use serde_json::json;
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{task::JoinHandle, time::sleep};

/// Moments by chance, which the seed brings back.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Writes messages without a pause, three over HTTP for each code, and notes which ones were acknowledged.
struct Writer {
    enough: Arc<AtomicBool>,
    task: JoinHandle<Vec<String>>,
}

impl Writer {
    fn start(daemon: &Daemon, app: &App) -> Writer {
        let enough = Arc::new(AtomicBool::new(false));
        let (client, app, stop) = (daemon.local(), app.clone(), enough.clone());
        let task = tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                let (address, taken) = if n % 4 == 0 {
                    (otp_phone(n), code(&app, n).await)
                } else {
                    let phone = notice_phone(n);
                    let body = json!({ "phone": phone, "text": "Ada gangguan di Karawang Barat." });
                    let asked = client.post("http://local/api/messages").json(&body).send().await;
                    (phone, asked.is_ok_and(|reply| reply.status() == 201))
                };
                if taken {
                    acknowledged.push(address);
                } else {
                    sleep(Duration::from_millis(10)).await;
                }
            }
            acknowledged
        });
        Writer { enough, task }
    }

    async fn stop(self) -> Vec<String> {
        self.enough.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

/// A code written by another process of the installation; whether it is on disk.
async fn code(app: &App, number: usize) -> bool {
    let written = async {
        let mut tx = app.db.write().await?;
        add_otp(&mut tx, app, number).await?;
        Ok::<_, aglis_core::error::Error>(tx.commit().await?)
    };
    written.await.is_ok()
}

async fn killed_at_random(backend: Backend) {
    let seed = RandomState::new().hash_one("kills");
    let said = format!("{backend:?}, seed {seed}");
    let mut chance = Chance(seed);
    let gateway = Gateway::start(Duration::from_millis(150)).await;
    let mut daemon = gateway.daemon(backend, &[]).await;
    let app = daemon.app().await;
    let writer = Writer::start(&daemon, &app);
    let mut cut_off = HashSet::new();
    for _ in 0..if long() { 100 } else { 3 } {
        sleep(Duration::from_millis(300 + chance.below(600))).await;
        daemon.kill();
        // What the server was told before the kill is done by now.
        sleep(Duration::from_millis(50)).await;
        cut_off.extend(under_way(&app).await);
        daemon.restart().await;
    }
    let acknowledged = writer.stop().await;
    assert!(!cut_off.is_empty(), "{said}: nothing was under way at any kill");
    assert!(acknowledged.len() > 20, "{said}: only {} were written", acknowledged.len());
    let patience = Duration::from_secs(if long() { 600 } else { 60 });
    until_within("nothing is on its way any more", patience, async || {
        number(
            &app,
            "SELECT COUNT(*) FROM messages WHERE direction = 'out' AND status IN ('queued', 'sending')",
        )
        .await
            == 0
    })
    .await;
    if long() {
        // What went out perhaps is sent once more after a minute without a report, codes excepted.
        until_within("every job has ended", patience, async || {
            number(&app, "SELECT COUNT(*) FROM jobs WHERE outcome IS NULL AND queue = 'messages'").await == 0
        })
        .await;
    }
    nothing_lost(&app, &gateway, &acknowledged, cut_off.len(), &said).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_lose_nothing_that_was_acknowledged_on_sqlite() {
    killed_at_random(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_at_random_lose_nothing_that_was_acknowledged_on_postgres() {
    killed_at_random(Backend::Postgres).await;
}

/// Two processes share the work of one database; one of them dies.
async fn one_of_two_dies(the_server_dies: bool) {
    let gateway = Gateway::start(Duration::from_millis(250)).await;
    let mut daemon = gateway.daemon(Backend::Postgres, &[]).await;
    let mut work = daemon.beside("work", &["work"], &[]).await;
    let app = daemon.app().await;
    let addresses = crowd(&app, if long() { 2000 } else { 300 }, 40).await;
    until("both work", async || number(&app, "SELECT COUNT(DISTINCT worker_id) FROM claims").await == 2)
        .await;
    until("messages are under way", async || gateway.calls(None).len() > 30).await;
    let dead = if the_server_dies { daemon.pid() } else { work.pid() };
    if the_server_dies {
        daemon.kill();
    } else {
        work.kill();
    }
    sleep(Duration::from_millis(50)).await;
    let mut tx = app.db.read().await.unwrap();
    let (held,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM claims JOIN workers ON workers.id = claims.worker_id WHERE workers.pid = $1",
            args![i64::from(dead)],
        )
        .await
        .unwrap();
    drop(tx);
    assert!(held > 0, "it died in the middle of its work");
    let cut_off = under_way(&app).await.len();
    until_within(
        "nothing is on its way any more",
        Duration::from_secs(if long() { 120 } else { 45 }),
        async || {
            number(&app, "SELECT COUNT(*) FROM messages WHERE status IN ('queued', 'sending')").await == 0
        },
    )
    .await;
    until("the dead worker is struck off", async || number(&app, "SELECT COUNT(*) FROM workers").await == 1)
        .await;
    let said = if the_server_dies { "serve died" } else { "work died" };
    nothing_lost(&app, &gateway, &addresses, cut_off, said).await;
    if !long() {
        // A minute has not passed since, so that even what went out perhaps is not sent again yet.
        assert!(gateway.twice().is_empty(), "{said}: {:?}", gateway.twice());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_s_death_leaves_its_work_to_the_server() {
    one_of_two_dies(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_s_death_leaves_its_work_to_the_worker() {
    one_of_two_dies(true).await;
}
