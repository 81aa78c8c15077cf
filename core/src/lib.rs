pub mod filter;

#[cfg(feature = "server")]
pub mod files;
#[cfg(feature = "server")]
pub mod provider;
