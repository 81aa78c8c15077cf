//! `ticket attach`, and the files of other commands.

use super::{Attach, show};
use crate::{
    context::Context,
    failure::{Failure, Result},
    operation::Operation,
};
use aglis_core::{
    client::{Exit, File, Upload},
    tickets::Attachment,
    types::FileId,
};
use std::path::Path;

/// Files that may come together.
pub(super) const MOST: usize = 5;

/// `ticket attach`
pub(super) fn attach(context: &Context, attach: Attach) -> Result {
    let files = attach.file.iter().map(|path| read(path)).collect::<Result<Vec<File>>>()?;
    let client = context.client()?;
    if context.global.dry_run {
        let ticket = context.block_on(async { Ok(client.ticket(&attach.one.ticket).await?) })?;
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let number = ticket.summary.number;
        context.out.remark(format!(
            "dry run: would attach {} to {number} as {}",
            names.join(", "),
            attach.purpose
        ));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, attach.given.operation)?;
    operation.tell();
    let upload =
        Upload { purpose: &attach.purpose, customer_visible: attach.customer_visible, files: &files };
    let attached = context.block_on(async {
        let attached = client.attach(&attach.one.ticket, &upload, operation.id()).await;
        attached.map_err(|error| operation.failed(error.into()))
    })?;
    if operation.in_result() {
        let done = serde_json::json!({ "ticket": attach.one.ticket, "attached": attached });
        return operation.one("", &done, |_| {}).map(|()| Exit::Done);
    }
    show::attachments(context, &attached)
}

/// Reads a file to send.
pub(super) fn read(path: &Path) -> Result<File> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let name = path.file_name().map_or_else(|| "photo".to_owned(), |n| n.to_string_lossy().into_owned());
    Ok(File { name, bytes })
}

/// The file of a purpose that was attached last.
pub(super) fn newest(files: &[Attachment], purpose: &str) -> Option<FileId> {
    files.iter().filter(|file| file.purpose == purpose).map(|file| file.id).max()
}
