//! Packages, ODPs, areas and holidays.

use super::{fields, refused, told};
use aglis_core::{catalog::service, catalog::*, error::Error, types::*};
use aglis_tests::both;

fn package(name: &str) -> NewPackage {
    NewPackage {
        name: name.into(),
        package_type: None,
        down_mbps: 50,
        up_mbps: 20,
        monthly_price: Rupiah(199_900),
        setup_fee: Rupiah(150_000),
        sla_level: Some(SlaLevel::Silver),
        active: None,
    }
}

fn page(limit: u32, cursor: Option<String>) -> PageQuery {
    PageQuery { limit: Some(limit), cursor }
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_are_checked_made_changed_and_listed() {
    both(async |world| {
        let ctx = world.root();
        let bad = NewPackage { down_mbps: 0, up_mbps: -1, monthly_price: Rupiah(-1), ..package(" ") };
        assert_eq!(
            refused(service::create_package(&ctx, bad).await),
            fields(&[
                ("name", "required"),
                ("down_mbps", "out_of_range"),
                ("up_mbps", "out_of_range"),
                ("monthly_price", "out_of_range")
            ])
        );
        let mut ids = Vec::new();
        for name in ["Home Silver 50M", "Home Bronze 30M", "Home Gold 75M"] {
            ids.push(service::create_package(&ctx, package(name)).await.unwrap().id);
        }
        let twin = service::create_package(&ctx, package("Home Gold 75M")).await;
        assert_eq!(refused(twin), fields(&[("name", "taken")]));
        let change = PackageChange {
            monthly_price: Some(Rupiah(210_000)),
            active: Some(false),
            ..PackageChange::default()
        };
        let changed = service::update_package(&ctx, ids[0], change.clone()).await.unwrap();
        assert_eq!((changed.monthly_price, changed.active), (Rupiah(210_000), false));
        service::update_package(&ctx, ids[0], change).await.unwrap();
        let rename = PackageChange { name: Some("Home Gold 75M".into()), ..PackageChange::default() };
        assert_eq!(
            refused(service::update_package(&ctx, ids[0], rename).await),
            fields(&[("name", "taken")])
        );
        assert!(matches!(service::package(&ctx, PackageId(9)).await, Err(Error::NotFound("package"))));

        let filter = |limit, cursor, active| PackageFilter { limit: Some(limit), cursor, active };
        let first = service::packages(&ctx, &filter(2, None, None)).await.unwrap();
        let second = service::packages(&ctx, &filter(2, first.next_cursor.clone(), None)).await.unwrap();
        let names: Vec<_> = first.items.iter().chain(&second.items).map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Home Bronze 30M", "Home Gold 75M", "Home Silver 50M"]);
        assert_eq!(second.next_cursor, None);
        let sold = service::packages(&ctx, &filter(50, None, Some(true))).await.unwrap();
        assert_eq!(sold.items.len(), 2);
        assert!(service::packages(&ctx, &filter(2, Some("zz".into()), None)).await.is_err());
        assert_eq!(
            told(&world).await,
            ["package.created", "package.created", "package.created", "package.updated"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odps_keep_the_ports_that_customers_have() {
    both(async |world| {
        let ctx = world.root();
        let area = service::create_area(
            &ctx,
            NewArea { name: "Telukjambe Timur".into(), latitude: Some(-6.33), longitude: Some(107.29) },
        )
        .await
        .unwrap();
        assert_eq!(
            refused(
                service::create_area(
                    &ctx,
                    NewArea { name: "x".into(), latitude: Some(-91.0), ..NewArea::default() }
                )
                .await
            ),
            fields(&[("latitude", "out_of_range"), ("longitude", "required")])
        );
        let bad = NewOdp { name: "".into(), ports_total: 0, area_id: Some(AreaId(9)), ..NewOdp::default() };
        assert_eq!(
            refused(service::create_odp(&ctx, bad).await),
            fields(&[
                ("name", "required"),
                ("location", "required"),
                ("ports_total", "out_of_range"),
                ("area_id", "unknown")
            ])
        );
        let new = |name: &str, area_id| NewOdp {
            name: name.into(),
            location: "Jl. Galuh Mas".into(),
            area_id,
            ports_total: 8,
            ..NewOdp::default()
        };
        let odp = service::create_odp(&ctx, new("ODP-KRW-02", Some(area.id))).await.unwrap();
        assert_eq!(odp.area_name.as_deref(), Some("Telukjambe Timur"));
        service::create_odp(&ctx, new("ODP-KRW-01", None)).await.unwrap();
        assert_eq!(
            refused(service::create_odp(&ctx, new("ODP-KRW-01", None)).await),
            fields(&[("name", "taken")])
        );
        let customer = aglis_core::customers::NewCustomer {
            name: "Budi".into(),
            phone: "0812-3456-7890".into(),
            address: "Jl. Galuh Mas".into(),
            odp_id: Some(odp.id),
            odp_port: Some(6),
            ..Default::default()
        };
        aglis_core::customers::service::create(&ctx, customer).await.unwrap();
        let ports = |n| OdpChange { ports_total: Some(n), ..OdpChange::default() };
        assert_eq!(
            refused(service::update_odp(&ctx, odp.id, ports(5)).await),
            fields(&[("ports_total", "in_use")])
        );
        let changed = service::update_odp(&ctx, odp.id, ports(6)).await.unwrap();
        assert_eq!((changed.ports_total, changed.ports_used), (6, 1));
        let cleared = OdpChange { area_id: Some(AreaId(0)), ..OdpChange::default() };
        assert_eq!(service::update_odp(&ctx, odp.id, cleared).await.unwrap().area_name, None);

        let filter = |limit, cursor, area_id| OdpFilter { limit: Some(limit), cursor, area_id, q: None };
        let first = service::odps(&ctx, &filter(1, None, None)).await.unwrap();
        let second = service::odps(&ctx, &filter(1, first.next_cursor.clone(), None)).await.unwrap();
        assert_eq!(
            (first.items[0].name.as_str(), second.items[0].name.as_str()),
            ("ODP-KRW-01", "ODP-KRW-02")
        );
        assert_eq!(second.next_cursor, None);
        assert!(service::odps(&ctx, &filter(1, None, Some(area.id))).await.unwrap().items.is_empty());
        let named = async |text: &str| -> Vec<String> {
            let filter = OdpFilter { q: Some(text.into()), ..OdpFilter::default() };
            let found = service::odps(&ctx, &filter).await.unwrap().items;
            found.into_iter().map(|odp| odp.name).collect()
        };
        assert_eq!(named(" krw-02 ").await, ["ODP-KRW-02"]);
        assert_eq!(named("%").await, Vec::<String>::new(), "a wildcard is a letter like others");
        assert_eq!(service::odp_named(&ctx, " odp-krw-01").await.unwrap().name, "ODP-KRW-01");
        assert!(matches!(service::odp_named(&ctx, "ODP-KRW").await, Err(Error::NotFound("ODP"))));
        assert!(matches!(service::odp(&ctx, OdpId(9)).await, Err(Error::NotFound("ODP"))));

        let renamed = AreaChange { name: Some("Telukjambe".into()), ..AreaChange::default() };
        assert_eq!(service::update_area(&ctx, area.id, renamed).await.unwrap().name, "Telukjambe");
        service::create_area(&ctx, NewArea { name: "Cikampek".into(), ..NewArea::default() }).await.unwrap();
        let first = service::areas(&ctx, &page(1, None)).await.unwrap();
        let second = service::areas(&ctx, &page(1, first.next_cursor.clone())).await.unwrap();
        assert_eq!((first.items[0].name.as_str(), second.items[0].name.as_str()), ("Cikampek", "Telukjambe"));
        assert_eq!(service::area(&ctx, area.id).await.unwrap().latitude, Some(-6.33));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holidays_are_days_that_exist() {
    both(async |world| {
        let ctx = world.root();
        let set = |name: &str| SetHoliday { name: name.into() };
        for day in ["2026-02-30", "17-08-2026", "2026-8-17", "", "2026-08-17T00:00:00"] {
            assert_eq!(
                refused(service::set_holiday(&ctx, day, set("x")).await),
                fields(&[("day", "invalid")]),
                "{day}"
            );
        }
        for (day, name) in
            [("2026-12-25", "Natal"), ("2026-08-17", "Kemerdekaan"), ("2026-12-25", "Hari Natal")]
        {
            service::set_holiday(&ctx, day, set(name)).await.unwrap();
        }
        let first = service::holidays(&ctx, &page(1, None)).await.unwrap();
        assert_eq!(first.items[0].day, "2026-08-17");
        let second = service::holidays(&ctx, &page(1, first.next_cursor)).await.unwrap();
        assert_eq!(second.items[0].name, "Hari Natal");
        service::remove_holiday(&ctx, "2026-08-17").await.unwrap();
        assert!(matches!(service::remove_holiday(&ctx, "2026-08-17").await, Err(Error::NotFound("holiday"))));
        assert!(service::holiday(&ctx, "2026-08-17").await.is_err());
        assert_eq!(told(&world).await, ["holiday.set", "holiday.set", "holiday.set", "holiday.removed"]);
    })
    .await;
}
