//! The terminal the stories use is itself to be trusted.

use aglis_tests::Terminal;
use std::process::Command;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Terminal {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Terminal::start(command, 40, 10).unwrap()
}

#[test]
fn it_shows_what_a_program_draws_and_passes_on_what_is_typed() {
    let mut terminal = shell(
        "printf 'gone\\033[2J\\033[3;5Hname? '; read name; printf 'hello %s' \"$name\"; stty size; exit 3",
    );
    terminal.expect("name?", SOON);
    assert!(!terminal.screen().contains("gone"), "{}", terminal.screen());
    terminal.press("Sari\r");
    terminal.expect("hello Sari", SOON);
    terminal.expect("10 40", SOON);
    assert_eq!(terminal.ended(SOON).and_then(|s| s.code()), Some(3));
    assert!(terminal.bytes() > 20);
}

#[test]
fn it_answers_what_programs_ask_their_terminal() {
    let mut terminal =
        shell("stty raw -echo; printf '\\033[6n'; head -c 6 | od -An -c; stty sane; echo ready; sleep 60");
    terminal.expect("R", SOON);
    terminal.expect("ready", SOON);
    terminal.resize(60, 20);
    assert!(terminal.ended(Duration::ZERO).is_none());
}

#[test]
fn what_never_comes_is_not_waited_for_after_the_end() {
    let terminal = shell("echo bye");
    terminal.expect("bye", SOON);
    assert!(terminal.wait(Duration::from_secs(60), |s| s.contents().contains("never")).is_none());
}
