//! One ticket's whole life, through every program, on both databases. The daemon is killed after every step.

use aglis_core::types::Phone;
use aglis_tests::{Backend, Browser, Daemon, Terminal, eventually};
use serde_json::{Value, json};
use std::{io::Write, time::Duration};

const PASSWORD: &str = "kopi-panas-di-karawang-9";
const CUSTOMER_PHONE: &str = "0812-7000-1234";
const TECHNICIAN_PHONE: &str = "0813-7000-5678";

/// The people and things that must be there before anybody can report anything.
struct Cast {
    customer: String,
}

async fn post(daemon: &Daemon, path: &str, body: Value) -> Value {
    let response = daemon.local().post(format!("http://local{path}")).json(&body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "POST {path}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

async fn cast(daemon: &Daemon) -> Cast {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(PASSWORD.as_bytes()).unwrap();
    let path = file.path().display().to_string();
    for (role, username) in [("admin", "rina"), ("customer_service", "sari"), ("technician", "andi")] {
        daemon.ctl(&["user", "create", "--role", role, "--username", username, "--password-file", &path]);
    }
    let area = post(
        daemon,
        "/api/areas",
        json!({ "name": "Karawang Barat", "latitude": -6.3, "longitude": 107.28 }),
    )
    .await;
    let package = post(
        daemon,
        "/api/packages",
        json!({ "name": "Home Silver 50M", "type": "broadband", "down_mbps": 50, "up_mbps": 25, "monthly_price": 199_900, "setup_fee": 250_000, "sla_level": "silver" }),
    )
    .await;
    let odp = post(daemon, "/api/odp", json!({ "name": "ODP-KRW-01", "location": "Jl. Mawar", "area_id": area["id"], "latitude": -6.301, "longitude": 107.281, "ports_total": 8 })).await;
    let users = daemon.get("/api/users").await;
    let andi =
        users["items"].as_array().unwrap().iter().find(|user| user["username"] == "andi").unwrap()["id"]
            .clone();
    let phone: Phone = TECHNICIAN_PHONE.parse().unwrap();
    let changed = daemon
        .local()
        .patch(format!("http://local/api/users/{andi}"))
        .json(&json!({ "phone": phone.as_str(), "full_name": "Andi Saputra" }))
        .send()
        .await
        .unwrap();
    assert!(changed.status().is_success(), "{}", changed.text().await.unwrap());
    post(
        daemon,
        "/api/technicians",
        json!({ "user_id": andi, "level": "senior", "availability": "available", "skills": ["repair", "installation"], "areas": [area["id"]], "latitude": -6.3, "longitude": 107.28 }),
    )
    .await;
    let customer = post(
        daemon,
        "/api/customers",
        json!({ "name": "Budi Santoso", "phone": CUSTOMER_PHONE, "address": "Jl. Mawar 12, Karawang Barat", "area_id": area["id"], "latitude": -6.302, "longitude": 107.282, "odp_id": odp["id"], "odp_port": 3, "package_id": package["id"], "status": "active" }),
    )
    .await;
    Cast { customer: customer["number"].as_str().unwrap().to_owned() }
}

/// The newest message to a phone whose text holds a word.
async fn message(daemon: &Daemon, phone: &str, holds: &str) -> String {
    let to = phone.parse::<Phone>().unwrap();
    eventually(&format!("a message to {phone} with {holds:?}"), async || {
        let found = daemon.get(&format!("/api/sandbox/messages?to={}", to.digits())).await;
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["body"].as_str().unwrap().to_owned())
            .find(|body| body.contains(holds))
    })
    .await
}

/// A photo as phones make them.
fn photo(dir: &std::path::Path, name: &str, shade: u8) -> std::path::PathBuf {
    let path = dir.join(name);
    image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([shade, (x % 256) as u8, (y % 256) as u8]))
        .save(&path)
        .unwrap();
    path
}

/// Kills the daemon as a power cut would, and starts it again.
async fn power_cut(daemon: &mut Daemon) {
    daemon.kill();
    daemon.restart().await;
}

async fn staff_sign_in(browser: &Browser, daemon: &Daemon, username: &str) {
    browser.goto(&format!("{}/login", daemon.url)).await;
    browser.fill("#login", username).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main form button").await;
    browser.sees("Beranda").await;
}

