use alloc::format;
use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;

use super::super::samples::{self, V1_SIGNATURE};
use super::super::{ERC6492_SUFFIX, Form, Signature};
use super::*;

fn check(text: &str, expected: Result<usize, SignatureError>) {
    let read = SignatureBytes::parse(text);
    assert_eq!(read.as_ref().map(|bytes| bytes.as_bytes().len()).map_err(|error| *error), expected, "{text:.40}");
    if let Ok(bytes) = read {
        assert_eq!(bytes.to_hex(), text.to_lowercase());
        assert_eq!(SignatureBytes::from_bytes(bytes.as_bytes()), Ok(bytes));
    }
}

#[test]
fn row_80_any_length_up_to_the_bound() {
    for length in [0, 1, 32, 63, 64, 65, 66, 97, MAX_SIGNATURE_BYTES] {
        check(&hex::encode(&vec![0xAB; length]), Ok(length));
    }
    for length in [MAX_SIGNATURE_BYTES + 1, 100_000] {
        check(&hex::encode(&vec![0xAB; length]), Err(SignatureError::TooLarge));
        assert_eq!(SignatureBytes::from_bytes(&vec![0; length]), Err(SignatureError::TooLarge));
    }
}

#[test]
fn the_text_is_strict() {
    check("", Err(SignatureError::Prefix));
    check("00", Err(SignatureError::Prefix));
    check("0X00", Err(SignatureError::Prefix));
    check("0x0", Err(SignatureError::Length));
    check("0x0g", Err(SignatureError::Digit));
    check("0xAbCd", Ok(2));
}

#[test]
fn row_102_the_shape_tells_a_wrapper_and_nothing_else() {
    for length in [0, 1, 64, 65, 66, 500] {
        let bytes = SignatureBytes::from_bytes(&vec![1; length]).unwrap();
        assert_eq!(bytes.shape(), Ok(Shape::Bare(&vec![1; length])));
    }
    let wrapped = Wrapped::new(samples::address(samples::ANVIL0), b"call", b"inner").unwrap();
    let bytes = SignatureBytes::from_bytes(&wrapped.to_bytes()).unwrap();
    assert_eq!(bytes.shape(), Ok(Shape::Counterfactual(wrapped)));
    let suffix = SignatureBytes::from_bytes(&ERC6492_SUFFIX).unwrap();
    assert_eq!(suffix.shape(), Err(WrapperError::Truncated));
}

#[test]
fn a_key_signature_is_its_65_bytes() {
    let signature = samples::signature(V1_SIGNATURE);
    let bytes = SignatureBytes::from(signature);
    assert_eq!(bytes.to_hex(), V1_SIGNATURE);
    assert_eq!(Signature::from_bytes(bytes.as_bytes(), Form::Full), Ok(signature));
}

#[test]
fn row_236_nothing_prints_the_bytes() {
    let bytes = SignatureBytes::parse(V1_SIGNATURE).unwrap();
    assert_eq!(format!("{bytes:?}"), "SignatureBytes(65 bytes)");
    assert_eq!(format!("{:?}", bytes.shape().unwrap()), "Bare(65 bytes)");
    let wrapped = Wrapped::new(samples::address(samples::ANVIL0), &[1, 2, 3], bytes.as_bytes()).unwrap();
    assert_eq!(
        format!("{:?}", Shape::Counterfactual(wrapped)),
        "Counterfactual(Wrapped { factory: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266, calldata: 3 bytes, inner: 65 bytes })"
    );
}

proptest! {
    #[test]
    fn no_input_panics(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SignatureBytes::parse(&text);
        let bytes = SignatureBytes::from_bytes(&bytes).unwrap();
        prop_assert_eq!(SignatureBytes::parse(&bytes.to_hex()), Ok(bytes.clone()));
        let _ = bytes.shape();
    }
}
