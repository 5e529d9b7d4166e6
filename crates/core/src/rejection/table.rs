//! The one table of rejections.

use core::fmt;

use super::{Blame, Retry, Vocabulary};

/// One row per cause:
///
/// `Variant: "our code", HTTP status, blame, retry, spec: …, ts: …, rs: …, also: […], says: …, cite: …;`
///
/// `spec` is the name in the specification and the Python SDK, or where they have none the official SDKs' name. `ts` and `rs` stand
/// only where TypeScript and Go, or x402-rs, write another. `also` holds every further spelling of the same cause that is read:
/// earlier releases, the first protocol version, Go alone, Python alone. A spelling stands in one row only.
macro_rules! rejections {
    ($(
        $(#[$meta:meta])*
        $Variant:ident: $code:literal, $status:literal, $Blame:ident, $Retry:ident,
            spec: $spec:literal, $( ts: $ts:literal, )? $( rs: $rs:literal, )? $( also: [$($also:literal),+ $(,)?], )?
            says: $says:literal, cite: $cite:literal;
    )+) => {
        /// Why a payment was refused.
        ///
        /// Each variant shows its reason text, its meaning and the place in the specification that it comes from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rejection {
            $(
                #[doc = concat!("`", $spec, "`: ", $says, " (", $cite, ").")]
                ///
                $(#[$meta])*
                $Variant,
            )+
        }

        impl Rejection {
            /// Every rejection.
            pub const ALL: &'static [Self] = &[ $( Self::$Variant, )+ ];

            /// Our stable name, for logs, metrics and vectors; [`reason`](Self::reason) is what goes onto the wire.
            #[must_use]
            pub const fn code(self) -> &'static str {
                text_of!(self; $( $Variant => $code, )+)
            }

            /// The text for `invalidReason`, `errorReason` and `error`, as the specification spells it.
            #[must_use]
            pub const fn reason(self) -> &'static str {
                text_of!(self; $( $Variant => $spec, )+)
            }

            /// The text in a given vocabulary, or the specification's where that vocabulary has no name of its own.
            ///
            /// The vocabularies name general causes after the scheme that found them; where a row serves several schemes, the name
            /// is that of `exact` on EVM. Reading it back gives the same rejection.
            #[must_use]
            pub const fn reason_in(self, vocabulary: Vocabulary) -> &'static str {
                let (typescript, rs): (Option<&'static str>, Option<&'static str>) = match self {
                    $( Self::$Variant => (first(&[$($ts)?]), first(&[$($rs)?])), )+
                };
                let own = match vocabulary {
                    Vocabulary::Spec => None,
                    Vocabulary::TypeScript => typescript,
                    Vocabulary::Rs => rs,
                };
                match own {
                    Some(text) => text,
                    None => self.reason(),
                }
            }

            /// The HTTP status a seller answers with (v2 HTTP transport, "Error Handling"; catalogue section 0).
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $( Self::$Variant => $status, )+ }
            }

            /// Whose doing it is.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $( Self::$Variant => Blame::$Blame, )+ }
            }

            /// What the payer may do next.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $( Self::$Variant => Retry::$Retry, )+ }
            }

            /// What is wrong, in one line for people.
            #[must_use]
            pub const fn description(self) -> &'static str {
                text_of!(self; $( $Variant => $says, )+)
            }

            /// Where the specification says so.
            #[must_use]
            pub const fn citation(self) -> &'static str {
                text_of!(self; $( $Variant => $cite, )+)
            }

            /// The rejection of this [code](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                let codes = concat!($( $code, "\n", )+).split('\n');
                codes.zip(Self::ALL).find(|(own, _)| *own == code).map(|(_, rejection)| *rejection)
            }

            /// Every spelling of every row, a line each, which a table of them would take twice the bytes of. It is read once a request.
            const SPELLINGS: &'static str = concat!($(
                $spec, $( "\t", $ts, )? $( "\t", $rs, )? $( $( "\t", $also, )+ )? "\n",
            )+);

            /// The rejection that a reason text means, in any vocabulary.
            pub(super) fn from_reason(text: &str) -> Option<Self> {
                let is_meant = |(spellings, _): &(&str, &Self)| spellings.split('\t').any(|spelling| spelling == text);
                Self::SPELLINGS.split('\n').zip(Self::ALL).find(is_meant).map(|(_, rejection)| *rejection)
            }

            #[cfg(test)]
            pub(super) const fn spellings(self) -> &'static [&'static str] {
                match self { $( Self::$Variant => &[ $spec, $($ts,)? $($rs,)? $( $($also,)+ )? ], )+ }
            }
        }
    };
}