async fn tell(backend: Backend) {
    let mut daemon = Daemon::start(backend, &[]).await;
    let files = tempfile::tempdir().unwrap();
    let people = cast(&daemon).await;
    power_cut(&mut daemon).await;

    // The customer signs in with a code from WhatsApp.
    let phone = Browser::phone(true).await;
    phone.goto(&format!("{}/customer/login", daemon.url)).await;
    phone.fill("input[name=phone]", CUSTOMER_PHONE).await;
    phone.click("main form button").await;
    let otp = message(&daemon, CUSTOMER_PHONE, "kode").await;
    let code: String =
        otp.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).expect("six digits").to_owned();
    power_cut(&mut daemon).await;
    phone.fill("input[name=code]", &code).await;
    phone.click("main form button").await;
    phone.sees("Budi Santoso").await;
    assert!(!daemon.log().contains(&code), "a code is in the log");

    // Customer service has the list of tickets open.
    let desk = Browser::desk().await;
    staff_sign_in(&desk, &daemon, "sari").await;
    desk.goto(&format!("{}/tickets", daemon.url)).await;
    desk.sees("Tidak ada tiket").await;

    // The customer reports a fault with two photos, one question a page.
    let number = report(&phone, &daemon, files.path()).await;
    desk.sees("1 tiket baru").await;
    power_cut(&mut daemon).await;

    // Customer service has it assigned automatically.
    desk.goto(&format!("{}/tickets/{number}", daemon.url)).await;
    desk.sees("Internet mati").await;
    desk.click("button[name=auto]").await;
    desk.sees("Andi Saputra").await;
    power_cut(&mut daemon).await;
    let task = message(&daemon, TECHNICIAN_PHONE, &number).await;
    assert!(task.contains("Budi Santoso"), "{task}");

    // The administrator watches in the console, raises the priority and takes it back.
    console(&daemon, &number).await;
    let ticket = daemon.get(&format!("/api/tickets/{number}")).await;
    assert_eq!(ticket["priority"], "normal", "{ticket}");
    power_cut(&mut daemon).await;

    // A script sets it in progress.
    let ids = daemon.ctl(&["ticket", "list", "--status", "assigned", "-o", "id"]);
    let moved =
        daemon.ctl_with(&["ticket", "status", "in_progress", "--ids", "-", "--expect", "1", "--yes"], &ids);
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    power_cut(&mut daemon).await;

    // The technician completes it with attenuation and a photo of the modem.
    let van = Browser::phone(true).await;
    staff_sign_in(&van, &daemon, "andi").await;
    van.goto(&format!("{}/tickets/{number}/complete", daemon.url)).await;
    van.fill("#resolution", "Konektor diganti, redaman normal").await;
    van.fill("#attenuation_dbm", "-21,5").await;
    van.choose("#attenuation_file_id", &[&photo(files.path(), "redaman.jpg", 90)]).await;
    van.choose("#modem_file_id", &[&photo(files.path(), "modem.jpg", 200)]).await;
    van.run("document.querySelectorAll('input[name=checklist]').forEach((box) => { box.checked = true })")
        .await;
    van.click("main form button").await;
    van.sees("Tiket selesai").await;
    power_cut(&mut daemon).await;
    message(&daemon, CUSTOMER_PHONE, "selesai").await;

    // The customer rates it.
    phone.goto(&format!("{}/customer/tickets/{number}", daemon.url)).await;
    phone.click("label:has(input[name=rating][value='5'])").await;
    phone.click("form:has(input[name=rating]) button").await;
    eventually("the rating", async || {
        (daemon.get(&format!("/api/tickets/{number}")).await["rating"] == 5).then_some(())
    })
    .await;
    power_cut(&mut daemon).await;

    every_step_is_there(&daemon, &people, &number).await;
}

