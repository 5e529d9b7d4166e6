//! Test support for the workspace: the shared vectors, and one check per feature that runs them.
//!
//! `spec-vectors/` is data for implementations in any language; this crate is this workspace's runner. [`vectors`] loads the files and
//! holds them to their own counts; [`check`] turns one case into what this implementation makes of it. Comparing the two is the same
//! for every feature and is done in one place, [`vectors::Case::judge`].
//!
//! [`chain`] is a model of an `eip155` chain on which everything can go wrong that goes wrong on one, and [`world`]
//! runs the facilitator on it. [`power`] has stores that lose what was not flushed.

pub mod chain;
pub mod check;
pub mod conformance;
pub mod payer;
pub mod power;
pub mod rng;
pub mod vectors;
pub mod world;

/// The examples of the README, as doc tests: a stranger who copies one gets something that compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
