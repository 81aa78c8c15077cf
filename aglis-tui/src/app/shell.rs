//! What is around the screens.

use aglis_core::types::Time;

use super::View;
use super::overlay::{Completion, Overlay};
use crate::theme::Role;

/// Which screen is shown, what lies over it, and what was said.
#[derive(Debug)]
pub struct Shell {
    /// The screen.
    pub view: View,
    /// What lies over it.
    pub overlay: Option<Overlay>,
    /// A completion that was put aside or sent, until it is done.
    pub unfinished: Option<Box<Completion>>,
    /// What was last said.
    pub toast: Option<Toast>,
    /// Commands given, the latest last.
    pub history: Vec<String>,
}

/// A line that goes by itself.
#[derive(Debug)]
pub struct Toast {
    /// What it means.
    pub role: Role,
    /// What it says.
    pub text: String,
    /// When it goes.
    pub until: Time,
}

/// Commands remembered.
const HISTORY: usize = 100;

impl Default for Shell {
    fn default() -> Self {
        Self { view: View::Overview, overlay: None, unfinished: None, toast: None, history: Vec::new() }
    }
}

impl Shell {
    /// Says something: good news for five seconds, bad for fifteen.
    pub fn say(&mut self, role: Role, text: impl Into<String>, now: Time) {
        let seconds = if matches!(role, Role::Bad | Role::Critical | Role::Warn) { 15 } else { 5 };
        self.toast = Some(Toast { role, text: text.into(), until: now.plus_seconds(seconds) });
    }

    /// Remembers a command.
    pub fn remember(&mut self, line: &str) {
        self.history.retain(|old| old != line);
        self.history.push(line.to_owned());
        if self.history.len() > HISTORY {
            self.history.remove(0);
        }
    }
}
