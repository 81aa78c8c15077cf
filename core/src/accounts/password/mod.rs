//! Passwords: which are good enough, and how they are kept.

mod hash;

pub use hash::{PasswordHash, hash, verify};

use std::{collections::HashSet, sync::LazyLock};

/// Longest password that is accepted, in characters; longer ones only make hashing slow.
pub const LONGEST: usize = 256;

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("common.txt")).collect());

/// Whole passwords, each as [`forms`] gives it.
static COMMON_LONG: LazyLock<HashSet<String>> =
    LazyLock::new(|| words(include_str!("common_long.txt")).flat_map(forms).collect());

fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace)
}

/// Letters by which a password is still known when everything else in it is taken for decoration.
const FEWEST_LETTERS: usize = 8;

/// A password as it is compared with the list: without signs, without the digits and signs at its end, and as nothing but
/// letters.
fn forms(lower: &str) -> Vec<String> {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let bare = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    [plain(lower), plain(bare), letters(lower)]
        .into_iter()
        .filter(|form| {
            form.chars().filter(|c| c.is_alphabetic()).count() >= FEWEST_LETTERS || form.len() >= 12
        })
        .collect()
}

/// Why a password was refused: a stable code and what to do, in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// Stable word for programs.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Checks a new password. `names` are what it may not be built on: the sign-in name, the person's and the provider's.
///
/// Attackers try lists of known passwords and of common words with years, digits and signs around them and letters
/// swapped for digits. So those are taken off first, and what is left may not be a common word or a name, nor one of the
/// whole passwords that are chosen most.
pub fn check(password: &str, least: usize, names: &[&str]) -> Result<(), Weakness> {
    let refuse = |code, message: &str| Err(Weakness { code, message: message.to_owned() });
    let count = password.chars().count();
    if count < least {
        return refuse("too_short", &format!("use at least {least} characters ({count} now)"));
    }
    if count > LONGEST {
        return refuse("too_long", &format!("use at most {LONGEST} characters"));
    }
    if password.chars().any(char::is_control) {
        return refuse("control_characters", "remove the control characters");
    }
    let lower = password.to_lowercase();
    if lower.chars().collect::<HashSet<_>>().len() < 5 || repeats(&lower) || runs(&lower) {
        return refuse("too_simple", "avoid repeated characters and runs such as 12345 or abcde");
    }
    for name in names.iter().map(|name| letters(name)).filter(|name| name.len() >= 3) {
        if letters(&lower).replace(&name, "").len() < 8 && letters(&lower).contains(&name) {
            return refuse(
                "contains_name",
                "choose one that is not built on your name or the provider's, such as several unrelated words",
            );
        }
    }
    if is_common(&lower) || forms(&lower).iter().any(|form| COMMON_LONG.contains(form)) {
        return refuse(
            "common",
            "this one is on the lists that attackers try first; use several unrelated words",
        );
    }
    Ok(())
}

/// The letters of a text, with digits and signs that stand for letters read as those.
fn letters(text: &str) -> String {
    text.to_lowercase()
        .trim_matches(|c: char| !c.is_alphabetic() && !matches!(c, '@' | '$'))
        .chars()
        .filter_map(|c| match c {
            '0' => Some('o'),
            '1' | '!' => Some('i'),
            '3' => Some('e'),
            '4' | '@' => Some('a'),
            '5' | '$' => Some('s'),
            '7' => Some('t'),
            c => c.is_alphabetic().then_some(c),
        })
        .collect()
}

/// Whether nothing is left once one or two common words are taken off.
fn is_common(lower: &str) -> bool {
    let plain: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    [letters(lower), plain].iter().any(|word| {
        let known = |part: &str| part.len() < 4 || COMMON.contains(part);
        known(word) || word.char_indices().any(|(at, _)| at >= 4 && known(&word[..at]) && known(&word[at..]))
    })
}

/// Whether the text is one short piece over and over.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 3).any(|n| chars.iter().enumerate().all(|(i, c)| *c == chars[i % n]))
}

/// Whether half of the text or more is runs of neighbouring characters, up, down or the same.
fn runs(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let in_run = steps.windows(2).filter(|pair| pair[0] == pair[1] && pair[0].abs() <= 1).count();
    in_run * 2 >= codes.len()
}

#[cfg(test)]
mod tests {
    use super::{check, words};

    fn code(password: &str) -> &'static str {
        check(password, 12, &["budi.santoso", "Budi Santoso", "ISP Karawang"])
            .map_or_else(|w| w.code, |()| "ok")
    }

    #[test]
    fn refuses_what_attackers_try_first() {
        for (password, expected) in [
            ("", "too_short"),
            ("Tr0ub4dor&3", "too_short"),
            ("aaaaaaaaaaaa", "too_simple"),
            ("abababababab", "too_simple"),
            ("123456789012", "too_simple"),
            ("abcdefghijkl", "too_simple"),
            ("abcdeabcdeabcde", "too_simple"),
            ("Password1234", "common"),
            ("P@ssw0rd2026!", "common"),
            ("passwordpassword", "common"),
            ("qwertyuiop123", "common"),
            ("bismillah2026", "common"),
            ("rahasia123456!", "common"),
            ("iloveyou!!2024", "common"),
            ("AdminAdmin2025", "common"),
            ("19870412-2026", "common"),
            ("budisantoso2026", "contains_name"),
            ("ISPKarawang#2026", "contains_name"),
        ] {
            assert_eq!(code(password), expected, "{password}");
        }
        assert_eq!(code(&"ab c".repeat(100)), "too_long");
    }

    #[test]
    fn whole_passwords_of_the_list_are_refused_however_they_are_dressed_up() {
        let list: Vec<&str> = words(include_str!("common_long.txt")).collect();
        assert!(list.len() > 500);
        for password in list {
            assert!(password.chars().count() >= 12, "{password} is too short for any list");
            let dressed = format!("{}{}!", password[..1].to_uppercase(), &password[1..]);
            for one in [password, &dressed] {
                assert_eq!(code(one), "common", "{one}");
            }
        }
        for password in
            ["correct horse battery staple", "Nasi-Goreng-2026", "zaq1XSW2cde3VFR4", "N4siGor3ng#99"]
        {
            assert_eq!(code(password), "common", "{password}");
        }
    }

    #[test]
    fn accepts_what_people_can_remember_and_nobody_guesses() {
        for password in [
            "kuda benar baterai staples",
            "violin gravel tuesday mango",
            "Jk9#mQ2!xLp7vR",
            "mendung-pohon-sepeda-7",
            "9f86d081884c7d659a2feaa0c55ad015",
        ] {
            assert_eq!(code(password), "ok", "{password}");
        }
    }
}
