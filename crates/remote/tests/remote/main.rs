//! A remote facilitator over real connections: what it takes for a verdict, and what for a fault.

mod answers;
mod place;
mod wire;
