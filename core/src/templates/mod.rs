//! The texts of messages as staff edit them: versions over the built-in texts, in both languages.
//!
//! A text names its variables in braces, `{name}`, exactly those that its template declares. Values are put in as they
//! are: what stands in braces within a value is no variable.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;
mod wire;

pub use wire::*;

use crate::error::{Checker, FieldError};

text_enum! {
    /// Which part of the business a template belongs to.
    pub enum TemplatePurpose, "template purpose" {
        /// Signing in and accounts.
        Access = "access",
        /// From the sign-up form to the survey.
        Registration = "registration",
        /// From the installation to the first day online.
        Installation = "installation",
        /// Invoices, payments, and what follows when they do not come.
        Billing = "billing",
        /// News of a ticket for its customer.
        Ticket = "ticket",
        /// To technicians, teams and staff.
        Team = "team",
        /// What is for sale.
        Offer = "offer",
        /// To everybody whom something concerns.
        Broadcast = "broadcast",
        /// Automatic answers to keywords.
        Conversation = "conversation",
    }
}

/// Characters that a text may have; longer ones are cut or refused by WhatsApp.
pub const BODY_CHARS: usize = 4096;
/// Characters that a mail's subject may have.
pub const SUBJECT_CHARS: usize = 200;
/// Characters that the reason of a change may have.
pub const NOTE_CHARS: usize = 200;

/// A variable of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name, as it stands in braces.
    pub name: &'static str,
    /// Whether a text without it would be of no use.
    pub required: bool,
}

