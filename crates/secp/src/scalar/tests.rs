use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce as _;
use proptest::prelude::{prop_assert, proptest};

use super::{HALF_ORDER, Half, ORDER, Scalar};
use crate::samples::{edges, words};
use crate::words::{self, Words};

/// `lambda`: the endomorphism multiplies points by it.
const LAMBDA: [u8; 32] = [
    0x53, 0x63, 0xad, 0x4c, 0xc0, 0x5c, 0x30, 0xe0, 0xa5, 0x26, 0x1c, 0x02, 0x88, 0x12, 0x64, 0x5a, 0x12, 0x2e, 0x22, 0xea, 0x20,
    0x81, 0x66, 0x78, 0xdf, 0x02, 0x96, 0x7c, 0x1b, 0x23, 0xbd, 0x72,
];

fn theirs(words: Words) -> k256::Scalar {
    k256::Scalar::reduce(&k256::FieldBytes::from(words::to_be_bytes(words)))
}

fn check(ours: Scalar, theirs: k256::Scalar, what: &str) {
    assert_eq!(words::to_be_bytes(ours.0), <[u8; 32]>::from(theirs.to_repr()), "{what}");
}

fn half(half: Half) -> k256::Scalar {
    let magnitude = k256::Scalar::from(half.magnitude);
    if half.negative { -magnitude } else { magnitude }
}

fn check_all(a: Words, b: Words) {
    let ([x, y], [u, v]) = ([a, b].map(|words| Scalar::reduced(&words::to_be_bytes(words))), [a, b].map(theirs));
    check(x, u, "reduced");
    check(x.negate(), -u, "negate");
    check(x.mul(&y), u * v, "mul");
    check(x.inverse(), Option::from(u.invert()).unwrap_or(k256::Scalar::ZERO), "inverse");
    assert_eq!(x.is_high(), words::less4(HALF_ORDER, x.0));
    let (first, second) = x.split();
    let lambda = k256::Scalar::from_repr(LAMBDA.into()).unwrap();
    assert_eq!(half(first) + lambda * half(second), u, "split");
    // 0.636 and 0.541 times 2^128, see `Scalar::split`
    assert!(first.magnitude >> 96 < 0xa2d0_e561 && second.magnitude >> 96 < 0x8a7e_f9db, "{first:?} {second:?}");
}

#[test]
fn edge_values_agree_with_k256() {
    for a in edges() {
        for b in edges() {
            check_all(a, b);
        }
    }
}

#[test]
fn a_signature_holds_numbers_from_1_to_n_less_1() {
    for words in edges() {
        let expected = words != [0; 4] && words::less4(words, ORDER);
        assert_eq!(Scalar::in_signature(&words::to_be_bytes(words)).is_some(), expected, "{words:x?}");
    }
}

/// The splits nearest to the bounds: multiples of the basis vectors' halves, where rounding is undecided.
#[test]
fn splits_at_the_rounding_edges() {
    for numerator in 0..64u64 {
        let part = Scalar([numerator, 0, 0, 0]).mul(&Scalar([64, 0, 0, 0]).inverse());
        check_all(part.0, ORDER);
        let (shifted, _) = words::mul4(ORDER, [numerator, 0, 0, 0]);
        check_all(
            [
                shifted[0] >> 6 | shifted[1] << 58,
                shifted[1] >> 6 | shifted[2] << 58,
                shifted[2] >> 6 | shifted[3] << 58,
                shifted[3] >> 6,
            ],
            part.0,
        );
    }
}

proptest! {
    #[test]
    fn operations_agree_with_k256(a in words(), b in words()) {
        check_all(a, b);
    }

    #[test]
    fn inverses_multiply_to_one(a in words()) {
        let x = Scalar::reduced(&words::to_be_bytes(a));
        prop_assert!(x.0 == [0; 4] || x.mul(&x.inverse()).0 == [1, 0, 0, 0]);
    }
}
