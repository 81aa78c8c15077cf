//! The promise of time: how long a ticket may take, on which clock, and how it stands.

mod steps;

pub use steps::{Facts, Step, duration, explain};

use super::{Priority, SlaStanding, SlaState, TicketStatus};
use crate::{
    catalog::SlaLevel,
    customers::CustomerType,
    types::{Time, Zone},
};
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;
/// Percent of the time from which on a ticket is at risk.
pub const AT_RISK_PERCENT: i64 = 80;
/// A calendar that finds no working time within so many days is not believed.
const FARTHEST_DAY: usize = 3 * 366;

/// Minutes for the first response and for the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Minutes of working time until somebody responds.
    pub response_minutes: i64,
    /// Minutes of working time until it is resolved.
    pub resolution_minutes: i64,
}

/// The promises of this provider: a base time for each priority, and percentages of it by the package's SLA level and
/// by the kind of customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SlaRules {
    /// For critical tickets.
    pub critical: Target,
    /// For high ones.
    pub high: Target,
    /// For normal ones.
    pub normal: Target,
    /// For low ones.
    pub low: Target,
    /// Percent of the base time by SLA level; 100 where a level is not named.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub level_percent: BTreeMap<SlaLevel, i64>,
    /// Percent of the base time by kind of customer; 100 where a kind is not named.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub customer_percent: BTreeMap<CustomerType, i64>,
}

impl Default for SlaRules {
    fn default() -> Self {
        let target = |response_minutes, resolution_minutes| Target { response_minutes, resolution_minutes };
        SlaRules {
            critical: target(15, 2 * 60),
            high: target(30, 4 * 60),
            normal: target(2 * 60, 24 * 60),
            low: target(4 * 60, 48 * 60),
            level_percent: [(SlaLevel::Bronze, 100), (SlaLevel::Silver, 75), (SlaLevel::Gold, 50)].into(),
            customer_percent: [(CustomerType::Residential, 100), (CustomerType::Business, 100)].into(),
        }
    }
}

impl SlaRules {
    /// The base time of a priority.
    pub const fn base(&self, priority: Priority) -> Target {
        match priority {
            Priority::Critical => self.critical,
            Priority::High => self.high,
            Priority::Normal => self.normal,
            Priority::Low => self.low,
        }
    }

    /// Percent of the base time that a level and a kind of customer leave.
    pub fn percents(&self, level: SlaLevel, customer: CustomerType) -> (i64, i64) {
        (
            self.level_percent.get(&level).copied().unwrap_or(100),
            self.customer_percent.get(&customer).copied().unwrap_or(100),
        )
    }

    /// The promise to a customer; at least one minute.
    pub fn target(&self, priority: Priority, level: SlaLevel, customer: CustomerType) -> Target {
        let base = self.base(priority);
        let (level, customer) = self.percents(level, customer);
        let scale = |minutes: i64| (minutes * level * customer / 10_000).max(1);
        Target {
            response_minutes: scale(base.response_minutes),
            resolution_minutes: scale(base.resolution_minutes),
        }
    }

    /// What is wrong with these rules, as field and reason.
    pub fn problems(&self) -> Vec<(String, &'static str)> {
        let mut out = Vec::new();
        for priority in Priority::ALL {
            let target = self.base(*priority);
            for (field, minutes) in [
                ("response_minutes", target.response_minutes),
                ("resolution_minutes", target.resolution_minutes),
            ] {
                if !(1..=525_600).contains(&minutes) {
                    out.push((format!("{priority}.{field}"), "use 1 minute to 525,600 minutes (a year)"));
                }
            }
            if target.response_minutes > target.resolution_minutes {
                out.push((
                    format!("{priority}.response_minutes"),
                    "the first response is due before the resolution",
                ));
            }
        }
        let percents =
            self.level_percent.iter().map(|(level, percent)| (format!("level_percent.{level}"), percent));
        let kinds =
            self.customer_percent.iter().map(|(kind, percent)| (format!("customer_percent.{kind}"), percent));
        for (field, percent) in percents.chain(kinds) {
            if !(1..=1000).contains(percent) {
                out.push((field, "use 1 to 1000 percent"));
            }
        }
        out
    }
}

/// The clock on which a promise runs: every hour of every day, or working hours on working days without holidays.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Zone,
    /// None: the clock never stands still.
    hours: Option<WorkingHours>,
}

