//! The gate over real connections: real payments, the real engine, a chain with the real contracts, an upstream that does as it is told.

mod front;
mod life;
mod metered;
#[path = "../sandbox/node.rs"]
#[expect(dead_code, reason = "the schemes' tests use all of it")]
mod node;
mod passing;
#[path = "../trade/place.rs"]
#[expect(dead_code, reason = "the buyers' tests use all of it")]
mod place;
mod selling;
mod upstream;
mod wire;
