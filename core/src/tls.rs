//! TLS by ring, everywhere.

/// Makes ring the process's provider of cryptography for TLS. Call it first thing in `main`; a second call does nothing.
pub fn install() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
