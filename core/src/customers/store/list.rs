//! SQL of the list of customers: how many rows a condition holds, and one page in the order of names.

use super::{super::CustomerSummary, within};
use crate::{
    app::Scope,
    customers::terms::Wanted,
    db::{DbError, Query, Tx},
    types::*,
};
use std::collections::HashMap;

/// Tickets in these statuses are not finished.
const OPEN: &str = "('open', 'assigned', 'in_progress', 'on_hold')";

/// Something that a listed customer must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Found by a word.
    Word(Wanted),
    /// Tagged.
    Tag(String),
    /// With an account status.
    Status(super::CustomerStatus),
    /// In an area.
    Area(AreaId),
    /// With a package.
    Package(PackageId),
    /// With a ticket of a technician's.
    Team(TechnicianId),
}

impl Condition {
    /// Whether an index holds the customers that meet it in the order of names.
    pub fn is_ordered(&self) -> bool {
        matches!(self, Condition::Status(_) | Condition::Area(_) | Condition::Package(_))
    }

    /// Which terms lie in the word's ranges.
    fn ranges(query: &mut Query, wanted: &Wanted) {
        for (n, (from, to)) in wanted.ranges.iter().enumerate() {
            query.push(if n == 0 { "(term >= " } else { " OR (term >= " }).bind(from);
            query.push(" AND term < ").bind(to).push(")");
        }
    }

    /// A statement that gives the ids of those who meet it, some more than once.
    fn push_ids(&self, query: &mut Query) {
        match self {
            // One statement for each range, because a search in an index goes from one place to another.
            Condition::Word(wanted) => {
                for (n, (from, to)) in wanted.ranges.iter().enumerate() {
                    query.push(if n == 0 { "" } else { " UNION ALL " });
                    query.push("SELECT customer_id AS id FROM customer_terms WHERE term >= ").bind(from);
                    query.push(" AND term < ").bind(to);
                }
            }
            Condition::Tag(tag) => {
                query.push("SELECT customer_id AS id FROM customer_tags WHERE tag = ").bind(tag);
            }
            Condition::Status(status) => {
                query.push("SELECT id FROM customers WHERE status = ").bind(*status);
            }
            Condition::Area(area) => {
                query.push("SELECT id FROM customers WHERE area_id = ").bind(*area);
            }
            Condition::Package(package) => {
                query.push("SELECT id FROM customers WHERE package_id = ").bind(*package);
            }
            Condition::Team(technician) => {
                query.push("SELECT t.customer_id AS id FROM ticket_team m JOIN tickets t ON t.id = m.ticket_id WHERE m.technician_id = ");
                query.bind(*technician);
            }
        }
    }

    /// A condition on the customer `c`.
    fn push_test(&self, query: &mut Query) {
        match self {
            Condition::Word(wanted) => {
                query.push(" AND EXISTS (SELECT 1 FROM customer_terms WHERE customer_id = c.id AND (");
                Self::ranges(query, wanted);
                query.push("))");
            }
            Condition::Tag(tag) => {
                query.push(" AND EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = c.id AND tag = ");
                query.bind(tag).push(")");
            }
            Condition::Status(status) => {
                query.push(" AND c.status = ").bind(*status);
            }
            Condition::Area(area) => {
                query.push(" AND c.area_id = ").bind(*area);
            }
            Condition::Package(package) => {
                query.push(" AND c.package_id = ").bind(*package);
            }
            Condition::Team(technician) => within(query, Scope::Technician(*technician)),
        }
    }
}

/// A place in the order of names.
pub type Place = (String, CustomerId);

/// Where a page is looked for.
#[derive(Debug, Clone)]
pub enum Start {
    /// Among those who meet this condition, which are few: they are all looked at and sorted.
    Among(Condition),
    /// In the order of names, up to a place if one is given.
    InOrder(Option<Place>),
}

/// Rows and their places, in order.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// What the list shows, personal data not yet masked.
    #[sqlx(flatten)]
    pub summary: CustomerSummary,
    /// Place in the order of names.
    pub name_key: String,
}