#[derive(Debug, Clone)]
struct WorkingHours {
    from: jiff::civil::Time,
    /// Midnight means the end of the day.
    to: jiff::civil::Time,
    days: Vec<Weekday>,
    holidays: BTreeMap<Date, String>,
}

impl Calendar {
    /// The clock that never stands still.
    pub fn always(zone: Zone) -> Self {
        Calendar { zone, hours: None }
    }

    /// Working hours; a span from a time to the same time is the whole day, and one that passes midnight belongs to the
    /// day it begins on. Whole days on all seven days is [`Calendar::always`], which knows no holidays.
    pub fn working(
        zone: Zone,
        from: jiff::civil::Time,
        to: jiff::civil::Time,
        days: &[Weekday],
        holidays: BTreeMap<Date, String>,
    ) -> Self {
        if (from == to && days.len() >= 7) || days.is_empty() {
            return Calendar::always(zone);
        }
        Calendar { zone, hours: Some(WorkingHours { from, to, days: days.to_vec(), holidays }) }
    }

    /// Whether holidays matter on this clock.
    pub fn has_holidays(&self) -> bool {
        self.hours.is_some()
    }

    /// The working span of a day, if it has one.
    fn span(&self, hours: &WorkingHours, day: Date) -> Option<(Time, Time)> {
        if !hours.days.contains(&day.weekday()) || hours.holidays.contains_key(&day) {
            return None;
        }
        let end_day = if hours.to <= hours.from { day.tomorrow().ok()? } else { day };
        Some((self.instant(day, hours.from), self.instant(end_day, hours.to)))
    }

    fn instant(&self, day: Date, time: jiff::civil::Time) -> Time {
        self.zone
            .inner()
            .to_zoned(day.to_datetime(time))
            .map_or_else(|_| self.zone.start_of(day), |zoned| Time::from(zoned.timestamp()))
    }

    /// The days whose spans may matter from an instant on: the day before too, for spans that pass midnight.
    fn days_from(&self, at: Time) -> impl Iterator<Item = Date> {
        let today = self.zone.day(at);
        let first = today.yesterday().unwrap_or(today);
        std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(FARTHEST_DAY)
    }

    /// The instant by which so much working time has passed since `start`.
    pub fn add(&self, start: Time, working_ms: i64) -> Time {
        let Some(hours) = &self.hours else { return start.plus_ms(working_ms) };
        let mut left = working_ms.max(0);
        for day in self.days_from(start) {
            let Some((from, to)) = self.span(hours, day) else { continue };
            let from = from.max(start);
            let available = to.since_ms(from);
            if available <= 0 {
                continue;
            }
            if left <= available {
                return from.plus_ms(left);
            }
            left -= available;
        }
        start.plus_ms(working_ms)
    }

    /// Working time between two instants, in milliseconds; 0 when `to` is not after `from`.
    pub fn between(&self, from: Time, to: Time) -> i64 {
        if to <= from {
            return 0;
        }
        let Some(hours) = &self.hours else { return to.since_ms(from) };
        self.days_from(from)
            .map_while(|day| {
                if self.zone.start_of(day) > to {
                    return None;
                }
                Some(
                    self.span(hours, day)
                        .map_or(0, |(begin, end)| end.min(to).since_ms(begin.max(from)).max(0)),
                )
            })
            .sum()
    }

    /// From when to when on which days the clock runs; none for the one that never stands still.
    pub fn hours(&self) -> Option<(jiff::civil::Time, jiff::civil::Time, &[Weekday])> {
        self.hours.as_ref().map(|hours| (hours.from, hours.to, hours.days.as_slice()))
    }

    /// The holidays of this clock between two instants.
    fn holidays_between(&self, from: Time, to: Time) -> Vec<(Date, &str)> {
        let Some(hours) = &self.hours else { return Vec::new() };
        let (first, last) = (self.zone.day(from), self.zone.day(to));
        if first > last {
            return Vec::new();
        }
        hours
            .holidays
            .range(first..=last)
            .filter(|(day, _)| hours.days.contains(&day.weekday()))
            .map(|(day, name)| (*day, name.as_str()))
            .collect()
    }

    /// The clock in words, such as `08:00-17:00 on Mon, Tue, Wed, Thu, Fri (WIB), without holidays`.
    pub fn describe(&self, at: Time) -> String {
        let Some(hours) = &self.hours else {
            return format!("24 hours a day, every day ({})", self.zone.label(at));
        };
        let to = if hours.to == jiff::civil::Time::midnight() {
            "24:00".to_owned()
        } else {
            hours.to.strftime("%H:%M").to_string()
        };
        let days: Vec<String> =
            hours.days.iter().map(|day| format!("{day:?}").chars().take(3).collect()).collect();
        format!(
            "{}-{to} on {} ({}), without holidays",
            hours.from.strftime("%H:%M"),
            days.join(", "),
            self.zone.label(at)
        )
    }

