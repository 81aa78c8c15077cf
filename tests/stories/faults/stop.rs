//! Processes that are told to stop in the middle of their work.

use super::*;
use aglis_tests::Backend;

async fn stopped_in_the_middle(backend: Backend) {
    let gateway = Gateway::start(Duration::from_millis(400)).await;
    let mut daemon = gateway.daemon(backend, &[]).await;
    let mut work = match backend {
        Backend::Postgres => Some(daemon.beside("work", &["work"], &[]).await),
        Backend::Sqlite => None,
    };
    let app = daemon.app().await;
    let addresses = crowd(&app, 120, 10).await;
    until("messages are under way", async || gateway.calls(None).len() >= 8).await;
    let others = async {
        if let Some(work) = &mut work {
            assert!(work.stop().await.success(), "{}", work.log());
        }
    };
    let (ended, ()) = tokio::join!(daemon.stop(), others);
    assert!(ended.success(), "{ended}");
    let statuses = statuses(&app).await;
    let count = |word: &str| statuses.values().filter(|status| *status == word).count();
    let arrived = gateway.calls(None).len();
    assert_eq!((count("sending"), count("unknown"), count("sent")), (0, 0, arrived), "{backend:?}");
    assert!(arrived < addresses.len(), "it was stopped in the middle");
    assert_eq!(
        number(&app, "SELECT COUNT(*) FROM workers").await,
        0,
        "nobody waits for the lease of the stopped"
    );

    daemon.restart().await;
    settled(&app).await;
    nothing_lost(&app, &gateway, &addresses, 0, &format!("{backend:?}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_sends_under_way_end_on_sqlite() {
    stopped_in_the_middle(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_sends_under_way_end_on_postgres() {
    stopped_in_the_middle(Backend::Postgres).await;
}
