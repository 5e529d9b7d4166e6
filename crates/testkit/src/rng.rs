//! Randomness that can be had again: everything random in a schedule comes from one seed.

/// A stream of numbers that a seed determines (SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
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

    /// A number below `end`; zero where there is none. The bias of a remainder does not matter to a schedule.
    pub const fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    /// The same, for what counts in thousandths.
    #[expect(clippy::cast_possible_truncation, reason = "it is below a number of that size")]
    pub const fn below_u32(&mut self, end: u32) -> u32 {
        self.below(end as u64) as u32
    }

    /// One of the numbers from `low` to `high`, both included.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True so many times in a thousand.
    pub const fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille as u64
    }

    /// One of some things.
    ///
    /// # Panics
    ///
    /// Where there is nothing to choose from.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let place = usize::try_from(self.below(things.len() as u64)).expect("it is below a length");
        things.get(place).expect("there is something to choose from")
    }

    /// A stream of its own for a part, which the rest does not disturb.
    pub const fn fork(&mut self) -> Self {
        Self(self.next())
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.next().to_le_bytes()[0])
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn a_seed_is_its_stream() {
        let stream = |seed| {
            let mut rng = Rng::new(seed);
            [rng.next(), rng.next(), rng.next()]
        };
        // the first numbers of the published generator for the seed 1234567
        assert_eq!(stream(1_234_567), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
        assert_ne!(stream(1), stream(2));
    }

    #[test]
    fn bounds_hold() {
        let mut rng = Rng::new(7);
        assert!((0..1_000).all(|_| (3..=5).contains(&rng.between(3, 5))));
        assert!((0..1_000).all(|_| rng.chance(1_000) && !rng.chance(0)));
        assert_eq!(rng.below(0), 0);
    }
}
