//! Every operation of the API, for everybody: nothing opens without a sign-in, nothing against the rights, nothing to those
//! whose rows they are not.

use super::{customer, on_portal, staff};
use aglis_core::{
    permission::{Permissions, Role},
    types::CustomerId,
};
use aglis_daemon::{
    api,
    http::{Need, Operation},
    page,
};
use aglis_tests::{Backend, Guest, Site, World, both};
use reqwest::Method;
use serde_json::json;

/// Rows that belong to somebody else than the technician and the customer who ask.
struct Foreign {
    ticket: String,
    customer: CustomerId,
    file: i64,
}

async fn foreign(world: &World, site: &Site) -> Foreign {
    let owner = customer(world, "Sari Wulandari", "0813-9999-0000").await;
    let mut root = site.local();
    let new = json!({ "customer_id": owner.id, "type": "repair", "category": "connection_down", "title": "Internet mati", "description": "mati" });
    let ticket = root.post("/api/tickets", &new).await.expect(201).json();
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes(super::photo(7)).file_name("a.jpg"));
    let path = format!("/api/tickets/{}/attachments", ticket["id"]);
    let file = root.send(root.request(Method::POST, &path).multipart(form)).await.expect(201).json();
    Foreign { ticket: ticket["id"].to_string(), customer: owner.id, file: file[0]["id"].as_i64().unwrap() }
}

/// A path with the parameters filled in: rows of others where there are some, else rows that nobody has.
fn filled(operation: &Operation, foreign: &Foreign) -> String {
    let path = &operation.path;
    let id = if path.contains("/tickets/{id}") {
        foreign.ticket.clone()
    } else if path.contains("/customers/{id}") {
        foreign.customer.to_string()
    } else if path.contains("/files/{id}") {
        foreign.file.to_string()
    } else {
        "987654321".to_owned()
    };
    path.replace("{id}", &id)
        .replace("{item}", "1")
        .replace("{tag}", "vip")
        .replace("{role}", "noc")
        .replace("{permission}", "ticket.read")
        .replace("{day}", "2026-12-25")
        .replace("{secret}", "nobody-knows-it")
        .replace("{status}", "sent")
        .replace("{action}", "retry")
        .replace("{name}", "ticket-status")
        .replace("{locale}", "id")
}

/// The status of an operation; what comes after the head is not waited for.
async fn tried(visitor: &Guest, operation: &Operation, path: &str) -> u16 {
    let mut request = visitor.request(operation.method.clone(), path);
    if operation.method != Method::GET {
        request = request.json(&json!({}));
    }
    request.send().await.unwrap().status().as_u16()
}

