//! Forms that come twice.

use super::{open, photo, sql};
use crate::{
    http::count,
    tickets::fixture::{report, rina},
};
use aglis_core::{customers::service as customers, tickets::service as tickets, types::*};
use aglis_tests::{Visitor, both};
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_twice_at_once_makes_one() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let number = customers::get(&world.root(), cast.budi).await.unwrap().number;
        let once = desk.get("/tickets/new").await.field("once").to_owned();
        let fields = [
            ("once", once.as_str()),
            ("customer", number.as_str()),
            ("work", "repair/cable"),
            ("title", "Kabel putus"),
            ("channel", "phone"),
        ];
        let files = [("files", "kabel.png", photo())];
        let tap = || desk.send("/tickets/new", &fields, &files);
        let (first, second) = tokio::join!(tap(), tap());
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{second:?}");
        assert_eq!(first.path, second.path);
        first.must_say("Kabel putus").must_say("dibuat.");
        second.must_say("dibuat.");
        // Also when it is sent again the next day, from a page that stayed open.
        world.pass(std::time::Duration::from_secs(25 * 3600));
        let desk = Visitor::staff(&world, super::RINA).await;
        assert_eq!(desk.send("/tickets/new", &fields, &files).await.path, first.path);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM tickets").await, 1);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM files").await, 1);
        // What was changed on that page is another report.
        let mut other = fields;
        other[3].1 = "Kabel putus lagi";
        assert_ne!(desk.send("/tickets/new", &other, &files).await.path, first.path);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM tickets").await, 2);

        let once = desk.get("/customers/new").await.field("once").to_owned();
        let fields = [
            ("once", once.as_str()),
            ("name", "Tono"),
            ("phone", "0812-9999-0001"),
            ("address", "Jl. Baru 1"),
        ];
        let tap = || desk.post("/customers/new", &fields);
        let (first, second) = tokio::join!(tap(), tap());
        assert_eq!((first.path.as_str(), second.status), (second.path.as_str(), StatusCode::OK));
        assert_eq!(count(&world, "SELECT COUNT(*) FROM customers").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_written_once_and_with_its_photo_or_not_at_all() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        let ticket = report(&world, cast.budi).await;
        let at_desk = format!("/tickets/{}", ticket.summary.number);
        let once = desk.get(&at_desk).await.field("once").to_owned();
        let fields = [("once", once.as_str()), ("body", "Sudah kami cek"), ("visibility", "public")];
        let write = format!("{at_desk}/comments");
        let (first, second) = tokio::join!(desk.post(&write, &fields), desk.post(&write, &fields));
        first.must_say("Terkirim ke pelanggan");
        second.must_say("Terkirim ke pelanggan");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM ticket_comments").await, 1);

        let phone = Visitor::customer(&world, cast.budi).await;
        let here = format!("/customer{at_desk}");
        let once = phone.get(&here).await.field("once").to_owned();
        let fields = [("once", once.as_str()), ("body", "Ini fotonya")];
        let write = format!("{here}/comments");
        let files = [("photos", "kabel.png", photo())];
        // The file cannot be attached: the text is not written either, and the same form can be sent again.
        sql(&world, "ALTER TABLE files RENAME TO files_away").await;
        let refused = phone.send(&write, &fields, &files).await;
        assert!(refused.status.is_server_error(), "{}", refused.status);
        sql(&world, "ALTER TABLE files_away RENAME TO files").await;
        assert_eq!(count(&world, "SELECT COUNT(*) FROM ticket_comments").await, 1);
        let tap = || phone.send(&write, &fields, &files);
        let (first, second) = tokio::join!(tap(), tap());
        first.must_say("Pesan Anda sudah dikirim").must_say("Ini fotonya");
        second.must_say("Pesan Anda sudah dikirim");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM ticket_comments").await, 2);
        let now = tickets::get(&rina(&world), ticket.summary.id).await.unwrap();
        assert_eq!(now.attachments.len(), 1);
        assert_eq!(now.summary.id, TicketId(1));
    })
    .await;
}
