//! Comments to the customer and internal notes.

use super::{attaching, load, moving, side, subject};
use crate::{
    app::{Actor, Ctx, Scope},
    error::{Checker, Error, Result},
    event::{Event, emit},
    files::Kept,
    permission::Permission,
    tickets::{Comment, NewComment, Visibility, store},
    types::*,
};

const BODY_CHARS: usize = 4000;

/// Writes a comment or note. What a customer writes is public; staff write notes unless they say otherwise, and their
/// first public comment is the first response.
pub async fn comment(ctx: &Ctx, id: TicketId, body: NewComment) -> Result<Comment> {
    comment_with_files(ctx, id, body, &[]).await
}

/// [`comment`] with the files that came along: text and files, or nothing.
pub async fn comment_with_files(
    ctx: &Ctx,
    id: TicketId,
    body: NewComment,
    files: &[Kept],
) -> Result<Comment> {
    let by_customer = matches!(ctx.actor, Actor::Customer { .. });
    let visibility =
        if by_customer { Visibility::Public } else { body.visibility.unwrap_or(Visibility::Internal) };
    if !by_customer {
        ctx.require(match visibility {
            Visibility::Public => Permission::TicketComment,
            Visibility::Internal => Permission::TicketNote,
        })?;
    }
    attaching::allowed(ctx, files)?;
    let mut checker = Checker::new();
    let text = checker.text("body", &body.body, BODY_CHARS);
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if let Some(into) = row.merged_into_id {
        return Err(Error::conflict(
            "merged",
            format!("ticket {} was merged into ticket {into}: write there", row.number),
        ));
    }
    let mut comment = Comment {
        id: CommentId(0),
        visibility,
        author_kind: side(&ctx.actor).to_owned(),
        author_name: super::full_name(&ctx.actor).to_owned(),
        body: text,
        created_at: ctx.now,
    };
    comment.id = store::parts::insert_comment(&mut tx, id, ctx.actor.id(), &comment).await?;
    if visibility == Visibility::Public && !by_customer {
        moving::respond(ctx, &mut row);
    }
    store::save(&mut tx, &row, ctx.now).await?;
    let event =
        Event::TicketCommented { comment_id: Some(comment.id), visibility: Some(visibility), by_customer };
    emit(&mut tx, ctx, &subject(&row), event).await?;
    attaching::attach_in(&mut tx, ctx, id, files, "comment", visibility == Visibility::Public).await?;
    tx.commit().await?;
    Ok(comment)
}

/// Comments on a ticket and on those merged into it, the oldest first; customers do not see notes.
pub async fn comments(ctx: &Ctx, id: TicketId, page: &PageQuery) -> Result<Page<Comment>> {
    let scope = ctx.actor.scope();
    let after = page.after::<CommentId>()?.unwrap_or(CommentId(0));
    let mut tx = ctx.app.db.read().await?;
    store::detail(&mut tx, id, scope).await?.ok_or(Error::NotFound("ticket"))?;
    let internal_too = !matches!(scope, Scope::Customer(_));
    let rows = store::parts::comments(&mut tx, id, internal_too, after, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |comment| comment.id))
}
