//! The queue and the messages as staff see them and what they do there.

use super::{ADMIN, ANDI, open};
use crate::http::{count, staff, token};
use aglis_core::{
    args,
    messages::{
        MessageStatus,
        analytics::{AnalyticsPeriod, service as analytics},
        service::{self as messages, NewMessage},
    },
    permission::Role,
    queue::{JobFilter, JobState, control::service as control},
    types::*,
};
use aglis_tests::{Backend, Page, Site, Visitor, World, both};
use axum::http::StatusCode;
use reqwest::Method;
use std::time::Duration;

const PHONE: &str = "+6281234567890";
/// An address that every provider refuses for good.
const NOWHERE: &str = "+62";
const SUP: UserId = UserId(3);

async fn message(world: &World, address: &str) -> MessageId {
    let ctx = world.root();
    let mut tx = world.app.db.write().await.unwrap();
    let variables = [("name", "Budi"), ("number", "TKT1"), ("status", "Terbuka"), ("business", "AGLIS")];
    let new = NewMessage {
        template: "ticket-status",
        channel: None,
        locale: Locale::Id,
        address,
        variables: &variables,
        customer_id: None,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    let id = messages::send(&mut tx, &ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn jobs(world: &World, state: JobState) -> Vec<JobId> {
    let page = control::list(&world.root(), state, &JobFilter::default()).await.unwrap();
    page.items.into_iter().map(|job| job.id).collect()
}

/// So many dead letters, the newest first.
async fn dead(world: &World, count: usize) -> Vec<String> {
    for _ in 0..count {
        message(world, NOWHERE).await;
        world.drain().await;
        world.pass(Duration::from_secs(1));
    }
    jobs(world, JobState::Dead).await.into_iter().map(|id| id.to_string()).collect()
}

/// The page of a result, once it is there.
async fn ended(visitor: &Visitor, path: &str) -> Page {
    for _ in 0..500 {
        let page = visitor.get(path).await;
        if !page.says("Sedang dikerjakan") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path} never ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_paused_with_a_reason_by_who_may() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let chief = Visitor::staff(&world, ADMIN).await;
        let van = Visitor::staff(&world, ANDI).await;
        for path in ["/queue", "/queue/jobs", "/queue/batches", "/messages", "/messages/analytics"] {
            assert_eq!(van.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(desk.get(path).await.status, StatusCode::OK, "{path}");
        }
        van.get("/").await.must_not_say("href=\"/queue\"").must_not_say("href=\"/messages\"");
        desk.get("/queue").await.must_say("data-go=\"q\"").must_not_say("action=\"/queue/pause\"");
        let slip = [("queue", "messages"), ("reason", "gateway mati")];
        assert_eq!(desk.post("/queue/pause", &slip).await.status, StatusCode::FORBIDDEN);

        let page = chief.get("/queue").await;
        let once = page.field("once").to_owned();
        let unsaid = chief.post("/queue/pause", &[("queue", "messages"), ("reason", " ")]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        unsaid.must_say("href=\"#reason\"").must_say("name=\"next\" value=\"/queue\"");
        let odd = chief.post("/queue/pause", &[("queue", "post"), ("reason", "x")]).await;
        odd.must_say("href=\"#queue\"");
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let slip = [("once", once.as_str()), ("queue", "messages"), ("reason", "gateway mati")];
        let paused = chief.post("/queue/pause", &slip).await;
        paused.must_say("Dijeda.").must_say("oleh admin").must_say("gateway mati");
        // The same form again, after somebody let it go on, pauses nothing.
        let resumed = chief.post("/queue/resume", &[("queue", "messages")]).await;
        resumed.must_say("Dilanjutkan.").must_not_say("gateway mati");
        assert_eq!(chief.post("/queue/pause", &slip).await.path, "/queue");
        chief.get("/queue").await.must_not_say("gateway mati");
        // What runs already cannot go on.
        chief.post("/queue/resume", &[("queue", "messages")]).await.must_say("Statusnya sudah berubah");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_changes_nothing() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut boss = staff(&world, &site, "boss", Role::Admin).await;
    for path in [
        "/queue/pause",
        "/queue/resume",
        "/queue/jobs/preview",
        "/queue/jobs/bulk",
        "/queue/jobs/1/discard",
        "/queue/batches/1/cancel",
        "/messages/send",
    ] {
        let slip = [("reason", "x"), ("to", "081234567890"), ("text", "Halo"), ("action", "discard")];
        let request = boss.request(Method::POST, path).form(&slip);
        boss.send(request).await.expect(403);
    }
    assert_eq!(count(&world, "SELECT COUNT(*) FROM messages").await, 0);
    assert_eq!(count(&world, "SELECT COUNT(*) FROM events WHERE kind = 'queue.paused'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_found_by_their_state_and_filter() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let ids = dead(&world, 2).await;
        message(&world, PHONE).await;
        let list = desk.get("/queue/jobs?status=dead").await;
        let place = |id: &str| list.text.find(&format!("data-href=\"/queue/jobs/{id}\"")).unwrap();
        assert!(place(&ids[0]) < place(&ids[1]), "the newest error comes first");
        list.must_not_say("name=\"action\"");
        for filter in ["error=REFUSED-BY-NOBODY", "kind=send-otp", "queue=mail", "older_than_seconds=600"] {
            desk.get(&format!("/queue/jobs?status=dead&{filter}")).await.must_say("Tidak ada pekerjaan");
        }
        let kept = desk.get("/queue/jobs?status=dead&kind=send-notification&recipient=%2B62&queue=").await;
        kept.must_say(&format!("/queue/jobs/{}\"", ids[0]));
        kept.must_say("<option value=\"send-notification\" selected>").must_say("value=\"+62\"");
        for wrong in ["status=asleep", "queue=post", "older_than_seconds=old", "batch=x", "cursor=zz"] {
            let page = desk.get(&format!("/queue/jobs?{wrong}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            page.must_say("id=\"problem\"");
        }
        // One job: what it sends and to whom, masked; every try with its answer.
        let one = desk.get(&format!("/queue/jobs/{}", ids[0])).await;
        one.must_say("Ditolak").must_say("Berakhir: Gagal").must_not_say("/discard\"");
        let waiting = jobs(&world, JobState::Waiting).await[0];
        let one = desk.get(&format!("/queue/jobs/{waiting}")).await;
        one.must_say("Status berubah").must_not_say("81234567890").must_not_say("0812-3456-7890");
        assert_eq!(desk.get("/queue/jobs/987654").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_is_put_back_discarded_and_snoozed() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let chief = Visitor::staff(&world, ADMIN).await;
        let ids = dead(&world, 2).await;
        let (first, second) = (format!("/queue/jobs/{}", ids[0]), format!("/queue/jobs/{}", ids[1]));
        let discard = format!("{first}/discard");
        assert_eq!(desk.post(&discard, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(chief.post(&format!("{first}/explode"), &[]).await.status, StatusCode::NOT_FOUND);
        let once = chief.get(&first).await.field("once").to_owned();
        chief.post(&discard, &[("once", &once)]).await.must_say("Dibuang.");
        assert_eq!(chief.post(&discard, &[("once", &once)]).await.path, first, "sent twice, done once");
        chief.post(&discard, &[]).await.must_say("Statusnya sudah berubah");

        chief.post(&format!("{second}/retry"), &[]).await.must_say("percobaan berikutnya");
        let snooze = format!("{second}/snooze");
        for wrong in ["", "tomorrow", "2026-11-20T09:00"] {
            let page = chief.post(&snooze, &[("until", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            page.must_say("href=\"#until\"");
        }
        chief.post(&snooze, &[("until", "2026-11-22T09:00")]).await.must_say("Ditunda.");
        chief.get(&second).await.must_say("22\u{a0}Nov\u{a0}2026");
        chief.post(&format!("{second}/run"), &[]).await.must_say("begitu ada pekerja");
        chief.post(&format!("{second}/cancel"), &[]).await.must_say("Dibatalkan.");
        assert_eq!(jobs(&world, JobState::Cancelled).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_jobs_are_looked_at_first_and_told_of_afterwards() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let chief = Visitor::staff(&world, ADMIN).await;
        let ids = dead(&world, 3).await;
        let (preview, run) = ("/queue/jobs/preview", "/queue/jobs/bulk");
        let base = [("status", "dead"), ("action", "discard")];
        let with = |more: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
            let base = base.iter().map(|(name, value)| (*name, (*value).to_owned()));
            base.chain(more.iter().cloned()).collect()
        };
        assert_eq!(desk.post(preview, &base).await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.post(run, &base).await.status, StatusCode::FORBIDDEN);
        chief.post(preview, &base).await.must_say("Tandai pekerjaannya dulu");

        // Looking changes nothing.
        let two = with(&[("id", ids[0].clone()), ("id", ids[1].clone())]);
        let seen = post(&chief, preview, &two).await;
        seen.must_say("2 dari 2 pekerjaan").must_not_say("Dilewati");
        assert_eq!(seen.field("total"), "2");
        assert_eq!(jobs(&world, JobState::Dead).await.len(), 3);

        let mut done = two.clone();
        done.extend([("once", seen.field("once").to_owned()), ("total", "2".to_owned())]);
        let begun = post(&chief, run, &done).await;
        ended(&chief, &begun.path).await.must_say("Dilakukan pada 2 dari 2 pekerjaan; 0 tidak.");
        assert_eq!(post(&chief, run, &done).await.path, begun.path, "sent twice, done once");
        assert_eq!(jobs(&world, JobState::Discarded).await.len(), 2);

        // What will be left out is said before, what was left out afterwards.
        let mixed = with(&[("id", ids[1].clone()), ("id", ids[2].clone())]);
        let seen = post(&chief, preview, &mixed).await;
        seen.must_say("1 dari 2 pekerjaan").must_say("Dilewati").must_say("Pada keadaan pekerjaan ini");
        let mut done = mixed.clone();
        done.extend([("once", seen.field("once").to_owned()), ("total", "2".to_owned())]);
        let begun = post(&chief, run, &done).await;
        let told = ended(&chief, &begun.path).await;
        told.must_say("Dilakukan pada 1 dari 2 pekerjaan; 1 tidak.").must_say("Ulangi untuk yang ini");
        let csv = chief.get(&format!("{}/results.csv", begun.path)).await;
        csv.must_say("id,action,success,code,error\n");
        csv.must_say(&format!("{},discard,false,illegal_transition,", ids[1]));
        csv.must_say(&format!("{},discard,true,,", ids[2]));
        let again = [("from", told.field("from")), ("action", "retry")];
        chief.post(preview, &again).await.must_say("1 dari 1 pekerjaan");
        // Results are one's own.
        let sup = Visitor::staff(&world, SUP).await;
        assert_eq!(sup.get(&begun.path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(sup.post(preview, &again).await.status, StatusCode::NOT_FOUND);

        // All that match: another number than was looked at is looked at again.
        let all = [("status", "discarded"), ("action", "retry"), ("all", "1")];
        chief.post(preview, &all).await.must_say("3 dari 3 pekerjaan");
        let begun = chief.post(run, &[all[0], all[1], all[2], ("total", "7")]).await;
        ended(&chief, &begun.path).await.must_say("Jumlahnya sudah berubah");
        assert_eq!(jobs(&world, JobState::Discarded).await.len(), 3);
        let typed = [all[0], all[1], all[2], ("total", "3"), ("asks_count", "1"), ("count", "4")];
        chief.post(run, &typed).await.must_say("href=\"#count\"");
        let begun = chief.post(run, &[all[0], all[1], all[2], ("total", "3")]).await;
        ended(&chief, &begun.path).await.must_say("Dilakukan pada 3 dari 3");
        assert_eq!(jobs(&world, JobState::Waiting).await.len(), 3);
    })
    .await;
}

async fn post(visitor: &Visitor, path: &str, fields: &[(&'static str, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visitor.post(path, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_shows_how_far_it_is_and_is_called_off() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let chief = Visitor::staff(&world, ADMIN).await;
        desk.get("/queue/batches").await.must_say("Belum ada kelompok");
        let mut tx = world.app.db.write().await.unwrap();
        let id = control::create_batch(&mut tx, &world.root(), "Pemeliharaan Depok", 4).await.unwrap();
        tx.run("UPDATE batches SET done = 1 WHERE id = $1", args![id]).await.unwrap();
        tx.commit().await.unwrap();
        let here = format!("/queue/batches/{id}");
        desk.get("/queue/batches").await.must_say("Pemeliharaan Depok").must_say("1 dari 4 berakhir (25%)");
        desk.get(&here).await.must_say("value=\"25\"").must_not_say("/cancel\"");
        assert_eq!(desk.post(&format!("{here}/cancel"), &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.get("/queue/batches?cursor=zz").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let once = chief.get(&here).await.field("once").to_owned();
        chief.post(&format!("{here}/cancel"), &[("once", &once)]).await.must_say("Dibatalkan");
        assert_eq!(desk.get("/queue/batches/987654").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_write_to_a_customer_once() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let van = Visitor::staff(&world, ANDI).await;
        assert_eq!(van.get("/messages/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(van.post("/messages/send", &[]).await.status, StatusCode::FORBIDDEN);
        let form = desk.get("/messages/new?to=AGLS202611210001").await;
        assert_eq!(form.field("to"), "AGLS202611210001");
        for (to, text, at, field) in [
            ("", "Halo", "", "to"),
            ("AGLS209912319999", "Halo", "", "to"),
            ("AGLS202611210001", "", "", "text"),
            ("AGLS202611210001", "Halo", "2020-01-01T00:00", "send_at"),
            ("AGLS202611210001", "Halo", "soon", "send_at"),
        ] {
            let page = desk.post("/messages/send", &[("to", to), ("text", text), ("send_at", at)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{to} {text} {at}");
            page.must_say(&format!("href=\"#{field}\""));
        }
        let once = form.field("once").to_owned();
        let slip = [("once", once.as_str()), ("to", "AGLS202611210001"), ("text", "Halo Pak Budi")];
        desk.post("/messages/send", &[slip[1], slip[2], ("look", "1")]).await.must_say("Begini bunyinya");
        assert_eq!(count(&world, "SELECT COUNT(*) FROM messages").await, 0, "looking sends nothing");
        let sent = desk.post("/messages/send", &slip).await;
        sent.must_say("Halo Pak Budi").must_say("Pesan menunggu dikirim").must_say("href=\"/customers/1\"");
        assert_eq!(desk.post("/messages/send", &slip).await.path, sent.path);
        assert_eq!(count(&world, "SELECT COUNT(*) FROM messages").await, 1);

        let eta = desk.get("/messages/new?to=0812-9999-0001&template=ticket-eta").await;
        assert_eq!(eta.field("variables.eta"), "");
        let known = [("to", "0812-9999-0001"), ("template", "ticket-eta"), ("variables.name", "Tono")];
        desk.post("/messages/send", &known)
            .await
            .must_say("href=\"#variables.eta\"")
            .must_say("value=\"Tono\"");
        let whole = [known[0], known[1], known[2], ("variables.number", "TKT1"), ("variables.eta", "14.00")];
        desk.post("/messages/send", &whole).await.must_say("14.00");
        world.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_found_by_their_filter_and_shown_masked() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        let lost = message(&world, NOWHERE).await;
        let id = message(&world, PHONE).await;
        world.drain().await;
        let list = desk.get("/messages").await;
        list.must_say("Status berubah").must_not_say("81234567890").must_not_say("0812-3456-7890");
        let link = |id: MessageId| format!("data-href=\"/messages/{id}\"");
        let failed = desk.get("/messages?status=failed").await;
        failed.must_say(&link(lost)).must_not_say(&link(id));
        let theirs =
            desk.get("/messages?recipient=0812-3456-7890&channel=whatsapp&template=ticket-status").await;
        theirs.must_say(&link(id)).must_not_say(&link(lost));
        desk.get("/messages?template=text").await.must_say("Belum ada pesan");
        desk.get("/messages?channel=email").await.must_say("Belum ada pesan");
        for wrong in ["status=asleep", "channel=pigeon", "customer=AGLS1", "ticket_id=x", "cursor=zz"] {
            let page = desk.get(&format!("/messages?{wrong}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let one = desk.get(&format!("/messages/{id}")).await;
        one.must_say("sandbox").must_say("Percobaan 1: Diterima").must_not_say("81234567890");
        assert_eq!(desk.get("/messages/987654").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// A message straight in the table: so many minutes ago, how far it got, by whom, why it failed, what it cost.
struct Row<'a> {
    minutes: i64,
    direction: &'a str,
    template: &'a str,
    status: MessageStatus,
    provider: Option<&'a str>,
    code: Option<&'a str>,
    cost: Option<i64>,
    sent: bool,
    delivered_after_s: Option<i64>,
}

const PLAIN: Row<'static> = Row {
    minutes: 10,
    direction: "out",
    template: "ticket-status",
    status: MessageStatus::Queued,
    provider: None,
    code: None,
    cost: None,
    sent: false,
    delivered_after_s: None,
};

async fn put(world: &World, row: Row<'_>) {
    let at = world.app.now().plus_seconds(-60 * row.minutes);
    let mut tx = world.app.db.write().await.unwrap();
    let (id,): (MessageId,) = tx
        .one(
            "INSERT INTO messages (direction, channel, kind, address, template, locale, body, status, provider, \
             error_code, cost, created_at, sent_at, delivered_at) VALUES ($1, 'whatsapp', 'notification', \
             '+6281234567890', $2, 'id', 'Halo', $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            args![
                row.direction,
                row.template,
                row.status,
                row.provider.map(str::to_owned),
                row.code.map(str::to_owned),
                row.cost,
                at,
                row.sent.then_some(at.plus_seconds(1)),
                row.delivered_after_s.map(|seconds| at.plus_seconds(1 + seconds))
            ],
        )
        .await
        .unwrap();
    if let Some(provider) = row.provider {
        tx.run(
            "INSERT INTO message_attempts (message_id, number, provider, outcome, started_at, finished_at) \
             VALUES ($1, 1, $2, 'accepted', $3, $4)",
            args![id, provider, at, at.plus_ms(500)],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// What is known to have become of messages: today at nine, in Jakarta.
async fn known(world: &World) {
    use MessageStatus as S;
    let (day, sent) = (24 * 60, Row { provider: Some("fonnte"), sent: true, cost: Some(150), ..PLAIN });
    put(world, Row { status: S::Delivered, delivered_after_s: Some(2), ..sent }).await;
    put(world, Row { status: S::Read, delivered_after_s: Some(4), minutes: day, ..sent }).await;
    put(world, Row { status: S::Sent, template: "ticket-eta", ..sent }).await;
    put(world, Row { status: S::Failed, code: Some("not_on_whatsapp"), ..PLAIN }).await;
    put(world, Row { status: S::Failed, code: Some("not_on_whatsapp"), minutes: day, ..PLAIN }).await;
    put(world, Row { status: S::Expired, ..PLAIN }).await;
    put(world, PLAIN).await;
    // The first minute of the first of seven days, and the one before.
    put(world, Row { status: S::Delivered, minutes: 6 * day + 9 * 60, ..sent }).await;
    put(world, Row { status: S::Failed, minutes: 6 * day + 9 * 60 + 1, ..PLAIN }).await;
    // What people write to us is no message of ours.
    put(world, Row { direction: "in", template: "", status: S::Received, ..PLAIN }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_known_set_of_messages() {
    both(async |world| {
        known(&world).await;
        let ctx = world.root();
        let week = analytics::analytics(&ctx, &AnalyticsPeriod::default()).await.unwrap();
        let all = week.total;
        assert_eq!((all.written, all.sent, all.delivered, all.read, all.failed), (8, 4, 3, 1, 3));
        assert_eq!((all.cost, all.delivery_rate()), (600, Some(0.75)));
        // Of two of the delivered ones is known how long they went: two seconds and four.
        assert_eq!((all.timed, all.mean_delivery_ms()), (2, Some(3000)));
        assert_eq!(week.by_day.len(), 7);
        assert_eq!(week.since, "2026-11-14T17:00:00Z".parse::<Time>().unwrap());
        let written: Vec<i64> = week.by_day.iter().map(|day| day.outcomes.written).collect();
        assert_eq!(written, [1, 0, 0, 0, 0, 2, 5]);
        assert_eq!(week.providers.len(), 1);
        let fonnte = &week.providers[0];
        assert_eq!((fonnte.provider.as_str(), fonnte.tries, fonnte.accepted), ("fonnte", 4, 4));
        assert_eq!((fonnte.outcomes.sent, fonnte.outcomes.delivered), (4, 3));
        assert_eq!(fonnte.mean_answer_ms(), Some(500));
        let templates: Vec<_> =
            week.templates.iter().map(|one| (one.template.as_str(), one.outcomes.written)).collect();
        assert_eq!(templates, [("ticket-status", 7), ("ticket-eta", 1)]);
        let reasons: Vec<_> = week.failures.iter().map(|one| (one.code.as_str(), one.messages)).collect();
        assert_eq!(reasons, [("not_on_whatsapp", 2), ("expired", 1)]);
        let month = analytics::analytics(&ctx, &AnalyticsPeriod { days: Some(30) }).await.unwrap();
        assert_eq!((month.by_day.len(), month.total.written, month.total.failed), (30, 9, 4));
        assert!(analytics::analytics(&ctx, &AnalyticsPeriod { days: Some(31) }).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_drawn_and_told_by_the_api() {
    both(async |world| {
        let (_, desk) = open(&world).await;
        known(&world).await;
        let page = desk.get("/messages/analytics").await;
        page.must_say("<b>75%</b>").must_say("8 pesan sejak 15\u{a0}Nov\u{a0}2026, 3 di antaranya gagal.");
        page.must_say("role=\"img\"").must_say("not_on_whatsapp").must_say("fonnte").must_say("500 ms");
        page.must_say("Rp\u{a0}600").must_say("/messages?template=ticket-eta");
        desk.get("/messages/analytics?days=90")
            .await
            .must_say("href=\"/messages/analytics?days=90\" aria-current");
        for wrong in ["14", "x", "-7"] {
            let page = desk.get(&format!("/messages/analytics?days={wrong}")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            page.must_say("href=\"#days\"");
        }
        let site = Site::open(&world.app).await;
        let mut program = site.token(&token(&world).await);
        let told = program.get("/api/messages/analytics?days=30").await.expect(200).json();
        assert_eq!((told["total"]["written"].as_i64(), told["days"].as_i64()), (Some(9), Some(30)));
        assert_eq!(told["failures"][0]["code"], "not_on_whatsapp");
        assert_eq!(program.get("/api/messages/analytics?days=8").await.expect(422).code(), "invalid");
        program.get("/api/messages/analytics?weeks=1").await.expect(422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_are_small_and_bring_nothing_inline() {
    let world = World::new(Backend::Sqlite).await;
    let site = Site::open(&world.app).await;
    let mut boss = staff(&world, &site, "boss", Role::Admin).await;
    dead(&world, 50).await;
    known(&world).await;
    for path in [
        "/queue",
        "/queue/jobs?status=dead",
        "/queue/batches",
        "/messages",
        "/messages/new?template=technician-lead",
        "/messages/analytics?days=90",
    ] {
        let text = boss.get(path).await.expect(200).text();
        assert!(!text.contains(" style=") && !text.contains("<style"), "{path}");
        assert!(!text.contains("<script>") && !text.contains(" onclick="), "{path}");
        let request = boss.request(Method::GET, path).header("accept-encoding", "br");
        let packed = boss.send(request).await.expect(200);
        assert_eq!(packed.header("content-encoding"), "br", "{path}");
        assert!(packed.body.len() <= 12_000, "{path} is {} bytes", packed.body.len());
    }
}
