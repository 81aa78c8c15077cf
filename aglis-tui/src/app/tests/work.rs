//! A shift at the console.

use aglis_core::tickets::{Priority, TicketStats, TicketStatus, Visibility};

use super::{Console, data};
use crate::lang::Lang;
use crate::net::request::{Change, Failure, Payload, Request, Why};

const SIZE: (u16, u16) = (80, 24);

fn changes(console: &Console) -> Vec<(i64, String)> {
    let change = |request: &Request| match request {
        Request::Change { id, change, .. } => Some((id.0, format!("{change:?}"))),
        _ => None,
    };
    console.asked.iter().filter_map(change).collect()
}

#[test]
fn a_priority_is_raised_and_taken_back() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2");
    let first = console.model.targets()[0].clone();
    console.press("p");
    console.type_text("crit");
    console.press("Enter");
    let asked = changes(&console);
    assert_eq!(asked.len(), 1);
    assert!(asked[0].1.contains("Critical"), "{asked:?}");
    console.answer_all();
    console.shows(&format!("{}: priority critical", first.number));
    console.press("u");
    assert!(changes(&console)[0].1.contains("Undo"));
    console.answer_all();
    console.shows("undone: priority critical");
    console.press("u");
    console.shows("nothing to undo");
}

#[test]
fn a_few_are_confirmed_with_enter_and_many_by_typing_how_many() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Space Space Space p");
    console.type_text("high");
    console.press("Enter");
    console.shows("3 tickets");
    assert!(changes(&console).is_empty(), "nothing before the yes");
    console.press("Esc");
    assert!(console.model.shell.overlay.is_none() && changes(&console).is_empty());
    console.press("p");
    console.type_text("high");
    console.press("Enter Enter");
    assert_eq!(changes(&console).len(), 3);
    console.answer_all();

    console.press("Esc A p");
    console.type_text("low");
    console.press("Enter");
    console.shows("type 30");
    console.press("Enter");
    assert!(console.model.shell.overlay.is_none(), "Enter alone is Cancel");
    console.press("p");
    console.type_text("low");
    console.press("Enter 3 0 Enter");
    assert_eq!(changes(&console).len(), 4, "four at a time");
    console.answer_all();
    console.shows("30 tickets: priority low");
}

#[test]
fn cancelling_asks_why_and_to_be_sure() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 s");
    console.type_text("cancelled");
    console.press("Enter");
    console.shows("Why?");
    console.press("Enter");
    console.shows("write something first");
    console.type_text("double report");
    console.press("Enter");
    console.shows("This cannot be undone.");
    console.press("1 Enter");
    let asked = changes(&console);
    assert!(asked[0].1.contains("Cancelled") && asked[0].1.contains("double report"), "{asked:?}");
}

#[test]
fn a_status_that_cannot_follow_is_shown_with_the_reason() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 /");
    console.type_text("status:open");
    console.press("Enter s");
    console.type_text("in progress");
    console.press("Enter");
    console.shows("open cannot become in progress");
    assert!(changes(&console).is_empty());
}

/// Goes to a ticket in progress and begins to complete it.
fn begin_completion(console: &mut Console) -> Request {
    console.press("2 :");
    console.type_text("filter status:in_progress");
    console.press("Enter s");
    console.type_text("completed");
    console.press("Enter");
    console.shows("Loading");
    console.asked.remove(0)
}

#[test]
fn completing_a_repair_takes_its_checklist_and_the_measurement() {
    let mut console = Console::connected(SIZE, Lang::En);
    let request = begin_completion(&mut console);
    console.reply(request.clone(), Ok(data::to_complete(&request, "repair", &[])));
    console.shows("[x] Find the cause *");
    console.shows("[ ] Measure the attenuation *");
    console.press("F5");
    console.shows("not ticked off: Measure the attenuation");
    console.press("Space F5");
    console.shows("still missing: What was done");
    console.type_text("connector cleaned");
    console.press("Ctrl-s");
    console.shows("still missing: Optical power, dBm");
    console.type_text("21");
    console.press("F5");
    console.shows("from -40 to 0");
    console.press("Ctrl-u");
    console.type_text("-21,5");
    // What is put aside is still there.
    console.press("Esc s");
    console.type_text("completed");
    console.press("Enter");
    console.answer_all();
    console.shows("connector cleaned");
    console.press("F5");
    let asked = console.asked.pop().expect("asked");
    let Request::Change { change: Change::Complete(data), .. } = &asked else { panic!("{asked:?}") };
    assert_eq!((data.resolution.as_str(), data.attenuation_dbm), ("connector cleaned", Some(-21.5)));
    assert_eq!(data.checklist.iter().map(|id| id.0).collect::<Vec<_>>(), [2]);
    console.reply(asked, Err(Failure { why: Why::Refused, message: "ask the lead".into() }));
    console.shows("ask the lead");
    console.shows("connector cleaned");
    console.press("F5");
    console.answer_all();
    console.shows("completed: connector cleaned");
    assert!(console.model.shell.overlay.is_none() && console.model.shell.unfinished.is_none());
}

