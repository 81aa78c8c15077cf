//! The configuration: `aglis.toml`, `AGLIS_*` variables and flags, all from one table.
//!
//! To add a setting, add a line to [`table`]; everything else follows.

mod check;
mod def;
mod error;
mod file;
mod kinds;
mod load;
mod nearest;
mod paths;
mod render;
pub mod table;
#[cfg(test)]
mod tests;
mod urls;
mod value;

pub use def::{Def, Section};
pub use error::{ConfigError, Problem};
pub use kinds::{
    Bytes, Hours, LogFormat, LogLevel, MailSecurity, MetaTemplate, Network, WhatsappProvider,
    WhatsappProviders,
};
pub use load::{Loaded, Origin, Shown, Sources, load};
pub use paths::{SYSTEM_FILE, SYSTEM_FOLDER};
pub use render::{example, manual, show};
pub use table::Config;
pub use urls::{RedisUrl, WebUrl};

impl Config {
    /// The defaults on a data folder, as if nothing were set anywhere. No file and no variable is read.
    pub fn defaults(data: &std::path::Path) -> Result<Config, ConfigError> {
        load::load_without_file(&Sources::default().flag("data", Some(data.to_string_lossy())))
    }
}
