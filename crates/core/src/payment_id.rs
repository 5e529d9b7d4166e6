//! Payment identifiers.

reasons! {
    /// Why text is not a payment identifier.
    pub enum PaymentIdError {
        /// Shorter than 16 or longer than 128 characters.
        Length = "payment_id_length", "a payment identifier has 16 to 128 characters";
        /// A character outside letters, digits, `_` and `-`.
        Symbol = "payment_id_symbol", "a payment identifier holds letters, digits, _ and - only";
    }
}
