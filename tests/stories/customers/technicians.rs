//! Technicians: who can do what where, and how much they have to do.

use super::{fields, refused, staff, told};
use aglis_core::{
    accounts::{NewUser, UserChange},
    app::{Actor, Ctx},
    catalog::{NewArea, service as catalog},
    customers::{NewCustomer, service as customers},
    error::Error,
    permission::Role,
    technicians::{service, *},
    tickets::{Assign, NewTicket, ServiceType, service as tickets},
    types::*,
};
use aglis_tests::{World, both};

async fn user(world: &World, username: &str, role: Role) -> UserId {
    let new = NewUser {
        username: username.into(),
        full_name: None,
        email: None,
        phone: Some("0856-1234-5678".into()),
        role,
        password: None,
        locale: None,
    };
    aglis_core::accounts::service::create_user(&world.root(), new).await.unwrap().id
}

fn new(user_id: UserId, skills: &[ServiceType]) -> NewTechnician {
    NewTechnician {
        user_id,
        level: None,
        availability: Some(Availability::Available),
        daily_maximum: None,
        skills: skills.to_vec(),
        areas: vec![],
        latitude: None,
        longitude: None,
    }
}

fn as_technician(world: &World, id: TechnicianId) -> Ctx {
    let mut ctx = staff(world, Role::Technician);
    if let Actor::User(staff) = &mut ctx.actor {
        staff.technician_id = Some(id);
    }
    ctx
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_becomes_a_technician_with_skills_and_areas() {
    both(async |world| {
        let ctx = world.root();
        let andi = user(&world, "andi", Role::Technician).await;
        let rina = user(&world, "rina", Role::CustomerService).await;
        let area = catalog::create_area(&ctx, NewArea { name: "Klari".into(), ..NewArea::default() })
            .await
            .unwrap()
            .id;
        let bad = NewTechnician {
            daily_maximum: Some(0),
            areas: vec![AreaId(9)],
            latitude: Some(1.0),
            ..new(rina, &[])
        };
        assert_eq!(
            refused(service::create(&ctx, bad).await),
            fields(&[
                ("user_id", "wrong_role"),
                ("skills", "required"),
                ("daily_maximum", "out_of_range"),
                ("longitude", "required"),
                ("areas", "unknown")
            ])
        );
        assert_eq!(
            refused(service::create(&ctx, new(UserId(99), &[ServiceType::Repair])).await),
            fields(&[("user_id", "unknown")])
        );
        let made = service::create(
            &ctx,
            NewTechnician {
                areas: vec![area, area],
                latitude: Some(-6.3),
                longitude: Some(107.3),
                ..new(andi, &[ServiceType::Survey, ServiceType::Repair, ServiceType::Repair])
            },
        )
        .await
        .unwrap();
        assert_eq!((made.username.as_str(), made.daily_maximum, made.open_tickets), ("andi", 8, 0));
        assert_eq!(
            (made.skills.as_slice(), made.areas.as_slice()),
            ([ServiceType::Repair, ServiceType::Survey].as_slice(), [area].as_slice())
        );
        assert_eq!(
            refused(service::create(&ctx, new(andi, &[ServiceType::Repair])).await),
            fields(&[("user_id", "taken")])
        );
        for text in ["1", "andi", " Andi "] {
            assert_eq!(service::resolve(&ctx, text).await.unwrap(), made.id, "{text}");
        }
        assert!(matches!(service::resolve(&ctx, "rina").await, Err(Error::NotFound("technician"))));

        let change = TechnicianChange {
            level: Some(SkillLevel::Senior),
            skills: Some(vec![ServiceType::Installation]),
            areas: Some(vec![]),
            ..TechnicianChange::default()
        };
        let changed = service::update(&ctx, made.id, change.clone()).await.unwrap();
        assert_eq!((changed.level, changed.areas.len()), (SkillLevel::Senior, 0));
        service::update(&ctx, made.id, change).await.unwrap();
        let read = service::get(&ctx, made.id).await.unwrap();
        assert_eq!(read.skills, [ServiceType::Installation]);
        let kinds = told(&world).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "technician.updated").count(), 1);
        let disabled = UserChange { active: Some(false), ..UserChange::default() };
        let budi = user(&world, "budi", Role::Technician).await;
        aglis_core::accounts::service::update_user(&ctx, budi, disabled).await.unwrap();
        assert_eq!(
            refused(service::create(&ctx, new(budi, &[ServiceType::Repair])).await),
            fields(&[("user_id", "inactive")])
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_paged_and_count_open_work_only() {
    both(async |world| {
        let ctx = world.root();
        let mut ids = Vec::new();
        for (name, skill) in [
            ("andi", ServiceType::Repair),
            ("dewi", ServiceType::Repair),
            ("joko", ServiceType::Installation),
        ] {
            let account = user(&world, name, Role::Technician).await;
            ids.push(service::create(&ctx, new(account, &[skill])).await.unwrap().id);
        }
        let area = catalog::create_area(&ctx, NewArea { name: "Klari".into(), ..NewArea::default() })
            .await
            .unwrap()
            .id;
        let other =
            catalog::create_area(&ctx, NewArea { name: "Rengasdengklok".into(), ..NewArea::default() })
                .await
                .unwrap()
                .id;
        let only = TechnicianChange { areas: Some(vec![area]), ..TechnicianChange::default() };
        service::update(&ctx, ids[0], only).await.unwrap();
        let customer = NewCustomer {
            name: "Budi".into(),
            phone: "0812-3456-7890".into(),
            address: "Jl. A".into(),
            ..NewCustomer::default()
        };
        let customer = customers::create(&ctx, customer).await.unwrap().id;
        for n in 0..3 {
            let ticket = NewTicket {
                customer_id: Some(customer),
                title: format!("Internet mati {n}"),
                description: "Lampu merah".into(),
                ..NewTicket::default()
            };
            let ticket = tickets::create(&ctx, ticket).await.unwrap().summary.id;
            let assign = Assign { lead_id: Some(ids[1]), member_ids: vec![ids[0]], ..Assign::default() };
            tickets::assign(&ctx, ticket, assign).await.unwrap();
            if n == 0 {
                tickets::cancel(&ctx, ticket, aglis_core::tickets::Reason { reason: "batal".into() })
                    .await
                    .unwrap();
            }
        }
        let names = async |filter: TechnicianFilter| -> Vec<(String, i64)> {
            let page = service::list(&world.root(), &filter).await.unwrap();
            page.items.into_iter().map(|t| (t.username, t.open_tickets)).collect()
        };
        let all = [("andi".to_owned(), 2), ("dewi".to_owned(), 2), ("joko".to_owned(), 0)];
        assert_eq!(names(TechnicianFilter::default()).await, all);
        let by_skill = TechnicianFilter { skill: Some(ServiceType::Installation), ..Default::default() };
        assert_eq!(names(by_skill).await, all[2..]);
        let by_area = TechnicianFilter { area_id: Some(other), ..Default::default() };
        assert_eq!(names(by_area).await, all[1..]);

        let set = SetAvailability { availability: Availability::OnBreak };
        let himself = as_technician(&world, ids[0]);
        service::set_availability(&himself, ids[0], set.clone()).await.unwrap();
        assert!(matches!(
            service::set_availability(&himself, ids[1], set.clone()).await,
            Err(Error::Forbidden(_))
        ));
        assert!(matches!(
            service::set_availability(&staff(&world, Role::CustomerService), ids[1], set).await,
            Err(Error::Forbidden(_))
        ));
        let on_break = TechnicianFilter { availability: Some(Availability::OnBreak), ..Default::default() };
        assert_eq!(names(on_break).await, all[..1]);
        let own = service::list(&himself, &TechnicianFilter::default()).await.unwrap();
        assert_eq!(own.items.len(), 1);
        assert!(service::get(&himself, ids[1]).await.is_err());

        // The customers of a technician are those of their tickets.
        let theirs = customers::list(&himself, &Default::default()).await.unwrap();
        assert_eq!(
            theirs.items.iter().map(|row| (row.id, row.open_tickets)).collect::<Vec<_>>(),
            [(customer, 2)]
        );
        assert!(customers::get(&himself, customer).await.is_ok());
        assert!(
            customers::list(&as_technician(&world, ids[2]), &Default::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );

        let page = |cursor| TechnicianFilter { limit: Some(2), cursor, ..TechnicianFilter::default() };
        let first = service::list(&ctx, &page(None)).await.unwrap();
        let second = service::list(&ctx, &page(first.next_cursor.clone())).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next_cursor), (2, 1, None));
    })
    .await;
}
