//! Keeping what people upload, and giving it back to those who may see it.

pub use super::store::attach_to_ticket;

use super::{FileError, Kept, Limits, process, safe_name, store, store::FileRow};
use crate::{
    app::{Ctx, Scope},
    error::{Error, Result},
    permission::Permission,
    tickets,
    types::*,
};
use std::time::Duration;

/// A file to give out piece by piece.
#[derive(Debug)]
pub struct Opened {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Hash of the content.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// The content, from its beginning.
    pub content: tokio::fs::File,
}

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

/// Opens a file for somebody who may see what it hangs on; customers see only what is meant for them, technicians only
/// what hangs on their tickets.
///
/// # Errors
/// [`Error::NotFound`] also when the file is not theirs to see.
pub async fn open(ctx: &Ctx, id: FileId) -> Result<Opened> {
    let file = visible(ctx, id).await?;
    let path = ctx.app.files.path(&file.sha256)?;
    let content = tokio::fs::File::open(path).await.map_err(FileError::from)?;
    let bytes = content.metadata().await.map_err(FileError::from)?.len();
    Ok(Opened { name: file.name, media_type: file.media_type, sha256: file.sha256, bytes, content })
}

/// [`open`], with the content read whole and proven to be unchanged; for photos.
///
/// # Errors
/// As [`open`].
pub async fn read(ctx: &Ctx, id: FileId) -> Result<Download> {
    let file = visible(ctx, id).await?;
    let bytes = ctx.app.files.read(&file.sha256).await?;
    Ok(Download { name: file.name, media_type: file.media_type, bytes })
}

async fn visible(ctx: &Ctx, id: FileId) -> Result<FileRow> {
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
    Ok(file)
}

/// How long content may lie in the uploads folder before something refers to it.
const GRACE: Duration = Duration::from_secs(24 * 3600);

/// Throws away content that nothing refers to: uploads that were given up before they were attached. Returns how many.
///
/// # Errors
/// Those of the database and of the uploads folder.
pub async fn sweep(ctx: &Ctx) -> Result<u64> {
    let mut removed = 0;
    for shard in 0..=u8::MAX {
        let names = ctx.app.files.older(shard, GRACE).await?;
        for some in names.chunks(200) {
            let mut tx = ctx.app.db.read().await?;
            let referred = store::referred(&mut tx, some).await?;
            drop(tx);
            for name in some.iter().filter(|name| !referred.contains(name)) {
                removed += u64::from(ctx.app.files.remove_older(name, GRACE).await?);
            }
        }
    }
    Ok(removed)
}
