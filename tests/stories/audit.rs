//! The audit trail: what is cut off, and that the rest still verifies.

use aglis_core::{
    args,
    event::{self, AuditFilter, Event, Subject, emit, seal},
};
use aglis_tests::{World, both};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

async fn write(world: &World, count: usize) {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    for n in 0..count {
        let event = Event::SettingChanged { key: format!("k{n}") };
        emit(&mut tx, &ctx, &Subject::system("test"), event).await.unwrap();
    }
    tx.commit().await.unwrap();
    seal::seal_waiting(&world.app.db).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn old_entries_are_cut_off_and_the_rest_verifies() {
    both(async |world| {
        assert_eq!(event::trim(&world.root()).await.unwrap(), 0, "nothing to cut");
        write(&world, 2500).await;
        world.pass(50 * DAY);
        write(&world, 30).await;
        assert_eq!(event::trim(&world.root()).await.unwrap(), 0, "all of it is young");
        world.pass(41 * DAY);
        assert_eq!(event::trim(&world.root()).await.unwrap(), 2500);
        assert_eq!(event::trim(&world.root()).await.unwrap(), 0);
        seal::seal_waiting(&world.app.db).await.unwrap();
        let report = event::verify(&world.app.db).await.unwrap();
        assert!(report.intact, "{report:?}");
        assert_eq!((report.first_seq, report.last_seq, report.checked), (2501, 2531, 31));
        let cut = AuditFilter { kind: Some("audit.*".into()), ..AuditFilter::default() };
        let entries = event::search(&world.root(), &cut).await.unwrap().items;
        assert_eq!(entries[0].data, serde_json::json!({ "up_to_seq": 2500, "entries": 2500 }));

        let mut tx = world.app.db.write().await.unwrap();
        tx.run("DELETE FROM events WHERE seq = 2501", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let report = event::verify(&world.app.db).await.unwrap();
        assert_eq!((report.intact, report.broken_seq), (false, Some(2501)), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_wrong_takes_nothing_young_along() {
    both(async |world| {
        write(&world, 5).await;
        world.clock.advance_ms(-400 * 86_400_000);
        write(&world, 1).await;
        world.clock.advance_ms(400 * 86_400_000);
        write(&world, 5).await;
        assert_eq!(event::trim(&world.root()).await.unwrap(), 0);
        world.pass(91 * DAY);
        assert_eq!(event::trim(&world.root()).await.unwrap(), 11);
        seal::seal_waiting(&world.app.db).await.unwrap();
        assert!(event::verify(&world.app.db).await.unwrap().intact);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_of_kinds_is_found_in_every_collation() {
    both(async |world| {
        write(&world, 3).await;
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        for event in [
            Event::TicketReopened { reason: "x".into() },
            Event::TechnicianCreated {},
            Event::TokenUsed { name: "t".into() },
        ] {
            emit(&mut tx, &ctx, &Subject::system("test"), event).await.unwrap();
        }
        tx.commit().await.unwrap();
        for (family, found) in
            [("setting.*", 3), ("ticket.*", 1), ("t*", 3), ("technician.*", 1), ("*", 6), ("ticket", 0)]
        {
            let filter = AuditFilter { kind: Some(family.into()), ..AuditFilter::default() };
            assert_eq!(event::search(&ctx, &filter).await.unwrap().items.len(), found, "{family}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tried_in_vain_may_be_tried_again_with_the_same_key() {
    use aglis_core::{
        event::{Outcome, emit_outcome},
        idempotency::{Reservation, release, reserve},
    };
    both(async |world| {
        let mut ctx = world.root();
        let actor = ctx.actor.key();
        ctx.request.idempotency_key = Some("a-key-of-ours".into());
        let taken = async || reserve(&world.app, &actor, "a-key-of-ours", "hash", 120).await.unwrap();
        let tried = async |outcome| {
            let mut tx = world.app.db.write().await.unwrap();
            let event = Event::UserSignInFailed { reason: "wrong_credentials".into() };
            emit_outcome(&mut tx, &ctx, &Subject::system("x"), event, outcome).await.unwrap();
            tx.commit().await.unwrap();
            release(&world.app, &actor, "a-key-of-ours").await.unwrap();
        };
        for outcome in [Outcome::Failed, Outcome::Denied] {
            assert!(matches!(taken().await, Reservation::New));
            tried(outcome).await;
        }
        assert!(matches!(taken().await, Reservation::New));
        tried(Outcome::Ok).await;
        assert!(matches!(taken().await, Reservation::DoneWithoutAnswer));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timelines_tell_what_the_trail_does_not_keep_any_more() {
    use crate::tickets::fixture::{cast, customer, report, rina};
    use aglis_core::{
        customers,
        tickets::{NewComment, TimelineEntry, service},
        types::*,
    };
    both(async |world| {
        let cast = cast(&world).await;
        let id = report(&world, cast.budi).await.summary.id;
        let say = async |body: &str| {
            let comment = NewComment { body: body.into(), visibility: None };
            service::comment(&customer(&world, cast.budi), id, comment).await.unwrap();
        };
        say("Masih mati").await;
        say("Lampu merah").await;
        seal::seal_waiting(&world.app.db).await.unwrap();
        world.pass(91 * DAY);
        say("Mati lagi").await;
        let whole = async |limit, latest: bool| {
            let (mut told, mut cursor): (Vec<TimelineEntry>, _) = (Vec::new(), None);
            loop {
                let query = PageQuery { limit: Some(limit), cursor };
                let ctx = rina(&world);
                let page = if latest {
                    service::latest(&ctx, id, &query).await.unwrap()
                } else {
                    service::timeline(&ctx, id, &query).await.unwrap()
                };
                told.extend(page.items);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    return told;
                }
            }
        };
        let words = |told: &[TimelineEntry]| format!("{told:?}");
        let of_customer = async || {
            let ctx = rina(&world);
            let page = customers::service::timeline(&ctx, cast.budi, &PageQuery::default()).await;
            page.unwrap().items
        };
        let before = (whole(50, false).await, whole(50, true).await, of_customer().await);
        assert_eq!((before.0.len(), before.2.len()), (4, 4));

        assert_eq!(event::trim(&world.root()).await.unwrap(), 3);
        seal::seal_waiting(&world.app.db).await.unwrap();
        assert!(event::verify(&world.app.db).await.unwrap().intact);
        assert_eq!(words(&whole(50, false).await), words(&before.0));
        assert_eq!(words(&whole(1, false).await), words(&before.0), "page by page over the cut");
        assert_eq!(words(&whole(1, true).await), words(&before.1));
        assert_eq!(words(&of_customer().await), words(&before.2));
        let found = AuditFilter { kind: Some("ticket.*".into()), ..AuditFilter::default() };
        assert_eq!(event::search(&world.root(), &found).await.unwrap().items.len(), 1, "not in the trail");
    })
    .await;
}
