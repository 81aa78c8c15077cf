//! A table that draws only the rows that are seen.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Span};
use super::cursor::ListCursor;
use crate::theme::Role;

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Columns it needs.
    pub width: u16,
    /// Its share of what is left over; 0 keeps it at its width.
    pub grow: u16,
    /// What goes first when there is no room: the highest rank. 0 always stays.
    pub rank: u8,
    /// Whether its content ends at its right edge.
    pub right: bool,
}

impl Column {
    /// A column of fixed width.
    #[must_use]
    pub const fn fixed(title: &'static str, width: u16, rank: u8) -> Self {
        Self { title, width, grow: 0, rank, right: false }
    }

    /// A column that takes a share of what is left over.
    #[must_use]
    pub const fn wide(title: &'static str, width: u16, grow: u16, rank: u8) -> Self {
        Self { title, width, grow, rank, right: false }
    }

    /// The same with its content at the right edge.
    #[must_use]
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// One row: its mark in front and its cells, in the order of the columns.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// Whether it is marked.
    pub marked: bool,
    /// The cells.
    pub cells: Vec<Span<'a>>,
}

/// A cell.
pub fn cell<'a>(text: impl Into<Cow<'a, str>>, role: Role) -> Span<'a> {
    (text.into(), role)
}

/// Columns in front of the first one: the mark and the cursor.
const GUTTER: u16 = 2;

/// Where each column goes: its index, x and width.
fn layout(columns: &[Column], area: Rect) -> Vec<(usize, u16, u16)> {
    let room = area.width.saturating_sub(GUTTER);
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let needed = |kept: &[usize]| {
        kept.iter().map(|at| columns[*at].width).sum::<u16>()
            + u16::try_from(kept.len().saturating_sub(1)).unwrap_or(0)
    };
    while needed(&kept) > room {
        let Some(worst) =
            kept.iter().copied().filter(|at| columns[*at].rank > 0).max_by_key(|at| columns[*at].rank)
        else {
            break;
        };
        kept.retain(|at| *at != worst);
    }
    let spare = room.saturating_sub(needed(&kept));
    let shares: u16 = kept.iter().map(|at| columns[*at].grow).sum();
    let mut left = spare;
    let mut x = area.x + GUTTER;
    let last_growing = kept.iter().copied().rfind(|at| columns[*at].grow > 0);
    kept.iter()
        .map(|at| {
            let column = columns[*at];
            let extra = match column.grow {
                0 => 0,
                _ if Some(*at) == last_growing => left,
                grow => (spare * grow / shares.max(1)).min(left),
            };
            left -= extra;
            let width = column.width + extra;
            let place = (*at, x, width);
            x += width + 1;
            place
        })
        .collect()
}

/// Draws heading and visible rows; `row` makes the row at an index of the list. The cursor's height is set to what
/// fits below the heading before this is called, see [`height`].
pub fn draw<'a>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    columns: &[Column],
    cursor: &ListCursor,
    length: usize,
    row: impl Fn(usize) -> Row<'a>,
) {
    let places = layout(columns, area);
    for (at, x, width) in &places {
        let column = columns[*at];
        if column.right {
            canvas.right(x + width, area.y, *width, column.title, Role::Muted);
        } else {
            canvas.text(*x, area.y, *width, column.title, Role::Muted);
        }
    }
    for (line, index) in cursor.visible(length).enumerate() {
        let y = area.y + 1 + u16::try_from(line).unwrap_or(u16::MAX);
        if y >= area.bottom() {
            break;
        }
        let row = row(index);
        let here = index == cursor.at;
        if row.marked {
            canvas.text(area.x, y, 1, "*", Role::Key);
        }
        if here {
            canvas.text(area.x + 1, y, 1, canvas.theme.glyph(Role::Cursor), Role::Key);
        }
        for (at, x, width) in &places {
            let Some((text, role)) = row.cells.get(*at) else { continue };
            if columns[*at].right {
                canvas.right(x + width, y, *width, text, *role);
            } else {
                canvas.text(*x, y, *width, text, *role);
            }
        }
        if here && let Some((_, x, width)) = places.first() {
            canvas.mark_cursor(*x, y, *width);
        }
    }
}

/// Rows of content that fit into an area with a heading.
#[must_use]
pub fn height(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(1))
}
