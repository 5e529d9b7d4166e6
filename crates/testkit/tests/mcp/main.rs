//! Tools that are sold over the real engine and a model of the chain, and buyers of them.

mod buying;
mod desk;
#[path = "../engine/stage.rs"]
#[allow(dead_code, reason = "what the engine's own tests need besides")]
mod engine;
mod selling;
