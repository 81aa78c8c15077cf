//! `aglisctl message`

use super::text_of;
use crate::{
    clock::Clock,
    context::Context,
    failure::{Failure, Result},
    lists::Extent,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    messages::{Message, MessageFilter, MessageStatus, SendMessage},
    types::{CustomerId, Locale, MessageId, TicketId, Time},
};
use clap::{Args, Subcommand};
use std::{collections::BTreeMap, path::PathBuf};

/// What can be done with messages.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Send a text or a template to a phone or a customer
    Send(Send),
    /// List messages, the newest first
    List(List),
    /// Show one message
    View(View),
}

/// Flags of `message send`.
#[derive(Debug, Args)]
pub struct Send {
    /// Phone, as people write it
    #[arg(long, value_name = "PHONE", required_unless_present = "customer", conflicts_with = "customer")]
    to: Option<String>,
    /// Customer, by number or id
    #[arg(long)]
    customer: Option<String>,
    /// The text
    #[arg(long, conflicts_with_all = ["file", "template"])]
    text: Option<String>,
    /// Read the text from a file; - for standard input
    #[arg(long, conflicts_with = "template")]
    file: Option<PathBuf>,
    /// A template instead of a text
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// A variable of the template
    #[arg(long = "var", value_name = "NAME=VALUE", requires = "template", value_parser = variable)]
    vars: Vec<(String, String)>,
    /// Language of the template: id or en; the customer's when absent
    #[arg(long, requires = "template")]
    language: Option<Locale>,
    /// Not before this time, such as 2026-11-22T08:00:00+07:00
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
    #[command(flatten)]
    given: Given,
}

fn variable(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expects NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Flags of `message list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only about this customer, by id
    #[arg(long, value_name = "ID")]
    customer: Option<CustomerId>,
    /// Only about this ticket, by id
    #[arg(long, value_name = "ID")]
    ticket: Option<TicketId>,
    /// Only with this status, such as failed
    #[arg(long)]
    status: Option<MessageStatus>,
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `message view`.
#[derive(Debug, Args)]
pub struct View {
    /// The message's id
    #[arg(value_name = "MESSAGE")]
    message: MessageId,
}

fn status(status: MessageStatus) -> Cell {
    use MessageStatus as S;
    let tone = match status {
        S::Queued | S::Received => Tone::Plain,
        S::Sending => Tone::Info,
        S::Sent | S::Delivered | S::Read => Tone::Ok,
        S::Unknown => Tone::Warn,
        S::Failed | S::Expired => Tone::Bad,
    };
    Cell::toned(status, tone)
}

impl Row for Message {
    const COLUMNS: &'static [&'static str] = &["ID", "WHEN", "WAY", "ADDRESS", "TEMPLATE", "STATUS", "ERROR"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(self.id),
            clock.cell(self.created_at),
            Cell::new(format!("{} {}", self.direction, self.channel)),
            Cell::new(&self.address),
            Cell::new(&self.template),
            status(self.status),
            Cell::option(self.error_code.as_ref()),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::Send(send) => write(context, send),
        Verb::List(list) => show_list(context, &list),
        Verb::View(view) => show_one(context, &view),
    }
}

fn show_list(context: &Context, list: &List) -> Result {
    let client = context.client()?;
    let filter = MessageFilter {
        customer_id: list.customer,
        ticket_id: list.ticket,
        status: list.status,
        limit: list.extent.page(context),
        ..MessageFilter::default()
    };
    context.block_on(list.extent.print(context, client.messages(&filter)))
}

fn show_one(context: &Context, view: &View) -> Result {
    let client = context.client()?;
    let message = context.block_on(async { Ok(client.message(view.message).await?) })?;
    context.out.one(&message.id.to_string(), &message, |table| facts(context, table, &message))?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, message: &Message) {
    let clock = &context.out.clock;
    let when = |at: Option<Time>| at.map(|at| clock.text(at));
    table.fact("message", Cell::new(format!("{} (id {})", message.template, message.id)));
    table.fact(
        if message.direction == aglis_core::messages::Direction::Out { "to" } else { "from" },
        Cell::new(format!("{} by {}", message.address, message.channel)),
    );
    table.fact("status", status(message.status));
    table.fact_option("error", message.error.as_ref());
    table.fact_option("provider", message.provider.as_ref());
    table.fact_option("subject", message.subject.as_ref());
    table.fact("text", Cell::new(&message.body));
    table.fact("written", clock.cell(message.created_at));
    table.fact_option("sent", when(message.sent_at));
    table.fact_option("delivered", when(message.delivered_at));
    table.fact_option("read", when(message.read_at));
}

fn write(context: &Context, send: Send) -> Result {
    let text = match &send.template {
        Some(_) => None,
        None if send.text.is_none() && send.file.is_none() => {
            return Err(Failure::usage("give --text, --file or --template"));
        }
        None => Some(text_of(send.text, send.file.as_deref(), "text")?),
    };
    let variables: BTreeMap<String, String> = send.vars.into_iter().collect();
    let new = SendMessage {
        phone: send.to,
        customer: send.customer,
        text,
        template: send.template,
        variables,
        locale: send.language,
        send_at: send.at,
        dry_run: context.global.dry_run,
    };
    let operation = Operation::new(context, send.given.operation)?;
    let client = context.client()?;
    if new.dry_run {
        context.out.remark("dry run: would send this message");
    } else {
        operation.tell();
    }
    let message = context.block_on(async {
        let sent = client.send_message(&new, operation.id()).await;
        sent.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&message.id.to_string(), &message, |table| facts(context, table, &message))?;
    Ok(Exit::Done)
}
