use alloc::format;
use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;

use super::super::samples::{self, HALF_N, N, P, V1_HIGH_S, V1_SIGNATURE, full, near, small, word};
use super::*;

fn check(bytes: &[u8], form: Form, expected: Result<(), SignatureError>) {
    let read = Signature::from_bytes(bytes, form);
    assert_eq!(read.map(|_| ()), expected, "{bytes:02x?} as {form:?}");
    assert_eq!(Signature::parse(&hex::encode(bytes), form), read, "the text agrees with the bytes");
}

fn check_65(r: &[u8; 32], s: &[u8; 32], expected: Result<(), SignatureError>) {
    for v in [27, 28] {
        check(&full(r, s, v), Form::Full, expected);
        check(&full(r, s, v), Form::FullOrCompact, expected);
    }
}

#[test]
fn row_73_the_specification_sample_is_canonical() {
    let signature = samples::signature(V1_SIGNATURE);
    assert_eq!(signature.to_hex(), V1_SIGNATURE);
    assert_eq!(signature.v(), 28);
    assert_eq!(hex::encode(signature.r()), V1_SIGNATURE[..66]);
    assert_eq!(hex::encode(signature.s())[2..], V1_SIGNATURE[66..130]);
}

#[test]
fn row_76_the_high_twin_is_refused() {
    check(&samples::bytes(V1_HIGH_S), Form::Full, Err(SignatureError::HighS));
    check(&samples::bytes(V1_HIGH_S), Form::FullOrCompact, Err(SignatureError::HighS));
}

#[test]
fn rows_77_and_78_the_recovery_byte_is_27_or_28_and_nothing_else() {
    let mut bytes = samples::bytes(V1_SIGNATURE);
    for v in 0..=255 {
        bytes[64] = v;
        let expected = if v == 27 || v == 28 { Ok(()) } else { Err(SignatureError::RecoveryId) };
        check(&bytes, Form::Full, expected);
        check(&bytes, Form::FullOrCompact, expected);
    }
    // A transaction's v of chain 84532 takes more than a byte: 2 * 84532 + 35 = 0x02947b.
    let eip155 = [&samples::bytes(V1_SIGNATURE)[..64], &[0x02, 0x94, 0x7b]].concat();
    check(&eip155, Form::Full, Err(SignatureError::Length));
}

#[test]
fn row_79_the_compact_form_is_read_where_the_scheme_reads_it_and_is_the_same_value() {
    let full = samples::signature(V1_SIGNATURE);
    let compact = full.to_2098();
    check(&compact, Form::Full, Err(SignatureError::Length));
    assert_eq!(Signature::from_bytes(&compact, Form::FullOrCompact), Ok(full));
    assert_eq!(Signature::parse_65(&compact), Err(SignatureError::Length));
    assert_eq!(Signature::parse_2098(&full.to_bytes()), Err(SignatureError::Length));
}

/// The two published examples of EIP-2098, which eth-account signs to the same bytes.
#[test]
fn row_79_the_examples_of_eip_2098() {
    for (full, compact) in [
        (
            "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea520641b",
            "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
        ),
        (
            "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f5507931c",
            "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
        ),
    ] {
        let signature = samples::signature(full);
        assert_eq!(hex::encode(&signature.to_2098()), compact);
        assert_eq!(Signature::parse(compact, Form::FullOrCompact), Ok(signature));
    }
}

#[test]
fn row_80_other_lengths_are_refused() {
    for length in [0, 1, 32, 63, 64, 66, 96, 97, 128, 130, 100_000] {
        check(&vec![27; length], Form::Full, Err(SignatureError::Length));
        if length != 64 {
            check(&vec![27; length], Form::FullOrCompact, Err(SignatureError::Length));
        }
        assert_eq!(Signature::parse_65(&vec![27; length]), Err(SignatureError::Length));
    }
}

#[test]
fn row_81_r_and_s_lie_in_the_group() {
    let one = small(1);
    for (word, range) in [
        (small(0), Err(())),
        (small(1), Ok(())),
        (near(N, -1), Ok(())),
        (word(N), Err(())),
        (near(N, 1), Err(())),
        (word(P), Err(())),
        (near(P, -1), Err(())),
        (near(P, 1), Err(())),
        ([0xff; 32], Err(())),
    ] {
        check_65(&word, &one, range.map_err(|()| SignatureError::RangeR));
        // What is in range and not small is high.
        let s = match range {
            Ok(()) if word == one => Ok(()),
            Ok(()) => Err(SignatureError::HighS),
            Err(()) => Err(SignatureError::RangeS),
        };
        check_65(&one, &word, s);
    }
    check_65(&one, &word(HALF_N), Ok(()));
    check_65(&one, &near(HALF_N, -1), Ok(()));
    check_65(&one, &near(HALF_N, 1), Err(SignatureError::HighS));
}

