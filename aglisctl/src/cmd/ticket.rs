//! `aglisctl ticket`

mod export;
mod show;
mod verbs;

use crate::{
    cli::{Chosen, Many},
    context::Context,
    failure::Result,
    lists::Extent,
};
use aglis_core::{
    tickets::{Channel, ContactPreference, Priority, ServiceType, TicketFilter, TicketStatus},
    types::{AreaId, CustomerId, Time},
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with tickets.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List tickets
    List(List),
    /// Show one ticket with its timeline
    View(View),
    /// Open a ticket
    Create(Create),
    /// Give tickets to a technician
    Assign(Assign),
    /// Move tickets to another status
    Status(Status),
    /// Make tickets more or less urgent
    Priority(SetPriority),
    /// Write an internal note
    Note(Write),
    /// Write to the customer
    Reply(Write),
    /// Finish a ticket with what was measured
    Complete(Complete),
    /// Merge tickets into another one
    Merge(Merge),
    /// Open completed tickets again
    Reopen(Reopen),
    /// Take back one's own last change
    Undo(Undo),
    /// Explain how the due times were computed
    Explain(One),
    /// Show who could do it, and why
    Candidates(One),
    /// Write tickets to a file
    Export(Export),
}

/// Which tickets.
#[derive(Debug, Clone, Default, Args)]
pub struct Filter {
    /// Filter, such as prio:high sla<1h tech:none
    #[arg(value_name = "FILTER")]
    pub q: Vec<String>,
    /// Only these statuses, comma separated; active for all that are not finished
    #[arg(long)]
    pub status: Option<String>,
    /// Only these priorities, comma separated
    #[arg(long)]
    pub priority: Option<String>,
    /// Only this kind of work
    #[arg(long = "type", value_name = "TYPE")]
    pub service_type: Option<ServiceType>,
    /// Only this customer's, by id
    #[arg(long, value_name = "ID")]
    pub customer: Option<CustomerId>,
    /// Only this technician's, by sign-in name or id; none for tickets that nobody has
    #[arg(long, value_name = "WHO")]
    pub technician: Option<String>,
    /// Only this area's, by id
    #[arg(long, value_name = "ID")]
    pub area: Option<AreaId>,
    /// Only overdue ones, or those at risk
    #[arg(long, value_parser = ["overdue", "at_risk"])]
    pub sla: Option<String>,
    /// Order
    #[arg(long, value_parser = ["newest", "due"])]
    pub order: Option<String>,
}

impl Filter {
    fn query(self) -> TicketFilter {
        TicketFilter {
            q: (!self.q.is_empty()).then(|| self.q.join(" ")),
            status: self.status,
            priority: self.priority,
            service_type: self.service_type,
            customer_id: self.customer,
            area_id: self.area,
            sla: self.sla,
            order: self.order,
            ..TicketFilter::default()
        }
    }
}

/// Flags of `ticket list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    extent: Extent,
}

/// One ticket.
#[derive(Debug, Args)]
pub struct One {
    /// Number or id
    #[arg(value_name = "TICKET")]
    ticket: String,
}

/// Flags of `ticket view`.
#[derive(Debug, Args)]
pub struct View {
    #[command(flatten)]
    one: One,
    /// Leave out the timeline
    #[arg(long)]
    brief: bool,
}

/// Flags of `ticket create`.
#[derive(Debug, Args)]
pub struct Create {
    /// Whose, by number or id; needed for everything but maintenance
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// What it is about, in a few words
    #[arg(long)]
    title: String,
    /// The report in full
    #[arg(long, conflicts_with = "file")]
    description: Option<String>,
    /// Read the report from a file, - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Kind of work [default: repair]
    #[arg(long = "type", value_name = "TYPE")]
    service_type: Option<ServiceType>,
    /// Category of the kind of work
    #[arg(long)]
    category: Option<String>,
    /// Urgency [default: normal]
    #[arg(long)]
    priority: Option<Priority>,
    /// How it reached us [default: staff]
    #[arg(long)]
    channel: Option<Channel>,
    /// When the customer would like a visit, such as 2026-11-23T09:00:00+07:00
    #[arg(long, value_name = "TIME")]
    preferred_at: Option<Time>,
    /// How the customer wants to be reached
    #[arg(long, value_name = "WAY")]
    contact: Option<ContactPreference>,
    /// Assign the best technician at once
    #[arg(long)]
    auto_assign: bool,
}

