//! The words to which the program answers by itself, as people type them.

use crate::customers::terms::fold;

text_enum! {
    /// What somebody asks with one word.
    pub enum Keyword, "keyword" {
        /// What can be asked.
        Menu = "menu",
        /// The package and its price.
        Bill = "bill",
        /// How their tickets stand.
        Tickets = "tickets",
        /// How to reach us.
        Help = "help",
        /// No automatic answers any more.
        Stop = "stop",
        /// Automatic answers again.
        Start = "start",
    }
}

/// Longer texts are somebody's story, whatever words they hold.
const MOST_CHARACTERS: usize = 60;
/// From so many letters on, one wrong letter is forgiven.
const FORGIVING_LETTERS: usize = 6;

/// Words that ask for nothing by themselves.
const FILLERS: &[&str] = &[
    "a", "admin", "bang", "bisa", "bu", "cek", "check", "dong", "gan", "halo", "hai", "hallo", "hello", "hi",
    "info", "infonya", "kak", "kakak", "ka", "lihat", "mau", "mbak", "mas", "me", "min", "minta", "mohon",
    "my", "pak", "please", "pls", "saya", "show", "sy", "the", "tlg", "tolong", "ya", "yg",
];

/// A word and what it asks.
const WORDS: &[(&str, Keyword)] = &[
    ("menu", Keyword::Menu),
    ("menuu", Keyword::Menu),
    ("menus", Keyword::Menu),
    ("mnu", Keyword::Menu),
    ("meny", Keyword::Menu),
    ("tagihan", Keyword::Bill),
    ("tagihannya", Keyword::Bill),
    ("tghn", Keyword::Bill),
    ("bill", Keyword::Bill),
    ("bills", Keyword::Bill),
    ("bil", Keyword::Bill),
    ("billing", Keyword::Bill),
    ("invoice", Keyword::Bill),
    ("tiket", Keyword::Tickets),
    ("tikets", Keyword::Tickets),
    ("tikett", Keyword::Tickets),
    ("tikt", Keyword::Tickets),
    ("tket", Keyword::Tickets),
    ("tiketnya", Keyword::Tickets),
    ("ticket", Keyword::Tickets),
    ("tickets", Keyword::Tickets),
    ("status", Keyword::Tickets),
    ("statusnya", Keyword::Tickets),
    ("setatus", Keyword::Tickets),
    ("bantuan", Keyword::Help),
    ("bantu", Keyword::Help),
    ("help", Keyword::Help),
    ("hlp", Keyword::Help),
    ("hepl", Keyword::Help),
    ("stop", Keyword::Stop),
    ("setop", Keyword::Stop),
    ("stopp", Keyword::Stop),
    ("berhenti", Keyword::Stop),
    ("brenti", Keyword::Stop),
    ("mulai", Keyword::Start),
    ("mulay", Keyword::Start),
    ("start", Keyword::Start),
    ("strat", Keyword::Start),
];

/// What a text asks, if it asks for one thing only and for nothing else. Case, accents, punctuation and common
/// misspellings do not matter, nor do words of courtesy.
pub fn keyword(text: &str) -> Option<Keyword> {
    if text.chars().count() > MOST_CHARACTERS {
        return None;
    }
    let folded = fold(text);
    let mut asked = None;
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        if word.is_empty() || FILLERS.contains(&word) {
            continue;
        }
        let this = meant(word)?;
        if asked.is_some_and(|other| other != this) {
            return None;
        }
        asked = Some(this);
    }
    asked
}

fn meant(word: &str) -> Option<Keyword> {
    let exact = WORDS.iter().find(|(known, _)| *known == word);
    let near = || {
        WORDS.iter().find(|(known, _)| {
            known.len() >= FORGIVING_LETTERS && word.len() >= FORGIVING_LETTERS && one_slip(known, word)
        })
    };
    exact.or_else(near).map(|(_, keyword)| *keyword)
}

/// Whether two words differ by one letter: a wrong, a missing, a doubled one, or two changed about.
fn one_slip(known: &str, typed: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (known.chars().collect(), typed.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], []) => true,
        ([_, rest @ ..], _) if rest == b => true,
        (_, [_, rest @ ..]) if rest == a => true,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => p == s && q == r && x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Keyword as K;

    #[test]
    fn words_are_understood_as_people_type_them() {
        for (text, expected) in [
            ("menu", K::Menu),
            ("MENU!", K::Menu),
            ("  Menú. ", K::Menu),
            ("tagihan", K::Bill),
            ("Cek tagihan saya dong kak", K::Bill),
            ("tagiham", K::Bill),
            ("taghian", K::Bill),
            ("my bill, please", K::Bill),
            ("tiket", K::Tickets),
            ("Status tiket?", K::Tickets),
            ("ticket status", K::Tickets),
            ("tikcet", K::Tickets),
            ("bantuan", K::Help),
            ("Minta bantuann", K::Help),
            ("*HELP*", K::Help),
            ("stop", K::Stop),
            ("berhnti", K::Stop),
            ("Mulai", K::Start),
            ("start", K::Start),
        ] {
            assert_eq!(keyword(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_story_is_left_to_people() {
        for text in [
            "",
            "?!",
            "halo",
            "ya",
            "tolong",
            "internet saya mati, tolong bantu",
            "kapan teknisi mulai kerja",
            "stop langganan",
            "tagihan dan tiket",
            "menu makan siang",
            "jangan berhenti",
            "non-stop",
            "bantuan bantuan bantuan bantuan bantuan bantuan bantuan bantuan",
            "mulia",
            "1",
        ] {
            assert_eq!(keyword(text), None, "{text}");
        }
    }

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        for typed in ["tagihan", "tagihn", "tagihaan", "tagigan", "taighan"] {
            assert!(one_slip("tagihan", typed), "{typed}");
        }
        for typed in ["tagn", "tagihanku", "tadihsn", "gatihan"] {
            assert!(!one_slip("tagihan", typed), "{typed}");
        }
    }

    #[test]
    fn every_word_is_written_folded_and_stands_once() {
        for (at, (word, _)) in WORDS.iter().enumerate() {
            assert_eq!(fold(word), *word);
            assert!(!FILLERS.contains(word) && WORDS[..at].iter().all(|(other, _)| other != word), "{word}");
        }
    }
}
