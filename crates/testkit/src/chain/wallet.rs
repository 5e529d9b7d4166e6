//! Accounts that answer for themselves by code.

use quittance_core::Address;
use quittance_core::chain::ChainAnswer;
use quittance_core::eip712::Digest;
use quittance_core::signature::{Form, Signature, verify};

use super::WALLET;
use super::state::{Code, State};

/// Whether the code at an address takes a signature for its own (ERC-1271); no code takes none.
pub(super) fn agrees(state: &State, wallet: Address, digest: &Digest, bytes: &[u8]) -> bool {
    let owner = match state.code.get(&wallet) {
        Some(Code::Wallet { owner }) => *owner,
        // such an account never ran the constructor, and is its own owner
        Some(Code::Delegated(to)) if *to == WALLET => wallet,
        _ => return false,
    };
    Signature::from_bytes(bytes, Form::Full).is_ok_and(|signature| verify(digest, &signature, owner).is_ok())
}

/// What the code at an address says to a signature.
pub(super) fn answer(state: &State, wallet: Address, digest: &Digest, bytes: &[u8]) -> ChainAnswer {
    match state.code.get(&wallet) {
        Some(Code::Wallet { .. } | Code::Delegated(_)) => ChainAnswer::Flag(agrees(state, wallet, digest, bytes)),
        // nothing that could be read
        _ => ChainAnswer::Failed(Vec::new()),
    }
}
