//! Lists taken out as files.

use super::{customer, staff};
use aglis_core::{customers::service as customers, permission::Role};
use aglis_tests::{Site, World, both};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn exported(world: &World, site: &Site, count: usize) -> Vec<Value> {
    let entries = aglis_tests::eventually("the exports in the audit trail", async || {
        let found = site.local().get("/api/audit?kind=data.exported").await.expect(200).json();
        let found = found["items"].as_array().unwrap().clone();
        (found.len() >= count).then_some(found)
    });
    let entries = entries.await;
    assert_eq!(entries.len(), count, "{:?}", world.backend);
    entries.into_iter().map(|entry| entry["data"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_taken_out_whole_and_it_is_recorded() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        // More than two pages.
        for n in 0..420 {
            let new = json!({ "type": "residential", "name": format!("Pelanggan {n:03}"), "phone": format!("0812{n:08}"), "address": "Jl. Melati 1" });
            customers::create(&world.root(), serde_json::from_value(new).unwrap()).await.unwrap();
        }
        customer(&world, "=HYPERLINK(\"http://evil.example\")", "0813-0000-0001").await;
        let mut sari = staff(&world, &site, "sari", Role::CustomerService).await;
        let rows = sari.get("/api/customers/export?format=ndjson").await.expect(200);
        assert_eq!(rows.header("content-type"), "application/x-ndjson");
        assert_eq!(rows.header("content-disposition"), "attachment; filename=\"customers.ndjson\"");
        let rows: Vec<Value> = rows.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ids: BTreeSet<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert_eq!((rows.len(), ids.len()), (421, 421));
        assert!(rows.iter().all(|row| !row["phone"].as_str().unwrap().contains("00000")), "numbers are masked");

        let request = sari.request(Method::GET, "/api/customers/export").header("accept", "text/csv");
        let file = sari.send(request).await.expect(200);
        assert!(file.header("content-type").starts_with("text/csv"));
        let text = file.text();
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!((lines.len(), lines[422]), (423, ""), "a head, the rows and the last line's end");
        let fields: Vec<&str> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(lines[0], fields.join(","));
        assert!(text.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "a spreadsheet runs nothing");

        let none = sari.get("/api/customers/export?format=csv&q=tidakada").await.expect(200).text();
        assert_eq!(none, format!("{}\n", fields.join(",")));
        let some = sari.get("/api/customers/export?q=pelanggan%20007&limit=1").await.expect(200).text();
        assert_eq!(some.lines().count(), 1);
        assert_eq!(sari.get("/api/customers/export?format=xlsx").await.expect(422).json()["errors"][0]["field"], "format");
        assert_eq!(sari.get("/api/customers/export?nmae=x").await.expect(422).json()["errors"][0]["field"], "nmae");
        let rows: Vec<i64> =
            exported(&world, &site, 4).await.iter().map(|data| data["rows"].as_i64().unwrap()).collect();
        assert_eq!(rows, [1, 0, 421, 421], "the newest first");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_taken_out_as_far_as_one_may_see_them() {
    both(async |world| {
        let site = Site::open(&world.app).await;
        let budi = customer(&world, "Budi Santoso", "0812-3456-7890").await;
        let mut root = site.local();
        for n in 0..3 {
            let new = json!({ "customer_id": budi.id, "type": "repair", "category": "connection_down", "title": format!("Internet mati {n}"), "description": "mati" });
            root.post("/api/tickets", &new).await.expect(201);
        }
        let rows = root.get("/api/tickets/export?order=due").await.expect(200).text();
        let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
        assert_eq!(rows.lines().count(), 3);
        let file = root.get("/api/tickets/export?format=csv").await.expect(200).text();
        let fields: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(file.lines().next().unwrap(), fields.join(","));
        assert_eq!(file.lines().count(), 4);
        let mut andi = staff(&world, &site, "andi", Role::Technician).await;
        assert_eq!(andi.get("/api/tickets/export").await.expect(200).text(), "");
        andi.get("/api/customers/export").await.expect(403);
        root.get("/api/tickets/export?status=lost").await.expect(422);
        andi.post("/api/tickets/export", &json!({ "rows": 7 })).await.expect(204);
        root.post("/api/tickets/export", &json!({ "rows": -1 })).await.expect(422);
        let entries = exported(&world, &site, 4).await;
        assert_eq!(entries[0], json!({ "what": "tickets", "rows": 7 }), "written by the program that read them");
        assert_eq!(entries[1], json!({ "what": "tickets", "rows": 0 }));
        assert_eq!(entries[2], json!({ "what": "tickets", "rows": 3 }));
    })
    .await;
}
