use alloc::format;
use alloc::string::ToString as _;

use proptest::prelude::*;

use super::*;
use crate::json::tests::any_value;

/// `expected` is the JSON inside, or the name of the reason for refusal. The shared vectors hold the long list of cases.
fn check(value: &[u8], expected: Result<&str, &str>) {
    let got = Envelope::from_header(value, &Limits::HEADER).map(|e| e.into_object().to_string()).map_err(|e| e.kind().name());
    assert_eq!(got.as_deref().map_err(|e| *e), expected);
}

#[test]
fn row_2_to_10_one_spelling_of_base64() {
    check(b"eyJhIjoiVVNE4oKuMCJ9", Ok(r#"{"a":"USD₮0"}"#));
    check(b"e30=", Ok("{}"));
    check(b"e31=", Err("base64_canonical"));
    check(b"e30", Err("base64_padding"));
    check(b"e30=e30=", Err("base64_padding"));
    check(b"e30==", Err("base64_padding"));
    check(b"eyJhIjoi_-J9", Err("base64_symbol"));
    check(b"e30=\n", Err("base64_symbol"));
    check(b"", Err("empty"));
    check(b"  ", Err("empty"));
    check(b"bnVsbA==", Err("member_type"));
    check(b"W10=", Err("member_type"));
}

#[test]
fn an_error_says_where() {
    let at = |value: &[u8]| Envelope::from_header(value, &Limits::HEADER).unwrap_err().offset();
    assert_eq!((at(b"e3 0="), at(b"e31="), at(b"e30==")), (Some(2), Some(2), Some(3)));
    let error =
        payment_signature(STANDARD.encode(r#"{"x402Version":2,"accepted":{"scheme":1},"payload":{}}"#).as_bytes(), &Limits::HEADER);
    assert_eq!(error.unwrap_err().to_string(), "accepted.scheme: has the wrong type");
    assert_eq!(Envelope::from_header(b"W10=", &Limits::HEADER).unwrap_err().to_string(), "the document has the wrong type");
}

#[test]
fn an_error_breaks_no_line_of_a_log() {
    let error = extension_responses(STANDARD.encode(r#"{"a\r\nb\u001b":1}"#).as_bytes(), &Limits::HEADER).unwrap_err();
    assert_eq!((error.path(), error.to_string().as_str()), (Some("?"), "?: has the wrong type"));
}

#[test]
fn row_44_an_offer_too_long_for_its_header_is_found_when_it_is_written() {
    let object: Object = [("a", "x".repeat(6144))].into_iter().collect();
    assert_eq!(encode(object.clone(), &Limits::HEADER), Err(Misuse::TermsTooLong));
    assert!(encode(object, &Limits::HEADER.with_bytes(9000)).is_ok());
}

#[test]
fn row_12_to_16_one_payment_header() {
    let find = |headers: &[(&str, &str)]| {
        find_payment(headers.iter().map(|(name, value)| (*name, value.as_bytes())))
            .map(|found| found.map(|f| f.version))
            .map_err(|e| e.kind().name())
    };
    assert_eq!(find(&[("accept", "*/*")]), Ok(None));
    assert_eq!(find(&[("pAyMeNt-SiGnAtUrE", "")]), Ok(Some(Version::V2)));
    assert_eq!(find(&[("x-payment", "e30=")]), Ok(Some(Version::V1)));
    assert_eq!(find(&[("x-payment", "a"), ("X-PAYMENT", "a")]), Err("header_repeated"));
    assert_eq!(find(&[("x-payment", "a"), ("payment-signature", "a")]), Err("header_conflict"));
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(members in prop::collection::vec((any::<String>(), any_value()), 0..6)) {
        let object: Object = members.into_iter().collect();
        let limits = Limits::HEADER.with_bytes(1 << 20);
        let text = encode(object.clone(), &limits).unwrap();
        prop_assert_eq!(Envelope::from_header(text.as_bytes(), &limits).unwrap().into_object().to_string(), object.to_string());
    }

    #[test]
    fn no_bytes_panic_and_what_is_read_has_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..96)) {
        let _ = Envelope::from_header(&bytes, &Limits::HEADER);
        let text = STANDARD.encode(&bytes);
        if Envelope::from_header(text.as_bytes(), &Limits::HEADER).is_ok() {
            let padded = format!("{text}=");
            prop_assert!(Envelope::from_header(padded.as_bytes(), &Limits::HEADER).is_err());
        }
    }
}

/// What is refused at a look is refused for the same reason, and at the same place, as after decoding.
fn check_glance(value: &[u8]) {
    let limits = Limits::HEADER;
    let slowly = decode_whole(value, &limits).and_then(|bytes| Envelope::from_json(&bytes, &limits));
    assert_eq!(Envelope::from_header(value, &limits), slowly);
    let glance = (value.len() <= limits.bytes).then(|| no_text(value)).flatten();
    assert!(glance.is_none() || glance == slowly.err());
}

#[test]
fn garbage_of_any_length_has_the_same_reason_at_a_look() {
    let garbage = |at: usize, byte: u8| {
        let mut bytes = alloc::vec![b'a'; 6144];
        bytes[at] = byte;
        bytes
    };
    // beginnings that a look decides, and others that it must leave
    for at in [0, 1, 46, 47, 48, 900] {
        for byte in [0xff, 0xc3, 0xe2, 0xef, 0x80] {
            for cut in [0, 1, 2, 3, 5000, 5376, 5377, 6060] {
                let value = STANDARD.encode(&garbage(at, byte)[..6144 - cut]);
                check_glance(value.as_bytes());
                // and broken as base64 besides
                for (place, symbol) in [(70, b'-'), (value.len() - 1, b'='), (value.len() - 1, b'B'), (3, b'='), (99, b'=')] {
                    let mut broken = value.clone().into_bytes();
                    broken[place] = symbol;
                    check_glance(&broken);
                    check_glance(&broken[1..]);
                }
            }
        }
    }
    let seen = no_text(STANDARD.encode(garbage(3, 0xff)).as_bytes());
    assert_eq!(seen, Some(DecodeError::byte(EncodingError::Utf8, 3)));
    for mark in [&[0xEF, 0xBB, 0xBF][..], &[0xEF, 0xBB, 0xBF, 0xff]] {
        let mut marked = garbage(0, b'a');
        marked[..mark.len()].copy_from_slice(mark);
        check_glance(STANDARD.encode(marked).as_bytes());
    }
}

proptest! {
    #[test]
    fn any_long_value_has_the_same_reason_at_a_look(bytes in proptest::collection::vec(any::<u8>(), 760..1200), plain in 0_usize..60, turn in 0_usize..3000) {
        let mut bytes = bytes;
        bytes.iter_mut().take(plain).for_each(|byte| *byte &= 0x7f);
        let mut value = STANDARD.encode(bytes).into_bytes();
        if let Some(symbol) = value.get_mut(turn) {
            *symbol ^= 0x10;
        }
        check_glance(&value);
    }
}

#[test]
fn symbol_by_symbol_there_is_one_spelling_too() {
    for value in
        ["", "=", "==", "===", "====", "A", "AA", "AAA", "A===", "AA=", "AA==", "AB==", "AAB=", "AAA=", "AA=A", "AAAA=", "AAAA===="]
    {
        assert_eq!(decode_by_symbol(value.as_bytes()), STANDARD.decode(value).ok(), "{value}");
    }
    // every byte at every place of a group
    for (place, byte) in (0..4).flat_map(|place| (0..=255).map(move |byte| (place, byte))) {
        let mut value = *b"QUFBQQ==";
        value[4 + place] = byte;
        assert_eq!(decode_by_symbol(&value), STANDARD.decode(value).ok(), "{place} {byte}");
    }
}

proptest! {
    #[test]
    fn symbol_by_symbol_the_bytes_are_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..80), at in 0_usize..100, symbol: u8) {
        let mut value = STANDARD.encode(&bytes).into_bytes();
        prop_assert_eq!(decode_by_symbol(&value), Some(bytes));
        if let Some(place) = value.get_mut(at) {
            *place = symbol;
        }
        prop_assert_eq!(decode_by_symbol(&value), STANDARD.decode(&value).ok());
    }
}
