//! Compares recovery and verification with k256 on many inputs, and stops at the first difference.
//!
//! `cargo run --release -p quittance-secp --example differential -- [cases] [seed] [known]`. Each case is one input to both; a quarter
//! are honest signatures (some with the other parity or the high twin), the others mixtures of random numbers, edge values,
//! small numbers and x-coordinates of known points, so that every way to refuse is met thousands of times.
//!
//! With the word `known`, plain recovery, which a run without it holds to k256, is what known keys and batches are compared with: for
//! both parities the key that either recovers to, or the signer's, and every case once more in a batch of cases.

use std::time::Instant;

use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use quittance_secp::{KnownKey, Parity, Signed, recover, recover_many, recovers_many, verify};

type Number = [u8; 32];

fn main() {
    let known = std::env::args().any(|text| text == "known");
    let mut arguments = std::env::args().skip(1).filter(|text| text != "known").map(|text| text.parse::<u64>().expect("a number"));
    let cases = arguments.next().unwrap_or(100_000);
    let seed = arguments.next().unwrap_or(1);
    let (mut dice, start, mut tally) = (Dice(seed), Instant::now(), Tally::default());
    if known {
        let tally = known_keys(cases, &mut dice);
        println!("{cases} cases with seed {seed} in {:?}: 0 differences; {tally:?}", start.elapsed());
        return;
    }
    for _ in 0..cases {
        let case = Case::roll(&mut dice);
        tally.add(&case);
    }
    println!("{cases} cases with seed {seed} in {:?}: 0 differences; {tally:?}", start.elapsed());
}

/// Known keys and batches, compared with plain recovery.
fn known_keys(cases: u64, dice: &mut Dice) -> KnownTally {
    let (mut tally, mut left) = (KnownTally::default(), cases);
    while left > 0 {
        // from one to some chunks' worth, so that batches of every shape are met
        let length = left.min(1 + dice.below(100));
        left -= length;
        let batch = (0..length).map(|_| Case::roll(dice)).collect::<Vec<_>>();
        tally.add(&batch);
    }
    tally
}

/// How often each outcome was met.
#[derive(Debug, Default)]
struct KnownTally {
    this_key: u64,
    another_key_or_none: u64,
    batches: u64,
}

impl KnownTally {
    fn add(&mut self, batch: &[Case]) {
        self.batches += 1;
        let plain = batch.iter().map(|Case { z, r, s, odd, .. }| recover(z, r, s, parity(*odd))).collect::<Vec<_>>();
        let mut keys = Vec::with_capacity(batch.len());
        for (case, plain) in batch.iter().zip(&plain) {
            let Case { z, r, s, odd, key } = case;
            let twin = recover(z, r, s, parity(!*odd));
            // the case's own key, or what is recovered; half the time the twin's, which is another's
            let key = key.or(if z[31] & 1 == 0 { *plain } else { twin }).or(*plain).or(twin).unwrap_or(GENERATOR);
            let known = KnownKey::new(&key).expect("a key");
            assert_eq!(known.recovers(z, r, s, parity(*odd)), *plain == Some(key), "a known key differs: {case:x?}");
            assert_eq!(known.recovers(z, r, s, parity(!*odd)), twin == Some(key), "a known key differs on the twin of {case:x?}");
            *if *plain == Some(key) { &mut self.this_key } else { &mut self.another_key_or_none } += 1;
            keys.push((known, key));
        }
        let signed = batch.iter().map(|Case { z, r, s, odd, .. }| Signed::new(z, r, s, parity(*odd))).collect::<Vec<_>>();
        let mut found = Vec::with_capacity(batch.len());
        recover_many(&signed, |key| found.push(key));
        assert_eq!(found, plain, "a batch differs: {batch:x?}");
        let mut verdicts = Vec::with_capacity(batch.len());
        let with_keys = signed.iter().zip(&keys).map(|(signed, (known, _))| (*signed, known)).collect::<Vec<_>>();
        recovers_many(&with_keys, |verdict| verdicts.push(verdict));
        let expected = plain.iter().zip(&keys).map(|(plain, (_, key))| *plain == Some(*key)).collect::<Vec<_>>();
        assert_eq!(verdicts, expected, "a batch of known keys differs: {batch:x?}");
    }
}

fn parity(odd: bool) -> Parity {
    if odd { Parity::Odd } else { Parity::Even }
}

/// The generator: the key of nobody who recovers to none.
const GENERATOR: [u8; 64] = [
    0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d,
    0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98, 0x48, 0x3a, 0xda, 0x77, 0x26, 0xa3, 0xc4, 0x65, 0x5d, 0xa4,
    0xfb, 0xfc, 0x0e, 0x11, 0x08, 0xa8, 0xfd, 0x17, 0xb4, 0x48, 0xa6, 0x85, 0x54, 0x19, 0x9c, 0x47, 0xd0, 0x8f, 0xfb, 0x10, 0xd4,
    0xb8,
];

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
        let recovered = recover(z, r, s, parity(*odd));
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
