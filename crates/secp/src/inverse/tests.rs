use proptest::prelude::{prop_assert_eq, proptest};

use super::{Modulus, by_division_steps, halving};
use crate::samples::{edges, words};
use crate::words::{Words, less4, sub4};

/// `p` and `n`, by what they lack of 2^256.
const MODULI: [Modulus; 2] =
    [Modulus::complement([0x1_0000_03d1, 0, 0]), Modulus::complement([0x402d_a173_2fc9_bebf, 0x4551_2319_50b7_5fc4, 1])];

fn check(value: Words) -> Result<(), proptest::test_runner::TestCaseError> {
    for modulus in &MODULI {
        let value = if less4(value, modulus.words) { value } else { sub4(value, modulus.words).0 };
        prop_assert_eq!(halving::inverse(value, modulus.words), by_division_steps(value, modulus));
    }
    Ok(())
}

#[test]
fn both_ways_find_the_inverses_of_edge_values() {
    for value in edges() {
        check(value).unwrap();
    }
}

proptest! {
    #[test]
    fn both_ways_find_one_inverse(value in words()) {
        check(value)?;
    }
}
