//! Money, numbers, times and spans as people write them in each language.

use super::{Locale, t};
use crate::types::{Rupiah, Time, Zone};
use jiff::civil::{Date, Weekday};

const NBSP: char = '\u{a0}';
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `Rp 277.500`, in English `Rp 277,500`, always with a no-break space.
pub fn money(locale: Locale, amount: Rupiah) -> String {
    let shown = amount.to_string();
    match locale {
        Locale::Id => shown,
        Locale::En => shown.replace('.', ","),
    }
}

/// `1.284`, in English `1,284`.
pub fn number(locale: Locale, value: i64) -> String {
    money(locale, Rupiah(value)).replace("Rp\u{a0}", "")
}

/// A number with at most `places` decimal places: `98,5`, in English `98.5`; no zeros at the end.
pub fn decimal(locale: Locale, value: f64, places: usize) -> String {
    let mut text = format!("{value:.places$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" {
        text.remove(0);
    }
    if locale == Locale::Id { text.replace('.', ",") } else { text }
}

/// A share as percentage with at most one decimal: 98.5 gives `98,5%`, in English `98.5%`.
pub fn percent(locale: Locale, percent: f64) -> String {
    format!("{}%", decimal(locale, percent, 1))
}

/// A file's size: `3,4 MB`.
pub fn size(locale: Locale, bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let of = |unit: u64| bytes as f64 / unit as f64;
    let (value, unit) = match bytes {
        0..1_000 => (of(1), "B"),
        1_000..1_000_000 => (of(1_000), "kB"),
        1_000_000..1_000_000_000 => (of(1_000_000), "MB"),
        _ => (of(1_000_000_000), "GB"),
    };
    format!("{}{NBSP}{unit}", decimal(locale, value, 1))
}

/// `14.05 WIB`, in English `14:05 WIB`.
pub fn clock(locale: Locale, zone: &Zone, at: Time) -> String {
    let local = zone.at(at);
    let point = if locale == Locale::Id { '.' } else { ':' };
    format!("{:02}{point}{:02}{NBSP}{}", local.hour(), local.minute(), zone.label(at))
}

fn month(locale: Locale, date: Date) -> &'static str {
    const ID: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let names = if locale == Locale::Id { ID } else { EN };
    usize::try_from(date.month() - 1).ok().and_then(|i| names.get(i).copied()).unwrap_or_default()
}

/// `1 Nov 2025`.
pub fn date(locale: Locale, date: Date) -> String {
    format!("{}{NBSP}{}{NBSP}{}", date.day(), month(locale, date), date.year())
}

/// The local day of an instant: `1 Nov 2025`.
pub fn day(locale: Locale, zone: &Zone, at: Time) -> String {
    date(locale, zone.day(at))
}

/// `Sabtu`, in English `Saturday`.
pub fn weekday(locale: Locale, weekday: Weekday) -> &'static str {
    const ID: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
    const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let names = if locale == Locale::Id { ID } else { EN };
    let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
    names.get(index).copied().unwrap_or_default()
}

/// `Sabtu, 1 Nov 2025`.
pub fn weekday_date(locale: Locale, date_: Date) -> String {
    format!("{}, {}", weekday(locale, date_.weekday()), date(locale, date_))
}

/// `1 Nov 2025, 14.05 WIB`.
pub fn date_time(locale: Locale, zone: &Zone, at: Time) -> String {
    format!("{}, {}", day(locale, zone, at), clock(locale, zone, at))
}

/// A span in its two largest units: `2 jam 5 menit`; under a minute `kurang dari 1 menit`. The sign is dropped.
pub fn span(locale: Locale, ms: i64) -> String {
    let s = (ms / 1000).saturating_abs();
    let part = |key: &str, n: i64| t(locale, key, &[("n", n.into())]);
    let two =
        |first: String, key: &str, n: i64| if n == 0 { first } else { format!("{first} {}", part(key, n)) };
    if s < MINUTE {
        t(locale, "fmt-under-a-minute", &[])
    } else if s < HOUR {
        part("fmt-minutes", s / MINUTE)
    } else if s < DAY {
        two(part("fmt-hours", s / HOUR), "fmt-minutes", s % HOUR / MINUTE)
    } else {
        two(part("fmt-days", s / DAY), "fmt-hours", s % DAY / HOUR)
    }
}

