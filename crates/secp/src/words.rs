//! Carry arithmetic on 64-bit words, shared by the field, the scalars and the inversion.
#![expect(clippy::cast_possible_truncation, reason = "splitting a double word into its halves is what these functions are for")]

/// 256 bits, least significant word first.
pub(crate) type Words = [u64; 4];

/// `a + b + carry`, and the carry out.
#[inline(always)]
pub(crate) const fn add(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry as u64);
    (sum, first | second)
}

/// `a - b - borrow`, and the borrow out.
#[inline(always)]
pub(crate) const fn sub(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow as u64);
    (difference, first | second)
}

/// `sum + a * b + carry` as low and high word. It cannot overflow: `(2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1`.
#[inline(always)]
pub(crate) const fn mul_add(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = (a as u128) * (b as u128) + (sum as u128) + (carry as u128);
    (wide as u64, (wide >> 64) as u64)
}

/// `a + b`, and the carry out.
#[inline(always)]
pub(crate) const fn add4(a: Words, b: Words) -> (Words, bool) {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    let (r0, k) = add(a0, b0, false);
    let (r1, k) = add(a1, b1, k);
    let (r2, k) = add(a2, b2, k);
    let (r3, k) = add(a3, b3, k);
    ([r0, r1, r2, r3], k)
}

/// `a - b`, and the borrow out.
#[inline(always)]
pub(crate) const fn sub4(a: Words, b: Words) -> (Words, bool) {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    let (r0, k) = sub(a0, b0, false);
    let (r1, k) = sub(a1, b1, k);
    let (r2, k) = sub(a2, b2, k);
    let (r3, k) = sub(a3, b3, k);
    ([r0, r1, r2, r3], k)
}

/// The product: low words, high words.
#[cfg_attr(not(feature = "small"), inline(always))]
#[cfg_attr(feature = "small", inline(never))]
pub(crate) const fn mul4(a: Words, b: Words) -> (Words, Words) {
    if cfg!(feature = "small") {
        return mul4_in_loops(a, b);
    }
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    let (p0, c) = mul_add(0, a0, b0, 0);
    let (p1, c) = mul_add(0, a0, b1, c);
    let (p2, c) = mul_add(0, a0, b2, c);
    let (p3, p4) = mul_add(0, a0, b3, c);
    let (p1, c) = mul_add(p1, a1, b0, 0);
    let (p2, c) = mul_add(p2, a1, b1, c);
    let (p3, c) = mul_add(p3, a1, b2, c);
    let (p4, p5) = mul_add(p4, a1, b3, c);
    let (p2, c) = mul_add(p2, a2, b0, 0);
    let (p3, c) = mul_add(p3, a2, b1, c);
    let (p4, c) = mul_add(p4, a2, b2, c);
    let (p5, p6) = mul_add(p5, a2, b3, c);
    let (p3, c) = mul_add(p3, a3, b0, 0);
    let (p4, c) = mul_add(p4, a3, b1, c);
    let (p5, c) = mul_add(p5, a3, b2, c);
    let (p6, p7) = mul_add(p6, a3, b3, c);
    ([p0, p1, p2, p3], [p4, p5, p6, p7])
}

/// The same in a quarter of the code.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "every index is counted in a constant loop")]
pub(crate) const fn mul4_in_loops(a: Words, b: Words) -> (Words, Words) {
    let mut product = [0; 8];
    let mut i = 0;
    while i < 4 {
        let (mut j, mut carry) = (0, 0);
        while j < 4 {
            (product[i + j], carry) = mul_add(product[i + j], a[i], b[j], carry);
            j += 1;
        }
        product[i + 4] = carry;
        i += 1;
    }
    let [p0, p1, p2, p3, p4, p5, p6, p7] = product;
    ([p0, p1, p2, p3], [p4, p5, p6, p7])
}

/// Whether `a < b`.
pub(crate) const fn less4(a: Words, b: Words) -> bool {
    sub4(a, b).1
}

/// The words of a big-endian number.
pub(crate) const fn from_be_bytes(bytes: &[u8; 32]) -> Words {
    let ([b3, b2, b1, b0], []) = bytes.as_chunks::<8>() else { return [0; 4] };
    [u64::from_be_bytes(*b0), u64::from_be_bytes(*b1), u64::from_be_bytes(*b2), u64::from_be_bytes(*b3)]
}

/// The big-endian bytes of the number.
pub(crate) fn to_be_bytes(words: Words) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).zip(words.iter().rev()).for_each(|(to, word)| to.copy_from_slice(&word.to_be_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{mul4, mul4_in_loops};
    use crate::samples::words;

    proptest! {
        #[test]
        fn loops_make_the_same_product(a in words(), b in words()) {
            prop_assert_eq!(mul4_in_loops(a, b), mul4(a, b));
        }
    }
}
