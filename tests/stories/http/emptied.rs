//! What was set by mistake is taken away again: `null` in a change empties, an absent field stays.

use super::{customer, staff};
use aglis_core::permission::Role;
use aglis_tests::{Site, both};
use reqwest::Method;
use serde_json::{Value, json};

/// The changes that the audit trail tells of a kind of event, once there are so many events; the newest first.
async fn told(site: &Site, kind: &str, count: usize) -> Vec<Vec<Value>> {
    let entries = aglis_tests::eventually("the changes in the audit trail", async || {
        let path = format!("/api/audit?kind={kind}");
        let found = site.local().get(&path).await.expect(200).json();
        let found = found["items"].as_array().unwrap().clone();
        (found.len() >= count).then_some(found)
    });
    let entries = entries.await;
    assert_eq!(entries.len(), count, "{entries:?}");
    entries.into_iter().map(|entry| entry["data"]["changes"].as_array().unwrap().clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preferred_visit_is_taken_away_and_it_is_told() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::CustomerService).await;
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let new = json!({ "customer_id": budi.id, "type": "repair", "category": "connection_down", "title": "Mati",
            "preferred_at": "2026-11-23T02:00:00Z" });
        let made = sari.post("/api/tickets", &new).await.expect(201).json();
        let path = format!("/api/tickets/{}", made["id"]);
        assert_eq!(made["preferred_at"], "2026-11-23T02:00:00Z");

        let renamed = sari.call(Method::PATCH, &path, &json!({ "title": "Mati total" })).await.expect(200).json();
        assert_eq!(renamed["preferred_at"], "2026-11-23T02:00:00Z", "what is not named stays");
        let emptied = json!({ "preferred_at": null });
        let free = sari.call(Method::PATCH, &path, &emptied).await.expect(200).json();
        assert_eq!(free["preferred_at"], Value::Null);
        let again = sari.call(Method::PATCH, &path, &emptied).await.expect(200).json();
        assert_eq!(again["version"], free["version"], "nothing changed, so nothing is told");
        let past = json!({ "preferred_at": "2026-11-01T02:00:00Z" });
        let refused = sari.call(Method::PATCH, &path, &past).await.expect(422).json();
        assert_eq!(refused["errors"][0]["field"], "preferred_at");

        let changes = told(&site, "ticket.updated", 2).await;
        let change = &changes[0][0];
        assert_eq!((changes[0].len(), &change["field"], &change["to"]), (1, &json!("preferred_at"), &Value::Null));
        assert_eq!(change["from"], "2026-11-23T02:00:00Z");
        let lines = sari.get(&format!("{path}/timeline")).await.expect(200).text();
        assert!(lines.contains("jadwal pilihan pelanggan"), "{lines}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coordinates_are_taken_away_together_and_it_is_told() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let mut sari = staff(&world, &site, "sari", Role::CustomerService).await;
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let path = format!("/api/customers/{}", budi.id);
        let place = json!({ "latitude": -6.3021, "longitude": 107.282 });
        sari.call(Method::PATCH, &path, &place).await.expect(200);
        let renamed = sari.call(Method::PATCH, &path, &json!({ "name": "Budi" })).await.expect(200).json();
        assert_eq!((&renamed["latitude"], &renamed["longitude"]), (&json!(-6.3021), &json!(107.282)));

        // Half a place is none.
        let half = sari.call(Method::PATCH, &path, &json!({ "latitude": null })).await.expect(422).json();
        assert!(half["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{half}");
        let emptied = json!({ "latitude": null, "longitude": null });
        let free = sari.call(Method::PATCH, &path, &emptied).await.expect(200).json();
        assert_eq!((&free["latitude"], &free["longitude"]), (&Value::Null, &Value::Null));

        let changes = told(&site, "customer.updated", 3).await;
        let fields: Vec<&Value> = changes[0].iter().map(|change| &change["field"]).collect();
        assert_eq!(fields, ["latitude", "longitude"]);
        assert!(changes[0].iter().all(|change| change["from"].is_null() && change["to"].is_null()));
    })
    .await;
}
