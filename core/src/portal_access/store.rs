//! SQL of sign-in codes and of customers' sessions.

use super::{PortalCustomer, Purpose};
use crate::{
    args,
    db::{DbError, Tx},
    types::*,
};

/// How a wrong code for a customer's number is marked among the failed attempts.
const WRONG: &str = "portal:wrong_code";
/// How a code is marked that could not have let anybody in: for no live code, or for nobody's number.
const IDLE: &str = "portal:no_code";

/// A code that was sent, or would have been had the number been a customer's.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Challenge {
    /// Identifier.
    pub id: i64,
    /// What for.
    pub purpose: Purpose,
    /// The number.
    pub phone: Phone,
    /// Whose number it is.
    pub customer_id: Option<CustomerId>,
    /// Keyed hash of number, browser and code.
    pub code_hash: String,
    /// Wrong tries so far.
    pub wrong_tries: i64,
}

/// The customer with a number who may use the portal.
pub async fn customer_by_phone(tx: &mut Tx, phone: &Phone) -> Result<Option<PortalCustomer>, DbError> {
    tx.opt(
        "SELECT id, number, name, locale FROM customers WHERE phone = $1 AND portal_enabled = $2",
        args![phone, true],
    )
    .await
}

/// A customer who may use the portal.
pub async fn customer(tx: &mut Tx, id: CustomerId) -> Result<Option<PortalCustomer>, DbError> {
    tx.opt(
        "SELECT id, number, name, locale FROM customers WHERE id = $1 AND portal_enabled = $2",
        args![id, true],
    )
    .await
}

/// A customer who may use the portal, with their number; locked.
pub async fn with_phone(tx: &mut Tx, id: CustomerId) -> Result<Option<(PortalCustomer, Phone)>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        customer: PortalCustomer,
        phone: Phone,
    }
    let row: Option<Row> = tx
        .opt(
            "SELECT id, number, name, locale, phone FROM customers WHERE id = $1 AND portal_enabled = $2 {lock}",
            args![id, true],
        )
        .await?;
    Ok(row.map(|row| (row.customer, row.phone)))
}

/// A customer who may use the portal and still has this number.
pub async fn reachable_by(
    tx: &mut Tx,
    id: CustomerId,
    phone: &Phone,
) -> Result<Option<PortalCustomer>, DbError> {
    tx.opt(
        "SELECT id, number, name, locale FROM customers WHERE id = $1 AND phone = $2 AND portal_enabled = $3",
        args![id, phone, true],
    )
    .await
}

/// How many codes were made for a number since an instant, the first and the last of them.
pub async fn codes_for(
    tx: &mut Tx,
    purpose: Purpose,
    phone: &Phone,
    since: Time,
) -> Result<(i64, Option<Time>, Option<Time>), DbError> {
    tx.one(
        "SELECT COUNT(*), MIN(created_at), MAX(created_at) FROM otp_codes WHERE phone = $1 AND purpose = $2 AND created_at > $3",
        args![phone, purpose, since],
    )
    .await
}

/// How many codes were asked for from an address since an instant, and when the first was.
pub async fn codes_from(tx: &mut Tx, address: &str, since: Time) -> Result<(i64, Option<Time>), DbError> {
    tx.one(
        "SELECT COUNT(*), MIN(created_at) FROM otp_codes WHERE ip = $1 AND created_at > $2",
        args![address, since],
    )
    .await
}

/// Makes every code of a number for a purpose useless.
pub async fn kill_codes(tx: &mut Tx, purpose: Purpose, phone: &Phone, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE otp_codes SET dead_at = $3 WHERE phone = $1 AND purpose = $2 AND used_at IS NULL AND dead_at IS NULL",
        args![phone, purpose, now],
    )
    .await
    .map(drop)
}

/// Makes the codes useless with which a customer was changing their number.
pub async fn kill_changes(tx: &mut Tx, customer: CustomerId, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE otp_codes SET dead_at = $4 WHERE customer_id = $1 AND purpose IN ($2, $3) AND used_at IS NULL AND dead_at IS NULL",
        args![customer, Purpose::PhoneOld, Purpose::PhoneNew, now],
    )
    .await
    .map(drop)
}

/// Makes every code of a customer useless, whatever number it went to.
pub async fn kill_codes_of(tx: &mut Tx, customer: CustomerId, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE otp_codes SET dead_at = $2 WHERE customer_id = $1 AND used_at IS NULL AND dead_at IS NULL",
        args![customer, now],
    )
    .await
    .map(drop)
}

/// What a new code consists of.
#[derive(Debug)]
pub struct NewCode<'a> {
    /// What for.
    pub purpose: Purpose,
    /// The number.
    pub phone: &'a Phone,
    /// Whose number it is.
    pub customer_id: Option<CustomerId>,
    /// Keyed hash of number, browser and code.
    pub code_hash: &'a str,
    /// Hash of the browser's secret.
    pub browser_hash: &'a str,
    /// The address that asked, as [`budget_key`] counts it.
    pub address: &'a str,
    /// When.
    pub created_at: Time,
    /// Until when it works.
    pub expires_at: Time,
}

/// Adds a code. A number has one live code at most, which a unique index makes true under concurrency.
pub async fn insert_code(tx: &mut Tx, code: &NewCode<'_>) -> Result<i64, DbError> {
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO otp_codes (phone, customer_id, purpose, code_hash, browser_hash, ip, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            args![
                code.phone,
                code.customer_id,
                code.purpose,
                code.code_hash,
                code.browser_hash,
                code.address,
                code.created_at,
                code.expires_at
            ],
        )
        .await?;
    Ok(id)
}

const CHALLENGE: &str = "id, purpose, phone, customer_id, code_hash, wrong_tries";

