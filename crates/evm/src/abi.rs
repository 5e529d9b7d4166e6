//! The few calls, answers and events of questions and settlements, in Solidity's ABI.

mod read;

use alloc::vec::Vec;

use quittance_core::{Address, UnixSeconds};

pub use read::AbiError;
pub(crate) use read::{Reader, flag};

/// `transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)`
pub(crate) const TRANSFER_WITH_SIGNATURE: [u8; 4] = [0xe3, 0xee, 0x16, 0x0e];
/// `transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)`
pub(crate) const TRANSFER_WITH_BYTES: [u8; 4] = [0xcf, 0x09, 0x29, 0x95];

/// `settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)` of the proxy of `exact`
pub(crate) const SETTLE_EXACT: [u8; 4] = [0x13, 0xcd, 0x3b, 0x53];
/// `settle(((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)` of the proxy of `upto`
pub(crate) const SETTLE_UPTO: [u8; 4] = [0xff, 0x11, 0xe7, 0xb4];

/// `settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),address,(address,uint256),bytes)` of the
/// proxy of `exact`
pub(crate) const SETTLE_EXACT_WITH_PERMIT: [u8; 4] = [0xfa, 0x34, 0x03, 0x78];
/// `settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)`
/// of the proxy of `upto`
pub(crate) const SETTLE_UPTO_WITH_PERMIT: [u8; 4] = [0x01, 0x6c, 0x17, 0x48];

/// `approve(address,uint256)`
pub(crate) const APPROVE: [u8; 4] = [0x09, 0x5e, 0xa7, 0xb3];
/// `nonces(address)`
pub(crate) const NONCES: [u8; 4] = [0x7e, 0xce, 0xbe, 0x00];
/// `balanceOf(address)`
pub(crate) const BALANCE_OF: [u8; 4] = [0x70, 0xa0, 0x82, 0x31];
/// `allowance(address,address)`
pub(crate) const ALLOWANCE: [u8; 4] = [0xdd, 0x62, 0xed, 0x3e];
/// `authorizationState(address,bytes32)`
pub(crate) const AUTHORIZATION_STATE: [u8; 4] = [0xe9, 0x4a, 0x01, 0x02];
/// `nonceBitmap(address,uint256)`
pub(crate) const NONCE_BITMAP: [u8; 4] = [0x4f, 0xe0, 0x2b, 0x44];
/// `isValidSignature(bytes32,bytes)`
pub(crate) const IS_VALID_SIGNATURE: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];
/// What it returns for a signature that is valid: its own selector, as `bytes4` in a word.
pub(crate) const MAGIC: [u8; 32] = {
    let mut word = [0; 32];
    [word[0], word[1], word[2], word[3]] = IS_VALID_SIGNATURE;
    word
};
/// `aggregate3((address,bool,bytes)[])`
pub(crate) const AGGREGATE3: [u8; 4] = [0x82, 0xad, 0x56, 0xcb];

/// `Settled()`
pub(crate) const SETTLED: [u8; 32] = [
    0x97, 0x08, 0x8e, 0xc3, 0x60, 0x6c, 0xfe, 0x8c, 0xc1, 0x12, 0x18, 0x05, 0x70, 0xd0, 0x3f, 0xcd, 0xe0, 0x5f, 0x9b, 0x8e, 0x1b,
    0xfe, 0xf8, 0xe2, 0x77, 0x84, 0xea, 0xf5, 0xdd, 0x56, 0x91, 0xb6,
];
/// `SettledWithPermit()`
pub(crate) const SETTLED_WITH_PERMIT: [u8; 32] = [
    0xde, 0x5b, 0x89, 0xd1, 0x0f, 0xc8, 0x00, 0xc4, 0x59, 0x32, 0x9c, 0x38, 0x2f, 0xab, 0xfc, 0xad, 0x0b, 0xe0, 0xed, 0x7e, 0x53,
    0x28, 0xe0, 0x1f, 0xae, 0x04, 0xe5, 0x07, 0xb0, 0x9e, 0xf5, 0xd8,
];
/// `Transfer(address,address,uint256)`
pub(crate) const TRANSFER: [u8; 32] = [
    0xdd, 0xf2, 0x52, 0xad, 0x1b, 0xe2, 0xc8, 0x9b, 0x69, 0xc2, 0xb0, 0x68, 0xfc, 0x37, 0x8d, 0xaa, 0x95, 0x2b, 0xa7, 0xf1, 0x63,
    0xc4, 0xa1, 0x16, 0x28, 0xf5, 0x5a, 0x4d, 0xf5, 0x23, 0xb3, 0xef,
];
/// `AuthorizationUsed(address,bytes32)`
pub(crate) const AUTHORIZATION_USED: [u8; 32] = [
    0x98, 0xde, 0x50, 0x35, 0x28, 0xee, 0x59, 0xb5, 0x75, 0xef, 0x0c, 0x0a, 0x25, 0x76, 0xa8, 0x24, 0x97, 0xbf, 0xc0, 0x29, 0xa5,
    0x68, 0x5b, 0x20, 0x9e, 0x9e, 0xc3, 0x33, 0x47, 0x9b, 0x10, 0xa5,
];

/// Arguments of a call, word by word.
pub(crate) struct Arguments(Vec<u8>);

impl Arguments {
    pub(crate) fn new() -> Self {
        // as many words as a transfer has, so that they are not moved again and again
        Self(Vec::with_capacity(9 * 32))
    }

    pub(crate) fn word(mut self, word: [u8; 32]) -> Self {
        self.0.extend(word);
        self
    }

    pub(crate) fn address(self, address: Address) -> Self {
        self.word(address_word(address))
    }

    pub(crate) fn seconds(self, time: UnixSeconds) -> Self {
        self.word(number_word(time.as_secs()))
    }

    /// `bytes32 r, bytes32 s, uint8 v` of `r ‖ s ‖ v`.
    pub(crate) fn signature_then_v(mut self, signature: &[u8; 65]) -> Self {
        let [rs @ .., v] = signature;
        self.0.extend(rs);
        self.word(number_word((*v).into()))
    }

    /// `uint8 v, bytes32 r, bytes32 s` of `r ‖ s ‖ v`.
    pub(crate) fn signature(mut self, signature: &[u8; 65]) -> Self {
        let [rs @ .., v] = signature;
        self = self.word(number_word((*v).into()));
        self.0.extend(rs);
        self
    }

    /// A size or an offset, in bytes, or a count.
    pub(crate) fn size(self, size: usize) -> Self {
        self.word(number_word(size as u64))
    }

    /// `bytes` as the last argument, and the only dynamic one: where it begins, and itself.
    pub(crate) fn tail(self, bytes: &[u8]) -> Self {
        let words = self.0.len() + 32;
        self.size(words).bytes(bytes)
    }

    /// How long it is, and its content, padded to whole words.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let mut out = self.size(bytes.len());
        out.0.extend(bytes);
        out.0.resize(out.0.len().next_multiple_of(32), 0);
        out
    }

    pub(crate) fn call(self, selector: [u8; 4]) -> Vec<u8> {
        let mut data = Vec::with_capacity(4 + self.0.len());
        data.extend(selector);
        data.extend(self.0);
        data
    }
}

pub(crate) fn address_word(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(12).zip(address.as_bytes()) {
        *to = *from;
    }
    word
}

fn number_word(number: u64) -> [u8; 32] {
    quittance_core::Amount::from_u64(number).to_be_bytes()
}
