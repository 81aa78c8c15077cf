//! The log of a daemon that says as much as it can.

use crate::accounts::PASSWORD;
use aglis_core::types::Phone;
use aglis_tests::{Backend, Daemon, eventually};
use serde_json::{Value, json};
use std::io::Write;

const PHONE: &str = "0812-7000-1234";
const MAIL: &str = "budi.santoso@example.com";

async fn tell(backend: Backend) {
    let env = [("AGLIS_LOG_LEVEL", "debug,hyper=info,h2=info"), ("AGLIS_LOG_FORMAT", "json")];
    let daemon = Daemon::start_with(backend, &[], &env).await;
    let (local, network) = (daemon.local(), reqwest::Client::new());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(PASSWORD.as_bytes()).unwrap();
    let path = file.path().display().to_string();
    daemon.ctl(&["user", "create", "--role", "admin", "--username", "rina", "--password-file", &path]);
    let body = json!({ "type": "residential", "name": "Budi Santoso", "phone": PHONE, "email": MAIL, "address": "Jl. Rahasia 99" });
    let customer: Value =
        local.post("http://local/api/customers").json(&body).send().await.unwrap().json().await.unwrap();
    let number = customer["number"].as_str().unwrap();
    let token: Value = local
        .post("http://local/api/tokens")
        .json(&json!({ "name": "script", "scopes": [] }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let token = token["secret"].as_str().unwrap();

    let mut secrets = vec![PASSWORD.to_owned(), token.to_owned(), MAIL.to_owned(), "Rahasia 99".to_owned()];
    for password in [PASSWORD, "a wrong password of rina"] {
        let body = json!({ "login": "rina", "password": password });
        let reply = network.post(format!("{}/api/auth/login", daemon.url)).json(&body).send().await.unwrap();
        if let Some(cookie) = reply.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            secrets.push(cookie.split(['=', ';']).nth(1).unwrap().to_owned());
        }
    }
    secrets.push("a wrong password of rina".to_owned());
    for path in [
        format!("/api/customers?q={}", PHONE.replace('-', "")),
        format!("/api/customers/{}", PHONE.replace('-', "")),
        "/api/customers?q=budi.santoso".to_owned(),
        format!("/api/customers/{number}/nothing"),
    ] {
        network.get(format!("{}{path}", daemon.url)).bearer_auth(token).send().await.unwrap();
    }
    let reveal = format!("{}/api/customers/{number}/reveal", daemon.url);
    network.post(reveal).bearer_auth(token).send().await.unwrap();
    let wrong = format!("{}/api/tickets", daemon.url);
    network.get(wrong).bearer_auth("aglis_a-token-that-is-none").send().await.unwrap();
    secrets.push("a-token-that-is-none".to_owned());

    let ask = network.post(format!("{}/api/customer-portal/request-otp", daemon.url));
    let asked = ask.json(&json!({ "phone": PHONE })).send().await.unwrap();
    let browser = asked.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let to = PHONE.parse::<Phone>().unwrap();
    let link = eventually("the code", async || {
        let found = daemon.get(&format!("/api/sandbox/messages?to={}", to.digits())).await;
        let body = found["items"][0]["body"].as_str()?.to_owned();
        body.split_whitespace().find(|word| word.contains("/customer/login/")).map(str::to_owned)
    })
    .await;
    let code = link.rsplit('/').next().unwrap().to_owned();
    // What is looked at before it is used stands in an address.
    network.get(&link).send().await.unwrap();
    let verify = network.post(format!("{}/api/customer-portal/verify-otp", daemon.url));
    let body = json!({ "phone": PHONE, "code": &code });
    let inside = verify.header("cookie", &browser).json(&body).send().await.unwrap();
    assert_eq!(inside.status(), 200);
    let cookie = inside.headers()["set-cookie"].to_str().unwrap();
    secrets.push(cookie.split(['=', ';']).nth(1).unwrap().to_owned());
    secrets.extend([
        browser.split('=').nth(1).unwrap().to_owned(),
        format!("/{code}"),
        format!("\"{code}\""),
    ]);
    secrets.extend(["812-7000-1234", "81270001234", "budi.santoso"].map(str::to_owned));

    let log = daemon.log();
    assert!(log.contains("/api/customers/{id}"), "the log says which operations there were:\n{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_secret_and_nobodys_data_on_sqlite() {
    tell(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_secret_and_nobodys_data_on_postgresql() {
    tell(Backend::Postgres).await;
}
