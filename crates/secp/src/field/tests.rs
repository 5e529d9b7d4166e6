use core::ops::{Add, Mul, Sub};

use k256::elliptic_curve::bigint::{NonZero, U256};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{FOLD, Field, P};
use crate::samples::{edges, words};
use crate::words::{self, Words};

/// The same element by crypto-bigint's division, in a form below `p`.
#[derive(Clone, Copy, PartialEq)]
struct Theirs(U256);

fn p() -> NonZero<U256> {
    NonZero::new(U256::from_be_slice(&words::to_be_bytes(P))).unwrap()
}

fn theirs(words: Words) -> Theirs {
    Theirs(U256::from_be_slice(&words::to_be_bytes(words)).rem(&p()))
}

impl Theirs {
    const ZERO: Self = Self(U256::ZERO);
    const ONE: Self = Self(U256::ONE);

    fn pow(self, exponent: U256) -> Self {
        (0..256).rev().fold(Self::ONE, |power, bit| {
            let square = power * power;
            if bool::from(exponent.bit(bit)) { square * self } else { square }
        })
    }
}

impl Add for Theirs {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.add_mod(&other.0, &p()))
    }
}

impl Sub for Theirs {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub_mod(&other.0, &p()))
    }
}

impl Mul for Theirs {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul_mod(&other.0, &p()))
    }
}

fn check(ours: Field, theirs: Theirs, what: &str) {
    assert_eq!(ours.to_bytes(), <[u8; 32]>::from(theirs.0.to_be_bytes()), "{what}");
}

/// Every operation on three elements, in whatever form the words give them.
fn check_all(a: Words, b: Words, c: Words) {
    let ([x, y, z], [u, v, w]) = ([a, b, c].map(Field), [a, b, c].map(theirs));
    check(x, u, "as it is");
    check(x.add(&y), u + v, "add");
    check(x.sub(&y), u - v, "sub");
    check(x.sub_twice(&y), u - v - v, "sub_twice");
    check(x.negate(), Theirs::ZERO - u, "negate");
    check(x.mul(&y), u * v, "mul");
    check(x.square(), u * u, "square");
    check(x.square_plus(&y), u * u + v, "square_plus");
    check(x.mul_plus_mul(&y, &z, &x), u * v + w * u, "mul_plus_mul");
    check(x.mul_plus_mul(&y, &x, &y), u * v + u * v, "twice a product");
    check(x.mul_plus_square(&y, &z), u * v + w * w, "mul_plus_square");
    check(x.three_halves().add(&x.three_halves()), u + u + u, "three_halves");
    assert_eq!(x.is_zero(), u == Theirs::ZERO, "is_zero");
    assert_eq!(x.is_odd(), u.0.bit_vartime(0), "is_odd");
    assert_eq!(x.equals(&y), u == v, "equals");
}

/// Inverse and root; powers tell what they should be.
fn check_roots(a: Words) {
    let (x, u) = (Field(a), theirs(a));
    check(x.inverse(), u.pow(p().get().wrapping_sub(&U256::from_u8(2))), "inverse");
    let character = u.pow(p().get().shr_vartime(1));
    match x.sqrt() {
        Some(root) => check(root.square(), u, "the square of the root"),
        None => assert!(character != Theirs::ONE && u != Theirs::ZERO, "a square has a root"),
    }
}

#[test]
fn edge_values_agree_with_crypto_bigint() {
    for a in edges() {
        check_roots(a);
        for b in edges() {
            for c in edges() {
                check_all(a, b, c);
            }
        }
    }
}

#[test]
fn bytes_are_read_below_p_only() {
    for words in edges() {
        let expected = words::less4(words, P);
        assert_eq!(Field::from_bytes(&words::to_be_bytes(words)).is_some(), expected, "{words:x?}");
    }
}

/// The elements for which folding runs over a second time are met too seldom to be left to chance.
#[test]
fn carries_that_chance_never_meets() {
    let top = Field([u64::MAX; 4]);
    check(top.add(&top), theirs([u64::MAX; 4]) + theirs([u64::MAX; 4]), "the largest sum");
    check(Field::ZERO.sub_twice(&top), Theirs::ZERO - theirs([u64::MAX; 4]) - theirs([u64::MAX; 4]), "the smallest difference");
    check(Field([FOLD - 1, 0, 0, 0]).sub(&top), theirs([FOLD - 1, 0, 0, 0]) - theirs([u64::MAX; 4]), "a second borrow");
    for offset in 0..40 {
        let small = Field([offset + 1, 0, 0, 0]);
        assert!(small.mul(&small.inverse()).equals(&Field::ONE));
        check_all(small.inverse().canonical(), small.0, small.negate().0);
    }
}

/// Products whose first folding leaves `over * 2^256 + (2^256 - 1 - delta)` with `delta < over * FOLD`, so that the second folding runs
/// over 2^256 once more: `a (2^256 - 1)` folds to `2^256 + a (FOLD - 1) - FOLD`, and `a` is `over` times `2^256 / (FOLD - 1)`, plus 1.
#[test]
fn products_that_fold_three_times() {
    let mut rest = 0;
    let mut quotient = [u64::MAX; 4].map(|_| {
        let dividend = u128::from(u64::MAX) | rest << 64;
        rest = dividend % u128::from(FOLD - 1);
        u64::try_from(dividend / u128::from(FOLD - 1)).unwrap()
    });
    quotient.reverse();
    for over in [1, 2, 3, 977, 1 << 20, 1 << 32, FOLD - 1] {
        let (product, none) = words::mul4(quotient, [over, 0, 0, 0]);
        assert_eq!(none, [0; 4]);
        let (a, _) = words::add4(product, [1, 0, 0, 0]);
        check_all(a, [u64::MAX; 4], [0; 4]);
        check_all([u64::MAX; 4], a, a);
    }
    // two products that both are as large as any, and the largest square with something added
    check_all([u64::MAX; 4], [u64::MAX; 4], [u64::MAX; 4]);
}

/// `a 2^128` whose first folding leaves ones in the two lowest words and carries out of the highest.
#[test]
fn products_that_carry_into_the_third_word() {
    let mut inverse = u128::from(FOLD);
    for _ in 0..7 {
        inverse = inverse.wrapping_mul(2_u128.wrapping_sub(inverse.wrapping_mul(u128::from(FOLD))));
    }
    let high = inverse.wrapping_neg();
    let halves = |number: u128| [number, number >> 64].map(|half| u64::try_from(half & u128::from(u64::MAX)).unwrap());
    let [a2, a3] = halves(high);
    check_all([u64::MAX, u64::MAX, a2, a3], [0, 0, 1, 0], [0; 4]);
    check_all([u64::MAX, u64::MAX, a2, a3], [0, 0, 1, 0], [u64::MAX; 4]);
}

proptest! {
    #[test]
    fn operations_agree_with_crypto_bigint(a in words(), b in words(), c in words()) {
        check_all(a, b, c);
    }

    #[test]
    fn inverse_and_root_agree_with_crypto_bigint(a in words()) {
        check_roots(a);
    }

    #[test]
    fn an_element_has_one_spelling_in_bytes(a in words()) {
        let bytes = Field(a).to_bytes();
        let again = Field::from_bytes(&bytes);
        prop_assert!(again.is_some());
        prop_assert_eq!(again.unwrap().to_bytes(), bytes);
    }
}
