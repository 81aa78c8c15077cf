//! Reasons in the reader's language: how a due time came about, and why a technician is or is not for a ticket.

use crate::page::Frame;
use aglis_core::{
    i18n::format,
    tickets::{
        assign::Reason,
        service::Story,
        sla::{Calendar, Step},
    },
    types::Locale,
};

const MINUTE_MS: i64 = 60_000;

/// The steps to a ticket's due times.
pub fn steps(frame: &Frame, story: &Story) -> Vec<String> {
    story.steps.iter().map(|one| step(frame, &story.calendar, one)).collect()
}

fn step(frame: &Frame, calendar: &Calendar, step: &Step) -> String {
    match step {
        Step::Base { priority, response_ms, resolution_ms } => frame.ta(
            "staff-why-base",
            &[
                ("priority", frame.word("staff-priority", priority)),
                ("response", span(frame, *response_ms)),
                ("resolution", span(frame, *resolution_ms)),
            ],
        ),
        Step::Level { level, percent: 100 } => {
            frame.t1("staff-why-level-plain", "level", frame.word("staff-level-sla", level))
        }
        Step::Level { level, percent } => frame.ta(
            "staff-why-level",
            &[("level", frame.word("staff-level-sla", level)), ("percent", percent.to_string())],
        ),
        Step::Customer { kind, percent } => frame.ta(
            "staff-why-customer",
            &[("kind", frame.word("staff-customer-type", kind)), ("percent", percent.to_string())],
        ),
        Step::Target { response_ms, resolution_ms, before_change } => {
            let values =
                [("response", span(frame, *response_ms)), ("resolution", span(frame, *resolution_ms))];
            let made = frame.ta("staff-why-target", &values);
            if *before_change { format!("{made} {}", frame.t("staff-why-target-old")) } else { made }
        }
        Step::Runs => runs(frame, calendar),
        Step::Began { at, again } => {
            let key = if *again { "staff-why-began-again" } else { "staff-why-began" };
            frame.t1(key, "at", frame.date_time(at))
        }
        Step::Holiday { day, name } => frame.ta(
            "staff-why-holiday",
            &[("day", format::weekday_date(frame.lang, *day)), ("name", name.clone())],
        ),
        Step::Paused { ms } => frame.t1("staff-why-paused", "span", span(frame, *ms)),
        Step::Standing { since } => frame.t1("staff-why-standing", "since", frame.date_time(since)),
        Step::Responded { at, late_ms: 0 } => frame.t1("staff-why-responded", "at", frame.date_time(at)),
        Step::Responded { at, late_ms } => frame
            .ta("staff-why-responded-late", &[("at", frame.date_time(at)), ("span", span(frame, *late_ms))]),
        Step::ResponseDue { at } => frame.t1("staff-why-response-due", "at", frame.date_time(at)),
        Step::ResolutionDue { at } => frame.t1("staff-why-resolution-due", "at", frame.date_time(at)),
    }
}

/// When the clock runs.
fn runs(frame: &Frame, calendar: &Calendar) -> String {
    let Some((from, to, days)) = calendar.hours() else { return frame.t("staff-why-always") };
    let clock = |hour: i8, minute: i8| {
        let point = if frame.lang == Locale::Id { '.' } else { ':' };
        format!("{hour:02}{point}{minute:02}")
    };
    let end = if to == jiff::civil::Time::midnight() { clock(24, 0) } else { clock(to.hour(), to.minute()) };
    let days: Vec<&str> = days.iter().map(|day| format::weekday(frame.lang, *day)).collect();
    frame.ta(
        "staff-why-runs",
        &[("from", clock(from.hour(), from.minute())), ("to", end), ("days", days.join(", "))],
    )
}

/// Working time in hours and minutes: a working day has no length of its own.
fn span(frame: &Frame, ms: i64) -> String {
    let minutes = ms / MINUTE_MS;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => frame.count("fmt-minutes", minutes),
        (hours, 0) => frame.count("fmt-hours", hours),
        (hours, minutes) => {
            format!("{} {}", frame.count("fmt-hours", hours), frame.count("fmt-minutes", minutes))
        }
    }
}

/// Reasons for or against a technician, in one line.
pub fn reasons(frame: &Frame, why: &[Reason]) -> String {
    why.iter().map(|one| reason(frame, one)).collect::<Vec<_>>().join(" · ")
}

fn reason(frame: &Frame, reason: &Reason) -> String {
    let load = |key: &str, open: &i64, most: &i64| frame.ta(key, &[("open", open), ("most", most)]);
    match reason {
        Reason::CanDo(work) => frame.t1("staff-reason-can", "work", frame.word("staff-type", work)),
        Reason::CannotDo(work) => frame.t1("staff-reason-cannot", "work", frame.word("staff-type", work)),
        Reason::OwnArea => frame.t("staff-reason-own-area"),
        Reason::EveryArea => frame.t("staff-reason-every-area"),
        Reason::OtherAreas => frame.t("staff-reason-other-areas"),
        Reason::Availability(one) => frame.word("staff-availability", one),
        Reason::Load(open, most) => load("staff-reason-load", open, most),
        Reason::Full(open, most) => load("staff-reason-full", open, most),
        Reason::Distance(metres) => {
            let km = format::decimal(frame.lang, *metres as f64 / 1000.0, 1);
            frame.t1("staff-reason-distance", "km", km)
        }
        Reason::Level(level) => frame.t1("staff-reason-level", "level", frame.word("staff-level", level)),
        Reason::Given(text) => text.clone(),
    }
}