fn operations(world: &World) -> Vec<Operation> {
    let routes = api::routes().merge(page::routes(&world.app.config));
    routes.operations().iter().filter(|one| one.path.starts_with("/api/")).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_opens_without_a_sign_in() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let foreign = foreign(&world, &site).await;
    let (nobody, stale) = (site.visitor(), site.token("aglis_0000000000000000000000000000000000000000"));
    let mut closed = 0;
    for operation in operations(&world) {
        let path = filled(&operation, &foreign);
        if matches!(operation.need, Need::Public(_)) {
            assert_ne!(tried(&nobody, &operation, &path).await, 500, "{operation:?}");
            continue;
        }
        closed += 1;
        assert_eq!(tried(&nobody, &operation, &path).await, 401, "{operation:?}");
        assert_eq!(tried(&stale, &operation, &path).await, 401, "{operation:?} with a stale token");
    }
    assert!(closed > 80, "the walk saw {closed} operations");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_leads_to_the_door() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let routes = page::routes(&world.app.config);
    let mut closed = 0;
    for operation in routes.operations() {
        if matches!(operation.need, Need::Public(_)) {
            continue;
        }
        closed += 1;
        let path = operation.path.replace("{number}", "TKT20261121001").replace("{id}", "1");
        let path = path.replace("{step}", "what").replace("{item}", "1").replace("{word}", "sent");
        let mut reply = site.visitor().get(&path).await;
        if reply.status == 405 {
            reply = site.visitor().post(&path, &json!({})).await;
        }
        let reply = reply.expect(303);
        let door = if path.starts_with("/customer/") { "/customer/login" } else { "/login" };
        assert!(reply.header("location").starts_with(door), "{path}: {}", reply.header("location"));
    }
    assert!(closed > 30, "the walk saw {closed} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_does_what_the_matrix_says_and_no_more() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let foreign = foreign(&world, &site).await;
        let operations = operations(&world);
        for role in Role::ALL {
            let someone = staff(&world, &site, role.as_str().replace('_', "-").as_str(), *role).await;
            let rights = Permissions::of(*role);
            for operation in &operations {
                let path = filled(operation, &foreign);
                let (may, staff_only) = match operation.need {
                    Need::Permission(permission) => (rights.has(permission), true),
                    Need::Staff => (true, true),
                    Need::Customer => (false, false),
                    Need::Public(_) => continue,
                };
                let status = tried(&someone, operation, &path).await;
                let right = match (may, staff_only) {
                    (true, _) => !matches!(status, 401 | 500..),
                    (false, true) => status == 403,
                    (false, false) => status == 401,
                };
                assert!(right, "{role} {operation:?}: {status}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_others_are_not_there() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let foreign = foreign(&world, &site).await;
        customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let budi = on_portal(&world, &site, "0812-3456-7890").await;
        let mut andi = staff(&world, &site, "andi", Role::Technician).await;
        let users = site.local().get("/api/users").await.json();
        let id = users["items"].as_array().unwrap().iter().find(|user| user["username"] == "andi").unwrap()["id"].clone();
        let new = json!({ "user_id": id, "level": "senior", "availability": "available", "skills": ["repair"], "areas": [] });
        site.local().post("/api/technicians", &new).await.expect(201);
        assert_eq!(andi.get("/api/tickets").await.expect(200).json()["items"], json!([]));

        let mut walked = 0;
        for operation in operations(&world) {
            let theirs = ["/tickets/{id}", "/customers/{id}", "/files/{id}"];
            if !theirs.iter().any(|family| operation.path.contains(family)) {
                continue;
            }
            let path = filled(&operation, &foreign);
            let someone = match operation.need {
                Need::Customer => &budi,
                Need::Permission(_) => &andi,
                _ => continue,
            };
            walked += 1;
            let status = tried(someone, &operation, &path).await;
            let refused = matches!(status, 403 | 404) || operation.method != Method::GET && matches!(status, 400 | 415 | 422);
            assert!(refused, "{operation:?} as {}: {status}", if operation.need == Need::Customer { "customer" } else { "technician" });
        }
        assert!(walked > 35, "the walk saw {walked} operations");
        // A body that would do keeps nobody from being refused.
        for (path, body) in [
            ("comments", json!({ "body": "halo" })),
            ("status", json!({ "status": "in_progress" })),
            ("complete", json!({ "resolution": "x", "checklist": [] })),
        ] {
            let reply = andi.post(&format!("/api/tickets/{}/{path}", foreign.ticket), &body).await;
            assert!(matches!(reply.status, 404 | 422), "{path}: {} {}", reply.status, reply.text());
            assert_ne!((path, reply.status), ("comments", 422), "{}", reply.text());
        }
        let path = format!("/api/tickets/{}/attachments", foreign.ticket);
        let form = || {
            let photo = reqwest::multipart::Part::bytes(super::photo(1)).file_name("a.jpg");
            reqwest::multipart::Form::new().part("file", photo)
        };
        andi.send(andi.request(Method::POST, &path).multipart(form())).await.expect(404);
        let mut budi = budi;
        let path = path.replace("/api/", "/api/customer-portal/");
        budi.send(budi.request(Method::POST, &path).multipart(form())).await.expect(404);
        for (path, body) in [("comments", json!({ "body": "halo" })), ("rate", json!({ "rating": 1 })), ("reopen", json!({ "reason": "x" }))] {
            budi.post(&format!("/api/customer-portal/tickets/{}/{path}", foreign.ticket), &body).await.expect(404);
        }
    })
    .await;
}
