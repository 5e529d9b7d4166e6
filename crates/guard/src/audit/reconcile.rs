//! What a log leaves open, says twice or does not say (catalogue row 225).
//!
//! The rule is that of double entry: every attempt that began has exactly one end, and what was settled is what the chain moved. An
//! attempt begins with [`Stage::Signed`], [`Stage::Sent`] or [`Stage::Settling`], may be [`Stage::Unknown`] for any time, and ends with
//! [`Stage::Settled`] or [`Stage::Released`].

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use quittance_core::{Amount, Network};

use super::digest::SaltedHash;
use super::facts::{Party, Transaction};
use super::verify::Record;
use super::vocabulary::{Side, Stage};
use super::word::Name;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The attempt has no end: money may have moved, or may yet.
    Open,
    /// The attempt has a second end.
    Doubled,
    /// The attempt ended without having begun.
    Missing,
    /// Two attempts name one transaction (catalogue row 137).
    SharedTransaction,
    /// One purchase was paid by two attempts.
    PaidTwice,
    /// The log says that it was settled, and the chain has no such transfer.
    NoTransfer,
    /// The chain has a transfer that the log does not know.
    NoRecord,
    /// Log and chain differ about how much, or of what.
    AmountDiffers,
}

impl Problem {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Doubled => "doubled",
            Self::Missing => "missing",
            Self::SharedTransaction => "shared_transaction",
            Self::PaidTwice => "paid_twice",
            Self::NoTransfer => "no_transfer",
            Self::NoRecord => "no_record",
            Self::AmountDiffers => "amount_differs",
        }
    }
}

/// One thing for somebody to look at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// The entry that shows it; nothing for a transfer without an entry.
    pub seq: Option<u64>,
    /// The trip; nothing for a transfer without an entry.
    pub request: Option<Name>,
    /// The transaction, where there is one.
    pub transaction: Option<Transaction>,
}

/// A transfer that the chain shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    network: Network,
    asset: Party,
    transaction: Transaction,
    amount: Amount,
}

impl Transfer {
    /// So much of an asset moved in a transaction. Nothing where the network has no such token.
    #[must_use]
    pub fn new(network: Network, asset: &str, transaction: Transaction, amount: Amount) -> Option<Self> {
        Party::read(network, asset).map(|asset| Self { network, asset, transaction, amount })
    }
}

/// Reads a log's records and keeps account of its attempts. Memory grows with the attempts.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    attempts: BTreeMap<(Side, SaltedHash), Account>,
    transactions: BTreeMap<(Network, Transaction), (Side, SaltedHash)>,
    paid: BTreeMap<(Side, Name), SaltedHash>,
    findings: Vec<Finding>,
}

/// What is known of one attempt.
#[derive(Clone, Debug)]
struct Account {
    seq: u64,
    request: Name,
    end: Option<End>,
}

#[derive(Clone, Debug)]
enum End {
    Settled { network: Network, asset: Party, amount: Amount, transaction: Option<Transaction> },
    Released,
}

