//! Which key does what. One table: the event loop, the help overlay, the hints at the foot of the screen and the man
//! page all read it, and the configuration file changes it.

mod actions;
pub mod key_name;

use std::collections::BTreeMap;

pub use actions::{ACTIONS, Act, Action, Scope};

use crate::term::Key;

/// Keys bound to actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bound: Vec<(Act, Vec<Key>)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys =
            |action: &Action| action.keys.iter().filter_map(|name| key_name::parse(name).ok()).collect();
        Self { bound: ACTIONS.iter().map(|action| (action.act, keys(action))).collect() }
    }
}

impl Keymap {
    /// The default map with the changes of a configuration file: action name to keys.
    ///
    /// # Errors
    /// An action that does not exist (with the nearest one that does), a key that cannot be read, or a key bound
    /// twice where both would be heard.
    pub fn with(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let mut map = Self::default();
        for (name, keys) in changes {
            let Some(action) = ACTIONS.iter().find(|action| action.name == name) else {
                let near = nearest(name).map_or(String::new(), |near| format!("; did you mean {near}?"));
                return Err(format!("keys: there is no action `{name}`{near} (`aglis-tui keys` lists them)"));
            };
            let keys: Result<Vec<Key>, String> = keys
                .iter()
                .map(|key| key_name::parse(key).map_err(|e| format!("keys.{name}: {e}")))
                .collect();
            let keys = keys?;
            if let Some((_, bound)) = map.bound.iter_mut().find(|(act, _)| *act == action.act) {
                *bound = keys;
            }
        }
        map.conflict().map_or(Ok(map), Err)
    }

    /// What a key does: looked up in the given scopes, the first that knows it wins.
    #[must_use]
    pub fn act(&self, scopes: &[Scope], key: Key) -> Option<Act> {
        scopes.iter().find_map(|scope| {
            self.bound
                .iter()
                .find(|(act, keys)| act.action().scope == *scope && keys.contains(&key))
                .map(|(act, _)| *act)
        })
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, act: Act) -> &[Key] {
        self.bound.iter().find(|(bound, _)| *bound == act).map_or(&[], |(_, keys)| keys)
    }

    /// The first key of an action as it is written, or nothing when none is bound.
    #[must_use]
    pub fn hint(&self, act: Act) -> String {
        self.keys(act).first().map(|key| key_name::name(*key)).unwrap_or_default()
    }

    /// All keys of an action as they are written.
    #[must_use]
    pub fn all_hints(&self, act: Act) -> String {
        self.keys(act).iter().map(|key| key_name::name(*key)).collect::<Vec<_>>().join(" ")
    }

    fn conflict(&self) -> Option<String> {
        let every =
            || self.bound.iter().flat_map(|(act, keys)| keys.iter().map(move |key| (act.action(), *key)));
        every().enumerate().find_map(|(at, (action, key))| {
            let (other, _) =
                every().skip(at + 1).find(|(other, bound)| *bound == key && other.scope == action.scope)?;
            Some(format!("keys: {} is bound to both {} and {}", key_name::name(key), action.name, other.name))
        })
    }
}

fn nearest(name: &str) -> Option<&'static str> {
    let tail = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
    ACTIONS.iter().map(|action| action.name).find(|known| tail(known) == tail(name)).or_else(|| {
        ACTIONS.iter().map(|action| action.name).find(|known| known.starts_with(name) || known.contains(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(name: &str, keys: &[&str]) -> Result<Keymap, String> {
        Keymap::with(&BTreeMap::from([(name.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())]))
    }

    #[test]
    fn the_default_map_is_sound() {
        let map = Keymap::default();
        assert_eq!(map.conflict(), None);
        for action in ACTIONS {
            assert_eq!(
                map.keys(action.act).len(),
                action.keys.len(),
                "{}: a key cannot be read",
                action.name
            );
            assert_eq!(action.act.action().name, action.name);
        }
        let names: std::collections::HashSet<_> = ACTIONS.iter().map(|action| action.name).collect();
        assert_eq!(names.len(), ACTIONS.len());
    }

    #[test]
    fn nearer_scopes_win() {
        let map = Keymap::default();
        assert_eq!(
            map.act(&[Scope::Ticket, Scope::List, Scope::Anywhere], Key::char('s')),
            Some(Act::Status)
        );
        assert_eq!(map.act(&[Scope::List, Scope::Anywhere], Key::char('s')), None);
        assert_eq!(map.act(&[Scope::Anywhere], Key::char('?')), Some(Act::Help));
    }

    #[test]
    fn the_file_changes_keys_and_mistakes_are_named() {
        let map = changed("ticket.assign", &["Ctrl-a"]).expect("changed");
        assert_eq!(map.hint(Act::Assign), "Ctrl-a");
        assert_eq!(map.act(&[Scope::Ticket], Key::char('@')), None);
        assert_eq!(
            changed("tickets.assign", &["x"]).expect_err("name"),
            "keys: there is no action `tickets.assign`; did you mean ticket.assign? (`aglis-tui keys` lists them)"
        );
        assert!(
            changed("ticket.assign", &["Crtl-a"])
                .expect_err("key")
                .starts_with("keys.ticket.assign: `Crtl-a`")
        );
        assert_eq!(
            changed("ticket.assign", &["s"]).expect_err("twice"),
            "keys: s is bound to both ticket.status and ticket.assign"
        );
    }
}
