//! Files on a ticket.

use super::{full_name, load, subject};
use crate::{
    app::{Actor, Ctx},
    db::Tx,
    error::{Error, Result},
    event::{Event, emit},
    files::{self, Kept},
    permission::Permission,
    tickets::{Attachment, store},
    types::*,
};

/// Files that may come together.
const MOST_FILES: usize = 5;
/// What a file can show.
pub const PURPOSES: &[&str] = &["report", "otdr", "attenuation", "modem", "comment"];

/// Whether the actor may attach these files.
pub(super) fn allowed(ctx: &Ctx, files: &[Kept]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    if !matches!(ctx.actor, Actor::Customer { .. }) {
        ctx.require(Permission::TicketNote)?;
    }
    if files.len() > MOST_FILES {
        return Err(Error::field("files", "too_many_files", format!("send at most {MOST_FILES} at a time")));
    }
    Ok(())
}

/// Hangs kept files on a ticket, all or none. What a customer attaches everybody on the ticket may see.
pub async fn attach(
    ctx: &Ctx,
    id: TicketId,
    files: &[Kept],
    purpose: &str,
    customer_visible: bool,
) -> Result<Vec<Attachment>> {
    let by_customer = matches!(ctx.actor, Actor::Customer { .. });
    allowed(ctx, files)?;
    if !PURPOSES.contains(&purpose) {
        return Err(Error::field("purpose", "unknown", format!("use one of {}", PURPOSES.join(", "))));
    }
    let mut tx = ctx.app.db.write().await?;
    let attached = attach_in(&mut tx, ctx, id, files, purpose, customer_visible || by_customer).await?;
    tx.commit().await?;
    Ok(attached)
}

/// Hangs kept files on a ticket as a part of a larger change.
pub async fn attach_in(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TicketId,
    files: &[Kept],
    purpose: &str,
    customer_visible: bool,
) -> Result<Vec<Attachment>> {
    let row = load(tx, ctx, id).await?;
    let by = full_name(&ctx.actor);
    let mut attached = Vec::with_capacity(files.len());
    for file in files {
        let file_id =
            files::service::attach_to_ticket(tx, id, file, customer_visible, purpose, by, ctx.now).await?;
        let event = Event::TicketFileAttached {
            file_id: Some(file_id),
            name: file.name.clone(),
            purpose: purpose.to_owned(),
            customer_visible,
        };
        emit(tx, ctx, &subject(&row), event).await?;
        attached.push(Attachment {
            id: file_id,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes: file.bytes,
            purpose: purpose.to_owned(),
            customer_visible,
            uploaded_by: by.to_owned(),
            created_at: ctx.now,
        });
    }
    if !files.is_empty() {
        store::save(tx, &row, ctx.now).await?;
    }
    Ok(attached)
}

/// The files on a ticket that the actor may see.
pub async fn attachments(ctx: &Ctx, id: TicketId) -> Result<Vec<Attachment>> {
    Ok(super::get(ctx, id).await?.attachments)
}
