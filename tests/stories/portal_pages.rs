//! The customer portal as a phone without JavaScript sees it.

use crate::{
    accounts::add,
    http::{code, customer, photo},
};
use aglis_core::{
    permission::Role,
    technicians::service as technicians,
    tickets::{Assign, Complete, SetStatus, TicketStatus, service as tickets},
};
use aglis_tests::{Backend, Guest, Reply, Site, World, both};
use reqwest::Method;
use std::time::Duration;

const PHONE: &str = "0812-3456-7890";
const NEW: &str = "/customer/tickets/new";

/// Signs in with a code from WhatsApp; gives the start page.
async fn signs_in(world: &World, visitor: &mut Guest, phone: &str) -> Reply {
    visitor.get("/customer/login").await.expect(200);
    visitor.go("/customer/login", &[("phone", phone)]).await;
    let code = code(world).await;
    visitor.go("/customer/login/code", &[("code", &code)]).await
}

/// A site with one customer, who has signed in.
async fn budi(world: &World) -> (Site, Guest) {
    let site = Site::open(&world.app).await;
    customer(world, "Budi Santoso", PHONE).await;
    let mut phone = site.visitor();
    signs_in(world, &mut phone, PHONE).await;
    (site, phone)
}

#[track_caller]
fn sees(reply: &Reply, texts: &[&str]) {
    let page = reply.text();
    for text in texts {
        assert!(page.contains(text), "{text:?} is not in:\n{page}");
    }
}

/// A refused form: the title says so, the summary leads to the field, the field says it too.
#[track_caller]
fn refused(reply: &Reply, field: &str, text: &str) {
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert!(reply.title().starts_with("Galat: "), "{}", reply.title());
    let link = format!("<a href=\"#{field}\">{text}</a>");
    let at = format!("id=\"{field}-error\"");
    sees(reply, &["role=\"alert\"", &link, &at, &format!("id=\"{field}\"")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_and_a_code_open_the_door_and_nothing_else_does() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        customer(&world, "Budi Santoso", PHONE).await;
        let mut phone = site.visitor();
        let door = phone.get("/customer/dashboard").await.expect(303);
        assert_eq!(door.header("location"), "/customer/login?next=%2Fcustomer%2Fdashboard");
        let page = phone.get("/customer/login").await.expect(200);
        assert!(!page.text().contains("<script"), "the door has no script at all");
        refused(&phone.submit("/customer/login", &[("phone", "")]).await, "phone", "Isi nomor WhatsApp Anda");
        let text = "Isi nomor telepon yang benar, misalnya 0812-3456-7890";
        refused(&phone.submit("/customer/login", &[("phone", "abc")]).await, "phone", text);
        phone.get("/customer/login/code").await.expect(303);

        phone.get("/customer/login").await.expect(200);
        let page = phone.go("/customer/login", &[("phone", "+62 812 3456 7890")]).await;
        sees(&page, &["Masukkan kode", PHONE]);
        let right = code(&world).await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let enter = "/customer/login/code";
        refused(&phone.submit(enter, &[("code", "")]).await, "code", "Isi kode dari pesan WhatsApp");
        refused(&phone.submit(enter, &[("code", "12")]).await, "code", "Isi 6 angka dari pesan WhatsApp");
        let text = "Kode salah atau sudah tidak berlaku. Periksa lagi atau minta kode baru.";
        refused(&phone.submit(enter, &[("code", wrong)]).await, "code", text);
        // Another one comes after a minute, and makes the first one worthless.
        let page = phone.go("/customer/login/resend", &[]).await;
        sees(&page, &["Kode baru bisa diminta"]);
        world.pass(Duration::from_secs(61));
        sees(&phone.go("/customer/login/resend", &[]).await, &["Kode baru sudah dikirim."]);
        let newer = code(&world).await;
        if newer != right {
            refused(&phone.submit(enter, &[("code", &right)]).await, "code", text);
        }
        let inside = phone.submit(enter, &[("code", &newer)]).await.expect(303);
        let cookie = inside.cookies().into_iter().find(|one| one.starts_with("aglis_customer=")).unwrap();
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let home = phone.follow(inside).await;
        sees(&home, &["Halo, Budi Santoso"]);

        // Out again, and the cookie is worth nothing any more.
        let secret = phone.cookie("aglis_customer").unwrap().to_owned();
        phone.get("/customer/profile").await.expect(200);
        sees(&phone.go("/customer/logout", &[]).await, &["Anda sudah keluar."]);
        phone.set_cookie("aglis_customer", &secret);
        phone.get("/customer/dashboard").await.expect(303);
    })
    .await;
}

