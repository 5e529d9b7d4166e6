//! Buyers, sellers and a facilitator over real connections, on a chain that runs the real contracts.

#[path = "../sandbox/node.rs"]
#[expect(dead_code, reason = "the schemes' tests use all of it")]
mod node;

mod buying;
#[expect(dead_code, reason = "the gate's tests use all of it")]
mod place;
mod remote;
