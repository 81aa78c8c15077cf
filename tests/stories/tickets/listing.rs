//! The list: what it shows to whom, and by which index.

use super::fixture::*;
use aglis_core::{
    app::Ctx,
    error::Error,
    tickets::{Priority::*, TicketStatus::*, *},
};
use aglis_tests::{World, both};

async fn numbers(ctx: &Ctx, filter: TicketFilter) -> Vec<i64> {
    let page = service::list(ctx, &filter).await.unwrap_or_else(|error| panic!("{filter:?}: {error}"));
    page.items.into_iter().map(|ticket| ticket.id.0).collect()
}

fn q(text: &str) -> TicketFilter {
    TicketFilter { q: Some(text.into()), ..TicketFilter::default() }
}

/// 1 and 2 are Budi's and Sari's repairs, 3 critical maintenance without a customer, 4 an upgrade of Budi's that Andi
/// works on, 5 Sari's cancelled repair.
async fn five(world: &World) -> Cast {
    let cast = cast(world).await;
    let rina = rina(world);
    report(world, cast.budi).await;
    report(world, cast.sari).await;
    let new = |title: &str, service_type, priority| NewTicket {
        title: title.into(),
        service_type: Some(service_type),
        priority: Some(priority),
        ..NewTicket::default()
    };
    service::create(&rina, new("ODP penuh air", ServiceType::Maintenance, Critical)).await.unwrap();
    let upgrade = NewTicket { customer_id: Some(cast.budi), ..new("Naik paket", ServiceType::Upgrade, Low) };
    let upgrade = service::create(&rina, upgrade).await.unwrap().summary.id;
    service::assign(&rina, upgrade, Assign { lead_id: Some(cast.andi), ..Assign::default() }).await.unwrap();
    service::set_status(&rina, upgrade, SetStatus { status: InProgress, reason: None }).await.unwrap();
    let fifth = report(world, cast.sari).await.summary.id;
    service::cancel(&rina, fifth, Reason { reason: "dobel".into() }).await.unwrap();
    cast
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_finds_what_it_says() {
    both(async |world| {
        let cast = five(&world).await;
        let rina = rina(&world);
        for (text, found) in [
            ("", vec![5, 4, 3, 2, 1]),
            ("status:open", vec![3, 2, 1]),
            ("status:active", vec![4, 3, 2, 1]),
            ("!status:open", vec![5, 4]),
            ("prio:critical,low", vec![4, 3]),
            ("prio:normal status:open", vec![2, 1]),
            ("type:repair", vec![5, 2, 1]),
            ("!type:repair", vec![4, 3]),
            ("chan:portal", vec![5, 2, 1]),
            ("tech:andi", vec![4]),
            ("tech:none status:active", vec![3, 2, 1]),
            ("!tech:andi", vec![5, 3, 2, 1]),
            ("tech:none,andi status:active", vec![4, 3, 2, 1]),
            ("area:barat", vec![4, 1]),
            ("!area:barat", vec![5, 3, 2]),
            ("area:none", vec![3]),
            ("cust:budi", vec![4, 1]),
            ("!cust:budi", vec![5, 3, 2]),
            ("cat:conn", vec![5, 2, 1]),
            ("no:tkt20261121002", vec![2]),
            ("no:1003", vec![3]),
            ("internet", vec![5, 2, 1]),
            ("wulan", vec![5, 2]),
            ("!internet status:active", vec![4, 3]),
            ("tkt20261121004", vec![4]),
            ("sla<3h", vec![3]),
            ("age<1h prio:low", vec![4]),
            ("age>1h", vec![]),
            ("sla:none", vec![5]),
            ("sla:overdue", vec![]),
            ("prio:low prio:high", vec![]),
            ("tech:nobodysname", vec![]),
        ] {
            assert_eq!(numbers(&rina, q(text)).await, found, "{text}");
            let due = TicketFilter { order: Some("due".into()), ..q(text) };
            let mut by_due = numbers(&rina, due).await;
            by_due.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(by_due, found, "{text}, by due time");
        }
        let plain = [
            (
                TicketFilter { status: Some("open,cancelled".into()), ..TicketFilter::default() },
                vec![5, 3, 2, 1],
            ),
            (TicketFilter { priority: Some("critical".into()), ..TicketFilter::default() }, vec![3]),
            (TicketFilter { service_type: Some(ServiceType::Upgrade), ..TicketFilter::default() }, vec![4]),
            (TicketFilter { customer_id: Some(cast.sari), ..TicketFilter::default() }, vec![5, 2]),
            (TicketFilter { technician_id: Some(cast.andi), ..TicketFilter::default() }, vec![4]),
            (TicketFilter { sla: Some("overdue".into()), ..TicketFilter::default() }, vec![]),
            (
                TicketFilter {
                    order: Some("due".into()),
                    status: Some("active".into()),
                    ..TicketFilter::default()
                },
                vec![3, 2, 1, 4],
            ),
        ];
        for (filter, found) in plain {
            assert_eq!(numbers(&rina, filter.clone()).await, found, "{filter:?}");
        }
        for (filter, field) in [
            (TicketFilter { status: Some("opne".into()), ..TicketFilter::default() }, "status"),
            (TicketFilter { sla: Some("soon".into()), ..TicketFilter::default() }, "sla"),
            (TicketFilter { order: Some("oldest".into()), ..TicketFilter::default() }, "order"),
            (TicketFilter { cursor: Some("zz".into()), ..TicketFilter::default() }, "cursor"),
            (q("prio:urgent"), "q"),
        ] {
            match service::list(&rina, &filter).await {
                Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, field),
                other => panic!("{filter:?}: {other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_moves_tickets_from_at_risk_to_overdue() {
    both(async |world| {
        five(&world).await;
        let ask = async |sla: &str| {
            numbers(&rina(&world), TicketFilter { sla: Some(sla.into()), ..TicketFilter::default() }).await
        };
        world.pass(std::time::Duration::from_secs(96 * 60));
        assert_eq!((ask("at_risk").await, ask("overdue").await), (vec![3], vec![]));
        world.pass(std::time::Duration::from_secs(25 * 60));
        assert_eq!((ask("at_risk").await, ask("overdue").await), (vec![], vec![3]));
        assert_eq!(numbers(&rina(&world), q("sla:overdue")).await, [3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_only_their_own() {
    both(async |world| {
        let cast = five(&world).await;
        assert_eq!(numbers(&customer(&world, cast.budi), TicketFilter::default()).await, [4, 1]);
        assert_eq!(
            numbers(
                &customer(&world, cast.budi),
                TicketFilter { customer_id: Some(cast.sari), ..TicketFilter::default() }
            )
            .await,
            [0; 0]
        );
        assert_eq!(numbers(&technician(&world, cast.andi), TicketFilter::default()).await, [4]);
        assert_eq!(numbers(&technician(&world, cast.andi), q("tech:me")).await, [4]);
        assert_eq!(numbers(&technician(&world, cast.dewi), TicketFilter::default()).await, [0; 0]);
        assert_eq!(
            numbers(&world.ctx(aglis_core::app::Actor::Anonymous), TicketFilter::default()).await,
            [0; 0]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_overlap() {
    both(async |world| {
        let cast = cast(&world).await;
        for _ in 0..7 {
            report(&world, cast.budi).await;
            report(&world, cast.sari).await;
        }
        let rina = rina(&world);
        for filter in [
            TicketFilter::default(),
            TicketFilter { order: Some("due".into()), ..TicketFilter::default() },
            TicketFilter { status: Some("active".into()), ..TicketFilter::default() },
            TicketFilter {
                order: Some("due".into()),
                status: Some("active".into()),
                ..TicketFilter::default()
            },
        ] {
            let whole = numbers(&rina, filter.clone()).await;
            assert_eq!(whole.len(), 14);
            let (mut pages, mut cursor) = (Vec::new(), None);
            loop {
                let page = service::list(&rina, &TicketFilter { limit: Some(3), cursor, ..filter.clone() })
                    .await
                    .unwrap();
                pages.extend(page.items.into_iter().map(|ticket| ticket.id.0));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(pages, whole, "{filter:?}");
        }
    })
    .await;
}
