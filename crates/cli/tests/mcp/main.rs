//! `quittance mcp` as a process between a host and a server of tools, at a facilitator that settles on a sandbox chain.
#![cfg(unix)]

mod host;
mod trials;
mod trouble;
mod world;
