//! Customers on the staff web.

use super::{RINA, open, sql};
use aglis_core::{
    catalog::{NewOdp, service as catalog},
    customers::{Customer, CustomerChange, News, service as customers},
    messages::{InboundMessage, service as messages},
    notifications::{NotificationFilter, service as notifications},
    types::*,
};
use aglis_tests::{Visitor, World, both};
use axum::http::StatusCode;

/// More ODPs than one page of a list holds; gives the last one by name.
async fn many_odps(world: &World) -> OdpId {
    let mut last = OdpId(0);
    for n in 1..=230 {
        let new = NewOdp {
            name: format!("ODP-MANY-{n:03}"),
            location: "Jl. Tuparev".into(),
            ports_total: 8,
            ..NewOdp::default()
        };
        last = catalog::create_odp(&world.root(), new).await.unwrap().id;
    }
    last
}

async fn budi(world: &World) -> Customer {
    customers::get(&world.root(), CustomerId(1)).await.unwrap()
}

/// The fields of the form as they stand there, with changes.
async fn form<'a>(desk: &Visitor, number: &str, changes: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    let page = desk.get(&format!("/customers/{number}/edit")).await;
    assert_eq!(page.status, StatusCode::OK);
    let inputs =
        ["version", "name", "phone", "email", "odp", "odp_port", "place", "pppoe_username", "ip_address"];
    let mut fields: Vec<(String, String)> =
        inputs.iter().map(|name| ((*name).to_owned(), page.field(name).to_owned())).collect();
    for (name, value) in [
        ("address", "Jalan Kertabumi 1"),
        ("type", "residential"),
        ("area_id", "1"),
        ("package_id", "1"),
        ("portal", "on"),
        ("locale", "id"),
        ("ip_mode", "dynamic"),
        ("notify_whatsapp", "progress"),
        ("notify_whatsapp", "answers"),
        ("notify_whatsapp", "results"),
        ("notify_email", "progress"),
        ("notify_email", "answers"),
        ("notify_email", "results"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn save(desk: &Visitor, number: &str, changes: &[(&str, &str)]) -> aglis_tests::Page {
    let fields = form(desk, number, changes).await;
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    desk.post(&format!("/customers/{number}/edit"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_a_customer_keeps_the_port_however_many_odps_there_are() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let far = many_odps(&world).await;
        let place = CustomerChange { odp_id: Some(far), odp_port: Some(3), ..CustomerChange::default() };
        let number = customers::update(&world.root(), CustomerId(1), place).await.unwrap().number;

        save(&desk, &number, &[("name", "Budi Santosa")]).await.must_say("Tersimpan");
        let now = budi(&world).await;
        assert_eq!((now.name.as_str(), now.odp_id, now.odp_port), ("Budi Santosa", Some(far), Some(3)));

        // A bad port is refused and named, and nothing is lost.
        let bad = save(&desk, &number, &[("odp_port", "tiga")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        bad.must_say("href=\"#odp_port\"").must_say("Isi nomor port").must_say("value=\"tiga\"");
        let unknown = save(&desk, &number, &[("odp", "ODP-TIDAK-ADA")]).await;
        unknown.must_say("href=\"#odp_id\"").must_say("Tidak ada ODP dengan nama ini");
        assert_eq!(budi(&world).await.odp_port, Some(3));

        // Another ODP takes the port that stands in the form with it, whatever the case of its name.
        save(&desk, &number, &[("odp", "odp-many-007")]).await.must_say("Tersimpan");
        let moved = budi(&world).await;
        assert_eq!((moved.odp_name.as_deref(), moved.odp_port), (Some("ODP-MANY-007"), Some(3)));
        desk.get("/odps/options?odp=many-22").await.must_say("ODP-MANY-229").must_not_say("ODP-MANY-007");

        // An emptied name is what removes it.
        save(&desk, &number, &[("odp", "")]).await.must_say("Tersimpan");
        let freed = budi(&world).await;
        assert_eq!((freed.odp_id, freed.odp_port), (None, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_about_a_customer_can_be_written() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let number = budi(&world).await.number;
        let changes = [
            ("place", "-6,3021 107,282"),
            ("ip_mode", "static"),
            ("ip_address", "203.0.113.7"),
            ("locale", "en"),
            ("notify_email", "answers"),
            ("area_id", ""),
        ];
        save(&desk, &number, &changes).await.must_say("Tersimpan");
        let now = budi(&world).await;
        assert_eq!((now.latitude, now.longitude), (Some(-6.3021), Some(107.282)));
        assert_eq!((now.ip_address.as_deref(), now.locale.as_str()), (Some("203.0.113.7"), "en"));
        assert_eq!((&now.notify_whatsapp[..], &now.notify_email[..]), (News::ALL, &[News::Answers][..]));
        assert_eq!(now.area_id, None);
        save(&desk, &number, &[("name", "Budi Santosa")]).await.must_say("Tersimpan");
        assert_eq!(budi(&world).await.longitude, Some(107.282), "what stands in the form stays");
        save(&desk, &number, &[("place", "")]).await.must_say("Tersimpan");
        let now = budi(&world).await;
        assert_eq!((now.latitude, now.longitude), (None, None));

        // Somebody was faster: it is said on the form, with what was entered, and the second try means it.
        let stale = form(&desk, &number, &[("name", "Budi dari meja")]).await;
        sql(&world, "UPDATE customers SET version = version + 1 WHERE id = 1").await;
        let stale: Vec<(&str, &str)> = stale.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let told = desk.post(&format!("/customers/{number}/edit"), &stale).await;
        told.must_say("href=\"#form\"")
            .must_say("Orang lain baru saja mengubahnya")
            .must_say("Budi dari meja");
        assert_ne!(told.field("version"), stale[0].1);

        let made = desk
            .post(
                "/customers/new",
                &[
                    ("name", "Tono"),
                    ("phone", "0812-9999-0001"),
                    ("address", "Jl. Baru 1"),
                    ("odp", "ODP-KRW-01"),
                    ("odp_port", "9x"),
                    ("ip_mode", "dynamic"),
                ],
            )
            .await;
        made.must_say("Isi nomor port").must_say("value=\"Tono\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_wrote_is_read_on_their_page() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let from = InboundMessage {
            provider_id: Some("wa-1".into()),
            from: "6281234567801".into(),
            group: None,
            text: "Kapan teknisinya datang?".into(),
            sent_at: None,
        };
        messages::received(&world.root(), "sandbox", &from).await.unwrap();
        let page = desk.get(&format!("/customers/{}", budi(&world).await.number)).await;
        page.must_say("Kapan teknisinya datang?").must_say("Ditulis pelanggan").must_say("0812-••••-7801");
        page.must_not_say("+6281234567801");

        // Finance may see customers; without message.read the section is not there.
        sql(&world, format!("UPDATE users SET role = 'technician' WHERE id = {RINA}")).await;
        assert_eq!(desk.get("/customers").await.status, StatusCode::FORBIDDEN);
        assert_eq!(cast.budi, CustomerId(1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_field_wherever_they_stand() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let refused = desk.post("/customers/new", &[("phone", "abc"), ("ip_mode", "dynamic")]).await;
        refused.must_say("href=\"#name\">Nama: Isi bagian ini.</a>");
        refused.must_say("href=\"#address\">Alamat: Isi bagian ini.</a>");
        refused.must_say("href=\"#phone\">Telepon: Isian tidak dapat dibaca. Periksa lagi.</a>");
        let number = budi(&world).await.number;
        let flash = desk.post(&format!("/customers/{number}/tags"), &[("tag", "")]).await;
        flash.must_say("Tag: Isian tidak dapat dibaca. Periksa lagi.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revealed_numbers_are_written_as_people_dial_them_and_changes_named_in_words() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let number = budi(&world).await.number;
        let shown = desk.post(&format!("/customers/{number}/reveal"), &[]).await;
        shown.must_say("0812-3456-7801").must_not_say("+6281234567801");
        save(&desk, &number, &[("name", "Budi Santosa"), ("pppoe_username", "budi@isp")]).await;
        let page = desk.get(&format!("/customers/{number}")).await;
        page.must_say("Data diubah: nama, pengguna PPPoE").must_not_say("pppoe_username");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_came_in_leads_to_who_wrote_it() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let from = |id: &str, from: &str| InboundMessage {
            provider_id: Some(id.into()),
            from: from.into(),
            group: None,
            text: "Halo".into(),
            sent_at: None,
        };
        messages::received(&world.root(), "sandbox", &from("wa-1", "6281234567801")).await.unwrap();
        let page = desk.get("/notifications").await;
        page.must_say("Pesan baru dari Budi Santoso menunggu jawaban").must_say("/notifications/1/open");
        let open = desk.get("/notifications/1/open").await;
        assert_eq!(open.status, StatusCode::SEE_OTHER);
        messages::received(&world.root(), "sandbox", &from("wa-2", "628777000111")).await.unwrap();
        let page = desk.get("/notifications").await;
        page.must_say("Pesan baru dari nomor yang tidak terdaftar");
        page.must_not_say("/notifications/2/open");
        let all = NotificationFilter::default();
        let told = notifications::list(&crate::tickets::fixture::rina(&world), &all).await.unwrap();
        let links: Vec<_> = told.items.into_iter().map(|one| one.link).collect();
        assert_eq!(links, [None, Some(format!("/customers/{}", budi(&world).await.number))]);
    })
    .await;
}