/// A text that staff wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedText {
    /// The text.
    pub body: String,
    /// Subject of mails; the built-in one when absent.
    pub subject: Option<String>,
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words as they are.
    Words(&'a str),
    /// The value of a variable.
    Variable(&'a str),
}

/// What is wrong with the braces of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw<'a> {
    /// A brace that nothing closes, with what follows it.
    Unclosed(&'a str),
    /// A closing brace without an opening one, with what stands before it.
    Unopened(&'a str),
    /// Two braces where one is meant.
    Doubled(&'a str),
    /// Nothing between the braces.
    Nameless,
}

impl Flaw<'_> {
    fn refuse(self, field: &str) -> FieldError {
        let (code, how) = match self {
            Flaw::Unclosed(rest) => (
                "unclosed_brace",
                format!("close the brace before `{rest}`; a variable is written {{name}}, on one line"),
            ),
            Flaw::Unopened(before) => (
                "stray_brace",
                format!("take away the brace after `{before}`, or open it before the variable"),
            ),
            Flaw::Doubled(name) => {
                ("double_brace", format!("write {{{name}}} with one brace on each side, not two"))
            }
            Flaw::Nameless => ("nameless_brace", "put the name of a variable between the braces".to_owned()),
        };
        FieldError::new(field, code, how)
    }
}

/// Takes a text apart. Braces are only for variables: each that is not one's is a flaw.
pub fn pieces(text: &str) -> (Vec<Piece<'_>>, Vec<Flaw<'_>>) {
    let (mut pieces, mut flaws) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        let inside = &from[1..];
        if from.starts_with('}') {
            flaws.push(Flaw::Unopened(last_word(before)));
            rest = inside;
        } else if let Some((name, after)) = inside.strip_prefix('{').and_then(|two| two.split_once("}}"))
            && !name.contains(['{', '}', '\n'])
        {
            flaws.push(Flaw::Doubled(name.trim()));
            rest = after;
        } else {
            match inside.find(['{', '}', '\n']).map(|end| inside.split_at(end)) {
                Some((name, after)) if after.starts_with('}') => {
                    match name.trim() {
                        "" => flaws.push(Flaw::Nameless),
                        name => pieces.push(Piece::Variable(name)),
                    }
                    rest = &after[1..];
                }
                Some((open, after)) => {
                    flaws.push(Flaw::Unclosed(first_word(open)));
                    rest = after;
                }
                None => {
                    flaws.push(Flaw::Unclosed(first_word(inside)));
                    rest = "";
                }
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    (pieces, flaws)
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}

/// Puts values into a text, as they are; nothing when the text has a flaw or a variable without a value.
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let (pieces, flaws) = pieces(text);
    if !flaws.is_empty() {
        return None;
    }
    let words = pieces.into_iter().map(|piece| match piece {
        Piece::Words(words) => Some(words.to_owned()),
        Piece::Variable(name) => value(name).map(str::to_owned),
    });
    words.collect()
}

/// Judges a text for a template with these variables and brings it into shape: every flaw is named by field with its
/// mend. `mail` tells whether the template has a subject. An empty subject means the built-in one.
pub fn checked(
    check: &mut Checker,
    variables: &[Variable],
    mail: bool,
    body: &str,
    subject: Option<&str>,
) -> EditedText {
    let body = check.text("body", body, BODY_CHARS);
    judge(check, variables, "body", &body);
    if !body.is_empty() {
        let (pieces, _) = pieces(&body);
        for variable in variables.iter().filter(|variable| variable.required) {
            let name = variable.name;
            check.ensure(
                pieces.contains(&Piece::Variable(name)),
                "body",
                "missing_variable",
                format!("put {{{name}}} into the text; without it the message is of no use"),
            );
        }
    }
    let subject = check.optional_text("subject", subject.unwrap_or_default(), SUBJECT_CHARS);
    if !subject.is_empty() {
        check.ensure(mail, "subject", "no_mail", "leave the subject out: this message never goes by mail");
        check.ensure(!subject.contains('\n'), "subject", "one_line", "write the subject on one line");
        judge(check, variables, "subject", &subject);
    }
    EditedText { body, subject: Some(subject).filter(|subject| !subject.is_empty()) }
}

fn judge(check: &mut Checker, variables: &[Variable], field: &str, text: &str) {
    let (pieces, flaws) = pieces(text);
    for flaw in flaws {
        let FieldError { field, code, message } = flaw.refuse(field);
        check.refuse(&field, &code, message);
    }
    let mut refused: Vec<&str> = Vec::new();
    for piece in pieces {
        let Piece::Variable(name) = piece else { continue };
        if refused.contains(&name) || variables.iter().any(|variable| variable.name == name) {
            continue;
        }
        refused.push(name);
        let known: Vec<String> = variables.iter().map(|variable| format!("{{{}}}", variable.name)).collect();
        check.refuse(
            field,
            "unknown_variable",
            format!("{{{name}}} is no variable of this template; it has {}", known.join(", ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const VARIABLES: &[Variable] =
        &[Variable { name: "code", required: true }, Variable { name: "name", required: false }];

    fn complaints(body: &str, subject: Option<&str>) -> Vec<(String, String)> {
        let mut check = Checker::new();
        checked(&mut check, VARIABLES, true, body, subject);
        match check.finish() {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(fields)) => fields.into_iter().map(|one| (one.field, one.code)).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    fn codes(body: &str) -> Vec<String> {
        complaints(body, None).into_iter().map(|(_, code)| code).collect()
    }

    #[test]
    fn a_text_is_words_and_variables() {
        use Piece::{Variable, Words};
        assert_eq!(
            pieces("Halo {name},\nkode: *{ code }*"),
            (
                vec![Words("Halo "), Variable("name"), Words(",\nkode: *"), Variable("code"), Words("*")],
                vec![]
            )
        );
        assert_eq!(pieces(""), (vec![], vec![]));
    }

    #[test]
    fn every_flaw_of_the_braces_is_found() {
        for (text, flaws) in [
            ("a {code", vec![Flaw::Unclosed("code")]),
            ("a {", vec![Flaw::Unclosed("")]),
            ("a {code b\nc}", vec![Flaw::Unclosed("code"), Flaw::Unopened("c")]),
            ("a {b {code}", vec![Flaw::Unclosed("b")]),
            ("kode code} x", vec![Flaw::Unopened("code")]),
            ("{{code}} x", vec![Flaw::Doubled("code")]),
            ("{ } x {}", vec![Flaw::Nameless, Flaw::Nameless]),
        ] {
            assert_eq!(pieces(text).1, flaws, "{text}");
            assert_eq!(fill(text, |_| Some("v")), None, "{text}");
        }
    }

    #[test]
    fn values_are_put_in_as_they_are() {
        let value = |name: &str| match name {
            "name" => Some("{code} {{x}} {"),
            "code" => Some("17"),
            _ => None,
        };
        assert_eq!(fill("{name}: {code}", value).as_deref(), Some("{code} {{x}} {: 17"));
        assert_eq!(fill("{other}", value), None);
    }

    #[test]
    fn texts_are_refused_by_field_with_the_mend() {
        assert_eq!(codes("Kode {code}"), Vec::<String>::new());
        assert_eq!(codes(" "), ["required"]);
        assert_eq!(codes("Kode"), ["missing_variable"]);
        assert_eq!(codes("{code} {kode} {kode}"), ["unknown_variable"]);
        assert_eq!(codes("{{code}}"), ["double_brace", "missing_variable"]);
        assert_eq!(codes("{code"), ["unclosed_brace", "missing_variable"]);
        assert_eq!(codes(&format!("{{code}}{}", "x".repeat(BODY_CHARS))), ["too_long"]);
        assert_eq!(codes(&format!("{{code}}{}", "é".repeat(BODY_CHARS - 6))), Vec::<String>::new());
        assert_eq!(codes("{code}\u{7}"), ["control_characters"]);
        assert_eq!(
            complaints("{code}", Some("a\nb {kode}")),
            [("subject", "one_line"), ("subject", "unknown_variable")]
                .map(|(field, code)| (field.to_owned(), code.to_owned()))
        );
        let mut check = Checker::new();
        checked(&mut check, VARIABLES, false, "{code}", Some("Kode"));
        assert!(matches!(check.finish(), Err(Error::Invalid(fields)) if fields[0].code == "no_mail"));
    }

    #[test]
    fn a_text_is_brought_into_shape() {
        let mut check = Checker::new();
        let text = checked(&mut check, VARIABLES, true, " {code}\r\nx \n", Some(" "));
        assert!(check.is_clean());
        assert_eq!(text, EditedText { body: "{code}\nx".into(), subject: None });
    }

    #[test]
    fn whatever_is_written_its_pieces_are_what_was_written() {
        // Every text of up to six of these signs.
        let signs = ['{', '}', 'a', ' ', '\n', 'é'];
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            let longer: Vec<String> =
                texts.iter().flat_map(|text| signs.map(|sign| format!("{text}{sign}"))).collect();
            for text in &longer {
                let (pieces, flaws) = pieces(text);
                let whole: String = pieces
                    .iter()
                    .map(|piece| match piece {
                        Piece::Words(words) => (*words).to_owned(),
                        Piece::Variable(name) => format!("{{{name}}}"),
                    })
                    .collect();
                if flaws.is_empty() {
                    let plain = |text: &str| text.split(' ').collect::<String>();
                    assert_eq!(plain(&whole), plain(text), "{text:?}");
                } else {
                    assert!(text.contains(['{', '}']), "{text:?}");
                }
            }
            texts = longer;
        }
    }
}
