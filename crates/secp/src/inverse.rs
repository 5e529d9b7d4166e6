//! Inversion modulo an odd prime by division steps (Bernstein and Yang, "Fast constant-time gcd computation and modular
//! inversion"), in variable time.
//!
//! Two numbers start as the modulus `f` and the value `g`; a step either halves an even `g` or, when `g` is odd, adds a
//! multiple of `f` to it that makes it even, after exchanging the two when their imagined sizes say so. When `g` has become 0,
//! `f` is the greatest common divisor up to sign, 1 here. Since 62 steps only look at the lowest 62 bits, they are done on
//! single words first and collected in a 2x2 matrix with entries of at most 2^62, which is then applied to the long numbers at
//! once.
//!
//! Alongside, `d` and `e` keep `f = d * value` and `g = e * value` modulo the modulus; so in the end `d` is the inverse, up to
//! the sign of `f`.
//!
//! With the feature `small` it is `halving`, which takes a quarter of the code and three times as long; the tests run both.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "signed limbs of 62 bits are cut out of double words on purpose"
)]

use crate::words::{Words, sub4};

mod halving;

/// The lowest 62 bits.
const LIMB: u64 = u64::MAX >> 2;

/// A signed number, `sum of limb[i] * 2^(62 i)`; all limbs but the top one lie in `0..2^62` after each round.
type Limbs = [i64; 5];

/// What the inversion needs to know about a modulus.
pub(crate) struct Modulus {
    /// The modulus itself.
    words: Words,
    /// The modulus; any signed limbs with the right sum will do.
    limbs: Limbs,
    /// Its inverse modulo 2^62.
    inverse: u64,
}

impl Modulus {
    /// `2^256 - complement`, for an odd `complement`: three limbs at most, so that the products with the fourth, zero, vanish.
    pub(crate) const fn complement(complement: [u64; 3]) -> Self {
        let [c0, c1, c2, ..] = limbs([complement[0], complement[1], complement[2], 0]);
        let low = 0u64.wrapping_sub(complement[0]);
        // Newton's iteration: the number of right bits doubles, and any odd number is its own inverse modulo 8
        let mut inverse = low;
        let mut round = 0;
        while round < 5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(low.wrapping_mul(inverse)));
            round += 1;
        }
        let (words, _) = sub4([0; 4], [complement[0], complement[1], complement[2], 0]);
        Self { words, limbs: [-c0, -c1, -c2, 0, 1 << 8], inverse: inverse & LIMB }
    }
}

/// The inverse of a number below the modulus; 0 for 0.
#[cfg_attr(not(feature = "small"), inline(always))]
#[cfg_attr(feature = "small", inline(never))]
pub(crate) const fn inverse(value: Words, modulus: &Modulus) -> Words {
    if cfg!(feature = "small") { halving::inverse(value, modulus.words) } else { by_division_steps(value, modulus) }
}

#[inline(always)]
const fn by_division_steps(value: Words, modulus: &Modulus) -> Words {
    let (mut f, mut g) = (carried(modulus.limbs), limbs(value));
    let (mut d, mut e): (Limbs, Limbs) = ([0; 5], [1, 0, 0, 0, 0]);
    let mut delta = 1;
    while g[0] | g[1] | g[2] | g[3] | g[4] != 0 {
        let matrix;
        (delta, matrix) = steps(delta, f[0] as u64, g[0] as u64);
        (d, e) = apply_modulo(&matrix, d, e, modulus);
        (f, g) = apply(&matrix, f, g);
    }
    words(normalized(d, f[4] < 0, modulus))
}

/// The product of 62 steps, times 2^62: `f' = (u f + v g) / 2^62`, `g' = (q f + r g) / 2^62`.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

/// Does 62 steps on the lowest bits of `f` and `g`.
///
/// `delta` is the algorithm's: above 0, an odd `g` changes places with `f` first.
#[inline(always)]
const fn steps(mut delta: i64, mut f: u64, mut g: u64) -> (i64, Matrix) {
    let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
    let mut left = 62;
    loop {
        // halve g as long as it is even; the ones above stop the count at what is left
        let zeros = (g | u64::MAX << left).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        delta += zeros as i64;
        left -= zeros;
        if left == 0 {
            return (delta, Matrix { u: u as i64, v: v as i64, q: q as i64, r: r as i64 });
        }
        if delta > 0 {
            delta = -delta;
            (f, g) = (g, 0u64.wrapping_sub(f));
            (u, q) = (q, 0u64.wrapping_sub(u));
            (v, r) = (r, 0u64.wrapping_sub(v));
        }
        // As long as delta stays at most 0 there is no exchange, so as many low bits of g as that many steps would touch can be
        // cleared by one multiple of f: g - f * (g / f mod 2^bits). f (2 - f^2) is 1/f modulo 2^6, because f^2 = 1 modulo 8.
        let room = 1 - delta;
        let bits = if room < left as i64 { room as u32 } else { left };
        let mask = (u64::MAX >> (64 - bits)) & 63;
        let factor = f.wrapping_mul(g).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)) & mask;
        g = g.wrapping_add(f.wrapping_mul(factor));
        q = q.wrapping_add(u.wrapping_mul(factor));
        r = r.wrapping_add(v.wrapping_mul(factor));
    }
}

#[inline(always)]
const fn product(a: i64, b: i64) -> i128 {
    (a as i128) * (b as i128)
}

