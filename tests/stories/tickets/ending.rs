//! Completing, reopening, rating, merging, undoing, and the timeline that tells of it.

use super::{fixture::*, moving::code};
use aglis_core::{
    app::Ctx,
    args,
    tickets::{Priority::*, TicketStatus::*, *},
    types::*,
};
use aglis_tests::{World, both};
use std::time::Duration;

const DAY: u64 = 86_400;

async fn working(world: &World, cast: &Cast) -> TicketId {
    let id = report(world, cast.budi).await.summary.id;
    let team = Assign { lead_id: Some(cast.andi), member_ids: vec![cast.joko], ..Assign::default() };
    service::assign(&rina(world), id, team).await.unwrap();
    let begin = SetStatus { status: InProgress, reason: None };
    service::set_status(&technician(world, cast.andi), id, begin).await.unwrap();
    id
}

async fn done(ctx: &Ctx, id: TicketId) -> Complete {
    let checklist = service::get(ctx, id).await.unwrap().checklist;
    Complete {
        resolution: "Konektor diganti".into(),
        attenuation_dbm: Some(-19.5),
        checklist: checklist.into_iter().filter(|line| line.required).map(|line| line.id).collect(),
        ..Complete::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_lead_signs_off_and_only_with_everything_done() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = working(&world, &cast).await;
        let (andi, joko) = (technician(&world, cast.andi), technician(&world, cast.joko));
        let data = done(&andi, id).await;
        assert_eq!(code(service::complete(&joko, id, data.clone()).await).0, "forbidden", "a helper");
        assert_eq!(
            code(service::complete(&technician(&world, cast.dewi), id, data.clone()).await).0,
            "not_found"
        );
        assert_eq!(code(service::complete(&rina(&world), id, data.clone()).await).0, "forbidden");
        let empty = code(service::complete(&andi, id, Complete::default()).await);
        assert_eq!(empty.1, ["resolution", "attenuation_dbm", "checklist"]);
        let foreign = Complete { modem_file_id: Some(FileId(9)), ..data.clone() };
        assert_eq!(code(service::complete(&andi, id, foreign).await).1, ["modem_file_id"]);

        let line = data.checklist[0];
        service::check(&joko, id, line, Check { done: true }).await.unwrap();
        assert_eq!(
            code(service::check(&joko, id, ChecklistItemId(999), Check { done: true }).await).0,
            "not_found"
        );
        let data = Complete { checklist: data.checklist[1..].to_vec(), ..data };
        let ticket = service::complete(&andi, id, data).await.unwrap();
        assert_eq!((ticket.summary.status, ticket.sla.state), (Completed, SlaState::Met));
        assert_eq!(ticket.completion.unwrap().attenuation_dbm, Some(-19.5));
        assert_eq!(ticket.checklist.iter().filter(|line| line.done_at.is_some()).count(), 4);
        assert_eq!(ticket.checklist[0].done_by.as_deref(), Some("joko"));
        assert_eq!(code(service::complete(&andi, id, Complete::default()).await).0, "illegal_transition");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_puts_the_customer_in_service() {
    both(async |world| {
        let cast = cast(&world).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE customers SET status = 'pending_installation' WHERE id = 1", args![]).await.unwrap();
        tx.run("UPDATE customers SET odp_id = 1, odp_port = 2 WHERE id = 2", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let new = NewTicket {
            customer_id: Some(cast.budi),
            service_type: Some(ServiceType::Installation),
            title: "Pasang baru".into(),
            ..NewTicket::default()
        };
        let admin = admin(&world);
        let id = service::create(&admin, new).await.unwrap().summary.id;
        service::assign(&admin, id, Assign { auto: true, ..Assign::default() }).await.unwrap();
        let joko = technician(&world, cast.joko);
        service::set_status(&joko, id, SetStatus { status: InProgress, reason: None }).await.unwrap();
        let file = attach_row(&world, id).await;
        let data = |port| Complete {
            modem_serial: Some("ZTEG1234".into()),
            modem_file_id: Some(file),
            odp_id: Some(OdpId(1)),
            odp_port: Some(port),
            ..Complete::default()
        };
        let base = done(&joko, id).await;
        let whole = |port| Complete {
            resolution: base.resolution.clone(),
            attenuation_dbm: base.attenuation_dbm,
            checklist: base.checklist.clone(),
            ..data(port)
        };
        assert_eq!(code(service::complete(&joko, id, whole(2)).await).1, ["odp_port"], "Sari has port 2");
        assert_eq!(
            service::get(&joko, id).await.unwrap().summary.status,
            InProgress,
            "nothing was half done"
        );
        service::complete(&joko, id, whole(3)).await.unwrap();
        let budi = aglis_core::customers::service::get(&admin, cast.budi).await.unwrap();
        assert_eq!((budi.odp_id, budi.odp_port), (Some(OdpId(1)), Some(3)));
        assert_eq!(budi.status, aglis_core::customers::CustomerStatus::Active);
        assert_eq!(budi.activated_at, Some(world.app.now()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_a_line_moves_it_and_a_dismantle_gives_its_port_free() {
    use aglis_core::customers::service as customers;
    both(async |world| {
        let cast = cast(&world).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE customers SET odp_id = 1, odp_port = id WHERE id IN (1, 2)", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let admin = || admin(&world);
        let begin = async |service_type, customer_id| {
            let new = NewTicket {
                customer_id,
                service_type: Some(service_type),
                title: "Jalur".into(),
                ..NewTicket::default()
            };
            let id = service::create(&admin(), new).await.unwrap().summary.id;
            let team = Assign { lead_id: Some(cast.andi), ..Assign::default() };
            service::assign(&admin(), id, team).await.unwrap();
            let begin = SetStatus { status: InProgress, reason: None };
            service::set_status(&admin(), id, begin).await.unwrap();
            id
        };
        let at = async |id, odp: i64, port| {
            let data = Complete { odp_id: Some(OdpId(odp)), odp_port: port, ..done(&admin(), id).await };
            service::complete(&admin(), id, data).await
        };
        let line = async |id| {
            let customer = customers::get(&admin(), id).await.unwrap();
            (customer.odp_id.map(|odp| odp.0), customer.odp_port)
        };

        let id = begin(ServiceType::Repair, Some(cast.budi)).await;
        assert_eq!(code(at(id, 99, Some(1)).await).1, ["odp_id"], "there is none");
        assert_eq!(code(at(id, 99, None).await).1, ["odp_id"]);
        for port in [0, 9] {
            assert_eq!(code(at(id, 1, Some(port)).await).1, ["odp_port"], "ports 1 to 8");
        }
        assert_eq!(code(at(id, 1, Some(2)).await).1, ["odp_port"], "Sari has port 2");
        assert_eq!(line(cast.budi).await, (Some(1), Some(1)), "nothing was half done");
        at(id, 1, Some(5)).await.unwrap();
        assert_eq!(line(cast.budi).await, (Some(1), Some(5)));

        let care = begin(ServiceType::Maintenance, None).await;
        assert_eq!(code(at(care, 99, None).await).1, ["odp_id"]);
        assert_eq!(code(at(care, 1, Some(9)).await).1, ["odp_port"]);
        at(care, 1, Some(2)).await.unwrap();
        let survey = begin(ServiceType::Survey, Some(cast.budi)).await;
        at(survey, 1, Some(6)).await.unwrap();
        assert_eq!(line(cast.budi).await, (Some(1), Some(5)), "looked at, not moved");

        let taken_down = begin(ServiceType::Dismantle, Some(cast.budi)).await;
        at(taken_down, 1, Some(5)).await.unwrap();
        assert_eq!(line(cast.budi).await, (None, None));
        let told = customers::timeline(&admin(), cast.budi, &PageQuery::default()).await.unwrap().items;
        assert!(told[0].text.contains("ODP, port ODP"), "{}", told[0].text);
        let id = begin(ServiceType::Repair, Some(cast.sari)).await;
        at(id, 1, Some(5)).await.unwrap();
        assert_eq!(line(cast.sari).await, (Some(1), Some(5)), "the port is free");
    })
    .await;
}

async fn attach_row(world: &World, id: TicketId) -> FileId {
    let mut tx = world.app.db.write().await.unwrap();
    let (file,): (FileId,) = tx
        .one(
            "INSERT INTO files (sha256, name, media_type, bytes, subject_kind, subject_id, customer_visible, purpose, uploaded_by, created_at) VALUES ('00', 'modem.jpg', 'image/jpeg', 10, 'ticket', $1, $2, 'modem', 'joko', $3) RETURNING id",
            args![id, false, world.app.now()],
        )
        .await
        .unwrap();
    tx.commit().await.unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_to_reopen_and_a_week_to_change_a_verdict() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = working(&world, &cast).await;
        let budi = || customer(&world, cast.budi);
        let rate = |rating| Rate { rating, comment: None };
        let why = || Reason { reason: "mati lagi".into() };
        assert_eq!(code(service::rate(&budi(), id, rate(5)).await).0, "not_completed");
        assert_eq!(code(service::reopen(&budi(), id, why()).await).0, "illegal_transition");
        let andi = technician(&world, cast.andi);
        let data = done(&andi, id).await;
        service::complete(&andi, id, data).await.unwrap();
        assert_eq!(code(service::rate(&budi(), id, rate(6)).await).1, ["rating"]);
        assert_eq!(code(service::rate(&rina(&world), id, rate(5)).await).0, "forbidden");
        assert_eq!(code(service::rate(&customer(&world, cast.sari), id, rate(5)).await).0, "not_found");
        service::rate(&budi(), id, rate(2)).await.unwrap();
        world.pass(Duration::from_secs(6 * DAY));
        assert_eq!(service::rate(&budi(), id, rate(4)).await.unwrap().rating, Some(4));
        assert_eq!(code(service::reopen(&budi(), id, Reason { reason: " ".into() }).await).1, ["reason"]);
        let mut rules = service::rules(&rina(&world)).await.unwrap();
        rules.normal.resolution_minutes = 12 * 60;
        service::set_rules(&admin(&world), rules).await.unwrap();
        let reopened = service::reopen(&budi(), id, why()).await.unwrap();
        assert_eq!((reopened.summary.status, reopened.reopened_count), (Assigned, 1));
        assert_eq!(
            reopened.summary.resolution_due_at,
            world.app.now().plus_seconds(12 * 3600),
            "the clock starts anew on the promises in force"
        );
        assert_eq!((reopened.rating, reopened.rated_at), (None, None), "the verdict went with that work");
        let stars = async || {
            let told = service::timeline(&budi(), id, &PageQuery::default()).await.unwrap().items;
            told.iter().filter(|entry| entry.text.starts_with("Dinilai")).count()
        };
        assert_eq!(stars().await, 2, "and stays on the timeline");
        assert_eq!(reopened.summary.responded_at, None);

        let andi = technician(&world, cast.andi);
        service::set_status(&andi, id, SetStatus { status: InProgress, reason: None }).await.unwrap();
        let data = done(&andi, id).await;
        world.pass(Duration::from_secs(2 * DAY));
        let late = service::complete(&technician(&world, cast.andi), id, data).await.unwrap();
        assert_eq!(late.sla.state, SlaState::Missed);
        assert_eq!(late.rating, None, "it can be rated again");
        service::rate(&budi(), id, rate(1)).await.unwrap();
        assert_eq!(stars().await, 3);
        world.pass(Duration::from_secs(8 * DAY));
        assert_eq!(code(service::rate(&budi(), id, rate(5)).await).0, "rated");
        assert_eq!(code(service::reopen(&budi(), id, why()).await).0, "too_late");
        assert!(!service::get(&budi(), id).await.unwrap().can_reopen);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_tickets_go_on_as_one_and_parents_form_no_circle() {
    both(async |world| {
        let cast = cast(&world).await;
        let rina = rina(&world);
        let mut ids = Vec::new();
        for who in [cast.budi, cast.budi, cast.sari, cast.budi] {
            ids.push(report(&world, who).await.summary.id);
        }
        let [a, b, foreign, c] = ids[..] else { panic!() };
        let say = NewComment { body: "LOS merah".into(), visibility: None };
        service::comment(&customer(&world, cast.budi), b, say.clone()).await.unwrap();
        let into = |id| Merge { into_id: id };
        assert_eq!(code(service::merge(&rina, a, into(a)).await).1, ["into_id"]);
        assert_eq!(code(service::merge(&rina, a, into(foreign)).await).1, ["into_id"]);
        assert_eq!(code(service::merge(&rina, a, into(TicketId(99))).await).1, ["into_id"]);
        let goes_on = service::merge(&rina, b, into(a)).await.unwrap();
        assert_eq!(goes_on.summary.id, a);
        let budi = customer(&world, cast.budi);
        let merged = service::get(&budi, b).await.unwrap();
        assert_eq!(
            (merged.summary.status, merged.merged_into_id),
            (Cancelled, Some(a)),
            "the customer sees where it went"
        );
        let comments = service::comments(&budi, a, &PageQuery::default()).await.unwrap().items;
        assert_eq!(comments[0].body, "LOS merah");
        assert_eq!(code(service::comment(&budi, b, say).await).0, "merged");
        assert_eq!(code(service::merge(&rina, b, into(a)).await).0, "ticket_finished");
        service::merge(&rina, a, into(c)).await.unwrap();
        assert_eq!(service::get(&rina, b).await.unwrap().merged_into_id, Some(c), "the whole chain follows");
        let told = service::timeline(&budi, c, &PageQuery::default()).await.unwrap().items;
        assert!(told.iter().any(|entry| entry.body.as_deref() == Some("LOS merah")));

        let (x, y, z) = (c, foreign, report(&world, cast.sari).await.summary.id);
        let under = |parent_id| SetParent { parent_id };
        service::set_parent(&rina, y, under(Some(x))).await.unwrap();
        service::set_parent(&rina, z, under(Some(y))).await.unwrap();
        assert_eq!(code(service::set_parent(&rina, x, under(Some(z))).await).1, ["parent_id"]);
        assert_eq!(code(service::set_parent(&rina, x, under(Some(x))).await).1, ["parent_id"]);
        assert_eq!(code(service::set_parent(&rina, x, under(Some(b))).await).1, ["parent_id"]);
        assert_eq!(service::get(&rina, x).await.unwrap().child_ids, [y]);
        assert_eq!(
            service::get(&customer(&world, cast.sari), y).await.unwrap().parent_id,
            None,
            "staff's business"
        );
        service::set_parent(&rina, y, under(None)).await.unwrap();
        assert_eq!(service::get(&rina, x).await.unwrap().child_ids, []);

        // One above the other above the third; the first goes into the third, and into the second.
        for through in [1, 0] {
            let mut chain = Vec::new();
            for _ in 0..3 {
                chain.push(report(&world, cast.budi).await.summary.id);
            }
            let [top, middle, last] = chain[..] else { panic!() };
            service::set_parent(&rina, top, under(Some(z))).await.unwrap();
            service::set_parent(&rina, middle, under(Some(top))).await.unwrap();
            service::set_parent(&rina, last, under(Some(middle))).await.unwrap();
            let (goes_on, other) = if through == 1 { (last, middle) } else { (middle, last) };
            let merged = service::merge(&rina, top, into(goes_on)).await.unwrap();
            assert_eq!(merged.parent_id, Some(z), "it takes the place of the one that ended");
            assert_eq!(service::get(&rina, other).await.unwrap().parent_id, Some(goes_on), "no circle");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_taken_back_within_ten_minutes() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = report(&world, cast.budi).await.summary.id;
        let due = service::get(&rina(&world), id).await.unwrap().summary.resolution_due_at;
        let last = Undo::default;
        let raise = SetPriority { priority: High, reason: None };
        assert_eq!(code(service::undo(&rina(&world), id, last()).await).0, "nothing_to_undo");
        service::set_priority(&rina(&world), id, raise.clone()).await.unwrap();
        let other = technician(&world, cast.andi);
        assert_eq!(code(service::undo(&other, id, last()).await).0, "not_found");
        let entries = service::timeline(&rina(&world), id, &PageQuery::default()).await.unwrap().items;
        let raised = entries.last().unwrap();
        assert_eq!((raised.text.as_str(), raised.undoable), ("Prioritas dari normal menjadi tinggi", true));
        let back = service::undo(&rina(&world), id, last()).await.unwrap();
        assert_eq!((back.summary.priority, back.summary.resolution_due_at), (Normal, due));
        assert_eq!(code(service::undo(&rina(&world), id, last()).await).0, "nothing_to_undo", "undone once");
        assert_eq!(
            code(service::undo(&rina(&world), id, Undo { event_id: Some(raised.event_id) }).await).0,
            "changed_since"
        );

        service::set_priority(&rina(&world), id, raise.clone()).await.unwrap();
        world.pass(Duration::from_secs(601));
        assert_eq!(code(service::undo(&rina(&world), id, last()).await).0, "nothing_to_undo", "too late");

        let team = Assign { lead_id: Some(cast.andi), member_ids: vec![cast.joko], ..Assign::default() };
        service::assign(&rina(&world), id, team).await.unwrap();
        assert_eq!(code(service::undo(&admin(&world), id, last()).await).0, "nothing_to_undo", "not theirs");
        let entries = service::latest(&admin(&world), id, &PageQuery::default()).await.unwrap().items;
        let named = Undo { event_id: Some(entries[0].event_id) };
        let unassigned = service::undo(&admin(&world), id, named).await.unwrap();
        assert_eq!((unassigned.summary.status, unassigned.team.len()), (Open, 0), "an administrator may");
        let lead = |id| Assign { lead_id: Some(id), ..Assign::default() };
        service::assign(&rina(&world), id, lead(cast.andi)).await.unwrap();
        service::assign(&rina(&world), id, lead(cast.dewi)).await.unwrap();
        assert_eq!(service::undo(&rina(&world), id, last()).await.unwrap().summary.lead_id, Some(cast.andi));

        let to = |status| SetStatus { status, reason: Some("menunggu".into()) };
        let begun = service::set_status(&rina(&world), id, to(InProgress)).await.unwrap();
        assert!(begun.started_at.is_some());
        let andi = technician(&world, cast.andi);
        assert_eq!(code(service::undo(&andi, id, last()).await).0, "nothing_to_undo", "not his change");
        world.pass(Duration::from_secs(60));
        service::set_status(&rina(&world), id, to(OnHold)).await.unwrap();
        world.pass(Duration::from_secs(300));
        let again = service::undo(&rina(&world), id, last()).await.unwrap();
        assert_eq!((again.summary.status, again.paused_ms, again.summary.held_at), (InProgress, 0, None));
        service::set_status(&rina(&world), id, to(OnHold)).await.unwrap();
        let held = service::get(&rina(&world), id).await.unwrap().summary.held_at;
        service::set_priority(&admin(&world), id, SetPriority { priority: Low, reason: None }).await.unwrap();
        world.pass(Duration::from_secs(60));
        let resume = SetStatus { status: InProgress, reason: None };
        service::set_status(&rina(&world), id, resume).await.unwrap();
        service::set_priority(&admin(&world), id, raise.clone()).await.unwrap();
        let again = service::undo(&rina(&world), id, last()).await.unwrap();
        assert_eq!(
            (again.summary.status, again.summary.priority, again.hold_reason.as_deref()),
            (OnHold, High, Some("menunggu")),
            "her own change, not the later one of somebody else, with the reason it waits for"
        );
        assert!(again.summary.held_at > held, "the pause goes on from when it was ended");
        let again = service::undo(&admin(&world), id, last()).await.unwrap();
        assert_eq!((again.summary.status, again.summary.priority), (OnHold, Low));
        service::set_status(&rina(&world), id, to(Open)).await.unwrap_err();
        service::cancel(&rina(&world), id, Reason { reason: "x".into() }).await.unwrap();
        assert_eq!(
            code(service::undo(&rina(&world), id, last()).await).0,
            "nothing_to_undo",
            "cancelling ends it"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_speaks_to_whoever_reads_it() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = working(&world, &cast).await;
        let rina = rina(&world);
        let note = NewComment { body: "cek OLT".into(), visibility: None };
        service::comment(&rina, id, note).await.unwrap();
        let say = NewComment { body: "Kami datang".into(), visibility: Some(Visibility::Public) };
        service::comment(&rina, id, say).await.unwrap();
        let read = async |ctx: &Ctx| {
            let page = service::timeline(ctx, id, &PageQuery::default()).await.unwrap();
            page.items
                .into_iter()
                .map(|e| format!("{}: {} {}", e.actor, e.text, e.body.unwrap_or_default()).trim().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            read(&customer(&world, cast.budi)).await,
            [
                "Anda: Dilaporkan melalui portal: Internet mati",
                "Tim kami: Ditugaskan kepada Andi Wijaya bersama Joko Wijaya",
                "Tim kami: Status dari ditugaskan menjadi dikerjakan",
                "rina Wijaya: Komentar Kami datang",
            ]
        );
        let english = world.root();
        assert_eq!(read(&english).await[3], "rina Wijaya: Internal note cek OLT");
        assert_eq!(read(&english).await[1], "rina: Assigned to Andi Wijaya with Joko Wijaya");
        let (mut told, mut cursor) = (0, None);
        loop {
            let page = PageQuery { limit: Some(2), cursor };
            let page = service::timeline(&customer(&world, cast.budi), id, &page).await.unwrap();
            told += page.items.len();
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(told, 4);
        assert_eq!(
            code(service::timeline(&customer(&world, cast.sari), id, &PageQuery::default()).await).0,
            "not_found"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_count_what_is_there() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = working(&world, &cast).await;
        let andi = technician(&world, cast.andi);
        let data = done(&andi, id).await;
        service::complete(&andi, id, data).await.unwrap();
        service::rate(&customer(&world, cast.budi), id, Rate { rating: 4, comment: None }).await.unwrap();
        report(&world, cast.budi).await;
        world.pass(Duration::from_secs(3600));
        let urgent = report(&world, cast.sari).await.summary.id;
        let raise = SetPriority { priority: Critical, reason: None };
        service::set_priority(&rina(&world), urgent, raise).await.unwrap();
        world.pass(Duration::from_secs(1));
        let stats = service::stats(&rina(&world)).await.unwrap();
        assert_eq!(stats.by_status.get("open"), Some(&2));
        assert_eq!(stats.by_priority.get("critical"), Some(&1));
        assert_eq!(
            (stats.overdue, stats.due_within_hour, stats.unassigned, stats.completed_24h),
            (0, 1, 2, 1)
        );
        assert_eq!((stats.on_time_percent_30d, stats.rating_30d_hundredths), (Some(100), Some(400)));
        assert_eq!(stats.created_by_hour.iter().sum::<i64>(), 3);
        assert_eq!(stats.created_by_hour[23], 1);
        world.pass(Duration::from_secs(3600));
        assert_eq!(service::stats(&rina(&world)).await.unwrap().overdue, 1);
        assert_eq!(code(service::stats(&customer(&world, cast.budi)).await).0, "forbidden");
        let own = service::stats(&technician(&world, cast.andi)).await.unwrap();
        assert_eq!((own.by_status.len(), own.unassigned, own.overdue), (0, 0, 0), "only what is theirs");
        assert_eq!((own.completed_24h, own.rating_30d_hundredths), (1, Some(400)));
        assert_eq!(own.created_by_hour.iter().sum::<i64>(), 1);
        let idle = service::stats(&technician(&world, cast.dewi)).await.unwrap();
        assert_eq!((idle.completed_24h, idle.created_by_hour.iter().sum::<i64>()), (0, 0));
    })
    .await;
}
