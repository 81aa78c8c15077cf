//! What a message may carry beside its text: buttons to answer with, and the form that a gateway has approved for it.

use crate::error::{Checker, Result};
use serde::{Deserialize, Serialize};

/// Most buttons under one message.
pub const MOST_BUTTONS: usize = 3;
/// Most characters on a button.
pub const BUTTON_CHARACTERS: usize = 20;
const ID_CHARACTERS: usize = 200;

/// A button under a message; who taps it answers with its title. Where a gateway has no buttons, the titles follow the
/// text as a numbered list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What the answer is known by; never shown.
    pub id: String,
    /// What stands on the button, at most 20 characters.
    pub title: String,
}

/// A message in a form that the gateway's operator approved beforehand: the only one that may be sent to somebody who
/// has not written to us within a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedTemplate {
    /// Its name at the gateway.
    pub name: String,
    /// Its language, `id` or `en`.
    pub language: String,
    /// What goes into its places `{{1}}`, `{{2}}`, …
    pub parameters: Vec<String>,
    /// Whether it is a sign-in code, whose template has a button that copies the first parameter.
    #[serde(default)]
    pub copies_code: bool,
}

impl std::fmt::Debug for ApprovedTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApprovedTemplate")
            .field("name", &self.name)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// Refuses buttons that no gateway would show.
///
/// # Errors
/// [`crate::error::Error::Invalid`] names `buttons` and what to mend.
pub fn check(buttons: &[Button]) -> Result<()> {
    let mut check = Checker::new();
    check.ensure(buttons.len() <= MOST_BUTTONS, "buttons", "too_many", "give at most 3 buttons");
    for button in buttons {
        check.text("buttons", &button.title, BUTTON_CHARACTERS);
        check.text("buttons", &button.id, ID_CHARACTERS);
    }
    let twice = buttons.iter().enumerate().any(|(n, button)| {
        buttons[..n].iter().any(|other| other.id == button.id || other.title == button.title)
    });
    check.ensure(!twice, "buttons", "duplicate", "give each button an id and a title of its own");
    check.finish()
}

/// The text with the buttons as a numbered list under it.
pub fn as_list(body: &str, buttons: &[Button]) -> String {
    if buttons.is_empty() {
        return body.to_owned();
    }
    let lines: Vec<String> =
        buttons.iter().enumerate().map(|(n, button)| format!("{}. {}", n + 1, button.title)).collect();
    format!("{}\n\n{}", body.trim_end(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(id: &str, title: &str) -> Button {
        Button { id: id.into(), title: title.into() }
    }

    #[test]
    fn buttons_that_no_gateway_shows_are_refused() {
        let good = [button("yes", "Ya"), button("no", "Tidak")];
        assert!(check(&good).is_ok() && check(&[]).is_ok());
        let four: Vec<Button> = (0..4).map(|n| button(&format!("b{n}"), &format!("Pilihan {n}"))).collect();
        for bad in [
            four,
            vec![button("yes", "")],
            vec![button("", "Ya")],
            vec![button("yes", &"x".repeat(21))],
            vec![button("yes", "Ya"), button("yes", "Tidak")],
            vec![button("a", "Ya"), button("b", "Ya")],
        ] {
            assert!(check(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn without_buttons_the_choices_are_numbered() {
        let list = as_list("Sudah normal?\n", &[button("yes", "Ya"), button("no", "Tidak")]);
        assert_eq!(list, "Sudah normal?\n\n1. Ya\n2. Tidak");
        assert_eq!(as_list("Halo\n", &[]), "Halo\n");
    }

    #[test]
    fn debug_output_holds_no_parameter() {
        let template = ApprovedTemplate {
            name: "kode".into(),
            language: "id".into(),
            parameters: vec!["471193".into()],
            copies_code: true,
        };
        assert!(!format!("{template:?}").contains("471193"));
    }
}
