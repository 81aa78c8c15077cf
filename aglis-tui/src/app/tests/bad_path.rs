//! What goes wrong, and how the console bears it.

use super::{Console, data};
use crate::app::{Effect, Event};
use crate::lang::Lang;
use crate::net::request::{Failure, Request, Why};
use crate::term::{Input, Key};

const SIZE: (u16, u16) = (80, 24);

#[test]
fn a_lost_connection_keeps_the_data_and_says_when_it_tries_again() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2");
    console.lose();
    console.shows("Not connected");
    console.shows("is not reachable");
    console.shows("next try in 5 s");
    console.shows("[c] now");
    console.shows("TKT20261121001");
    console.wait(1_000);
    console.shows("next try in 4 s");
    console.press("p");
    console.shows("not connected: nothing can be changed now");
    assert!(console.asked.is_empty());
    let effects = console.model.update(Event::Input(Input::Key(Key::char('c'))), console.now);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Connect)));
    console.shows("Connecting again");
    assert!(!console.quit, "it never exits");
    console.connect();
    console.shows("Connected again");
    console.hides("not reachable");
    assert!(
        console.asked.iter().any(|request| matches!(request, Request::Tickets(_))),
        "it looks what it missed"
    );
}

#[test]
fn a_change_in_the_air_when_the_line_breaks_is_reported() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 p");
    console.type_text("low");
    console.press("Enter");
    console.lose();
    let request = console.asked.remove(0);
    console
        .reply(request, Err(Failure { why: Why::Unreachable, message: "did not answer within 30 s".into() }));
    console.shows("did not answer within 30 s");
    assert!(console.model.ops.last().is_none(), "what is in doubt is not offered for undo");
}

#[test]
fn failures_of_many_are_listed_and_stay_marked() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Space Space p");
    console.type_text("low");
    console.press("Enter Enter");
    let bad = console.asked.remove(0);
    console.answer_all();
    console.reply(bad, Err(Failure { why: Why::Conflict, message: "closed by andi".into() }));
    console.shows("1 done, 1 failed");
    console.shows("closed by andi");
    console.press("Enter");
    assert_eq!(console.model.targets().len(), 1);
}

#[test]
fn read_only_changes_nothing_and_says_so() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.model.ui.read_only = true;
    console.press("2");
    for key in ["s", "@", "p", "r", "i"] {
        console.press(key);
        console.shows("started with --read-only");
        assert!(console.model.shell.overlay.is_none() && console.model.ticket.is_none());
    }
    console.press("?");
    console.type_text("assign");
    console.shows("Assign (started with --read-only)");
}

#[test]
fn what_one_may_not_do_is_said_before_one_tries() {
    let mut console = Console::connected(SIZE, Lang::En);
    if let Some(me) = &mut console.model.link.me {
        me.permissions.retain(|permission| permission.as_str() == "ticket.read");
    }
    console.press("2 @");
    console.shows("you do not have the permission ticket.assign");
    console.press("7");
    console.shows("you do not have the permission audit.read");
}

#[test]
fn escapes_in_data_stay_letters() {
    let mut console = Console::connected(SIZE, Lang::En);
    let mut event = data::live(9, "ticket.created", 2);
    event.subject = "\x1b[2J\x1b]52;c;ZXZpbA==\x07TKT".into();
    event.actor = "a\u{202e}b\nc".into();
    console.happens(event);
    let frame = console.frame();
    assert!(frame.content.iter().all(|cell| !cell.symbol().chars().any(char::is_control)));
    console.shows("\u{fffd}[2J");
}

#[test]
fn any_size_can_be_drawn() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Enter");
    console.answer_all();
    for keys in [
        "1", "2", "Enter", "r", "Esc", "4", "P", "Esc", "Enter", "Esc", "f", "Esc", "5", "7", "?", "Esc",
        ":", "Esc", "2", "/", "Esc", "s", "Esc", "p",
    ] {
        console.press(keys);
        console.answer_all();
        for columns in [1, 5, 19, 20, 21, 33, 47, 80, 200] {
            for rows in [1, 2, 5, 6, 7, 9, 12, 24, 60] {
                console.model.ui.size = (columns, rows);
                console.frame();
            }
        }
    }
}

#[test]
fn any_keys_in_any_order_do_no_harm() {
    let keys = [
        "j",
        "k",
        "g",
        "G",
        "Enter",
        "Esc",
        "Space",
        "A",
        "s",
        "p",
        "@",
        "r",
        "i",
        "u",
        "/",
        ":",
        "?",
        "v",
        "V",
        "y",
        "F",
        "1",
        "2",
        "4",
        "d",
        "z",
        "P",
        "n",
        "f",
        "S",
        "5",
        "7",
        "Tab",
        "x",
        "Ctrl-Space",
        "F5",
        "Backspace",
        "Ctrl-d",
        "Up",
        "q",
    ];
    let mut seed = 11_u64;
    let mut console = Console::connected(SIZE, Lang::En);
    for step in 0..6_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        console.press(keys[(seed >> 33) as usize % keys.len()]);
        match step % 17 {
            3 => console.answer_all(),
            7 => console.happens(data::live(step, "ticket.status_changed", step % 40)),
            11 => console.wait(700),
            13 if step % 51 == 13 => console.lose(),
            14 => console.connect(),
            _ => {}
        }
        if step % 5 == 0 {
            console.frame();
        }
        console.asked.truncate(50);
    }
}

#[test]
fn quitting_is_for_the_root_only() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("2 Enter q");
    assert!(!console.quit && console.model.ticket.is_none());
    console.press("q");
    assert!(console.quit);
}

#[test]
fn nothing_moves_while_nothing_happens() {
    let mut console = Console::connected(SIZE, Lang::En);
    let before = console.frame();
    let wake = console.model.wake_at().since_ms(console.now);
    assert!(wake > 50_000, "it sleeps until the next minute, not {wake} ms");
    console.wait(20_000);
    assert_eq!(console.frame(), before);
}
