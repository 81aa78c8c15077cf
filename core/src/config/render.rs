//! The table as an example file, as a manual page, and the settings in force as a listing.

use super::{
    def::Def,
    load::Loaded,
    table::{SECTIONS, SETTINGS},
    value::quoted,
};
use std::fmt::Write;

/// The default as it would be written in the file.
fn default_toml(def: &Def) -> String {
    let default = def.default_shown();
    match def.kind {
        "a whole number" | "true or false" if !default.is_empty() => default,
        "a list" => {
            let items: Vec<String> = default.split(',').filter(|item| !item.is_empty()).map(quoted).collect();
            format!("[{}]", items.join(", "))
        }
        _ => quoted(default),
    }
}

/// `aglis.toml` with every setting, its meaning and its default, all commented out.
pub fn example() -> String {
    let mut out = String::from(
        "# AGLIS configuration. Everything here is commented out and shows its default.\n\
         # Flags win over AGLIS_* variables, which win over this file. DATA is the data folder.\n\
         # A secret can stand in a file of its own: key_file = \"/etc/aglis/secret\".\n",
    );
    for section in SECTIONS {
        let _ = write!(out, "\n{}", comment(&section.doc_line()));
        if !section.name.is_empty() {
            let _ = writeln!(out, "[{}]", section.name);
        }
        for def in SETTINGS.iter().filter(|def| def.section == section.name) {
            let _ = write!(out, "\n{}#{} = {}\n", comment(&def.doc_line()), def.key, default_toml(def));
        }
    }
    out
}

/// The settings in force, one `key = value  # origin` a line, as TOML. Secrets are masked.
pub fn show(loaded: &Loaded) -> String {
    let mut out = String::new();
    let mut current = "";
    for (def, shown) in SETTINGS.iter().zip(&loaded.shown) {
        if def.section != current {
            let _ = write!(out, "\n[{}]\n", def.section);
            current = def.section;
        }
        let _ = writeln!(out, "{} = {}  # {}", def.key, shown.value, shown.origin);
    }
    out
}

/// Text for roff: nothing in it can be taken for a command.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('…', "...");
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            out.push_str(if i % 2 == 1 { "\\fB" } else { "\\fR" });
        }
        out.push_str(part);
    }
    let lines = wrap(&out, 78);
    let lines = lines
        .iter()
        .map(|line| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.clone() });
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks a text at blanks into lines of at most `width` bytes, where that is possible.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text as comment lines of the example file.
fn comment(text: &str) -> String {
    wrap(&text.replace('`', "'"), 98).iter().map(|line| format!("# {line}\n")).collect()
}

/// The manual page `aglis.toml(5)`; the date is the release's, such as `2026-11-21`.
pub fn manual(version: &str, date: &str) -> String {
    let mut out = format!(
        ".TH AGLIS.TOML 5 {date} \"AGLIS {}\" \"AGLIS manual\"\n.SH NAME\naglis.toml \\- configuration of AGLIS\n",
        escape(version)
    );
    section(
        &mut out,
        "DESCRIPTION",
        &[
            "`aglis.toml` sets up `aglisd` and is read by `aglisctl` when it works on the data of this machine. \
             It is TOML: keys at the top, then sections in brackets. A key that is not listed here is refused, with the \
             nearest known one and the line.",
            "Every setting can also be given by the variable named with it. A flag wins over a variable, a variable over the \
             file, the file over the default. Relative paths in the file start at its folder.",
            "A secret can be kept in a file of its own: add `_file` to its key, or `_FILE` to its variable, and give the path. \
             A warning is given when everybody can read that file.",
            "`aglisctl config check` says what is wrong with a file, `aglisctl config show` what is in force and where it \
             came from.",
        ],
    );
    section(
        &mut out,
        "FILES",
        &[
            "The file is the one named by `--config` or `AGLIS_CONFIG`. Without them it is `aglis.toml` in the data folder when \
             that folder was named by `--data` or `AGLIS_DATA`, else `/etc/aglis/aglis.toml`. None is needed.",
        ],
    );
    for group in SECTIONS {
        let title =
            if group.name.is_empty() { "TOP OF THE FILE".to_owned() } else { format!("[{}]", group.name) };
        section(&mut out, &title, &[&group.doc_line()]);
        for def in SETTINGS.iter().filter(|def| def.section == group.name) {
            let _ = write!(out, "{}", entry(def));
        }
    }
    let _ = write!(out, ".SH SEE ALSO\n.BR aglisd (1),\n.BR aglisctl (1),\n.BR aglis\\-tui (1)\n");
    out
}

fn section(out: &mut String, title: &str, paragraphs: &[&str]) {
    let _ = writeln!(out, ".SH {title}");
    for (i, text) in paragraphs.iter().enumerate() {
        let _ = writeln!(out, "{}{}", if i > 0 { ".PP\n" } else { "" }, escape(text));
    }
}

fn entry(def: &Def) -> String {
    let mut out = format!(".TP\n.B {}\n{}\n", escape(def.key), escape(&def.doc_line()));
    let mut facts = vec![def.kind.to_owned()];
    if let Some((least, most)) = def.limits {
        facts.push(format!("from {least} to {most}"));
    }
    let default = def.default_shown();
    facts.push(if default.is_empty() { "no default".to_owned() } else { format!("default `{default}`") });
    facts.push(format!("variable `{}`", def.env()));
    facts.extend(def.flag.map(|flag| format!("flag `{flag}`")));
    let _ = writeln!(out, ".br\n{}.", escape(&facts.join("; ")));
    out
}
