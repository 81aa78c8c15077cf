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

/// Whether a word of `text` starts with `needle` (lower case), case ignored. A needle of several words is found at the
/// start of the first of them.
#[must_use]
pub fn starts_a_word(text: &str, needle: &str) -> bool {
    Needle::new(needle).starts_a_word(text)
}

/// A word that is looked for in many texts.
#[derive(Debug, Clone, Copy)]
pub struct Needle<'a> {
    word: &'a str,
    /// The first letter, small and large, and what follows it; none where letters beyond ASCII are looked for.
    ascii: Option<(u8, u8, &'a [u8])>,
}

impl<'a> Needle<'a> {
    /// Makes a word (lower case) ready.
    #[must_use]
    pub fn new(word: &'a str) -> Self {
        let ascii = match word.as_bytes() {
            [first, rest @ ..] if word.is_ascii() => Some((*first, first.to_ascii_uppercase(), rest)),
            _ => None,
        };
        Self { word, ascii }
    }

    /// See [`starts_a_word`].
    #[must_use]
    pub fn starts_a_word(&self, text: &str) -> bool {
        self.starts_a_word_of_two(text, 0)
    }

    /// Whether a word of either of two texts starts so, which stand one behind the other: the second begins at a byte.
    #[must_use]
    pub fn starts_a_word_of_two(&self, text: &str, second: usize) -> bool {
        let Some((small, large, rest)) = self.ascii else {
            let reads = |text: &str| {
                let from = |word| text_from(text, word).is_some_and(|rest| starts_folded(rest, self.word));
                starts_folded(text, self.word) || split(text).any(from)
            };
            return text.split_at_checked(second).is_some_and(|(one, two)| reads(one) || reads(two));
        };
        let text = text.as_bytes();
        memchr::memchr2_iter(small, large, text).any(|at| {
            let end = if at < second { second.min(text.len()) } else { text.len() };
            // Bytes of characters beyond ASCII count as letters: no word of ASCII begins in their middle.
            let before = at.checked_sub(1).filter(|_| at != second).and_then(|before| text.get(before));
            before.is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
                && text[at + 1..end].get(..rest.len()).is_some_and(|tail| tail.eq_ignore_ascii_case(rest))
        })
    }
}

/// The rest of `text` from where `word`, a piece of it, begins.
fn text_from<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.get((word.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?..)
}

/// Whether a reader would take a word of `text` for `word` (lower case): it begins so, or with one slip.
pub(super) fn nearly_reads(text: &str, word: &str) -> bool {
    starts_a_word(text, word)
        || (forgiving(word) && split(text).any(|candidate| one_slip(candidate.as_bytes(), word.as_bytes())))
}

/// Whether a slip in it is forgiven: long enough, and no number.
pub(super) fn forgiving(word: &str) -> bool {
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
            assert_eq!(nearly_reads(text, word), word != "senoso", "{word}");
        }
        assert!(!nearly_reads("Budi", "xudi"), "the first letter must be right");
        assert!(nearly_reads("Budi", "ubdi"), "unless the first two are swapped");
        assert!(!nearly_reads("TKT20251101001", "tkt20251101002"), "numbers are exact");
        assert!(!nearly_reads("abd", "abx"), "short words are exact");
    }

    #[test]
    fn case_is_ignored_beyond_ascii() {
        assert!(contains_folded("KÉDAI Kopi", "kédai"));
        assert!(contains_folded("Internet MATI", "mati"));
        assert!(!contains_folded("", "a"));
        assert!(starts_a_word("Karawang Barat", "bar"));
        assert!(!starts_a_word("Karawang Barat", "wang"));
        assert!(starts_a_word("Karawang Barat", "karawang b") && starts_a_word("di Kédai", "kéd"));
        assert!(starts_a_word("ODP-KRW-03", "krw-0") && starts_a_word("x", ""));
        assert!(!starts_a_word("éa", "a") && !starts_a_word("", "a"));
        let of_two = |word| Needle::new(word).starts_a_word_of_two("TKT7Lampu Kédai", 4);
        assert!(["tkt", "tkt7", "lam", "kéd", ""].into_iter().all(of_two));
        assert!(!["tkt7l", "7", "kt7", "ampu"].into_iter().any(of_two));
    }
}
