//! The configuration.

/// Everything that can be configured.
#[derive(Debug, Clone, Default)]
pub struct Config {}
