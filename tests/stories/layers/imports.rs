//! Which paths a source file names, read from its tokens.

use std::collections::HashMap;

/// A path named in a file, with aliases and `self`/`super` resolved, and the line it stands on.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    pub path: Vec<String>,
    pub line: usize,
}

/// Every path named outside tests. `module` is the file's own module path, starting with `crate`.
pub fn named(source: &str, module: &[&str]) -> Vec<Named> {
    let tokens = without_tests(tokens(source));
    let mut found = Vec::new();
    let mut aliases = HashMap::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "use" if tokens.get(at + 1).is_some_and(|t| t.text != "<") => {
                at += 1;
                let before = found.len();
                at = tree(&tokens, at, &[], module, &mut found, &mut aliases);
                debug_assert!(found.len() > before, "an import names something");
            }
            text if starts_path(&tokens, at) => {
                let mut path = vec![text.to_owned()];
                let line = tokens[at].line;
                while tokens.get(at + 1).is_some_and(|t| t.text == "::")
                    && tokens.get(at + 2).is_some_and(Token::is_name)
                {
                    path.push(tokens[at + 2].text.clone());
                    at += 2;
                }
                if let Some(path) = resolve(path, module, &aliases) {
                    found.push(Named { path, line });
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

#[derive(Debug, Clone)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_name(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

fn starts_path(tokens: &[Token], at: usize) -> bool {
    tokens[at].is_name()
        && tokens.get(at + 1).is_some_and(|t| t.text == "::")
        && (at == 0 || tokens[at - 1].text != "::")
}

/// Reads one `use` tree and returns the position behind it.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    module: &[&str],
    found: &mut Vec<Named>,
    aliases: &mut HashMap<String, Vec<String>>,
) -> usize {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|t| t.text != "}") {
                    at = tree(tokens, at, &path, module, found, aliases);
                    if tokens.get(at).is_some_and(|t| t.text == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "," | "}" | ";" => break,
            "as" => {
                let name = tokens.get(at + 1).map(|t| t.text.clone()).unwrap_or_default();
                record(path, Some(name), token.line, module, found, aliases);
                return at + 2;
            }
            "*" => {
                record(path, None, token.line, module, found, aliases);
                return at + 1;
            }
            text => {
                if text != "self" || path.is_empty() {
                    path.push(text.to_owned());
                }
                at += 1;
            }
        }
    }
    let line = tokens.get(at.saturating_sub(1)).map_or(0, |t| t.line);
    let name = path.last().cloned();
    record(path, name, line, module, found, aliases);
    at
}

fn record(
    path: Vec<String>,
    name: Option<String>,
    line: usize,
    module: &[&str],
    found: &mut Vec<Named>,
    aliases: &mut HashMap<String, Vec<String>>,
) {
    let Some(path) = resolve(path, module, &HashMap::new()) else { return };
    if let Some(name) = name.filter(|n| n != "_") {
        aliases.insert(name, path.clone());
    }
    found.push(Named { path, line });
}

/// The path from a crate's root; nothing for paths of this file's own items.
fn resolve(
    path: Vec<String>,
    module: &[&str],
    aliases: &HashMap<String, Vec<String>>,
) -> Option<Vec<String>> {
    let first = path.first()?;
    if let Some(full) = aliases.get(first) {
        return Some(full.iter().chain(&path[1..]).cloned().collect());
    }
    if first != "self" && first != "super" {
        return Some(path);
    }
    let supers = path.iter().take_while(|s| *s == "super").count();
    let skip = supers.max(1);
    let base = module.len().checked_sub(supers)?;
    let own = module[..base].iter().map(|s| (*s).to_owned());
    Some(own.chain(path[skip..].iter().cloned()).collect())
}

/// Drops items under `#[cfg(test)]`.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let here = tokens[at..].iter().take(mark.len()).map(|t| t.text.as_str());
        if !here.eq(mark) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0_usize;
        at += mark.len();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token.text.as_str() {
                "{" => depth += 1,
                "}" if depth <= 1 => break,
                "}" => depth -= 1,
                ";" if depth == 0 => break,
                _ => {}
            }
        }
    }
    kept
}

/// Names, `::` and single signs, without comments, strings and lifetimes.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let rest = &chars[at..];
        let taken = match rest {
            [c, ..] if c.is_whitespace() => 1,
            ['/', '/', ..] => rest.iter().take_while(|c| **c != '\n').count(),
            ['/', '*', ..] => block_comment(rest),
            ['"', ..] => quoted(rest),
            ['r' | 'b' | 'c', ..] if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            ['\'', ..] => character(rest),
            [c, ..] if c.is_alphanumeric() || *c == '_' => {
                let name: String = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
                let length = name.chars().count();
                tokens.push(Token { text: name, line });
                length
            }
            [':', ':', ..] => {
                tokens.push(Token { text: "::".into(), line });
                2
            }
            [c, ..] => {
                tokens.push(Token { text: c.to_string(), line });
                1
            }
            [] => break,
        };
        line += rest[..taken].iter().filter(|c| **c == '\n').count();
        at += taken;
    }
    tokens
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of `r"…"`, `r#"…"#` and their byte and C forms.
fn raw_string(rest: &[char]) -> Option<usize> {
    let letters = rest.iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count();
    let raw = rest[..letters].contains(&'r');
    let marks = rest[letters..].iter().take_while(|c| **c == '#').count();
    if letters > 2 || rest.get(letters + marks) != Some(&'"') || (marks > 0 && !raw) {
        return None;
    }
    if !raw {
        return Some(letters + quoted(&rest[letters..]));
    }
    let open = letters + marks + 1;
    let close = (open..rest.len()).find(|&i| {
        rest[i] == '"' && rest[i + 1..].iter().take(marks).filter(|c| **c == '#').count() == marks
    })?;
    Some(close + 1 + marks)
}

/// A character literal, or the sign that opens a lifetime.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', ..] => rest.iter().skip(3).position(|c| *c == '\'').map_or(rest.len(), |p| p + 4),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str, module: &[&str]) -> Vec<String> {
        named(source, module).into_iter().map(|n| n.path.join("::")).collect()
    }

    #[test]
    fn imports_are_read_with_braces_aliases_and_super() {
        let source = "use crate::{db::{self, Tx}, tickets::store as rows};\npub(super) use super::Ticket;\nfn f() { rows::find(); Tx::new(); }";
        assert_eq!(
            paths(source, &["crate", "tickets", "service"]),
            [
                "crate::db",
                "crate::db::Tx",
                "crate::tickets::store",
                "crate::tickets::Ticket",
                "crate::tickets::store::find",
                "crate::db::Tx::new",
            ]
        );
    }

    #[test]
    fn strings_comments_and_tests_name_nothing() {
        let source = r##"
            // use crate::db;
            /* use /* crate::db */ crate::db; */
            const A: &str = "use crate::db;";
            const B: &str = r#"use "crate::db";"#;
            const C: char = '"';
            fn f<'a>(x: &'a str) -> impl Fn() + use<'a> { move || drop(x) }
            #[cfg(test)]
            mod tests { use crate::db; fn f() { if true {} } }
            #[cfg(test)]
            use crate::db;
            use crate::types;
        "##;
        assert_eq!(paths(source, &["crate"]), ["crate::types"]);
    }

    #[test]
    fn the_line_is_the_one_in_the_file() {
        let source = "const A: &str = \"x\ny\";\nuse crate::db;\n";
        assert_eq!(named(source, &["crate"])[0].line, 3);
    }
}
