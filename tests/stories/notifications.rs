//! Who hears of what, in whose language, and how the centre is emptied.

use crate::tickets::{fixture::*, moving::code};
use aglis_core::{
    accounts::{self, SignIn, password},
    app::{Actor, Ctx, RequestInfo},
    args,
    notifications::*,
    permission::Role,
    tickets::{self, Assign, NewComment, Priority, SetPriority},
    types::*,
};
use aglis_tests::{Backend, Daemon, World, both};
use std::time::Duration;

async fn centre(ctx: &Ctx) -> Vec<Notification> {
    service::list(ctx, &NotificationFilter::default()).await.unwrap().items
}

async fn titles(ctx: &Ctx) -> Vec<String> {
    centre(ctx).await.into_iter().map(|one| one.title).collect()
}

async fn unread(ctx: &Ctx) -> i64 {
    service::unread(ctx).await.unwrap().count
}

async fn sql(world: &World, sql: &'static str) {
    let mut tx = world.app.db.write().await.unwrap();
    tx.run(sql, args![]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn those_concerned_hear_of_a_ticket_each_in_their_language() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(&world, "UPDATE users SET locale = 'en' WHERE username = 'sup'").await;
        let (rina, andi) = (rina(&world), technician(&world, cast.andi));
        let ticket = report(&world, cast.budi).await.summary.id;
        assert_eq!(titles(&rina).await, ["Tiket baru TKT20261121001"]);
        assert_eq!(titles(&supervisor(&world)).await, ["New ticket TKT20261121001"]);
        assert_eq!(titles(&andi).await, [""; 0], "not theirs");
        let first = &centre(&rina).await[0];
        assert_eq!(first.message, "Internet mati — Budi Santoso");
        assert_eq!(first.link.as_deref(), Some("/tickets/TKT20261121001"));
        assert_eq!(first.data["event"], "ticket.created");

        tickets::service::assign(&rina, ticket, Assign { auto: true, ..Assign::default() }).await.unwrap();
        assert_eq!(titles(&andi).await, ["Tiket TKT20261121001 untuk Anda"]);
        let say = NewComment { body: "Masih mati".into(), visibility: None };
        tickets::service::comment(&customer(&world, cast.budi), ticket, say).await.unwrap();
        assert_eq!(titles(&andi).await[0], "Budi Santoso menulis di TKT20261121001");
        assert_eq!(unread(&rina).await, 2);
        let raise = SetPriority { priority: Priority::Critical, reason: None };
        tickets::service::set_priority(&rina, ticket, raise).await.unwrap();
        assert_eq!(unread(&rina).await, 2, "nobody hears of what they did themselves");
        assert_eq!(titles(&supervisor(&world)).await[0], "Priority of TKT20261121001: critical");
        assert_eq!(centre(&andi).await[0].priority, NotificationPriority::Urgent);
    })
    .await;
}

