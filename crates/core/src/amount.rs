//! Token amounts.

reasons! {
    /// Why text is not an amount.
    pub enum AmountError {
        /// No digits.
        Empty = "amount_empty", "an amount must not be empty";
        /// A leading zero.
        LeadingZero = "amount_leading_zero", "an amount has no leading zero";
        /// Something other than the digits 0 to 9.
        Digit = "amount_digit", "an amount is written in the digits 0 to 9 only";
        /// Above 2^256 - 1.
        TooLarge = "amount_too_large", "an amount is at most 2^256 - 1";
    }
}
