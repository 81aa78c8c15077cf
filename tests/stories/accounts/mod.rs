//! Who may come in, and what they may do then.

mod manage;
mod phone;
mod portal;

use aglis_core::{
    accounts::{Pending, SignIn, password, service as accounts, store},
    app::Actor,
    args,
    error::{Error, Result},
    permission::{Permission, Role},
    types::*,
};
use aglis_tests::{World, both};
use std::time::Duration;

pub const PASSWORD: &str = "kuda benar baterai staples";
const MINUTE: Duration = Duration::from_secs(60);

pub async fn add(world: &World, username: &str, role: Role) -> UserId {
    let hash = password::hash(PASSWORD, [1; 16]).await.unwrap();
    let user = aglis_core::accounts::User {
        id: UserId(0),
        username: username.into(),
        email: Some(format!("{username}@isp.test")),
        full_name: username.into(),
        phone: None,
        role,
        locale: "id".into(),
        active: true,
        must_change_password: false,
        totp_enabled: false,
        locked_at: None,
        created_at: world.app.now(),
    };
    let mut tx = world.app.db.write().await.unwrap();
    let id = store::users::insert(&mut tx, &user, Some(hash.as_str())).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn sign_in(world: &World, login: &str, password: &str) -> Result<accounts::SignedIn> {
    let body = SignIn { login: login.into(), password: password.into(), code: None };
    accounts::sign_in(&world.ctx(Actor::Anonymous), body).await
}

fn code(result: Result<impl Sized>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(Error::Unauthenticated { code, .. } | Error::Conflict { code, .. }) => code.into(),
        Err(Error::Invalid(fields)) => fields
            .iter()
            .map(|field| format!("{} {}", field.field, field.code))
            .collect::<Vec<_>>()
            .join(", "),
        Err(Error::RateLimited { .. }) => "rate_limited".into(),
        Err(Error::Forbidden(_)) => "forbidden".into(),
        Err(Error::NotFound(_)) => "not_found".into(),
        Err(error) => panic!("{error}"),
    }
}

