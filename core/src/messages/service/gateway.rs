//! Whether somebody who calls a webhook is the gateway.

use crate::{
    app::{Actor, Ctx},
    error::{Error, Result},
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

const UNKNOWN: Error = Error::NotFound("webhook");

fn equal(secret: Option<&SecretString>, given: &str) -> bool {
    secret.is_some_and(|secret| bool::from(secret.expose_secret().as_bytes().ct_eq(given.as_bytes())))
}

/// Whether webhooks are taken from the caller's address.
fn from_here(ctx: &Ctx) -> bool {
    let from = &ctx.app.config.whatsapp.webhook_from;
    from.is_empty() || ctx.request.ip.parse().is_ok_and(|ip| from.iter().any(|network| network.contains(ip)))
}

/// The context of a gateway that shows the secret of our webhooks, from one of the addresses from which they are taken.
/// Without a configured secret none is believed.
///
/// # Errors
/// [`Error::NotFound`], which does not tell whether there is a webhook.
pub fn from_gateway(ctx: Ctx, given: &str) -> Result<Ctx> {
    if equal(ctx.app.config.whatsapp.webhook_secret.as_ref(), given) && from_here(&ctx) {
        Ok(Ctx { actor: Actor::System("webhook"), ..ctx })
    } else {
        Err(UNKNOWN)
    }
}

/// The context of Meta, which signs the body with the app's secret, and the number of ours that it may speak of. Without
/// a configured secret nothing is believed.
///
/// # Errors
/// [`Error::NotFound`], which does not tell whether there is a webhook.
pub fn from_meta(ctx: Ctx, signature: &str, body: &[u8]) -> Result<(Ctx, String)> {
    let whatsapp = &ctx.app.config.whatsapp;
    let secret = whatsapp.meta_app_secret.as_ref().ok_or(UNKNOWN)?;
    let phone_id = whatsapp.meta_phone_id.clone().ok_or(UNKNOWN)?;
    if signed(secret, signature, body) && from_here(&ctx) {
        Ok((Ctx { actor: Actor::System("webhook"), ..ctx }, phone_id))
    } else {
        Err(UNKNOWN)
    }
}

/// Compares `sha256=…` with the body's own hash, in constant time.
fn signed(secret: &SecretString, signature: &str, body: &[u8]) -> bool {
    use hmac::{KeyInit, Mac};
    let given = signature.strip_prefix("sha256=").and_then(|digits| hex::decode(digits).ok());
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let (Some(given), Ok(mut mac)) = (given, mac) else { return false };
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

/// Whether Meta, setting the webhook up, shows the word that was agreed on.
///
/// # Errors
/// [`Error::NotFound`], which does not tell whether there is a webhook.
pub fn meta_subscribes(ctx: &Ctx, mode: &str, given: &str) -> Result<()> {
    let agreed = equal(ctx.app.config.whatsapp.meta_verify_token.as_ref(), given);
    if mode == "subscribe" && agreed && from_here(ctx) { Ok(()) } else { Err(UNKNOWN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_secret_signs_a_body() {
        // HMAC-SHA-256 of RFC 4231, test case 2.
        let secret = SecretString::from("Jefe");
        let body = b"what do ya want for nothing?";
        let right = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(signed(&secret, right, body));
        assert!(!signed(&secret, right, b"what do ya want for nothing!"));
        assert!(!signed(&SecretString::from("Jeff"), right, body));
        for bad in ["", "sha256=", "sha1=5bdc", &right[7..], &right[..60], "sha256=zz"] {
            assert!(!signed(&secret, bad, body), "{bad}");
        }
    }
}
