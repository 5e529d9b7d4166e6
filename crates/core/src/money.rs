//! Prices as people write them.

reasons! {
    /// Why text is not a price.
    pub enum MoneyError {
        /// No digits.
        Empty = "money_empty", "a price must not be empty";
    }
}
