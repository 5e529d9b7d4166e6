use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce as _;
use k256::elliptic_curve::sec1::{FromSec1Point as _, ToSec1Point as _};
use k256::{AffinePoint, ProjectivePoint, Sec1Point};
use proptest::prelude::{Strategy, any, proptest};

use super::{POSITIONS, sum_of_products, write_digits};
use crate::field::Field;
use crate::point::Affine;
use crate::samples::{edges, words};
use crate::scalar::{Half, Scalar};
use crate::words::{Words, to_be_bytes};

/// The point `k G`, from k256.
fn point(k: k256::Scalar) -> (ProjectivePoint, Affine) {
    let theirs = ProjectivePoint::GENERATOR * k;
    let bytes = theirs.to_affine().to_sec1_point(false);
    let coordinate = |bytes: Option<&k256::FieldBytes>| Field::from_bytes(&(*bytes.unwrap()).into()).unwrap();
    (theirs, Affine { x: coordinate(bytes.x()), y: coordinate(bytes.y()) })
}

fn check(base: Words, factor: Words, k: k256::Scalar) {
    let [base, factor] = [base, factor].map(to_be_bytes);
    let (theirs, ours) = point(k);
    let [u, v] = [base, factor].map(|bytes| k256::Scalar::reduce(&k256::FieldBytes::from(bytes)));
    let expected = (ProjectivePoint::GENERATOR * u + theirs * v).to_affine().to_sec1_point(false);
    let found = sum_of_products(&Scalar::reduced(&base), &Scalar::reduced(&factor), &ours);
    let found = found.to_affine().map(|point| [point.x.to_bytes(), point.y.to_bytes()].concat());
    assert_eq!(found.as_deref(), expected.as_bytes().get(1..).filter(|bytes| !bytes.is_empty()), "{base:x?} {factor:x?} {k:?}");
}

/// Points that are small multiples of the generator or of its images make the sum meet the very points that are added to it,
/// their negatives, and infinity.
#[test]
fn collisions_on_the_way() {
    let lambda = k256::Scalar::from_repr(k256::FieldBytes::from(to_be_bytes([
        0xdf02_967c_1b23_bd72,
        0x122e_22ea_2081_6678,
        0xa526_1c02_8812_645a,
        0x5363_ad4c_c05c_30e0,
    ])))
    .unwrap();
    for k in [1_u64, 2, 3, 4, 16].map(k256::Scalar::from) {
        for k in [k, -k, k * lambda, -k * lambda, k * lambda.square()] {
            for a in edges().filter(|a| a[3] == u64::MAX || a[3] == 0) {
                for b in edges().filter(|b| b[3] == u64::MAX || b[3] == 0) {
                    check(a, b, k);
                }
            }
            for a in 0..8 {
                for b in 0..8 {
                    check([a, 0, 0, 0], [b, 0, 0, 0], k);
                    check([a, 0, b, 0], [b, 0, a, 0], k);
                }
            }
        }
    }
}

/// The digits add up to the factor and keep their distance, for factors at both ends of the range.
fn check_digits<const WIDTH: u32>(magnitude: u128, negative: bool) {
    let mut columns = [[0; 4]; POSITIONS];
    write_digits::<2, WIDTH>(&mut columns, Half { magnitude, negative });
    let (mut sum, mut last) = (k256::Scalar::ZERO, None);
    for (position, column) in columns.iter().enumerate().rev() {
        let digit = column[2];
        let size = k256::Scalar::from(u64::from(digit.unsigned_abs()));
        sum = sum + sum + if digit < 0 { -size } else { size };
        assert!(digit == 0 || digit % 2 != 0 && digit.unsigned_abs() < 1 << (WIDTH - 1));
        assert!(column[0] == 0 && column[1] == 0 && column[3] == 0);
        if digit != 0 {
            assert!(last.is_none_or(|last| last >= position + WIDTH as usize));
            last = Some(position);
        }
    }
    let expected = k256::Scalar::from(magnitude);
    assert_eq!(sum, if negative { -expected } else { expected });
}

#[test]
fn digits_of_edge_factors() {
    for shift in 0..128 {
        for magnitude in [1 << shift, u128::MAX >> shift, u128::MAX << shift, (1 << shift) + 1, (u128::MAX / 3) >> shift, 0] {
            check_digits::<5>(magnitude, false);
            check_digits::<8>(magnitude, true);
            check_digits::<12>(magnitude, false);
            check_digits::<14>(magnitude, true);
        }
    }
}

fn scalars() -> impl Strategy<Value = k256::Scalar> {
    words().prop_map(|k| k256::Scalar::reduce(&k256::FieldBytes::from(to_be_bytes(k))))
}

proptest! {
    #[test]
    fn digits_of_any_factor(magnitude in any::<u128>(), negative in any::<bool>()) {
        check_digits::<5>(magnitude, negative);
        check_digits::<12>(magnitude, negative);
    }

    #[test]
    fn sums_agree_with_k256(base in words(), factor in words(), k in scalars()) {
        if k != k256::Scalar::ZERO {
            check(base, factor, k);
        }
    }
}

#[test]
fn k256_reads_our_points() {
    let (_, ours) = point(k256::Scalar::from(5_u64));
    let bytes = [&[4][..], &ours.x.to_bytes(), &ours.y.to_bytes()].concat();
    assert!(bool::from(AffinePoint::from_sec1_point(&Sec1Point::from_bytes(bytes).unwrap()).is_some()));
}
