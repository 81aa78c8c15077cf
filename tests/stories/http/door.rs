//! Accounts over HTTP: in, out, locked out, with a second factor, with a token, with a new password.

use super::{customer, signs_in, staff};
use crate::accounts::{PASSWORD, add};
use aglis_core::{accounts::totp, args, permission::Role};
use aglis_tests::{Guest, Reply, Site, World, both};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const OTHER: &str = "mendung pohon sepeda tujuh";

async fn login(visitor: &mut Guest, password: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "login": "sari", "password": password });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    visitor.post("/api/auth/login", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_and_out_and_never_in_again_with_the_same_cookie() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        add(&world, "sari", Role::CustomerService).await;
        let mut sari = site.visitor();
        sari.get("/api/auth/me").await.expect(401);
        assert_eq!(login(&mut sari, "wrong wrong wrong", None).await.expect(401).code(), "wrong_credentials");
        let me = login(&mut sari, PASSWORD, None).await.expect(200).json();
        assert_eq!((&me["name"], &me["role"]), (&json!("sari"), &json!("customer_service")));
        let secret = sari.cookie("aglis_staff").unwrap().to_owned();
        assert_eq!(sari.get("/api/auth/me").await.expect(200).json()["via"], "session");
        sari.post("/api/auth/logout", &json!({})).await.expect(204);
        assert_eq!(sari.cookie("aglis_staff"), None, "the browser forgets it");
        sari.set_cookie("aglis_staff", &secret);
        sari.get("/api/auth/me").await.expect(401);
        // A customer's cookie opens no staff door, and a staff cookie none of a customer.
        signs_in(&mut sari, "sari").await;
        sari.get("/api/customer-portal/profile").await.expect(401);
        customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let budi = super::on_portal(&world, &site, "0812-3456-7890").await;
        let mut mixed = site.visitor();
        mixed.set_cookie("aglis_staff", budi.cookie("aglis_customer").unwrap());
        mixed.get("/api/auth/me").await.expect(401);
        let mut mixed = site.visitor();
        mixed.set_cookie("aglis_customer", sari.cookie("aglis_staff").unwrap());
        mixed.get("/api/customer-portal/profile").await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_and_an_administrator_unlocks() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let id = add(&world, "sari", Role::Noc).await;
        let mut sari = site.visitor();
        for _ in 0..5 {
            assert_eq!(login(&mut sari, "no", None).await.expect(401).code(), "wrong_credentials");
        }
        assert_eq!(login(&mut sari, PASSWORD, None).await.expect(401).code(), "locked");
        let mut root = site.local();
        assert!(root.get(&format!("/api/users/{id}")).await.json()["locked_at"].is_string());
        let unlocked = root.post(&format!("/api/users/{id}/unlock"), &json!({})).await.expect(200).json();
        assert_eq!(unlocked["locked_at"], Value::Null);
        login(&mut sari, PASSWORD, None).await.expect(200);
    })
    .await;
}

