//! What an event says about money and time.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use core::fmt;

use quittance_core::{Account, Amount, Asset, Network, Terms, TermsHash, UnixSeconds};

use super::digest::SaltedHash;
use super::escaped::Escaped;
use crate::budget::{Limit, Purchase};
use crate::receipt::{Attested, Receipt};

/// When something happened: by our clock, and where one was asked, by the chain's (catalogue row 226).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    pub(super) local: UnixSeconds,
    pub(super) chain: Option<UnixSeconds>,
}

impl Times {
    /// The time by our own clock.
    #[must_use]
    pub const fn local(now: UnixSeconds) -> Self {
        Self { local: now, chain: None }
    }

    /// Adds the time of the chain's latest block.
    #[must_use]
    pub const fn with_chain(self, chain: UnixSeconds) -> Self {
        Self { chain: Some(chain), ..self }
    }

    /// By our own clock.
    #[must_use]
    pub const fn by_our_clock(&self) -> UnixSeconds {
        self.local
    }

    /// By the chain.
    #[must_use]
    pub const fn by_the_chain(&self) -> Option<UnixSeconds> {
        self.chain
    }
}

/// An account or token as the log shows it: the text of its network's grammar, or [`Escaped`] where this crate knows none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party(Box<str>);

impl Party {
    fn of(network: Network, account: &Account) -> Self {
        match account {
            Account::Evm(address) => Self(address.to_string().into()),
            // its grammar was checked when it was read: 32 to 44 base58 symbols
            Account::Other(key) if network.namespace() == "solana" => Self(key.clone()),
            other => Self(Escaped::of(&other.to_string()).as_str().into()),
        }
    }

    pub(super) fn read(network: Network, text: &str) -> Option<Self> {
        let shown = match network.namespace() {
            "eip155" | "solana" => Self::of(network, &Account::parse(network, text).ok()?),
            _ => Self(Escaped::read(text)?.as_str().into()),
        };
        (*shown.0 == *text).then_some(shown)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({})", self.0)
    }
}

/// The terms of one payment: what was asked for, in which token, for whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    pub(super) terms: TermsHash,
    pub(super) amount: Amount,
    pub(super) network: Network,
    pub(super) asset: Party,
    pub(super) payee: Party,
}

impl Offer {
    /// What the log says about terms.
    #[must_use]
    pub fn of(terms: &Terms) -> Self {
        let network = terms.network();
        let (asset, payee) = (Party::of(network, terms.asset().token()), Party::of(network, terms.pay_to()));
        Self { terms: terms.hash(), amount: terms.amount(), network, asset, payee }
    }

    /// The same of a purchase that was made under them, for whoever goes on with it later.
    #[must_use]
    pub fn of_purchase(purchase: &Purchase) -> Self {
        let network = purchase.asset.network();
        let (asset, payee) = (Party::of(network, purchase.asset.token()), Party::of(network, &purchase.payee));
        Self { terms: purchase.terms, amount: purchase.amount, network, asset, payee }
    }

    /// The hash of the terms.
    #[must_use]
    pub const fn terms_hash(&self) -> TermsHash {
        self.terms
    }

    /// The price, or the ceiling.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// The token.
    #[must_use]
    pub const fn asset(&self) -> &Party {
        &self.asset
    }

    /// Who is paid.
    #[must_use]
    pub const fn payee(&self) -> &Party {
        &self.payee
    }
}

/// One set of signed bytes for one offer: what can move money once, however often it is sent.
///
/// It is known by the salted hash of the bytes. The signature itself is never stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    pub(super) offer: Offer,
    pub(super) signed: SaltedHash,
}

impl Attempt {
    /// An attempt.
    #[must_use]
    pub const fn new(offer: Offer, signed_retry: SaltedHash) -> Self {
        Self { offer, signed: signed_retry }
    }

    /// The offer that was taken.
    #[must_use]
    pub const fn offer(&self) -> &Offer {
        &self.offer
    }

    /// The salted hash of the signed retry.
    #[must_use]
    pub const fn signed_retry(&self) -> SaltedHash {
        self.signed
    }
}

/// A transaction's hash or signature, as its network writes it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Transaction(Box<str>);

