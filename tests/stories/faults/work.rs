//! `aglisd work`: a worker without HTTP.

use super::*;
use crate::outage::service_manager;
use aglis_tests::{Backend, Daemon};
use std::{process::Output, sync::atomic::Ordering};

fn refused(output: &Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    let said: Vec<_> = text.lines().filter(|line| line.starts_with("aglisd: ")).collect();
    assert_eq!((output.status.code(), said.len()), (Some(6), 1), "{text}");
    for word in ["aglis.db", "one process per SQLite file", "PostgreSQL"] {
        assert!(said[0].contains(word), "{word:?} is not in {:?}", said[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_has_one_process() {
    let gateway = Gateway::start(Duration::ZERO).await;
    let mut daemon = gateway.daemon(Backend::Sqlite, &[]).await;
    let app = daemon.app().await;
    refused(&daemon.command("aglisd").arg("work").output().unwrap());
    // The same file from another data folder is the same file.
    let elsewhere = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", daemon.dir.path().join("aglis.db").display());
    let mut second = daemon.command("aglisd");
    second.arg("serve").args(["--listen", "127.0.0.1:0", "--data"]).arg(elsewhere.path());
    refused(&second.env("AGLIS_DATABASE_URL", &file).output().unwrap());

    assert!(daemon.stop().await.success());
    let mut work = daemon.beside("work", &["work"], &[]).await;
    let serve = daemon.command("aglisd").args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    refused(&serve);
    let id = otp(&app, 1).await;
    until("the worker sends it", async || status(&app, id).await == MessageStatus::Sent).await;
    assert!(work.stop().await.success(), "{}", work.log());
    daemon.restart().await;
    daemon.kill();
    daemon.restart().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_the_service_manager_serves_figures_and_opens_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (manager, pings) = service_manager(dir.path());
    let metrics = format!("127.0.0.1:{}", aglis_tests::free_port());
    let listen = format!("127.0.0.1:{}", aglis_tests::free_port());
    let gateway = Gateway::start(Duration::ZERO).await;
    let daemon: Daemon = gateway.daemon(Backend::Postgres, &[]).await;
    let env = [
        ("NOTIFY_SOCKET", manager.as_str()),
        ("WATCHDOG_USEC", "500000"),
        ("AGLIS_METRICS_LISTEN", &metrics),
        ("AGLIS_LISTEN", &listen),
    ];
    let mut work = daemon.beside("work", &["work"], &env).await;
    until("it gives signs of life", async || pings.load(Ordering::Relaxed) > 1).await;
    let figures = reqwest::get(format!("http://{metrics}/metrics")).await.unwrap();
    assert_eq!(figures.status(), 200);
    assert!(reqwest::get(format!("http://{listen}/api/health/live")).await.is_err(), "it listens");

    let taken = daemon.command("aglisd").arg("work").env("AGLIS_METRICS_LISTEN", &metrics).output().unwrap();
    let text = String::from_utf8_lossy(&taken.stderr);
    assert_eq!(taken.status.code(), Some(6), "{text}");
    assert!(text.contains("AGLIS_METRICS_LISTEN"), "{text}");
    assert!(work.stop().await.success(), "{}", work.log());
}
