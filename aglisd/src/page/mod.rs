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
pub mod frame;
pub mod policy;
pub mod problem;
pub mod seal;

pub use errors::{FormError, FormErrors};
pub use flash::{Flash, Tone};
pub use frame::Frame;