/// The lowest 62 bits of a sum, and what is carried on.
#[inline(always)]
const fn split(sum: i128) -> (i64, i128) {
    ((sum as u64 & LIMB) as i64, sum >> 62)
}

/// The matrix applied to `f` and `g`. The divisions by 2^62 are exact.
#[inline(always)]
const fn apply(m: &Matrix, f: Limbs, g: Limbs) -> (Limbs, Limbs) {
    (combine(m.u, f, m.v, g), combine(m.q, f, m.r, g))
}

/// `(a x + b y) / 2^62`, which is exact.
#[inline(always)]
const fn combine(a: i64, x: Limbs, b: i64, y: Limbs) -> Limbs {
    let ([x0, x1, x2, x3, x4], [y0, y1, y2, y3, y4]) = (x, y);
    let (_, carry) = split(product(a, x0) + product(b, y0));
    let (z0, carry) = split(carry + product(a, x1) + product(b, y1));
    let (z1, carry) = split(carry + product(a, x2) + product(b, y2));
    let (z2, carry) = split(carry + product(a, x3) + product(b, y3));
    let (z3, carry) = split(carry + product(a, x4) + product(b, y4));
    [z0, z1, z2, z3, carry as i64]
}

/// The matrix applied to `d` and `e` modulo the modulus. Both stay above minus two moduli and below one.
#[inline(always)]
const fn apply_modulo(m: &Matrix, d: Limbs, e: Limbs, modulus: &Modulus) -> (Limbs, Limbs) {
    // a negative number counts as itself plus the modulus, which keeps the results in their range
    let (d_sign, e_sign) = (d[4] >> 63, e[4] >> 63);
    let d_lift = (m.u & d_sign) + (m.v & e_sign);
    let e_lift = (m.q & d_sign) + (m.r & e_sign);
    (combine_modulo(m.u, d, m.v, e, d_lift, modulus), combine_modulo(m.q, d, m.r, e, e_lift, modulus))
}

/// `(a x + b y + lift * modulus) / 2^62` with `lift` lowered by up to 2^62 so that the division is exact.
#[inline(always)]
const fn combine_modulo(a: i64, x: Limbs, b: i64, y: Limbs, lift: i64, modulus: &Modulus) -> Limbs {
    let ([x0, x1, x2, x3, x4], [y0, y1, y2, y3, y4]) = (x, y);
    let [m0, m1, m2, m3, m4] = modulus.limbs;
    let sum = product(a, x0) + product(b, y0);
    let lift = lift - (modulus.inverse.wrapping_mul(sum as u64).wrapping_add(lift as u64) & LIMB) as i64;
    let (_, carry) = split(sum + product(lift, m0));
    let (z0, carry) = split(carry + product(a, x1) + product(b, y1) + product(lift, m1));
    let (z1, carry) = split(carry + product(a, x2) + product(b, y2) + product(lift, m2));
    let (z2, carry) = split(carry + product(a, x3) + product(b, y3) + product(lift, m3));
    let (z3, carry) = split(carry + product(a, x4) + product(b, y4) + product(lift, m4));
    [z0, z1, z2, z3, carry as i64]
}

/// `value`, or minus it, between 0 and the modulus. The value lies above minus two moduli and below one.
const fn normalized(value: Limbs, negate: bool, modulus: &Modulus) -> Limbs {
    let value = if value[4] < 0 { plus(value, modulus.limbs, 1) } else { value };
    let value = if negate { plus([0; 5], value, -1) } else { value };
    if value[4] < 0 { plus(value, modulus.limbs, 1) } else { value }
}

/// `x + sign * y`, carried.
const fn plus(x: Limbs, y: Limbs, sign: i64) -> Limbs {
    let ([x0, x1, x2, x3, x4], [y0, y1, y2, y3, y4]) = (x, y);
    carried([x0 + sign * y0, x1 + sign * y1, x2 + sign * y2, x3 + sign * y3, x4 + sign * y4])
}

/// The same number with all limbs but the top one in `0..2^62`.
const fn carried(x: Limbs) -> Limbs {
    let [x0, x1, x2, x3, x4] = x;
    let (z0, carry) = split(x0 as i128);
    let (z1, carry) = split(carry + x1 as i128);
    let (z2, carry) = split(carry + x2 as i128);
    let (z3, carry) = split(carry + x3 as i128);
    [z0, z1, z2, z3, (carry + x4 as i128) as i64]
}

const fn limbs(words: Words) -> Limbs {
    let [w0, w1, w2, w3] = words;
    [
        (w0 & LIMB) as i64,
        ((w0 >> 62 | w1 << 2) & LIMB) as i64,
        ((w1 >> 60 | w2 << 4) & LIMB) as i64,
        ((w2 >> 58 | w3 << 6) & LIMB) as i64,
        (w3 >> 56) as i64,
    ]
}

/// The words of a number in `0..2^256` with carried limbs.
const fn words(limbs: Limbs) -> Words {
    let [l0, l1, l2, l3, l4] = limbs;
    let (l0, l1, l2, l3, l4) = (l0 as u64, l1 as u64, l2 as u64, l3 as u64, l4 as u64);
    [l0 | l1 << 62, l1 >> 2 | l2 << 60, l2 >> 4 | l3 << 58, l3 >> 6 | l4 << 56]
}

#[cfg(test)]
mod tests;
