use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use tokio::sync::Semaphore;

/// How many passwords are hashed at once: each takes 19 MiB and a core for a while, and that must not be what an
/// attacker can use up.
const AT_ONCE: usize = 2;
static TURN: Semaphore = Semaphore::const_new(AT_ONCE);
/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A hash that no password has, with the parameters of real ones: compared where there is no account or no password,
/// so that the answer takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YWdsaXMtbm9ib2R5LTAxIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password's Argon2id hash in PHC form.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The text to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Too many passwords wait to be hashed, or the hasher failed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Come back in a few seconds.
    #[error("too many sign-ins at once")]
    Busy,
    /// A defect.
    #[error("hashing a password failed: {0}")]
    Failed(String),
}

impl From<HashError> for crate::error::Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => crate::error::Error::RateLimited { retry_after_s: 5 },
            HashError::Failed(_) => crate::error::Error::Internal(error.to_string()),
        }
    }
}

async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    let turn = tokio::time::timeout(PATIENCE, TURN.acquire())
        .await
        .map_err(|_| HashError::Busy)?
        .map_err(|error| HashError::Failed(error.to_string()))?;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    })
    .await;
    done.map_err(|error| HashError::Failed(error.to_string()))?
}

/// Hashes a password with a salt, on a thread where it holds nobody up.
pub async fn hash(password: &str, salt: [u8; 16]) -> Result<PasswordHash, HashError> {
    let password = password.to_owned();
    in_turn(move || {
        let made: phc::PasswordHash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| HashError::Failed(error.to_string()))?;
        Ok(PasswordHash(made.to_string()))
    })
    .await
}

/// Whether a password has a hash. Takes as long when there is no hash, and then says no.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool, HashError> {
    let password = password.to_owned();
    let known = hash.is_some();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    in_turn(move || {
        let hash = phc::PasswordHash::new(&hash).map_err(|error| HashError::Failed(error.to_string()))?;
        let same = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(same && known)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_has_its_own_hash_and_nobodys_costs_the_same() {
        let made = hash("kuda benar baterai", [3; 16]).await.unwrap();
        assert!(verify("kuda benar baterai", Some(made.as_str())).await.unwrap());
        assert!(!verify("kuda benar bateraI", Some(made.as_str())).await.unwrap());
        assert!(!verify("kuda benar baterai", None).await.unwrap());
        let costs = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(costs(made.as_str()), costs(NOBODY));
        assert_eq!(made.as_str().len(), NOBODY.len());
        assert!(phc::PasswordHash::new(NOBODY).is_ok());
        assert_eq!(format!("{made:?}"), "PasswordHash(…)");
    }
}
