//! What the console asks of the daemon, and what it gets back, as types.

use aglis_core::catalog::Odp;
use aglis_core::customers::{Customer, CustomerFilter, CustomerSummary};
use aglis_core::event::{AuditEntry, AuditFilter};
use aglis_core::queue::{
    CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobDetail, JobFilter, JobState, JobView, JobsCleaned,
    PauseQueue, QueueFigures, QueueStats, ResumeQueue,
};
use aglis_core::technicians::Technician;
use aglis_core::tickets::{
    Assign, Candidate, Complete, NewComment, SetPriority, SetStatus, Ticket, TicketFilter, TicketStats,
    TicketSummary, TimelineEntry,
};
use aglis_core::types::{CustomerId, JobId, Page, TicketId, Time};
use std::path::PathBuf;

use crate::lang::{Counted, Lang};

/// A question.
#[derive(Debug, Clone)]
pub enum Request {
    /// How many tickets stand where.
    Stats,
    /// One page of tickets.
    Tickets(Box<TicketFilter>),
    /// One ticket.
    Ticket(TicketId),
    /// What happened to it, told in a language.
    Timeline(TicketId, Lang),
    /// Who could work on it.
    Candidates(TicketId),
    /// Everybody who works in the field.
    Technicians,
    /// A change of a ticket. The key makes a repetition harmless.
    Change {
        /// Which ticket.
        id: TicketId,
        /// What changes.
        change: Change,
        /// Idempotency key.
        key: String,
    },
    /// One page of customers.
    Customers(Box<CustomerFilter>),
    /// One customer.
    Customer(CustomerId),
    /// One customer with personal data unmasked; recorded in the audit trail.
    Reveal(CustomerId),
    /// Record that tickets are written to a file, which then is done.
    Export(Box<Export>),
    /// The first ODPs whose name or place holds a text.
    Odps(String),
    /// One page of the audit trail.
    Audit(Box<AuditFilter>),
    /// The queue in figures.
    QueueStats,
    /// One page of jobs of one state.
    Jobs(JobState, Box<JobFilter>),
    /// One job with its message and the tries to send it.
    Job(JobId),
    /// Something done with the queue. The key makes a repetition harmless.
    Steer {
        /// What.
        steer: Box<Steer>,
        /// Idempotency key.
        key: String,
    },
}

/// What is done with the queue.
#[derive(Debug, Clone)]
pub enum Steer {
    /// One job; for `snooze`: until when.
    One(JobAction, JobId, Option<Time>),
    /// Many jobs, or only judged.
    Many(JobAction, JobBulk),
    /// Queues stand still.
    Pause(PauseQueue),
    /// Queues go on.
    Resume(ResumeQueue),
    /// Ended jobs are forgotten, or only counted.
    Clean(CleanJobs),
}

/// A change of a ticket.
#[derive(Debug, Clone)]
pub enum Change {
    /// Another status.
    Status(SetStatus),
    /// Another priority.
    Priority(SetPriority),
    /// Another technician.
    Assign(Assign),
    /// A reply or a note.
    Comment(NewComment),
    /// The work is done.
    Complete(Box<Complete>),
    /// Open again what was completed, and why.
    Reopen(String),
    /// Take back the last change this actor made.
    Undo,
}

/// Rows on their way to a file.
#[derive(Debug, Clone)]
pub struct Export {
    /// Where to.
    pub file: PathBuf,
    /// What is in it.
    pub text: String,
    /// How many rows that are.
    pub rows: usize,
    /// How that is said, with the file's name.
    pub said: Counted,
    /// Idempotency key.
    pub key: String,
}

/// An answer.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Payload {
    Stats(Box<TicketStats>),
    Tickets(Page<TicketSummary>),
    Ticket(Box<Ticket>),
    Timeline(Vec<TimelineEntry>),
    Candidates(Vec<Candidate>),
    Technicians(Vec<Technician>),
    Changed,
    Recorded,
    Customers(Page<CustomerSummary>),
    Customer(Box<Customer>),
    Odps(Page<Odp>),
    Audit(Page<AuditEntry>),
    QueueStats(Box<QueueStats>),
    Jobs(Page<JobView>),
    Job(Box<JobDetail>),
    Steered,
    SteeredMany(Box<JobBulkAnswer>),
    Queues(Vec<QueueFigures>),
    Cleaned(JobsCleaned),
}

/// A question with its answer.
#[derive(Debug)]
pub struct Answer {
    /// What was asked.
    pub request: Request,
    /// What came.
    pub result: Result<Payload, Failure>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub why: Why,
    /// In words, from the daemon where it said some.
    pub message: String,
}

/// Kinds of failure, as far as the console acts differently on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The daemon could not be reached, or did not answer in time.
    Unreachable,
    /// It did not accept who we are.
    Unauthenticated,
    /// It does not let us.
    Denied,
    /// There is no such thing.
    NotFound,
    /// The thing is in another state than we thought.
    Conflict,
    /// The daemon is there but cannot work (database gone, starting, overloaded).
    Unavailable,
    /// Anything else it refused.
    Refused,
}

impl Request {
    /// Whether it changes something, so that it must not be sent while the connection is in doubt.
    #[must_use]
    pub const fn writes(&self) -> bool {
        matches!(self, Self::Change { .. } | Self::Reveal(_) | Self::Export(_) | Self::Steer { .. })
    }

    /// Whether it only keeps up with what happens elsewhere, so that nobody waits for its answer.
    #[must_use]
    pub const fn follows(&self) -> bool {
        matches!(self, Self::Ticket(_) | Self::Stats | Self::QueueStats)
    }
}
