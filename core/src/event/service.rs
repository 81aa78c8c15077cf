use super::{
    AuditEntry, AuditFilter, ChainReport, Event, Outcome, SubjectKind,
    seal::hash,
    store::{self, Stored},
};
use crate::{app::Ctx, db::Tx, error::Result, types::*};

/// What an event is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Kind of thing.
    pub kind: SubjectKind,
    /// Its identifier; none for what does not exist (a failed sign-in).
    pub id: Option<i64>,
    /// Its number or name.
    pub label: String,
    /// The customer it concerns.
    pub customer_id: Option<CustomerId>,
}

impl Subject {
    /// A thing with an identifier and a number or name.
    pub fn new(kind: SubjectKind, id: i64, label: impl Into<String>) -> Self {
        Subject { kind, id: Some(id), label: label.into(), customer_id: None }
    }

    /// A ticket.
    pub fn ticket(id: TicketId, number: impl Into<String>, customer_id: Option<CustomerId>) -> Self {
        Subject { customer_id, ..Subject::new(SubjectKind::Ticket, id.0, number) }
    }

    /// A customer.
    pub fn customer(id: CustomerId, number: impl Into<String>) -> Self {
        Subject { customer_id: Some(id), ..Subject::new(SubjectKind::Customer, id.0, number) }
    }

    /// A staff account.
    pub fn user(id: UserId, username: impl Into<String>) -> Self {
        Subject::new(SubjectKind::User, id.0, username)
    }

    /// The installation itself.
    pub fn system(label: impl Into<String>) -> Self {
        Subject { kind: SubjectKind::System, id: None, label: label.into(), customer_id: None }
    }
}

/// Records that something happened, and everything that follows from it, in the transaction that made it happen. The
/// only way out of a service.
pub async fn emit(tx: &mut Tx, ctx: &Ctx, subject: &Subject, event: Event) -> Result<EventId> {
    emit_outcome(tx, ctx, subject, event, Outcome::Ok).await
}

/// [`emit`] for what was denied or tried in vain.
pub async fn emit_outcome(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: &Subject,
    event: Event,
    outcome: Outcome,
) -> Result<EventId> {
    let payload = match serde_json::to_value(&event) {
        Ok(mut tagged) => tagged.get_mut("data").map(serde_json::Value::take).unwrap_or_default().to_string(),
        Err(error) => return Err(crate::error::Error::Internal(format!("event {}: {error}", event.kind()))),
    };
    let row = Stored {
        id: EventId(0),
        seq: None,
        at: ctx.now,
        kind: event.kind().to_owned(),
        actor_kind: ctx.actor.kind().to_owned(),
        actor_id: ctx.actor.id(),
        actor_name: ctx.actor.name().to_owned(),
        ip: ctx.request.ip.clone(),
        user_agent: ctx.request.user_agent.clone(),
        request_id: ctx.request.id.clone(),
        subject_kind: subject.kind,
        subject_id: subject.id,
        subject_label: subject.label.clone(),
        customer_id: subject.customer_id,
        outcome,
        payload,
        hash: None,
    };
    let id = store::insert(tx, &row).await?;
    // What was tried in vain may be tried again with the same key.
    if outcome == Outcome::Ok {
        super::apply::apply(tx, ctx, subject, id, &event).await?;
        crate::idempotency::done(tx, ctx).await?;
    }
    tx.wake_events();
    Ok(id)
}

/// Records that rows were taken out as a file.
pub async fn exported(ctx: &Ctx, what: &str, rows: i64) -> Result<()> {
    let ctx = Ctx { now: ctx.app.now(), ..ctx.clone() };
    let mut tx = ctx.app.db.write().await?;
    emit(&mut tx, &ctx, &Subject::system(what), Event::DataExported { what: what.to_owned(), rows }).await?;
    Ok(tx.commit().await?)
}

/// A page of the audit trail, the newest first.
pub async fn search(ctx: &Ctx, filter: &AuditFilter) -> Result<Page<AuditEntry>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<EventId>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::search(&mut tx, filter, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.id).map(AuditEntry::from))
}

/// Recomputes the whole chain and names the first entry that was edited, deleted or reordered.
pub async fn verify(db: &crate::db::Db) -> Result<ChainReport> {
    let mut tx = db.read().await?;
    let mut chain = store::chain(&mut tx, false).await?;
    loop {
        let report = verify_from(&mut tx, &chain).await?;
        // What retention cuts off meanwhile looks like missing entries, once.
        let now = store::chain(&mut tx, false).await?;
        if report.intact || now.base_seq == chain.base_seq {
            return Ok(report);
        }
        chain = now;
    }
}

async fn verify_from(tx: &mut Tx, chain: &store::Chain) -> Result<ChainReport> {
    let mut report = ChainReport {
        intact: true,
        checked: 0,
        first_seq: chain.base_seq + 1,
        last_seq: chain.head_seq,
        unsealed: store::count_unsealed(tx).await?,
        broken_seq: None,
        problem: None,
    };
    let (mut seq, mut previous) = (chain.base_seq, chain.base_hash.clone());
    let mut broken = None;
    'chain: while seq < chain.head_seq {
        let batch = store::after(tx, seq, 1000).await?;
        if batch.is_empty() {
            broken = Some((seq + 1, "this entry and all after it are missing".to_owned()));
            break;
        }
        for event in &batch {
            let found = event.seq.unwrap_or(0);
            if found != seq + 1 {
                broken = Some((seq + 1, "this entry is missing".to_owned()));
                break 'chain;
            }
            let expected = hash(&previous, found, event);
            if event.hash.as_deref() != Some(expected.as_str()) {
                broken = Some((
                    found,
                    format!(
                        "entry {} ({}, {}) was changed after it was written",
                        event.id, event.kind, event.subject_label
                    ),
                ));
                break 'chain;
            }
            previous = expected;
            seq = found;
            report.checked += 1;
            // The chain may have grown since its end was read; the rest is for the next check.
            if seq == chain.head_seq {
                break 'chain;
            }
        }
    }
    if broken.is_none() && previous != chain.head_hash {
        broken = Some((chain.head_seq, "the last entry is not the one that was written last".to_owned()));
    }
    if let Some((seq, problem)) = broken {
        report.intact = false;
        report.broken_seq = Some(seq);
        report.problem = Some(problem);
    }
    Ok(report)
}
