//! All of a group: whatever can be equal, opposite or infinite on the way to a sum is so for some of these.

use alloc::vec::Vec;

use super::{SIDE, Summands, sum_all};
use crate::comb::Comb;
use crate::point::{Affine, Jacobian};
use crate::samples::subgroups;
use crate::scalar::{Half, Scalar};
use crate::words::{Words, to_be_bytes};

/// A small group with what its endomorphism multiplies by.
struct Group {
    points: Vec<Affine>,
    lambda: u128,
}

impl Group {
    fn new(points: Vec<Affine>) -> Self {
        let image = points[0].image();
        let at = points.iter().position(|point| same(point, &image)).expect("the endomorphism stays in the group");
        Self { points, lambda: at as u128 + 1 }
    }

    fn order(&self) -> u128 {
        self.points.len() as u128 + 1
    }

    /// What a factor of 256 bits multiplies by here: its halves mean something in every group, their sum modulo `n` does not.
    fn residue(&self, factor: &Scalar) -> u128 {
        let (first, second) = factor.split();
        let signed = |Half { magnitude, negative }| {
            let rest = magnitude % self.order();
            if negative { self.order() - rest } else { rest }
        };
        (signed(first) + self.lambda * signed(second)) % self.order()
    }
}

fn same(a: &Affine, b: &Affine) -> bool {
    a.x.equals(&b.x) && a.y.equals(&b.y)
}

fn check(found: &Jacobian, group: &Group, expected: u128, what: &str) {
    let expected = (expected % group.order()).checked_sub(1).map(|index| &group.points[usize::try_from(index).unwrap()]);
    match (found.to_affine(), expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => assert!(same(&found, expected), "{what}"),
        _ => panic!("{what}: one of two is infinity"),
    }
}

/// Factors small and large, with digits far apart and close together, and some whose halves have a digit above their bits.
fn factors(count: u64) -> Vec<Scalar> {
    let small = (0..count).map(|k| [k, 0, 0, 0]);
    let mixed = |k: u64| [1, 18, 35, 52].map(|turn| k.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(turn));
    let large = (1..count).map(mixed);
    let lambda: Words = [0xdf02_967c_1b23_bd72, 0x122e_22ea_2081_6678, 0xa526_1c02_8812_645a, 0x5363_ad4c_c05c_30e0];
    let halves = [[0, 0, 1, 0], [u64::MAX, u64::MAX, 0, 0], [0, 0xa000_0000_0000_0000, 0, 0], lambda];
    small.chain(large).chain(halves).map(|words| Scalar::reduced(&to_be_bytes(words))).collect()
}

/// Every sum of two multiples, one alone and many side by side.
fn check_group<const BASE: usize, const KEY: usize>(group: &Group, keys: impl Iterator<Item = u128>, factors: &[Scalar]) {
    let base = Comb::<BASE>::new(&group.points[0]);
    for key in keys {
        let comb = Comb::<KEY>::new(&group.points[usize::try_from(key - 1).unwrap()]);
        let pairs = factors.iter().flat_map(|a| factors.iter().map(move |b| (a, b))).collect::<Vec<_>>();
        // chunks of two lengths, so that some sums are left to finish alone
        for (number, chunk) in pairs.chunks(SIDE - 1).enumerate() {
            let chunk = if number % 5 == 0 { &chunk[..chunk.len().min(3)] } else { chunk };
            let mut summands = [const { None }; SIDE];
            for (place, (a, b)) in summands.iter_mut().skip(number % 2).zip(chunk) {
                *place = Some(Summands::new(&base, a, &comb, b));
            }
            let sums = sum_all(&mut summands);
            for ((a, b), sum) in chunk.iter().zip(sums.iter().skip(number % 2)) {
                let expected = group.residue(a) + key * group.residue(b);
                check(sum, group, expected, "side by side");
                check(&Summands::new(&base, a, &comb, b).sum(), group, expected, "alone");
            }
            assert!(number % 2 == 0 || sums[0].is_infinity(), "nothing added up is infinity");
        }
    }
}

#[test]
fn every_sum_in_the_group_of_13() {
    let group = Group::new(subgroups().swap_remove(2));
    assert_eq!(group.order(), 13);
    check_group::<4, 4>(&group, 1..13, &factors(16));
    check_group::<4, 4>(&group, [1, 6].into_iter(), &factors(60));
    // the same side by side where all parts have the same points: no addition in affine coordinates but gets stuck
    check_group::<4, 4>(&group, 1..2, &[factors(2).remove(1); SIDE]);
}

#[test]
fn many_sums_in_the_group_of_199() {
    let group = Group::new(subgroups().swap_remove(3));
    assert_eq!(group.order(), 199);
    check_group::<64, 8>(&group, (1..199).step_by(5), &factors(14));
    check_group::<8, 64>(&group, [1, 2, 92, 106, 197, 198].into_iter(), &factors(100));
}
