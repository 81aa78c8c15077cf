//! The list of tickets and the filter language over it.

use crate::{
    app::{Actor, Ctx, Scope},
    customers::terms::fold,
    db::Tx,
    error::{Error, Result},
    filter::{self, Filter, ME, NONE, Order},
    tickets::{
        Channel, Priority, ServiceType, TicketFilter, TicketStatus, TicketSummary,
        store::{
            self,
            list::{Condition, Criteria, Start, Test},
        },
    },
    types::*,
};
use std::str::FromStr;

/// A page of the tickets the actor may see.
pub async fn list(ctx: &Ctx, filter: &TicketFilter) -> Result<Page<TicketSummary>> {
    let scope = ctx.actor.scope();
    if scope == Scope::Nothing {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let start = start(filter, &page)?;
    let limit = page.rows() as i64 + 1;
    let mut tx = ctx.app.db.read().await?;
    let criteria = criteria(&mut tx, ctx, filter).await?;
    let rows = store::list::page(&mut tx, &criteria, scope, start, limit).await?;
    Ok(match start {
        Start::Newest(_) => Page::from_rows(rows, page.rows(), |row| row.id),
        Start::Due(_) => Page::from_rows(rows, page.rows(), |row| (row.resolution_due_at, row.id)),
    })
}

fn start(filter: &TicketFilter, page: &PageQuery) -> Result<Start> {
    match filter.order.as_deref() {
        None | Some("newest") => Ok(Start::Newest(page.after()?)),
        Some("due") => Ok(Start::Due(page.after()?)),
        Some(other) => Err(Error::field("order", "unknown", format!("use newest or due, not `{other}`"))),
    }
}

async fn criteria(tx: &mut Tx, ctx: &Ctx, filter: &TicketFilter) -> Result<Criteria> {
    let mut out = Criteria {
        statuses: words(filter.status.as_deref(), "status", |word| match word {
            "active" => Some(TicketStatus::ALL.iter().copied().filter(|status| status.is_open()).collect()),
            "closed" => Some(TicketStatus::ALL.iter().copied().filter(|status| !status.is_open()).collect()),
            _ => None,
        })?,
        priorities: words(filter.priority.as_deref(), "priority", |_| None)?,
        types: filter.service_type.map(|one| vec![one]),
        customer: filter.customer_id,
        areas: filter.area_id.map(|one| vec![one]),
        ..Criteria::default()
    };
    match filter.technician_id {
        Some(TechnicianId(0)) => out.unassigned = true,
        Some(id) => out.conditions.push(Condition { invert: false, test: Test::Team(vec![id], false) }),
        None => {}
    }
    let test = match filter.sla.as_deref() {
        None => None,
        Some("overdue") => Some(Test::Overdue(ctx.now)),
        Some("at_risk") => Some(Test::AtRisk(ctx.now)),
        Some(other) => {
            return Err(Error::field("sla", "unknown", format!("use overdue or at_risk, not `{other}`")));
        }
    };
    if let Some(test) = test {
        ticking(&mut out);
        out.conditions.push(Condition { invert: false, test });
    }
    if let Some(hours) = filter.completed_hours {
        let since = ctx.now.plus_seconds(-i64::from(hours) * 3600);
        out.conditions.push(Condition { invert: false, test: Test::Completed(since) });
    }
    if let Some(text) = filter.q.as_deref().filter(|text| !text.trim().is_empty()) {
        let parsed = Filter::parse(&filter::TICKETS, text)
            .map_err(|error| Error::field("q", "invalid", error.to_string()))?;
        for term in &parsed.terms {
            add(tx, ctx, &mut out, term).await?;
        }
    }
    Ok(out)
}

/// Only unfinished tickets have a clock; saying so lets their index drive the search.
fn ticking(out: &mut Criteria) {
    let open: Vec<TicketStatus> =
        TicketStatus::ALL.iter().copied().filter(|status| status.is_open()).collect();
    narrow(&mut out.statuses, open);
}

/// Reads comma separated words, some of which may stand for groups.
fn words<T: FromStr<Err = UnknownWord> + Copy + PartialEq>(
    text: Option<&str>,
    field: &str,
    group: impl Fn(&str) -> Option<Vec<T>>,
) -> Result<Option<Vec<T>>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let mut out = Vec::new();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let found = match group(word) {
            Some(members) => members,
            None => vec![
                word.parse()
                    .map_err(|error: UnknownWord| Error::field(field, "unknown", error.to_string()))?,
            ],
        };
        for value in found {
            if !out.contains(&value) {
                out.push(value);
            }
        }
    }
    Ok(Some(out))
}

