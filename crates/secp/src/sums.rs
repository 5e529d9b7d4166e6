//! `a G + b P` where both points have a [`Comb`]: one sum, or many side by side.
//!
//! The digits of the four halves of `a` and `b` are multiples out of the combs, each some doublings away from its place, `0` to
//! [`STRIDE`] of them: its *level*. What lies at one level is added up, from the highest level down, with one doubling in between.
//!
//! One sum is made in Jacobian coordinates, whose additions take eleven multiplications. Many are made in affine coordinates as far as
//! that goes: an addition takes six there and an inversion, and of the additions that do not wait for each other, two for each level of
//! each sum, all share one inversion.
//!
//! The affine formula does not hold where the two points have the same x. Instead of a second one, the level where that happens is
//! left to the Jacobian formulas, which know it, so a sum that somebody made awkward on purpose costs no more than one that is made
//! alone, and the others do not notice.

use crate::comb::{Comb, ROWS, STRIDE};
use crate::digits::{POSITIONS, each_digit};
use crate::field::Field;
use crate::point::{Affine, Jacobian, Sum};
use crate::scalar::{Half, Scalar};
use crate::table::{GENERATOR, along};

/// How many sums are made side by side. More share their inversions with more, and want more of the stack: 512 parts take about 120
/// KiB, and the half of it 2 percent more time.
pub(crate) const SIDE: usize = if STRIDE == 8 { 32 } else { 4 };

/// As long as so many additions share it, an inversion is worth its price.
const WORTH: usize = 32;

/// The shortest window of a table is 4 bits, which leaves this many digits in a half.
const DIGITS: usize = 4 * POSITIONS.div_ceil(4);

/// One digit, in the list of its part.
#[derive(Clone, Copy)]
struct Digit {
    /// Where its multiple is in the table.
    index: u16,
    /// Which table, and whether the negative is meant.
    table: Table,
    negative: bool,
    /// The next of the same part; 0 is none.
    next: u8,
}

#[derive(Clone, Copy)]
enum Table {
    Base,
    Key,
}

/// The digits of one level, apart: those whose multiples are meant as they are, and those whose images under the endomorphism are. The
/// image of a sum is the sum of the images, so it is taken once for all of them.
type Parts<T> = [T; 2];

/// What is to be added up.
pub(crate) struct Summands<'a> {
    base: &'a [Affine],
    key: &'a [Affine],
    /// The first is not used.
    digits: [Digit; DIGITS + 1],
    /// How many are used, the first included.
    used: u8,
    /// For each level the first digit of each part; 0 is none. The highest level has only what a half can have above its bits.
    heads: [Parts<u8>; STRIDE + 1],
}

impl<'a> Summands<'a> {
    /// `base_factor base + key_factor key`.
    pub(crate) fn new<const BASE: usize, const KEY: usize>(
        base: &'a Comb<BASE>,
        base_factor: &Scalar,
        key: &'a Comb<KEY>,
        key_factor: &Scalar,
    ) -> Self {
        const { assert!(Comb::<BASE>::WINDOW >= 4 && Comb::<KEY>::WINDOW >= 4, "there is room for the digits") };
        let nothing = Digit { index: 0, table: Table::Key, negative: false, next: 0 };
        let (points, base_points) = (key.points(), base.points());
        let mut summands =
            Self { base: base_points, key: points, digits: [nothing; DIGITS + 1], used: 1, heads: [[0; 2]; STRIDE + 1] };
        let ((base, base_image), (key, key_image)) = (base_factor.split(), key_factor.split());
        summands.push::<BASE>(0, Table::Base, base);
        summands.push::<BASE>(1, Table::Base, base_image);
        summands.push::<KEY>(0, Table::Key, key);
        summands.push::<KEY>(1, Table::Key, key_image);
        summands
    }

    #[inline(always)]
    fn push<const LENGTH: usize>(&mut self, part: usize, table: Table, factor: Half) {
        each_digit(factor, Comb::<LENGTH>::WINDOW, |position, value| {
            // the position above a half's bits belongs to the last row
            let row = (position / STRIDE).min(ROWS - 1);
            let head = self.heads.get_mut(position - row * STRIDE).and_then(|parts| parts.get_mut(part));
            if let (Some(head), Some(digit)) = (head, self.digits.get_mut(usize::from(self.used))) {
                *digit = Digit { index: Comb::<LENGTH>::index(row, value), table, negative: value < 0, next: *head };
                *head = self.used;
                self.used += 1;
            }
        });
    }

    /// Takes a summand from a part of a level.
    #[inline(always)]
    fn pop(&mut self, level: usize, part: usize) -> Option<Affine> {
        let head = self.heads.get_mut(level)?.get_mut(part).filter(|head| **head != 0)?;
        let Digit { index, table, negative, next } = *self.digits.get(usize::from(*head))?;
        *head = next;
        let points = match table {
            Table::Base => self.base,
            Table::Key => self.key,
        };
        points.get(usize::from(index)).map(|point| point.negate_if(negative))
    }

    /// Adds up what is left, to what its levels have come to so far.
    fn finish(&mut self, levels: &[Parts<Part>; STRIDE]) -> Jacobian {
        let mut sum = Sum::ZERO;
        for level in (0..=STRIDE).rev() {
            if !sum.is_zero() {
                sum.double();
            }
            let [plain, image] = levels.get(level).map_or([None; 2], |parts| parts.map(|part| part.sum));
            if let Some(point) = plain {
                sum.add(&point);
            }
            if let Some(point) = image {
                sum.add(&point.image());
            }
            while let Some(point) = self.pop(level, 0) {
                sum.add(&point);
            }
            while let Some(point) = self.pop(level, 1) {
                sum.add(&point.image());
            }
        }
        sum.value()
    }

