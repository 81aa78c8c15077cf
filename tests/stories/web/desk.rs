//! The staff web around tickets and customers: home, filters, technicians, the account.

use super::{ADMIN, ANDI, open, sql};
use crate::tickets::fixture::{report, rina, technician};
use aglis_core::{
    notifications::{NotificationChannel, NotificationType, service as notifications},
    technicians::{Availability, service as technicians},
    tickets::{Assign, SetStatus, TicketStatus, service as tickets},
    types::*,
};
use aglis_tests::{Visitor, both};
use axum::http::StatusCode;

/// The address of the tile with a text on the home page.
fn tile<'a>(page: &'a aglis_tests::Page, text: &str) -> String {
    let at = page.text.find(&format!("<span>{text}</span>")).unwrap_or_else(|| panic!("no tile {text}"));
    let before: &'a str = &page.text[..at];
    let href = before.rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    href.replace("&#38;", "&").replace("&amp;", "&")
}

fn rows(page: &aglis_tests::Page) -> usize {
    page.text.matches("data-ticket=").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tile_leads_to_what_it_counts() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        for customer in [cast.budi, cast.budi, cast.budi, cast.sari] {
            report(&world, customer).await;
        }
        sql(&world, "UPDATE tickets SET status = 'cancelled' WHERE id = 1").await;
        sql(&world, "UPDATE tickets SET status = 'completed', completed_at = created_at WHERE id = 2").await;
        let home = desk.get("/").await;
        let nobody = desk.get(&tile(&home, "tanpa teknisi")).await;
        assert_eq!(rows(&nobody), 2, "neither the cancelled nor the completed one waits for anybody");
        assert_eq!(rows(&desk.get(&tile(&home, "selesai 24 jam")).await), 1);
        world.pass(std::time::Duration::from_secs(25 * 3600));
        let (_, desk) = (0, Visitor::staff(&world, super::RINA).await);
        let later = desk.get(&tile(&home, "selesai 24 jam")).await;
        assert_eq!(rows(&later), 0, "what was completed before is not counted, nor listed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_form_keeps_what_it_was_given() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        report(&world, cast.sari).await;
        let body = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, body).await.unwrap();
        let page = desk.get("/tickets?technician_id=1&customer_id=1&area_id=1&completed_hours=").await;
        assert_eq!(rows(&page), 1);
        page.must_say("<option value=\"1\" selected>Andi Wijaya</option>");
        page.must_say("<option value=\"1\" selected>Karawang Barat</option>");
        assert_eq!(page.field("customer_id"), "1");
        desk.get("/tickets?technician_id=0").await.must_say("<option value=\"0\" selected>");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn technicians_say_whether_they_can_take_work() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let van = Visitor::staff(&world, ANDI).await;
        let home = van.get("/").await;
        home.must_say("Kesiapan Anda").must_say("aria-pressed=\"true\">Siap").must_not_say("tanpa teknisi");
        let here = format!("/technicians/{}/availability", cast.andi);
        van.post(&here, &[("availability", "on_break"), ("next", "/")]).await.must_say("Kesiapan tersimpan");
        let now = technicians::get(&technician(&world, cast.andi), cast.andi).await.unwrap();
        assert_eq!(now.availability, Availability::OnBreak);

        // Customer service sees the list without switches; who manages technicians has them.
        desk.get("/").await.must_not_say("Kesiapan Anda");
        desk.get("/technicians").await.must_say("Istirahat").must_say("0/8").must_not_say("/availability\"");
        assert_eq!(desk.post(&here, &[("availability", "busy")]).await.status, StatusCode::FORBIDDEN);
        let chief = Visitor::staff(&world, ADMIN).await;
        chief.get("/technicians").await.must_say(&here);
        chief.post(&here, &[("availability", "available"), ("next", "/technicians")]).await.must_say("Siap");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_chooses_what_to_hear_of() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let page = desk.get("/account").await;
        page.must_say("name=\"ticket.in_app\" value=\"1\" checked")
            .must_say("name=\"ticket.email\" value=\"1\">");
        let wanted = [("ticket.email", "1"), ("system.in_app", "1")];
        desk.post("/account/notifications", &wanted).await.must_say("Tersimpan");
        let now = notifications::preferences(&rina(&world)).await.unwrap();
        let on = |about, channel| {
            now.iter().any(|one| one.notification_type == about && one.channel == channel && one.enabled)
        };
        assert!(on(NotificationType::Ticket, NotificationChannel::Email));
        assert!(!on(NotificationType::Ticket, NotificationChannel::InApp));
        assert!(on(NotificationType::Alert, NotificationChannel::InApp), "what is not asked stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_choose_a_password_first_is_led_there() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        sql(&world, format!("UPDATE users SET must_change_password = TRUE WHERE id = {}", super::RINA)).await;
        let page = desk.post("/theme", &[("theme", "auto"), ("next", "/")]).await;
        assert_eq!(page.path, "/");
        let begin = desk.get("/").await;
        assert_eq!(begin.status, StatusCode::SEE_OTHER);
        desk.get("/account").await.must_say("Ganti kata sandi");
        assert_eq!(UserId(2), super::RINA);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_scans_its_key() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let page = desk.post("/account/totp", &[]).await;
        page.must_say("<svg class=\"qr\"").must_say("M4 4h7v1h-7z").must_say("otpauth://totp/");
        let (key, url) = (page.field("key").to_owned(), page.field("otpauth_url").replace("&#38;", "&"));
        let slip = [("code", "000000"), ("key", key.as_str()), ("otpauth_url", url.as_str())];
        desk.post("/account/totp/confirm", &slip).await.must_say("href=\"#code\"").must_say(&key);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_badge_hears_of_everything_that_is_unread() {
    both(async |world| {
        let (cast, _) = open(&world).await;
        // A technician may see neither who is assigned elsewhere nor what happens to accounts.
        let van = Visitor::staff(&world, ANDI).await;
        let mut live = van.follow().await;
        assert_eq!(live.next("unread").await, r#"{"count":0}"#);
        let ticket = report(&world, cast.budi).await;
        let body = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, body).await.unwrap();
        assert_eq!(live.next("unread").await, r#"{"count":1}"#);
        let taken = SetStatus { status: TicketStatus::Open, reason: None };
        tickets::set_status(&rina(&world), ticket.summary.id, taken).await.unwrap();
        assert_eq!(live.next("unread").await, r#"{"count":2}"#, "it is not theirs any more");
        van.post("/notifications/read-all", &[]).await;
        assert_eq!(live.next("unread").await, r#"{"count":0}"#, "also without an event");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_drawn_for_a_form_leads_back_to_itself() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = format!("/tickets/{}", report(&world, cast.budi).await.summary.number);
        let customer = "/customers/AGLS202611210001";
        for (action, page) in [
            (format!("{ticket}/comments"), ticket.as_str()),
            (format!("{customer}/reveal"), customer),
            ("/account/password".into(), "/account"),
            ("/account/totp".into(), "/account"),
            ("/account/totp/confirm".into(), "/account"),
        ] {
            let drawn = desk.post(&action, &[("password", "x"), ("code", "000000")]).await;
            assert_eq!(drawn.path, action, "it is drawn, not led to");
            drawn.must_say("action=\"/language\"").must_say(&format!("name=\"next\" value=\"{page}\""));
            assert_eq!(desk.get(page).await.status, StatusCode::OK);
        }
        let chief = Visitor::staff(&world, ADMIN).await;
        chief.post("/sandbox/reply", &[("from", "x")]).await.must_say("name=\"next\" value=\"/sandbox\"");
        // The look keeps the filter, too.
        desk.get("/tickets?status=active").await.must_say("name=\"next\" value=\"/tickets?status=active\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_say_how_much_they_matter() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        sql(&world, "UPDATE notifications SET priority = 'urgent' WHERE user_id = 2").await;
        let page = desk.get("/notifications").await;
        page.must_say("✖</span>Mendesak</span> <span class=\"muted\">Tiket").must_say(&ticket.summary.number);
        desk.get("/notifications?priority=urgent").await.must_say(&ticket.summary.number);
        let low = desk.get("/notifications?priority=low&unread=1").await;
        low.must_not_say(&ticket.summary.number).must_say("value=\"low\" selected");
        assert_eq!(low.field("unread"), "1", "the other filters stay");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_name_the_customer_to_those_who_may_see_customers() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let body = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, body).await.unwrap();
        let van = Visitor::staff(&world, ANDI).await;
        let (mut of_desk, mut of_van) = (desk.follow().await, van.follow().await);
        let begin = SetStatus { status: TicketStatus::InProgress, reason: None };
        tickets::set_status(&technician(&world, cast.andi), ticket.summary.id, begin).await.unwrap();
        aglis_core::event::seal::seal_waiting(&world.app.db).await.unwrap();
        assert!(of_desk.next("ticket.status_changed").await.contains("\"customer_id\":1"));
        assert!(!of_van.next("ticket.status_changed").await.contains("customer_id"));
    })
    .await;
}
