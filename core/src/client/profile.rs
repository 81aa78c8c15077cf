//! The profiles file: names for the daemons one works with.

use super::ClientError;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// `profiles.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profiles {
    /// The profile used when none is named.
    pub default: Option<String>,
    /// The profiles by name.
    pub profile: BTreeMap<String, Profile>,
}

/// One daemon and how to reach it. Nothing in it is a secret; the token stands in a file of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Server address.
    pub server: Option<String>,
    /// File that holds the API token.
    pub token_file: Option<PathBuf>,
    /// Socket path.
    pub socket: Option<PathBuf>,
    /// Data folder in which the socket is.
    pub data: Option<PathBuf>,
    /// Seconds a request may take.
    pub timeout: Option<u64>,
    /// Output format: table, json, ndjson, csv or id.
    pub output: Option<String>,
}

impl Profiles {
    /// Where the file is: `$XDG_CONFIG_HOME/aglis/profiles.toml`, or under `~/.config`.
    pub fn path() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
        Some(folder.join("aglis/profiles.toml"))
    }

    /// Reads the file; a missing one is empty.
    pub fn load(path: &Path) -> Result<Self, ClientError> {
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                ClientError::Usage(format!("{}: {}", path.display(), error.to_string().trim()))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Profiles::default()),
            Err(error) => Err(ClientError::Usage(format!("cannot read {}: {error}", path.display()))),
        }
    }

    /// The profile of a name, or the default one.
    pub fn pick(&self, name: Option<&str>) -> Result<Profile, ClientError> {
        let Some(name) = name.or(self.default.as_deref()) else { return Ok(Profile::default()) };
        self.profile.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.profile.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "there are none".to_owned()
            } else {
                format!("known are {}", known.join(", "))
            };
            ClientError::Usage(format!("no profile {name:?}; {known}"))
        })
    }
}

/// Reads a secret from a file; the end of the line does not belong to it.
pub(super) fn read_secret(path: &Path) -> Result<String, ClientError> {
    let path = match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    };
    let text = fs::read_to_string(&path).map_err(|error| {
        ClientError::Usage(format!("cannot read the token file {}: {error}", path.display()))
    })?;
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(ClientError::Usage(format!("{} does not hold a token", path.display())));
    }
    Ok(text.to_owned())
}
