//! Changes of tickets: one or many, their progress, and taking them back.

use std::collections::VecDeque;

use aglis_core::permission::Permission;
use aglis_core::tickets::{Assign, Complete, Priority, SetPriority, SetStatus, TicketStatus};
use aglis_core::types::{TicketId, Time};

use super::cx::Target;
use crate::lang::Text;
use crate::lang::texts as tx;
use crate::net::request::{Change, Failure, Request, Why};

/// What is done to each ticket.
#[derive(Debug, Clone)]
pub enum Op {
    /// Another status, and why.
    Status(TicketStatus, Option<String>),
    /// Another priority.
    Priority(Priority),
    /// Another technician, and their name.
    Assign(Assign, String),
    /// Done, with what was measured.
    Complete(Box<Complete>),
    /// Opened again, and why.
    Reopen(String),
    /// The last change taken back.
    Undo,
}

impl Op {
    /// What the daemon is asked.
    #[must_use]
    pub fn change(&self) -> Change {
        match self.clone() {
            Self::Status(status, reason) => Change::Status(SetStatus { status, reason }),
            Self::Priority(priority) => Change::Priority(SetPriority { priority, reason: None }),
            Self::Assign(assign, _) => Change::Assign(assign),
            Self::Complete(data) => Change::Complete(data),
            Self::Reopen(reason) => Change::Reopen(reason),
            Self::Undo => Change::Undo,
        }
    }

    /// What one must be allowed for it.
    #[must_use]
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Status(TicketStatus::Cancelled, _) => Permission::TicketCancel,
            Self::Status(..) => Permission::TicketStatus,
            // What is taken back decides; the daemon knows.
            Self::Undo => Permission::TicketRead,
            Self::Priority(_) => Permission::TicketPriority,
            Self::Assign(..) => Permission::TicketAssign,
            Self::Complete(..) => Permission::TicketComplete,
            Self::Reopen(_) => Permission::TicketReopen,
        }
    }

    /// Whether `u` takes it back.
    #[must_use]
    pub const fn undoable(&self) -> bool {
        matches!(
            self,
            Self::Priority(_)
                | Self::Assign(..)
                | Self::Status(
                    TicketStatus::Open
                        | TicketStatus::Assigned
                        | TicketStatus::InProgress
                        | TicketStatus::OnHold,
                    _
                )
        )
    }

    /// Whether it can be lived with: not what ends a ticket for good.
    #[must_use]
    pub const fn reversible(&self) -> bool {
        !matches!(self, Self::Status(TicketStatus::Cancelled, _))
    }

    /// What is done, with `{}` for the value.
    #[must_use]
    pub const fn name(&self) -> Text {
        match self {
            Self::Status(..) => tx::OP_STATUS,
            Self::Priority(_) => tx::OP_PRIORITY,
            Self::Assign(..) => tx::OP_ASSIGN,
            Self::Complete(..) => tx::OP_COMPLETE,
            Self::Reopen(_) => tx::OP_REOPEN,
            Self::Undo => tx::OP_UNDO,
        }
    }
}

/// How a change must be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// Not at all.
    None,
    /// With Enter, on a preview.
    Enter,
    /// By typing how many.
    Count,
}

/// One undoable item needs nothing; up to twenty need Enter; more, or what cannot be taken back, the count.
#[must_use]
pub const fn confirm(op: &Op, count: usize) -> Confirm {
    match count {
        _ if !op.reversible() => Confirm::Count,
        0..=1 => Confirm::None,
        2..=20 => Confirm::Enter,
        _ => Confirm::Count,
    }
}

/// Changes under way and changes that can be undone.
#[derive(Debug, Default)]
pub struct Ops {
    batch: Option<Batch>,
    undo: Vec<Done>,
    /// What is being taken back.
    undoing: Option<Done>,
    serial: u64,
}

