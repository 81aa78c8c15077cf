//! The end of a ticket's work, and what may follow it.

use super::{illegal, load, moving, reading, still_open, subject};
use crate::{
    app::{Actor, Ctx, Scope},
    customers,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, emit},
    permission::Permission,
    tickets::{
        Check, Complete, Completion, Rate, Reason, ServiceType, TeamRole, Ticket, TicketStatus, completion,
        sla::Clock,
        state::REOPEN_DAYS,
        store::{self, TicketRow, parts},
    },
    types::*,
};

const COMMENT_CHARS: usize = 1000;
/// Days within which a customer may change a rating.
const RATING_DAYS: i64 = 7;
const DAY_MS: i64 = 86_400_000;

/// Ticks a line of the checklist off, or opens it again.
pub async fn check(ctx: &Ctx, id: TicketId, item: ChecklistItemId, body: Check) -> Result<Ticket> {
    ctx.require(Permission::TicketUpdate)?;
    let mut tx = ctx.app.db.write().await?;
    let row = load(&mut tx, ctx, id).await?;
    still_open(&row)?;
    let items = parts::checklist(&mut tx, id).await?;
    let line = items.iter().find(|line| line.id == item).ok_or(Error::NotFound("checklist line"))?;
    if line.done_at.is_some() != body.done {
        let (done_at, done_by) =
            if body.done { (Some(ctx.now), Some(ctx.actor.name())) } else { (None, None) };
        parts::set_checked(&mut tx, id, &[item], done_at, done_by).await?;
        store::save(&mut tx, &row, ctx.now).await?;
        let event = Event::TicketChecklistChanged { code: line.code.clone(), done: body.done };
        emit(&mut tx, ctx, &subject(&row), event).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    reading::get(ctx, id).await
}

/// Completes a ticket with what was measured and left behind. On a team the lead does so; helpers work with them but do
/// not sign off. Who dispatches may do so for everybody.
pub async fn complete(ctx: &Ctx, id: TicketId, body: Complete) -> Result<Ticket> {
    ctx.require(Permission::TicketComplete)?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if let Scope::Technician(technician) = ctx.actor.scope()
        && parts::role(&mut tx, id, technician).await? != Some(TeamRole::Lead)
    {
        return Err(Error::Forbidden("completing a ticket as a helper: ask the lead, which".to_owned()));
    }
    if !row.status.allows(TicketStatus::Completed) {
        return Err(illegal(&row, TicketStatus::Completed));
    }
    let mut checker = Checker::new();
    let data = completion::check(&mut checker, row.service_type, body);
    let items = parts::checklist(&mut tx, id).await?;
    completion::check_list(&mut checker, &items, &data.checklist);
    check_files(&mut tx, &mut checker, id, &data).await?;
    check_line(&mut tx, &mut checker, &row, &data).await?;
    checker.finish()?;

    let open: Vec<ChecklistItemId> = items
        .iter()
        .filter(|item| item.done_at.is_none() && data.checklist.contains(&item.id))
        .map(|item| item.id)
        .collect();
    if !open.is_empty() {
        parts::set_checked(&mut tx, id, &open, Some(ctx.now), Some(ctx.actor.name())).await?;
    }
    let from = row.status;
    moving::end_pause(&mut tx, ctx, &mut row).await?;
    moving::respond(ctx, &mut row);
    row.started_at.get_or_insert(ctx.now);
    row.status = TicketStatus::Completed;
    row.completed_at = Some(ctx.now);
    row.resolution = Some(data.resolution.clone());
    let record = record(ctx, &data);
    parts::set_completion(&mut tx, id, &record).await?;
    store::save(&mut tx, &row, ctx.now).await?;
    emit(
        &mut tx,
        ctx,
        &subject(&row),
        Event::TicketCompleted {
            from: Some(from),
            attenuation_dbm: data.attenuation_dbm,
            in_time: ctx.now <= row.resolution_due_at,
        },
    )
    .await?;
    connect(&mut tx, ctx, &row, &record).await?;
    tx.commit().await?;
    reading::get(ctx, id).await
}

fn record(ctx: &Ctx, data: &Complete) -> Completion {
    Completion {
        attenuation_dbm: data.attenuation_dbm,
        otdr_file_id: data.otdr_file_id,
        attenuation_file_id: data.attenuation_file_id,
        modem_serial: data.modem_serial.clone(),
        modem_file_id: data.modem_file_id,
        odp_id: data.odp_id,
        odp_port: data.odp_port,
        wifi_name: data.wifi_name.clone(),
        speed_down_mbps: data.speed_down_mbps,
        speed_up_mbps: data.speed_up_mbps,
        completed_by: super::full_name(&ctx.actor).to_owned(),
        completed_at: ctx.now,
    }
}

/// The pictures named must be attached to this ticket.
async fn check_files(tx: &mut Tx, checker: &mut Checker, id: TicketId, data: &Complete) -> Result<()> {
    let named = [
        ("otdr_file_id", data.otdr_file_id),
        ("attenuation_file_id", data.attenuation_file_id),
        ("modem_file_id", data.modem_file_id),
    ];
    if named.iter().all(|(_, file)| file.is_none()) {
        return Ok(());
    }
    let attached = parts::attachments(tx, id, true).await?;
    for (field, file) in named {
        if let Some(file) = file.filter(|file| attached.iter().all(|one| one.id != *file)) {
            checker.refuse(
                field,
                "unknown",
                format!("file {file} is not attached to this ticket: attach it first"),
            );
        }
    }
    Ok(())
}

/// The customer whose line ends from now on at the ODP and port that were named: work other than looking at a place and
/// taking the line down moves it there.
fn moved(row: &TicketRow, odp: Option<OdpId>, port: Option<i64>) -> Option<CustomerId> {
    let stays = matches!(row.service_type, ServiceType::Dismantle | ServiceType::Survey);
    let whole = odp.is_some() && port.is_some();
    row.customer_id.filter(|_| whole && !stays)
}

/// The ODP named must exist and have the port; where the line is moved, the port must be free.
async fn check_line(tx: &mut Tx, checker: &mut Checker, row: &TicketRow, data: &Complete) -> Result<()> {
    let Some(odp) = data.odp_id else { return Ok(()) };
    let customer = moved(row, data.odp_id, data.odp_port);
    customers::service::check_line(tx, checker, customer, odp, data.odp_port).await
}

/// Notes where the customer's line ends now. An installation puts them in service too; a dismantle gives the port free.
async fn connect(tx: &mut Tx, ctx: &Ctx, row: &TicketRow, data: &Completion) -> Result<()> {
    let Some(customer) = row.customer_id else { return Ok(()) };
    let (odp, port) = (data.odp_id, data.odp_port);
    match row.service_type {
        ServiceType::Installation => customers::service::installed(tx, ctx, customer, odp, port).await,
        ServiceType::Dismantle => customers::service::set_line(tx, ctx, customer, None, None).await,
        _ if moved(row, odp, port).is_some() => {
            customers::service::set_line(tx, ctx, customer, odp, port).await
        }
        _ => Ok(()),
    }
}

/// Opens a completed ticket again: its clock starts anew on the promises in force now, its team keeps it. The rating went
/// with the work that was completed: it stays on the timeline, and the work to come can be rated anew.
pub async fn reopen(ctx: &Ctx, id: TicketId, body: Reason) -> Result<Ticket> {
    if !matches!(ctx.actor, Actor::Customer { .. }) {
        ctx.require(Permission::TicketReopen)?;
    }
    let mut checker = Checker::new();
    let why = moving::reason(&mut checker, Some(&body.reason), true).unwrap_or_default();
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if row.status != TicketStatus::Completed {
        return Err(Error::Conflict {
            code: "illegal_transition",
            message: format!(
                "ticket {} is {}; only a completed ticket can be opened again",
                row.number, row.status
            ),
            allowed: row.status.next().iter().map(ToString::to_string).collect(),
        });
    }
    if !reading::can_reopen(row.status, row.completed_at, ctx.now) {
        return Err(Error::conflict(
            "too_late",
            format!("ticket {} was completed more than {REOPEN_DAYS} days ago: report a new one", row.number),
        ));
    }
    row.status = if row.lead_id.is_some() { TicketStatus::Assigned } else { TicketStatus::Open };
    row.completed_at = None;
    row.resolution = None;
    row.responded_at = None;
    row.started_at = None;
    row.eta_at = None;
    row.rating = None;
    row.rating_comment = None;
    row.rated_at = None;
    row.reopened_count += 1;
    let calendar = super::clock::calendar(&mut tx, ctx, ctx.now).await?;
    let target = moving::target(&mut tx, &row, row.priority).await?;
    row.set_clock(&Clock::start(&calendar, target, ctx.now));
    store::save(&mut tx, &row, ctx.now).await?;
    emit(&mut tx, ctx, &subject(&row), Event::TicketReopened { reason: why }).await?;
    tx.commit().await?;
    reading::get(ctx, id).await
}

/// The customer's verdict on a completed ticket. It can be changed for a week; work done again has none yet.
pub async fn rate(ctx: &Ctx, id: TicketId, body: Rate) -> Result<Ticket> {
    if !matches!(ctx.actor, Actor::Customer { .. } | Actor::System(_)) {
        return Err(Error::Forbidden("rating for the customer".to_owned()));
    }
    let mut checker = Checker::new();
    let rating = checker.range("rating", body.rating, 1, 5);
    let comment = body
        .comment
        .map(|comment| checker.optional_text("comment", &comment, COMMENT_CHARS))
        .filter(|comment| !comment.is_empty());
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if row.status != TicketStatus::Completed {
        return Err(Error::conflict(
            "not_completed",
            format!("ticket {} is {}; it can be rated when it is completed", row.number, row.status),
        ));
    }
    let settled = |at: Time| ctx.now.since_ms(at) > RATING_DAYS * DAY_MS;
    if row.rated_at.is_some_and(settled) {
        return Err(Error::conflict(
            "rated",
            format!("ticket {} was rated more than {RATING_DAYS} days ago", row.number),
        ));
    }
    // A change counts from the first verdict, so that it does not stay open for ever.
    let first = row.rated_at.unwrap_or(ctx.now);
    if (row.rating, &row.rating_comment, row.rated_at) != (Some(rating), &comment, Some(first)) {
        row.rating = Some(rating);
        row.rating_comment.clone_from(&comment);
        row.rated_at = Some(first);
        store::save(&mut tx, &row, ctx.now).await?;
        emit(&mut tx, ctx, &subject(&row), Event::TicketRated { rating, comment }).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    reading::get(ctx, id).await
}