/// Answers the questions up to the check page.
async fn fills_in(phone: &mut Guest) -> Reply {
    let start = phone.get(NEW).await;
    let page = phone.follow(start).await;
    sees(&page, &["Apa masalahnya?", "Langkah 1 dari 6"]);
    let what = format!("{NEW}/what");
    refused(&phone.submit(&what, &[]).await, "problem", "Pilih masalah yang Anda alami");
    sees(&phone.go(&what, &[("problem", "down")]).await, &["Ceritakan masalahnya"]);

    let detail = format!("{NEW}/detail");
    refused(&phone.submit(&detail, &[("description", " ")]).await, "description", "Ceritakan masalahnya");
    let long = "x".repeat(4001);
    let text = "Keterangan paling banyak 4.000 karakter";
    refused(&phone.submit(&detail, &[("description", &long)]).await, "description", text);
    let page = phone.go(&detail, &[("description", "Lampu merah <b>sejak</b> siang")]).await;
    sees(&page, &["Ada foto atau video?"]);

    let photos = format!("{NEW}/photos");
    let bad = [("photos", "a.txt", b"hello".to_vec())];
    let reply = phone.upload(&photos, &[("go", "1")], &bad).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    sees(&reply, &["a.txt: jenis berkas ini tidak diterima.", "href=\"#photos\""]);
    let reply = phone.upload(&photos, &[("add", "1")], &[("photos", "", Vec::new())]).await;
    refused(&reply, "photos", "Pilih foto atau video lebih dulu, atau lanjutkan tanpa berkas.");
    let reply = phone.upload(&photos, &[("add", "1")], &[("photos", "lampu.jpg", photo(200))]).await;
    sees(&phone.follow(reply).await, &["lampu.jpg", "Sudah diunggah"]);
    let reply = phone.upload(&photos, &[("go", "1")], &[("photos", "", Vec::new())]).await;
    sees(&phone.follow(reply).await, &["Kapan teknisi boleh datang?"]);

    let when = format!("{NEW}/when");
    refused(&phone.submit(&when, &[]).await, "when", "Pilih kapan teknisi boleh datang");
    let past = [("when", "later"), ("day", "2026-11-20"), ("slot", "morning")];
    let text = "Waktu itu sudah lewat. Pilih waktu yang akan datang.";
    refused(&phone.submit(&when, &past).await, "when", text);
    let later = [("when", "later"), ("day", "2026-11-22"), ("slot", "morning")];
    sees(&phone.go(&when, &later).await, &["Bagaimana kami menghubungi Anda?"]);
    let contact = format!("{NEW}/contact");
    refused(&phone.submit(&contact, &[]).await, "contact", "Pilih cara kami menghubungi Anda");
    phone.go(&contact, &[("contact", "whatsapp")]).await
}

