//! The queue: order, retries, leases, stopping, the clock.

use aglis_core::{
    app::App,
    args,
    messages::{MessageStatus, service as messages},
    queue::{
        self, Extra, JobFilter, JobPriority, JobState, Outbox, PruneJobs, SendBulk, SendOtp, Worker,
        WorkerSettings, schedule,
    },
    types::*,
};
use aglis_tests::{World, both};
use std::{sync::Arc, time::Duration};

const SECOND: Duration = Duration::from_secs(1);

fn settings() -> WorkerSettings {
    WorkerSettings {
        places: 6,
        reserved: 1,
        lease: Duration::from_secs(15),
        poll: Duration::from_millis(50),
        drain: Duration::from_secs(2),
        alone: false,
        registry: queue::REGISTRY,
    }
}

fn start(app: &App, outbox: &Arc<Outbox>, settings: WorkerSettings) -> tokio::task::JoinHandle<()> {
    let worker = Worker::new(app.clone(), outbox.clone(), settings);
    tokio::spawn(worker.run(app.db.hub().stopping()))
}

async fn states(world: &World, state: JobState) -> Vec<queue::JobView> {
    queue::list(&world.root(), state, &JobFilter::default()).await.unwrap().items
}

async fn until(what: &str, mut reached: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if reached().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never came to this: {what}");
}

