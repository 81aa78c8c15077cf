//! What the command line changes: operations that can be repeated, photos, checklists, files of the right owner.

use crate::cli::{code, err, json as json_of, out};
use aglis_tests::{Backend, Daemon, program};
use serde_json::{Value, json};
use std::{
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Command, Output},
};

const OPEN: [&str; 6] = ["ticket", "create", "--type", "maintenance", "--title", "ODP rusak"];

fn open(daemon: &Daemon) -> String {
    daemon.ctl(&[&OPEN[..], &["-o", "id"]].concat()).trim().to_owned()
}

fn photo(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([90, x as u8, y as u8])).save(&path).expect("a photo");
    path
}

/// The operation that a command told on standard error.
fn told(output: &Output) -> String {
    let text = err(output);
    let line = text.lines().find_map(|line| line.strip_prefix("operation "));
    line.unwrap_or_else(|| panic!("no operation in {text:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_tells_its_operation_and_is_done_once() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let id = open(&daemon);

    // A single write tells it, and again with it changes nothing.
    let args = ["ticket", "note", &id, "--text", "Pole 14 leans"];
    let first = daemon.ctl_with(&args, "");
    let operation = told(&first);
    for _ in 0..2 {
        let again = daemon.ctl_with(&[&args[..], &["--operation", &operation]].concat(), "");
        assert_eq!((code(&again), told(&again)), (0, operation.clone()));
    }
    assert_eq!(daemon.ctl(&["ticket", "view", &id]).matches("Pole 14 leans").count(), 1);
    assert_eq!(err(&daemon.ctl_with(&["ticket", "priority", "high", &id, "-q"], "")), "");

    // What makes something takes it too.
    let made = daemon.ctl_json(&OPEN);
    let operation = made["operation"].as_str().expect("an operation").to_owned();
    let again = daemon.ctl_json(&[&OPEN[..], &["--operation", &operation]].concat());
    assert_eq!((&again["id"], &again["operation"]), (&made["id"], &made["operation"]));
    assert_eq!(daemon.ctl(&["ticket", "list", "-o", "id"]).lines().count(), 2);
    let customer =
        ["customer", "create", "--name", "Budi", "--phone", "081234567890", "--address", "Jl. Mawar 1"];
    let made = daemon.ctl_with(&customer, "");
    let again = daemon.ctl_with(&[&customer[..], &["--operation", &told(&made), "--json"]].concat(), "");
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert_eq!(daemon.ctl(&["customer", "list", "-o", "id"]).lines().count(), 1);
    let user = ["user", "create", "--role", "noc", "--username", "siti"];
    let made = daemon.ctl_with(&user, "");
    let again = daemon.ctl_with(&[&user[..], &["--operation", &told(&made)]].concat(), "");
    assert_eq!(code(&again), 0, "{}", err(&again));

    // A failure names the operation it can be run again with.
    let failed = daemon.ctl_with(&["ticket", "status", "in_progress", &id, "--json"], "");
    assert!(
        json_of(&err(&failed))["operation"].as_str().is_some_and(|text| text.len() >= 8),
        "{}",
        err(&failed)
    );
    let odd = daemon.ctl_with(&[&OPEN[..], &["--operation", "x y"]].concat(), "");
    assert_eq!(code(&odd), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_item_keeps_its_columns_in_csv() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let ids = format!("99998\n{}\n99999\n", open(&daemon));
    let args = ["ticket", "priority", "high", "--ids", "-", "--yes", "-o", "csv"];
    let output = daemon.ctl_with(&args, &ids);
    assert_eq!(code(&output), 3, "{}", err(&output));
    let text = out(&output);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("id,success,error,result"), "{text}");
    for line in lines {
        // Without what stands in quotes every row has as many commas as the head.
        let plain: String = line.split('"').step_by(2).collect();
        assert_eq!(plain.matches(',').count(), 3, "{line}");
        assert_eq!(line.contains(",false,"), line.ends_with(','), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_changed_in_every_way_from_a_script() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let dir = daemon.dir.path();
    let photos = [photo(dir, "tiang.jpg"), photo(dir, "kabel.jpg")].map(|path| path.display().to_string());
    let [pole, cable] = &photos;

    let dry = daemon.ctl_with(&[&OPEN[..], &["--photo", pole, "--dry-run"]].concat(), "");
    assert!(code(&dry) == 0 && err(&dry).contains("with 1 photo\n"), "{}", err(&dry));
    let made =
        daemon.ctl_json(&[&OPEN[..], &["--photo", pole, "--photo", cable, "--customer-visible"]].concat());
    let files = made["attachments"].as_array().expect("photos");
    assert!(files.len() == 2 && files.iter().all(|file| file["customer_visible"] == true), "{files:?}");
    let (first, second) = (made["id"].to_string(), open(&daemon));

    let attached = daemon.ctl_json(&["ticket", "attach", &second, pole, cable, "--purpose", "attenuation"]);
    assert_eq!(attached["attached"].as_array().map(Vec::len), Some(2), "{attached}");
    let missing = daemon.ctl_with(&["ticket", "attach", &second, "nowhere.jpg"], "");
    assert!(code(&missing) == 2 && err(&missing).contains("nowhere.jpg"), "{}", err(&missing));

    let both = format!("{first}\n{second}\n");
    let renamed = daemon.ctl_with(
        &[
            "ticket",
            "update",
            "--ids",
            "-",
            "--yes",
            "--title",
            "ODP patah",
            "--category",
            "odp",
            "--contact",
            "call",
        ],
        &both,
    );
    assert_eq!(code(&renamed), 0, "{}", err(&renamed));
    let nothing = daemon.ctl_with(&["ticket", "update", &first], "");
    assert!(code(&nothing) == 2 && err(&nothing).contains("nothing to change"), "{}", err(&nothing));
    daemon.ctl(&["ticket", "check", &first, "--done", "inspect,measure-attenuation"]);
    daemon.ctl(&["ticket", "check", &first, "--open", "measure-attenuation"]);
    let unknown = daemon.ctl_with(&["ticket", "check", &first, "--done", "dance"], "");
    assert!(err(&unknown).contains("it has inspect, "), "{}", err(&unknown));
    let eta = daemon.ctl(&["ticket", "eta", "+45m", &first]);
    assert!(eta.contains("arrives") && eta.contains("WIB"), "{eta}");
    daemon.ctl(&["ticket", "parent", &second, "--under", &first]);

    let ticket = daemon.ctl_json(&["ticket", "view", &first]);
    assert_eq!(
        (&ticket["title"], &ticket["category"], &ticket["contact_preference"], &ticket["child_ids"][0]),
        (&json!("ODP patah"), &json!("odp"), &json!("call"), &json_of(&second)),
        "{ticket}"
    );
    let done: Vec<&Value> = ticket["checklist"].as_array().expect("lines").iter().collect();
    let ticked: Vec<_> =
        done.iter().filter(|line| !line["done_at"].is_null()).map(|line| &line["code"]).collect();
    assert_eq!(ticked, [&json!("inspect")]);
    assert!(ticket["eta_at"].is_string(), "{ticket}");
    daemon.ctl(&["ticket", "parent", &second, "--none"]);
    assert_eq!(daemon.ctl_json(&["ticket", "view", &second])["parent_id"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_by_mistake_is_taken_away_from_a_script() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let soon = daemon.app().await.now().plus_seconds(86_400).to_string();
    let made = daemon.ctl_json(&[&OPEN[..], &["--preferred-at", &soon]].concat());
    let id = made["id"].to_string();
    assert!(made["preferred_at"].is_string(), "{made}");
    let both = daemon.ctl_with(&["ticket", "update", &id, "--no-preferred-at", "--preferred-at", &soon], "");
    assert_eq!(code(&both), 2, "{}", err(&both));
    daemon.ctl(&["ticket", "update", &id, "--title", "ODP patah"]);
    assert!(daemon.ctl_json(&["ticket", "view", &id])["preferred_at"].is_string());
    daemon.ctl(&["ticket", "update", &id, "--no-preferred-at"]);
    assert_eq!(daemon.ctl_json(&["ticket", "view", &id])["preferred_at"], Value::Null);

    let customer =
        ["customer", "create", "--name", "Budi", "--phone", "081234567890", "--address", "Jl. Mawar 1"];
    let place = ["--latitude", "-6.3021", "--longitude", "107.282"];
    let made = daemon.ctl_json(&[&customer[..], &place].concat());
    let id = made["id"].to_string();
    let kept = daemon.ctl_json(&["customer", "update", &id, "--name", "Budi Santoso"]);
    assert_eq!(kept["latitude"], json!(-6.3021));
    let shown = daemon.ctl(&["customer", "view", &id]);
    assert!(shown.contains("-6.3021, 107.282"), "{shown}");
    let both = daemon.ctl_with(&[&["customer", "update", &id, "--no-coordinates"][..], &place].concat(), "");
    assert_eq!(code(&both), 2, "{}", err(&both));
    let dry = daemon.ctl_with(&["customer", "update", &id, "--no-coordinates", "--dry-run"], "");
    assert!(out(&dry).contains("\"latitude\": null"), "{}", out(&dry));
    let free = daemon.ctl_json(&["customer", "update", &id, "--no-coordinates"]);
    assert_eq!((&free["latitude"], &free["longitude"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_the_businesss_and_texts_english_unless_asked_otherwise() {
    let env = [("AGLIS_BUSINESS_ZONE", "Asia/Makassar")];
    let daemon = Daemon::start_with(Backend::Sqlite, &[], &env).await;
    assert_eq!(daemon.get("/api/auth/me").await["zone"], "Asia/Makassar");
    let id = open(&daemon);
    assert!(daemon.ctl(&["ticket", "list"]).contains(" WITA"), "{}", daemon.ctl(&["ticket", "list"]));
    let told = async |language: &str| {
        let url = format!("http://local/api/tickets/{id}/timeline");
        let answer =
            daemon.local().get(url).header("accept-language", language).send().await.expect("an answer");
        json_of(&answer.text().await.expect("text"))["items"][0]["text"].as_str().expect("a text").to_owned()
    };
    let (english, indonesian) = (told("en").await, told("id-ID,id;q=0.9").await);
    assert!(english.contains("Reported") && !indonesian.contains("Reported"), "{english} / {indonesian}");
    assert_eq!(told("fr").await, english, "the account's language where ours is not asked for");
}

#[test]
fn the_files_of_a_first_account_belong_to_the_owner_of_the_data() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("the mode");
    let data = dir.path().join("data");
    std::fs::create_dir(&data).expect("the data folder");
    // Root hands the folder to somebody else, as a package does; everybody else keeps it.
    let ours = std::fs::metadata(&data).expect("the folder").uid();
    let owner = if ours == 0 { 65_534 } else { ours };
    if ours == 0 {
        chown(&data, Some(owner), Some(owner)).expect("another owner");
    }
    let mut command = Command::new(program("aglisctl"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AGLIS_")) {
        command.env_remove(name);
    }
    command.env("AGLIS_DATA", &data).args([
        "user",
        "create",
        "--role",
        "admin",
        "--username",
        "siti",
        "--json",
    ]);
    let output = command.output().expect("its end");
    assert_eq!(code(&output), 0, "{}", err(&output));
    let made: Vec<PathBuf> =
        std::fs::read_dir(&data).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    for name in ["aglis.db", "secret.key", "uploads"] {
        assert!(made.iter().any(|path| path.ends_with(name)), "{name} is not in {made:?}");
    }
    for path in made {
        assert_eq!(std::fs::metadata(&path).expect("a file").uid(), owner, "{}", path.display());
    }
}

#[test]
fn what_the_daemon_would_refuse_the_check_refuses() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("aglis.toml");
    let text = "[mail]\nhost = \"smtp.isp.id\"\nfrom = \"ISP\"\n[log]\nlevel = \"inof\"\n[whatsapp]\nprovider = \"fonnte\"\nfonnte_token = \"abc\"\nfonnte_url = \"http://10.0.0.5\"\n";
    std::fs::write(&file, text).expect("a file");
    let check = |json: &str| {
        let mut command = Command::new(program("aglisctl"));
        command.env_remove("AGLIS_CONFIG").args(["config", "check", "--config"]).arg(&file);
        command.args(Some(json).filter(|flag| !flag.is_empty())).output().expect("its end")
    };
    let refused = check("");
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("aglis.toml:5: log.level expects error, warn, info"), "{}", err(&refused));
    std::fs::write(&file, text.replace("inof", "info,sqlx=warn")).expect("a file");
    let refused = check("");
    for said in ["mail.from expects a sender such as", "whatsapp.fonnte_url cannot be used: 10.0.0.5"] {
        assert!(err(&refused).contains(said), "{}", err(&refused));
    }
    for flag in ["--json", "-ojson", "--output=json", "-o=ndjson"] {
        assert_eq!(json_of(&err(&check(flag)))["code"], "bad_config", "{flag}");
    }
}
