//! How a bare word is found in a text.

/// From this many letters on a word may have one wrong, missing, extra or swapped letter.
const FORGIVEN_FROM: usize = 4;

/// Whether `needle`, in lower case, occurs in `text`, case ignored.
#[must_use]
pub fn contains_folded(text: &str, needle: &str) -> bool {
    if needle.is_empty() {
        return true;
    }
    if !needle.is_ascii() {
        return text.to_lowercase().contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let (first, rest) = (needle[0], &needle[1..]);
    if text.len() < needle.len() {
        return false;
    }
    text[..=text.len() - needle.len()].iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == first && text[at + 1..at + needle.len()].eq_ignore_ascii_case(rest)
    })
}

/// Whether a word of `text` starts with `needle` (lower case), case ignored.
#[must_use]
pub fn starts_a_word(text: &str, needle: &str) -> bool {
    starts_folded(text, needle) || split(text).any(|word| starts_folded(word, needle))
}

/// Whether a reader would find `word` (lower case) in `text`: as it stands anywhere, or with one slip at the start of
/// a word.
pub(super) fn reads(text: &str, word: &str) -> bool {
    contains_folded(text, word)
        || (forgiving(word) && split(text).any(|candidate| one_slip(candidate.as_bytes(), word.as_bytes())))
}

/// Whether everything that reads as `longer` also reads as `word`.
pub(super) fn lengthens(word: &str, longer: &str) -> bool {
    longer == word || (!forgiving(longer) && longer.starts_with(word))
}

fn forgiving(word: &str) -> bool {
    word.len() >= FORGIVEN_FROM && word.is_ascii() && !word.bytes().any(|byte| byte.is_ascii_digit())
}

fn starts_folded(text: &str, needle: &str) -> bool {
    if needle.is_ascii() {
        text.as_bytes().get(..needle.len()).is_some_and(|head| head.eq_ignore_ascii_case(needle.as_bytes()))
    } else {
        text.to_lowercase().starts_with(needle)
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether the start of `text` becomes `word` by one insertion, deletion, substitution or swap of neighbours. The
/// first letter must be right unless the first two are swapped: people rarely slip there, and it keeps the search
/// fast and its finds plausible.
fn one_slip(text: &[u8], word: &[u8]) -> bool {
    let same = |a: u8, b: u8| a.to_ascii_lowercase() == b;
    if text.len() + 1 < word.len() {
        return false;
    }
    let common = text.iter().zip(word).take_while(|(a, b)| same(**a, **b)).count();
    if common == word.len() {
        return true;
    }
    let starts = |text: &[u8], word: &[u8]| {
        text.len() >= word.len() && text.iter().zip(word).all(|(a, b)| same(*a, *b))
    };
    let (text, word) = (&text[common..], &word[common..]);
    if let ([a, b, text @ ..], [c, d, word @ ..]) = (text, word)
        && same(*a, *d)
        && same(*b, *c)
        && starts(text, word)
    {
        return true;
    }
    if common == 0 {
        return false;
    }
    starts(text, &word[1..])
        || text.split_first().is_some_and(|(_, text)| starts(text, &word[1..]) || starts(text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        for (text, word) in [
            ("Budi Santoso", "santso"),
            ("Budi Santoso", "santoos"),
            ("Budi Santoso", "sanntoso"),
            ("Budi Santoso", "senoso"),
        ] {
            assert_eq!(reads(text, word), word != "senoso", "{word}");
        }
        assert!(!reads("Budi", "xudi"), "the first letter must be right");
        assert!(reads("Budi", "ubdi"), "unless the first two are swapped");
        assert!(!reads("TKT20251101001", "tkt20251101002"), "numbers are exact");
        assert!(!reads("abd", "abx"), "short words are exact");
    }

    #[test]
    fn case_is_ignored_beyond_ascii() {
        assert!(contains_folded("KÉDAI Kopi", "kédai"));
        assert!(contains_folded("Internet MATI", "mati"));
        assert!(!contains_folded("", "a"));
        assert!(starts_a_word("Karawang Barat", "bar"));
        assert!(!starts_a_word("Karawang Barat", "wang"));
    }
}
