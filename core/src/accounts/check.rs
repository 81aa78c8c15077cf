//! What the fields of an account may hold.

use crate::{error::Checker, types::Phone};

/// A sign-in name: lower case, 3 to 32 of `a-z 0-9 . _ -`, a letter first, so that it is neither a number nor an
/// e-mail address.
pub fn username(check: &mut Checker, text: &str) -> String {
    let name = text.trim().to_lowercase();
    let fits = (3..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    if name.is_empty() {
        check.refuse("username", "required", "enter a sign-in name");
    } else {
        check.ensure(
            fits,
            "username",
            "invalid",
            "use 3 to 32 of a-z, 0-9, dot, underscore and hyphen, a letter first, such as budi.santoso",
        );
    }
    name
}

/// An e-mail address in lower case; none when empty.
pub fn email(check: &mut Checker, field: &str, text: &str) -> Option<String> {
    let address = text.trim().to_lowercase();
    if address.is_empty() {
        return None;
    }
    let fits = address.split_once('@').is_some_and(|(local, domain)| {
        let plain = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| !c.is_whitespace() && !c.is_control() && !"@<>,;:\\\"()[]".contains(c))
        };
        plain(local)
            && local.len() <= 64
            && plain(domain)
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains("..")
    });
    check.ensure(
        fits && address.len() <= 254,
        field,
        "invalid",
        "enter an e-mail address, such as budi@isp.id",
    );
    Some(address)
}

/// A telephone number; none when empty.
pub fn phone(check: &mut Checker, field: &str, text: &str) -> Option<Phone> {
    if text.trim().is_empty() {
        return None;
    }
    match text.parse::<Phone>() {
        Ok(phone) => Some(phone),
        Err(error) => {
            check.refuse(field, "invalid", error.to_string());
            None
        }
    }
}

/// A language: `id` or `en`.
pub fn locale(check: &mut Checker, text: &str) -> String {
    check.ensure(matches!(text, "id" | "en"), "locale", "unknown", "use id or en");
    text.to_owned()
}

/// A new password.
pub fn password(check: &mut Checker, text: &str, least: usize, names: &[&str]) {
    if let Err(weakness) = super::password::check(text, least, names) {
        check.refuse("password", weakness.code, weakness.message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_names_are_neither_numbers_nor_addresses() {
        for (text, fits) in [
            ("budi", true),
            (" Budi.Santoso-2 ", true),
            ("b2", false),
            ("12345", false),
            ("budi@isp.id", false),
            ("budi santoso", false),
            ("büdi", false),
            ("", false),
            (&"b".repeat(33), false),
        ] {
            let mut check = Checker::new();
            username(&mut check, text);
            assert_eq!(check.is_clean(), fits, "{text}");
        }
    }

    #[test]
    fn addresses_cannot_smuggle_headers() {
        for (text, fits) in [
            ("Budi@ISP.id", true),
            ("", true),
            ("budi", false),
            ("budi@isp", false),
            ("budi@isp.id\r\nBcc: x@y.z", false),
            ("budi <budi@isp.id>", false),
            ("a@b@c.d", false),
            ("a@.b", false),
        ] {
            let mut check = Checker::new();
            email(&mut check, "email", text);
            assert_eq!(check.is_clean(), fits, "{text:?}");
        }
    }
}
