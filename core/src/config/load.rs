//! Flags over variables over the file over defaults.

use super::{
    def::{Def, Read},
    error::{ConfigError, Problem},
    file, paths,
    table::{Config, SECTIONS, SETTINGS},
    value::{Raw, Setting},
};
use serde::Serialize;
use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

/// Variables that belong to clients or to this loader and set nothing here.
const OTHER_VARIABLES: [&str; 6] =
    ["AGLIS_CONFIG", "AGLIS_SERVER", "AGLIS_TOKEN", "AGLIS_PROFILE", "AGLIS_TUI_CONFIG", "AGLIS_ZONE"];

/// Where settings come from, beside the file.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file named by `--config`.
    pub config: Option<PathBuf>,
    /// Settings given by flags, by name: `("listen", "127.0.0.1:0")`.
    pub flags: Vec<(&'static str, String)>,
    /// The variables of the environment.
    pub env: Vec<(String, String)>,
}

impl Sources {
    /// The variables of this process, without flags.
    pub fn from_env() -> Self {
        let env = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with("AGLIS_").then(|| (name, value.to_string_lossy().into_owned()))
        });
        Sources { env: env.collect(), ..Self::default() }
    }

    /// Adds a setting given by a flag.
    pub fn flag(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.flags.extend(value.map(|value| (name, value.into())));
        self
    }

    fn var(&self, name: &str) -> Option<&str> {
        self.env
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// Where the value in force was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere.
    Default,
    /// The file, at a line.
    File(PathBuf, usize),
    /// A variable.
    Env(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path, line) => write!(f, "{}:{line}", path.display()),
            Origin::Env(name) => f.write_str(name),
            Origin::Flag(flag) => f.write_str(flag),
        }
    }
}

/// One setting in force, for `config show`; a secret is masked.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// `section.key`.
    pub name: String,
    /// The value as TOML.
    pub value: String,
    /// Where it was written.
    pub origin: String,
}

/// A configuration that was read and found good.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The file they came from, if there is one.
    pub file: Option<PathBuf>,
    /// Every setting with its origin, in the order of the manual.
    pub shown: Vec<Shown>,
    /// What works but should be looked at.
    pub warnings: Vec<Problem>,
}

struct Given {
    raw: Raw,
    origin: Origin,
}

/// Gathers what was given and hands it out typed.
pub(super) struct Resolver<'a> {
    given: HashMap<String, Given>,
    expansions: Vec<(&'static str, String)>,
    shown: Vec<Shown>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    sources: &'a Sources,
}

/// Reads all sources; on failure every problem is reported at once.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    resolve(sources, true)
}

/// The same without any file, for defaults.
pub(super) fn load_without_file(sources: &Sources) -> Result<Config, ConfigError> {
    resolve(sources, false).map(|loaded| loaded.config)
}

fn resolve(sources: &Sources, with_file: bool) -> Result<Loaded, ConfigError> {
    let mut resolver = Resolver {
        given: HashMap::new(),
        expansions: vec![("{folder}", paths::data_folder().display().to_string())],
        shown: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
        sources,
    };
    let file = if with_file { resolver.read_file() } else { None };
    resolver.read_env();
    resolver.read_flags();
    let config = Config::read(&mut resolver);
    let Resolver { shown, mut problems, mut warnings, .. } = resolver;
    if let Some(config) = config {
        let (wrong, odd) = super::check::check(&config);
        problems.extend(wrong);
        warnings.extend(odd);
        if problems.is_empty() {
            return Ok(Loaded { config, file, shown, warnings });
        }
    }
    Err(ConfigError { problems })
}

