//! Wake-ups between processes: through Redis where it is configured, else through PostgreSQL. A wake-up that is lost
//! costs latency, because everybody polls as well, and never a message.

use crate::{app::App, db::Wake, hub::Stopping, presence::Beat};
use std::{future::Future, time::Duration};
use tokio::{
    sync::{broadcast, broadcast::error::RecvError, watch},
    time::sleep,
};

const CHANNEL: &str = "aglis_wake";
/// How long to gather wake-ups of this process before others are told.
const GATHER: Duration = Duration::from_millis(2);
const RECONNECT: Duration = Duration::from_secs(1);

/// Passes wake-ups on to other processes and takes theirs, until everything is to end. Returns at once where there can be
/// no other process to tell.
pub async fn relay(app: App, mut stop: Stopping) {
    let mut me = app.random_token();
    me.truncate(12);
    let work = async {
        match app.config.redis.url.clone() {
            Some(url) => {
                let address = url.expose().to_owned();
                tokio::join!(
                    forever("Redis", || redis_listen(&app, &address, &me)),
                    forever("Redis", || redis_tell(&app, &address, &me)),
                    forever("Redis", || redis_tell_beats(&app, &address, &me)),
                );
            }
            None if app.db.dialect() == crate::db::Dialect::Postgres => {
                tokio::join!(
                    forever("PostgreSQL", || postgres_listen(&app, &me)),
                    forever("PostgreSQL", || postgres_tell(&app, &me)),
                    forever("PostgreSQL", || postgres_tell_beats(&app, &me)),
                );
            }
            None => {}
        }
    };
    tokio::select! {
        () = work => {}
        () = stop.wait() => {}
    }
}

type Trouble = Box<dyn std::error::Error + Send + Sync>;

async fn forever<F: Future<Output = Result<(), Trouble>>>(through: &str, mut attempt: impl FnMut() -> F) {
    let mut told = false;
    loop {
        if let Err(error) = attempt().await
            && !std::mem::replace(&mut told, true)
        {
            tracing::warn!(through, %error, "wake-ups from other processes come late");
        }
        sleep(RECONNECT).await;
    }
}

/// `jobs`, `events` or both, and who says it.
fn encode(wake: Wake, me: &str) -> String {
    format!("{}{}{me}", if wake.jobs { 'j' } else { '-' }, if wake.events { 'e' } else { '-' })
}

fn decode(text: &str, me: &str) -> Option<Wake> {
    let (wake, from) = text.split_at_checked(2)?;
    (from != me).then(|| Wake { jobs: wake.starts_with('j'), events: wake.ends_with('e') })
}

/// What begins a word about who is at which ticket.
const BEAT: &str = "p:";

fn encode_beat(beat: &Beat, me: &str) -> String {
    format!("{BEAT}{me}:{}", serde_json::to_string(beat).unwrap_or_default())
}

/// Takes what another process says; our own words come back too and are dropped.
fn hear(app: &App, text: &str, me: &str) {
    if let Some((from, beat)) = text.strip_prefix(BEAT).and_then(|rest| rest.split_once(':')) {
        if let Some(beat) = serde_json::from_str::<Beat>(beat).ok().filter(|_| from != me) {
            app.db.hub().presence().note(&beat, app.now());
        }
    } else if let Some(wake) = decode(text, me) {
        app.db.hub().wake_from_afar(wake);
    }
}

/// The next word of this process's browsers; those that came faster than they could be told are said again soon anyway.
async fn next_beat(beats: &mut broadcast::Receiver<Beat>) -> Result<Beat, Trouble> {
    loop {
        match beats.recv().await {
            Ok(beat) => return Ok(beat),
            Err(RecvError::Lagged(_)) => {}
            Err(error @ RecvError::Closed) => return Err(error.into()),
        }
    }
}

/// Waits for commits of this process and says what they brought, several at once where they come quickly.
struct Commits {
    seen: (u64, u64),
    changes: watch::Receiver<(u64, u64)>,
}

impl Commits {
    fn of(app: &App) -> Self {
        let changes = app.db.hub().local();
        let seen = *changes.borrow();
        Commits { seen, changes }
    }

    async fn next(&mut self) -> Result<Wake, Trouble> {
        self.changes.changed().await?;
        sleep(GATHER).await;
        let now = *self.changes.borrow_and_update();
        let wake = Wake { jobs: now.0 != self.seen.0, events: now.1 != self.seen.1 };
        self.seen = now;
        Ok(wake)
    }
}

async fn postgres_tell(app: &App, me: &str) -> Result<(), Trouble> {
    let mut commits = Commits::of(app);
    loop {
        let wake = commits.next().await?;
        app.db.notify(CHANNEL, &encode(wake, me)).await?;
    }
}

async fn postgres_tell_beats(app: &App, me: &str) -> Result<(), Trouble> {
    let mut beats = app.db.hub().presence().beats();
    loop {
        let beat = next_beat(&mut beats).await?;
        app.db.notify(CHANNEL, &encode_beat(&beat, me)).await?;
    }
}

async fn postgres_listen(app: &App, me: &str) -> Result<(), Trouble> {
    let mut listener = app.db.listen(CHANNEL).await?;
    // What was said before we listened is looked for once.
    app.db.hub().wake_from_afar(Wake { jobs: true, events: true });
    loop {
        hear(app, &listener.next().await?, me);
    }
}

/// Whether Redis answers.
pub async fn redis_answers(url: &str) -> bool {
    let ask = async {
        let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<String>(&mut connection).await
    };
    ask.await.is_ok()
}

async fn redis_tell(app: &App, url: &str, me: &str) -> Result<(), Trouble> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut commits = Commits::of(app);
    loop {
        let wake = commits.next().await?;
        redis::cmd("PUBLISH").arg(CHANNEL).arg(encode(wake, me)).query_async::<i64>(&mut connection).await?;
    }
}

async fn redis_tell_beats(app: &App, url: &str, me: &str) -> Result<(), Trouble> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut beats = app.db.hub().presence().beats();
    loop {
        let text = encode_beat(&next_beat(&mut beats).await?, me);
        redis::cmd("PUBLISH").arg(CHANNEL).arg(text).query_async::<i64>(&mut connection).await?;
    }
}

async fn redis_listen(app: &App, url: &str, me: &str) -> Result<(), Trouble> {
    use futures_util::StreamExt;
    let mut listener = redis::Client::open(url)?.get_async_pubsub().await?;
    listener.subscribe(CHANNEL).await?;
    app.db.hub().wake_from_afar(Wake { jobs: true, events: true });
    let mut messages = listener.into_on_message();
    while let Some(message) = messages.next().await {
        hear(app, &message.get_payload::<String>()?, me);
    }
    Err("the connection was closed".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wake_ups_survive_the_way_and_our_own_are_dropped() {
        for wake in [Wake { jobs: true, events: false }, Wake { jobs: false, events: true }] {
            let text = encode(wake, "me");
            assert_eq!(decode(&text, "other"), Some(wake));
            assert_eq!(decode(&text, "me"), None);
        }
        assert_eq!(decode("é", "me"), Some(Wake::default()));
        assert_eq!(decode("", "me"), None);
    }
}
