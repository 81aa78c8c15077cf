//! The daemon over HTTP: who gets in, what is refused, what is let go.

mod door;
mod emptied;
mod exports;
mod once;
mod patience;
mod refusals;
mod rights;
mod secrets;
mod streams;
mod uploads;

use crate::accounts::{PASSWORD, add};
use aglis_core::{
    accounts::{NewToken, service as accounts},
    args,
    customers::{Customer, service as customers},
    permission::Role,
};
use aglis_tests::{Guest, Site, World};
use serde_json::json;

/// A staff member with a session in a browser.
pub async fn staff(world: &World, site: &Site, username: &str, role: Role) -> Guest {
    add(world, username, role).await;
    let mut visitor = site.visitor();
    signs_in(&mut visitor, username).await;
    visitor
}

/// Signs in with the usual password.
pub async fn signs_in(visitor: &mut Guest, username: &str) {
    let body = json!({ "login": username, "password": PASSWORD });
    visitor.post("/api/auth/login", &body).await.expect(200);
}

/// An API token of root, with everything.
pub async fn token(world: &World) -> String {
    let new = NewToken { name: "story".into(), scopes: Vec::new(), expires_in_days: None };
    accounts::create_token(&world.root(), new).await.unwrap().secret
}

/// A residential customer.
pub async fn customer(world: &World, name: &str, phone: &str) -> Customer {
    let new = json!({ "type": "residential", "name": name, "phone": phone, "address": "Jl. Melati 1, Karawang", "status": "active" });
    customers::create(&world.root(), serde_json::from_value(new).unwrap()).await.unwrap()
}

/// The code in the last message.
pub async fn code(world: &World) -> String {
    let mut tx = world.app.db.read().await.unwrap();
    let (body,): (String,) = tx
        .one("SELECT body FROM messages WHERE template = 'otp-login' ORDER BY id DESC LIMIT 1", args![])
        .await
        .unwrap();
    let link = body.split_whitespace().find(|word| word.contains("/customer/login/")).unwrap();
    link.rsplit('/').next().unwrap().to_owned()
}

/// A customer who has signed in to the portal.
pub async fn on_portal(world: &World, site: &Site, phone: &str) -> Guest {
    let mut visitor = site.visitor();
    visitor.post("/api/customer-portal/request-otp", &json!({ "phone": phone })).await.expect(200);
    let body = json!({ "phone": phone, "code": code(world).await });
    visitor.post("/api/customer-portal/verify-otp", &body).await.expect(200);
    visitor
}

/// A small photo.
pub fn photo(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([shade, x as u8, y as u8]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A video of so many bytes, of which nobody looks at more than the head.
pub fn video(bytes: usize, filler: u8) -> Vec<u8> {
    let mut video = b"\0\0\0\x18ftypisom\0\0\0\0isomisom\0\0\0\x08mdat".to_vec();
    video.resize(bytes, filler);
    video
}

/// How many rows a statement counts.
pub async fn count(world: &World, sql: &'static str) -> i64 {
    let mut tx = world.app.db.read().await.unwrap();
    let (count,): (i64,) = tx.one(sql, args![]).await.unwrap();
    count
}
