//! Lists taken out whole, as the daemon streams them. It records how many rows went out.

use super::{Client, ClientError};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, time::Duration};

/// A line longer than this is no row of ours.
const LIMIT: usize = 1 << 20;

/// The rows of a list, as they come.
#[derive(Debug)]
pub struct Export<T> {
    response: reqwest::Response,
    endpoint: String,
    timeout: Duration,
    pending: Vec<u8>,
    rows: PhantomData<fn() -> T>,
}

impl Client {
    /// Takes out every row of a filter from a path such as `/api/tickets/export`. The client's time counts for each
    /// piece and not for the whole.
    pub async fn export<T: DeserializeOwned>(
        &self,
        path: &str,
        filter: &impl Serialize,
    ) -> Result<Export<T>, ClientError> {
        let (endpoint, timeout) = (self.endpoint().to_string(), self.timeout);
        let call = self.get(path).query(filter).header("accept", "application/x-ndjson").open();
        let late = |_| ClientError::Timeout { endpoint: endpoint.clone(), seconds: timeout.as_secs() };
        let response = tokio::time::timeout(timeout, call).await.map_err(late)??;
        Ok(Export { response, endpoint, timeout, pending: Vec::new(), rows: PhantomData })
    }
}

impl<T: DeserializeOwned> Export<T> {
    /// The next rows; `None` after the last one. What breaks off half-way is an error, never an end.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, ClientError> {
        loop {
            if let Some(end) = self.pending.iter().rposition(|byte| *byte == b'\n') {
                let rest = self.pending.split_off(end + 1);
                let lines = std::mem::replace(&mut self.pending, rest);
                return lines[..end]
                    .split(|byte| *byte == b'\n')
                    .map(|line| self.row(line))
                    .collect::<Result<_, _>>()
                    .map(Some);
            }
            let late =
                |_| ClientError::Timeout { endpoint: self.endpoint.clone(), seconds: self.timeout.as_secs() };
            let piece = tokio::time::timeout(self.timeout, self.response.chunk()).await.map_err(late)?;
            match piece {
                Ok(Some(piece)) if self.pending.len() + piece.len() <= LIMIT => {
                    self.pending.extend_from_slice(&piece)
                }
                Ok(Some(_)) => return Err(self.broken("a row is too long")),
                Ok(None) if self.pending.is_empty() => return Ok(None),
                Ok(None) => return Err(self.broken("the last row is not whole")),
                Err(error) => return Err(self.broken(&super::error::chain(&error))),
            }
        }
    }

    fn row(&self, line: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(line).map_err(|error| self.broken(&error.to_string()))
    }

    fn broken(&self, cause: &str) -> ClientError {
        ClientError::Answer { endpoint: self.endpoint.clone(), cause: cause.to_owned() }
    }
}
