//! What screens are made of.

pub mod canvas;
pub mod cursor;
pub mod editor;
pub mod input_line;
pub mod table;

pub use canvas::{Canvas, Span, span};
pub use cursor::{ListCursor, Move};
pub use editor::Editor;
pub use input_line::InputLine;