/// Reports and sends; gives the number.
async fn reports(phone: &mut Guest) -> String {
    let page = fills_in(phone).await;
    let answers =
        ["Periksa laporan Anda", "Internet mati total", "lampu.jpg", "Pagi, 08.00–12.00", "Lewat WhatsApp"];
    sees(&page, &answers);
    assert!(
        page.text().contains("Lampu merah &#60;b&#62;sejak"),
        "what people write is text:\n{}",
        page.text()
    );
    let sent = phone.submit(&format!("{NEW}/check"), &[]).await.expect(303);
    sent.header("location").rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_reported_question_by_question() {
    both(async |world| {
        let (site, mut phone) = budi(&world).await;
        let number = reports(&mut phone).await;
        let page = phone.get(&format!("/customer/tickets/{number}")).await.expect(200);
        sees(&page, &[&format!("Laporan {number} sudah kami terima."), "Diterima", "Lampiran: lampu.jpg"]);
        let file = page.text().split_once("<img src=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let file = phone.get(&file).await.expect(200);
        assert!(image::load_from_memory(&file.body).is_ok());
        // Pressed twice, it was sent once.
        let mut impatient = site.visitor();
        world.pass(Duration::from_secs(61));
        signs_in(&world, &mut impatient, PHONE).await;
        let page = fills_in(&mut impatient).await.expect(200);
        drop(page);
        let fields = impatient.hidden(&format!("{NEW}/check"));
        for text in ["sudah kami terima", "Laporan ini sudah terkirim."] {
            let request = impatient.request(Method::POST, &format!("{NEW}/check")).form(&fields);
            let reply = impatient.send(request).await;
            sees(&impatient.follow(reply).await, &[text]);
        }
        assert_eq!(crate::http::count(&world, "SELECT COUNT(*) FROM tickets").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_filled_in_is_there_on_another_day_and_another_phone() {
    both(async |world| {
        let (site, mut phone) = budi(&world).await;
        fills_in(&mut phone).await;
        // A step ahead of what was answered is not open; one behind can be changed.
        world.pass(Duration::from_secs(3600));
        let mut other = site.visitor();
        let home = signs_in(&world, &mut other, PHONE).await;
        sees(&home, &["Laporan Anda belum terkirim.", "Lanjutkan mengisi"]);
        let begin = other.get(NEW).await;
        sees(&other.follow(begin).await, &["Periksa laporan Anda", "Lampu merah", "lampu.jpg"]);
        other.get(&format!("{NEW}/detail?edit=1")).await.expect(200);
        let changed = other.go(&format!("{NEW}/detail"), &[("description", "Sudah sejak kemarin")]).await;
        sees(&changed, &["Periksa laporan Anda", "Sudah sejak kemarin"]);
        sees(&other.go(&format!("{NEW}/drop"), &[]).await, &["Isian sudah dihapus."]);
        let begin = other.get(NEW).await.expect(303);
        assert_eq!(begin.header("location"), format!("{NEW}/what"));
        let ahead = other.get(&format!("{NEW}/contact")).await.expect(303);
        assert_eq!(ahead.header("location"), format!("{NEW}/what"));
    })
    .await;
}

/// A technician comes and mends it.
async fn mended(world: &World, number: &str) {
    let user = add(world, "andi", Role::Technician).await;
    let root = world.root();
    let new = serde_json::json!({ "user_id": user, "level": "senior", "availability": "available", "skills": ["repair"], "areas": [] });
    let andi = technicians::create(&root, serde_json::from_value(new).unwrap()).await.unwrap().id;
    let id = tickets::resolve(&root, number).await.unwrap();
    tickets::assign(&root, id, Assign { lead_id: Some(andi), ..Assign::default() }).await.unwrap();
    let begin = SetStatus { status: TicketStatus::InProgress, reason: None };
    tickets::set_status(&root, id, begin).await.unwrap();
    let checklist = tickets::get(&root, id).await.unwrap().checklist;
    let data = Complete {
        resolution: "Konektor diganti".into(),
        attenuation_dbm: Some(-19.5),
        checklist: checklist.into_iter().filter(|line| line.required).map(|line| line.id).collect(),
        ..Complete::default()
    };
    tickets::complete(&root, id, data).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_writes_rates_and_reopens() {
    both(async |world| {
        let (_site, mut phone) = budi(&world).await;
        let number = reports(&mut phone).await;
        let here = format!("/customer/tickets/{number}");
        phone.get(&here).await.expect(200);
        let write = format!("{here}/comments");
        refused(&phone.upload(&write, &[("body", " ")], &[]).await, "body", "Tulis pesan Anda");
        let bad = [("photos", "b.pdf", b"%PDF-1.7".to_vec())];
        let reply = phone.upload(&write, &[("body", "Ini fotonya")], &bad).await.expect(422);
        sees(&reply, &["b.pdf: jenis berkas ini tidak diterima.", ">Ini fotonya</textarea>"]);
        let good = [("photos", "kabel.jpg", photo(90))];
        let reply = phone.upload(&write, &[("body", "Ini fotonya")], &good).await;
        sees(
            &phone.follow(reply).await,
            &["Pesan Anda sudah dikirim.", "Ini fotonya", "Lampiran: kabel.jpg"],
        );

        mended(&world, &number).await;
        sees(
            &phone.get(&here).await.expect(200),
            &["Selesai", "Konektor diganti", "Beri nilai pekerjaan kami"],
        );
        let rate = format!("{here}/rate");
        refused(&phone.submit(&rate, &[]).await, "rating", "Pilih nilai 1 sampai 5");
        let reply = phone.go(&rate, &[("rating", "4"), ("comment", "Cepat")]).await;
        sees(&reply, &["Terima kasih atas penilaian Anda.", "Nilai Anda: 4 dari 5", "Cepat"]);
        let reopen = format!("{here}/reopen");
        refused(&phone.submit(&reopen, &[("reason", "")]).await, "reason", "Tulis apa yang masih bermasalah");
        let reply = phone.go(&reopen, &[("reason", "Putus lagi")]).await;
        sees(&reply, &["Laporan dibuka lagi."]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_language_is_one_link_away_and_stays() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    customer(&world, "Budi Santoso", PHONE).await;
    let mut phone = site.visitor();
    let page = phone.get("/customer/login").await.expect(200);
    sees(&page, &["<html lang=\"id\"", "Masuk ke akun Anda", "/customer/login?lang=en"]);
    let page = phone.get("/customer/login?lang=en").await.expect(200);
    sees(&page, &["<html lang=\"en\"", "lang=id"]);
    assert_eq!(page.header("content-language"), "en");
    let refused = phone.submit("/customer/login", &[("phone", "")]).await.expect(422);
    assert!(refused.title().starts_with("Error: "), "{}", refused.title());
    sees(&signs_in(&world, &mut phone, PHONE).await, &["<html lang=\"en\""]);
    // The profile's choice goes along to other phones.
    phone.get("/customer/profile").await.expect(200);
    let saved = [("locale", "en"), ("notify_whatsapp", "progress")];
    sees(&phone.go("/customer/profile", &saved).await, &["<html lang=\"en\""]);
    world.pass(Duration::from_secs(61));
    let mut other = site.visitor();
    sees(&signs_in(&world, &mut other, PHONE).await, &["<html lang=\"en\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_changes_their_number_by_themselves() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let budi = customer(&world, "Budi Santoso", PHONE).await;
        let mut phone = site.visitor();
        signs_in(&world, &mut phone, PHONE).await;
        sees(&phone.get("/customer/profile").await.expect(200), &["href=\"/customer/profile/phone\""]);
        let door = phone.get("/customer/profile/phone/code").await.expect(303);
        assert_eq!(door.header("location"), "/customer/profile/phone");
        let page = phone.get("/customer/profile/phone").await.expect(200);
        sees(&page, &["Ganti nomor WhatsApp", PHONE]);
        assert!(!page.text().contains("<script"), "without a script");
        let ask = "/customer/profile/phone";
        refused(&phone.submit(ask, &[("phone", "")]).await, "phone", "Isi nomor WhatsApp Anda");
        let same = "Ini sudah nomor Anda. Isi nomor yang baru.";
        refused(&phone.submit(ask, &[("phone", PHONE)]).await, "phone", same);
        let page = phone.go(ask, &[("phone", "0812-9999-0000")]).await;
        sees(&page, &["Masukkan kedua kode", "0812-9999-0000", PHONE]);
        let sent = async |address: &str| {
            let mut tx = world.app.db.read().await.unwrap();
            let (body,): (String,) = tx
                .one(
                    "SELECT body FROM messages WHERE template = 'otp-phone' AND address = $1 ORDER BY id DESC LIMIT 1",
                    aglis_core::args![address],
                )
                .await
                .unwrap();
            body.split('*').nth(1).unwrap().to_owned()
        };
        let enter = "/customer/profile/phone/code";
        let empty = phone.submit(enter, &[("old_code", ""), ("new_code", "12")]).await;
        refused(&empty, "old_code", "Isi 6 angka dari pesan di nomor lama");
        refused(&empty, "new_code", "Isi 6 angka dari pesan di nomor baru");
        sees(&phone.go("/customer/profile/phone/resend", &[]).await, &["Kode baru bisa diminta"]);
        let (old, new) = (sent("+6281234567890").await, sent("+6281299990000").await);
        let wrong = if new == "000000" { "000001" } else { "000000" };
        let text = "Kode dari nomor baru salah atau sudah tidak berlaku";
        refused(&phone.submit(enter, &[("old_code", &old), ("new_code", wrong)]).await, "new_code", text);
        let page = phone.go(enter, &[("old_code", &old), ("new_code", &new)]).await;
        sees(&page, &["Nomor sudah diganti. Masuk dengan nomor baru Anda."]);
        assert_eq!(phone.cookie("aglis_customer"), None);
        phone.get("/customer/profile").await.expect(303);
        let now = aglis_core::customers::service::reveal(&world.root(), budi.id).await.unwrap();
        assert_eq!(now.phone, "+6281299990000");
        sees(&signs_in(&world, &mut phone, "0812-9999-0000").await, &["Halo, Budi Santoso"]);

        // The same for apps.
        let path = "/api/customer-portal/phone-change";
        world.pass(Duration::from_secs(61));
        let body = serde_json::json!({ "phone": PHONE });
        phone.post(&format!("{path}/request-otp"), &body).await.expect(200);
        let (old, new) = (sent("+6281299990000").await, sent("+6281234567890").await);
        let codes = serde_json::json!({ "old_code": old, "new_code": new });
        site.visitor().post(&format!("{path}/verify-otp"), &codes).await.expect(401);
        phone.post(&format!("{path}/verify-otp"), &codes).await.expect(204);
        assert_eq!(phone.cookie("aglis_customer"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customers_report_is_not_there() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        customer(&world, "Budi Santoso", PHONE).await;
        customer(&world, "Sari Wulandari", "0813-9999-0000").await;
        let mut budi = site.visitor();
        signs_in(&world, &mut budi, PHONE).await;
        let number = reports(&mut budi).await;
        let page = budi.get(&format!("/customer/tickets/{number}")).await.expect(200);
        let file = page.text().split_once("<img src=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let mut sari = site.visitor();
        signs_in(&world, &mut sari, "0813-9999-0000").await;
        let gone = sari.get(&format!("/customer/tickets/{number}")).await.expect(404);
        let never = sari.get("/customer/tickets/TKT20261121999").await.expect(404);
        let without_id = |reply: &Reply| reply.text().replace(&number, "").replace("TKT20261121999", "");
        assert_eq!(without_id(&gone), without_id(&never), "nobody learns that it exists");
        sari.get(&file).await.expect(404);
        sari.get("/customer/profile").await.expect(200);
        let token = sari.hidden("/customer/logout").into_iter().find(|(name, _)| name == "_csrf").unwrap().1;
        for (act, field, value) in
            [("rate", "rating", "1"), ("reopen", "reason", "x"), ("comments", "body", "x")]
        {
            let fields = [("_csrf", token.as_str()), (field, value)];
            let request =
                sari.request(Method::POST, &format!("/customer/tickets/{number}/{act}")).form(&fields);
            sari.send(request).await.expect(404);
        }
        sees(&sari.get("/customer/tickets").await.expect(200), &["Tidak ada laporan yang sedang berjalan."]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_asked_no_questions() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let budi = customer(&world, "Budi Santoso", PHONE).await;
        let mut phone = site.visitor();
        sees(&signs_in(&world, &mut phone, PHONE).await, &["Laporkan gangguan"]);
        fills_in(&mut phone).await;
        let left = serde_json::json!({ "status": "terminated", "reason": "pindah" });
        let left = serde_json::from_value(left).unwrap();
        aglis_core::customers::service::set_status(&world.root(), budi.id, left).await.unwrap();
        // Also when the questions were answered before.
        let sent = phone.submit(&format!("{NEW}/check"), &[]).await;
        sees(&phone.follow(sent).await, &["Layanan Anda sudah berhenti"]);
        for path in [NEW.to_owned(), format!("{NEW}/what"), format!("{NEW}/check")] {
            let away = phone.get(&path).await.expect(303);
            assert_eq!(away.header("location"), "/customer/dashboard", "{path}");
            let home = phone.follow(away).await;
            sees(&home, &["Layanan Anda sudah berhenti", "Berhenti berlangganan"]);
            assert!(!home.text().contains(NEW), "no way leads there:\n{}", home.text());
        }
        assert!(!phone.get("/customer/tickets").await.expect(200).text().contains(NEW));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sixth_photo_is_refused_where_one_looks() {
    let world = World::new(Backend::Sqlite).await;
    let (_site, mut phone) = budi(&world).await;
    fills_in(&mut phone).await;
    let photos = format!("{NEW}/photos");
    phone.get(&photos).await.expect(200);
    let more: Vec<_> = (1..=4_u8).map(|n| ("photos", "lampu.jpg", photo(n * 20))).collect();
    let reply = phone.upload(&photos, &[("add", "1")], &more).await;
    sees(&phone.follow(reply).await, &["Sudah 5 berkas"]);
    let reply = phone.upload(&photos, &[("add", "1")], &[("photos", "lebih.jpg", photo(120))]).await;
    refused(&reply, "photos", "Paling banyak 5 berkas. Hapus salah satu lebih dulu.");
}
