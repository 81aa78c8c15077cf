//! Puts events into one gap-free, hash-chained order right after they are committed.
//!
//! Giving the order inside the transactions that cause the events would make every writer wait for the one before it.
//! So a sealer takes what was committed and adds it to the chain, in batches, a few milliseconds later. The sequence
//! number is what followers of the live stream resume from: unlike identifiers, it never appears out of order.

use super::store::{self, Stored};
use crate::{
    db::{Db, DbError},
    error::Result,
};
use sha2::{Digest, Sha256};

/// Events sealed in one transaction.
const BATCH: i64 = 500;
/// How long to let events come together before they are sealed: one round costs as much as sealing many.
const GATHER: std::time::Duration = std::time::Duration::from_millis(4);

/// The hash of an entry: SHA-256 over the previous entry's hash and every field, each preceded by its length so that
/// no two different entries can read alike.
pub fn hash(previous: &str, seq: i64, event: &Stored) -> String {
    let mut digest = Sha256::new();
    let mut field = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    let optional = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    field(previous);
    field(&seq.to_string());
    field(&event.id.to_string());
    field(&event.at.ms().to_string());
    field(&event.kind);
    field(&event.actor_kind);
    field(&optional(event.actor_id));
    field(&event.actor_name);
    field(&event.ip);
    field(&event.user_agent);
    field(&event.request_id);
    field(event.subject_kind.as_str());
    field(&optional(event.subject_id));
    field(&event.subject_label);
    field(&optional(event.customer_id.map(|id| id.0)));
    field(event.outcome.as_str());
    field(&event.payload);
    hex::encode(digest.finalize())
}

/// Seals what waits; returns the newest sequence number. Any number of processes may call it at once.
pub async fn seal_waiting(db: &Db) -> Result<i64, DbError> {
    loop {
        let mut look = db.read().await?;
        let waiting = store::count_unsealed(&mut look).await?;
        let head = store::chain(&mut look, false).await?.head_seq;
        drop(look);
        if waiting == 0 {
            db.hub().sealed(head);
            return Ok(head);
        }
        let mut tx = db.write().await?;
        let mut chain = store::chain(&mut tx, true).await?;
        let batch = store::unsealed(&mut tx, BATCH).await?;
        for event in &batch {
            chain.head_seq += 1;
            chain.head_hash = hash(&chain.head_hash, chain.head_seq, event);
            store::seal(&mut tx, event.id, chain.head_seq, &chain.head_hash).await?;
        }
        if !batch.is_empty() {
            store::set_head(&mut tx, chain.head_seq, &chain.head_hash).await?;
        }
        tx.commit().await?;
        db.hub().sealed(chain.head_seq);
    }
}

/// Seals until told to stop: at once when this process committed events, and every second for what others committed.
pub async fn run(db: Db) {
    let mut stop = db.hub().stopping();
    let mut woken = db.hub().events();
    let mut every = tokio::time::interval(std::time::Duration::from_secs(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.wait() => break,
            changed = woken.changed() => {
                if changed.is_err() {
                    break;
                }
                tokio::time::sleep(GATHER).await;
            }
            _ = every.tick() => {}
        }
        woken.mark_unchanged();
        if let Err(error) = seal_waiting(&db).await {
            tracing::warn!("events wait for their seal: {error}");
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    }
    if let Err(error) = seal_waiting(&db).await {
        tracing::warn!("events are left unsealed until the next start: {error}");
    }
}