fn supervisor(world: &World) -> Ctx {
    staff(world, 3, "sup", Role::Supervisor, None)
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_and_wishes_decide_who_is_told() {
    both(async |world| {
        let cast = cast(&world).await;
        sql(&world, "INSERT INTO role_permissions (role, permission, granted) VALUES ('customer_service', 'ticket.assign', FALSE), ('finance', 'ticket.assign', TRUE), ('admin', 'ticket.assign', FALSE), ('technician', 'ticket.assign', TRUE)").await;
        sql(&world, "INSERT INTO users (username, full_name, role, phone, email, created_at, updated_at) SELECT 'fani', 'Fani', 'finance', '+628111111111', 'fani@example.id', created_at, updated_at FROM users WHERE id = 1").await;
        sql(&world, "UPDATE users SET active = FALSE WHERE username = 'sup'").await;
        let fani = staff(&world, 7, "fani", Role::Finance, None);
        report(&world, cast.budi).await;
        assert_eq!((unread(&fani).await, unread(&rina(&world)).await, unread(&admin(&world)).await), (1, 0, 1));
        assert_eq!(unread(&supervisor(&world)).await, 0, "switched off");
        assert_eq!(unread(&technician(&world, cast.andi)).await, 0, "technicians hear of their own tickets only");

        let choice = |channel, enabled| NotificationPreference {
            notification_type: NotificationType::Ticket,
            channel,
            enabled,
        };
        let matrix = service::preferences(&fani).await.unwrap();
        assert_eq!(matrix.len(), 18);
        assert!(matrix.iter().all(|one| one.enabled == (one.channel == NotificationChannel::InApp)));
        let wanted = vec![choice(NotificationChannel::InApp, false), choice(NotificationChannel::Whatsapp, true)];
        let now = service::set_preferences(&fani, wanted.clone()).await.unwrap();
        assert!(wanted.iter().all(|one| now.iter().any(|other| other.channel == one.channel && other.notification_type == one.notification_type && other.enabled == one.enabled)));
        report(&world, cast.sari).await;
        assert_eq!(unread(&fani).await, 1, "the centre was switched off");
        let mut tx = world.app.db.read().await.unwrap();
        let sent: Vec<(String, String)> = tx
            .all("SELECT address, body FROM messages WHERE template = 'staff-notice'", args![])
            .await
            .unwrap();
        assert_eq!(sent.len(), 1, "and WhatsApp on: {sent:?}");
        assert_eq!(sent[0].0, "+628111111111");
        assert!(sent[0].1.contains("Tiket baru TKT20261121002"), "{}", sent[0].1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_is_read_marked_and_cleared_by_its_owner_only() {
    both(async |world| {
        let cast = cast(&world).await;
        for _ in 0..5 {
            report(&world, cast.budi).await;
        }
        let (rina, admin) = (rina(&world), admin(&world));
        let ids: Vec<NotificationId> = centre(&rina).await.into_iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 5);
        assert_eq!(code(service::mark_read(&admin, ids[0]).await).0, "not_found");
        assert_eq!(code(service::delete(&admin, ids[0]).await).0, "not_found");
        let read = service::mark_read(&rina, ids[0]).await.unwrap();
        assert_eq!(read.read_at, Some(world.app.now()));
        service::mark_read(&rina, ids[0]).await.unwrap();
        assert_eq!(unread(&rina).await, 4);
        let only = async |filter| service::list(&rina, &filter).await.unwrap().items.len();
        assert_eq!(only(NotificationFilter { unread: Some(true), ..Default::default() }).await, 4);
        assert_eq!(only(NotificationFilter { unread: Some(false), ..Default::default() }).await, 1);
        assert_eq!(
            only(NotificationFilter { priority: Some(NotificationPriority::Urgent), ..Default::default() })
                .await,
            0
        );
        assert_eq!(
            only(NotificationFilter {
                notification_type: Some(NotificationType::Ticket),
                ..Default::default()
            })
            .await,
            5
        );

        let (mut pages, mut cursor) = (Vec::new(), None);
        loop {
            let filter = NotificationFilter { limit: Some(2), cursor, ..Default::default() };
            let page = service::list(&rina, &filter).await.unwrap();
            pages.extend(page.items.into_iter().map(|one| one.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(pages, ids);

        service::delete(&rina, ids[1]).await.unwrap();
        assert_eq!(service::clear_all(&rina).await.unwrap().count, 3);
        assert_eq!(centre(&rina).await.len(), 3, "only what was read is cleared");
        assert_eq!(service::mark_all_read(&rina).await.unwrap().count, 0);
        assert_eq!(unread(&admin).await, 5, "others keep theirs");
        assert_eq!(code(service::mark_all_read(&world.root()).await).0, "no_account");
        assert_eq!((unread(&world.root()).await, centre(&world.root()).await.len()), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_count_is_exact_while_many_write_and_read() {
    both(async |world| {
        let cast = cast(&world).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let new = tickets::NewTicket { title: "Internet mati".into(), ..Default::default() };
            let budi = customer(&world, cast.budi);
            tasks.spawn(async move { tickets::service::create(&budi, new).await.map(drop).unwrap() });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        let rina = rina(&world);
        assert_eq!(unread(&rina).await, 20);
        let ids: Vec<NotificationId> = centre(&rina).await.into_iter().map(|one| one.id).collect();
        for id in &ids[..10] {
            for _ in 0..2 {
                let (ctx, id) = (rina.clone(), *id);
                tasks.spawn(async move { service::mark_read(&ctx, id).await.map(drop).unwrap() });
            }
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(unread(&rina).await, 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_writes_and_old_news_goes_away() {
    both(async |world| {
        cast(&world).await;
        let sup = supervisor(&world);
        let new = NewNotification {
            user_ids: vec![UserId(2), UserId(3)],
            role: None,
            notification_type: None,
            priority: None,
            title: "Rapat".into(),
            message: "Jam 10 di kantor".into(),
            link: None,
            expires_at: Some(world.app.now().plus_seconds(3600)),
        };
        let bad = NewNotification {
            title: " ".into(),
            link: Some("//evil.example".into()),
            role: Some(Role::Noc),
            expires_at: Some(world.app.now()),
            ..new.clone()
        };
        assert_eq!(code(service::send(&sup, bad).await).1, ["title", "link", "expires_at", "role"]);
        let nobody = NewNotification { user_ids: vec![], ..new.clone() };
        assert_eq!(code(service::send(&sup, nobody).await).1, ["user_ids"]);
        let stranger = NewNotification { user_ids: vec![UserId(99)], ..new.clone() };
        assert_eq!(code(service::send(&sup, stranger).await).1, ["user_ids"]);
        assert_eq!(code(service::send(&rina(&world), new.clone()).await).0, "forbidden");
        assert_eq!(service::send(&sup, new.clone()).await.unwrap().recipients, 2);
        let role = NewNotification { user_ids: vec![], role: Some(Role::Technician), ..new };
        assert_eq!(service::send(&sup, role).await.unwrap().recipients, 3);
        assert_eq!(titles(&rina(&world)).await, ["Rapat"]);
        world.pass(Duration::from_secs(3601));
        assert_eq!((unread(&rina(&world)).await, centre(&rina(&world)).await.len()), (0, 0), "over");
        assert_eq!(service::purge(&world.app.system("cleaning")).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_leads_to_a_page() {
    let daemon = Daemon::start(Backend::Sqlite, &[]).await;
    let app = daemon.app().await;
    let hash = password::hash("kuda benar baterai staples", [1; 16]).await.unwrap();
    let mut tx = app.db.write().await.unwrap();
    tx.run(
        "INSERT INTO users (username, full_name, role, email, password_hash, created_at, updated_at) VALUES ('sup', 'Sup', 'supervisor', 'sup@isp.test', $1, $2, $2)",
        args![hash.as_str(), app.now()],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO notification_preferences (user_id, type, channel, enabled) VALUES (1, 'ticket', 'email', TRUE), (1, 'system', 'email', TRUE)",
        args![],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let ctx = |actor| Ctx { app: app.clone(), actor, now: app.now(), request: RequestInfo::default() };
    let body = SignIn { login: "sup".into(), password: "kuda benar baterai staples".into(), code: None };
    let token = accounts::service::sign_in(&ctx(Actor::Anonymous), body).await.unwrap().token;

    let root = ctx(Actor::Unix { uid: 0, name: "root".into() });
    let customer = serde_json::json!({ "type": "residential", "name": "Budi", "phone": "0812-3456-7890", "address": "Jl. Melati 1" });
    let customer =
        aglis_core::customers::service::create(&root, serde_json::from_value(customer).unwrap()).await;
    let new = tickets::NewTicket {
        title: "Internet mati".into(),
        customer_id: Some(customer.unwrap().id),
        ..Default::default()
    };
    tickets::service::create(&root, new).await.unwrap();
    let note = NewNotification {
        user_ids: vec![UserId(1)],
        role: None,
        notification_type: None,
        priority: None,
        title: "Rapat".into(),
        message: "Jam 10".into(),
        link: None,
        expires_at: None,
    };
    service::send(&root, note).await.unwrap();

    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let get = async |path: &str| {
        let request =
            http.get(format!("{}{path}", daemon.url)).header("Cookie", format!("aglis_staff={token}"));
        request.send().await.unwrap()
    };
    let listed: serde_json::Value = get("/api/notifications").await.json().await.unwrap();
    let mut links: Vec<String> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["link"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(links.len(), 1, "{listed}");
    // The mails carry whole addresses; the one without a link of its own leads to the centre.
    let mut tx = app.db.read().await.unwrap();
    let mails: Vec<(String,)> = tx
        .all("SELECT body FROM messages WHERE template = 'staff-notice' ORDER BY id", args![])
        .await
        .unwrap();
    assert_eq!(mails.len(), 2);
    let base = app.config.server.public_url.to_string();
    for (body,) in &mails {
        let link = body.split_whitespace().find_map(|word| word.strip_prefix(&base)).unwrap();
        links.push(link.to_owned());
    }
    for link in links {
        let answer = get(&link).await;
        assert_eq!(answer.status(), 200, "{link}");
    }
}
