//! Whether the parts of the installation work.

use crate::{app::App, args, types::Time};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The installation's health.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Health {
    /// Whether every needed part works.
    pub healthy: bool,
    /// `ok`, `degraded` (an accelerator or a provider fails) or `unhealthy`.
    pub status: String,
    /// The program's version.
    pub version: String,
    /// When it was checked.
    pub at: Time,
    /// Part by part.
    pub checks: Vec<Check>,
}

/// One part.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// Its name: `database`, `redis`, `disk`, `queue`, `whatsapp`.
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// Whether nothing works without it.
    pub needed: bool,
    /// What was found, in words, without addresses or secrets.
    pub detail: String,
    /// Milliseconds the check took.
    pub ms: u64,
}

/// A database that does not answer within this time is down.
const PATIENCE: Duration = Duration::from_secs(2);
/// Below this share of free space the disk counts as failing.
const LEAST_FREE_PERCENT: u64 = 5;

/// Checks every part.
pub async fn check(app: &App) -> Health {
    let mut checks = vec![database(app).await, disk(app).await];
    if checks[0].ok {
        checks.push(queue(app).await);
        checks.push(whatsapp(app).await);
    }
    if let Some(url) = &app.config.redis.url {
        let begun = Instant::now();
        let found = tokio::time::timeout(PATIENCE, crate::queue::redis_answers(url.expose())).await;
        let found = match found {
            Ok(true) => Ok("answers".to_owned()),
            Ok(false) | Err(_) => Err("does not answer: work from other processes is found later".to_owned()),
        };
        checks.push(verdict("redis", false, begun, found));
    }
    let failed = |needed: bool| checks.iter().any(|check| !check.ok && check.needed == needed);
    let healthy = !failed(true);
    let status = if !healthy {
        "unhealthy"
    } else if failed(false) {
        "degraded"
    } else {
        "ok"
    };
    Health {
        healthy,
        status: status.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: app.now(),
        checks,
    }
}

fn verdict(name: &str, needed: bool, begun: Instant, found: Result<String, String>) -> Check {
    let ok = found.is_ok();
    let detail = match found {
        Ok(detail) | Err(detail) => detail,
    };
    Check {
        name: name.to_owned(),
        ok,
        needed,
        detail,
        ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Whether the database answers.
pub async fn database(app: &App) -> Check {
    let begun = Instant::now();
    let asked = tokio::time::timeout(PATIENCE, async {
        let mut tx = app.db.read().await?;
        tx.one::<(i64,)>("SELECT head_seq FROM event_chain WHERE id = 1", args![]).await
    });
    let found = match asked.await {
        Ok(Ok(_)) => Ok("answers".to_owned()),
        Ok(Err(error)) => {
            tracing::warn!("health: {error}");
            Err("does not answer as it should".to_owned())
        }
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    verdict("database", true, begun, found)
}

async fn disk(app: &App) -> Check {
    let begun = Instant::now();
    let folder = app.config.server.data.clone();
    let found = tokio::task::spawn_blocking(move || {
        let folder = std::fs::canonicalize(&folder)
            .map_err(|error| format!("the data folder cannot be read: {error}"))?;
        let disk =
            rustix::fs::statvfs(&folder).map_err(|error| format!("the disk cannot be asked: {error}"))?;
        let free = disk.f_bavail.saturating_mul(100).checked_div(disk.f_blocks).unwrap_or(100);
        if free < LEAST_FREE_PERCENT {
            Err(format!("only {free} % free"))
        } else {
            Ok(format!("{free} % free"))
        }
    })
    .await
    .unwrap_or_else(|_| Err("the check failed".to_owned()));
    verdict("disk", true, begun, found)
}

/// Whether a gateway takes what it is given, by the tries of the last ten minutes; every configured one is told.
async fn whatsapp(app: &App) -> Check {
    let begun = Instant::now();
    let (mut said, mut failing) = (Vec::new(), false);
    for provider in app.config.whatsapp.provider.iter() {
        let recent = async {
            let mut tx = app.db.read().await?;
            tx.all::<(String,)>(
                "SELECT outcome FROM message_attempts WHERE provider = $1 AND started_at > $2 \
                 ORDER BY started_at DESC LIMIT 50",
                args![provider.as_str(), app.now().plus_seconds(-600)],
            )
            .await
        };
        let tries = match recent.await {
            Ok(tries) => tries,
            Err(error) => {
                tracing::warn!("health: {error}");
                return verdict("whatsapp", false, begun, Err("cannot be read".to_owned()));
            }
        };
        let bad = tries.iter().filter(|(outcome,)| matches!(outcome.as_str(), "failed" | "unknown")).count();
        said.push(format!("{}: {bad} of the last {} tries failed", provider.as_str(), tries.len()));
        // Below 80 % success; a handful of tries says nothing.
        failing |= tries.len() >= 5 && bad * 5 > tries.len();
    }
    let said = said.join("; ");
    verdict("whatsapp", false, begun, if failing { Err(said) } else { Ok(said) })
}

async fn queue(app: &App) -> Check {
    let begun = Instant::now();
    let found = async {
        let oldest = crate::queue::oldest_due(app).await?;
        let mut tx = app.db.read().await?;
        let (dead,): (i64,) = tx
            .one(
                "SELECT COUNT(*) FROM (SELECT id FROM jobs WHERE outcome = 'dead' LIMIT 1000) AS some_dead",
                args![],
            )
            .await?;
        Ok::<_, crate::error::Error>((oldest, dead))
    };
    let found = match found.await {
        Ok((oldest, dead)) => {
            let late_s = oldest.map_or(0, |oldest| app.now().since_ms(oldest) / 1000).max(0);
            if late_s > 60 {
                Err(format!("the oldest job has waited {late_s} s"))
            } else {
                Ok(format!("{dead} dead jobs"))
            }
        }
        Err(error) => {
            tracing::warn!("health: {error}");
            Err("cannot be read".to_owned())
        }
    };
    verdict("queue", false, begun, found)
}
