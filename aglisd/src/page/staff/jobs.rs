//! The jobs of one state; the filter is the address.

use super::{
    Shell,
    view::{Choice, Opt, address},
};
use crate::{
    http::{Need, Routes},
    page::{FormErrors, Frame, Mark, Shown, Visit},
};
use aglis_core::{
    error::Error,
    permission::Permission as P,
    queue::{JobAction, JobFilter, JobState, JobView, QueueName, REGISTRY, control::service as control},
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

/// Where the list stands.
pub const HOME: &str = "/queue/jobs";

/// The conditions that an address may hold, besides the state.
pub const FIELDS: [&str; 6] = ["kind", "queue", "error", "older_than_seconds", "recipient", "batch"];

/// Ages that can be chosen, in seconds, with the number and the text that names them.
const AGES: [(i64, i64, &str); 5] = [
    (600, 10, "fmt-minutes"),
    (3600, 1, "fmt-hours"),
    (6 * 3600, 6, "fmt-hours"),
    (86_400, 1, "fmt-days"),
    (7 * 86_400, 7, "fmt-days"),
];

struct Tab {
    href: String,
    text: String,
    current: bool,
}

/// A job in a table.
pub struct JobRow {
    /// Identifier.
    pub id: i64,
    /// What kind of work.
    pub kind: String,
    /// Queue and priority.
    pub way: String,
    /// Where it stands.
    pub state: Mark,
    /// Tries so far, of those it has.
    pub tries: String,
    /// When it is due, began or ended.
    pub when: String,
    /// Why the last try failed.
    pub error: String,
    /// Who does it.
    pub worker: String,
}

impl JobRow {
    /// The row of a job.
    pub fn new(frame: &Frame, job: &JobView) -> JobRow {
        JobRow {
            id: job.id.0,
            kind: job.kind.clone(),
            way: format!(
                "{} · {}",
                frame.word("staff-queue-name", job.queue),
                frame.word("staff-queue-priority", job.priority)
            ),
            state: Mark::job(frame, "staff-job", job.state),
            tries: format!("{}/{}", job.attempts, job.max_attempts),
            when: frame.ago(&job.finished_at.unwrap_or(job.run_at)),
            error: job.last_error.clone().unwrap_or_default(),
            worker: job.worker.clone().unwrap_or_default(),
        }
    }
}

/// What can be done with jobs of a state: the word, its text, whether it harms.
pub struct Act {
    /// The word.
    pub value: &'static str,
    /// Its text.
    pub text: String,
    /// Whether it ends a job.
    pub danger: bool,
    /// Whether it asks for a time.
    pub until: bool,
    /// The key that leads to it.
    pub key: &'static str,
}

/// What can be done with jobs of a state.
pub fn acts(frame: &Frame, state: JobState) -> Vec<Act> {
    let fits = |action: &&JobAction| action.from_states().contains(&state);
    JobAction::ALL
        .iter()
        .filter(fits)
        .map(|action| Act {
            value: action.as_str(),
            text: frame.word("staff-job-do", action),
            danger: matches!(action, JobAction::Cancel | JobAction::Discard),
            until: *action == JobAction::Snooze,
            key: match action {
                JobAction::Retry => "r",
                JobAction::Cancel => "c",
                JobAction::Discard => "d",
                JobAction::Snooze => "s",
                JobAction::Run => "a",
            },
        })
        .collect()
}

#[derive(Template)]
#[template(path = "staff/jobs.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    status: JobState,
    tabs: Vec<Tab>,
    error: String,
    recipient: String,
    choices: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
    filters: Vec<(&'static str, String)>,
    acts: Vec<Act>,
    rows: Vec<JobRow>,
    here: String,
    paged: bool,
    next: Option<String>,
}

/// Reads state and filter from named values; empty ones count as absent.
///
/// # Errors
/// [`Error::Invalid`] names the value that means nothing.
pub fn read<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<(JobState, JobFilter), Error> {
    let given = |name: &str| value(name).map(str::trim).filter(|text| !text.is_empty());
    let number = |name: &'static str| match given(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(Error::field(name, "invalid", "give a whole number")),
    };
    let state = match given("status").map(str::parse::<JobState>) {
        None => JobState::Waiting,
        Some(Ok(state)) => state,
        Some(Err(error)) => return Err(Error::field("status", "unknown", format!("{error}"))),
    };
    let queue = match given("queue").map(str::parse::<QueueName>) {
        None => None,
        Some(Ok(queue)) => Some(queue),
        Some(Err(error)) => return Err(Error::field("queue", "unknown", format!("{error}"))),
    };
    let text = |name| given(name).map(str::to_owned);
    let filter = JobFilter {
        kind: text("kind"),
        queue,
        error: text("error"),
        older_than_seconds: number("older_than_seconds")?,
        recipient: text("recipient"),
        batch: number("batch")?.map(aglis_core::types::BatchId),
        limit: None,
        cursor: text("cursor"),
    };
    Ok((state, filter))
}

