//! How the screens look, at the usual size and at the smallest that is still of use.

use insta::assert_snapshot;

use super::{Console, data};
use crate::lang::Lang;
use crate::term::{Caps, Depth};

const USUAL: (u16, u16) = (80, 24);
const SMALL: (u16, u16) = (60, 15);

#[test]
fn first_frame_before_anything_is_known() {
    let mut console = Console::new(USUAL, Lang::En);
    assert_snapshot!(console.screen());
}

#[test]
fn overview() {
    let mut console = Console::connected(USUAL, Lang::Id);
    for (seq, kind) in [(1, "ticket.created"), (2, "ticket.assigned"), (3, "ticket.commented")] {
        console.happens(data::live(seq, kind, seq));
    }
    assert_snapshot!("overview_80x24", console.screen());
    console.model.ui.size = SMALL;
    console.model.ui.lang = Lang::En;
    assert_snapshot!("overview_60x15", console.screen());
}

#[test]
fn tickets() {
    let mut console = Console::connected(USUAL, Lang::Id);
    console.press("2 Space Space j");
    assert_snapshot!("tickets_80x24", console.screen());
    console.model.ui.size = SMALL;
    console.model.ui.lang = Lang::En;
    assert_snapshot!("tickets_60x15", console.screen());
}

#[test]
fn ticket_with_a_reply_being_written() {
    let mut console = Console::connected(USUAL, Lang::Id);
    console.press("2 j Enter");
    console.answer_all();
    console.press("r");
    console.type_text("Teknisi kami sudah di lokasi, perkiraan selesai pukul 15.30 WIB.");
    assert_snapshot!("ticket_80x24", console.screen());
    console.model.ui.size = SMALL;
    assert_snapshot!("ticket_60x15", console.screen());
}

#[test]
fn queue() {
    let mut console = Console::connected(USUAL, Lang::En);
    console.press("4");
    console.answer_all();
    console.press("Space");
    assert_snapshot!("queue_80x24", console.screen());
    console.model.ui.size = SMALL;
    console.model.ui.lang = Lang::Id;
    assert_snapshot!("queue_60x15", console.screen());
    console.press("Esc k Enter");
    console.answer_all();
    console.model.ui.size = USUAL;
    assert_snapshot!("job_80x24", console.screen());
    console.press("Esc f");
    assert_snapshot!("figures_80x24", console.screen());
}

#[test]
fn customers() {
    let mut console = Console::connected(USUAL, Lang::En);
    console.press("5");
    console.answer_all();
    console.wait(10);
    console.answer_all();
    assert_snapshot!("customers_80x24", console.screen());
    console.model.ui.size = SMALL;
    assert_snapshot!("customers_60x15", console.screen());
}

#[test]
fn audit() {
    let mut console = Console::connected(USUAL, Lang::En);
    console.press("7");
    console.answer_all();
    console.press("j j");
    assert_snapshot!("audit_80x24", console.screen());
    console.model.ui.size = SMALL;
    assert_snapshot!("audit_60x15", console.screen());
}

#[test]
fn what_lies_over_the_screen() {
    let mut console = Console::connected(USUAL, Lang::En);
    console.press("2 ?");
    console.type_text("undo");
    assert_snapshot!("help", console.screen());
    console.press("Esc :");
    console.type_text("st");
    assert_snapshot!("command", console.screen());
    console.press("Esc /");
    console.type_text("prio:hgih");
    assert_snapshot!("filter_error", console.screen());
    console.press("Esc @");
    console.answer_all();
    assert_snapshot!("assign", console.screen());
    console.press("Esc s");
    assert_snapshot!("status", console.screen());
}

#[test]
fn without_utf8_everything_is_ascii() {
    let mut console = Console::connected(USUAL, Lang::Id);
    let caps = Caps { depth: Depth::None, unicode: false, attributes: false, answers: false };
    console.model.ui.theme = crate::theme::Theme::new(caps, crate::theme::Paper::Dark);
    for keys in ["1", "2", "2 Enter", "4", "Enter", "Esc f", "f P", "Esc 5", "7", "?"] {
        console.press(keys);
        console.answer_all();
        let screen = console.screen();
        assert!(screen.is_ascii(), "{keys}:\n{screen}");
    }
}

#[test]
fn colour_carries_nothing_alone() {
    let mut console = Console::connected(USUAL, Lang::En);
    console.press("2");
    let coloured = console.screen();
    let caps = Caps { depth: Depth::None, ..console.model.ui.theme.caps() };
    console.model.ui.theme = crate::theme::Theme::new(caps, crate::theme::Paper::Light);
    assert_eq!(console.screen(), coloured);
    let frame = console.frame();
    assert!(frame.content.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
}
