//! What this process knows of who is where: its own browsers' words, and those that other processes pass on.

use super::{Beat, Person};
use crate::types::*;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{broadcast, watch};

/// How long somebody counts as there after their last word.
const KEPT_MS: i64 = 45_000;
/// How long it is remembered that nobody is at a ticket any more, for followers who have not heard of it.
const EMPTY_KEPT_MS: i64 = 120_000;
/// Tickets that one person is at, at most.
const MOST_TICKETS: usize = 20;

/// Everybody at a ticket.
pub type AtTicket = (TicketId, Vec<(UserId, Person)>);

/// The board on which it is written who is where.
#[derive(Debug)]
pub struct Board {
    seen: Mutex<Seen>,
    changed: watch::Sender<u64>,
    beats: broadcast::Sender<Beat>,
}

#[derive(Debug, Default)]
struct Seen {
    version: u64,
    tickets: BTreeMap<TicketId, Ticket>,
}

#[derive(Debug)]
struct Ticket {
    version: u64,
    changed_at: Time,
    people: BTreeMap<UserId, (Person, Time)>,
}

impl Default for Board {
    fn default() -> Self {
        Board { seen: Mutex::default(), changed: watch::Sender::new(0), beats: broadcast::Sender::new(64) }
    }
}

impl Seen {
    fn ticket(&mut self, id: TicketId, now: Time) -> &mut Ticket {
        let fresh = || Ticket { version: 0, changed_at: now, people: BTreeMap::new() };
        self.tickets.entry(id).or_insert_with(fresh)
    }

    fn touch(&mut self, id: TicketId, now: Time) {
        self.version += 1;
        let version = self.version;
        let ticket = self.ticket(id, now);
        (ticket.version, ticket.changed_at) = (version, now);
    }

    /// The ticket somebody left out of sight longest, when they are at too many.
    fn surplus(&self, user: UserId) -> Option<TicketId> {
        let at = self.tickets.iter().filter_map(|(id, ticket)| Some((ticket.people.get(&user)?.1, *id)));
        let at: Vec<(Time, TicketId)> = at.collect();
        if at.len() > MOST_TICKETS { at.into_iter().min().map(|(_, id)| id) } else { None }
    }
}

impl Board {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what a browser says, of this process or another one.
    pub fn note(&self, beat: &Beat, now: Time) {
        let mut seen = self.seen();
        let people = &mut seen.ticket(beat.ticket_id, now).people;
        let before = people.get(&beat.user_id).map(|(person, _)| person.clone());
        let after = beat.activity.map(|activity| Person { name: beat.name.clone(), activity });
        match &after {
            Some(person) => people.insert(beat.user_id, (person.clone(), now.plus_ms(KEPT_MS))),
            None => people.remove(&beat.user_id),
        };
        let surplus = seen.surplus(beat.user_id);
        if let Some(id) = surplus {
            seen.ticket(id, now).people.remove(&beat.user_id);
            seen.touch(id, now);
        }
        if before != after {
            seen.touch(beat.ticket_id, now);
        }
        self.changed.send_if_modified(|known| std::mem::replace(known, seen.version) != seen.version);
    }

    /// [`Board::note`], and passes it on to other processes.
    pub fn say(&self, beat: Beat, now: Time) {
        self.note(&beat, now);
        // Nobody to pass it on to is no fault.
        let _ = self.beats.send(beat);
    }

    /// Takes those off who have not been heard of for some time.
    pub fn expire(&self, now: Time) {
        let mut seen = self.seen();
        let mut left = Vec::new();
        for (id, ticket) in &mut seen.tickets {
            let before = ticket.people.len();
            ticket.people.retain(|_, (_, until)| *until > now);
            if ticket.people.len() != before {
                left.push(*id);
            }
        }
        for id in left {
            seen.touch(id, now);
        }
        seen.tickets
            .retain(|_, ticket| !ticket.people.is_empty() || now.since_ms(ticket.changed_at) < EMPTY_KEPT_MS);
        self.changed.send_if_modified(|known| std::mem::replace(known, seen.version) != seen.version);
    }

    /// The tickets at which somebody came, went or did something else since a version, and the version now.
    pub fn since(&self, version: u64) -> (u64, Vec<AtTicket>) {
        let seen = self.seen();
        let changed = seen.tickets.iter().filter(|(_, ticket)| ticket.version > version);
        let people = |ticket: &Ticket| {
            ticket.people.iter().map(|(user, (person, _))| (*user, person.clone())).collect()
        };
        (seen.version, changed.map(|(id, ticket)| (*id, people(ticket))).collect())
    }

    /// Changes with the version.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// What this process's browsers say, for relays that tell other processes.
    pub fn beats(&self) -> broadcast::Receiver<Beat> {
        self.beats.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Activity, *};

    fn beat(user: i64, ticket: i64, activity: Option<Activity>) -> Beat {
        Beat { ticket_id: TicketId(ticket), user_id: UserId(user), name: format!("U{user}"), activity }
    }

    fn names(board: &Board, version: u64) -> Vec<(i64, Vec<String>)> {
        let told = board.since(version).1.into_iter();
        told.map(|(id, people)| (id.0, people.into_iter().map(|(_, person)| person.name).collect())).collect()
    }

    #[test]
    fn whoever_is_heard_of_no_more_is_gone_and_a_repeated_word_is_no_news() {
        let board = Board::default();
        let now = Time::from_ms(1_000_000);
        board.note(&beat(1, 7, Some(Activity::Viewing)), now);
        board.note(&beat(2, 7, Some(Activity::Viewing)), now);
        let version = board.since(0).0;
        assert_eq!(names(&board, 0), [(7, vec!["U1".to_owned(), "U2".to_owned()])]);
        board.note(&beat(1, 7, Some(Activity::Viewing)), now.plus_ms(30_000));
        assert_eq!(board.since(version), (version, Vec::new()));
        board.note(&beat(1, 7, Some(Activity::Writing)), now.plus_ms(31_000));
        assert_eq!(board.since(version).1[0].1[0].1.activity, Activity::Writing);
        board.expire(now.plus_ms(50_000));
        assert_eq!(names(&board, version), [(7, vec!["U1".to_owned()])]);
        board.note(&beat(1, 7, None), now.plus_ms(51_000));
        assert_eq!(names(&board, version), [(7, Vec::new())], "that they left is told too");
        board.expire(now.plus_ms(51_000 + EMPTY_KEPT_MS));
        assert_eq!(names(&board, 0), []);
    }

    #[test]
    fn nobody_is_everywhere() {
        let board = Board::default();
        for ticket in 1..=30 {
            board.note(&beat(1, ticket, Some(Activity::Viewing)), Time::from_ms(ticket * 1000));
        }
        let at: Vec<i64> =
            names(&board, 0).into_iter().filter(|(_, who)| !who.is_empty()).map(|(id, _)| id).collect();
        assert_eq!(at, (11..=30).collect::<Vec<_>>());
    }
}
