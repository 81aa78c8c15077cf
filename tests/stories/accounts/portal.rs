//! How customers sign in to the portal, and how nobody else does.

use super::{MINUTE, code};
use aglis_core::{
    accounts::service as accounts,
    app::{Actor, Ctx},
    args,
    customers::{Customer, service as customers},
    error::{Error, Result},
    portal_access::{
        RequestOtp, VerifyOtp,
        service::{self as portal, SignedIn},
    },
};
use aglis_tests::{World, both};
use std::time::{Duration, Instant};

const PHONE: &str = "0812-3456-7890";
const STRANGER: &str = "0813-0000-1111";
const BROWSER: &str = "a browser's secret";

async fn customer(world: &World, phone: &str) -> Customer {
    let new = serde_json::json!({ "type": "residential", "name": "Budi Santoso", "phone": phone, "address": "Jl. Melati 1, Karawang" });
    customers::create(&world.root(), serde_json::from_value(new).unwrap()).await.unwrap()
}

fn visitor(world: &World) -> Ctx {
    world.ctx(Actor::Anonymous)
}

async fn ask(world: &World, phone: &str) -> Result<()> {
    portal::request_otp(&visitor(world), &RequestOtp { phone: phone.into() }, BROWSER).await.map(drop)
}

/// The code and link in the last message that was written.
async fn received(world: &World) -> (String, i64) {
    let mut tx = world.app.db.read().await.unwrap();
    let (body,): (String,) = tx
        .one("SELECT body FROM messages WHERE template = 'otp-login' ORDER BY id DESC LIMIT 1", args![])
        .await
        .unwrap();
    let link = body.split_whitespace().find(|word| word.contains("/customer/login/")).unwrap();
    let mut parts = link.rsplit('/');
    let (code, challenge) = (parts.next().unwrap(), parts.next().unwrap());
    (code.to_owned(), challenge.parse().unwrap())
}

