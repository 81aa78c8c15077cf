//! Watching the queue and steering it.

use aglis_core::queue::{CleanJobs, JobAction, JobState, QueueCounts, QueueName};
use aglis_core::types::{JobId, Page};

use super::{Console, data};
use crate::app::{Event, Live, View};
use crate::keymap::Act;
use crate::lang::Lang;
use crate::net::request::{Failure, Payload, Request, Steer, Why};

const SIZE: (u16, u16) = (80, 24);

/// A console that shows the queue.
fn on_the_queue(lang: Lang) -> Console {
    let mut console = Console::connected(SIZE, lang);
    console.press("4");
    console.answer_all();
    console
}

/// What was asked to be done with the queue and is not answered yet.
fn steers(console: &Console) -> Vec<&Steer> {
    let mut steers = Vec::new();
    for request in &console.asked {
        if let Request::Steer { steer, .. } = request {
            steers.push(&**steer);
        }
    }
    steers
}

fn counts(dead: i64) -> QueueCounts {
    QueueCounts { oldest_waiting_seconds: 7, ..data::queue_counts(dead) }
}

fn told(console: &mut Console, counts: QueueCounts) {
    console.event(Event::Live(Live::Queue(Box::new(counts))));
}

#[test]
fn everything_that_matters_is_on_one_screen() {
    let mut console = on_the_queue(Lang::En);
    for text in [
        "● runs   messages",
        "○ waiting 10,000+",
        "✗ dead 3",
        "‖ paused mail",
        "by rina 21/11 13.55: relay down",
        "oldest OTP 6 s",
        "oldest waiting 45 s",
        "12.4/min",
        "fonnte 87/100 in 60 s",
        "✓ aglisd@noc1  1/8 since 21/11 08.00",
        "60 min",
        "retries 2.1%",
        "[✗ dead 3]",
        "send-otp",
        "3/3",
        "429 Too Many Requests",
        "#88003 send-otp",
    ] {
        console.shows(text);
    }
    let mut console = on_the_queue(Lang::Id);
    for text in ["● jalan", "10.000+", "‖ jeda", "oleh rina", "OTP tertua 6 dtk", "12,4/mnt", "[✗ mati 3]"]
    {
        console.shows(text);
    }
    console.model.ui.size = (60, 15);
    for text in ["‖ jeda mail", "OTP tertua", "[✗ mati 3]", "s status berikutnya", "88003"] {
        console.shows(text);
    }
}

#[test]
fn the_figures_tell_kinds_and_workers_one_by_one() {
    let mut console = on_the_queue(Lang::En);
    console.press("f");
    for text in
        ["Kinds", "send-otp", "last hour: 40 done, 1 given up, 2 tried again", "Workers", "aglisd@noc2"]
    {
        console.shows(text);
    }
    console.shows("does not answer");
    console.press("Esc");
    console.hides("Kinds");
}

#[test]
fn a_job_is_opened_with_its_message_and_what_the_provider_answered() {
    let mut console = on_the_queue(Lang::En);
    console.press("Enter");
    assert!(console.asked.iter().any(|asked| matches!(asked, Request::Job(JobId(88003)))));
    console.answer_all();
    for text in ["0812-••••-789", "✗ failed", "otp-code", "Attempts", "✗ refused", "fonnte", "rate limit"]
    {
        console.shows(text);
    }
    console.press("G g r");
    assert!(matches!(steers(&console)[..], [Steer::One(JobAction::Retry, JobId(88003), None)]));
    console.answer_all();
    console.shows("#88003 send-otp: queued again · x cancels");
    console.press("Esc q");
    assert!(console.quit, "from the list");
}

#[test]
fn the_daemon_narrows_the_list_and_inverted_terms_are_judged_here() {
    let mut console = on_the_queue(Lang::En);
    console.press("/");
    console.type_text("err:429 !kind:otp to:0812");
    console.wait(200);
    let asked = console.asked.iter().find_map(|request| match request {
        Request::Jobs(JobState::Dead, filter) => Some(filter.as_ref().clone()),
        _ => None,
    });
    let asked = asked.expect("asked");
    assert_eq!((asked.error.as_deref(), asked.recipient.as_deref()), (Some("429"), Some("0812")));
    assert_eq!(asked.kind, None);
    console.answer_all();
    console.press("Enter");
    console.shows("send-notification");
    console.hides("88003");
    console.press("/");
    console.type_text("!to:0812");
    console.shows("to cannot be inverted");
}

