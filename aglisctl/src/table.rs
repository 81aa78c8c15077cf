//! Tables for people: no borders, so that they can be cut and pasted; a state is a word, on a terminal also coloured.

use comfy_table::{Attribute, Cell as Drawn, Color, ContentArrangement, Table as Grid, presets};
use std::io::{self, Write};

/// What a value says about how things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// Good.
    Ok,
    /// Under way.
    Info,
    /// Look at it.
    Warn,
    /// Bad.
    Bad,
    /// Less important.
    Muted,
}

/// One cell.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// A text with a tone.
    pub fn toned(text: impl ToString, tone: Tone) -> Self {
        Cell { text: clean(&text.to_string()), tone }
    }

    /// A plain text.
    pub fn new(text: impl ToString) -> Self {
        Cell::toned(text, Tone::Plain)
    }

    /// A text that may be absent.
    pub fn option(text: Option<impl ToString>) -> Self {
        text.map_or_else(|| Cell::toned("-", Tone::Muted), Cell::new)
    }
}

/// Text from others must not drive the terminal: control characters become visible.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            c if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}

/// Rows of cells, with or without a head.
#[derive(Debug)]
pub struct Table {
    head: Option<&'static [&'static str]>,
    /// Whether a row is a line, whatever its cells hold.
    single: bool,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A list with a head.
    pub fn with_head(head: &'static [&'static str]) -> Self {
        Table { head: Some(head), single: true, rows: Vec::new() }
    }

    /// More of a list whose head was printed before.
    pub fn more() -> Self {
        Table { head: None, single: true, rows: Vec::new() }
    }

    /// Facts about one thing: a name and a value a line.
    pub fn facts() -> Self {
        Table { head: None, single: false, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Adds a fact.
    pub fn fact(&mut self, name: &str, value: Cell) {
        self.push(vec![Cell::toned(name, Tone::Muted), value]);
    }

    /// Adds a fact unless it is absent.
    pub fn fact_option(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.fact(name, Cell::new(value));
        }
    }

    /// Draws the table; wrapped to the terminal when there is one, one line a row otherwise.
    pub fn print(&self, out: &mut dyn Write, color: bool) -> io::Result<()> {
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        let arrangement = if color { ContentArrangement::Dynamic } else { ContentArrangement::Disabled };
        grid.set_content_arrangement(arrangement);
        if let Some(head) = self.head {
            grid.set_header(
                head.iter().map(|text| drawn(text, if color { Tone::Muted } else { Tone::Plain }, color)),
            );
        }
        for row in &self.rows {
            grid.add_row(row.iter().map(|cell| {
                let text = if self.single { cell.text.replace('\n', " ") } else { cell.text.clone() };
                drawn(&text, cell.tone, color)
            }));
        }
        for line in grid.lines() {
            writeln!(out, "{}", line.trim().trim_end())?;
        }
        Ok(())
    }
}

fn drawn(text: &str, tone: Tone, color: bool) -> Drawn {
    let cell = Drawn::new(text);
    if !color {
        return cell;
    }
    match tone {
        Tone::Plain => cell,
        Tone::Ok => cell.fg(Color::Green),
        Tone::Info => cell.fg(Color::Blue),
        Tone::Warn => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
        Tone::Muted => cell.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_drive_the_terminal() {
        assert_eq!(Cell::new("a\u{1b}[31mb\u{202e}c").text, "a\u{fffd}[31mb\u{fffd}c");
    }

    #[test]
    fn without_a_terminal_a_row_is_a_line() {
        let mut table = Table::with_head(&["A", "B"]);
        table.push(vec![Cell::new("one\ntwo"), Cell::new("x".repeat(200))]);
        let mut out = Vec::new();
        table.print(&mut out, false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().nth(1).unwrap().starts_with("one two"));
    }
}
