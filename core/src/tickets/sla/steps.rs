//! How a due time came about: the steps, and each in plain English. Pages tell them in the reader's language.

use super::{Calendar, Clock, MINUTE_MS, SlaRules};
use crate::{catalog::SlaLevel, customers::CustomerType, tickets::Priority, types::Time};
use jiff::civil::Date;

/// Holidays that are named at most.
const MOST_HOLIDAYS: usize = 10;

/// The facts an explanation is told from.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Urgency.
    pub priority: Priority,
    /// The customer's level.
    pub level: SlaLevel,
    /// Person or business.
    pub customer: CustomerType,
    /// When somebody responded.
    pub responded_at: Option<Time>,
    /// Since when the clock stands still.
    pub held_at: Option<Time>,
    /// How often the ticket was opened again.
    pub reopened_count: i64,
}

/// One step of the way to a due time. Spans are milliseconds of working time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// What the priority promises.
    Base {
        /// Urgency.
        priority: Priority,
        /// For the first response.
        response_ms: i64,
        /// For the resolution.
        resolution_ms: i64,
    },
    /// What the package's level leaves of it.
    Level {
        /// The level.
        level: SlaLevel,
        /// Percent of the time.
        percent: i64,
    },
    /// What the kind of customer leaves of it.
    Customer {
        /// Person or business.
        kind: CustomerType,
        /// Percent of the time.
        percent: i64,
    },
    /// What that makes.
    Target {
        /// For the first response.
        response_ms: i64,
        /// For the resolution.
        resolution_ms: i64,
        /// Whether the rules have changed since the clock began.
        before_change: bool,
    },
    /// When the clock runs, which the calendar knows.
    Runs,
    /// When the clock began.
    Began {
        /// When.
        at: Time,
        /// Opened again, not reported.
        again: bool,
    },
    /// A day that does not count.
    Holiday {
        /// The day.
        day: Date,
        /// Its name.
        name: String,
    },
    /// How long it stood still.
    Paused {
        /// For so long.
        ms: i64,
    },
    /// Since when it stands still.
    Standing {
        /// Since then.
        since: Time,
    },
    /// When somebody responded first.
    Responded {
        /// When.
        at: Time,
        /// So much after the due time; 0 in time.
        late_ms: i64,
    },
    /// When somebody is to respond.
    ResponseDue {
        /// Until then.
        at: Time,
    },
    /// When it is to be resolved.
    ResolutionDue {
        /// Until then.
        at: Time,
    },
}

/// How the due times came about, step by step.
pub fn explain(rules: &SlaRules, calendar: &Calendar, clock: &Clock, facts: &Facts) -> Vec<Step> {
    let base = rules.base(facts.priority);
    let (level, customer) = rules.percents(facts.level, facts.customer);
    let mut steps = vec![
        Step::Base {
            priority: facts.priority,
            response_ms: base.response_minutes * MINUTE_MS,
            resolution_ms: base.resolution_minutes * MINUTE_MS,
        },
        Step::Level { level: facts.level, percent: level },
    ];
    if customer != 100 {
        steps.push(Step::Customer { kind: facts.customer, percent: customer });
    }
    steps.push(Step::Target {
        response_ms: clock.target.response_minutes * MINUTE_MS,
        resolution_ms: clock.target.resolution_minutes * MINUTE_MS,
        before_change: rules.target(facts.priority, facts.level, facts.customer) != clock.target,
    });
    steps.push(Step::Runs);
    steps.push(Step::Began { at: clock.started_at, again: facts.reopened_count > 0 });
    let holidays = calendar.holidays_between(clock.started_at, clock.resolution_due_at);
    steps.extend(
        holidays
            .into_iter()
            .take(MOST_HOLIDAYS)
            .map(|(day, name)| Step::Holiday { day, name: name.to_owned() }),
    );
    if clock.paused_ms > 0 {
        steps.push(Step::Paused { ms: clock.paused_ms });
    }
    if let Some(since) = facts.held_at {
        steps.push(Step::Standing { since });
    }
    steps.push(match facts.responded_at {
        Some(at) if at <= clock.response_due_at => Step::Responded { at, late_ms: 0 },
        Some(at) => Step::Responded { at, late_ms: calendar.between(clock.response_due_at, at).max(1) },
        None => Step::ResponseDue { at: clock.response_due_at },
    });
    steps.push(Step::ResolutionDue { at: clock.resolution_due_at });
    steps
}

impl Step {
    /// The step in English.
    pub fn english(&self, calendar: &Calendar, clock: &Clock) -> String {
        match self {
            Step::Base { priority, response_ms, resolution_ms } => format!(
                "Priority {priority}: first response within {}, resolution within {}.",
                duration(*response_ms),
                duration(*resolution_ms)
            ),
            Step::Level { level, percent: 100 } => format!("SLA level {level}: the ordinary time."),
            Step::Level { level, percent } => format!("SLA level {level}: {percent} % of that time."),
            Step::Customer { kind, percent } => format!("Customer type {kind}: {percent} % of that time."),
            Step::Target { response_ms, resolution_ms, before_change } => format!(
                "That makes {} for the first response and {} for the resolution{}.",
                duration(*response_ms),
                duration(*resolution_ms),
                if *before_change {
                    " (as promised when the clock began; the rules have changed since)"
                } else {
                    ""
                }
            ),
            Step::Runs => format!("The clock runs {}.", calendar.describe(clock.started_at)),
            Step::Began { at, again } => {
                let why = if *again { "opened again" } else { "reported" };
                format!("It began {}, when the ticket was {why}.", calendar.show(*at))
            }
            Step::Holiday { day, name } => {
                format!("{} does not count: {name}.", day.strftime("%a %d %b %Y"))
            }
            Step::Paused { ms } => {
                format!("It stood still on hold for {} of working time, which is added.", duration(*ms))
            }
            Step::Standing { since } => format!(
                "It stands still since {}; that pause is added when work goes on.",
                calendar.show(*since)
            ),
            Step::Responded { at, late_ms: 0 } => {
                format!("First response {}, in time.", calendar.show(*at))
            }
            Step::Responded { at, late_ms } => {
                format!("First response {}, {} late.", calendar.show(*at), duration(*late_ms))
            }
            Step::ResponseDue { at } => format!("First response due {}.", calendar.show(*at)),
            Step::ResolutionDue { at } => format!("Resolution due {}.", calendar.show(*at)),
        }
    }
}

/// A span in words: `1 h 30 min`.
pub fn duration(ms: i64) -> String {
    let minutes = ms / MINUTE_MS;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
