//! `a G + b P` in one run of doublings.

use crate::digits::{POSITIONS, each_digit};
use crate::point::{Affine, Jacobian, Sum};
use crate::scalar::{Half, Scalar};
use crate::table::{BASE, BASE_WINDOW, Shared, WINDOW};

/// The digits of the four factors at one position.
type Column = [i16; 4];

/// `base G + factor point`. The point must lie on the curve.
///
/// Both factors are cut into halves by the endomorphism, so that 128 doublings do for all four.
///
/// The sum is kept on the curve on which the point's multiples are affine, which saves their additions the work of a `Z`; the
/// generator's multiples pay one multiplication for the detour.
pub(crate) fn sum_of_products(base: &Scalar, factor: &Scalar, point: &Affine) -> Jacobian {
    let mut columns = [[0; 4]; POSITIONS];
    let ((plain, image), (base, base_image)) = (factor.split(), base.split());
    write_digits(&mut columns, 0, WINDOW, plain);
    write_digits(&mut columns, 1, WINDOW, image);
    write_digits(&mut columns, 2, BASE_WINDOW, base);
    write_digits(&mut columns, 3, BASE_WINDOW, base_image);

    let Shared { multiples, z: unit } = Shared::new(point);
    let mut sum = Sum::ZERO;
    for column in columns.iter().rev().skip_while(|column| **column == [0; 4]) {
        sum.double();
        if *column == [0; 4] {
            continue;
        }
        let [plain, image, base, base_image] = *column;
        if plain != 0 {
            sum.add(&multiples.multiple(plain));
        }
        if image != 0 {
            sum.add(&multiples.image(image));
        }
        if base != 0 {
            sum.add_in(&BASE.multiple(base), &unit);
        }
        if base_image != 0 {
            sum.add_in(&BASE.image(base_image), &unit);
        }
    }
    let Jacobian { x, y, z } = sum.value();
    Jacobian { x, y, z: z.mul(&unit) }
}

/// Writes the digits of a factor into its row.
#[cfg_attr(not(feature = "small"), inline(always))]
#[cfg_attr(feature = "small", inline(never))]
fn write_digits(columns: &mut [Column; POSITIONS], row: usize, width: u32, factor: Half) {
    each_digit(factor, width, |position, digit| {
        if let Some(cell) = columns.get_mut(position).and_then(|column| column.get_mut(row)) {
            *cell = digit;
        }
    });
}

#[cfg(test)]
mod tests;
