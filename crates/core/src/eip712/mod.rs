//! EIP-712 typed data.
