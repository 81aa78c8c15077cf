//! What is done with the queue: chosen, judged, confirmed, begun, told.

use aglis_core::permission::Permission;
use aglis_core::queue::{
    CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobBulkData, JobsCleaned, PauseQueue, QueueName,
    ResumeQueue,
};
use aglis_core::types::{JobId, Time};

use super::ops::Confirm;
use super::overlay::confirm::{Agreed, Item};
use super::overlay::line::Ask;
use super::overlay::{Choice, Choose, Confirmation, Overlay, Pick, Question, Results};
use super::{Effect, Model};
use crate::keymap::Act;
use crate::lang::{Text, texts as tx};
use crate::net::request::{Failure, Payload, Request, Steer};
use crate::screen::queue::Whom;
use crate::theme::Role;

/// Days after which ended jobs are forgotten unless another number is given.
const CLEAN_DAYS: i64 = 7;

/// What is to be done to jobs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What.
    pub action: JobAction,
    /// To which.
    pub whom: Whom,
    /// For `snooze`: until when.
    pub until: Option<Time>,
    /// How many they have to be, where they were counted.
    pub expect: Option<i64>,
}

/// What of the queue's steering is under way.
#[derive(Debug, Default)]
pub struct Steering {
    flying: Option<(String, Doing)>,
    serial: u64,
}

#[derive(Debug)]
enum Doing {
    /// All that match are judged before anything is done to them.
    Judge(Plan),
    Do(Plan),
    Pause(Option<QueueName>),
    Resume(Option<QueueName>),
    Count(CleanJobs),
    Clean,
}

impl Steering {
    /// Whether something is under way.
    #[must_use]
    pub const fn busy(&self) -> bool {
        self.flying.is_some()
    }
}

/// One job needs no yes: every action can be taken back with another one. Up to twenty need Enter, more the count.
#[must_use]
pub const fn confirm(count: usize) -> Confirm {
    match count {
        0..=1 => Confirm::None,
        2..=20 => Confirm::Enter,
        _ => Confirm::Count,
    }
}

/// The action a key stands for.
pub(super) const fn action(act: Act) -> Option<JobAction> {
    match act {
        Act::JobRetry => Some(JobAction::Retry),
        Act::JobCancel => Some(JobAction::Cancel),
        Act::JobDiscard => Some(JobAction::Discard),
        Act::JobSnooze => Some(JobAction::Snooze),
        Act::JobRun => Some(JobAction::Run),
        _ => None,
    }
}

const fn to_do(action: JobAction) -> Text {
    match action {
        JobAction::Retry => tx::DO_RETRY,
        JobAction::Cancel => tx::DO_CANCEL,
        JobAction::Discard => tx::DO_DISCARD,
        JobAction::Snooze => tx::DO_SNOOZE,
        JobAction::Run => tx::DO_RUN,
    }
}

const fn done(action: JobAction) -> Text {
    match action {
        JobAction::Retry => tx::DID_RETRY,
        JobAction::Cancel => tx::DID_CANCEL,
        JobAction::Discard => tx::DID_DISCARD,
        JobAction::Snooze => tx::DID_SNOOZE,
        JobAction::Run => tx::DID_RUN,
    }
}

