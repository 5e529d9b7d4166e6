//! The program that uses this crate asked for something that cannot be.

reasons! {
    /// A mistake of the integrator, found when something is built and before any payment arrives.
    ///
    /// What is configured and cannot be built is an error at start-up, not a payment refused later: a misuse carries no HTTP status
    /// because no request should ever meet one.
    pub enum Misuse {
        /// Two schemes with one identifier on one network.
        DuplicateScheme = "duplicate_scheme", "two schemes have the same identifier on the same network";
        /// A price of zero: what is free needs no offer (catalogue row 59).
        ZeroPrice = "zero_price", "a price of zero is no offer";
        /// A price in another currency than the asset.
        OtherCurrency = "other_currency", "the price names another asset than the one it is to be paid in";
        /// A price that the asset's decimals cannot express, or beyond every amount.
        Price = "price_not_expressible", "the price cannot be expressed in this asset";
        /// A payee that the asset's network does not have.
        Payee = "payee_not_on_network", "the payee is not an account of the asset's network";
        /// The terms would not fit into the response header (catalogue row 44).
        TermsTooLong = "terms_too_long", "the terms do not fit into a response header";
    }
}
