//! The seam: curve arithmetic on public data, as functions over plain bytes.
//!
//! Everything that recovers or checks a signature goes through the three functions below, and no other file of the crate but
//! `secret_key` names k256's curve (`amount` borrows its integers), so a faster implementation slips in here without a caller
//! noticing. Whatever stands behind the seam must refuse exactly what k256 refuses and must not panic on any input. It may take
//! variable time: digests, signatures and public keys are public. Secrets never come here.

use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

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

/// Whether the y-coordinate of the point that `r` stands for is even or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Parity {
    Even,
    Odd,
}

/// The point (x then y, big-endian) of the key that made the signature.
///
/// `None` if `r` or `s` is out of range, no point has `r` for its x-coordinate, or the key would be the point at infinity. `s` may
/// be high. The x-coordinate is `r` itself and never `r + n`: the chain's `ecrecover` has no way to say so either, and a
/// signer meets such an `r` once in 2^128 signatures.
pub(super) fn recover(prehash: &[u8; 32], r: &[u8; 32], s: &[u8; 32], parity: Parity) -> Option<[u8; 64]> {
    let signature = Signature::from_scalars(*r, *s).ok()?;
    let id = RecoveryId::new(parity == Parity::Odd, false);
    point(&VerifyingKey::recover_from_prehash(prehash, &signature, id).ok()?)
}

/// Whether the ECDSA equation holds for the point. A high `s` may be refused here; the callers have refused it already.
pub(super) fn verify(key: &[u8; 64], prehash: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    let mut sec1 = [4; 65];
    sec1.iter_mut().skip(1).zip(key).for_each(|(to, from)| *to = *from);
    match (VerifyingKey::from_sec1_bytes(&sec1), Signature::from_scalars(*r, *s)) {
        (Ok(key), Ok(signature)) => key.verify_prehash(prehash, &signature).is_ok(),
        _ => false,
    }
}

/// The point that SEC 1 bytes stand for, if it is on the curve. The callers have checked the first byte and the length.
pub(super) fn decode(sec1: &[u8]) -> Option<[u8; 64]> {
    point(&VerifyingKey::from_sec1_bytes(sec1).ok()?)
}

fn point(key: &VerifyingKey) -> Option<[u8; 64]> {
    key.to_sec1_point(false).as_bytes().split_first().and_then(|(_, point)| point.try_into().ok())
}
