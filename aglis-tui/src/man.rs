//! The man pages, from the same definitions the program runs on.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::keymap::{ACTIONS, Keymap, Scope};
use crate::options::Options;

/// The date the page bears: that of the release.
const DATE: &str = "2026-11-21";

/// Writes every page into a folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_all(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, page) in pages()? {
        std::fs::write(folder.join(name), page)?;
    }
    Ok(())
}

/// Every page by its file name.
///
/// # Errors
/// Never, as far as is known: pages are made in memory.
pub fn pages() -> io::Result<[(&'static str, Vec<u8>); 2]> {
    let (mut console, mut keys) = (Vec::new(), Vec::new());
    write(&mut console)?;
    write_keys(&mut keys)?;
    Ok([("aglis-tui.1", console), ("aglis-tui-keys.1", keys)])
}

fn page(command: Command, title: &str) -> Man {
    Man::new(command).title(title).section("1").date(DATE).manual("AGLIS manual")
}

fn write_keys(out: &mut dyn io::Write) -> io::Result<()> {
    let mut command = Options::command();
    command.build();
    let version = command.get_version().unwrap_or_default().to_owned();
    let Some(keys) = command.find_subcommand("keys") else { return Ok(()) };
    let keys = keys.clone().display_name("aglis-tui-keys").disable_help_flag(true);
    let man = page(keys, "AGLIS-TUI-KEYS").source(format!("aglis-tui {version}"));
    man.render_title(out)?;
    man.render_name_section(out)?;
    out.write_all(KEYS.as_bytes())
}

fn write(out: &mut dyn io::Write) -> io::Result<()> {
    let man = page(Options::command(), "AGLIS-TUI");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    out.write_all(keys().as_bytes())?;
    out.write_all(PAGES.as_bytes())
}

fn keys() -> String {
    let map = Keymap::default();
    let mut page = String::from(
        ".SH KEYS\nEvery key can be changed, see FILES. The name in brackets is the action's name there.\n",
    );
    for (scope, title) in [
        (Scope::Anywhere, "Everywhere"),
        (Scope::List, "In lists"),
        (Scope::Ticket, "On tickets"),
        (Scope::Queue, "On the queue"),
        (Scope::Editor, "While writing"),
    ] {
        let _ = writeln!(page, ".SS {title}");
        for action in ACTIONS.iter().filter(|action| action.scope == scope) {
            let keys = map.keys(action.act).iter().map(|key| crate::keymap::key_name::name(*key));
            let command = action.command.map(|name| format!(":{name}"));
            let named: Vec<String> =
                keys.chain(command).map(|key| format!("\\fB{}\\fR", roff(&key))).collect();
            let _ =
                writeln!(page, ".TP\n{}\n{} [{}]", named.join(", "), roff(action.help.en), roff(action.name));
        }
    }
    page
}

fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

const PAGES: &str = r#".SH FILTER
Words and \fIfield\fR:\fIvalue\fR terms, all of which must hold; \fB!\fR in front inverts a term, a comma means any of, quotes keep blanks together.
.PP
Tickets: \fBstatus\fR, \fBprio\fR, \fBsla\fR (time left: sla<1h, sla:overdue), \fBage\fR, \fBtech\fR (tech:none, tech:me), \fBtype\fR, \fBcat\fR, \fBchan\fR, \fBarea\fR, \fBcust\fR, \fBno\fR.
Customers: \fBstatus\fR, \fBpkg\fR, \fBtag\fR, \fBarea\fR, \fBodp\fR, \fBname\fR, \fBphone\fR, \fBno\fR, \fBage\fR.
Queue: \fBkind\fR, \fBqueue\fR, \fBerr\fR, \fBage\fR, \fBto\fR (a phone, group or mail address; not inverted), \fBbatch\fR.
Audit: \fBuser\fR, \fBaction\fR, \fBobject\fR, \fBip\fR, \fBresult\fR, \fBsince\fR.
.SH FILES
.TP
\fI$XDG_CONFIG_HOME/aglis/tui.toml\fR
The console's own configuration, for example:
.IP
.nf
lang = "id"
theme = "light"
mouse = false

[keys]
"ticket.assign" = ["@", "Ctrl\-a"]
.fi
.TP
\fI$XDG_STATE_HOME/aglis/drafts.json\fR
Replies and notes that were begun and not sent, readable by their owner only.
.SH ENVIRONMENT
.TP
\fBAGLIS_DATA\fR, \fBAGLIS_SOCKET\fR, \fBAGLIS_SERVER\fR, \fBAGLIS_TOKEN\fR, \fBAGLIS_PROFILE\fR
Which daemon is meant, when no flag says so.
.TP
\fBNO_COLOR\fR
No colours. Every state is a glyph and a word besides.
.TP
\fBTERM\fR, \fBCOLORTERM\fR, \fBLANG\fR, \fBLC_ALL\fR
How many colours there are, whether glyphs beyond ASCII are shown, and the language.
.SH EXIT STATUS
0 after quitting, 1 when the terminal is lost, 2 for a wrong option or configuration.
.SH SEE ALSO
.BR aglis\-tui\-keys (1),
.BR aglisctl (1),
.BR aglisd (1)
"#;

const KEYS: &str = r#".SH SYNOPSIS
\fBaglis\-tui\fR [\fB\-\-config\fR \fIFILE\fR] [\fB\-\-lang\fR \fILANG\fR] \fBkeys\fR
.SH DESCRIPTION
Prints a line for each action: its name, as the section
.B [keys]
of
.I tui.toml
calls it, the keys it has now, and what it does.
Keys that the configuration changes are shown changed; an action without a key can be run from the command bar and
from the help.
.SH EXAMPLES
.nf
aglis\-tui keys
aglis\-tui \-\-lang id keys | grep ticket
.fi
.PP
To assign with Ctrl\-a too, write into
.IR tui.toml :
.PP
.nf
[keys]
"ticket.assign" = ["@", "Ctrl\-a"]
.fi
.SH EXIT STATUS
0, or 2 when the configuration names an action or a key that does not exist, or binds a key twice.
.SH SEE ALSO
.BR aglis\-tui (1)
"#;

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_names_every_action() {
        let [(_, page), (name, keys)] = super::pages().expect("pages");
        let page = String::from_utf8(page).expect("UTF-8");
        assert!(name == "aglis-tui-keys.1" && String::from_utf8_lossy(&keys).contains(".SH SYNOPSIS"));
        for action in crate::keymap::ACTIONS {
            assert!(page.contains(&format!("[{}]", super::roff(action.name))), "{}", action.name);
        }
        assert!(page.contains(".SH FILTER") && page.contains("\\fB@\\fR"));
    }
}
