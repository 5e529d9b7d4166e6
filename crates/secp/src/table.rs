//! Odd multiples of points, ready to be added.
#![expect(clippy::indexing_slicing, reason = "every index is either masked to the table's length, or counted in a constant loop")]

use crate::field::Field;
use crate::point::Affine;

/// The window of the generator's table in bits: it holds the odd multiples below `2^(BASE_WINDOW - 1)`, and a factor of 128
/// bits costs `128 / (BASE_WINDOW + 1)` additions on average.
///
/// 12 bits are 1024 points, 96 KiB of constants, and ten additions for each half of a factor; they stay in a server's second cache,
/// and the compiler makes them in about a second. 15 bits, 768 KiB and ten seconds of compiling, are faster by one percent as long
/// as nothing else wants the cache. On 32-bit machines and in WebAssembly it is 8 bits: 64 points, 6 KiB, and four additions more
/// for each half; with the feature `small` 5 bits as for any point, 512 bytes, and seven additions more than that: points do not
/// compress, and they were 2.5 of the 97 KB that are downloaded for verification, for some 4 % of the time of a recovery.
pub(crate) const BASE_WINDOW: u32 = if cfg!(feature = "small") {
    5
} else if cfg!(target_pointer_width = "64") {
    12
} else {
    8
};

/// The window for points that are met only once: eight multiples, `1 P` to `15 P`. One bit more or less costs time.
pub(crate) const WINDOW: u32 = 5;

/// How many odd multiples a window needs.
const fn length(window: u32) -> usize {
    1 << (window - 2)
}

/// Odd multiples of the generator. The compiler computes them.
#[allow(long_running_const_eval, reason = "some ten thousand field multiplications, about a second")]
pub(crate) static BASE: Multiples<{ length(BASE_WINDOW) }> = Multiples::new(&GENERATOR);

/// The generator of the group.
pub(crate) const GENERATOR: Affine = Affine {
    x: Field::from_words([0x59f2_815b_16f8_1798, 0x029b_fcdb_2dce_28d9, 0x55a0_6295_ce87_0b07, 0x79be_667e_f9dc_bbac]),
    y: Field::from_words([0x9c47_d08f_fb10_d4b8, 0xfd17_b448_a685_5419, 0x5da4_fbfc_0e11_08a8, 0x483a_da77_26a3_c465]),
};

/// The cube root of 1 by which the endomorphism `(x, y) -> (beta x, y)` multiplies: it takes `P` to `lambda P`.
pub(crate) const BETA: Field =
    Field::from_words([0xc139_6c28_7195_01ee, 0x9cf0_4975_12f5_8995, 0x6e64_479e_ac34_34e9, 0x7ae9_6a2b_657c_0710]);

/// Odd multiples of a point, `1 P` to `(2 LENGTH - 1) P`, and their images under the endomorphism, in affine coordinates.
/// `LENGTH` is a power of 2.
pub(crate) struct Multiples<const LENGTH: usize> {
    points: [Affine; LENGTH],
    /// The x-coordinates of the images; y is the same. Where bytes count, a multiplication makes them when they are asked for.
    #[cfg(not(feature = "small"))]
    images: [Field; LENGTH],
}

impl<const LENGTH: usize> Multiples<LENGTH> {
    /// Computes the multiples of a point whose order is odd and greater than `2 LENGTH`.
    ///
    /// The first `k` of them plus `2 k P` are the next `k`. These additions do not depend on each other, so they are done
    /// in affine coordinates and share one inversion: six multiplications each.
    pub(crate) const fn new(point: &Affine) -> Self {
        let mut points = [*point; LENGTH];
        let mut products = [Field::ONE; LENGTH];
        let (mut known, mut step) = (1, *point);
        while known < LENGTH {
            step = doubled(&step);
            let mut product = Field::ONE;
            let mut i = 0;
            while i < known {
                products[i] = product;
                product = product.mul(&step.x.sub(&points[i].x));
                i += 1;
            }
            // the inverse of a product, times the product of all factors but one, is the inverse of that one
            let mut inverse = product.inverse();
            while i > 0 {
                i -= 1;
                let (dx, dy) = (step.x.sub(&points[i].x), step.y.sub(&points[i].y));
                points[known + i] = along(&points[i], &step.x, &dy.mul(&inverse.mul(&products[i])));
                inverse = inverse.mul(&dx);
            }
            known *= 2;
        }
        Self::of(points)
    }

