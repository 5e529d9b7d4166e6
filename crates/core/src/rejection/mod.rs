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
/// a signature that was sent counts as spent until the chain shows that it expired unused or was cancelled (catalogue rows 185 and 186).
///
/// Each answer speaks of one attempt. A payment whose first answer was lost and which is sent again can be told that it has expired,
/// that the terms have changed or that the balance is too low, *because* it went through the first time. So a client keeps what it
/// was told before, [`after`](Self::after): no refusal makes an unknown outcome known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides by it must decide about every case")]
pub enum Retry {
    /// No payment for this offer will pass until a person changes a program, an offer or a configuration. The client must stop:
    /// neither send the same bytes again nor sign others.
    Never,
    /// This payment will not pass as it stands, now or later, and was not used. The client may sign another for fresh terms, if its
    /// policy agrees, keeping the amount of this one reserved until its window has ended with the nonce unused.
    NewPayment,
    /// This payment was not used and may pass unchanged once something outside it has changed: its window opens, a balance or an
    /// allowance arrives, a node answers. The client must send the same bytes and must not sign a second payment beside them.
    SameBytesLater,
    /// Money may have moved, or may still move. The client must not sign anything for this purchase. It may send the same bytes
    /// again or ask the chain, until a receipt, a cancellation or the end of the window with the nonce unused proves the outcome
    /// (catalogue rows 138 to 144, rules 12 to 15).
    UnknownOutcome,
}

impl Retry {
    /// The word for it in answers and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::NewPayment => "new_payment",
            Self::SameBytesLater => "same_bytes_later",
            Self::UnknownOutcome => "unknown_outcome",
        }
    }

    /// What this answer leaves open when an earlier one about the same bytes left `earlier` open; no answer at all is
    /// [`UnknownOutcome`](Self::UnknownOutcome).
    ///
    /// Only evidence ends an unknown outcome, and no refusal is any (catalogue row 185, rules 12 to 14).
    #[must_use]
    pub const fn after(self, earlier: Self) -> Self {
        match earlier {
            Self::UnknownOutcome => Self::UnknownOutcome,
            Self::Never | Self::NewPayment | Self::SameBytesLater => self,
        }
    }
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
