//! The manual pages, made from the tree of commands and from the table of settings.

use crate::{examples, failure::Result};
use clap::Command;
use clap_mangen::Man;
use std::{collections::BTreeMap, fmt::Write};

/// The date the pages bear: that of the release.
const DATE: &str = "2026-11-21";

/// Every page by its file name.
pub fn pages() -> Result<BTreeMap<String, String>> {
    let mut command = examples::command().disable_help_subcommand(true);
    command.build();
    let mut pages = BTreeMap::new();
    let name = command.get_name().to_owned();
    visit(&command, &name, "", &mut pages)?;
    let settings = aglis_core::config::manual(env!("CARGO_PKG_VERSION"), DATE);
    pages.insert("aglis.toml.5".to_owned(), settings);
    Ok(pages)
}

fn visit(command: &Command, name: &str, path: &str, pages: &mut BTreeMap<String, String>) -> Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    pages.insert(format!("{name}.1"), page(command, name, path)?);
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        visit(sub, &format!("{name}-{}", sub.get_name()), path.trim(), pages)?;
    }
    Ok(())
}

fn page(command: &Command, name: &str, path: &str) -> Result<String> {
    let version = env!("CARGO_PKG_VERSION");
    let mut own = command.clone().display_name(name.to_owned());
    if !path.is_empty() {
        own = own.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    }
    let man = Man::new(own)
        .title(name.to_uppercase())
        .date(DATE)
        .source(format!("AGLIS {version}"))
        .manual("AGLIS manual");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    let mut text = String::from_utf8_lossy(&page).into_owned();
    let subs: Vec<&Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    if !subs.is_empty() {
        text.push_str(".SH COMMANDS\n");
        for sub in &subs {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(
                text,
                ".TP\n.BR {}\\-{} (1)\n{}",
                escape(name),
                escape(sub.get_name()),
                escape(&about)
            );
        }
    }
    text.push_str(".SH EXAMPLES\n.nf\n");
    for example in examples::of(path) {
        let _ = writeln!(text, "{}", escape(example));
    }
    text.push_str(".fi\n");
    text.push_str(if path.is_empty() { COMMON } else { SHARED });
    text.push_str(".SH SEE ALSO\n");
    let above = name.rsplit_once('-').map_or(name, |(above, _)| above);
    if above != name && path.contains(' ') {
        let _ = writeln!(text, ".BR {} (1),", escape(above));
    }
    text.push_str(if path.is_empty() {
        ".BR aglisd (1),\n.BR aglis\\-tui (1),\n.BR aglis.toml (5)\n"
    } else {
        ".BR aglisctl (1)\n"
    });
    Ok(tidy(&text))
}

fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

/// Takes out what the generator writes and the formatters complain about, and breaks long lines.
fn tidy(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut last = "";
    let mut literal = false;
    for line in page.lines().map(str::trim_end) {
        let definition = line.starts_with(".ie \\n(.g .ds Aq") || line.starts_with(".el .ds Aq");
        if line.is_empty() || definition || (line == ".br" && last == ".br") {
            continue;
        }
        last = line;
        literal = line == ".nf" || (literal && line != ".fi");
        let line = line.replace("\\*(Aq", "\\(aq");
        if literal || line.starts_with('.') || line.len() <= 80 {
            out.push_str(&line);
        } else {
            let mut width = 0;
            for word in line.split(' ') {
                // A line must not begin with what could be taken for a request.
                if width > 0 && width + word.len() + 1 > 80 && !word.starts_with(['.', '\'']) {
                    out.push('\n');
                    width = 0;
                } else if width > 0 {
                    out.push(' ');
                    width += 1;
                }
                out.push_str(word);
                width += word.len();
            }
        }
        out.push('\n');
    }
    out
}

/// What stands on the pages of single commands.
const SHARED: &str = ".SH SHARED OPTIONS\nThe options of\n.BR aglisctl (1),\nsuch as\n.BR \\-\\-json ,\n.BR \\-\\-dry\\-run ,\n.B \\-\\-yes\nand\n.BR \\-\\-server ,\nbelong to every command.\n";

/// What holds for every command.
const COMMON: &str = ".SH WHICH DAEMON
Without flags and variables the daemon's Unix socket on this machine is used, where root and the members of the group
aglis act as administrators and are recorded by their Unix names.
Otherwise, in this order: the flags
.BR \\-\\-server ,
.B \\-\\-socket
and
.B \\-\\-data
(and what a named
.B \\-\\-profile
says), the variables, the default profile, the configuration of this machine.
.PP
The commands
.BR \"user create\" ,
.BR \"token create\" ,
.BR \"audit verify\" ,
.BR migrate ,
.B config
and
.B doctor
also work while the daemon does not run.
.SH CONFIRMATION
One thing that can be undone is done at once.
Up to 20 things ask for a yes; more, and what cannot be undone, ask for their number to be typed.
.B \\-\\-yes
answers for you; without a terminal and without it the exit status is 8.
.SH OPERATIONS
A write prints the id of its operation, JSON in the field
.BR operation .
Run again with
.B \\-\\-operation
and this id it goes on where it was interrupted; nothing is done twice.
A command that sets fields can be run again as it is.
.SH EXIT STATUS
.TP
.B 0
done; an empty list is done
.TP
.B 1
failed
.TP
.B 2
the command line, the configuration or a field was wrong
.TP
.B 3
partly done
.TP
.B 4
not signed in or not allowed
.TP
.B 5
not found
.TP
.B 6
in conflict with the state of things, or with
.B \\-\\-expect
.TP
.B 7
unreachable or too slow
.TP
.B 8
a confirmation is needed and there is no terminal
.TP
.B 130
interrupted
.SH ENVIRONMENT
.TP
.B AGLIS_SERVER
address of the daemon
.TP
.B AGLIS_TOKEN
API token for the address
.TP
.B AGLIS_SOCKET
the daemon's Unix socket
.TP
.B AGLIS_DATA
the daemon's data folder
.TP
.B AGLIS_PROFILE
profile to use
.TP
.B AGLIS_CONFIG
the daemon's configuration file
.TP
.B NO_COLOR
no colours when set
.SH FILES
.TP
.I ~/.config/aglis/profiles.toml
Names for daemons:
.B default
names the profile used without a flag, and each
.B [profile.NAME]
has
.BR server ,
.BR token_file ,
.BR socket ,
.BR data ,
.B timeout
(seconds) and
.BR output .
";

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_committed_pages_are_the_ones_this_program_writes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../man");
        for (name, text) in super::pages().unwrap() {
            let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
            assert!(committed == text, "man/{name} is stale; run: cargo xtask generate");
        }
    }
}
