//! The installation's key: configured, or made once and kept in the data folder.

use crate::{
    app::{Random, Secret, SystemClock, SystemRandom},
    args,
    config::Config,
    db::{Db, Json},
    error::{Error, Result},
};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path};

const FILE: &str = "secret.key";
const SETTING: &str = "secret_fingerprint";

/// Loads the key, making it on the first start. A database that was used with another key is refused: codes, links and
/// signatures made with that key would silently stop working.
pub async fn load(db: &Db, config: &Config) -> Result<Secret> {
    let secret = match &config.security.secret {
        Some(text) => Secret::new(Sha256::digest(text.expose_secret().as_bytes()).into()),
        None => from_file(&config.server.data.join(FILE))?,
    };
    let fingerprint = secret.keyed_hash("fingerprint", "");
    let mut tx = db.write().await?;
    tx.run(
        "INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
        args![SETTING, serde_json::json!(fingerprint), crate::app::Clock::now(&SystemClock)],
    )
    .await?;
    let (known,): (Json<String>,) =
        tx.one("SELECT value FROM settings WHERE key = $1", args![SETTING]).await?;
    tx.commit().await?;
    if known.0 == fingerprint {
        return Ok(secret);
    }
    Err(Error::conflict(
        "other_secret",
        format!(
            "this database was used with another key; put the same {FILE} into the data folder, or set security.secret to the same text on every daemon"
        ),
    ))
}

fn from_file(path: &Path) -> Result<Secret> {
    let refuse = |error: std::io::Error| Error::Unavailable(format!("{}: {error}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mut bytes = [0; 32];
            hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| {
                Error::conflict(
                    "bad_secret",
                    format!(
                        "{} does not hold 64 hexadecimal digits; restore it from a backup",
                        path.display()
                    ),
                )
            })?;
            Ok(Secret::new(bytes))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            SystemRandom.fill(&mut bytes);
            // Written aside and linked into place, so that a crash leaves no half key and two first starts agree on one.
            let aside = path.with_extension(format!("{}.tmp", std::process::id()));
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&aside)
                .map_err(refuse)?;
            file.write_all(hex::encode(bytes).as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
            let linked = std::fs::hard_link(&aside, path);
            let _ = std::fs::remove_file(&aside);
            match linked {
                Ok(()) => Ok(Secret::new(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => from_file(path),
                Err(error) => Err(refuse(error)),
            }
        }
        Err(error) => Err(refuse(error)),
    }
}