/// How long ago, or in how long: `2 menit lalu`, `dalam 3 jam`, `baru saja`; beyond 30 days the date.
pub fn relative(locale: Locale, zone: &Zone, now: Time, at: Time) -> String {
    let s = now.since_ms(at) / 1000;
    let say = |key: &str, n: i64| t(locale, key, &[("n", n.into())]);
    match s {
        -59..=59 => t(locale, "fmt-just-now", &[]),
        60..HOUR => say("fmt-ago-minutes", s / MINUTE),
        HOUR..DAY => say("fmt-ago-hours", s / HOUR),
        DAY..=2_592_000 => say("fmt-ago-days", s / DAY),
        _ if (-HOUR..=-60).contains(&s) => say("fmt-in-minutes", -s / MINUTE),
        _ if (-DAY..-HOUR).contains(&s) => say("fmt-in-hours", -s / HOUR),
        _ if (-2_592_000..-DAY).contains(&s) => say("fmt-in-days", -s / DAY),
        _ => day(locale, zone, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Locale::{En, Id};

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn money_numbers_and_shares() {
        assert_eq!(money(Id, Rupiah(277_500)), "Rp\u{a0}277.500");
        assert_eq!(money(En, Rupiah(277_500)), "Rp\u{a0}277,500");
        assert_eq!((number(Id, 1284), number(En, -1284)), ("1.284".into(), "-1,284".into()));
        assert_eq!((percent(Id, 98.5), percent(En, 98.5)), ("98,5%".into(), "98.5%".into()));
        assert_eq!((percent(Id, 100.0), percent(Id, -0.01)), ("100%".into(), "0%".into()));
        assert_eq!((size(Id, 3_400_000), size(En, 999)), ("3,4\u{a0}MB".into(), "999\u{a0}B".into()));
    }

    #[test]
    fn clocks_in_the_three_zones() {
        let noon = at("2025-11-01T07:05:00Z");
        for (name, id, en) in [
            ("Asia/Jakarta", "14.05 WIB", "14:05 WIB"),
            ("Asia/Makassar", "15.05 WITA", "15:05 WITA"),
            ("Asia/Jayapura", "16.05 WIT", "16:05 WIT"),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(clock(Id, &zone, noon), id.replace(' ', "\u{a0}"));
            assert_eq!(clock(En, &zone, noon), en.replace(' ', "\u{a0}"));
        }
        let zone = Zone::named("Asia/Jakarta").unwrap();
        assert_eq!(date_time(Id, &zone, noon).replace('\u{a0}', " "), "1 Nov 2025, 14.05 WIB");
        assert_eq!(day(Id, &zone, at("2025-08-31T17:00:00Z")).replace('\u{a0}', " "), "1 Sep 2025");
        assert_eq!(weekday_date(Id, zone.day(noon)).replace('\u{a0}', " "), "Sabtu, 1 Nov 2025");
        assert_eq!(weekday_date(En, zone.day(noon)).replace('\u{a0}', " "), "Saturday, 1 Nov 2025");
    }

    #[test]
    fn spans_and_distances_in_time() {
        assert_eq!(span(Id, 7_500_000), "2 jam 5 menit");
        assert_eq!(span(En, 7_500_000), "2 hours 5 minutes");
        assert_eq!(span(En, -90_000_000), "1 day 1 hour");
        assert_eq!(span(Id, 59_999), "kurang dari 1 menit");
        let zone = Zone::named("Asia/Jakarta").unwrap();
        let now = at("2025-11-01T07:05:00Z");
        let rel = |locale, s: i64| relative(locale, &zone, now, now.plus_seconds(s)).replace('\u{a0}', " ");
        assert_eq!((rel(Id, -120), rel(En, -60)), ("2 menit lalu".into(), "1 minute ago".into()));
        assert_eq!((rel(Id, 30), rel(En, -30)), ("baru saja".into(), "just now".into()));
        assert_eq!((rel(Id, 7200), rel(En, 172_800)), ("dalam 2 jam".into(), "in 2 days".into()));
        assert_eq!(rel(Id, -40 * 86_400), "22 Sep 2025");
    }
}
