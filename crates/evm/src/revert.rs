//! What the contracts of a settlement say when they refuse, as rejections.
//!
//! The names are those of the proxies' and Permit2's custom errors, of the standard errors of newer tokens, and the texts of USDC. A wallet
//! that is asked on the way can revert with anything, so that all this decides is which of a payer's own refusals the payer is told.

use quittance_core::Rejection;

use crate::abi::Reader;

/// The rejection that a revert names, if it names one.
#[must_use]
pub fn rejection(reverted: &[u8]) -> Option<Rejection> {
    let (selector, arguments) = reverted.split_first_chunk::<4>()?;
    if *selector == ERROR {
        let text = text(arguments)?;
        return TEXTS.iter().find(|(known, _)| known.as_bytes() == text).map(|(_, rejection)| *rejection);
    }
    NAMED.iter().find(|(known, _, _)| known == selector).map(|(_, _, rejection)| *rejection)
}

/// The text of `Error(string)`. Its end may be cut off; a known text is shorter than what is kept of a revert.
fn text(arguments: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(arguments);
    reader.expect(32).ok()?;
    let length = reader.size().ok()?;
    reader.take(length).ok()
}

/// `Error(string)`
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// Custom errors, by their selectors.
const NAMED: [([u8; 4], &str, Rejection); 15] = [
    ([0x2c, 0x52, 0x11, 0xc6], "InvalidAmount()", Rejection::Permit2ProxyAmount),
    ([0xac, 0x6b, 0x05, 0xf5], "InvalidDestination()", Rejection::Permit2ProxyDestination),
    ([0x49, 0xe2, 0x7c, 0xff], "InvalidOwner()", Rejection::Permit2ProxyOwner),
    ([0xa6, 0x55, 0x39, 0xfa], "PaymentTooEarly()", Rejection::Permit2ProxyTooEarly),
    ([0x05, 0x0c, 0xda, 0x49], "Permit2612AmountMismatch()", Rejection::Permit2PermitAmount),
    ([0x0f, 0x6f, 0xae, 0x87], "UnauthorizedFacilitator()", Rejection::UptoProxyFacilitator),
    ([0xfe, 0x64, 0xb4, 0xc7], "AmountExceedsPermitted()", Rejection::UptoProxyExceeds),
    ([0x75, 0x66, 0x88, 0xfe], "InvalidNonce()", Rejection::Permit2NonceUsed),
    ([0x81, 0x5e, 0x1d, 0x64], "InvalidSigner()", Rejection::Permit2Signature),
    ([0x8b, 0xaa, 0x57, 0x9f], "InvalidSignature()", Rejection::Permit2Signature),
    ([0x4b, 0xe6, 0x32, 0x1b], "InvalidSignatureLength()", Rejection::Permit2Signature),
    ([0xb0, 0x66, 0x9c, 0xbc], "InvalidContractSignature()", Rejection::Permit2Signature),
    ([0xcd, 0x21, 0xdb, 0x4f], "SignatureExpired(uint256)", Rejection::Permit2Deadline),
    ([0x37, 0x28, 0xb8, 0x3d], "InvalidAmount(uint256)", Rejection::Permit2Amount),
    ([0xe4, 0x50, 0xd3, 0x8c], "ERC20InsufficientBalance(address,uint256,uint256)", Rejection::InsufficientFunds),
];

/// What USDC says in words.
const TEXTS: [(&str, Rejection); 5] = [
    ("FiatTokenV2: invalid signature", Rejection::Eip3009Signature),
    ("FiatTokenV2: authorization is used or canceled", Rejection::Eip3009NonceUsed),
    ("FiatTokenV2: authorization is not yet valid", Rejection::Eip3009ValidAfter),
    ("FiatTokenV2: authorization is expired", Rejection::Eip3009ValidBefore),
    ("ERC20: transfer amount exceeds balance", Rejection::InsufficientFunds),
];

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use quittance_core::{Amount, keccak256};

    use super::*;

    fn in_words(text: &str) -> Vec<u8> {
        let word = |number: usize| Amount::from_u64(number as u64).to_be_bytes();
        let mut data = [&ERROR[..], &word(32), &word(text.len()), text.as_bytes()].concat();
        data.resize(4 + 64 + text.len().next_multiple_of(32), 0);
        data
    }

    #[test]
    fn a_refusal_is_told_by_its_name() {
        for (selector, name, expected) in NAMED {
            assert_eq!(keccak256(name.as_bytes())[..4], selector, "{name}");
            assert_eq!(rejection(&selector), Some(expected));
            assert_eq!(rejection(&[&selector[..], &[0; 96]].concat()), Some(expected));
        }
        for (text, expected) in TEXTS {
            let data = in_words(text);
            assert_eq!((rejection(&data), rejection(&data[..4 + 64 + text.len()])), (Some(expected), Some(expected)), "{text}");
        }
    }

    #[test]
    fn anything_else_names_nothing() {
        for unknown in [&[][..], &[0x2c, 0x52, 0x11], &[1, 2, 3, 4], &in_words("TRANSFER_FROM_FAILED"), &ERROR, &in_words("")] {
            assert_eq!(rejection(unknown), None);
        }
        let mut far = in_words("FiatTokenV2: invalid signature");
        far[4] = 1;
        assert_eq!(rejection(&far), None);
    }
}
