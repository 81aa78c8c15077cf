//! Tickets on the staff web.

use super::{ADMIN, ANDI, DEWI, JOKO, open, photo, sql};
use crate::tickets::fixture::{admin, customer, report, rina, technician};
use aglis_core::{
    accounts::{SetRight, service as accounts},
    customers::{CustomerStatus, service as customers},
    event::{self, AuditFilter},
    permission::{Permission, Role},
    tickets::{
        Assign, NewComment, NewTicket, ServiceType, SetStatus, Ticket, TicketStatus, service as tickets,
    },
    types::*,
};
use aglis_tests::{Visitor, World, both};
use axum::http::StatusCode;

async fn give(world: &World, ticket: &Ticket, lead: TechnicianId, members: &[TechnicianId]) {
    let body = Assign { lead_id: Some(lead), member_ids: members.to_vec(), ..Assign::default() };
    tickets::assign(&rina(world), ticket.summary.id, body).await.unwrap();
}

fn at(ticket: &Ticket) -> String {
    format!("/tickets/{}", ticket.summary.number)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_completed_for_a_customer_who_had_no_odp() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        sql(&world, "UPDATE customers SET status = 'pending_installation' WHERE id = 1").await;
        let new = NewTicket {
            customer_id: Some(cast.budi),
            service_type: Some(ServiceType::Installation),
            title: "Pasang baru".into(),
            ..NewTicket::default()
        };
        let ticket = tickets::create(&rina(&world), new).await.unwrap();
        give(&world, &ticket, cast.joko, &[]).await;
        let joko = technician(&world, cast.joko);
        let status = SetStatus { status: TicketStatus::InProgress, reason: None };
        let ticket = tickets::set_status(&joko, ticket.summary.id, status).await.unwrap();

        let van = Visitor::staff(&world, JOKO).await;
        let here = format!("{}/complete", at(&ticket));
        van.get(&here).await.must_say("name=\"odp\"").must_say("ODP-KRW-01");
        let lines: Vec<String> = ticket.checklist.iter().map(|line| line.id.to_string()).collect();
        let mut fields = vec![
            ("resolution", "Terpasang"),
            ("attenuation_dbm", "-19,5"),
            ("modem_serial", "ZTE123"),
            ("odp", ""),
            ("odp_port", "4"),
        ];
        fields.extend(lines.iter().map(|line| ("checklist", line.as_str())));
        let files = [("modem_file_id", "modem.png", photo())];
        let refused = van.send(&here, &fields, &files).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.must_say("href=\"#odp_id\"").must_say("Isi ODP-nya");
        fields[3].1 = "odp-krw-01";
        fields[4].1 = "empat";
        van.send(&here, &fields, &files).await.must_say("href=\"#odp_port\"").must_say("value=\"empat\"");
        fields[4].1 = "4";
        van.send(&here, &fields, &files).await.must_say("Tiket selesai");

        let now = customers::get(&world.root(), cast.budi).await.unwrap();
        assert_eq!((now.odp_name.as_deref(), now.odp_port), (Some("ODP-KRW-01"), Some(4)));
        assert_eq!(now.status, CustomerStatus::Active);
        let page = van.get(&at(&ticket)).await;
        page.must_say("<dd class=\"pre\">ODP-KRW-01</dd>").must_say("<dd class=\"pre\">4</dd>");
        page.must_say("alt=\"Foto modem\"");
    })
    .await;
}

