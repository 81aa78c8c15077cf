use crate::{
    accounts::{
        store::users::{self, Account},
        totp,
    },
    app::{App, Ctx},
    db::Tx,
    error::{Error, Result},
    event::{Event, Subject, emit},
};

/// Uses a code up: six digits of a time step after the last used one, or an unused recovery code.
pub(super) async fn accept(tx: &mut Tx, ctx: &Ctx, account: &Account, code: &str) -> Result<bool> {
    let id = account.user.id;
    if let Some(sealed) = &account.totp_secret {
        let key = open(&ctx.app, sealed)?;
        if let Some(step) = totp::step_of(&key, code, ctx.now.ms() / 1000)? {
            return Ok(users::use_totp_step(tx, id, step).await?);
        }
    }
    let Some(code) = totp::normal_recovery_code(code) else { return Ok(false) };
    let hash = recovery_hash(&ctx.app, &code);
    let Some(left) = users::use_recovery_code(tx, id, &hash, ctx.now).await? else { return Ok(false) };
    let subject = Subject::user(id, &account.user.username);
    emit(tx, ctx, &subject, Event::UserRecoveryCodeUsed { left }).await?;
    Ok(true)
}

/// How a recovery code is kept.
pub(super) fn recovery_hash(app: &App, normal: &str) -> String {
    app.secret.keyed_hash("recovery code", normal)
}

/// Opens a sealed key.
pub(super) fn open(app: &App, sealed: &str) -> Result<Vec<u8>> {
    let damaged = || Error::Internal("a second factor in the database is damaged".to_owned());
    let (start, sealed) = sealed.split_once(':').ok_or_else(damaged)?;
    let sealed = hex::decode(sealed).map_err(|_| damaged())?;
    if sealed.len() != totp::KEY_BYTES {
        return Err(damaged());
    }
    Ok(combine(app, start, &sealed))
}

fn combine(app: &App, start: &str, bytes: &[u8]) -> Vec<u8> {
    let stream = app.secret.keyed_hash("second factor", start).into_bytes();
    // Two hex digits of the keystream per byte: the hash is 32 bytes long and a key 20.
    let pad = stream.chunks_exact(2).map(|pair| {
        let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0) as u8;
        digit(pair[0]) << 4 | digit(pair[1])
    });
    bytes.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect()
}
/// Seals a key for the database: combined with a keystream that only the installation's secret and this key's own
/// random start give, so that a copy of the database holds no second factors.
pub(super) fn seal(app: &App, key: &[u8]) -> String {
    let mut start = [0; 16];
    app.random.fill(&mut start);
    let start = hex::encode(start);
    let sealed = combine(app, &start, key);
    format!("{start}:{}", hex::encode(sealed))
}
