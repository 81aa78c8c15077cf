//! Forgetting messages that are older than they are kept.

use crate::{app::Ctx, conversations::service as conversations, error::Result, messages::store};

/// Rows removed in one transaction.
const BATCH: i64 = 1000;
const DAY_S: i64 = 86_400;
/// Days for which a report waits for the message it speaks of, and for which the sandbox keeps what came.
const SHORT_DAYS: i64 = 30;

/// Forgets messages with their tries and reports when the audit trail forgets them too; and after a month, reports of
/// messages that nobody knows and what lies in the sandbox. Returns how many rows that were.
pub async fn prune(ctx: &Ctx) -> Result<u64> {
    let days_ago = |days: i64| ctx.now.plus_seconds(-days * DAY_S);
    let kept = days_ago(i64::from(ctx.app.config.audit.retention_days));
    let mut removed = 0;
    for (what, before) in [
        (store::Old::Messages, kept),
        (store::Old::Reports, days_ago(SHORT_DAYS)),
        (store::Old::Sandbox, days_ago(SHORT_DAYS)),
    ] {
        loop {
            let mut tx = ctx.app.db.write().await?;
            let some = store::prune(&mut tx, what, before, BATCH).await?;
            tx.commit().await?;
            removed += some;
            if some < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    Ok(removed + conversations::prune(ctx, kept).await?)
}
