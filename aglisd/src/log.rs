//! The log, on standard error.

use aglis_core::config::{Config, LogFormat};
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

/// Begins to log as configured. A second call does nothing.
pub fn start(config: &Config) {
    let filter: Targets = config
        .log
        .level
        .as_str()
        .parse()
        .unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let registry = tracing_subscriber::registry().with(filter);
    let writer = std::io::stderr;
    let _ = match config.log.format {
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(writer)).try_init()
        }
        LogFormat::Text => registry
            .with(
                fmt::layer()
                    .with_target(false)
                    .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
                    .with_writer(writer),
            )
            .try_init(),
    };
}