impl Reconciliation {
    /// An account without attempts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next record of the log.
    pub fn take(&mut self, record: &Record) {
        let Some(event) = record.event() else { return };
        let (Some(signed), Some(offer)) = (event.signed_retry(), event.offer()) else { return };
        let key = (event.side(), signed);
        let found = |problem, transaction| Finding {
            problem,
            seq: Some(record.seq()),
            request: Some(event.request().clone()),
            transaction,
        };
        let end = match event.stage() {
            Stage::Signed | Stage::Sent | Stage::Settling | Stage::Unknown => {
                let fresh = Account { seq: record.seq(), request: event.request().clone(), end: None };
                self.attempts.entry(key).or_insert(fresh);
                return;
            }
            Stage::Reopened => {
                let reopened = self.attempts.get_mut(&key).and_then(|account| account.end.take());
                match reopened {
                    Some(End::Settled { network, transaction: Some(transaction), .. }) => {
                        self.transactions.remove(&(network, transaction));
                    }
                    Some(_) => {}
                    None => self.findings.push(found(Problem::Missing, None)),
                }
                if let Some(purchase) = event.purchase() {
                    self.paid.remove(&(event.side(), purchase.clone()));
                }
                return;
            }
            Stage::Settled => {
                let Some(settlement) = event.settlement() else { return };
                let transaction = settlement.transaction().cloned();
                let (network, asset) = (offer.network(), offer.asset().clone());
                End::Settled { network, asset, amount: settlement.amount(), transaction }
            }
            Stage::Released => End::Released,
            // what was said before is repeated by later stages, and is no second end
            _ => return,
        };
        let transaction = match &end {
            End::Settled { transaction, .. } => transaction.clone(),
            End::Released => None,
        };
        let account = self.attempts.entry(key).or_insert_with(|| {
            self.findings.push(found(Problem::Missing, transaction.clone()));
            Account { seq: record.seq(), request: event.request().clone(), end: None }
        });
        if account.end.is_some() {
            self.findings.push(found(Problem::Doubled, transaction));
            return;
        }
        account.seq = record.seq();
        if let End::Settled { network, .. } = &end {
            if let Some(transaction) = transaction
                && *self.transactions.entry((*network, transaction.clone())).or_insert(key) != key
            {
                self.findings.push(found(Problem::SharedTransaction, Some(transaction)));
            }
            if let Some(purchase) = event.purchase()
                && *self.paid.entry((event.side(), purchase.clone())).or_insert(signed) != signed
            {
                self.findings.push(found(Problem::PaidTwice, None));
            }
        }
        account.end = Some(end);
    }

    /// Everything that somebody has to look at, in the order of the log. Nothing means that every attempt has exactly one end.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let open = self.attempts.values().filter(|account| account.end.is_none()).map(|account| Finding {
            problem: Problem::Open,
            seq: Some(account.seq),
            request: Some(account.request.clone()),
            transaction: None,
        });
        let mut findings: Vec<_> = self.findings.iter().cloned().chain(open).collect();
        findings.sort_by_key(|finding| (finding.seq, finding.problem));
        findings
    }

    /// What a side's log says was settled, for each network and asset; nothing where a sum is beyond every amount.
    #[must_use]
    pub fn settled(&self, side: Side) -> Option<BTreeMap<(Network, Party), Amount>> {
        let mut sums = BTreeMap::new();
        for ((_, _), account) in self.attempts.iter().filter(|((of, _), _)| *of == side) {
            if let Some(End::Settled { network, asset, amount, .. }) = &account.end {
                let sum = sums.entry((*network, asset.clone())).or_insert(Amount::ZERO);
                *sum = sum.checked_add(*amount)?;
            }
        }
        Some(sums)
    }

    /// Holds what a side's log says against the transfers that the chain shows, one for one, so that equal sums are not a coincidence.
    #[must_use]
    pub fn against(&self, side: Side, transfers: &[Transfer]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut unseen: BTreeMap<(Network, &Transaction), Vec<&Transfer>> = BTreeMap::new();
        for transfer in transfers {
            unseen.entry((transfer.network, &transfer.transaction)).or_default().push(transfer);
        }
        for ((_, _), account) in self.attempts.iter().filter(|((of, _), _)| *of == side) {
            let Some(End::Settled { network, asset, amount, transaction: Some(transaction) }) = &account.end else { continue };
            let there = unseen.get_mut(&(*network, transaction));
            let exact = |transfer: &&Transfer| transfer.asset == *asset && transfer.amount == *amount;
            let problem = match there {
                Some(there) if !there.is_empty() => match there.iter().position(exact) {
                    Some(at) => {
                        there.swap_remove(at);
                        None
                    }
                    None => {
                        there.pop();
                        Some(Problem::AmountDiffers)
                    }
                },
                _ => Some(Problem::NoTransfer),
            };
            findings.extend(problem.map(|problem| Finding {
                problem,
                seq: Some(account.seq),
                request: Some(account.request.clone()),
                transaction: Some(transaction.clone()),
            }));
        }
        findings.sort_by_key(|finding| finding.seq);
        findings.extend(unseen.into_values().flatten().map(|transfer| Finding {
            problem: Problem::NoRecord,
            seq: None,
            request: None,
            transaction: Some(transfer.transaction.clone()),
        }));
        findings
    }
}