/// Goes through the portal's questions and gives the new ticket's number.
async fn report(phone: &Browser, daemon: &Daemon, files: &std::path::Path) -> String {
    phone.goto(&format!("{}/customer/tickets/new", daemon.url)).await;
    let photos = [photo(files, "lampu-merah.jpg", 250), photo(files, "modem-mati.jpg", 40)];
    for _ in 0..12 {
        if let Some(number) = phone.url().await.split('/').next_back().filter(|part| part.starts_with("TKT"))
        {
            return number.split('?').next().unwrap_or_default().to_owned();
        }
        for (field, text) in [
            ("input[name=title]", "Internet mati"),
            ("textarea[name=description]", "internet mati, lampu merah dari tadi siang"),
        ] {
            if phone.has(field).await {
                phone.fill(field, text).await;
            }
        }
        if phone.has("input[type=file]").await {
            phone.choose("input[type=file]", &[photos[0].as_path(), photos[1].as_path()]).await;
        }
        // The first answer of a question that has not been answered.
        phone.run("const first = document.querySelector('main input[type=radio]'); if (first && !document.querySelector('main input[type=radio]:checked')) first.checked = true").await;
        let go = if phone.has("button[name=go]").await {
            "button[name=go]"
        } else {
            "form[action$='/check'] button"
        };
        phone.click(go).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    panic!("the questions do not end: {}\n{}", phone.url().await, phone.text().await);
}

async fn console(daemon: &Daemon, number: &str) {
    let patience = Duration::from_secs(20);
    let command = daemon.command("aglis-tui");
    let mut terminal =
        tokio::task::spawn_blocking(move || Terminal::start(command, 100, 30).expect("the console starts"))
            .await
            .unwrap();
    let number = number.to_owned();
    let wanted = number.clone();
    let mut terminal = tokio::task::spawn_blocking(move || {
        terminal.press("2");
        terminal.expect(&wanted, patience);
        terminal.press("p");
        terminal.expect("critical", patience);
        terminal
    })
    .await
    .unwrap();
    terminal.press("critical\r");
    eventually("the raised priority", async || {
        (daemon.get(&format!("/api/tickets/{number}")).await["priority"] == "critical").then_some(())
    })
    .await;
    // The console learns of its own change a moment later; a person presses again when nothing happened.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        terminal.press("u");
        for _ in 0..50 {
            if daemon.get(&format!("/api/tickets/{number}")).await["priority"] == "normal" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if daemon.get(&format!("/api/tickets/{number}")).await["priority"] == "normal" {
            break;
        }
    }
    tokio::task::spawn_blocking(move || {
        terminal.press("q");
        assert!(terminal.ended(patience).is_some_and(|status| status.success()), "{}", terminal.screen());
    })
    .await
    .unwrap();
}

async fn every_step_is_there(daemon: &Daemon, people: &Cast, number: &str) {
    let ticket = daemon.get(&format!("/api/tickets/{number}")).await;
    assert_eq!(
        (&ticket["status"], &ticket["customer_number"]),
        (&json!("completed"), &json!(people.customer)),
        "{ticket}"
    );
    assert_eq!(ticket["completion"]["attenuation_dbm"], -21.5, "{ticket}");
    let photos = ticket["attachments"].as_array().unwrap();
    assert_eq!(photos.len(), 4, "{photos:?}");
    for photo in photos {
        let bytes = daemon
            .local()
            .get(format!("http://local/api/files/{}", photo["id"]))
            .send()
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        assert!(image::load_from_memory(&bytes).is_ok(), "{photo}");
    }
    let timeline = daemon.get(&format!("/api/tickets/{number}/timeline?limit=200")).await;
    let kinds: Vec<&str> =
        timeline["items"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    for kind in [
        "ticket.created",
        "ticket.assigned",
        "ticket.priority_changed",
        "ticket.status_changed",
        "ticket.completed",
        "ticket.rated",
    ] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    let report = eventually("every event sealed", async || {
        let report = daemon.get("/api/audit/verify").await;
        (report["unsealed"] == 0).then_some(report)
    })
    .await;
    assert_eq!(report["intact"], true, "{report}");
    assert!(daemon.ctl(&["audit", "verify"]).contains("intact"));
    for secret in [PASSWORD, "812-7000-1234", "81270001234", "Budi"] {
        assert!(!daemon.log().contains(secret), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tickets_whole_life_on_sqlite() {
    tell(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tickets_whole_life_on_postgresql_and_redis() {
    tell(Backend::Postgres).await;
}
