//! Our own policy said no, before anything was signed.

reasons! {
    /// A refusal by the buyer's own side.
    ///
    /// It is decided on the seller's terms before the signer is called, so there is nothing to settle, to reserve or to retry
    /// (catalogue rows 191 to 206; the shorthand `D(code)` there). It never becomes a [`Rejection`](crate::Rejection): the seller
    /// did nothing to the payment, and is told nothing about the policy.
    ///
    /// The members are what this crate itself can find in an offer ([`Terms::token`](crate::Terms::token)). Budgets, payees, origins
    /// and prices are for whoever keeps them, and bring their members with them.
    pub enum Denial {
        /// The token is not in the registry for this network, whatever its name and its `extra` claim (row 192).
        UnknownAsset = "unknown_asset", "the token is not in the registry of this network";
        /// The token's EIP-712 name or version is not the registry's (row 199).
        DomainMismatch = "domain_mismatch", "the signing domain is not the one the registry has for this token";
    }
}