#[test]
fn an_installation_uses_the_pictures_that_are_attached_and_says_how_to_attach_them() {
    let mut console = Console::connected(SIZE, Lang::En);
    let request = begin_completion(&mut console);
    console.reply(request.clone(), Ok(data::to_complete(&request, "installation", &[])));
    console.answer_all();
    console.shows("ODP-KRW-03");
    console.press("A Down Down");
    console.type_text("installed");
    console.press("Down");
    console.type_text("-19");
    console.press("Down");
    console.type_text("ZTE123");
    console.press("F5");
    console.shows("none yet");
    let number = console.model.targets()[0].number.clone();
    console.shows(&format!("aglisctl ticket attach {number}"));
    console.shows("--purpose modem");
    console
        .reply(request.clone(), Ok(data::to_complete(&request, "installation", &["old.jpg", "modem.jpg"])));
    console.shows("modem.jpg");
    console.press("F5");
    let asked = console.asked.pop().expect("asked");
    let Request::Change { change: Change::Complete(data), .. } = &asked else { panic!("{asked:?}") };
    assert_eq!(data.modem_file_id.map(|id| id.0), Some(2), "the newest picture");
    assert_eq!((data.odp_id.map(|id| id.0), data.odp_port), (Some(3), Some(5)));
}

/// The texts for which ODPs were asked for and did not arrive yet.
fn odps_asked(console: &Console) -> Vec<&str> {
    let mut texts = Vec::new();
    for request in &console.asked {
        if let Request::Odps(text) = request {
            texts.push(text.as_str());
        }
    }
    texts
}

/// Answers the question for ODPs.
fn odps_arrive(console: &mut Console, answer: impl FnOnce(&Request) -> Result<Payload, Failure>) {
    let at = console.asked.iter().position(|request| matches!(request, Request::Odps(_))).expect("asked");
    let request = console.asked.remove(at);
    let result = answer(&request);
    console.reply(request, result);
}

#[test]
fn an_odp_among_hundreds_is_looked_for_by_the_daemon() {
    let mut console = Console::connected(SIZE, Lang::En);
    let request = begin_completion(&mut console);
    console.reply(request.clone(), Ok(data::to_complete(&request, "installation", &["modem.jpg"])));
    console.answer_all();
    console.press("A Down Down");
    console.type_text("installed");
    console.press("Down");
    console.type_text("-19");
    console.press("Down");
    console.type_text("ZTE123");
    console.press("Down Ctrl-u");
    console.type_text("krw-39");
    assert!(odps_asked(&console).is_empty(), "not at every key");
    console.wait(200);
    assert_eq!(odps_asked(&console), ["krw-39"]);
    odps_arrive(&mut console, |request| Ok(data::answer(request)));
    console.shows("ODP-KRW-390");
    console.press("F5");
    console.shows("which ODP: ODP-KRW-39, ODP-KRW-390");

    // Sent before the daemon has said which one is meant, it waits; an answer to another text is not taken for it.
    console.type_text("9");
    console.press("F5");
    console.shows("Searching…");
    assert_eq!(odps_asked(&console), ["krw-399"]);
    console.reply(Request::Odps("krw-39".into()), Ok(Payload::Odps(data::odps("krw-39"))));
    console.shows("Searching…");
    let lost = Failure { why: Why::Unreachable, message: "no answer in time".into() };
    odps_arrive(&mut console, |_| Err(lost));
    console.shows("no answer in time");
    console.press("F5");
    odps_arrive(&mut console, |request| Ok(data::answer(request)));
    let asked = console.asked.pop().expect("asked");
    let Request::Change { change: Change::Complete(data), .. } = &asked else { panic!("{asked:?}") };
    assert_eq!(data.odp_id.map(|id| id.0), Some(399));
}

