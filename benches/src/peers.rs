//! The same two questions put to others: libsecp256k1, k256 as released, and alloy, which is what the Rust implementations of x402
//! run.
//!
//! Each gets its input parsed into its own types beforehand and returns its own type, which is the cheapest way to use it; that the
//! answer is right is found out once, when the call is made.

use std::hint::black_box;

use alloy_primitives::B256;
use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use quittance_core::signature::Signature;
use secp256k1::Message;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};

use crate::inputs::{Buyer, Fault, buyer};
use crate::path::{Call, Path, Side};
use crate::paths::{RECOVERED, VERIFIED};

pub(crate) const PEERS: &[Path] = &[
    peer("libsecp256k1-recover", "libsecp256k1 (C): recover the key", RECOVERED, libsecp256k1_recover),
    peer("libsecp256k1-verify", "libsecp256k1 (C): verify with the key known", VERIFIED, libsecp256k1_verify),
    peer("k256-recover", "k256 0.14: recover the key", RECOVERED, k256_recover),
    peer("k256-verify", "k256 0.14: verify with the key known", VERIFIED, k256_verify),
    peer("alloy-recover", "alloy 1 (k256 0.13): recover the address", RECOVERED, alloy_recover),
];

const FAILED: &str = "failed";

const fn peer(name: &'static str, about: &'static str, verdict: &'static str, make: fn(u8) -> Call) -> Path {
    Path::new(Side::Peer, name, about, verdict, make)
}

fn verdict<T, E>(answer: Result<T, E>, verdict: &'static str) -> &'static str {
    match black_box(answer) {
        Ok(_) => verdict,
        Err(_) => FAILED,
    }
}

fn libsecp256k1_recover(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    let (message, id) = (Message::from_digest(*digest.as_bytes()), RecoveryId::from_u8_masked(parity(&signature)));
    let signature = RecoverableSignature::from_compact(&compact(&signature), id).expect("r and s in range");
    let found = signature.recover(message).expect("a key");
    assert_eq!(found.serialize_uncompressed().get(1..), Some(&key.as_bytes()[..]));
    Call::new(move || verdict(black_box(&signature).recover(black_box(message)), RECOVERED))
}

fn libsecp256k1_verify(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    let message = Message::from_digest(*digest.as_bytes());
    let signature = secp256k1::ecdsa::Signature::from_compact(&compact(&signature)).expect("r and s in range");
    let key = secp256k1::PublicKey::from_slice(&sec1(key.as_bytes())).expect("a point");
    Call::new(move || verdict(black_box(&signature).verify(black_box(message), black_box(&key)), VERIFIED))
}

fn k256_recover(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    let id = k256::ecdsa::RecoveryId::new(parity(&signature) == 1, false);
    let signature = k256::ecdsa::Signature::from_slice(&compact(&signature)).expect("r and s in range");
    let recover =
        move || k256::ecdsa::VerifyingKey::recover_from_prehash(black_box(digest.as_bytes()), black_box(&signature), black_box(id));
    let found = recover().expect("a key");
    assert_eq!(found.to_sec1_point(false).as_bytes().get(1..), Some(&key.as_bytes()[..]));
    Call::new(move || verdict(recover(), RECOVERED))
}

fn k256_verify(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    let signature = k256::ecdsa::Signature::from_slice(&compact(&signature)).expect("r and s in range");
    let key = k256::ecdsa::VerifyingKey::from_sec1_bytes(&sec1(key.as_bytes())).expect("a point");
    Call::new(move || verdict(black_box(&key).verify_prehash(black_box(digest.as_bytes()), black_box(&signature)), VERIFIED))
}

fn alloy_recover(index: u8) -> Call {
    let Buyer { address, digest, signature, .. } = buyer(index, Fault::None);
    let prehash = B256::from(*digest.as_bytes());
    let signature = alloy_primitives::Signature::from_bytes_and_parity(&compact(&signature), parity(&signature) == 1);
    let found = signature.recover_address_from_prehash(&prehash).expect("an address");
    assert_eq!(&found.0.0, address.as_bytes());
    Call::new(move || verdict(black_box(&signature).recover_address_from_prehash(black_box(&prehash)), RECOVERED))
}

fn compact(signature: &Signature) -> [u8; 64] {
    let mut compact = [0; 64];
    compact.iter_mut().zip(signature.r().iter().chain(signature.s())).for_each(|(to, from)| *to = *from);
    compact
}

/// 0 for even, 1 for odd.
fn parity(signature: &Signature) -> u8 {
    signature.v() - 27
}

fn sec1(point: &[u8; 64]) -> [u8; 65] {
    let mut sec1 = [4; 65];
    sec1.iter_mut().skip(1).zip(point).for_each(|(to, from)| *to = *from);
    sec1
}