    #[cfg(not(feature = "small"))]
    #[inline(always)]
    const fn of(points: [Affine; LENGTH]) -> Self {
        let mut images = [Field::ZERO; LENGTH];
        let mut i = 0;
        while i < LENGTH {
            images[i] = points[i].x.mul(&BETA);
            i += 1;
        }
        Self { points, images }
    }

    #[cfg(feature = "small")]
    const fn of(points: [Affine; LENGTH]) -> Self {
        Self { points }
    }

    /// The multiple for an odd digit.
    #[inline(always)]
    pub(crate) const fn multiple(&self, digit: i16) -> Affine {
        self.points[Self::index(digit)].negate_if(digit < 0)
    }

    /// The image of the multiple for an odd digit.
    #[cfg(feature = "small")]
    pub(crate) const fn image(&self, digit: i16) -> Affine {
        self.multiple(digit).image()
    }

    /// The image of the multiple for an odd digit.
    #[cfg(not(feature = "small"))]
    #[inline(always)]
    pub(crate) const fn image(&self, digit: i16) -> Affine {
        let i = Self::index(digit);
        Affine { x: self.images[i], y: self.points[i].y }.negate_if(digit < 0)
    }

    #[inline(always)]
    const fn index(digit: i16) -> usize {
        (digit.unsigned_abs() >> 1) as usize & (LENGTH - 1)
    }
}

/// Odd multiples of a point that is met only once, computed without any inversion: they share one `Z`.
pub(crate) struct Shared {
    /// The images of the multiples under `(x, y) -> (z^2 x, z^3 y)`, points of another curve.
    pub(crate) multiples: Multiples<{ length(WINDOW) }>,
    pub(crate) z: Field,
}

impl Shared {
    /// Computes the multiples of a point whose order is odd and greater than 16.
    ///
    /// `2 P` and `P` are written with one `Z` to begin with. Two points that share their `Z` are added for seven
    /// multiplications (Meloni), and the first of them comes out written with the sum's `Z`, ready for the next addition. Each
    /// step multiplies `Z` by a known factor; multiplying these up from the last to the first brings all to the last one's `Z`.
    pub(crate) const fn new(point: &Affine) -> Self {
        const LENGTH: usize = length(WINDOW);
        // the doubling of `Jacobian::negative_double` for Z = 1; its T and Y^4 are the point itself with the new Z
        let slope = point.x.square().three_halves();
        let y2 = point.y.square();
        let (mut x, mut y) = (point.x.mul(&y2), y2.square());
        let mut step_x = slope.square().sub_twice(&x);
        let mut step_y = slope.mul(&x.sub(&step_x)).sub(&y);

        let mut points = [Affine { x, y }; LENGTH];
        let mut factors = [point.y; LENGTH];
        let mut i = 1;
        while i < LENGTH {
            let (dx, dy) = (x.sub(&step_x), y.sub(&step_y));
            let square = dx.square();
            let (v, w) = (step_x.mul(&square), x.mul(&square));
            let moved_y = step_y.mul(&w.sub(&v));
            x = dy.square().sub(&v).sub(&w);
            y = dy.mul(&v.sub(&x)).sub(&moved_y);
            (step_x, step_y) = (v, moved_y);
            points[i] = Affine { x, y };
            factors[i] = dx;
            i += 1;
        }

        let mut scale = Field::ONE;
        let mut i = LENGTH;
        while i > 0 {
            i -= 1;
            if i + 1 < LENGTH {
                let square = scale.square();
                points[i] = Affine { x: points[i].x.mul(&square), y: points[i].y.mul(&square.mul(&scale)) };
            }
            scale = scale.mul(&factors[i]);
        }
        Self { multiples: Multiples::of(points), z: scale }
    }
}

/// `2 point`, for a point of odd order.
const fn doubled(point: &Affine) -> Affine {
    let slope = point.x.square().three_halves().mul(&point.y.inverse());
    along(point, &point.x, &slope)
}

/// The sum of a point and another with the x-coordinate `x`, given the slope of the line through both.
#[inline(always)]
pub(crate) const fn along(point: &Affine, x: &Field, slope: &Field) -> Affine {
    let sum = slope.square().sub(&point.x).sub(x);
    Affine { x: sum, y: slope.mul(&point.x.sub(&sum)).sub(&point.y) }
}

#[cfg(test)]
mod tests;
