//! The frame around every route: who asks, what they may, how answers and refusals look.

mod credentials;
mod etag;
mod extract;
mod guard;
mod idempotency;
mod identify;
mod layers;
mod listen;
mod memory;
mod origin;
mod parts;
mod patient;
mod problem;
mod recent;
mod routes;
pub mod session;
mod time;

pub use extract::{Body, Context, Params, Path};
pub use guard::{CUSTOMER_COOKIE, Need, STAFF_COOKIE, cookie_name};
pub use idempotency::NotKept;
pub use layers::frame;
pub use listen::{Listeners, Peer, bind, serve};
pub use origin::is_foreign;
pub use parts::Parts;
pub use problem::{Answer, Problem};
pub use routes::{Operation, Routes};
