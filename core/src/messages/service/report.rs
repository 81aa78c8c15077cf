//! What providers tell about deliveries: late, early, twice, out of order.

use super::advance;
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    messages::{DeliveryReport, Failure, MessageStatus, Reported, store},
    types::*,
};

/// What two transactions that speak of the same provider's message must not do at the same time: one looks for the
/// message while the other one writes its id down, and neither would find the other.
pub(super) fn key(provider: &str, id: &str) -> String {
    format!("message:{provider}:{id}")
}

/// Takes a report. The same report twice changes nothing; one that comes before the message is known is kept and
/// matched when it is.
pub async fn reported(ctx: &Ctx, provider: &str, report: &DeliveryReport) -> Result<Reported> {
    reported_because(ctx, provider, report, None).await
}

/// [`reported`], from a provider that says why it could not deliver.
pub async fn reported_because(
    ctx: &Ctx,
    provider: &str,
    report: &DeliveryReport,
    why: Option<&Failure>,
) -> Result<Reported> {
    let provider_id = checked("provider_id", report.provider_id.as_deref())?;
    let state_id = checked("state_id", report.state_id.as_deref())?;
    if provider_id.is_none() && state_id.is_none() {
        return Err(Error::field("provider_id", "required", "give provider_id or state_id"));
    }
    if matches!(report.status, Some(MessageStatus::Received | MessageStatus::Unknown | MessageStatus::Queued))
    {
        return Err(Error::field(
            "status",
            "unknown",
            "use one of sending, sent, delivered, read, failed, expired",
        ));
    }
    let mut tx = ctx.app.db.write().await?;
    for id in [provider_id, state_id].into_iter().flatten() {
        tx.serialize_on(&key(provider, id)).await?;
    }
    let status = report.status.map_or("", MessageStatus::as_str);
    let dedupe = format!("{}|{}|{status}", provider_id.unwrap_or(""), state_id.unwrap_or(""));
    let ids = (provider_id, state_id);
    let Some(callback) =
        store::insert_callback(&mut tx, provider, &dedupe, ids, (status, why), ctx.now).await?
    else {
        return Ok(Reported::Repeated);
    };
    let Some(message) = store::hold_reported(&mut tx, provider, provider_id, state_id).await? else {
        tx.commit().await?;
        return Ok(Reported::Unmatched);
    };
    store::match_callback(&mut tx, callback, message.id).await?;
    let mut moved = match report.status {
        Some(next) => {
            let why = why.map(|why| (why.code.as_str(), why.reason.as_str()));
            advance(&mut tx, ctx, &message, next, failure(next, why)).await?
        }
        None => false,
    };
    if let Some(state) = state_id.filter(|state| message.provider_state_id.as_deref() != Some(state)) {
        store::set_state_id(&mut tx, message.id, state).await?;
        moved |= match_waiting(&mut tx, ctx, message.id, provider, None, Some(state)).await?;
    }
    tx.commit().await?;
    Ok(if moved { Reported::Applied } else { Reported::NoChange })
}

fn checked<'a>(field: &str, id: Option<&'a str>) -> Result<Option<&'a str>> {
    let id = id.map(str::trim).filter(|id| !id.is_empty());
    if id.is_some_and(|id| id.len() > 200 || id.chars().any(char::is_control)) {
        return Err(Error::field(field, "invalid", "an id has at most 200 printable characters"));
    }
    Ok(id)
}

fn failure<'a>(status: MessageStatus, why: Option<(&'a str, &'a str)>) -> Option<(&'a str, &'a str)> {
    match status {
        MessageStatus::Failed | MessageStatus::Expired if why.is_some() => why,
        MessageStatus::Failed => Some(("undelivered", "the provider could not deliver it")),
        MessageStatus::Expired => Some(("expired", "the provider could not deliver it in time")),
        _ => None,
    }
}

/// Applies the reports that waited for an id which is known now.
pub(super) async fn match_waiting(
    tx: &mut Tx,
    ctx: &Ctx,
    message_id: MessageId,
    provider: &str,
    provider_id: Option<&str>,
    state_id: Option<&str>,
) -> Result<bool> {
    let mut moved = false;
    for callback in store::waiting_callbacks(tx, provider, provider_id, state_id).await? {
        store::match_callback(tx, callback.id, message_id).await?;
        let Some(message) = store::hold(tx, message_id).await? else { return Ok(moved) };
        if let Ok(next) = callback.status.parse::<MessageStatus>() {
            let why = callback.code.as_deref().zip(callback.error.as_deref());
            moved |= advance(tx, ctx, &message, next, failure(next, why)).await?;
        }
        let new_state =
            callback.provider_state_id.filter(|id| message.provider_state_id.as_ref() != Some(id));
        if let (Some(state), Some(_)) = (new_state, callback.provider_id) {
            store::set_state_id(tx, message_id, &state).await?;
            moved |= Box::pin(match_waiting(tx, ctx, message_id, provider, None, Some(&state))).await?;
        }
    }
    Ok(moved)
}
