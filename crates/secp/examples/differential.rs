//! Compares recovery and verification with k256 on many inputs, and stops at the first difference.
//!
//! `cargo run --release -p quittance-secp --example differential -- [cases] [seed]`. Each case is one input to both; a quarter
//! are honest signatures (some with the other parity or the high twin), the others mixtures of random numbers, edge values,
//! small numbers and x-coordinates of known points, so that every way to refuse is met thousands of times.

use std::time::Instant;

use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use quittance_secp::{Parity, recover, verify};

type Number = [u8; 32];

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let cases = arguments.next().unwrap_or(100_000);
    let seed = arguments.next().unwrap_or(1);
    let (mut dice, start, mut tally) = (Dice(seed), Instant::now(), Tally::default());
    for _ in 0..cases {
        let case = Case::roll(&mut dice);
        tally.add(&case);
    }
    println!("{cases} cases with seed {seed} in {:?}: 0 differences; {tally:?}", start.elapsed());
}

/// How often each outcome was met.
#[derive(Debug, Default)]
struct Tally {
    recovered: u64,
    no_recovery: u64,
    verified: u64,
    not_verified: u64,
}

impl Tally {
    /// Compares one case; a difference ends the run.
    fn add(&mut self, case: &Case) {
        let Case { z, r, s, odd, key } = case;
        let parity = if *odd { Parity::Odd } else { Parity::Even };
        let recovered = recover(z, r, s, parity);
        assert_eq!(recovered, k256_recovers(case), "recovery differs: {case:x?}");
        *if recovered.is_some() { &mut self.recovered } else { &mut self.no_recovery } += 1;
        // the case's own key, or else what was recovered
        let key = key.or(recovered).unwrap_or([1; 64]);
        let verified = verify(&key, z, r, s);
        assert_eq!(verified, k256_verifies(&key, case), "verification differs: {case:x?}");
        *if verified { &mut self.verified } else { &mut self.not_verified } += 1;
    }
}

#[derive(Debug)]
struct Case {
    z: Number,
    r: Number,
    s: Number,
    odd: bool,
    key: Option<[u8; 64]>,
}

impl Case {
    fn roll(dice: &mut Dice) -> Self {
        let (z, odd) = (dice.number(), dice.below(2) == 1);
        if let (0, Ok(signer)) = (dice.below(4), SigningKey::from_slice(&dice.number())) {
            let (signature, id) = signer.sign_prehash_recoverable(&z);
            let (r, s) = (signature.r().to_bytes().into(), signature.s().to_bytes().into());
            let key = Some(point(signer.verifying_key()));
            return match dice.below(8) {
                0 => Self { z, r, s, odd: !id.is_y_odd(), key },
                1 => Self { z, r, s: (-*signature.s()).to_bytes().into(), odd: !id.is_y_odd(), key },
                2 => Self { z: dice.number(), r, s, odd: id.is_y_odd(), key },
                _ => Self { z, r, s, odd: id.is_y_odd(), key },
            };
        }
        let (r, s) = (dice.number(), dice.number());
        // equal numbers meet at infinity and in doublings
        match dice.below(8) {
            0 => Self { z, r, s: z, odd, key: None },
            1 => Self { z: r, r, s: r, odd, key: None },
            _ => Self { z, r, s, odd, key: None },
        }
    }
}

/// splitmix64: enough to mix cases, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn number(&mut self) -> Number {
        let words = match self.below(12) {
            0 => [0, 0, 0, self.below(20)],
            1 => [0, 0, self.next(), self.next()],
            2 => near(N, self),
            3 => near(P, self),
            4 => [u64::MAX, u64::MAX, self.next(), self.next()],
            5 => {
                // the x-coordinate of a small multiple of the generator, for which sums collide
                let mut secret = [0; 32];
                secret[31] = u8::try_from(1 + self.below(40)).expect("small");
                let key = SigningKey::from_slice(&secret).expect("small and not zero");
                return point(key.verifying_key())[..32].try_into().expect("half of 64");
            }
            6 => [0; 4].map(|_| [0, 1, u64::MAX, 1 << 63][usize::try_from(self.below(4)).expect("small")]),
            _ => [0; 4].map(|_| self.next()),
        };
        bytes(words)
    }
}

/// The order, most significant word first.
const N: [u64; 4] = [u64::MAX, 0xffff_ffff_ffff_fffe, 0xbaae_dce6_af48_a03b, 0xbfd2_5e8c_d036_4141];
/// The field's modulus.
const P: [u64; 4] = [u64::MAX, u64::MAX, u64::MAX, 0xffff_fffe_ffff_fc2f];

/// A number within ten of this one.
fn near([high, next, below, low]: [u64; 4], dice: &mut Dice) -> [u64; 4] {
    [high, next, below, low.wrapping_add(dice.below(21)).wrapping_sub(10)]
}

fn bytes(words: [u64; 4]) -> Number {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).zip(words).for_each(|(to, word)| to.copy_from_slice(&word.to_be_bytes()));
    bytes
}

fn point(key: &VerifyingKey) -> [u8; 64] {
    key.to_sec1_point(false).as_bytes()[1..].try_into().expect("x and y")
}

fn k256_recovers(case: &Case) -> Option<[u8; 64]> {
    let signature = Signature::from_scalars(case.r, case.s).ok()?;
    let id = RecoveryId::new(case.odd, false);
    Some(point(&VerifyingKey::recover_from_prehash(&case.z, &signature, id).ok()?))
}

fn k256_verifies(key: &[u8; 64], case: &Case) -> bool {
    match (VerifyingKey::from_sec1_bytes(&[&[4][..], key].concat()), Signature::from_scalars(case.r, case.s)) {
        (Ok(key), Ok(signature)) => key.verify_prehash(&case.z, &signature).is_ok(),
        _ => false,
    }
}
