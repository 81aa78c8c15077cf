//! Values with invariants: identifiers, money, time, phone numbers, pages, and the text enums of the wire.

#[macro_use]
mod text_enum;
mod address;
mod id;
mod locale;
mod money;
mod nullable;
mod page;
mod phone;
#[cfg(feature = "server")]
pub(crate) mod sql;
mod time;

pub use address::budget_key;
pub use id::*;
pub use locale::Locale;
pub use money::Rupiah;
pub use nullable::nullable;
pub use page::{Cursor, CursorError, Page, PageQuery};
pub use phone::{Phone, PhoneError};
pub use text_enum::UnknownWord;
pub use time::{Time, Zone};
