//! From one frame to the next with as few bytes as possible.
//!
//! The painter knows what the terminal shows and writes only the difference: it moves what scrolled instead of
//! writing it again, keeps the style it is in, steps over short gaps, and erases with one code where a run goes
//! blank. Over a slow line the bytes are what a person waits for.

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

/// A blank run of at least this many cells is erased instead of written.
const ERASE_FROM: u16 = 5;
/// Frames of at least this many bytes are shown by the terminal in one piece, where it knows how.
const WHOLE_FROM: usize = 600;
/// How far a list is looked for after a scroll.
const FURTHEST_SCROLL: i32 = 24;

/// Draws frames on one terminal.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    known: bool,
    out: Vec<u8>,
    at: Option<(u16, u16)>,
    style: Pen,
    cursor: Option<(u16, u16)>,
    cursor_visible: bool,
    attributes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Painter {
    /// A painter for a screen whose content is unknown.
    #[must_use]
    pub fn new(attributes: bool) -> Self {
        Self {
            shown: Buffer::empty(Rect::ZERO),
            known: false,
            out: Vec::new(),
            at: None,
            style: Pen::default(),
            cursor: None,
            cursor_visible: true,
            attributes,
        }
    }

    /// Forgets what the terminal shows: the next frame is written whole.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// The bytes that turn what is shown into `next`, with the cursor on a cell or hidden. Empty when nothing changed.
    pub fn paint(&mut self, next: Buffer, cursor: Option<(u16, u16)>) -> Vec<u8> {
        self.at = None;
        if !self.known || self.shown.area != next.area {
            self.pen(Pen::default());
            self.out.extend_from_slice(b"\x1b[0m\x1b[H\x1b[2J");
            self.shown = Buffer::empty(next.area);
            self.known = true;
        }
        if let Some(scroll) = Scroll::find(&self.shown, &next) {
            self.scroll(scroll);
        }
        for y in 0..next.area.height {
            self.row(&next, y);
        }
        self.shown = next;
        self.spoil_halves();
        self.place(cursor);
        if self.out.len() >= WHOLE_FROM && self.attributes {
            self.out.splice(0..0, *b"\x1b[?2026h");
            self.out.extend_from_slice(b"\x1b[?2026l");
        }
        std::mem::take(&mut self.out)
    }

    /// What stands in the second half of a wide character is the terminal's affair: it counts as different from
    /// everything, so that it is written when the wide character goes.
    fn spoil_halves(&mut self) {
        let width = self.shown.area.width;
        for at in 0..self.shown.content.len() {
            let wide = cell_width(&self.shown.content[at]) > 1;
            let more = u16::try_from(at % usize::from(width.max(1))).unwrap_or(0) + 1 < width;
            if wide && more {
                self.shown.content[at + 1].set_symbol("\0");
            }
        }
    }

    fn place(&mut self, cursor: Option<(u16, u16)>) {
        let drawn = !self.out.is_empty();
        match cursor {
            Some((x, y)) => {
                if drawn || self.cursor != cursor {
                    self.go(x, y);
                }
                if !self.cursor_visible {
                    self.out.extend_from_slice(b"\x1b[?25h");
                }
            }
            None if self.cursor_visible => self.out.extend_from_slice(b"\x1b[?25l"),
            None => {}
        }
        self.cursor = cursor;
        self.cursor_visible = cursor.is_some();
    }

    fn row(&mut self, next: &Buffer, y: u16) {
        let width = next.area.width;
        let blank_from = blank_tail(next, y);
        let mut x = 0;
        while x < width {
            let step = cell_width(&next[(x, y)]).max(1);
            if same(&next[(x, y)], &self.shown[(x, y)]) {
                x += step;
                continue;
            }
            if x >= blank_from && width - x >= 3 {
                let changed = (x..width).filter(|x| !same(&next[(*x, y)], &self.shown[(*x, y)])).count();
                if changed > 3 {
                    self.go(x, y);
                    self.pen(Pen::default());
                    self.out.extend_from_slice(b"\x1b[K");
                    return;
                }
            }
            let run = blank_run(next, &self.shown, x, y);
            if run >= ERASE_FROM {
                self.go(x, y);
                self.pen(Pen::default());
                let _ = write!(self.out, "\x1b[{run}X");
                x += run;
                continue;
            }
            self.reach(next, x, y);
            self.cell(&next[(x, y)], x, y);
            x += step;
        }
    }

    /// Gets to a cell, rewriting a short stretch of unchanged cells where that is shorter than a jump.
    fn reach(&mut self, next: &Buffer, x: u16, y: u16) {
        if let Some((from, row)) = self.at
            && row == y
            && from < x
            && x - from <= 3
            && (from..x)
                .all(|x| plain(&next[(x, y)]) && self.style == Pen::of(&next[(x, y)], self.attributes))
        {
            for between in from..x {
                self.out.extend_from_slice(next[(between, y)].symbol().as_bytes());
            }
            self.at = Some((x, y));
            return;
        }
        self.go(x, y);
    }

    /// Whether a cell can be written without changing the pen.
    fn in_style(&self, cell: &Cell) -> bool {
        // The ink of blank paper cannot be seen: any that is in the pen will do.
        let any_ink = self.style.bg == Color::Reset && !self.style.modifier.intersects(VISIBLE_ON_BLANK);
        (blank(cell) && any_ink) || self.style == Pen::of(cell, self.attributes)
    }

    fn cell(&mut self, cell: &Cell, x: u16, y: u16) {
        if !self.in_style(cell) {
            self.pen(Pen::of(cell, self.attributes));
        }
        let symbol = cell.symbol();
        if symbol.chars().any(char::is_control) {
            self.out.push(b'?');
        } else {
            self.out.extend_from_slice(symbol.as_bytes());
        }
        let after = x + cell_width(cell).max(1);
        // What a terminal makes of a wide or joined character is its own affair: say where to go on.
        let certain = after < self.shown.area.width && symbol.chars().count() == 1 && cell_width(cell) == 1;
        self.at = certain.then_some((after, y));
    }

    fn go(&mut self, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        let _ = match self.at {
            Some((from, row)) if row == y && from < x && x - from == 1 => write!(self.out, "\x1b[C"),
            Some((from, row)) if row == y && from < x => write!(self.out, "\x1b[{}C", x - from),
            _ if x == 0 && y == 0 => write!(self.out, "\x1b[H"),
            _ if x == 0 => write!(self.out, "\x1b[{}H", y + 1),
            _ => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some((x, y));
    }

    fn pen(&mut self, pen: Pen) {
        if pen == self.style {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        let mut from = self.style;
        if !(from.modifier - pen.modifier).is_empty() || pen == Pen::default() {
            codes.push(if pen == Pen::default() { String::new() } else { "0".to_owned() });
            from = Pen::default();
        }
        let added = pen.modifier - from.modifier;
        for (flag, code) in [
            (Modifier::BOLD, "1"),
            (Modifier::DIM, "2"),
            (Modifier::UNDERLINED, "4"),
            (Modifier::REVERSED, "7"),
        ] {
            if added.contains(flag) {
                codes.push(code.to_owned());
            }
        }
        if pen.fg != from.fg {
            codes.push(colour(pen.fg, 30));
        }
        if pen.bg != from.bg {
            codes.push(colour(pen.bg, 40));
        }
        if !codes.is_empty() {
            let _ = write!(self.out, "\x1b[{}m", codes.join(";"));
        }
        self.style = pen;
    }

    fn scroll(&mut self, scroll: Scroll) {
        let Scroll { top, bottom, by } = scroll;
        self.pen(Pen::default());
        let lines = by.unsigned_abs();
        let verb = if by > 0 { 'M' } else { 'L' };
        let _ = write!(self.out, "\x1b[{};{}r\x1b[{}H\x1b[", top + 1, bottom + 1, top + 1);
        if lines > 1 {
            let _ = write!(self.out, "{lines}");
        }
        let _ = write!(self.out, "{verb}\x1b[r");
        self.at = None;
        let width = usize::from(self.shown.area.width);
        let rows: Vec<u16> = if by > 0 { (top..=bottom).collect() } else { (top..=bottom).rev().collect() };
        for y in rows {
            let from = i32::from(y) + by;
            let start = usize::from(y) * width;
            if from < i32::from(top) || from > i32::from(bottom) {
                self.shown.content[start..start + width].fill(Cell::EMPTY);
            } else {
                let source = usize::try_from(from).unwrap_or(0) * width;
                for at in 0..width {
                    self.shown.content[start + at] = self.shown.content[source + at].clone();
                }
            }
        }
    }
}

/// Rows `top..=bottom` whose content moves up by `by` rows (down when negative).
#[derive(Debug, Clone, Copy)]
struct Scroll {
    top: u16,
    bottom: u16,
    by: i32,
}

impl Scroll {
    fn find(shown: &Buffer, next: &Buffer) -> Option<Self> {
        let width = usize::from(next.area.width);
        let height = i32::from(next.area.height);
        let row = |buffer: &Buffer, y: i32| {
            let start = usize::try_from(y).unwrap_or(0) * width;
            fingerprint(&buffer.content[start..start + width])
        };
        let was: Vec<u64> = (0..height).map(|y| row(shown, y)).collect();
        let is: Vec<u64> = (0..height).map(|y| row(next, y)).collect();
        let at = |rows: &[u64], y: i32| usize::try_from(y).ok().and_then(|y| rows.get(y).copied());
        let furthest = FURTHEST_SCROLL.min(height - 1);
        let changed = (0..height).filter(|y| at(&was, *y) != at(&is, *y)).count();
        if changed < 4 {
            return None;
        }
        let moved = |by: i32| -> Vec<i32> {
            let goes_on = |y: &i32| {
                let here = at(&is, *y);
                here != at(&was, *y) && here == at(&was, *y + by) && here != Some(BLANK)
            };
            (0..height).filter(|y| *y + by >= 0 && *y + by < height).filter(goes_on).collect()
        };
        let by = (-furthest..=furthest).filter(|by| *by != 0).max_by_key(|by| moved(*by).len())?;
        let rows = moved(by);
        let (first, last) = (*rows.first()?, *rows.last()?);
        let (top, bottom) = (first.min(first + by), last.max(last + by));
        let in_place = (top..=bottom).filter(|y| at(&was, *y) == at(&is, *y)).count();
        if rows.len() < 3 || rows.len() <= in_place {
            return None;
        }
        let cells = |buffer: &'_ Buffer, y: i32| {
            let start = usize::try_from(y).unwrap_or(0) * width;
            start..(start + width).min(buffer.content.len())
        };
        let differing = |y: i32, from: i32| {
            let is = &next.content[cells(next, y)];
            if from < 0 || from >= height {
                return is.iter().filter(|cell| !blank(cell)).count();
            }
            is.iter().zip(&shown.content[cells(shown, from)]).filter(|(a, b)| !same(a, b)).count()
        };
        let prices: Vec<[usize; 3]> =
            (0..height).map(|y| [differing(y, y), differing(y, y + by), differing(y, -1)]).collect();
        let price = |y: i32, way: usize| {
            usize::try_from(y).ok().and_then(|y| prices.get(y)).map_or(0, |row| row[way])
        };
        // The row under the cursor moves too, though it does not look the same: take it along where that saves cells.
        let cost = |top: i32, bottom: i32, from: i32, to: i32| -> usize {
            (from..=to)
                .map(|y| match y {
                    y if y < top || y > bottom => price(y, 0),
                    y if y + by < top || y + by > bottom => price(y, 2),
                    y => price(y, 1),
                })
                .sum()
        };
        let (least, most) = ((top - 2).max(0), (bottom + 2).min(height - 1));
        let regions = (least..=top).flat_map(|top| (bottom..=most).map(move |bottom| (top, bottom)));
        let (top, bottom) = regions.min_by_key(|(top, bottom)| cost(*top, *bottom, least, most))?;
        Some(Self { top: u16::try_from(top).ok()?, bottom: u16::try_from(bottom).ok()?, by })
    }
}

const BLANK: u64 = 0;

/// A number that tells rows apart; a blank row is [`BLANK`].
fn fingerprint(cells: &[Cell]) -> u64 {
    use std::hash::{Hash as _, Hasher as _};
    if cells.iter().all(blank) {
        return BLANK;
    }
    let mut hasher = std::hash::DefaultHasher::new();
    for cell in cells {
        cell.symbol().hash(&mut hasher);
        (cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
    }
    hasher.finish().max(1)
}

fn same(a: &Cell, b: &Cell) -> bool {
    (blank(a) && blank(b))
        || a.symbol() == b.symbol() && a.fg == b.fg && a.bg == b.bg && a.modifier == b.modifier
}

fn plain(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    symbol.len() == 1 && !symbol.as_bytes()[0].is_ascii_control()
}

fn blank(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE_ON_BLANK)
}

const VISIBLE_ON_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED);

