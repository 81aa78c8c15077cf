//! Giving a ticket to a team, by hand or to the best.

use super::{load, moving, reading, still_open, subject};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, emit},
    permission::Permission,
    tickets::{
        Assign, Assignment, Candidate, TeamRole, TicketStatus,
        assign::{Need, Place, Reason, rank},
        store,
        store::TicketRow,
    },
    types::*,
};

const MOST_MEMBERS: usize = 10;

/// Everybody who might take a ticket, the best first, with the reasons.
pub async fn candidates(ctx: &Ctx, id: TicketId) -> Result<Vec<Candidate>> {
    ctx.require(Permission::TicketAssign)?;
    let mut tx = ctx.app.db.read().await?;
    let row = store::detail(&mut tx, id, ctx.actor.scope()).await?.ok_or(Error::NotFound("ticket"))?.summary;
    let area_id = store::area_of(&mut tx, id).await?;
    weigh(&mut tx, row.customer_id, area_id, row.service_type).await
}

async fn weigh(
    tx: &mut Tx,
    customer_id: Option<CustomerId>,
    area_id: Option<AreaId>,
    service_type: crate::tickets::ServiceType,
) -> Result<Vec<Candidate>> {
    let customer = match customer_id {
        Some(id) => store::facts::customer(tx, id).await?,
        None => None,
    };
    let place = customer.and_then(|customer| Place::of(customer.latitude, customer.longitude));
    let applicants = store::facts::applicants(tx).await?;
    Ok(rank(&Need { service_type, area_id, place }, &applicants))
}

/// Gives a ticket to a team. An open ticket becomes assigned; one that is worked on stays so.
pub async fn assign(ctx: &Ctx, id: TicketId, body: Assign) -> Result<Assignment> {
    ctx.require(Permission::TicketAssign)?;
    let mut checker = Checker::new();
    let reason = moving::reason(&mut checker, body.reason.as_deref(), false);
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    still_open(&row)?;
    let why = if body.auto {
        if body.lead_id.is_some() || !body.member_ids.is_empty() {
            return Err(Error::field("auto", "contradiction", "name the team or ask for the best, not both"));
        }
        assign_best(&mut tx, ctx, &mut row, reason.as_deref()).await?
    } else {
        let lead = body
            .lead_id
            .ok_or_else(|| Error::field("lead_id", "required", "name who leads, or set auto to true"))?;
        let why = reason.into_iter().map(Reason::Given).collect();
        assign_team(&mut tx, ctx, &mut row, lead, &body.member_ids, false, why).await?
    };
    tx.commit().await?;
    let reasons = why.iter().map(Reason::to_string).collect();
    Ok(Assignment { ticket: reading::get(ctx, id).await?, reasons, why })
}

/// Gives a ticket to the best technician who can take it.
pub(super) async fn assign_best(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    reason: Option<&str>,
) -> Result<Vec<Reason>> {
    let ranked = weigh(tx, row.customer_id, row.area_id, row.service_type).await?;
    let Some(best) = ranked.iter().find(|candidate| candidate.eligible) else {
        let obstacles: Vec<String> = ranked
            .iter()
            .take(5)
            .filter_map(|candidate| Some(format!("{}: {}", candidate.name, candidate.reasons.first()?)))
            .collect();
        return Err(Error::Conflict {
            code: "nobody_available",
            message: format!(
                "no technician can take ticket {} now{}{}; assign one by hand",
                row.number,
                if obstacles.is_empty() { "" } else { ": " },
                obstacles.join(", ")
            ),
            allowed: Vec::new(),
        });
    };
    let mut why = best.why.clone();
    why.extend(reason.map(|reason| Reason::Given(reason.to_owned())));
    // Who helps stays, unless it is the one who leads from now on.
    let members: Vec<TechnicianId> =
        team_of(tx, row.id).await?.1.into_iter().filter(|member| *member != best.technician_id).collect();
    assign_team(tx, ctx, row, best.technician_id, &members, true, why).await
}

/// The lead and the members of a ticket's team.
pub(super) async fn team_of(tx: &mut Tx, id: TicketId) -> Result<(Option<TechnicianId>, Vec<TechnicianId>)> {
    let team = store::parts::team(tx, id).await?;
    let lead = team.iter().find(|one| one.role == TeamRole::Lead).map(|one| one.technician_id);
    let members =
        team.iter().filter(|one| one.role == TeamRole::Member).map(|one| one.technician_id).collect();
    Ok((lead, members))
}

async fn assign_team(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    lead: TechnicianId,
    member_ids: &[TechnicianId],
    automatic: bool,
    why: Vec<Reason>,
) -> Result<Vec<Reason>> {
    let mut members = member_ids.to_vec();
    members.sort();
    members.dedup();
    if members.len() > MOST_MEMBERS {
        return Err(Error::field(
            "member_ids",
            "too_many",
            format!("a team has at most {MOST_MEMBERS} helpers"),
        ));
    }
    if members.contains(&lead) {
        return Err(Error::field("member_ids", "contradiction", "who leads is not a helper too"));
    }
    let everyone: Vec<TechnicianId> = std::iter::once(lead).chain(members.iter().copied()).collect();
    let known = store::facts::technicians(tx, &everyone).await?;
    let name = |id: TechnicianId| known.iter().find(|one| one.id == id);
    for id in &everyone {
        let field = if *id == lead { "lead_id" } else { "member_ids" };
        match name(*id) {
            None => return Err(Error::field(field, "unknown", format!("there is no technician {id}"))),
            Some(one) if !one.active => {
                return Err(Error::field(
                    field,
                    "inactive",
                    format!("the account of {} is switched off", one.name),
                ));
            }
            Some(_) => {}
        }
    }
    let (previous_lead_id, previous_member_ids) = team_of(tx, row.id).await?;
    let before = row.status;
    if previous_lead_id == Some(lead) && previous_member_ids == members && before != TicketStatus::Open {
        return Ok(why);
    }
    store::parts::set_team(tx, row.id, Some(lead), &members).await?;
    row.lead_id = Some(lead);
    if previous_lead_id != Some(lead) {
        row.eta_at = None;
    }
    if row.status == TicketStatus::Open {
        row.status = TicketStatus::Assigned;
    }
    store::save(tx, row, ctx.now).await?;
    let names =
        |ids: &[TechnicianId]| ids.iter().filter_map(|id| name(*id)).map(|one| one.name.clone()).collect();
    emit(
        tx,
        ctx,
        &subject(row),
        Event::TicketAssigned {
            lead_id: Some(lead),
            lead_name: name(lead).map(|one| one.name.clone()).unwrap_or_default(),
            member_names: names(&members),
            member_ids: members,
            automatic,
            reasons: why.iter().map(Reason::to_string).collect(),
            previous_lead_id,
            previous_member_ids,
            previous_status: Some(before),
            undo_of: None,
        },
    )
    .await?;
    Ok(why)
}