#[test]
fn pages_follow_the_cursor() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.press("4");
    let page = |from: i64, next: Option<&str>| {
        let items = (0..50).map(|n| data::job(from - n, JobState::Dead)).collect();
        Payload::Jobs(Page { items, next_cursor: next.map(str::to_owned) })
    };
    let take = |console: &mut Console| {
        let at = console.asked.iter().position(|asked| matches!(asked, Request::Jobs(..))).expect("asked");
        console.asked.remove(at)
    };
    let first = take(&mut console);
    console.reply(first, Ok(page(500, Some("two"))));
    console.answer_all();
    assert!(!console.asked.iter().any(|asked| matches!(asked, Request::Jobs(..))), "not before it is needed");
    console.press("G");
    let second = take(&mut console);
    assert!(matches!(&second, Request::Jobs(_, filter) if filter.cursor.as_deref() == Some("two")));
    console.reply(second, Ok(page(450, None)));
    console.press("G");
    console.shows("#401 ");
}

#[test]
fn a_few_are_confirmed_with_enter_and_what_fails_stays_marked() {
    let mut console = on_the_queue(Lang::En);
    console.press("Space Space d");
    console.shows("discard · 2 jobs");
    console.shows("#88002 send-bulk");
    assert!(steers(&console).is_empty(), "nothing before the yes");
    console.press("Esc d Enter");
    let [Steer::Many(JobAction::Discard, bulk)] = steers(&console)[..] else { panic!("{:?}", console.asked) };
    assert_eq!(bulk.ids, Some(vec![JobId(88003), JobId(88002)]));
    let at = console.asked.iter().position(|asked| matches!(asked, Request::Steer { .. })).expect("asked");
    let request = console.asked.remove(at);
    console
        .reply(request, Ok(data::bulk_answer(&[(88003, None), (88002, Some("the job is waiting"))], false)));
    console.shows("1 done, 1 failed");
    console.shows("the job is waiting");
    console.press("Enter");
    console.answer_all();
    console.shows("1 marked");
}

#[test]
fn all_that_match_are_counted_first_and_confirmed_by_typing_how_many() {
    let mut console = on_the_queue(Lang::En);
    console.press("A");
    console.shows("all that match are marked");
    console.press("r");
    let [Steer::Many(JobAction::Retry, bulk)] = steers(&console)[..] else { panic!("{:?}", console.asked) };
    assert!(bulk.dry_run && bulk.filter.as_ref().is_some_and(|all| all.status == JobState::Dead));
    console.answer_all();
    console.shows("retry · 30 jobs");
    console.shows("type 30");
    console.press("Enter");
    assert!(console.model.shell.overlay.is_none() && steers(&console).is_empty(), "Enter alone is Cancel");
    console.press("r");
    console.answer_all();
    console.press("3 0 Enter");
    let [Steer::Many(JobAction::Retry, bulk)] = steers(&console)[..] else { panic!("{:?}", console.asked) };
    assert_eq!((bulk.dry_run, bulk.expect), (false, Some(30)));
    console.answer_all();
    console.shows("30 jobs: queued again");
    console.hides("all that match are marked");
}

#[test]
fn all_that_only_we_can_judge_are_loaded_first() {
    let mut console = on_the_queue(Lang::En);
    console.press("/");
    console.type_text("!kind:otp");
    console.press("Enter");
    console.wait(200);
    let at = console.asked.iter().position(|asked| matches!(asked, Request::Jobs(..))).expect("asked");
    let request = console.asked.remove(at);
    let items = (1..=100).map(|n| data::job(70_001 + n * 3, JobState::Dead)).collect();
    console.reply(request, Ok(Payload::Jobs(Page { items, next_cursor: Some("two".into()) })));
    console.press("A r");
    console.shows("all that match are still being loaded");
    console.answer_all();
    console.press("r");
    console.shows("retry · 102 jobs");
}

