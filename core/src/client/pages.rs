//! Lists, page by page.

use super::{Client, ClientError};
use crate::types::{Page, PageQuery};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::marker::PhantomData;

/// A list that is fetched page by page as it is needed.
#[derive(Debug)]
pub struct Pages<T> {
    client: Client,
    path: String,
    query: Map<String, Value>,
    finished: bool,
    rows: PhantomData<fn() -> T>,
}

impl Client {
    /// A list at a path with a filter, from its first page or from the filter's `cursor`.
    pub fn pages<T: DeserializeOwned>(&self, path: &str, filter: &impl Serialize) -> Pages<T> {
        let query = match serde_json::to_value(filter) {
            Ok(Value::Object(query)) => query.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Map::new(),
        };
        Pages { client: self.clone(), path: path.to_owned(), query, finished: false, rows: PhantomData }
    }

    /// All of a list, for lists that are short.
    pub(super) async fn whole<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        self.pages(path, &PageQuery { limit: Some(200), cursor: None }).take(usize::MAX).await
    }
}

impl<T: DeserializeOwned> Pages<T> {
    /// The next page; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, ClientError> {
        if self.finished {
            return Ok(None);
        }
        let page: Page<T> = self.client.get(&self.path).query(&self.query).send().await?;
        match page.next_cursor {
            Some(cursor) => drop(self.query.insert("cursor".to_owned(), cursor.into())),
            None => self.finished = true,
        }
        Ok(Some(page.items))
    }

    /// At most `most` rows, over as many pages as that takes.
    pub async fn take(&mut self, most: usize) -> Result<Vec<T>, ClientError> {
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(page) = self.next().await? else { break };
            rows.extend(page);
        }
        rows.truncate(most);
        Ok(rows)
    }

    /// Whether there may be more rows than were fetched.
    pub fn has_more(&self) -> bool {
        !self.finished
    }
}
