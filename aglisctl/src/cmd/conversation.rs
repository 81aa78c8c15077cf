//! `aglisctl conversation`

use super::text_of;
use crate::{
    clock::Clock,
    context::Context,
    failure::Result,
    lists::Extent,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    conversations::{Conversation, ConversationFilter, ConversationState, ConversationView, Reply},
    messages::{Direction, Message},
    types::{ConversationId, CustomerId},
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with conversations.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List conversations, the one with the newest message first
    List(List),
    /// Show one with its newest messages
    View(View),
    /// Answer with a text
    Reply(ReplyTo),
    /// Close one; the customer's next message opens it again
    Close(Close),
}

/// Flags of `conversation list`.
#[derive(Debug, Args)]
pub struct List {
    /// all, unanswered or mine
    #[arg(long)]
    view: Option<ConversationView>,
    /// open or closed
    #[arg(long)]
    state: Option<ConversationState>,
    /// Only with this customer, by id
    #[arg(long, value_name = "ID")]
    customer: Option<CustomerId>,
    /// Words of the customer's name or number, or the beginning of a phone
    #[arg(value_name = "WORDS")]
    q: Vec<String>,
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `conversation view`.
#[derive(Debug, Args)]
pub struct View {
    /// The conversation's id
    #[arg(value_name = "CONVERSATION")]
    conversation: ConversationId,
    /// Messages to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    messages: usize,
}

/// Flags of `conversation reply`.
#[derive(Debug, Args)]
pub struct ReplyTo {
    /// The conversation's id
    #[arg(value_name = "CONVERSATION")]
    conversation: ConversationId,
    /// The text
    #[arg(conflicts_with = "file")]
    text: Option<String>,
    /// Read the text from a file; - for standard input
    #[arg(long)]
    file: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `conversation close`.
#[derive(Debug, Args)]
pub struct Close {
    /// The conversation's id
    #[arg(value_name = "CONVERSATION")]
    conversation: ConversationId,
    #[command(flatten)]
    given: Given,
}

fn state(conversation: &Conversation) -> Cell {
    match conversation.state {
        ConversationState::Closed => Cell::toned(conversation.state, Tone::Muted),
        ConversationState::Open => Cell::toned(conversation.state, Tone::Info),
    }
}

fn who(conversation: &Conversation) -> String {
    conversation.customer_name.clone().unwrap_or_else(|| conversation.address.clone())
}

impl Row for Conversation {
    const COLUMNS: &'static [&'static str] =
        &["ID", "LAST", "WITH", "ADDRESS", "STATE", "UNANSWERED", "ASSIGNED", "TEXT"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(self.id),
            clock.cell(self.last_at),
            Cell::new(who(self)),
            Cell::new(&self.address),
            state(self),
            Cell::new(self.unanswered),
            Cell::option(self.assigned_name.as_ref()),
            Cell::new(&self.last_text),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// A conversation with messages.
#[derive(serde::Serialize)]
struct Whole {
    #[serde(flatten)]
    conversation: Conversation,
    messages: Vec<Message>,
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List(list) => show_list(context, &list),
        Verb::View(view) => show_one(context, &view),
        Verb::Reply(reply) => answer(context, reply),
        Verb::Close(close) => end(context, &close),
    }
}

fn show_list(context: &Context, list: &List) -> Result {
    let client = context.client()?;
    let filter = ConversationFilter {
        view: list.view,
        state: list.state,
        customer_id: list.customer,
        q: (!list.q.is_empty()).then(|| list.q.join(" ")),
        limit: list.extent.page(context),
        cursor: None,
    };
    context.block_on(list.extent.print(context, client.conversations(&filter)))
}

fn show_one(context: &Context, view: &View) -> Result {
    let client = context.client()?;
    let whole = context.block_on(async {
        let conversation = client.conversation(view.conversation).await?;
        let messages = client.conversation_messages(view.conversation, view.messages).await?;
        Ok(Whole { conversation, messages })
    })?;
    context.out.one(&whole.conversation.id.to_string(), &whole, |table| {
        facts(context, table, &whole.conversation);
        for message in &whole.messages {
            let by = if message.direction == Direction::In { "from" } else { "to" };
            let at = context.out.clock.text(message.created_at);
            table.fact(by, Cell::new(format!("{at} ({}) {}", message.status, message.body)));
        }
    })?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, conversation: &Conversation) {
    table.fact("conversation", Cell::new(format!("{} (id {})", who(conversation), conversation.id)));
    table.fact("address", Cell::new(&conversation.address));
    table.fact_option("customer", conversation.customer_number.as_ref());
    table.fact("state", state(conversation));
    table.fact("unanswered", Cell::new(conversation.unanswered));
    table.fact_option("assigned", conversation.assigned_name.as_ref());
    table.fact("last", context.out.clock.cell(conversation.last_at));
}

fn answer(context: &Context, reply: ReplyTo) -> Result {
    let text = text_of(reply.text, reply.file.as_deref(), "text")?;
    let id = reply.conversation;
    if context.global.dry_run {
        let client = context.client()?;
        let conversation = context.block_on(async { Ok(client.conversation(id).await?) })?;
        context.out.remark(format!("dry run: would write to {}", who(&conversation)));
        context.out.text(&format!("{text}\n"))?;
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, reply.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let message = context.block_on(async {
        let sent = client.reply_conversation(id, &Reply { text }, operation.id()).await;
        sent.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&message.id.to_string(), &message, |table| {
        table.fact("message", Cell::new(message.id));
        table.fact("to", Cell::new(&message.address));
        table.fact("status", Cell::new(message.status));
        table.fact("text", Cell::new(&message.body));
    })?;
    Ok(Exit::Done)
}

fn end(context: &Context, close: &Close) -> Result {
    let id = close.conversation;
    let client = context.client()?;
    if context.global.dry_run {
        let conversation = context.block_on(async { Ok(client.conversation(id).await?) })?;
        context.out.remark(format!("dry run: would close the conversation with {}", who(&conversation)));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, close.given.operation.clone())?;
    operation.tell();
    let conversation = context.block_on(async {
        let closed = client.close_conversation(id, operation.id()).await;
        closed.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&conversation.id.to_string(), &conversation, |table| {
        facts(context, table, &conversation);
    })?;
    Ok(Exit::Done)
}
