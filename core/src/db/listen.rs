//! Short texts from process to process, where the database carries them.

use super::{Db, DbError, Driver};
use sqlx::postgres::PgListener;

/// Hears what other processes say.
pub struct Listener(PgListener);

impl Listener {
    /// The next text.
    pub async fn next(&mut self) -> Result<String, DbError> {
        Ok(self.0.recv().await?.payload().to_owned())
    }
}

impl Db {
    /// Says something to all listeners of a channel. SQLite carries nothing: there is one process.
    pub async fn notify(&self, channel: &str, text: &str) -> Result<(), DbError> {
        if let Driver::Postgres(pool) = &self.driver {
            sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(text).execute(pool).await?;
        }
        Ok(())
    }

    /// Listens on a channel, on a connection of its own.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] on SQLite, which carries nothing.
    pub async fn listen(&self, channel: &str) -> Result<Listener, DbError> {
        let Driver::Postgres(pool) = &self.driver else {
            return Err(DbError::Unavailable("SQLite carries no texts between processes".to_owned()));
        };
        let options = pool.connect_options().as_ref().clone();
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(channel).await?;
        Ok(Listener(listener))
    }
}
