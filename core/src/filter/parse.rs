//! From text to terms and back.

use std::fmt::Write as _;

use super::schema::OVERDUE;
use super::{Field, Filter, Kind, ME, NONE, Order, Schema, Term, Test};

/// A term that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{term}`: {problem}; {fix}")]
pub struct FilterError {
    /// The term as it was written.
    pub term: String,
    /// Where it starts in the text, in bytes.
    pub at: usize,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub fix: String,
}

/// One blank-separated piece, quotes resolved; `quoted` marks which characters stood in quotes.
struct Piece {
    at: usize,
    raw: String,
    text: String,
    quoted: Vec<bool>,
}

pub(super) fn filter(schema: &'static Schema, text: &str) -> Result<Filter, FilterError> {
    let terms = pieces(text)?.into_iter().map(|piece| term(schema, &piece)).collect::<Result<Vec<_>, _>>()?;
    Ok(Filter { terms: terms.into_iter().flatten().collect() })
}

fn pieces(text: &str) -> Result<Vec<Piece>, FilterError> {
    let mut found: Vec<Piece> = Vec::new();
    let mut open: Option<Piece> = None;
    let mut quote = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !quote {
            found.extend(open.take());
            continue;
        }
        let piece = open.get_or_insert_with(|| Piece {
            at,
            raw: String::new(),
            text: String::new(),
            quoted: Vec::new(),
        });
        piece.raw.push(c);
        if c == '"' {
            quote = !quote;
        } else {
            piece.text.push(c);
            piece.quoted.extend(std::iter::repeat_n(quote, c.len_utf8()));
        }
    }
    if let (true, Some(piece)) = (quote, &open) {
        return Err(piece.error("the quote is never closed", format!("write {}\"", piece.raw)));
    }
    found.extend(open);
    Ok(found)
}

impl Piece {
    fn error(&self, problem: impl Into<String>, fix: impl Into<String>) -> FilterError {
        FilterError { term: self.raw.clone(), at: self.at, problem: problem.into(), fix: fix.into() }
    }

    /// Where the first unquoted one of these characters stands.
    fn find(&self, wanted: &[char]) -> Option<usize> {
        self.text.char_indices().find(|(at, c)| !self.quoted[*at] && wanted.contains(c)).map(|(at, _)| at)
    }
}

fn term(schema: &'static Schema, piece: &Piece) -> Result<Option<Term>, FilterError> {
    let invert = piece.text.starts_with('!') && !piece.quoted[0];
    let start = usize::from(invert);
    let Some(sign) = piece.find(&[':', '<', '>', '=']).filter(|at| *at > start) else {
        let word = piece.text[start..].to_lowercase();
        if word.is_empty() {
            return if invert {
                Err(piece.error("`!` inverts nothing", "put it in front of a term, as in !prio:low"))
            } else {
                Ok(None)
            };
        }
        return Ok(Some(Term { invert, test: Test::Word(word) }));
    };
    let name = piece.text[start..sign].to_lowercase();
    let Some(field) = schema.field(&name) else {
        let known = schema.fields.iter().map(|field| field.name);
        return Err(piece.error(
            format!("a {} has no field {name}", schema.noun),
            match nearest(&name, schema.fields.iter().flat_map(|f| f.aliases.iter().copied().chain([f.name])))
            {
                Some(near) => format!("did you mean {near}{}", &piece.text[sign..]),
                None => format!("use one of {}", known.collect::<Vec<_>>().join(", ")),
            },
        ));
    };
    let rest = &piece.text[sign..];
    let (order, value) = order(rest);
    if value.is_empty() {
        return Err(piece.error(format!("{} needs a value", field.name), format!("try {}", example(field))));
    }
    if matches!(field.kind, Kind::Sought) && invert {
        return Err(piece
            .error(format!("{} cannot be inverted", field.name), format!("write {}:{value}", field.name)));
    }
    let test = match (&field.kind, order) {
        (Kind::Span | Kind::Count, _) => amount(piece, field, order, value)?,
        (_, Some(order)) if order != Order::Equal => {
            return Err(
                piece.error(format!("{} has no order", field.name), format!("write {}:{value}", field.name))
            );
        }
        (Kind::Sought, _) => Test::AnyOf(field, vec![value.to_owned()]),
        _ => Test::AnyOf(field, values(piece, field, piece.text.len() - value.len())?),
    };
    Ok(Some(Term { invert, test }))
}