/// What an authenticator app makes of a key.
fn decode(key: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for byte in key.bytes().filter(|byte| ALPHABET.contains(byte)) {
        bits = bits << 5 | ALPHABET.iter().position(|one| *one == byte).unwrap() as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_used_and_replaced_by_a_recovery_code() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::Finance).await;
        let started = sari.post("/api/auth/totp/start", &json!({})).await.expect(200).json();
        let key = decode(started["key"].as_str().unwrap());
        let now = || totp::code_at(&key, world.app.now().ms() / 1000).unwrap();
        sari.post("/api/auth/totp/confirm", &json!({ "code": "000000" })).await.expect(422);
        let codes = sari.post("/api/auth/totp/confirm", &json!({ "code": now() })).await.expect(200).json();
        assert_eq!(codes["codes"].as_array().unwrap().len(), 10);

        let mut phone = site.visitor();
        assert_eq!(login(&mut phone, PASSWORD, None).await.expect(401).code(), "totp_required");
        assert_eq!(phone.cookie("aglis_staff"), None);
        world.pass(Duration::from_secs(30));
        login(&mut phone, PASSWORD, Some(&now())).await.expect(200);
        // A code that was seen over the shoulder is worth nothing.
        let mut thief = site.visitor();
        let seen = login(&mut thief, PASSWORD, Some(&now())).await.expect(401);
        assert_ne!(seen.code(), "totp_required");
        let lost = codes["codes"][0].as_str().unwrap();
        login(&mut site.visitor(), PASSWORD, Some(lost)).await.expect(200);
        login(&mut site.visitor(), PASSWORD, Some(lost)).await.expect(401);
        let gone = sari.call(Method::DELETE, "/api/auth/totp", &json!({ "password": PASSWORD })).await;
        assert_eq!(gone.status, 204, "{}", gone.text());
        login(&mut site.visitor(), PASSWORD, None).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_seen_and_ended() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::Noc).await;
        let mut phone = site.visitor().with("user-agent", "A phone");
        signs_in(&mut phone, "sari").await;
        let sessions = sari.get("/api/auth/sessions").await.expect(200).json();
        let sessions = sessions.as_array().unwrap();
        assert_eq!(sessions.len(), 2);
        let other = sessions.iter().find(|one| one["user_agent"] == "A phone").unwrap();
        assert_eq!(other["current"], false);
        let path = format!("/api/auth/sessions/{}", other["id"]);
        let mut tono = staff(&world, &site, "tono", Role::Admin).await;
        tono.call(Method::DELETE, &path, &json!({})).await.expect(404);
        phone.get("/api/auth/me").await.expect(200);
        sari.call(Method::DELETE, &path, &json!({})).await.expect(204);
        phone.get("/api/auth/me").await.expect(401);
        // A new password ends every other session.
        signs_in(&mut phone, "sari").await;
        let wrong = json!({ "current": "wrong", "password": OTHER });
        assert!(matches!(sari.post("/api/auth/password", &wrong).await.status, 401 | 422));
        let body = json!({ "current": PASSWORD, "password": OTHER });
        sari.post("/api/auth/password", &body).await.expect(204);
        sari.get("/api/auth/me").await.expect(200);
        phone.get("/api/auth/me").await.expect(401);
        login(&mut phone, PASSWORD, None).await.expect(401);
        login(&mut phone, OTHER, None).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_what_its_scopes_say_until_it_is_revoked() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let new = json!({ "name": "nightly", "scopes": ["ticket.read"] });
        let made = root.post("/api/tokens", &new).await.expect(201).json();
        let secret = made["secret"].as_str().unwrap();
        let mut script = site.token(secret);
        script.get("/api/tickets").await.expect(200);
        assert_eq!(script.get("/api/customers").await.expect(403).code(), "forbidden");
        script.post("/api/tokens", &json!({ "name": "more", "scopes": [] })).await.expect(403);
        assert_eq!(
            script.get("/api/auth/me").await.expect(200).json()["permissions"],
            json!(["ticket.read"])
        );
        // It is nobody's account: a leaked token must not take one over.
        assert_eq!(script.post("/api/auth/totp/start", &json!({})).await.expect(409).code(), "no_session");
        let listed = root.get("/api/tokens").await.expect(200).text();
        assert!(listed.contains("nightly") && !listed.contains(secret));
        root.call(Method::DELETE, &format!("/api/tokens/{}", made["id"]), &json!({})).await.expect(204);
        script.get("/api/tickets").await.expect(401);
        let short = json!({ "name": "short", "scopes": ["ticket.read"], "expires_in_days": 1 });
        let short = root.post("/api/tokens", &short).await.expect(201).json();
        let mut script = site.token(short["secret"].as_str().unwrap());
        script.get("/api/tickets").await.expect(200);
        world.pass(Duration::from_secs(86_400));
        script.get("/api/tickets").await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_comes_back_by_mail() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::Noc).await;
        let mut nobody = site.visitor();
        for login in ["sari@isp.test", "siapa@isp.test"] {
            let asked = nobody.post("/api/auth/password-reset", &json!({ "login": login })).await.expect(202);
            assert!(asked.body.is_empty(), "the answer does not tell");
        }
        let mut tx = world.app.db.read().await.unwrap();
        let mails: Vec<(String,)> =
            tx.all("SELECT body FROM messages WHERE channel = 'email'", args![]).await.unwrap();
        drop(tx);
        let [(mail,)] = mails.as_slice() else { panic!("{mails:?}") };
        let link = mail.split_whitespace().find(|word| word.contains("/login/reset?token=")).unwrap();
        let secret = link.rsplit('=').next().unwrap();
        let confirm = "/api/auth/password-reset/confirm";
        nobody.post(confirm, &json!({ "secret": secret, "password": "short" })).await.expect(422);
        nobody.post(confirm, &json!({ "secret": secret, "password": OTHER })).await.expect(204);
        let spent = nobody.post(confirm, &json!({ "secret": secret, "password": OTHER })).await.expect(401);
        assert_eq!(spent.code(), "link_spent");
        sari.get("/api/auth/me").await.expect(401);
        login(&mut sari, OTHER, None).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_is_seen_and_changed_and_counts_at_once() {
    both(async |world: World| {
        let site = Site::open(&world.app).await;
        let mut nina = staff(&world, &site, "nina", Role::Noc).await;
        let mut susi = staff(&world, &site, "susi", Role::Supervisor).await;
        let mut root = site.local();
        let roles = root.get("/api/roles").await.expect(200).json();
        let noc = roles.as_array().unwrap().iter().find(|one| one["role"] == "noc").unwrap();
        let right =
            noc["permissions"].as_array().unwrap().iter().find(|one| one["permission"] == "audit.read");
        assert_eq!(right.unwrap()["granted"], false);
        nina.get("/api/audit").await.expect(403);
        let path = "/api/roles/noc/permissions/audit.read";
        root.call(Method::PUT, path, &json!({ "granted": true })).await.expect(200);
        nina.get("/api/audit").await.expect(200);
        susi.call(Method::PUT, path, &json!({ "granted": false })).await.expect(403);
        root.call(Method::PUT, path, &json!({ "granted": false })).await.expect(200);
        nina.get("/api/audit").await.expect(403);
        root.call(Method::PUT, "/api/roles/pilot/permissions/audit.read", &json!({ "granted": true }))
            .await
            .expect(404);
        let no = json!({ "granted": false });
        let kept = root.call(Method::PUT, "/api/roles/admin/permissions/role.manage", &no).await.expect(409);
        assert_eq!(kept.code(), "fixed");
        // That it was refused stands in the audit trail.
        let denied = root.get("/api/audit?kind=access.denied").await.expect(200).json();
        let operations: Vec<&str> = denied["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["data"]["operation"].as_str().unwrap())
            .collect();
        assert!(operations.contains(&"GET /api/audit"), "{operations:?}");
    })
    .await;
}
