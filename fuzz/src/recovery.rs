//! Recovery of a signer, held to two other implementations: k256 and libsecp256k1.
//!
//! Random numbers never meet the cases in which group laws go wrong, so numbers are drawn from where those lie: around zero, the order, half
//! of it, the field's prime, the endomorphism's eigenvalue and powers of two; and signatures are made whose nonce and key are such
//! numbers, so that points which must be added are equal, opposite, or the point at infinity.

use arbitrary::Unstructured;
use k256::elliptic_curve::PrimeField as _;
use k256::elliptic_curve::ops::Reduce as _;
use k256::elliptic_curve::sec1::ToSec1Point as _;
use k256::{FieldBytes, ProjectivePoint, Scalar};
use quittance_core::eip712::Digest;
use quittance_core::signature::{PublicKey, Signature, SignatureError, recover, recover_public_key, verify};
use quittance_core::{Address, keccak256};

use crate::vectors::Vectors;

/// The order of the group.
pub const ORDER: [u8; 32] = number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
/// Half of the order, rounded down.
pub const HALF_ORDER: [u8; 32] = number("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// Numbers around which arithmetic goes wrong.
const LANDMARKS: [[u8; 32]; 8] = [
    [0; 32],
    ORDER,
    HALF_ORDER,
    // the prime of the field
    number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"),
    // the prime less the order: the largest r that has a twin
    number("000000000000000000000000000000014551231950b75fc4402da1722fc9baee"),
    // the endomorphism's eigenvalue, and its square
    number("5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72"),
    number("ac9c52b33fa3cf1f5ad9e3fd77ed9ba4a880b9fc8ec739c2e0cfc810b51283ce"),
    // the generator's x-coordinate
    number("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
];

/// One digest, one signature, three verdicts.
pub fn run(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let Ok((digest, signature)) = draw(&mut bytes) else { return };
    check(&digest, &signature);
}

/// The signatures of the vectors, and each way of making one.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for input in vectors.inputs("evm/signature") {
        let hex = |name: &str| quittance_core::signature::SignatureBytes::parse(input[name].as_str()?).ok();
        if let (Some(digest), Some(signature)) = (hex("digest"), hex("signature"))
            && let Ok(signature) = <[u8; 65]>::try_from(signature.as_bytes())
        {
            let (numbers, v) = signature.split_at(64);
            let mut seed = vec![0, RAW];
            seed.extend(digest.as_bytes());
            seed.push(RAW);
            seed.extend(&numbers[..32]);
            seed.push(RAW);
            seed.extend(&numbers[32..]);
            seed.extend(v);
            seeds.push(seed);
        }
    }
    for way in 0..4 {
        for landmark in 0..LANDMARKS.len() {
            let landmark = u8::try_from(landmark).expect("there are few");
            for off in [0, 1, 2, 128, 255] {
                seeds.push([vec![way], [1 + landmark, off].repeat(4)].concat());
                seeds.push([vec![way, RAW], vec![0x5a; 32], [1 + landmark, off].repeat(3)].concat());
            }
        }
    }
    seeds
}

/// The choice that takes a number as it comes.
const RAW: u8 = 0;

/// A digest and the 65 bytes of a signature of it, or nearly.
pub(crate) fn draw(bytes: &mut Unstructured<'_>) -> arbitrary::Result<([u8; 32], [u8; 65])> {
    let way = bytes.arbitrary::<u8>()? % 4;
    if way == 0 {
        let (digest, r, s) = (draw_number(bytes)?, draw_number(bytes)?, draw_number(bytes)?);
        return Ok((digest, join(r, s, bytes.arbitrary()?)));
    }
    let (digest, key, nonce) = (draw_number(bytes)?, draw_scalar(bytes)?, draw_scalar(bytes)?);
    let point = (ProjectivePoint::GENERATOR * nonce).to_affine().to_sec1_point(false);
    let x = point.x().map_or([0; 32], |x| (*x).into());
    let odd = point.y().is_some_and(|y| y.last().is_some_and(|last| last & 1 == 1));
    let r = reduced(x);
    let inverse = nonce.invert().unwrap_or(Scalar::ZERO);
    let (digest, mut s) = match way {
        // signed as everybody does, but with a nonce of our choice
        1 | 2 => (digest, inverse * (reduced(digest) + r * key)),
        // u1·G and u2·R cancel, so that the key would be the point at infinity
        _ => ((key * nonce).to_bytes().into(), key),
    };
    let mut v = 27 + u8::from(odd);
    let choice = bytes.arbitrary::<u8>()?;
    if choice & 1 == 0 && <[u8; 32]>::from(s.to_bytes()) > HALF_ORDER && way != 3 {
        s = -s;
        v ^= 27 ^ 28;
    }
    let mut signature = join(x, s.to_bytes().into(), v);
    if way == 2 {
        let at = bytes.arbitrary::<u16>()?;
        signature[usize::from(at / 8) % 65] ^= 1 << (at % 8);
    }
    if choice & 2 != 0 {
        signature[64] ^= 27 ^ 28;
    }
    Ok((digest, signature))
}

