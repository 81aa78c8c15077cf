pub mod filter;

#[cfg(feature = "server")]
pub mod provider;
