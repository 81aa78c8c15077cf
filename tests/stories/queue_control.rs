//! What staff see of the queue and do with it: figures, lists, one job or many, batches, pauses, cleaning, messages of
//! their own; over the services, over HTTP and from the command line.

use crate::http::{customer, staff, token};
use aglis_core::{
    app::Ctx,
    args,
    error::Error,
    event::{self, AuditFilter},
    messages::{
        MessageStatus, SandboxFilter, SendMessage,
        service::{self as messages, NewMessage},
    },
    permission::Role,
    queue::{
        self, BatchFilter, CleanJobs, Extra, JobAction, JobBulk, JobBulkData, JobFilter, JobSelection,
        JobState, JobView, PauseQueue, QueueName, ResumeQueue, SendBulk, Snooze,
        control::{service as control, store},
    },
    types::*,
};
use aglis_tests::{Backend, Daemon, Site, World, both};
use serde_json::json;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const PHONE: &str = "+6281234567890";
/// An address that every provider refuses for good.
const NOWHERE: &str = "+62";

async fn message(world: &World, address: &str) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let variables = [("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")];
    let new = NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address,
        variables: &variables,
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    let id = messages::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn jobs(ctx: &Ctx, state: JobState) -> Vec<JobView> {
    control::list(ctx, state, &JobFilter::default()).await.unwrap().items
}

fn ids(jobs: &[JobView]) -> Vec<JobId> {
    jobs.iter().map(|job| job.id).collect()
}

/// So many dead letters, the newest first.
async fn dead(world: &World, count: usize) -> Vec<JobId> {
    for _ in 0..count {
        message(world, NOWHERE).await;
        world.drain().await;
        world.pass(SECOND);
    }
    ids(&jobs(&world.root(), JobState::Dead).await)
}

