//! SQL of the list: every combination of filters is driven by an index, in the list's order.
//!
//! The indexes begin with one filtered column and the status. A set of values becomes one branch per value, each read
//! in index order and cut at the page's size; the branches together hold the page.

use super::{NAMES, SUMMARY};
use crate::{
    app::Scope,
    db::{DbError, Query, Tx},
    filter::Order,
    tickets::{Channel, Priority, ServiceType, TicketStatus, TicketSummary},
    types::*,
};

/// The order of a list and where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The newest first, before an id.
    Newest(Option<TicketId>),
    /// What is due first, after a due time and an id.
    Due(Option<(Time, TicketId)>),
}

/// What tickets must be like.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// One of these; all when none.
    pub statuses: Option<Vec<TicketStatus>>,
    /// One of these.
    pub priorities: Option<Vec<Priority>>,
    /// One of these.
    pub types: Option<Vec<ServiceType>>,
    /// One of these.
    pub channels: Option<Vec<Channel>>,
    /// This customer's.
    pub customer: Option<CustomerId>,
    /// In one of these areas.
    pub areas: Option<Vec<AreaId>>,
    /// Nobody has it.
    pub unassigned: bool,
    /// All of these hold too.
    pub conditions: Vec<Condition>,
}

/// A condition that may be inverted.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Keep the tickets for which it fails.
    pub invert: bool,
    /// What is asked.
    pub test: Test,
}

/// What is asked of a ticket.
#[derive(Debug, Clone)]
pub enum Test {
    /// A word of the title, the ticket's number or the customer begins so.
    Word(String),
    /// The customer's name or number holds one of these.
    Customer(Vec<String>),
    /// The ticket's number holds one of these.
    Number(Vec<String>),
    /// The category holds one of these; an empty text stands for none.
    Category(Vec<String>),
    /// One of these is on the team, or nobody has it.
    Team(Vec<TechnicianId>, bool),
    /// In one of these areas, or in none.
    Area(Vec<AreaId>, bool),
    /// The clock runs and the due time compares so.
    Due(Order, Time),
    /// Reported at a time that compares so.
    Created(Order, Time),
    /// Completed since.
    Completed(Time),
    /// The due time has passed, or had when it was put on hold.
    Overdue(Time),
    /// The clock runs, most of the time is used, and the due time has not passed.
    AtRisk(Time),
    /// The clock does not run.
    NoClock,
    /// Nothing satisfies it.
    Never,
}

/// Branches beyond which one sorted scan is cheaper than many small ones.
const MOST_BRANCHES: usize = 24;

/// A page of tickets within a scope.
pub async fn page(
    tx: &mut Tx,
    criteria: &Criteria,
    scope: Scope,
    start: Start,
    limit: i64,
) -> Result<Vec<TicketSummary>, DbError> {
    tx.all_of(query(criteria, scope, start, limit)).await
}

/// The statement behind [`page`].
pub fn query(criteria: &Criteria, scope: Scope, start: Start, limit: i64) -> Query {
    let branches = branches(criteria, scope, start);
    let order = match start {
        Start::Newest(_) => " ORDER BY t.id DESC LIMIT ",
        Start::Due(_) => " ORDER BY t.resolution_due_at, t.id LIMIT ",
    };
    let mut query = Query::new("SELECT ");
    query.push(SUMMARY);
    if let [branch] = branches.as_slice() {
        query.push(" FROM tickets t").push(NAMES).push(" WHERE TRUE");
        restrict(&mut query, criteria, scope, start, branch);
        query.push(order).bind(limit);
        return query;
    }
    query.push(" FROM (");
    for (at, branch) in branches.iter().enumerate() {
        query.push(if at == 0 {
            "SELECT id FROM (SELECT t.id FROM tickets t WHERE TRUE"
        } else {
            " UNION ALL SELECT id FROM (SELECT t.id FROM tickets t WHERE TRUE"
        });
        restrict(&mut query, criteria, scope, start, branch);
        query.push(order).bind(limit).push(") b").push(&at.to_string());
    }
    query.push(") p JOIN tickets t ON t.id = p.id").push(NAMES).push(order).bind(limit);
    query
}

/// One value of each column that leads the index which drives a branch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Branch {
    status: Option<TicketStatus>,
    priority: Option<Priority>,
    service_type: Option<ServiceType>,
    area: Option<AreaId>,
}

fn branches(criteria: &Criteria, scope: Scope, start: Start) -> Vec<Branch> {
    let one = vec![Branch::default()];
    // A customer's or a technician's tickets are few, and found by their own index.
    let narrow = scope != Scope::All
        || criteria.customer.is_some()
        || criteria.conditions.iter().any(|condition| {
            !condition.invert
                && matches!(condition.test, Test::Word(_) | Test::Customer(_) | Test::Team(_, false))
        });
    if narrow {
        return one;
    }
    let due = matches!(start, Start::Due(_));
    let leads: Vec<Branch> = if due {
        one.clone()
    } else if let Some(areas) = &criteria.areas {
        areas.iter().map(|area| Branch { area: Some(*area), ..Branch::default() }).collect()
    } else if let Some(priorities) = &criteria.priorities {
        priorities.iter().map(|priority| Branch { priority: Some(*priority), ..Branch::default() }).collect()
    } else if let Some(types) = &criteria.types {
        types.iter().map(|kind| Branch { service_type: Some(*kind), ..Branch::default() }).collect()
    } else {
        one.clone()
    };
    let led = leads != one || criteria.unassigned;
    let statuses: &[TicketStatus] = match &criteria.statuses {
        Some(statuses) => statuses,
        None if led || due => TicketStatus::ALL,
        None => return one,
    };
    let out: Vec<Branch> = leads
        .iter()
        .flat_map(|lead| statuses.iter().map(|status| Branch { status: Some(*status), ..*lead }))
        .collect();
    if out.is_empty() || out.len() > MOST_BRANCHES { one } else { out }
}