fn draw_scalar(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Scalar> {
    Ok(reduced(draw_number(bytes)?))
}

fn draw_number(bytes: &mut Unstructured<'_>) -> arbitrary::Result<[u8; 32]> {
    let choice = usize::from(bytes.arbitrary::<u8>()?);
    if choice == usize::from(RAW) {
        return bytes.arbitrary();
    }
    let off = i16::from(bytes.arbitrary::<i8>()?);
    Ok(match LANDMARKS.get(choice - 1) {
        Some(landmark) => moved(*landmark, off),
        None => {
            let mut power = [0; 32];
            power[31 - choice / 8 % 32] = 1 << (choice % 8);
            moved(power, off)
        }
    })
}

/// A number and a small one added, around the corner at 2^256.
fn moved(mut number: [u8; 32], off: i16) -> [u8; 32] {
    let mut carry = off;
    for byte in number.iter_mut().rev() {
        let sum = i16::from(*byte) + carry;
        *byte = u8::try_from(sum.rem_euclid(256)).expect("it is below 256");
        carry = sum.div_euclid(256);
    }
    number
}

fn reduced(number: [u8; 32]) -> Scalar {
    let bytes = FieldBytes::from(number);
    Scalar::from_repr(bytes).into_option().unwrap_or_else(|| Scalar::reduce(&bytes))
}

fn join(r: [u8; 32], s: [u8; 32], v: u8) -> [u8; 65] {
    let mut signature = [v; 65];
    signature[..32].copy_from_slice(&r);
    signature[32..64].copy_from_slice(&s);
    signature
}

fn check(digest: &[u8; 32], bytes: &[u8; 65]) {
    let (r, s, v) = (&bytes[..32], &bytes[32..64], bytes[64]);
    let legal = match () {
        () if !matches!(v, 27 | 28) => Err(SignatureError::RecoveryId),
        () if r == [0; 32] || *r >= ORDER[..] => Err(SignatureError::RangeR),
        () if s == [0; 32] || *s >= ORDER[..] => Err(SignatureError::RangeS),
        () if *s > HALF_ORDER[..] => Err(SignatureError::HighS),
        () => Ok(()),
    };
    let signature = Signature::parse_65(bytes);
    assert_eq!(signature.map(|_| ()), legal);
    let theirs = by_libsecp256k1(digest, bytes);
    let Ok(signature) = signature else {
        if matches!(legal, Err(SignatureError::RangeR | SignatureError::RangeS)) {
            assert_eq!(theirs, None, "they know a key where a number is out of range");
        }
        return;
    };
    let digest = Digest::from_bytes(*digest);
    let ours = recover_public_key(&digest, &signature);
    assert_eq!(ours.as_ref().ok().map(PublicKey::as_bytes), theirs.as_ref(), "libsecp256k1");
    assert_eq!(by_k256(digest.as_bytes(), bytes), theirs, "k256");
    let address = theirs.map(|key| {
        let hash = keccak256(&key);
        Address::from_bytes(*hash.last_chunk().expect("a hash has 32 bytes"))
    });
    match (ours, address) {
        (Ok(key), Some(address)) => {
            assert_eq!(key.address(), address);
            check_others(r[31], &digest, &signature, &key);
        }
        (refusal, _) => {
            assert_eq!(refusal, Err(SignatureError::NotRecoverable));
            assert_eq!(recover(&digest, &signature), Err(SignatureError::NotRecoverable));
            assert_eq!(verify(&digest, &signature, Address::from_bytes([1; 20])), Err(SignatureError::NotRecoverable));
        }
    }
    assert_eq!(verify(&digest, &signature, Address::ZERO), Err(SignatureError::ZeroSigner));
}

/// The other ways to ask the same question, one for each input: each costs as much as the first.
fn check_others(choice: u8, digest: &Digest, signature: &Signature, key: &PublicKey) {
    let address = key.address();
    match choice % 4 {
        0 => assert_eq!(recover(digest, signature), Ok(address)),
        1 => assert_eq!(verify(digest, signature, address), Ok(())),
        2 => assert_eq!(key.verify(digest, signature.r(), signature.s()), Ok(())),
        _ => {
            let mut other = *address.as_bytes();
            other[usize::from(choice) % 20] ^= 1;
            assert_eq!(verify(digest, signature, Address::from_bytes(other)), Err(SignatureError::WrongSigner));
        }
    }
}

pub(crate) fn by_libsecp256k1(digest: &[u8; 32], bytes: &[u8; 65]) -> Option<[u8; 64]> {
    use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};

    let id = RecoveryId::from_u8_masked(bytes[64].wrapping_sub(27) & 1);
    let signature = RecoverableSignature::from_compact(&bytes[..64], id).ok()?;
    let key = signature.recover_ecdsa(secp256k1::Message::from_digest(*digest)).ok()?;
    key.serialize_uncompressed()[1..].try_into().ok()
}

