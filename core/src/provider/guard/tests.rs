use std::sync::Mutex;

use tokio::time::Instant;

use super::*;
use crate::provider::{Accepted, BREAKER_OPEN, BoxFuture, RATE_LIMITED, SendError, Urgency};

const WINDOW: Duration = Duration::from_millis(800);
const OPEN_FOR: Duration = Duration::from_millis(200);

struct Note(Urgency, Option<Instant>);

impl Outgoing for Note {
    fn urgency(&self) -> Urgency {
        self.0
    }

    fn not_after(&self) -> Option<Instant> {
        self.1
    }
}

/// Takes `pace` for each call and answers from a script; the last answer is repeated.
struct Scripted {
    pace: Duration,
    script: Mutex<Vec<Result<(), SendError>>>,
    calls: Mutex<Vec<(Urgency, Instant)>>,
}

impl Scripted {
    fn new(pace_ms: u64, script: Vec<Result<(), SendError>>) -> Arc<Self> {
        Arc::new(Self {
            pace: Duration::from_millis(pace_ms),
            script: Mutex::new(script),
            calls: Mutex::default(),
        })
    }

    fn calls(&self) -> Vec<(Urgency, Instant)> {
        self.calls.lock().unwrap().clone()
    }
}

impl Provider<Note> for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn send<'a>(&'a self, note: &'a Note) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            self.calls.lock().unwrap().push((note.0, Instant::now()));
            tokio::time::sleep(self.pace).await;
            let mut script = self.script.lock().unwrap();
            let answer = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
            answer.map(|()| Accepted::default())
        })
    }
}

fn settings(per_window: usize, concurrency: usize) -> GuardSettings {
    GuardSettings {
        limits: Limits { per_window, concurrency, window: WINDOW, max_wait: Duration::from_millis(60) },
        breaker: BreakerSettings {
            consecutive: 3,
            window: 4,
            open_for: OPEN_FOR,
            ..BreakerSettings::default()
        },
        timeout: Duration::from_millis(400),
    }
}

fn down() -> Result<(), SendError> {
    Err(SendError::transient("http_500", "down"))
}

async fn send(guarded: &Guarded<Note>, urgency: Urgency) -> Result<(), SendError> {
    guarded.provider.send(&Note(urgency, None)).await.map(|_| ())
}

#[tokio::test]
async fn never_more_than_the_window_and_a_share_is_kept_for_codes() {
    let provider = Scripted::new(1, vec![Ok(())]);
    let guarded = guard(provider.clone(), settings(10, 5));
    for _ in 0..9 {
        send(&guarded, Urgency::Bulk).await.unwrap();
    }
    assert_eq!(guarded.limiter.room(), 0);
    let held = send(&guarded, Urgency::Normal).await.unwrap_err();
    assert_eq!(held.code(), RATE_LIMITED);
    assert!(held.retry_after().unwrap() > WINDOW / 2);

    let before = Instant::now();
    send(&guarded, Urgency::Critical).await.unwrap();
    assert!(before.elapsed() < WINDOW / 2);

    send(&guarded, Urgency::Critical).await.unwrap();
    let calls = provider.calls();
    for pair in calls.windows(11) {
        assert!(pair[10].1 - pair[0].1 >= WINDOW);
    }
}

