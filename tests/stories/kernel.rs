//! The database seam, the shared commits and the chain of events, on both databases.

use aglis_core::{
    args,
    db::{DbError, Query},
    event::{self, Event, Subject, emit},
    types::Time,
};
use aglis_tests::{Backend, World, both};

#[tokio::test(flavor = "multi_thread")]
async fn values_come_back_as_they_went() {
    both(async |world| {
        let mut tx = world.app.db.write().await.unwrap();
        let now = world.app.now();
        tx.run(
            "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)",
            args!["a", serde_json::json!({"b": [1, "ü"]}), now],
        )
        .await
        .unwrap();
        let (value, at): (sqlx_json::Json, Time) =
            tx.one("SELECT value, updated_at FROM settings WHERE key = $1", args!["a"]).await.unwrap();
        assert_eq!((value.0, at), (serde_json::json!({"b": [1, "ü"]}), now));
        let (none,): (Option<i64>,) =
            tx.one("SELECT CAST($1 AS BIGINT)", args![Option::<i64>::None]).await.unwrap();
        assert_eq!(none, None);
        let mut query = Query::new("SELECT key FROM settings WHERE key IN ");
        query.bind_list(["a", "b"]);
        assert_eq!(tx.all_of::<(String,)>(query).await.unwrap(), [("a".to_owned(),)]);
        let again = tx
            .run(
                "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)",
                args!["a", serde_json::json!(1), now],
            )
            .await;
        assert!(matches!(again, Err(DbError::Constraint(_))), "{again:?}");
    })
    .await;
}

mod sqlx_json {
    pub type Json = aglis_core::db::Json<serde_json::Value>;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_is_undone_and_hurts_nobody_in_the_same_commit() {
    both(async |world| {
        let tasks: Vec<_> = (0..60)
            .map(|n| {
                let db = world.app.db.clone();
                let now = world.app.now();
                tokio::spawn(async move {
                    let mut tx = db.write().await.unwrap();
                    tx.run(
                        "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)",
                        args![format!("{n:02}"), serde_json::json!(n), now],
                    )
                    .await
                    .unwrap();
                    if n % 3 == 0 {
                        return false;
                    }
                    tx.commit().await.is_ok()
                })
            })
            .collect();
        let mut kept = 0;
        for task in tasks {
            kept += i64::from(task.await.unwrap());
        }
        let mut tx = world.app.db.read().await.unwrap();
        let (rows,): (i64,) = tx.one("SELECT COUNT(*) FROM settings", args![]).await.unwrap();
        assert_eq!((kept, rows), (40, 40));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_gives_up_waiting_leaves_no_commit_behind() {
    let world = World::new(Backend::Sqlite).await;
    let db = world.app.db.clone();
    for round in 0..50_i64 {
        let mut first = db.write().await.unwrap();
        first
            .run(
                "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)",
                args![round.to_string(), serde_json::json!(1), world.app.now()],
            )
            .await
            .unwrap();
        let impatient = tokio::spawn({
            let db = db.clone();
            async move { db.write().await.map(drop) }
        });
        tokio::task::yield_now().await;
        let committing = tokio::spawn(first.commit());
        impatient.abort();
        tokio::time::timeout(std::time::Duration::from_secs(5), committing)
            .await
            .expect("the commit is not forgotten")
            .unwrap()
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_names_the_entry_that_was_edited_deleted_or_reordered() {
    both(async |world| {
        let ctx = world.root();
        for n in 0..20 {
            let mut tx = world.app.db.write().await.unwrap();
            emit(&mut tx, &ctx, &Subject::system("test"), Event::SettingChanged { key: format!("k{n}") })
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(event::seal::seal_waiting(&world.app.db).await.unwrap(), 20);
        let report = event::verify(&world.app.db).await.unwrap();
        assert!(report.intact, "{report:?}");
        assert_eq!((report.checked, report.unsealed), (20, 0));

        for (damage, repair, seq) in [
            (
                "UPDATE events SET payload = '{}' WHERE seq = 7",
                "UPDATE events SET payload = '{\"key\":\"k6\"}' WHERE seq = 7",
                7,
            ),
            (
                "UPDATE events SET actor_name = 'nobody' WHERE seq = 3",
                "UPDATE events SET actor_name = 'root' WHERE seq = 3",
                3,
            ),
            ("UPDATE events SET seq = 99 WHERE seq = 12", "UPDATE events SET seq = 12 WHERE seq = 99", 12),
            ("UPDATE event_chain SET head_seq = 21", "UPDATE event_chain SET head_seq = 20", 21),
            ("DELETE FROM events WHERE seq = 20", "SELECT 1", 20),
        ] {
            let mut tx = world.app.db.write().await.unwrap();
            tx.run(damage, args![]).await.unwrap();
            tx.commit().await.unwrap();
            let report = event::verify(&world.app.db).await.unwrap();
            assert_eq!((report.intact, report.broken_seq), (false, Some(seq)), "{damage}: {report:?}");
            let mut tx = world.app.db.write().await.unwrap();
            tx.run(repair, args![]).await.unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_sealed_once_by_any_number_of_sealers() {
    both(async |world| {
        let writers: Vec<_> = (0..50)
            .map(|_| {
                let ctx = world.root();
                tokio::spawn(async move {
                    let mut tx = ctx.app.db.write().await.unwrap();
                    emit(&mut tx, &ctx, &Subject::system("test"), Event::SettingChanged { key: "k".into() })
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                    event::seal::seal_waiting(&ctx.app.db).await.unwrap();
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let report = event::verify(&world.app.db).await.unwrap();
        assert!(report.intact, "{report:?}");
        assert_eq!((report.checked, report.unsealed), (50, 0));
    })
    .await;
}