fn by_k256(digest: &[u8; 32], bytes: &[u8; 65]) -> Option<[u8; 64]> {
    use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

    let signature = Signature::from_slice(&bytes[..64]).ok()?;
    let key = VerifyingKey::recover_from_prehash(digest, &signature, RecoveryId::new(bytes[64] == 28, false)).ok()?;
    key.to_sec1_point(false).as_bytes()[1..].try_into().ok()
}

/// A number of 64 hexadecimal digits.
const fn number(digits: &str) -> [u8; 32] {
    let mut number = [0; 32];
    let digits = digits.as_bytes();
    assert!(digits.len() == 64);
    let mut at = 0;
    while at < 64 {
        let digit = match digits[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            letter => letter - b'a' + 10,
        };
        number[at / 2] = number[at / 2] << 4 | digit;
        at += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, wanted: impl Fn(&[u8; 32], &[u8; 65]) -> bool) {
        let seeds = seeds(&Vectors::load());
        let drawn = seeds.iter().filter_map(|seed| draw(&mut Unstructured::new(seed)).ok());
        let count = drawn.filter(|(digest, signature)| wanted(digest, signature)).count();
        assert!(count >= 5, "{name}: {count} seeds");
    }

    /// Random numbers would meet none but the first and the second of these.
    #[test]
    fn the_seeds_reach_every_verdict_and_every_reason_for_refusal() {
        let verdict = |digest: &[u8; 32], signature: &[u8; 65]| {
            Signature::parse_65(signature).and_then(|signature| recover(&Digest::from_bytes(*digest), &signature))
        };
        check("a key", |digest, signature| verdict(digest, signature).is_ok());
        for refusal in [SignatureError::RecoveryId, SignatureError::RangeR, SignatureError::RangeS, SignatureError::HighS] {
            check(refusal.name(), |digest, signature| verdict(digest, signature) == Err(refusal));
        }
        let is_abscissa = |signature: &[u8; 65]| PublicKey::from_sec1(&[&[2], &signature[..32]].concat()).is_ok();
        let nobodys = |digest: &[u8; 32], signature: &[u8; 65]| verdict(digest, signature) == Err(SignatureError::NotRecoverable);
        check("no point", |digest, signature| nobodys(digest, signature) && !is_abscissa(signature));
        check("the point at infinity", |digest, signature| nobodys(digest, signature) && is_abscissa(signature));
    }
}
