//! What changes tickets.

use super::{Assign, Complete, Merge, Reopen, SetPriority, Status, Undo, Write, change::ticked, files, show};
use crate::{
    cmd::text_of,
    context::Context,
    failure::{Failure, Result},
    many::Many,
};
use aglis_core::{
    client::{Client, ClientError, Upload},
    tickets::{self, Assignment, Comment, NewComment, Reason, SetStatus, Ticket, TicketStatus, Visibility},
    types::OdpId,
};
use std::path::Path;

pub(super) fn said(ticket: &Ticket) -> String {
    format!("{} is {}, {}", ticket.summary.number, ticket.summary.status, ticket.summary.priority)
}

/// A plan that only names the ticket.
pub(super) async fn named(
    client: Client,
    id: String,
    would: String,
) -> std::result::Result<String, ClientError> {
    let ticket = client.ticket(id).await?;
    Ok(format!("{} ({}): {would}", ticket.summary.number, ticket.summary.title))
}

/// A refusal found while planning, in the same form as the daemon's.
pub(super) fn refusal(message: String, allowed: Vec<String>) -> ClientError {
    ClientError::Problem(Box::new(aglis_core::client::Problem {
        status: 409,
        code: "illegal_transition".to_owned(),
        detail: message,
        allowed,
        ..Default::default()
    }))
}

/// `ticket assign`
pub(super) fn assign(context: &Context, assign: Assign) -> Result {
    let many = Many::new(context, assign.chosen)?;
    let client = context.client()?;
    let (lead, members) = context.block_on(async {
        let lead = match &assign.to {
            Some(who) => Some(show::technician(&client, who).await?),
            None => None,
        };
        let mut members = Vec::new();
        for who in &assign.with {
            members.push(show::technician(&client, who).await?.id);
        }
        Ok((lead, members))
    })?;
    let to = lead.as_ref().map_or_else(|| "the best technician".to_owned(), |lead| lead.name.clone());
    let body = tickets::Assign {
        lead_id: lead.map(|lead| lead.id),
        member_ids: members,
        auto: assign.auto,
        reason: assign.reason,
    };
    let auto = assign.auto;
    let would = format!("assign to {to}");
    many.run(
        "ticket",
        &format!("assign {{}} to {to}"),
        true,
        move |client, id| {
            let would = would.clone();
            async move {
                if !auto {
                    return named(client, id, would).await;
                }
                let candidates = client.ticket_candidates(id).await?;
                match candidates.into_iter().find(|candidate| candidate.eligible) {
                    Some(best) => Ok(format!("assign to {}: {}", best.name, best.reasons.join("; "))),
                    None => Err(refusal("no technician can take it".to_owned(), Vec::new())),
                }
            }
        },
        move |client, id, key| {
            let body = body.clone();
            async move { client.assign(id, &body, &key).await }
        },
        |done: &Assignment| {
            let lead = done.ticket.summary.lead_name.as_deref().unwrap_or("nobody");
            let why = if done.reasons.is_empty() {
                String::new()
            } else {
                format!(": {}", done.reasons.join("; "))
            };
            format!("{} assigned to {lead}{why}", done.ticket.summary.number)
        },
    )
}

/// `ticket status`
pub(super) fn status(context: &Context, status: Status) -> Result {
    let to = status.status;
    if to == TicketStatus::Completed {
        return Err(Failure::usage("a ticket is completed with what was measured")
            .hint("aglisctl ticket complete TICKET --resolution …"));
    }
    if matches!(to, TicketStatus::OnHold | TicketStatus::Cancelled) && status.reason.is_none() {
        return Err(Failure::usage(format!("{to} needs a --reason")));
    }
    let body = SetStatus { status: to, reason: status.reason };
    Many::new(context, status.chosen)?.run(
        "ticket",
        &format!("set {{}} to {to}"),
        to != TicketStatus::Cancelled,
        move |client, id| async move {
            let ticket = client.ticket(id).await?;
            let from = ticket.summary.status;
            if !ticket.next_statuses.contains(&to) {
                let allowed = ticket.next_statuses.iter().map(ToString::to_string).collect();
                return Err(refusal(
                    format!("{} is {from} and cannot become {to}", ticket.summary.number),
                    allowed,
                ));
            }
            Ok(format!("{} ({}): {from} -> {to}", ticket.summary.number, ticket.summary.title))
        },
        move |client, id, key| {
            let body = body.clone();
            async move { client.set_ticket_status(id, &body, &key).await }
        },
        said,
    )
}

/// `ticket priority`
pub(super) fn priority(context: &Context, priority: SetPriority) -> Result {
    let to = priority.priority;
    let body = tickets::SetPriority { priority: to, reason: priority.reason };
    Many::new(context, priority.chosen)?.run(
        "ticket",
        &format!("set {{}} to {to}"),
        true,
        move |client, id| async move {
            let ticket = client.ticket(id).await?;
            Ok(format!(
                "{} ({}): {} -> {to}",
                ticket.summary.number, ticket.summary.title, ticket.summary.priority
            ))
        },
        move |client, id, key| {
            let body = body.clone();
            async move { client.set_priority(id, &body, &key).await }
        },
        said,
    )
}

