//! The id of a write: the key under which it is done once, however often it is sent.

use crate::{
    cli::Format,
    context::Context,
    failure::{Failure, Result},
    table::Table,
};
use aglis_core::client::operation_id;
use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

/// The flag of commands that make something.
#[derive(Debug, Clone, Default, Args)]
pub struct Given {
    /// Go on with an operation that was interrupted: what it has done is not done again
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<String>,
}

/// One operation.
pub struct Operation<'a> {
    context: &'a Context,
    id: String,
}

impl<'a> Operation<'a> {
    /// A fresh one, or the one that is gone on with.
    pub fn new(context: &'a Context, given: Option<String>) -> Result<Self> {
        let id = given.map_or_else(operation_id, Ok)?;
        if !(8..=64).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Failure::usage("--operation expects what an earlier run printed"));
        }
        Ok(Operation { context, id })
    }

    /// Tells its id before anything is done, so that it is known whatever happens. Programs find it in the result.
    pub fn tell(&self) {
        if !self.in_result() {
            self.context.out.remark(format!("operation {}", self.id));
        }
    }

    /// Whether the result holds the id.
    pub fn in_result(&self) -> bool {
        matches!(self.context.out.format, Format::Json | Format::Ndjson)
    }

    /// The id, which is the key of a write that is one call.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key of a part of the work.
    pub fn key(&self, part: &str) -> String {
        let plain: String = part.chars().filter(char::is_ascii_graphic).take(48).collect();
        format!("{}:{plain}", self.id)
    }

    /// Prints what was made, with the id.
    pub fn one<T: Serialize>(&self, id: &str, value: &T, draw: impl FnOnce(&mut Table)) -> Result<()> {
        if !self.in_result() {
            return self.context.out.one(id, value, draw);
        }
        let mut whole = match serde_json::to_value(value)? {
            Value::Object(fields) => fields,
            // An earlier run did it and its answer is gone.
            Value::Null => Map::new(),
            other => Map::from_iter([("result".to_owned(), other)]),
        };
        whole.insert("operation".to_owned(), self.id.as_str().into());
        self.context.out.one(id, &whole, draw)
    }

    /// A failure of it, which may have happened after the work was done.
    pub fn failed(&self, mut failure: Failure) -> Failure {
        failure.operation = Some(self.id.clone());
        failure
    }
}
