//! Inversion by the binary algorithm of Euclid, bit by bit, for programs that are downloaded.
//!
//! Two numbers start as the modulus `v` and the value `u`. An even `u` is halved; an odd one loses the smaller of the two odd numbers
//! and is even then. When nothing is left of `u`, `v` is the greatest common divisor, 1 here. Alongside, `a` and `b` keep
//! `u = a * value` and `v = b * value` modulo the modulus, so that in the end `b` is the inverse.

use crate::words::{Words, add4, less4, sub4};

/// The inverse of a number below the odd modulus; 0 for 0.
pub(super) const fn inverse(value: Words, modulus: Words) -> Words {
    let (mut u, mut a) = (value, [1, 0, 0, 0]);
    let (mut v, mut b) = (modulus, [0; 4]);
    loop {
        let [u0, u1, u2, u3] = u;
        if u0 | u1 | u2 | u3 == 0 {
            return b;
        }
        if u0 & 1 == 0 {
            // half of an odd number is half of it and the modulus
            let (sum, carry) = if a[0] & 1 == 0 { (a, false) } else { add4(a, modulus) };
            (u, a) = (halved(u, false), halved(sum, carry));
        } else {
            if less4(u, v) {
                (u, v) = (v, u);
                (a, b) = (b, a);
            }
            let (difference, borrow) = sub4(a, b);
            (u, a) = (sub4(u, v).0, if borrow { add4(difference, modulus).0 } else { difference });
        }
    }
}

/// Half of the number, rounded down, which has one more bit.
const fn halved([w0, w1, w2, w3]: Words, top: bool) -> Words {
    [w0 >> 1 | w1 << 63, w1 >> 1 | w2 << 63, w2 >> 1 | w3 << 63, w3 >> 1 | (top as u64) << 63]
}
