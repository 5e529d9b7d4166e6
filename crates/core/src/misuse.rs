//! The program that uses this crate asked for something that cannot be.

reasons! {
    /// A mistake of the integrator, found when something is built and before any payment arrives.
    ///
    /// What is configured and cannot be built is an error at start-up, not a payment refused later: a misuse carries no HTTP status
    /// because no request should ever meet one.
    pub enum Misuse {
        /// Two schemes with one identifier on one network.
        DuplicateScheme = "duplicate_scheme", "two schemes have the same identifier on the same network";
        /// A price of zero on a route that was not declared free (catalogue row 59).
        ZeroPrice = "zero_price", "a price of zero must be declared as free";
        /// A price in money on a network without a default asset.
        NoDefaultAsset = "no_default_asset", "the network has no default asset, so the asset must be named";
        /// The EIP-712 name or version given for a known token is not the registry's; every payment would fail (catalogue row 83).
        DomainConflict = "domain_conflict", "the signing domain given is not the one of this token";
        /// The terms would not fit into the response header (catalogue row 44).
        TermsTooLong = "terms_too_long", "the terms do not fit into a response header";
    }
}