#[test]
fn one_ticket_is_said_as_one() {
    for (lang, text) in [(Lang::En, "1 ticket nobody has"), (Lang::Id, "1 tiket tanpa teknisi")] {
        let mut console = Console::connected(SIZE, lang);
        let stats = TicketStats { unassigned: 1, ..data::stats() };
        console.reply(Request::Stats, Ok(Payload::Stats(Box::new(stats))));
        console.shows(text);
    }
}

#[test]
fn many_are_not_completed_at_once() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 :");
    console.type_text("filter status:in_progress");
    console.press("Enter A :");
    console.type_text("status completed");
    console.press("Enter");
    console.shows("complete one at a time");
    assert!(changes(&console).is_empty());
}

#[test]
fn a_key_cancels() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 x");
    console.shows("Why?");
    console.type_text("double report");
    console.press("Enter");
    console.shows("This cannot be undone.");
    console.press("Enter");
    assert!(changes(&console).is_empty(), "Enter alone is Cancel");
    console.press("x");
    console.type_text("double report");
    console.press("Enter 1 Enter");
    assert!(changes(&console)[0].1.contains("Cancelled"));
}

#[test]
fn assigning_shows_candidates_with_their_reasons() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 @");
    console.shows("Loading");
    console.answer_all();
    console.shows("2 of 8 today");
    console.shows("full: 8 of 8 today");
    console.type_text("andi");
    console.press("Enter");
    assert!(changes(&console)[0].1.contains("TechnicianId(7)"));
    console.answer_all();
    console.shows("assigned: Andi Wijaya");
}

#[test]
fn a_reply_is_drafted_kept_and_sent() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Enter");
    console.answer_all();
    console.press("r");
    console.type_text("Kami cek dulu");
    assert_eq!(console.drafts_saved, 0);
    console.wait(2_100);
    assert_eq!(console.drafts_saved, 1);
    console.shows("Draft kept");
    console.press("Esc q");
    console.press("Enter");
    console.shows("Kami cek dulu");
    console.press("Tab");
    console.shows("Internal note");
    console.shows("Kami cek dulu");
    console.press("Tab F5");
    let sent = console.asked.iter().find_map(|request| match request {
        Request::Change { change: Change::Comment(comment), .. } => Some(comment.clone()),
        _ => None,
    });
    let sent = sent.expect("sent");
    assert_eq!((sent.body.as_str(), sent.visibility), ("Kami cek dulu", Some(Visibility::Public)));
    console.shows("Sending");
    console.answer_all();
    console.shows("Sent");
    let id = console.model.targets()[0].id;
    assert_eq!(console.model.drafts.get(id, Visibility::Public), "");
}

#[test]
fn a_refused_reply_is_not_lost() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Enter");
    console.answer_all();
    console.press("i");
    console.type_text("cek ODP-17");
    console.press("F5");
    let at =
        console.asked.iter().position(|request| matches!(request, Request::Change { .. })).expect("asked");
    let request = console.asked.remove(at);
    console.reply(request, Err(Failure { why: Why::Unavailable, message: "database gone".into() }));
    console.shows("database gone");
    console.shows("cek ODP-17");
    console.press("!");
    console.shows("cek ODP-17!");
}

#[test]
fn personal_data_is_shown_on_request_only() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("5");
    console.answer_all();
    console.wait(10);
    console.answer_all();
    console.shows("0812-••••-7890");
    console.press("V");
    assert!(console.asked.iter().any(|request| matches!(request, Request::Reveal(_))));
    console.answer_all();
    console.shows("+6281234567890");
    console.press("V");
    console.answer_all();
    console.hides("+6281234567890");
}

#[test]
fn live_events_reach_the_list_and_the_stream() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.happens(data::live(5, "ticket.assigned", 3));
    console.shows("ticket.assigned");
    console.wait(600);
    assert!(console.asked.iter().any(|request| matches!(request, Request::Ticket(id) if id.0 == 3)));
    console.press("F");
    console.happens(data::live(6, "ticket.cancelled", 4));
    console.hides("ticket.cancelled");
    console.shows("1 new event waits");
    console.press("F");
    console.shows("ticket.cancelled");
}

