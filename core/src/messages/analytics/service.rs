//! The figures of a period.

use super::{
    AnalyticsPeriod, DayOutcomes, FailureReason, MessageAnalytics, Outcomes, PERIODS, ProviderOutcomes,
    TemplateOutcomes,
    store::{self, Alike},
};
use crate::{
    app::Ctx,
    error::{Error, Result},
    types::*,
};
use jiff::ToSpan;
use std::collections::BTreeMap;

impl From<&Alike> for Outcomes {
    fn from(row: &Alike) -> Self {
        Outcomes {
            cost: row.cost,
            timed: row.timed,
            delivery_ms: row.delivery_ms,
            ..Outcomes::of(row.status, row.messages, row.sent)
        }
    }
}

/// The days of a period, from when each began, and the end of the last one.
fn days(ctx: &Ctx, count: i64) -> Result<Vec<Time>> {
    let zone = &ctx.app.zone;
    let today = zone.day(ctx.now);
    (0..=count)
        .map(|n| {
            let day = today.checked_add((n + 1 - count).days());
            day.map(|day| zone.start_of(day)).map_err(|error| Error::Internal(error.to_string()))
        })
        .collect()
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Outcomes>, key: K, more: Outcomes) {
    let sum = sums.entry(key).or_default();
    *sum = sum.plus(more);
}

/// What became of the messages of the last days.
///
/// # Errors
/// [`Error::Invalid`] for any other period than [`PERIODS`].
pub async fn analytics(ctx: &Ctx, period: &AnalyticsPeriod) -> Result<MessageAnalytics> {
    let count = period.days.unwrap_or(PERIODS[0]);
    if !PERIODS.contains(&count) {
        return Err(Error::field("days", "unknown", format!("use 7, 30 or 90, not {count}")));
    }
    let days = days(ctx, count)?;
    let (since, until) = (days[0], days[days.len() - 1]);
    let mut by_day = Vec::with_capacity(days.len());
    let (mut providers, mut templates) = (BTreeMap::new(), BTreeMap::new());
    let mut failures: BTreeMap<String, i64> = BTreeMap::new();
    let mut total = Outcomes::default();
    for day in days.windows(2) {
        // A day at a time: nobody waits for a connection as long as the whole takes.
        let mut tx = ctx.app.db.read().await?;
        let rows = store::messages(&mut tx, day[0], day[1]).await?;
        drop(tx);
        let mut sum = Outcomes::default();
        for row in &rows {
            let more = Outcomes::from(row);
            sum = sum.plus(more);
            add(&mut templates, row.template.clone(), more);
            if let Some(provider) = &row.provider {
                add(&mut providers, provider.clone(), more);
            }
            if more.failed > 0 {
                let code = row.error_code.clone().unwrap_or_else(|| row.status.to_string());
                *failures.entry(code).or_default() += more.failed;
            }
        }
        total = total.plus(sum);
        by_day.push(DayOutcomes { day: day[0], outcomes: sum });
    }
    let providers = tried(ctx, providers, since, until).await?;
    let mut templates: Vec<_> =
        templates.into_iter().map(|(template, outcomes)| TemplateOutcomes { template, outcomes }).collect();
    templates.sort_by_key(|one| std::cmp::Reverse(one.outcomes.written));
    let mut failures: Vec<_> =
        failures.into_iter().map(|(code, messages)| FailureReason { code, messages }).collect();
    failures.sort_by_key(|one| std::cmp::Reverse(one.messages));
    Ok(MessageAnalytics { days: count, since, total, by_day, providers, templates, failures })
}

/// Adds the tries to what became of the messages; a provider that took none is told, too.
async fn tried(
    ctx: &Ctx,
    mut sums: BTreeMap<String, Outcomes>,
    since: Time,
    until: Time,
) -> Result<Vec<ProviderOutcomes>> {
    let mut tx = ctx.app.db.read().await?;
    for provider in store::providers(&mut tx).await? {
        sums.entry(provider).or_default();
    }
    let mut told = Vec::with_capacity(sums.len());
    for (provider, outcomes) in sums {
        let tries = store::tries(&mut tx, &provider, since, until).await?;
        if tries.tries > 0 || outcomes.written > 0 {
            told.push(ProviderOutcomes {
                provider,
                outcomes,
                tries: tries.tries,
                accepted: tries.accepted,
                answered: tries.answered,
                answer_ms: tries.answer_ms,
            });
        }
    }
    told.sort_by_key(|one| std::cmp::Reverse(one.outcomes.written.max(one.tries)));
    Ok(told)
}
