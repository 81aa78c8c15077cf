//! Numbers people read aloud: a prefix, the local day, and a counter that restarts each day.

use crate::{app::Ctx, args, db::Tx, error::Result};

/// Which numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// `AGLSyyyymmddNNNN`
    Customer,
    /// `TKTyyyymmddNNN`
    Ticket,
}

impl Series {
    const fn parts(self) -> (&'static str, usize) {
        match self {
            Series::Customer => ("AGLS", 4),
            Series::Ticket => ("TKT", 3),
        }
    }
}

/// Takes the next number of the local day. It has at least the series' width, grows past it and never repeats; numbers
/// of a transaction that is undone are given out again.
pub async fn next(tx: &mut Tx, ctx: &Ctx, series: Series) -> Result<String> {
    let (prefix, width) = series.parts();
    let day = ctx.app.zone.day(ctx.now).strftime("%Y%m%d").to_string();
    let (value,): (i64,) = tx
        .one("INSERT INTO counters (kind, day, value) VALUES ($1, $2, 1) ON CONFLICT (kind, day) DO UPDATE SET value = counters.value + 1 RETURNING value", args![prefix, &day])
        .await?;
    Ok(format!("{prefix}{day}{value:0width$}"))
}
