//! Staff accounts, roles and one's own language on the staff web.

use super::{ADMIN, RINA, open};
use crate::tickets::fixture::{admin, report};
use aglis_core::{
    accounts::service as accounts,
    notifications::{NotificationFilter, service as notifications},
    permission::{Permission, Role},
    types::*,
};
use aglis_tests::{Visitor, World, both};
use axum::http::StatusCode;

async fn may(world: &World, role: Role, permission: Permission) -> bool {
    let all = accounts::roles(&admin(world)).await.unwrap();
    let of = all.into_iter().find(|one| one.role == role).unwrap();
    of.permissions.into_iter().any(|right| right.permission == permission && right.granted)
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_make_change_and_disable_accounts() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        // Customer service has no user.read.
        desk.get("/").await.must_not_say("href=\"/users\"");
        assert_eq!(desk.get("/users").await.status, StatusCode::FORBIDDEN);
        let chief = Visitor::staff(&world, ADMIN).await;
        chief.get("/").await.must_say("href=\"/users\"");
        chief
            .get("/users")
            .await
            .must_say("Rina Wijaya")
            .must_say("Layanan pelanggan")
            .must_say("/users/new");
        chief.get("/users?role=technician").await.must_say("Andi Wijaya").must_not_say("Rina Wijaya");

        let bad = [("username", "x"), ("full_name", ""), ("role", "noc"), ("password", "pendek")];
        let refused = chief.post("/users/new", &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.must_say("href=\"#username\"").must_say("Kata sandi terlalu pendek").must_say("value=\"x\"");
        let good = [
            ("username", "nina"),
            ("full_name", "Nina Sari"),
            ("phone", "0812-7777-0001"),
            ("role", "noc"),
            ("locale", "en"),
        ];
        let page = chief.post("/users/new", &good).await;
        page.must_say("Akun nina dibuat").must_say("Nina Sari").must_say("0812-7777-0001");
        let here = page.path.clone();
        let nina: UserId = here.rsplit('/').next().unwrap().parse().unwrap();
        let mut change = vec![
            ("full_name", "Nina Sari"),
            ("email", "nina@isp.id"),
            ("phone", "0812-7777-0001"),
            ("role", "supervisor"),
            ("locale", "en"),
            ("access", "on"),
        ];
        chief.post(&format!("{here}/edit"), &change).await.must_say("Tersimpan").must_say("nina@isp.id");
        let now = accounts::user(&admin(&world), nina).await.unwrap();
        assert_eq!((now.role, now.active), (Role::Supervisor, true));
        change[5].1 = "off";
        chief.post(&format!("{here}/edit"), &change).await.must_say("Nonaktif");
        assert!(!accounts::user(&admin(&world), nina).await.unwrap().active);
        let weak = chief.post(&format!("{here}/password"), &[("password", "password1234")]).await;
        weak.must_say("href=\"#password\"").must_say("penyerang");
        let set = [("password", "kopi-panas-di-karawang-9")];
        chief.post(&format!("{here}/password"), &set).await.must_say("Kata sandi ditetapkan");
        // Nobody takes away their own role.
        let own = format!("/users/{ADMIN}");
        chief.get(&own).await.must_say("Ini akun Anda").must_not_say("/password\"");
        let own = [("full_name", "Admin Wijaya"), ("role", "noc"), ("locale", "id"), ("access", "on")];
        let refused = chief.post(&format!("/users/{ADMIN}/edit"), &own).await;
        refused.must_say("tidak dapat dilakukan pada akun sendiri");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_shows_what_roles_may_and_switches_it() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        assert_eq!(desk.get("/users/roles").await.status, StatusCode::FORBIDDEN);
        // A supervisor may read it.
        let reader = Visitor::staff(&world, UserId(3)).await;
        let page = reader.get("/users/roles").await;
        page.must_say("Menggabung dan menghubungkan tiket").must_not_say("name=\"right\"");
        let refused = reader.post("/users/roles/save", &[("shown", "")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let chief = Visitor::staff(&world, ADMIN).await;
        let page = chief.get("/users/roles").await;
        page.must_say(
            "value=\"noc:ticket.merge\" aria-label=\"NOC: Menggabung dan menghubungkan tiket\" checked",
        );
        page.must_say("value=\"noc:ticket.cancel\" aria-label=\"NOC: Membatalkan tiket\">");
        let shown = page.field("shown").to_owned();
        // Somebody else switches something meanwhile; what was not touched here stays as they left it.
        let right = aglis_core::accounts::SetRight { granted: true };
        accounts::set_right(&admin(&world), Role::Finance, Permission::TicketNote, right).await.unwrap();
        let mut fields = vec![("shown", shown.as_str()), ("right", "noc:ticket.cancel")];
        let kept = shown.split(' ').filter(|name| *name != "noc:ticket.merge");
        fields.extend(kept.map(|name| ("right", name)));
        chief.post("/users/roles/save", &fields).await.must_say("2 izin diubah").must_say(">diubah<");
        assert!(may(&world, Role::Noc, Permission::TicketCancel).await);
        assert!(!may(&world, Role::Noc, Permission::TicketMerge).await);
        assert!(may(&world, Role::Finance, Permission::TicketNote).await);
        assert!(may(&world, Role::Admin, Permission::RoleManage).await, "what is fixed stays");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_language_for_pages_and_notifications() {
    both(async |world| {
        let (cast, desk) = open(&world).await;
        desk.get("/account").await.must_say("value=\"en\" lang=\"en\" aria-pressed=\"false\"");
        let english = [("locale", "en"), ("next", "/tickets?status=active")];
        let page = desk.post("/language", &english).await;
        assert_eq!(page.path, "/tickets?status=active");
        page.must_say("<html lang=\"en\"").must_say("Language saved");
        assert_eq!(accounts::user(&admin(&world), RINA).await.unwrap().locale, "en");
        report(&world, cast.budi).await;
        let told =
            notifications::list(&crate::tickets::fixture::rina(&world), &NotificationFilter::default())
                .await
                .unwrap();
        assert!(told.items[0].title.starts_with("New ticket"), "{}", told.items[0].title);
        desk.post("/language", &[("locale", "xx"), ("next", "/account")]).await;
        assert_eq!(accounts::user(&admin(&world), RINA).await.unwrap().locale, "en");
    })
    .await;
}
