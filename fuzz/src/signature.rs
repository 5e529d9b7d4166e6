//! The bytes of a signature: a key's in both encodings, a wallet's, and a wrapper of ERC-6492.

use quittance_core::Address;
use quittance_core::signature::{
    AccountCode, ERC6492_SUFFIX, Form, MAX_SIGNATURE_BYTES, Shape, Signature, SignatureBytes, Wrapped,
};

use crate::recovery::{HALF_ORDER, ORDER};
use crate::vectors::Vectors;

/// The input as text, as bytes, and as the parts of a wrapper.
pub fn run(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        check_text(text);
    }
    check_bytes(data);
    check_parts(data);
    let delegated = data.len() == 23 && data.starts_with(&[0xef, 0x01, 0x00]);
    match AccountCode::of(data) {
        AccountCode::Absent => assert!(data.is_empty()),
        AccountCode::Delegated(to) => assert!(delegated && data.ends_with(to.as_bytes())),
        AccountCode::Contract => assert!(!delegated && !data.is_empty()),
    }
}

/// Texts of the vectors, and the bytes that they stand for.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["evm/signature", "evm/erc6492"], "signature");
    let texts = seeds.iter().filter_map(|text| str::from_utf8(text).ok());
    let bytes = texts.filter_map(|text| SignatureBytes::parse(text).ok()).map(|bytes| bytes.as_bytes().to_vec());
    let bytes = bytes.collect::<Vec<_>>();
    seeds.extend(bytes);
    seeds.push([[0xef, 0x01, 0x00].as_slice(), &[0x11; 20]].concat());
    seeds
}

fn check_text(text: &str) {
    let digits = text.strip_prefix("0x").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let legal = digits.is_some_and(|digits| digits.len() % 2 == 0 && digits.len() <= 2 * MAX_SIGNATURE_BYTES);
    let bytes = SignatureBytes::parse(text);
    assert_eq!(bytes.is_ok(), legal);
    if let Ok(bytes) = &bytes {
        assert_eq!(bytes.to_hex(), text.to_ascii_lowercase());
        assert!(SignatureBytes::parse(&bytes.to_hex()).as_ref() == Ok(bytes));
        check_bytes(bytes.as_bytes());
    }
    for form in [Form::Full, Form::FullOrCompact] {
        let read = Signature::parse(text, form);
        let same = bytes.as_ref().ok().and_then(|bytes| Signature::from_bytes(bytes.as_bytes(), form).ok());
        assert_eq!(read.ok(), same);
        if let Ok(signature) = read {
            assert!(Signature::parse(&signature.to_hex(), form) == Ok(signature));
        }
    }
}

fn check_bytes(data: &[u8]) {
    let bytes = SignatureBytes::from_bytes(data);
    assert_eq!(bytes.is_ok(), data.len() <= MAX_SIGNATURE_BYTES);
    if let Ok(bytes) = &bytes {
        assert_eq!(bytes.as_bytes(), data);
        match bytes.shape() {
            Ok(Shape::Bare(bare)) => assert!(bare == data && !data.ends_with(&ERC6492_SUFFIX)),
            Ok(Shape::Counterfactual(wrapped)) => check_wrapped(&wrapped, data),
            Err(_) => assert!(data.ends_with(&ERC6492_SUFFIX)),
        }
    }
    assert_eq!(Wrapped::parse(data) == Ok(None), !data.ends_with(&ERC6492_SUFFIX));

    let full = Signature::parse_65(data);
    let is_full = data.len() == 65 && matches!(data[64], 27 | 28) && are_scalars(&data[..32], &data[32..64]);
    assert_eq!(full.is_ok(), is_full, "{full:?}");
    let compact = Signature::parse_2098(data);
    let is_compact = data.len() == 64 && {
        let mut s = data[32..].to_vec();
        s[0] &= 0x7f;
        are_scalars(&data[..32], &s)
    };
    assert_eq!(compact.is_ok(), is_compact, "{compact:?}");
    assert_eq!(Signature::from_bytes(data, Form::Full), full);
    let either = if data.len() == 64 { compact } else { full };
    assert_eq!(Signature::from_bytes(data, Form::FullOrCompact), either);
    if let Ok(signature) = either {
        assert!(if data.len() == 64 { signature.to_2098() == *data } else { signature.to_bytes() == *data });
        assert!(Signature::parse_65(&signature.to_bytes()) == Ok(signature));
        assert!(Signature::parse_2098(&signature.to_2098()) == Ok(signature));
        let texts = [format!("{signature:?}"), format!("{:?}", SignatureBytes::from(signature))];
        assert!(texts.iter().all(|text| text.len() < 40), "a signature does not print itself");
    }
}

/// `r` and `s` in `1..n`, `s` at most `n/2`.
fn are_scalars(r: &[u8], s: &[u8]) -> bool {
    let is_nought = |number: &[u8]| number.iter().all(|byte| *byte == 0);
    !is_nought(r) && !is_nought(s) && *r < ORDER[..] && *s <= HALF_ORDER[..]
}

/// A wrapper is the one encoding of its parts.
fn check_wrapped(wrapped: &Wrapped<'_>, data: &[u8]) {
    assert!(data.ends_with(&ERC6492_SUFFIX));
    assert!(!wrapped.inner().ends_with(&ERC6492_SUFFIX));
    assert_eq!(wrapped.to_bytes(), data);
    let same = Wrapped::new(wrapped.factory(), wrapped.calldata(), wrapped.inner());
    assert!(same == Ok(*wrapped));
}

/// Any parts make a wrapper that is read again, but for a wrapper in a wrapper and one too large.
fn check_parts(data: &[u8]) {
    let Some((factory, rest)) = data.split_first_chunk::<20>() else { return };
    let Some((length, rest)) = rest.split_first() else { return };
    let (calldata, inner) = rest.split_at(usize::from(*length).min(rest.len()));
    let parts = Wrapped::new(Address::from_bytes(*factory), calldata, inner);
    let words = |bytes: &[u8]| bytes.len().div_ceil(32);
    let size = 32 * (3 + 1 + words(calldata) + 1 + words(inner) + 1);
    let legal = !inner.ends_with(&ERC6492_SUFFIX) && size <= MAX_SIGNATURE_BYTES;
    assert_eq!(parts.is_ok(), legal);
    if let Ok(wrapped) = parts {
        let bytes = wrapped.to_bytes();
        assert_eq!(bytes.len(), size);
        assert!(Wrapped::parse(&bytes) == Ok(Some(wrapped)));
        assert_eq!((wrapped.factory().as_bytes(), wrapped.calldata(), wrapped.inner()), (factory, calldata, inner));
    }
}