async fn actor(world: &World, token: &str) -> Result<Actor> {
    accounts::authenticate_session(&world.app, &world.root().request, token).await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_and_out() {
    both(async |world| {
        let id = add(&world, "sari", Role::CustomerService).await;
        for login in ["sari", " SARI ", "sari@isp.test"] {
            let signed = sign_in(&world, login, PASSWORD).await.unwrap();
            assert_eq!((signed.token.len(), signed.me.name.as_str()), (64, "sari"));
        }
        let first = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let second = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        assert_ne!(first, second, "every sign-in makes a new session");
        let Ok(Actor::User(staff)) = actor(&world, &first).await else { panic!("a session") };
        assert_eq!((staff.user_id, staff.role), (Some(id), Role::CustomerService));
        assert!(staff.permissions.has(Permission::TicketCreate));
        assert!(!staff.permissions.has(Permission::UserManage));

        let mut tx = world.app.db.read().await.unwrap();
        let kept: Vec<(String,)> = tx.all("SELECT token_hash FROM sessions", args![]).await.unwrap();
        assert!(kept.iter().all(|(hash,)| *hash != first && *hash != second), "hashed at rest");
        drop(tx);

        accounts::sign_out(&world.ctx(Actor::User(staff))).await.unwrap();
        assert_eq!(code(actor(&world, &first).await), "unauthenticated");
        assert_eq!(code(actor(&world, &second).await), "ok");
        assert_eq!(code(actor(&world, "").await), "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_an_account_and_an_unknown_name_answers_alike() {
    both(async |world| {
        let id = add(&world, "sari", Role::CustomerService).await;
        for round in 1..=7 {
            let known = sign_in(&world, "sari", "wrong wrong wrong").await.map(drop).unwrap_err();
            let unknown = sign_in(&world, "siapa", "wrong wrong wrong").await.map(drop).unwrap_err();
            assert_eq!(format!("{known:?}"), format!("{unknown:?}"), "round {round}");
            assert_eq!(
                code(Err::<(), _>(known)),
                if round <= 5 { "wrong_credentials" } else { "locked" },
                "round {round}"
            );
        }
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "locked");
        world.pass(16 * MINUTE);
        assert_eq!(code(sign_in(&world, "sari@isp.test", PASSWORD).await), "wrong_credentials");
        let mut tx = world.app.db.read().await.unwrap();
        let account = store::users::get(&mut tx, id, false).await.unwrap().unwrap();
        assert!(account.user.locked_at.is_some());
        let (locks,): (i64,) =
            tx.one("SELECT COUNT(*) FROM events WHERE kind = 'user.locked'", args![]).await.unwrap();
        assert_eq!(locks, 1);
        let logins: Vec<(String,)> = tx.all("SELECT login FROM sign_in_attempts", args![]).await.unwrap();
        assert!(logins.iter().all(|(login,)| login != "siapa"), "what was typed is not kept");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_count_only_together_and_a_success_forgives() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(code(sign_in(&world, "sari", "no").await), "wrong_credentials");
            }
            assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
        }
        for _ in 0..12 {
            assert_eq!(code(sign_in(&world, "sari", "no").await), "wrong_credentials");
            world.pass(4 * MINUTE);
        }
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_the_same_time_count_each_other() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        let guesses = (0..20).map(|_| sign_in(&world, "sari", "no"));
        let answers = futures_util::future::join_all(guesses).await;
        let judged = answers
            .into_iter()
            .filter(|answer| matches!(answer, Err(Error::Unauthenticated { code: "wrong_credentials", .. })));
        assert!(judged.count() <= 5);
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "locked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_guesses_at_once_answer_alike_for_known_and_unknown_names() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        let guess = |login: &'static str, n: usize| {
            let mut ctx = world.ctx(Actor::Anonymous);
            ctx.request.ip = format!("198.51.100.{n}");
            let body = SignIn { login: login.into(), password: "no".into(), code: None };
            tokio::spawn(async move { accounts::sign_in(&ctx, body).await.map(drop) })
        };
        let mut answers = Vec::new();
        for login in ["sari", "siapa"] {
            let tasks: Vec<_> = (0..20).map(|n| guess(login, n)).collect();
            let mut said = Vec::new();
            for task in tasks {
                said.push(code(task.await.unwrap()));
            }
            said.sort();
            answers.push(said);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0].iter().filter(|said| *said == "wrong_credentials").count(), 5);

        // Links for a new password are counted the same way.
        let asked = (0..20).map(|n| {
            let mut ctx = world.ctx(Actor::Anonymous);
            ctx.request.ip = format!("198.51.101.{n}");
            let body = aglis_core::accounts::ResetPassword { login: "sari@isp.test".into() };
            tokio::spawn(async move { accounts::reset_password(&ctx, body).await })
        });
        for task in asked.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        let mut tx = world.app.db.read().await.unwrap();
        let (mails,): (i64,) =
            tx.one("SELECT COUNT(*) FROM messages WHERE template = 'password-reset'", args![]).await.unwrap();
        assert_eq!(mails, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_of_addresses_is_no_way_around_the_budget() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        let from = async |ip: String, login: String| {
            let mut ctx = world.ctx(Actor::Anonymous);
            ctx.request.ip = ip;
            let body = SignIn { login, password: "no".into(), code: None };
            code(accounts::sign_in(&ctx, body).await)
        };
        for n in 0..50 {
            assert_eq!(from(format!("2001:db8:1:2::{n:x}"), format!("user{n}")).await, "wrong_credentials");
        }
        assert_eq!(from("2001:db8:1:2:ffff::1".into(), "sari".into()).await, "rate_limited");
        assert_eq!(from("2001:db8:1:3::1".into(), "sari".into()).await, "wrong_credentials");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_go_through_all_names() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        for n in 0..50 {
            assert_eq!(code(sign_in(&world, &format!("user{n}"), "no").await), "wrong_credentials");
        }
        let refused = sign_in(&world, "sari", PASSWORD).await.map(drop).unwrap_err();
        assert!(matches!(refused, Error::RateLimited { retry_after_s: 900 | 901 }), "{refused:?}");
        let mut elsewhere = world.ctx(Actor::Anonymous);
        elsewhere.request.ip = "198.51.100.4".into();
        let body = SignIn { login: "sari".into(), password: PASSWORD.into(), code: None };
        assert_eq!(code(accounts::sign_in(&elsewhere, body).await), "ok");
        world.pass(16 * MINUTE);
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_in_time_and_does_not_revive() {
    both(async |world| {
        add(&world, "sari", Role::CustomerService).await;
        let token = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        world.pass(11 * 60 * MINUTE);
        assert_eq!(code(actor(&world, &token).await), "ok");
        let mut tx = world.app.db.read().await.unwrap();
        let (seen,): (Time,) = tx.one("SELECT last_seen_at FROM sessions", args![]).await.unwrap();
        assert_eq!(seen, world.app.now());
        drop(tx);
        world.pass(61 * MINUTE);
        assert_eq!(code(actor(&world, &token).await), "unauthenticated");
        world.clock.advance_ms(-6 * 3_600_000);
        assert_eq!(code(actor(&world, &token).await), "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_a_right_and_disabling_work_on_the_next_request() {
    both(async |world| {
        let id = add(&world, "sari", Role::CustomerService).await;
        let token = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let change = async |sql: &'static str| {
            let mut tx = world.app.db.write().await.unwrap();
            tx.run(sql, args![id]).await.unwrap();
            tx.commit().await.unwrap();
        };
        let may =
            async |permission| actor(&world, &token).await.map(|actor| actor.permissions().has(permission));
        assert!(may(Permission::TicketCreate).await.unwrap());
        let mut tx = world.app.db.write().await.unwrap();
        store::roles::set(&mut tx, Role::CustomerService, Permission::TicketCreate, false).await.unwrap();
        store::roles::set(&mut tx, Role::CustomerService, Permission::AuditRead, true).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!may(Permission::TicketCreate).await.unwrap());
        assert!(may(Permission::AuditRead).await.unwrap());
        change("UPDATE users SET role = 'manager' WHERE id = $1").await;
        assert!(!may(Permission::CustomerReveal).await.unwrap());
        change("UPDATE users SET must_change_password = TRUE WHERE id = $1").await;
        let Ok(Actor::User(staff)) = actor(&world, &token).await else { panic!("a session") };
        assert_eq!(staff.pending, Some(Pending::Password));
        let refused = world.ctx(Actor::User(staff)).require(Permission::TicketRead).unwrap_err();
        assert_eq!(refused.to_string(), "ticket.read before you have chosen a new password is not allowed");
        change("UPDATE users SET active = FALSE WHERE id = $1").await;
        assert_eq!(code(actor(&world, &token).await), "unauthenticated");
    })
    .await;
}