/// Queues a job for a message that does not exist: it is given up at once.
async fn hopeless(world: &World, message: i64, extra: Extra) -> Option<JobId> {
    let mut tx = world.app.db.write().await.unwrap();
    let job = SendBulk { message_id: MessageId(message) };
    let id = queue::enqueue_with(&mut tx, world.app.now(), &job, extra).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn otp(world: &World) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let phone: Phone = "+6281234567890".parse().unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_the_key_of_a_waiting_one_is_not_queued_twice() {
    both(async |world| {
        let first = hopeless(&world, 1, Extra::default()).await;
        assert!(first.is_some());
        assert_eq!(hopeless(&world, 1, Extra::default()).await, None);
        world.drain().await;
        assert!(hopeless(&world, 1, Extra::default()).await.is_some(), "the first one has ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_jobs_are_listed_in_the_order_in_which_they_will_run() {
    both(async |world| {
        let now = world.app.now();
        for (message, priority, late) in [
            (1, JobPriority::Low, 0),
            (2, JobPriority::Critical, 5),
            (3, JobPriority::Normal, 0),
            (4, JobPriority::Critical, 0),
            (5, JobPriority::Normal, 0),
        ] {
            let extra =
                Extra { priority: Some(priority), run_at: Some(now.plus_seconds(late)), ..Extra::default() };
            hopeless(&world, message, extra).await;
        }
        let mut seen = Vec::new();
        let mut filter = JobFilter { limit: Some(2), ..JobFilter::default() };
        loop {
            let page = queue::list(&world.root(), JobState::Waiting, &filter).await.unwrap();
            seen.extend(page.items.iter().map(|job| job.payload["message_id"].as_i64().unwrap()));
            match page.next_cursor {
                Some(cursor) => filter.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(seen, [4, 2, 3, 5, 1]);
        let stats = queue::stats(&world.root()).await.unwrap();
        assert_eq!((stats.counts.waiting, stats.counts.delayed, stats.counts.running), (4, 1, 0));
        world.pass(2 * SECOND);
        let stats = queue::stats(&world.root()).await.unwrap();
        assert_eq!((stats.oldest_waiting_ms, stats.oldest_critical_ms), (2000, 2000));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_job_waits_for_its_time_and_can_be_called_off() {
    both(async |world| {
        let at = world.app.now().plus_seconds(10);
        let extra = Extra { run_at: Some(at), ..Extra::default() };
        let id = hopeless(&world, 1, extra.clone()).await.unwrap();
        assert_eq!(world.drain().await, 0);
        world.pass(10 * SECOND);
        assert_eq!(world.drain().await, 1);

        let extra = Extra { run_at: Some(at.plus_seconds(60)), ..Extra::default() };
        let id2 = hopeless(&world, 2, extra).await.unwrap();
        assert_ne!(id, id2);
        assert_eq!(queue::cancel(&world.root(), id2).await.unwrap().state, JobState::Cancelled);
        world.pass(100 * SECOND);
        assert_eq!(world.drain().await, 0);
        assert_eq!(states(&world, JobState::Cancelled).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_tries_two_and_four_seconds_apart_and_then_the_dead_letters() {
    both(async |world| {
        let gateway = Gateway::start().await;
        gateway.says(500, "");
        let (app, outbox) = gateway.behind(&world);
        let id = otp(&world).await;
        for (attempt, least, most) in [(1, 2000, 2400), (2, 4000, 4800)] {
            assert_eq!(queue::drain(&app, &outbox).await.unwrap(), 1, "try {attempt}");
            let job = &states(&world, JobState::Waiting).await[0];
            assert_eq!(job.attempts, attempt);
            assert!(job.last_error.as_deref().unwrap().contains("http_500"), "{:?}", job.last_error);
            let pause = job.run_at.since_ms(world.app.now());
            assert!((least..=most).contains(&pause), "{pause} ms after try {attempt}");
            world.pass(Duration::from_millis(u64::try_from(pause).unwrap()));
        }
        assert_eq!(queue::drain(&app, &outbox).await.unwrap(), 1);
        let job = &states(&world, JobState::Dead).await[0];
        assert_eq!(job.attempts, 3);
        assert_eq!(messages::get(&world.root(), id).await.unwrap().status, MessageStatus::Failed);
        assert_eq!(queue::stats(&world.root()).await.unwrap().counts.dead, 1);
    })
    .await;
}

/// A gateway that answers as it is told.
struct Gateway {
    url: String,
    answer: Arc<std::sync::Mutex<(u16, String)>>,
    got: Arc<std::sync::atomic::AtomicUsize>,
}

impl Gateway {
    async fn start() -> Gateway {
        let answer = Arc::new(std::sync::Mutex::new((200, String::new())));
        let got = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (told, counted) = (answer.clone(), got.clone());
        let take = move || async move {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let (status, body) = told.lock().unwrap().clone();
            (axum::http::StatusCode::from_u16(status).unwrap(), body)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/send", axum::routing::post(take));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Gateway { url, answer, got }
    }

    fn says(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    fn got(&self) -> usize {
        self.got.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn behind(&self, world: &World) -> (App, Arc<Outbox>) {
        through(world, &self.url)
    }
}

/// The installation with a gateway at an address.
fn through(world: &World, url: &str) -> (App, Arc<Outbox>) {
    let mut config = aglis_core::config::Config::defaults(world.dir.path()).unwrap();
    config.whatsapp.provider = aglis_core::config::WhatsappProvider::Fonnte.into();
    config.whatsapp.fonnte_token = Some("token".into());
    config.whatsapp.allow_private_providers = true;
    config.whatsapp.fonnte_url = url.parse().unwrap();
    let app = world.with_config(config);
    let outbox = Arc::new(Outbox::from_config(&app).unwrap());
    (app, outbox)
}

/// Tries what is due again and again while time passes; gives the states that the message went through.
async fn wait_out(world: &World, way: &(App, Arc<Outbox>), id: MessageId, seconds: u64) -> MessageStatus {
    for _ in 0..seconds / 10 {
        queue::drain(&way.0, &way.1).await.unwrap();
        assert!(states(world, JobState::Dead).await.is_empty(), "it uses up no tries");
        for job in states(world, JobState::Waiting).await {
            assert_eq!(job.attempts, 0);
            let pause = job.run_at.since_ms(world.app.now());
            assert!(pause <= 72_000, "{pause} ms is too long a wait");
        }
        world.pass(10 * SECOND);
    }
    messages::get(&world.root(), id).await.unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_makes_messages_wait_and_condemns_none() {
    both(async |world| {
        // Nothing listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let nowhere = through(&world, &format!("http://127.0.0.1:{port}"));
        let id = otp(&world).await;
        assert_eq!(wait_out(&world, &nowhere, id, 300).await, MessageStatus::Sending);

        let gateway = Gateway::start().await;
        let way = gateway.behind(&world);
        gateway.says(200, r#"{"status":false,"reason":"request invalid on disconnected device"}"#);
        assert_eq!(wait_out(&world, &way, id, 120).await, MessageStatus::Sending);
        assert!(gateway.got() > 0);
        gateway.says(200, r#"{"status":true,"id":["7"]}"#);
        // The breaker, which goes by the machine's clock, has not seen enough to open.
        assert_eq!(wait_out(&world, &way, id, 80).await, MessageStatus::Sent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_waited_too_long_is_never_sent() {
    both(async |world| {
        let gateway = Gateway::start().await;
        let way = gateway.behind(&world);
        gateway.says(200, r#"{"status":false,"reason":"insufficient quota"}"#);
        let id = otp(&world).await;
        queue::drain(&way.0, &way.1).await.unwrap();
        world.pass(600 * SECOND);
        gateway.says(200, r#"{"status":true,"id":["7"]}"#);
        let before = gateway.got();
        queue::drain(&way.0, &way.1).await.unwrap();
        assert_eq!(gateway.got(), before);
        let message = messages::get(&world.root(), id).await.unwrap();
        assert_eq!(message.status, MessageStatus::Expired);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_everything_fails_no_message_is_to_blame() {
    both(async |world| {
        let gateway = Gateway::start().await;
        let way = gateway.behind(&world);
        gateway.says(500, "");
        for _ in 0..8 {
            otp(&world).await;
        }
        for _ in 0..6 {
            queue::drain(&way.0, &way.1).await.unwrap();
            world.pass(40 * SECOND);
        }
        assert_eq!(states(&world, JobState::Dead).await.len(), 0, "five failures in a row open the breaker");
        assert_eq!(states(&world, JobState::Waiting).await.len(), 8);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_do_each_job_once() {
    both(async |world| {
        for n in 0..150 {
            hopeless(&world, n, Extra::default()).await;
        }
        let workers: Vec<_> =
            (0..2).map(|_| start(&world.app, &world.outbox, settings())).collect();
        until("all jobs ended", async || {
            let stats = queue::stats(&world.root()).await.unwrap();
            stats.counts.waiting + stats.counts.running == 0
        })
        .await;
        world.app.db.hub().stop();
        for worker in workers {
            worker.await.unwrap();
        }
        let mut tx = world.app.db.read().await.unwrap();
        let (jobs, tries, most): (i64, i64, i64) = tx
            .one("SELECT COUNT(*), CAST(SUM(attempts) AS BIGINT), MAX(attempts) FROM jobs WHERE outcome = 'dead'", args![])
            .await
            .unwrap();
        assert_eq!((jobs, tries, most), (150, 150, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_goes_before_ten_thousand_others() {
    both(async |world| {
        let mut tx = world.app.db.write().await.unwrap();
        for n in 0..3000 {
            let job = SendBulk { message_id: MessageId(1_000_000 + n) };
            queue::enqueue(&mut tx, world.app.now(), &job).await.unwrap();
        }
        tx.commit().await.unwrap();
        let worker = start(&world.app, &world.outbox, settings());
        let asked = std::time::Instant::now();
        let id = otp(&world).await;
        until("the code is sent", async || {
            messages::get(&world.root(), id).await.unwrap().status == MessageStatus::Sent
        })
        .await;
        assert!(asked.elapsed() < SECOND, "{:?}", asked.elapsed());
        world.app.db.hub().stop();
        worker.await.unwrap();
    })
    .await;
}

/// Lets all jobs be in the hands of a worker that is gone, though nobody knows it for some seconds.
async fn in_dead_hands(world: &World, attempts: i64, seconds: i64) {
    let now = world.app.now();
    let mut tx = world.app.db.write().await.unwrap();
    let (worker,): (i64,) = tx
        .one(
            "INSERT INTO workers (name, pid, host, places, started_at, alive_until) \
             VALUES ('gone', 1, 'elsewhere', 5, $1, $2) RETURNING id",
            args![now, now.plus_seconds(seconds)],
        )
        .await
        .unwrap();
    let jobs: Vec<(i64,)> = tx.all("SELECT id FROM jobs", args![]).await.unwrap();
    let jobs: serde_json::Value = jobs.into_iter().map(|(id,)| id).collect();
    let (claim,): (i64,) = tx
        .one(
            "INSERT INTO claims (worker_id, jobs, claimed_at) VALUES ($1, $2, $3) RETURNING id",
            args![worker, jobs, now],
        )
        .await
        .unwrap();
    tx.run("UPDATE jobs SET claim_id = $1, attempts = $2", args![claim, attempts]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_worker_s_jobs_are_taken_over_when_their_lease_ends() {
    both(async |world| {
        let id = otp(&world).await;
        in_dead_hands(&world, 1, 15).await;
        let quick = WorkerSettings { lease: Duration::from_millis(400), ..settings() };
        let worker = start(&world.app, &world.outbox, quick);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(messages::get(&world.root(), id).await.unwrap().status, MessageStatus::Queued);
        world.pass(16 * SECOND);
        until("the code is sent", async || {
            messages::get(&world.root(), id).await.unwrap().status == MessageStatus::Sent
        })
        .await;
        world.app.db.hub().stop();
        worker.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_alone_takes_over_at_once() {
    let world = World::new(aglis_tests::Backend::Sqlite).await;
    let id = otp(&world).await;
    in_dead_hands(&world, 1, 3600).await;
    let worker = start(&world.app, &world.outbox, WorkerSettings { alone: true, ..settings() });
    until("the code is sent", async || {
        messages::get(&world.root(), id).await.unwrap().status == MessageStatus::Sent
    })
    .await;
    world.app.db.hub().stop();
    worker.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_kills_its_worker_each_time_ends_in_the_dead_letters() {
    both(async |world| {
        otp(&world).await;
        in_dead_hands(&world, 3, -1).await;
        let quick = WorkerSettings { lease: Duration::from_millis(400), ..settings() };
        let worker = start(&world.app, &world.outbox, quick);
        until("it is dead", async || !states(&world, JobState::Dead).await.is_empty()).await;
        world.app.db.hub().stop();
        worker.await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_a_newer_version_are_left_to_it() {
    both(async |world| {
        let mut tx = world.app.db.write().await.unwrap();
        let now = world.app.now();
        queue::enqueue(&mut tx, now, &SendOtp { message_id: MessageId(1) }).await.unwrap();
        tx.run("UPDATE jobs SET kind = 'from-the-future'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        world.drain().await;
        let job = &states(&world, JobState::Waiting).await[0];
        assert_eq!((job.attempts, job.run_at.since_ms(now)), (0, 30_000));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_schedule_is_caught_up_once_whatever_the_clock_does() {
    both(async |world| {
        assert_eq!(
            schedule::tick(&world.app).await.unwrap(),
            Vec::<&str>::new(),
            "a new line begins with its next time"
        );
        world.pass(5 * 3600 * SECOND);
        let (one, two) = tokio::join!(schedule::tick(&world.app), schedule::tick(&world.app));
        let mut ran = [one.unwrap(), two.unwrap()].concat();
        ran.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(ran, ["prune-jobs", "forget-keys"], "two schedulers, five missed times, one run");
        world.clock.advance_ms(-3_600_000);
        assert_eq!(schedule::tick(&world.app).await.unwrap(), Vec::<&str>::new());
        world.pass(2 * 3600 * SECOND);
        assert_eq!(schedule::tick(&world.app).await.unwrap(), ["prune-jobs", "forget-keys"]);
        assert_eq!(world.drain().await, 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_well_is_forgotten_after_a_week_and_dead_letters_are_not() {
    both(async |world| {
        otp(&world).await;
        hopeless(&world, 999, Extra::default()).await;
        world.drain().await;
        world.pass(8 * 24 * 3600 * SECOND);
        let mut tx = world.app.db.write().await.unwrap();
        queue::enqueue(&mut tx, world.app.now(), &PruneJobs {}).await.unwrap();
        tx.commit().await.unwrap();
        world.drain().await;
        let left: Vec<String> =
            states(&world, JobState::Done).await.into_iter().map(|job| job.kind).collect();
        assert_eq!(left, ["prune-jobs"]);
        assert_eq!(states(&world, JobState::Dead).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claiming_uses_its_index() {
    let world = World::new(aglis_tests::Backend::Sqlite).await;
    let mut tx = world.app.db.read().await.unwrap();
    let sql = "EXPLAIN QUERY PLAN SELECT id FROM jobs WHERE outcome IS NULL AND claim_id IS NULL \
               AND queue = 'messages' AND priority = 0 AND run_at <= 1 ORDER BY run_at, id LIMIT 5";
    let plan: Vec<(i64, i64, i64, String)> = tx.all(sql, args![]).await.unwrap();
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(plan[0].3.contains("jobs_live (queue=? AND priority=? AND run_at<?)"), "{plan:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_queued_elsewhere_is_heard_of_at_once() {
    let world = World::new(aglis_tests::Backend::Postgres).await;
    let other = world.beside().await;
    for app in [&world.app, &other] {
        tokio::spawn(queue::relay(app.clone(), app.db.hub().stopping()));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let slow = WorkerSettings { poll: Duration::from_secs(60), ..settings() };
    let outbox = Arc::new(Outbox::from_config(&other).unwrap());
    let worker = start(&other, &outbox, slow);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let id = otp(&world).await;
    until("the other process sends it", async || {
        messages::get(&world.root(), id).await.unwrap().status == MessageStatus::Sent
    })
    .await;
    other.db.hub().stop();
    world.app.db.hub().stop();
    worker.await.unwrap();
}
