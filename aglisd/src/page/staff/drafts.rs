//! What somebody has written so far is forgotten once it is sent.

use crate::page::Frame;
use aglis_core::drafts::service as drafts;

/// Forgets the draft of a form that was sent. That it could not be forgotten takes nothing back.
pub async fn sent(frame: &Frame, key: &str) {
    if frame.ctx().actor.user_id().is_none() {
        return;
    }
    if let Err(error) = drafts::delete(frame.ctx(), key).await {
        tracing::warn!("a draft outlives its form: {error}");
    }
}
