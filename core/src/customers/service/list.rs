//! The list of customers: as fast among 100,000 as among 100.

use super::super::{
    CustomerFilter, CustomerSummary,
    store::{self, Condition, Listed, Place, Start},
    terms,
};
use crate::{
    app::{Ctx, Scope},
    db::Tx,
    error::{Checker, Result},
    types::*,
};

/// So many rows may be sorted for a page.
const FEW: i64 = 2_000;
/// So many rows may be passed in the order of names to fill a page.
const WINDOW: i64 = 5_000;
/// Conditions that hold more rows than this are alike.
const MANY: i64 = 100_000;

/// A page of the customers whom the actor may see, in the order of names, telephone numbers masked.
pub async fn list(ctx: &Ctx, filter: &CustomerFilter) -> Result<Page<CustomerSummary>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let from = page.after::<Place>()?;
    let scope = ctx.actor.scope();
    let Some(conditions) = conditions(filter, scope)? else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let mut tx = ctx.app.db.read().await?;
    let rows = find(&mut tx, scope, &conditions, from.as_ref(), page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| (row.name_key.clone(), row.summary.id)).map(masked))
}

fn masked(row: Listed) -> CustomerSummary {
    let phone = row.summary.phone.parse::<Phone>().map(|phone| phone.masked()).unwrap_or_default();
    CustomerSummary { phone, ..row.summary }
}

/// What the listed customers must be; none when nobody can be it, because the search text has no word in it.
pub fn conditions(filter: &CustomerFilter, scope: Scope) -> Result<Option<Vec<Condition>>> {
    let mut check = Checker::new();
    let text = check.optional_text("q", filter.q.as_deref().unwrap_or_default(), 200);
    check.finish()?;
    let words = terms::wanted(&text);
    if words.is_empty() && !text.is_empty() {
        return Ok(None);
    }
    let mut conditions: Vec<Condition> = words.into_iter().map(Condition::Word).collect();
    conditions.extend(filter.tag.as_ref().map(|tag| Condition::Tag(tag.trim().to_lowercase())));
    conditions.extend(filter.status.map(Condition::Status));
    conditions.extend(filter.area_id.map(Condition::Area));
    conditions.extend(filter.package_id.map(Condition::Package));
    if let Scope::Technician(technician) = scope {
        conditions.push(Condition::Team(technician));
    }
    Ok(Some(conditions))
}

async fn find(
    tx: &mut Tx,
    scope: Scope,
    conditions: &[Condition],
    from: Option<&Place>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let Some(start) = choose(tx, conditions, from).await? else { return Ok(Vec::new()) };
    let rows = store::page(tx, scope, &start, conditions, from, limit).await?;
    if rows.len() as i64 == limit || !matches!(start, Start::InOrder(Some(_))) {
        return Ok(rows);
    }
    // Those who meet the conditions stand beyond the window.
    let Some((_, condition)) = rarest(tx, conditions, MANY).await? else { return Ok(Vec::new()) };
    Ok(store::page(tx, scope, &Start::Among(condition), conditions, from, limit).await?)
}

/// The way to a page that passes the fewest rows; none when nobody meets a condition. One condition that an index holds
/// in the order of names serves itself. Otherwise the rarest condition decides: when few customers meet it, they are
/// all looked at and sorted; when many meet each of them, a page in the order of names fills up within a window.
pub async fn choose(tx: &mut Tx, conditions: &[Condition], from: Option<&Place>) -> Result<Option<Start>> {
    if conditions.is_empty() || conditions.len() == 1 && conditions[0].is_ordered() {
        return Ok(Some(Start::InOrder(None)));
    }
    let Some((count, condition)) = rarest(tx, conditions, FEW + 1).await? else { return Ok(None) };
    if count <= FEW {
        return Ok(Some(Start::Among(condition)));
    }
    let until = store::last_of_window(tx, from, WINDOW).await?;
    Ok(until.map(|until| Start::InOrder(Some(until))))
}

/// The condition with the fewest rows, counted up to a bound; none when one has no rows at all.
async fn rarest(tx: &mut Tx, conditions: &[Condition], bound: i64) -> Result<Option<(i64, Condition)>> {
    let mut rarest: Option<(i64, &Condition)> = None;
    for condition in conditions {
        let count = store::count_up_to(tx, condition, bound).await?;
        if count == 0 {
            return Ok(None);
        }
        if rarest.is_none_or(|(fewest, _)| count < fewest) {
            rarest = Some((count, condition));
        }
    }
    Ok(rarest.map(|(count, condition)| (count, condition.clone())))
}
