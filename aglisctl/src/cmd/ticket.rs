//! `aglisctl ticket`

mod change;
mod create;
mod files;
mod show;
mod verbs;

use crate::{
    cli::{Chosen, Many, duration},
    context::Context,
    export::{To, export},
    failure::Result,
    lists::Extent,
    operation::Given,
};
use aglis_core::{
    tickets::{Channel, ContactPreference, Priority, ServiceType, TicketFilter, TicketStatus, TicketSummary},
    types::{AreaId, CustomerId, Time},
};
use clap::{Args, Subcommand};
use std::{path::PathBuf, str::FromStr};

/// What can be done with tickets.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List tickets
    List(List),
    /// Show one ticket with its timeline
    View(View),
    /// Open a ticket
    Create(Create),
    /// Change a ticket's fields
    Update(Update),
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
    /// Attach photos and videos
    Attach(Attach),
    /// Tick lines of the checklist off, or open them again
    Check(Check),
    /// Say when the technician will be there
    Eta(Eta),
    /// Finish a ticket with what was measured
    Complete(Complete),
    /// Put tickets under another one, or take them out
    Parent(Parent),
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
    /// A photo or video of the report; up to five
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    /// Let the customer see the photos
    #[arg(long, requires = "photo")]
    customer_visible: bool,
    #[command(flatten)]
    given: Given,
}

/// Flags of `ticket update`.
#[derive(Debug, Args)]
pub struct Update {
    #[command(flatten)]
    chosen: Chosen,
    /// What it is about, in a few words
    #[arg(long)]
    title: Option<String>,
    /// The report in full
    #[arg(long, conflicts_with = "file")]
    description: Option<String>,
    /// Read the report from a file, - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Category of the kind of work
    #[arg(long)]
    category: Option<String>,
    /// When the customer would like a visit, such as 2026-11-23T09:00:00+07:00
    #[arg(long, value_name = "TIME")]
    preferred_at: Option<Time>,
    /// Take the preferred visit away
    #[arg(long, conflicts_with = "preferred_at")]
    no_preferred_at: bool,
    /// How the customer wants to be reached
    #[arg(long, value_name = "WAY")]
    contact: Option<ContactPreference>,
}

/// Flags of `ticket attach`.
#[derive(Debug, Args)]
pub struct Attach {
    #[command(flatten)]
    one: One,
    /// Photos (JPEG, PNG, WebP) up to 10 MiB and videos (MP4, WebM, 3GP) up to 50 MiB, at most five
    #[arg(value_name = "FILE", required = true, num_args = 1..=5)]
    file: Vec<PathBuf>,
    /// What they show
    #[arg(long, default_value = "report", value_parser = ["report", "otdr", "attenuation", "modem", "comment"])]
    purpose: String,
    /// Let the customer see them
    #[arg(long)]
    customer_visible: bool,
    #[command(flatten)]
    given: Given,
}

/// Flags of `ticket check`.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    chosen: Chosen,
    /// Lines to tick off, by code, comma separated; all for every one
    #[arg(long, value_name = "CODE", value_delimiter = ',', required_unless_present = "open")]
    done: Vec<String>,
    /// Lines to open again, by code, comma separated; all for every one
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    open: Vec<String>,
}

/// Flags of `ticket eta`.
#[derive(Debug, Args)]
pub struct Eta {
    /// When, such as 2026-11-21T15:00:00+07:00, or from now: +45m, +2h
    #[arg(value_name = "TIME")]
    at: When,
    #[command(flatten)]
    chosen: Chosen,
}

/// An instant, or a while from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At a time.
    At(Time),
    /// So many milliseconds from now.
    In(i64),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if let Some(span) = text.strip_prefix('+') {
            let ms = duration(span)?.as_millis();
            return i64::try_from(ms).map(When::In).map_err(|_| "is too far away".to_owned());
        }
        let expected = "expects a time such as 2026-11-21T15:00:00+07:00, or +45m";
        text.parse().map(When::At).map_err(|_| expected.to_owned())
    }
}

/// Flags of `ticket parent`.
#[derive(Debug, Args)]
pub struct Parent {
    #[command(flatten)]
    chosen: Chosen,
    /// The ticket above, by number or id
    #[arg(long, value_name = "TICKET", required_unless_present = "none")]
    under: Option<String>,
    /// Take them out from under theirs
    #[arg(long, conflicts_with = "under")]
    none: bool,
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
    #[command(flatten)]
    given: Given,
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
    #[command(flatten)]
    to: To,
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
        Verb::Create(create) => create::run(context, create),
        Verb::Update(update) => change::update(context, update),
        Verb::Attach(attach) => files::attach(context, attach),
        Verb::Check(check) => change::check(context, check),
        Verb::Eta(eta) => change::eta(context, eta),
        Verb::Parent(parent) => change::parent(context, parent),
        Verb::Assign(assign) => verbs::assign(context, assign),
        Verb::Status(status) => verbs::status(context, status),
        Verb::Priority(priority) => verbs::priority(context, priority),
        Verb::Note(write) => verbs::write(context, write, aglis_core::tickets::Visibility::Internal),
        Verb::Reply(write) => verbs::write(context, write, aglis_core::tickets::Visibility::Public),
        Verb::Complete(complete) => verbs::complete(context, complete),
        Verb::Merge(merge) => verbs::merge(context, merge),
        Verb::Reopen(reopen) => verbs::reopen(context, reopen),
        Verb::Undo(undo) => verbs::undo(context, undo),
        Verb::Export(Export { filter, to }) => {
            export::<TicketSummary, _>(context, to, "ticket", async |client| {
                show::query(client, filter).await
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_given_as_it_is_or_from_now() {
        assert_eq!("+45m".parse(), Ok(When::In(2_700_000)));
        let at: Time = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!("2026-11-21T15:00:00+07:00".parse(), Ok(When::At(at)));
        for wrong in ["", "soon", "45m", "+", "+0m", "15:00"] {
            assert!(wrong.parse::<When>().is_err(), "{wrong}");
        }
    }
}
