//! Lists of the API: a page for people, all of it for programs.

use crate::{context::Context, failure::Result, output::Row};
use aglis_core::client::{Exit, Pages};
use clap::Args;
use serde::de::DeserializeOwned;

/// Rows on a terminal unless more are asked for.
const FOR_PEOPLE: usize = 50;

/// How much of a list to print.
#[derive(Debug, Clone, Default, Args)]
pub struct Extent {
    /// Print at most this many rows; without it 50 in a table and all of them in other formats
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub limit: Option<usize>,
    /// Print every row
    #[arg(long)]
    pub all: bool,
}

impl Extent {
    fn most(&self, table: bool) -> usize {
        match self.limit {
            Some(limit) => limit,
            None if table && !self.all => FOR_PEOPLE,
            None => usize::MAX,
        }
    }

    /// Rows to ask for with each call.
    pub fn page(&self, context: &Context) -> Option<u32> {
        u32::try_from(self.most(context.out.is_table()).clamp(1, 200)).ok()
    }

    /// Prints the list as it comes.
    pub async fn print<T: Row + DeserializeOwned>(&self, context: &Context, mut pages: Pages<T>) -> Result {
        let most = self.most(context.out.is_table());
        let mut list = context.out.list();
        let mut left = most;
        let mut cut = false;
        while left > 0 {
            let Some(rows) = pages.next().await? else { break };
            cut = rows.len() > left;
            for row in rows.iter().take(left) {
                list.row(row)?;
            }
            left = left.saturating_sub(rows.len());
        }
        let rows = list.end()?;
        if context.out.is_table() {
            if rows == 0 {
                context.out.remark("none");
            } else if left == 0 && (cut || pages.has_more()) {
                context.out.remark(format!("the first {rows}; --all for every one"));
            }
        }
        Ok(Exit::Done)
    }
}