/// Jobs of a kind straight in the table.
async fn rows(world: &World, count: i64, outcome: Option<&str>, finished_at: Option<Time>) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.run(
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         INSERT INTO jobs (kind, queue, priority, payload, run_at, max_attempts, created_at, outcome, finished_at) \
         SELECT 'send-bulk', 'messages', 3, $2, $3, 3, $3, $4, $5 FROM n",
        args![
            count,
            json!({ "message_id": 1 }),
            world.app.now(),
            outcome.map(str::to_owned),
            finished_at
        ],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn told(world: &World, kind: &str) -> usize {
    let filter = AuditFilter { kind: Some(kind.into()), limit: Some(200), ..AuditFilter::default() };
    event::search(&world.root(), &filter).await.unwrap().items.len()
}

fn refused<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Conflict { code, .. }) => code.to_owned(),
        Err(Error::Invalid(fields)) => {
            fields.iter().map(|f| format!("{} {}", f.field, f.code)).collect::<Vec<_>>().join(", ")
        }
        Err(Error::NotFound(_)) => "not_found".to_owned(),
        Err(error) => panic!("{error}"),
        Ok(_) => "ok".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_paused_with_a_reason_and_goes_on() {
    both(async |world| {
        let ctx = world.root();
        let long = PauseQueue { reason: Some("x".repeat(201)), ..PauseQueue::default() };
        assert_eq!(refused(control::pause(&ctx, &long).await), "reason too_long");
        let resume = ResumeQueue { queue: Some(QueueName::Mail) };
        assert_eq!(refused(control::resume(&ctx, &resume).await), "illegal_transition");

        let pause = PauseQueue { queue: Some(QueueName::Messages), reason: Some(" gateway down ".into()) };
        let queues = control::pause(&ctx, &pause).await.unwrap();
        let one = queues.iter().find(|queue| queue.queue == QueueName::Messages).unwrap();
        let paused = one.paused.clone().unwrap();
        assert_eq!((paused.by.as_str(), paused.reason.as_deref()), ("root", Some("gateway down")));
        assert_eq!(queues.iter().filter(|queue| queue.paused.is_some()).count(), 1);
        let mut tx = world.app.db.read().await.unwrap();
        assert_eq!(store::paused(&mut tx).await.unwrap(), [QueueName::Messages]);
        drop(tx);
        assert_eq!(refused(control::pause(&ctx, &pause).await), "illegal_transition");

        // All of them: those that run are paused, the one that is keeps its reason.
        let queues = control::pause(&ctx, &PauseQueue::default()).await.unwrap();
        assert!(queues.iter().all(|queue| queue.paused.is_some()));
        let one = queues.iter().find(|queue| queue.queue == QueueName::Messages).unwrap();
        assert_eq!(one.paused, Some(paused));
        let queues = control::resume(&ctx, &ResumeQueue::default()).await.unwrap();
        assert!(queues.iter().all(|queue| queue.paused.is_none()));
        assert_eq!((told(&world, "queue.paused").await, told(&world, "queue.resumed").await), (3, 3));
        message(&world, PHONE).await;
        assert_eq!(world.drain().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_come_newest_first_and_are_found_by_kind_error_age_and_recipient() {
    both(async |world| {
        let letters = dead(&world, 3).await;
        let ctx = world.root();
        assert!(letters.is_sorted_by(|a, b| a > b), "{letters:?}");
        let page = JobFilter { limit: Some(2), ..JobFilter::default() };
        let first = control::list(&ctx, JobState::Dead, &page).await.unwrap();
        let next = JobFilter { cursor: first.next_cursor.clone(), ..page };
        let second = control::list(&ctx, JobState::Dead, &next).await.unwrap();
        assert_eq!([ids(&first.items), ids(&second.items)].concat(), letters);
        assert_eq!(second.next_cursor, None);

        let base = JobFilter::default;
        let found =
            async |filter: JobFilter| control::list(&ctx, JobState::Dead, &filter).await.unwrap().items.len();
        assert_eq!(found(JobFilter { kind: Some("send-notification".into()), ..base() }).await, 3);
        assert_eq!(found(JobFilter { kind: Some("send-otp".into()), ..base() }).await, 0);
        assert_eq!(found(JobFilter { error: Some("INVALID_TARGET".into()), ..base() }).await, 3);
        assert_eq!(found(JobFilter { error: Some("http_500".into()), ..base() }).await, 0);
        assert_eq!(found(JobFilter { queue: Some(QueueName::Mail), ..base() }).await, 0);
        assert_eq!(found(JobFilter { recipient: Some(NOWHERE.into()), ..base() }).await, 3);
        assert_eq!(found(JobFilter { recipient: Some("0812-3456-7890".into()), ..base() }).await, 0);
        // The three are three, two and one seconds old.
        assert_eq!(found(JobFilter { older_than_seconds: Some(2), ..base() }).await, 1);
        message(&world, PHONE).await;
        let theirs = JobFilter { recipient: Some("0812-3456-7890".into()), ..base() };
        let waiting = control::list(&ctx, JobState::Waiting, &theirs).await.unwrap().items;
        assert_eq!(waiting.len(), 1);
        let wrong = JobFilter { older_than_seconds: Some(-5), ..base() };
        assert_eq!(
            refused(control::list(&ctx, JobState::Dead, &wrong).await),
            "older_than_seconds out_of_range"
        );
        let wrong = JobFilter { cursor: Some("zz".into()), ..base() };
        assert_eq!(refused(control::list(&ctx, JobState::Dead, &wrong).await), "cursor invalid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_shown_with_its_message_and_the_providers_answer() {
    both(async |world| {
        let letters = dead(&world, 1).await;
        message(&world, PHONE).await;
        world.drain().await;
        let detail = control::get(&world.root(), letters[0]).await.unwrap();
        assert_eq!((detail.job.state, detail.job.worker.as_deref()), (JobState::Dead, None));
        assert_eq!(detail.message.unwrap().status, MessageStatus::Failed);
        assert_eq!(detail.message_attempts.len(), 1);
        assert_eq!(detail.message_attempts[0].code.as_deref(), Some("invalid_target"));
        let done = &jobs(&world.root(), JobState::Done).await[0];
        let detail = control::get(&world.root(), done.id).await.unwrap();
        assert!(
            detail.message_attempts[0].provider_id.is_some()
                && detail.message_attempts[0].finished_at.is_some()
        );
        assert_eq!(refused(control::get(&world.root(), JobId(999_999)).await), "not_found");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_job_of_many_undoes_none_of_the_others() {
    both(async |world| {
        let ctx = world.root();
        let letters = dead(&world, 2).await;
        message(&world, PHONE).await;
        let waiting = jobs(&ctx, JobState::Waiting).await[0].id;
        let ids = vec![letters[0], waiting, JobId(999_999), letters[1], letters[0]];
        let bulk = JobBulk { ids: Some(ids), ..JobBulk::default() };

        let dry = JobBulk { dry_run: true, ..bulk.clone() };
        let judged = control::bulk(&ctx, JobAction::Retry, &dry).await.unwrap();
        assert_eq!((judged.total, judged.succeeded, judged.failed), (4, 2, 2));
        assert_eq!(jobs(&ctx, JobState::Dead).await.len(), 2, "judging changes nothing");
        assert_eq!(told(&world, "job.retried").await, 0);

        let wrong = JobBulk { expect: Some(5), ..bulk.clone() };
        assert_eq!(refused(control::bulk(&ctx, JobAction::Retry, &wrong).await), "unexpected_count");
        let done = control::bulk(&ctx, JobAction::Retry, &JobBulk { expect: Some(4), ..bulk }).await.unwrap();
        assert_eq!((done.success, done.total, done.succeeded, done.failed), (false, 4, 2, 2));
        let results: Vec<(JobId, bool)> = done.results.iter().map(|one| (one.id, one.success)).collect();
        assert_eq!(
            results,
            [(letters[0], true), (waiting, false), (JobId(999_999), false), (letters[1], true)]
        );
        assert!(done.results[1].error.as_deref().unwrap().contains("waiting"), "{:?}", done.results[1]);
        assert_eq!(jobs(&ctx, JobState::Waiting).await.len(), 3);
        assert_eq!((told(&world, "job.retried").await, told(&world, "job.bulk").await), (2, 1));
        for wrong in [
            JobBulk::default(),
            JobBulk {
                ids: Some(Vec::new()),
                filter: Some(JobSelection::of(JobState::Dead, &JobFilter::default())),
                ..JobBulk::default()
            },
        ] {
            assert_eq!(refused(control::bulk(&ctx, JobAction::Retry, &wrong).await), "ids required");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_match_are_retried_discarded_or_cancelled() {
    both(async |world| {
        let ctx = world.root();
        dead(&world, 3).await;
        let all = |state, error: Option<&str>| JobBulk {
            filter: Some(JobSelection::of(
                state,
                &JobFilter { error: error.map(str::to_owned), ..JobFilter::default() },
            )),
            ..JobBulk::default()
        };
        let none =
            control::bulk(&ctx, JobAction::Retry, &all(JobState::Dead, Some("http_500"))).await.unwrap();
        assert_eq!((none.success, none.total, none.more), (true, 0, false));
        let bulk = JobBulk { expect: Some(3), ..all(JobState::Dead, Some("invalid_target")) };
        assert_eq!(control::bulk(&ctx, JobAction::Retry, &bulk).await.unwrap().succeeded, 3);
        assert_eq!(jobs(&ctx, JobState::Dead).await.len(), 0);

        let bulk = JobBulk { expect: Some(3), ..all(JobState::Waiting, None) };
        assert_eq!(control::bulk(&ctx, JobAction::Cancel, &bulk).await.unwrap().succeeded, 3);
        let cancelled = jobs(&ctx, JobState::Cancelled).await;
        assert_eq!(cancelled.len(), 3);
        assert_eq!(world.drain().await, 0, "what was called off is not done");
        let message = control::get(&ctx, cancelled[0].id).await.unwrap().message.unwrap();
        assert_eq!(message.status, MessageStatus::Failed);

        let retry = control::bulk(&ctx, JobAction::Retry, &all(JobState::Cancelled, None)).await.unwrap();
        assert_eq!(retry.succeeded, 3);
        world.drain().await;
        let discard = control::bulk(&ctx, JobAction::Discard, &all(JobState::Dead, None)).await.unwrap();
        assert_eq!(discard.succeeded, 3);
        let discarded = jobs(&ctx, JobState::Discarded).await;
        assert_eq!((discarded.len(), jobs(&ctx, JobState::Dead).await.len()), (3, 0));
        assert_eq!(refused(control::discard(&ctx, discarded[0].id).await), "illegal_transition");
        assert_eq!(control::retry(&ctx, discarded[0].id).await.unwrap().state, JobState::Waiting);
        assert_eq!(told(&world, "job.discarded").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_snoozed_and_done_before_its_time() {
    both(async |world| {
        let ctx = world.root();
        let id = message(&world, PHONE).await;
        let job = jobs(&ctx, JobState::Waiting).await[0].id;
        assert_eq!(refused(control::run_now(&ctx, job).await), "illegal_transition");
        let past = Snooze { until: ctx.now };
        assert_eq!(refused(control::snooze(&ctx, job, past).await), "until out_of_range");
        let ids = Some(vec![job]);
        let bulk = JobBulk { ids: ids.clone(), ..JobBulk::default() };
        assert_eq!(refused(control::bulk(&ctx, JobAction::Snooze, &bulk).await), "until required");

        // Longer than the message is of use: it is of use for longer then.
        let until = ctx.now.plus_seconds(3 * 86_400);
        let snoozed = control::snooze(&ctx, job, Snooze { until }).await.unwrap();
        assert_eq!((snoozed.state, snoozed.run_at), (JobState::Waiting, until));
        assert_eq!(world.drain().await, 0);
        assert_eq!(control::stats(&ctx).await.unwrap().counts.delayed, 1);
        world.pass(3 * 86_400 * SECOND);
        assert_eq!(world.drain().await, 1);
        assert_eq!(messages::get(&ctx, id).await.unwrap().status, MessageStatus::Sent);

        message(&world, PHONE).await;
        let ctx = world.root();
        let job = jobs(&ctx, JobState::Waiting).await[0].id;
        let data = JobBulkData { until: Some(ctx.now.plus_seconds(60)) };
        let bulk = JobBulk { ids: Some(vec![job]), data, ..JobBulk::default() };
        assert!(control::bulk(&ctx, JobAction::Snooze, &bulk).await.unwrap().success);
        assert_eq!(control::run_now(&ctx, job).await.unwrap().run_at, ctx.now);
        assert_eq!(world.drain().await, 1);
        assert_eq!(refused(control::cancel(&ctx, job).await), "illegal_transition");
        assert_eq!((told(&world, "job.snoozed").await, told(&world, "job.run_now").await), (2, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_snoozed_past_its_use() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        let expires_at = ctx.now.plus_seconds(600);
        let code = messages::Otp { code: "471193", link: "https://isp.test/l", expires_at };
        let phone: Phone = PHONE.parse().unwrap();
        messages::send_otp(&mut tx, &ctx, &phone, None, Locale::Id, code).await.unwrap();
        tx.commit().await.unwrap();
        let job = jobs(&ctx, JobState::Waiting).await[0].id;
        let late = Snooze { until: ctx.now.plus_seconds(601) };
        assert_eq!(refused(control::snooze(&ctx, job, late).await), "illegal_transition");
        let soon = Snooze { until: ctx.now.plus_seconds(300) };
        assert!(control::snooze(&ctx, job, soon).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_jobs_are_found_by_their_claims_and_left_alone() {
    both(async |world| {
        let ctx = world.root();
        message(&world, PHONE).await;
        message(&world, PHONE).await;
        let waiting = ids(&jobs(&ctx, JobState::Waiting).await);
        let mut tx = world.app.db.write().await.unwrap();
        let (worker,): (i64,) = tx
            .one(
                "INSERT INTO workers (name, pid, host, places, started_at, alive_until) \
                 VALUES ('w1', 42, 'depok', 9, $1, $2) RETURNING id",
                args![ctx.now, ctx.now.plus_seconds(20)],
            )
            .await
            .unwrap();
        // Of the two that were taken at once, the other has ended.
        let (claim,): (i64,) = tx
            .one(
                "INSERT INTO claims (worker_id, jobs, claimed_at) VALUES ($1, $2, $3) RETURNING id",
                args![worker, json!([waiting[0].0, waiting[1].0]), ctx.now],
            )
            .await
            .unwrap();
        tx.run("UPDATE jobs SET claim_id = $2 WHERE id = $1", args![waiting[0], claim]).await.unwrap();
        tx.run(
            "UPDATE jobs SET outcome = 'done', finished_at = $2 WHERE id = $1",
            args![waiting[1], ctx.now],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();

        let running = jobs(&ctx, JobState::Running).await;
        assert_eq!(ids(&running), [waiting[0]]);
        assert_eq!((running[0].state, running[0].worker.as_deref()), (JobState::Running, Some("w1")));
        assert_eq!(jobs(&ctx, JobState::Waiting).await.len(), 0);
        let stats = control::stats(&ctx).await.unwrap();
        assert_eq!((stats.counts.waiting, stats.counts.running), (0, 1));
        let one = stats.workers.iter().find(|worker| worker.name == "w1").unwrap();
        assert_eq!((one.host.as_str(), one.pid, one.places, one.running), ("depok", 42, 9, 1));
        for action in JobAction::ALL {
            let until = (*action == JobAction::Snooze).then(|| ctx.now.plus_seconds(60));
            let (ids, data) = (Some(vec![waiting[0]]), JobBulkData { until });
            let bulk = JobBulk { ids, data, ..JobBulk::default() };
            let answer = control::bulk(&ctx, *action, &bulk).await.unwrap();
            assert_eq!((answer.succeeded, answer.failed), (0, 1), "{action}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_stop_counting_at_ten_thousand_and_say_so() {
    both(async |world| {
        let ctx = world.root();
        rows(&world, 10_500, None, None).await;
        rows(&world, 3, Some("dead"), Some(ctx.now)).await;
        let stats = control::stats(&ctx).await.unwrap();
        assert_eq!((stats.counts.waiting, stats.counts.at_least.waiting), (10_000, true));
        assert_eq!((stats.counts.dead, stats.counts.at_least.dead), (3, false));
        assert_eq!((stats.counts.delayed, stats.counts.at_least.delayed), (0, false));
        let bulk = stats.kinds.iter().find(|kind| kind.kind == "send-bulk").unwrap();
        assert_eq!((bulk.counts.waiting, bulk.counts.at_least.waiting), (10_000, true));
        let mail = stats.queues.iter().find(|queue| queue.queue == QueueName::Mail).unwrap();
        assert_eq!((mail.counts.waiting, mail.counts.at_least.waiting), (0, false));
        // One call takes ten thousand of them and says that there are more.
        let filter = Some(JobSelection::of(JobState::Waiting, &JobFilter::default()));
        let dry = JobBulk { filter, dry_run: true, expect: Some(10_500), ..JobBulk::default() };
        assert_eq!(refused(control::bulk(&ctx, JobAction::Cancel, &dry).await), "unexpected_count");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_adds_up_by_minute_and_kind() {
    both(async |world| {
        let ctx = world.root();
        let before = control::stats(&ctx).await.unwrap();
        assert_eq!((before.minutes.len(), before.done_last_hour, before.retry_rate), (60, 0, 0.0));
        let mut tx = world.app.db.write().await.unwrap();
        store::note(&mut tx, ctx.now, "send-bulk", 5, 0, 1).await.unwrap();
        store::note(&mut tx, ctx.now.plus_ms(1), "send-bulk", 4, 1, 0).await.unwrap();
        store::note(&mut tx, ctx.now.plus_seconds(-60), "send-mail", 1, 0, 0).await.unwrap();
        store::note(&mut tx, ctx.now.plus_seconds(-7200), "send-mail", 100, 0, 0).await.unwrap();
        tx.commit().await.unwrap();
        let stats = control::stats(&ctx).await.unwrap();
        assert_eq!((stats.done_last_hour, stats.failed_last_hour), (10, 1));
        assert_eq!((stats.minutes[59].done, stats.minutes[58].done), (9, 1));
        assert!((stats.per_minute - 2.0).abs() < 1e-9, "{}", stats.per_minute);
        assert!((stats.retry_rate - 1.0 / 12.0).abs() < 1e-9, "{}", stats.retry_rate);
        let bulk = stats.kinds.iter().find(|kind| kind.kind == "send-bulk").unwrap();
        assert_eq!((bulk.done_last_hour, bulk.failed_last_hour, bulk.retried_last_hour), (9, 1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_jobs_are_cleaned_chunk_by_chunk_and_dead_letters_apart() {
    both(async |world| {
        let ctx = world.root();
        let old = ctx.now.plus_seconds(-10 * 86_400);
        rows(&world, 2_100, Some("done"), Some(old)).await;
        rows(&world, 40, Some("discarded"), Some(old)).await;
        rows(&world, 7, Some("dead"), Some(old)).await;
        rows(&world, 3, Some("done"), Some(ctx.now)).await;
        let wrong = CleanJobs { older_than_days: Some(-1), ..CleanJobs::default() };
        assert_eq!(refused(control::clean(&ctx, &wrong).await), "older_than_days out_of_range");
        let dry = CleanJobs { dry_run: true, ..CleanJobs::default() };
        let found = control::clean(&ctx, &dry).await.unwrap();
        assert_eq!((found.removed, found.more), (2_140, false));
        let cleaned = control::clean(&ctx, &CleanJobs::default()).await.unwrap();
        assert_eq!((cleaned.removed, cleaned.more), (2_140, false));
        assert_eq!(jobs(&ctx, JobState::Done).await.len(), 3);
        assert_eq!(jobs(&ctx, JobState::Dead).await.len(), 7);
        let dead = CleanJobs { dead: true, older_than_days: Some(0), ..CleanJobs::default() };
        assert_eq!(control::clean(&ctx, &dead).await.unwrap().removed, 7);
        assert_eq!(told(&world, "queue.cleaned").await, 2);

        // What the clock does by itself: jobs after a week, dead letters after three months.
        rows(&world, 2, Some("dead"), Some(old)).await;
        rows(&world, 1, Some("dead"), Some(ctx.now.plus_seconds(-91 * 86_400))).await;
        rows(&world, 5, Some("cancelled"), Some(old)).await;
        assert_eq!(control::prune(&world.app).await.unwrap(), 6);
        assert_eq!(jobs(&ctx, JobState::Dead).await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_tells_its_progress_and_is_called_off() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        assert_eq!(
            refused(control::create_batch(&mut tx, &ctx, " ", 0).await),
            "name required, total out_of_range"
        );
        drop(tx);
        let mut written = Vec::new();
        for _ in 0..4 {
            written.push(message(&world, PHONE).await);
        }
        world.drain().await;
        let mut tx = world.app.db.write().await.unwrap();
        let id = control::create_batch(&mut tx, &ctx, "maintenance in Depok", 4).await.unwrap();
        for message_id in written {
            let extra = Extra { batch_id: Some(id), ..Extra::default() };
            queue::enqueue_with(&mut tx, ctx.now, &SendBulk { message_id }, extra).await.unwrap();
        }
        tx.commit().await.unwrap();
        let theirs = JobFilter { batch: Some(id), ..JobFilter::default() };
        let waiting = control::list(&ctx, JobState::Waiting, &theirs).await.unwrap().items;
        assert_eq!(waiting.len(), 4);

        // One is cancelled, put back and cancelled again; one a worker ends.
        for cancelled in [1, 0, 1] {
            match cancelled {
                1 => drop(control::cancel(&ctx, waiting[0].id).await.unwrap()),
                _ => drop(control::retry(&ctx, waiting[0].id).await.unwrap()),
            }
            assert_eq!(control::batch(&ctx, id).await.unwrap().cancelled, cancelled);
        }
        let mut tx = world.app.db.write().await.unwrap();
        tx.run(
            "UPDATE jobs SET outcome = 'dead', finished_at = $2 WHERE id = $1",
            args![waiting[1].id, ctx.now],
        )
        .await
        .unwrap();
        store::note_batch(&mut tx, id, 0, 1).await.unwrap();
        tx.commit().await.unwrap();
        let batch = control::batch(&ctx, id).await.unwrap();
        assert_eq!((batch.dead, batch.left(), batch.percent()), (1, 2, 50));
        control::discard(&ctx, waiting[1].id).await.unwrap();
        let batch = control::batch(&ctx, id).await.unwrap();
        assert_eq!((batch.dead, batch.cancelled, batch.left()), (0, 2, 2));

        let off = control::cancel_batch(&ctx, id).await.unwrap();
        assert_eq!((off.cancelled, off.batch.left(), off.batch.cancelled), (2, 0, 4));
        assert_eq!(off.batch.cancelled_at, Some(ctx.now));
        assert_eq!(world.drain().await, 0);
        assert_eq!(refused(control::cancel_batch(&ctx, id).await), "illegal_transition");
        assert_eq!(refused(control::cancel_batch(&ctx, BatchId(999)).await), "not_found");
        let listed = control::batches(&ctx, &BatchFilter::default()).await.unwrap().items;
        assert_eq!((listed.len(), listed[0].name.as_str()), (1, "maintenance in Depok"));
        assert_eq!((told(&world, "batch.created").await, told(&world, "batch.cancelled").await), (1, 1));
    })
    .await;
}

fn to(phone: &str, text: &str) -> SendMessage {
    SendMessage { phone: Some(phone.into()), text: Some(text.into()), ..SendMessage::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_write_to_a_phone_or_a_customer() {
    both(async |world| {
        let ctx = world.root();
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        for (wrong, fields) in [
            (SendMessage::default(), "phone required, text required"),
            (to("12", "halo"), "phone invalid"),
            (SendMessage { customer: Some("1".into()), ..to(PHONE, "halo") }, "customer unknown"),
            (SendMessage { template: Some("ticket-eta".into()), ..to(PHONE, "halo") }, "template unknown"),
            (to(PHONE, &"x".repeat(4097)), "text too_long"),
            (SendMessage { send_at: Some(ctx.now), ..to(PHONE, "halo") }, "send_at out_of_range"),
            (SendMessage { locale: Some(Locale::En), ..to(PHONE, "halo") }, "locale unknown"),
            (
                SendMessage { variables: [("x".into(), "y".into())].into(), ..to(PHONE, "halo") },
                "variables.x unknown",
            ),
            (
                SendMessage { text: None, template: Some("otp-login".into()), ..to(PHONE, "") },
                "template unknown",
            ),
            (
                SendMessage { text: None, template: Some("ticket-eta".into()), ..to(PHONE, "") },
                "variables.number required, variables.eta required",
            ),
        ] {
            assert_eq!(refused(messages::write(&ctx, &wrong).await), fields, "{wrong:?}");
        }
        let nobody = SendMessage { customer: Some("AGLS1".into()), phone: None, ..to("", "halo") };
        assert_eq!(refused(messages::write(&ctx, &nobody).await), "not_found");
        let dry = SendMessage { dry_run: true, ..to("0812 3456 7890", "halo") };
        assert_eq!(messages::write(&ctx, &dry).await.unwrap().id, MessageId(0));
        assert_eq!(world.drain().await, 0, "nothing was written");
        assert_eq!(told(&world, "message.written").await, 0);

        let text = messages::write(&ctx, &to("0812 3456 7890", "Teknisi tiba pukul 14.00")).await.unwrap();
        assert_eq!((text.status, text.customer_id), (MessageStatus::Queued, Some(budi.id)));
        let template = SendMessage {
            customer: Some(budi.number.clone()),
            template: Some("ticket-eta".into()),
            variables: [("number".into(), "TKT1".into()), ("eta".into(), "14.00".into())].into(),
            ..SendMessage::default()
        };
        assert_eq!(world.drain().await, 1);
        messages::write(&ctx, &template).await.unwrap();
        assert_eq!(world.drain().await, 1);
        let later = SendMessage { send_at: Some(ctx.now.plus_seconds(3 * 86_400)), ..to(PHONE, "nanti") };
        messages::write(&ctx, &later).await.unwrap();
        assert_eq!(world.drain().await, 0);
        world.pass(3 * 86_400 * SECOND);
        assert_eq!(world.drain().await, 1);
        let phone = SandboxFilter { to: Some(PHONE.into()), ..SandboxFilter::default() };
        let inbox = messages::sandbox_list(&world.root(), &phone).await.unwrap().items;
        assert_eq!(inbox.len(), 3);
        assert_eq!((inbox[0].body.as_str(), inbox[2].body.as_str()), ("nanti", "Teknisi tiba pukul 14.00"));
        assert!(
            inbox[1].body.contains("Budi Santoso") && inbox[1].body.contains("14.00"),
            "{}",
            inbox[1].body
        );
        assert_eq!(told(&world, "message.written").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_everyone_does_what_they_may() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let letters = dead(&world, 2).await;
        let mut rina = staff(&world, &site, "rina", Role::CustomerService).await;
        let mut dewi = staff(&world, &site, "dewi", Role::Supervisor).await;
        let mut andi = staff(&world, &site, "andi", Role::Technician).await;

        // Customer service sees the queue and writes messages, the supervisor runs it, a technician has nothing to do
        // with it.
        let page = rina.get("/api/queue/jobs/dead").await.expect(200).json();
        assert_eq!(page["items"][0]["id"], letters[0].0);
        rina.get("/api/queue/jobs/broken").await.expect(404);
        rina.get("/api/queue/jobs/dead?kinds=x").await.expect(422);
        let detail = rina.get(&format!("/api/queue/job/{}", letters[0])).await.expect(200).json();
        assert_eq!(
            (&detail["state"], &detail["message_attempts"][0]["code"]),
            (&json!("dead"), &json!("invalid_target"))
        );
        rina.post(&format!("/api/queue/retry/{}", letters[0]), &json!({})).await.expect(403);
        rina.post("/api/queue/bulk/retry", &json!({ "ids": [letters[0]] })).await.expect(403);
        rina.post("/api/queue/pause", &json!({})).await.expect(403);
        andi.get("/api/queue/stats").await.expect(403);
        andi.post("/api/messages", &json!({ "phone": PHONE, "text": "x" })).await.expect(403);

        dewi.post("/api/queue/bulk/retry", &json!({ "id": letters })).await.expect(422);
        dewi.post("/api/queue/bulk/explode", &json!({ "ids": letters })).await.expect(404);
        let many: Vec<i64> = (0..10_001).collect();
        dewi.post("/api/queue/bulk/retry", &json!({ "ids": many })).await.expect(422);
        let body = json!({ "filter": { "status": "dead" }, "expect": 2 });
        let done = dewi.post("/api/queue/bulk/discard", &body).await.expect(200).json();
        assert_eq!((&done["success"], &done["succeeded"]), (&json!(true), &json!(2)));
        dewi.post("/api/queue/bulk/discard", &body).await.expect(409);
        let queues = dewi.post("/api/queue/pause", &json!({ "queue": "mail" })).await.expect(200).json();
        let paused = queues.as_array().unwrap().iter().find(|one| one["queue"] == "mail").unwrap().clone();
        assert_eq!(paused["paused"]["by"], "dewi");
        dewi.post("/api/queue/resume", &json!({ "queue": "mail" })).await.expect(200);
        let cleaned =
            dewi.call(reqwest::Method::DELETE, "/api/queue/clean?older_than_days=0", &json!({})).await;
        assert_eq!(cleaned.expect(200).json()["removed"], 2);

        // The same message with the same key is one message.
        let mut rina = rina.with("idempotency-key", "rina-writes-1");
        let body = json!({ "phone": "0812-3456-7890", "text": "Halo" });
        let first = rina.post("/api/messages", &body).await.expect(201).json();
        assert_eq!(rina.post("/api/messages", &body).await.expect(201).json(), first);
        let stats = rina.get("/api/queue/stats").await.expect(200).json();
        assert_eq!((&stats["waiting"], &stats["dead"]), (&json!(1), &json!(0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_stream_tells_the_queue_to_those_who_may_see_it() {
    use aglis_core::client::{Client, Endpoint, Live};
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let secret = token(&world).await;
    let client = Client::new(Endpoint::Server { url: site.url.clone(), token: Some(secret) }).unwrap();
    let mut live = client.live(None);
    let mut next = async || loop {
        let news = tokio::time::timeout(Duration::from_secs(20), live.next()).await.expect("in time");
        if let Live::Queue(counts) = news {
            return counts.counts.waiting;
        }
    };
    assert_eq!(next().await, 0);
    for _ in 0..3 {
        message(&world, PHONE).await;
    }
    let begun = tokio::time::Instant::now();
    while next().await != 3 {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    // A technician's stream says nothing of it.
    let andi = staff(&world, &site, "andi", Role::Technician).await;
    let mut stream = andi.request(reqwest::Method::GET, "/api/events").send().await.unwrap();
    message(&world, PHONE).await;
    let mut text = String::new();
    while let Ok(Ok(Some(bytes))) = tokio::time::timeout(3 * SECOND, stream.chunk()).await {
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    assert!(text.contains("event: ready") && !text.contains("event: queue"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_command_line() {
    const KIND: &str = "send-notification";
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let code = |args: &[&str], stdin: &str| daemon.ctl_with(args, stdin).status.code().unwrap();
    let error = |args: &[&str]| String::from_utf8(daemon.ctl_with(args, "").stderr).unwrap();

    // Held, so that nothing moves while we look.
    let paused = daemon.ctl_json(&["queue", "pause", "messages", "--reason", "test"]);
    let messages = |value: &serde_json::Value| {
        let queues = value["queues"].as_array().unwrap().iter();
        queues.clone().find(|one| one["queue"] == "messages").unwrap().clone()
    };
    assert_eq!(messages(&paused)["paused"]["reason"], "test");
    assert_eq!(code(&["queue", "pause", "messages"], ""), 6);
    assert_eq!(code(&["queue", "pause", "faxes"], ""), 2);
    let status = daemon.ctl(&["queue", "status"]);
    assert!(status.contains("PAUSED by") && status.contains(": test;"), "{status}");

    assert_eq!(code(&["message", "send", "--to", "12", "--text", "halo"], ""), 2);
    assert_eq!(code(&["message", "send", "--text", "halo"], ""), 2);
    assert_eq!(code(&["message", "send", "--to", PHONE], ""), 2);
    daemon.ctl(&["message", "send", "--to", PHONE, "--text", "halo", "--dry-run"]);
    assert_eq!(daemon.ctl(&["message", "list", "-o", "id"]), "");
    let far = ["--at", "2999-01-01T00:00:00Z"];
    assert!(
        error(&[&["message", "send", "--to", PHONE, "--text", "halo"][..], &far].concat())
            .contains("send_at")
    );
    for text in ["satu", "dua", "tiga"] {
        daemon.ctl(&["message", "send", "--to", "0812-3456-7890", "--text", text]);
    }
    let sent = daemon.ctl_with(&["message", "send", "--to", PHONE, "--file", "-"], "dari berkas\n");
    assert!(sent.status.success());
    let newest = daemon.ctl_json(&["message", "list", "--limit", "1"]);
    assert_eq!((&newest[0]["body"], &newest[0]["status"]), (&json!("dari berkas"), &json!("queued")));

    let listed = daemon.ctl(&["job", "list", "--kind", KIND, "-o", "id"]);
    assert_eq!(listed.lines().count(), 4);
    assert_eq!(daemon.ctl(&["job", "list", "--to", "0812 3456 7890", "-o", "id"]), listed);
    let first = listed.lines().next().unwrap();
    assert_eq!(daemon.ctl_json(&["job", "view", first])["message"]["body"], "satu");

    // By id, from a pipe, all that match; nothing where another number is expected or nobody confirms.
    assert_eq!(code(&["job", "cancel", "--ids", "-", "--expect", "3", "--yes"], &listed), 6);
    assert_eq!(code(&["job", "cancel", "--matching", "--kind", KIND, "--no-input"], ""), 8);
    assert_eq!(code(&["job", "cancel", "--matching", "--kind", KIND, "--expect", "5", "--yes"], ""), 6);
    assert_eq!(code(&["job", "cancel", first, "--kind", "send-otp", "--yes"], ""), 2);
    daemon.ctl(&["job", "snooze", "+2h", first]);
    daemon.ctl(&["job", "run", first, "--yes"]);
    daemon.ctl(&["job", "cancel", first, "--yes"]);
    assert_eq!(code(&["job", "cancel", first, "--yes"], ""), 6);
    assert_eq!(code(&["job", "cancel", "999999", "--yes"], ""), 5);
    let dry = daemon.ctl_json(&["job", "cancel", "--matching", "--kind", KIND, "--dry-run"]);
    assert_eq!((&dry["total"], &dry["dry_run"]), (&json!(3), &json!(true)));
    let done = daemon.ctl_json(&["job", "cancel", "--matching", "--kind", KIND, "--expect", "3", "--yes"]);
    assert_eq!((&done["succeeded"], &done["more"]), (&json!(3), &json!(false)));
    let cancelled = daemon.ctl(&["job", "list", "--status", "cancelled", "-o", "id"]);
    assert_eq!(cancelled.lines().count(), 4);
    let retried = daemon.ctl_with(&["job", "retry", "--ids", "-", "--expect", "4", "--yes"], &cancelled);
    assert!(retried.status.success(), "{}", String::from_utf8_lossy(&retried.stderr));

    daemon.ctl(&["queue", "resume"]);
    aglis_tests::eventually("the messages are sent", async || {
        (daemon.ctl(&["message", "list", "--status", "sent", "-o", "id"]).lines().count() == 4).then_some(())
    })
    .await;
    assert_eq!(daemon.ctl_json(&["job", "clean", "--older-than-days", "0", "--dry-run"])["removed"], 0);
    let cleaned = daemon.ctl_json(&["job", "clean", "--older-than-days", "0", "--yes"]);
    assert!(cleaned["removed"].as_i64().unwrap() >= 4, "{cleaned}");
    assert_eq!(daemon.ctl_json(&["queue", "rate"])["minutes"].as_array().unwrap().len(), 60);
    assert_eq!(daemon.ctl_json(&["queue", "batches"]), json!([]));
    assert_eq!(code(&["queue", "cancel-batch", "9"], ""), 5);
}
