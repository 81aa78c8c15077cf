//! What a customer's fields may hold, and how an account moves from status to status.

use super::{CustomerStatus, IpMode, News};
use crate::{error::Checker, types::Phone};

impl CustomerStatus {
    /// The statuses that may follow. Whoever left may come back, by a new installation.
    pub const fn next(self) -> &'static [CustomerStatus] {
        use CustomerStatus::*;
        match self {
            PendingInstallation => &[Active, Terminated],
            Active => &[Suspended, Terminated],
            Suspended => &[Active, Terminated],
            Terminated => &[PendingInstallation],
        }
    }

    /// Whether a reason must be given.
    pub const fn needs_reason(self) -> bool {
        matches!(self, CustomerStatus::Suspended | CustomerStatus::Terminated)
    }
}

/// Tags one customer may have.
pub const MOST_TAGS: usize = 20;

/// A tag as it is kept: lower case, words joined by dashes, 1 to 40 letters and digits.
pub fn tag(check: &mut Checker, field: &str, text: &str) -> String {
    let tag = text.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
    let good = (1..=40).contains(&tag.chars().count())
        && tag.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        && tag.chars().any(char::is_alphanumeric);
    check.ensure(good, field, "invalid", "use 1 to 40 letters, digits, - and _, such as `vip`");
    tag
}

/// The kinds of news in their own order, each once.
pub fn news(mut wanted: Vec<News>) -> Vec<News> {
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// A telephone number that must be there.
pub fn phone(check: &mut Checker, field: &str, text: &str) -> Option<Phone> {
    match text.parse() {
        Ok(phone) => Some(phone),
        Err(error) => {
            let code = if text.trim().is_empty() { "required" } else { "invalid" };
            check.refuse(field, code, error.to_string());
            None
        }
    }
}

/// A user name for PPPoE that may be missing; blank text means none.
pub fn pppoe_username(check: &mut Checker, text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let good = (3..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@'));
    check.ensure(
        good,
        "pppoe_username",
        "invalid",
        "use 3 to 64 letters, digits, dots, dashes, underlines and @",
    );
    Some(text.to_owned())
}

/// A fixed address that goes with the mode: needed for static, refused for dynamic.
pub fn ip_address(check: &mut Checker, mode: IpMode, text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match (mode, text) {
        (IpMode::Dynamic, None) => None,
        (IpMode::Dynamic, Some(_)) => {
            check.refuse("ip_address", "not_static", "leave it out, or set ip_mode to static");
            None
        }
        (IpMode::Static, None) => {
            check.refuse("ip_address", "required", "enter the fixed address, such as 203.0.113.7");
            None
        }
        (IpMode::Static, Some(text)) => match text.parse::<std::net::IpAddr>() {
            Ok(address) if !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() => {
                Some(address.to_string())
            }
            _ => {
                check.refuse("ip_address", "invalid", "use an IP address such as 203.0.113.7");
                None
            }
        },
    }
}

/// Both coordinates or none, each in its bounds.
pub fn place(check: &mut Checker, latitude: Option<f64>, longitude: Option<f64>) {
    for (field, value, most) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
        match value {
            Some(value) => {
                check.range(field, value, -most, most);
            }
            None => {
                check.ensure(
                    latitude.is_some() == longitude.is_some(),
                    field,
                    "required",
                    "give both latitude and longitude, or neither",
                );
            }
        }
    }
}

/// An e-mail address with most of its name hidden: `b•••@example.id`.
pub fn masked_email(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    format!("{}•••@{domain}", local.chars().next().map(String::from).unwrap_or_default())
}

/// Numbers with neighbours drawn together: `1, 4-8`.
pub fn spans(numbers: &[i64]) -> String {
    let mut parts: Vec<(i64, i64)> = Vec::new();
    for &number in numbers {
        match parts.last_mut() {
            Some((_, to)) if *to + 1 == number => *to = number,
            _ => parts.push((number, number)),
        }
    }
    let words =
        parts.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T>(rule: impl Fn(&mut Checker) -> T) -> bool {
        let mut check = Checker::new();
        rule(&mut check);
        !check.is_clean()
    }

    #[test]
    fn nobody_is_stuck_and_nothing_follows_itself() {
        for status in CustomerStatus::ALL {
            assert!(!status.next().is_empty(), "{status}");
            assert!(!status.next().contains(status), "{status}");
        }
        assert!(!CustomerStatus::PendingInstallation.next().contains(&CustomerStatus::Suspended));
    }

    #[test]
    fn network_names_and_places_are_checked() {
        assert!(refused(|check| ip_address(check, IpMode::Static, None)));
        assert!(refused(|check| ip_address(check, IpMode::Static, Some("1.2.3"))));
        assert!(refused(|check| ip_address(check, IpMode::Static, Some("127.0.0.1"))));
        assert!(refused(|check| ip_address(check, IpMode::Dynamic, Some("203.0.113.7"))));
        assert!(!refused(|check| ip_address(check, IpMode::Static, Some("2001:db8::1"))));
        assert!(refused(|check| place(check, Some(1.0), None)));
        assert!(refused(|check| place(check, Some(91.0), Some(0.0))));
        assert!(refused(|check| place(check, Some(f64::NAN), Some(0.0))));
        assert!(!refused(|check| place(check, None, None)));
        assert!(refused(|check| pppoe_username(check, "a b c")));
        assert!(refused(|check| tag(check, "tags", "!!")));
        assert!(refused(|check| tag(check, "tags", "--")));
    }

    #[test]
    fn texts_are_brought_into_shape() {
        assert_eq!(tag(&mut Checker::new(), "tags", " Rumah  Sakit "), "rumah-sakit");
        assert_eq!(masked_email("budi@example.id"), "b•••@example.id");
        assert_eq!(spans(&[1, 2, 3, 5, 7, 8]), "1-3, 5, 7-8");
        assert_eq!(spans(&[]), "");
    }
}
