//! The second factor: six digits that change every 30 seconds (RFC 6238), and codes on paper for a lost phone.

use crate::error::{Error, Result};
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// Recovery codes that are given out at once.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of a key.
pub const KEY_BYTES: usize = 20;

fn totp(key: &[u8]) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::new(key.into()))
        .build()
        .map_err(|error| Error::Internal(format!("second factor: {error}")))
}

/// The time step whose code this is, if it is one of now or of the steps beside (clocks differ a little).
pub fn step_of(key: &[u8], code: &str, now_s: i64) -> Result<Option<i64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let now = u64::try_from(now_s).unwrap_or(0);
    Ok(totp(key)?.check(&code, now).and_then(|step| i64::try_from(step).ok()))
}

/// The code of an instant, as an authenticator app would show it.
pub fn code_at(key: &[u8], now_s: i64) -> Result<String> {
    Ok(totp(key)?.generate(u64::try_from(now_s).unwrap_or(0)).to_string())
}

/// The key as people type it into an app.
pub fn base32(key: &[u8]) -> String {
    Secret::new(key.into()).to_base32()
}

/// The address that an authenticator app reads from a QR code.
pub fn otpauth_url(key: &[u8], issuer: &str, username: &str) -> String {
    let (issuer, username) = (escape(issuer), escape(username));
    format!(
        "otpauth://totp/{issuer}:{username}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(key)
    )
}

fn escape(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A recovery code as people may type it, in the form that is hashed; none when it cannot be one.
pub fn normal_recovery_code(text: &str) -> Option<String> {
    let code: String =
        text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    (code.len() == 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(code)
}

/// A recovery code of 80 random bits, without letters that look like digits: `kq3m-7xwa-…`.
pub fn recovery_code(random: [u8; 10]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut out = String::with_capacity(19);
    for n in 0..16 {
        if n > 0 && n % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(LETTERS[(bits >> (75 - 5 * n) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238's test vectors.
    const KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn agrees_with_the_standard() {
        for (at, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(code_at(KEY, at).unwrap(), code);
            assert_eq!(step_of(KEY, code, at).unwrap(), Some(at / 30));
            assert_eq!(step_of(KEY, code, at + 30).unwrap(), Some(at / 30), "one step late is fine");
            assert_eq!(step_of(KEY, code, at + 90).unwrap(), None, "three steps are too late");
        }
        for bad in ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢"] {
            assert_eq!(step_of(KEY, bad, 59).unwrap(), None, "{bad}");
        }
        assert_eq!(step_of(KEY, "287 082", 59).unwrap(), Some(1));
    }

    #[test]
    fn the_address_says_who_and_where() {
        assert_eq!(
            otpauth_url(KEY, "ISP Karawang", "budi@isp"),
            "otpauth://totp/ISP%20Karawang:budi%40isp?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ISP%20Karawang&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn recovery_codes_are_typed_in_many_ways() {
        let code = recovery_code([0xff, 0, 0xff, 0, 0xff, 1, 2, 3, 4, 5]);
        assert_eq!(code.len(), 19);
        let plain = code.replace('-', "");
        assert_eq!(normal_recovery_code(&code), Some(plain.clone()));
        assert_eq!(normal_recovery_code(&code.to_uppercase().replace('-', " ")), Some(plain));
        assert_eq!(normal_recovery_code("123456"), None);
    }
}
