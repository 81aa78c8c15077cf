//! The pages as people use them, answered in process, on both databases.

mod customers;
mod desk;
mod once;
mod people;
mod portal;
mod queue;
mod tickets;
mod together;

use crate::tickets::fixture::{Cast, cast};
use aglis_core::types::*;
use aglis_tests::{Visitor, World};

/// A provider with people, and customer service at the desk.
async fn open(world: &World) -> (Cast, Visitor) {
    let cast = cast(world).await;
    (cast, Visitor::staff(world, RINA).await)
}

const ADMIN: UserId = UserId(1);
const RINA: UserId = UserId(2);
const ANDI: UserId = UserId(4);
const DEWI: UserId = UserId(5);
const JOKO: UserId = UserId(6);

/// A small photo.
fn photo() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([200, 30, 30]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// Runs a statement as whoever keeps the database.
async fn sql(world: &World, statement: impl Into<String>) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.run(statement.into(), Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
}
