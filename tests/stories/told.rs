//! What customers and technicians are told about tickets.

use crate::tickets::fixture::{admin, cast, customer, report, rina, technician};
use aglis_core::{
    app::App,
    args,
    messages::{Direction, MessageChannel, SandboxFilter, SandboxMessage, service as messages},
    notifications::service as notifications,
    tickets::{
        Assign, ContactPreference, Merge, NewComment, NewTicket, Reason, SetStatus, TicketStatus, Visibility,
        service as tickets,
    },
    types::TechnicianId,
};
use aglis_tests::{World, both};
use std::time::Duration;

const BUDI: &str = "+6281234567801";

async fn sql(world: &World, text: &'static str) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.run(text, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

/// What arrived at an address since the last look, the oldest first.
async fn arrived(world: &World, to: &str, seen: &mut usize) -> Vec<SandboxMessage> {
    world.drain().await;
    let filter = SandboxFilter { to: Some(to.into()), ..SandboxFilter::default() };
    let mut all = messages::sandbox_list(&world.root(), &filter).await.unwrap().items;
    all.reverse();
    let new = all.split_off(*seen);
    *seen += new.len();
    new
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_hears_each_step_once_and_the_technician_their_work() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(&world, "UPDATE users SET phone = '+6281900000004' WHERE username = 'andi'").await;
        let (mut budi, mut andi) = (0, 0);
        let ticket = report(&world, cast.budi).await;
        let told = arrived(&world, BUDI, &mut budi).await;
        assert_eq!(told.len(), 1);
        for part in ["Budi Santoso", &ticket.summary.number, "Internet mati", "AGLIS"] {
            assert!(told[0].body.contains(part), "{part}: {}", told[0].body);
        }

        let assign = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, assign.clone()).await.unwrap();
        let told = arrived(&world, BUDI, &mut budi).await;
        assert!(told.len() == 1 && told[0].body.contains("Andi Wijaya"), "{told:?}");
        let work = arrived(&world, "+6281900000004", &mut andi).await;
        assert_eq!(work.len(), 1);
        for part in ["Budi Santoso", "0812-3456-7801", "Jalan Kertabumi 1", &ticket.summary.number] {
            assert!(work[0].body.contains(part), "{part}: {}", work[0].body);
        }

        let start = SetStatus { status: TicketStatus::InProgress, reason: None };
        tickets::set_status(&technician(&world, cast.andi), ticket.summary.id, start).await.unwrap();
        let told = arrived(&world, BUDI, &mut budi).await;
        assert!(told.len() == 1 && told[0].body.contains("Sedang dikerjakan"), "{told:?}");

        let secret = NewComment { body: "modem rusak".into(), visibility: Some(Visibility::Internal) };
        tickets::comment(&rina(&world), ticket.summary.id, secret).await.unwrap();
        assert!(arrived(&world, BUDI, &mut budi).await.is_empty());
        let open = NewComment { body: "Teknisi di jalan".into(), visibility: Some(Visibility::Public) };
        tickets::comment(&rina(&world), ticket.summary.id, open).await.unwrap();
        let told = arrived(&world, BUDI, &mut budi).await;
        assert!(told.len() == 1 && told[0].body.contains("Teknisi di jalan"), "{told:?}");

        let reason = Reason { reason: "sudah pulih".into() };
        tickets::cancel(&admin(&world), ticket.summary.id, reason).await.unwrap();
        let told = arrived(&world, BUDI, &mut budi).await;
        assert!(told.len() == 1 && told[0].body.contains("sudah pulih"), "{told:?}");
        assert!(told.iter().all(|message| message.direction == Direction::Out));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_in_their_own_way_and_language_or_not_at_all() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(
            &world,
            "UPDATE customers SET notify_whatsapp = '[]', email = 'budi@example.test', locale = 'en' WHERE id = 1",
        )
        .await;
        let ticket = report(&world, cast.budi).await;
        let mut seen = 0;
        let mails = arrived(&world, "budi@example.test", &mut seen).await;
        assert_eq!((mails.len(), mails[0].channel), (1, MessageChannel::Email));
        assert!(mails[0].body.starts_with("Hello Budi Santoso"), "{}", mails[0].body);
        let line = format!("Ticket number: {}\n", ticket.summary.number);
        assert!(mails[0].body.contains(&line), "without the marks of WhatsApp: {}", mails[0].body);
        assert_eq!(mails[0].subject.as_deref(), Some(format!("Ticket {}", ticket.summary.number).as_str()));
        assert!(arrived(&world, BUDI, &mut 0).await.is_empty());

        sql(&world, "UPDATE customers SET notify_email = '[]' WHERE id = 1").await;
        tickets::cancel(&admin(&world), ticket.summary.id, Reason { reason: "ok".into() }).await.unwrap();
        assert!(arrived(&world, "budi@example.test", &mut seen).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_news_comes_by_every_way_that_is_wanted() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(
            &world,
            "UPDATE customers SET email = 'budi@example.test', notify_email = '[\"results\"]' WHERE id = 1",
        )
        .await;
        let (mut phone, mut mail) = (0, 0);
        let mut told = async || {
            let whatsapp = arrived(&world, BUDI, &mut phone).await.len();
            (whatsapp, arrived(&world, "budi@example.test", &mut mail).await.len())
        };
        let new = NewTicket {
            title: "Internet mati".into(),
            contact_preference: Some(ContactPreference::Email),
            ..NewTicket::default()
        };
        let id = tickets::create(&customer(&world, cast.budi), new).await.unwrap().summary.id;
        assert_eq!(told().await, (1, 0), "progress is not wanted by mail");
        tickets::cancel(&admin(&world), id, Reason { reason: "pulih".into() }).await.unwrap();
        assert_eq!(told().await, (1, 1));
        let mut tx = world.app.db.read().await.unwrap();
        let order: Vec<(String,)> = tx
            .all("SELECT channel FROM messages WHERE template = 'ticket-cancelled' ORDER BY id", args![])
            .await
            .unwrap();
        let order: Vec<&str> = order.iter().map(|(channel,)| channel.as_str()).collect();
        assert_eq!(order, ["email", "whatsapp"], "as they wish to be reached for this ticket");
        drop(tx);

        sql(
            &world,
            "UPDATE customers SET notify_whatsapp = '[\"answers\"]', notify_email = '[]' WHERE id = 1",
        )
        .await;
        let id = report(&world, cast.budi).await.summary.id;
        assert_eq!(told().await, (0, 0));
        let open = NewComment { body: "Kami cek".into(), visibility: Some(Visibility::Public) };
        tickets::comment(&rina(&world), id, open).await.unwrap();
        assert_eq!(told().await, (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_ticket_is_told_and_a_merge_is_told_to_all() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(&world, "UPDATE users SET phone = '+628190000000' || id WHERE role = 'technician'").await;
        let (andi, dewi, joko) = ("+6281900000004", "+6281900000005", "+6281900000006");
        let mut seen = std::collections::HashMap::<&str, usize>::new();
        let mut told = async |who| {
            let new = arrived(&world, who, seen.entry(who).or_default()).await;
            new.into_iter().map(|message| message.body).collect::<Vec<_>>()
        };
        let id = report(&world, cast.budi).await.summary.id;
        let team = |lead, members: &[TechnicianId]| Assign {
            lead_id: Some(lead),
            member_ids: members.to_vec(),
            ..Assign::default()
        };
        tickets::assign(&rina(&world), id, team(cast.andi, &[cast.joko])).await.unwrap();
        assert_eq!((told(andi).await.len(), told(joko).await.len()), (1, 1));
        tickets::assign(&rina(&world), id, team(cast.dewi, &[cast.joko])).await.unwrap();
        assert!(told(dewi).await[0].contains("Anda memimpin"));
        assert!(told(andi).await[0].contains("tidak lagi ditugaskan kepada Anda"));
        assert_eq!(told(joko).await, Vec::<String>::new(), "stays");
        let filter = Default::default();
        let centre = notifications::list(&technician(&world, cast.andi), &filter).await.unwrap().items;
        assert!(centre[0].title.contains("dialihkan") && centre[0].link.is_none(), "{centre:?}");

        tickets::undo(&rina(&world), id, Default::default()).await.unwrap();
        assert!(told(dewi).await[0].contains("tidak lagi"), "taken back");
        assert!(told(andi).await[0].contains("Anda memimpin"));
        let open = SetStatus { status: TicketStatus::Open, reason: None };
        tickets::set_status(&rina(&world), id, open).await.unwrap();
        assert!(told(andi).await[0].contains("tidak lagi") && told(joko).await[0].contains("tidak lagi"));

        let into = report(&world, cast.budi).await.summary;
        tickets::assign(&rina(&world), id, team(cast.andi, &[])).await.unwrap();
        tickets::assign(&rina(&world), into.id, team(cast.dewi, &[])).await.unwrap();
        told(BUDI).await;
        tickets::merge(&rina(&world), id, Merge { into_id: into.id }).await.unwrap();
        let customer = told(BUDI).await;
        assert!(
            customer.len() == 1 && customer[0].contains(&format!("digabung ke {}", into.number)),
            "{customer:?}"
        );
        for who in [cast.andi, cast.dewi] {
            let centre = notifications::list(&technician(&world, who), &filter).await.unwrap().items;
            assert!(centre[0].message.ends_with(&format!("dilanjutkan di {}", into.number)), "{centre:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_wait_waits_through_the_quiet_hours() {
    both(async |world| {
        let cast = cast(&world).await;
        let mut config = aglis_core::config::Config::defaults(world.dir.path()).unwrap();
        config.whatsapp.quiet_hours = Some(aglis_core::config::Hours {
            from: jiff::civil::time(21, 0, 0, 0),
            to: jiff::civil::time(7, 0, 0, 0),
        });
        let quiet: App = world.with_config(config);
        // Saturday 22:30 in Jakarta.
        world.pass(Duration::from_secs(13 * 3600 + 1800));
        let at_night = |ctx: aglis_core::app::Ctx| aglis_core::app::Ctx { app: quiet.clone(), ..ctx };
        let new = aglis_core::tickets::NewTicket { title: "Internet mati".into(), ..Default::default() };
        let ticket = tickets::create(&at_night(customer(&world, cast.budi)), new).await.unwrap();
        let mut seen = 0;
        assert_eq!(arrived(&world, BUDI, &mut seen).await.len(), 1, "the receipt is waited for");
        let reason = Reason { reason: "pulih".into() };
        tickets::cancel(&at_night(admin(&world)), ticket.summary.id, reason).await.unwrap();
        assert!(arrived(&world, BUDI, &mut seen).await.is_empty());
        world.pass(Duration::from_secs(8 * 3600 + 1799));
        assert!(arrived(&world, BUDI, &mut seen).await.is_empty());
        world.pass(Duration::from_secs(1));
        assert_eq!(arrived(&world, BUDI, &mut seen).await.len(), 1, "at seven in the morning");
    })
    .await;
}
