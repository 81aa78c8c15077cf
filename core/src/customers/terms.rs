//! The words by which customers are found, and what a search text asks for.

use crate::types::Phone;

/// Longest indexed word, in characters; longer ones are cut, in the index and in searches alike.
const LONGEST: usize = 40;
/// Stands before digits written backwards, so that the last digits of a number are the beginning of a word.
const BACKWARDS: char = '<';
/// Words of a search that are looked at; more would only narrow what is found already.
const MOST_WORDS: usize = 8;

/// Lower case without accents: what names are sorted and compared by.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'ď' | 'đ' | 'ð' => out.push('d'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ğ' => out.push('g'),
            'ì'..='ï' | 'ī' | 'ı' => out.push('i'),
            'ł' | 'ľ' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ř' => out.push('r'),
            'ś' | 'š' | 'ş' => out.push('s'),
            'ß' => out.push_str("ss"),
            'ť' | 'ţ' => out.push('t'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            // Accents that stand apart from their letter, and apostrophes inside names (Ma'ruf, Nu’man).
            '\u{300}'..='\u{36f}' | '\'' | '’' | '`' => {}
            _ => out.push(c),
        }
    }
    out
}

/// The key by which a list of customers is sorted: the folded name with single blanks.
pub fn name_key(name: &str) -> String {
    fold(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(cut).collect()
}

fn backwards(digits: &str) -> String {
    std::iter::once(BACKWARDS).chain(digits.chars().rev()).take(LONGEST).collect()
}

/// Every word a customer is found by, each once.
pub fn index(number: &str, texts: &[&str], phones: &[&Phone]) -> Vec<String> {
    let mut terms: Vec<String> = texts.iter().flat_map(|text| words(text)).collect();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    terms.extend([fold(number), backwards(&digits), digits]);
    for phone in phones {
        let digits = phone.digits();
        terms.extend([digits.to_owned(), backwards(digits)]);
        if let Some(rest) = digits.strip_prefix("62") {
            terms.extend([rest.to_owned(), format!("0{rest}")]);
        }
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// One word of a search: a customer matches when one of its terms lies in one of the ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Ranges of terms, from (inclusive) and to (exclusive).
    pub ranges: Vec<(String, String)>,
}

impl Wanted {
    fn word(word: String) -> Wanted {
        let digits = word.len() >= 4 && word.bytes().all(|b| b.is_ascii_digit());
        let last = digits.then(|| backwards(&word));
        let ranges = std::iter::once(word).chain(last).map(|from| {
            // No character sorts after this one, so every longer word with the same beginning lies below.
            let to = format!("{from}\u{10ffff}");
            (from, to)
        });
        Wanted { ranges: ranges.collect() }
    }
}

/// What a search text asks for; every word must match. A telephone number may be written with blanks and dashes.
pub fn wanted(text: &str) -> Vec<Wanted> {
    let mut found: Vec<String> = match dialled(text) {
        Some(digits) => vec![digits],
        None => text
            .split_whitespace()
            .flat_map(|word| dialled(word).map_or_else(|| words(word), |digits| vec![digits]))
            .collect(),
    };
    // The longest words say most; a word that another one begins with says nothing.
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    found.dedup();
    let mut kept: Vec<String> = Vec::new();
    for word in found {
        if !kept.iter().any(|longer| longer.starts_with(&word)) {
            kept.push(word);
        }
    }
    kept.truncate(MOST_WORDS);
    kept.into_iter().map(Wanted::word).collect()
}

/// The digits of a text that looks like a telephone number or the beginning of one.
fn dialled(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+'));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let begins = text.starts_with(['+', '0', '8', '(']) || digits.starts_with("62");
    if !plain || !begins || !(6..=16).contains(&digits.len()) {
        return None;
    }
    if let Ok(phone) = text.parse::<Phone>() {
        return Some(phone.digits().to_owned());
    }
    // +62 (0)812 is written with a zero that is not dialled.
    Some(digits.strip_prefix("620").map_or(digits.clone(), |rest| format!("62{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(search: &str) -> bool {
        let phone: Phone = "0812-3456-7890".parse().unwrap();
        let terms = index(
            "AGLS202611210042",
            &["Siti  Nurhalîza Ma'ruf", "Jl. Tuparev No. 12, RT 003/007, Karawang Barat"],
            &[&phone],
        );
        wanted(search).iter().all(|wanted| {
            wanted.ranges.iter().any(|(from, to)| terms.iter().any(|term| term >= from && term < to))
        })
    }

    #[test]
    fn finds_by_words_numbers_and_phones_as_people_type_them() {
        for search in [
            "",
            "siti",
            "SITI nur",
            "nurhaliza",
            "maruf",
            "ma’ruf",
            "tuparev 12",
            "003/007",
            "agls202611210042",
            "AGLS2026",
            "20261121",
            "0042",
            "0812-3456",
            "0812 3456 7890",
            "+62 812 3456 7890",
            "+62 (0)812-34",
            "62812",
            "812345",
            "567890",
            "7890",
            "siti 0812-3456-7890",
            "siti siti si s",
        ] {
            assert!(found(search), "{search}");
        }
    }

    #[test]
    fn does_not_find_what_is_not_there() {
        for search in
            ["budi", "siti budi", "aliza", "456", "0813-3456", "7891", "789", "+62 813", "<0987", "%"]
        {
            assert!(!found(search) || wanted(search).is_empty(), "{search}");
        }
    }

    #[test]
    fn folds_case_accents_and_blanks() {
        assert_eq!(name_key("  ÉLISE   Łukasz "), "elise lukasz");
        assert_eq!(fold("e\u{301}"), "e");
        assert_eq!(words(&"x".repeat(300)), ["x".repeat(40)]);
    }
}
