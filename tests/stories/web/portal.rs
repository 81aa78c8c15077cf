//! The portal's pages.

use super::open;
use crate::tickets::fixture::{report, rina, technician};
use aglis_core::{
    customers::{News, service as customers},
    tickets::{Assign, SetStatus, TicketStatus, service as tickets},
};
use aglis_tests::{Visitor, both};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_can_be_taken_back_until_work_begins() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        let (first, second) = (report(&world, cast.budi).await, report(&world, cast.budi).await);
        let phone = Visitor::customer(&world, cast.budi).await;
        let here = format!("/customer/tickets/{}", first.summary.number);
        let cancel = format!("{here}/cancel");
        phone.get(&here).await.must_say(&cancel);
        phone.get(&cancel).await.must_say("Batalkan laporan ini?").must_say("Internet mati");
        let empty = phone.post(&cancel, &[("reason", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        empty.must_say("href=\"#reason\"");
        phone.post(&cancel, &[("reason", "Sudah normal lagi")]).await.must_say("Laporan dibatalkan");
        let now = tickets::get(&world.root(), first.summary.id).await.unwrap();
        assert_eq!(
            (now.summary.status, now.cancel_reason.as_deref()),
            (TicketStatus::Cancelled, Some("Sudah normal lagi"))
        );
        phone.get(&here).await.must_not_say(&cancel);

        // Somebody else's report is not there, and one that is worked on is not taken back.
        let other = Visitor::customer(&world, cast.sari).await;
        assert_eq!(other.get(&cancel).await.status, StatusCode::NOT_FOUND);
        let here = format!("/customer/tickets/{}", second.summary.number);
        let body = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), second.summary.id, body).await.unwrap();
        phone.get(&here).await.must_say("/cancel");
        let begin = SetStatus { status: TicketStatus::InProgress, reason: None };
        tickets::set_status(&technician(&world, cast.andi), second.summary.id, begin).await.unwrap();
        phone.get(&here).await.must_not_say("/cancel");
        let late = phone.post(&format!("{here}/cancel"), &[("reason", "Batal saja")]).await;
        late.must_say("sedang dikerjakan");
        let rated = phone.post(&format!("{here}/rate"), &[("rating", "5")]).await;
        rated.must_say("belum selesai");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_change_their_own_address_for_mail() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        let phone = Visitor::customer(&world, cast.budi).await;
        let save = async |email: &str| {
            let fields = [
                ("locale", "id"),
                ("notify_whatsapp", "progress"),
                ("notify_whatsapp", "results"),
                ("email", email),
            ];
            phone.post("/customer/profile", &fields).await
        };
        save("budi@").await.must_say("href=\"#email\"").must_say("value=\"budi@\"");
        save("Budi@Contoh.example").await.must_say("value=\"budi@contoh.example\"");
        let now = customers::reveal(&world.root(), cast.budi).await.unwrap();
        assert_eq!((now.email.as_deref(), now.notify_email), (Some("budi@contoh.example"), vec![]));
        assert_eq!(now.notify_whatsapp, [News::Progress, News::Results]);
        let page = phone.get("/customer/profile").await;
        page.must_say("name=\"notify_whatsapp\" value=\"results\" checked")
            .must_say("name=\"notify_whatsapp\" value=\"answers\">");
        save("").await;
        assert_eq!(customers::reveal(&world.root(), cast.budi).await.unwrap().email, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_report_is_told_of_in_the_customers_language() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let (first, second) = (report(&world, cast.budi).await, report(&world, cast.budi).await);
        let merge = format!("/tickets/{}/merge", first.summary.number);
        desk.post(&merge, &[("into", &second.summary.number)]).await.must_say("Tiket digabung");
        let phone = Visitor::customer(&world, cast.budi).await;
        let page = phone.get(&format!("/customer/tickets/{}", first.summary.number)).await;
        page.must_say("Laporan ini digabung").must_say(&second.summary.number);
        page.must_not_say("merged into").must_not_say("Alasan dibatalkan");
        let page = desk.get(&format!("/tickets/{}", first.summary.number)).await;
        page.must_say("Digabung ke").must_not_say("merged into");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_stays_in_a_refused_form() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let done = "UPDATE tickets SET status = 'completed', completed_at = created_at WHERE id = 1";
        super::sql(&world, done).await;
        let phone = Visitor::customer(&world, cast.budi).await;
        let here = format!("/customer/tickets/{}", ticket.summary.number);
        phone.get(&here).await.must_say("name=\"reason\" rows=\"3\" maxlength=\"500\"");
        let long = "putus ".repeat(90);
        let refused = phone.post(&format!("{here}/reopen"), &[("reason", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.must_say("href=\"#reason\">Alasan: Isian terlalu panjang").must_say(long.trim());
        let long = "bagus ".repeat(200);
        let refused = phone.post(&format!("{here}/rate"), &[("rating", "4"), ("comment", &long)]).await;
        refused.must_say("href=\"#comment\"").must_say(long.trim()).must_say("value=\"4\" checked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_tells_what_happened_last() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        let phone = Visitor::customer(&world, cast.budi).await;
        phone.get("/customer/dashboard").await.must_not_say("Kejadian terakhir");
        let mut last = report(&world, cast.budi).await;
        for _ in 0..5 {
            last = report(&world, cast.budi).await;
        }
        // What only staff are told takes no place.
        for _ in 0..30 {
            customers::reveal(&world.root(), cast.budi).await.unwrap();
        }
        let page = phone.get("/customer/dashboard").await;
        page.must_say("Kejadian terakhir").must_say(&format!("{}: Dilaporkan", last.summary.number));
        assert_eq!(page.text.matches(": Dilaporkan").count(), 5);
        page.must_not_say("Data pribadi dilihat");
    })
    .await;
}
