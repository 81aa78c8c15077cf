//! What goes to standard output, in the format that was asked for, and remarks to standard error.

use crate::{
    cli::Format,
    failure::{Failure, Result},
    table::{Cell, Table},
};
use serde::Serialize;
use serde_json::Value;
use std::{
    io::{self, BufWriter, IsTerminal, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Something with a line in a table and an identifier.
pub trait Row: Serialize {
    /// Heads of the table's columns.
    const COLUMNS: &'static [&'static str];

    /// The table's cells.
    fn cells(&self) -> Vec<Cell>;

    /// What `-o id` prints.
    fn id(&self) -> String;
}

/// How and where to print.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format.
    pub format: Format,
    quiet: bool,
    color: bool,
}

impl Output {
    /// Decides about colours from the flag, `NO_COLOR`, `TERM` and whether a terminal reads us.
    pub fn new(format: Format, quiet: bool, no_color: bool) -> Self {
        let unwanted = no_color
            || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Output { format, quiet, color: !unwanted && io::stdout().is_terminal() }
    }

    /// Whether errors are for programs.
    pub fn errors_as_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson)
    }

    /// Whether a person reads tables here.
    pub fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    /// Starts a list that is printed as it comes.
    pub fn list(&self) -> List {
        List {
            format: self.format,
            color: self.color,
            out: Box::new(BufWriter::new(io::stdout())),
            rows: 0,
            table: None,
        }
    }

    /// Starts a list that goes on for ever; JSON comes one object a line, rows of a table as they happen.
    pub fn stream(&self) -> List {
        let format = if self.format == Format::Json { Format::Ndjson } else { self.format };
        List { format, ..self.list() }
    }

    /// Prints one thing: the whole of it as JSON, or through `draw` as text.
    pub fn one<T: Serialize>(&self, id: &str, value: &T, draw: impl FnOnce(&mut Table)) -> Result<()> {
        let mut out = io::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(value)?)?,
            Format::Ndjson => writeln!(out, "{}", serde_json::to_string(value)?)?,
            Format::Id => writeln!(out, "{id}")?,
            Format::Csv => {
                let value = serde_json::to_value(value)?;
                writeln!(out, "{}\n{}", csv_head(&value), csv_row(&value))?;
            }
            Format::Table => {
                let mut table = Table::facts();
                draw(&mut table);
                table.print(&mut out, self.color)?;
            }
        }
        out.flush()?;
        Ok(())
    }

    /// Prints text as it is, such as a script or a file.
    pub fn text(&self, text: &str) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Tells the person at the terminal something that is no result.
    pub fn remark(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Whether progress may be drawn.
    pub fn draws_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether remarks are wanted at all.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }
}

/// A list on its way out.
pub struct List {
    format: Format,
    color: bool,
    out: Box<dyn Write>,
    rows: usize,
    table: Option<Table>,
}

impl List {
    /// Prints one more row.
    pub fn row<T: Row>(&mut self, row: &T) -> Result<()> {
        match self.format {
            Format::Json => {
                let text = serde_json::to_string_pretty(row)?.replace('\n', "\n  ");
                write!(self.out, "{}\n  {text}", if self.rows == 0 { "[" } else { "," })?;
            }
            Format::Ndjson => writeln!(self.out, "{}", serde_json::to_string(row)?)?,
            Format::Id => writeln!(self.out, "{}", row.id())?,
            Format::Csv => {
                let value = serde_json::to_value(row)?;
                if self.rows == 0 {
                    writeln!(self.out, "{}", csv_head(&value))?;
                }
                writeln!(self.out, "{}", csv_row(&value))?;
            }
            Format::Table => {
                self.table.get_or_insert_with(|| Table::with_head(T::COLUMNS)).push(row.cells());
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Makes visible what was printed so far, for lists that go on.
    pub fn flush(&mut self) -> Result<()> {
        if let Some(table) = self.table.take() {
            table.print(&mut self.out, self.color)?;
        }
        self.out.flush()?;
        Ok(())
    }

    /// Ends the list and tells how many rows it had.
    pub fn end(mut self) -> Result<usize> {
        if self.format == Format::Json {
            writeln!(self.out, "{}", if self.rows == 0 { "[]" } else { "\n]" })?;
        }
        self.flush()?;
        Ok(self.rows)
    }
}

/// A list in a file, which appears under its name only when it is whole. Only its owner can read it.
pub struct File {
    list: Option<List>,
    rows: usize,
    path: PathBuf,
    aside: PathBuf,
}

impl File {
    /// Begins a file beside its final place; the ending of its name says the format.
    pub fn new(path: &Path) -> Result<Self> {
        let format = match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Format::Csv,
            Some("json") => Format::Json,
            Some("ndjson" | "jsonl") => Format::Ndjson,
            _ => return Err(Failure::usage("the file's name must end in .csv, .json or .ndjson")),
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let aside = path.with_file_name(name);
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)
            .map_err(|error| Failure::usage(format!("cannot write {}: {error}", aside.display())))?;
        let list = List { format, color: false, out: Box::new(BufWriter::new(file)), rows: 0, table: None };
        Ok(File { list: Some(list), rows: 0, path: path.to_owned(), aside })
    }

    /// Adds a row.
    pub fn row<T: Row>(&mut self, row: &T) -> Result<()> {
        self.rows += 1;
        self.list.as_mut().map_or(Ok(()), |list| list.row(row))
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Makes the whole file appear.
    pub fn save(mut self) -> Result<()> {
        if let Some(list) = self.list.take() {
            list.end()?;
        }
        std::fs::rename(&self.aside, &self.path)?;
        Ok(())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.aside);
    }
}

fn csv_head(value: &Value) -> String {
    value.as_object().map_or_else(String::new, |object| {
        object.keys().map(|key| csv_cell(key)).collect::<Vec<_>>().join(",")
    })
}

fn csv_row(value: &Value) -> String {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => csv_cell(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        nested => csv_cell(&nested.to_string()),
    };
    value
        .as_object()
        .map_or_else(|| cell(value), |object| object.values().map(cell).collect::<Vec<_>>().join(","))
}

/// Quotes a text and disarms what a spreadsheet would take for a formula.
fn csv_cell(text: &str) -> String {
    let armed = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if armed { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) || armed {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_nothing() {
        for armed in ["=1+1", "+62", "-1", "@x", "\tx", "\rx"] {
            assert!(csv_cell(armed).starts_with("\"'"), "{armed:?}");
        }
        assert_eq!(
            (csv_cell("a,\"b\""), csv_cell("plain")),
            ("\"a,\"\"b\"\"\"".to_owned(), "plain".to_owned())
        );
        let value = serde_json::json!({ "a": null, "b": -5, "c": ["x"], "d": true });
        assert_eq!(
            (csv_head(&value), csv_row(&value)),
            ("a,b,c,d".to_owned(), ",-5,\"[\"\"x\"\"]\",true".to_owned())
        );
    }
}
