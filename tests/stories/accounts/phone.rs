//! A customer who changes their own number.

use super::code;
use crate::customers::on_portal;
use aglis_core::{
    app::{Actor, Ctx},
    args,
    customers::{Customer, NewCustomer, service as customers},
    error::{Error, Result},
    event::{self, AuditFilter},
    portal_access::{ConfirmPhoneChange, OtpRequested, PhoneChange, service as portal},
    types::*,
};
use aglis_tests::{World, both};
use std::time::Duration;

const OLD: &str = "+6281234567890";
const NEW: &str = "+6281299990000";
/// What is said when neither code is good.
const BOTH: &str = "old_code wrong, new_code wrong";
const MINUTE: Duration = Duration::from_secs(60);

async fn budi(world: &World, phone: &str) -> Customer {
    let new = NewCustomer {
        name: "Budi".into(),
        phone: phone.into(),
        address: "Jl. Tuparev 12".into(),
        ..NewCustomer::default()
    };
    customers::create(&world.root(), new).await.unwrap()
}

/// A customer signed in with a session of their own.
async fn signed_in(world: &World, id: CustomerId) -> (Actor, SessionId) {
    let mut tx = world.app.db.write().await.unwrap();
    let (session_id,): (SessionId,) = tx
        .one(
            "INSERT INTO sessions (customer_id, token_hash, ip, user_agent, created_at, last_seen_at, expires_at) VALUES ($1, $2, '', '', $3, $3, $4) RETURNING id",
            args![id, world.app.random_token(), world.app.now(), world.app.now().plus_seconds(86_400)],
        )
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (Actor::Customer { id, name: "Budi".into(), session_id, locale: "id".into() }, session_id)
}

async fn ask(ctx: &Ctx, phone: &str) -> Result<OtpRequested> {
    portal::request_phone_change(ctx, &PhoneChange { phone: phone.into() }).await
}

async fn confirm(ctx: &Ctx, (old, new): (&str, &str)) -> Result<()> {
    let body = ConfirmPhoneChange { old_code: old.into(), new_code: new.into() };
    portal::confirm_phone_change(ctx, &body).await
}