/// What takes an action back.
const fn way_back(action: JobAction) -> (Text, Act) {
    match action {
        JobAction::Cancel | JobAction::Discard => (tx::PUTS_BACK, Act::JobRetry),
        JobAction::Retry | JobAction::Run => (tx::CALLS_OFF, Act::JobCancel),
        JobAction::Snooze => (tx::RUNS_NOW, Act::JobRun),
    }
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

impl Model {
    /// Begins what a key of the queue stands for.
    pub(super) fn steer(&mut self, act: Act, effects: &mut Vec<Effect>) {
        if let Some(action) = action(act) {
            let Some(whom) = self.queue.whom() else { return };
            return match action {
                JobAction::Snooze => {
                    let title = self.ui.f(tx::ASK_SNOOZE, &[&self.jobs_named(&whom)]);
                    self.shell.overlay =
                        Some(Overlay::Question(Question::new(title, Ask::Snooze(Box::new(whom)))));
                }
                action => self.propose_jobs(Plan { action, whom, until: None, expect: None }, effects),
            };
        }
        match act {
            Act::Pause => match self.queue.queue_under() {
                Some(queue) if self.queue.paused().contains(&queue) => self.resume(Some(queue), effects),
                Some(queue) => self.ask_pause(Some(queue)),
                None => self.choose_queue(true),
            },
            Act::Resume => match self.queue.paused().as_slice() {
                [one] => self.resume(Some(*one), effects),
                _ => self.choose_queue(false),
            },
            _ => {
                let clean = CleanJobs { older_than_days: Some(CLEAN_DAYS), dead: false, dry_run: true };
                self.count_cleanable(clean, effects);
            }
        }
    }

    /// The same with a value from the command bar.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub(super) fn steer_with(
        &mut self,
        act: Act,
        rest: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        match act {
            Act::JobSnooze => {
                let until = self.moment_of(rest).ok_or_else(|| self.ui.t(tx::BAD_MOMENT).to_owned())?;
                if let Some(whom) = self.queue.whom() {
                    let plan = Plan { action: JobAction::Snooze, whom, until: Some(until), expect: None };
                    self.propose_jobs(plan, effects);
                }
            }
            Act::Pause => {
                let (name, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                let queue = self.queue_named(name)?;
                match reason.trim() {
                    "" => self.ask_pause(queue),
                    reason => self.pause(queue, reason, effects),
                }
            }
            Act::Resume => {
                let queue = self.queue_named(rest)?;
                self.resume(queue, effects);
            }
            Act::Clean => {
                let wrong = || self.ui.t(tx::CLEAN_USE).to_owned();
                let mut words: Vec<&str> = rest.split_whitespace().collect();
                let dead = words.first() == Some(&"dead");
                if dead {
                    words.remove(0);
                }
                let days = match words.as_slice() {
                    [] => CLEAN_DAYS,
                    [days] => days.parse().ok().filter(|days| *days >= 0).ok_or_else(wrong)?,
                    _ => return Err(wrong()),
                };
                self.count_cleanable(CleanJobs { older_than_days: Some(days), dead, dry_run: true }, effects);
            }
            _ => self.act(act, effects),
        }
        Ok(())
    }

    fn queue_named(&self, name: &str) -> Result<Option<QueueName>, String> {
        if name == "all" {
            return Ok(None);
        }
        name.parse().map(Some).map_err(|_| {
            let known: Vec<&str> = QueueName::ALL.iter().map(|queue| queue.as_str()).chain(["all"]).collect();
            self.ui.f(tx::NO_SUCH_QUEUE, &[name, &known.join(", ")])
        })
    }

    fn queue_said(&self, queue: Option<QueueName>) -> String {
        queue.map_or_else(|| self.ui.t(tx::EVERY_QUEUE).to_owned(), |queue| queue.to_string())
    }

    fn jobs_named(&self, whom: &Whom) -> String {
        match whom {
            Whom::One(job) => format!("#{} {}", job.id, job.kind),
            Whom::Marked(jobs) => self.ui.n(tx::N_JOBS, jobs.len(), &[]),
            Whom::All(_) => self.ui.t(tx::ALL_MARKED).to_owned(),
        }
    }

    /// A time from now, or the next time a clock shows that.
    fn moment_of(&self, text: &str) -> Option<Time> {
        use aglis_core::filter::{Filter, JOBS, Test};
        let text = text.trim();
        let clock = text.split_once(['.', ':']).and_then(|(hour, minute)| {
            let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
            let today = self.ui.zone.at(self.ui.now);
            let at = today.with().hour(hour).minute(minute).second(0).subsec_nanosecond(0).build().ok()?;
            let at = if at > today { at } else { at.tomorrow().ok()? };
            Some(Time::from_ms(at.timestamp().as_millisecond()))
        });
        let span = || {
            let filter = Filter::parse(&JOBS, &format!("age>{text}")).ok()?;
            match filter.terms.as_slice() {
                [one] => match one.test {
                    Test::Compare(_, _, seconds) if seconds > 0 => Some(self.ui.now.plus_seconds(seconds)),
                    _ => None,
                },
                _ => None,
            }
        };
        clock.or_else(span)
    }

    fn ask_pause(&mut self, queue: Option<QueueName>) {
        let title = self.ui.f(tx::ASK_PAUSE, &[&self.queue_said(queue)]);
        self.shell.overlay = Some(Overlay::Question(Question::new(title, Ask::Pause(queue))));
    }

    fn choose_queue(&mut self, pause: bool) {
        let paused = self.queue.paused();
        let choice = |queue: Option<QueueName>| Choice {
            label: self.queue_said(queue),
            detail: String::new(),
            role: Role::Text,
            disabled: None,
            pick: if pause { Pick::Pause(queue) } else { Pick::Resume(queue) },
        };
        let fits = |queue: &&QueueName| paused.contains(queue) != pause;
        let queues = QueueName::ALL.iter().filter(fits).map(|queue| choice(Some(*queue)));
        let choices = queues.chain([choice(None)]).collect();
        let title = self.ui.t(if pause { tx::TITLE_PAUSE } else { tx::TITLE_RESUME }).to_owned();
        self.shell.overlay = Some(Overlay::Choose(Choose::new(title, Vec::new(), choices)));
    }

    /// A queue was chosen.
    pub(super) fn queue_picked(&mut self, pick: &Pick, effects: &mut Vec<Effect>) {
        match pick {
            Pick::Pause(queue) => self.ask_pause(*queue),
            Pick::Resume(queue) => self.resume(*queue, effects),
            _ => {}
        }
    }

    /// The reason of a pause, or the time of a snooze, was given; says what is wrong with it.
    pub(super) fn steering_answered(
        &mut self,
        ask: &Ask,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Option<String> {
        match ask {
            Ask::Snooze(whom) => {
                let Some(until) = self.moment_of(text) else {
                    return Some(self.ui.t(tx::BAD_MOMENT).to_owned());
                };
                let (action, whom) = (JobAction::Snooze, (**whom).clone());
                self.propose_jobs(Plan { action, whom, until: Some(until), expect: None }, effects);
            }
            Ask::Pause(queue) => self.pause(*queue, text, effects),
            Ask::Ticket { .. } => {}
        }
        None
    }

    fn pause(&mut self, queue: Option<QueueName>, reason: &str, effects: &mut Vec<Effect>) {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        self.send(Steer::Pause(PauseQueue { queue, reason }), Doing::Pause(queue), effects);
    }

    fn resume(&mut self, queue: Option<QueueName>, effects: &mut Vec<Effect>) {
        self.send(Steer::Resume(ResumeQueue { queue }), Doing::Resume(queue), effects);
    }

    fn count_cleanable(&mut self, clean: CleanJobs, effects: &mut Vec<Effect>) {
        self.send(Steer::Clean(clean.clone()), Doing::Count(clean), effects);
    }

    /// Asks the daemon, unless that cannot be done now.
    fn send(&mut self, steer: Steer, doing: Doing, effects: &mut Vec<Effect>) {
        if let Some(why) = self.why_not_steer() {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        let steering = &mut self.steering;
        steering.serial += 1;
        let key = format!("tui-{}-{}-q{}", std::process::id(), self.ui.now.ms(), steering.serial);
        steering.flying = Some((key.clone(), doing));
        effects.push(Effect::Ask(Box::new(Request::Steer { steer: Box::new(steer), key })));
    }

    /// Why nothing can be done with the queue now.
    pub(super) fn why_not_steer(&self) -> Option<String> {
        let permission = Permission::QueueManage;
        if self.ui.read_only {
            Some(self.ui.t(tx::WHY_READ_ONLY).to_owned())
        } else if !self.link.is_up() {
            Some(self.ui.t(tx::WHY_OFFLINE).to_owned())
        } else if !self.link.may(permission) {
            Some(self.ui.f(tx::WHY_NOT_ALLOWED, &[permission.as_str()]))
        } else if self.steering.busy() {
            Some(self.ui.t(tx::WHY_BUSY).to_owned())
        } else {
            None
        }
    }

    fn said(&self, text: Text, until: Option<Time>) -> String {
        self.ui.f(text, &[&until.map(|at| self.ui.moment(at)).unwrap_or_default()])
    }

    /// Confirms what is to be done to jobs where it must be, and begins it. All that match are judged first.
    fn propose_jobs(&mut self, plan: Plan, effects: &mut Vec<Effect>) {
        match &plan.whom {
            Whom::One(_) => self.begin(plan, effects),
            Whom::Marked(jobs) => {
                let item = |job: &crate::screen::queue::JobTarget| Item {
                    label: format!("#{} {}", job.id, job.kind),
                    text: job.note.clone(),
                    role: Role::Text,
                };
                let (count, items) = (jobs.len(), jobs.iter().map(item).collect());
                self.ask_to_confirm(plan, count, items, None, effects);
            }
            Whom::All(selection) => {
                let bulk = JobBulk {
                    filter: Some((**selection).clone()),
                    data: JobBulkData { until: plan.until },
                    dry_run: true,
                    ..JobBulk::default()
                };
                self.shell.say(Role::Info, self.ui.t(tx::COUNTING), self.ui.now);
                self.send(Steer::Many(plan.action, bulk), Doing::Judge(plan), effects);
            }
        }
    }

    fn ask_to_confirm(
        &mut self,
        plan: Plan,
        count: usize,
        items: Vec<Item>,
        note: Option<String>,
        effects: &mut Vec<Effect>,
    ) {
        let how = confirm(count);
        if how == Confirm::None {
            return self.begin(plan, effects);
        }
        let what = self.said(to_do(plan.action), plan.until);
        let title = format!("{what} · {}", self.ui.n(tx::N_JOBS, count, &[]));
        let agreed = Agreed::Jobs(Box::new(plan));
        self.shell.overlay =
            Some(Overlay::Confirm(Confirmation::new(agreed, title, items, count, note, how)));
    }

    /// Begins what was agreed to.
    pub(super) fn begin(&mut self, plan: Plan, effects: &mut Vec<Effect>) {
        let bulk = |ids: Option<Vec<JobId>>| JobBulk {
            ids,
            data: JobBulkData { until: plan.until },
            expect: plan.expect,
            ..JobBulk::default()
        };
        let steer = match &plan.whom {
            Whom::One(job) => Steer::One(plan.action, job.id, plan.until),
            Whom::Marked(jobs) => {
                Steer::Many(plan.action, bulk(Some(jobs.iter().map(|job| job.id).collect())))
            }
            Whom::All(selection) => {
                let filter = Some((**selection).clone());
                Steer::Many(plan.action, JobBulk { filter, ..bulk(None) })
            }
        };
        self.send(steer, Doing::Do(plan), effects);
    }

    /// Begins to forget what was agreed to.
    pub(super) fn clean(&mut self, clean: CleanJobs, effects: &mut Vec<Effect>) {
        self.send(Steer::Clean(CleanJobs { dry_run: false, ..clean }), Doing::Clean, effects);
    }

    /// The daemon answered what was asked with a key.
    pub(super) fn steered(
        &mut self,
        key: &str,
        result: Result<&Payload, &Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let ours = self.steering.flying.take_if(|(flying, _)| flying == key);
        let Some((_, doing)) = ours else { return };
        let Ok(payload) = result else {
            // What became of it is not known; what is shown is asked for again.
            return self.with(effects, |parts, cx| parts.queue.refresh(cx));
        };
        match (doing, payload) {
            (Doing::Judge(plan), Payload::SteeredMany(answer)) => self.judged(plan, answer, effects),
            (Doing::Do(plan), Payload::SteeredMany(answer)) => self.done_many(&plan, answer, effects),
            (Doing::Do(plan), _) => {
                self.tell_done(&plan, &self.jobs_named(&plan.whom), "");
                self.with(effects, |parts, cx| parts.queue.steered(&[], cx));
            }
            (Doing::Pause(queue), _) => {
                let text = self.ui.f(tx::DID_PAUSE, &[&self.queue_said(queue)]);
                let back = self.ui.f(tx::RESUMES, &[&self.ui.keymap.hint(Act::Pause)]);
                self.shell.say(Role::Ok, format!("{text}{back}"), self.ui.now);
            }
            (Doing::Resume(queue), _) => {
                let text = self.ui.f(tx::DID_RESUME, &[&self.queue_said(queue)]);
                self.shell.say(Role::Ok, text, self.ui.now);
            }
            (Doing::Count(clean), Payload::Cleaned(counted)) => self.counted(clean, *counted),
            (Doing::Clean, Payload::Cleaned(cleaned)) => {
                let more = if cleaned.more { self.ui.t(tx::MORE_LEFT) } else { "" };
                let text = self.ui.n(tx::JOBS_CLEANED, size(cleaned.removed), &[]);
                self.shell.say(Role::Ok, format!("{text}{more}"), self.ui.now);
                self.with(effects, |parts, cx| parts.queue.steered(&[], cx));
            }
            _ => {}
        }
    }

    fn tell_done(&mut self, plan: &Plan, whom: &str, more: &str) {
        let what = self.said(done(plan.action), plan.until);
        let (text, act) = way_back(plan.action);
        let back = self.ui.f(text, &[&self.ui.keymap.hint(act)]);
        self.shell.say(Role::Ok, format!("{whom}: {what}{back}{more}"), self.ui.now);
    }

    /// All that match were judged: what would be done is shown, with what is refused first.
    fn judged(&mut self, plan: Plan, answer: &JobBulkAnswer, effects: &mut Vec<Effect>) {
        self.shell.toast = None;
        if answer.succeeded == 0 {
            let why = answer.results.iter().find_map(|one| one.error.clone());
            let why = why.unwrap_or_else(|| self.ui.t(tx::NOTHING_MATCHES).to_owned());
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        let mut items: Vec<Item> = answer
            .results
            .iter()
            .map(|one| Item {
                label: format!("#{}", one.id),
                text: one.error.clone().unwrap_or_default(),
                role: if one.success { Role::Text } else { Role::Warn },
            })
            .collect();
        items.sort_by_key(|item| item.role == Role::Text);
        let note = answer.more.then(|| self.ui.t(tx::MORE_MATCH).to_owned());
        let expect = (!answer.more).then_some(answer.total);
        let count = size(answer.total);
        self.ask_to_confirm(Plan { expect, ..plan }, count, items, note, effects);
    }

    fn done_many(&mut self, plan: &Plan, answer: &JobBulkAnswer, effects: &mut Vec<Effect>) {
        let failed: Vec<_> = answer.results.iter().filter(|one| !one.success).collect();
        let left: Vec<JobId> = failed.iter().map(|one| one.id).collect();
        if failed.is_empty() {
            let more = if answer.more { self.ui.t(tx::MORE_LEFT) } else { "" };
            let whom = self.ui.n(tx::N_JOBS, size(answer.succeeded), &[]);
            self.tell_done(plan, &whom, more);
        } else {
            let failed = failed
                .iter()
                .map(|one| (format!("#{}", one.id), one.error.clone().unwrap_or_default()))
                .collect();
            self.shell.overlay = Some(Overlay::Results(Results::new(size(answer.succeeded), failed)));
        }
        self.with(effects, |parts, cx| parts.queue.steered(&left, cx));
    }

    /// What would be forgotten was counted; it cannot be brought back, so its number is asked for.
    fn counted(&mut self, clean: CleanJobs, counted: JobsCleaned) {
        let count = size(counted.removed);
        if count == 0 {
            self.shell.say(Role::Info, self.ui.t(tx::NOTHING_TO_CLEAN), self.ui.now);
            return;
        }
        let days = clean.older_than_days.unwrap_or(CLEAN_DAYS).to_string();
        let title = self.ui.f(if clean.dead { tx::CLEAN_DEAD_TITLE } else { tx::CLEAN_TITLE }, &[&days]);
        let more = if counted.more { "+" } else { "" };
        let items = vec![Item {
            label: format!("{}{more}", self.ui.n(tx::N_JOBS, count, &[])),
            text: String::new(),
            role: Role::Text,
        }];
        let note = Some(self.ui.t(tx::NOT_UNDOABLE).to_owned());
        let how = Confirm::Count;
        self.shell.overlay =
            Some(Overlay::Confirm(Confirmation::new(Agreed::Clean(clean), title, items, count, note, how)));
    }
}
