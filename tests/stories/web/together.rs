//! Several people at the same ticket: drafts that follow their writer, and who else is there.

use super::{ANDI, RINA, open};
use crate::{
    accounts::add,
    http::{customer, signs_in, staff},
    tickets::fixture::{report, rina},
};
use aglis_core::{
    drafts::{SaveDraft, service as drafts},
    permission::Role,
    tickets::{Assign, service as tickets},
    types::*,
};
use aglis_tests::{Backend, Browser, Guest, Site, Visitor, World, both};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn kept(visitor: &mut Guest, key: &str) -> String {
    let reply = visitor.get(&format!("/api/drafts/{key}")).await.expect(200);
    reply.json()["text"].as_str().unwrap().to_owned()
}

async fn keeps(visitor: &mut Guest, key: &str, text: &str) -> u16 {
    visitor.call(Method::PUT, &format!("/api/drafts/{key}"), &json!({ "text": text })).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_follows_its_writer_and_nobody_else() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut rina = staff(&world, &site, "rina", Role::CustomerService).await;
        let mut sari = staff(&world, &site, "sari", Role::CustomerService).await;
        assert_eq!(kept(&mut rina, "ticket-1").await, "");
        assert_eq!(keeps(&mut rina, "ticket-1", "Teknisi sedang ").await, 200);
        let mut elsewhere = site.visitor();
        signs_in(&mut elsewhere, "rina").await;
        assert_eq!(kept(&mut elsewhere, "ticket-1").await, "Teknisi sedang ");
        assert_eq!(kept(&mut sari, "ticket-1").await, "");
        assert_eq!(keeps(&mut rina, "ticket-1", &"x".repeat(4001)).await, 422);
        assert_eq!(keeps(&mut rina, "a%20b", "x").await, 422);
        assert_eq!(keeps(&mut site.local(), "ticket-1", "x").await, 409, "root has no account");
        // Nothing written is no draft, and what one throws away is gone.
        assert_eq!(keeps(&mut rina, "ticket-2", "  ").await, 200);
        assert_eq!(kept(&mut rina, "ticket-2").await, "");
        elsewhere.call(Method::DELETE, "/api/drafts/ticket-1", &Value::Null).await.expect(204);
        assert_eq!(kept(&mut rina, "ticket-1").await, "");

        // The longest untouched make room, and a month is long enough.
        for n in 1..=101 {
            world.pass(Duration::from_secs(1));
            keeps(&mut rina, &format!("ticket-{n}"), "x").await;
        }
        assert_eq!(kept(&mut rina, "ticket-1").await, "");
        assert_eq!(kept(&mut rina, "ticket-2").await, "x");
        world.pass(Duration::from_secs(29 * 86_400));
        assert_eq!(drafts::expire(&world.root()).await.unwrap(), 0);
        world.pass(Duration::from_secs(86_401));
        assert_eq!(drafts::expire(&world.root()).await.unwrap(), 100);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_no_draft_any_more() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let (ctx, key) = (rina(&world), format!("ticket-{}", ticket.summary.id));
        let begun = SaveDraft { text: "Sudah kami".into() };
        drafts::save(&ctx, &key, begun).await.unwrap();
        let write = format!("/tickets/{}/comments", ticket.summary.number);
        desk.post(&write, &[("body", " ")]).await;
        assert_eq!(drafts::get(&ctx, &key).await.unwrap().text, "Sudah kami", "a refused form keeps it");
        desk.post(&write, &[("body", "Sudah kami cek")]).await.must_say("Catatan disimpan");
        assert_eq!(drafts::get(&ctx, &key).await.unwrap().text, "");
    })
    .await;
}

