//! Lists written whole to a file, which the daemon records.

use crate::{
    confirm::{Plan, confirm},
    context::Context,
    failure::Result,
    output::{File, Row, counted},
};
use aglis_core::client::{Client, Exit};
use clap::Args;
use serde::{Serialize, de::DeserializeOwned};
use std::path::PathBuf;

/// Where an export goes.
#[derive(Debug, Args)]
pub struct To {
    /// File to write; its ending says the format: csv, json, ndjson
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Writes every row of `/api/NOUNs` that a filter lets through to a file, which appears only when it is whole.
pub fn export<T: Row + DeserializeOwned, F: Serialize>(
    context: &Context,
    To { to }: To,
    noun: &str,
    filter: impl AsyncFnOnce(&Client) -> Result<F>,
) -> Result {
    let mut file = File::new(&to)?;
    if to.exists() {
        let what = format!("overwrite {}", to.display());
        confirm(context, &Plan { what: &what, count: 1, undoable: false, items: &[] })?;
    }
    let client = context.client()?;
    let said = |rows| counted(rows, noun, &format!("{noun}s"));
    context.block_on(async {
        let filter = filter(&client).await?;
        if context.global.dry_run {
            // Only looked at: nothing leaves, nothing is recorded.
            let (mut pages, mut rows) = (client.pages::<T>(&format!("/api/{noun}s"), &filter), 0_usize);
            while let Some(page) = pages.next().await? {
                rows += page.len();
            }
            context.out.remark(format!("dry run: would write {} to {}", said(rows), to.display()));
            return Ok(Exit::Done);
        }
        let mut rows = client.export::<T>(&format!("/api/{noun}s/export"), &filter).await?;
        while let Some(rows) = rows.next().await? {
            rows.iter().try_for_each(|row| file.row(row))?;
        }
        let rows = file.rows();
        file.save().map_err(|mut failure| {
            failure.message = format!("{}: {}", to.display(), failure.message);
            failure
        })?;
        context.out.remark(format!("{} in {}", said(rows), to.display()));
        Ok(Exit::Done)
    })
}
