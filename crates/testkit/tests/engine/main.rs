//! The facilitator on the model chain: what it asks, what it sends, and how each settlement ends.

mod batch;
mod begins;
mod bounds;
mod ends;
mod log;
mod numbers;
mod plans;
mod rows;
mod sends;
mod stage;
mod starts_again;
mod taken_back;
mod upto;
mod wallets;