/// How many rows an index holds for a condition, counted up to a bound.
pub async fn count_up_to(tx: &mut Tx, condition: &Condition, bound: i64) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM (SELECT 1 FROM (");
    condition.push_ids(&mut query);
    query.push(") found LIMIT ").bind(bound).push(") counted");
    let count: Option<(i64,)> = tx.opt_of(query).await?;
    Ok(count.map_or(0, |(count,)| count))
}

fn after(query: &mut Query, columns: &str, place: Option<&Place>) {
    if let Some((name_key, id)) = place {
        query.push(&format!(" AND ({columns}) > (")).bind(name_key);
        query.push(", ").bind(*id).push(")");
    }
}

/// The place of the last of the next `rows` customers in the order of names; none when there are none.
pub async fn last_of_window(tx: &mut Tx, from: Option<&Place>, rows: i64) -> Result<Option<Place>, DbError> {
    let mut query =
        Query::new("SELECT name_key, id FROM (SELECT c.name_key, c.id FROM customers c WHERE TRUE");
    after(&mut query, "c.name_key, c.id", from);
    query.push(" ORDER BY c.name_key, c.id LIMIT ").bind(rows);
    query.push(") passed ORDER BY name_key DESC, id DESC LIMIT 1");
    tx.opt_of(query).await
}

/// The customers after a place who meet every condition, in the order of names.
pub async fn page(
    tx: &mut Tx,
    scope: Scope,
    start: &Start,
    conditions: &[Condition],
    from: Option<&Place>,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    let mut rows: Vec<Listed> = tx.all_of(page_query(scope, start, conditions, from, limit)).await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let mut query = Query::new("SELECT customer_id, tag FROM customer_tags WHERE customer_id IN ");
    query.bind_list(rows.iter().map(|row| row.summary.id));
    query.push(" ORDER BY tag");
    let mut tags: HashMap<CustomerId, Vec<String>> = HashMap::new();
    let tagged: Vec<(CustomerId, String)> = tx.all_of(query).await?;
    for (id, tag) in tagged {
        tags.entry(id).or_default().push(tag);
    }
    for row in &mut rows {
        row.summary.tags = tags.remove(&row.summary.id).unwrap_or_default();
    }
    Ok(rows)
}

/// The page's keys are found first and the rows around them read after, so that only what is shown is read whole.
///
/// Few customers are looked up one by one in a subquery of their own and many are walked through in order: neither
/// database is left a choice that reads the whole table, whatever it believes of its size. Tests read the plans.
pub fn page_query(
    scope: Scope,
    start: &Start,
    conditions: &[Condition],
    from: Option<&Place>,
    limit: i64,
) -> Query {
    let mut query = Query::new("WITH ");
    match start {
        Start::Among(among) => {
            query.push("hit AS MATERIALIZED (SELECT DISTINCT id FROM (");
            among.push_ids(&mut query);
            query.push(") found), keyed AS MATERIALIZED (SELECT hit.id, (SELECT c.name_key FROM customers c WHERE c.id = hit.id");
            within(&mut query, scope);
            for condition in conditions.iter().filter(|condition| *condition != among) {
                condition.push_test(&mut query);
            }
            query.push(") AS name_key FROM hit), page AS MATERIALIZED (SELECT id FROM keyed WHERE name_key IS NOT NULL");
            after(&mut query, "name_key, id", from);
            query.push(" ORDER BY name_key, id LIMIT ").bind(limit);
        }
        Start::InOrder(until) => {
            query.push("page AS MATERIALIZED (SELECT c.id FROM customers c WHERE TRUE");
            if let Some((name_key, id)) = until {
                query.push(" AND (c.name_key, c.id) <= (").bind(name_key);
                query.push(", ").bind(*id).push(")");
            }
            within(&mut query, scope);
            for condition in conditions {
                condition.push_test(&mut query);
            }
            after(&mut query, "c.name_key, c.id", from);
            query.push(" ORDER BY c.name_key, c.id LIMIT ").bind(limit);
        }
    }
    query.push(&format!(
        ") SELECT c.id, c.number, c.name, c.name_key, c.phone, c.address, a.name AS area_name, p.name AS package_name,
             o.name AS odp_name, c.status, c.created_at,
             (SELECT COUNT(*) FROM tickets t WHERE t.customer_id = c.id AND t.status IN {OPEN}) AS open_tickets
           FROM page CROSS JOIN customers c LEFT JOIN areas a ON a.id = c.area_id
             LEFT JOIN packages p ON p.id = c.package_id LEFT JOIN odps o ON o.id = c.odp_id
           WHERE c.id = page.id ORDER BY c.name_key, c.id"
    ));
    query
}