/// The column from which the row is blank to its end.
fn blank_tail(buffer: &Buffer, y: u16) -> u16 {
    (0..buffer.area.width).rev().take_while(|x| blank(&buffer[(*x, y)])).last().unwrap_or(buffer.area.width)
}

/// How many cells from `x` on go blank.
fn blank_run(next: &Buffer, shown: &Buffer, x: u16, y: u16) -> u16 {
    let run = (x..next.area.width).take_while(|x| blank(&next[(*x, y)])).count();
    let run = u16::try_from(run).unwrap_or(0);
    let changed = (x..x + run).filter(|x| !same(&next[(*x, y)], &shown[(*x, y)])).count();
    if changed >= usize::from(ERASE_FROM) { run } else { 0 }
}

fn cell_width(cell: &Cell) -> u16 {
    let symbol = cell.symbol();
    if symbol.len() == 1 {
        1
    } else {
        u16::try_from(unicode_width::UnicodeWidthStr::width(symbol)).unwrap_or(1)
    }
}

impl Pen {
    fn of(cell: &Cell, attributes: bool) -> Self {
        let modifier = if attributes { cell.modifier } else { Modifier::empty() };
        // The colour of ink on blank paper cannot be seen: keep the pen as it is by calling it the default.
        if blank(cell) {
            return Self { fg: Color::Reset, bg: cell.bg, modifier: modifier & VISIBLE_ON_BLANK };
        }
        Self { fg: cell.fg, bg: cell.bg, modifier }
    }
}

fn colour(colour: Color, base: u8) -> String {
    let bright = base + 60;
    match colour {
        Color::Reset => (base + 9).to_string(),
        Color::Black => base.to_string(),
        Color::Red => (base + 1).to_string(),
        Color::Green => (base + 2).to_string(),
        Color::Yellow => (base + 3).to_string(),
        Color::Blue => (base + 4).to_string(),
        Color::Magenta => (base + 5).to_string(),
        Color::Cyan => (base + 6).to_string(),
        Color::Gray => (base + 7).to_string(),
        Color::DarkGray => bright.to_string(),
        Color::LightRed => (bright + 1).to_string(),
        Color::LightGreen => (bright + 2).to_string(),
        Color::LightYellow => (bright + 3).to_string(),
        Color::LightBlue => (bright + 4).to_string(),
        Color::LightMagenta => (bright + 5).to_string(),
        Color::LightCyan => (bright + 6).to_string(),
        Color::White => (bright + 7).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests;
