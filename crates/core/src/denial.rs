//! Our own policy said no, before anything was signed.

reasons! {
    /// A refusal by the buyer's own side.
    ///
    /// It is decided on the seller's terms before the signer is called, so there is nothing to settle, to reserve or to retry
    /// (catalogue rows 191 to 217; the shorthand `D(code)` there). It never becomes a [`Rejection`](crate::Rejection): the seller
    /// did nothing to the payment, and is told nothing about the policy.
    ///
    /// [`UnknownAsset`](Self::UnknownAsset) and [`DomainMismatch`](Self::DomainMismatch) are what this crate itself can find in an offer
    /// ([`Terms::token`](crate::Terms::token)). The other members belong to the policies of the guards, and stand here so that a refusal
    /// has one name wherever it is decided, logged or counted.
    pub enum Denial {
        /// There is no policy, or none that could be read (row 216).
        NoPolicy = "no_policy", "there is no policy that could allow anything";
        /// A request by `http` to another machine, or to this one without leave (row 202).
        InsecureTransport = "insecure_transport", "the request did not go by https";
        /// A request to an origin that the policy does not name (rows 190, 206 and 215).
        Origin = "origin", "the policy does not name this origin";
        /// A request for a resource of a named origin that no pattern of the policy matches (row 215).
        Resource = "resource", "no pattern of the policy matches this resource";
        /// The answer is about another resource than was asked for (row 201).
        ResourceSpoof = "resource_spoof", "the offer is about another resource than was asked for";
        /// Personal data or a secret where the policy wants none (row 207).
        TextRefused = "text_refused", "a text holds personal data or a secret";
        /// An answer without an offer.
        NoOffer = "no_offer", "there is nothing on offer";
        /// More offers than anybody honest makes (row 197).
        TooManyOffers = "too_many_offers", "there are more offers than are looked at";
        /// A scheme that the policy does not name (row 198).
        Scheme = "scheme", "the policy does not name this scheme";
        /// A network that the policy does not name (row 195).
        Network = "network", "the policy does not name this network";
        /// The token is not in the registry for this network, whatever its name and its `extra` claim (row 192).
        UnknownAsset = "unknown_asset", "the token is not in the registry of this network";
        /// The token's EIP-712 name or version is not the registry's (row 199).
        DomainMismatch = "domain_mismatch", "the signing domain is not the one the registry has for this token";
        /// A token of the registry that the policy does not name.
        Asset = "asset", "the policy does not name this token";
        /// A way to move the token, or an order of payment and service, that the policy does not name (row 198).
        TransferMethod = "transfer_method", "the policy does not name this way to move the token";
        /// A ceiling that would be charged by somebody the policy does not name (row 200).
        Facilitator = "facilitator", "the policy does not name the facilitator that would charge this payment";
        /// A payee that the policy excludes.
        PayeeDenied = "payee_denied", "the policy excludes this payee";
        /// A payee that is not among those the policy names.
        PayeeUnlisted = "payee_unlisted", "the policy does not name this payee";
        /// Another payee than this origin had before (row 194).
        PayeeChanged = "payee_changed", "this origin was paid at another account before";
        /// The seller has signed another offer than the one that stands there: one of the two was changed on the way.
        OfferContradicted = "offer_contradicted", "the seller has signed another offer than this";
        /// Nobody who may speak for the seller has signed the offer, and the policy demands it.
        OfferUnsigned = "offer_unsigned", "nobody who may speak for the seller has signed this offer";
        /// No time to settle in, or no end of it (row 193).
        Window = "window", "the payment could not be settled in the time the offer gives, or for far too long";
        /// A price of nothing, which is no price (rule 24).
        ZeroAmount = "zero_amount", "the offer asks for nothing";
        /// More than was advertised, or paid before (row 191).
        PriceChanged = "price_changed", "the price is above the one that was advertised or paid before";
        /// More than one payment may cost (row 209).
        AbovePerPayment = "above_per_payment", "the amount is above the limit of one payment";
        /// A person has to agree, and nobody can be asked.
        ApprovalNeeded = "approval_needed", "a person has to approve this payment";
        /// The approval is for other terms, another resource or another purchase (row 217).
        ApprovalMismatch = "approval_mismatch", "the approval is for something else";
        /// The approval was asked for too long ago, or in the future (row 217).
        ApprovalExpired = "approval_expired", "the approval is too old";
        /// The approval was used for a payment before (row 217).
        ApprovalUsed = "approval_used", "the approval was used for a payment before";
        /// The name of the purchase stands for another request or task (row 188).
        OtherPurchase = "other_purchase", "the name of this purchase was given to another request before";
        /// The policy limits sessions and the purchase names none.
        NoSession = "no_session", "the policy has a limit for a session and the purchase belongs to none";
        /// A budget has no room (rows 209 to 214).
        OverBudget = "over_budget", "a budget has no room for this amount";
    }
}
