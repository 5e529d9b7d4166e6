//! Ethereum addresses.

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
