//! Jobs that cannot be done, and jobs that panic.

use super::*;
use aglis_core::queue::{
    self, JobError, JobFilter, JobPriority, JobSpec, JobState, JobType, QueueName, Run, SendBulk,
    SendNotification, SendOtp, Worker, WorkerSettings,
};
use aglis_tests::both;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Panics {}

impl JobType for Panics {
    const KIND: &'static str = "panics";
    const QUEUE: QueueName = QueueName::Messages;
    const PRIORITY: JobPriority = JobPriority::High;

    async fn run(self, _: Run) -> Result<(), JobError> {
        panic!("as the story wants it")
    }
}

const WITH_ONE_THAT_PANICS: &[JobSpec] = &[
    JobSpec::of::<Panics>(),
    JobSpec::of::<SendOtp>(),
    JobSpec::of::<SendNotification>(),
    JobSpec::of::<SendBulk>(),
];

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_panic_or_cannot_be_read_end_as_dead_letters_and_harm_no_other() {
    both(async |world| {
        let gateway = Gateway::start(Duration::from_millis(20)).await;
        let (app, outbox) = gateway.behind(&world);
        let mut tx = app.db.write().await.unwrap();
        let poison =
            queue::enqueue(&mut tx, app.now(), &SendBulk { message_id: MessageId(77) }).await.unwrap();
        tx.run(
            "UPDATE jobs SET payload = '{\"message_id\": \"nonsense\"}' WHERE id = $1",
            args![poison.unwrap()],
        )
        .await
        .unwrap();
        for _ in 0..3 {
            queue::enqueue(&mut tx, app.now(), &Panics {}).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut addresses = crowd(&app, 20, 5).await;
        let settings = WorkerSettings {
            places: 4,
            reserved: 1,
            lease: Duration::from_secs(3600),
            poll: Duration::from_millis(20),
            drain: Duration::from_secs(5),
            alone: false,
            registry: WITH_ONE_THAT_PANICS,
        };
        let worker = tokio::spawn(Worker::new(app.clone(), outbox, settings).run(app.db.hub().stopping()));
        settled(&app).await;
        for tries in 1..=2_i64 {
            until("they were tried", async || {
                let mut tx = app.db.read().await.unwrap();
                let (left,): (i64,) = tx
                    .one(
                        "SELECT COUNT(*) FROM jobs WHERE kind = 'panics' AND outcome IS NULL \
                         AND (attempts < $1 OR claim_id IS NOT NULL)",
                        args![tries],
                    )
                    .await
                    .unwrap();
                left == 0
            })
            .await;
            world.pass(Duration::from_secs(10));
        }
        until("they are given up", async || {
            number(&app, "SELECT COUNT(*) FROM jobs WHERE outcome = 'dead'").await == 4
        })
        .await;
        let dead = queue::list(&world.root(), JobState::Dead, &JobFilter::default()).await.unwrap().items;
        for job in &dead {
            let said = job.last_error.as_deref().unwrap_or_default();
            let (tries, word) = if job.kind == "panics" { (3, "panicked") } else { (1, "does not fit") };
            assert!(job.attempts == tries && said.contains(word), "{job:?}");
        }

        let last = otp(&app, 500).await;
        addresses.push(otp_phone(500));
        until("the worker still works", async || status(&app, last).await == MessageStatus::Sent).await;
        nothing_lost(&app, &gateway, &addresses, 0, "panics").await;
        app.db.hub().stop();
        worker.await.unwrap();
    })
    .await;
}
