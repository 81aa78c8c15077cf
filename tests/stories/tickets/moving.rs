//! A ticket's way through its statuses, and what keeps it on the way.

use super::fixture::*;
use aglis_core::{
    error::Error,
    tickets::{Priority::*, TicketStatus::*, *},
    types::*,
};
use aglis_tests::both;
use std::time::Duration;

fn to(status: TicketStatus) -> SetStatus {
    SetStatus { status, reason: Some("menunggu suku cadang".into()) }
}

fn lead(id: TechnicianId) -> Assign {
    Assign { lead_id: Some(id), ..Assign::default() }
}

pub fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, Vec<String>) {
    match result {
        Err(Error::Conflict { code, allowed, .. }) => (code, allowed),
        Err(Error::Invalid(errors)) => ("invalid", errors.into_iter().map(|error| error.field).collect()),
        Err(Error::Forbidden(what)) => ("forbidden", vec![what]),
        Err(Error::NotFound(what)) => ("not_found", vec![what.to_owned()]),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_names_every_refused_field() {
    both(async |world| {
        let cast = cast(&world).await;
        let rina = rina(&world);
        let bad = NewTicket {
            title: " ".into(),
            category: Some("nothing".into()),
            description: "x".repeat(4001),
            preferred_at: Some(world.app.now().plus_seconds(-86_400)),
            ..NewTicket::default()
        };
        let (_, fields) = code(service::create(&rina, bad).await);
        assert_eq!(fields, ["title", "description", "category", "preferred_at", "customer_id"]);
        let stranger =
            NewTicket { title: "x".into(), customer_id: Some(CustomerId(99)), ..NewTicket::default() };
        assert_eq!(code(service::create(&rina, stranger).await).1, ["customer_id"]);
        let technician = technician(&world, cast.andi);
        let new = NewTicket { title: "x".into(), customer_id: Some(cast.budi), ..NewTicket::default() };
        assert_eq!(code(service::create(&technician, new).await).0, "forbidden");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_machine_holds_on_every_channel() {
    both(async |world| {
        let cast = cast(&world).await;
        let (rina, andi) = (rina(&world), technician(&world, cast.andi));
        let ticket = report(&world, cast.budi).await;
        assert_eq!(ticket.summary.number, "TKT20261121001");
        assert_eq!(
            (ticket.summary.status, ticket.summary.channel, ticket.summary.priority),
            (Open, Channel::Portal, Normal)
        );
        let id = service::resolve(&rina, "tkt20261121001").await.unwrap();
        assert_eq!(id, ticket.summary.id);
        assert_eq!(code(service::resolve(&rina, "TKT1").await).0, "not_found");

        assert_eq!(code(service::set_status(&rina, id, to(Assigned)).await).0, "nobody_assigned");
        let (illegal, allowed) = code(service::set_status(&rina, id, to(InProgress)).await);
        assert_eq!((illegal, allowed), ("illegal_transition", vec!["assigned".into(), "cancelled".into()]));
        assert_eq!(code(service::set_status(&andi, id, to(InProgress)).await).0, "not_found", "not his");

        for bad in ["x".repeat(501), "a\u{7}b".into()] {
            for auto in [true, false] {
                let lead_id = Some(cast.andi).filter(|_| !auto);
                let assign = Assign { auto, lead_id, reason: Some(bad.clone()), ..Assign::default() };
                assert_eq!(code(service::assign(&rina, id, assign).await).1, ["reason"]);
            }
        }
        let assigned = service::assign(&rina, id, Assign { auto: true, ..Assign::default() }).await.unwrap();
        assert_eq!(assigned.ticket.summary.lead_id, Some(cast.andi), "the colleague of the area");
        assert_eq!(assigned.ticket.summary.status, Assigned);
        assert_eq!(assigned.reasons[0], "can do repair work");
        let hold = SetStatus { status: OnHold, reason: None };
        assert_eq!(code(service::set_status(&andi, id, hold).await).1, ["reason"]);

        world.pass(Duration::from_secs(600));
        let andi = technician(&world, cast.andi);
        let begun = service::set_status(&andi, id, to(InProgress)).await.unwrap();
        assert_eq!(begun.started_at, Some(world.app.now()));
        assert_eq!(begun.summary.responded_at, Some(world.app.now()), "beginning is a response");
        let due = begun.summary.resolution_due_at;
        service::set_status(&andi, id, to(OnHold)).await.unwrap();
        world.pass(Duration::from_secs(3600));
        let andi = technician(&world, cast.andi);
        let resumed = service::set_status(&andi, id, to(InProgress)).await.unwrap();
        assert_eq!(resumed.summary.resolution_due_at, due.plus_seconds(3600), "the clock stood still");
        assert_eq!((resumed.paused_ms, resumed.hold_reason), (3_600_000, None));
        assert_eq!(code(service::set_status(&andi, id, to(Completed)).await).0, "completion_needed");
        assert_eq!(code(service::set_status(&andi, id, to(Cancelled)).await).0, "forbidden");
        let again = service::set_status(&andi, id, to(InProgress)).await.unwrap();
        assert_eq!(again.summary.version, resumed.summary.version, "said twice is done once");

        let cancelled = service::cancel(&rina, id, Reason { reason: "dobel".into() }).await.unwrap();
        assert_eq!((cancelled.summary.status, cancelled.sla.state), (Cancelled, SlaState::Void));
        assert_eq!(
            code(service::cancel(&rina, id, Reason { reason: "x".into() }).await),
            ("illegal_transition", vec![])
        );
        assert_eq!(code(service::assign(&rina, id, lead(cast.dewi)).await).0, "ticket_finished");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priority_brings_its_own_due_times() {
    both(async |world| {
        let cast = cast(&world).await;
        let ticket = report(&world, cast.sari).await;
        let start = ticket.summary.created_at;
        assert_eq!(ticket.summary.resolution_due_at, start.plus_seconds(12 * 3600), "gold: half of 24 h");
        let raised = SetPriority { priority: Critical, reason: None };
        let raised = service::set_priority(&rina(&world), ticket.summary.id, raised).await.unwrap();
        assert_eq!(raised.summary.resolution_due_at, start.plus_seconds(3600));
        let story = service::explain(&rina(&world), ticket.summary.id).await.unwrap();
        assert_eq!(story.resolution_minutes, 60);
        assert_eq!(story.steps.last().unwrap(), "Resolution due Sat 21 Nov 2026 10:00 WIB.");

        let mut rules = service::rules(&admin(&world)).await.unwrap();
        assert_eq!(code(service::set_rules(&rina(&world), rules.clone()).await).0, "forbidden");
        rules.high.resolution_minutes = 600;
        service::set_rules(&admin(&world), rules).await.unwrap();
        let high = SetPriority { priority: High, reason: None };
        let high = service::set_priority(&rina(&world), ticket.summary.id, high).await.unwrap();
        assert_eq!(high.summary.resolution_due_at, start.plus_seconds(300 * 60));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_do_not_overwrite_each_other() {
    both(async |world| {
        let cast = cast(&world).await;
        let rina = rina(&world);
        let ticket = report(&world, cast.budi).await;
        let (id, version) = (ticket.summary.id, ticket.summary.version);
        let change = |title: &str| TicketChange {
            version: Some(version),
            title: Some(title.into()),
            ..TicketChange::default()
        };
        let first = service::update(&rina, id, change("LOS merah")).await.unwrap();
        assert_eq!((first.summary.title.as_str(), first.summary.version), ("LOS merah", version + 1));
        assert_eq!(code(service::update(&rina, id, change("Lain")).await).0, "version_mismatch");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_end_counts_once_although_forms_send_two_characters() {
    both(async |world| {
        let cast = cast(&world).await;
        let id = report(&world, cast.budi).await.summary.id;
        let rewrite = async |lines: usize| {
            let description = Some(vec!["a"; lines].join("\r\n"));
            service::update(&rina(&world), id, TicketChange { description, ..TicketChange::default() }).await
        };
        assert_eq!(rewrite(2000).await.unwrap().description, vec!["a"; 2000].join("\n"));
        assert_eq!(code(rewrite(2001).await).1, ["description"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_stay_inside_and_the_first_public_word_is_the_response() {
    both(async |world| {
        let cast = cast(&world).await;
        let (rina, budi) = (rina(&world), customer(&world, cast.budi));
        let id = report(&world, cast.budi).await.summary.id;
        let say = |body: &str, visibility| NewComment { body: body.into(), visibility };
        service::comment(&budi, id, say("Masih mati", Some(Visibility::Internal))).await.unwrap();
        service::comment(&rina, id, say("Cek OLT dulu", None)).await.unwrap();
        assert_eq!(service::get(&rina, id).await.unwrap().summary.responded_at, None);
        service::comment(&rina, id, say("Kami cek", Some(Visibility::Public))).await.unwrap();
        assert_eq!(service::get(&rina, id).await.unwrap().summary.responded_at, Some(world.app.now()));
        let seen = async |ctx| {
            let page = service::comments(ctx, id, &PageQuery::default()).await.unwrap();
            page.items.into_iter().map(|comment| comment.body).collect::<Vec<_>>()
        };
        assert_eq!(seen(&rina).await, ["Masih mati", "Cek OLT dulu", "Kami cek"]);
        assert_eq!(seen(&budi).await, ["Masih mati", "Kami cek"]);
        let sari = customer(&world, cast.sari);
        assert_eq!(code(service::comments(&sari, id, &PageQuery::default()).await).0, "not_found");
        assert_eq!(code(service::comment(&sari, id, say("x", None)).await).0, "not_found");
        assert_eq!(code(service::comment(&rina, id, say(" ", None)).await).1, ["body"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_checked_before_it_is_sent() {
    both(async |world| {
        let cast = cast(&world).await;
        let rina = rina(&world);
        let id = report(&world, cast.budi).await.summary.id;
        let team = |lead, members: &[TechnicianId]| Assign {
            lead_id: lead,
            member_ids: members.to_vec(),
            ..Assign::default()
        };
        for (body, field) in [
            (team(None, &[]), "lead_id"),
            (team(Some(TechnicianId(99)), &[]), "lead_id"),
            (team(Some(cast.andi), &[cast.andi]), "member_ids"),
            (team(Some(cast.andi), &[TechnicianId(99)]), "member_ids"),
            (Assign { auto: true, ..lead(cast.andi) }, "auto"),
        ] {
            assert_eq!(code(service::assign(&rina, id, body).await).1, [field]);
        }
        let both = service::assign(&rina, id, team(Some(cast.andi), &[cast.joko])).await.unwrap().ticket;
        let roles: Vec<_> = both.team.iter().map(|one| (one.technician_id, one.role)).collect();
        assert_eq!(roles, [(cast.andi, TeamRole::Lead), (cast.joko, TeamRole::Member)]);
        let back = service::set_status(&rina, id, to(Open)).await.unwrap();
        assert_eq!((back.summary.status, back.team.len()), (Open, 0));
        let ranked = service::candidates(&rina, id).await.unwrap();
        let order: Vec<_> = ranked.iter().map(|one| (one.technician_id, one.eligible)).collect();
        assert_eq!(order, [(cast.andi, true), (cast.dewi, true), (cast.joko, false)]);
    })
    .await;
}
