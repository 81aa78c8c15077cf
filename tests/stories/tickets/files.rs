//! Photos and videos on a ticket: who may add them, who may see them.

use super::fixture::*;
use aglis_core::{
    error::Error,
    files::{self, FileError},
    tickets::{NewTicket, service},
    types::*,
};
use aglis_tests::{World, both};

/// A picture of one red point.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00,
    0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01,
    0x01, 0x00, 0xc9, 0xfe, 0x92, 0xef, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
    0x82,
];

/// Makes a kept file look as if it had been put long ago.
pub fn age(world: &World, sha256: &str) {
    let file = std::fs::File::options().append(true).open(world.app.files.path(sha256).unwrap()).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_are_kept_with_the_ticket_and_shown_to_those_who_may() {
    both(async |world| {
        let cast = cast(&world).await;
        let budi = customer(&world, cast.budi);
        let refused = files::service::keep(&budi, "a.jpg", b"<svg onload=alert(1)>".to_vec()).await;
        assert!(matches!(refused, Err(FileError::Kind { .. })));

        let kept = files::service::keep(&budi, "../lampu modem.png", PNG.to_vec()).await.unwrap();
        assert!(!kept.name.contains('/') && kept.name.ends_with(".png"), "{}", kept.name);
        let new = NewTicket { title: "Internet mati".into(), ..NewTicket::default() };
        let ticket = service::create(&budi, new).await.unwrap().summary.id;

        let six = vec![kept.clone(); 6];
        let Err(Error::Invalid(fields)) = service::attach(&budi, ticket, &six, "report", true).await else {
            panic!("six files were taken");
        };
        assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), ("files", "too_many_files"));
        let one = std::slice::from_ref(&kept);
        assert!(matches!(
            service::attach(&customer(&world, cast.sari), ticket, one, "report", true).await,
            Err(Error::NotFound("ticket"))
        ));

        let attached = service::attach(&budi, ticket, one, "report", false).await.unwrap();
        assert!(attached[0].customer_visible, "a customer sees what they sent");
        let inside = service::attach(&rina(&world), ticket, one, "otdr", false).await.unwrap();
        let seen = service::attachments(&budi, ticket).await.unwrap();
        assert_eq!(seen.iter().map(|file| file.id).collect::<Vec<_>>(), [attached[0].id]);

        let download = files::service::read(&budi, attached[0].id).await.unwrap();
        assert_eq!((download.media_type.as_str(), download.bytes.len() as i64), ("image/png", kept.bytes));
        for (ctx, id) in [
            (&budi, inside[0].id),
            (&customer(&world, cast.sari), attached[0].id),
            (&technician(&world, cast.andi), attached[0].id),
            (&budi, FileId(999)),
        ] {
            assert!(matches!(files::service::read(ctx, id).await, Err(Error::NotFound("file"))));
        }
        assert!(files::service::read(&rina(&world), inside[0].id).await.is_ok());
        let opened = files::service::open(&budi, attached[0].id).await.unwrap();
        assert_eq!((opened.bytes as i64, opened.sha256.as_str()), (kept.bytes, kept.sha256.as_str()));
        assert!(matches!(files::service::open(&budi, inside[0].id).await, Err(Error::NotFound("file"))));

        // What was given up is thrown away after a day; what hangs on something stays.
        let stray = world.app.files.put(b"given up".to_vec()).await.unwrap().sha256;
        assert_eq!(files::service::sweep(&world.root()).await.unwrap(), 0);
        for name in [&stray, &kept.sha256] {
            age(&world, name);
        }
        assert_eq!(files::service::sweep(&world.root()).await.unwrap(), 1);
        assert!(world.app.files.read(&stray).await.is_err());
        assert!(files::service::read(&budi, attached[0].id).await.is_ok());
    })
    .await;
}
