//! A customer's timeline, and the slice over HTTP.

use super::on_portal;
use aglis_core::{
    app::{Actor, Ctx},
    customers::{CustomerStatus, NewCustomer, SetCustomerStatus, service},
    error::Error,
    tickets::{NewComment, NewTicket, Visibility, service as tickets},
    types::*,
};
use aglis_tests::{Backend, Daemon, World, both};
use serde_json::json;

async fn texts(ctx: &Ctx, id: CustomerId) -> Vec<String> {
    let page = service::timeline(ctx, id, &PageQuery::default()).await.unwrap();
    page.items.into_iter().map(|entry| entry.text).collect()
}

fn budi() -> NewCustomer {
    NewCustomer {
        name: "Budi".into(),
        phone: "0812-3456-7890".into(),
        address: "Jl. Tuparev 12".into(),
        ..NewCustomer::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_tells_the_account_and_its_tickets_to_each_in_their_words() {
    both(async |world: World| {
        let root = world.root();
        let id = service::create(&root, budi()).await.unwrap().id;
        let other = NewCustomer { phone: "0812-3456-7891".into(), ..budi() };
        let other = service::create(&root, other).await.unwrap().id;
        let set =
            |status, reason: Option<&str>| SetCustomerStatus { status, reason: reason.map(str::to_owned) };
        service::set_status(&root, id, set(CustomerStatus::Active, None)).await.unwrap();
        let new = NewTicket { customer_id: Some(id), title: "Internet mati".into(), ..NewTicket::default() };
        let ticket = tickets::create(&root, new).await.unwrap().summary.id;
        for (body, visibility) in [("Kami cek", Visibility::Public), ("Kabel tua", Visibility::Internal)] {
            let comment = NewComment { body: body.into(), visibility: Some(visibility) };
            tickets::comment(&root, ticket, comment).await.unwrap();
        }
        service::set_status(&root, id, set(CustomerStatus::Suspended, Some("unpaid"))).await.unwrap();
        service::reveal(&root, id).await.unwrap();
        assert_eq!(
            texts(&root, id).await,
            [
                "Personal data looked at",
                "Account from active to suspended: unpaid",
                "TKT20261121001: Internal note",
                "TKT20261121001: Comment",
                "TKT20261121001: Reported by a colleague: Internet mati",
                "Account from waiting for installation to active",
                "Became customer AGLS202611210001",
            ]
        );
        let page = |cursor| PageQuery { limit: Some(3), cursor };
        let first = service::timeline(&root, id, &page(None)).await.unwrap();
        assert_eq!(first.items[2].body.as_deref(), Some("Kabel tua"));
        let second = service::timeline(&root, id, &page(first.next_cursor)).await.unwrap();
        assert_eq!(second.items[0].text, "TKT20261121001: Comment");

        // The customer reads their own language, and nothing internal.
        let own = texts(&on_portal(&world, id), id).await;
        assert_eq!(own[0], "Status layanan dari aktif menjadi dihentikan sementara");
        assert_eq!(own.len(), 5, "{own:?}");
        let hidden = service::timeline(&on_portal(&world, other), id, &PageQuery::default()).await;
        assert!(matches!(hidden, Err(Error::NotFound("customer"))));
        let nobody = world.ctx(Actor::Anonymous);
        assert!(service::timeline(&nobody, id, &PageQuery::default()).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn master_data_and_customers_are_kept_over_http() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let client = daemon.local();
    let send = async |method: &str, path: &str, body: serde_json::Value| {
        let method: reqwest::Method = method.parse().unwrap();
        let answer = client.request(method, format!("http://local{path}")).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.unwrap_or_default())
    };
    let (status, area) = send("POST", "/api/areas", json!({ "name": "Karawang Barat" })).await;
    assert_eq!((status, &area["id"]), (201, &json!(1)), "{area}");
    let (status, odp) = send(
        "POST",
        "/api/odp",
        json!({ "name": "ODP-KRW-01", "location": "Jl. Tuparev", "area_id": 1, "ports_total": 8 }),
    )
    .await;
    assert_eq!((status, &odp["area_name"]), (201, &json!("Karawang Barat")), "{odp}");
    let package =
        json!({ "name": "Home Silver 50M", "down_mbps": 50, "up_mbps": 20, "monthly_price": 199900 });
    let (status, package) = send("POST", "/api/packages", package).await;
    assert_eq!((status, &package["sla_level"]), (201, &json!("bronze")), "{package}");
    let new = json!({ "name": "Budi", "phone": "0812-3456-7890", "address": "Jl. Tuparev 12", "area_id": 1, "odp_id": 1,
        "odp_port": 2, "package_id": 1 });
    let (status, customer) = send("POST", "/api/customers", new.clone()).await;
    assert_eq!((status, &customer["phone"]), (201, &json!("0812-••••-7890")), "{customer}");
    let number = customer["number"].as_str().unwrap().to_owned();

    let (status, problem) = send("POST", "/api/customers", new).await;
    assert_eq!((status, problem["errors"].as_array().map(Vec::len)), (422, Some(2)), "{problem}");
    let (status, problem) = send("POST", "/api/customers", json!({ "name": "x", "is_admin": true })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("is_admin")), "{problem}");

    let path = |rest: &str| format!("/api/customers/{number}{rest}");
    let (status, changed) = send("PATCH", &path(""), json!({ "version": 1, "name": "Budi Santoso" })).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
    let (status, problem) = send("PATCH", &path(""), json!({ "version": 1, "name": "Budi S" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("version_mismatch")), "{problem}");
    let (status, problem) =
        send("POST", &path("/status"), json!({ "status": "suspended", "reason": "x" })).await;
    assert_eq!((status, &problem["allowed"]), (409, &json!(["active", "terminated"])), "{problem}");
    let (status, tagged) = send("PUT", &path("/tags/vip"), json!({})).await;
    assert_eq!((status, &tagged["tags"]), (200, &json!(["vip"])), "{tagged}");
    let (status, untagged) = send("DELETE", &path("/tags/vip"), json!({})).await;
    assert_eq!((status, &untagged["tags"]), (200, &json!([])), "{untagged}");
    let (status, seen) = send("POST", "/api/customers/081234567890/reveal", json!({})).await;
    assert_eq!((status, &seen["phone"]), (200, &json!("+6281234567890")), "{seen}");
    let timeline = daemon.get(&path("/timeline?limit=1")).await;
    assert_eq!(timeline["items"][0]["kind"], "customer.revealed", "{timeline}");
    let list = daemon.get("/api/customers?q=santoso%20tuparev&status=pending_installation").await;
    assert_eq!(list["items"][0]["number"], number.as_str(), "{list}");
    for (path, status) in [
        ("/api/customers?sort=name", 422),
        ("/api/customers?cursor=zz", 422),
        ("/api/customers/AGLS1", 404),
        ("/api/packages/x", 404),
        ("/api/packages/9", 404),
        ("/api/odp/1", 200),
        ("/api/areas", 200),
        ("/api/technicians", 200),
        ("/api/technicians/andi", 404),
        ("/api/holidays/2026-08-17", 404),
    ] {
        let answer = client.get(format!("http://local{path}")).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
    let (status, holiday) = send("PUT", "/api/holidays/2026-08-17", json!({ "name": "Kemerdekaan" })).await;
    assert_eq!((status, &holiday["day"]), (200, &json!("2026-08-17")), "{holiday}");
    assert_eq!(send("DELETE", "/api/holidays/2026-08-17", json!({})).await.0, 204);
    let outside = reqwest::Client::new().get(format!("{}/api/customers", daemon.url)).send().await.unwrap();
    assert_eq!(outside.status().as_u16(), 401);
}