#[test]
fn the_compact_form_keeps_the_same_ranges() {
    let check_compact = |r: [u8; 32], s: [u8; 32], expected| {
        for parity in [0, 0x80] {
            let mut s = s;
            s[0] |= parity;
            check(&[r, s].concat(), Form::FullOrCompact, expected);
        }
    };
    let one = small(1);
    check_compact(one, one, Ok(()));
    check_compact(small(0), one, Err(SignatureError::RangeR));
    check_compact(word(N), one, Err(SignatureError::RangeR));
    check_compact(one, small(0), Err(SignatureError::RangeS));
    check_compact(one, word(HALF_N), Ok(()));
    // Above half of the order there is a sliver that 255 bits still hold.
    check_compact(one, near(HALF_N, 1), Err(SignatureError::HighS));
    let mut most = [0xff; 32];
    most[0] = 0x7f;
    check_compact(one, most, Err(SignatureError::HighS));
}

#[test]
fn the_text_is_strict() {
    let check = |text: &str, expected| assert_eq!(Signature::parse(text, Form::FullOrCompact).map(|_| ()), expected, "{text:?}");
    check(V1_SIGNATURE, Ok(()));
    check(&V1_SIGNATURE[2..], Err(SignatureError::Prefix));
    check(&V1_SIGNATURE.replacen("0x", "0X", 1), Err(SignatureError::Prefix));
    check(&format!(" {V1_SIGNATURE}"), Err(SignatureError::Prefix));
    check("", Err(SignatureError::Prefix));
    check("0x", Err(SignatureError::Length));
    check("0x00", Err(SignatureError::Length));
    check(&V1_SIGNATURE[..131], Err(SignatureError::Length));
    check(&format!("{V1_SIGNATURE} "), Err(SignatureError::Length));
    check(&V1_SIGNATURE.replace("2d6a", "2d6g"), Err(SignatureError::Digit));
    check(&V1_SIGNATURE.replace("2d6a", "2dé"), Err(SignatureError::Digit));
    check(&V1_SIGNATURE[..130].replace("2d6a", "+d6a"), Err(SignatureError::Digit));
}

#[test]
fn row_118_one_signature_has_one_value_whatever_it_wears() {
    let plain = samples::signature(V1_SIGNATURE);
    let upper = format!("0x{}", V1_SIGNATURE[2..].to_uppercase());
    let compact = hex::encode(&plain.to_2098());
    for text in [upper, compact] {
        assert_eq!(Signature::parse(&text, Form::FullOrCompact), Ok(plain));
    }
}

#[test]
fn it_does_not_print_itself() {
    assert_eq!(format!("{:?}", samples::signature(V1_SIGNATURE)), "Signature(..)");
}

#[test]
fn hexadecimal_faults_keep_their_names() {
    for (hex, expected) in [
        (HexError::Prefix, SignatureError::Prefix),
        (HexError::Digit, SignatureError::Digit),
        (HexError::Length, SignatureError::Length),
    ] {
        assert_eq!(SignatureError::from(hex), expected);
    }
}

fn canonical() -> impl Strategy<Value = [u8; 65]> {
    (any::<[u8; 32]>(), any::<[u8; 32]>(), 27_u8..=28)
        .prop_map(|(r, mut s, v)| {
            s[0] &= 0x7f;
            full(&r, &s, v)
        })
        .prop_filter("canonical", |bytes| Signature::parse_65(bytes).is_ok())
}

proptest! {
    #[test]
    fn reading_and_writing_are_inverse(bytes in canonical()) {
        let signature = Signature::parse_65(&bytes).unwrap();
        prop_assert_eq!(signature.to_bytes(), bytes);
        prop_assert_eq!(Signature::parse(&signature.to_hex(), Form::Full), Ok(signature));
        prop_assert_eq!(Signature::parse_2098(&signature.to_2098()), Ok(signature));
        prop_assert_eq!(full(signature.r(), signature.s(), signature.v()), bytes);
    }

    #[test]
    fn compact_bytes_have_one_reading(bytes in prop::array::uniform32(any::<u8>()), s in prop::array::uniform32(any::<u8>())) {
        let compact = [bytes, s].concat();
        if let Ok(signature) = Signature::parse_2098(&compact) {
            prop_assert_eq!(&signature.to_2098()[..], &compact[..]);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [Form::Full, Form::FullOrCompact] {
            if let Ok(signature) = Signature::from_bytes(&bytes, form) {
                prop_assert!(bytes.len() == 65 || bytes.len() == 64);
                prop_assert!(signature.s() <= &HALF_ORDER);
            }
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), digits in "0x[0-9a-fA-F]{126,132}") {
        for text in [text, digits] {
            let _ = Signature::parse(&text, Form::Full);
            let _ = Signature::parse(&text, Form::FullOrCompact);
        }
    }
}
