//! How customers sign in to the portal: by a code that comes by WhatsApp.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;

use crate::types::*;
use serde::{Deserialize, Serialize};

/// How long a code works, in seconds.
pub const CODE_LIFE_S: i64 = 10 * 60;
/// How long to wait before another code can be asked for, in seconds.
pub const RESEND_AFTER_S: i64 = 60;
/// Codes per number and hour.
pub const CODES_PER_HOUR: i64 = 5;
/// Codes per address and hour. Many customers share one address behind their mobile provider; a /64 of IPv6 is one.
pub const CODES_PER_ADDRESS: i64 = 100;
/// Wrong tries that make a code useless.
pub const TRIES: i64 = 5;
/// Wrong codes within [`WRONG_WINDOW_S`] after which an address must wait, also those for which there is no live code.
pub const WRONG_PER_ADDRESS: i64 = 30;
/// Wrong codes for customers' numbers within [`WRONG_WINDOW_S`] after which everybody must wait: somebody tries one code
/// on many numbers. Numbers that are nobody's do not count, so that nobody can lock customers out with invented ones.
pub const WRONG_OVERALL: i64 = 300;
/// How long a wrong code counts, in seconds.
pub const WRONG_WINDOW_S: i64 = 15 * 60;

/// Whom a sign-in code is wanted for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestOtp {
    /// WhatsApp number as people write it.
    pub phone: String,
}

/// That a code was sent, if the number is a customer's. The same for every number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OtpRequested {
    /// Seconds for which the code works.
    pub expires_in_s: i64,
    /// Seconds until another code can be asked for.
    pub resend_after_s: i64,
}

#[cfg(feature = "server")]
impl OtpRequested {
    pub(crate) const fn sent() -> Self {
        OtpRequested { expires_in_s: CODE_LIFE_S, resend_after_s: RESEND_AFTER_S }
    }
}

text_enum! {
    /// What a code is for.
    pub enum Purpose, "purpose" {
        /// Signing in.
        Portal = "portal",
        /// Changing the number: on the one before.
        PhoneOld = "phone_old",
        /// Changing the number: on the one to come.
        PhoneNew = "phone_new",
    }
}

/// The number that a customer wants to have.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PhoneChange {
    /// WhatsApp number as people write it.
    pub phone: String,
}

/// The codes that came to the old and to the new number.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmPhoneChange {
    /// Six digits from the old number; blanks and hyphens do not matter.
    pub old_code: String,
    /// Six digits from the new number.
    pub new_code: String,
}

/// The code that came.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyOtp {
    /// The number it was asked for.
    pub phone: String,
    /// Six digits; blanks and hyphens do not matter.
    pub code: String,
}

/// The customer who has signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct PortalCustomer {
    /// Identifier.
    pub id: CustomerId,
    /// `AGLSyyyymmddNNNN`.
    pub number: String,
    /// Name.
    pub name: String,
    /// Language, `id` or `en`.
    pub locale: String,
}

/// The page that a code's link opens. It shows a button: only pressing it spends the code, because programs look at
/// links before people do.
pub fn link_path(challenge: i64, code: &str) -> String {
    format!("/customer/login/{challenge}/{code}")
}

/// The digits of a code as people type it; none when it cannot be one.
pub fn normal_code(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(7).collect();
    (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::normal_code;

    #[test]
    fn codes_are_typed_in_groups() {
        for (text, code) in [
            ("123456", Some("123456")),
            (" 123 456 ", Some("123456")),
            ("123-456", Some("123456")),
            ("012345", Some("012345")),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("١٢٣٤٥٦", None),
            ("", None),
        ] {
            assert_eq!(normal_code(text).as_deref(), code, "{text}");
        }
    }
}
