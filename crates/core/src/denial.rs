//! Our own policy said no, before anything was signed.

reasons! {
    /// A refusal by the buyer's own side.
    ///
    /// It is decided on the seller's terms before the signer is called, so there is nothing to settle, to reserve or to retry
    /// (catalogue rows 191 to 206; the shorthand `D(code)` there). It never becomes a [`Rejection`](crate::Rejection): the seller
    /// did nothing to the payment, and is told nothing about the policy. Budgets, approvals and caps are decided where budgets are
    /// kept and have their own refusals there.
    pub enum Denial {
        /// The price is not the one advertised or paid before; a cap that would still allow it does not help (row 191).
        PriceChanged = "price_changed", "the price is not the one that was advertised or paid before";
        /// The token is not in the registry for this network, whatever its name and its `extra` claim (row 192).
        UnknownAsset = "unknown_asset", "the token is not one we know on this network";
        /// The terms allow an authorization to live longer than policy does, or no time at all (row 193).
        Lifetime = "lifetime_not_allowed", "the lifetime that the terms allow is outside the policy";
        /// The payee is not the pinned or earlier one (row 194).
        PayeeChanged = "payee_changed", "the payee is not the one pinned or paid before";
        /// The network is not one the task may pay on (row 195).
        Network = "network_not_allowed", "the policy does not allow this network";
        /// The list of offers or its text is longer than the limit (row 197).
        TooLarge = "terms_too_large", "the terms are longer than the limit";
        /// The scheme or the way of moving the asset was not opted into: `upto`, Permit2, approvals, delegations (row 198).
        Scheme = "scheme_not_allowed", "the policy does not allow this scheme or transfer method";
        /// The token's EIP-712 name or version is not the registry's (row 199).
        DomainMismatch = "domain_mismatch", "the signing domain is not the one we know for this token";
        /// The facilitator that would be able to settle is missing, zero or not a pinned one (row 200).
        Facilitator = "facilitator_not_allowed", "the facilitator named in the terms is not one we accept";
        /// The terms are for another resource than was requested (row 201).
        ResourceSpoof = "resource_spoof", "the terms are for another resource than was requested";
        /// The terms came over a connection that anybody could have changed (row 202).
        Insecure = "connection_not_secure", "the terms did not come over a secure connection";
        /// The header and the body name different terms (row 202).
        TermsDisagree = "terms_disagree", "the header and the body name different terms";
        /// The host that asks for money is not the one the purchase is meant for (row 206).
        Origin = "origin_not_allowed", "the policy does not allow paying this origin";
        /// None of the offers is acceptable, each for a reason of its own (row 196).
        NoAcceptableOffer = "no_acceptable_offer", "none of the offers is acceptable";
    }
}
