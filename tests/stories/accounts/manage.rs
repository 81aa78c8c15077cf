//! Accounts, passwords, second factors, tokens, roles and links.

use super::{MINUTE, PASSWORD, actor, add, code, sign_in};
use aglis_core::{
    accounts::{
        ChangePassword, ConfirmPassword, ConfirmReset, FirstAdministrator, LinkSignIn, NewToken, Pending,
        ResetPassword, SetPassword, SetRight, SignIn, TotpCode, UserFilter,
        service::{self as accounts, SignedIn},
        totp,
    },
    app::{Actor, App, Ctx},
    args,
    error::{Error, Result},
    permission::{Permission as P, Role},
};
use aglis_tests::{World, both};
use serde_json::{Value, json};

const OTHER: &str = "mendung pohon sepeda tujuh";

async fn create(ctx: &Ctx, body: Value) -> Result<aglis_core::accounts::User> {
    accounts::create_user(ctx, serde_json::from_value(body).unwrap()).await
}

async fn change(ctx: &Ctx, user: &str, body: Value) -> Result<aglis_core::accounts::User> {
    let id = accounts::resolve_user(ctx, user).await?;
    accounts::update_user(ctx, id, serde_json::from_value(body).unwrap()).await
}

async fn as_user(world: &World, name: &str) -> Ctx {
    let signed = sign_in(world, name, PASSWORD).await.unwrap();
    world.ctx(actor(world, &signed.token).await.unwrap())
}

async fn with_code(world: &World, name: &str, totp_code: &str) -> Result<SignedIn> {
    let body = SignIn { login: name.into(), password: PASSWORD.into(), code: Some(totp_code.into()) };
    accounts::sign_in(&world.ctx(Actor::Anonymous), body).await
}

