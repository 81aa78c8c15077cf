//! What is refused before a use case sees it, and what every answer carries.

use super::{count, signs_in, staff};
use crate::accounts::{PASSWORD, add};
use aglis_core::{
    args,
    config::{self, Config, Sources},
    permission::Role,
};
use aglis_tests::{Backend, Site, World, both, program};
use reqwest::Method;
use serde_json::json;
use std::os::unix::{fs::PermissionsExt, process::CommandExt};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut visitor = site.visitor();
    for path in ["/api/health/live", "/api/tickets", "/api/nothing", "/login", "/customer/login", "/nothing"]
    {
        let reply = visitor.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.header(name), value, "{path} {name}");
        }
        let policy = reply.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{path}: {policy}");
        assert_eq!(reply.header("strict-transport-security"), "", "plain HTTP promises no HTTPS");
        assert!(reply.header("x-request-id").len() >= 8, "{path}");
    }
    let reply = visitor
        .send(visitor.request(Method::GET, "/api/health/live").header("x-request-id", "from-a-proxy-1"))
        .await;
    assert_eq!(reply.header("x-request-id"), "from-a-proxy-1");
    let reply = visitor
        .send(visitor.request(Method::GET, "/api/health/live").header("x-request-id", "a b<script>"))
        .await;
    assert_ne!(reply.header("x-request-id"), "a b<script>");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_of_a_sign_in_is_the_browsers_alone() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    add(&world, "sari", Role::Noc).await;
    let body = json!({ "login": "sari", "password": PASSWORD });
    let plain = site.visitor().post("/api/auth/login", &body).await.expect(200).cookies().join("\n");
    for part in ["aglis_staff=", "; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=43200"] {
        assert!(plain.contains(part), "{plain}");
    }
    assert!(!plain.contains("Secure") && !plain.contains("Domain"), "{plain}");

    let mut config = Config::defaults(world.dir.path()).unwrap();
    config.server.public_url = "https://isp.example".parse().unwrap();
    drop(site);
    let world = World::new(Backend::Sqlite).await;
    add(&world, "sari", Role::Noc).await;
    let site = Site::open(&world.with_config(config)).await;
    let reply = site.visitor().post("/api/auth/login", &body).await.expect(200);
    let secure = reply.cookies().join("\n");
    assert!(secure.starts_with("__Host-aglis_staff=") && secure.contains("; Secure"), "{secure}");
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
    // Under HTTPS the name without the prefix is nobody's.
    let mut visitor = site.visitor();
    signs_in(&mut visitor, "sari").await;
    visitor.get("/api/auth/me").await.expect(200);
    let secret = visitor.cookie("__Host-aglis_staff").unwrap().to_owned();
    let mut other = site.visitor();
    other.set_cookie("aglis_staff", &secret);
    other.get("/api/auth/me").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_can_do_nothing_in_somebodys_name() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut sari = staff(&world, &site, "sari", Role::Admin).await;
    let area = json!({ "name": "Karawang Barat" });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = sari.request(Method::POST, "/api/areas").header(name, value).json(&area);
        let refused = sari.send(request).await.expect(403);
        assert_eq!(refused.code(), "cross_site", "{name}: {value}");
    }
    assert_eq!(count(&world, "SELECT COUNT(*) FROM areas").await, 0);
    let request =
        sari.request(Method::POST, "/api/areas").header("sec-fetch-site", "same-origin").json(&area);
    sari.send(request).await.expect(201);

    // Pages have their forms' token besides.
    sari.get("/account").await.expect(200);
    let token = sari.hidden("/logout").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
    assert_eq!(token.len(), 32);
    for wrong in ["", "0".repeat(32).as_str()] {
        let request = sari.request(Method::POST, "/logout").form(&[("_csrf", wrong)]);
        sari.send(request).await.expect(403);
    }
    let mut tono = staff(&world, &site, "tono", Role::Admin).await;
    tono.get("/account").await.expect(200);
    let theirs = tono.hidden("/logout").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
    sari.send(sari.request(Method::POST, "/logout").form(&[("_csrf", &theirs)])).await.expect(403);
    sari.get("/api/auth/me").await.expect(200);
    sari.send(sari.request(Method::POST, "/logout").form(&[("_csrf", &token)])).await.expect(303);
    sari.get("/api/auth/me").await.expect(401);
    // Before a sign-in the token belongs to the browser.
    let mut nobody = site.visitor();
    nobody.get("/login").await.expect(200);
    let fields = [("login", "sari"), ("password", PASSWORD)];
    site.visitor().send(nobody.request(Method::POST, "/login").form(&fields)).await.expect(403);
    nobody.submit("/login", &fields).await.expect(303);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_told_apart() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut root = site.local();
    let text = |root: &aglis_tests::Guest, body: String| {
        root.request(Method::POST, "/api/areas").header("content-type", "application/json").body(body)
    };
    let cases = [
        (format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20)), 413, "too_large"),
        (format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)), 422, "invalid"),
        (format!("{{\"name\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000)), 422, "invalid"),
        ("{\"name\":\"a\"".to_owned(), 400, "malformed"),
        ("".to_owned(), 400, "malformed"),
        ("{}".to_owned(), 422, "invalid"),
        ("[]".to_owned(), 422, "invalid"),
        ("{\"name\":\"a\",\"nmae\":\"b\"}".to_owned(), 422, "invalid"),
        ("{\"name\":7}".to_owned(), 422, "invalid"),
        ("{\"name\":\"a\",\"latitude\":1e400}".to_owned(), 400, "malformed"),
    ];
    for (body, status, code) in cases {
        let shown = body.chars().take(40).collect::<String>();
        let reply = root.send(text(&root, body)).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{shown}: {}", reply.text());
        assert_eq!(reply.header("content-type"), "application/problem+json", "{shown}");
    }
    let unknown = root.send(text(&root, "{\"name\":\"a\",\"nmae\":\"b\"}".into())).await.json();
    assert_eq!(
        (&unknown["errors"][0]["field"], &unknown["errors"][0]["code"]),
        (&json!("nmae"), &json!("unknown"))
    );
    let missing = root.send(text(&root, "{}".into())).await.json();
    assert_eq!(
        (&missing["errors"][0]["field"], &missing["errors"][0]["code"]),
        (&json!("name"), &json!("required"))
    );
    let form = root.request(Method::POST, "/api/areas").form(&[("name", "a")]);
    assert_eq!(root.send(form).await.expect(415).code(), "not_json");
    assert_eq!(
        root.call(Method::PUT, "/api/areas", &json!({})).await.expect(405).code(),
        "method_not_allowed"
    );
    assert_eq!(root.get("/api/tickets?statsu=open").await.expect(422).json()["errors"][0]["field"], "statsu");
    for path in [
        "/api/areas/x",
        "/api/areas/0",
        "/api/areas/99999999999999999999",
        "/api/files/-1",
        "/api/tickets/TKT0",
    ] {
        assert_eq!(root.get(path).await.expect(404).code(), "not_found", "{path}");
    }
    assert_eq!(count(&world, "SELECT COUNT(*) FROM areas").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_shows_nothing_of_the_inside() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::Admin).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("ALTER TABLE areas RENAME TO areas_gone", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let broken = sari.get("/api/areas").await.expect(500);
        assert_eq!(broken.code(), "internal");
        assert!(broken.json()["request_id"].is_string(), "{}", broken.text());
        let page = sari.get("/customers").await;
        for reply in [&broken, &page] {
            let text = reply.text();
            assert_eq!(reply.status, 500, "{text}");
            for inside in ["SELECT", "no such table", "areas_gone", "does not exist", "sqlx", "relation"] {
                assert!(!text.contains(inside), "{inside}: {text}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_a_proxys_word_only_if_the_proxy_is_known() {
    let world = World::new(Backend::Sqlite).await;
    for (proxies, said, ip) in [
        ("", "203.0.113.9", "127.0.0.1"),
        ("\"127.0.0.1\"", "203.0.113.9", "203.0.113.9"),
        ("\"127.0.0.1\"", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("\"127.0.0.1\", \"203.0.113.0/24\"", "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        ("\"127.0.0.1\"", "nonsense", "127.0.0.1"),
        ("\"127.0.0.1\"", "198.51.100.1, nonsense", "127.0.0.1"),
        ("\"127.0.0.1\"", "::ffff:203.0.113.9", "203.0.113.9"),
    ] {
        let file = format!("trusted_proxies = [{proxies}]\n");
        std::fs::write(world.dir.path().join("aglis.toml"), file).unwrap();
        let sources = Sources::default().flag("data", Some(world.dir.path().to_string_lossy()));
        let config = config::load(&sources).unwrap().config;
        let app = world.beside_with(config).await;
        let site = Site::open(&app).await;
        let mut visitor = site.visitor().with("x-forwarded-for", said);
        visitor.post("/api/auth/login", &json!({ "login": "siapa", "password": "x" })).await.expect(401);
        let mut tx = world.app.db.read().await.unwrap();
        let (seen,): (String,) = tx
            .one("SELECT ip FROM events WHERE kind = 'user.sign_in_failed' ORDER BY id DESC LIMIT 1", args![])
            .await
            .unwrap();
        assert_eq!(seen, ip, "proxies {proxies:?}, said {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_socket_knows_who_is_no_administrator() {
    let daemon = aglis_tests::Daemon::start(Backend::Sqlite, &[]).await;
    let mut command = daemon.command("aglisctl");
    command.args(["ticket", "list", "-o", "json"]);
    if !is_root() {
        // Only root can be somebody else; the daemon's own account is an administrator.
        assert!(command.output().unwrap().status.success());
        return;
    }
    for folder in [daemon.dir.path(), program("aglisctl").parent().unwrap()] {
        let mode = std::fs::metadata(folder).unwrap().permissions().mode();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode | 0o055)).unwrap();
    }
    let home = daemon.dir.path();
    command.env("HOME", home).env("XDG_CONFIG_HOME", home).uid(65_534).gid(65_534);
    let refused = command.output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("unauthenticated"), "{} {said}", refused.status);
    assert!(daemon.ctl(&["ticket", "list", "-o", "json"]).contains('['));
}

/// Whether these tests run as root.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}
