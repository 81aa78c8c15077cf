//! Lists as files: streamed page by page, so that memory holds one page however long the list is, and recorded with the
//! number of rows that went out.

use crate::http::{Params, Problem};
use aglis_core::{
    app::Ctx,
    csv,
    error::{Error, Result},
    event,
    types::Page,
};
use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::io;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// A list that can be taken out, by its filter.
pub trait List: DeserializeOwned + Send + Sync + 'static {
    /// A line of it.
    type Row: Serialize + Send;
    /// What it is called in the audit trail and in the file's name.
    const NAME: &'static str;
    /// The fields of a row, which a file without rows has too.
    const FIELDS: &'static [&'static str];

    /// The same list from another place on, in pages of the largest size.
    fn from(self, cursor: Option<String>) -> Self;

    /// Where it begins.
    fn cursor(&self) -> Option<String>;

    /// One page.
    fn page(&self, ctx: &Ctx) -> impl Future<Output = Result<Page<Self::Row>>> + Send;
}

/// What an export is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Ndjson,
}

impl Format {
    fn named(name: &str) -> Result<Format> {
        match name {
            "csv" => Ok(Format::Csv),
            "ndjson" => Ok(Format::Ndjson),
            other => Err(Error::field("format", "unknown", format!("use csv or ndjson, not `{other}`"))),
        }
    }

    fn accepted(headers: &HeaderMap) -> Format {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.split([',', ';']).any(|kind| kind.trim() == "text/csv") {
            Format::Csv
        } else {
            Format::Ndjson
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Ndjson => "application/x-ndjson",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
        }
    }

    fn head(self, fields: &[&str]) -> String {
        match self {
            Format::Csv => csv::line(fields),
            Format::Ndjson => String::new(),
        }
    }

    fn row(self, fields: &[&str], row: &impl Serialize) -> Result<String> {
        let value = serde_json::to_value(row).map_err(|error| Error::Internal(format!("export: {error}")))?;
        Ok(match self {
            Format::Csv => {
                let cells = fields.iter().map(|field| match &value[*field] {
                    Value::Null => String::new(),
                    Value::String(text) => csv::cell(text),
                    nested @ (Value::Array(_) | Value::Object(_)) => csv::cell(&nested.to_string()),
                    other => other.to_string(),
                });
                cells.collect::<Vec<_>>().join(",") + "\n"
            }
            Format::Ndjson => value.to_string() + "\n",
        })
    }
}

/// Which rows are wanted, and in which format: by `format` in the query, else by `Accept`.
pub struct Wanted<L> {
    list: L,
    format: Format,
}

impl<S: Send + Sync, L: List> FromRequestParts<S> for Wanted<L> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let accepted = Format::accepted(&parts.headers);
        let (format, rest) = split(parts.uri.query().unwrap_or_default())?;
        let uri = format!("{}?{rest}", parts.uri.path());
        parts.uri = uri.parse::<Uri>().map_err(|error| Error::Internal(error.to_string()))?;
        let Params(list) = Params::<L>::from_request_parts(parts, state).await?;
        Ok(Wanted { list, format: format.unwrap_or(accepted) })
    }
}

/// The format a query names, and the rest of the query.
fn split(query: &str) -> Result<(Option<Format>, String)> {
    let mut format = None;
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "format" {
            format = Some(Format::named(&value)?);
        } else {
            rest.append_pair(&name, &value);
        }
    }
    Ok((format, rest.finish()))
}

/// Answers with the whole list. What is refused is refused before the first byte; what breaks later breaks the answer
/// off, so that nobody takes a part for the whole.
pub async fn export<L: List>(ctx: Ctx, wanted: Wanted<L>) -> Result<Response, Problem> {
    let Wanted { list, format } = wanted;
    let cursor = list.cursor();
    let list = list.from(cursor);
    let first = list.page(&ctx).await?;
    let (send, receive) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut rows = 0;
        let written = write(&ctx, list, format, first, &send, &mut rows).await;
        // Also when the receiver has gone: what they got, they have.
        let last = match (written, event::exported(&ctx, L::NAME, rows).await) {
            (Ok(last), Ok(())) => Ok(last),
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!("an export of {} broke off after {rows} rows: {error}", L::NAME);
                Err(io::Error::other("the export broke off"))
            }
        };
        let _ = send.send(last).await;
    });
    let name = format!("attachment; filename=\"{}.{}\"", L::NAME, format.ending());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).map_err(|error| Error::Internal(error.to_string()))?,
        ),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(receive))).into_response())
}

type Sender = mpsc::Sender<Result<Bytes, io::Error>>;

/// Sends page after page and counts their rows; gives the last one, which goes out when the export is recorded.
async fn write<L: List>(
    ctx: &Ctx,
    mut list: L,
    format: Format,
    mut page: Page<L::Row>,
    send: &Sender,
    rows: &mut i64,
) -> Result<Bytes> {
    let mut text = format.head(L::FIELDS);
    loop {
        for row in &page.items {
            text += &format.row(L::FIELDS, row)?;
        }
        *rows += page.items.len() as i64;
        let Some(cursor) = page.next_cursor else { return Ok(text.into()) };
        if send.send(Ok(std::mem::take(&mut text).into())).await.is_err() {
            return Ok(Bytes::new());
        }
        list = list.from(Some(cursor));
        page = list.page(ctx).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_or_the_accept_header_chooses_the_format() {
        let accepted = |accept| {
            Format::accepted(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert_eq!(Format::accepted(&HeaderMap::new()), Format::Ndjson);
        assert_eq!(accepted("application/json, text/csv;q=0.9"), Format::Csv);
        assert_eq!(accepted("*/*"), Format::Ndjson);
        assert_eq!(Format::named("csv").unwrap(), Format::Csv);
        assert!(Format::named("xlsx").is_err());
    }
}
