//! When the program answers by itself, and with what.

use super::keywords::Keyword;

/// Messages older than this are not answered by themselves: whoever wrote them waits for a person by now.
pub const FRESH_MS: i64 = 10 * 60_000;
/// Automatic answers that an address gets within an hour.
pub const MOST_PER_HOUR: i64 = 5;
/// Automatic answers that an address gets within a day: two programs that answer each other end there.
pub const MOST_PER_DAY: i64 = 20;
/// Automatic answers that an address gets within a day that is no customer's.
pub const MOST_TO_STRANGERS: i64 = 1;

/// An automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What can be asked.
    Menu,
    /// The package and its price.
    Bill,
    /// The tickets that are not finished.
    Tickets,
    /// How to reach us.
    Help,
    /// That automatic answers are off now.
    Off,
    /// That automatic answers are on now.
    On,
}

impl Answer {
    /// The template of its text.
    pub const fn template(self) -> &'static str {
        match self {
            Answer::Menu => "auto-menu",
            Answer::Bill => "auto-bill",
            Answer::Tickets => "auto-tickets",
            Answer::Help => "auto-help",
            Answer::Off => "auto-off",
            Answer::On => "auto-on",
        }
    }
}

/// The templates of automatic answers.
pub const TEMPLATES: [&str; 6] =
    ["auto-menu", "auto-bill", "auto-tickets", "auto-help", "auto-off", "auto-on"];

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A customer; whether they want automatic answers.
    Customer {
        /// Whether they do.
        auto_answers: bool,
    },
    /// A phone that we do not know.
    Stranger,
    /// A group.
    Group,
    /// A colleague.
    Staff,
    /// One of our own numbers, or our own message come back.
    Ourselves,
}

/// What is known of a message that came in.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// What it asks.
    pub keyword: Option<Keyword>,
    /// Who wrote it.
    pub writer: Writer,
    /// Milliseconds since it was written.
    pub age_ms: i64,
    /// Automatic answers to this address within the last hour.
    pub last_hour: i64,
    /// Automatic answers to this address within the last day.
    pub last_day: i64,
}

/// What follows from a message that came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is answered.
    pub answer: Option<Answer>,
    /// Whether the customer wants automatic answers from now on, where that changes.
    pub switch: Option<bool>,
}