/// The sign at the start, `None` for a colon, and what follows it.
fn order(rest: &str) -> (Option<Order>, &str) {
    let signs = [
        (":", None),
        ("<=", Some(Order::AtMost)),
        (">=", Some(Order::AtLeast)),
        ("<", Some(Order::Less)),
        (">", Some(Order::More)),
        ("=", Some(Order::Equal)),
    ];
    signs
        .into_iter()
        .find_map(|(sign, order)| rest.strip_prefix(sign).map(|value| (order, value)))
        .unwrap_or((None, rest))
}

fn amount(
    piece: &Piece,
    field: &'static Field,
    order: Option<Order>,
    value: &str,
) -> Result<Test, FilterError> {
    let value = value.to_lowercase();
    if order.is_none() && (value == NONE || (value == OVERDUE && field.name == "sla")) {
        return Ok(Test::AnyOf(field, vec![value]));
    }
    let wrong = || {
        piece.error(format!("{value} is not an amount of {}", field.name), format!("try {}", example(field)))
    };
    let amount = match field.kind {
        Kind::Span => span(&value).ok_or_else(wrong)?,
        _ => value.parse().map_err(|_| wrong())?,
    };
    let usual = if matches!(field.kind, Kind::Span) { Order::AtMost } else { Order::Equal };
    Ok(Test::Compare(field, order.unwrap_or(usual), amount))
}

fn values(piece: &Piece, field: &'static Field, from: usize) -> Result<Vec<String>, FilterError> {
    let mut values = Vec::new();
    let mut start = from;
    let commas = piece.text.char_indices().filter(|(at, c)| *at >= from && *c == ',' && !piece.quoted[*at]);
    for (end, _) in commas.chain([(piece.text.len(), ',')]) {
        let value = piece.text[start..end].to_lowercase();
        start = end + 1;
        if value.is_empty() {
            return Err(piece.error("a value between commas is missing", format!("try {}", example(field))));
        }
        values.push(choice(piece, field, value)?);
    }
    Ok(values)
}

fn choice(piece: &Piece, field: &'static Field, value: String) -> Result<String, FilterError> {
    let Kind::Choice(choices) = field.kind else {
        return Ok(value);
    };
    let found =
        choices.iter().find(|choice| choice.name == value || choice.aliases.contains(&value.as_str()));
    found.map(|choice| choice.name.to_owned()).ok_or_else(|| {
        let known = || choices.iter().map(|choice| choice.name);
        piece.error(
            format!("{} is never {value}", field.name),
            match nearest(&value, choices.iter().flat_map(|c| c.aliases.iter().copied().chain([c.name]))) {
                Some(near) => format!("did you mean {}:{near}", field.name),
                None => format!("use one of {}", known().collect::<Vec<_>>().join(", ")),
            },
        )
    })
}

fn example(field: &Field) -> String {
    match field.kind {
        Kind::Choice(choices) => {
            format!("{}:{}", field.name, choices.first().map_or(NONE, |choice| choice.name))
        }
        Kind::Span => format!("{}<2h", field.name),
        Kind::Count => format!("{}>3", field.name),
        Kind::Name => format!("{}:{ME}", field.name),
        Kind::Text => format!("{}:\"two words\"", field.name),
        Kind::Sought => format!("{}:0812", field.name),
    }
}

/// Seconds in `90m`, `1d12h`, `-15m`; a bare number counts minutes.
pub(super) fn span(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    if let Ok(minutes) = digits.parse::<u32>() {
        let seconds = i64::from(minutes) * 60;
        return Some(if negative { -seconds } else { seconds });
    }
    let (mut total, mut number) = (0_i64, String::new());
    for c in digits.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = UNITS.iter().find(|(name, _)| *name == c)?.1;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && !digits.is_empty()).then_some(if negative { -total } else { total })
}

const UNITS: [(char, i64); 6] =
    [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1), ('j', 3_600)];

/// The shortest way to write a span that [`span`] reads back.
pub(super) fn span_text(seconds: i64) -> String {
    let mut text = String::new();
    let mut left = seconds.unsigned_abs();
    if seconds < 0 {
        text.push('-');
    }
    for (name, unit) in UNITS.iter().take(5) {
        let unit = unit.unsigned_abs();
        if left >= unit {
            let _ = write!(text, "{}{name}", left / unit);
            left %= unit;
        }
    }
    if seconds == 0 { "0m".to_owned() } else { text }
}

/// The value as it must be written to be read back whole.
pub(super) fn quoted(text: &str, word: bool) -> String {
    let special =
        |c: char| c.is_whitespace() || (word && matches!(c, ':' | '<' | '>' | '=')) || (!word && c == ',');
    if text.contains(special) || (word && text.starts_with('!')) {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    }
}

/// The known word that is one or two slips away.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (with swaps of neighbours) from one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swap = if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(swap)
            };
        }
    }
    rows[a.len()][b.len()]
}