/// One change of many tickets, under way.
#[derive(Debug)]
struct Batch {
    op: Op,
    value: String,
    total: usize,
    waiting: VecDeque<Target>,
    flying: Vec<(String, Target)>,
    done: Vec<Target>,
    failed: Vec<(Target, Failure)>,
}

/// A change that was made.
#[derive(Debug, Clone)]
pub struct Done {
    /// What.
    pub op: Op,
    /// Its value, as it was said.
    pub value: String,
    /// To which tickets.
    pub targets: Vec<Target>,
}

/// How a change of many ended.
#[derive(Debug)]
pub struct Report {
    /// What was done.
    pub op: Op,
    /// Its value, as it was said.
    pub value: String,
    /// The tickets it was done to.
    pub done: Vec<Target>,
    /// The tickets it was not done to, and why.
    pub failed: Vec<(Target, Failure)>,
}

/// Requests in the air at once.
const WIDTH: usize = 4;
/// Changes that can be undone.
const UNDO_DEPTH: usize = 50;

impl Ops {
    /// Whether a change is under way.
    #[must_use]
    pub const fn busy(&self) -> bool {
        self.batch.is_some()
    }

    /// How far it is: finished and all.
    #[must_use]
    pub fn progress(&self) -> Option<(usize, usize)> {
        self.batch.as_ref().map(|batch| (batch.done.len() + batch.failed.len(), batch.total))
    }

    /// Begins a change and says what to ask first.
    pub fn start(&mut self, op: Op, value: String, targets: Vec<Target>, now: Time) -> Vec<Request> {
        self.batch = Some(Batch {
            op,
            value,
            total: targets.len(),
            waiting: targets.into(),
            flying: Vec::new(),
            done: Vec::new(),
            failed: Vec::new(),
        });
        self.next(now)
    }

    /// What to ask next.
    fn next(&mut self, now: Time) -> Vec<Request> {
        let Some(batch) = &mut self.batch else { return Vec::new() };
        let mut requests = Vec::new();
        while batch.flying.len() < WIDTH {
            let Some(target) = batch.waiting.pop_front() else { break };
            self.serial += 1;
            let key = format!("tui-{}-{}-{}", std::process::id(), now.ms(), self.serial);
            requests.push(Request::Change { id: target.id, change: batch.op.change(), key: key.clone() });
            batch.flying.push((key, target));
        }
        requests
    }

    /// Takes an answer: what to ask next, and the report once everything is answered. Answers that belong to no
    /// running change are ignored.
    pub fn answered(
        &mut self,
        key: &str,
        result: Result<(), Failure>,
        now: Time,
    ) -> (Vec<Request>, Option<Report>) {
        let Some(batch) = &mut self.batch else { return (Vec::new(), None) };
        let Some(at) = batch.flying.iter().position(|(flying, _)| flying == key) else {
            return (Vec::new(), None);
        };
        let (_, target) = batch.flying.swap_remove(at);
        match result {
            Ok(()) => batch.done.push(target),
            Err(failure) => batch.failed.push((target, failure)),
        }
        let requests = self.next(now);
        let over =
            self.batch.as_ref().is_some_and(|batch| batch.flying.is_empty() && batch.waiting.is_empty());
        if !over {
            return (requests, None);
        }
        let Some(Batch { op, value, done, failed, .. }) = self.batch.take() else { return (requests, None) };
        self.remember(&op, &value, &done, &failed);
        (requests, Some(Report { op, value, done, failed }))
    }

    /// The last change that can be undone.
    #[must_use]
    pub fn last(&self) -> Option<&Done> {
        self.undo.last()
    }

    /// Begins to take the last change back. Where the daemon cannot be asked it stays the last.
    pub fn undo_last(&mut self) {
        self.undoing = self.undo.pop();
    }

