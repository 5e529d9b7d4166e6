//! CAIP-2 network identifiers.

reasons! {
    /// Why text is not a CAIP-2 network.
    pub enum NetworkError {
        /// No colon.
        Colon = "network_colon", "a network is written namespace:reference";
    }
}
