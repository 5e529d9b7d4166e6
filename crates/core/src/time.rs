//! Times and windows.

reasons! {
    /// Why text is not a time.
    pub enum TimeError {
        /// No digits.
        Empty = "time_empty", "a time must not be empty";
        /// A leading zero.
        LeadingZero = "time_leading_zero", "a time has no leading zero";
        /// Something other than the digits 0 to 9.
        Digit = "time_digit", "a time is written in the digits 0 to 9 only";
        /// Above 2^64 - 1.
        TooLarge = "time_too_large", "a time is at most 2^64 - 1 seconds";
    }
}
