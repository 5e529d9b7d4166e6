//! The seam: curve arithmetic on public data, as functions over plain bytes.
//!
//! Everything that recovers or checks a signature goes through the functions below, so what stands behind them can change without a
//! caller noticing. That is `quittance-secp` now, which takes variable time: digests, signatures and public keys are public. It refuses
//! exactly what k256 refuses (its own tests compare the two) and panics on no input. Secrets never come here; they stay in
//! k256's constant-time code, which `secret_key` alone names (`amount` borrows its integers).

pub(super) use quittance_secp::{KnownKey, Parity, Signed, recover, recover_many, recovers_many, verify};
use quittance_secp::{decompress, is_point};

/// The order `n` of the group.
pub(super) const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf,
    0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// `n/2` rounded down, the largest low `s`.
pub(super) const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57,
    0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// The point that SEC 1 bytes stand for, if it is on the curve: x and a parity, or x and y. The callers have checked the first byte
/// and the length.
pub(super) fn decode(sec1: &[u8]) -> Option<[u8; 64]> {
    match sec1 {
        [2, x @ ..] => decompress(x.try_into().ok()?, Parity::Even),
        [3, x @ ..] => decompress(x.try_into().ok()?, Parity::Odd),
        [4, point @ ..] => point.try_into().ok().filter(is_point),
        _ => None,
    }
}
