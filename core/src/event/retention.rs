//! Cutting the audit trail off where it is older than it must be kept.

use super::{Event, Subject, emit, store};
use crate::{app::Ctx, error::Result};

/// Entries removed in one transaction.
const BATCH: i64 = 2000;
const DAY_S: i64 = 86_400;

/// The kinds of events that timelines go on telling: the story of tickets and accounts. Who signed in or looked at
/// personal data is the audit's alone, and goes with it.
fn told_for_ever() -> Vec<&'static str> {
    const ACCOUNT: &[&str] = &[
        "customer.created",
        "customer.updated",
        "customer.status_changed",
        "customer.tagged",
        "customer.untagged",
        "customer.phone_changed",
    ];
    Event::KINDS
        .iter()
        .copied()
        .filter(|kind| kind.starts_with("ticket.") || ACCOUNT.contains(kind))
        .collect()
}

/// Removes entries older than the configured number of days from the beginning of the chain, and returns how many. What
/// they tell of tickets and accounts moves to the history in the same transaction, without address and program.
///
/// What is left still verifies: the chain remembers the place and hash of the last entry that was cut off. Only an
/// unbroken stretch from the beginning is cut, so an entry written while the clock was wrong keeps what follows it
/// rather than taking it along. That the trail was cut is an entry itself.
pub async fn trim(ctx: &Ctx) -> Result<i64> {
    let days = i64::from(ctx.app.config.audit.retention_days);
    let before = ctx.now.plus_seconds(-days * DAY_S);
    let told = told_for_ever();
    let mut removed = 0;
    loop {
        let mut tx = ctx.app.db.write().await?;
        let chain = store::chain(&mut tx, true).await?;
        let kept = store::first_seq_since(&mut tx, before).await?.unwrap_or(chain.head_seq + 1);
        let up_to = (kept - 1).min(chain.base_seq + BATCH);
        let Some(hash) = store::hash_at(&mut tx, up_to).await?.filter(|_| up_to > chain.base_seq) else {
            break;
        };
        store::set_base(&mut tx, up_to, &hash).await?;
        store::keep(&mut tx, up_to, &told).await?;
        removed += i64::try_from(store::trim(&mut tx, up_to).await?).unwrap_or(i64::MAX);
        if up_to == kept - 1 {
            let event = Event::AuditTrimmed { up_to_seq: up_to, entries: removed };
            emit(&mut tx, ctx, &Subject::system("audit"), event).await?;
        }
        tx.commit().await?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::told_for_ever;

    #[test]
    fn the_story_stays_and_who_came_in_goes() {
        let told = told_for_ever();
        for kind in ["ticket.created", "ticket.commented", "customer.created", "customer.status_changed"] {
            assert!(told.contains(&kind), "{kind}");
        }
        for kind in ["customer.signed_in", "customer.revealed", "user.signed_in", "setting.changed"] {
            assert!(!told.contains(&kind), "{kind}");
        }
        assert_eq!(
            told.iter().filter(|kind| kind.starts_with("customer.")).count(),
            6,
            "every word is a kind"
        );
    }
}
