//! Lists of jobs: read in the order of an index, sifted by conditions, cut at a page.

use super::{
    JobFilter, JobSelection,
    store::{self, Place, Source, place},
};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Checker, Result},
    messages,
    queue::{JobState, JobView, run::message_of},
    types::*,
};

/// Jobs that are looked at for one page at most.
const LOOKED_AT: usize = 10_000;
/// Jobs read in one statement where conditions sift them.
const SIFTED: i64 = 500;
/// Longest condition, in characters.
const LONGEST: usize = 200;

/// What a job has to be like.
#[derive(Debug, Clone)]
pub(super) struct Conditions {
    state: JobState,
    filter: JobFilter,
    error: Option<String>,
    created_before: Option<Time>,
    recipient: Option<String>,
}

impl Conditions {
    /// Checks and prepares a filter.
    pub(super) fn new(state: JobState, filter: &JobFilter, now: Time) -> Result<Conditions> {
        let mut check = Checker::new();
        let mut text = |field: &str, value: &Option<String>| {
            let text = value.as_deref().map(|value| check.optional_text(field, value, LONGEST));
            text.filter(|text| !text.is_empty())
        };
        let kind = text("kind", &filter.kind);
        let error = text("error", &filter.error).map(|text| text.to_lowercase());
        let recipient = text("recipient", &filter.recipient);
        let age = filter.older_than_seconds;
        if let Some(age) = age {
            check.range("older_than_seconds", age, 0, 10 * 365 * 86_400);
        }
        check.finish()?;
        Ok(Conditions {
            state,
            filter: JobFilter { kind, ..filter.clone() },
            error,
            created_before: age.map(|age| now.plus_seconds(-age)),
            recipient: recipient
                .map(|text| text.parse::<Phone>().map_or(text, |phone| phone.as_str().to_owned())),
        })
    }

    fn source(&self) -> Source {
        match (self.filter.batch, self.state) {
            (Some(batch), _) => Source::Batch(batch),
            (None, JobState::Waiting) => Source::Waiting(self.filter.queue),
            (None, state) => Source::Ended(state),
        }
    }

    /// Whether rows come as they are.
    fn is_plain(&self) -> bool {
        let filter = &self.filter;
        filter.kind.is_none()
            && (filter.queue.is_none() || self.state == JobState::Waiting)
            && filter.batch.is_none()
            && self.error.is_none()
            && self.created_before.is_none()
            && self.recipient.is_none()
    }

    fn fits(&self, job: &JobView) -> bool {
        let filter = &self.filter;
        let says =
            |text: &String| job.last_error.as_ref().is_some_and(|error| error.to_lowercase().contains(text));
        job.state == self.state
            && filter.kind.as_ref().is_none_or(|kind| *kind == job.kind)
            && filter.queue.is_none_or(|queue| queue == job.queue)
            && filter.batch.is_none_or(|batch| Some(batch) == job.batch_id)
            && self.error.as_ref().is_none_or(says)
            && self.created_before.is_none_or(|before| job.created_at < before)
    }

    /// Those of the jobs that fit, in their order.
    async fn sift(&self, tx: &mut Tx, jobs: Vec<JobView>) -> Result<Vec<JobView>> {
        let mut jobs: Vec<JobView> = jobs.into_iter().filter(|job| self.fits(job)).collect();
        if let Some(recipient) = &self.recipient {
            let ids: Vec<MessageId> = jobs.iter().filter_map(|job| message_of(&job.payload)).collect();
            let theirs = messages::service::addressed(tx, &ids, recipient).await?;
            jobs.retain(|job| message_of(&job.payload).is_some_and(|id| theirs.contains(&id)));
        }
        Ok(jobs)
    }
}

/// Up to `want` jobs after a place, and the place to go on from when there may be more. No more than `most` are looked
/// at.
async fn some(
    tx: &mut Tx,
    conditions: &Conditions,
    mut after: Option<Place>,
    want: usize,
    most: usize,
) -> Result<(Vec<JobView>, Option<Place>)> {
    if conditions.state == JobState::Running {
        return running(tx, conditions, after, want).await;
    }
    let source = conditions.source();
    let chunk = if conditions.is_plain() { i64::try_from(want).unwrap_or(SIFTED) } else { SIFTED };
    let (mut found, mut looked) = (Vec::new(), 0);
    loop {
        let rows = store::walk(tx, source, after.as_ref(), chunk + 1).await?;
        let full = rows.len() as i64 > chunk;
        let mut rows = rows;
        rows.truncate(usize::try_from(chunk).unwrap_or(0));
        looked += rows.len();
        let last = rows.last().map(|job| place(conditions.state, job));
        for job in conditions.sift(tx, rows).await? {
            if found.len() == want {
                let end = found.last().map(|job| place(conditions.state, job));
                return Ok((found, end));
            }
            found.push(job);
        }
        if !full {
            return Ok((found, None));
        }
        after = last;
        if found.len() >= want || looked >= most {
            return Ok((found, after));
        }
    }
}

