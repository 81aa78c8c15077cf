//! What customers write, how staff answer, and what the program answers by itself.

use crate::tickets::fixture::{cast, report, rina, staff, technician};
use aglis_core::{
    app::Ctx,
    conversations::{
        AssignConversation, Conversation, ConversationFilter, ConversationState, ConversationView, Reply,
        service as conversations,
    },
    customers::{CustomerChange, service as customers},
    error::Error,
    event::{self, AuditFilter},
    messages::{
        Direction, InboundMessage, SandboxFilter, SandboxReply,
        service::{self as messages},
    },
    permission::Role,
    tickets::{Assign, service as tickets},
    types::*,
};
use aglis_tests::{Site, Visitor, World, both};
use axum::http::StatusCode;
use serde_json::json;
use std::time::Duration;

const BUDI: &str = "0812-3456-7801";
const STRANGER: &str = "0877-7000-1111";
const RINA: UserId = UserId(2);
const ANDI: UserId = UserId(4);
const MINUTE: Duration = Duration::from_secs(60);

/// Writes to us as a phone.
async fn write(world: &World, from: &str, text: &str) {
    let reply = SandboxReply { from: from.into(), text: text.into() };
    messages::sandbox_reply(&world.root(), &reply).await.unwrap();
}

/// What a phone got from us, the newest first.
async fn got(world: &World, phone: &str) -> Vec<String> {
    world.drain().await;
    let filter = SandboxFilter { to: Some(phone.into()), limit: Some(200), ..SandboxFilter::default() };
    let all = messages::sandbox_list(&world.root(), &filter).await.unwrap().items;
    all.into_iter().filter(|one| one.direction == Direction::Out).map(|one| one.body).collect()
}

async fn list(ctx: &Ctx, view: ConversationView) -> Vec<Conversation> {
    let filter = ConversationFilter { view: Some(view), ..ConversationFilter::default() };
    conversations::list(ctx, &filter).await.unwrap().items
}

