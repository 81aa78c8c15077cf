//! Memory for many small things of a kind.

use std::collections::HashMap;

/// Rows in pieces that never move, so that a growing list never stands in memory twice.
#[derive(Debug)]
pub(super) struct Rows<T> {
    pieces: Vec<Vec<T>>,
}

/// Rows in one piece.
const PIECE: usize = 2048;

impl<T> Rows<T> {
    pub(super) fn len(&self) -> usize {
        self.pieces.last().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    pub(super) fn get(&self, at: u32) -> Option<&T> {
        let at = at as usize;
        self.pieces.get(at / PIECE)?.get(at % PIECE)
    }

    pub(super) fn get_mut(&mut self, at: u32) -> Option<&mut T> {
        let at = at as usize;
        self.pieces.get_mut(at / PIECE)?.get_mut(at % PIECE)
    }

    pub(super) fn push(&mut self, row: T) {
        match self.pieces.last_mut() {
            Some(last) if last.len() < PIECE => last.push(row),
            _ => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(row);
                self.pieces.push(piece);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flatten()
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

/// Names that repeat, kept once. Number 0 is no name.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<std::sync::Arc<str>>,
    numbers: HashMap<std::sync::Arc<str>, u16>,
}

impl Names {
    pub(super) fn put(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: std::sync::Arc<str> = name.into();
        self.list.push(name.clone());
        let number = u16::try_from(self.list.len()).unwrap_or(0);
        self.numbers.insert(name, number);
        number
    }

    /// Every name, from number 1 on.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|name| &**name)
    }

    pub(super) fn get(&self, number: u16) -> Option<&str> {
        self.list.get(usize::from(number).checked_sub(1)?).map(|name| &**name)
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    chunk: u16,
    length: u16,
    start: u32,
}

/// Texts one after the other, in chunks that never move.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    chunks: Vec<String>,
}

const CHUNK: usize = 128 * 1024;

impl Pieces {
    pub(super) fn put(&mut self, parts: &[&str]) -> Piece {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.chunks.last().is_none_or(|chunk| chunk.len() + length > CHUNK) {
            self.chunks.push(String::with_capacity(CHUNK.max(length)));
        }
        let number = u16::try_from(self.chunks.len() - 1).unwrap_or(u16::MAX);
        let Some(chunk) = self.chunks.last_mut() else { return Piece { chunk: 0, length: 0, start: 0 } };
        let start = u32::try_from(chunk.len()).unwrap_or(0);
        for part in parts {
            chunk.push_str(part);
        }
        Piece { chunk: number, length: u16::try_from(length).unwrap_or(u16::MAX), start }
    }

    pub(super) fn get(&self, piece: Piece) -> &str {
        let start = piece.start as usize;
        self.chunks
            .get(usize::from(piece.chunk))
            .and_then(|chunk| chunk.get(start..start + usize::from(piece.length)))
            .unwrap_or_default()
    }

    pub(super) fn is(&self, piece: Piece, parts: &[&str]) -> bool {
        let mut rest = self.get(piece);
        parts.iter().all(|part| match rest.strip_prefix(part) {
            Some(tail) => {
                rest = tail;
                true
            }
            None => false,
        }) && rest.is_empty()
    }
}
