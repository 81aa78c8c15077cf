//! What every use case is given: the database, the clock, chance, and who asks.

use crate::{
    accounts::Pending,
    db::Db,
    error::{Error, Result},
    permission::{Permission, Permissions, Role},
    types::*,
};
use std::sync::{Arc, Mutex, PoisonError};

/// Tells the time. Tests stop it and move it.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Time;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Time {
        Time::from(jiff::Timestamp::now())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(Mutex<Time>);

impl ManualClock {
    /// Begins at an instant.
    pub fn at(now: Time) -> Self {
        ManualClock(Mutex::new(now))
    }

    /// Moves on by milliseconds (back when negative).
    pub fn advance_ms(&self, ms: i64) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus_ms(ms);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives random bytes: from the operating system, or from a seed in tests and demo data.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's cryptographically secure generator.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "without randomness no secret can be made; going on would be worse than stopping"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        use rand::TryRng;
        rand::rngs::SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// A reproducible generator.
pub struct SeededRandom(Mutex<rand::rngs::StdRng>);

impl SeededRandom {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        use rand::SeedableRng;
        SeededRandom(Mutex::new(rand::rngs::StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// What the installation consists of. Cloning gives another handle on the same one.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Chance.
    pub random: Box<dyn Random>,
    /// The configuration.
    pub config: crate::config::Config,
    /// The business zone.
    pub zone: Zone,
    /// Where uploaded files are kept.
    pub files: crate::files::Folder,
    /// The key from which codes, tokens and signatures are derived; it never leaves this machine.
    pub secret: Secret,
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// 32 secret bytes.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Secret(bytes)
    }

    /// A keyed hash (HMAC-SHA-256, hex) of a text for one purpose; equal texts give different hashes for different purposes.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        use hmac::{KeyInit, Mac};
        let Ok(mut mac) = hmac::Hmac::<sha2::Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        App(Arc::new(parts))
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A secret of 256 random bits, in hex.
    pub fn random_token(&self) -> String {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes);
        hex::encode(bytes)
    }

    /// A random number below a bound, each equally likely.
    pub fn random_below(&self, bound: u64) -> u64 {
        // Values from the incomplete last stretch of u64 would make small numbers likelier; they are drawn again.
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let mut bytes = [0; 8];
            self.random.fill(&mut bytes);
            let value = u64::from_be_bytes(bytes);
            if value < fair {
                return value % bound;
            }
        }
    }

