//! What JavaScript can call, in one file for each feature. Each function is a line; what it does is where it leads.

#[cfg(feature = "chain")]
pub mod chain;
#[cfg(feature = "full")]
pub mod full;
#[cfg(feature = "gate")]
pub mod gate;
#[cfg(feature = "keys")]
pub mod keys;
#[cfg(feature = "settle")]
pub mod settle;
#[cfg(feature = "statements")]
pub mod statements;
#[cfg(feature = "toml")]
pub mod toml;
#[cfg(feature = "verify")]
pub mod verify;