#[tokio::test]
async fn bulk_that_fills_every_place_leaves_one_for_a_code() {
    let provider = Scripted::new(350, vec![Ok(())]);
    let guarded = guard(provider.clone(), settings(100, 3));
    let mut bulk = Vec::new();
    for _ in 0..20 {
        let guarded = guarded.clone();
        bulk.push(tokio::spawn(async move {
            let _ = send(&guarded, Urgency::Bulk).await;
        }));
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(provider.calls().len(), 2);
    let asked = Instant::now();
    send(&guarded, Urgency::Critical).await.unwrap();
    let (urgency, started) = provider.calls()[2];
    assert_eq!(urgency, Urgency::Critical);
    assert!(started - asked < Duration::from_millis(150));
    for task in bulk {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn with_a_single_place_the_waiting_code_goes_next() {
    let provider = Scripted::new(300, vec![Ok(())]);
    let guarded = guard(provider.clone(), settings(100, 1));
    let mut tasks = Vec::new();
    for urgency in [Urgency::Bulk, Urgency::Bulk, Urgency::Critical] {
        let guarded = guarded.clone();
        tasks.push(tokio::spawn(async move { send(&guarded, urgency).await }));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for task in tasks {
        let _ = task.await.unwrap();
    }
    let order: Vec<_> = provider.calls().iter().map(|call| call.0).collect();
    assert_eq!(order[..2], [Urgency::Bulk, Urgency::Critical]);
}

#[tokio::test]
async fn new_limits_hold_at_once_and_permits_come_back() {
    let provider = Scripted::new(1, vec![Ok(())]);
    let guarded = guard(provider, settings(1, 1));
    send(&guarded, Urgency::Normal).await.unwrap();
    assert!(send(&guarded, Urgency::Normal).await.is_err());
    guarded.limiter.set(settings(100, 5).limits);
    for _ in 0..50 {
        send(&guarded, Urgency::Normal).await.unwrap();
    }
    assert_eq!(guarded.limiter.room(), 4);
}

#[tokio::test]
async fn three_failures_open_and_a_good_probe_closes() {
    let provider = Scripted::new(1, vec![down(), down(), down(), Ok(())]);
    let guarded = guard(provider.clone(), settings(100, 5));
    for _ in 0..3 {
        assert_eq!(send(&guarded, Urgency::Normal).await.unwrap_err().code(), "http_500");
    }
    let held = send(&guarded, Urgency::Critical).await.unwrap_err();
    assert_eq!(held.code(), BREAKER_OPEN);
    assert!(matches!(guarded.breaker.state(), BreakerState::Open { .. }));
    assert_eq!(provider.calls().len(), 3);

    tokio::time::sleep(OPEN_FOR).await;
    assert_eq!(guarded.breaker.state(), BreakerState::HalfOpen);
    send(&guarded, Urgency::Normal).await.unwrap();
    assert_eq!(guarded.breaker.state(), BreakerState::Closed);
}

#[tokio::test]
async fn only_one_probe_goes_and_a_bad_one_opens_again() {
    let provider = Scripted::new(100, vec![down()]);
    let guarded = guard(provider.clone(), settings(100, 5));
    for _ in 0..3 {
        let _ = send(&guarded, Urgency::Normal).await;
    }
    tokio::time::sleep(OPEN_FOR).await;
    let (first, second) = tokio::join!(send(&guarded, Urgency::Normal), send(&guarded, Urgency::Normal));
    assert_eq!(first.unwrap_err().code(), "http_500");
    assert_eq!(second.unwrap_err().code(), BREAKER_OPEN);
    assert!(matches!(guarded.breaker.state(), BreakerState::Open { .. }));
}

#[tokio::test]
async fn a_dropped_probe_lets_another_one_go() {
    let provider = Scripted::new(100, vec![down(), down(), down(), Ok(())]);
    let guarded = guard(provider, settings(100, 5));
    for _ in 0..3 {
        let _ = send(&guarded, Urgency::Normal).await;
    }
    tokio::time::sleep(OPEN_FOR).await;
    let cut = tokio::time::timeout(Duration::from_millis(10), send(&guarded, Urgency::Normal));
    assert!(cut.await.is_err());
    send(&guarded, Urgency::Normal).await.unwrap();
}

#[tokio::test]
async fn half_of_the_calls_failing_opens_and_refusals_of_single_messages_do_not() {
    let bad_number = || Err(SendError::permanent("invalid_target", "no such number"));
    let provider = Scripted::new(1, vec![bad_number()]);
    let guarded = guard(provider, settings(100, 5));
    for _ in 0..20 {
        assert_eq!(send(&guarded, Urgency::Bulk).await.unwrap_err().code(), "invalid_target");
    }
    assert_eq!(guarded.breaker.state(), BreakerState::Closed);

    let provider = Scripted::new(1, vec![Ok(()), down(), Ok(()), down()]);
    let guarded = guard(provider, settings(100, 5));
    for _ in 0..4 {
        let _ = send(&guarded, Urgency::Bulk).await;
    }
    assert!(matches!(guarded.breaker.state(), BreakerState::Open { .. }));
}

#[tokio::test]
async fn the_provider_s_own_retry_after_keeps_it_open_longer() {
    let busy = SendError::Transient {
        code: "http_429".into(),
        reason: "busy".into(),
        retry_after: Some(OPEN_FOR * 100),
    };
    let provider = Scripted::new(1, vec![Err(busy)]);
    let guarded = guard(provider, settings(100, 5));
    for _ in 0..3 {
        let _ = send(&guarded, Urgency::Normal).await;
    }
    let BreakerState::Open { for_another } = guarded.breaker.state() else { panic!() };
    assert!(for_another > OPEN_FOR * 50);
}

#[tokio::test]
async fn a_provider_that_never_returns_leaves_it_uncertain() {
    let provider = Scripted::new(60_000, vec![Ok(())]);
    let guarded = guard(provider, settings(100, 5));
    let start = Instant::now();
    let error = send(&guarded, Urgency::Normal).await.unwrap_err();
    assert!(matches!(error, SendError::Uncertain { .. }));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(guarded.limiter.room(), 4);
}

#[tokio::test]
async fn a_code_that_stands_in_line_beyond_its_time_does_not_go_out() {
    let provider = Scripted::new(1, vec![Ok(())]);
    let guarded = guard(provider.clone(), settings(1, 5));
    send(&guarded, Urgency::Critical).await.unwrap();
    let late = Note(Urgency::Critical, Some(Instant::now() + WINDOW / 4));
    let error = guarded.provider.send(&late).await.unwrap_err();
    assert_eq!((error.code(), error.retry_after()), (RATE_LIMITED, Some(Duration::ZERO)));
    let patient = Note(Urgency::Critical, Some(Instant::now() + WINDOW * 2));
    guarded.provider.send(&patient).await.unwrap();
    assert_eq!(provider.calls().len(), 2);
}

#[tokio::test]
async fn a_held_account_lets_only_codes_through() {
    let provider = Scripted::new(1, vec![Ok(())]);
    let guarded = guard(provider, settings(100, 5));
    guarded.limiter.hold(Duration::from_millis(300));
    guarded.limiter.hold(Duration::from_millis(10));
    assert_eq!(guarded.limiter.room(), 0);
    assert_eq!(send(&guarded, Urgency::Normal).await.unwrap_err().code(), RATE_LIMITED);
    send(&guarded, Urgency::Critical).await.unwrap();
    tokio::time::sleep(Duration::from_millis(310)).await;
    send(&guarded, Urgency::Normal).await.unwrap();
}
