//! A Redis that goes away, forgets everything and comes back.

use super::*;
use crate::outage::{Cable, server_of};
use aglis_tests::{Backend, Daemon, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A database of the server that no other story uses.
const OURS: u32 = 7;

async fn forget_everything(server: &str) {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(format!("SELECT {OURS}\r\nFLUSHDB\r\n").as_bytes()).await.unwrap();
    let mut said = String::new();
    while said.matches("+OK").count() < 2 {
        let mut part = [0; 256];
        let length = stream.read(&mut part).await.unwrap();
        assert!(length > 0 && !said.contains('-'), "{said}");
        said.push_str(&String::from_utf8_lossy(&part[..length]));
    }
}

/// What health says of Redis, and of the whole.
async fn health(daemon: &Daemon) -> (bool, bool, String) {
    let health = daemon.get("/api/health").await;
    let redis = health["checks"].as_array().unwrap().iter().find(|check| check["name"] == "redis").unwrap();
    (
        redis["ok"].as_bool().unwrap(),
        health["healthy"].as_bool().unwrap(),
        health["status"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_messages_go_on_and_nothing_is_lost() {
    let server = server_of(&Server::from_env().redis);
    let cable = Cable::to(&server).await;
    let url = format!("redis://127.0.0.1:{}/{OURS}", cable.port);
    let gateway = Gateway::start(Duration::from_millis(60)).await;
    let daemon = gateway.daemon(Backend::Postgres, &[("AGLIS_REDIS_URL", &url)]).await;
    let app = daemon.app().await;
    assert!(health(&daemon).await.0);

    let mut addresses = crowd(&app, 150, 10).await;
    until("messages are under way", async || gateway.calls(None).len() > 20).await;
    forget_everything(&server).await;
    let seen = gateway.calls(None).len();
    until("it goes on after Redis forgot", async || gateway.calls(None).len() > seen + 10).await;
    cable.cut();
    until("health says so", async || health(&daemon).await == (false, true, "degraded".to_owned())).await;
    for n in 1000..1020 {
        notice(&app, n).await;
        otp(&app, n).await;
        addresses.extend([notice_phone(n), otp_phone(n)]);
    }
    settled(&app).await;
    cable.mend();
    until("it recovers by itself", async || health(&daemon).await.0).await;
    for n in 1020..1025 {
        otp(&app, n).await;
        addresses.push(otp_phone(n));
    }
    settled(&app).await;
    nothing_lost(&app, &gateway, &addresses, 0, "Redis").await;
}
