//! The WhatsApp accounts: which one a message goes through, and what each may carry.

use super::Outbox;
use crate::{
    app::{App, Ctx},
    error::Result,
    hub::Stopping,
    messages::{Budget, DailyCap, Rate},
    provider::{
        OutboundMessage,
        guard::{self, Breaker, Guarded, Limits},
    },
    providers::{self, BreakerState, InForce, Seen, usable},
};
use std::{
    sync::{MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::sleep;

/// At the latest after this time a change is followed that nobody announced.
const FOLLOW: Duration = Duration::from_secs(5);
/// Changes that come quickly are followed together.
const GATHER: Duration = Duration::from_millis(250);

/// One account.
#[derive(Clone)]
pub struct Account {
    /// Its name in settings and attempts.
    pub name: &'static str,
    /// The provider with its guards.
    pub guarded: Guarded<OutboundMessage>,
    /// Whether it can send to groups.
    pub groups: bool,
}

/// An account through which a message may go, and what it may still carry.
#[derive(Clone)]
pub struct Way {
    /// The account.
    pub account: Account,
    /// What it may carry; none for the sandbox.
    pub budget: Option<Budget>,
    /// Rupiah per message.
    pub cost: Option<i64>,
}

/// What this process sees of a breaker.
pub(super) fn look(breaker: &Breaker) -> Seen {
    match breaker.state() {
        guard::BreakerState::Closed => (BreakerState::Closed, Duration::ZERO),
        guard::BreakerState::HalfOpen => (BreakerState::HalfOpen, Duration::ZERO),
        guard::BreakerState::Open { for_another } => (BreakerState::Open, for_another),
    }
}

fn is_open(account: &Account) -> bool {
    matches!(account.guarded.breaker.state(), guard::BreakerState::Open { .. })
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(1).max(1)
}

impl Outbox {
    fn held(&self) -> MutexGuard<'_, Vec<InForce>> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account of a name, where it is configured.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// Reads what is set now and holds to it.
    pub async fn refresh(&self, ctx: &Ctx) -> Result<()> {
        if !self.real {
            return Ok(());
        }
        let now = providers::service::in_force(ctx).await?;
        for settings in &now {
            let Some(account) = self.account(&settings.name) else { continue };
            let limits = Limits {
                per_window: count(settings.limit),
                window: Duration::from_secs(count(settings.window_s) as u64),
                concurrency: count(settings.concurrency),
                ..Limits::default()
            };
            if account.guarded.limiter.limits() != limits {
                account.guarded.limiter.set(limits);
            }
        }
        *self.held() = now;
        Ok(())
    }

    /// Follows what administrators set, until everything is to end: as soon as a change is announced, and every few
    /// seconds.
    pub async fn follow(&self, app: App, mut stop: Stopping) {
        if !self.real {
            return;
        }
        let mut events = app.db.hub().events();
        let mut told = false;
        loop {
            events.borrow_and_update();
            match self.refresh(&app.system("outbox")).await {
                Ok(()) => told = false,
                Err(error) if !told => {
                    told = true;
                    tracing::warn!(%error, "what is set for providers cannot be read: the last known holds");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = sleep(FOLLOW) => {}
                _ = events.changed() => sleep(GATHER).await,
                () = stop.wait() => return,
            }
        }
    }

    /// The enabled accounts in their order, those that work first; all of them open: the first one, which then says for
    /// how long.
    fn in_order(&self) -> Vec<Account> {
        if !self.real {
            return self.accounts.to_vec();
        }
        let held = self.held();
        let known = if held.is_empty() {
            self.accounts.to_vec()
        } else {
            usable(&held).into_iter().filter_map(|settings| self.account(&settings.name)).cloned().collect()
        };
        let working: Vec<Account> = known.iter().filter(|account| !is_open(account)).cloned().collect();
        if working.is_empty() { known.into_iter().take(1).collect() } else { working }
    }

    /// How many messages that are not critical can go out right now.
    pub(super) fn messages_room(&self) -> usize {
        self.in_order().first().map_or(0, |account| account.guarded.limiter.room())
    }

    /// The accounts that a message may go through, the first to be tried first. One that went out perhaps goes through
    /// the same account again or through none.
    pub async fn ways(&self, ctx: &Ctx, to_group: bool, pinned: Option<&str>) -> Result<Vec<Way>> {
        self.refresh(ctx).await?;
        let mut accounts = self.in_order();
        if let Some(name) = pinned {
            let enabled = !self.real || self.held().iter().any(|held| held.name == name && held.enabled);
            accounts = self.account(name).filter(|_| enabled).cloned().into_iter().collect();
        }
        if to_group && accounts.iter().any(|account| account.groups) {
            accounts.retain(|account| account.groups);
        }
        let since = providers::service::day_began(ctx);
        let held = self.held();
        let way = |account: Account| {
            let settings = held.iter().find(|settings| settings.name == account.name);
            Way {
                budget: settings.filter(|_| self.real).map(|settings| self.budget(settings, since)),
                cost: settings.map(|settings| settings.cost.0).filter(|cost| *cost > 0),
                account,
            }
        };
        Ok(accounts.into_iter().map(way).collect())
    }

    fn budget(&self, settings: &InForce, since: crate::types::Time) -> Budget {
        let limits = Limits { per_window: count(settings.limit), ..Limits::default() };
        Budget {
            rate: Some(Rate {
                limit: settings.limit,
                reserved: i64::try_from(limits.reserved()).unwrap_or(0),
                window_ms: settings.window_s.saturating_mul(1000),
                concurrency: settings.concurrency,
                longest_ms: i64::try_from(self.longest.as_millis()).unwrap_or(60_000),
            }),
            daily: settings.daily_cap.map(|tries| DailyCap { tries, since }),
        }
    }
}
