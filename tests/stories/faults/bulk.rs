//! A code behind a broadcast.

use super::*;
use aglis_core::queue::JobPriority;
use aglis_tests::Backend;

/// Copies a message to so many other people and queues the copies as a broadcast.
async fn broadcast(app: &App, backend: Backend, first: MessageId, size: i64) {
    let mut tx = app.db.write().await.unwrap();
    tx.run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
         INSERT INTO messages (direction, channel, kind, address, template, locale, body, status, created_at, expires_at) \
         SELECT direction, channel, 'bulk', '+62815' || CAST(10000000 + n.i AS TEXT), template, locale, body, 'queued', \
         created_at, expires_at FROM messages CROSS JOIN n WHERE messages.id = $2",
        args![size, first],
    )
    .await
    .unwrap();
    // As they are queued, only faster.
    let payload = match backend {
        Backend::Sqlite => "'{\"message_id\":' || id || '}'",
        Backend::Postgres => "CAST('{\"message_id\":' || id || '}' AS JSONB)",
    };
    let queued = tx
        .run(
            format!(
                "INSERT INTO jobs (kind, queue, priority, payload, unique_key, run_at, max_attempts, created_at) \
                 SELECT 'send-bulk', 'messages', $1, {payload}, CAST(id AS TEXT), created_at, 3, created_at \
                 FROM messages WHERE kind = 'bulk' ORDER BY id"
            ),
            args![JobPriority::Low.rank()],
        )
        .await
        .unwrap();
    assert_eq!(i64::try_from(queued), Ok(size));
    tx.commit().await.unwrap();
}

async fn a_code_overtakes_a_broadcast(backend: Backend) {
    let gateway = Gateway::start(Duration::from_millis(100)).await;
    let mut daemon = gateway.daemon(backend, &[]).await;
    let app = daemon.app().await;
    let first = notice(&app, 1).await;
    until("the first is sent", async || status(&app, first).await == MessageStatus::Sent).await;
    daemon.kill();
    broadcast(&app, backend, first, if long() { 100_000 } else { 20_000 }).await;
    daemon.restart().await;
    until("the broadcast is under way", async || gateway.calls(None).len() > 20).await;
    for n in 0..5 {
        let asked = Instant::now();
        otp(&app, n).await;
        let address = otp_phone(n);
        until("the code is on its way", async || !gateway.calls(Some(&address)).is_empty()).await;
        let took = gateway.calls(Some(&address))[0].at.duration_since(asked);
        assert!(took < Duration::from_secs(1), "{backend:?}: {took:?}");
    }
    let waiting =
        number(&app, "SELECT COUNT(*) FROM messages WHERE kind = 'bulk' AND status = 'queued'").await;
    assert!(waiting > 10_000, "the broadcast was over: {waiting}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_starts_within_a_second_behind_a_broadcast_on_sqlite() {
    a_code_overtakes_a_broadcast(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_starts_within_a_second_behind_a_broadcast_on_postgres() {
    a_code_overtakes_a_broadcast(Backend::Postgres).await;
}
