use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An instant in UTC with millisecond precision; RFC 3339 on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(value_type = String, format = DateTime, example = "2026-11-21T02:11:00.123Z"))]
#[serde(transparent)]
pub struct Time(Timestamp);

impl Time {
    /// The instant `ms` milliseconds after the Unix epoch; values out of range are held at the ends of jiff's range.
    pub fn from_ms(ms: i64) -> Self {
        Time(Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX }))
    }

    /// Milliseconds since the Unix epoch.
    pub fn ms(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The instant `ms` milliseconds later (earlier when negative).
    pub fn plus_ms(self, ms: i64) -> Self {
        Time::from_ms(self.ms().saturating_add(ms))
    }

    /// The instant `seconds` later (earlier when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_ms(seconds.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this instant, negative when `earlier` is later.
    pub fn since_ms(self, earlier: Time) -> i64 {
        self.ms() - earlier.ms()
    }

    /// The underlying timestamp, for calendar arithmetic.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    /// Cuts below the millisecond, which is what both databases keep.
    fn from(timestamp: Timestamp) -> Self {
        Time::from_ms(timestamp.as_millisecond())
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Time {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<Timestamp>().map(Time::from)
    }
}

/// The business zone: where a day begins and what clocks on the wall show.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

/// Until it is known where the business is.
impl Default for Zone {
    fn default() -> Self {
        Zone(TimeZone::get("Asia/Jakarta").unwrap_or(TimeZone::UTC))
    }
}

impl Zone {
    /// Finds a zone by its IANA name, such as `Asia/Jakarta`.
    pub fn named(name: &str) -> Result<Self, jiff::Error> {
        TimeZone::get(name).map(Zone)
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local calendar day of an instant.
    pub fn day(&self, at: Time) -> Date {
        self.0.to_datetime(at.timestamp()).date()
    }

    /// The instant at which a local day begins.
    pub fn start_of(&self, day: Date) -> Time {
        self.0
            .to_zoned(day.to_datetime(jiff::civil::Time::midnight()))
            .map_or(Time::from_ms(0), |zoned| Time::from(zoned.timestamp()))
    }

    /// The instant with its local clock.
    pub fn at(&self, at: Time) -> jiff::Zoned {
        at.timestamp().to_zoned(self.0.clone())
    }

    /// What people call the zone: WIB, WITA or WIT in Indonesia, the usual abbreviation elsewhere.
    pub fn label(&self, at: Time) -> String {
        match self.0.iana_name() {
            Some("Asia/Jakarta" | "Asia/Pontianak") => "WIB".to_owned(),
            Some("Asia/Makassar") => "WITA".to_owned(),
            Some("Asia/Jayapura") => "WIT".to_owned(),
            _ => self.at(at).strftime("%Z").to_string(),
        }
    }

    /// The zone for calendar arithmetic.
    pub fn inner(&self) -> &TimeZone {
        &self.0
    }
}
