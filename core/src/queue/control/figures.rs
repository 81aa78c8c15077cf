//! The queue in figures.

use super::{
    AtLeast, COUNTED_TO, JobCounts, KindStats, MINUTES, MinuteStats, Pause, ProviderRate, QueueCounts,
    QueueFigures, QueueStats, WorkerView,
    store::{self, Counted, Running, minute_of},
};
use crate::{
    app::{App, Ctx},
    db::Tx,
    error::Result,
    messages, providers,
    queue::{JobPriority, QueueName},
    types::*,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// Everything that was counted, before it is added up.
struct Tally {
    waiting: Vec<Counted>,
    dead: Vec<(QueueName, String, i64)>,
    running: Running,
}

impl Tally {
    async fn take(tx: &mut Tx, now: Time) -> Result<Tally> {
        Ok(Tally {
            waiting: store::count_waiting(tx, now).await?,
            dead: store::count_dead(tx).await?,
            running: store::count_running(tx).await?,
        })
    }

    /// The queues and priorities of which not all waiting (or delayed) jobs were counted.
    fn is_cut(&self, queue: QueueName, priority: i64, later: bool) -> bool {
        let same = |row: &&Counted| row.queue == queue && row.priority == priority && row.later == later;
        self.waiting.iter().filter(same).map(|row| row.jobs).sum::<i64>() > COUNTED_TO
    }

    /// Adds up what fits.
    fn counts(&self, wanted: impl Fn(QueueName, &str) -> bool) -> JobCounts {
        let mut counts = JobCounts::default();
        for row in self.waiting.iter().filter(|row| wanted(row.queue, &row.kind)) {
            let cut = self.is_cut(row.queue, row.priority, row.later);
            if row.later {
                counts.delayed += row.jobs;
                counts.at_least.delayed |= cut;
            } else {
                counts.waiting += row.jobs;
                counts.at_least.waiting |= cut;
            }
        }
        let cut = self.dead.iter().map(|(.., jobs)| jobs).sum::<i64>() > COUNTED_TO;
        for (.., jobs) in self.dead.iter().filter(|(queue, kind, _)| wanted(*queue, kind)) {
            counts.dead += jobs;
            counts.at_least.dead |= cut;
        }
        let running = self.running.kinds.iter();
        counts.running =
            running.filter(|((queue, kind), _)| wanted(*queue, kind)).map(|(_, jobs)| jobs).sum();
        whole(counts)
    }

    fn queues(&self, pauses: &[(QueueName, Pause)]) -> Vec<QueueFigures> {
        let figures = |queue: &QueueName| QueueFigures {
            queue: *queue,
            counts: self.counts(|of, _| of == *queue),
            paused: pauses.iter().find(|(paused, _)| paused == queue).map(|(_, pause)| pause.clone()),
        };
        QueueName::ALL.iter().map(figures).collect()
    }

    fn kinds(&self) -> Vec<&str> {
        let waiting = self.waiting.iter().map(|row| row.kind.as_str());
        let dead = self.dead.iter().map(|(_, kind, _)| kind.as_str());
        waiting.chain(dead).chain(self.running.kinds.keys().map(|(_, kind)| kind.as_str())).collect()
    }
}

/// A lower bound is told as the round number up to which was counted.
fn whole(counts: JobCounts) -> JobCounts {
    let AtLeast { waiting, delayed, dead } = counts.at_least;
    let round = |figure: i64, cut: bool| {
        if cut && figure > COUNTED_TO { figure / COUNTED_TO * COUNTED_TO } else { figure }
    };
    JobCounts {
        waiting: round(counts.waiting, waiting),
        delayed: round(counts.delayed, delayed),
        dead: round(counts.dead, dead),
        ..counts
    }
}

/// The last sixty minutes one by one, the oldest first, whether anything was done in them or not.
fn series(now: Time, rows: &[(String, MinuteStats)]) -> Vec<MinuteStats> {
    let mut sums: BTreeMap<Time, MinuteStats> = BTreeMap::new();
    for (_, row) in rows {
        let sum = sums.entry(row.minute).or_insert_with(|| empty(row.minute));
        sum.done += row.done;
        sum.failed += row.failed;
        sum.retried += row.retried;
    }
    let last = minute_of(now);
    let minute = |back: usize| last.plus_seconds(-60 * i64::try_from(back).unwrap_or(0));
    (0..MINUTES)
        .rev()
        .map(minute)
        .map(|minute| sums.get(&minute).copied().unwrap_or_else(|| empty(minute)))
        .collect()
}

const fn empty(minute: Time) -> MinuteStats {
    MinuteStats { minute, done: 0, failed: 0, retried: 0 }
}

fn age_ms(now: Time, at: Option<Time>) -> i64 {
    at.map_or(0, |at| now.since_ms(at).max(0))
}

/// Since when the oldest due job waits.
pub(super) async fn oldest(tx: &mut Tx, now: Time) -> Result<Option<Time>> {
    let mut oldest = None;
    for priority in JobPriority::ALL {
        let at = store::oldest_due(tx, *priority, now).await?;
        oldest = oldest.into_iter().chain(at).min();
    }
    Ok(oldest)
}

/// The queue in figures.
pub(super) async fn stats(ctx: &Ctx) -> Result<QueueStats> {
    let now = ctx.now;
    let mut tx = ctx.app.db.read().await?;
    let tally = Tally::take(&mut tx, now).await?;
    let pauses = store::pauses(&mut tx).await?;
    let rows = store::minutes(&mut tx, now.plus_seconds(-60 * (MINUTES as i64 - 1))).await?;
    let oldest_waiting_ms = age_ms(now, oldest(&mut tx, now).await?);
    let oldest_critical_ms = age_ms(now, store::oldest_due(&mut tx, JobPriority::Critical, now).await?);
    let workers = store::workers(&mut tx).await?;
    drop(tx);

    let minutes = series(now, &rows);
    let sum = |of: fn(&MinuteStats) -> i64| minutes.iter().map(of).sum::<i64>();
    let (done, failed, retried) = (sum(|m| m.done), sum(|m| m.failed), sum(|m| m.retried));
    let five: i64 = minutes.iter().rev().take(5).map(|minute| minute.done).sum();
    let tries = done + failed + retried;
    let worker = |row: store::WorkerRow| WorkerView {
        running: tally.running.workers.get(&row.id).copied().unwrap_or(0),
        id: row.id,
        name: row.name,
        host: row.host,
        pid: row.pid,
        places: row.places,
        started_at: row.started_at,
        alive_until: row.alive_until,
    };
    Ok(QueueStats {
        counts: tally.counts(|_, _| true),
        done_last_hour: done,
        failed_last_hour: failed,
        per_minute: five as f64 / 5.0,
        retry_rate: if tries == 0 { 0.0 } else { retried as f64 / tries as f64 },
        oldest_waiting_ms,
        oldest_critical_ms,
        queues: tally.queues(&pauses),
        kinds: kinds(&tally, &rows),
        workers: workers.into_iter().map(worker).collect(),
        minutes,
        providers: rates(ctx).await?,
    })
}

fn kinds(tally: &Tally, rows: &[(String, MinuteStats)]) -> Vec<KindStats> {
    let mut names = tally.kinds();
    names.extend(rows.iter().map(|(kind, _)| kind.as_str()));
    names.sort_unstable();
    names.dedup();
    let stats = |kind: &str| {
        let sum = |of: fn(&MinuteStats) -> i64| {
            rows.iter().filter(|(row, _)| row == kind).map(|(_, minute)| of(minute)).sum()
        };
        KindStats {
            kind: kind.to_owned(),
            counts: tally.counts(|_, of| of == kind),
            done_last_hour: sum(|m| m.done),
            failed_last_hour: sum(|m| m.failed),
            retried_last_hour: sum(|m| m.retried),
        }
    };
    names.into_iter().map(stats).collect()
}

/// How much of each WhatsApp account's limit is used; the sandbox has none.
async fn rates(ctx: &Ctx) -> Result<Vec<ProviderRate>> {
    let mut rates = Vec::new();
    if ctx.app.config.whatsapp.provider.is_sandbox() {
        return Ok(rates);
    }
    for account in providers::service::in_force(ctx).await?.into_iter().filter(|account| account.enabled) {
        let used =
            messages::service::tries_within(ctx, &account.name, account.window_s, account.limit).await?;
        rates.push(ProviderRate {
            provider: account.name,
            used: Some(used),
            limit: Some(account.limit),
            window_seconds: account.window_s,
        });
    }
    Ok(rates)
}

/// How long counts are told again instead of counted again.
const FRESH: Duration = Duration::from_millis(900);

/// The counts of all live streams of a process, counted once for all of them.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<Option<(Instant, QueueCounts)>>>);

impl Told {
    /// The queue as it stands, at most a second old.
    pub async fn counts(&self, app: &App) -> Result<QueueCounts> {
        let mut known = self.0.lock().await;
        if let Some((at, counts)) = known.as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(counts.clone());
        }
        let counts = counts(app).await?;
        *known = Some((Instant::now(), counts.clone()));
        Ok(counts)
    }
}

