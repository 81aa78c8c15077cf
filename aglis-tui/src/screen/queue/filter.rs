//! Which jobs the filter keeps: what the daemon narrows the list by, and what is judged here.

use aglis_core::filter::{Facts, Filter, NONE, Order, Test};
use aglis_core::queue::{JobFilter, JobView};
use aglis_core::types::{BatchId, Time};

use super::PAGE;

/// A row, to be judged by a filter now.
pub(super) struct Judged<'a>(pub &'a JobView, pub Time);

impl Facts for Judged<'_> {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match field {
            "kind" => test(&self.0.kind),
            "queue" => test(self.0.queue.as_str()),
            "err" => self.0.last_error.as_deref().is_some_and(test),
            _ => false,
        }
    }
    fn amount(&self, field: &str) -> Option<i64> {
        match field {
            "age" => Some(self.1.since_ms(self.0.created_at) / 1000),
            "batch" => self.0.batch_id.map(|batch| batch.0),
            _ => None,
        }
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let texts = [self.0.last_error.as_deref(), self.0.worker.as_deref(), self.0.unique_key.as_deref()];
        test(&self.0.kind)
            || test(self.0.queue.as_str())
            || test(&self.0.id.to_string())
            || texts.into_iter().flatten().any(test)
    }
}

/// What the daemon narrows the list by, and whether that is the whole filter.
pub(super) fn query(filter: &Filter) -> (JobFilter, bool) {
    let mut query = JobFilter { limit: Some(PAGE), ..JobFilter::default() };
    let mut whole = true;
    for term in &filter.terms {
        whole &= !term.invert && take(&mut query, &term.test);
    }
    (query, whole)
}

/// Takes a term over, where the daemon knows it and it was not given before.
fn take(query: &mut JobFilter, test: &Test) -> bool {
    match test {
        Test::AnyOf(field, values) => match (field.name, values.as_slice()) {
            (_, [one]) if one == NONE => false,
            ("kind", [one]) => put(&mut query.kind, one.clone()),
            ("queue", [one]) => one.parse().is_ok_and(|queue| put(&mut query.queue, queue)),
            ("err", [one]) => put(&mut query.error, one.clone()),
            ("to", [one]) => put(&mut query.recipient, one.clone()),
            _ => false,
        },
        Test::Compare(field, Order::More, seconds) if field.name == "age" && *seconds >= 0 => {
            let longest = query.older_than_seconds.map_or(*seconds, |before| before.max(*seconds));
            query.older_than_seconds = Some(longest);
            true
        }
        Test::Compare(field, Order::Equal, number) if field.name == "batch" => {
            put(&mut query.batch, BatchId(*number))
        }
        Test::Word(_) | Test::Compare(..) => false,
    }
}

fn put<T>(place: &mut Option<T>, value: T) -> bool {
    let free = place.is_none();
    place.get_or_insert(value);
    free
}

#[cfg(test)]
mod tests {
    use super::*;
    use aglis_core::filter::JOBS;
    use aglis_core::queue::QueueName;

    fn asked(text: &str) -> (JobFilter, bool) {
        query(&Filter::parse(&JOBS, text).expect(text))
    }

    #[test]
    fn the_daemon_narrows_and_we_judge_what_it_does_not_know() {
        let (query, whole) = asked("kind:otp queue:wa err:429 age>5m to:0812 batch:7");
        assert!(whole);
        assert_eq!((query.kind.as_deref(), query.queue), (Some("send-otp"), Some(QueueName::Messages)));
        assert_eq!((query.error.as_deref(), query.older_than_seconds), (Some("429"), Some(300)));
        assert_eq!((query.recipient.as_deref(), query.batch), (Some("0812"), Some(BatchId(7))));
        for text in ["!kind:otp", "kind:otp,bulk", "age<5m", "timeout", "err:none", "batch:none"] {
            let (query, whole) = asked(text);
            assert!(!whole, "{text}");
            assert_eq!(query, JobFilter { limit: Some(PAGE), ..JobFilter::default() }, "{text}");
        }
        assert!(!asked("to:0812 to:0857").1);
    }

    #[test]
    fn rows_are_judged_by_what_they_show() {
        let now = Time::from_ms(3_600_000);
        let row: JobView = serde_json::from_value(serde_json::json!({
            "id": 88123, "kind": "send-otp", "queue": "messages", "priority": "critical", "state": "dead",
            "payload": {}, "unique_key": null, "batch_id": 7, "run_at": Time::from_ms(0), "attempts": 3,
            "max_attempts": 3, "worker": null, "last_error": "429 Too Many Requests",
            "created_at": Time::from_ms(0), "finished_at": null
        }))
        .expect("job");
        for (text, kept) in [
            ("kind:otp", true),
            ("!kind:otp", false),
            ("queue:mail,messages", true),
            ("err:\"too many\"", true),
            ("err:none", false),
            ("age>59m", true),
            ("age<59m", false),
            ("batch:7", true),
            ("!batch:7", false),
            ("88123", true),
            ("requests", true),
            ("to:0812", true),
        ] {
            let filter = Filter::parse(&JOBS, text).expect(text);
            assert_eq!(filter.matches(&Judged(&row, now)), kept, "{text}");
        }
    }
}
