use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A telephone number in E.164 (`+6281234567890`), read as people in Indonesia write it.
///
/// ```
/// use aglis_core::types::Phone;
/// let phone: Phone = "0812-3456-7890".parse().unwrap();
/// assert_eq!(phone.as_str(), "+6281234567890");
/// assert_eq!(phone.local(), "0812-3456-7890");
/// assert_eq!(phone.masked(), "0812-••••-7890");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(value_type = String, example = "+6281234567890"))]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Why a text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing but blanks came.
    #[error("enter a phone number, such as 0812-3456-7890")]
    Empty,
    /// A letter or another character that no phone number has.
    #[error("a phone number has digits only, such as 0812-3456-7890")]
    NotDigits,
    /// Too few or too many digits for E.164 and for Indonesian numbers.
    #[error("a phone number has 9 to 15 digits, such as 0812-3456-7890")]
    Length,
    /// The first digits belong to no country or area.
    #[error(
        "start the phone number with 0 or with the country code, such as 0812-3456-7890 or +62 812 3456 7890"
    )]
    Prefix,
}

impl Phone {
    /// The number in E.164, with the leading `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits of E.164 without `+`, which is what WhatsApp gateways want.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// The number as people dial it at home: `0812-3456-7890` for Indonesia, E.164 for other countries.
    pub fn local(&self) -> String {
        match self.0.strip_prefix("+62") {
            Some(rest) => group(&format!("0{rest}")),
            None => self.0.clone(),
        }
    }

    /// The local form with its middle hidden, for lists and logs that must not show it.
    pub fn masked(&self) -> String {
        let local = self.local();
        let digits: String = local.chars().filter(char::is_ascii_digit).collect();
        let (head, tail) = (&digits[..4], &digits[digits.len() - 4.min(digits.len() - 4)..]);
        format!("{head}-••••-{tail}")
    }
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 4 == 0 && i < 12 {
            out.push('-');
        }
        out.push(c);
    }
    out
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        let international = text.starts_with('+');
        let mut digits = String::with_capacity(16);
        for c in text.trim_start_matches('+').chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
                _ => return Err(PhoneError::NotDigits),
            }
        }
        let e164 = if international {
            // People write +62 (0)812…; the trunk zero is not part of the number.
            match digits.strip_prefix("620") {
                Some(rest) => format!("62{rest}"),
                None => digits,
            }
        } else if let Some(rest) = digits.strip_prefix("00") {
            rest.to_owned()
        } else if let Some(rest) = digits.strip_prefix('0') {
            format!("62{rest}")
        } else if let Some(rest) = digits.strip_prefix("620") {
            format!("62{rest}")
        } else if digits.starts_with("62") {
            digits
        } else if digits.starts_with('8') {
            format!("62{digits}")
        } else {
            return Err(PhoneError::Prefix);
        };
        if e164.starts_with('0') {
            return Err(PhoneError::Prefix);
        }
        let length = if e164.starts_with("62") { 10..=14 } else { 8..=15 };
        if !length.contains(&e164.len()) {
            return Err(PhoneError::Length);
        }
        Ok(Phone(format!("+{e164}")))
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.local())
    }
}

#[cfg(feature = "server")]
crate::sql_text!(Phone);

#[cfg(test)]
mod tests {
    use super::{Phone, PhoneError};

    #[test]
    fn reads_numbers_as_people_write_them() {
        for text in [
            "0812-3456-7890",
            "+62 812 3456 7890",
            "6281234567890",
            "81234567890",
            "(0812) 3456.7890",
            "+62 (0)812-3456-7890",
            "0062 812 3456 7890",
            " 0812 3456 7890 ",
        ] {
            assert_eq!(text.parse::<Phone>().map(String::from), Ok("+6281234567890".to_owned()), "{text}");
        }
        assert_eq!("+65 9123 4567".parse::<Phone>().map(|p| p.local()), Ok("+6591234567".to_owned()));
        assert_eq!("0267 402 123".parse::<Phone>().map(|p| p.local()), Ok("0267-4021-23".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_number() {
        for (text, error) in [
            ("", PhoneError::Empty),
            ("  ", PhoneError::Empty),
            ("abc", PhoneError::NotDigits),
            ("0812x", PhoneError::NotDigits),
            ("0812", PhoneError::Length),
            ("12345678901", PhoneError::Prefix),
            ("+628123456789012345", PhoneError::Length),
            ("+0812345678", PhoneError::Prefix),
        ] {
            assert_eq!(text.parse::<Phone>(), Err(error), "{text}");
        }
    }

    #[test]
    fn hides_the_middle() {
        assert_eq!("08123456789".parse::<Phone>().map(|p| p.masked()), Ok("0812-••••-6789".to_owned()));
    }
}
