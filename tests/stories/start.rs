//! Starting and stopping the daemon, also where something is in the way.

use crate::disk::Disk;
use aglis_tests::{Backend, Browser, Daemon, program};
use std::process::{Command, Output};

fn serve(dir: &std::path::Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(program("aglisd"))
        .env("AGLIS_DATA", dir)
        .envs(env.iter().copied())
        .arg("serve")
        .args(args)
        .output()
        .expect("aglisd runs")
}

fn one_line(output: &Output, code: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    let said: Vec<_> = text.lines().filter(|line| line.starts_with("aglisd: ")).collect();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(said.len(), 1, "{text}");
    for word in words {
        assert!(said[0].contains(word), "{word:?} is not in {:?}", said[0]);
    }
    assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_folder_or_port_is_refused_in_one_line() {
    let first = Daemon::start(Backend::Sqlite, &[]).await;
    let address = first.url.trim_start_matches("http://").to_owned();
    one_line(&serve(first.dir.path(), &["--listen", "127.0.0.1:0"], &[]), 6, &["another aglisd"]);
    let elsewhere = tempfile::tempdir().unwrap();
    one_line(&serve(elsewhere.path(), &["--listen", &address], &[]), 6, &[&address, "another program"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_said_in_one_line_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    one_line(&serve(&file.join("below"), &["--listen", "127.0.0.1:0"], &[]), 1, &["data folder"]);
    one_line(
        &serve(dir.path(), &["--listen", "127.0.0.1:0"], &[("AGLIS_DATABASE_URL", "mysql://x")]),
        2,
        &["database"],
    );
    one_line(
        &serve(
            dir.path(),
            &["--listen", "127.0.0.1:0"],
            &[("AGLIS_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")],
        ),
        7,
        &["unavailable"],
    );
    let config = dir.path().join("aglis.toml");
    std::fs::write(&config, "lisen = \"127.0.0.1:0\"\n").unwrap();
    one_line(&serve(dir.path(), &["--config", &config.display().to_string()], &[]), 2, &["lisen", "listen"]);
}

#[test]
fn a_full_or_locked_disk_is_said_in_one_line() {
    let Some(disk) = Disk::of("256k") else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    let (full, uploads) = (disk.path().join("data"), disk.path().join("uploads"));
    let kept_there = uploads.display().to_string();
    let uploads_there = [("AGLIS_UPLOADS_DIR", kept_there.as_str())];
    for folder in [&full, &uploads] {
        std::fs::create_dir(folder).unwrap();
    }
    disk.fill();
    let port = ["--listen", "127.0.0.1:0"];
    one_line(&serve(&full, &port, &[]), 1, &["data folder", "full disk", "free some space"]);
    one_line(
        &serve(elsewhere.path(), &port, &uploads_there),
        1,
        &["uploads folder", &kept_there, "full disk"],
    );
    disk.clear();
    disk.lock();
    one_line(&serve(&full, &port, &[]), 1, &["data folder", "read-only disk"]);
    one_line(
        &serve(elsewhere.path(), &port, &uploads_there),
        1,
        &["uploads folder", &kept_there, "read-only disk"],
    );
}

/// Nobody else on the machine reads a database, whoever made it and under whatever umask.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let private = |dir: &std::path::Path, names: &[&str]| {
        for name in names {
            let mode = std::fs::metadata(dir.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    };
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    daemon.ctl(&["ticket", "create", "--type", "maintenance", "--title", "ODP rusak"]);
    private(daemon.dir.path(), &["aglis.db", "aglis.db-wal", "aglis.db-shm"]);

    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("new");
    let migrated = Command::new("sh")
        .args(["-c", "umask 022; exec \"$0\" --data \"$1\" migrate run --yes"])
        .arg(program("aglisctl"))
        .arg(&folder)
        .output()
        .unwrap();
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    private(&folder, &["aglis.db"]);

    // One that is there keeps the mode that its owner gave it.
    let shared = elsewhere.path().join("shared");
    std::fs::create_dir(&shared).unwrap();
    let file = shared.join("aglis.db");
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let url = aglis_core::db::DatabaseUrl::Sqlite(file.clone());
    aglis_core::private::database(&url).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_and_left_alone() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let world = aglis_tests::World::new(backend).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (9999, 'future', 'x', $1)", aglis_core::args![world.app.now()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        world.app.db.close().await;
        one_line(
            &serve(world.dir.path(), &["--listen", "127.0.0.1:0"], &[("AGLIS_DATABASE_URL", &world.url)]),
            1,
            &["9999", "newer program"],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_well_and_the_socket_is_gone() {
    let mut daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let socket = daemon.dir.path().join("aglisd.sock");
    assert!(socket.exists());
    let status = daemon.stop().await;
    assert!(status.success(), "{status}\n{}", daemon.log());
    assert!(!socket.exists());
    daemon.restart().await;
    daemon.kill();
    assert!(socket.exists(), "a killed daemon cannot tidy up");
    daemon.restart().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_explorer_shows_every_operation() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let browser = Browser::desk().await;
    browser.goto(&format!("{}/api/docs", daemon.url)).await;
    browser.sees("/api/health/ready").await;
    let shown = browser.run("return document.querySelectorAll('details').length").await.as_u64().unwrap();
    let document: serde_json::Value =
        reqwest::get(format!("{}/api/openapi.json", daemon.url)).await.unwrap().json().await.unwrap();
    let methods = ["get", "post", "put", "patch", "delete"];
    let there = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| methods.iter().filter(|method| item.get(**method).is_some()))
        .count();
    assert_eq!(shown, there as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_a_whole_provider_and_every_check_of_its_health_is_good() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let daemon = Daemon::start(backend, &["--demo"]).await;
        let customers = daemon.ctl(&["customer", "list", "-o", "id"]);
        assert!(customers.lines().count() >= 50, "{customers}");
        let health = daemon.ctl_json(&["api", "GET", "/api/health"]);
        let checks = health["checks"].as_array().expect("checks");
        assert!(checks.iter().any(|check| check["name"] == "queue"), "{health}");
        for check in checks {
            assert_eq!(check["ok"], true, "{health}");
        }
        let jobs = daemon.ctl_json(&["queue", "status"]);
        assert_eq!((jobs["waiting"].as_i64(), jobs["dead"].as_i64()), (Some(0), Some(0)), "{jobs}");
    }
}
