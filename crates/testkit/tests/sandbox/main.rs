//! The schemes against a chain that runs the real contracts: what is asked is answered there, what is planned is done there.

mod data_fee;
mod node;
mod payments;
mod probe;
mod reorganisation;
mod settlement;
