//! Cells of comma separated values, safe to open in a spreadsheet.

/// Quotes a text and disarms what a spreadsheet would take for a formula.
#[must_use]
pub fn cell(text: &str) -> String {
    let armed = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if armed { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) || armed {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Cells as a line, its end included.
pub fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    format!("{}\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_nothing() {
        for armed in ["=1+1", "+62", "-1", "@x", "\tx", "\rx"] {
            assert!(cell(armed).starts_with("\"'"), "{armed:?}");
        }
        assert_eq!(line(["a,\"b\"", "plain", ""]), "\"a,\"\"b\"\"\",plain,\n");
    }
}