    /// Keeps what was done so that it can be undone, and what was to be undone and could not even be asked.
    fn remember(&mut self, op: &Op, value: &str, done: &[Target], failed: &[(Target, Failure)]) {
        let again = |failure: &Failure| matches!(failure.why, Why::Unreachable | Why::Unavailable);
        let kept = match op {
            Op::Undo => self.undoing.take().map(|undone| Done {
                targets: failed.iter().filter(|(_, why)| again(why)).map(|(one, _)| one.clone()).collect(),
                ..undone
            }),
            op => op.undoable().then(|| Done {
                op: op.clone(),
                value: value.to_owned(),
                targets: done.to_vec(),
            }),
        };
        self.undo.extend(kept.filter(|kept| !kept.targets.is_empty()));
        if self.undo.len() > UNDO_DEPTH {
            self.undo.remove(0);
        }
    }

    /// Which tickets are being changed.
    #[must_use]
    pub fn touches(&self, id: TicketId) -> bool {
        self.batch.as_ref().is_some_and(|batch| {
            batch.flying.iter().map(|(_, t)| t).chain(&batch.waiting).any(|t| t.id == id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(count: i64) -> Vec<Target> {
        let target = |id| Target {
            id: TicketId(id),
            number: format!("TKT{id}"),
            status: TicketStatus::Open,
            title: String::new(),
        };
        (1..=count).map(target).collect()
    }

    fn keys(requests: &[Request]) -> Vec<String> {
        requests
            .iter()
            .map(|request| match request {
                Request::Change { key, .. } => key.clone(),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn many_are_done_a_few_at_a_time_and_failures_are_kept() {
        let (mut ops, now) = (Ops::default(), Time::from_ms(0));
        let mut waiting = keys(&ops.start(Op::Priority(Priority::High), "high".into(), targets(10), now));
        assert_eq!(waiting.len(), WIDTH);
        let mut report = None;
        let mut answered = 0;
        while let Some(key) = waiting.pop() {
            answered += 1;
            let result = if answered == 3 {
                Err(Failure { why: Why::Conflict, message: "closed".into() })
            } else {
                Ok(())
            };
            let (more, end) = ops.answered(&key, result, now);
            waiting.extend(keys(&more));
            report = report.or(end);
        }
        let report = report.expect("report");
        assert_eq!((report.done.len(), report.failed.len()), (9, 1));
        assert!(!ops.busy());
        assert_eq!(ops.last().expect("undo").targets.len(), 9);
    }

    #[test]
    fn what_could_not_be_undone_for_want_of_a_daemon_can_be_undone_later() {
        let (mut ops, now) = (Ops::default(), Time::from_ms(0));
        let run = |ops: &mut Ops, op, results: [Result<(), Why>; 3]| {
            let keys = keys(&ops.start(op, "high".into(), targets(3), now));
            for (key, result) in keys.iter().zip(results) {
                let result = result.map_err(|why| Failure { why, message: String::new() });
                ops.answered(key, result, now);
            }
        };
        run(&mut ops, Op::Priority(Priority::High), [Ok(()), Ok(()), Ok(())]);
        ops.undo_last();
        assert!(ops.last().is_none());
        run(&mut ops, Op::Undo, [Ok(()), Err(Why::Unreachable), Err(Why::Conflict)]);
        let left = ops.last().expect("the one that could not be asked");
        assert_eq!(left.targets.iter().map(|target| target.id).collect::<Vec<_>>(), [TicketId(2)]);
        assert!(matches!(left.op, Op::Priority(Priority::High)));
        ops.undo_last();
        run(&mut ops, Op::Undo, [Ok(()), Ok(()), Ok(())]);
        assert!(ops.last().is_none());
    }

    #[test]
    fn confirmation_grows_with_the_damage() {
        let raise = Op::Priority(Priority::High);
        let cancel = Op::Status(TicketStatus::Cancelled, Some("double".into()));
        assert_eq!(confirm(&raise, 1), Confirm::None);
        assert_eq!(confirm(&raise, 2), Confirm::Enter);
        assert_eq!(confirm(&raise, 20), Confirm::Enter);
        assert_eq!(confirm(&raise, 21), Confirm::Count);
        assert_eq!(confirm(&cancel, 1), Confirm::Count);
    }
}