    /// An instant as a clock on the wall shows it: `Sat 21 Nov 2026 09:00 WIB`.
    pub fn show(&self, at: Time) -> String {
        format!("{} {}", self.zone.at(at).strftime("%a %d %b %Y %H:%M"), self.zone.label(at))
    }
}

/// How a ticket stands: the one judgement of every list, page and program. `due` is when it is at risk and when it is to
/// be resolved, `held_at` since when it is on hold, `ended_at` when it was completed.
pub fn state(
    status: TicketStatus,
    due: (Time, Time),
    held_at: Option<Time>,
    ended_at: Option<Time>,
    now: Time,
) -> SlaState {
    let (at_risk_at, resolution_due_at) = due;
    // On hold the clock stands where it stood.
    let at = ended_at.or(held_at).unwrap_or(now);
    let late = at > resolution_due_at;
    match status {
        TicketStatus::Cancelled => SlaState::Void,
        TicketStatus::Completed if late => SlaState::Missed,
        TicketStatus::Completed => SlaState::Met,
        _ if late => SlaState::Breached,
        TicketStatus::OnHold => SlaState::Paused,
        _ if at >= at_risk_at => SlaState::AtRisk,
        _ => SlaState::OnTrack,
    }
}

/// What the clock of one ticket is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The promise.
    pub target: Target,
    /// When it began.
    pub started_at: Time,
    /// Working milliseconds it stood still, without a present pause.
    pub paused_ms: i64,
    /// When a first response is due.
    pub response_due_at: Time,
    /// When the resolution is due.
    pub resolution_due_at: Time,
    /// When [`AT_RISK_PERCENT`] of the time to the resolution will be used.
    pub at_risk_at: Time,
}

impl Clock {
    /// Starts a clock.
    pub fn start(calendar: &Calendar, target: Target, started_at: Time) -> Self {
        let mut clock = Clock {
            target,
            started_at,
            paused_ms: 0,
            response_due_at: started_at,
            resolution_due_at: started_at,
            at_risk_at: started_at,
        };
        clock.recompute(calendar, false);
        clock
    }

    /// Adds a pause that has ended. The response's due time moves only while nobody has responded.
    pub fn pause(mut self, calendar: &Calendar, held_at: Time, now: Time, responded: bool) -> Self {
        self.paused_ms += calendar.between(held_at, now);
        self.recompute(calendar, responded);
        self
    }

    /// Puts another promise in the place of this one, from the same beginning and with the same pauses.
    pub fn retarget(mut self, calendar: &Calendar, target: Target, responded: bool) -> Self {
        self.target = target;
        self.recompute(calendar, responded);
        self
    }

    fn recompute(&mut self, calendar: &Calendar, responded: bool) {
        let due = |ms: i64| calendar.add(self.started_at, ms + self.paused_ms);
        let resolution_ms = self.target.resolution_minutes * MINUTE_MS;
        let at_risk_at = due(resolution_ms * AT_RISK_PERCENT / 100);
        let response_due_at = due(self.target.response_minutes * MINUTE_MS);
        let resolution_due_at = due(resolution_ms);
        self.resolution_due_at = resolution_due_at;
        self.at_risk_at = at_risk_at;
        if !responded {
            self.response_due_at = response_due_at;
        }
    }

    /// How the ticket stands: `held_at` when on hold, `ended_at` when completed.
    pub fn standing(
        &self,
        calendar: &Calendar,
        status: TicketStatus,
        held_at: Option<Time>,
        ended_at: Option<Time>,
        now: Time,
    ) -> SlaStanding {
        let at = ended_at.or(held_at).unwrap_or(now);
        let total = self.target.resolution_minutes * MINUTE_MS;
        let remaining_ms =
            calendar.between(at, self.resolution_due_at) - calendar.between(self.resolution_due_at, at);
        let used_percent = (total - remaining_ms).max(0) * 100 / total.max(1);
        let state = state(status, (self.at_risk_at, self.resolution_due_at), held_at, ended_at, now);
        SlaStanding { state, used_percent, remaining_ms }
    }
}

#[cfg(test)]
mod tests;
