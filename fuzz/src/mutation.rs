//! Mutations of inputs that are the same in every run and on every machine.

/// A small generator of numbers (splitmix64); nothing here is secret.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator whose numbers depend on nothing but the seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound, or zero if there is none.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a length fits into 64 bits").max(1);
        usize::try_from(self.next() % bound).expect("it is below a length")
    }
}

/// Bytes that mean something to one of the readers.
const TELLING: &[u8] = b"\0\x01\x1b\x1c\x7f\x80\xff{}[]\",:\\/%?#@.-+=_ \t\n0123456789abcdefxABCDEFnulltrue";

/// An input made of one of `seeds` by one to four small changes.
#[must_use]
pub fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds.get(random.below(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..=random.below(4) {
        change(&mut bytes, seeds, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(16)).min(bytes.len());
    let telling = TELLING[random.below(TELLING.len())];
    match random.below(9) {
        _ if bytes.is_empty() => bytes.push(telling),
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = telling,
        2 => bytes.insert(at, telling),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at),
        5 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        6 => {
            let to = random.below(bytes.len());
            bytes.swap(at, to);
        }
        7 => bytes[at] = bytes[at].wrapping_add(1),
        _ => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len());
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
    }
}
