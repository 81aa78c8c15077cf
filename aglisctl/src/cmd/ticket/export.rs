//! `ticket export`

use super::{Export, show};
use crate::{
    confirm::{Plan, confirm},
    context::Context,
    failure::Result,
    output::File,
};
use aglis_core::{client::Exit, tickets::TicketFilter};

/// Writes every ticket of a filter to a file, which appears only when it is whole.
pub(super) fn run(context: &Context, export: Export) -> Result {
    let mut file = File::new(&export.to)?;
    if export.to.exists() {
        let what = format!("overwrite {}", export.to.display());
        confirm(context, &Plan { what: &what, count: 1, undoable: false, items: &[] })?;
    }
    let client = context.client()?;
    let rows = context.block_on(async {
        let filter = TicketFilter { limit: Some(200), ..show::query(&client, export.filter).await? };
        let mut pages = client.tickets(&filter);
        while let Some(rows) = pages.next().await? {
            rows.iter().try_for_each(|row| file.row(row))?;
        }
        Ok(file.rows())
    })?;
    if context.global.dry_run {
        context.out.remark(format!("dry run: would write {rows} tickets to {}", export.to.display()));
        return Ok(Exit::Done);
    }
    file.save().map_err(|mut failure| {
        failure.message = format!("{}: {}", export.to.display(), failure.message);
        failure
    })?;
    context.out.remark(format!("{rows} tickets in {}", export.to.display()));
    Ok(Exit::Done)
}