async fn counts(app: &App) -> Result<QueueCounts> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let tally = Tally::take(&mut tx, now).await?;
    let pauses = store::pauses(&mut tx).await?;
    let minute = store::minutes(&mut tx, now).await?;
    let oldest_any = oldest(&mut tx, now).await?;
    let critical = store::oldest_due(&mut tx, JobPriority::Critical, now).await?;
    Ok(QueueCounts {
        counts: tally.counts(|_, _| true),
        done_this_minute: minute.iter().map(|(_, row)| row.done).sum(),
        oldest_waiting_seconds: age_ms(now, oldest_any) / 1000,
        oldest_critical_seconds: age_ms(now, critical) / 1000,
        queues: tally.queues(&pauses),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, priority: i64, later: bool, jobs: i64) -> Counted {
        Counted { queue: QueueName::Messages, priority, later, kind: kind.into(), jobs }
    }

    #[test]
    fn what_was_not_counted_to_the_end_is_told_as_a_lower_bound() {
        let tally = Tally {
            waiting: vec![row("send-bulk", 3, false, 10_001), row("send-otp", 0, false, 7)],
            dead: vec![(QueueName::Mail, "send-mail".into(), 3)],
            running: Running::default(),
        };
        let all = tally.counts(|_, _| true);
        assert_eq!((all.waiting, all.at_least.waiting), (10_000, true));
        assert_eq!((all.dead, all.at_least.dead, all.at_least.delayed), (3, false, false));
        let codes = tally.counts(|_, kind| kind == "send-otp");
        assert_eq!((codes.waiting, codes.at_least.waiting), (7, false));
        let mail = tally.counts(|queue, _| queue == QueueName::Mail);
        assert_eq!((mail.waiting, mail.dead), (0, 3));
    }

    #[test]
    fn two_kinds_that_share_a_count_are_both_lower_bounds() {
        let tally = Tally {
            waiting: vec![row("send-notification", 2, true, 9_000), row("send-group", 2, true, 1_001)],
            dead: Vec::new(),
            running: Running::default(),
        };
        let group = tally.counts(|_, kind| kind == "send-group");
        assert_eq!((group.delayed, group.at_least.delayed), (1_001, true));
    }

    #[test]
    fn the_series_has_every_minute_once_and_ends_now() {
        let now = Time::from_ms(10_000 * 60_000 + 12_345);
        let at = |back: i64| minute_of(now).plus_seconds(-60 * back);
        let done = |minute, done| MinuteStats { minute, done, failed: 1, retried: 0 };
        let rows = [
            ("a".to_owned(), done(at(0), 2)),
            ("b".to_owned(), done(at(0), 3)),
            ("a".to_owned(), done(at(59), 7)),
            ("a".to_owned(), done(at(60), 100)),
        ];
        let series = series(now, &rows);
        assert_eq!(series.len(), MINUTES);
        assert_eq!((series[59].minute, series[59].done, series[59].failed), (at(0), 5, 2));
        assert_eq!((series[0].minute, series[0].done), (at(59), 7));
        assert_eq!(series.iter().map(|minute| minute.done).sum::<i64>(), 12);
    }
}
