//! The command line as scripts use it: pipes, formats, exit codes, and work without the daemon.

use aglis_core::args;
use aglis_tests::{Backend, Daemon, program};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

fn ctl(dir: &Path, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(program("aglisctl"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AGLIS_")) {
        command.env_remove(name);
    }
    command
        .env("XDG_CONFIG_HOME", dir.join("no-profiles"))
        .env("NO_COLOR", "1")
        .arg("--data")
        .arg(dir)
        .args(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("aglisctl starts");
    let _ = child.stdin.take().expect("its input").write_all(stdin.as_bytes());
    child.wait_with_output().expect("its end")
}

/// How it ended.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// What it printed.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What it remarked.
pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Text as JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Opens some tickets that need no customer, and gives their ids, the oldest first.
fn open(daemon: &Daemon, count: usize) -> Vec<String> {
    (0..count)
        .map(|i| {
            let title = format!("ODP {i} rusak");
            let args = ["ticket", "create", "--type", "maintenance", "--title", &title, "-o", "id"];
            daemon.ctl(&args).trim().to_owned()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_go_through_pipes_and_nothing_is_done_unasked() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let ids = open(&daemon, 3);
    let all = daemon.ctl(&["ticket", "list", "-o", "id"]);
    assert_eq!(all.lines().count(), 3);

    let refused = daemon.ctl_with(&["ticket", "priority", "high", "--ids", "-"], &all);
    assert_eq!(code(&refused), 8, "{}", err(&refused));
    let other =
        daemon.ctl_with(&["ticket", "priority", "high", "--ids", "-", "--expect", "4", "--yes"], &all);
    assert_eq!(code(&other), 6, "{}", err(&other));
    let dry = daemon.ctl_with(&["ticket", "priority", "high", "--ids", "-", "--dry-run"], &all);
    assert_eq!(code(&dry), 0);
    assert!(out(&dry).contains("normal -> high"), "{}", out(&dry));
    let untouched = daemon.ctl_json(&["ticket", "list"]);
    assert!(untouched.as_array().is_some_and(|rows| rows.iter().all(|row| row["priority"] == "normal")));

    let done = daemon.ctl_with(
        &["ticket", "priority", "high", "--ids", "-", "--expect", "3", "--yes", "-o", "json"],
        &all,
    );
    let report = json(&out(&done));
    assert_eq!((code(&done), &report["succeeded"], &report["failed"]), (0, &3.into(), &0.into()));
    let order: Vec<_> =
        report["results"].as_array().expect("results").iter().map(|r| r["id"].clone()).collect();
    let asked: Vec<Value> = all.lines().map(Value::from).collect();
    assert_eq!(order, asked, "results stand in the order of the ids");

    // One that cannot be found does not undo the others, and is told.
    let mixed = format!("{}\n# a comment\n\n99999\n", ids[0]);
    let partly = daemon.ctl_with(&["ticket", "priority", "low", "--ids", "-", "--yes", "--json"], &mixed);
    assert_eq!(code(&partly), 3);
    assert_eq!(json(&out(&partly))["results"][1]["error"]["code"], "not_found");
    // Nothing chosen is nothing to do.
    assert_eq!(code(&daemon.ctl_with(&["ticket", "priority", "low", "--ids", "-"], "")), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_run_again_does_nothing_twice() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let ids = open(&daemon, 2).join("\n");
    let args =
        ["ticket", "note", "--ids", "-", "--text", "Pole 14 leans", "--yes", "--operation", "night-shift-1"];
    for _ in 0..2 {
        let output = daemon.ctl_with(&args, &ids);
        assert_eq!(code(&output), 0, "{}", err(&output));
    }
    for id in ids.lines() {
        let seen = daemon.ctl(&["ticket", "view", id]);
        assert_eq!(seen.matches("Pole 14 leans").count(), 1, "{seen}");
    }
    let first = ids.lines().next().expect("an id");
    let reread = daemon.ctl_with(&["ticket", "note", first, "--file", "-"], "from a pipe\n");
    assert_eq!(code(&reread), 0, "{}", err(&reread));
    assert!(daemon.ctl(&["ticket", "view", first]).contains("from a pipe"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_exit_code_and_is_json_when_asked() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let id = open(&daemon, 1).remove(0);
    for (args, expected, word) in [
        (vec!["ticket", "view", "TKT20000101001"], 5, "not_found"),
        (vec!["ticket", "status", "in_progress", &id], 6, "illegal_transition"),
        (vec!["ticket", "status", "completed", &id], 2, "usage"),
        (vec!["ticket", "status", "cancelled", &id, "--reason", "x"], 8, "confirmation_needed"),
        (vec!["ticket", "create", "--title", "x", "--type", "repair"], 2, "invalid"),
        (vec!["ticket", "frobnicate"], 2, "usage"),
        (vec!["--server", "http://127.0.0.1:1", "ticket", "list"], 7, "unreachable"),
        (vec!["--profile", "nowhere", "ticket", "list"], 2, "usage"),
        (vec!["--server", &daemon.url, "ticket", "list"], 4, "unauthenticated"),
    ] {
        let asks = if expected == 2 { "--output=json" } else { "--json" };
        let args = [args, vec![asks]].concat();
        let output = daemon.ctl_with(&args, "");
        assert_eq!(code(&output), expected, "{args:?}: {}", err(&output));
        let told = json(&err(&output));
        assert_eq!(told["code"], word, "{told}");
        assert!(told["message"].as_str().is_some_and(|text| !text.is_empty()) && told.get("hint").is_some());
        assert_eq!(out(&output), "", "{args:?}");
    }
    let plain = daemon.ctl_with(&["ticket", "status", "in_progress", &id], "");
    assert!(err(&plain).contains("possible now: assigned, cancelled"), "{}", err(&plain));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_is_what_it_says_also_when_quiet() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    assert_eq!(daemon.ctl(&["ticket", "list", "-q", "-o", "json"]).trim(), "[]");
    assert_eq!(daemon.ctl(&["ticket", "list", "-o", "ndjson"]), "");
    let id = daemon
        .ctl(&[
            "ticket",
            "create",
            "--type",
            "maintenance",
            "--title",
            "=cmd|' /C calc'!A0, \"quoted\"",
            "-o",
            "id",
        ])
        .trim()
        .to_owned();
    let list = json(&daemon.ctl(&["ticket", "list", "-q", "--json"]));
    assert_eq!(list[0]["id"].to_string(), id);
    let csv = daemon.ctl(&["ticket", "list", "-o", "csv"]);
    assert!(
        csv.starts_with("id,number,") && csv.contains("\"'=cmd|' /C calc'!A0, \"\"quoted\"\"\""),
        "{csv}"
    );
    let table = daemon.ctl(&["ticket", "list"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    for row in daemon.ctl(&["audit", "search", "-o", "ndjson"]).lines() {
        assert!(json(row)["kind"].is_string());
    }
    let done = daemon.ctl(&["ticket", "priority", "high", &id, "-q", "--json"]);
    assert_eq!(json(&done)["priority"], "high");
    assert_eq!(daemon.ctl(&["ticket", "priority", "low", &id, "-q"]), "");
    let file = daemon.dir.path().join("out.csv");
    let written = daemon.ctl_with(&["ticket", "export", "--to", &file.display().to_string()], "");
    assert!(err(&written).contains("1 ticket in "), "{}", err(&written));
    assert_eq!(std::fs::read_to_string(&file).expect("the export").lines().count(), 2);
    let again = daemon.ctl_with(&["ticket", "export", "--to", &file.display().to_string()], "");
    assert_eq!(code(&again), 8, "an existing file is not overwritten unasked");
    daemon.ctl(&[
        "customer",
        "create",
        "--name",
        "Budi",
        "--phone",
        "0812-3456-7890",
        "--address",
        "Jl. Melati 1",
    ]);
    let file = daemon.dir.path().join("out.ndjson");
    let to = file.display().to_string();
    daemon.ctl(&["customer", "export", "--to", &to, "--dry-run"]);
    assert!(!file.exists());
    daemon.ctl(&["customer", "export", "--to", &to]);
    assert!(json(std::fs::read_to_string(&file).expect("the export").trim())["number"].is_string());
    let recorded = daemon.ctl(&["audit", "search", "--kind", "data.exported", "-o", "ndjson"]);
    let recorded: Vec<_> = recorded.lines().map(|line| json(line)["data"]["what"].to_string()).collect();
    assert_eq!(recorded, ["\"customers\"", "\"tickets\""], "nothing was, with --dry-run");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_accounts_are_made_without_the_daemon() {
    let mut daemon = Daemon::start(Backend::Sqlite, &[]).await;
    daemon.stop().await;
    let dir = daemon.dir.path().to_owned();
    let password = dir.join("password");
    std::fs::write(&password, "kata-sandi-yang-panjang\n").expect("a file");
    let args = ["user", "create", "--role", "admin", "--username", "siti", "--password-file"];
    let created = ctl(&dir, &[&args[..], &[&password.display().to_string(), "--json"]].concat(), "");
    assert_eq!(code(&created), 0, "{}", err(&created));
    assert_eq!(json(&out(&created))["role"], "admin");
    let short =
        ctl(&dir, &["user", "create", "--role", "noc", "--username", "x", "--password-file", "-"], "short\n");
    assert_eq!(code(&short), 2);
    assert!(err(&short).contains("password") && !err(&short).contains("short"), "{}", err(&short));
    let token =
        ctl(&dir, &["token", "create", "--name", "nightly", "--scope", "ticket.read", "-o", "json"], "");
    let secret = json(&out(&token))["secret"].as_str().expect("a secret").to_owned();
    let verified = ctl(&dir, &["audit", "verify", "--json"], "");
    assert_eq!((code(&verified), &json(&out(&verified))["intact"]), (0, &true.into()));
    assert_eq!(code(&ctl(&dir, &["migrate", "status"], "")), 0);
    assert_eq!(code(&ctl(&dir, &["ticket", "list"], "")), 7);
    let doctor = ctl(&dir, &["doctor", "--json"], "");
    assert_eq!(code(&doctor), 1);
    assert!(json(&out(&doctor)).as_array().is_some_and(|all| all.iter().any(|f| f["verdict"] == "bad")));

    daemon.restart().await;
    assert!(daemon.ctl(&["user", "list"]).contains("siti"));
    assert_eq!(code(&daemon.ctl_with(&["doctor"], "")), 0);
    let remote = |args: &[&str]| {
        let mut command = daemon.command("aglisctl");
        command.env_remove("AGLIS_DATA").env("AGLIS_SERVER", &daemon.url).env("AGLIS_TOKEN", &secret);
        command.args(args).output().expect("its end")
    };
    assert_eq!(code(&remote(&["ticket", "list"])), 0);
    assert_eq!(code(&remote(&["user", "list"])), 4, "a token has its scopes and no more");
    let taken = daemon.ctl_with(&["user", "create", "--role", "noc", "--username", "siti", "--json"], "");
    assert_eq!(code(&taken), 2);
    assert!(json(&err(&taken))["message"].as_str().is_some_and(|text| text.contains("username")));
}

#[test]
fn a_fresh_machine_is_looked_at_without_touching_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let nowhere = dir.path().join("nowhere");
    assert_eq!(code(&ctl(&nowhere, &["doctor"], "")), 1);
    assert_eq!(code(&ctl(&nowhere, &["audit", "verify"], "")), 5);
    assert_eq!(code(&ctl(&nowhere, &["migrate", "status"], "")), 5);
    assert!(!nowhere.exists(), "looking made something");
    let shown = ctl(dir.path(), &["config", "show"], "");
    assert!(out(&shown).contains("listen = \"127.0.0.1:8080\"  # default"), "{}", out(&shown));
    std::fs::write(dir.path().join("aglis.toml"), "[mail]\nprot = 25\n").expect("a file");
    let wrong = ctl(dir.path(), &["config", "check"], "");
    assert_eq!(code(&wrong), 2);
    assert!(
        err(&wrong).contains("aglis.toml:2: unknown key mail.prot; did you mean mail.port?"),
        "{}",
        err(&wrong)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_followed_live_and_a_broken_chain_is_named() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    open(&daemon, 1);
    let mut tail = daemon
        .command("aglisctl")
        .args(["audit", "tail", "--after", "0", "--kind", "ticket.created", "--count", "2", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("aglisctl starts");
    let mut lines = BufReader::new(tail.stdout.take().expect("its output")).lines();
    let first = json(&lines.next().expect("a line").expect("text"));
    assert_eq!(first["kind"], "ticket.created");
    open(&daemon, 1);
    assert_eq!(json(&lines.next().expect("a line").expect("text"))["kind"], "ticket.created");
    assert!(tail.wait().expect("its end").success());
    assert!(daemon.ctl(&["audit", "verify"]).contains("intact"));

    let app = daemon.app().await;
    let mut tx = app.db.write().await.expect("a transaction");
    tx.run("UPDATE events SET actor_name = 'nobody' WHERE seq = 2", args![]).await.expect("an edit");
    tx.commit().await.expect("a commit");
    let broken = daemon.ctl_with(&["audit", "verify", "--json"], "");
    assert_eq!(code(&broken), 1);
    assert_eq!(json(&out(&broken))["broken_seq"], 2);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = Command::new(program("aglisctl"))
        .args(["config", "example"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("aglisctl starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("its end");
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn completion_scripts_are_scripts() {
    let dir = tempfile::tempdir().expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        let script = out(&ctl(dir.path(), &["completion", shell], ""));
        assert!(script.contains("ticket") && script.contains("dry-run"), "{shell}");
        if shell == "bash" {
            let file = dir.path().join("script");
            std::fs::write(&file, script).expect("a file");
            assert!(Command::new("bash").arg("-n").arg(file).status().expect("bash").success());
        }
    }
}