/// The people at a ticket that the next word on the stream tells of.
async fn people(live: &mut aglis_tests::Followed) -> Vec<(String, String)> {
    let told: Value = serde_json::from_str(&live.next("presence").await).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    told["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["name"]), text(&one["activity"])))
        .collect()
}

fn at(name: &str, activity: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), activity.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_see_who_is_at_a_ticket_and_who_writes() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let body = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, body).await.unwrap();
        let here = format!("/api/tickets/{}/presence", ticket.summary.number);
        let (van, other) = (Visitor::staff(&world, ANDI).await, Visitor::staff(&world, UserId(6)).await);
        let mut seen = desk.follow().await;
        assert_eq!(van.put(&here, r#"{"activity":"viewing"}"#).await.status, 204);
        assert_eq!(people(&mut seen).await, at("Andi Wijaya", "viewing"));
        van.put(&here, r#"{"activity":"writing"}"#).await;
        assert_eq!(people(&mut seen).await, at("Andi Wijaya", "writing"));
        // Who is there oneself is no news to oneself, but to the technician on the team.
        let mut of_van = van.follow().await;
        assert_eq!(people(&mut of_van).await, []);
        desk.put(&here, r#"{"activity":"viewing"}"#).await;
        assert_eq!(people(&mut of_van).await, at("Rina Wijaya", "viewing"));
        assert_eq!(people(&mut seen).await, at("Andi Wijaya", "writing"));
        // Who may not see the ticket neither says nor hears of it.
        assert_eq!(other.put(&here, r#"{"activity":"viewing"}"#).await.status, 404);
        // Who is not heard of any more is gone.
        world.pass(Duration::from_secs(30));
        van.put(&here, r#"{"activity":"writing"}"#).await;
        world.pass(Duration::from_secs(20));
        assert_eq!(people(&mut of_van).await, []);
        assert_eq!(RINA, UserId(2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_known_in_every_process() {
    let world = World::new(Backend::Postgres).await;
    let other = world.beside().await;
    for app in [&world.app, &other] {
        tokio::spawn(aglis_core::queue::relay(app.clone(), app.db.hub().stopping()));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (cast, desk) = open(&world).await;
    let ticket = report(&world, cast.budi).await;
    let here = format!("/api/tickets/{}/presence", ticket.summary.number);
    aglis_tests::eventually("the other process knows", async || {
        desk.put(&here, r#"{"activity":"viewing"}"#).await;
        let (_, told) = other.db.hub().presence().since(0);
        told.iter().any(|(id, people)| *id == ticket.summary.id && people.len() == 1).then_some(())
    })
    .await;
    other.db.hub().stop();
    world.app.db.hub().stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_drafts_tells_of_others_and_of_news() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
    let mut colleague = staff(&world, &site, "sari", Role::CustomerService).await;
    add(&world, "rina", Role::CustomerService).await;
    let new = json!({ "customer_id": budi.id, "type": "repair", "category": "cable", "title": "Kabel putus", "description": "a" });
    let number =
        colleague.post("/api/tickets", &new).await.expect(201).json()["number"].as_str().unwrap().to_owned();

    let desk = Browser::desk().await;
    desk.goto(&format!("{}/login?next=/tickets/{number}", site.url)).await;
    desk.fill("#login", "rina").await;
    desk.fill("#password", crate::accounts::PASSWORD).await;
    desk.click("main form button").await;
    desk.sees("Kabel putus").await;
    desk.fill("#body", "Teknisi kami sedang").await;
    desk.sees("Draf tersimpan").await;
    let mut elsewhere = site.visitor();
    signs_in(&mut elsewhere, "rina").await;
    assert_eq!(kept(&mut elsewhere, "ticket-1").await, "Teknisi kami sedang");
    // The page opened anew has the text.
    keeps(&mut elsewhere, "ticket-1", "Dari komputer lain").await;
    desk.goto(&format!("{}/tickets/{number}", site.url)).await;
    desk.sees("Draf tersimpan").await;
    assert_eq!(desk.run("return document.querySelector('#body').value").await, json!("Dari komputer lain"));

    let here = format!("/api/tickets/{number}/presence");
    colleague.call(Method::PUT, &here, &json!({ "activity": "writing" })).await.expect(204);
    desk.sees("sedang menulis balasan").await;
    colleague.call(Method::DELETE, &here, &Value::Null).await.expect(204);
    aglis_tests::eventually("nobody is there any more", async || {
        (!desk.text().await.contains("sedang menulis balasan")).then_some(())
    })
    .await;

    // A customer's page follows what happens to their tickets; the list only announces news.
    desk.goto(&format!("{}/customers/{}", site.url, budi.number)).await;
    desk.sees("Kabel putus").await;
    let other = json!({ "customer_id": budi.id, "type": "repair", "category": "cable", "title": "Modem mati", "description": "a" });
    colleague.post("/api/tickets", &other).await.expect(201);
    desk.sees("Modem mati").await;
    desk.goto(&format!("{}/customers", site.url)).await;
    desk.sees("Budi Santoso").await;
    desk.press("j").await;
    customer(&world, "Ani Lestari", "0812-3456-7891").await;
    desk.sees("1 perubahan pada pelanggan. Tampilkan").await;
    assert_eq!(
        desk.run("return document.querySelector('#customers tr.at a').textContent").await,
        json!("Budi Santoso")
    );
    assert!(!desk.text().await.contains("Ani Lestari"), "no row moved");
}