#[test]
fn a_queue_is_paused_with_a_reason_and_goes_on() {
    let mut console = on_the_queue(Lang::En);
    console.press("P");
    console.shows("Pause messages: why?");
    console.type_text("gateway down");
    console.press("Enter");
    let [Steer::Pause(pause)] = steers(&console)[..] else { panic!("{:?}", console.asked) };
    assert_eq!((pause.queue, pause.reason.as_deref()), (Some(QueueName::Messages), Some("gateway down")));
    console.answer_all();
    console.shows("messages paused · P resumes");
    console.shows("gateway down");
    console.press("P");
    assert!(
        matches!(steers(&console)[..], [Steer::Resume(resume)] if resume.queue == Some(QueueName::Messages))
    );
    console.answer_all();
    console.shows("messages goes on");

    console.press(":");
    console.type_text("pause mail smtp moves");
    console.press("Enter");
    assert!(
        matches!(steers(&console)[..], [Steer::Pause(pause)] if pause.reason.as_deref() == Some("smtp moves"))
    );
    console.answer_all();
    console.press(":");
    console.type_text("pause faxes");
    console.press("Enter");
    console.shows("there is no queue faxes; use messages, mail, system, all");
    console.press(":");
    console.type_text("resume ma");
    console.press("Tab Enter");
    assert!(matches!(steers(&console)[..], [Steer::Resume(resume)] if resume.queue == Some(QueueName::Mail)));
}

#[test]
fn a_waiting_job_is_snoozed_until_a_time() {
    let mut console = on_the_queue(Lang::En);
    console.press("s");
    console.answer_all();
    console.shows("[○ waiting");
    console.press("d");
    console.shows("a job that is waiting does not take this");
    console.press("z");
    console.type_text("later");
    console.press("Enter");
    console.shows("write 30m, 2h, 1d");
    console.press("Ctrl-u");
    console.type_text("2h");
    console.press("Enter");
    let until = |console: &Console| match steers(console)[..] {
        [Steer::One(JobAction::Snooze, _, Some(until))] => *until,
        _ => panic!("{:?}", console.asked),
    };
    assert_eq!(until(&console), console.now.plus_seconds(7_200));
    console.answer_all();
    console.shows("snoozed until 21/11 16.05");
    console.press(":");
    console.type_text("snooze 07.30");
    console.press("Enter");
    assert_eq!(until(&console), console.now.plus_seconds(17 * 3_600 + 25 * 60), "tomorrow");
}

#[test]
fn what_is_forgotten_is_counted_and_its_number_typed() {
    let mut console = on_the_queue(Lang::En);
    console.press(":");
    console.type_text("clean dead 30");
    console.press("Enter");
    let cleaned = |console: &Console| match steers(console)[..] {
        [Steer::Clean(clean)] => clean.clone(),
        _ => panic!("{:?}", console.asked),
    };
    let wanted = CleanJobs { older_than_days: Some(30), dead: true, dry_run: true };
    assert_eq!(cleaned(&console), wanted);
    console.answer_all();
    console.shows("forget dead jobs that ended more than 30 days ago");
    console.shows("This cannot be undone.");
    console.press("4 1 2 Enter");
    assert_eq!(cleaned(&console), CleanJobs { dry_run: false, ..wanted });
    console.answer_all();
    console.shows("412 jobs forgotten");
    console.press(":");
    console.type_text("clean soon");
    console.press("Enter");
    console.shows("use clean [dead] [days]");
}

#[test]
fn what_cannot_be_done_says_why() {
    let mut console = on_the_queue(Lang::En);
    console.press("x");
    console.shows("a job that is dead does not take this");
    console.press("u");
    console.shows("r puts back what was cancelled");
    console.lose();
    for key in ["r", "P", "d"] {
        console.press(key);
        console.shows("not connected: nothing can be changed now");
    }
    console.shows("88003");
    console.connect();
    console.answer_all();
    if let Some(me) = &mut console.model.link.me {
        me.permissions.retain(|permission| permission.as_str() == "message.read");
    }
    for key in ["r", "P"] {
        console.press(key);
        console.shows("you do not have the permission queue.manage");
    }
    console.press("?");
    console.type_text("retry dead");
    console.shows("Retry dead, cancelled or discarded jobs (you");
    console.press("Esc 2");
    assert_eq!(
        console.model.why_not(Act::JobRetry).as_deref(),
        Some("only on the queue"),
        "there are no jobs among tickets"
    );
    if let Some(me) = &mut console.model.link.me {
        me.permissions.clear();
    }
    console.press("4");
    console.shows("you do not have the permission message.read");
    assert!(console.model.shell.view == View::Tickets && console.asked.is_empty());
}

