use k256::ProjectivePoint;
use k256::elliptic_curve::sec1::ToSec1Point as _;

use super::{BASE, BASE_LENGTH, Comb, ROWS, STRIDE};
use crate::samples::subgroups;

#[test]
fn the_generators_rows_are_k256s_multiples() {
    let mut row_point = ProjectivePoint::GENERATOR;
    for row in 0..ROWS {
        let (mut expected, step) = (row_point, row_point.double());
        for digit in (1..2 * i16::try_from(BASE_LENGTH).unwrap()).step_by(2) {
            let affine = expected.to_affine().to_sec1_point(false);
            let index = usize::from(Comb::<BASE_LENGTH>::index(row, digit));
            assert_eq!(usize::from(Comb::<BASE_LENGTH>::index(row, -digit)), index);
            let point = &BASE.points()[index];
            assert_eq!([point.x.to_bytes(), point.y.to_bytes()].concat(), affine.as_bytes()[1..], "{row} {digit}");
            expected += step;
        }
        row_point = (0..STRIDE).fold(row_point, |point, _| point.double());
    }
}

/// The tables of every point of a group.
fn check<const LENGTH: usize>(group: &[crate::point::Affine]) {
    let order = group.len() + 1;
    for i in 1..order {
        let comb = Comb::<LENGTH>::new(&group[i - 1]);
        let mut power = i;
        for row in 0..ROWS {
            for digit in (1..2 * LENGTH).step_by(2) {
                let found = &comb.points()[usize::from(Comb::<LENGTH>::index(row, i16::try_from(digit).unwrap()))];
                let expected = &group[power * digit % order - 1];
                assert!(found.x.equals(&expected.x) && found.y.equals(&expected.y), "{digit} times row {row} of point {i}");
            }
            power = (0..STRIDE).fold(power, |power, _| 2 * power % order);
        }
        assert!(comb.point().x.equals(&group[i - 1].x) && comb.point().y.equals(&group[i - 1].y));
    }
}

#[test]
fn rows_in_small_groups() {
    let [.., of_13, of_199] = &subgroups()[..] else { panic!("the small groups are listed") };
    check::<1>(of_13);
    check::<4>(of_13);
    check::<1>(of_199);
    check::<8>(of_199);
    check::<64>(of_199);
}