/// The address of the list with these values.
pub fn list_address(status: JobState, pairs: &[(&'static str, String)], cursor: Option<&str>) -> String {
    let mut filters = vec![("status", status.as_str())];
    filters.extend(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    address(HOME, &filters, cursor)
}

fn choices(frame: &Frame) -> Vec<Choice> {
    let value = |name| frame.query(name).unwrap_or_default();
    let kinds = REGISTRY.iter().map(|spec| (spec.kind.to_owned(), spec.kind.to_owned()));
    let ages = AGES.iter().map(|(seconds, n, key)| {
        (seconds.to_string(), frame.t1("staff-job-older", "span", frame.count(key, *n)))
    });
    let mut age = Choice::among(
        frame,
        "older_than_seconds",
        "staff-age",
        ages,
        value("older_than_seconds"),
        "staff-any",
    );
    // Another age than those offered may stand in the address.
    if let Ok(seconds) = value("older_than_seconds").parse::<i64>()
        && !age.options.iter().any(|option| option.selected)
    {
        age.options.push(Opt {
            value: seconds.to_string(),
            text: frame.t1("staff-job-older", "span", frame.span(&seconds.saturating_mul(1000))),
            selected: true,
        });
    }
    vec![
        Choice::among(frame, "kind", "staff-queue-kind", kinds, value("kind"), "staff-any"),
        Choice::of(
            frame,
            "queue",
            "staff-queue-which",
            "staff-queue-name",
            QueueName::ALL,
            value("queue"),
            Some("staff-any"),
        ),
        age,
    ]
}

async fn list(Visit(frame): Visit) -> Shown {
    let pairs: Vec<(&'static str, String)> =
        FIELDS.into_iter().map(|name| (name, frame.query(name).unwrap_or_default().to_owned())).collect();
    let asked = read(|name| frame.query(name));
    let status = asked.as_ref().map_or(JobState::Waiting, |(status, _)| *status);
    let found = match asked {
        Ok((status, filter)) => control::list(frame.ctx(), status, &filter).await,
        Err(error) => Err(error),
    };
    let (code, errors, rows, next) = match found {
        Ok(page) => {
            let rows = page.items.iter().map(|job| JobRow::new(&frame, job)).collect();
            (StatusCode::OK, FormErrors::none(), rows, page.next_cursor)
        }
        Err(error) => {
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of(&frame, "staff", error)?, Vec::new(), None)
        }
    };
    let may_manage = frame.ctx().may(P::QueueManage);
    let page = List {
        staff: Shell::new(&frame).await?,
        errors,
        status,
        tabs: JobState::ALL
            .iter()
            .map(|state| Tab {
                href: list_address(*state, &pairs, None),
                text: frame.word("staff-job-tab", state),
                current: *state == status,
            })
            .collect(),
        error: frame.query("error").unwrap_or_default().to_owned(),
        recipient: frame.query("recipient").unwrap_or_default().to_owned(),
        choices: choices(&frame),
        kept: pairs.iter().filter(|(name, value)| *name == "batch" && !value.is_empty()).cloned().collect(),
        filters: pairs.iter().filter(|(_, value)| !value.is_empty()).cloned().collect(),
        acts: if may_manage { acts(&frame, status) } else { Vec::new() },
        rows,
        here: list_address(status, &pairs, None),
        paged: frame.query("cursor").is_some(),
        next: next.map(|cursor| list_address(status, &pairs, Some(&cursor))),
        frame: &frame,
    };
    Ok(frame.html(code, &page))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::MessageRead), HOME, get(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &'static str)]) -> Result<(JobState, JobFilter), Error> {
        read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn empty_fields_are_no_conditions_and_wrong_ones_are_named() {
        let (state, filter) = of(&[("kind", " "), ("queue", ""), ("status", "")]).unwrap();
        assert_eq!((state, filter), (JobState::Waiting, JobFilter::default()));
        for (name, value) in
            [("status", "asleep"), ("queue", "post"), ("older_than_seconds", "old"), ("batch", "x")]
        {
            let Err(Error::Invalid(fields)) = of(&[(name, value)]) else { panic!("{name} was taken") };
            assert_eq!(fields[0].field, name);
        }
    }
}
