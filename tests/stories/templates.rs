//! The texts of messages as staff edit them: over the API, on the pages, from the command line.

use crate::{
    http::{count, staff},
    tickets::fixture::{cast, report},
};
use aglis_core::{
    args,
    event::{self, AuditFilter, Outcome},
    messages::{
        HIDDEN, MessageChannel, SandboxFilter, SandboxMessage,
        service::{self as messages, NewMessage},
        template::TEMPLATES,
    },
    permission::Role,
    templates::service as templates,
    types::*,
};
use aglis_tests::{Backend, Daemon, Guest, Site, Visitor, World, both};
use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};

const PHONE: &str = "+6281234567890";
const STATUS: &str = "/api/templates/ticket-status";

/// Sends what a change of a ticket's status sends, and gives the text that was accepted.
async fn told(world: &World, locale: Locale, channel: MessageChannel) -> (Option<String>, String) {
    let variables =
        [("name", "Budi {number}"), ("number", "TKT1"), ("status", "Selesai"), ("business", "AGLIS")];
    let message = NewMessage {
        template: "ticket-status",
        channel: Some(channel),
        locale,
        address: if channel == MessageChannel::Email { "budi@isp.id" } else { PHONE },
        variables: &variables,
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    let mut tx = world.app.db.write().await.unwrap();
    let id = messages::send(&mut tx, &world.root(), message).await.unwrap();
    tx.commit().await.unwrap();
    let sent = messages::get(&world.root(), id).await.unwrap();
    (sent.subject, sent.body)
}

async fn inbox(world: &World, to: &str) -> Vec<SandboxMessage> {
    let filter = SandboxFilter { to: Some(to.into()), ..SandboxFilter::default() };
    messages::sandbox_list(&world.root(), &filter).await.unwrap().items
}

async fn set(who: &mut Guest, locale: &str, body: &str, version: i64) -> aglis_tests::Reply {
    let new = json!({ "body": body, "version": version, "note": "Lebih singkat" });
    who.call(Method::PUT, &format!("{STATUS}/{locale}"), &new).await
}

/// The codes of refused fields, as `field: code`.
fn refused(reply: &aglis_tests::Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{}", reply.text());
    let body = reply.json();
    let errors = body["errors"].as_array().expect("fields").iter();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.map(|one| format!("{}: {}", word(&one["field"]), word(&one["code"]))).collect()
}

/// A text as somebody with the database in their hands would put it in force.
async fn force(world: &World, name: &str, body: &str) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.run(
        "INSERT INTO template_versions (name, locale, version, body, note, created_by, created_at) VALUES ($1, 'id', 90, $2, '', 'somebody', $3)",
        args![name, body, world.app.now()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_text_is_in_force_from_the_next_message_on() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let built_in = told(&world, Locale::Id, MessageChannel::Whatsapp).await.1;
        let before = root.get(STATUS).await.expect(200).json();
        assert_eq!(before["texts"][0]["locale"], "id");
        assert_eq!(before["texts"][0]["version"], 0);
        assert_eq!(before["texts"][0]["body"], before["texts"][0]["built_in_body"]);
        assert!(before["texts"][0]["body"].as_str().unwrap().contains("{number}"), "{before}");
        assert_eq!(before["history"], json!([]));
        let number = before["variables"].as_array().unwrap().iter().find(|one| one["name"] == "number");
        assert_eq!(number.unwrap()["required"], true);

        let after = set(&mut root, "id", "{name}, tiket {number}: *{status}*", 0).await.expect(200).json();
        assert_eq!(after["texts"][0]["version"], 1);
        assert_eq!(after["texts"][0]["edited"], true);
        assert_eq!(after["texts"][1]["edited"], false, "the other language stays");
        assert_eq!(after["history"][0]["note"], "Lebih singkat");
        let told_now = told(&world, Locale::Id, MessageChannel::Whatsapp).await;
        assert_eq!(told_now, (None, "Budi {number}, tiket TKT1: *Selesai*".to_owned()), "values are no text");
        let mail = told(&world, Locale::Id, MessageChannel::Email).await;
        let plain = told_now.1.replace('*', "");
        assert_eq!((mail.0.as_deref(), mail.1), (Some("Tiket TKT1"), plain), "marks mean nothing in a mail");
        assert!(told(&world, Locale::En, MessageChannel::Whatsapp).await.1.contains("is now: Selesai"));

        // The same text again makes no version; a subject of one's own does.
        set(&mut root, "id", "{name}, tiket {number}: *{status}*", 1).await.expect(200);
        let own = json!({ "body": "{number} {status}", "subject": "Kabar {number}", "version": 1 });
        root.call(Method::PUT, &format!("{STATUS}/id"), &own).await.expect(200);
        assert_eq!(told(&world, Locale::Id, MessageChannel::Email).await.0.as_deref(), Some("Kabar TKT1"));

        // Somebody who read an older version changes nothing.
        let late = set(&mut root, "id", "{number} {status} x", 1).await;
        assert_eq!((late.status, late.code().as_str()), (409, "version_mismatch"), "{}", late.text());

        // Back to the first, then to the built-in one; each is a version of its own.
        let to_first = json!({ "to": 1, "version": 2 });
        let back = root.post(&format!("{STATUS}/id/revert"), &to_first).await.expect(200).json();
        assert_eq!(back["texts"][0]["version"], 3);
        assert_eq!(told(&world, Locale::Id, MessageChannel::Whatsapp).await.1, told_now.1);
        let stale = root.post(&format!("{STATUS}/id/revert"), &to_first).await;
        assert_eq!(stale.code(), "version_mismatch");
        let nowhere = root.post(&format!("{STATUS}/id/revert"), &json!({ "to": 17 })).await;
        assert_eq!(refused(&nowhere), ["to: unknown"]);
        let back = root.post(&format!("{STATUS}/id/revert"), &json!({})).await.expect(200).json();
        assert_eq!((&back["texts"][0]["version"], &back["texts"][0]["edited"]), (&json!(4), &json!(false)));
        assert_eq!(told(&world, Locale::Id, MessageChannel::Whatsapp).await.1, built_in);

        let first = root.get(&format!("{STATUS}/versions?limit=3")).await.expect(200).json();
        let rest = format!("{STATUS}/versions?limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
        let rest = root.get(&rest).await.expect(200).json();
        let numbers = |page: &Value| -> Vec<i64> {
            page["items"].as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect()
        };
        assert_eq!((numbers(&first), numbers(&rest)), (vec![4, 3, 2], vec![1]));
        let filter = AuditFilter { kind: Some("template.*".into()), ..AuditFilter::default() };
        let trail = event::search(&world.root(), &filter).await.unwrap().items;
        assert_eq!(trail.len(), 4, "{trail:?}");
        assert_eq!((trail[0].subject.as_str(), &trail[0].data["built_in"]), ("ticket-status", &json!(true)));
        assert_eq!(trail[1].data["to_version"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_would_make_bad_messages_are_refused_by_field() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        for (body, codes) in [
            ("", vec!["body: required"]),
            ("{number} {status} {nama}", vec!["body: unknown_variable"]),
            ("{number} {status", vec!["body: unclosed_brace", "body: missing_variable"]),
            ("{number} {{status}}", vec!["body: double_brace", "body: missing_variable"]),
            ("Halo {name}", vec!["body: missing_variable", "body: missing_variable"]),
        ] {
            assert_eq!(refused(&set(&mut root, "id", body, 0).await), codes, "{body}");
        }
        let long = format!("{{number}} {{status}} {}", "x".repeat(4096));
        assert_eq!(refused(&set(&mut root, "id", &long, 0).await), ["body: too_long"]);
        let code = json!({ "body": "Kode Anda", "version": 0 });
        let otp = root.call(Method::PUT, "/api/templates/otp-login/id", &code).await;
        assert_eq!(refused(&otp), ["body: missing_variable"]);
        let mail = json!({ "body": "{code}", "subject": "Kode", "version": 0 });
        let otp = root.call(Method::PUT, "/api/templates/otp-login/id", &mail).await;
        assert_eq!(refused(&otp), ["subject: no_mail"]);
        let none = root.call(Method::PUT, &format!("{STATUS}/id"), &json!({ "version": 0 })).await;
        assert_eq!(refused(&none), ["body: required"]);
        for nowhere in ["/api/templates/ticket-statuses/id", "/api/templates/ticket-status/fr"] {
            let text = json!({ "body": "{number} {status}", "version": 0 });
            root.call(Method::PUT, nowhere, &text).await.expect(404);
        }
        root.get("/api/templates/no-such").await.expect(404);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM template_versions").await, 0);

        // Previews are as strict, with data too.
        let preview = format!("{STATUS}/id/preview");
        let shown = root.post(&preview, &json!({})).await.expect(200).json();
        assert!(shown["body"].as_str().unwrap().contains("TKT20261121001"), "{shown}");
        let asked = json!({ "body": "{name}: {number} {status}", "data": { "name": "{status}" } });
        let shown = root.post(&preview, &asked).await.expect(200).json();
        assert_eq!(shown["body"], "{status}: TKT20261121001 Sedang dikerjakan");
        let data = json!({ "data": { "nama": "x", "name": " " } });
        let wrong = root.post(&preview, &data).await;
        assert_eq!(refused(&wrong), ["data.nama: unknown", "data.name: required"]);
        let wrong = root.post(&preview, &json!({ "body": "{number} {status} {" })).await;
        assert_eq!(refused(&wrong), ["body: unclosed_brace"]);
        let unknown = root.post(&preview, &json!({ "bodi": "x" })).await;
        assert_eq!(refused(&unknown), ["bodi: unknown"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_arrives_and_says_that_it_is_one() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        for (name, to, code) in [
            ("ticket-status", "12", "to: invalid"),
            ("ticket-status", "", "to: required"),
            ("otp-login", "budi@isp.id", "to: no_mail"),
            ("password-reset", "0812-3456-7890", "to: mail_only"),
        ] {
            let reply = root.post(&format!("/api/templates/{name}/id/test"), &json!({ "to": to })).await;
            assert_eq!(refused(&reply), [code], "{name} {to}");
        }
        assert_eq!(count(&world, "SELECT COUNT(*) FROM messages").await, 0, "nothing is queued half");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM jobs").await, 0);

        set(&mut root, "id", "Singkat: {number} {status}", 0).await.expect(200);
        let to = json!({ "to": "0812-3456-7890" });
        let sent = root.post(&format!("{STATUS}/id/test"), &to).await.expect(200).json();
        assert_eq!((&sent["channel"], &sent["address"]), (&json!("whatsapp"), &json!(PHONE)));
        world.drain().await;
        let phone = inbox(&world, PHONE).await;
        assert_eq!(phone[0].body, "[UJI COBA]\nSingkat: TKT20261121001 Sedang dikerjakan");

        // A text that is not saved, a code that opens nothing, a group's message to one person, a mail.
        let draft = json!({ "to": "0812-3456-7890", "body": "Draf {number} {status}" });
        root.post(&format!("{STATUS}/en/test"), &draft).await.expect(200);
        let otp = root.post("/api/templates/otp-login/id/test", &to).await.expect(200).json();
        root.post("/api/templates/team-message/id/test", &to).await.expect(200);
        root.post("/api/templates/password-reset/en/test", &json!({ "to": "Rina@isp.id" })).await.expect(200);
        world.drain().await;
        let said: Vec<String> = inbox(&world, PHONE).await.into_iter().map(|one| one.body).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(said.iter().any(|body| body == "[TEST]\nDraf TKT20261121001 In progress"), "{said:?}");
        assert!(
            said.iter().any(|body| body.starts_with("[UJI COBA]\n") && body.contains("*123456*")),
            "{said:?}"
        );
        let mails = inbox(&world, "rina@isp.id").await;
        assert!(
            mails[0].subject.as_deref().is_some_and(|subject| subject.starts_with("[TEST] ")),
            "{mails:?}"
        );
        let id = MessageId(otp["message_id"].as_i64().unwrap());
        assert_eq!(messages::get(&world.root(), id).await.unwrap().body, HIDDEN);
        let filter = AuditFilter { kind: Some("template.tested".into()), ..AuditFilter::default() };
        assert_eq!(event::search(&world.root(), &filter).await.unwrap().items.len(), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_listed_and_only_some_may_change_them() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let all = root.get("/api/templates?limit=200").await.expect(200).json();
        assert_eq!(all["items"].as_array().unwrap().len(), TEMPLATES.len());
        set(&mut root, "en", "{number}: {status}", 0).await.expect(200);
        let names = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap().iter();
            items.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        let edited = root.get("/api/templates?edited=true").await.expect(200).json();
        assert_eq!(names(&edited), ["ticket-status"]);
        let found = root.get("/api/templates?q=LAYANAN+DIHENTIKAN+SEMENTARA").await.expect(200).json();
        assert_eq!(names(&found), ["service-suspended"]);
        let first = root.get("/api/templates?purpose=offer&limit=1").await.expect(200).json();
        let rest = first["next_cursor"].as_str().unwrap();
        let rest = root.get(&format!("/api/templates?purpose=offer&limit=1&cursor={rest}")).await.json();
        assert_eq!(
            (names(&first), names(&rest)),
            (vec!["package-upgrade-offer".into()], vec!["promotion".into()])
        );
        assert_eq!(rest["next_cursor"], Value::Null);
        root.get("/api/templates?purpose=weather").await.expect(422);

        for (role, reads, changes) in [
            (Role::Supervisor, 200, 200),
            (Role::CustomerService, 200, 403),
            (Role::Manager, 200, 403),
            (Role::Finance, 200, 403),
            (Role::Noc, 403, 403),
            (Role::Technician, 403, 403),
        ] {
            let name = role.as_str().replace('_', "-");
            let mut someone = staff(&world, &site, &name, role).await;
            assert_eq!(someone.get(STATUS).await.status, reads, "{role}");
            let reply = set(&mut someone, "id", "{number}: {status}", 0).await;
            assert_eq!(reply.status, changes, "{role}: {}", reply.text());
            let to = json!({ "to": "0812-3456-7890" });
            let reply = someone.post(&format!("{STATUS}/id/test"), &to).await;
            assert_eq!(reply.status, changes, "{role}: {}", reply.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_cannot_be_used_gives_way_and_the_check_names_it() {
    both(async |world| {
        let whole = templates::check(&world.root()).await.unwrap();
        assert_eq!(whole.checked, 2 * i64::try_from(TEMPLATES.len()).unwrap());
        assert!(whole.broken.is_empty(), "{:?}", whole.broken);
        let built_in = told(&world, Locale::Id, MessageChannel::Whatsapp).await;
        force(&world, "ticket-status", "{number} {status} {gone}").await;
        force(&world, "ticket-gone", "x").await;
        assert_eq!(told(&world, Locale::Id, MessageChannel::Whatsapp).await, built_in);
        let site = Site::open(&world.app).await;
        let found = site.local().get("/api/templates/check").await.expect(200).json();
        let broken = found["broken"].as_array().unwrap();
        assert_eq!(broken.len(), 2, "{found}");
        assert_eq!((&broken[0]["name"], &broken[0]["version"]), (&json!("ticket-status"), &json!(90)));
        assert_eq!(broken[0]["errors"][0]["code"], "unknown_variable");
        assert_eq!(broken[1]["name"], "ticket-gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_made_is_recorded_and_fails_nothing() {
    both(async |world| {
        let cast = cast(&world).await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE customers SET name = '' WHERE id = $1", args![cast.budi]).await.unwrap();
        tx.commit().await.unwrap();
        let ticket = report(&world, cast.budi).await;
        assert_eq!(count(&world, "SELECT COUNT(*) FROM messages WHERE template = 'ticket-created'").await, 0);
        let filter = AuditFilter { kind: Some("message.refused".into()), ..AuditFilter::default() };
        let trail = event::search(&world.root(), &filter).await.unwrap().items;
        assert_eq!((trail.len(), trail[0].outcome), (1, Outcome::Failed), "{trail:?}");
        assert_eq!(trail[0].subject, ticket.summary.number);
        assert_eq!(
            (&trail[0].data["template"], &trail[0].data["fields"]),
            (&json!("ticket-created"), &json!(["name"]))
        );
    })
    .await;
}

const PAGE: &str = "/templates/ticket-status";

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_edits_looks_tests_and_takes_back_on_the_page() {
    both(async |world| {
        cast(&world).await;
        let desk = Visitor::staff(&world, UserId(2)).await;
        desk.get("/").await.must_say("href=\"/templates\"");
        desk.get("/templates").await.must_say("Pengingat bayar H-3").must_say("Bawaan");
        desk.get(PAGE).await.must_say("Status berubah").must_not_say("ticket-status/id/edit");
        let text = [("body", "{number} {status}"), ("version", "0")];
        assert_eq!(desk.post(&format!("{PAGE}/id/edit"), &text).await.status, StatusCode::FORBIDDEN);
        let andi = Visitor::staff(&world, UserId(4)).await;
        andi.get("/").await.must_not_say("href=\"/templates\"");
        assert_eq!(andi.get("/templates").await.status, StatusCode::FORBIDDEN);

        let chief = Visitor::staff(&world, UserId(3)).await;
        chief.get("/templates?q=isolir").await.must_say("service-suspended").must_not_say("ticket-status");
        let page = chief.get(PAGE).await;
        page.must_say("{status}").must_say("<b>TKT20261121001</b>").must_say("Teks ini belum pernah diubah");
        assert_eq!(page.field("version"), "0");
        chief.get(&format!("{PAGE}?text=en")).await.must_say("ticket-status/en/edit").must_say("is now");

        // Live, as the script asks for it, and as a browser without it does.
        let draft = [("body", "*{number}* {status} <i>"), ("version", "0")];
        let part = chief.post(&format!("{PAGE}/id/preview?part=1"), &draft).await;
        part.must_say("<b>TKT20261121001</b> Sedang dikerjakan &#60;i&#62;").must_not_say("<html");
        let wrong = [("body", "{number} {nama}"), ("version", "0")];
        let part = chief.post(&format!("{PAGE}/id/preview?part=1"), &wrong).await;
        part.must_say("{nama} bukan variabel").must_say("Teks harus memuat {status}");
        chief
            .post(&format!("{PAGE}/id/preview"), &draft)
            .await
            .must_say("<html")
            .must_say("Sedang dikerjakan &#60;i");
        let refused = chief.post(&format!("{PAGE}/id/edit"), &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused
            .must_say("href=\"#body\"")
            .must_say("{nama} bukan variabel")
            .must_say("{number} {nama}</textarea>");

        let good = [("body", "Tiket {number}\r\n{status}"), ("note", "Lebih singkat"), ("version", "0")];
        let page = chief.post(&format!("{PAGE}/id/edit"), &good).await;
        page.must_say("Teks tersimpan")
            .must_say("Versi 1")
            .must_say("Lebih singkat")
            .must_say("class=\"added\"");
        assert_eq!(told(&world, Locale::Id, MessageChannel::Whatsapp).await.1, "Tiket TKT1\nSelesai");
        let late = chief
            .post(&format!("{PAGE}/id/edit"), &[("body", "{number} {status} lain"), ("version", "0")])
            .await;
        late.must_say("Orang lain baru saja mengubahnya").must_say("{number} {status} lain</textarea>");
        assert_eq!(late.field("version"), "1");

        let bad = chief.post(&format!("{PAGE}/id/test"), &[("to", "12")]).await;
        bad.must_say("href=\"#to\"").must_say("Isi nomor WhatsApp");
        let page = chief.post(&format!("{PAGE}/id/test"), &[("to", "0812-3456-7890")]).await;
        page.must_say("Uji coba sedang dikirim");
        world.drain().await;
        let phone = inbox(&world, PHONE).await;
        assert!(
            phone.iter().any(|one| one.body.starts_with("[UJI COBA]\nTiket TKT20261121001")),
            "{phone:?}"
        );

        chief.get("/templates?edited=true").await.must_say("Disunting").must_not_say("otp-login");
        let page = chief.post(&format!("{PAGE}/id/revert"), &[("version", "1")]).await;
        page.must_say("Teks dikembalikan").must_say("Versi 2").must_say("kembali ke teks bawaan");
        let again = chief.post(&format!("{PAGE}/id/revert"), &[("version", "2"), ("to_version", "1")]).await;
        again.must_say("Versi 3").must_say("Tiket {number}\n{status}</textarea>");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_edits_tests_and_checks() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let run = |args: &[&str], stdin: &str| {
        let output = daemon.ctl_with(args, stdin);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert!(daemon.ctl(&["template", "list", "--purpose", "billing"]).contains("invoice-issued"));
    let (code, _, said) = run(&["template", "check"], "");
    assert!(code == Some(0) && said.contains("can be used"), "{said}");

    let text = ["template", "set", "ticket-status", "id", "--file", "-"];
    let (code, _, said) = run(&text, "Tiket {nomor}: {status}\n");
    assert!(code == Some(2) && said.contains("{nomor} is no variable"), "{said}");
    let (code, out, said) = run(&[&text[..], &["--dry-run"]].concat(), "Tiket {number}: {status}\n");
    assert!(code == Some(0) && out.contains("Tiket TKT20261121001"), "{out} {said}");
    assert!(daemon.ctl(&["template", "list", "--edited", "-o", "id"]).is_empty());
    let (code, _, said) = run(&[&text[..], &["--note", "Singkat"]].concat(), "Tiket {number}: {status}\n");
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = run(&[&text[..], &["--expect-version", "0"]].concat(), "{number} {status}");
    assert!(code == Some(6), "{said}");
    assert_eq!(daemon.ctl(&["template", "list", "--edited", "-o", "id"]), "ticket-status\n");
    let view = daemon.ctl(&["template", "view", "ticket-status"]);
    assert!(view.contains("Tiket {number}: {status}") && view.contains("Singkat"), "{view}");
    let args = ["template", "preview", "ticket-status", "id", "--value", "status=Beres"];
    assert_eq!(daemon.ctl_json(&args)["body"], "Tiket TKT20261121001: Beres");
    let (code, ..) = run(&["template", "view", "no-such"], "");
    assert_eq!(code, Some(5));

    let sent = daemon.ctl_json(&["template", "test", "ticket-status", "id", "--to", "0812-3456-7890"]);
    assert!(sent["message_id"].is_i64() && sent["operation"].is_string(), "{sent}");
    let args = ["template", "revert", "ticket-status", "id", "--built-in"];
    let back = daemon.ctl_json(&args);
    let again = daemon.ctl_json(&[&args[..], &["--operation", back["operation"].as_str().unwrap()]].concat());
    assert_eq!(again["texts"][0]["version"], 2, "once: {again}");
    daemon.ctl(&["template", "revert", "ticket-status", "id", "--to", "1"]);

    let app = daemon.app().await;
    let mut tx = app.db.write().await.unwrap();
    tx.run("UPDATE template_versions SET body = '{gone}' WHERE version = 3", args![]).await.unwrap();
    tx.commit().await.unwrap();
    app.db.close().await;
    let (code, out, said) = run(&["template", "check"], "");
    assert_eq!(code, Some(1), "{said}");
    assert!(out.contains("ticket-status") && out.contains("{gone} is no variable"), "{out}");
    assert!(said.contains("ticket-status/id"), "{said}");
}