/// Keeps what is in both sets.
fn narrow<T: PartialEq>(set: &mut Option<Vec<T>>, values: Vec<T>) {
    match set {
        Some(present) => present.retain(|value| values.contains(value)),
        None => *set = Some(values),
    }
}

/// The values a choice names, or all others when inverted.
fn choose<T: FromStr + Copy + PartialEq>(
    all: &[T],
    field: &filter::Field,
    values: &[String],
    invert: bool,
) -> Vec<T> {
    let filter::Kind::Choice(choices) = field.kind else { return Vec::new() };
    let mut named: Vec<T> = Vec::new();
    for value in values {
        let members =
            choices.iter().find(|choice| choice.name == value).map_or(&[][..], |choice| choice.members);
        named.extend(
            members.iter().copied().chain([value.as_str()]).filter_map(|word| word.parse::<T>().ok()),
        );
    }
    all.iter().copied().filter(|value| named.contains(value) != invert).collect()
}

async fn add(tx: &mut Tx, ctx: &Ctx, out: &mut Criteria, term: &filter::Term) -> Result<()> {
    let invert = term.invert;
    let test = match &term.test {
        filter::Test::Word(word) => Test::Word(fold(word)),
        filter::Test::AnyOf(field, values) => match field.name {
            "status" => {
                narrow(&mut out.statuses, choose(TicketStatus::ALL, field, values, invert));
                return Ok(());
            }
            "prio" => {
                narrow(&mut out.priorities, choose(Priority::ALL, field, values, invert));
                return Ok(());
            }
            "type" => {
                narrow(&mut out.types, choose(ServiceType::ALL, field, values, invert));
                return Ok(());
            }
            "chan" => {
                narrow(&mut out.channels, choose(Channel::ALL, field, values, invert));
                return Ok(());
            }
            "tech" if !invert && *values == [NONE] => {
                out.unassigned = true;
                return Ok(());
            }
            "tech" => {
                Test::Team(technicians(tx, ctx, values).await?, values.iter().any(|value| value == NONE))
            }
            "area" => {
                let ids = areas(tx, values).await?;
                let or_none = values.iter().any(|value| value == NONE);
                if !invert && !or_none && !ids.is_empty() {
                    {
                        narrow(&mut out.areas, ids);
                        return Ok(());
                    }
                }
                Test::Area(ids, or_none)
            }
            "cat" => Test::Category(values.clone()),
            "cust" => Test::Customer(values.clone()),
            "no" => Test::Number(values.clone()),
            "sla" if values.iter().any(|value| value == NONE) => Test::NoClock,
            "sla" => {
                if !invert {
                    ticking(out);
                }
                Test::Overdue(ctx.now)
            }
            _ => Test::Never,
        },
        filter::Test::Compare(field, order, amount) => match field.name {
            "sla" => {
                if !invert {
                    ticking(out);
                }
                Test::Due(*order, ctx.now.plus_seconds(*amount))
            }
            // The older a ticket, the earlier it was reported.
            "age" => Test::Created(mirror(*order), ctx.now.plus_seconds(-amount)),
            _ => Test::Never,
        },
    };
    out.conditions.push(Condition { invert, test });
    Ok(())
}

const fn mirror(order: Order) -> Order {
    match order {
        Order::Less => Order::More,
        Order::AtMost => Order::AtLeast,
        Order::More => Order::Less,
        Order::AtLeast => Order::AtMost,
        Order::Equal => Order::Equal,
    }
}

/// The technicians whose names or sign-in names the values begin a word of; `me` is the actor.
async fn technicians(tx: &mut Tx, ctx: &Ctx, values: &[String]) -> Result<Vec<TechnicianId>> {
    let own = match &ctx.actor {
        Actor::User(staff) => staff.technician_id,
        _ => None,
    };
    let named: Vec<&String> = values.iter().filter(|value| *value != ME && *value != NONE).collect();
    let mut out: Vec<TechnicianId> =
        if values.iter().any(|value| value == ME) { own.into_iter().collect() } else { Vec::new() };
    if !named.is_empty() {
        let all = store::facts::technician_names(tx).await?;
        out.extend(
            all.iter()
                .filter(|(_, name, username)| {
                    named.iter().any(|value| {
                        filter::starts_a_word(name, value) || filter::starts_a_word(username, value)
                    })
                })
                .map(|(id, _, _)| *id),
        );
    }
    out.sort();
    out.dedup();
    Ok(out)
}

async fn areas(tx: &mut Tx, values: &[String]) -> Result<Vec<AreaId>> {
    let all = store::facts::area_names(tx).await?;
    Ok(all
        .into_iter()
        .filter(|(_, name)| values.iter().any(|value| value != NONE && filter::starts_a_word(name, value)))
        .map(|(id, _)| id)
        .collect())
}
