use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// One page of a list, with the cursor of the next one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// Pass as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from `limit + 1` fetched rows: the extra row only tells that there is more.
    pub fn from_rows<K: Serialize>(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| Cursor::encode(&key(row))) } else { None };
        Page { items: rows, next_cursor }
    }

    /// The same page with every row changed.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

/// How much of a list to return and from where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct PageQuery {
    /// Rows per page, 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The number of rows, held between 1 and 200.
    pub fn rows(&self) -> usize {
        self.limit.unwrap_or(50).clamp(1, 200) as usize
    }

    /// The position after which the page begins, if any.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, CursorError> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty()).map(Cursor::decode).transpose()
    }
}

/// The opaque position of a row in a list's order: its sort key, in hex-coded JSON.
pub struct Cursor;

/// A cursor that this program did not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one this list gave out; start from the first page")]
pub struct CursorError;

impl Cursor {
    /// Encodes a sort key.
    pub fn encode<K: Serialize>(key: &K) -> String {
        use std::fmt::Write;
        let json = serde_json::to_vec(key).unwrap_or_default();
        json.iter().fold(String::with_capacity(json.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }

    /// Decodes a sort key; anything else than what [`Cursor::encode`] made is refused.
    pub fn decode<K: DeserializeOwned>(text: &str) -> Result<K, CursorError> {
        if text.len() > 1024 || !text.is_ascii() || !text.len().is_multiple_of(2) {
            return Err(CursorError);
        }
        let bytes: Result<Vec<u8>, _> =
            (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16)).collect();
        serde_json::from_slice(&bytes.map_err(|_| CursorError)?).map_err(|_| CursorError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_nothing_else_does() {
        let text = Cursor::encode(&("Budi", 12));
        assert_eq!(Cursor::decode::<(String, i64)>(&text), Ok(("Budi".to_owned(), 12)));
        for bad in ["", "zz", "abc", "é0", "7b7d"] {
            assert_eq!(Cursor::decode::<(String, i64)>(bad), Err(CursorError), "{bad}");
        }
    }

    #[test]
    fn the_extra_row_only_tells_that_there_is_more() {
        let page = Page::from_rows(vec![1, 2, 3], 2, |n| *n);
        assert_eq!((page.items, page.next_cursor.is_some()), (vec![1, 2], true));
        let page = Page::from_rows(vec![1, 2], 2, |n| *n);
        assert_eq!((page.items, page.next_cursor), (vec![1, 2], None));
    }
}
