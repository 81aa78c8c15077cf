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
