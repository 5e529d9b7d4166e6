//! Why a payment was refused, and what its sender may do next.
//!
//! Three families of implementations give the same refusal three different names (map row W26: the specification with the Python SDK,
//! the TypeScript and Go SDKs, x402-rs), and the first protocol version had names of its own. Here one cause is one [`Rejection`],
//! whatever it is called, and everything that is known about it stands in one row of one table.
//!
//! The set covers the core specification, `exact` and `upto` on EVM with both gas-sponsoring extensions, and `exact` on Solana. The
//! names of other schemes and chains (batch settlement, auth-capture, TON, Stellar and so on) are deliberately not in it: to this
//! crate they stay text, and [`Reason::parse`] says [`Reason::Other`].
//!
//! A rejection is about the payment. An outage is a [`Fault`](crate::Fault), our own policy's word is a [`Denial`](crate::Denial),
//! a caller's mistake is a [`Misuse`](crate::Misuse); none of them converts into another.

mod reason;
mod table;
#[cfg(test)]
mod tests;

pub use reason::Reason;
pub use table::Rejection;

/// Whose doing a refusal is: who has to change something before a payment passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides by it must decide about every case")]
pub enum Blame {
    /// The payer's bytes, wallet or balance.
    Payer,
    /// The seller's offer or configuration.
    Seller,
    /// The facilitator that was asked to verify or settle.
    Facilitator,
    /// The chain: what it answered, or what became of a transaction on it.
    Chain,
}

/// What the payer may do after a refusal.
///
/// The difference decides whether somebody pays twice, so there is no default and no "other". In every case the refusal may be a lie:
/// a signature that was sent counts as spent until it has expired or the chain shows otherwise (catalogue rows 185 and 186).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides by it must decide about every case")]
pub enum Retry {
    /// No payment for this offer will pass until a person changes a program, an offer or a configuration. The client must stop:
    /// neither send the same bytes again nor sign others.
    Never,
    /// This payment will not pass as it stands, now or later, and was not used. The client may sign another for fresh terms, if its
    /// policy agrees, keeping the amount of this one reserved until its window has ended.
    NewPayment,
    /// This payment was not used and may pass unchanged once something outside it has changed: its window opens, a balance or an
    /// allowance arrives, a node answers. The client must send the same bytes and must not sign a second payment beside them.
    SameBytesLater,
    /// Money may have moved, or may still move. The client must not sign anything for this purchase. It may send the same bytes
    /// again or ask the chain, until a receipt, a cancellation or the end of the window with the nonce unused proves the outcome
    /// (catalogue rows 138 to 144, rules 12 to 15).
    UnknownOutcome,
}

/// Which family of names to write a reason in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Vocabulary {
    /// The specification and the Python SDK, which follows it.
    #[default]
    Spec,
    /// The TypeScript and Go SDKs.
    TypeScript,
    /// x402-rs.
    Rs,
}
