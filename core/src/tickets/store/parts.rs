//! SQL of what hangs on a ticket: team, checklist, comments, completion data, files.

use crate::{
    args,
    db::{DbError, Param, Query, Tx},
    tickets::*,
    types::*,
};

/// Who works on a ticket, the lead first.
pub async fn team(tx: &mut Tx, id: TicketId) -> Result<Vec<TeamMember>, DbError> {
    tx.all(
        "SELECT m.technician_id, u.full_name AS name, u.username, m.role FROM ticket_team m JOIN technicians k ON k.id = m.technician_id JOIN users u ON u.id = k.user_id WHERE m.ticket_id = $1 ORDER BY m.role, m.technician_id",
        args![id],
    )
    .await
}

/// What a technician is on a ticket's team.
pub async fn role(tx: &mut Tx, id: TicketId, technician: TechnicianId) -> Result<Option<TeamRole>, DbError> {
    let row: Option<(TeamRole,)> = tx
        .opt(
            "SELECT role FROM ticket_team WHERE ticket_id = $1 AND technician_id = $2",
            args![id, technician],
        )
        .await?;
    Ok(row.map(|(role,)| role))
}

/// Puts a team in the place of the one a ticket had.
pub async fn set_team(
    tx: &mut Tx,
    id: TicketId,
    lead: Option<TechnicianId>,
    members: &[TechnicianId],
) -> Result<(), DbError> {
    tx.run("DELETE FROM ticket_team WHERE ticket_id = $1", args![id]).await?;
    let team = lead
        .map(|lead| (lead, TeamRole::Lead))
        .into_iter()
        .chain(members.iter().map(|member| (*member, TeamRole::Member)));
    for (technician, role) in team {
        tx.run(
            "INSERT INTO ticket_team (ticket_id, technician_id, role) VALUES ($1, $2, $3)",
            args![id, technician, role],
        )
        .await?;
    }
    Ok(())
}

/// A ticket's checklist.
pub async fn checklist(tx: &mut Tx, id: TicketId) -> Result<Vec<ChecklistItem>, DbError> {
    tx.all(
        "SELECT id, position, code, required, done_at, done_by FROM ticket_checklist WHERE ticket_id = $1 ORDER BY position",
        args![id],
    )
    .await
}

/// Puts a checklist's lines in.
pub async fn insert_checklist(tx: &mut Tx, id: TicketId, lines: &[(&str, bool)]) -> Result<(), DbError> {
    let mut query = Query::new("INSERT INTO ticket_checklist (ticket_id, position, code, required) VALUES ");
    for (position, (code, required)) in (1_i64..).zip(lines) {
        query.push(if position == 1 { "" } else { ", " });
        query.bind_list([id.value(), position.value(), (*code).value(), (*required).value()]);
    }
    if lines.is_empty() { Ok(()) } else { tx.run_of(query).await.map(drop) }
}

/// Ticks lines off, or opens them again when `done_at` is none.
pub async fn set_checked(
    tx: &mut Tx,
    id: TicketId,
    items: &[ChecklistItemId],
    done_at: Option<Time>,
    done_by: Option<&str>,
) -> Result<(), DbError> {
    let mut query = Query::new("UPDATE ticket_checklist SET done_at = ");
    query.bind(done_at).push(", done_by = ").bind(done_by).push(" WHERE ticket_id = ").bind(id);
    query.push(" AND id IN ").bind_list(items.iter().copied());
    tx.run_of(query).await.map(drop)
}

/// Adds a comment.
pub async fn insert_comment(
    tx: &mut Tx,
    id: TicketId,
    author_id: Option<i64>,
    comment: &Comment,
) -> Result<CommentId, DbError> {
    let (comment_id,): (CommentId,) = tx
        .one(
            "INSERT INTO ticket_comments (ticket_id, visibility, author_kind, author_id, author_name, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            args![id, comment.visibility, &comment.author_kind, author_id, &comment.author_name, &comment.body, comment.created_at],
        )
        .await?;
    Ok(comment_id)
}

