//! An account's life: made, changed, suspended, looked at.

use super::{fields, on_portal, refused, staff, told};
use aglis_core::{
    catalog::{NewArea, NewOdp, NewPackage, PackageChange, service as catalog},
    customers::{
        CustomerChange, CustomerStatus, CustomerType, IpMode, NewCustomer, News, SetCustomerStatus, service,
    },
    error::Error,
    event::{self, AuditFilter},
    permission::Role,
    types::*,
};
use aglis_tests::{World, both};

fn new(name: &str, phone: &str) -> NewCustomer {
    NewCustomer {
        name: name.into(),
        phone: phone.into(),
        address: "Jl. Tuparev No. 12, Karawang Barat".into(),
        ..NewCustomer::default()
    }
}

async fn area(world: &World) -> AreaId {
    let new = NewArea { name: "Karawang Barat".into(), ..NewArea::default() };
    catalog::create_area(&world.root(), new).await.unwrap().id
}

async fn odp(world: &World, name: &str, ports_total: i64) -> OdpId {
    let new = NewOdp { name: name.into(), location: "Jl. Tuparev".into(), ports_total, ..NewOdp::default() };
    catalog::create_odp(&world.root(), new).await.unwrap().id
}

async fn package(world: &World) -> PackageId {
    let new = NewPackage {
        name: "Home Silver 50M".into(),
        package_type: None,
        down_mbps: 50,
        up_mbps: 20,
        monthly_price: Rupiah(199_900),
        setup_fee: Rupiah(0),
        sla_level: None,
        active: None,
    };
    catalog::create_package(&world.root(), new).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_field_is_named_at_once_and_nothing_is_kept() {
    both(async |world| {
        let ctx = world.root();
        let bad = NewCustomer {
            name: "  ".into(),
            phone: "0812x".into(),
            email: Some("budi".into()),
            pic_phone: Some("12".into()),
            area_id: Some(AreaId(99)),
            latitude: Some(1.0),
            package_id: Some(PackageId(99)),
            odp_port: Some(3),
            pppoe_username: Some("a b".into()),
            ip_mode: Some(IpMode::Static),
            locale: Some("fr".into()),
            tags: vec!["!".into()],
            ..NewCustomer::default()
        };
        let complaints = refused(service::create(&ctx, bad.clone()).await);
        let named: Vec<&str> = complaints.iter().map(|(field, _)| field.as_str()).collect();
        for field in [
            "name",
            "phone",
            "email",
            "pic_phone",
            "address",
            "longitude",
            "pppoe_username",
            "ip_address",
            "locale",
            "tags",
        ] {
            assert!(named.contains(&field), "{field} in {named:?}");
        }
        // With a phone the rows it points at are looked up too.
        let complaints =
            refused(service::create(&ctx, NewCustomer { phone: "0812-3456-7890".into(), ..bad }).await);
        for (field, code) in
            fields(&[("area_id", "unknown"), ("package_id", "unknown"), ("odp_id", "required")])
        {
            assert!(complaints.contains(&(field.clone(), code)), "{field} in {complaints:?}");
        }
        assert_eq!(told(&world).await, Vec::<String>::new());
        service::create(&ctx, new("Budi", "0812-3456-7890")).await.unwrap();
        let twin = service::create(&ctx, new("Budi", "+62 812 3456 7890")).await;
        assert!(format!("{twin:?}").contains("AGLS202611210001"), "{twin:?}");
        assert_eq!(refused(twin), fields(&[("phone", "taken")]));
        assert!(matches!(
            service::update(&ctx, CustomerId(77), CustomerChange::default()).await,
            Err(Error::NotFound("customer"))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_made_masked_revealed_and_found_by_any_name() {
    both(async |world| {
        let ctx = staff(&world, Role::CustomerService);
        let (area, package, odp) =
            (area(&world).await, package(&world).await, odp(&world, "ODP-KRW-01", 8).await);
        let given = NewCustomer {
            customer_type: Some(CustomerType::Business),
            email: Some("kantor@example.id".into()),
            pic_name: Some("Sari".into()),
            pic_phone: Some("0857-1111-2222".into()),
            area_id: Some(area),
            latitude: Some(-6.3),
            longitude: Some(107.3),
            odp_id: Some(odp),
            odp_port: Some(2),
            package_id: Some(package),
            pppoe_username: Some("budi@isp".into()),
            ip_mode: Some(IpMode::Static),
            ip_address: Some("203.0.113.7".into()),
            status: Some(CustomerStatus::Active),
            locale: Some("en".into()),
            notes: Some("Anjing galak".into()),
            tags: vec!["VIP".into(), "rumah sakit".into(), "vip".into()],
            ..new("Toko Budi", "0812-3456-7890")
        };
        let refused_to = service::create(&ctx, given.clone()).await;
        assert!(matches!(refused_to, Err(Error::Forbidden(_))), "who may not change a status");
        let left = NewCustomer { status: Some(CustomerStatus::Terminated), ..given.clone() };
        assert_eq!(
            refused(service::create(&world.root(), left).await),
            fields(&[("status", "not_at_first")])
        );
        let made = service::create(&staff(&world, Role::Supervisor), given).await.unwrap();
        assert_eq!(made.number, "AGLS202611210001");
        assert_eq!(
            (made.phone.as_str(), made.email.as_deref(), made.pic_phone.as_deref()),
            ("0812-••••-7890", Some("k•••@example.id"), Some("0857-••••-2222"))
        );
        assert_eq!(made.tags, ["rumah-sakit", "vip"]);
        assert_eq!(
            (made.area_name.as_deref(), made.odp_name.as_deref()),
            (Some("Karawang Barat"), Some("ODP-KRW-01"))
        );
        assert_eq!(made.package.as_ref().map(|package| package.monthly_price), Some(Rupiah(199_900)));
        assert_eq!(made.activated_at, Some(world.app.now()));

        for text in [
            "1",
            "AGLS202611210001",
            " agls202611210001 ",
            "0812-3456-7890",
            "+6281234567890",
            "6281234567890",
        ] {
            assert_eq!(service::resolve(&ctx, text).await.unwrap(), made.id, "{text}");
        }
        for text in ["2", "", "AGLS1", "0812-3456-7891", "99999999", "x"] {
            assert!(matches!(service::resolve(&ctx, text).await, Err(Error::NotFound("customer"))), "{text}");
        }

        let seen = service::reveal(&ctx, made.id).await.unwrap();
        assert_eq!(
            (seen.phone.as_str(), seen.email.as_deref()),
            ("+6281234567890", Some("kantor@example.id"))
        );
        assert_eq!(told(&world).await.last().map(String::as_str), Some("customer.revealed"));

        // The audit trail knows what was done, not the personal data.
        let trail = event::search(&world.root(), &AuditFilter::default()).await.unwrap();
        assert!(!format!("{trail:?}").contains("81234567890"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_from_an_old_version_is_refused() {
    both(async |world| {
        let ctx = world.root();
        let made = service::create(&ctx, new("Budi", "0812-3456-7890")).await.unwrap();
        let change = |name: &str, version| CustomerChange {
            name: Some(name.into()),
            version: Some(version),
            ..CustomerChange::default()
        };
        let first = service::update(&ctx, made.id, change("Budi Santoso", 1)).await.unwrap();
        assert_eq!((first.name.as_str(), first.version), ("Budi Santoso", 2));
        let late = service::update(&ctx, made.id, change("Budi Hartono", 1)).await;
        assert!(matches!(late, Err(Error::Conflict { code: "version_mismatch", .. })), "{late:?}");
        // A change that changes nothing leaves no trace.
        let same = service::update(&ctx, made.id, change("Budi Santoso", 2)).await.unwrap();
        assert_eq!(same.version, 2);
        assert_eq!(told(&world).await, ["customer.created", "customer.updated"]);

        let emptied = service::update(
            &ctx,
            made.id,
            CustomerChange {
                email: Some("b@example.id".into()),
                notes: Some("x".into()),
                ..CustomerChange::default()
            },
        )
        .await
        .unwrap();
        assert!(emptied.email.is_some());
        let emptied = service::update(
            &ctx,
            made.id,
            CustomerChange {
                email: Some(String::new()),
                name: Some(" ".into()),
                ..CustomerChange::default()
            },
        )
        .await;
        assert_eq!(refused(emptied), fields(&[("name", "required")]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_moves_only_where_it_may() {
    both(async |world| {
        let ctx = world.root();
        let id = service::create(&ctx, new("Budi", "0812-3456-7890")).await.unwrap().id;
        let set = async |status, reason: Option<&str>| {
            let set = SetCustomerStatus { status, reason: reason.map(str::to_owned) };
            service::set_status(&world.root(), id, set).await
        };
        use CustomerStatus::*;
        let error = set(Suspended, Some("nunggak")).await.unwrap_err();
        assert!(
            matches!(&error, Error::Conflict { code: "illegal_transition", allowed, .. } if allowed == &["active", "terminated"]),
            "{error:?}"
        );
        let active = set(Active, None).await.unwrap();
        assert_eq!(active.activated_at, Some(world.app.now()));
        world.pass(std::time::Duration::from_secs(60));
        assert_eq!(refused(set(Suspended, Some(" ")).await), fields(&[("reason", "required")]));
        set(Suspended, Some("nunggak")).await.unwrap();
        assert_eq!(set(Active, None).await.unwrap().activated_at, active.activated_at);
        assert!(set(Active, None).await.is_err());
        set(Terminated, Some("pindah")).await.unwrap();
        set(PendingInstallation, None).await.unwrap();

        service::tag(&ctx, id, " Rumah Sakit ").await.unwrap();
        let tagged = service::tag(&ctx, id, "rumah-sakit").await.unwrap();
        assert_eq!(tagged.tags, ["rumah-sakit"]);
        assert!(service::untag(&ctx, id, "rumah-sakit").await.unwrap().tags.is_empty());
        service::untag(&ctx, id, "rumah-sakit").await.unwrap();
        assert_eq!(refused(service::tag(&ctx, id, "!").await), fields(&[("tag", "invalid")]));
        for n in 0..20 {
            service::tag(&ctx, id, &format!("t{n}")).await.unwrap();
        }
        assert_eq!(refused(service::tag(&ctx, id, "t20").await), fields(&[("tag", "too_many")]));
        let kinds = told(&world).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "customer.tagged").count(), 21);
        assert_eq!(kinds.iter().filter(|kind| *kind == "customer.untagged").count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_belongs_to_one_customer_and_the_refusal_says_which_are_free() {
    both(async |world| {
        let ctx = world.root();
        let (first, second) = (odp(&world, "ODP-KRW-01", 4).await, odp(&world, "ODP-KRW-02", 1).await);
        let at = |odp, port, phone: &str| NewCustomer {
            odp_id: Some(odp),
            odp_port: Some(port),
            ..new("Budi", phone)
        };
        let budi = service::create(&ctx, at(first, 2, "0812-0000-0001")).await.unwrap();
        let error = service::create(&ctx, at(first, 2, "0812-0000-0002")).await.unwrap_err().to_string();
        assert!(
            error.contains("AGLS202611210001 has port 2") && error.contains("ODP-KRW-01: 1, 3-4"),
            "{error}"
        );
        assert_eq!(
            refused(service::create(&ctx, at(first, 5, "0812-0000-0002")).await),
            fields(&[("odp_port", "out_of_range")])
        );
        assert_eq!(
            refused(service::create(&ctx, at(OdpId(9), 1, "0812-0000-0002")).await),
            fields(&[("odp_id", "unknown")])
        );
        service::create(&ctx, at(second, 1, "0812-0000-0003")).await.unwrap();
        let error = service::create(&ctx, at(second, 1, "0812-0000-0004")).await.unwrap_err().to_string();
        assert!(error.contains("no free port"), "{error}");
        assert_eq!(catalog::odp(&ctx, first).await.unwrap().ports_used, 1);

        // Another ODP gives the port free; keeping one's own port is no conflict.
        let change = |odp_id, odp_port| CustomerChange { odp_id, odp_port, ..CustomerChange::default() };
        service::update(&ctx, budi.id, change(Some(first), Some(2))).await.unwrap();
        let moved = service::update(&ctx, budi.id, change(Some(second), None)).await.unwrap();
        assert_eq!((moved.odp_id, moved.odp_port), (Some(second), None));
        let gone = service::update(&ctx, budi.id, change(Some(OdpId(0)), None)).await.unwrap();
        assert_eq!((gone.odp_id, gone.odp_port), (None, None));
        assert_eq!(
            refused(service::update(&ctx, budi.id, change(None, Some(1))).await),
            fields(&[("odp_id", "required")])
        );

        // Ten at once for the one port that is asked for: one gets it.
        let tasks: Vec<_> = (0..10)
            .map(|n| {
                let (ctx, new) = (world.root(), at(first, 3, &format!("0813-0000-00{n:02}")));
                tokio::spawn(async move { service::create(&ctx, new).await })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => won += 1,
                lost => assert_eq!(refused(lost), fields(&[("odp_port", "taken")])),
            }
        }
        assert_eq!(won, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_is_not_sold_any_more_stays_with_those_who_have_it() {
    both(async |world| {
        let ctx = world.root();
        let package = package(&world).await;
        let with = |phone: &str| NewCustomer { package_id: Some(package), ..new("Budi", phone) };
        let budi = service::create(&ctx, with("0812-0000-0001")).await.unwrap();
        let change = PackageChange { active: Some(false), ..PackageChange::default() };
        catalog::update_package(&ctx, package, change).await.unwrap();
        assert_eq!(
            refused(service::create(&ctx, with("0812-0000-0002")).await),
            fields(&[("package_id", "inactive")])
        );
        let change = CustomerChange {
            package_id: Some(package),
            notes: Some("a".into()),
            ..CustomerChange::default()
        };
        assert!(service::update(&ctx, budi.id, change).await.unwrap().package.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_see_and_change_only_what_is_theirs() {
    both(async |world| {
        let root = world.root();
        let budi = service::create(&root, new("Budi", "0812-0000-0001")).await.unwrap().id;
        let sari = service::create(&root, new("Sari", "0812-0000-0002")).await.unwrap().id;
        let ctx = on_portal(&world, budi);
        assert_eq!(service::get(&ctx, budi).await.unwrap().phone, "+6281200000001");
        assert!(matches!(service::get(&ctx, sari).await, Err(Error::NotFound("customer"))));
        assert!(service::resolve(&ctx, "0812-0000-0002").await.is_err());
        let listed = service::list(&ctx, &Default::default()).await.unwrap();
        assert_eq!(listed.items.iter().map(|row| row.id).collect::<Vec<_>>(), [budi]);
        let change = CustomerChange {
            email: Some("budi@example.id".into()),
            locale: Some("en".into()),
            notify_whatsapp: Some(vec![News::Results, News::Answers, News::Results]),
            ..CustomerChange::default()
        };
        let changed = service::update(&ctx, budi, change.clone()).await.unwrap();
        assert_eq!(changed.email.as_deref(), Some("budi@example.id"));
        assert_eq!(
            (changed.notify_whatsapp, changed.notify_email),
            (vec![News::Answers, News::Results], News::ALL.to_vec())
        );
        assert!(service::update(&ctx, sari, change).await.is_err());
        let change =
            CustomerChange { name: Some("Raja".into()), portal_enabled: Some(true), ..Default::default() };
        assert_eq!(
            refused(service::update(&ctx, budi, change).await),
            fields(&[("name", "staff_only"), ("portal_enabled", "staff_only")])
        );

        let nobody = staff(&world, Role::Technician);
        assert!(service::list(&nobody, &Default::default()).await.unwrap().items.is_empty());
        assert!(service::get(&nobody, budi).await.is_err());
    })
    .await;
}