/// The code in the last message to a number.
async fn sent(world: &World, phone: &str) -> String {
    let mut tx = world.app.db.read().await.unwrap();
    let (body,): (String,) = tx
        .one(
            "SELECT body FROM messages WHERE template = 'otp-phone' AND address = $1 ORDER BY id DESC LIMIT 1",
            args![phone],
        )
        .await
        .unwrap();
    body.split('*').nth(1).unwrap().to_owned()
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn live_sessions(world: &World, id: CustomerId) -> i64 {
    let mut tx = world.app.db.read().await.unwrap();
    let (count,): (i64,) = tx
        .one("SELECT COUNT(*) FROM sessions WHERE customer_id = $1 AND revoked_at IS NULL", args![id])
        .await
        .unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_while_codes_are_tried_stops_neither() {
    both(async |world| {
        let id = budi(&world, OLD).await.id;
        let (actor, _) = signed_in(&world, id).await;
        for _ in 0..5 {
            let (asking, trying) = (world.ctx(actor.clone()), world.ctx(actor.clone()));
            let codes = ("000000", "000000");
            let (asked, tried) = tokio::join!(ask(&asking, "0812-9999-0000"), confirm(&trying, codes));
            asked.unwrap();
            assert_eq!(code(tried), BOTH);
            world.pass(Duration::from_secs(61));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_changes_with_a_code_on_the_old_and_on_the_new() {
    both(async |world| {
        let id = budi(&world, OLD).await.id;
        let (actor, _) = signed_in(&world, id).await;
        let (elsewhere, _) = signed_in(&world, id).await;
        let here = || world.ctx(actor.clone());
        for (phone, refused) in [("", "phone invalid"), ("0812", "phone invalid"), (OLD, "phone same")] {
            assert_eq!(code(ask(&here(), phone).await), refused);
        }
        assert_eq!(portal::phone_change(&here()).await.unwrap(), None);
        ask(&here(), "0812-9999-0000").await.unwrap();
        let under_way = portal::phone_change(&here()).await.unwrap();
        assert_eq!(under_way.map(|phone| phone.as_str().to_owned()).as_deref(), Some(NEW));
        let (old, new) = (sent(&world, OLD).await, sent(&world, NEW).await);

        assert_eq!(code(confirm(&here(), ("", "12")).await), "old_code invalid, new_code invalid");
        let (bad_old, bad_new) = (other_than(&old), other_than(&new));
        assert_eq!(code(confirm(&here(), (&bad_old, &new)).await), "old_code wrong");
        assert_eq!(code(confirm(&here(), (&old, &bad_new)).await), "new_code wrong");
        let Err(Error::Invalid(both_wrong)) = confirm(&here(), (&bad_old, &bad_new)).await else { panic!() };
        assert_eq!(both_wrong.len(), 2);
        let other_session = confirm(&world.ctx(elsewhere), (&old, &new)).await;
        assert_eq!(code(other_session), BOTH, "the codes belong to the session that asked");
        assert_eq!(live_sessions(&world, id).await, 2);

        confirm(&here(), (&format!(" {} {}", &old[..3], &old[3..]), &new)).await.unwrap();
        let now = customers::reveal(&world.root(), id).await.unwrap();
        assert_eq!(now.phone, NEW);
        assert_eq!(customers::resolve(&world.root(), "0812-9999-0000").await.unwrap(), id, "found by it");
        assert_eq!(live_sessions(&world, id).await, 0, "every session has ended");
        assert_eq!(code(confirm(&here(), (&old, &new)).await), BOTH, "used");

        let trail = event::search(&world.root(), &AuditFilter::default()).await.unwrap().items;
        let kinds: Vec<&str> = trail.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "customer.phone_changed").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| **kind == "customer.phone_change_failed").count(), 5);
        assert!(trail.iter().all(|entry| !entry.data.to_string().contains("9999")), "no number in the trail");
        let told = customers::timeline(&on_portal(&world, id), id, &PageQuery::default()).await.unwrap();
        assert_eq!(told.items[0].text, "Nomor WhatsApp diganti");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_to_change_a_number_are_budgeted_and_die() {
    both(async |world| {
        let id = budi(&world, OLD).await.id;
        let (actor, _) = signed_in(&world, id).await;
        let here = || world.ctx(actor.clone());
        ask(&here(), NEW).await.unwrap();
        assert_eq!(code(ask(&here(), NEW).await), "rate_limited", "a minute apart");
        assert_eq!(code(ask(&here(), "0811-0000-0001").await), "rate_limited", "whatever the new number is");
        let first = (sent(&world, OLD).await, sent(&world, NEW).await);
        for _ in 0..5 {
            let (bad_old, bad_new) = (other_than(&first.0), other_than(&first.1));
            assert_eq!(code(confirm(&here(), (&bad_old, &bad_new)).await), BOTH);
        }
        assert_eq!(code(confirm(&here(), (&first.0, &first.1)).await), BOTH, "five tries");

        world.pass(MINUTE);
        ask(&here(), NEW).await.unwrap();
        let second = (sent(&world, OLD).await, sent(&world, NEW).await);
        world.pass(MINUTE);
        ask(&here(), "0811-0000-0001").await.unwrap();
        let third = sent(&world, OLD).await;
        assert_eq!(code(confirm(&here(), (&third, &second.1)).await), "new_code wrong", "of another number");
        world.pass(11 * MINUTE);
        let latest = sent(&world, "+6281100000001").await;
        assert_eq!(code(confirm(&here(), (&third, &latest)).await), BOTH, "ten minutes");
        assert_eq!(portal::phone_change(&here()).await.unwrap(), None);
        for n in 2..4 {
            ask(&here(), &format!("0811-0000-000{n}")).await.unwrap();
            world.pass(MINUTE);
        }
        assert_eq!(code(ask(&here(), "0811-0000-0009").await), "rate_limited", "five an hour");

        // What staff change meanwhile kills what is under way.
        world.pass(60 * MINUTE);
        ask(&here(), NEW).await.unwrap();
        let codes = (sent(&world, OLD).await, sent(&world, NEW).await);
        let change = serde_json::from_value(serde_json::json!({ "phone": "0813-1111-2222" })).unwrap();
        customers::update(&world.root(), id, change).await.unwrap();
        assert_eq!(code(confirm(&here(), (&codes.0, &codes.1)).await), BOTH);
        assert_eq!(customers::reveal(&world.root(), id).await.unwrap().phone, "+6281311112222");
        assert_eq!(code(ask(&world.root(), NEW).await), "unauthenticated");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_number_is_told_to_who_holds_it_only() {
    both(async |world| {
        let id = budi(&world, OLD).await.id;
        let sari = budi(&world, NEW).await.number;
        let (actor, _) = signed_in(&world, id).await;
        let here = || world.ctx(actor.clone());
        ask(&here(), NEW).await.unwrap();
        let (old, new) = (sent(&world, OLD).await, sent(&world, NEW).await);
        let Err(Error::Conflict { code, message, .. }) = confirm(&here(), (&old, &new)).await else {
            panic!()
        };
        assert_eq!(code, "phone_taken");
        assert!(!message.contains(&sari), "{message}");
        assert_eq!(customers::reveal(&world.root(), id).await.unwrap().phone, OLD);
        assert_eq!(live_sessions(&world, id).await, 1, "nothing was half done");
    })
    .await;
}
