//! A provider's limits in Redis, shared by every process that uses it. The tries in the database say the same, only more
//! slowly: they decide where Redis does not answer, and for one window after it has begun or forgotten.

use crate::{
    app::App,
    messages::{MessageKind, Rate},
    types::MessageId,
};
use redis::{Script, aio::MultiplexedConnection};
use std::time::Duration;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// A Redis that takes longer is slower than the database.
const PATIENCE: Duration = Duration::from_millis(250);
/// For how long a Redis that did not answer is not asked again.
const AWAY: Duration = Duration::from_secs(1);

/// `{0, ms}` when the window has no room for so long, `{1, 0}` when there is room, `{2, 0}` when it has not watched for a
/// whole window yet and the database has to say whether there is, `{3, ms}` when too many are under way.
const TAKE: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local allowed, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local places, longest = tonumber(ARGV[3]), tonumber(ARGV[4])
local begun = redis.call('GET', KEYS[3])
if not begun then begun = now end
redis.call('SET', KEYS[3], begun, 'PX', 86400000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - longest)
redis.call('ZREM', KEYS[2], ARGV[6])
local count = redis.call('ZCARD', KEYS[1])
if count >= allowed then
  local first = redis.call('ZRANGE', KEYS[1], count - allowed, count - allowed, 'WITHSCORES')
  return {0, math.max(1, tonumber(first[2]) + window - now)}
end
if redis.call('ZCARD', KEYS[2]) >= places then return {3, 100} end
redis.call('ZADD', KEYS[1], now, ARGV[5])
redis.call('ZADD', KEYS[2], now, ARGV[6])
redis.call('PEXPIRE', KEYS[1], window * 2)
redis.call('PEXPIRE', KEYS[2], longest * 2)
if now - tonumber(begun) >= math.max(window, longest) then return {1, 0} end
return {2, 0}
";

/// Gives back what was taken: always the place among those under way, the place in the window only for a message that
/// did not go.
const GIVE_BACK: &str = r"
redis.call('ZREM', KEYS[2], ARGV[2])
if ARGV[3] == '0' then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
";

/// A place that a message has taken.
#[derive(Debug)]
pub struct Ticket {
    account: &'static str,
    /// One try in the window.
    member: String,
    /// The message among those under way; it has one try at a time.
    holder: i64,
}

/// Whether there is room for one more message.
#[derive(Debug)]
pub enum Room {
    /// There is.
    Yes(Ticket),
    /// Redis has room, and the database has to be asked too.
    Unsure(Ticket),
    /// The window has none for so many milliseconds.
    No(i64),
    /// Too many are under way; look again after so many milliseconds.
    Busy(i64),
    /// Redis does not answer: the database has to be asked.
    Away,
}

#[derive(Default)]
struct Link {
    connection: Option<MultiplexedConnection>,
    away_until: Option<Instant>,
}

/// The shared limits.
pub struct Bucket {
    app: App,
    client: redis::Client,
    prefix: String,
    take: Script,
    give_back: Script,
    link: Mutex<Link>,
}

impl Bucket {
    /// The bucket of this installation; `None` without a configured Redis.
    pub fn of(app: &App) -> Option<Bucket> {
        let url = app.config.redis.url.as_ref()?;
        let client = match redis::Client::open(url.expose()) {
            Ok(client) => client,
            Err(error) => {
                tracing::warn!(%error, "Redis cannot share the providers' limits: the database does");
                return None;
            }
        };
        let mut name = app.secret.keyed_hash("bucket", &app.config.database.url.to_string());
        name.truncate(16);
        Some(Bucket {
            app: app.clone(),
            client,
            prefix: format!("aglis:{name}"),
            take: Script::new(TAKE),
            give_back: Script::new(GIVE_BACK),
            link: Mutex::new(Link::default()),
        })
    }

    fn keys(&self, account: &str) -> [String; 3] {
        ["begun", "running", "since"].map(|what| format!("{}:{account}:{what}", self.prefix))
    }

    async fn connection(&self) -> Option<MultiplexedConnection> {
        let mut link = self.link.lock().await;
        if let Some(connection) = &link.connection {
            return Some(connection.clone());
        }
        if link.away_until.is_some_and(|until| until > Instant::now()) {
            return None;
        }
        match timeout(PATIENCE, self.client.get_multiplexed_async_connection()).await {
            Ok(Ok(connection)) => {
                link.connection = Some(connection.clone());
                link.away_until = None;
                Some(connection)
            }
            Ok(Err(_)) | Err(_) => {
                if link.away_until.is_none() {
                    tracing::warn!("Redis does not answer: the database shares the providers' limits");
                }
                link.away_until = Some(Instant::now() + AWAY);
                None
            }
        }
    }

    async fn lost(&self) {
        let mut link = self.link.lock().await;
        link.connection = None;
        link.away_until = Some(Instant::now() + AWAY);
    }

    /// Takes a place for a message, if there is one.
    pub async fn take(
        &self,
        account: &'static str,
        rate: &Rate,
        kind: MessageKind,
        message: MessageId,
    ) -> Room {
        let Some(mut connection) = self.connection().await else { return Room::Away };
        let member = self.app.random_token();
        let mut call = self.take.prepare_invoke();
        for key in self.keys(account) {
            call.key(key);
        }
        call.arg(rate.within_window(kind))
            .arg(rate.window_ms)
            .arg(rate.at_once(kind))
            .arg(rate.longest_ms)
            .arg(&member)
            .arg(message.0);
        let answer = timeout(PATIENCE, call.invoke_async::<(i64, i64)>(&mut connection)).await;
        let ticket = Ticket { account, member, holder: message.0 };
        match answer {
            Ok(Ok((0, ms))) => Room::No(ms),
            Ok(Ok((3, ms))) => Room::Busy(ms),
            Ok(Ok((1, _))) => Room::Yes(ticket),
            Ok(Ok(_)) => Room::Unsure(ticket),
            Ok(Err(_)) | Err(_) => {
                self.lost().await;
                Room::Away
            }
        }
    }

    /// Gives back what a process that stopped had taken for a message, as soon as somebody looks into it.
    pub async fn release(&self, account: &'static str, message: MessageId) {
        let ticket = Ticket { account, member: String::new(), holder: message.0 };
        self.give_back(&ticket, true).await;
    }

    /// Gives a place back; `went` says whether the message was handed over, or may have been.
    pub async fn give_back(&self, ticket: &Ticket, went: bool) {
        let Some(mut connection) = self.connection().await else { return };
        let mut call = self.give_back.prepare_invoke();
        for key in self.keys(ticket.account) {
            call.key(key);
        }
        call.arg(&ticket.member).arg(ticket.holder).arg(i64::from(went));
        if !matches!(timeout(PATIENCE, call.invoke_async::<i64>(&mut connection)).await, Ok(Ok(_))) {
            self.lost().await;
        }
    }
}