/// Comments of a ticket and of those merged into it, the oldest first, after an id.
pub async fn comments(
    tx: &mut Tx,
    id: TicketId,
    internal_too: bool,
    after: CommentId,
    limit: i64,
) -> Result<Vec<Comment>, DbError> {
    let mut query = Query::new(
        "SELECT id, visibility, author_kind, author_name, body, created_at FROM ticket_comments WHERE ticket_id IN (SELECT ",
    );
    query
        .push("CAST(")
        .bind(id)
        .push(" AS BIGINT) UNION ALL SELECT id FROM tickets WHERE merged_into_id = ")
        .bind(id);
    query.push(") AND id > ").bind(after);
    if !internal_too {
        query.push(" AND visibility = ").bind(Visibility::Public);
    }
    query.push(" ORDER BY id LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// The comments of these identifiers.
pub async fn comments_of(tx: &mut Tx, ids: &[CommentId]) -> Result<Vec<Comment>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new(
        "SELECT id, visibility, author_kind, author_name, body, created_at FROM ticket_comments WHERE id IN ",
    );
    query.bind_list(ids.iter().copied());
    tx.all_of(query).await
}

/// Completion data.
pub async fn completion(tx: &mut Tx, id: TicketId) -> Result<Option<Completion>, DbError> {
    tx.opt(
        "SELECT attenuation_dbm, otdr_file_id, attenuation_file_id, modem_serial, modem_file_id, odp_id, odp_port, wifi_name, speed_down_mbps, speed_up_mbps, completed_by, completed_at FROM ticket_completions WHERE ticket_id = $1",
        args![id],
    )
    .await
}

/// Puts completion data in, or in the place of what an earlier completion left.
pub async fn set_completion(tx: &mut Tx, id: TicketId, data: &Completion) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO ticket_completions (ticket_id, attenuation_dbm, otdr_file_id, attenuation_file_id, modem_serial, modem_file_id, odp_id, odp_port, wifi_name, speed_down_mbps, speed_up_mbps, completed_by, completed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (ticket_id) DO UPDATE SET attenuation_dbm = excluded.attenuation_dbm, otdr_file_id = excluded.otdr_file_id, attenuation_file_id = excluded.attenuation_file_id, modem_serial = excluded.modem_serial, modem_file_id = excluded.modem_file_id, odp_id = excluded.odp_id, odp_port = excluded.odp_port, wifi_name = excluded.wifi_name, speed_down_mbps = excluded.speed_down_mbps, speed_up_mbps = excluded.speed_up_mbps, completed_by = excluded.completed_by, completed_at = excluded.completed_at",
        args![
            id,
            data.attenuation_dbm,
            data.otdr_file_id,
            data.attenuation_file_id,
            data.modem_serial.as_deref(),
            data.modem_file_id,
            data.odp_id,
            data.odp_port,
            data.wifi_name.as_deref(),
            data.speed_down_mbps,
            data.speed_up_mbps,
            &data.completed_by,
            data.completed_at
        ],
    )
    .await
    .map(drop)
}

/// Files of a ticket and of those merged into it, the oldest first.
pub async fn attachments(tx: &mut Tx, id: TicketId, internal_too: bool) -> Result<Vec<Attachment>, DbError> {
    let mut query = Query::new(
        "SELECT id, name, media_type, bytes, purpose, customer_visible, uploaded_by, created_at FROM files WHERE subject_kind = 'ticket' AND subject_id IN (SELECT ",
    );
    query
        .push("CAST(")
        .bind(id)
        .push(" AS BIGINT) UNION ALL SELECT id FROM tickets WHERE merged_into_id = ")
        .bind(id)
        .push(")");
    if !internal_too {
        query.push(" AND customer_visible = ").bind(true);
    }
    query.push(" ORDER BY id LIMIT 200");
    tx.all_of(query).await
}
