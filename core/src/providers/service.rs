//! Use cases of providers: how they are, what is set, which one goes first.

use super::{
    BreakerState, Connection, InForce, Provider, ProviderChange,
    store::{self, Row},
    usable,
};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, SubjectKind, emit},
    messages,
    types::*,
};

/// Only one process at a time changes what is set.
const CHANGING: &str = "providers";
const HOUR_S: i64 = 3600;
/// Longest reason of a provider that is kept, in characters.
const REASON_CHARACTERS: usize = 200;

/// What holds for each configured provider now, in the configured order.
pub async fn in_force(ctx: &Ctx) -> Result<Vec<InForce>> {
    let mut tx = ctx.app.db.read().await?;
    Ok(rows(&mut tx, ctx).await?.iter().enumerate().map(|(n, row)| settled(ctx, n, row)).collect())
}

/// When the day of the business zone began that it is now.
pub fn day_began(ctx: &Ctx) -> Time {
    let now = ctx.app.zone.at(ctx.now);
    now.start_of_day().map_or(ctx.now.plus_seconds(-24 * HOUR_S), |start| Time::from(start.timestamp()))
}

/// What is set for each configured provider, in the configured order.
async fn rows(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Row>> {
    let known = store::all(tx).await?;
    let of = |name: &str| known.iter().find(|row| row.name == name).cloned();
    let names = ctx.app.config.whatsapp.provider.iter().map(|provider| provider.as_str());
    Ok(names.map(|name| of(name).unwrap_or_else(|| Row::blank(name))).collect())
}

/// What is set, over what is configured.
fn settled(ctx: &Ctx, place: usize, row: &Row) -> InForce {
    let whatsapp = &ctx.app.config.whatsapp;
    let window = i64::try_from(whatsapp.limit_window.as_secs()).unwrap_or(60).max(1);
    InForce {
        name: row.name.clone(),
        enabled: row.enabled,
        rank: row.rank.unwrap_or(i64::try_from(place).unwrap_or(0) + 1),
        limit: row.rate_limit.unwrap_or(i64::from(whatsapp.limit)),
        window_s: row.window_s.unwrap_or(window),
        concurrency: row.concurrency.unwrap_or(i64::from(whatsapp.concurrency)),
        daily_cap: row.daily_cap,
        cost: row.cost,
        connection: row.connection,
    }
}

/// Every configured provider, in the order in which they are tried.
pub async fn list(ctx: &Ctx) -> Result<Vec<Provider>> {
    let mut tx = ctx.app.db.read().await?;
    shown(&mut tx, ctx).await
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Provider>> {
    let rows = rows(tx, ctx).await?;
    let settled: Vec<InForce> = rows.iter().enumerate().map(|(n, row)| settled(ctx, n, row)).collect();
    let board = ctx.app.db.hub().breakers();
    let active = usable(&settled)
        .into_iter()
        .find(|account| board.look(&account.name).0 != BreakerState::Open)
        .map(|account| account.name.clone());
    let (hour, day) = (ctx.now.plus_seconds(-HOUR_S), day_began(ctx));
    let mut out = Vec::new();
    for (row, account) in rows.into_iter().zip(&settled) {
        let recent = messages::service::tally(tx, &account.name, hour).await?;
        let today = messages::service::tally(tx, &account.name, day).await?;
        let (breaker, open_for) = board.look(&account.name);
        out.push(Provider {
            name: account.name.clone(),
            enabled: account.enabled,
            rank: account.rank,
            active: active.as_ref() == Some(&account.name),
            limit: account.limit,
            window_s: account.window_s,
            concurrency: account.concurrency,
            daily_cap: account.daily_cap,
            cost: account.cost,
            connection: row.connection,
            connection_reason: row.connection_reason,
            connection_at: row.connection_at,
            breaker,
            breaker_open_ms: i64::try_from(open_for.as_millis()).unwrap_or(i64::MAX),
            tries_last_hour: recent.tries,
            success_rate: (recent.tries > 0).then(|| recent.accepted as f64 / recent.tries as f64),
            sent_today: today.accepted,
            cost_today: Rupiah(today.cost),
            updated_at: row.updated_at,
            version: row.version,
        });
    }
    out.sort_by_key(|provider| provider.rank);
    Ok(out)
}

fn of(mut all: Vec<Provider>, name: &str) -> Result<Provider> {
    let place = all.iter().position(|provider| provider.name == name).ok_or(Error::NotFound("provider"))?;
    Ok(all.swap_remove(place))
}

fn place(rows: &[Row], name: &str) -> Result<usize> {
    rows.iter().position(|row| row.name == name).ok_or(Error::NotFound("provider"))
}

/// The sandbox stands alone and sends nothing.
fn real(ctx: &Ctx, name: &str) -> Result<()> {
    if ctx.app.config.whatsapp.provider.is_sandbox() && name == "sandbox" {
        return Err(Error::conflict(
            "sandbox",
            "the sandbox sends nothing and has nothing to set; name a provider in whatsapp.provider first",
        ));
    }
    Ok(())
}

/// Changes what is set for a provider. Every process follows at once, at the latest within 5 seconds.
pub async fn change(ctx: &Ctx, name: &str, change: ProviderChange) -> Result<Provider> {
    real(ctx, name)?;
    let mut tx = ctx.app.db.write().await?;
    tx.serialize_on(CHANGING).await?;
    let rows = rows(&mut tx, ctx).await?;
    let place = place(&rows, name)?;
    let before = &rows[place];
    checked(&change)?;
    if change.version.is_some_and(|version| version != before.version) {
        return Err(Error::conflict(
            "version_mismatch",
            "somebody else has changed the provider meanwhile; look at it again",
        ));
    }
    if change.enabled == Some(false) && !rows.iter().any(|row| row.enabled && row.name != name) {
        return Err(Error::conflict(
            "last_provider",
            "no message could be sent any more: enable another provider first",
        ));
    }
    let set = |new: Option<i64>, old: Option<i64>| match new {
        Some(0) => None,
        Some(number) => Some(number),
        None => old,
    };
    let row = Row {
        enabled: change.enabled.unwrap_or(before.enabled),
        rank: set(change.rank, before.rank),
        rate_limit: set(change.limit, before.rate_limit),
        window_s: set(change.window_s, before.window_s),
        concurrency: set(change.concurrency, before.concurrency),
        daily_cap: set(change.daily_cap, before.daily_cap),
        cost: change.cost.unwrap_or(before.cost),
        version: before.version + 1,
        ..before.clone()
    };
    let changes = changes(&settled(ctx, place, before), &settled(ctx, place, &row));
    if !changes.is_empty() || set_differs(before, &row) {
        store::save(&mut tx, &row, ctx.now).await?;
        emit(&mut tx, ctx, &subject(name), Event::ProviderChanged { changes }).await?;
    }
    let now = of(shown(&mut tx, ctx).await?, name)?;
    tx.commit().await?;
    Ok(now)
}

/// Whether something is set that was not, also where the configuration says the same.
fn set_differs(before: &Row, after: &Row) -> bool {
    let of = |row: &Row| (row.rank, row.rate_limit, row.window_s, row.concurrency);
    of(before) != of(after)
}

fn checked(change: &ProviderChange) -> Result<()> {
    let mut check = Checker::new();
    for (field, value, most) in [
        ("rank", change.rank, 100),
        ("limit", change.limit, 100_000),
        ("window_s", change.window_s, 3600),
        ("concurrency", change.concurrency, 100),
        ("daily_cap", change.daily_cap, 10_000_000),
        ("cost", change.cost.map(|cost| cost.0), 1_000_000),
    ] {
        if let Some(value) = value {
            check.range(field, value, 0, most);
        }
    }
    check.finish()
}

/// Uses a provider first from now on, whatever its place was; a disabled one is enabled by it.
pub async fn switch(ctx: &Ctx, name: &str) -> Result<Vec<Provider>> {
    real(ctx, name)?;
    let mut tx = ctx.app.db.write().await?;
    tx.serialize_on(CHANGING).await?;
    let rows = rows(&mut tx, ctx).await?;
    let chosen = place(&rows, name)?;
    let mut order: Vec<(i64, usize)> =
        rows.iter().enumerate().map(|(n, row)| (settled(ctx, n, row).rank, n)).collect();
    order.sort_unstable();
    let order = std::iter::once(chosen).chain(order.into_iter().map(|(_, n)| n).filter(|n| *n != chosen));
    for (n, rank) in order.zip(1..) {
        let before = &rows[n];
        let row = Row {
            rank: Some(rank),
            enabled: before.enabled || n == chosen,
            version: before.version + 1,
            ..before.clone()
        };
        let changes = changes(&settled(ctx, n, before), &settled(ctx, n, &row));
        if changes.is_empty() && before.rank == row.rank {
            continue;
        }
        store::save(&mut tx, &row, ctx.now).await?;
        if !changes.is_empty() {
            emit(&mut tx, ctx, &subject(&row.name), Event::ProviderChanged { changes }).await?;
        }
    }
    let now = shown(&mut tx, ctx).await?;
    tx.commit().await?;
    Ok(now)
}

/// Takes what a provider says about its device. The same word twice is no news.
pub async fn connection(ctx: &Ctx, name: &str, connected: bool, reason: Option<&str>) -> Result<()> {
    let mut tx = ctx.app.db.write().await?;
    tx.serialize_on(CHANGING).await?;
    let rows = rows(&mut tx, ctx).await?;
    let before = &rows[place(&rows, name)?];
    let connection = if connected { Connection::Connected } else { Connection::Disconnected };
    if before.connection == connection {
        return Ok(());
    }
    let reason: Option<String> = reason
        .map(|reason| reason.chars().filter(|c| !c.is_control()).take(REASON_CHARACTERS).collect::<String>());
    let row = Row {
        connection,
        connection_reason: reason.clone().filter(|_| !connected),
        connection_at: Some(ctx.now),
        version: before.version + 1,
        ..before.clone()
    };
    store::save(&mut tx, &row, ctx.now).await?;
    let event = if connected {
        Event::ProviderConnected {}
    } else {
        Event::ProviderDisconnected { reason: reason.unwrap_or_default() }
    };
    emit(&mut tx, ctx, &subject(name), event).await?;
    Ok(tx.commit().await?)
}

fn subject(name: &str) -> Subject {
    Subject { kind: SubjectKind::Provider, ..Subject::system(name) }
}

fn changes(before: &InForce, after: &InForce) -> Vec<Change> {
    let cap = |account: &InForce| account.daily_cap.map(|cap| cap.to_string()).unwrap_or_default();
    let fields = [
        ("enabled", before.enabled.to_string(), after.enabled.to_string()),
        ("rank", before.rank.to_string(), after.rank.to_string()),
        ("limit", before.limit.to_string(), after.limit.to_string()),
        ("window_s", before.window_s.to_string(), after.window_s.to_string()),
        ("concurrency", before.concurrency.to_string(), after.concurrency.to_string()),
        ("daily_cap", cap(before), cap(after)),
        ("cost", before.cost.0.to_string(), after.cost.0.to_string()),
    ];
    fields
        .into_iter()
        .filter(|(_, from, to)| from != to)
        .map(|(field, from, to)| Change { field: field.to_owned(), from: Some(from), to: Some(to) })
        .collect()
}
