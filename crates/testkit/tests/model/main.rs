//! The model chain is held against the sandbox chain, and its faults do what they are called.

mod calls;
mod faults;
mod sandbox;
mod side_by_side;
