//! Connections that say nothing, too many of them, and requests that take long.

use super::{count, customer, photo};
use aglis_core::{app::App, config::Config};
use aglis_tests::{Backend, Daemon, Guest, Site, World, both};
use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn address(url: &str) -> &str {
    url.trim_start_matches("http://")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_is_closed() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let begun = Instant::now();
    let mut silent = Vec::new();
    for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HTT", b"POST / HTTP/1.1\r\nHost: a\r\n"] {
        let mut connection = TcpStream::connect(address(&site.url)).await.unwrap();
        connection.write_all(said).await.unwrap();
        silent.push((said, connection));
    }
    for (said, mut connection) in silent {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(20), connection.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "after {:?} it is still open", String::from_utf8_lossy(said));
    }
    assert!(begun.elapsed() > Duration::from_secs(5), "a slow client has some time");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_counted_and_the_local_socket_has_its_own() {
    let daemon = Daemon::start_with(Backend::Sqlite, &[], &[("AGLIS_HTTP_CONNECTIONS", "16")]).await;
    let mut idle = Vec::new();
    for _ in 0..16 {
        idle.push(TcpStream::connect(address(&daemon.url)).await.unwrap());
    }
    let live = format!("{}/api/health/live", daemon.url);
    let client = || reqwest::Client::builder().timeout(Duration::from_secs(2)).build().unwrap();
    let refused = client().get(&live).send().await.unwrap_err();
    assert!(refused.is_timeout(), "{refused:?}");
    let local = daemon.local().get("http://local/api/health/live").send().await.unwrap();
    assert_eq!(local.status(), 204);
    idle.pop();
    assert_eq!(client().get(&live).send().await.unwrap().status(), 204);
}

/// The installation with a second for a request that is no upload.
fn impatient(world: &World) -> App {
    let mut config = Config::defaults(world.dir.path()).unwrap();
    config.http.timeout = Duration::from_secs(1);
    world.with_config(config)
}

/// A body that takes 2.5 seconds to come.
fn slowly(bytes: Vec<u8>) -> reqwest::Body {
    let pieces: Vec<Vec<u8>> = bytes.chunks(bytes.len().div_ceil(5)).map(<[u8]>::to_vec).collect();
    reqwest::Body::wrap_stream(stream::iter(pieces).then(|piece| async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok::<_, std::io::Error>(piece)
    }))
}

async fn a_ticket(root: &mut Guest, customer: &str) -> String {
    let new = json!({ "customer_id": customer.parse::<i64>().unwrap(), "type": "repair", "category": "connection_down", "title": "Internet mati", "description": "mati total" });
    let ticket = root.post("/api/tickets", &new).await.expect(201).json();
    ticket["number"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_may_take_longer_than_another_request() {
    both(async |world| {
        let site = Site::open(&impatient(&world)).await;
        let mut root = site.local();
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let number = a_ticket(&mut root, &budi.id.to_string()).await;

        let mut body =
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n".to_vec();
        body.extend(photo(1));
        body.extend(b"\r\n--b--\r\n");
        let upload = root
            .request(Method::POST, &format!("/api/tickets/{number}/attachments"))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(slowly(body));
        root.send(upload).await.expect(201);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM files").await, 1);

        let begun = Instant::now();
        let slow = root
            .request(Method::POST, "/api/areas")
            .header("content-type", "application/json")
            .body(slowly(br#"{"name":"Karawang Barat"}"#.to_vec()));
        let given_up = root.send(slow).await.expect(503);
        assert_eq!((given_up.code().as_str(), given_up.header("retry-after").as_str()), ("timeout", "5"));
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM areas").await, 0);
    })
    .await;
}
