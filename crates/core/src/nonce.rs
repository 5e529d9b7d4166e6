//! 32-byte nonces.

reasons! {
    /// Why text is not a nonce.
    pub enum NonceError {
        /// The text does not begin with `0x`.
        Prefix = "nonce_prefix", "a nonce must start with 0x";
        /// Not 64 digits.
        Length = "nonce_length", "a nonce has sixty-four hexadecimal digits";
        /// A character is not a hexadecimal digit.
        Digit = "nonce_digit", "not a hexadecimal digit";
    }
}
