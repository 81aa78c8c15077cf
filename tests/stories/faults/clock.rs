//! A clock that jumps.

use super::*;
use aglis_core::queue::{self, Worker, WorkerSettings};
use aglis_tests::both;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_sends_nothing_twice_and_no_code_too_late() {
    both(async |world| {
        let gateway = Gateway::start(Duration::from_millis(300)).await;
        let (app, outbox) = gateway.behind(&world);
        let (code, letter) = (otp(&app, 1).await, notice(&app, 1).await);
        world.pass(3 * HOUR);
        queue::drain(&app, &outbox).await.unwrap();
        assert_eq!(status(&app, code).await, MessageStatus::Expired);
        assert_eq!(status(&app, letter).await, MessageStatus::Sent);
        assert!(gateway.calls(Some(&otp_phone(1))).is_empty(), "the code is of no use any more");

        let settings = WorkerSettings {
            places: 12,
            reserved: 3,
            lease: Duration::from_millis(600),
            poll: Duration::from_millis(20),
            drain: Duration::from_secs(5),
            alone: false,
            registry: queue::REGISTRY,
        };
        let worker = Worker::new(app.clone(), outbox.clone(), settings);
        let worker = tokio::spawn(worker.run(app.db.hub().stopping()));
        let mut addresses = vec![notice_phone(1)];
        // Forward by three hours, then back by four: one before where it was.
        for (from, jump) in [(10, 3 * 3_600_000), (20, -4 * 3_600_000)] {
            let mut tx = app.db.write().await.unwrap();
            for n in from..from + 4 {
                add_notice(&mut tx, &app, n).await.unwrap();
                addresses.push(notice_phone(n));
            }
            add_otp(&mut tx, &app, from).await.unwrap();
            addresses.push(otp_phone(from));
            tx.commit().await.unwrap();
            let asked =
                || addresses.iter().filter(|address| !gateway.calls(Some(address)).is_empty()).count();
            until("they are under way", async || asked() == addresses.len()).await;
            world.clock.advance_ms(jump);
            until("they are sent", async || {
                let statuses = statuses(&app).await;
                addresses.iter().all(|address| statuses[address] == "sent")
            })
            .await;
        }
        let late = notice(&app, 30).await;
        addresses.push(notice_phone(30));
        until("new ones go at once", async || status(&app, late).await == MessageStatus::Sent).await;
        app.db.hub().stop();
        worker.await.unwrap();
        for _ in 0..3 {
            world.pass(2 * HOUR);
            queue::drain(&app, &outbox).await.unwrap();
        }
        for address in &addresses {
            assert_eq!(gateway.calls(Some(address)).len(), 1, "{address}");
        }
        nothing_lost(&app, &gateway, &addresses, 0, "clock").await;
    })
    .await;
}