/// `ticket note` and `ticket reply`
pub(super) fn write(context: &Context, write: Write, visibility: Visibility) -> Result {
    if write.file.as_deref() == Some(Path::new("-"))
        && write.chosen.many.ids.as_deref() == Some(Path::new("-"))
    {
        return Err(Failure::usage("the ids and the text cannot both come from standard input"));
    }
    let body = NewComment {
        body: text_of(write.text, write.file.as_deref(), "text")?,
        visibility: Some(visibility),
    };
    let (what, undoable) = match visibility {
        Visibility::Internal => ("write a note on {}", true),
        // What a customer has read cannot be taken back.
        Visibility::Public => {
            ("write to the customer of {}", write.chosen.id.len() == 1 && write.chosen.many.ids.is_none())
        }
    };
    Many::new(context, write.chosen)?.run(
        "ticket",
        what,
        undoable,
        |client, id| named(client, id, "write".to_owned()),
        move |client, id, key| {
            let body = body.clone();
            async move { client.comment(id, &body, &key).await }
        },
        |comment: &Comment| format!("written as {}", comment.author_name),
    )
}

/// `ticket merge`
pub(super) fn merge(context: &Context, merge: Merge) -> Result {
    let many = Many::new(context, merge.chosen)?;
    let client = context.client()?;
    let into = context.block_on(async { Ok(client.ticket(&merge.into).await?) })?;
    let (body, number) = (tickets::Merge { into_id: into.summary.id }, into.summary.number);
    let would = format!("merge into {number}");
    many.run(
        "ticket",
        &format!("merge {{}} into {number}"),
        false,
        move |client, id| named(client, id, would.clone()),
        move |client, id, key| {
            let body = body.clone();
            async move { client.merge(id, &body, &key).await }
        },
        |goes_on: &Ticket| format!("merged into {}", goes_on.summary.number),
    )
}

/// `ticket reopen`
pub(super) fn reopen(context: &Context, reopen: Reopen) -> Result {
    let body = Reason { reason: reopen.reason };
    Many::new(context, reopen.chosen)?.run(
        "ticket",
        "reopen {}",
        true,
        |client, id| async move {
            let ticket = client.ticket(id).await?;
            if !ticket.can_reopen {
                let allowed = ticket.next_statuses.iter().map(ToString::to_string).collect();
                return Err(refusal(format!("{} cannot be reopened", ticket.summary.number), allowed));
            }
            Ok(format!("{} ({}): reopen", ticket.summary.number, ticket.summary.title))
        },
        move |client, id, key| {
            let body = body.clone();
            async move { client.reopen(id, &body, &key).await }
        },
        said,
    )
}

/// `ticket undo`
pub(super) fn undo(context: &Context, undo: Undo) -> Result {
    Many::new(context, undo.chosen)?.run(
        "ticket",
        "take back the last change of {}",
        true,
        |client, id| async move {
            let timeline = client.ticket_timeline(&id).await?;
            match timeline.iter().rev().find(|entry| entry.undoable) {
                Some(entry) => Ok(format!("take back: {}", entry.text)),
                None => Err(refusal("there is nothing to take back".to_owned(), Vec::new())),
            }
        },
        |client, id, key| async move { client.undo(id, &tickets::Undo::default(), &key).await },
        said,
    )
}

/// `ticket complete`
pub(super) fn complete(context: &Context, complete: Complete) -> Result {
    let operation = complete.given.operation.clone();
    let Complete {
        one,
        resolution,
        attenuation,
        modem_serial,
        odp,
        port,
        wifi,
        speed_down,
        speed_up,
        check,
        ..
    } = complete;
    let photos = [
        ("otdr", complete.otdr_photo.as_deref().map(files::read).transpose()?),
        ("attenuation", complete.attenuation_photo.as_deref().map(files::read).transpose()?),
        ("modem", complete.modem_photo.as_deref().map(files::read).transpose()?),
    ];
    let body = tickets::Complete {
        resolution,
        attenuation_dbm: attenuation,
        modem_serial,
        odp_id: odp.map(OdpId),
        odp_port: port,
        wifi_name: wifi,
        speed_down_mbps: speed_down,
        speed_up_mbps: speed_up,
        ..tickets::Complete::default()
    };
    Many::new(context, one.chosen(operation))?.run(
        "ticket",
        "complete {}",
        true,
        |client, id| named(client, id, "complete".to_owned()),
        move |client, id, key| {
            let (mut body, photos, check) = (body.clone(), photos.clone(), check.clone());
            async move {
                let ticket = client.ticket(&id).await?;
                body.checklist = ticked(&ticket, &check)?;
                for (purpose, photo) in photos {
                    let slot = match purpose {
                        "otdr" => &mut body.otdr_file_id,
                        "modem" => &mut body.modem_file_id,
                        _ => &mut body.attenuation_file_id,
                    };
                    let Some(file) = photo else {
                        *slot = files::newest(&ticket.attachments, purpose);
                        continue;
                    };
                    let upload = Upload { purpose, customer_visible: false, files: &[file] };
                    let attached = client.attach(&id, &upload, &format!("{key}:{purpose}")).await?;
                    *slot = files::newest(&attached, purpose);
                }
                client.complete(id, &body, &key).await
            }
        },
        said,
    )
}
