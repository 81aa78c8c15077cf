//! What was measured, set against its reference and its target.

use std::time::Duration;

/// What a figure has to keep to.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// For the record.
    None,
}

impl Target {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
            Self::None => true,
        }
    }
}

/// Prints figures as they come and counts the misses.
#[derive(Default)]
pub struct Report {
    missed: usize,
    seen: usize,
}

impl Report {
    /// One figure with its unit.
    pub fn figure(&mut self, what: &str, value: f64, unit: &str, target: Target) {
        self.seen += 1;
        let verdict = match target {
            Target::None => String::new(),
            Target::AtMost(limit) => format!("   target ≤ {}{unit}", number(limit)),
            Target::AtLeast(limit) => format!("   target ≥ {}{unit}", number(limit)),
        };
        let word = match target {
            Target::None => "",
            _ if target.met(value) => "   ok",
            _ => "   MISSED",
        };
        self.missed += usize::from(!target.met(value));
        println!("  {what:52} {:>10}{unit:4}{verdict}{word}", number(value));
    }

    /// A time.
    pub fn time(&mut self, what: &str, value: Duration, target: Target) {
        self.figure(what, value.as_secs_f64() * 1000.0, " ms", target);
    }

    /// How many times a reference.
    pub fn ratio(&mut self, what: &str, value: f64, reference: f64, target: Target) {
        self.figure(what, value / reference, "×", target);
    }

    /// The last line.
    pub fn close(&self) {
        println!("\n{} figures, {} missed their target", self.seen, self.missed);
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle one.
pub fn median(values: &mut [Duration]) -> Duration {
    quantile(values, 0.5)
}

/// The value below which `share` of all lie.
pub fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}
