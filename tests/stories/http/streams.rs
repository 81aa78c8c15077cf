//! The live stream: readers that stall, readers that come in crowds, readers whose rights change.

use super::token;
use crate::accounts::{PASSWORD, add};
use aglis_core::{
    accounts::{SignIn, service as accounts, store},
    app::Actor,
    event::{Event, Subject, SubjectKind, emit, seal},
    permission::{Permission, Role},
    types::UserId,
};
use aglis_daemon::{api, page};
use aglis_tests::{Backend, World, both};
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::Request,
    response::Response,
};
use futures_util::StreamExt;
use std::time::Duration;
use tower::ServiceExt;

fn service(world: &World) -> Router {
    api::routes().merge(page::routes(&world.app.config)).into_service(&world.app)
}

/// Asks for the stream and, as long as nobody looks at the body, reads nothing of it.
async fn follow(service: &Router, header: (&str, &str)) -> Response {
    let request = Request::get("/api/events").header(header.0, header.1).body(Body::empty()).unwrap();
    service.clone().oneshot(request).await.unwrap()
}

async fn happens(world: &World, count: usize, subject: SubjectKind, event: &Event) {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    for _ in 0..count {
        emit(&mut tx, &ctx, &Subject::new(subject, 1, "it"), event.clone()).await.unwrap();
    }
    tx.commit().await.unwrap();
    seal::seal_waiting(&world.app.db).await.unwrap();
}

/// The next event's name; none when the stream has ended.
async fn next(stream: &mut BodyDataStream) -> Option<String> {
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("in time")?;
        let text = String::from_utf8(piece.unwrap().to_vec()).unwrap();
        let name = text.lines().find_map(|line| line.strip_prefix("event: "));
        // How many notifications are unread and how the queue stands is told besides.
        if let Some(name) = name.filter(|name| !matches!(*name, "unread" | "queue")) {
            return Some(name.to_owned());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_may_not_follow() {
    let world = World::new(Backend::Sqlite).await;
    let (service, bearer) = (service(&world), format!("Bearer {}", token(&world).await));
    let own = world.app.config.server.public_url.to_string();
    for (name, value, status) in [
        ("origin", own.trim_end_matches('/'), 200),
        ("origin", "https://desk.example", 200),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "none", 200),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "cross-site", 403),
    ] {
        let request = Request::get("/api/events")
            .header("authorization", &bearer)
            .header("host", "desk.example")
            .header(name, value);
        let answer = service.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), status, "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_stall_hold_no_connection() {
    both(async |world| {
        let (service, bearer) = (service(&world), format!("Bearer {}", token(&world).await));
        let mut stalled = Vec::new();
        for _ in 0..10 {
            let response = follow(&service, ("authorization", &bearer)).await;
            assert_eq!(response.status(), 200);
            stalled.push(response);
        }
        // More than lies between a stream and its reader.
        happens(&world, 300, SubjectKind::System, &Event::SettingChanged { key: "k".into() }).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut held = Vec::new();
        for n in 0..8 {
            let free = tokio::time::timeout(Duration::from_secs(3), world.app.db.read()).await;
            held.push(free.unwrap_or_else(|_| panic!("connection {n} is taken")).unwrap());
        }
        drop(stalled);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_actor_has_sixteen_streams_and_an_unread_one_ends() {
    let world = World::new(Backend::Sqlite).await;
    let (service, bearer) = (service(&world), format!("Bearer {}", token(&world).await));
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(follow(&service, ("authorization", &bearer)).await);
    }
    let refused = follow(&service, ("authorization", &bearer)).await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"30".parse().unwrap()));
    let other = format!("Bearer {}", token(&world).await);
    assert_eq!(follow(&service, ("authorization", &other)).await.status(), 200, "others have their own");

    // One that goes away makes room at once, ...
    open.pop();
    let again = tokio::time::timeout(Duration::from_secs(5), async {
        while follow(&service, ("authorization", &bearer)).await.status() != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    again.await.expect("room for another one");
    // ... one that takes nothing after half a minute.
    happens(&world, 300, SubjectKind::System, &Event::SettingChanged { key: "k".into() }).await;
    tokio::time::sleep(Duration::from_secs(25)).await;
    let mut first = open.remove(0).into_body().into_data_stream();
    let mut seen = 0;
    while seen < 32 {
        assert!(next(&mut first).await.is_some(), "it is still there after {seen}");
        seen += 1;
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut second = open.remove(0).into_body().into_data_stream();
    let mut seen = 0;
    while next(&mut second).await.is_some() {
        seen += 1;
    }
    assert!(seen < 100, "what lay between was read, then it ended: {seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_follows_the_rights_of_now() {
    both(async |world| {
        let id: UserId = add(&world, "nina", Role::Noc).await;
        let body = SignIn { login: "nina".into(), password: PASSWORD.into(), code: None };
        let signed = accounts::sign_in(&world.ctx(Actor::Anonymous), body).await.unwrap();
        let cookie = format!("aglis_staff={}", signed.token);
        let mut stream = follow(&service(&world), ("cookie", &cookie)).await.into_body().into_data_stream();
        assert_eq!(next(&mut stream).await.as_deref(), Some("ready"));
        happens(&world, 1, SubjectKind::Package, &Event::PackageCreated {}).await;
        assert_eq!(next(&mut stream).await.as_deref(), Some("package.created"));

        let mut tx = world.app.db.write().await.unwrap();
        store::roles::set(&mut tx, Role::Noc, Permission::CatalogRead, false).await.unwrap();
        tx.commit().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5500)).await;
        happens(&world, 1, SubjectKind::Package, &Event::PackageCreated {}).await;
        happens(&world, 1, SubjectKind::Technician, &Event::TechnicianCreated {}).await;
        assert_eq!(next(&mut stream).await.as_deref(), Some("technician.created"));

        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE users SET active = FALSE WHERE id = $1", aglis_core::args![id]).await.unwrap();
        tx.commit().await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(7), next(&mut stream)).await;
        assert_eq!(ended.expect("within the next look"), None);
    })
    .await;
}
