use std::time::{Duration, Instant};

/// Answers that must not tell by their time what was found are given at multiples of this only.
const STEP: Duration = Duration::from_millis(200);

/// Waits until the next step since `begun`, so that the little more that was done for a number or name that exists
/// does not show.
pub async fn answer_alike(begun: Instant) {
    let spent = begun.elapsed().as_millis();
    let step = STEP.as_millis();
    let rest = step - spent % step;
    tokio::time::sleep(Duration::from_millis(u64::try_from(rest).unwrap_or(0))).await;
}
