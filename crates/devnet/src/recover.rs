//! Whose signature it is, found out once.
//!
//! A payment is simulated before it is sent, by who verifies it and by who settles it, estimated perhaps, and then it runs; and each time its token
//! asks whose the same signature is, which costs more than everything else that it does. As nodes do that remember what their precompiles answered,
//! this one remembers what was recovered a moment ago. What is recovered hangs on nothing but what is asked.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use revm::precompile::{Crypto, DefaultCrypto, PrecompileHalt, install_crypto};

/// How many recoveries are remembered at least, once there were as many.
const REMEMBERED: usize = 4_096;

/// A digest, a signature and which of its keys is meant.
type Asked = ([u8; 32], [u8; 64], u8);

/// Recovers as revm does, and remembers it.
#[derive(Debug, Default)]
struct Remembering(Mutex<Known>);

/// What was recovered since so many others were, and what was before.
#[derive(Debug, Default)]
struct Known {
    new: HashMap<Asked, [u8; 32]>,
    old: HashMap<Asked, [u8; 32]>,
}

impl Known {
    fn find(&self, asked: &Asked) -> Option<[u8; 32]> {
        self.new.get(asked).or_else(|| self.old.get(asked)).copied()
    }

    fn learn(&mut self, asked: Asked, signer: [u8; 32]) {
        if self.new.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(asked, signer);
    }
}

impl Remembering {
    fn with<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Crypto for Remembering {
    fn secp256k1_ecrecover(&self, signature: &[u8; 64], id: u8, digest: &[u8; 32]) -> Result<[u8; 32], PrecompileHalt> {
        let asked = (*digest, *signature, id);
        if let Some(signer) = self.with(|known| known.find(&asked)) {
            return Ok(signer);
        }
        let signer = DefaultCrypto.secp256k1_ecrecover(signature, id, digest)?;
        self.with(|known| known.learn(asked, signer));
        Ok(signer)
    }
}

/// Has signatures recovered once, from now on and by all chains of the process: revm keeps one such thing for all. Where somebody else has installed
/// another, that one stays.
pub(crate) fn once() {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    INSTALLED.get_or_init(|| install_crypto(Remembering::default()));
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{U256, keccak256};

    use super::*;

    fn number(of: u8) -> [u8; 32] {
        U256::from(of).to_be_bytes()
    }

    #[test]
    fn what_is_remembered_is_what_was_recovered() {
        let crypto = Remembering::default();
        let mut different = std::collections::BTreeSet::new();
        for of in 1..=8 {
            // whatever a signature is, it is somebody's for about every second r
            let signature: [u8; 64] = [keccak256([of]).0, number(of)].concat().try_into().unwrap();
            for (id, digest) in [(0, number(1)), (1, number(1)), (0, number(2))] {
                let expected = DefaultCrypto.secp256k1_ecrecover(&signature, id, &digest).ok();
                for _ in 0..3 {
                    assert_eq!(crypto.secp256k1_ecrecover(&signature, id, &digest).ok(), expected);
                }
                different.extend(expected);
            }
        }
        assert!(different.len() > 3 && different.len() == crypto.with(|known| known.new.len()));
    }

    #[test]
    fn there_are_only_so_many() {
        let mut known = Known::default();
        let asked = |of: usize| (U256::from(of).to_be_bytes(), [0; 64], 0);
        for of in 0..REMEMBERED * 3 {
            known.learn(asked(of), number(1));
        }
        assert_eq!((known.new.len(), known.old.len()), (REMEMBERED, REMEMBERED));
        assert!(known.find(&asked(REMEMBERED * 3 - 1)).is_some() && known.find(&asked(REMEMBERED * 2 - 1)).is_some());
        assert!(known.find(&asked(REMEMBERED - 1)).is_none());
    }
}
