//! Ethereum addresses.
//!
//! An address is written as `0x` and forty hexadecimal digits. Mixed case is a checksum (EIP-55) and is checked wherever it occurs;
//! text of one case carries no checksum and is accepted, since the specification's own samples and most wallets write it.
//! Everything that lenient readers also take, no prefix, `0X`, a wrong checksum, a name, is refused (catalogue row 34).

use core::fmt;

use crate::hash::keccak256;
use crate::hex::{self, HexError};

reasons! {
    /// Why text is not an address.
    pub enum AddressError {
        /// The text does not begin with `0x`.
        Prefix = "address_prefix", "an address must start with 0x";
        /// Not 40 digits.
        Length = "address_length", "an address has forty hexadecimal digits";
        /// A character is not a hexadecimal digit.
        Digit = "address_digit", "not a hexadecimal digit";
        /// Mixed case that is not the checksum of EIP-55.
        Checksum = "address_checksum", "the checksum of EIP-55 is wrong";
        /// The zero address where a party must be named.
        Zero = "address_zero", "the zero address names nobody";
    }
}

/// A 20-byte Ethereum address; its canonical text carries the checksum of EIP-55.
///
/// ```
/// use quittance_core::address::Address;
///
/// let usdc = Address::parse("0x036cbd53842c5426634e7929541ec2318f3dcf7e")?;
/// assert_eq!(usdc.to_string(), "0x036CbD53842c5426634e7929541eC2318f3dCF7e");
/// # Ok::<(), quittance_core::address::AddressError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address([u8; 20]);

impl Address {
    /// The zero address: nobody, or the native asset, depending on who reads it.
    pub const ZERO: Self = Self([0; 20]);

    /// Reads an address, the zero address among them.
    ///
    /// # Errors
    ///
    /// Names what the text breaks (catalogue row 34).
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let address = hex::decode_array(text).map(Self).map_err(|reason| match reason {
            HexError::Prefix => AddressError::Prefix,
            HexError::Length => AddressError::Length,
            HexError::Digit => AddressError::Digit,
        })?;
        if is_mixed_case(text) && !is_checksummed(text) { Err(AddressError::Checksum) } else { Ok(address) }
    }

    /// Reads the address of a party to a payment: of its payer, payee or asset.
    ///
    /// # Errors
    ///
    /// As [`Address::parse`], and [`AddressError::Zero`] for the zero address: paying it burns the money (catalogue row 34).
    pub fn parse_party(text: &str) -> Result<Self, AddressError> {
        match Self::parse(text)? {
            Self::ZERO => Err(AddressError::Zero),
            party => Ok(party),
        }
    }

    /// The address with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The text of EIP-55.
    fn checksummed(&self) -> [u8; 42] {
        let mut text = *b"0x0000000000000000000000000000000000000000";
        let [_, _, digits @ ..] = &mut text;
        for (pair, byte) in digits.chunks_exact_mut(2).zip(&self.0) {
            pair.copy_from_slice(&hex::pair_of(*byte));
        }
        raise(digits);
        text
    }
}

/// Whether the letters of forty digits are as EIP-55 writes them.
fn is_checksummed(text: &str) -> bool {
    let Some((_, digits)) = text.as_bytes().split_last_chunk::<40>() else { return false };
    let mut expected = *digits;
    expected.make_ascii_lowercase();
    raise(&mut expected);
    expected == *digits
}

/// The rule of EIP-55: a letter is upper case where the hash of the lower-case digits has a nibble of 8 or more.
fn raise(digits: &mut [u8]) {
    let hash = keccak256(digits);
    for (pair, byte) in digits.chunks_exact_mut(2).zip(hash) {
        for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            // no branch: half of them would be taken, and none foreseen
            let case = u8::from(digit.is_ascii_lowercase()) & nibble >> 3;
            *digit ^= case << 5;
        }
    }
}

fn is_mixed_case(text: &str) -> bool {
    // the x of the prefix is no digit
    let digits = text.as_bytes().iter().skip(2);
    let (mut lower, mut upper) = (false, false);
    for digit in digits {
        lower |= digit.is_ascii_lowercase();
        upper |= digit.is_ascii_uppercase();
    }
    lower && upper
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(core::str::from_utf8(&self.checksummed()).expect("hexadecimal digits are text"))
    }
}

