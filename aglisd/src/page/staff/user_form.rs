//! The fields of a staff account's form.

use super::view::Choice;
use crate::page::Frame;
use aglis_core::permission::Role;

/// One field of text.
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub text: String,
    /// What helps to fill it in; empty for nothing.
    pub hint: String,
    /// The kind of input.
    pub kind: &'static str,
    /// What stands in it.
    pub value: String,
    /// What browsers may fill in.
    pub complete: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
}

/// Who somebody is and how they are reached; the sign-in name only while the account is made.
pub fn inputs(frame: &Frame, new: bool, value: impl Fn(&str) -> String) -> Vec<Input> {
    let input = |name, text: &str, hint: &str, kind, required| Input {
        name,
        text: frame.t(text),
        hint: frame.try_t(hint).unwrap_or_default(),
        kind,
        value: value(name),
        complete: "off",
        required,
    };
    let username = input("username", "staff-username", "staff-username-hint", "text", true);
    let rest = [
        input("full_name", "staff-name", "", "text", true),
        input("email", "staff-email", "", "email", false),
        input("phone", "staff-phone", "", "tel", false),
    ];
    Some(username).filter(|_| new).into_iter().chain(rest).collect()
}

/// A password that its owner must change.
pub fn password_input(frame: &Frame, hint: &str) -> Input {
    Input {
        name: "password",
        text: frame.t("staff-password-new"),
        hint: frame.count(hint, i64::from(frame.ctx().app.config.security.password_min)),
        kind: "password",
        value: String::new(),
        complete: "new-password",
        required: false,
    }
}

/// The roles.
pub fn role_choice(frame: &Frame, chosen: &str) -> Choice {
    Choice::of(frame, "role", "staff-role", "staff-role", Role::ALL, chosen, None)
}
