//! The report that a customer fills in on the portal, and the files that go with it.

use crate::tickets::{
    files::{PNG, age},
    fixture::*,
};
use aglis_core::{
    app::Ctx,
    error::Error,
    files,
    portal::{Draft, Trouble, Visit, service as portal},
    queue::{self, SweepFiles},
    tickets::{ContactPreference, service as tickets},
};
use aglis_tests::{World, both};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// Fills a report in, with one photo. Gives the photo's hash and the token to send it with.
async fn fill(ctx: &Ctx) -> (String, String) {
    portal::change_draft(ctx, |draft| {
        *draft = Draft {
            trouble: Some(Trouble::Down),
            description: "Lampu merah".into(),
            visit: Some(Visit::Asap),
            contact: Some(ContactPreference::Call),
            ..Draft::default()
        };
    })
    .await
    .unwrap();
    let photo = files::service::keep(ctx, "lampu.png", PNG.to_vec()).await;
    assert!(portal::add_files(ctx, vec![("lampu.png".into(), photo)]).await.unwrap().is_empty());
    let (draft, token) = portal::draft(ctx).await.unwrap();
    (draft.files[0].file.sha256.clone(), token)
}

/// The night's cleaning.
async fn night(world: &World) {
    let mut tx = world.app.db.write().await.unwrap();
    queue::enqueue(&mut tx, world.app.now(), &SweepFiles {}).await.unwrap();
    tx.commit().await.unwrap();
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_outlives_the_night_in_which_its_report_is_not_sent_yet() {
    both(async |world| {
        let cast = cast(&world).await;
        let budi = customer(&world, cast.budi);
        let (sha256, token) = fill(&budi).await;
        age(&world, &sha256);
        night(&world).await;
        assert!(world.app.files.has(&sha256).await.unwrap());

        let number = portal::send(&budi, &token, "Internet mati").await.unwrap();
        age(&world, &sha256);
        night(&world).await;
        let id = tickets::resolve(&budi, &number).await.unwrap();
        let attached = tickets::attachments(&budi, id).await.unwrap();
        assert_eq!(attached.len(), 1);
        assert!(files::service::read(&budi, attached[0].id).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_or_thrown_away_is_cleaned_up() {
    both(async |world| {
        let cast = cast(&world).await;
        let budi = customer(&world, cast.budi);
        let (sha256, _) = fill(&budi).await;
        portal::remove_file(&budi, &sha256[..16]).await.unwrap();
        age(&world, &sha256);
        night(&world).await;
        assert!(!world.app.files.has(&sha256).await.unwrap(), "taken out");

        let (sha256, _) = fill(&budi).await;
        portal::drop_draft(&budi).await.unwrap();
        age(&world, &sha256);
        night(&world).await;
        assert!(!world.app.files.has(&sha256).await.unwrap(), "thrown away");

        let (sha256, _) = fill(&budi).await;
        age(&world, &sha256);
        world.pass(29 * DAY);
        night(&world).await;
        assert!(world.app.files.has(&sha256).await.unwrap(), "a month is not over");
        world.pass(2 * DAY);
        night(&world).await;
        assert!(!world.app.files.has(&sha256).await.unwrap(), "given up");
        assert!(!portal::draft(&budi).await.unwrap().0.is_begun());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_never_claims_a_photo_that_is_lost() {
    both(async |world| {
        let cast = cast(&world).await;
        let budi = customer(&world, cast.budi);
        let (sha256, token) = fill(&budi).await;
        world.app.files.remove(&sha256).await.unwrap();
        let Err(Error::Invalid(fields)) = portal::send(&budi, &token, "Internet mati").await else {
            panic!("it was sent")
        };
        assert_eq!((fields[0].field.as_str(), fields[0].code.as_str()), ("photos", "file_missing"));
        assert!(fields[0].message.contains("lampu.png"), "{}", fields[0].message);
        let (draft, token) = portal::draft(&budi).await.unwrap();
        assert!(draft.files.is_empty() && draft.description == "Lampu merah");
        portal::send(&budi, &token, "Internet mati").await.unwrap();
    })
    .await;
}
