//! Keeping what people upload, and giving it back to those who may see it.

pub use super::store::attach_to_ticket;

use super::{FileError, Kept, Limits, process, safe_name, store};
use crate::{
    app::{Ctx, Scope},
    error::{Error, Result},
    permission::Permission,
    tickets,
    types::*,
};

/// A file to give out.
#[derive(Debug)]
pub struct Download {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The limits of this installation.
pub fn limits(ctx: &Ctx) -> Limits {
    let uploads = &ctx.app.config.uploads;
    Limits { photo_bytes: uploads.photo_max.0, video_bytes: uploads.video_max.0, ..Limits::default() }
}

/// Checks an uploaded file, makes it safe and keeps its bytes. Nothing refers to it until it is attached to something.
///
/// # Errors
/// A [`FileError`] that says what is wrong with the file or with the place where files are kept.
pub async fn keep(ctx: &Ctx, name: &str, bytes: Vec<u8>) -> Result<Kept, FileError> {
    let processed = process(bytes, limits(ctx)).await?;
    let size = i64::try_from(processed.bytes.len()).unwrap_or(i64::MAX);
    let stored = ctx.app.files.put(processed.bytes).await?;
    Ok(Kept {
        sha256: stored.sha256,
        name: safe_name(name, processed.kind.extension()),
        media_type: processed.kind.mime().to_owned(),
        bytes: size,
        width: processed.size.map(|(width, _)| i64::from(width)),
        height: processed.size.map(|(_, height)| i64::from(height)),
    })
}

/// Reads a file for somebody who may see what it hangs on; customers see only what is meant for them.
///
/// # Errors
/// [`Error::NotFound`] also when the file is not theirs to see.
pub async fn read(ctx: &Ctx, id: FileId) -> Result<Download> {
    let mut tx = ctx.app.db.read().await?;
    let file = store::get(&mut tx, id).await?.ok_or(Error::NotFound("file"))?;
    drop(tx);
    let customer = matches!(ctx.actor.scope(), Scope::Customer(_));
    if file.subject_kind != "ticket"
        || customer && !file.customer_visible
        || !customer && !ctx.may(Permission::TicketRead)
    {
        return Err(Error::NotFound("file"));
    }
    tickets::service::get(ctx, TicketId(file.subject_id)).await.map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("file"),
        other => other,
    })?;
    let bytes = ctx.app.files.read(&file.sha256).await?;
    Ok(Download { name: file.name, media_type: file.media_type, bytes })
}
