//! How often the screen is drawn.
//!
//! What a key did is shown at once. What merely keeps up with events elsewhere waits its turn: frames are put together
//! so that following costs less than a kilobyte a second however much happens, and a line that proves slow gets one
//! frame a second.

use std::time::{Duration, Instant};

/// Why a frame is wanted. The later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Something happened elsewhere.
    Follow,
    /// An answer a person waits for came.
    Answer,
    /// A person did something.
    Key,
}

/// Bytes a second that following may cost.
const FOLLOW_BYTES: f64 = 850.0;
/// Frames are at least this far apart while following.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// A line is slow when a write took this long.
const SLOW_WRITE: Duration = Duration::from_millis(150);
/// Frames of a slow line are this far apart.
const SLOW_EVERY: Duration = Duration::from_secs(1);
/// Answers in a burst are put together.
const ANSWER_EVERY: Duration = Duration::from_millis(16);
/// A slow line is believed to be fast again after this.
const FORGIVEN_AFTER: Duration = Duration::from_secs(10);

/// When the next frame may be drawn.
#[derive(Debug, Default)]
pub struct Pace {
    last: Option<Instant>,
    follow_from: Option<Instant>,
    slow_since: Option<Instant>,
}

impl Pace {
    /// Whether nothing was drawn yet.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.last.is_none()
    }

    /// How long a frame must wait.
    #[must_use]
    pub fn wait(&self, cause: Cause, now: Instant) -> Duration {
        let since = |every: Duration| {
            self.last.map_or(Duration::ZERO, |last| (last + every).saturating_duration_since(now))
        };
        let slow = self.slow_since.is_some_and(|at| now.saturating_duration_since(at) < FORGIVEN_AFTER);
        match cause {
            Cause::Key => Duration::ZERO,
            _ if slow => since(SLOW_EVERY),
            Cause::Answer => since(ANSWER_EVERY),
            Cause::Follow => {
                let paid = self.follow_from.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
                paid.max(since(FOLLOW_EVERY))
            }
        }
    }

    /// A frame of so many bytes was drawn.
    pub fn drawn(&mut self, cause: Cause, bytes: usize, now: Instant) {
        if bytes == 0 && !self.is_new() {
            return;
        }
        self.last = Some(now);
        if cause == Cause::Follow {
            #[allow(clippy::cast_precision_loss)]
            let price = Duration::from_secs_f64(bytes as f64 / FOLLOW_BYTES);
            self.follow_from = Some(now + price);
        }
    }

    /// The terminal took a frame, in so long.
    pub fn written(&mut self, bytes: usize, took: Duration) {
        if took >= SLOW_WRITE && bytes > 0 {
            self.slow_since = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_costs_less_than_a_kilobyte_a_second_and_keys_wait_for_nothing() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let (mut now, mut bytes) = (start, 0);
        pace.drawn(Cause::Key, 3_000, now);
        // Fifty events a second for ten seconds, each frame 400 bytes.
        for _ in 0..500 {
            now += Duration::from_millis(20);
            if pace.wait(Cause::Follow, now).is_zero() {
                pace.drawn(Cause::Follow, 400, now);
                bytes += 400;
            }
            assert!(pace.wait(Cause::Key, now).is_zero());
        }
        assert!((4_000..10_000).contains(&bytes), "{bytes} bytes in 10 s");
    }

    #[test]
    fn a_slow_line_gets_one_frame_a_second() {
        let mut pace = Pace::default();
        let now = Instant::now();
        pace.drawn(Cause::Answer, 100, now);
        pace.written(100, Duration::from_millis(400));
        assert!(pace.wait(Cause::Answer, now + Duration::from_millis(500)) > Duration::from_millis(400));
        assert!(pace.wait(Cause::Answer, now + Duration::from_millis(1_001)).is_zero());
    }
}
