//! Use cases of the portal that belong to no other slice.

use super::{DRAFT_DAYS, DashboardStats, Draft, DraftFile, MOST_FILES, Profile, ProfileChange, store};
use crate::{
    app::{Actor, Ctx},
    customers::{self, CustomerChange},
    error::{Error, FieldError, Result},
    files::{FileError, Kept},
    tickets::{self, NewTicket, TicketStatus, TimelineEntry},
    types::*,
};

const RATE_DAYS: i64 = 14;
/// Entries of recent activity.
const RECENT: usize = 5;
/// Pages of the timeline that are looked through for them at most: much of it is for staff only.
const RECENT_PAGES: usize = 4;
const EXPIRE_BATCH: i64 = 500;

/// The customer who asks.
///
/// # Errors
/// [`Error::Unauthenticated`] for anybody else.
pub fn who(ctx: &Ctx) -> Result<CustomerId> {
    match &ctx.actor {
        Actor::Customer { id, .. } => Ok(*id),
        _ => Err(Error::Unauthenticated {
            code: "unauthenticated",
            detail: "sign in to the portal".to_owned(),
        }),
    }
}

/// The customer's own data.
pub async fn profile(ctx: &Ctx) -> Result<Profile> {
    Ok(shown(customers::service::get(ctx, who(ctx)?).await?))
}

/// Changes what customers can change by themselves.
pub async fn set_profile(ctx: &Ctx, change: ProfileChange) -> Result<Profile> {
    let change = CustomerChange {
        email: change.email,
        locale: change.locale,
        notify_whatsapp: change.notify_whatsapp,
        notify_email: change.notify_email,
        auto_answers: change.auto_answers,
        ..CustomerChange::default()
    };
    Ok(shown(customers::service::update(ctx, who(ctx)?, change).await?))
}

fn shown(customer: customers::Customer) -> Profile {
    Profile {
        number: customer.number,
        name: customer.name,
        phone: customer.phone.parse::<Phone>().map_or(customer.phone, |phone| phone.local()),
        email: customer.email,
        address: customer.address,
        status: customer.status,
        package: customer.package,
        activated_at: customer.activated_at,
        locale: customer.locale,
        notify_whatsapp: customer.notify_whatsapp,
        notify_email: customer.notify_email,
        auto_answers: customer.auto_answers,
    }
}

/// The start page's figures.
pub async fn stats(ctx: &Ctx) -> Result<DashboardStats> {
    let customer = who(ctx)?;
    let mut tx = ctx.app.db.read().await?;
    let mut stats = DashboardStats::default();
    for (status, count) in store::tickets_by_status(&mut tx, customer).await? {
        match status.parse::<TicketStatus>() {
            Ok(TicketStatus::Completed) => stats.completed_tickets += count,
            Ok(status) if status.is_open() => stats.active_tickets += count,
            _ => {}
        }
    }
    stats.to_rate = store::to_rate(&mut tx, customer, ctx.now.plus_seconds(-RATE_DAYS * 86_400)).await?;
    Ok(stats)
}

/// What happened last to the account and its tickets, the newest first.
pub async fn activity(ctx: &Ctx) -> Result<Vec<TimelineEntry>> {
    let customer = who(ctx)?;
    let mut entries = Vec::new();
    let mut cursor = None;
    for _ in 0..RECENT_PAGES {
        let page =
            customers::service::timeline(ctx, customer, &PageQuery { limit: Some(25), cursor }).await?;
        entries.extend(page.items);
        cursor = page.next_cursor;
        if entries.len() >= RECENT || cursor.is_none() {
            break;
        }
    }
    entries.truncate(RECENT);
    Ok(entries)
}

/// The report that is being filled in; an empty one when there is none.
pub async fn draft(ctx: &Ctx) -> Result<(Draft, String)> {
    let mut tx = ctx.app.db.read().await?;
    let row = store::draft(&mut tx, who(ctx)?).await?;
    Ok(row.map_or_else(Default::default, |row| (row.draft, row.token)))
}

/// Changes the report that is being filled in.
pub async fn change_draft(ctx: &Ctx, change: impl FnOnce(&mut Draft)) -> Result<Draft> {
    let customer = who(ctx)?;
    let fresh = ctx.app.random_token();
    let mut tx = ctx.app.db.write().await?;
    let mut row = store::draft_for_change(&mut tx, customer, &fresh, ctx.now).await?;
    change(&mut row.draft);
    store::save_draft(&mut tx, customer, &row.draft, ctx.now).await?;
    tx.commit().await?;
    Ok(row.draft)
}

/// Forgets the report that is being filled in.
pub async fn drop_draft(ctx: &Ctx) -> Result<()> {
    let customer = who(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    store::delete_draft(&mut tx, customer).await?;
    Ok(tx.commit().await?)
}

/// A file that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The name its sender gave it.
    pub name: String,
    /// Why, as in [`FileError::code`].
    pub code: &'static str,
}