fn restrict(query: &mut Query, criteria: &Criteria, scope: Scope, start: Start, branch: &Branch) {
    fn set<T: crate::db::Param + Copy>(query: &mut Query, column: &str, one: Option<T>, all: Option<&[T]>) {
        match (one, all) {
            (Some(value), _) => query.push(" AND t.").push(column).push(" = ").bind(value),
            (None, Some([value])) => query.push(" AND t.").push(column).push(" = ").bind(*value),
            (None, Some(values)) => {
                query.push(" AND t.").push(column).push(" IN ").bind_list(values.iter().copied())
            }
            (None, None) => query,
        };
    }
    set(query, "status", branch.status, criteria.statuses.as_deref());
    set(query, "priority", branch.priority, criteria.priorities.as_deref());
    set(query, "type", branch.service_type, criteria.types.as_deref());
    set(query, "area_id", branch.area, criteria.areas.as_deref());
    set(query, "channel", None, criteria.channels.as_deref());
    set(query, "customer_id", criteria.customer, None);
    if criteria.unassigned {
        query.push(" AND t.lead_id IS NULL");
    }
    super::within(query, "t", scope);
    for condition in &criteria.conditions {
        // What is unknown (the customer of a ticket that has none) does not hold, so its inverse does.
        query.push(if condition.invert { " AND NOT COALESCE((" } else { " AND (" });
        ask(query, &condition.test);
        query.push(if condition.invert { "), FALSE)" } else { ")" });
    }
    match start {
        Start::Newest(Some(before)) => {
            query.push(" AND t.id < ").bind(before);
        }
        Start::Due(Some((at, id))) => {
            query.push(" AND (t.resolution_due_at, t.id) > (").bind(at).push(", ").bind(id).push(")");
        }
        Start::Newest(None) | Start::Due(None) => {}
    }
}

const RUNNING: &str = "t.status IN ('open', 'assigned', 'in_progress')";

fn ask(query: &mut Query, test: &Test) {
    match test {
        Test::Word(word) => {
            query.push("t.id IN (SELECT ticket_id FROM ticket_terms WHERE ");
            prefix(query, "term", word);
            query.push(" UNION SELECT o.id FROM customer_terms x JOIN tickets o ON o.customer_id = x.customer_id WHERE ");
            prefix(query, "x.term", word);
            query.push(")");
        }
        Test::Customer(texts) => any(query, texts, |query, text| {
            let word =
                text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or(text);
            query.push("t.customer_id IN (SELECT x.customer_id FROM customer_terms x JOIN customers y ON y.id = x.customer_id WHERE ");
            prefix(query, "x.term", word);
            query.push(" AND (");
            contains(query, "y.name", text);
            query.push(" OR ");
            contains(query, "y.number", text);
            query.push("))");
        }),
        Test::Number(texts) => any(query, texts, |query, text| {
            let number = text.to_uppercase();
            if number.starts_with("TKT") {
                prefix(query, "t.number", &number);
            } else {
                contains(query, "t.number", text);
            }
        }),
        Test::Category(texts) => any(query, texts, |query, text| contains(query, "t.category", text)),
        Test::Team(ids, or_nobody) => {
            query.push("t.id IN (SELECT ticket_id FROM ticket_team WHERE technician_id IN ");
            query.bind_list(ids.iter().copied()).push(")");
            if *or_nobody {
                query.push(" OR t.lead_id IS NULL");
            }
        }
        Test::Area(ids, or_none) => {
            query.push("COALESCE(t.area_id, 0) IN ").bind_list(ids.iter().copied());
            if *or_none {
                query.push(" OR t.area_id IS NULL");
            }
        }
        Test::Due(order, at) => {
            query.push(RUNNING).push(" AND t.resolution_due_at ").push(order.sign()).push(" ").bind(*at);
        }
        Test::Created(order, at) => {
            query.push("t.created_at ").push(order.sign()).push(" ").bind(*at);
        }
        Test::Completed(since) => {
            query.push("t.status = 'completed' AND t.completed_at >= ").bind(*since);
        }
        Test::Overdue(now) => {
            query.push(RUNNING).push(" AND t.resolution_due_at < ").bind(*now);
            query.push(" OR t.status = 'on_hold' AND t.held_at > t.resolution_due_at");
        }
        Test::AtRisk(now) => {
            query.push(RUNNING).push(" AND t.at_risk_at <= ").bind(*now);
            query.push(" AND t.resolution_due_at >= ").bind(*now);
        }
        Test::NoClock => {
            query.push("NOT ").push(RUNNING);
        }
        Test::Never => {
            query.push("FALSE");
        }
    }
}

fn any(query: &mut Query, texts: &[String], one: impl Fn(&mut Query, &str)) {
    for (at, text) in texts.iter().enumerate() {
        query.push(if at == 0 { "" } else { " OR " });
        one(query, text);
    }
    if texts.is_empty() {
        query.push("FALSE");
    }
}

/// The column begins with the text, as a range of an index that compares byte by byte.
fn prefix(query: &mut Query, column: &str, text: &str) {
    query.push("(").push(column).push(" >= ").bind(text);
    query.push(" AND ").push(column).push(" < ").bind(format!("{text}\u{10ffff}")).push(")");
}

/// The column holds the text, case ignored.
fn contains(query: &mut Query, column: &str, text: &str) {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    query.push("LOWER(").push(column).push(") LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '!'");
}