const fn first(names: &[&'static str]) -> Option<&'static str> {
    match names {
        [name, ..] => Some(name),
        [] => None,
    }
}

rejections! {
    // ---- the resource server ----

    /// Nothing is wrong yet: the request carried no payment at all, and so there is nothing to retry. A header that is there and
    /// empty is malformed instead (catalogue rows 1 and 2). Said to a request that did carry one, it proves nothing about that
    /// payment, whose first answer may have been lost (row 185).
    PaymentRequired: "payment_required", 402, Payer, UnknownOutcome,
        spec: "PAYMENT-SIGNATURE header is required", ts: "Payment required", also: ["X-PAYMENT header is required"],
        says: "the request carries no payment", cite: "transports-v2/http, payment required signaling";
    /// What the payment accepts is compared as a whole with what the seller itself offers; the payment's own copy of the terms is
    /// a claim, never a source (catalogue rows 62 and 64 to 67).
    NoMatchingOffer: "no_matching_offer", 402, Payer, NewPayment,
        spec: "No matching payment requirements", rs: "accepted_requirements_mismatch",
        also: ["No matching payment requirements found", "Unable to find matching payment requirements"],
        says: "the accepted terms are none of the terms offered", cite: "core v2, 5.2.2, accepted";
    /// An extension was echoed with other contents than the seller advertised (catalogue row 69).
    ExtensionEchoMismatch: "extension_echo_mismatch", 402, Payer, NewPayment,
        spec: "extension_echo_mismatch",
        says: "an extension was returned with other contents than advertised", cite: "core v2, 5.1.2, extensions";
    /// The first attempt, not this answer, decides what becomes of the money; only its holder gets the stored result (catalogue rows
    /// 115 to 117).
    DuplicateSettlement: "duplicate_settlement", 409, Payer, UnknownOutcome,
        spec: "duplicate_settlement",
        says: "this payment is already being settled or has been", cite: "scheme_exact_svm, duplicate settlement mitigation";
    /// A transaction was sent and its receipt has not been seen. It answers 503, because 402 would invite a second payment (rule 15,
    /// catalogue row 141). Go's name says that waiting for the receipt failed, the first version's that confirming timed out.
    SettlementPending: "settlement_pending", 503, Chain, UnknownOutcome,
        spec: "settlement_pending",
        also: [
            "invalid_exact_evm_failed_to_get_receipt",
            "settle_exact_svm_transaction_confirmation_timed_out",
        ],
        says: "the settlement was sent and is not confirmed yet", cite: "no specification text; official SDKs";

    // ---- the general codes of the core specification ----

    InvalidPayload: "invalid_payload", 400, Payer, Never,
        spec: "invalid_payload", rs: "invalid_format",
        also: [
            "invalid_exact_evm_payload",
            "invalid_exact_evm_payload_missing_signature",
            "invalid_exact_svm_payload",
            "invalid_permit2_payload_format",
        ],
        says: "the payment is malformed", cite: "core v2, 9";
    InvalidPaymentRequirements: "invalid_payment_requirements", 400, Seller, Never,
        spec: "invalid_payment_requirements", also: ["invalid_exact_evm_required_amount", "invalid_upto_evm_required_amount"],
        says: "the payment requirements are malformed", cite: "core v2, 9";
    /// Also a payment of the first version on a route that sells by the second only (catalogue row 15).
    InvalidX402Version: "invalid_x402_version", 400, Payer, Never,
        spec: "invalid_x402_version",
        says: "this version of the protocol is not spoken here", cite: "core v2, 9";
    /// A test network on a route that asks for real money, say (catalogue row 63).
    InvalidNetwork: "invalid_network", 402, Payer, NewPayment,
        spec: "invalid_network", rs: "unsupported_chain",
        also: ["invalid_exact_evm_failed_to_get_network_config", "invalid_upto_evm_failed_to_get_network_config"],
        says: "payments on this network are not taken here", cite: "core v2, 9";
    InvalidScheme: "invalid_scheme", 402, Payer, NewPayment,
        spec: "invalid_scheme",
        says: "payments by this scheme are not taken here", cite: "core v2, 9";
    /// The scheme's name is compared exactly: `Exact`, a trailing space and a look-alike letter are other names (catalogue row 36).
    UnsupportedScheme: "unsupported_scheme", 402, Payer, NewPayment,
        spec: "unsupported_scheme", ts: "invalid_exact_evm_scheme", also: ["invalid_exact_svm_unsupported_scheme"],
        says: "the facilitator does not handle this scheme", cite: "core v2, 9";
    NetworkMismatch: "network_mismatch", 402, Payer, NewPayment,
        spec: "network_mismatch", ts: "invalid_exact_evm_network_mismatch", rs: "chain_id_mismatch",
        also: ["invalid_exact_svm_network_mismatch"],
        says: "the payment is for another network than the offer", cite: "scheme_exact_evm, 1, phase 2, step 4";
    UnsupportedPayloadType: "unsupported_payload_type", 400, Payer, NewPayment,
        spec: "unsupported_payload_type",
        says: "the payload belongs to no transfer method that is handled here", cite: "no specification text; official SDKs";
    /// The payer's balance may arrive later; the authorization stays good until its window ends.
    InsufficientFunds: "insufficient_funds", 402, Payer, SameBytesLater,
        spec: "insufficient_funds", ts: "invalid_exact_evm_insufficient_balance",
        says: "the payer does not hold enough of the asset", cite: "core v2, 6.1.2, step 2";
    /// A revert does not prove that nothing was paid: somebody else may have sent the same authorization first (catalogue row 144).
    InvalidTransactionState: "invalid_transaction_state", 402, Chain, UnknownOutcome,
        spec: "invalid_transaction_state",
        says: "the settlement transaction failed or was rejected", cite: "core v2, 9";
    TransactionFailed: "transaction_failed", 402, Chain, UnknownOutcome,
        spec: "transaction_failed", ts: "invalid_exact_evm_transaction_failed", also: ["invalid_exact_svm_transaction_failed"],
        says: "settling failed for a cause that is not named", cite: "scheme_exact_evm, 1, phase 3";
    /// The facilitator verifies again before it settles. What it found is not said, and one thing it may have found is that the
    /// nonce is used: by an earlier attempt of the same payment, perhaps (catalogue row 142).
    VerificationFailed: "verification_failed", 402, Facilitator, UnknownOutcome,
        spec: "verification_failed", ts: "invalid_exact_evm_verification_failed",
        also: ["invalid_exact_svm_verification_failed", "invalid_payment"],
        says: "the facilitator refused the payment without naming a cause", cite: "core v2, 7.2";

    // ---- exact on EVM, EIP-3009; x402-rs's coarse names, which it uses for every scheme, are read as these ----

    Eip3009Signature: "eip3009_signature", 402, Payer, NewPayment,
        spec: "invalid_exact_evm_payload_signature", ts: "invalid_exact_evm_signature", rs: "invalid_signature",
        says: "the signature over the authorization is not the payer's", cite: "core v2, 6.1.2, step 1";
    /// Not 65 bytes, v other than 27 or 28, or s in the upper half, with no contract to ask (catalogue rows 76 to 81).
    SignatureFormat: "signature_format", 400, Payer, Never,
        spec: "invalid_exact_evm_failed_to_parse_signature",
        also: ["invalid_exact_evm_signature_format", "invalid_upto_evm_signature_format"],
        says: "the signature is not in its canonical form", cite: "scheme_exact_evm, 1, phase 1";
    /// Expired, or so close to it that the settlement might not arrive in time (catalogue rows 46 and 47).
    Eip3009ValidBefore: "eip3009_valid_before", 402, Payer, NewPayment,
        spec: "invalid_exact_evm_payload_authorization_valid_before", rs: "invalid_payment_expired", also: ["payment_expired"],
        says: "the authorization has expired or is about to", cite: "core v2, 6.1.2, step 4";
    /// The token demands a time strictly after `validAfter` (catalogue rows 49 and 50).
    Eip3009ValidAfter: "eip3009_valid_after", 402, Payer, SameBytesLater,
        spec: "invalid_exact_evm_payload_authorization_valid_after", rs: "invalid_payment_early",
        says: "the authorization is not valid yet", cite: "core v2, 6.1.2, step 4";
    /// Equal means equal: more is refused like less (catalogue rows 57 and 58). x402-rs and the first version's library accept more.
    Eip3009Value: "eip3009_value", 402, Payer, NewPayment,
        spec: "invalid_exact_evm_payload_authorization_value_mismatch", rs: "invalid_payment_amount",
        also: [
            "invalid_exact_evm_payload_authorization_value",
            "invalid_exact_evm_authorization_value",
            "invalid_exact_evm_insufficient_amount",
        ],
        says: "the authorized value is not the amount asked", cite: "core v2, 6.1.2, step 3";
    /// Compared with the seller's own payee, not with the one the payment repeats (catalogue rows 60 and 61).
    Eip3009Recipient: "eip3009_recipient", 402, Payer, NewPayment,
        spec: "invalid_exact_evm_payload_recipient_mismatch", ts: "invalid_exact_evm_recipient_mismatch", rs: "recipient_mismatch",
        says: "the authorization pays somebody else", cite: "core v2, 6.1.2, step 5";
    MissingEip712Domain: "missing_eip712_domain", 402, Seller, Never,
        spec: "missing_eip712_domain", ts: "invalid_exact_evm_missing_eip712_domain",
        says: "the offer does not name the token's signing domain", cite: "scheme_exact_evm, 1, phase 1, extra";
    /// Used or cancelled: the token does not say which, nor by whom. It may have been this very payment, after a lost answer
    /// (catalogue rows 142 and 143).
    Eip3009NonceUsed: "eip3009_nonce_used", 409, Payer, UnknownOutcome,
        spec: "invalid_exact_evm_nonce_already_used",
        says: "the authorization has been used or cancelled", cite: "core v2, 10.1";
    TokenNameMismatch: "token_name_mismatch", 402, Seller, Never,
        spec: "invalid_exact_evm_token_name_mismatch",
        says: "the offer's EIP-712 name is not the token's", cite: "no specification text; official SDKs";
    TokenVersionMismatch: "token_version_mismatch", 402, Seller, Never,
        spec: "invalid_exact_evm_token_version_mismatch",
        says: "the offer's EIP-712 version is not the token's", cite: "no specification text; official SDKs";
    Eip3009NotSupported: "eip3009_not_supported", 402, Seller, Never,
        spec: "invalid_exact_evm_eip3009_not_supported",
        says: "the token has no EIP-3009 transfer", cite: "scheme_exact_evm, 1";
    AssetNotDeployed: "asset_not_deployed", 402, Seller, Never,
        spec: "asset_not_deployed_contract",
        says: "there is no contract at the asset's address", cite: "no specification text; official SDKs";
    /// The name is Python's; nothing is known about the asset, so nothing can be checked against it.
    AssetUnknown: "asset_unknown", 402, Seller, Never,
        spec: "invalid_exact_evm_failed_to_get_asset_info",
        says: "the facilitator does not know the asset", cite: "core v2, 11.2";
    /// A spent nonce fails the simulation as well, and x402-rs says nothing else about one: after a lost answer this may be the very
    /// payment that went through (catalogue row 142).
    Eip3009Simulation: "eip3009_simulation", 402, Chain, UnknownOutcome,
        spec: "invalid_exact_evm_transaction_simulation_failed", rs: "transaction_simulation",
        says: "the transfer would fail if it were sent now", cite: "core v2, 6.1.2, step 6";
    /// The receipt is good and the money is not there: a fee on transfer, or a token that does not revert (catalogue row 145).
    Eip3009TransferEvent: "eip3009_transfer_event", 402, Chain, UnknownOutcome,
        spec: "invalid_exact_evm_transfer_event_mismatch",
        says: "the settlement transaction shows no matching transfer", cite: "no specification text; official SDKs";

    // ---- smart wallets on EVM ----

    WalletNotDeployed: "wallet_not_deployed", 402, Payer, SameBytesLater,
        spec: "invalid_exact_evm_payload_undeployed_smart_wallet",
        says: "the payer's contract wallet is not deployed", cite: "no specification text; official SDKs";
    WalletDeployment: "wallet_deployment", 402, Chain, SameBytesLater,
        spec: "smart_wallet_deployment_failed",
        says: "deploying the payer's contract wallet failed", cite: "no specification text; official SDKs";
    /// The list is empty unless an operator fills it: the call would be made from the facilitator's own account (catalogue row 97).
    WalletFactory: "wallet_factory", 402, Payer, NewPayment,
        spec: "eip6492_factory_not_allowed",
        says: "the wallet's factory is not on the facilitator's list", cite: "no specification text; official SDKs";

    // ---- Permit2, in exact and in upto ----

    Permit2Signature: "permit2_signature", 402, Payer, NewPayment,
        spec: "invalid_permit2_signature",
        says: "the signature over the permit is not the payer's", cite: "scheme_exact_evm, 2, phase 3, step 1";
    /// The proxies of `exact` and `upto` are different contracts (catalogue rows 93 and 95).
    Permit2Spender: "permit2_spender", 402, Payer, NewPayment,
        spec: "invalid_permit2_spender",
        says: "the permit's spender is not the proxy of this scheme", cite: "scheme_exact_evm, 2, phase 2";
    Permit2Recipient: "permit2_recipient", 402, Payer, NewPayment,
        spec: "invalid_permit2_recipient_mismatch",
        says: "the permit's witness pays somebody else", cite: "scheme_exact_evm, 2, phase 2";
    Permit2Deadline: "permit2_deadline", 402, Payer, NewPayment,
        spec: "permit2_deadline_expired",
        says: "the permit has expired or is about to", cite: "scheme_exact_evm, 2, phase 3, step 5";
    /// The proxy allows the very second of `validAfter`, unlike EIP-3009 (catalogue row 51).
    Permit2ValidAfter: "permit2_valid_after", 402, Payer, SameBytesLater,
        spec: "permit2_not_yet_valid",
        says: "the permit is not valid yet", cite: "scheme_exact_evm, 2, phase 3, step 5";
    Permit2Amount: "permit2_amount", 402, Payer, NewPayment,
        spec: "permit2_amount_mismatch",
        says: "the permitted amount is not the amount asked", cite: "scheme_exact_evm, 2, phase 3, step 4";
    /// x402-rs's `asset_mismatch` is read as this: EIP-3009 signs no token, so only here can the payment name another one.
    Permit2Token: "permit2_token", 402, Payer, NewPayment,
        spec: "permit2_token_mismatch", rs: "asset_mismatch",
        says: "the permit is for another token", cite: "scheme_exact_evm, 2, phase 3, step 6";
    /// The one code with a status of its own: the payer approves Permit2 once and sends the same payment again (catalogue row 166).
    Permit2Allowance: "permit2_allowance", 412, Payer, SameBytesLater,
        spec: "permit2_allowance_required", also: ["PERMIT2_ALLOWANCE_REQUIRED"],
        says: "the payer has not approved Permit2 for this token", cite: "scheme_exact_evm, 2, phase 3, step 2";
    Permit2Balance: "permit2_balance", 402, Payer, SameBytesLater,
        spec: "permit2_insufficient_balance",
        says: "the payer does not hold enough of the token", cite: "scheme_exact_evm, 2, phase 3, step 3";
    Permit2ProxyMissing: "permit2_proxy_missing", 402, Seller, Never,
        spec: "permit2_proxy_not_deployed",
        says: "the Permit2 proxy is not deployed on this network", cite: "scheme_exact_evm, 2";
    /// No implementation looks whether the nonce is the cause, so a permit that was already settled ends here (catalogue row 142).
    Permit2Simulation: "permit2_simulation", 402, Chain, UnknownOutcome,
        spec: "permit2_simulation_failed",
        says: "the permitted transfer would fail if it were sent now", cite: "scheme_exact_evm, 2, phase 3, step 7";
    Permit2ProxyAmount: "permit2_proxy_amount", 402, Payer, NewPayment,
        spec: "permit2_invalid_amount", also: ["invalid_permit2_amount"],
        says: "the proxy contract refused the amount", cite: "scheme_exact_evm, annex, proxy";
    Permit2ProxyDestination: "permit2_proxy_destination", 402, Payer, NewPayment,
        spec: "permit2_invalid_destination", also: ["invalid_permit2_destination"],
        says: "the proxy contract refused the recipient", cite: "scheme_exact_evm, annex, proxy";
    Permit2ProxyOwner: "permit2_proxy_owner", 402, Payer, NewPayment,
        spec: "permit2_invalid_owner", also: ["invalid_permit2_owner"],
        says: "the proxy contract refused the payer's address", cite: "scheme_exact_evm, annex, proxy";
    Permit2ProxyTooEarly: "permit2_proxy_too_early", 402, Payer, SameBytesLater,
        spec: "permit2_payment_too_early",
        says: "the proxy contract found the permit not valid yet", cite: "scheme_exact_evm, annex, proxy";
    /// As with EIP-3009, by whom the nonce was used is not known (catalogue row 142); it is one bitmap for all tokens and spenders.
    Permit2NonceUsed: "permit2_nonce_used", 409, Payer, UnknownOutcome,
        spec: "permit2_invalid_nonce",
        says: "the permit's nonce has been used or invalidated", cite: "core v2, 10.1";
    Permit2PermitAmount: "permit2_permit_amount", 402, Payer, NewPayment,
        spec: "permit2_2612_amount_mismatch",
        says: "the EIP-2612 permit is for another value than the payment", cite: "scheme_exact_evm, annex, proxy";

    // ---- upto on EVM ----

    UptoScheme: "upto_scheme", 402, Payer, NewPayment,
        spec: "invalid_upto_evm_scheme",
        says: "the payment or the offer is not for the upto scheme", cite: "scheme_upto_evm, 2";
    UptoNetwork: "upto_network", 402, Payer, NewPayment,
        spec: "invalid_upto_evm_network_mismatch",
        says: "the payment is for another network than the offer of the upto scheme", cite: "scheme_upto_evm, phase 3, step 6";
    /// Settling more than was signed is the seller's doing and not a reason to ask the payer for more (catalogue rows 161 and 162).
    UptoExceeds: "upto_exceeds", 402, Seller, Never,
        spec: "invalid_upto_evm_payload_settlement_exceeds_amount",
        says: "the seller charges more than was authorized", cite: "scheme_upto_evm, 4";
    UptoProxyExceeds: "upto_proxy_exceeds", 402, Seller, Never,
        spec: "upto_amount_exceeds_permitted",
        says: "the proxy contract refused a charge above the permitted amount", cite: "scheme_upto_evm, phase 4";
    /// Binding the facilitator is what keeps a stranger from settling the full ceiling (catalogue row 164).
    UptoFacilitator: "upto_facilitator", 402, Payer, NewPayment,
        spec: "upto_facilitator_mismatch",
        says: "the permit names another facilitator", cite: "scheme_upto_evm, phase 2";
    /// The permit stays good for the facilitator that it names, who may still settle it.
    UptoProxyFacilitator: "upto_proxy_facilitator", 402, Facilitator, UnknownOutcome,
        spec: "upto_unauthorized_facilitator",
        says: "the proxy contract refused the facilitator that called it", cite: "scheme_upto_evm, phase 4";
    UptoTransactionFailed: "upto_transaction_failed", 402, Chain, UnknownOutcome,
        spec: "invalid_upto_evm_transaction_failed",
        says: "settling the upto payment failed for a cause that is not named", cite: "scheme_upto_evm, phase 4";

    // ---- gas sponsoring by EIP-2612 (catalogue row 167) ----

    Eip2612Format: "eip2612_format", 400, Payer, Never,
        spec: "invalid_eip2612_extension_format",
        says: "the EIP-2612 extension is malformed", cite: "eip2612_gas_sponsoring";
    Eip2612From: "eip2612_from", 402, Payer, NewPayment,
        spec: "eip2612_from_mismatch",
        says: "the EIP-2612 permit is another owner's", cite: "eip2612_gas_sponsoring, verification, 2";
    Eip2612Asset: "eip2612_asset", 402, Payer, NewPayment,
        spec: "eip2612_asset_mismatch",
        says: "the EIP-2612 permit is for another token", cite: "eip2612_gas_sponsoring, verification, 1";
    Eip2612Spender: "eip2612_spender", 402, Payer, NewPayment,
        spec: "eip2612_spender_not_permit2",
        says: "the EIP-2612 permit's spender is not Permit2", cite: "eip2612_gas_sponsoring, verification, 2";
    Eip2612Deadline: "eip2612_deadline", 402, Payer, NewPayment,
        spec: "eip2612_deadline_expired",
        says: "the EIP-2612 permit has expired or is about to", cite: "eip2612_gas_sponsoring, verification, 3";

    // ---- gas sponsoring by a signed ERC-20 approval (catalogue row 167) ----

    Erc20ApprovalFormat: "erc20_approval_format", 400, Payer, Never,
        spec: "invalid_erc20_approval_extension_format",
        says: "the approval extension is malformed", cite: "erc20_gas_sponsoring";
    Erc20ApprovalFrom: "erc20_approval_from", 402, Payer, NewPayment,
        spec: "erc20_approval_from_mismatch",
        says: "the approval is another owner's", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalAsset: "erc20_approval_asset", 402, Payer, NewPayment,
        spec: "erc20_approval_asset_mismatch",
        says: "the approval is for another token", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalSpender: "erc20_approval_spender", 402, Payer, NewPayment,
        spec: "erc20_approval_spender_not_permit2",
        says: "the approval's spender is not Permit2", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxFormat: "erc20_approval_tx_format", 400, Payer, Never,
        spec: "erc20_approval_tx_parse_failed",
        says: "the approval transaction cannot be decoded", cite: "erc20_gas_sponsoring, verification, 1";
    Erc20ApprovalTxTarget: "erc20_approval_tx_target", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_wrong_target",
        says: "the approval transaction calls another contract than the token", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxSelector: "erc20_approval_tx_selector", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_wrong_selector",
        says: "the approval transaction calls another function than approve", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxCalldata: "erc20_approval_tx_calldata", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_invalid_calldata",
        says: "the approval transaction's arguments cannot be read", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxSpender: "erc20_approval_tx_spender", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_wrong_spender",
        says: "the approval transaction approves somebody other than Permit2", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxSignature: "erc20_approval_tx_signature", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_invalid_signature",
        says: "the approval transaction's signature is invalid", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalTxSigner: "erc20_approval_tx_signer", 402, Payer, NewPayment,
        spec: "erc20_approval_tx_signer_mismatch",
        says: "the approval transaction is signed by somebody else", cite: "erc20_gas_sponsoring, verification, 2";
    Erc20ApprovalGas: "erc20_approval_gas", 402, Payer, SameBytesLater,
        spec: "erc20_approval_insufficient_eth_for_gas",
        says: "the payer cannot pay the gas of the approval", cite: "erc20_gas_sponsoring, verification, 3";
    /// The approval precedes the payment, so the payment was not sent; that it never will be is not proved by this answer.
    Erc20ApprovalTxFailed: "erc20_approval_tx_failed", 402, Chain, UnknownOutcome,
        spec: "erc20_approval_tx_failed",
        says: "the approval transaction failed on the chain", cite: "erc20_gas_sponsoring, settlement, 2";
    Erc20ApprovalBroadcast: "erc20_approval_broadcast", 402, Chain, SameBytesLater,
        spec: "erc20_approval_broadcast_failed",
        says: "the approval transaction was not taken by the network", cite: "erc20_gas_sponsoring, settlement, 2";

    // ---- exact on Solana, static layout ----

    SvmFeePayerMissing: "svm_fee_payer_missing", 402, Seller, Never,
        spec: "invalid_exact_svm_payload_missing_fee_payer",
        says: "the offer names no fee payer", cite: "scheme_exact_svm, requirements, extra.feePayer";
    SvmFeePayerNotManaged: "svm_fee_payer_not_managed", 402, Seller, NewPayment,
        spec: "fee_payer_not_managed_by_facilitator", ts: "invalid_exact_svm_fee_payer_not_managed_by_facilitator",
        says: "the fee payer is not one of the facilitator's accounts", cite: "scheme_exact_svm, 2.1";
    SvmFeePayerMismatch: "svm_fee_payer_mismatch", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_fee_payer_mismatch",
        says: "the transaction's fee payer is not the one offered", cite: "scheme_exact_svm, 2.1";
    SvmFeePayerInvalid: "svm_fee_payer_invalid", 402, Facilitator, SameBytesLater,
        spec: "invalid_exact_svm_invalid_fee_payer",
        says: "the facilitator has no key for the fee payer", cite: "scheme_exact_svm, 2.1";
    SvmTransactionMissing: "svm_transaction_missing", 400, Payer, Never,
        spec: "invalid_exact_svm_payload_transaction",
        says: "the payload carries no transaction", cite: "scheme_exact_svm, payload";
    SvmTransactionFormat: "svm_transaction_format", 400, Payer, Never,
        spec: "invalid_exact_svm_payload_transaction_could_not_be_decoded",
        says: "the transaction cannot be decoded", cite: "scheme_exact_svm, payload";
    SvmExcessSigners: "svm_excess_signers", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_excessive_signers",
        says: "the transaction needs more signers than the payer and the fee payer", cite: "scheme_exact_svm, 2.1.4";
    SvmSignature: "svm_signature", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_signature_invalid",
        says: "a required signature is missing or wrong", cite: "scheme_exact_svm, 2.1.4";
    SvmInstructionCount: "svm_instruction_count", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions_length",
        says: "the transaction has too few or too many instructions", cite: "scheme_exact_svm, 3.1";
    /// A name of the first version's list, which does not say which instruction is meant.
    SvmInstructions: "svm_instructions", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions",
        says: "the transaction's instructions are not the ones allowed", cite: "scheme_exact_svm, 3.1";
    SvmComputeLimit: "svm_compute_limit", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions_compute_limit_instruction",
        says: "the first instruction does not set the compute limit", cite: "scheme_exact_svm, 3.1, 1";
    SvmComputeLimitHigh: "svm_compute_limit_high", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions_compute_limit_instruction_too_high",
        says: "the compute limit is above the facilitator's cap", cite: "scheme_exact_svm, 2.2.1";
    SvmComputePrice: "svm_compute_price", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions_compute_price_instruction",
        says: "the second instruction does not set the compute price", cite: "scheme_exact_svm, 3.1, 2";
    SvmComputePriceHigh: "svm_compute_price_high", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_instructions_compute_price_instruction_too_high",
        says: "the compute price is above the facilitator's cap", cite: "scheme_exact_svm, 3.1";
    SvmNoTransfer: "svm_no_transfer", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_no_transfer_instruction",
        also: [
            "invalid_exact_svm_payload_transaction_not_a_transfer_instruction",
            "invalid_exact_svm_payload_transaction_instruction_not_spl_token_transfer_checked",
            "invalid_exact_svm_payload_transaction_instruction_not_token_2022_transfer_checked",
        ],
        says: "the third instruction is not a checked token transfer", cite: "scheme_exact_svm, 3.1, 3";
    SvmFeePayerPays: "svm_fee_payer_pays", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_fee_payer_transferring_funds",
        says: "the transfer would take the facilitator's own money", cite: "scheme_exact_svm, 2.1.3";
    SvmFeePayerNotIsolated: "svm_fee_payer_not_isolated", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_fee_payer_not_isolated",
        also: ["invalid_exact_svm_payload_transaction_fee_payer_included_in_instruction_accounts"],
        says: "an instruction names the fee payer among its accounts", cite: "scheme_exact_svm, 2.1.1";
    SvmMint: "svm_mint", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_mint_mismatch",
        says: "the transfer is of another token", cite: "scheme_exact_svm, 1.2";
    SvmRecipient: "svm_recipient", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_recipient_mismatch",
        also: ["invalid_exact_svm_payload_transaction_transfer_to_incorrect_ata"],
        says: "the transfer goes to another account", cite: "scheme_exact_svm, 1.2";
    /// Go and Python accept more than was asked and so call it insufficient; the specification contradicts itself (map row S13).
    SvmAmount: "svm_amount", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_amount_mismatch",
        also: [
            "invalid_exact_svm_payload_amount_insufficient",
            "invalid_exact_svm_payload_transaction_amount_mismatch",
        ],
        says: "the transferred amount is not the amount asked", cite: "scheme_exact_svm, 3.1";
    SvmFourthInstruction: "svm_fourth_instruction", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_unknown_fourth_instruction",
        says: "the fourth instruction is neither a wallet's guard nor a memo", cite: "scheme_exact_svm, 3.1, 4";
    SvmFifthInstruction: "svm_fifth_instruction", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_unknown_fifth_instruction",
        says: "the fifth instruction is neither a wallet's guard nor a memo", cite: "scheme_exact_svm, 3.1, 5";
    SvmSixthInstruction: "svm_sixth_instruction", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_unknown_sixth_instruction",
        says: "the sixth instruction is neither a wallet's guard nor a memo", cite: "scheme_exact_svm, 3.1, 6";
    SvmSeventhInstruction: "svm_seventh_instruction", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_unknown_seventh_instruction",
        says: "the seventh instruction is not a memo", cite: "scheme_exact_svm, 3.1, 7";
    SvmOptionalInstruction: "svm_optional_instruction", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_unknown_optional_instruction",
        says: "an optional instruction is neither a wallet's guard nor a memo", cite: "scheme_exact_svm, 3.1";
    SvmMemoCount: "svm_memo_count", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_memo_count",
        says: "there is not exactly one memo", cite: "scheme_exact_svm, 3.1";
    SvmMemo: "svm_memo", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_memo_mismatch",
        says: "the memo is not the one asked for", cite: "scheme_exact_svm, 3.1";
    SvmSigning: "svm_signing", 402, Facilitator, SameBytesLater,
        spec: "invalid_exact_svm_transaction_signing_failed",
        says: "the facilitator could not sign as the fee payer", cite: "scheme_exact_svm, protocol flow, 11";
    /// A transaction that the chain has processed already fails its simulation (catalogue row 142).
    SvmSimulation: "svm_simulation", 402, Chain, UnknownOutcome,
        spec: "transaction_simulation_failed", ts: "invalid_exact_svm_transaction_simulation_failed",
        also: ["invalid_exact_svm_payload_transaction_simulation_failed"],
        says: "the transaction would fail if it were sent now", cite: "scheme_exact_svm, 2.2.3";
    SvmNotConfirmed: "svm_not_confirmed", 402, Chain, UnknownOutcome,
        spec: "post_settlement_transfer_not_confirmed",
        says: "the settled transaction shows no matching transfer", cite: "scheme_exact_svm, 3.4";
    SvmBlockHeight: "svm_block_height", 402, Chain, UnknownOutcome,
        spec: "settle_exact_svm_block_height_exceeded",
        says: "the transaction's blockhash ran out before it was confirmed", cite: "core v1, 9";
    SvmAccountCreation: "svm_account_creation", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_create_ata_instruction",
        says: "the instruction that creates the token account is malformed", cite: "core v1, 9";
    SvmAccountCreationPayee: "svm_account_creation_payee", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_create_ata_instruction_incorrect_payee",
        says: "the created token account is another payee's", cite: "core v1, 9";
    SvmAccountCreationAsset: "svm_account_creation_asset", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_payload_transaction_create_ata_instruction_incorrect_asset",
        says: "the created token account is for another token", cite: "core v1, 9";
    SvmReceiverAccount: "svm_receiver_account", 402, Seller, SameBytesLater,
        spec: "invalid_exact_svm_payload_transaction_receiver_ata_not_found",
        says: "the payee has no account for this token", cite: "core v1, 9";
    SvmSenderAccount: "svm_sender_account", 402, Payer, SameBytesLater,
        spec: "invalid_exact_svm_payload_transaction_sender_ata_not_found",
        says: "the payer has no account for this token", cite: "core v1, 9";

    // ---- exact on Solana, smart wallets ----

    SvmLookupUnavailable: "svm_lookup_unavailable", 402, Payer, NewPayment,
        spec: "smart_wallet_alt_resolution_not_available", ts: "invalid_exact_svm_smart_wallet_alt_resolution_not_available",
        says: "address lookup tables are not resolved here", cite: "scheme_exact_svm, 2.1.2";
    SvmLookup: "svm_lookup", 402, Chain, SameBytesLater,
        spec: "invalid_exact_svm_smart_wallet_alt_resolution_failed",
        says: "an address lookup table could not be resolved", cite: "scheme_exact_svm, 2.1.2";
    SvmProgram: "svm_program", 402, Payer, NewPayment,
        spec: "smart_wallet_program_not_allowed", ts: "invalid_exact_svm_smart_wallet_program_not_allowed",
        says: "the wallet's program is not on the facilitator's list", cite: "scheme_exact_svm, 2.2.2";
    SvmWalletUnsupported: "svm_wallet_unsupported", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_verification_not_available",
        says: "smart wallets are not verified here", cite: "scheme_exact_svm, 3";
    SvmWalletBudget: "svm_wallet_budget", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_compute_budget_violation",
        says: "the smart wallet's compute budget is not acceptable", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletBudgetFormat: "svm_wallet_budget_format", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_malformed_compute_budget",
        says: "a compute budget instruction is malformed", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletLimitFormat: "svm_wallet_limit_format", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_malformed_compute_limit",
        says: "the compute limit instruction is malformed", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletPriceFormat: "svm_wallet_price_format", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_malformed_compute_price",
        says: "the compute price instruction is malformed", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletBudgetKind: "svm_wallet_budget_kind", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_unsupported_compute_budget_instruction",
        says: "a compute budget instruction is of a kind that is not accepted", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletUnits: "svm_wallet_units", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_compute_units_too_high",
        says: "the smart wallet's compute limit is above the cap", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletFee: "svm_wallet_fee", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_priority_fee_too_high",
        says: "the smart wallet's priority fee is above the cap", cite: "scheme_exact_svm, 2.2.1";
    SvmWalletSimulation: "svm_wallet_simulation", 402, Chain, UnknownOutcome,
        spec: "invalid_exact_svm_smart_wallet_simulation_failed",
        says: "the smart wallet's transaction would fail if it were sent now", cite: "scheme_exact_svm, 3.2, 5";
    SvmWalletDestination: "svm_wallet_destination", 402, Seller, Never,
        spec: "invalid_exact_svm_smart_wallet_cannot_derive_destination_ata",
        says: "the payee's token account cannot be derived", cite: "scheme_exact_svm, 3.2, 6";
    SvmWalletNoTransfer: "svm_wallet_no_transfer", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_no_transfer_in_simulation",
        says: "the simulated transaction transfers nothing", cite: "scheme_exact_svm, 1.4";
    SvmWalletTransfer: "svm_wallet_transfer", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_transfer_mismatch",
        says: "no simulated transfer matches the offer", cite: "scheme_exact_svm, 1.4";
    SvmWalletTransfers: "svm_wallet_transfers", 402, Payer, NewPayment,
        spec: "invalid_exact_svm_smart_wallet_multiple_matching_transfers",
        says: "more than one simulated transfer matches the offer", cite: "scheme_exact_svm, 1.4";
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl core::error::Error for Rejection {}
