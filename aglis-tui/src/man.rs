//! The man page, from the same definitions the program runs on.

use std::fmt::Write as _;
use std::io;

use clap::CommandFactory as _;

use crate::keymap::{ACTIONS, Keymap, Scope};
use crate::options::Options;

/// The date the page bears: that of the release.
const DATE: &str = "2026-11-21";

/// Writes the man page as roff.
///
/// # Errors
/// When the output cannot be written.
pub fn write(out: &mut dyn io::Write) -> io::Result<()> {
    let command = Options::command();
    let man =
        clap_mangen::Man::new(command).title("AGLIS-TUI").section("1").date(DATE).manual("AGLIS manual");
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
Customers: \fBstatus\fR, \fBpkg\fR, \fBtag\fR, \fBarea\fR, \fBodp\fR, \fBname\fR, \fBphone\fR, \fBno\fR.
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
.BR aglisctl (1),
.BR aglisd (8)
"#;

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_names_every_action() {
        let mut page = Vec::new();
        super::write(&mut page).expect("page");
        let page = String::from_utf8(page).expect("UTF-8");
        for action in crate::keymap::ACTIONS {
            assert!(page.contains(&format!("[{}]", super::roff(action.name))), "{}", action.name);
        }
        assert!(page.contains(".SH FILTER") && page.contains("\\fB@\\fR"));
    }
}
