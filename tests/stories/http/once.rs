//! `Idempotency-Key` over HTTP.

use super::{count, customer, on_portal, token};
use aglis_core::{args, idempotency};
use aglis_tests::{Backend, Guest, Reply, Site, World, both};
use reqwest::Method;
use serde_json::{Value, json};

async fn keyed(visitor: &mut Guest, path: &str, key: &str, body: &Value) -> Reply {
    let request = visitor.request(Method::POST, path).header("idempotency-key", key).json(body);
    visitor.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_is_answered_again_and_another_one_refused() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let (barat, timur) = (json!({ "name": "Karawang Barat" }), json!({ "name": "Karawang Timur" }));
        let first = keyed(&mut root, "/api/areas", "a-key-of-mine", &barat).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), "");
        let again = keyed(&mut root, "/api/areas", "a-key-of-mine", &barat).await.expect(201);
        assert_eq!((again.header("idempotency-replayed").as_str(), again.json()), ("true", first.json()));
        let other = keyed(&mut root, "/api/areas", "a-key-of-mine", &timur).await.expect(422);
        assert_eq!(other.code(), "idempotency_key_reused");
        // Somebody else's key of the same name is another key.
        let mut somebody = site.token(&token(&world).await);
        keyed(&mut somebody, "/api/areas", "a-key-of-mine", &timur).await.expect(201);
        for bad in ["short", &"x".repeat(129), "with a space"] {
            let refused = keyed(&mut root, "/api/areas", bad, &timur).await.expect(400);
            assert_eq!(refused.code(), "idempotency_key_invalid", "{bad}");
        }
        // What was refused may be mended under the same key.
        keyed(&mut root, "/api/areas", "another-key", &json!({ "name": "" })).await.expect(422);
        keyed(&mut root, "/api/areas", "another-key", &json!({ "name": "Cikampek" })).await.expect(201);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM areas").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_twice_at_once_is_done_once() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let sent = (0..8).map(|_| {
            let mut root = site.local();
            tokio::spawn(async move {
                keyed(&mut root, "/api/areas", "all-at-once", &json!({ "name": "Karawang Barat" }))
                    .await
                    .status
            })
        });
        let mut statuses = Vec::new();
        for sent in sent.collect::<Vec<_>>() {
            statuses.push(sent.await.unwrap());
        }
        assert!(
            statuses.contains(&201) && statuses.iter().all(|one| matches!(one, 201 | 409)),
            "{statuses:?}"
        );
        assert_eq!(count(&world, "SELECT COUNT(*) FROM areas").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyed_body_is_no_larger_than_the_route_takes() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let body = json!({ "login": "x".repeat(2 << 20), "password": "y" });
    let refused = keyed(&mut site.visitor(), "/api/auth/login", "a-large-key", &body).await.expect(413);
    assert_eq!(refused.code(), "too_large");
    keyed(&mut site.local(), "/api/areas", "a-large-key", &body).await.expect(413);
    assert_eq!(count(&world, "SELECT COUNT(*) FROM idempotency_keys").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_given_up_gives_its_key_back() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        // A form that never ends, from somebody who goes away.
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let mut root = site.local();
        let new = json!({ "customer_id": budi.id, "type": "repair", "category": "connection_down", "title": "a", "description": "b" });
        let number = root.post("/api/tickets", &new).await.expect(201).json()["number"].clone();
        let path = format!("/api/tickets/{}/attachments", number.as_str().unwrap());
        let endless = reqwest::Body::wrap_stream(futures_util::stream::pending::<std::io::Result<Vec<u8>>>());
        let request = root
            .request(Method::POST, &path)
            .header("idempotency-key", "given-up-on")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(endless);
        let gone = tokio::time::timeout(std::time::Duration::from_secs(1), request.send()).await;
        assert!(gone.is_err(), "it waits for the form");
        aglis_tests::eventually("the key back", async || {
            let keys = count(&world, "SELECT COUNT(*) FROM idempotency_keys").await;
            (keys == 0).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_promised_again_without_the_cookie_it_needs() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let body = json!({ "phone": "0812-3456-7890" });
        let path = "/api/customer-portal/request-otp";
        let mut phone = site.visitor();
        let asked = keyed(&mut phone, path, "asking-for-a-code", &body).await.expect(200);
        assert!(asked.cookies().iter().any(|cookie| cookie.starts_with("aglis_browser=")), "{asked:?}");
        let again = keyed(&mut site.visitor(), path, "asking-for-a-code", &body).await.expect(409);
        assert_eq!(again.code(), "idempotency_already_done");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM messages").await, 1);
        let code = super::code(&world).await;
        let verify = json!({ "phone": "0812-3456-7890", "code": code });
        phone.post("/api/customer-portal/verify-otp", &verify).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_takes_a_report_back_until_work_begins() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        for (name, phone) in [("Budi Santoso", "0812-3456-7890"), ("Sari Wulandari", "0813-9999-0000")] {
            customer(&world, name, phone).await;
        }
        let mut budi = on_portal(&world, &site, "0812-3456-7890").await;
        let mut sari = on_portal(&world, &site, "0813-9999-0000").await;
        let new = json!({ "title": "Internet mati", "description": "Lampu merah" });
        let made = budi.post("/api/customer-portal/tickets", &new).await.expect(201).json();
        let path = format!("/api/customer-portal/tickets/{}/cancel", made["number"].as_str().unwrap());
        let why = json!({ "reason": "Sudah normal" });
        sari.post(&path, &why).await.expect(404);
        site.local().post(&path, &why).await.expect(401);
        assert_eq!(budi.post(&path, &json!({ "reason": " " })).await.expect(422).code(), "invalid");
        let done = keyed(&mut budi, &path, "taking-it-back", &why).await.expect(200).json();
        assert_eq!((&done["status"], &done["cancel_reason"]), (&json!("cancelled"), &json!("Sudah normal")));
        keyed(&mut budi, &path, "taking-it-back", &why).await.expect(200);
        assert_eq!(budi.post(&path, &why).await.expect(409).code(), "illegal_transition");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unmasked_data_is_shown_and_not_stored() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let path = format!("/api/customers/{}/reveal", budi.number);
        let shown = keyed(&mut root, &path, "looking-at-budi", &json!({})).await.expect(200);
        assert_eq!(shown.json()["phone"], "+6281234567890");
        let again = keyed(&mut root, &path, "looking-at-budi", &json!({})).await.expect(409);
        assert_eq!(again.code(), "idempotency_already_done");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM events WHERE kind = 'customer.revealed'").await, 1);
        let mut tx = world.app.db.read().await.unwrap();
        let kept: Vec<(Option<String>,)> =
            tx.all("SELECT response FROM idempotency_keys", args![]).await.unwrap();
        assert!(kept.iter().all(|(response,)| response.is_none()), "{kept:?}");
        assert_eq!(idempotency::KEPT_DAYS, 2);
    })
    .await;
}
