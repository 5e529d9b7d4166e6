//! The budget: what may be spent, and what has been.
//!
//! Individually valid payments can drain a task, so every purchase is reserved here before anything is signed (catalogue rows 209 to
//! 214, rules 5 and 23). Sums are kept per asset, since digits of one token say nothing about another.

mod limit;

pub use limit::{Limit, Meter};