/// Decides what follows from a message. Who asks for silence gets it, also when there were too many answers already.
pub fn verdict(asked: &Asked) -> Verdict {
    let Some(keyword) = asked.keyword.filter(|_| asked.age_ms <= FRESH_MS) else { return Verdict::default() };
    let room = asked.last_hour < MOST_PER_HOUR && asked.last_day < MOST_PER_DAY;
    let answer = |answer| Some(answer).filter(|_| room);
    match (asked.writer, keyword) {
        (Writer::Group | Writer::Staff | Writer::Ourselves, _) => Verdict::default(),
        (Writer::Stranger, _) if asked.last_day >= MOST_TO_STRANGERS => Verdict::default(),
        (Writer::Stranger, Keyword::Stop | Keyword::Start) => Verdict::default(),
        (Writer::Stranger, Keyword::Menu) => Verdict { answer: answer(Answer::Menu), switch: None },
        (Writer::Stranger, _) => Verdict { answer: answer(Answer::Help), switch: None },
        (Writer::Customer { auto_answers }, Keyword::Start) => {
            Verdict { answer: answer(Answer::On), switch: (!auto_answers).then_some(true) }
        }
        (Writer::Customer { auto_answers: false }, _) => Verdict::default(),
        (Writer::Customer { .. }, Keyword::Stop) => {
            Verdict { answer: answer(Answer::Off), switch: Some(false) }
        }
        (Writer::Customer { .. }, Keyword::Menu) => Verdict { answer: answer(Answer::Menu), switch: None },
        (Writer::Customer { .. }, Keyword::Bill) => Verdict { answer: answer(Answer::Bill), switch: None },
        (Writer::Customer { .. }, Keyword::Tickets) => {
            Verdict { answer: answer(Answer::Tickets), switch: None }
        }
        (Writer::Customer { .. }, Keyword::Help) => Verdict { answer: answer(Answer::Help), switch: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: Writer = Writer::Customer { auto_answers: true };
    const QUIET: Writer = Writer::Customer { auto_answers: false };

    fn asked(writer: Writer, keyword: Keyword) -> Asked {
        Asked { keyword: Some(keyword), writer, age_ms: 1000, last_hour: 0, last_day: 0 }
    }

    fn answer(writer: Writer, keyword: Keyword) -> Option<Answer> {
        verdict(&asked(writer, keyword)).answer
    }

    #[test]
    fn a_group_a_colleague_and_we_ourselves_are_never_answered() {
        for writer in [Writer::Group, Writer::Staff, Writer::Ourselves] {
            for keyword in Keyword::ALL {
                assert_eq!(verdict(&asked(writer, *keyword)), Verdict::default(), "{writer:?} {keyword}");
            }
        }
    }

    #[test]
    fn what_is_no_keyword_or_old_is_left_to_people() {
        let none = Asked { keyword: None, ..asked(CUSTOMER, Keyword::Menu) };
        assert_eq!(verdict(&none), Verdict::default());
        let aged = |age_ms| verdict(&Asked { age_ms, ..asked(CUSTOMER, Keyword::Menu) }).answer;
        assert_eq!((aged(FRESH_MS), aged(FRESH_MS + 1)), (Some(Answer::Menu), None));
        assert_eq!(aged(-5000), Some(Answer::Menu), "clocks differ");
    }

    #[test]
    fn there_is_an_end_to_answers() {
        let after = |last_hour, last_day| {
            verdict(&Asked { last_hour, last_day, ..asked(CUSTOMER, Keyword::Bill) }).answer
        };
        assert_eq!(after(4, 19), Some(Answer::Bill));
        assert_eq!((after(5, 5), after(0, 20)), (None, None));
    }

    #[test]
    fn strangers_get_one_text_a_day_and_nothing_of_anybody() {
        assert_eq!(answer(Writer::Stranger, Keyword::Menu), Some(Answer::Menu));
        for keyword in [Keyword::Help, Keyword::Bill, Keyword::Tickets] {
            assert_eq!(answer(Writer::Stranger, keyword), Some(Answer::Help));
        }
        for keyword in [Keyword::Stop, Keyword::Start] {
            assert_eq!(verdict(&asked(Writer::Stranger, keyword)), Verdict::default());
        }
        let again = Asked { last_day: 1, ..asked(Writer::Stranger, Keyword::Menu) };
        assert_eq!(verdict(&again), Verdict::default());
    }

    #[test]
    fn who_wants_silence_gets_it_and_can_end_it() {
        assert_eq!(
            verdict(&asked(CUSTOMER, Keyword::Stop)),
            Verdict { answer: Some(Answer::Off), switch: Some(false) }
        );
        let many = Asked { last_hour: 9, ..asked(CUSTOMER, Keyword::Stop) };
        assert_eq!(verdict(&many), Verdict { answer: None, switch: Some(false) });
        for keyword in [Keyword::Menu, Keyword::Bill, Keyword::Tickets, Keyword::Help, Keyword::Stop] {
            assert_eq!(verdict(&asked(QUIET, keyword)), Verdict::default(), "{keyword}");
        }
        assert_eq!(
            verdict(&asked(QUIET, Keyword::Start)),
            Verdict { answer: Some(Answer::On), switch: Some(true) }
        );
        assert_eq!(
            verdict(&asked(CUSTOMER, Keyword::Start)),
            Verdict { answer: Some(Answer::On), switch: None }
        );
    }

    #[test]
    fn every_answer_has_its_template() {
        let all = [Answer::Menu, Answer::Bill, Answer::Tickets, Answer::Help, Answer::Off, Answer::On];
        assert_eq!(all.map(Answer::template), TEMPLATES);
    }
}
