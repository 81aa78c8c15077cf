//! `aglisctl provider`

use crate::{
    clock::Clock,
    context::Context,
    failure::{Failure, Result},
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    providers::{BreakerState, Connection, Provider, ProviderChange},
    types::Rupiah,
};
use clap::{Args, Subcommand};

/// What can be done with the providers of WhatsApp messages.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List providers in the order in which they are tried, with their state and figures
    List,
    /// Change a provider's limits, cost or place, or take it out of use
    Set(Set),
    /// Use a provider first from now on
    Switch(Switch),
}

/// Flags of `provider set`.
#[derive(Debug, Args)]
pub struct Set {
    /// The provider, such as fonnte
    #[arg(value_name = "NAME")]
    name: String,
    /// Messages within the window; 0 for what the configuration says
    #[arg(long, value_name = "N")]
    limit: Option<i64>,
    /// The window of the limit in seconds; 0 for what the configuration says
    #[arg(long, value_name = "SECONDS")]
    window: Option<i64>,
    /// Messages under way at once; 0 for what the configuration says
    #[arg(long, value_name = "N")]
    concurrency: Option<i64>,
    /// Messages within a day; 0 for no cap
    #[arg(long, value_name = "N")]
    daily_cap: Option<i64>,
    /// Rupiah per message
    #[arg(long, value_name = "RUPIAH")]
    cost: Option<i64>,
    /// Its place among the providers; 0 for its place in the configuration
    #[arg(long, value_name = "N")]
    rank: Option<i64>,
    /// Whether messages may go through it
    #[arg(long, value_name = "YES", value_parser = ["yes", "no"])]
    enabled: Option<String>,
}

/// Flags of `provider switch`.
#[derive(Debug, Args)]
pub struct Switch {
    /// The provider, such as fonnte
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    given: Given,
}

impl Row for Provider {
    const COLUMNS: &'static [&'static str] =
        &["NAME", "RANK", "STATE", "LIMIT", "AT ONCE", "DAY", "LAST HOUR", "COST"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(&self.name),
            Cell::new(self.rank),
            state(self),
            Cell::new(format!("{} in {} s", self.limit, self.window_s)),
            Cell::new(self.concurrency),
            Cell::new(day(self)),
            rate(self),
            Cell::new(format!("{} today", self.cost_today)),
        ]
    }

    fn id(&self) -> String {
        self.name.clone()
    }
}

fn state(provider: &Provider) -> Cell {
    if !provider.enabled {
        return Cell::toned("off", Tone::Muted);
    }
    if provider.connection == Connection::Disconnected {
        let why = provider.connection_reason.as_ref().map(|reason| format!(": {reason}"));
        return Cell::toned(format!("disconnected{}", why.unwrap_or_default()), Tone::Bad);
    }
    match provider.breaker {
        BreakerState::Open => {
            let seconds = provider.breaker_open_ms / 1000 + 1;
            Cell::toned(format!("failing, left alone for {seconds} s"), Tone::Bad)
        }
        BreakerState::HalfOpen => Cell::toned("failing, about to be tried", Tone::Warn),
        BreakerState::Closed if provider.active => Cell::toned("in use", Tone::Ok),
        BreakerState::Closed => Cell::new("ready"),
    }
}

fn day(provider: &Provider) -> String {
    match provider.daily_cap {
        Some(cap) => format!("{} of {cap}", provider.sent_today),
        None => provider.sent_today.to_string(),
    }
}

fn rate(provider: &Provider) -> Cell {
    let Some(rate) = provider.success_rate else { return Cell::toned("no tries", Tone::Muted) };
    let tone = if rate < 0.8 { Tone::Bad } else { Tone::Plain };
    Cell::toned(format!("{:.0} % of {}", rate * 100.0, provider.tries_last_hour), tone)
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List => list(context),
        Verb::Set(set_) => set(context, set_),
        Verb::Switch(switch_) => switch(context, switch_),
    }
}

fn print(context: &Context, providers: &[Provider]) -> Result {
    let mut list = context.out.list();
    for provider in providers {
        list.row(provider)?;
    }
    list.end()?;
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result {
    let client = context.client()?;
    print(context, &context.block_on(async { Ok(client.providers().await?) })?)
}

fn facts(table: &mut Table, provider: &Provider) {
    table.fact("provider", Cell::new(&provider.name));
    table.fact("state", state(provider));
    table.fact("rank", Cell::new(provider.rank));
    table.fact("limit", Cell::new(format!("{} in {} s", provider.limit, provider.window_s)));
    table.fact("at once", Cell::new(provider.concurrency));
    table.fact("sent today", Cell::new(day(provider)));
    table.fact("last hour", rate(provider));
    table.fact("cost per message", Cell::new(provider.cost));
}

fn set(context: &Context, set: Set) -> Result {
    let change = ProviderChange {
        enabled: set.enabled.map(|word| word == "yes"),
        rank: set.rank,
        limit: set.limit,
        window_s: set.window,
        concurrency: set.concurrency,
        daily_cap: set.daily_cap,
        cost: set.cost.map(Rupiah),
        version: None,
    };
    let asked = serde_json::to_value(&change)?;
    if asked.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(Failure::usage("nothing to change was given").hint("see aglisctl provider set --help"));
    }
    if context.global.dry_run {
        context.out.remark(format!("dry run: would change {}", set.name));
        context.out.text(&format!("{}\n", serde_json::to_string_pretty(&asked)?))?;
        return Ok(Exit::Done);
    }
    let client = context.client()?;
    let provider = context.block_on(async { Ok(client.change_provider(&set.name, &change).await?) })?;
    context.out.one(&provider.name, &provider, |table| facts(table, &provider))?;
    Ok(Exit::Done)
}

fn switch(context: &Context, switch: Switch) -> Result {
    if context.global.dry_run {
        context.out.remark(format!("dry run: would use {} first from now on", switch.name));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, switch.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let providers = context.block_on(async {
        let switched = client.switch_provider(&switch.name, operation.id()).await;
        switched.map_err(|error| operation.failed(error.into()))
    })?;
    if operation.in_result() {
        return operation.one(&switch.name, &providers, |_| {}).map(|()| Exit::Done);
    }
    print(context, &providers)
}
