//! Numbers that tests of arithmetic begin with.

use alloc::vec::Vec;

use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::field::Field;
use crate::point::Affine;
use crate::words::Words;

/// Words that carry, do not carry, or nearly carry; and, mixed in, numbers close to `p`, `n` and 2^256.
pub(crate) fn words() -> impl Strategy<Value = Words> {
    let word = prop_oneof![
        4 => any::<u64>(),
        1 => Just(0),
        1 => Just(1),
        2 => Just(u64::MAX),
        1 => Just(0xffff_fffe_ffff_fc2f_u64),
        1 => Just(0x1_0000_03d1),
        1 => Just(0xbfd2_5e8c_d036_4141),
        1 => Just(0xbaae_dce6_af48_a03b),
        1 => Just(1 << 63),
    ];
    let near = (0..4usize, -3i8..=3).prop_map(|(which, offset)| near(EDGES[which], offset));
    prop_oneof![8 => [word.clone(), word.clone(), word.clone(), word], 1 => near]
}

/// 0, `p`, `n` and `(p - 1) / 2`.
const EDGES: [Words; 4] = [
    [0; 4],
    [0xffff_fffe_ffff_fc2f, u64::MAX, u64::MAX, u64::MAX],
    [0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX],
    [0xffff_ffff_7fff_fe17, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff],
];

/// The number a little above or below another, modulo 2^256.
fn near(words: Words, offset: i8) -> Words {
    let distance = [u64::from(offset.unsigned_abs()), 0, 0, 0];
    if offset < 0 { crate::words::sub4(words, distance).0 } else { crate::words::add4(words, distance).0 }
}

/// All of [`EDGES`] and their neighbours.
pub(crate) fn edges() -> impl Iterator<Item = Words> {
    EDGES.into_iter().flat_map(|edge| (-3..=3).map(move |offset| near(edge, offset)))
}

/// Points of small order on curves `y^2 = x^3 + b`: the generator's cofactor multiple for the first x that is on the curve.
const SMALL: [(Words, Words); 4] = [
    // order 3, b = 1
    ([0, 0, 0, 0], [0xffff_fffe_ffff_fc2e, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff]),
    // order 7, b = 6
    (
        [0x8aac_46fb_6d5a_117a, 0x47bb_0e87_da93_e067, 0x0b64_da9c_b2fa_f6e0, 0xb79a_a770_5104_bae0],
        [0xda85_7e9c_ba27_cdbc, 0x73fe_a012_dee4_a381, 0x73c2_e8a7_fa9f_d98e, 0x3e75_38a8_2c91_f813],
    ),
    // order 13, b = 2
    (
        [0x88e4_89aa_3d68_746b, 0x929c_645b_e565_84aa, 0x346a_9753_30b1_2e1d, 0x3ad3_e1ec_92dc_070a],
        [0x6c60_7f91_c852_0383, 0xf150_65bc_0910_01aa, 0xf787_bb15_bc0b_9fc1, 0xab34_e494_2373_ed8c],
    ),
    // order 199, b = 4
    (
        [0xfb12_940c_9ea6_6c18, 0x3b01_7a7d_a808_c2f1, 0xa749_dd39_2b4f_b069, 0xfa7c_c9a7_0737_f2db],
        [0xcfe5_2572_7f05_01ed, 0x48df_246c_808d_ae72, 0x8732_bc91_1f3a_2868, 0x78ac_123a_5ed8_aef3],
    ),
];

/// The finite points of each small group, `P` to `(order - 1) P`, computed by the textbook: chords and tangents in affine
/// coordinates.
pub(crate) fn subgroups() -> Vec<Vec<Affine>> {
    let group = |(x, y)| {
        let first = Affine { x: Field::from_words(x), y: Field::from_words(y) };
        let successors = |point: &Affine| chord_or_tangent(point, &first);
        core::iter::successors(Some(first), successors).collect()
    };
    SMALL.into_iter().map(group).collect()
}

fn chord_or_tangent(a: &Affine, b: &Affine) -> Option<Affine> {
    let slope = if !a.x.equals(&b.x) {
        b.y.sub(&a.y).mul(&b.x.sub(&a.x).inverse())
    } else if a.y.equals(&b.y) {
        let x2 = a.x.square();
        x2.add(&x2).add(&x2).mul(&a.y.add(&a.y).inverse())
    } else {
        return None;
    };
    let x = slope.square().sub(&a.x).sub(&b.x);
    Some(Affine { x, y: slope.mul(&a.x.sub(&x)).sub(&a.y) })
}
