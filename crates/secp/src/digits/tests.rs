use alloc::vec::Vec;

use proptest::prelude::{any, proptest};

use super::{POSITIONS, each_digit};
use crate::scalar::Half;

/// The digits add up to the factor and keep their distance.
fn check(width: u32, magnitude: u128, negative: bool) {
    let mut digits = Vec::new();
    each_digit(Half { magnitude, negative }, width, |position, digit| digits.push((position, digit)));
    let (mut sum, mut last) = (k256::Scalar::ZERO, None);
    for position in (0..POSITIONS).rev() {
        sum = sum + sum;
        if digits.last().is_some_and(|(at, _)| *at == position) {
            let (_, digit) = digits.pop().unwrap();
            let size = k256::Scalar::from(u64::from(digit.unsigned_abs()));
            sum += if digit < 0 { -size } else { size };
            assert!(digit % 2 != 0 && digit.unsigned_abs() < 1 << (width - 1));
            assert!(last.is_none_or(|last| last >= position + width as usize));
            last = Some(position);
        }
    }
    assert!(digits.is_empty());
    let expected = k256::Scalar::from(magnitude);
    assert_eq!(sum, if negative { -expected } else { expected });
}

#[test]
fn digits_of_edge_factors() {
    for shift in 0..128 {
        for magnitude in [1 << shift, u128::MAX >> shift, u128::MAX << shift, (1 << shift) + 1, (u128::MAX / 3) >> shift, 0] {
            for width in 2..15 {
                check(width, magnitude, width % 2 == 0);
            }
        }
    }
}

proptest! {
    #[test]
    fn digits_of_any_factor(magnitude in any::<u128>(), width in 2..15_u32, negative in any::<bool>()) {
        check(width, magnitude, negative);
    }
}
