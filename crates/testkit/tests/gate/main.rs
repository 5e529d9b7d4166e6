//! The gate over real connections: real payments, the real engine, a chain with the real contracts, an upstream that does as it is told.
//!
//! Rows 107 to 132 and 169 to 188 of the catalogue are here, which `tests/rows.rs` looks after, but for some:
//!
//! - 121, 124 and 132, several processes on one store and one that starts before its facilitator, are tests of the command (`cli/tests/gate.rs`).
//! - 120 is one of the facilitator, over HTTP: a gate sells by EIP-3009 alone, whose nonces are a token's own.
//! - 123: there is no time at which an entry could end too early, because it is kept by the end of its own authorization; here nothing goes before that,
//!   and `guard`'s register and `store`'s laws are asked about every moment after it.
//! - 189 to 208 need sellers that lie, which no gate does: they are in `client/tests/buyer`.

mod buying;
mod caches;
mod facilitators;
mod front;
mod life;
mod looking;
mod metered;
#[path = "../sandbox/node.rs"]
#[expect(dead_code, reason = "the schemes' tests use all of it")]
mod node;
mod passing;
#[path = "../trade/place.rs"]
#[expect(dead_code, reason = "the buyers' tests use all of it")]
mod place;
mod replays;
mod selling;
mod surface;
mod upfront;
mod upstream;
mod wire;
