//! What goes to standard output, in the format that was asked for, and remarks to standard error.

use crate::{
    cli::Format,
    clock::Clock,
    failure::{Failure, Result},
    table::{Cell, Table},
};
use aglis_core::csv;
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A number of things in words: `1 photo`, `2 photos`.
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, many: &str) -> String {
    let noun = if number == N::from(1) { one } else { many };
    format!("{number} {noun}")
}

/// Something with a line in a table and an identifier.
pub trait Row: Serialize {
    /// Heads of the table's columns.
    const COLUMNS: &'static [&'static str];
    /// Fields that some rows leave out: every CSV row has a cell for them.
    const OPTIONAL: &'static [&'static str] = &[];

    /// The table's cells.
    fn cells(&self, clock: &Clock) -> Vec<Cell>;

    /// What `-o id` prints.
    fn id(&self) -> String;
}

/// How and where to print.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// How times are shown to people.
    pub clock: Clock,
    quiet: bool,
    color: bool,
}

impl Output {
    /// Decides about colours from the flag, `NO_COLOR`, `TERM` and whether a terminal reads us.
    pub fn new(format: Format, clock: Clock, quiet: bool, no_color: bool) -> Self {
        let unwanted = no_color
            || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Output { format, clock, quiet, color: !unwanted && io::stdout().is_terminal() }
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
            clock: Some(self.clock.clone()),
            color: self.color,
            out: Box::new(BufWriter::new(io::stdout())),
            rows: 0,
            head: Vec::new(),
            table: None,
            printed: false,
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
                let head = csv_keys(&value, &[]);
                writeln!(out, "{}\n{}", csv_head(&head), csv_row(&head, &value))?;
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
    clock: Option<Clock>,
    color: bool,
    out: Box<dyn Write>,
    rows: usize,
    /// The keys in the order of the CSV head, once it is written.
    head: Vec<String>,
    table: Option<Table>,
    /// Whether the table's head was printed.
    printed: bool,
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
                    self.head = csv_keys(&value, T::OPTIONAL);
                    writeln!(self.out, "{}", csv_head(&self.head))?;
                }
                writeln!(self.out, "{}", csv_row(&self.head, &value))?;
            }
            Format::Table => {
                let Some(clock) = &self.clock else { return Ok(()) };
                let begun = self.printed;
                let table = || if begun { Table::more() } else { Table::with_head(T::COLUMNS) };
                self.table.get_or_insert_with(table).push(row.cells(clock));
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Makes visible what was printed so far, for lists that go on.
    pub fn flush(&mut self) -> Result<()> {
        if let Some(table) = self.table.take() {
            table.print(&mut self.out, self.color)?;
            self.printed = true;
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
        let out = Box::new(BufWriter::new(file));
        let list = List {
            format,
            clock: None,
            color: false,
            out,
            rows: 0,
            head: Vec::new(),
            table: None,
            printed: false,
        };
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

/// The columns: what the first row has, and what others may have.
fn csv_keys(first: &Value, optional: &[&str]) -> Vec<String> {
    let own = first.as_object().into_iter().flat_map(serde_json::Map::keys).cloned();
    let mut keys: Vec<String> = own.collect();
    for key in optional {
        if !keys.iter().any(|known| known == key) {
            keys.push((*key).to_owned());
        }
    }
    keys
}

fn csv_head(keys: &[String]) -> String {
    keys.iter().map(|key| csv::cell(key)).collect::<Vec<_>>().join(",")
}

fn csv_row(keys: &[String], row: &Value) -> String {
    let cell = |key: &String| match &row[key.as_str()] {
        Value::Null => String::new(),
        Value::String(text) => csv::cell(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        nested => csv::cell(&nested.to_string()),
    };
    keys.iter().map(cell).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_are_json_and_absent_ones_are_empty() {
        let value = serde_json::json!({ "a": null, "b": -5, "c": ["x"], "d": true });
        let head = csv_keys(&value, &[]);
        assert_eq!(
            (csv_head(&head), csv_row(&head, &value)),
            ("a,b,c,d".to_owned(), ",-5,\"[\"\"x\"\"]\",true".to_owned())
        );
    }

    #[test]
    fn one_thing_is_said_as_one() {
        let said = [0, 1, 2].map(|number: usize| counted(number, "photo", "photos"));
        assert_eq!(said, ["0 photos", "1 photo", "2 photos"]);
        assert_eq!(counted(1_i64, "entry", "entries"), "1 entry");
    }

    #[test]
    fn a_row_that_leaves_fields_out_keeps_its_columns() {
        let done = serde_json::json!({ "id": 1, "success": true, "result": "x" });
        let failed = serde_json::json!({ "id": 2, "success": false, "error": "no" });
        let head = csv_keys(&done, &["result", "error"]);
        assert_eq!(csv_head(&head), "id,success,result,error");
        assert_eq!(
            (csv_row(&head, &done), csv_row(&head, &failed)),
            ("1,true,x,".into(), "2,false,,no".into())
        );
    }
}
