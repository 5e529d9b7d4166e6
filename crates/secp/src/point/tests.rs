//! The formulas know nothing of the curve's `b`, so they are tested completely where that is possible: on subgroups of 3 to 199
//! points of other curves `y^2 = x^3 + b` over the same field, every pair of points in several spellings.

use alloc::vec::Vec;

use super::{Affine, Jacobian, Sum};
use crate::field::Field;
use crate::samples::subgroups;

/// A few nonzero factors for `Z` and the detours.
fn units() -> [Field; 3] {
    [Field::ONE, Field::ONE.negate(), Field::from_words([0x1234_5678_9abc_def0, u64::MAX, 3, u64::MAX])]
}

/// A spelling of the multiple with a given `Z`.
fn spell(point: Option<&Affine>, z: &Field) -> Jacobian {
    let square = z.square();
    match point {
        None => Jacobian { x: square, y: square.mul(z), z: Field::ZERO },
        Some(Affine { x, y }) => Jacobian { x: x.mul(&square), y: y.mul(&square.mul(z)), z: *z },
    }
}

fn check(found: Jacobian, expected: Option<&Affine>, what: &str) {
    match (found.to_affine(), expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => assert!(found.x.equals(&expected.x) && found.y.equals(&expected.y), "{what}"),
        _ => panic!("{what}: one of two is infinity"),
    }
}

#[test]
fn every_doubling_and_addition_in_small_groups() {
    for group in subgroups() {
        let order = group.len() + 1;
        // 0 is infinity, i is i P
        let at = |i: usize| (i % order).checked_sub(1).map(|i| &group[i]);
        for z in units() {
            for i in 0..order {
                let point = spell(at(i), &z);
                check(point.negative_double(), at(2 * (order - i)), "doubling");
                for j in 1..order {
                    let other = at(j).unwrap();
                    check(point.negative_add(other), at(2 * order - i - j), "addition");
                    if order < 100 {
                        check_detours(&point, other, at(2 * order - i - j));
                    }
                }
            }
        }
    }
}

/// The addition on the image under `(x, y) -> (x / u^2, y / u^3)`.
fn check_detours(point: &Jacobian, other: &Affine, expected: Option<&Affine>) {
    for u in units() {
        let image = Jacobian { z: point.z.mul(&u.inverse()), ..*point };
        let Jacobian { x, y, z } = image.negative_add_in(other, &image.z.mul(&u), &u);
        check(Jacobian { x, y, z: z.mul(&u) }, expected, "addition with a detour");
    }
}

#[test]
fn a_sum_keeps_its_sign() {
    for group in subgroups() {
        let order = group.len() + 1;
        let at = |i: usize| (i % order).checked_sub(1).map(|i| &group[i]);
        for steps in 0..200_usize {
            // the bits of `steps`: 1 doubles and adds P, 0 doubles
            let (mut sum, mut count) = (Sum::ZERO, 0);
            for bit in (0..8).rev().map(|i| steps >> i & 1) {
                sum.double();
                count *= 2;
                if bit == 1 {
                    sum.add(&group[0]);
                    count += 1;
                }
            }
            check(sum.value(), at(count), "double and add");
        }
    }
}

#[test]
fn the_groups_are_groups() {
    let orders: Vec<_> = subgroups().iter().map(|group| group.len() + 1).collect();
    assert_eq!(orders, [3, 7, 13, 199]);
}
