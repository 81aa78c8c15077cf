//! Gateways that answer badly, late or not at all.

use super::{gateway::Answer, *};
use aglis_core::queue;
use aglis_tests::{Backend, both};

/// The time between the first and the second request for an address.
fn pause(gateway: &Gateway, address: &str) -> Duration {
    let calls = gateway.calls(Some(address));
    calls[1].at.duration_since(calls[0].at)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_sent_again_after_the_pause_that_was_asked_for() {
    let gateway = Gateway::start(Duration::ZERO).await;
    let daemon = gateway.daemon(Backend::Sqlite, &[]).await;
    let app = daemon.app().await;
    for (n, answer, least) in [(1, Answer::Busy(4), 4000), (2, Answer::Fails, 2000)] {
        gateway.script(&[answer]);
        let ids = [notice(&app, n).await, otp(&app, n).await];
        for (id, address) in ids.into_iter().zip([notice_phone(n), otp_phone(n)]) {
            until("it is sent", async || status(&app, id).await == MessageStatus::Sent).await;
            assert_eq!(
                (gateway.calls(Some(&address)).len(), gateway.arrived(&address)),
                (2, 1),
                "{answer:?}"
            );
            let pause = pause(&gateway, &address);
            assert!(pause >= Duration::from_millis(least), "{answer:?}: only {pause:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_perhaps_taken_is_unknown_and_not_sent_again_soon() {
    let gateway = Gateway::start(Duration::ZERO).await;
    let daemon = gateway.daemon(Backend::Sqlite, &[]).await;
    let app = daemon.app().await;
    let mut codes = Vec::new();
    let mut notices = Vec::new();
    for (n, answer) in [(1, Answer::Hangs), (2, Answer::Breaks)] {
        gateway.script(&[answer]);
        let (letter, code) = (notice(&app, n).await, otp(&app, n).await);
        for id in [letter, code] {
            until("nobody knows", async || status(&app, id).await == MessageStatus::Unknown).await;
        }
        codes.push(otp_phone(n));
        notices.push(notice_phone(n));
        // One that is taken, so that the gateway is not left alone for its failures.
        gateway.script(&[]);
        let well = notice(&app, 100 + n).await;
        until("it is sent", async || status(&app, well).await == MessageStatus::Sent).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    for address in codes.iter().chain(&notices) {
        assert_eq!(gateway.calls(Some(address)).len(), 1, "{address}");
    }
    if long() {
        until_within("the notices are sent once more", Duration::from_secs(120), async || {
            notices.iter().all(|address| gateway.calls(Some(address)).len() == 2)
        })
        .await;
        for address in &codes {
            assert_eq!(gateway.calls(Some(address)).len(), 1, "{address}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_tried_once_more_after_a_minute_without_a_report_and_a_code_never() {
    both(async |world| {
        let gateway = Gateway::start(Duration::ZERO).await;
        let (app, outbox) = gateway.behind(&world);
        gateway.script(&[Answer::Breaks, Answer::Breaks]);
        let (letter, code) = (notice(&app, 1).await, otp(&app, 1).await);
        for (seconds, tries) in [(0, 1), (58, 1), (4, 2), (120, 2), (300, 2)] {
            world.pass(Duration::from_secs(seconds));
            queue::drain(&app, &outbox).await.unwrap();
            assert_eq!(gateway.calls(Some(&notice_phone(1))).len(), tries, "after {seconds} s more");
            assert_eq!(gateway.calls(Some(&otp_phone(1))).len(), 1, "after {seconds} s more");
        }
        for id in [letter, code] {
            assert_eq!(status(&app, id).await, MessageStatus::Unknown);
        }
    })
    .await;
}
