//! A message's way: written, sent, reported, received; and everything that can go wrong on it.

use crate::tickets::fixture::staff;
use aglis_core::{
    app::Ctx,
    args,
    error::Error,
    event::{self, Event, SubjectKind},
    messages::{
        Begin, Budget, DeliveryReport, Direction, End, HIDDEN, InboundMessage, MessageChannel, MessageFilter,
        MessageStatus, Rate, Reported, SandboxFilter, SandboxReply,
        service::{self as messages, NewMessage},
    },
    permission::Role,
    queue::{self, JobFilter, JobState},
    types::*,
};
use aglis_tests::{World, both};
use std::time::Duration;

const PHONE: &str = "+6281234567890";
const SECOND: Duration = Duration::from_secs(1);

async fn otp(world: &World, code: &str) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let phone: Phone = PHONE.parse().unwrap();
    let until = ctx.now.plus_seconds(600);
    let id = messages::send_otp(
        &mut tx,
        &ctx,
        &phone,
        None,
        Locale::Id,
        messages::Otp { code, link: "https://isp.test/l", expires_at: until },
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn status_message(world: &World, number: &str) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let id = messages::send(&mut tx, &ctx, notice(number)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn notice(number: &str) -> NewMessage<'_> {
    // Leaking a few bytes keeps the tests short.
    let variables: &'static [(&'static str, &'static str)] = Vec::leak(vec![
        ("name", "Budi"),
        ("number", String::leak(number.to_owned()) as &str),
        ("status", "Terbuka"),
        ("business", "AGLIS"),
    ]);
    NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address: PHONE,
        variables,
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    }
}

async fn status(world: &World, id: MessageId) -> MessageStatus {
    messages::get(&world.root(), id).await.unwrap().status
}

async fn inbox(world: &World) -> Vec<aglis_core::messages::SandboxMessage> {
    let filter = SandboxFilter { to: Some("0812-3456-7890".into()), ..SandboxFilter::default() };
    messages::sandbox_list(&world.root(), &filter).await.unwrap().items
}

async fn report(world: &World, provider_id: &str, status: MessageStatus) -> Reported {
    let report =
        DeliveryReport { provider_id: Some(provider_id.into()), state_id: None, status: Some(status) };
    messages::reported(&world.root(), "sandbox", &report).await.unwrap()
}

