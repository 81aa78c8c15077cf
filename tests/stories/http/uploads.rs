//! Files over HTTP: how large, how they come back, what happens to what is not taken.

use super::{count, customer, on_portal, photo, video};
use aglis_core::customers::Customer;
use aglis_tests::{Backend, Guest, Reply, Site, World, both};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;

const PHONE: &str = "0812-3456-7890";

/// A ticket's number, reported by a customer who is there too.
async fn ticket(world: &World, root: &mut Guest) -> (Customer, String) {
    let budi = customer(world, "Budi Santoso", PHONE).await;
    let new = json!({ "customer_id": budi.id, "type": "repair", "category": "connection_down", "title": "Internet mati", "description": "mati" });
    let ticket = root.post("/api/tickets", &new).await.expect(201).json();
    (budi, ticket["number"].as_str().unwrap().to_owned())
}

async fn attach(visitor: &mut Guest, path: &str, key: Option<&str>, files: &[(&str, Vec<u8>)]) -> Reply {
    let mut form = Form::new();
    for (name, bytes) in files {
        form = form.part("file", Part::bytes(bytes.clone()).file_name((*name).to_owned()));
    }
    let mut request = visitor.request(Method::POST, path).multipart(form);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    visitor.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn large_files_come_with_a_key_and_are_done_once() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut root = site.local();
        let (_, number) = ticket(&world, &mut root).await;
        let path = format!("/api/tickets/{number}/attachments");
        // Together they are larger than one file may be. The client puts another boundary between them each time.
        let files = [("a.mp4", video(30 << 20, 1)), ("b.mp4", video(30 << 20, 2))];
        let first = attach(&mut root, &path, Some("key-number-1"), &files).await.expect(201);
        let again = attach(&mut root, &path, Some("key-number-1"), &files).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.json(), first.json());
        let others = [("a.mp4", video(30 << 20, 1)), ("b.mp4", video(30 << 20, 3))];
        let other = attach(&mut root, &path, Some("key-number-1"), &others).await.expect(422);
        assert_eq!(other.code(), "idempotency_key_reused");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM files").await, 2);
        // What was refused leaves the key free.
        attach(&mut root, &path, Some("key-number-2"), &[("c.txt", b"text".to_vec())]).await.expect(415);
        attach(&mut root, &path, Some("key-number-2"), &[("c.jpg", photo(1))]).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_too_many_is_refused_whole() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut root = site.local();
    let (_, number) = ticket(&world, &mut root).await;
    let path = format!("/api/tickets/{number}/attachments");
    let refused = attach(&mut root, &path, None, &[("a.mp4", video((50 << 20) + 1, 0))]).await.expect(413);
    assert!(refused.text().contains("at most 50 MiB"), "{}", refused.text());
    let six: Vec<_> = (0..6).map(|n| ("a.jpg", photo(n))).collect();
    let refused = attach(&mut root, &path, None, &six).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "too_many_files");
    attach(&mut root, &path, None, &[("a.jpg", photo(1)), ("b.html", b"<script>".to_vec())])
        .await
        .expect(415);
    attach(&mut root, &path, None, &[]).await;
    let text = "x".repeat(2 << 20);
    let form = Form::new().text("purpose", text).part("file", Part::bytes(photo(1)).file_name("a.jpg"));
    let request = root.request(Method::POST, &path).multipart(form);
    root.send(request).await.expect(413);
    assert_eq!(count(&world, "SELECT COUNT(*) FROM files").await, 0);
    let unfinished = world.dir.path().join("uploads").join("tmp");
    assert_eq!(std::fs::read_dir(unfinished).unwrap().count(), 0, "nothing lies around");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_at_once_all_arrive() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let (_, number) = ticket(&world, &mut site.local()).await;
    let path = format!("/api/tickets/{number}/attachments");
    let sent = (0..12_u8).map(|n| {
        let (mut root, path) = (site.local(), path.clone());
        tokio::spawn(
            async move { attach(&mut root, &path, None, &[("a.mp4", video(40 << 20, n))]).await.status },
        )
    });
    for sent in sent.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), 201);
    }
    assert_eq!(count(&world, "SELECT COUNT(*) FROM files").await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_back_in_a_way_that_no_browser_runs() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut root = site.local();
    let (_, number) = ticket(&world, &mut root).await;
    let path = format!("/api/tickets/{number}/attachments");
    let files = [("foto \"a\".jpg", photo(9)), ("../film.mp4", video(2000, 0))];
    let attached = attach(&mut root, &path, None, &files).await.expect(201).json();
    let photo = root.get(&format!("/api/files/{}", attached[0]["id"])).await.expect(200);
    let film = root.get(&format!("/api/files/{}", attached[1]["id"])).await.expect(200);
    for file in [&photo, &film] {
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert_eq!(file.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(file.header("cache-control"), "private, no-cache");
        assert_eq!(file.header("content-length"), file.body.len().to_string());
    }
    assert_eq!(
        (photo.header("content-type"), photo.header("content-disposition")),
        ("image/jpeg".into(), "inline".into())
    );
    assert_eq!(film.header("content-type"), "video/mp4");
    let disposition = film.header("content-disposition");
    assert!(disposition.starts_with("attachment") && !disposition.contains(".."), "{disposition}");
    let request = root
        .request(Method::GET, &format!("/api/files/{}", attached[0]["id"]))
        .header("if-none-match", photo.header("etag"));
    let same = root.send(request).await.expect(304);
    assert!(same.body.is_empty());

    // Another customer has no such file, and what is not meant for customers is not there for the owner either.
    customer(&world, "Sari Wulandari", "0813-9999-0000").await;
    for phone in [PHONE, "0813-9999-0000"] {
        let mut someone = on_portal(&world, &site, phone).await;
        someone.get(&format!("/api/customer-portal/files/{}", attached[0]["id"])).await.expect(404);
    }
}
