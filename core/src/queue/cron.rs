//! Five-field crontab times: minute, hour, day of month, month, day of week.
//!
//! As in cron, Sunday is 0 or 7, and where both the day of the month and the day of the week are restricted, either one
//! suffices. Times that the zone skips at the start of summer time run at the moment of the change; times that come
//! twice at its end run once.

use crate::types::{Time, Zone};
use jiff::{ToSpan, civil::DateTime, tz::Disambiguation};

/// When something is due, in a zone's local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    either_day: bool,
}

/// Why a text is no crontab time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: write five fields: minute hour day month weekday, such as `0 18 * * 1-5`")]
pub struct CronError(String);

impl std::str::FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CronError(format!("`{text}` has {} fields", fields.len())));
        };
        let weekdays = field(weekday, 0, 7)?;
        Ok(Cron {
            minutes: field(minute, 0, 59)?,
            hours: field(hour, 0, 23)?,
            days: field(day, 1, 31)?,
            months: field(month, 1, 12)?,
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
        })
    }
}

/// A field as a set of bits: `*`, `5`, `1-5`, `*/15`, `10-40/10`, and lists of these.
fn field(text: &str, least: u32, most: u32) -> Result<u64, CronError> {
    let bad = || CronError(format!("`{text}` is not a list of numbers from {least} to {most}"));
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| (least..=most).contains(n)).ok_or_else(bad);
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                (range, step.parse::<usize>().ok().filter(|step| *step > 0).ok_or_else(bad)?)
            }
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step > 1 => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return Err(bad());
        }
        for n in (from..=to).step_by(step) {
            bits |= 1_u64 << n;
        }
    }
    Ok(bits)
}

const fn has(bits: u64, n: i8) -> bool {
    bits >> n & 1 == 1
}

impl Cron {
    fn on_day(&self, at: DateTime) -> bool {
        let day = has(self.days, at.day());
        let weekday = has(self.weekdays, at.weekday().to_sunday_zero_offset());
        has(self.months, at.month()) && if self.either_day { day || weekday } else { day && weekday }
    }

    /// The latest due time that is not after `now`; `None` when there was none within four years.
    pub fn last(&self, zone: &Zone, now: Time) -> Option<Time> {
        let end = zone.at(now).datetime();
        let mut day = end.date();
        for _ in 0..=1462 {
            if self.on_day(day.to_datetime(jiff::civil::Time::midnight())) {
                for hour in (0..24).rev().filter(|hour| has(self.hours, *hour)) {
                    for minute in (0..60).rev().filter(|minute| has(self.minutes, *minute)) {
                        let at = self.instant(zone, day.at(hour, minute, 0, 0))?;
                        if at <= now {
                            return Some(at);
                        }
                    }
                }
            }
            day = day.checked_sub(1.day()).ok()?;
        }
        None
    }

    fn instant(&self, zone: &Zone, local: DateTime) -> Option<Time> {
        let ambiguous = zone.inner().to_ambiguous_zoned(local);
        let zoned = ambiguous.disambiguate(Disambiguation::Compatible).ok()?;
        Some(Time::from(zoned.timestamp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(cron: &str, zone: &str, now: &str) -> String {
        let zone = Zone::named(zone).unwrap();
        cron.parse::<Cron>().unwrap().last(&zone, now.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn known_dates() {
        let jakarta = "Asia/Jakarta";
        for (cron, now, due) in [
            ("0 18 * * *", "2026-11-21T11:00:00Z", "2026-11-21T11:00:00Z"),
            ("0 18 * * *", "2026-11-21T10:59:59Z", "2026-11-20T11:00:00Z"),
            ("*/15 * * * *", "2026-11-21T11:14:59Z", "2026-11-21T11:00:00Z"),
            // Monday 08:00
            ("0 8 * * 1", "2026-11-21T00:00:00Z", "2026-11-16T01:00:00Z"),
            ("0 8 * * 7", "2026-11-21T00:00:00Z", "2026-11-15T01:00:00Z"),
            ("0 8 * * 0", "2026-11-21T00:00:00Z", "2026-11-15T01:00:00Z"),
            ("0 9 1 * *", "2026-11-21T00:00:00Z", "2026-11-01T02:00:00Z"),
            // 29 February
            ("0 0 29 2 *", "2026-11-21T00:00:00Z", "2024-02-28T17:00:00Z"),
            // the 31st, seen from a month without one
            ("30 23 31 * *", "2026-11-30T20:00:00Z", "2026-10-31T16:30:00Z"),
            // the first of the month or a Friday
            ("0 0 1 * 5", "2026-11-21T00:00:00Z", "2026-11-19T17:00:00Z"),
            ("0 0 1 * 5", "2026-11-01T00:00:00Z", "2026-10-31T17:00:00Z"),
            ("10-40/10 2 * * *", "2026-11-21T00:00:00Z", "2026-11-20T19:40:00Z"),
        ] {
            assert_eq!(last(cron, jakarta, now), due, "{cron} at {now}");
        }
    }

    #[test]
    fn summer_time_neither_skips_nor_repeats() {
        let zone = "Europe/Berlin";
        assert_eq!(last("30 2 * * *", zone, "2026-03-29T12:00:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(last("30 2 * * *", zone, "2026-10-25T00:40:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(last("30 2 * * *", zone, "2026-10-25T01:40:00Z"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "* * L * *",
            "0 0 0 * * *",
        ] {
            assert!(bad.parse::<Cron>().is_err(), "{bad}");
        }
        assert_eq!(
            "0 0 30 2 *"
                .parse::<Cron>()
                .unwrap()
                .last(&Zone::named("Asia/Jakarta").unwrap(), Time::from_ms(1_800_000_000_000)),
            None
        );
    }
}
