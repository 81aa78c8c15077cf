//! Pages for people: the customer portal and the staff web, on one frame.
//!
//! A page is an askama template with a field `frame: &Frame` that extends `base.html` (or a layout that does).
//! [`Frame::html`] answers with it under a strict content policy: no inline script, and no inline style but the
//! portal's own sheet, which is allowed by its hash. Texts come from the catalogues through [`Frame::t`].

pub mod assets;
pub mod cookie;
pub mod csrf;
pub mod errors;
pub mod flash;
pub mod form;
pub mod frame;
pub mod mark;
pub mod once;
pub mod policy;
pub mod portal;
pub mod problem;
pub mod seal;
pub mod staff;

pub use errors::{FormError, FormErrors};
pub use flash::{Flash, Tone};
pub use form::{Form, Posted, Shown, Upload, Visit};
pub use frame::Frame;
pub use mark::Mark;
pub use once::once;

use crate::http::{Need, Routes};
use aglis_core::config::Config;
use axum::routing::get;

/// Every page, and what pages load.
pub fn routes(config: &Config) -> Routes {
    let uploads = &config.uploads;
    // Five files at most; each is measured on its own by what it turns out to be.
    let upload_bytes = uploads.photo_max.0.max(uploads.video_max.0).saturating_mul(5).saturating_add(1 << 20);
    Routes::new()
        .page(Need::Public("style sheets and scripts hold nothing secret"), assets::ROUTE, get(assets::serve))
        .merge(portal::routes(upload_bytes))
        .merge(staff::routes(upload_bytes))
}