fn from(phone: &str, group: Option<&str>, text: &str, sent_at: Option<i64>) -> InboundMessage {
    InboundMessage {
        provider_id: None,
        from: phone.into(),
        group: group.map(str::to_owned),
        text: text.into(),
        sent_at,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_customers_write_is_one_thread_each_and_a_reply_arrives() {
    both(async |world| {
        let cast = cast(&world).await;
        write(&world, BUDI, "Internet saya mati").await;
        write(&world, STRANGER, "Halo, mau pasang").await;
        write(&world, BUDI, "Sudah dari pagi").await;
        let desk = rina(&world);
        let all = list(&desk, ConversationView::All).await;
        assert_eq!(all.len(), 2);
        let budi = &all[0];
        assert_eq!((budi.customer_id, budi.unanswered), (Some(cast.budi), 2));
        assert_eq!((budi.last_text.as_str(), budi.state), ("Sudah dari pagi", ConversationState::Open));
        assert_eq!(all[1].customer_id, None);
        assert_eq!(conversations::unanswered(&desk).await.unwrap().count, 2);

        let empty = conversations::reply(&desk, budi.id, &Reply { text: "  ".into() }).await;
        let Err(Error::Invalid(fields)) = empty else { panic!() };
        assert_eq!(fields[0].field, "text");
        let unknown = conversations::reply(&desk, ConversationId(999), &Reply { text: "x".into() }).await;
        assert!(matches!(unknown, Err(Error::NotFound(_))));

        let answer = Reply { text: "Teknisi tiba pukul 14.00".into() };
        conversations::reply(&desk, budi.id, &answer).await.unwrap();
        assert_eq!(got(&world, BUDI).await, ["Teknisi tiba pukul 14.00"]);
        let now = conversations::get(&desk, budi.id).await.unwrap();
        assert_eq!((now.unanswered, now.assigned_to, now.last_direction), (0, Some(RINA), Direction::Out));
        let thread = conversations::thread(&desk, budi.id, &PageQuery::default()).await.unwrap().items;
        let texts: Vec<&str> = thread.iter().map(|one| one.body.as_str()).collect();
        assert_eq!(texts, ["Teknisi tiba pukul 14.00", "Sudah dari pagi", "Internet saya mati"]);
        let mine: Vec<_> = list(&desk, ConversationView::Mine).await.iter().map(|one| one.id).collect();
        assert_eq!(mine, [budi.id]);
        assert_eq!(list(&desk, ConversationView::Unanswered).await.len(), 1);

        // Pages of one row each show every thread once.
        let one = ConversationFilter { limit: Some(1), ..ConversationFilter::default() };
        let first = conversations::list(&desk, &one).await.unwrap();
        let rest = ConversationFilter { cursor: first.next_cursor.clone(), ..one };
        let second = conversations::list(&desk, &rest).await.unwrap();
        assert_eq!((first.items[0].id, second.items[0].id), (budi.id, all[1].id));
        assert_eq!(second.next_cursor, None);

        for (q, found) in [("budi", 1), ("0812", 1), ("0877-7000", 1), ("sari", 0), ("?", 0)] {
            let filter = ConversationFilter { q: Some(q.into()), ..ConversationFilter::default() };
            assert_eq!(conversations::list(&desk, &filter).await.unwrap().items.len(), found, "{q}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_handled_given_away_closed_and_opened_by_the_next_message() {
    both(async |world| {
        cast(&world).await;
        write(&world, BUDI, "Terima kasih").await;
        let desk = rina(&world);
        let id = list(&desk, ConversationView::All).await[0].id;
        assert_eq!(conversations::handled(&desk, id).await.unwrap().unanswered, 0);
        assert_eq!(conversations::take(&desk, id).await.unwrap().assigned_to, Some(RINA));
        let root = conversations::take(&world.root(), id).await;
        assert!(matches!(root, Err(Error::Conflict { code: "no_account", .. })));
        let to = |user_id| AssignConversation { user_id };
        let Err(Error::Invalid(fields)) = conversations::assign(&desk, id, &to(Some(ANDI))).await else {
            panic!("technicians do not answer")
        };
        assert_eq!(fields[0].field, "user_id");
        let given = conversations::assign(&desk, id, &to(Some(UserId(3)))).await.unwrap();
        assert_eq!(given.assigned_name.as_deref(), Some("Sup Wijaya"));
        assert_eq!(conversations::assign(&desk, id, &to(None)).await.unwrap().assigned_to, None);
        let closed = conversations::close(&desk, id).await.unwrap();
        assert_eq!(closed.state, ConversationState::Closed);
        write(&world, BUDI, "Mati lagi").await;
        let open = conversations::get(&desk, id).await.unwrap();
        assert_eq!((open.state, open.unanswered), (ConversationState::Open, 1));
        let kinds = AuditFilter { kind: Some("conversation.*".into()), ..AuditFilter::default() };
        let trail = event::search(&world.root(), &kinds).await.unwrap().items;
        assert_eq!(trail.len(), 5, "handled, taken, given, let go, closed");
        assert!(!serde_json::to_string(&trail).unwrap().contains("81234567801"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keywords_are_answered_with_what_is_known() {
    both(async |world| {
        let cast = cast(&world).await;
        let ticket = report(&world, cast.budi).await;
        let before = got(&world, BUDI).await.len();
        for (text, says) in [
            ("MENU", vec!["*tagihan*", "*stop*"]),
            ("cek tagihan saya", vec!["Home Bronze 30M", "149.900", "Budi Santoso"]),
            ("status tiket?", vec![ticket.summary.number.as_str(), "target selesai"]),
            ("bantuan", vec!["/customer"]),
        ] {
            write(&world, BUDI, text).await;
            let answer = got(&world, BUDI).await.remove(0);
            for part in says {
                assert!(answer.contains(part), "{text}: {answer} lacks {part}");
            }
        }
        assert_eq!(got(&world, BUDI).await.len(), before + 4);
        let desk = rina(&world);
        let thread = &list(&desk, ConversationView::All).await[0];
        assert_eq!((thread.unanswered, conversations::unanswered(&desk).await.unwrap().count), (0, 0));
        // In the customer's language, and what is no keyword is for people.
        let english = CustomerChange { locale: Some("en".into()), ..CustomerChange::default() };
        customers::update(&world.root(), cast.sari, english).await.unwrap();
        write(&world, "0812-3456-7802", "ticket").await;
        assert!(got(&world, "0812-3456-7802").await[0].contains("You have no open tickets."));
        write(&world, BUDI, "tagihan saya kok naik, tolong jelaskan").await;
        assert_eq!(got(&world, BUDI).await.len(), before + 4);
        assert_eq!(list(&desk, ConversationView::Unanswered).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_switches_answers_off_for_this_customer_and_mulai_on() {
    both(async |world| {
        let cast = cast(&world).await;
        write(&world, BUDI, "STOP").await;
        assert!(got(&world, BUDI).await[0].contains("tidak ada jawaban otomatis lagi"));
        let own = async || customers::get(&world.root(), cast.budi).await.unwrap().auto_answers;
        assert!(!own().await);
        write(&world, BUDI, "menu").await;
        write(&world, BUDI, "stop").await;
        assert_eq!(got(&world, BUDI).await.len(), 1);
        assert_eq!(list(&rina(&world), ConversationView::All).await[0].unanswered, 2);
        write(&world, "0812-3456-7802", "menu").await;
        assert_eq!(got(&world, "0812-3456-7802").await.len(), 1, "others are answered");
        write(&world, BUDI, "mulai").await;
        assert!(own().await);
        write(&world, BUDI, "menu").await;
        assert_eq!(got(&world, BUDI).await.len(), 3);

        // Staff and the customer change it on their pages.
        let portal = Visitor::customer(&world, cast.budi).await;
        portal.get("/customer/profile").await.must_say("Jawaban otomatis");
        portal.post("/customer/profile", &[("locale", "id"), ("email", "")]).await;
        assert!(!own().await);
        let desk = Visitor::staff(&world, RINA).await;
        let page = desk.get("/customers/AGLS202611210001").await;
        page.must_say("tidak pernah dijawab otomatis").must_say("href=\"/conversations/1\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_have_an_end() {
    both(async |world| {
        cast(&world).await;
        for _ in 0..7 {
            write(&world, BUDI, "menu").await;
            world.pass(MINUTE);
        }
        assert_eq!(got(&world, BUDI).await.len(), 5, "five an hour");
        for _ in 0..12 {
            world.pass(MINUTE * 61);
            for _ in 0..3 {
                write(&world, BUDI, "menu").await;
            }
            world.drain().await;
        }
        assert_eq!(got(&world, BUDI).await.len(), 20, "twenty a day: two programs end there");
        for text in ["menu", "tagihan", "bantuan"] {
            write(&world, STRANGER, text).await;
        }
        assert_eq!(got(&world, STRANGER).await.len(), 1, "a stranger is answered once a day");
        world.pass(MINUTE * 60 * 25);
        write(&world, STRANGER, "tagihan").await;
        let told = got(&world, STRANGER).await;
        assert_eq!(told.len(), 2);
        assert!(told[0].contains("Tulis keperluan Anda"), "nothing of anybody: {}", told[0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_colleagues_echoes_and_old_messages_are_never_answered() {
    both(async |world| {
        cast(&world).await;
        let root = world.root();
        let group = from("6281234567801", Some("1203630@g.us"), "menu", None);
        messages::received(&root, "sandbox", &group).await.unwrap();
        let mut tx = world.app.db.write().await.unwrap();
        tx.run("UPDATE users SET phone = '+6281100002222' WHERE id = 3", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        write(&world, "0811-0000-2222", "menu").await;
        let now = root.now.ms() / 1000;
        let old = from("6281234567801", None, "menu", Some(now - 601));
        messages::received(&root, "sandbox", &old).await.unwrap();
        for address in [BUDI, "0811-0000-2222", "1203630@g.us"] {
            assert!(got(&world, address).await.is_empty(), "{address} was answered");
        }

        // A program that says what we say is one.
        let thread = list(&rina(&world), ConversationView::All).await;
        let budi = thread.iter().find(|one| one.customer_id.is_some()).unwrap();
        conversations::reply(&rina(&world), budi.id, &Reply { text: "menu".into() }).await.unwrap();
        write(&world, BUDI, "menu").await;
        assert_eq!(got(&world, BUDI).await, ["menu"]);

        let group = thread.iter().find(|one| one.group).unwrap();
        assert_eq!((group.unanswered, group.customer_id), (1, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_sees_nothing() {
    both(async |world| {
        let cast = cast(&world).await;
        write(&world, BUDI, "Hubungi 0812-9999-8888 ya").await;
        let noc = staff(&world, 9, "noc", Role::Noc, None);
        let masked = &list(&noc, ConversationView::All).await[0];
        assert!(masked.address.contains("••••") && !masked.last_text.contains("9999"), "{masked:?}");

        // A technician to whom messages were opened sees those of the customers they work for.
        let andi = technician(&world, cast.andi);
        assert!(list(&andi, ConversationView::All).await.is_empty());
        let id = masked.id;
        assert!(matches!(conversations::get(&andi, id).await, Err(Error::NotFound(_))));
        let ticket = report(&world, cast.budi).await;
        let team = Assign { lead_id: Some(cast.andi), ..Assign::default() };
        tickets::assign(&rina(&world), ticket.summary.id, team).await.unwrap();
        assert_eq!(list(&andi, ConversationView::All).await.len(), 1);

        let van = Visitor::staff(&world, ANDI).await;
        assert_eq!(van.get("/conversations").await.status, StatusCode::FORBIDDEN);
        assert_eq!(van.get("/conversations/1").await.status, StatusCode::FORBIDDEN);
        van.get("/").await.must_not_say("href=\"/conversations\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_show_the_thread_and_take_the_reply() {
    both(async |world| {
        cast(&world).await;
        write(&world, BUDI, "Internet <b>mati</b>").await;
        let desk = Visitor::staff(&world, RINA).await;
        let page = desk.get("/conversations").await;
        page.must_say("Budi Santoso").must_say("1 belum dijawab").must_say("&#60;b&#62;mati");
        page.must_say("1 percakapan menunggu jawaban");
        let page = desk.get("/conversations/1").await;
        page.must_say("data-draft=\"conversation-1\"").must_say("Tidak perlu dijawab");
        let empty = desk.post("/conversations/1/reply", &[("body", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sent = desk.post("/conversations/1/reply", &[("body", "Kami periksa")]).await;
        sent.must_say("Balasan Anda sedang dikirim.")
            .must_say("Kami periksa")
            .must_say("Ditangani Rina Wijaya");
        assert_eq!(got(&world, BUDI).await, ["Kami periksa"]);
        desk.get("/conversations?view=unanswered").await.must_say("Tidak ada percakapan di sini.");
        desk.post("/conversations/1/close", &[]).await.must_say("Ditutup");
        assert_eq!(desk.get("/conversations/999").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_answers_once_for_one_key() {
    both(async |world| {
        cast(&world).await;
        write(&world, BUDI, "Halo").await;
        let site = Site::open(&world.app).await;
        let mut local = site.local().with("idempotency-key", "reply-0001");
        for _ in 0..2 {
            local.post("/api/conversations/1/reply", &json!({ "text": "Halo juga" })).await.expect(201);
        }
        assert_eq!(got(&world, BUDI).await, ["Halo juga"]);
        let mut local = site.local();
        let odd = local.post("/api/conversations/1/reply", &json!({ "text": "x", "to": "y" })).await;
        assert!(matches!(odd.status, 400 | 422), "unknown fields are refused: {}", odd.text());
        let page = local.get("/api/conversations?view=all").await.expect(200).json();
        assert_eq!(page["items"][0]["unanswered"], 0);
        let thread = local.get("/api/conversations/1/messages").await.expect(200).json();
        assert_eq!(thread["items"][0]["body"], "Halo juga");
        local.get("/api/conversations/unanswered").await.expect(200);
        local.get("/api/conversations/999").await.expect(404);
    })
    .await;
}
