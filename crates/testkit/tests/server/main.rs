//! The server's layer over the real engine and a model of the chain: one test for each row of the catalogue that a seller decides.

#[path = "../engine/stage.rs"]
#[allow(dead_code, reason = "what the engine's own tests need besides")]
mod engine;
mod facilitators;
mod metered;
mod orders;
mod power;
mod replays;
mod shop;
mod statements;
mod surface;
mod together;
mod upfront;
