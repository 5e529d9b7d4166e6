use k256::ProjectivePoint;
use k256::elliptic_curve::group::CurveAffine as _;

use super::{BASE, BASE_WINDOW, BETA, GENERATOR, Multiples, Shared};
use crate::field::Field;
use crate::point::Affine;
use crate::samples::subgroups;

fn same(a: &Affine, b: &Affine) -> bool {
    a.x.equals(&b.x) && a.y.equals(&b.y)
}

#[test]
fn the_generators_table_is_k256s_multiples() {
    let (mut expected, step) = (ProjectivePoint::GENERATOR, ProjectivePoint::GENERATOR.double());
    for digit in (1..1 << (BASE_WINDOW - 1)).step_by(2) {
        let affine = expected.to_affine();
        let bytes = k256::elliptic_curve::sec1::ToSec1Point::to_sec1_point(&affine, false);
        for (digit, negative) in [(digit, false), (-digit, true)] {
            let Affine { x, y } = BASE.multiple(digit).negate_if(negative);
            assert_eq!([x.to_bytes(), y.to_bytes()].concat(), bytes.as_bytes()[1..], "{digit}");
            let image = BASE.image(digit).negate_if(negative);
            assert!(same(&image, &Affine { x: x.mul(&BETA), y }), "the image of {digit}");
        }
        expected += step;
    }
    assert!(!bool::from(expected.to_affine().is_identity()));
}

/// Both kinds of table for every point of the group of 199, the only one large enough.
#[test]
fn multiples_in_the_group_of_199() {
    let group = subgroups().pop().unwrap();
    for i in 1..199 {
        let (fixed, shared) = (Multiples::<64>::new(&group[i - 1]), Shared::new(&group[i - 1]));
        let (z2, z3) = (shared.z.square(), shared.z.square().mul(&shared.z));
        for digit in (1..128_usize).step_by(2) {
            let expected = group[i * digit % 199 - 1];
            let digit = i16::try_from(digit).unwrap();
            assert!(same(&fixed.multiple(digit), &expected) && same(&fixed.multiple(-digit).negate_if(true), &expected));
            if digit < 16 {
                let expected = Affine { x: expected.x.mul(&z2), y: expected.y.mul(&z3) };
                assert!(same(&shared.multiples.multiple(digit), &expected), "{digit} times point {i}");
                let image = Affine { x: expected.x.mul(&BETA), y: expected.y };
                assert!(same(&shared.multiples.image(-digit).negate_if(true), &image), "{digit} times the image of point {i}");
            }
        }
    }
}

#[test]
fn the_smallest_tables() {
    assert!(same(&Multiples::<1>::new(&GENERATOR).multiple(1), &GENERATOR));
    let two = Multiples::<2>::new(&GENERATOR);
    assert!(same(&two.multiple(3), &BASE.multiple(3)) && same(&two.multiple(1), &GENERATOR));
    assert!(BETA.square().mul(&BETA).equals(&Field::ONE) && !BETA.equals(&Field::ONE));
}
