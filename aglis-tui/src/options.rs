//! What the console is started with: flags, variables, and its own small configuration file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aglis_core::client::{ClientError, Found, Target};
use aglis_core::types::Zone;
use clap::{Parser, Subcommand};
use serde::Deserialize;

use crate::keymap::Keymap;
use crate::lang::Lang;
use crate::theme::Paper;

/// The AGLIS live console: tickets, customers and the audit trail, as they change.
#[derive(Debug, Parser)]
#[command(
    name = "aglis-tui",
    version,
    before_help = "Examples:\n  aglis-tui                      the daemon on this machine\n  aglis-tui --data ./data        the daemon with its data there\n  AGLIS_TOKEN=… aglis-tui --server https://ops.isp.id\n  aglis-tui --read-only --lang id\n  aglis-tui keys                 every action with its keys",
    after_help = "Press ? inside for every key."
)]
pub struct Options {
    /// The daemon's data folder; its socket is DIR/aglisd.sock
    #[arg(long, value_name = "DIR", env = "AGLIS_DATA")]
    pub data: Option<PathBuf>,
    /// The daemon's Unix socket
    #[arg(long, value_name = "PATH", env = "AGLIS_SOCKET")]
    pub socket: Option<PathBuf>,
    /// The daemon's address; the token comes from AGLIS_TOKEN or --token-file
    #[arg(long, value_name = "URL", env = "AGLIS_SERVER")]
    pub server: Option<String>,
    /// The file that holds the API token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// A profile of the command line's profiles file
    #[arg(long, value_name = "NAME", env = "AGLIS_PROFILE")]
    pub profile: Option<String>,
    /// Language: en or id; LANG decides when absent
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// Change nothing, whatever is pressed
    #[arg(long)]
    pub read_only: bool,
    /// Light or dark paper; asked of the terminal when absent
    #[arg(long, value_name = "light|dark")]
    pub theme: Option<String>,
    /// Time zone to show times in, by its IANA name; the daemon's business zone when absent
    #[arg(long, value_name = "ZONE", env = "AGLIS_ZONE")]
    pub zone: Option<String>,
    /// The console's own configuration: keys, language, theme
    #[arg(long, value_name = "FILE", env = "AGLIS_TUI_CONFIG")]
    pub config: Option<PathBuf>,
    /// Something else than the console
    #[command(subcommand)]
    pub other: Option<Other>,
}

/// What it can do besides.
#[derive(Debug, Subcommand)]
pub enum Other {
    /// List every action with its keys, as the configuration file names them
    Keys,
    /// Write the man pages
    #[command(hide = true)]
    Man {
        /// Folder to write to
        #[arg(long, value_name = "DIR", default_value = "man")]
        dir: PathBuf,
    },
}

/// The console's own configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Language.
    pub lang: Option<String>,
    /// Paper.
    pub theme: Option<String>,
    /// Time zone.
    pub zone: Option<String>,
    /// Whether the mouse reports from the start.
    pub mouse: bool,
    /// Keys by action.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Options {
    /// Reads the configuration file: the one that was named, or the usual one if it exists.
    ///
    /// # Errors
    /// A line that says which file, and what is wrong in it.
    pub fn file(&self) -> Result<File, String> {
        let usual = || folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("aglis/tui.toml"));
        let Some(path) = self.config.clone().or_else(|| usual().filter(|path| path.exists())) else {
            return Ok(File::default());
        };
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.to_string().trim()))
    }

    /// Which daemon is meant.
    ///
    /// # Errors
    /// When a profile or token cannot be read.
    pub fn target(&self) -> Result<Found, ClientError> {
        // A flag beats a variable; what came from a variable is found again by `Target` itself.
        let flag =
            |name: &str| std::env::args().any(|arg| arg == name || arg.starts_with(&format!("{name}=")));
        let target = Target {
            server: self.server.clone().filter(|_| flag("--server")),
            socket: self.socket.clone().filter(|_| flag("--socket")),
            data: self.data.clone().filter(|_| flag("--data")),
            profile: self.profile.clone().filter(|_| flag("--profile")),
            token_file: self.token_file.clone(),
            ..Target::default()
        };
        target.find()
    }

    /// The language: flag, file, then what the environment speaks.
    ///
    /// # Errors
    /// A line that says which languages there are.
    pub fn language(&self, file: &File, env: &dyn Fn(&str) -> Option<String>) -> Result<Lang, String> {
        if let Some(tag) = self.lang.as_ref().or(file.lang.as_ref()) {
            return Lang::from_tag(tag).ok_or_else(|| format!("there is no language {tag}; use en or id"));
        }
        let locale =
            ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env(name).filter(|v| !v.is_empty()));
        Ok(locale.and_then(|locale| Lang::from_tag(&locale)).unwrap_or_default())
    }

    /// The paper that was asked for.
    ///
    /// # Errors
    /// A line that says what can be asked for.
    pub fn paper(&self, file: &File) -> Result<Option<Paper>, String> {
        match self.theme.as_deref().or(file.theme.as_deref()) {
            None | Some("auto") => Ok(None),
            Some("light") => Ok(Some(Paper::Light)),
            Some("dark") => Ok(Some(Paper::Dark)),
            Some(other) => Err(format!("there is no theme {other}; use light, dark or auto")),
        }
    }

    /// The zone that was asked for.
    ///
    /// # Errors
    /// A line that says what a zone is called.
    pub fn zone(&self, file: &File) -> Result<Option<Zone>, String> {
        let Some(name) = self.zone.as_deref().or(file.zone.as_deref()) else { return Ok(None) };
        let unknown = |_| format!("there is no time zone {name}; use one such as Asia/Jakarta");
        Zone::named(name).map(Some).map_err(unknown)
    }
}

impl File {
    /// The keys.
    ///
    /// # Errors
    /// See [`Keymap::with`].
    pub fn keymap(&self) -> Result<Keymap, String> {
        Keymap::with(&self.keys)
    }
}

/// Where drafts are kept.
#[must_use]
pub fn drafts_file() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("aglis/drafts.json"))
}

fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set(variable).filter(|path| path.is_absolute()).or_else(|| set("HOME").map(|home| home.join(below_home)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory as _;
        Options::command().debug_assert();
    }

    #[test]
    fn language_and_theme_are_found_and_mistakes_named() {
        let options = |args: &[&str]| Options::parse_from([&["aglis-tui"], args].concat());
        let env = |name: &str| (name == "LANG").then(|| "id_ID.UTF-8".to_owned());
        let file = File::default();
        assert_eq!(options(&[]).language(&file, &env), Ok(Lang::Id));
        assert_eq!(options(&["--lang", "en"]).language(&file, &env), Ok(Lang::En));
        assert!(options(&["--lang", "fr"]).language(&file, &env).expect_err("fr").contains("use en or id"));
        assert!(options(&["--theme", "blue"]).paper(&file).is_err());
        let file: File =
            toml::from_str("theme = \"light\"\n[keys]\n\"ticket.assign\" = [\"Ctrl-a\"]").expect("file");
        assert_eq!(options(&[]).paper(&file), Ok(Some(Paper::Light)));
        assert!(file.keymap().is_ok());
        assert!(toml::from_str::<File>("colour = 1").is_err());
    }
}
