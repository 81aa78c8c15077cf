//! `aglisctl api`

use super::read;
use crate::{
    cli::Format,
    confirm::{Plan, confirm},
    context::Context,
    failure::{Failure, Result},
};
use aglis_core::client::{Exit, Method, operation_id};
use clap::Args;
use std::{io::Write, path::PathBuf};

/// A raw call. The answer's body goes to standard output as it came, JSON indented on a terminal.
#[derive(Debug, Args)]
pub struct Api {
    /// GET, POST, PUT, PATCH or DELETE; may be left out [default: GET, POST with a body]
    #[arg(value_name = "METHOD")]
    first: String,
    /// The path, such as /api/tickets?status=open
    #[arg(value_name = "PATH")]
    second: Option<String>,
    /// A field of a JSON body: KEY=TEXT, or KEY:=JSON for numbers, lists, true and null
    #[arg(short, long = "field", value_name = "KEY=VALUE", conflicts_with = "input")]
    field: Vec<String>,
    /// Send this file as the JSON body, - for standard input
    #[arg(short, long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// A further header
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Follow the pages of a list and print every row, one a line
    #[arg(long, conflicts_with_all = ["field", "input"])]
    paginate: bool,
    /// The idempotency key of a POST [default: a fresh one]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// Makes the call.
pub fn run(context: &Context, api: Api) -> Result {
    let (method, path) = match api.second {
        Some(path) => (Some(api.first.to_uppercase()), path),
        None => (None, api.first),
    };
    let body = match (&api.input, api.field.is_empty()) {
        (Some(file), _) => Some(read(file)?),
        (None, false) => Some(fields(&api.field)?),
        (None, true) => None,
    };
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let method = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        .contains(&method.as_str())
        .then(|| Method::from_bytes(method.as_bytes()).ok())
        .flatten()
        .ok_or_else(|| {
            Failure::usage(format!("{method} is no method; use GET, POST, PUT, PATCH or DELETE"))
        })?;
    if !path.starts_with('/') {
        return Err(Failure::usage(format!("the path {path:?} must begin with /, such as /api/tickets")));
    }
    let writes = !matches!(method, Method::GET | Method::HEAD);
    if writes && context.global.dry_run {
        context.out.remark(format!("dry run: would send {method} {path}"));
        context.out.text(&body.map_or_else(String::new, |body| format!("{body}\n")))?;
        return Ok(Exit::Done);
    }
    if method == Method::DELETE {
        let what = format!("delete {path}");
        confirm(
            context,
            &Plan { what: &what, count: 1, undoable: false, items: std::slice::from_ref(&path) },
        )?;
    }
    let client = context.client()?;
    if api.paginate {
        return context.block_on(async {
            let mut pages = client.pages::<serde_json::Value>(&path, &serde_json::json!({}));
            let mut out = std::io::stdout().lock();
            while let Some(rows) = pages.next().await? {
                for row in rows {
                    writeln!(out, "{row}")?;
                }
            }
            Ok(Exit::Done)
        });
    }
    let answer = context.block_on(async {
        let mut call = client.call(method.clone(), &path);
        if method == Method::POST {
            let key = api.key.map_or_else(operation_id, Ok)?;
            // With it a call that was not answered can be made again.
            context.out.remark(format!("key {key}"));
            call = call.key(&key);
        }
        if let Some(body) = body {
            call = call.body("application/json", body.into_bytes());
        }
        for header in &api.header {
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| Failure::usage(format!("the header {header:?} must read NAME: VALUE")))?;
            call = call.header(name.trim(), value.trim());
        }
        Ok(call.answer().await?)
    })?;
    print(context, &answer.media_type, &answer.body)
}

fn print(context: &Context, media_type: &str, body: &[u8]) -> Result {
    let pretty = media_type.contains("json") && matches!(context.out.format, Format::Table | Format::Json);
    let mut out = std::io::stdout().lock();
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) if pretty => writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?,
        _ => out.write_all(body)?,
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn fields(fields: &[String]) -> Result<String> {
    let mut object = serde_json::Map::new();
    for field in fields {
        let wrong = |why: &str| Failure::usage(format!("the field {field:?} {why}"));
        let (key, value) = field.split_once('=').ok_or_else(|| wrong("must read KEY=TEXT or KEY:=JSON"))?;
        let (key, value) = match key.strip_suffix(':') {
            Some(key) => {
                (key, serde_json::from_str(value).map_err(|error| wrong(&format!("is no JSON: {error}")))?)
            }
            None => (key, serde_json::Value::from(value)),
        };
        object.insert(key.to_owned(), value);
    }
    Ok(serde_json::Value::Object(object).to_string())
}