async fn running(
    tx: &mut Tx,
    conditions: &Conditions,
    after: Option<Place>,
    want: usize,
) -> Result<(Vec<JobView>, Option<Place>)> {
    let mut jobs = store::running(tx).await?;
    jobs.retain(|job| after.as_ref().is_none_or(|(.., id)| job.id < *id));
    let mut jobs = conditions.sift(tx, jobs).await?;
    let more = jobs.len() > want;
    jobs.truncate(want);
    let end = jobs.last().filter(|_| more).map(|job| place(JobState::Running, job));
    Ok((jobs, end))
}

/// A page of the jobs of one state.
pub(super) async fn page(ctx: &Ctx, state: JobState, filter: &JobFilter) -> Result<Page<JobView>> {
    let asked = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = asked.after::<Place>()?;
    let conditions = Conditions::new(state, filter, ctx.now)?;
    let mut tx = ctx.app.db.read().await?;
    let (items, end) = some(&mut tx, &conditions, after, asked.rows(), LOOKED_AT).await?;
    Ok(Page { items, next_cursor: end.map(|end| Cursor::encode(&end)) })
}

/// All jobs that match, up to `most`.
pub(super) async fn all(ctx: &Ctx, selection: &JobSelection, most: usize) -> Result<Vec<JobId>> {
    let conditions = Conditions::new(selection.status, &selection.filter(), ctx.now)?;
    let mut tx = ctx.app.db.read().await?;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let (jobs, end) = some(&mut tx, &conditions, after, most - ids.len(), LOOKED_AT).await?;
        ids.extend(jobs.iter().map(|job| job.id));
        if end.is_none() || ids.len() >= most {
            return Ok(ids);
        }
        after = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{JobPriority, QueueName};

    fn job(error: Option<&str>, created_at: i64) -> JobView {
        JobView {
            id: JobId(1),
            kind: "send-bulk".into(),
            queue: QueueName::Messages,
            priority: JobPriority::Low,
            state: JobState::Dead,
            payload: serde_json::json!({ "message_id": 7 }),
            unique_key: None,
            batch_id: Some(BatchId(3)),
            run_at: Time::from_ms(0),
            attempts: 3,
            max_attempts: 3,
            worker: None,
            last_error: error.map(str::to_owned),
            created_at: Time::from_ms(created_at),
            finished_at: Some(Time::from_ms(0)),
        }
    }

    fn fits(filter: JobFilter, job: &JobView) -> bool {
        Conditions::new(JobState::Dead, &filter, Time::from_ms(100_000)).unwrap().fits(job)
    }

    #[test]
    fn conditions_hold_together_and_errors_are_found_in_any_case() {
        let base = JobFilter::default;
        let dead = job(Some("HTTP_429: Too many"), 40_000);
        assert!(fits(base(), &dead));
        assert!(fits(JobFilter { error: Some("http_429".into()), ..base() }, &dead));
        assert!(!fits(JobFilter { error: Some("http_500".into()), ..base() }, &dead));
        assert!(!fits(JobFilter { error: Some("x".into()), ..base() }, &job(None, 0)));
        assert!(fits(JobFilter { older_than_seconds: Some(59), ..base() }, &dead));
        assert!(!fits(JobFilter { older_than_seconds: Some(60), ..base() }, &dead));
        assert!(!fits(JobFilter { queue: Some(QueueName::Mail), ..base() }, &dead));
        assert!(fits(
            JobFilter { batch: Some(BatchId(3)), kind: Some(" send-bulk ".into()), ..base() },
            &dead
        ));
        assert!(!fits(JobFilter { batch: Some(BatchId(4)), ..base() }, &dead));
    }

    #[test]
    fn a_condition_that_means_nothing_is_refused_by_name() {
        let filter =
            JobFilter { older_than_seconds: Some(-1), error: Some("e".repeat(201)), ..JobFilter::default() };
        let error = Conditions::new(JobState::Dead, &filter, Time::from_ms(0)).unwrap_err().to_string();
        assert!(error.contains("older_than_seconds") && error.contains("error: shorten"), "{error}");
    }
}
