//! A shift at the console.

use aglis_core::tickets::{Priority, TicketStatus, Visibility};

use super::{Console, data};
use crate::lang::Lang;
use crate::net::request::{Change, Failure, Request, Why};

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

#[test]
fn completing_a_repair_asks_for_the_measurement() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press(":");
    console.type_text("filter status:in_progress");
    console.press("Enter");
    console.shows("nothing to filter here");
    console.press("2 :");
    console.type_text("filter status:in_progress");
    console.press("Enter s");
    console.type_text("completed");
    console.press("Enter");
    console.type_text("connector cleaned");
    console.press("Enter");
    console.type_text("21");
    console.press("Enter");
    console.shows("-40 to 0");
    console.press("Ctrl-u");
    console.type_text("-21,5");
    console.press("Enter");
    let asked = changes(&console);
    assert!(asked[0].1.contains("-21.5") && asked[0].1.contains("connector cleaned"), "{asked:?}");
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
    console.shows("1 new events wait");
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