    /// A context for what the program does by itself.
    pub fn system(&self, part: &'static str) -> Ctx {
        Ctx {
            app: self.clone(),
            actor: Actor::System(part),
            now: self.now(),
            request: RequestInfo::default(),
        }
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A signed-in staff member.
    User(StaffActor),
    /// root or a member of the `aglis` group, on the local socket; acts as an administrator.
    Unix {
        /// User number.
        uid: u32,
        /// User name.
        name: String,
    },
    /// A customer signed in to the portal.
    Customer {
        /// Who.
        id: CustomerId,
        /// Their name.
        name: String,
        /// The session.
        session_id: SessionId,
        /// Language, `id` or `en`.
        locale: String,
    },
    /// Nobody: a request without sign-in.
    Anonymous,
    /// The program itself: which part of it.
    System(&'static str),
}

/// A staff member, by browser or by token.
#[derive(Debug, Clone)]
pub struct StaffActor {
    /// The account; none for a token that belongs to nobody (made on the local socket).
    pub user_id: Option<UserId>,
    /// Sign-in name or the token's name.
    pub name: String,
    /// The person's name.
    pub full_name: String,
    /// Role.
    pub role: Role,
    /// What they may do now.
    pub permissions: Permissions,
    /// The technician they are.
    pub technician_id: Option<TechnicianId>,
    /// Language, `id` or `en`.
    pub locale: String,
    /// The session, when by browser.
    pub session_id: Option<SessionId>,
    /// The token, when by token.
    pub token_id: Option<TokenId>,
    /// What they must do first; until then they have no permissions.
    pub pending: Option<Pending>,
}

/// Whose rows a read may return. Every read of customers' or technicians' rows takes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// Only tickets whose team the technician is on.
    Technician(TechnicianId),
    /// Only the customer's own.
    Customer(CustomerId),
    /// Nobody's.
    Nothing,
}

impl Actor {
    /// `user`, `token`, `unix`, `customer`, `anonymous` or `system`.
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::User(staff) if staff.token_id.is_some() => "token",
            Actor::User(_) => "user",
            Actor::Unix { .. } => "unix",
            Actor::Customer { .. } => "customer",
            Actor::Anonymous => "anonymous",
            Actor::System(_) => "system",
        }
    }

    /// The identifier within its kind.
    pub fn id(&self) -> Option<i64> {
        match self {
            Actor::User(staff) => staff.token_id.map(|id| id.0).or(staff.user_id.map(|id| id.0)),
            Actor::Unix { uid, .. } => Some(i64::from(*uid)),
            Actor::Customer { id, .. } => Some(id.0),
            Actor::Anonymous | Actor::System(_) => None,
        }
    }

    /// The name others see.
    pub fn name(&self) -> &str {
        match self {
            Actor::User(staff) => &staff.name,
            Actor::Unix { name, .. } | Actor::Customer { name, .. } => name,
            Actor::Anonymous => "anonymous",
            Actor::System(part) => part,
        }
    }

    /// Tells actors apart where each has things of their own, such as idempotency keys: `user:7`.
    pub fn key(&self) -> String {
        match self.id() {
            Some(id) => format!("{}:{id}", self.kind()),
            None => format!("{}:{}", self.kind(), self.name()),
        }
    }

    /// What the actor may do.
    pub fn permissions(&self) -> Permissions {
        match self {
            Actor::User(staff) if staff.pending.is_some() => Permissions::default(),
            Actor::User(staff) => staff.permissions,
            Actor::Unix { .. } | Actor::System(_) => Permissions::all(),
            Actor::Customer { .. } | Actor::Anonymous => Permissions::default(),
        }
    }

    /// The staff account, if the actor is one.
    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Actor::User(staff) => staff.user_id,
            _ => None,
        }
    }

    /// Whose rows the actor may see.
    pub fn scope(&self) -> Scope {
        match self {
            Actor::User(staff) if staff.role == Role::Technician => {
                staff.technician_id.map_or(Scope::Nothing, Scope::Technician)
            }
            Actor::User(_) | Actor::Unix { .. } | Actor::System(_) => Scope::All,
            Actor::Customer { id, .. } => Scope::Customer(*id),
            Actor::Anonymous => Scope::Nothing,
        }
    }

    /// The language the actor reads: `id` or `en`.
    pub fn locale(&self) -> &str {
        match self {
            Actor::User(staff) => &staff.locale,
            Actor::Customer { locale, .. } => locale,
            Actor::Unix { .. } | Actor::System(_) => "en",
            Actor::Anonymous => "id",
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Client's address; empty for the program itself.
    pub ip: String,
    /// Client's program, cut to 300 characters.
    pub user_agent: String,
    /// The request's id, as in the log.
    pub id: String,
    /// The language that was asked for, where one was; else texts come in the actor's.
    pub language: Option<Locale>,
    /// The caller's `Idempotency-Key`, when this request is the one that holds it.
    pub idempotency_key: Option<String>,
}

/// One request, or one run of a job: who asks, when, with what at hand.
#[derive(Clone)]
pub struct Ctx {
    /// The installation.
    pub app: App,
    /// Who asks.
    pub actor: Actor,
    /// When; one instant for the whole request.
    pub now: Time,
    /// Where from.
    pub request: RequestInfo,
}

impl Ctx {
    /// The language of texts in the answer.
    pub fn locale(&self) -> Locale {
        self.request.language.or_else(|| self.actor.locale().parse().ok()).unwrap_or_default()
    }

    /// Refuses unless the actor has a permission. Routes declare theirs; this is for what depends on the request's content.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.actor.permissions().has(permission) {
            return Ok(());
        }
        let first = match &self.actor {
            Actor::User(staff) => staff.pending,
            _ => None,
        };
        Err(Error::Forbidden(match first {
            Some(Pending::Password) => format!("{permission} before you have chosen a new password"),
            Some(Pending::Totp) => format!("{permission} before you have set up a second factor"),
            None => permission.to_string(),
        }))
    }

    /// Whether the actor has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.permissions().has(permission)
    }
}