async fn events(world: &World, kind: &str) -> i64 {
    let mut tx = world.app.db.read().await.unwrap();
    let (count,): (i64,) = tx.one("SELECT COUNT(*) FROM events WHERE kind = $1", args![kind]).await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_changed_and_disabled() {
    both(async |world| {
        let root = world.root();
        let bad = json!({ "username": "B!", "role": "noc", "email": "x", "phone": "12", "locale": "fr", "password": "password1234", "full_name": "\u{7}" });
        assert_eq!(
            code(create(&root, bad).await),
            "username invalid, email invalid, phone invalid, locale unknown, full_name control_characters, password common"
        );
        let sari = create(&root, json!({ "username": "Sari", "role": "noc", "email": "Sari@ISP.test", "phone": "081234567890", "password": PASSWORD })).await.unwrap();
        assert_eq!((sari.username.as_str(), sari.email.as_deref()), ("sari", Some("sari@isp.test")));
        assert_eq!(code(create(&root, json!({ "username": "sari", "role": "noc" })).await), "username taken");
        let taken = json!({ "username": "sari2", "role": "noc", "email": "sari@isp.test" });
        assert_eq!(code(create(&root, taken).await), "email taken");
        create(&root, json!({ "username": "tono", "role": "technician" })).await.unwrap();
        assert_eq!(code(sign_in(&world, "tono", "").await), "wrong_credentials", "no password, no sign-in");

        let page = accounts::users(&root, &UserFilter { limit: Some(1), ..UserFilter::default() }).await.unwrap();
        assert_eq!(page.items[0].username, "sari");
        let next = UserFilter { cursor: page.next_cursor, ..UserFilter::default() };
        assert_eq!(accounts::users(&root, &next).await.unwrap().items[0].username, "tono");
        let only = UserFilter { role: Some(Role::Noc), active: Some(true), ..UserFilter::default() };
        assert_eq!(accounts::users(&root, &only).await.unwrap().items.len(), 1);
        assert_eq!(code(accounts::resolve_user(&root, "nobody").await), "not_found");
        assert_eq!(code(change(&root, "999", json!({ "locale": "en" })).await), "not_found");

        let token = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let changed = change(&root, "sari", json!({ "full_name": "Sari Dewi", "phone": "", "locale": "en" })).await.unwrap();
        assert_eq!((changed.full_name.as_str(), changed.phone), ("Sari Dewi", None));
        change(&root, "sari", json!({ "active": false })).await.unwrap();
        assert_eq!(code(actor(&world, &token).await), "unauthenticated");
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "wrong_credentials");
        change(&root, &sari.id.to_string(), json!({ "active": true })).await.unwrap();
        assert_eq!(code(actor(&world, &token).await), "unauthenticated", "ended is ended");
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
        assert_eq!(events(&world, "user.updated").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_everybody_out_or_rises_above_themselves() {
    both(async |world| {
        for (name, role) in [("adi", Role::Admin), ("ani", Role::Admin), ("susi", Role::Supervisor)] {
            add(&world, name, role).await;
        }
        let (root, adi) = (world.root(), as_user(&world, "adi").await);
        assert_eq!(code(change(&adi, "adi", json!({ "role": "noc" })).await), "own_account");
        assert_eq!(code(change(&adi, "adi", json!({ "active": false })).await), "own_account");
        let ani = as_user(&world, "ani").await;
        let both_at_once = tokio::join!(
            change(&adi, "ani", json!({ "active": false })),
            change(&ani, "adi", json!({ "role": "manager" }))
        );
        assert_eq!(i32::from(both_at_once.0.is_ok()) + i32::from(both_at_once.1.is_ok()), 1, "one is left");
        let left = if both_at_once.0.is_ok() { "adi" } else { "ani" };
        assert_eq!(code(change(&root, left, json!({ "active": false })).await), "last_admin");
        for permission in [P::UserManage, P::RoleManage, P::UserRead] {
            let taken =
                accounts::set_right(&root, Role::Admin, permission, SetRight { granted: false }).await;
            assert_eq!(code(taken), "fixed");
        }

        accounts::set_right(&root, Role::Supervisor, P::UserManage, SetRight { granted: true })
            .await
            .unwrap();
        accounts::set_right(&root, Role::Supervisor, P::RoleManage, SetRight { granted: true })
            .await
            .unwrap();
        let susi = as_user(&world, "susi").await;
        assert!(susi.may(P::UserManage));
        assert_eq!(code(create(&susi, json!({ "username": "mole", "role": "admin" })).await), "forbidden");
        assert_eq!(code(change(&susi, "susi", json!({ "role": "admin" })).await), "own_account");
        assert_eq!(code(change(&susi, left, json!({ "email": "mole@isp.test" })).await), "forbidden");
        let id = accounts::resolve_user(&susi, left).await.unwrap();
        let password = SetPassword { password: OTHER.into() };
        assert_eq!(code(accounts::set_password(&susi, id, password).await), "forbidden");
        assert_eq!(code(accounts::unlock_user(&susi, id).await), "forbidden");
        assert_eq!(code(accounts::remove_totp_of(&susi, id).await), "forbidden");
        let more =
            accounts::set_right(&susi, Role::Supervisor, P::SettingsManage, SetRight { granted: true });
        assert_eq!(code(more.await), "forbidden");
        assert_eq!(code(create(&susi, json!({ "username": "neni", "role": "noc" })).await), "ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_unlocks_and_sets_a_password_that_must_be_changed() {
    both(async |world| {
        let id = add(&world, "sari", Role::Noc).await;
        let root = world.root();
        for _ in 0..5 {
            assert_eq!(code(sign_in(&world, "sari", "no").await), "wrong_credentials");
        }
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "locked");
        assert!(accounts::user(&root, id).await.unwrap().locked_at.is_some());
        assert!(accounts::unlock_user(&root, id).await.unwrap().locked_at.is_none());
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
        assert_eq!(events(&world, "user.unlocked").await, 1);

        let session = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let weak = SetPassword { password: "sarisarisari1".into() };
        assert_eq!(code(accounts::set_password(&root, id, weak).await), "password contains_name");
        accounts::set_password(&root, id, SetPassword { password: OTHER.into() }).await.unwrap();
        assert_eq!(code(actor(&world, &session).await), "unauthenticated");
        let signed = sign_in(&world, "sari", OTHER).await.unwrap();
        assert_eq!((signed.me.pending, signed.me.permissions.len()), (Some(Pending::Password), 0));
        let sari = world.ctx(actor(&world, &signed.token).await.unwrap());
        let own = |current: &str, password: &str| ChangePassword {
            current: current.into(),
            password: password.into(),
        };
        assert_eq!(code(accounts::change_password(&sari, own(OTHER, OTHER)).await), "password unchanged");
        assert_eq!(code(accounts::change_password(&sari, own("no", PASSWORD)).await), "wrong_credentials");
        let elsewhere = sign_in(&world, "sari", OTHER).await.unwrap().token;
        accounts::change_password(&sari, own(OTHER, PASSWORD)).await.unwrap();
        assert_eq!(code(actor(&world, &elsewhere).await), "unauthenticated", "other sessions end");
        assert!(world.ctx(actor(&world, &signed.token).await.unwrap()).may(P::TicketRead));

        for _ in 0..5 {
            assert_eq!(code(accounts::change_password(&sari, own("no", OTHER)).await), "wrong_credentials");
        }
        assert_eq!(code(accounts::change_password(&sari, own(PASSWORD, OTHER)).await), "locked");
        assert_eq!(code(accounts::change_password(&root, own(PASSWORD, OTHER)).await), "no_session");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_and_no_code_works_twice() {
    both(async |world| {
        add(&world, "sari", Role::Finance).await;
        let sari = as_user(&world, "sari").await;
        let other = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        assert_eq!(
            code(accounts::confirm_totp(&sari, TotpCode { code: "123456".into() }).await),
            "totp_not_started"
        );
        let started = accounts::start_totp(&sari).await.unwrap();
        assert!(started.otpauth_url.starts_with("otpauth://totp/AGLIS:sari?secret="));
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok", "it counts once it is confirmed");
        let key = decode(&started.key);
        let now = || world.app.now().ms() / 1000;
        assert_eq!(
            code(accounts::confirm_totp(&sari, TotpCode { code: "000000".into() }).await),
            "code invalid"
        );
        let first = totp::code_at(&key, now()).unwrap();
        let codes = accounts::confirm_totp(&sari, TotpCode { code: first.clone() }).await.unwrap().codes;
        assert_eq!(codes.len(), 10);
        assert_eq!(code(actor(&world, &other).await), "unauthenticated", "began without it");
        assert_eq!(code(accounts::start_totp(&sari).await), "totp_enabled");

        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "totp_required");
        assert_eq!(code(with_code(&world, "sari", &first).await), "wrong_credentials", "was used to confirm");
        world.pass(MINUTE);
        let next = totp::code_at(&key, now()).unwrap();
        assert_eq!(code(with_code(&world, "sari", &next).await), "ok");
        assert_eq!(code(with_code(&world, "sari", &next).await), "wrong_credentials", "replayed");
        let before = totp::code_at(&key, now() - 30).unwrap();
        assert_eq!(
            code(with_code(&world, "sari", &before).await),
            "wrong_credentials",
            "older than the last"
        );
        assert_eq!(code(with_code(&world, "sari", &codes[3].to_uppercase()).await), "ok");
        assert_eq!(code(with_code(&world, "sari", &codes[3]).await), "wrong_credentials", "used up");

        let mut tx = world.app.db.read().await.unwrap();
        let (sealed,): (String,) = tx.one("SELECT totp_secret FROM users", args![]).await.unwrap();
        assert!(!sealed.contains(&hex::encode(&key)) && !sealed.contains(&started.key));
        let kept: Vec<(String,)> = tx.all("SELECT code_hash FROM recovery_codes", args![]).await.unwrap();
        assert!(kept.iter().all(|(hash,)| !codes.contains(hash)));
        drop(tx);

        world.pass(MINUTE);
        let token = with_code(&world, "sari", &totp::code_at(&key, now()).unwrap()).await.unwrap().token;
        let sari = world.ctx(actor(&world, &token).await.unwrap());
        let given = |password: &str| ConfirmPassword { password: password.into() };
        assert_eq!(code(accounts::remove_totp(&sari, given("no")).await), "wrong_credentials");
        accounts::remove_totp(&sari, given(PASSWORD)).await.unwrap();
        assert_eq!(code(sign_in(&world, "sari", PASSWORD).await), "ok");
        assert_eq!(
            (events(&world, "user.totp_enabled").await, events(&world, "user.totp_disabled").await),
            (1, 1)
        );
    })
    .await;
}

/// RFC 4648 base32 without padding.
fn decode(text: &str) -> Vec<u8> {
    let digits =
        text.bytes().map(|b| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|d| *d == b).unwrap());
    let bits: Vec<u8> = digits.flat_map(|d| (0..5).rev().map(move |n| (d >> n & 1) as u8)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_be_made_to_use_a_second_factor() {
    both(async |world| {
        let id = add(&world, "adi", Role::Admin).await;
        let mut config = world.app.config.clone();
        config.security.totp_roles = vec![Role::Admin];
        let strict: App = world.with_config(config);
        let at = |actor: Actor| Ctx { app: strict.clone(), ..world.ctx(actor) };
        let body = SignIn { login: "adi".into(), password: PASSWORD.into(), code: None };
        let signed = accounts::sign_in(&at(Actor::Anonymous), body).await.unwrap();
        assert_eq!(signed.me.pending, Some(Pending::Totp));
        let who = async || {
            accounts::authenticate_session(&strict, &world.root().request, &signed.token).await.unwrap()
        };
        let adi = at(who().await);
        assert_eq!(code(adi.require(P::UserManage)), "forbidden");
        let key = decode(&accounts::start_totp(&adi).await.unwrap().key);
        let first = totp::code_at(&key, world.app.now().ms() / 1000).unwrap();
        // The key was sealed with the secret that both share.
        accounts::confirm_totp(&adi, TotpCode { code: first }).await.unwrap();
        assert_eq!(code(at(who().await).require(P::UserManage)), "ok");
        assert_eq!(code(accounts::remove_totp_of(&at(who().await), id).await), "own_account");
        accounts::remove_totp_of(&world.root(), id).await.unwrap();
        assert_eq!(
            code(accounts::authenticate_session(&strict, &world.root().request, &signed.token).await),
            "unauthenticated"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_what_its_owner_may_and_no_more() {
    both(async |world| {
        let id = add(&world, "sari", Role::CustomerService).await;
        let (root, sari) = (world.root(), as_user(&world, "sari").await);
        let new =
            |scopes: &[P]| NewToken { name: "script".into(), scopes: scopes.to_vec(), expires_in_days: None };
        assert_eq!(
            code(accounts::create_token(&sari, new(&[P::TicketRead, P::UserManage])).await),
            "scopes not_yours"
        );
        for days in [0, 4000] {
            let wrong = NewToken { expires_in_days: Some(days), ..new(&[]) };
            assert_eq!(code(accounts::create_token(&sari, wrong).await), "expires_in_days out_of_range");
        }
        let made = accounts::create_token(&sari, new(&[P::TicketRead, P::CustomerReveal])).await.unwrap();
        assert!(made.secret.starts_with("aglis_") && made.secret.len() == 70);
        let bearer =
            async |secret: &str| accounts::authenticate_token(&world.app, &root.request, secret).await;
        let may = async |permission| bearer(&made.secret).await.unwrap().permissions().has(permission);
        assert!(may(P::TicketRead).await && may(P::CustomerReveal).await && !may(P::TicketCreate).await);
        let stranger = format!("aglis_{}", "0".repeat(64));
        for wrong in ["", "aglis_", &stranger, &made.secret.replace("aglis_", "")] {
            assert_eq!(code(bearer(wrong).await), "invalid_token", "{wrong}");
        }
        change(&root, "sari", json!({ "role": "manager" })).await.unwrap();
        assert!(may(P::TicketRead).await && !may(P::CustomerReveal).await, "the owner's new role counts");

        let by_token = world.ctx(bearer(&made.secret).await.unwrap());
        assert_eq!(code(accounts::own_sessions(&by_token).await), "no_session", "no taking over by token");
        assert_eq!(code(accounts::start_totp(&by_token).await), "no_session");
        assert_eq!((by_token.actor.kind(), by_token.actor.user_id()), ("token", Some(id)));

        assert_eq!(events(&world, "token.used").await, 1);
        for _ in 0..3 {
            world.pass(25 * MINUTE);
            bearer(&made.secret).await.unwrap();
        }
        assert_eq!(events(&world, "token.used").await, 2, "once an hour");
        assert_eq!(accounts::tokens(&root).await.unwrap()[0].last_used_at, Some(world.app.now()));

        change(&root, "sari", json!({ "active": false })).await.unwrap();
        assert_eq!(code(bearer(&made.secret).await), "invalid_token");
        let free =
            accounts::create_token(&root, NewToken { expires_in_days: Some(1), ..new(&[P::AuditRead]) })
                .await
                .unwrap();
        let free_may = bearer(&free.secret).await.unwrap().permissions();
        assert!(free_may.has(P::AuditRead) && free_may.iter().count() == 1);
        world.pass(25 * 60 * MINUTE);
        assert_eq!(code(bearer(&free.secret).await), "invalid_token");
        world.clock.advance_ms(-3 * 3_600_000);
        assert_eq!(code(bearer(&free.secret).await), "invalid_token", "does not revive");
        let last = accounts::create_token(&root, new(&[])).await.unwrap();
        accounts::revoke_token(&root, last.token.id).await.unwrap();
        assert_eq!(code(bearer(&last.secret).await), "invalid_token");
        assert_eq!(code(accounts::revoke_token(&root, last.token.id).await), "not_found");
        let mut tx = world.app.db.read().await.unwrap();
        let kept: Vec<(String,)> = tx.all("SELECT token_hash FROM api_tokens", args![]).await.unwrap();
        assert!(kept.iter().all(|(hash,)| !made.secret.contains(hash)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    both(async |world| {
        add(&world, "sari", Role::Noc).await;
        add(&world, "tono", Role::Noc).await;
        let (sari, tono) = (as_user(&world, "sari").await, as_user(&world, "tono").await);
        let other = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let sessions = accounts::own_sessions(&sari).await.unwrap();
        assert_eq!(sessions.len(), 2);
        let other_id = sessions.iter().find(|session| !session.current).unwrap().id;
        assert_eq!(code(accounts::revoke_session(&tono, other_id).await), "not_found");
        accounts::revoke_session(&sari, other_id).await.unwrap();
        assert_eq!(code(accounts::revoke_session(&sari, other_id).await), "not_found");
        assert_eq!(code(actor(&world, &other).await), "unauthenticated");
        assert!(accounts::present(&sari).await.unwrap().is_some());
        accounts::sign_out(&sari).await.unwrap();
        assert!(accounts::present(&sari).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_comes_by_a_link_that_works_once() {
    both(async |world| {
        let root = world.root();
        let nobody = world.ctx(Actor::Anonymous);
        let page = accounts::users(&root, &UserFilter::default()).await.unwrap();
        assert!(page.items.is_empty(), "no account exists by default");
        let old = accounts::create_first_link(&root).await.unwrap().unwrap();
        let link = accounts::create_first_link(&root).await.unwrap().unwrap();
        let first = |secret: &str, password: &str| FirstAdministrator {
            secret: secret.into(),
            username: "adi".into(),
            full_name: None,
            email: None,
            password: password.into(),
        };
        assert_eq!(
            code(accounts::create_first_administrator(&nobody, first(&old, PASSWORD)).await),
            "link_spent"
        );
        assert_eq!(
            code(accounts::create_first_administrator(&nobody, first("x", PASSWORD)).await),
            "link_spent"
        );
        let weak = accounts::create_first_administrator(&nobody, first(&link, "password1234")).await;
        assert_eq!(code(weak), "password common");
        let signed = accounts::create_first_administrator(&nobody, first(&link, PASSWORD)).await.unwrap();
        assert_eq!(signed.me.role, Role::Admin);
        assert_eq!(
            code(accounts::create_first_administrator(&nobody, first(&link, PASSWORD)).await),
            "link_spent"
        );
        assert!(accounts::create_first_link(&root).await.unwrap().is_none(), "there is one now");

        let id = accounts::resolve_user(&root, "adi").await.unwrap();
        let secret = accounts::create_sign_in_link(&root, id).await.unwrap();
        let by_link = async |secret: &str| {
            let nobody = world.ctx(Actor::Anonymous);
            accounts::sign_in_with_link(&nobody, LinkSignIn { secret: secret.into() }).await
        };
        assert_eq!(code(by_link("x").await), "link_spent");
        assert_eq!(code(by_link(&secret).await), "ok");
        assert_eq!(code(by_link(&secret).await), "link_spent");
        let late = accounts::create_sign_in_link(&root, id).await.unwrap();
        world.pass(16 * MINUTE);
        assert_eq!(code(by_link(&late).await), "link_spent");
        assert_eq!(events(&world, "user.sign_in_failed").await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_mail() {
    both(async |world| {
        add(&world, "sari", Role::Noc).await;
        let nobody = world.ctx(Actor::Anonymous);
        let session = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        for login in ["sari@isp.test", "nobody@isp.test", ""] {
            let begun = std::time::Instant::now();
            let asked = accounts::reset_password(&nobody, ResetPassword { login: login.into() }).await;
            assert_eq!(code(asked), "ok");
            assert!(begun.elapsed() >= std::time::Duration::from_millis(200));
        }
        let mut tx = world.app.db.read().await.unwrap();
        let mails: Vec<(String, String)> =
            tx.all("SELECT address, body FROM messages WHERE channel = 'email'", args![]).await.unwrap();
        drop(tx);
        let [(address, body)] = mails.as_slice() else { panic!("{mails:?}") };
        assert_eq!(address, "sari@isp.test");
        let link = body.split_whitespace().find(|word| word.contains("/login/reset?token=")).unwrap();
        let secret = link.rsplit('=').next().unwrap();
        let confirm = async |secret: &str, password: &str| {
            let body = ConfirmReset { secret: secret.into(), password: password.into() };
            accounts::confirm_reset(&nobody, body).await
        };
        assert_eq!(code(confirm("x", OTHER).await), "link_spent");
        assert_eq!(code(confirm(secret, "short").await), "password too_short");
        assert_eq!(code(confirm(secret, "sari-sari-2026").await), "password contains_name");
        confirm(secret, OTHER).await.unwrap();
        assert_eq!(code(confirm(secret, PASSWORD).await), "link_spent");
        assert_eq!(code(actor(&world, &session).await), "unauthenticated");
        assert_eq!(code(sign_in(&world, "sari", OTHER).await), "ok");
        for _ in 0..5 {
            accounts::reset_password(&nobody, ResetPassword { login: "sari".into() }).await.unwrap();
        }
        assert_eq!(events(&world, "user.password_reset_requested").await, 4, "three more and no flood");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_changed_in_one_process_count_in_the_others() {
    both(async |world| {
        add(&world, "sari", Role::Noc).await;
        let token = sign_in(&world, "sari", PASSWORD).await.unwrap().token;
        let beside = world.beside().await;
        let may = async |permission| {
            let actor = accounts::authenticate_session(&beside, &world.root().request, &token).await.unwrap();
            actor.permissions().has(permission)
        };
        assert!(!may(P::AuditRead).await);
        let root = world.root();
        let after =
            accounts::set_right(&root, Role::Noc, P::AuditRead, SetRight { granted: true }).await.unwrap();
        let right = after.permissions.iter().find(|right| right.permission == P::AuditRead).unwrap();
        assert!(right.granted && !right.by_default && !right.fixed);
        assert!(may(P::AuditRead).await);
        accounts::set_right(&root, Role::Noc, P::AuditRead, SetRight { granted: true }).await.unwrap();
        assert_eq!(events(&world, "role.permission_changed").await, 1, "nothing changed the second time");
        accounts::set_right(&root, Role::Noc, P::AuditRead, SetRight { granted: false }).await.unwrap();
        assert!(!may(P::AuditRead).await);
        let mut tx = world.app.db.read().await.unwrap();
        let (kept,): (i64,) = tx.one("SELECT COUNT(*) FROM role_permissions", args![]).await.unwrap();
        assert_eq!(kept, 0, "back to the default leaves nothing behind");
        beside.db.close().await;
    })
    .await;
}

#[test]
fn what_each_role_may_do() {
    let mut table = format!("{:<20}", "");
    for role in Role::ALL {
        table.push_str(&format!(" {role:<17}"));
    }
    for permission in P::ALL {
        table.push_str(&format!("\n{permission:<20}"));
        for role in Role::ALL {
            let word =
                if aglis_core::permission::granted_by_default(*role, *permission) { "yes" } else { "-" };
            table.push_str(&format!(" {word:<17}"));
        }
    }
    let table = table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("role_matrix", table);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forbidden_stays_so_whoever_asks() {
    both(async |world| {
        for actor in [Actor::Anonymous, Actor::System("test")] {
            let ctx = world.ctx(actor);
            assert!(matches!(accounts::me(&ctx), Err(Error::Unauthenticated { .. })));
            assert!(matches!(accounts::sign_out(&ctx).await, Err(Error::Unauthenticated { .. })));
            assert!(matches!(accounts::own_sessions(&ctx).await, Err(Error::Unauthenticated { .. })));
        }
        let me = accounts::me(&world.ctx(accounts::authenticate_unix(1000, None))).unwrap();
        assert_eq!((me.name.as_str(), me.role, me.via.as_str()), ("uid1000", Role::Admin, "socket"));
    })
    .await;
}
