//! What was found out a moment ago and still holds, because nothing was committed since.

use aglis_core::{app::App, types::Time};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Milliseconds for which an answer may stand although nothing was committed: the clock, too, moves what is asked.
const STANDS_MS: i64 = 1_000;

/// Answers that hold until the next commit, and for a second at most. On PostgreSQL, where other processes commit too,
/// it keeps nothing.
pub struct Recent<K, V> {
    most: usize,
    kept: Mutex<Kept<K, V>>,
}

struct Kept<K, V> {
    generation: u64,
    answers: HashMap<K, (Time, V)>,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// Keeps at most so many answers.
    pub fn new(most: usize) -> Self {
        Recent { most, kept: Mutex::new(Kept { generation: 0, answers: HashMap::new() }) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a question, found out if it is not known. Failures are not kept.
    pub async fn get<E>(
        &self,
        app: &App,
        key: K,
        find_out: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        // Read before the question is asked: what is committed meanwhile then counts as later.
        let Some(generation) = app.db.generation() else { return find_out().await };
        let now = app.now();
        if let Some(answer) = self.known(&key, generation, now) {
            return Ok(answer);
        }
        let answer = find_out().await?;
        self.keep(key, generation, now, answer.clone());
        Ok(answer)
    }

    fn known(&self, key: &K, generation: u64, now: Time) -> Option<V> {
        let kept = self.kept();
        let (since, answer) = kept.answers.get(key).filter(|_| kept.generation == generation)?;
        (0..STANDS_MS).contains(&now.since_ms(*since)).then(|| answer.clone())
    }

    fn keep(&self, key: K, generation: u64, now: Time, answer: V) {
        let mut kept = self.kept();
        if kept.generation > generation {
            return;
        }
        if kept.generation < generation || kept.answers.len() >= self.most {
            kept.generation = generation;
            kept.answers.clear();
        }
        kept.answers.insert(key, (now, answer));
    }
}
