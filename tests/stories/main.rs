//! The one integration binary: one link, one module per story.

mod layers;
mod units;