/// Flags of `ticket assign`.
#[derive(Debug, Args)]
pub struct Assign {
    #[command(flatten)]
    chosen: Chosen,
    /// Who leads, by sign-in name or id
    #[arg(long, value_name = "TECHNICIAN", required_unless_present = "auto", conflicts_with = "auto")]
    to: Option<String>,
    /// Who helps; may be given several times
    #[arg(long, value_name = "TECHNICIAN", conflicts_with = "auto")]
    with: Vec<String>,
    /// Choose by skill, area, availability, load and distance
    #[arg(long)]
    auto: bool,
    /// Why, for the record
    #[arg(long)]
    reason: Option<String>,
}

/// Flags of `ticket status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The new status
    status: TicketStatus,
    #[command(flatten)]
    chosen: Chosen,
    /// Why; needed for on_hold and cancelled
    #[arg(long)]
    reason: Option<String>,
}

/// Flags of `ticket priority`.
#[derive(Debug, Args)]
pub struct SetPriority {
    /// The new priority
    priority: Priority,
    #[command(flatten)]
    chosen: Chosen,
    /// Why
    #[arg(long)]
    reason: Option<String>,
}

/// Flags of `ticket note` and `ticket reply`.
#[derive(Debug, Args)]
pub struct Write {
    #[command(flatten)]
    chosen: Chosen,
    /// The text
    #[arg(long, conflicts_with = "file")]
    text: Option<String>,
    /// Read the text from a file, - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Flags of `ticket complete`.
#[derive(Debug, Args)]
pub struct Complete {
    #[command(flatten)]
    one: One,
    /// What was done
    #[arg(long)]
    resolution: String,
    /// Optical power in dBm, such as -21.5
    #[arg(long, value_name = "DBM", allow_negative_numbers = true)]
    attenuation: Option<f64>,
    /// Picture of the OTDR trace
    #[arg(long, value_name = "FILE")]
    otdr_photo: Option<PathBuf>,
    /// Picture of the power meter
    #[arg(long, value_name = "FILE")]
    attenuation_photo: Option<PathBuf>,
    /// Modem's serial number
    #[arg(long, value_name = "SERIAL")]
    modem_serial: Option<String>,
    /// Picture of the modem
    #[arg(long, value_name = "FILE")]
    modem_photo: Option<PathBuf>,
    /// ODP, by id
    #[arg(long, value_name = "ID", requires = "port")]
    odp: Option<i64>,
    /// Port on the ODP
    #[arg(long, value_name = "N")]
    port: Option<i64>,
    /// Wi-Fi name
    #[arg(long, value_name = "NAME")]
    wifi: Option<String>,
    /// Measured Mbps to the customer
    #[arg(long, value_name = "MBPS")]
    speed_down: Option<f64>,
    /// Measured Mbps from the customer
    #[arg(long, value_name = "MBPS")]
    speed_up: Option<f64>,
    /// Tick off checklist items, by code; all for every one
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    check: Vec<String>,
    /// Go on with an operation that was interrupted
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
}

/// Flags of `ticket merge`.
#[derive(Debug, Args)]
pub struct Merge {
    #[command(flatten)]
    chosen: Chosen,
    /// The ticket that goes on, by number or id
    #[arg(long, value_name = "TICKET")]
    into: String,
}

/// Flags of `ticket reopen`.
#[derive(Debug, Args)]
pub struct Reopen {
    #[command(flatten)]
    chosen: Chosen,
    /// Why
    #[arg(long)]
    reason: String,
}

/// Flags of `ticket undo`.
#[derive(Debug, Args)]
pub struct Undo {
    #[command(flatten)]
    chosen: Chosen,
}

/// Flags of `ticket export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    filter: Filter,
    /// File to write; its ending says the format: csv, json, ndjson
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl One {
    fn chosen(self, operation: Option<String>) -> Chosen {
        Chosen { id: vec![self.ticket], many: Many { operation, ..Many::default() } }
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List(list) => show::list(context, list),
        Verb::View(view) => show::view(context, view),
        Verb::Explain(one) => show::explain(context, one),
        Verb::Candidates(one) => show::candidates(context, one),
        Verb::Create(create) => verbs::create(context, create),
        Verb::Assign(assign) => verbs::assign(context, assign),
        Verb::Status(status) => verbs::status(context, status),
        Verb::Priority(priority) => verbs::priority(context, priority),
        Verb::Note(write) => verbs::write(context, write, aglis_core::tickets::Visibility::Internal),
        Verb::Reply(write) => verbs::write(context, write, aglis_core::tickets::Visibility::Public),
        Verb::Complete(complete) => verbs::complete(context, complete),
        Verb::Merge(merge) => verbs::merge(context, merge),
        Verb::Reopen(reopen) => verbs::reopen(context, reopen),
        Verb::Undo(undo) => verbs::undo(context, undo),
        Verb::Export(export) => export::run(context, export),
    }
}
