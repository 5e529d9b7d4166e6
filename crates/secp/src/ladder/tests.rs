use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce as _;
use k256::elliptic_curve::sec1::{FromSec1Point as _, ToSec1Point as _};
use k256::{AffinePoint, ProjectivePoint, Sec1Point};
use proptest::prelude::{Strategy, proptest};

use super::sum_of_products;
use crate::field::Field;
use crate::point::Affine;
use crate::samples::{edges, words};
use crate::scalar::Scalar;
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

fn scalars() -> impl Strategy<Value = k256::Scalar> {
    words().prop_map(|k| k256::Scalar::reduce(&k256::FieldBytes::from(to_be_bytes(k))))
}

proptest! {
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