/// Begins a try as the worker does, and stops there as if the process had been killed.
async fn cut_off(world: &World, id: MessageId) {
    let begun = messages::begin(&world.app.system("worker"), id, "sandbox", None).await.unwrap();
    assert!(matches!(begun, Begin::Send(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_arrives_and_leaves_no_trace_with_us() {
    both(async |world| {
        let id = otp(&world, "471193").await;
        assert_eq!(world.drain().await, 1);
        let phone = inbox(&world).await;
        assert!(phone[0].body.contains("471193") && phone[0].body.contains("10 menit"));
        let ours = messages::get(&world.root(), id).await.unwrap();
        assert_eq!(ours.status, MessageStatus::Sent);
        assert!(!ours.body.contains("471193"), "{}", ours.body);
        let jobs = queue::list(&world.root(), JobState::Done, &JobFilter::default()).await.unwrap();
        assert!(!serde_json::to_string(&jobs.items).unwrap().contains("471193"));
        let filter = event::AuditFilter::default();
        let trail = event::search(&world.root(), &filter).await.unwrap();
        assert!(!serde_json::to_string(&trail).unwrap().contains("471193"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_hole_is_refused_and_nothing_is_written() {
    both(async |world| {
        let mut tx = world.app.db.write().await.unwrap();
        let mut bad = notice("TKT1");
        bad.variables = &[("name", "Budi"), ("number", ""), ("status", "x"), ("business", "AGLIS")];
        let Err(Error::Invalid(fields)) = messages::send(&mut tx, &world.root(), bad).await else { panic!() };
        assert_eq!(fields[0].field, "number");
        tx.commit().await.unwrap();
        let page = messages::list(&world.root(), &MessageFilter::default()).await.unwrap();
        assert!(page.items.is_empty());
        assert_eq!(world.drain().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_its_cause_takes_back_is_never_sent() {
    both(async |world| {
        let mut tx = world.app.db.write().await.unwrap();
        messages::send(&mut tx, &world.root(), notice("TKT1")).await.unwrap();
        drop(tx);
        assert_eq!(world.drain().await, 0);
        assert!(inbox(&world).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_twice_late_and_out_of_order_move_a_message_forward_only() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        world.drain().await;
        let sent = format!("sbx-{id}");
        assert_eq!(report(&world, &sent, MessageStatus::Read).await, Reported::Applied);
        assert_eq!(report(&world, &sent, MessageStatus::Delivered).await, Reported::NoChange);
        for _ in 0..100 {
            assert_eq!(report(&world, &sent, MessageStatus::Read).await, Reported::Repeated);
        }
        assert_eq!(report(&world, &sent, MessageStatus::Failed).await, Reported::NoChange);
        assert_eq!(status(&world, id).await, MessageStatus::Read);
        let filter = event::AuditFilter {
            kind: Some("message.status_changed".into()),
            ..event::AuditFilter::default()
        };
        let told = event::search(&world.root(), &filter).await.unwrap().items;
        assert_eq!(told.len(), 2, "one for sent and one for read");
        assert!(told.iter().all(|entry| entry.subject_kind == SubjectKind::Message));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_before_our_own_commit_is_kept_and_matched() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        let early = format!("sbx-{id}");
        assert_eq!(report(&world, &early, MessageStatus::Delivered).await, Reported::Unmatched);
        world.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Delivered);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_id_of_a_provider_is_learnt_and_works_backwards() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        world.drain().await;
        let by_state =
            |status| DeliveryReport { provider_id: None, state_id: Some("S1".into()), status: Some(status) };
        let ctx = world.root();
        let told = messages::reported(&ctx, "sandbox", &by_state(MessageStatus::Read)).await.unwrap();
        assert_eq!(told, Reported::Unmatched);
        let both_ids = DeliveryReport {
            provider_id: Some(format!("sbx-{id}")),
            state_id: Some("S1".into()),
            status: None,
        };
        assert_eq!(messages::reported(&ctx, "sandbox", &both_ids).await.unwrap(), Reported::Applied);
        assert_eq!(status(&world, id).await, MessageStatus::Read);
        let told = messages::reported(&ctx, "sandbox", &by_state(MessageStatus::Delivered)).await.unwrap();
        assert_eq!(told, Reported::NoChange);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn early_reports_and_our_commit_at_the_same_moment_never_miss_each_other() {
    both(async |world| {
        for n in 0..20 {
            let id = status_message(&world, &format!("TKT{n}")).await;
            let ctx = world.app.system("worker");
            let Begin::Send(letter) = messages::begin(&ctx, id, "sandbox", None).await.unwrap() else {
                panic!()
            };
            let name = format!("race-{n}");
            let end = End::Accepted { provider_id: Some(name.clone()), cost: None };
            let (told, ended) = tokio::join!(
                report(&world, &name, MessageStatus::Delivered),
                messages::finish(&ctx, &letter, "sandbox", &end)
            );
            assert!(ended.unwrap());
            assert_eq!(status(&world, id).await, MessageStatus::Delivered, "{told:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_s_budget_holds_over_restarts_and_keeps_room_for_codes() {
    both(async |world| {
        let rate = Rate { limit: 5, reserved: 1, window_ms: 60_000, concurrency: 100, longest_ms: 60_000 };
        let budget = Some(Budget { rate: Some(rate), daily: None });
        let begin =
            async |id| messages::begin(&world.app.system("worker"), id, "fonnte", budget).await.unwrap();
        for n in 0..4 {
            let id = status_message(&world, &format!("TKT{n}")).await;
            assert!(matches!(begin(id).await, Begin::Send(_)));
            world.pass(SECOND);
        }
        let fifth = status_message(&world, "TKT5").await;
        assert!(matches!(begin(fifth).await, Begin::Limited(56_000)));
        let code = otp(&world, "471193").await;
        assert!(matches!(begin(code).await, Begin::Send(_)));
        let second = otp(&world, "471194").await;
        assert!(matches!(begin(second).await, Begin::Limited(_)), "the limit is the provider's own");
        world.pass(56 * SECOND);
        assert!(matches!(begin(second).await, Begin::Send(_)));
        assert!(matches!(begin(fifth).await, Begin::Limited(_)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_code_is_not_sent() {
    both(async |world| {
        let id = otp(&world, "471193").await;
        world.pass(601 * SECOND);
        world.drain().await;
        assert!(inbox(&world).await.is_empty());
        let message = messages::get(&world.root(), id).await.unwrap();
        assert_eq!(
            (message.status, message.error_code.as_deref()),
            (MessageStatus::Expired, Some("expired"))
        );
        assert!(!message.body.contains("471193"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_the_provider_heard_of_it_loses_nothing_where_the_provider_can_be_asked() {
    both(async |world| {
        let id = otp(&world, "471193").await;
        cut_off(&world, id).await;
        world.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sent);
        assert_eq!(inbox(&world).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_the_provider_took_it_sends_it_once() {
    both(async |world| {
        let id = otp(&world, "471193").await;
        cut_off(&world, id).await;
        let entry = aglis_core::messages::SandboxNew {
            direction: Direction::Out,
            channel: aglis_core::messages::MessageChannel::Whatsapp,
            address: "6281234567890".into(),
            subject: None,
            body: "kode".into(),
            provider_id: format!("sbx-{id}"),
        };
        messages::sandbox_record(&world.root(), &entry).await.unwrap();
        world.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Sent);
        assert_eq!(inbox(&world).await.len(), 1);
    })
    .await;
}

async fn lose_answer(world: &World, id: MessageId) {
    let ctx: Ctx = world.app.system("worker");
    let Begin::Send(letter) = messages::begin(&ctx, id, "sandbox", None).await.unwrap() else { panic!() };
    let end = End::Unknown { error: "no answer in time".into() };
    assert!(messages::finish(&ctx, &letter, "sandbox", &end).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_answer_was_lost_is_never_sent_again() {
    both(async |world| {
        let id = otp(&world, "471193").await;
        lose_answer(&world, id).await;
        world.drain().await;
        world.pass(120 * SECOND);
        world.drain().await;
        assert!(inbox(&world).await.is_empty());
        assert_eq!(status(&world, id).await, MessageStatus::Unknown);
        let jobs = queue::list(&world.root(), JobState::Done, &JobFilter::default()).await.unwrap();
        assert_eq!(jobs.items.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_else_is_sent_once_more_after_time_for_a_report() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        lose_answer(&world, id).await;
        world.drain().await;
        assert!(inbox(&world).await.is_empty(), "it waits for a report first");
        world.pass(61 * SECOND);
        world.drain().await;
        assert_eq!((status(&world, id).await, inbox(&world).await.len()), (MessageStatus::Sent, 1));

        let again = status_message(&world, "TKT2").await;
        lose_answer(&world, again).await;
        world.pass(61 * SECOND);
        lose_answer(&world, again).await;
        world.pass(3600 * SECOND);
        world.drain().await;
        assert_eq!((status(&world, again).await, inbox(&world).await.len()), (MessageStatus::Unknown, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_it_at_once_and_staff_can_send_it_again() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        let mut bad = notice("TKT1");
        bad.address = "+62";
        let id = messages::send(&mut tx, &ctx, bad).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.drain().await, 1);
        let message = messages::get(&ctx, id).await.unwrap();
        assert_eq!(message.status, MessageStatus::Failed);
        assert_eq!(message.error_code.as_deref(), Some("invalid_target"));
        let dead = queue::list(&ctx, JobState::Dead, &JobFilter::default()).await.unwrap().items;
        assert_eq!((dead.len(), dead[0].attempts), (1, 1));
        let filter = event::AuditFilter { kind: Some("job.died".into()), ..event::AuditFilter::default() };
        assert_eq!(event::search(&ctx, &filter).await.unwrap().items.len(), 1);

        queue::retry(&ctx, dead[0].id).await.unwrap();
        assert_eq!(status(&world, id).await, MessageStatus::Queued);
        world.drain().await;
        assert_eq!(status(&world, id).await, MessageStatus::Failed);
        let Err(Error::Conflict { .. }) = queue::cancel(&ctx, dead[0].id).await else { panic!() };
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_code_is_not_sent_again_by_anybody() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        let phone: Phone = PHONE.parse().unwrap();
        let until = ctx.now.plus_seconds(600);
        let id = messages::send_otp(
            &mut tx,
            &ctx,
            &phone,
            None,
            Locale::Id,
            messages::Otp { code: "471193", link: "https://isp.test/l", expires_at: until },
        )
        .await
        .unwrap();
        tx.run("UPDATE messages SET address = '+62' WHERE id = $1", args![id]).await.unwrap();
        tx.commit().await.unwrap();
        world.drain().await;
        let dead = queue::list(&ctx, JobState::Dead, &JobFilter::default()).await.unwrap().items;
        let Err(Error::Conflict { .. }) = queue::retry(&ctx, dead[0].id).await else { panic!() };
        assert!(!messages::get(&ctx, id).await.unwrap().body.contains("471193"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_phone_writes_is_kept_once_and_told() {
    both(async |world| {
        let ctx = world.root();
        let reply =
            SandboxReply { from: "0812-3456-7890".into(), text: "cek tagihan\u{7}".replace('\u{7}', "") };
        let entry = messages::sandbox_reply(&ctx, &reply).await.unwrap();
        assert_eq!((entry.direction, entry.address.as_str()), (Direction::In, "6281234567890"));
        let inbound = InboundMessage {
            provider_id: Some("77".into()),
            from: "6281234567890".into(),
            group: None,
            text: "halo\u{1b}[31m".into(),
            sent_at: None,
        };
        let first = messages::received(&ctx, "fonnte", &inbound).await.unwrap().unwrap();
        assert_eq!(messages::received(&ctx, "fonnte", &inbound).await.unwrap(), None);
        let message = messages::get(&ctx, first).await.unwrap();
        assert_eq!((message.body.as_str(), message.status), ("halo[31m", MessageStatus::Received));
        let filter =
            event::AuditFilter { kind: Some("message.received".into()), ..event::AuditFilter::default() };
        let told = event::search(&ctx, &filter).await.unwrap().items;
        assert_eq!(told.len(), 2);
        assert!(
            !serde_json::to_string(&told).unwrap().contains("tagihan"),
            "texts stay out of the audit trail"
        );
        let Err(Error::Invalid(fields)) =
            messages::sandbox_reply(&ctx, &SandboxReply { from: "x".into(), text: " ".into() }).await
        else {
            panic!()
        };
        assert_eq!(fields.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_s_phone_reports_what_its_owner_taps() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        world.drain().await;
        let entry = &inbox(&world).await[0];
        for status in [MessageStatus::Delivered, MessageStatus::Read] {
            messages::sandbox_mark(&world.root(), entry.id, status).await.unwrap();
            assert_eq!(self::status(&world, id).await, status);
        }
        let Err(Error::Invalid(_)) =
            messages::sandbox_mark(&world.root(), entry.id, MessageStatus::Queued).await
        else {
            panic!()
        };
        let Err(Error::NotFound(_)) = messages::sandbox_mark(&world.root(), 9999, MessageStatus::Read).await
        else {
            panic!()
        };
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_needs_an_id_and_a_known_word() {
    both(async |world| {
        for bad in [
            DeliveryReport::default(),
            DeliveryReport { provider_id: Some("a\nb".into()), ..DeliveryReport::default() },
            DeliveryReport {
                provider_id: Some("a".into()),
                status: Some(MessageStatus::Received),
                ..DeliveryReport::default()
            },
        ] {
            let Err(Error::Invalid(_)) = messages::reported(&world.root(), "sandbox", &bad).await else {
                panic!("{bad:?}")
            };
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_concerns_no_ticket_sends_nothing() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        let subject = event::Subject::ticket(TicketId(404), "TKT404", None);
        let event = Event::TicketCancelled { from: None, reason: "x".into() };
        event::emit(&mut tx, &ctx, &subject, event).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.drain().await, 0);
    })
    .await;
}

const CODE: &str = "471193";
const LINK: &str = "https://isp.test/reset/7f3a";

async fn reset_mail(world: &World) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let new = NewMessage {
        template: "password-reset",
        address: "sari@isp.test",
        variables: &[("name", "Sari"), ("link", LINK), ("minutes", "60"), ("business", "AGLIS")],
        ..notice("TKT1")
    };
    let id = messages::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Looks wherever staff can look, as everybody there is.
async fn unseen(world: &World, id: MessageId, stage: &str) {
    for role in Role::ALL {
        let ctx = staff(world, 1, "somebody", *role, None);
        let one = messages::get(&ctx, id).await.unwrap();
        assert_eq!(one.body, HIDDEN, "{role}, {stage}");
        let page = messages::list(&ctx, &MessageFilter::default()).await.unwrap();
        let jobs = queue::list(&ctx, JobState::Waiting, &JobFilter::default()).await.unwrap();
        let trail = event::search(&ctx, &event::AuditFilter::default()).await.unwrap();
        let all = serde_json::to_string(&(one, page, jobs, trail)).unwrap();
        assert!(!all.contains(CODE) && !all.contains(LINK), "{role}, {stage}: {all}");
    }
}

/// Whether the secret is out of the database.
async fn is_gone(world: &World, id: MessageId) -> bool {
    let mut tx = world.app.db.read().await.unwrap();
    let (body,): (String,) = tx.one("SELECT body FROM messages WHERE id = $1", args![id]).await.unwrap();
    assert!(body == HIDDEN || body.contains(CODE) || body.contains(LINK), "{body}");
    body == HIDDEN
}

async fn end(world: &World, id: MessageId, end: &End) {
    let ctx = world.app.system("worker");
    let Begin::Send(letter) = messages::begin(&ctx, id, "sandbox", None).await.unwrap() else { panic!() };
    assert!(letter.body.contains(CODE) || letter.body.contains(LINK), "what is sent is whole");
    assert!(messages::finish(&ctx, &letter, "sandbox", end).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_reads_what_lets_its_reader_in_at_any_stage() {
    both(async |world| {
        for stage in ["waiting", "under way", "sent", "read", "refused", "lost", "expired", "called off"] {
            for is_code in [true, false] {
                let id = if is_code { otp(&world, CODE).await } else { reset_mail(&world).await };
                unseen(&world, id, "waiting").await;
                assert!(!is_gone(&world, id).await, "it has still to be sent");
                match stage {
                    "under way" => cut_off(&world, id).await,
                    "sent" => drop(world.drain().await),
                    "read" => {
                        world.drain().await;
                        report(&world, &format!("sbx-{id}"), MessageStatus::Read).await;
                    }
                    "refused" => {
                        let refused = End::Refused { code: "invalid".into(), error: "no such number".into() };
                        end(&world, id, &refused).await;
                    }
                    "lost" => {
                        for _ in 0..2 {
                            if !is_gone(&world, id).await {
                                end(&world, id, &End::Unknown { error: "no answer".into() }).await;
                            }
                            world.pass(61 * SECOND);
                        }
                        world.drain().await;
                    }
                    "expired" => {
                        world.pass(3601 * SECOND);
                        world.drain().await;
                    }
                    "called off" => {
                        let jobs = queue::list(&world.root(), JobState::Waiting, &JobFilter::default())
                            .await
                            .unwrap()
                            .items;
                        let job = jobs.iter().find(|job| job.payload["message_id"] == id.0).unwrap();
                        queue::cancel(&world.root(), job.id).await.unwrap();
                        assert_eq!(status(&world, id).await, MessageStatus::Failed);
                        assert!(matches!(
                            queue::retry(&world.root(), job.id).await,
                            Err(Error::Conflict { .. })
                        ));
                    }
                    _ => {}
                }
                unseen(&world, id, stage).await;
                assert_eq!(is_gone(&world, id).await, !matches!(stage, "waiting" | "under way"), "{stage}");
                world.drain().await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_in_messages_is_masked_for_who_may_not_see_it() {
    both(async |world| {
        let ctx = world.root();
        let mut tx = world.app.db.write().await.unwrap();
        let mut work = notice("TKT20261121001");
        work.variables = &[
            ("name", "Budi 0812-3456-7890,"),
            ("number", "TKT20261121001"),
            ("status", "+6281234567890"),
            ("business", "AGLIS"),
        ];
        let id = messages::send(&mut tx, &ctx, work.clone()).await.unwrap();
        work.channel = Some(MessageChannel::Email);
        work.address = "budi@example.id";
        let mail = messages::send(&mut tx, &ctx, work).await.unwrap();
        tx.commit().await.unwrap();
        for (role, sees) in [(Role::Finance, true), (Role::Manager, false), (Role::Noc, false)] {
            let ctx = staff(&world, 1, "somebody", role, None);
            let message = messages::get(&ctx, id).await.unwrap();
            assert_eq!(message.address == PHONE, sees, "{role}: {}", message.address);
            assert_eq!(message.body.contains("0812-3456-7890"), sees, "{role}: {}", message.body);
            assert_eq!(message.body.contains("+6281234567890"), sees, "{role}: {}", message.body);
            assert_eq!(message.body.contains("0812-••••-7890,"), !sees, "{role}: {}", message.body);
            assert!(message.body.contains("TKT20261121001"), "{}", message.body);
            let listed = messages::list(&ctx, &MessageFilter::default()).await.unwrap().items;
            assert_eq!(listed.iter().any(|one| one.address == "budi@example.id"), sees, "{role}");
            let address = messages::get(&ctx, mail).await.unwrap().address;
            assert_eq!(address, if sees { "budi@example.id" } else { "b•••@example.id" });
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_forgotten_with_the_audit_trail_and_the_sandbox_s_after_a_month() {
    both(async |world| {
        const DAY: Duration = Duration::from_secs(86_400);
        let old = status_message(&world, "TKT1").await;
        world.drain().await;
        report(&world, &format!("sbx-{old}"), MessageStatus::Read).await;
        assert_eq!(report(&world, "never-known", MessageStatus::Read).await, Reported::Unmatched);
        world.pass(31 * DAY);
        let young = status_message(&world, "TKT2").await;
        world.drain().await;
        let rows = async || {
            let mut tx = world.app.db.read().await.unwrap();
            let counts: Vec<(i64,)> = tx
                .all("SELECT COUNT(*) FROM messages UNION ALL SELECT COUNT(*) FROM message_attempts UNION ALL SELECT COUNT(*) FROM message_callbacks UNION ALL SELECT COUNT(*) FROM sandbox_messages", args![])
                .await
                .unwrap();
            counts.into_iter().map(|(count,)| count).collect::<Vec<_>>()
        };
        assert_eq!(rows().await, [2, 2, 2, 2]);
        assert_eq!(messages::prune(&world.root()).await.unwrap(), 2);
        assert_eq!(rows().await, [2, 2, 1, 1], "the stray report and the month-old phone message");
        world.pass(60 * DAY);
        messages::prune(&world.root()).await.unwrap();
        assert_eq!(rows().await, [1, 1, 0, 0]);
        assert_eq!(status(&world, young).await, MessageStatus::Sent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_messages_really_go_out_there_is_no_sandbox() {
    both(async |world| {
        let id = status_message(&world, "TKT1").await;
        world.drain().await;
        let entry = inbox(&world).await[0].id;
        let mut config = aglis_core::config::Config::defaults(world.dir.path()).unwrap();
        config.whatsapp.provider = aglis_core::config::WhatsappProvider::Fonnte.into();
        config.whatsapp.fonnte_token = Some("token".into());
        let app = world.with_config(config.clone());
        let ctx = Ctx { app: app.clone(), ..world.root() };
        let reply = SandboxReply { from: PHONE.into(), text: "halo".into() };
        assert!(matches!(
            messages::sandbox_list(&ctx, &SandboxFilter::default()).await,
            Err(Error::NotFound(_))
        ));
        assert!(matches!(
            messages::sandbox_mark(&ctx, entry, MessageStatus::Read).await,
            Err(Error::NotFound(_))
        ));
        assert!(matches!(messages::sandbox_reply(&ctx, &reply).await, Err(Error::NotFound(_))));
        assert_eq!(status(&world, id).await, MessageStatus::Sent, "nothing was moved");

        // A mail that has nowhere to go says which setting is missing.
        let mail = reset_mail(&world).await;
        let outbox = std::sync::Arc::new(queue::Outbox::from_config(&app).unwrap());
        queue::drain(&app, &outbox).await.unwrap();
        let message = messages::get(&ctx, mail).await.unwrap();
        assert_eq!(
            (message.status, message.error_code.as_deref()),
            (MessageStatus::Failed, Some("no_mail_server"))
        );
        assert!(message.error.unwrap().contains("mail.host"));

        // Mails lie in the sandbox only where they go there.
        let mail = reset_mail(&world).await;
        world.drain().await;
        assert_eq!(status(&world, mail).await, MessageStatus::Sent);
        let mut config = aglis_core::config::Config::defaults(world.dir.path()).unwrap();
        let count = async |ctx: &Ctx| {
            messages::sandbox_list(ctx, &SandboxFilter::default()).await.unwrap().items.len()
        };
        assert_eq!(count(&world.root()).await, 2);
        config.mail.host = Some("mail.isp.test".into());
        let posting = Ctx { app: world.with_config(config), ..world.root() };
        assert_eq!(count(&posting).await, 1);
    })
    .await;
}
