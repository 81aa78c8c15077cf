//! Where one is in a list.

/// A cursor in a list and the first row that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListCursor {
    /// The row under the cursor.
    pub at: usize,
    /// The first row shown.
    pub top: usize,
    /// Rows that fit, as last drawn.
    pub height: usize,
}

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// So many rows down, up when negative.
    By(isize),
    /// Half of what fits, down or up.
    Half(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl ListCursor {
    /// Moves in a list of `length` rows.
    pub fn go(&mut self, movement: Move, length: usize) {
        let last = length.saturating_sub(1);
        self.at = match movement {
            Move::By(rows) => self.at.saturating_add_signed(rows).min(last),
            Move::Half(way) => {
                let half = (self.height / 2).max(1).cast_signed();
                self.at.saturating_add_signed(half * way).min(last)
            }
            Move::First => 0,
            Move::Last => last,
        };
        self.keep(length);
    }

    /// Keeps cursor and view within a list that may have changed.
    pub fn keep(&mut self, length: usize) {
        self.at = self.at.min(length.saturating_sub(1));
        // Before the first drawing nobody knows what fits.
        let height = if self.height == 0 { length.max(1) } else { self.height };
        if self.at < self.top {
            self.top = self.at;
        } else if self.at >= self.top + height {
            self.top = self.at + 1 - height;
        }
        self.top = self.top.min(length.saturating_sub(height));
    }

    /// The rows to draw.
    #[must_use]
    pub fn visible(&self, length: usize) -> std::ops::Range<usize> {
        self.top.min(length)..(self.top + self.height).min(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_view_and_in_the_list() {
        let mut cursor = ListCursor { height: 10, ..ListCursor::default() };
        cursor.go(Move::By(12), 100);
        assert_eq!((cursor.at, cursor.top), (12, 3));
        cursor.go(Move::Half(1), 100);
        assert_eq!((cursor.at, cursor.top), (17, 8));
        cursor.go(Move::Last, 100);
        assert_eq!((cursor.at, cursor.visible(100)), (99, 90..100));
        cursor.keep(5);
        assert_eq!((cursor.at, cursor.visible(5)), (4, 0..5));
        cursor.go(Move::By(-9), 5);
        assert_eq!(cursor.at, 0);
        cursor.go(Move::Last, 0);
        assert_eq!((cursor.at, cursor.visible(0)), (0, 0..0));
    }
}