impl Transaction {
    /// Reads the transaction that a receipt names; nothing where an `eip155` or `solana` network has no transaction of that form.
    /// On other networks the text is shown [`Escaped`].
    #[must_use]
    pub fn parse(network: Network, text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let base58 = |byte: u8| byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l');
        match network.namespace() {
            "eip155" => {
                let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64)?.to_ascii_lowercase();
                digits.bytes().all(hexadecimal).then(|| Self(alloc::format!("0x{digits}").into()))
            }
            "solana" => ((64..=88).contains(&text.len()) && text.bytes().all(base58)).then(|| Self(text.into())),
            _ => Some(Self(Escaped::of(text).as_str().into())),
        }
    }

    pub(super) fn read(network: Network, text: &str) -> Option<Self> {
        let shown = match network.namespace() {
            "eip155" | "solana" => Self::parse(network, text)?,
            _ => Self(Escaped::read(text)?.as_str().into()),
        };
        (*shown.0 == *text).then_some(shown)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transaction({})", self.0)
    }
}

/// The evidence that money moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    pub(super) amount: Amount,
    pub(super) transaction: Option<Transaction>,
    pub(super) block: Option<u64>,
    pub(super) attested: Attested,
}

impl Settlement {
    /// What a receipt says; nothing where the network has no such transaction, or something was charged without one. Such a receipt is no
    /// evidence, and the outcome stays unknown (catalogue row 136).
    #[must_use]
    pub fn of(network: Network, receipt: &Receipt) -> Option<Self> {
        match &*receipt.transaction {
            "" => receipt.charged.is_zero().then(|| Self::nothing_charged(receipt.attested)),
            text => Transaction::parse(network, text).map(|found| Self::new(receipt.charged, found, receipt.attested)),
        }
    }

    /// So much moved in this transaction.
    #[must_use]
    pub const fn new(amount: Amount, transaction: Transaction, attested: Attested) -> Self {
        Self { amount, transaction: Some(transaction), block: None, attested }
    }

    /// The attempt ended well and charged nothing, so there is no transaction.
    #[must_use]
    pub const fn nothing_charged(attested: Attested) -> Self {
        Self { amount: Amount::ZERO, transaction: None, block: None, attested }
    }

    /// Adds the number of the block.
    #[must_use]
    pub const fn in_block(mut self, block: u64) -> Self {
        self.block = Some(block);
        self
    }

    /// What moved.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// In which transaction.
    #[must_use]
    pub const fn transaction(&self) -> Option<&Transaction> {
        self.transaction.as_ref()
    }

    /// In which block, where it is known.
    #[must_use]
    pub const fn block(&self) -> Option<u64> {
        self.block
    }

    /// Whose word it is.
    #[must_use]
    pub const fn attested(&self) -> Attested {
        self.attested
    }
}

/// A budget before and after this purchase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    pub(super) limit: Limit,
    pub(super) before: Amount,
    pub(super) after: Amount,
}

impl Budget {
    /// What the meter of a limit showed before, and what it shows now. Amounts are of the asset of the event's offer.
    #[must_use]
    pub const fn new(limit: Limit, before: Amount, after: Amount) -> Self {
        Self { limit, before, after }
    }

    /// The limit.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// What had been spent or reserved before.
    #[must_use]
    pub const fn before(&self) -> Amount {
        self.before
    }

    /// What is spent or reserved now.
    #[must_use]
    pub const fn after(&self) -> Amount {
        self.after
    }

    /// The limit in one word, in units of a token that the registry knows: `task_budget_0.05_usdc`, or `task_budget_50000_atomic`.
    pub(super) fn spend_limit(&self, offer: Option<&Offer>) -> String {
        let (amount, unit) = in_units(self.limit.max, offer);
        alloc::format!("{}_budget_{amount}_{}", self.limit.meter, unit.unwrap_or_else(|| "atomic".into()))
    }

    /// What the budget allows next: `allow_until_0.05`, or `deny_until_raised` once nothing is left.
    pub(super) fn next_action(&self, offer: Option<&Offer>) -> String {
        if self.after >= self.limit.max {
            return "deny_until_raised".into();
        }
        alloc::format!("allow_until_{}", in_units(self.limit.max, offer).0)
    }
}

/// An amount in whole units and the unit, where the registry knows the token; else in atomic units.
fn in_units(amount: Amount, offer: Option<&Offer>) -> (String, Option<String>) {
    let token = offer.and_then(|offer| Asset::parse(offer.network, offer.asset.as_str()).ok());
    let known = token.as_ref().and_then(Asset::registered);
    match known.filter(|info| info.symbol.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        Some(info) => (amount.format_units(info.decimals).to_string(), Some(info.symbol.to_ascii_lowercase())),
        None => (amount.to_string(), None),
    }
}
