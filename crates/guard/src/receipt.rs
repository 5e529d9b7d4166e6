//! What a settlement left behind.

use alloc::boxed::Box;
use core::fmt;

use quittance_core::Amount;

/// Money that moved, as whoever saw it says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Receipt {
    /// What was charged.
    pub charged: Amount,
    /// The transaction's hash or signature, as the network writes it; empty where a scheme charged nothing.
    pub transaction: Box<str>,
    /// Who says so.
    pub attested: Attested,
}

impl Receipt {
    /// A receipt.
    #[must_use]
    pub fn new(charged: Amount, transaction: &str, attested: Attested) -> Self {
        Self { charged, transaction: transaction.into(), attested }
    }
}

/// Who says that money moved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever decides by it must decide about every case")]
pub enum Attested {
    /// The other side, in its answer, and nobody looked (catalogue row 182).
    Answer,
    /// The chain, by the logs of the transaction.
    Chain,
}

impl Attested {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Chain => "chain",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Answer, Self::Chain].into_iter().find(|attested| attested.as_str() == word)
    }
}

impl fmt::Display for Attested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
