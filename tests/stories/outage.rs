//! A database that goes away and comes back.

use aglis_tests::{Backend, Daemon, Server, fresh_database};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// A cable between the daemon and its database that can be cut.
pub(crate) struct Cable {
    pub(crate) port: u16,
    whole: Arc<watch::Sender<bool>>,
}

impl Cable {
    pub(crate) async fn to(server: &str) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let whole = Arc::new(watch::Sender::new(true));
        let (server, state) = (server.to_owned(), whole.clone());
        tokio::spawn(async move {
            let mut through = JoinSet::new();
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut state = state.subscribe();
                if !*state.borrow_and_update() {
                    continue;
                }
                let server = server.clone();
                through.spawn(async move {
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = state.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Cable { port, whole }
    }

    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

/// The address of a database, by way of a cable to its server.
fn by_way_of(url: &str, cable: &Cable) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let user = authority.rsplit_once('@').map_or(String::new(), |(user, _)| format!("{user}@"));
    format!("{scheme}://{user}127.0.0.1:{}/{path}", cable.port)
}

pub(crate) fn server_of(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let authority = rest.split(['/', '?']).next().unwrap();
    let host = authority.rsplit('@').next().unwrap();
    if host.contains(':') { host.to_owned() } else { format!("{host}:5432") }
}

async fn area(daemon: &Daemon, name: &str) -> (u16, Value, Option<String>) {
    let reply =
        daemon.local().post("http://local/api/areas").json(&json!({ "name": name })).send().await.unwrap();
    let retry = reply.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (reply.status().as_u16(), reply.json().await.unwrap(), retry)
}

async fn names(daemon: &Daemon) -> Vec<String> {
    let areas = daemon.get("/api/areas").await;
    areas["items"].as_array().unwrap().iter().map(|area| area["name"].as_str().unwrap().to_owned()).collect()
}

/// Every kind of request while the database is away.
async fn refused(daemon: &Daemon, token: &str) {
    let begun = Instant::now();
    for n in 0..12 {
        let (status, problem, retry) = area(daemon, &format!("Hilang {n}")).await;
        assert_eq!(
            (status, &problem["code"], retry.as_deref()),
            (503, &json!("unavailable"), Some("5")),
            "{problem}"
        );
        let said = problem.to_string();
        for inside in ["127.0.0.1", "refused", "SQL", "disk I/O", "os error"] {
            assert!(!said.contains(inside), "{said}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "nobody waits long: {:?}", begun.elapsed());
    let tickets = reqwest::Client::new().get(format!("{}/api/tickets", daemon.url));
    let reply = tickets.bearer_auth(token).send().await.unwrap();
    assert_eq!(reply.status(), 503, "a token that cannot be looked up is not a wrong one");
}

async fn back_within_five_seconds(daemon: &Daemon) {
    let begun = Instant::now();
    loop {
        let (status, problem, _) = area(daemon, "Karawang Timur").await;
        if status == 201 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}: {problem}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A socket as systemd's, and how often it heard that the service lives.
pub(crate) fn service_manager(folder: &Path) -> (String, Arc<AtomicUsize>) {
    let path = folder.join("notify");
    let socket = tokio::net::UnixDatagram::bind(&path).unwrap();
    let heard = Arc::new(AtomicUsize::new(0));
    let count = heard.clone();
    tokio::spawn(async move {
        let mut said = [0; 256];
        while let Ok(length) = socket.recv(&mut said).await {
            let lives = String::from_utf8_lossy(&said[..length]).contains("WATCHDOG=1");
            count.fetch_add(usize::from(lives), Ordering::Relaxed);
        }
    });
    (path.display().to_string(), heard)
}

async fn token(daemon: &Daemon) -> String {
    let made = daemon.ctl_json(&["token", "create", "--name", "story", "--scope", "ticket.read"]);
    made["secret"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_postgresql_is_said_and_nothing_is_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let url = fresh_database(Backend::Postgres, dir.path()).await;
    let cable = Cable::to(&server_of(&Server::from_env().postgres)).await;
    let (manager, pings) = service_manager(dir.path());
    let env = [
        ("AGLIS_DATABASE_URL", by_way_of(&url, &cable)),
        ("NOTIFY_SOCKET", manager),
        ("WATCHDOG_USEC", "1000000".to_owned()),
    ];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let daemon = Daemon::start_with(Backend::Postgres, &[], &env).await;
    let token = token(&daemon).await;
    assert_eq!(area(&daemon, "Karawang Barat").await.0, 201);

    cable.cut();
    refused(&daemon, &token).await;
    let before = pings.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let heard = pings.load(Ordering::Relaxed) - before;
    assert!(heard >= 3, "the service manager would kill it: {heard} signs of life in three seconds");
    let ready = daemon.local().get("http://local/api/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 503);
    let health = daemon.local().get("http://local/api/health").send().await.unwrap();
    assert_eq!(health.status(), 503);
    let health: Value = health.json().await.unwrap();
    assert_eq!(
        (&health["checks"][0]["name"], &health["checks"][0]["ok"]),
        (&json!("database"), &json!(false))
    );
    let live = daemon.local().get("http://local/api/health/live").send().await.unwrap();
    assert_eq!(live.status(), 204, "the process itself is well");

    cable.mend();
    back_within_five_seconds(&daemon).await;
    assert_eq!(names(&daemon).await, ["Karawang Barat", "Karawang Timur"]);
    assert_eq!(daemon.get("/api/audit/verify").await["intact"], true);
    let tickets = reqwest::Client::new().get(format!("{}/api/tickets", daemon.url));
    assert_eq!(tickets.bearer_auth(&token).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_nothing_is_half_written() {
    let Some(disk) = crate::disk::Disk::of("4m") else { return };
    let database = format!("sqlite:{}", disk.path().join("aglis.db").display());
    let daemon = Daemon::start_with(Backend::Sqlite, &[], &[("AGLIS_DATABASE_URL", &database)]).await;
    let token = token(&daemon).await;
    assert_eq!(area(&daemon, "Karawang Barat").await.0, 201);
    disk.fill();
    let mut n = 0;
    // Room that the database has already is used up first.
    let (problem, retry) = loop {
        let (status, problem, retry) = area(&daemon, &format!("Sementara {n:04}")).await;
        if status != 201 {
            assert_eq!(status, 503, "{problem}");
            break (problem, retry);
        }
        n += 1;
        assert!(n < 5000, "the disk never fills up");
    };
    assert_eq!((&problem["code"], retry.as_deref()), (&json!("unavailable"), Some("5")));
    let before = names(&daemon).await;
    assert_ne!(area(&daemon, "Hilang").await.0, 500);
    let reading = reqwest::Client::new().get(format!("{}/api/tickets", daemon.url));
    assert_eq!(reading.bearer_auth(&token).send().await.unwrap().status(), 200, "reading goes on");
    disk.clear();
    back_within_five_seconds(&daemon).await;
    let after = names(&daemon).await;
    assert!(before.iter().all(|name| after.contains(name)) && after.contains(&"Karawang Timur".to_owned()));
    assert_eq!(daemon.get("/api/audit/verify").await["intact"], true);
}