#[test]
fn a_burst_of_events_asks_a_few_questions() {
    let mut console = Console::connected(SIZE, Lang::En);
    for seq in 0..500 {
        console.happens(data::live(seq, "ticket.status_changed", seq % 60));
        if seq % 10 == 0 {
            console.wait(200);
        }
    }
    let asked = console.asked.len();
    assert!(asked < 260, "{asked} questions in ten seconds");
}

#[test]
fn the_overview_leads_to_what_needs_doing() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("Enter");
    console.shows("sla:overdue");
    console.press("1 j j j Enter");
    console.shows("status:active tech:none");
}

#[test]
fn commands_complete_and_are_remembered() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 :");
    console.type_text("prio");
    console.press("Tab");
    console.type_text(" hi");
    console.press("Tab Enter");
    assert!(changes(&console)[0].1.contains("High"));
    console.answer_all();
    console.press(": Up");
    console.shows(":priority high");
    console.press("Esc :");
    console.type_text("nosuch");
    console.press("Enter");
    console.shows("there is no command nosuch");
}

#[test]
fn numbers_open_and_are_copied() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press(":");
    console.type_text("open tkt20261121003");
    console.press("Enter");
    console.answer_all();
    console.shows("TKT20261121003");
    console.press("y");
    assert_eq!(console.copied, ["TKT20261121003"]);
}

#[test]
fn a_range_is_marked_from_the_last_mark() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Space j j Ctrl-Space");
    assert_eq!(console.model.targets().len(), 4);
    let priority = console.model.targets().iter().map(|target| target.status).collect::<Vec<_>>();
    assert!(priority.contains(&TicketStatus::Open) || priority.contains(&TicketStatus::InProgress));
    assert_eq!(Priority::ALL.len(), 4);
}

#[test]
fn scrolling_costs_few_bytes() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2");
    let mut painter = crate::term::Painter::new(true);
    painter.paint(console.frame(), None);
    for _ in 0..25 {
        console.press("j");
        let bytes = painter.paint(console.frame(), None);
        assert!((1..450).contains(&bytes.len()), "{} bytes", bytes.len());
    }
}

#[test]
fn a_slip_of_the_finger_still_finds() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 /");
    console.type_text("santso");
    console.wait(1);
    console.press("Enter");
    console.shows("Nothing fits exactly; this nearly does");
    console.shows("Budi Santoso");
    console.press("/ Backspace Backspace Backspace Backspace");
    console.hides("Nothing fits exactly");
    console.shows("Budi Santoso");
}

#[test]
fn what_is_shown_or_marked_goes_to_a_file() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 e");
    assert!(console.exported.is_empty(), "written before it was recorded");
    console.answer_all();
    let (name, text) = console.exported.remove(0);
    assert_eq!(name, "tickets-20261121-140500.csv");
    assert!(text.starts_with("number,status,priority,") && text.lines().count() == 31, "{text}");
    console.shows("30 tickets in tickets-20261121-140500.csv");
    console.press("Space Space :");
    console.type_text("export two.csv");
    console.press("Enter");
    console.answer_all();
    let (name, text) = console.exported.remove(0);
    assert_eq!((name.as_str(), text.lines().count()), ("two.csv", 3));
    console.lose();
    console.press("e");
    console.shows("an export is recorded");
    assert!(console.asked.is_empty() && console.exported.is_empty());
    console.connect();
    console.press("1 e");
    console.shows("only in the list of tickets");
}

#[test]
fn clocks_show_the_business_zone_unless_another_was_asked_for() {
    let mut console = Console::new(SIZE, Lang::En);
    console.zone = "Asia/Makassar";
    console.connect();
    console.shows("15.05 WITA");
    let mut console = Console::new(SIZE, Lang::En);
    (console.zone, console.model.ui.zone_fixed) = ("Asia/Jayapura", true);
    console.connect();
    console.shows("14.05 WIB");
}

#[test]
fn the_story_is_told_in_the_language_of_the_screen() {
    let mut console = Console::connected(SIZE, Lang::Id);
    console.press("2 Enter");
    let told = |console: &mut Console, lang: Lang| {
        let asked =
            console.asked.iter().any(|request| matches!(request, Request::Timeline(_, l) if *l == lang));
        console.answer_all();
        asked
    };
    assert!(told(&mut console, Lang::Id));
    console.press(":");
    console.type_text("lang en");
    console.press("Enter");
    assert!(told(&mut console, Lang::En));
}