/// Parts uploads into those that were kept and those that are at fault, which are named.
///
/// # Errors
/// Only when the place where files are kept is at fault.
pub fn sort_files(uploads: Vec<(String, Result<Kept, FileError>)>) -> Result<(Vec<Kept>, Vec<Refused>)> {
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for (name, file) in uploads {
        match file {
            Ok(file) => kept.push(file),
            Err(error) if error.is_refusal() => refused.push(Refused { name, code: error.code() }),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((kept, refused))
}

/// Adds files to the report that is being filled in; gives back those that were not taken.
pub async fn add_files(ctx: &Ctx, uploads: Vec<(String, Result<Kept, FileError>)>) -> Result<Vec<Refused>> {
    let too_many = FileError::TooMany { count: uploads.len(), limit: MOST_FILES }.code();
    let (kept, mut refused) = sort_files(uploads)?;
    let mut late = Vec::new();
    change_draft(ctx, |draft| {
        draft.files_asked = true;
        for file in kept {
            if draft.files.len() >= MOST_FILES {
                late.push(Refused { name: file.name, code: too_many });
            } else if !draft.files.iter().any(|known| known.file.sha256 == file.sha256) {
                draft.files.push(DraftFile { key: file.sha256[..16].to_owned(), file });
            }
        }
    })
    .await?;
    refused.append(&mut late);
    Ok(refused)
}

/// Takes a file out of the report that is being filled in.
pub async fn remove_file(ctx: &Ctx, key: &str) -> Result<()> {
    change_draft(ctx, |draft| draft.files.retain(|file| file.key != key)).await.map(drop)
}

/// Sends the report that was filled in: ticket and files, once. `title` names the trouble in the customer's language.
/// Gives the ticket's number.
///
/// # Errors
/// [`Error::Conflict`] with `already_sent` when the token is of a report that was sent or thrown away;
/// [`Error::Invalid`] with `file_missing` for files whose content is lost, which the report then has no more.
pub async fn send(ctx: &Ctx, token: &str, title: &str) -> Result<String> {
    let customer = who(ctx)?;
    let (draft, known) = draft(ctx).await?;
    let gone = || Error::conflict("already_sent", "this report was sent or thrown away before");
    if token.is_empty() || token != known {
        return Err(gone());
    }
    let (service_type, category) = draft.trouble.unwrap_or(super::Trouble::Other).work();
    let new = NewTicket {
        service_type: Some(service_type),
        category: Some(category.to_owned()),
        title: title.to_owned(),
        description: draft.description.clone(),
        preferred_at: draft.visit.and_then(|visit| visit.starts_at(&ctx.app.zone)).map(|at| at.max(ctx.now)),
        contact_preference: draft.contact,
        ..NewTicket::default()
    };
    let ticket = tickets::service::draft(ctx, new).await?;
    refuse_lost(ctx, &draft).await?;
    let kept: Vec<Kept> = draft.files.into_iter().map(|file| file.file).collect();
    let mut tx = ctx.app.db.write().await?;
    if !store::take_draft(&mut tx, customer, token).await? {
        return Err(gone());
    }
    let id = tickets::service::create_in(&mut tx, ctx, ticket).await?;
    tickets::service::attach_in(&mut tx, ctx, id, &kept, "report", true).await?;
    tx.commit().await?;
    Ok(tickets::service::get(ctx, id).await?.summary.number)
}

/// Takes files whose content is lost out of the report, and names them.
async fn refuse_lost(ctx: &Ctx, draft: &Draft) -> Result<()> {
    let mut lost = Vec::new();
    for file in &draft.files {
        if !ctx.app.files.has(&file.file.sha256).await? {
            lost.push(file);
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = lost.iter().map(|file| file.key.as_str()).collect();
    change_draft(ctx, |draft| draft.files.retain(|file| !keys.contains(&file.key.as_str()))).await?;
    let complaint = |file: &&DraftFile| {
        FieldError::new(
            "photos",
            "file_missing",
            format!("{} is not kept any more: attach it again", file.file.name),
        )
    };
    Err(Error::Invalid(lost.iter().map(complaint).collect()))
}

/// Forgets reports that nobody has gone on with for [`DRAFT_DAYS`] days. Runs nightly, before the files.
pub async fn expire_drafts(ctx: &Ctx) -> Result<u64> {
    let before = ctx.now.plus_seconds(-DRAFT_DAYS * 86_400);
    let mut removed = 0;
    loop {
        let mut tx = ctx.app.db.write().await?;
        let some = store::expire_drafts(&mut tx, before, EXPIRE_BATCH).await?;
        tx.commit().await?;
        removed += some;
        if some < EXPIRE_BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