async fn enter(world: &World, phone: &str, code: &str, browser: &str) -> Result<SignedIn> {
    let body = VerifyOtp { phone: phone.into(), code: code.into() };
    portal::verify_otp(&visitor(world), &body, browser).await
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn actor(world: &World, token: &str) -> Result<Actor> {
    accounts::authenticate_session(&world.app, &world.root().request, token).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_signs_in_once_with_a_code() {
    both(async |world| {
        let budi = customer(&world, PHONE).await;
        ask(&world, "+62 812 3456 7890").await.unwrap();
        let (sent, _) = received(&world).await;
        assert_eq!(sent.len(), 6);
        let mut tx = world.app.db.read().await.unwrap();
        let (kept,): (String,) = tx.one("SELECT code_hash FROM otp_codes", args![]).await.unwrap();
        assert!(!kept.contains(&sent), "kept as a keyed hash");
        drop(tx);
        let typed = format!(" {} {} ", &sent[..3], &sent[3..]);
        let signed = enter(&world, PHONE, &typed, BROWSER).await.unwrap();
        assert_eq!((signed.customer.id, signed.customer.number.as_str()), (budi.id, budi.number.as_str()));
        assert_eq!(signed.expires_at.since_ms(world.app.now()), 7 * 86_400_000);
        let Ok(Actor::Customer { id, .. }) = actor(&world, &signed.token).await else { panic!("a session") };
        assert_eq!(id, budi.id);
        assert_eq!(code(enter(&world, PHONE, &sent, BROWSER).await), "wrong_code", "single use");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_signs_in_where_it_was_asked_for() {
    both(async |world| {
        customer(&world, PHONE).await;
        ask(&world, PHONE).await.unwrap();
        let (sent, challenge) = received(&world).await;
        let visitor = visitor(&world);
        let begun = Instant::now();
        let elsewhere = portal::verify_link(&visitor, challenge, &sent, "another browser").await;
        assert!(begun.elapsed() >= Duration::from_millis(200), "as long as for a number that is nobody's");
        assert_eq!(code(elsewhere), "wrong_code");
        assert_eq!(code(portal::verify_link(&visitor, challenge + 1, &sent, BROWSER).await), "wrong_code");
        assert_eq!(code(portal::verify_link(&visitor, challenge, "not a code", BROWSER).await), "wrong_code");
        assert_eq!(code(portal::verify_link(&visitor, challenge, &sent, BROWSER).await), "ok");
        assert_eq!(code(portal::verify_link(&visitor, challenge, &sent, BROWSER).await), "wrong_code");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_numbers_answer_alike() {
    both(async |world| {
        customer(&world, PHONE).await;
        let disabled = customer(&world, "0815-5555-6666").await;
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE customers SET portal_enabled = $2 WHERE id = $1", args![disabled.id, false])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut answers = Vec::new();
        for phone in [PHONE, STRANGER, "0815-5555-6666"] {
            let mut seen = Vec::new();
            for _ in 0..6 {
                let begun = Instant::now();
                let answer =
                    portal::request_otp(&visitor(&world), &RequestOtp { phone: phone.into() }, BROWSER).await;
                assert!(begun.elapsed() >= Duration::from_millis(200));
                seen.push(format!("{answer:?}"));
                seen.push(code(ask(&world, phone).await));
                let begun = Instant::now();
                seen.push(format!("{:?}", enter(&world, phone, "000000", BROWSER).await.map(drop)));
                assert!(begun.elapsed() >= Duration::from_millis(200));
                world.pass(MINUTE + Duration::from_secs(1));
            }
            world.clock.advance_ms(-6 * 61_000);
            answers.push(seen);
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
        let mut tx = world.app.db.read().await.unwrap();
        let (messages,): (i64,) = tx.one("SELECT COUNT(*) FROM messages", args![]).await.unwrap();
        assert_eq!(messages, 5, "only the customer got messages");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_not_sent_on_demand() {
    both(async |world| {
        customer(&world, PHONE).await;
        for n in 1..=5 {
            assert_eq!(code(ask(&world, PHONE).await), "ok", "{n}");
            let again = ask(&world, PHONE).await.unwrap_err();
            assert!(matches!(again, Error::RateLimited { retry_after_s: 60 | 61 }), "{again:?}");
            world.pass(MINUTE);
        }
        let sixth = ask(&world, PHONE).await.unwrap_err();
        assert!(matches!(sixth, Error::RateLimited { retry_after_s: 3300 | 3301 }), "{sixth:?}");
        world.pass(56 * MINUTE);
        assert_eq!(code(ask(&world, PHONE).await), "ok");
        for bad in ["", "abc", "0812"] {
            assert_eq!(code(ask(&world, bad).await), "phone invalid");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_dies_of_five_wrong_tries_of_age_and_of_the_next_one() {
    both(async |world| {
        customer(&world, PHONE).await;
        ask(&world, PHONE).await.unwrap();
        let (sent, _) = received(&world).await;
        for _ in 0..5 {
            assert_eq!(code(enter(&world, PHONE, &other_than(&sent), BROWSER).await), "wrong_code");
        }
        assert_eq!(code(enter(&world, PHONE, &sent, BROWSER).await), "wrong_code", "five wrong tries");

        world.pass(MINUTE);
        ask(&world, PHONE).await.unwrap();
        let (old, _) = received(&world).await;
        world.pass(MINUTE);
        ask(&world, PHONE).await.unwrap();
        let (new, _) = received(&world).await;
        assert_ne!(old, new);
        assert_eq!(code(enter(&world, PHONE, &old, BROWSER).await), "wrong_code", "a new one kills it");
        assert_eq!(code(enter(&world, PHONE, &new, "another browser").await), "wrong_code");
        assert_eq!(code(enter(&world, PHONE, &new, "").await), "wrong_code");
        assert_eq!(code(enter(&world, STRANGER, &new, BROWSER).await), "wrong_code");
        world.pass(10 * MINUTE);
        assert_eq!(code(enter(&world, PHONE, &new, BROWSER).await), "wrong_code", "ten minutes");

        ask(&world, PHONE).await.unwrap();
        let (last, _) = received(&world).await;
        for bad in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(code(enter(&world, PHONE, bad, BROWSER).await), "code invalid");
        }
        assert_eq!(code(enter(&world, PHONE, &last, BROWSER).await), "ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_at_the_same_time_gives_one_session() {
    both(async |world| {
        customer(&world, PHONE).await;
        let asked = futures_util::future::join_all((0..8).map(|_| ask(&world, PHONE))).await;
        assert_eq!(asked.iter().filter(|answer| answer.is_ok()).count(), 1);
        let (sent, _) = received(&world).await;
        let entered =
            futures_util::future::join_all((0..8).map(|_| enter(&world, PHONE, &sent, BROWSER))).await;
        assert_eq!(entered.iter().filter(|answer| answer.is_ok()).count(), 1);
        let mut tx = world.app.db.read().await.unwrap();
        let (sessions,): (i64,) = tx.one("SELECT COUNT(*) FROM sessions", args![]).await.unwrap();
        assert_eq!(sessions, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spraying_one_code_over_many_numbers_ends_soon() {
    both(async |world| {
        let budgets = async |known: u32, addresses: usize, each: usize| {
            let (mut wrong, mut limited) = (0, 0);
            for address in 0..addresses {
                let mut ctx = visitor(&world);
                ctx.request.ip = format!("203.0.113.{address}");
                let phones: Vec<String> = (0..each).map(|n| format!("08{known}{address:04}{n:04}")).collect();
                if known == 12 && address > 0 {
                    for phone in &phones {
                        customer(&world, phone).await;
                    }
                }
                let bodies: Vec<_> = phones.iter().map(|phone| RequestOtp { phone: phone.clone() }).collect();
                let asked = bodies.iter().map(|body| portal::request_otp(&ctx, body, BROWSER));
                for answer in futures_util::future::join_all(asked).await {
                    answer.unwrap();
                }
                let bodies: Vec<_> = phones
                    .iter()
                    .flat_map(|phone| std::iter::repeat_n(phone, 5))
                    .map(|phone| VerifyOtp { phone: phone.clone(), code: "123456".into() })
                    .collect();
                let tried = bodies.iter().map(|body| portal::verify_otp(&ctx, body, BROWSER));
                for answer in futures_util::future::join_all(tried).await {
                    match answer.err() {
                        Some(Error::RateLimited { .. }) => limited += 1,
                        other => wrong += usize::from(other.is_some()),
                    }
                }
            }
            (wrong, limited)
        };
        assert_eq!(budgets(12, 1, 8).await, (30, 10), "thirty from one address");
        world.pass(61 * MINUTE);
        assert_eq!(budgets(13, 12, 6).await, (360, 0), "numbers that are nobody's lock nobody out");
        world.pass(61 * MINUTE);
        assert_eq!(budgets(12, 12, 6).await, (330, 30), "three hundred for customers from anywhere");
        world.pass(16 * MINUTE);
        customer(&world, "0899-1234-5678").await;
        ask(&world, "0899-1234-5678").await.unwrap();
        let (sent, _) = received(&world).await;
        assert_eq!(code(enter(&world, "0899-1234-5678", &sent, BROWSER).await), "ok");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_and_ends_their_sessions() {
    both(async |world| {
        let budi = customer(&world, PHONE).await;
        customer(&world, STRANGER).await;
        let mut tokens = Vec::new();
        for phone in [PHONE, PHONE, STRANGER] {
            ask(&world, phone).await.unwrap();
            let (sent, _) = received(&world).await;
            tokens.push(enter(&world, phone, &sent, BROWSER).await.unwrap().token);
            world.pass(MINUTE);
        }
        let mine = world.ctx(actor(&world, &tokens[0]).await.unwrap());
        let theirs = world.ctx(actor(&world, &tokens[2]).await.unwrap());
        let sessions = portal::own_sessions(&mine).await.unwrap();
        assert_eq!(sessions.iter().map(|session| session.current).collect::<Vec<_>>(), [true, false]);
        assert_eq!(code(portal::revoke_session(&theirs, sessions[1].id).await), "not_found");
        portal::revoke_session(&mine, sessions[1].id).await.unwrap();
        assert_eq!(code(actor(&world, &tokens[1]).await), "unauthenticated");
        portal::sign_out(&mine).await.unwrap();
        assert_eq!(code(actor(&world, &tokens[0]).await), "unauthenticated");
        assert_eq!(code(portal::sign_out(&world.root()).await), "unauthenticated");
        assert_eq!(code(accounts::own_sessions(&theirs).await), "unauthenticated");

        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE customers SET portal_enabled = $2 WHERE id <> $1", args![budi.id, false])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(code(actor(&world, &tokens[2]).await), "unauthenticated", "on the next request");

        world.pass(15 * 24 * 60 * MINUTE);
        assert!(portal::sweep(&world.root()).await.unwrap() >= 3);
        assert!(accounts::sweep(&world.root()).await.unwrap() >= 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_without_a_live_one_are_paid_for_by_their_address() {
    both(async |world| {
        customer(&world, PHONE).await;
        let from = |ip: &str| {
            let mut ctx = visitor(&world);
            ctx.request.ip = ip.into();
            ctx
        };
        let body = VerifyOtp { phone: PHONE.into(), code: "123456".into() };
        for n in 0..15 {
            let here = from(&format!("2001:db8::{n:x}"));
            assert_eq!(code(portal::verify_otp(&here, &body, BROWSER).await), "wrong_code");
            assert_eq!(code(portal::verify_link(&here, 77, "123456", BROWSER).await), "wrong_code");
        }
        let here = from("2001:db8::ffff");
        assert_eq!(code(portal::verify_otp(&here, &body, BROWSER).await), "rate_limited");
        assert_eq!(code(portal::verify_link(&here, 77, "123456", BROWSER).await), "rate_limited");
        let mut tx = world.app.db.read().await.unwrap();
        let (written,): (i64,) = tx
            .one("SELECT COUNT(*) FROM events WHERE kind = 'customer.sign_in_failed'", args![])
            .await
            .unwrap();
        assert_eq!(written, 30, "what is refused writes nothing");
        drop(tx);
        ask(&world, PHONE).await.unwrap();
        let (sent, _) = received(&world).await;
        assert_eq!(code(enter(&world, PHONE, &sent, BROWSER).await), "ok", "others sign in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_number_or_no_portal_ends_what_the_old_one_let_in() {
    both(async |world| {
        let budi = customer(&world, PHONE).await;
        let sign_in = async |phone: &str| {
            ask(&world, phone).await.unwrap();
            let (sent, _) = received(&world).await;
            enter(&world, phone, &sent, BROWSER).await.unwrap().token
        };
        let change = async |change: serde_json::Value| {
            customers::update(&world.root(), budi.id, serde_json::from_value(change).unwrap()).await.unwrap()
        };
        let first = sign_in(PHONE).await;
        world.pass(2 * MINUTE);
        ask(&world, PHONE).await.unwrap();
        let (live, challenge) = received(&world).await;
        change(serde_json::json!({ "notes": "telepon sore" })).await;
        assert_eq!(code(actor(&world, &first).await), "ok", "nothing that matters here");

        change(serde_json::json!({ "phone": STRANGER })).await;
        assert_eq!(code(actor(&world, &first).await), "unauthenticated");
        assert_eq!(code(enter(&world, PHONE, &live, BROWSER).await), "wrong_code");
        assert_eq!(
            code(portal::verify_link(&visitor(&world), challenge, &live, BROWSER).await),
            "wrong_code"
        );
        // Not even a code that was on its way while the number changed.
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE otp_codes SET dead_at = NULL WHERE id = $1", args![challenge]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(code(enter(&world, PHONE, &live, BROWSER).await), "wrong_code");

        world.pass(2 * MINUTE);
        let second = sign_in(STRANGER).await;
        change(serde_json::json!({ "portal_enabled": false })).await;
        assert_eq!(code(actor(&world, &second).await), "unauthenticated");
        change(serde_json::json!({ "portal_enabled": true })).await;
        assert_eq!(code(actor(&world, &second).await), "unauthenticated", "it does not revive");
        world.pass(2 * MINUTE);
        sign_in(STRANGER).await;
    })
    .await;
}