const LIVE: &str =
    "purpose = $2 AND browser_hash = $3 AND expires_at > $4 AND used_at IS NULL AND dead_at IS NULL {lock}";

/// The live code of a number that a browser asked for, locked against parallel use.
pub async fn live_for(
    tx: &mut Tx,
    purpose: Purpose,
    phone: &Phone,
    browser_hash: &str,
    now: Time,
) -> Result<Option<Challenge>, DbError> {
    tx.opt(
        format!("SELECT {CHALLENGE} FROM otp_codes WHERE phone = $1 AND {LIVE}"),
        args![phone, purpose, browser_hash, now],
    )
    .await
}

/// The live code with an identifier that a browser asked for, locked against parallel use.
pub async fn live(
    tx: &mut Tx,
    purpose: Purpose,
    id: i64,
    browser_hash: &str,
    now: Time,
) -> Result<Option<Challenge>, DbError> {
    tx.opt(
        format!("SELECT {CHALLENGE} FROM otp_codes WHERE id = $1 AND {LIVE}"),
        args![id, purpose, browser_hash, now],
    )
    .await
}

/// The live code for a purpose that a customer asked for in a browser, locked against parallel use.
pub async fn live_of(
    tx: &mut Tx,
    purpose: Purpose,
    customer: CustomerId,
    browser_hash: &str,
    now: Time,
) -> Result<Option<Challenge>, DbError> {
    tx.opt(
        format!("SELECT {CHALLENGE} FROM otp_codes WHERE customer_id = $1 AND {LIVE}"),
        args![customer, purpose, browser_hash, now],
    )
    .await
}

/// The number to which a customer has a code under way in a browser, to change theirs to.
pub async fn number_wanted(
    tx: &mut Tx,
    customer: CustomerId,
    browser_hash: &str,
    now: Time,
) -> Result<Option<Phone>, DbError> {
    let row: Option<(Phone,)> = tx
        .opt(
            "SELECT phone FROM otp_codes WHERE customer_id = $1 AND purpose = $2 AND browser_hash = $3 AND expires_at > $4 AND used_at IS NULL AND dead_at IS NULL",
            args![customer, Purpose::PhoneNew, browser_hash, now],
        )
        .await?;
    Ok(row.map(|(phone,)| phone))
}

/// Counts a wrong try; the last one allowed makes the code useless.
pub async fn wrong_try(tx: &mut Tx, id: i64, dead_at: Option<Time>) -> Result<(), DbError> {
    tx.run(
        "UPDATE otp_codes SET wrong_tries = wrong_tries + 1, dead_at = $2 WHERE id = $1",
        args![id, dead_at],
    )
    .await
    .map(drop)
}

/// Uses a code up; false when somebody was faster.
pub async fn use_code(tx: &mut Tx, id: i64, now: Time) -> Result<bool, DbError> {
    Ok(tx
        .run(
            "UPDATE otp_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND dead_at IS NULL",
            args![id, now],
        )
        .await?
        == 1)
}

/// Removes codes from before an instant.
pub async fn delete_codes(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM otp_codes WHERE created_at < $1", args![before]).await
}

/// Writes a wrong code down for the budgets. One that could not have let anybody in is paid for by its address only.
pub async fn note_wrong(tx: &mut Tx, address: &str, idle: bool, now: Time) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO sign_in_attempts (login, ip, succeeded, at) VALUES ($1, $2, $3, $4)",
        args![if idle { IDLE } else { WRONG }, address, false, now],
    )
    .await
    .map(drop)
}

/// Wrong codes from an address since an instant, and when the first was.
pub async fn wrong_from(tx: &mut Tx, address: &str, since: Time) -> Result<(i64, Option<Time>), DbError> {
    tx.one(
        "SELECT COUNT(*), MIN(at) FROM sign_in_attempts WHERE ip = $1 AND at > $2 AND login IN ($3, $4)",
        args![address, since, WRONG, IDLE],
    )
    .await
}

/// Wrong codes for customers' numbers since an instant, and when the first was.
pub async fn wrong_overall(tx: &mut Tx, since: Time) -> Result<(i64, Option<Time>), DbError> {
    tx.one("SELECT COUNT(*), MIN(at) FROM sign_in_attempts WHERE login = $1 AND at > $2", args![WRONG, since])
        .await
}

/// A session as lists show it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SessionRow {
    /// Identifier.
    pub id: SessionId,
    /// Address it was last used from.
    pub ip: String,
    /// Browser.
    pub user_agent: String,
    /// When it began.
    pub created_at: Time,
    /// When it was last used.
    pub last_seen_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// A customer's sessions that have not ended, the last used first.
pub async fn sessions(
    tx: &mut Tx,
    customer: CustomerId,
    now: Time,
    limit: i64,
) -> Result<Vec<SessionRow>, DbError> {
    tx.all(
        "SELECT id, ip, user_agent, created_at, last_seen_at, expires_at FROM sessions
         WHERE customer_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3",
        args![customer, now, limit],
    )
    .await
}

/// Ends a customer's session; false when it is not theirs or has ended already.
pub async fn revoke(tx: &mut Tx, customer: CustomerId, id: SessionId, now: Time) -> Result<bool, DbError> {
    Ok(tx
        .run(
            "UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND customer_id = $2 AND revoked_at IS NULL AND expires_at > $3",
            args![id, customer, now],
        )
        .await?
        == 1)
}

/// Ends every session of a customer.
pub async fn revoke_all(tx: &mut Tx, customer: CustomerId, now: Time) -> Result<u64, DbError> {
    tx.run(
        "UPDATE sessions SET revoked_at = $2 WHERE customer_id = $1 AND revoked_at IS NULL",
        args![customer, now],
    )
    .await
}