/// How often somebody looked at personal data.
async fn looks(world: &World) -> usize {
    let filter = AuditFilter { kind: Some("customer.revealed".into()), ..AuditFilter::default() };
    event::search(&world.root(), &filter).await.unwrap().items.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn those_on_the_team_see_how_to_reach_the_customer_and_only_they() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        give(&world, &ticket, cast.andi, &[cast.dewi]).await;
        let (lead, helper) = (Visitor::staff(&world, ANDI).await, Visitor::staff(&world, DEWI).await);
        let page = lead.get(&at(&ticket)).await;
        page.must_say("href=\"tel:+6281234567801\"").must_say("https://wa.me/6281234567801");
        page.must_say("Jalan Kertabumi 1").must_say("query=-6.3,107.3");
        page.must_not_say("href=\"/customers/");
        let begin = SetStatus { status: TicketStatus::InProgress, reason: None };
        tickets::set_status(&technician(&world, cast.andi), ticket.summary.id, begin).await.unwrap();
        lead.get(&at(&ticket)).await.must_say("/complete\"");
        lead.get(&at(&ticket)).await.must_say("0812-3456-7801");
        assert_eq!(looks(&world).await, 1, "one look is recorded once");
        // A helper works on it but does not sign it off.
        helper.get(&at(&ticket)).await.must_say("0812-3456-7801").must_not_say("/complete\"");
        assert_eq!(looks(&world).await, 2);
        let refused = helper.post(&format!("{}/complete", at(&ticket)), &[("resolution", "ok")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        // Customer service reads masked numbers and opens the customer's page for more.
        let masked = desk.get(&at(&ticket)).await;
        masked.must_say("0812-••••-7801").must_not_say("6281234567801").must_say("href=\"/customers/");
        // Who is not on the team sees nothing at all, and who was sees no number when the work is done.
        assert_eq!(Visitor::staff(&world, JOKO).await.get(&at(&ticket)).await.status, StatusCode::NOT_FOUND);
        sql(&world, "UPDATE tickets SET status = 'cancelled'").await;
        lead.get(&at(&ticket)).await.must_say("0812-••••-7801").must_not_say("6281234567801");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_shown_to_those_it_would_refuse() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        give(&world, &ticket, cast.andi, &[]).await;
        let van = Visitor::staff(&world, ANDI).await;
        let files = [("files", "foto.png", photo())];
        let attach = format!("{}/attachments", at(&ticket));
        van.get(&at(&ticket)).await.must_say("action=\"").must_say(&attach);
        van.send(&attach, &[], &files).await.must_say("Lampiran disimpan");
        for permission in [Permission::TicketNote, Permission::TicketComment, Permission::TicketUpdate] {
            let taken = SetRight { granted: false };
            accounts::set_right(&admin(&world), Role::Technician, permission, taken).await.unwrap();
        }
        let page = van.get(&at(&ticket)).await;
        page.must_not_say(&attach).must_not_say("/comments\"").must_not_say("/eta\"").must_not_say("/edit\"");
        assert_eq!(van.send(&attach, &[], &files).await.status, StatusCode::FORBIDDEN);

        // Every form that is left is taken, or complains of its fields: none is refused for who sends it.
        for form in page.text.split("<form").skip(1).filter(|form| form.contains("action=\"/tickets/TKT")) {
            let action = form.split("action=\"").nth(1).unwrap().split('"').next().unwrap();
            let answer = van.post(action, &[]).await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{action}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_stands_first_and_the_oldest_is_pages_away() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        for n in 1..=120 {
            let note = NewComment { body: format!("Catatan ke-{n}."), visibility: None };
            tickets::comment(&rina(&world), ticket.summary.id, note).await.unwrap();
        }
        let first = desk.get(&at(&ticket)).await;
        first.must_say("Catatan ke-120.").must_not_say("Catatan ke-1.");
        let mut page = first;
        for _ in 0..2 {
            let links = page.text.split("href=\"").filter_map(|rest| rest.split(['"', '#']).next());
            let older = links.filter(|link| link.contains("before=")).last().unwrap().replace("&#38;", "&");
            page = desk.get(&older).await;
        }
        page.must_say("Catatan ke-1.").must_not_say("Catatan ke-120.").must_not_say("Kejadian sebelumnya");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_and_what_became_of_them_stand_on_the_ticket() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        desk.get(&at(&ticket)).await.must_say("Laporan diterima").must_say("Menunggu");
        world.drain().await;
        let page = desk.get(&at(&ticket)).await;
        page.must_say("Terkirim").must_say("WhatsApp · 0812-••••-7801").must_not_say("6281234567801");
        // Technicians have no message.read.
        give(&world, &ticket, cast.andi, &[]).await;
        Visitor::staff(&world, ANDI).await.get(&at(&ticket)).await.must_not_say("Laporan diterima");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_ticket_says_can_be_changed_and_two_do_not_overwrite_each_other() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let here = format!("{}/edit", at(&ticket));
        desk.get(&at(&ticket)).await.must_say(&here);
        let version = desk.get(&here).await.field("version").to_owned();
        let fields = [
            ("version", version.as_str()),
            ("title", "Kabel putus"),
            ("description", "Sejak pagi"),
            ("category", "cable"),
            ("contact_preference", "call"),
            ("preferred_at", "2026-11-22T10:00"),
        ];
        desk.post(&here, &fields).await.must_say("Tersimpan").must_say("Kabel putus");
        let now = tickets::get(&world.root(), ticket.summary.id).await.unwrap();
        assert_eq!((now.summary.category.as_str(), now.description.as_str()), ("cable", "Sejak pagi"));
        assert_eq!(now.preferred_at, Some("2026-11-22T03:00:00Z".parse().unwrap()));

        // An emptied time is taken away.
        let shown = now.summary.version.to_string();
        let mut emptied = fields;
        (emptied[0].1, emptied[5].1) = (&shown, "");
        desk.post(&here, &emptied).await.must_say("Tersimpan");
        let now = tickets::get(&world.root(), ticket.summary.id).await.unwrap();
        assert_eq!(now.preferred_at, None);

        let mut late = fields;
        late[1].1 = "Judul lain";
        let told = desk.post(&here, &late).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        told.must_say("Orang lain baru saja mengubahnya").must_say("value=\"Judul lain\"");
        assert_eq!(told.field("version"), now.summary.version.to_string());
        let mut empty = fields;
        empty[1].1 = " ";
        desk.post(&here, &empty[1..]).await.must_say("href=\"#title\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_a_ticket_of_any_kind_with_visit_and_photos() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let number = customers::get(&world.root(), cast.budi).await.unwrap().number;
        let page = desk.get(&format!("/tickets/new?customer={number}")).await;
        page.must_say("<optgroup label=\"Pembongkaran\">").must_say("value=\"survey/coverage\"");
        let fields = [
            ("customer", number.as_str()),
            ("work", "wifi_setup/coverage"),
            ("title", "Sinyal di lantai dua"),
            ("priority", "low"),
            ("channel", "phone"),
            ("contact_preference", "call"),
            ("preferred_at", "2026-11-23T09:30"),
        ];
        let bad = [&fields[..6], &[("preferred_at", "2026-11-01T09:30")]].concat();
        desk.post("/tickets/new", &bad).await.must_say("href=\"#preferred_at\"").must_say("sudah lewat");
        let made = desk.send("/tickets/new", &fields, &[("files", "kamar.png", photo())]).await;
        made.must_say("Sinyal di lantai dua").must_say("kamar.png");
        let ticket = tickets::get(&world.root(), TicketId(1)).await.unwrap();
        assert_eq!(
            (ticket.summary.service_type, ticket.summary.category.as_str()),
            (ServiceType::WifiSetup, "coverage")
        );
        assert_eq!(ticket.preferred_at, Some("2026-11-23T02:30:00Z".parse().unwrap()));
        assert_eq!(ticket.attachments.len(), 1);
        // A file that is none is refused before anything is made.
        let files = [("files", "virus.exe", b"MZ".to_vec())];
        desk.send("/tickets/new", &fields, &files).await.must_say("href=\"#files\"");
        assert!(tickets::get(&world.root(), TicketId(2)).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn indonesian_pages_are_indonesian_to_the_last_reason() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let page = desk.get(&at(&ticket)).await;
        page.must_say("Prioritas Normal: tanggapan pertama dalam 2 jam, selesai dalam 24 jam.");
        page.must_say("Waktu dihitung 24 jam sehari").must_say("Batas penyelesaian 22\u{a0}Nov");
        page.must_say("mengerjakan Perbaikan")
            .must_say("bekerja di area pelanggan")
            .must_say("0 dari 8 tiket");
        page.must_not_say("can do").must_not_say("The clock").must_not_say("tickets</");
        let given = desk.post(&format!("{}/assign", at(&ticket)), &[("auto", "1")]).await;
        given.must_say("Ditugaskan ke Andi Wijaya").must_not_say("can do");

        sql(&world, "UPDATE technicians SET availability = 'off_duty'").await;
        let other = tickets::create(
            &customer(&world, cast.sari),
            NewTicket { title: "Mati".into(), ..NewTicket::default() },
        )
        .await
        .unwrap();
        let nobody = desk.post(&format!("{}/assign", at(&other)), &[("auto", "1")]).await;
        nobody.must_say("Sekarang tidak ada teknisi yang dapat menerimanya");
        let late = desk.post(&format!("{}/status", at(&other)), &[("status", "in_progress")]).await;
        late.must_say("Statusnya sudah berubah");

        let english = Visitor::staff(&world, ADMIN).await;
        english
            .get(&format!("{}?lang=en", at(&other)))
            .await
            .must_say("Priority Normal: first response within 2 hours");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_is_asked_once_more_with_both_in_sight() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let (first, second) = (report(&world, cast.budi).await, report(&world, cast.budi).await);
        let (from, into) = (&first.summary.number, &second.summary.number);
        let merge = format!("/tickets/{from}/merge");
        desk.get(&at(&first)).await.must_say(&format!("method=\"get\" action=\"{merge}\""));
        let page = desk.get(&format!("{merge}?into={}", into.to_lowercase())).await;
        assert_eq!(page.status, StatusCode::OK);
        page.must_say(&format!("Tiket {from} dibatalkan, lalu komentar dan berkasnya tampil di {into}."));
        page.must_say(&format!("href=\"/tickets/{from}\" autofocus"));
        assert_eq!(page.field("into"), into);
        let now = tickets::get(&world.root(), first.summary.id).await.unwrap();
        assert_eq!(now.merged_into_id, None, "asking merges nothing");
        assert_eq!(desk.get(&format!("{merge}?into=TKT1")).await.status, StatusCode::SEE_OTHER);
        desk.post(&merge, &[("into", "TKT1")]).await.must_say("Tiket tujuan tidak ditemukan");
        desk.post(&merge, &[("into", into)]).await.must_say("Tiket digabung");
        let now = tickets::get(&world.root(), first.summary.id).await.unwrap();
        assert_eq!(now.merged_into_id, Some(second.summary.id));
    })
    .await;
}