#[test]
fn a_refusal_is_told_and_another_try_is_free() {
    let mut console = on_the_queue(Lang::En);
    console.press("r");
    let request = console.asked.remove(0);
    let message = "another job with the same key is already waiting or running".to_owned();
    console.reply(request, Err(Failure { why: Why::Conflict, message }));
    console.shows("another job with the same key");
    console.answer_all();
    console.press("r");
    assert_eq!(steers(&console).len(), 1);
}

#[test]
fn the_queue_is_followed_live_and_no_more_often_than_needed() {
    let mut console = on_the_queue(Lang::En);
    told(&mut console, counts(3));
    console.shows("oldest waiting 7 s");
    assert!(console.asked.is_empty());
    told(&mut console, counts(4));
    console.shows("[✗ dead 4]");
    assert!(console.asked.is_empty(), "not at once");
    console.wait(2_100);
    assert!(matches!(console.asked[..], [Request::Jobs(JobState::Dead, _)]), "{:?}", console.asked);
    console.answer_all();
    console.wait(3_000);
    assert!(matches!(console.asked[..], [Request::QueueStats]), "{:?}", console.asked);
    console.answer_all();
    let before = console.frame();
    let wake = console.model.wake_at().since_ms(console.now);
    assert!(wake > 50_000, "it sleeps for a minute, not {wake} ms");
    console.wait(20_000);
    assert_eq!(console.frame(), before);

    // What is marked does not move under one's hand.
    console.press("Space");
    told(&mut console, counts(9));
    console.wait(10_000);
    assert!(!console.asked.iter().any(|asked| matches!(asked, Request::Jobs(..))));
    // Elsewhere nothing is asked for.
    console.answer_all();
    console.press("5");
    console.answer_all();
    told(&mut console, counts(12));
    console.wait(10_000);
    assert!(!console.asked.iter().any(|asked| matches!(asked, Request::Jobs(..) | Request::QueueStats)));
}

#[test]
fn the_overview_has_a_line_that_leads_to_the_queue() {
    let mut console = Console::connected(SIZE, Lang::En);
    console.hides("Queue: ");
    told(&mut console, counts(5));
    console.shows("✗ Queue: 10,003+ waiting, 1 running · paused: mail · dead 5");
    console.press("j j j j Enter");
    assert!(console.model.shell.view == View::Queue && console.model.queue.state() == JobState::Dead);
    console.press("1");
    told(&mut console, QueueCounts { queues: Vec::new(), ..counts(0) });
    console.shows("● Queue: 10,003+ waiting, 1 running");
    console.press("Enter");
    assert_eq!(console.model.queue.state(), JobState::Waiting);
}

#[test]
fn words_mean_what_the_screen_is_about() {
    let mut console = on_the_queue(Lang::En);
    console.press(":");
    console.type_text("view running");
    console.press("Enter");
    assert_eq!(console.model.queue.state(), JobState::Running);
    console.answer_all();
    console.shows("No jobs stand here");
    console.press(":");
    console.type_text("cancel");
    console.press("Enter");
    console.shows("no job is chosen");
    console.press("2 :");
    console.type_text("cancel");
    console.press("Enter");
    console.shows("Why?");
    console.press("Esc 4 :");
    console.type_text("q");
    console.press("Enter");
    assert!(console.quit);
}

#[test]
fn the_list_is_written_to_a_file() {
    let mut console = on_the_queue(Lang::En);
    console.press("j Space e");
    let (name, text) = &console.exported[0];
    assert_eq!(name, "jobs-20261121-140500.csv");
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains("88002,send-bulk,messages,"), "{text}");
    console.shows("1 job in jobs-20261121-140500.csv");
    console.press("Esc y");
    assert_eq!(console.copied, ["88001"]);
}