    /// Adds up.
    pub(crate) fn sum(mut self) -> Jacobian {
        self.finish(&[[Part::EMPTY; 2]; STRIDE])
    }
}

/// What a part of a level has come to.
#[derive(Clone, Copy)]
struct Part {
    sum: Option<Affine>,
    /// Whether the affine formula has met two points that it does not know.
    stuck: bool,
}

impl Part {
    const EMPTY: Self = Self { sum: None, stuck: false };
}

/// The levels of all sums, without the highest of each, which is nearly always empty.
type Levels = [[Parts<Part>; STRIDE]; SIDE];

/// Makes the sums side by side; where there is nothing to add up, the result is infinity.
pub(crate) fn sum_all(summands: &mut [Option<Summands<'_>>; SIDE]) -> [Jacobian; SIDE] {
    let mut levels = [[[Part::EMPTY; 2]; STRIDE]; SIDE];
    if summands.iter().flatten().count() * STRIDE >= WORTH {
        let mut round = Round { count: 0, additions: [Addition::NONE; 2 * STRIDE * SIDE], product: Field::ONE };
        while round.add_digits(summands, &mut levels) >= WORTH {}
        round.add_images(&mut levels);
    }
    let mut sums = [Jacobian::INFINITY; SIDE];
    for ((sum, summands), levels) in sums.iter_mut().zip(summands).zip(&levels) {
        if let Some(summands) = summands {
            *sum = summands.finish(levels);
        }
    }
    sums
}

/// Additions that share an inversion.
struct Round {
    count: usize,
    additions: [Addition; 2 * STRIDE * SIDE],
    /// The product of all denominators.
    product: Field,
}

/// An addition that waits for the inversion.
#[derive(Clone, Copy)]
struct Addition {
    /// What is added, and to which part of which level of which sum.
    point: Affine,
    place: [u8; 3],
    /// The product of the denominators before this one.
    product: Field,
}

impl Addition {
    const NONE: Self = Self { point: GENERATOR, place: [0; 3], product: Field::ONE };
}

impl Round {
    /// Adds one digit to each part that has one left, and says to how many.
    fn add_digits(&mut self, summands: &mut [Option<Summands<'_>>; SIDE], levels: &mut Levels) -> usize {
        for (item, (summands, levels)) in summands.iter_mut().zip(levels.iter_mut()).enumerate() {
            let Some(summands) = summands else { continue };
            for (level, parts) in levels.iter_mut().enumerate() {
                for (index, part) in parts.iter_mut().enumerate() {
                    if part.stuck {
                        continue;
                    }
                    if part.sum.is_none() {
                        part.sum = summands.pop(level, index);
                    }
                    let Some(sum) = &part.sum else { continue };
                    let head = summands.heads.get(level).copied();
                    let Some(point) = summands.pop(level, index) else { continue };
                    if !self.gather(sum, point, [item, level, index]) {
                        part.stuck = true;
                        // back onto the list
                        if let (Some(to), Some(head)) = (summands.heads.get_mut(level), head) {
                            *to = head;
                        }
                    }
                }
            }
        }
        self.carry_out(levels)
    }

    /// Adds the image of each level's second part to the first.
    fn add_images(&mut self, levels: &mut Levels) {
        for (item, levels) in levels.iter_mut().enumerate() {
            for (level, parts) in levels.iter_mut().enumerate() {
                let [Part { sum: Some(plain), .. }, Part { sum: image @ Some(_), .. }] = parts else { continue };
                if let Some(point) = image.as_ref().map(Affine::image)
                    && self.gather(plain, point, [item, level, 0])
                {
                    *image = None;
                }
            }
        }
        self.carry_out(levels);
    }

    /// Takes an addition in, unless both points have the same x.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "there are 128 levels in all")]
    fn gather(&mut self, sum: &Affine, point: Affine, place: [usize; 3]) -> bool {
        let denominator = point.x.sub(&sum.x);
        if denominator.is_zero() {
            return false;
        }
        let Some(addition) = self.additions.get_mut(self.count) else { return false };
        *addition = Addition { point, place: place.map(|index| index as u8), product: self.product };
        self.product = self.product.mul(&denominator);
        self.count += 1;
        true
    }

    /// Inverts, adds, and says how many additions there were.
    fn carry_out(&mut self, levels: &mut Levels) -> usize {
        let count = self.count;
        let mut inverse = self.product.inverse();
        for Addition { point, place, product } in self.additions.iter().take(count).rev() {
            let [item, level, part] = place.map(usize::from);
            let part = levels.get_mut(item).and_then(|levels| levels.get_mut(level)).and_then(|parts| parts.get_mut(part));
            let Some(sum) = part.and_then(|part| part.sum.as_mut()) else { continue };
            let (dx, dy) = (point.x.sub(&sum.x), point.y.sub(&sum.y));
            *sum = along(sum, &point.x, &dy.mul(&inverse.mul(product)));
            inverse = inverse.mul(&dx);
        }
        (self.count, self.product) = (0, Field::ONE);
        count
    }
}

#[cfg(test)]
mod tests;
