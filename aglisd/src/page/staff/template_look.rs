//! How texts of templates are shown: as a phone shows them, and what one version changed of another.

/// A part of a text with one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// `b`, `i`, `s`, `code`, or nothing.
    pub look: &'static str,
    /// The words.
    pub text: String,
}

const MARKS: [(&str, &str); 4] = [("```", "code"), ("*", "b"), ("_", "i"), ("~", "s")];

/// A text with the marks of WhatsApp turned into looks: `*bold*`, `_italic_`, `~struck~` and fixed width between three
/// backticks. A mark counts at the edge of words only, and closes on its own line.
pub fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut plain, mut at) = (String::new(), 0);
    while let Some(next) = text[at..].chars().next() {
        match marked(text, at) {
            Some((look, inside, end)) => {
                if !plain.is_empty() {
                    spans.push(Span { look: "", text: std::mem::take(&mut plain) });
                }
                spans.push(Span { look, text: inside.to_owned() });
                at = end;
            }
            None => {
                plain.push(next);
                at += next.len_utf8();
            }
        }
    }
    if !plain.is_empty() {
        spans.push(Span { look: "", text: plain });
    }
    spans
}

/// The marked words that begin at a place, and where they end.
fn marked(text: &str, at: usize) -> Option<(&'static str, &str, usize)> {
    let word = |c: char| c.is_alphanumeric();
    if text[..at].chars().next_back().is_some_and(word) {
        return None;
    }
    let (mark, look) = MARKS.into_iter().find(|(mark, _)| text[at..].starts_with(mark))?;
    let begin = at + mark.len();
    let line = text[begin..].split('\n').next().unwrap_or_default();
    let closes = |end: &usize| {
        let after = &line[end + mark.len()..];
        *end > 0 && !line[..*end].ends_with(' ') && !after.chars().next().is_some_and(word)
    };
    let end = line.match_indices(mark).map(|(end, _)| end).find(closes)?;
    let inside = &line[..end];
    (!inside.starts_with(' ')).then_some((look, inside, begin + end + mark.len()))
}

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `+`, `-`, or a blank for one that stayed.
    pub sign: &'static str,
    /// The line.
    pub text: String,
}

impl Line {
    fn new(sign: &'static str, text: &str) -> Line {
        Line { sign, text: text.to_owned() }
    }

    /// The class that colours it.
    pub fn class(&self) -> &'static str {
        match self.sign {
            "+" => "added",
            "-" => "gone",
            _ => "",
        }
    }
}

/// Lines beyond which two texts are not compared line by line.
const MOST_LINES: usize = 300;

/// What became of a text, line by line.
pub fn diff(before: &str, after: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut lines = Vec::new();
    if old.len() > MOST_LINES || new.len() > MOST_LINES {
        lines.extend(old.iter().map(|line| Line::new("-", line)));
        lines.extend(new.iter().map(|line| Line::new("+", line)));
        return lines;
    }
    // common[i][j]: how many lines old[i..] and new[j..] have in common, in order.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::new(" ", old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push(Line::new("-", old[i]));
            i += 1;
        } else {
            lines.push(Line::new("+", new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(text: &str) -> String {
        let show = |span: Span| match span.look {
            "" => span.text,
            look => format!("<{look}>{}</{look}>", span.text),
        };
        spans(text).into_iter().map(show).collect()
    }

    #[test]
    fn marks_count_at_the_edge_of_words() {
        for (text, shown) in [
            ("Kode *123456*.", "Kode <b>123456</b>."),
            ("_a b_ ~c~ ```d * e```", "<i>a b</i> <s>c</s> <code>d * e</code>"),
            ("2*3*4 snake_case_x", "2*3*4 snake_case_x"),
            ("* a* *b *", "* a* *b *"),
            ("*a\nb*", "*a\nb*"),
            ("*é*\n*ü*", "<b>é</b>\n<b>ü</b>"),
            ("", ""),
        ] {
            assert_eq!(looks(text), shown, "{text}");
        }
    }

    #[test]
    fn a_comparison_shows_what_went_and_what_came() {
        let signs = |before: &str, after: &str| -> String {
            diff(before, after).into_iter().map(|line| format!("{}{};", line.sign, line.text)).collect()
        };
        assert_eq!(signs("a\nb\nc", "a\nx\nc"), " a;-b;+x; c;");
        assert_eq!(signs("", "a"), "+a;");
        assert_eq!(signs("a", "a"), " a;");
        assert_eq!(signs("a\nb", "b"), "-a; b;");
        let long = "x\n".repeat(MOST_LINES + 1);
        assert_eq!(diff(&long, "x").len(), MOST_LINES + 2);
    }
}