impl Resolver<'_> {
    fn read_file(&mut self) -> Option<PathBuf> {
        let named = self.sources.config.clone().map(|path| ("--config", path));
        let named =
            named.or_else(|| Some(("AGLIS_CONFIG", PathBuf::from(self.sources.var("AGLIS_CONFIG")?))));
        let data =
            self.sources.flags.iter().find(|(name, _)| *name == "data").map(|(_, value)| value.as_str());
        let data = data.or_else(|| self.sources.var("AGLIS_DATA")).map(Path::new);
        let (by, path) = named.or_else(|| Some(("", paths::config_file(data)?)))?;
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                self.problems.push(Problem::new(
                    by,
                    None,
                    format!("cannot read {}: {error}", path.display()),
                ));
                return None;
            }
        };
        match file::entries(&path, &text) {
            Ok(entries) => entries.into_iter().for_each(|entry| self.file_entry(&path, entry)),
            Err(problem) => self.problems.push(problem),
        }
        Some(path)
    }

    fn file_entry(&mut self, path: &Path, entry: file::Entry) {
        let origin = Origin::File(path.to_owned(), entry.line);
        let wanted = |key: &str| SETTINGS.iter().find(|def| def.section == entry.section && def.key == key);
        let from_file = entry.key.strip_suffix("_file").and_then(wanted).filter(|def| def.secret);
        if let Some(def) = wanted(&entry.key) {
            if def.secret
                && matches!(&entry.raw, Raw::Text(text) if holds_secret(text))
                && paths::world_readable(path)
            {
                let message =
                    format!("is a secret in a file everybody can read; chmod 640 {}", path.display());
                self.warnings.push(Problem::new(origin.to_string(), Some(def.name()), message));
            }
            self.give(def, entry.raw, origin);
        } else if let Some(def) = from_file {
            match entry.raw.text("a path") {
                Ok(text) => {
                    let secret = path.parent().unwrap_or(Path::new("")).join(text);
                    self.give_secret_file(def, &secret, origin);
                }
                Err(message) => {
                    self.problems.push(Problem::new(
                        origin.to_string(),
                        Some(format!("{}_file", def.name())),
                        message,
                    ));
                }
            }
        } else if !(entry.key.is_empty() && SECTIONS.iter().any(|section| section.name == entry.section)) {
            let message = super::nearest::unknown_key(&entry.section, &entry.key);
            self.problems.push(Problem::new(origin.to_string(), None, message));
        }
    }

    fn read_env(&mut self) {
        for (name, value) in &self.sources.env {
            if let Some(def) = SETTINGS.iter().find(|def| def.env() == *name) {
                self.give(def, Raw::Word(value.clone()), Origin::Env(name.clone()));
            } else if let Some(def) =
                SETTINGS.iter().find(|def| def.secret && name.strip_suffix("_FILE") == Some(&def.env()))
            {
                self.give_secret_file(def, Path::new(value), Origin::Env(name.clone()));
            } else if !OTHER_VARIABLES.contains(&name.as_str()) && !name.starts_with("AGLIS_TEST_") {
                self.warnings.extend(super::nearest::odd_variable(name));
            }
        }
    }

    fn read_flags(&mut self) {
        for (name, value) in &self.sources.flags {
            let def = SETTINGS.iter().find(|def| def.name() == *name);
            if let Some((def, flag)) = def.and_then(|def| Some((def, def.flag?))) {
                self.give(def, Raw::Word(value.clone()), Origin::Flag(flag));
            }
        }
    }

    fn give(&mut self, def: &Def, raw: Raw, origin: Origin) {
        let name = def.name();
        let twice = matches!(
            (self.given.get(&name).map(|given| &given.origin), &origin),
            (Some(Origin::File(..)), Origin::File(..)) | (Some(Origin::Env(_)), Origin::Env(_))
        );
        if twice {
            let message = format!("is set both as a value and by {}_file; keep one", def.key);
            self.problems.push(Problem::new(origin.to_string(), Some(name), message));
        } else {
            self.given.insert(name, Given { raw, origin });
        }
    }

    fn give_secret_file(&mut self, def: &Def, path: &Path, origin: Origin) {
        let complain = |message| Problem::new(origin.to_string(), Some(def.name()), message);
        match std::fs::read_to_string(path) {
            Ok(text) => {
                if paths::world_readable(path) {
                    let file = path.display();
                    self.warnings.push(complain(format!(
                        "is kept in {file}, which everybody can read; chmod 600 {file}"
                    )));
                }
                self.give(def, Raw::Word(text.trim_end_matches(['\n', '\r']).to_owned()), origin);
            }
            Err(error) => {
                self.problems.push(complain(format!("cannot be read from {}: {error}", path.display())))
            }
        }
    }

    /// The value in force of one setting; `None` when it was refused.
    pub(super) fn take<T: Setting>(&mut self, section: &str, key: &str) -> Option<T> {
        let def = SETTINGS.iter().find(|def| def.section == section && def.key == key)?;
        let name = def.name();
        let given = self.given.remove(&name).filter(|given| {
            let unset = matches!(&given.raw, Raw::Word(word) if word.is_empty());
            !unset || T::OPTIONAL
        });
        let Given { raw, origin } = given.unwrap_or_else(|| {
            let default = self
                .expansions
                .iter()
                .fold(def.default.to_owned(), |text, (from, to)| text.replace(from, to));
            Given { raw: Raw::Word(default), origin: Origin::Default }
        });
        let mut value = match T::parse(&raw).and_then(|value| within(def, value)) {
            Ok(value) => value,
            Err(message) => {
                self.problems.push(Problem::new(origin.to_string(), Some(name), message));
                return None;
            }
        };
        if let Origin::File(path, _) = &origin {
            value.rebase(path.parent().unwrap_or(Path::new("")));
        }
        self.expand(def, &value.show());
        self.shown.push(Shown { name, value: value.show(), origin: origin.to_string() });
        Some(value)
    }

    /// Later defaults may lean on the data folder and the address.
    fn expand(&mut self, def: &Def, shown: &str) {
        let text = shown.trim_matches('"');
        match def.name().as_str() {
            "data" => self.expansions.push(("{data}", text.to_owned())),
            "listen" => {
                let text = text.replace("0.0.0.0:", "localhost:").replace("[::]:", "localhost:");
                self.expansions.push(("{listen}", text));
            }
            _ => {}
        }
    }
}

/// An address without a password is no secret.
fn holds_secret(text: &str) -> bool {
    !text.is_empty() && (!text.contains(':') || text.contains('@') || text.contains("password="))
}

fn within<T: Setting>(def: &Def, value: T) -> Result<T, String> {
    let (Some((least, most)), Some(measure)) = (def.limits, value.measure()) else { return Ok(value) };
    if (least..=most).contains(&measure) {
        return Ok(value);
    }
    let (what, unit) = match def.kind {
        "a text" | "a secret text" => ("has", " characters"),
        kind if kind.starts_with("a duration") => ("is", " seconds"),
        kind if kind.starts_with("a size") => ("is", " bytes"),
        _ => ("is", ""),
    };
    Err(format!("must be from {least} to {most}{unit}, {what} {measure}"))
}