canonical_text!(Address, AddressError, "an address");

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&str, AddressError>) {
        let parsed = Address::parse(text);
        assert_eq!(parsed.map(|address| address.to_string()), expected.map(String::from), "{text:?}");
        assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text:?}");
    }

    #[test]
    fn the_examples_of_eip_55() {
        for text in [
            // all letters upper, all lower, mixed
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77",
            "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            check(text, Ok(text));
        }
    }

    #[test]
    fn one_case_carries_no_checksum() {
        let canonical = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        check("0x036cbd53842c5426634e7929541ec2318f3dcf7e", Ok(canonical));
        check("0x036CBD53842C5426634E7929541EC2318F3DCF7E", Ok(canonical));
        check("0x3600000000000000000000000000000000000000", Ok("0x3600000000000000000000000000000000000000"));
    }

    #[test]
    fn row_34_what_lenient_readers_take() {
        check("036CbD53842c5426634e7929541eC2318f3dCF7e", Err(AddressError::Prefix));
        check("0X036CbD53842c5426634e7929541eC2318f3dCF7e", Err(AddressError::Prefix));
        check("vitalik.eth", Err(AddressError::Prefix));
        check("", Err(AddressError::Prefix));
        check(" 0x036CbD53842c5426634e7929541eC2318f3dCF7e", Err(AddressError::Prefix));
        check("0x", Err(AddressError::Length));
        check("0x036CbD53842c5426634e7929541eC2318f3dCF7", Err(AddressError::Length));
        check("0x036CbD53842c5426634e7929541eC2318f3dCF7e0", Err(AddressError::Length));
        check("0x036CbD53842c5426634e7929541eC2318f3dCF7e ", Err(AddressError::Length));
        check("0x036CbD53842c5426634e7929541eC2318f3dCF7g", Err(AddressError::Digit));
        check("0x0x6CbD53842c5426634e7929541eC2318f3dCF7e", Err(AddressError::Digit));
        check("0x036CbD53842c5426634e7929541eC2318f3dCF7E", Err(AddressError::Checksum));
        check("0x036cbD53842c5426634e7929541eC2318f3dCF7e", Err(AddressError::Checksum));
    }

    #[test]
    fn row_34_the_zero_address_is_no_party() {
        let zero = "0x0000000000000000000000000000000000000000";
        check(zero, Ok(zero));
        assert_eq!(Address::parse_party(zero), Err(AddressError::Zero));
        assert_eq!(Address::parse_party("0x"), Err(AddressError::Length));
        let one = "0x0000000000000000000000000000000000000001";
        assert_eq!(Address::parse_party(one), Address::parse(one));
    }

    #[test]
    fn debug_shows_the_checksummed_text() {
        let address = Address::parse("0x036cbd53842c5426634e7929541ec2318f3dcf7e").unwrap();
        assert_eq!(std::format!("{address:?}"), "Address(0x036CbD53842c5426634e7929541eC2318f3dCF7e)");
    }

    proptest! {
        #[test]
        fn text_reads_back(bytes: [u8; 20]) {
            let address = Address::from_bytes(bytes);
            prop_assert_eq!(address.as_bytes(), &bytes);
            prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
            prop_assert_eq!(Address::parse(&hex::encode(&bytes)), Ok(address));
            prop_assert_eq!(serde_json::to_string(&address).unwrap(), std::format!("\"{address}\""));
        }

        #[test]
        fn a_flipped_case_breaks_the_checksum(bytes: [u8; 20], at in 2_usize..42) {
            let text = Address::from_bytes(bytes).to_string();
            let mut flipped = text.clone().into_bytes();
            flipped[at] ^= 32 * u8::from(flipped[at].is_ascii_alphabetic());
            let flipped = String::from_utf8(flipped).unwrap();
            let accepted = flipped == text || !is_mixed_case(&flipped);
            prop_assert_eq!(Address::parse(&flipped), if accepted { Ok(Address(bytes)) } else { Err(AddressError::Checksum) });
        }

        #[test]
        fn no_text_panics(text in ".{0,50}") {
            let _ = Address::parse(&text);
        }
    }
}
