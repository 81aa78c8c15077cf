use ratatui::style::Style;

use super::*;

/// A terminal that understands what the painter writes, and nothing else.
struct Screen {
    cells: Vec<Vec<(String, Pen)>>,
    x: usize,
    y: usize,
    pen: Pen,
    margins: (usize, usize),
}

impl Screen {
    fn new(width: usize, height: usize) -> Self {
        let cells = vec![vec![("?".to_owned(), Pen::default()); width]; height];
        Self { cells, x: 0, y: 0, pen: Pen::default(), margins: (0, height - 1) }
    }

    fn blank_row(&self) -> Vec<(String, Pen)> {
        vec![(" ".to_owned(), Pen::default()); self.cells[0].len()]
    }

    fn feed(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '\x1b' {
                let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(1);
                self.cells[self.y][self.x] = (c.to_string(), self.pen);
                self.x = (self.x + wide).min(self.cells[0].len() - 1);
                continue;
            }
            assert_eq!(chars.next(), Some('['));
            let mut body = String::new();
            let last = loop {
                let c = chars.next().expect("final");
                if c.is_ascii_alphabetic() {
                    break c;
                }
                body.push(c);
            };
            self.code(&body, last);
        }
    }

    fn code(&mut self, body: &str, last: char) {
        let numbers: Vec<usize> = body.split(';').map(|n| n.parse().unwrap_or(0)).collect();
        let count = numbers[0].max(1);
        match last {
            'H' => {
                self.y = count - 1;
                self.x = numbers.get(1).map_or(0, |x| x - 1);
            }
            'C' => self.x += count,
            'J' => {
                assert_eq!(body, "2");
                let blank = self.blank_row();
                self.cells.iter_mut().for_each(|row| row.clone_from(&blank));
            }
            'K' => self.cells[self.y][self.x..].fill((" ".to_owned(), Pen::default())),
            'X' => self.cells[self.y][self.x..self.x + count].fill((" ".to_owned(), Pen::default())),
            'r' => {
                let all = self.cells.len();
                self.margins = if body.is_empty() { (0, all - 1) } else { (numbers[0] - 1, numbers[1] - 1) };
                (self.x, self.y) = (0, 0);
            }
            'M' | 'L' => {
                for _ in 0..count {
                    let blank = self.blank_row();
                    let (gone, new) =
                        if last == 'M' { (self.y, self.margins.1) } else { (self.margins.1, self.y) };
                    self.cells.remove(gone);
                    self.cells.insert(new, blank);
                }
            }
            'm' => self.sgr(body),
            'h' | 'l' => assert!(body.starts_with('?')),
            other => panic!("unknown code {body}{other}"),
        }
    }

    fn sgr(&mut self, body: &str) {
        let mut numbers = body.split(';').map(|n| n.parse::<u16>().unwrap_or(0));
        while let Some(n) = numbers.next() {
            match n {
                0 => self.pen = Pen::default(),
                1 => self.pen.modifier |= Modifier::BOLD,
                2 => self.pen.modifier |= Modifier::DIM,
                4 => self.pen.modifier |= Modifier::UNDERLINED,
                7 => self.pen.modifier |= Modifier::REVERSED,
                31 => self.pen.fg = Color::Red,
                39 => self.pen.fg = Color::Reset,
                49 => self.pen.bg = Color::Reset,
                38 | 48 => {
                    assert_eq!(numbers.next(), Some(5));
                    let index = Color::Indexed(u8::try_from(numbers.next().expect("index")).expect("u8"));
                    if n == 38 { self.pen.fg = index } else { self.pen.bg = index }
                }
                other => panic!("unknown style {other}"),
            }
        }
    }

    fn shows(&self, buffer: &Buffer) {
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                let cell = &buffer[(x, y)];
                let (symbol, pen) = &self.cells[usize::from(y)][usize::from(x)];
                let mut pen = *pen;
                if blank(cell) && pen.bg == Color::Reset && !pen.modifier.intersects(VISIBLE_ON_BLANK) {
                    pen = Pen::default();
                }
                assert_eq!((symbol.as_str(), pen), (cell.symbol(), Pen::of(cell, true)), "at {x},{y}");
                x += cell_width(cell).max(1);
            }
        }
    }
}

/// A small generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[test]
fn whatever_changes_the_terminal_shows_the_frame() {
    let area = Rect::new(0, 0, 40, 14);
    let styles = [
        Style::new(),
        Style::new().fg(Color::Red),
        Style::new().fg(Color::Indexed(78)).add_modifier(Modifier::BOLD),
        Style::new().bg(Color::Indexed(25)),
        Style::new().add_modifier(Modifier::REVERSED),
        Style::new().add_modifier(Modifier::DIM),
    ];
    let words =
        ["TKT20251101007", "▲ tinggi", "    ", "x", "日本語", "lampu merah sejak siang", "é", "        "];
    let mut dice = Dice(7);
    let (mut painter, mut screen) = (Painter::new(true), Screen::new(40, 14));
    let mut frame = Buffer::empty(area);
    for _ in 0..600 {
        match dice.roll(4) {
            0 => {
                let by = dice.roll(4) as u16 + 1;
                let mut moved = Buffer::empty(area);
                for y in 0..area.height {
                    let from = if (2..12 - by).contains(&y) { y + by } else { y };
                    for x in 0..area.width {
                        moved[(x, y)] = frame[(x, from)].clone();
                    }
                }
                frame = moved;
            }
            _ => {
                for _ in 0..dice.roll(12) {
                    let (x, y) = (dice.roll(18) as u16, dice.roll(14) as u16);
                    let style = styles[dice.roll(6) as usize];
                    frame.set_stringn(x, y, words[dice.roll(8) as usize], 20, style);
                }
            }
        }
        // A wide character cut in half by a neighbour leaves a lone half behind; the views never do that.
        for cell in &mut frame.content {
            if cell.symbol().is_empty() {
                cell.set_symbol(" ");
            }
        }
        let bytes = painter.paint(frame.clone(), None);
        screen.feed(&bytes);
        screen.shows(&frame);
        assert!(painter.paint(frame.clone(), None).is_empty(), "nothing changed, nothing is written");
    }
}

#[test]
fn a_scrolled_list_costs_its_new_line_only() {
    let area = Rect::new(0, 0, 80, 24);
    let frame = |first: usize| {
        let mut frame = Buffer::empty(area);
        frame.set_string(0, 0, "AGLIS", Style::new());
        for y in 2..20_u16 {
            let line = format!(
                "TKT{:09} Internet mati sejak pagi, lampu merah, pelanggan menunggu",
                first + usize::from(y)
            );
            frame.set_string(0, y, line, Style::new());
        }
        frame
    };
    let mut painter = Painter::new(true);
    painter.paint(frame(0), None);
    let bytes = painter.paint(frame(1), None);
    assert!(bytes.len() < 130, "{} bytes", bytes.len());
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let mut frame = Buffer::empty(Rect::new(0, 0, 10, 1));
    frame[(0, 0)].set_symbol("\x1b");
    frame[(1, 0)].set_symbol("\u{9b}");
    let bytes = Painter::new(true).paint(frame, None);
    assert!(String::from_utf8_lossy(&bytes).ends_with("??\x1b[?25l"));
}
