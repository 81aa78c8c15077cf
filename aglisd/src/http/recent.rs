//! What was found out a moment ago and still holds, because nothing was committed since.

use aglis_core::{app::App, types::Time};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Milliseconds for which an answer may stand although nothing was committed: the clock, too, moves what is asked.
const STANDS_MS: i64 = 1_000;

/// Answers that hold until the next commit, and for a second at most. On PostgreSQL, where other processes commit too,
/// it keeps nothing.
pub struct Recent<K: Eq + Hash, V> {
    most: usize,
    kept: Mutex<Kept<K, V>>,
}

struct Kept<K, V> {
    generation: u64,
    answers: HashMap<K, (Time, V)>,
    turns: HashMap<K, Arc<Turn<V>>>,
}

/// Held while a question is being asked of the database; tells when the last one began and what came of it.
type Turn<V> = tokio::sync::Mutex<Option<(Instant, Option<V>)>>;

/// A place among those who ask the same question; the last to leave clears the table.
struct Place<'a, K: Eq + Hash, V> {
    recent: &'a Recent<K, V>,
    key: K,
    turn: Arc<Turn<V>>,
}

impl<K: Eq + Hash, V> Drop for Place<'_, K, V> {
    fn drop(&mut self) {
        let mut kept = self.recent.kept();
        // One is the table's, one is ours.
        if Arc::strong_count(&self.turn) == 2 {
            kept.turns.remove(&self.key);
        }
    }
}

impl<K: Eq + Hash, V> Recent<K, V> {
    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Recent<K, V> {
    /// Keeps at most so many answers.
    pub fn new(most: usize) -> Self {
        let kept = Kept { generation: 0, answers: HashMap::new(), turns: HashMap::new() };
        Recent { most, kept: Mutex::new(kept) }
    }

    /// The answer to a question, found out if it is not known. Who asks while the same is being found out waits, and
    /// takes an answer that was begun after they asked. Failures are not kept; who waited for one asks alone.
    pub async fn get<E>(
        &self,
        app: &App,
        key: K,
        find_out: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        self.ask(key, || Some((app.db.generation()?, app.now())), find_out).await
    }

    async fn ask<E>(
        &self,
        key: K,
        state: impl Fn() -> Option<(u64, Time)>,
        find_out: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let Some(at) = state() else { return find_out().await };
        if let Some(answer) = self.known(&key, at) {
            return Ok(answer);
        }
        let asked = Instant::now();
        let place = self.place(key);
        let mut last = place.turn.lock().await;
        match &*last {
            Some((begun, Some(answer))) if *begun >= asked => return Ok(answer.clone()),
            Some((begun, None)) if *begun >= asked => {
                drop(last);
                return find_out().await;
            }
            _ => {}
        }
        // Read before the question is asked: what is committed meanwhile then counts as later.
        let Some(at) = state() else { return find_out().await };
        if let Some(answer) = self.known(&place.key, at) {
            return Ok(answer);
        }
        let begun = Instant::now();
        let answer = find_out().await;
        *last = Some((begun, answer.as_ref().ok().cloned()));
        if let Ok(answer) = &answer {
            self.keep(&place.key, at, answer.clone());
        }
        answer
    }

    fn place(&self, key: K) -> Place<'_, K, V> {
        let turn = self.kept().turns.entry(key.clone()).or_default().clone();
        Place { recent: self, key, turn }
    }

    fn known(&self, key: &K, (generation, now): (u64, Time)) -> Option<V> {
        let kept = self.kept();
        let (since, answer) = kept.answers.get(key).filter(|_| kept.generation == generation)?;
        (0..STANDS_MS).contains(&now.since_ms(*since)).then(|| answer.clone())
    }

    fn keep(&self, key: &K, (generation, now): (u64, Time), answer: V) {
        let mut kept = self.kept();
        if kept.generation > generation {
            return;
        }
        if kept.generation < generation || kept.answers.len() >= self.most {
            kept.generation = generation;
            kept.answers.clear();
        }
        kept.answers.insert(key.clone(), (now, answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::{cell::Cell, time::Duration};

    const MANY: usize = 100;

    fn now() -> Time {
        Time::from_ms(1_000_000)
    }

    /// Has many ask at once, and tells what each was told.
    async fn all_ask(
        recent: &Recent<u8, usize>,
        state: impl Fn() -> Option<(u64, Time)> + Copy,
        find_out: impl Fn() -> Result<usize, ()>,
    ) -> Vec<Result<usize, ()>> {
        let find_out = &find_out;
        join_all((0..MANY).map(|_| {
            recent.ask(1, state, async move || {
                tokio::time::sleep(Duration::from_millis(5)).await;
                find_out()
            })
        }))
        .await
    }

    fn counting(count: &Cell<usize>) -> usize {
        count.set(count.get() + 1);
        count.get()
    }

    #[tokio::test]
    async fn whoever_asks_meanwhile_waits_for_the_one_answer() {
        let (recent, count) = (Recent::new(10), Cell::new(0));
        let told = all_ask(&recent, || Some((1, now())), || Ok(counting(&count))).await;
        assert_eq!(told, vec![Ok(1); MANY]);
        assert!(recent.kept().turns.is_empty());
    }

    #[tokio::test]
    async fn while_everything_changes_nobody_is_told_what_was_true_before_they_asked() {
        let (recent, count, generation) = (Recent::new(10), Cell::new(0), Cell::new(0));
        let state = || {
            generation.set(generation.get() + 1);
            Some((generation.get(), now()))
        };
        let told = all_ask(&recent, &state, || Ok(counting(&count))).await;
        // The first one's answer was begun before the others asked; the second one's serves them all.
        assert_eq!((told[0], count.get()), (Ok(1), 2));
        assert!(told[1..].iter().all(|told| *told == Ok(2)), "{told:?}");
    }

    #[tokio::test]
    async fn failures_are_nobody_elses() {
        let (recent, count, asking, together) = (Recent::new(10), Cell::new(0), Cell::new(0), Cell::new(0));
        let fail = async || {
            counting(&count);
            together.set(together.get().max(counting(&asking)));
            tokio::time::sleep(Duration::from_millis(5)).await;
            asking.set(asking.get() - 1);
            Err::<usize, ()>(())
        };
        let told = join_all((0..MANY).map(|_| recent.ask(1, || Some((1, now())), fail))).await;
        assert_eq!((told, count.get()), (vec![Err(()); MANY], MANY));
        assert!(together.get() > MANY / 2, "they waited in a row: {}", together.get());
        assert_eq!(recent.ask(1, || Some((1, now())), async || Ok::<_, ()>(7)).await, Ok(7));
    }

    #[tokio::test]
    async fn whoever_leaves_while_asking_keeps_nobody_waiting() {
        let recent = Recent::<u8, usize>::new(10);
        let state = || Some((1, now()));
        let leaves = recent.ask(1, state, async || std::future::pending::<Result<usize, ()>>().await);
        let _ = tokio::time::timeout(Duration::from_millis(5), leaves).await;
        assert_eq!(recent.ask(1, state, async || Ok::<_, ()>(3)).await, Ok(3));
        assert!(recent.kept().turns.is_empty());
    }

    #[tokio::test]
    async fn where_commits_are_not_heard_of_everybody_asks() {
        let (recent, count) = (Recent::new(10), Cell::new(0));
        all_ask(&recent, || None, || Ok(counting(&count))).await;
        assert_eq!(count.get(), MANY);
    }
}
