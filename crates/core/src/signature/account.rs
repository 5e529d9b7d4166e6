//! What stands at an address, which decides whose word counts there.

use crate::address::Address;

/// What the code at an address says about who answers for it.
///
/// This and nothing else chooses between a key's signature and a contract's answer. The length of the signature does not: a
/// contract wallet's may have 64 or 65 bytes (catalogue row 102), and USDC asks the code of every account that has any, with no
/// way back to the key (row 103, map section 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "who checks a signature must decide for every kind; there is no fourth")]
pub enum AccountCode {
    /// No code. A key's signature counts; or, inside an ERC-6492 wrapper, that of a wallet still to be deployed.
    Absent,
    /// A key's account that has lent itself code (EIP-7702). The code answers, through ERC-1271, even for a good signature of the
    /// key, because the token asks the code.
    Delegated(Address),
    /// A contract, which answers through ERC-1271.
    Contract,
}

impl AccountCode {
    /// Reads the bytes that a node returns for an address (`eth_getCode`).
    #[must_use]
    pub fn of(code: &[u8]) -> Self {
        match delegate(code) {
            Some(delegate) => Self::Delegated(delegate),
            None if code.is_empty() => Self::Absent,
            None => Self::Contract,
        }
    }
}

/// The delegate that an EIP-7702 designator names: `ef0100` and an address, 23 bytes in all.
fn delegate(code: &[u8]) -> Option<Address> {
    let address = code.strip_prefix(&[0xef, 0x01, 0x00])?;
    <[u8; 20]>::try_from(address).ok().map(Address::from_bytes)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;
    use crate::hex;

    fn check(code: &[u8], expected: AccountCode) {
        assert_eq!(AccountCode::of(code), expected, "{code:02x?}");
    }

    /// K11 and its neighbours.
    #[test]
    fn row_103_a_designator_is_exactly_23_bytes() {
        let k11 = hex::decode("0xef01001111111111111111111111111111111111111111").unwrap();
        check(&k11, AccountCode::Delegated(Address::from_bytes([0x11; 20])));
        check(&k11[..22], AccountCode::Contract);
        check(&[&k11[..], &[0x11]].concat(), AccountCode::Contract);
        check(&k11[..3], AccountCode::Contract);
        check(&[&[0xef, 0x01, 0x01], &k11[3..]].concat(), AccountCode::Contract);
        check(&[&[0xef, 0x00, 0x00], &k11[3..]].concat(), AccountCode::Contract);
        check(&k11[3..], AccountCode::Contract);
    }

    #[test]
    fn row_102_any_code_is_code() {
        check(&[], AccountCode::Absent);
        for length in [1, 23, 64, 65, 24_576] {
            check(&vec![0; length], AccountCode::Contract);
        }
    }

    proptest! {
        #[test]
        fn only_no_code_is_absent(code in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(AccountCode::of(&code) == AccountCode::Absent, code.is_empty());
        }
    }
}
