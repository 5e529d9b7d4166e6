//! What happened, whoever saw it: for the laws that are checked afterwards.

use quittance_core::{Address, Amount, Network, ReplayKey};
use quittance_facilitator::TransactionHash;

use super::block::{Block, Origin, attempts};
use super::{Act, Deed, ModelChain};

/// An authorization that was used in a block that stands.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Movement {
    /// What it was spent under.
    pub key: ReplayKey,
    /// The token.
    pub token: Address,
    /// Who paid.
    pub from: Address,
    /// Who was to be paid.
    pub to: Address,
    /// How much arrived there.
    pub arrived: Amount,
    /// In which transaction.
    pub transaction: TransactionHash,
    /// In which block.
    pub block: u64,
}

/// A transaction that somebody paid gas for, in a block that stands or in one that did.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Spending {
    /// The transaction.
    pub transaction: TransactionHash,
    /// The sender's nonce.
    pub nonce: u64,
    /// Its block.
    pub block: u64,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// How many authorizations it used.
    pub used: usize,
    /// What else it did that a payment needs: deploy a wallet, or give somebody coins.
    pub prepared: Vec<Deed>,
    /// The payments that it was sent for.
    pub attempted: Vec<ReplayKey>,
    /// What it cost, in wei.
    pub cost: u128,
    /// Whether it took all the gas that it was given.
    pub exhausted: bool,
    /// Whether it was sent to its sender, for its number alone.
    pub to_itself: bool,
}

impl ModelChain {
    /// Every authorization that was used, in order.
    #[must_use]
    pub fn movements(&self) -> Vec<Movement> {
        self.with(|ledger| ledger.blocks.iter().flat_map(movements_of).collect())
    }

    /// Every authorization that was cancelled.
    #[must_use]
    pub fn cancelled(&self) -> Vec<ReplayKey> {
        self.with(|ledger| {
            let deeds = ledger.blocks.iter().flat_map(|block| &block.mined).flat_map(|mined| &mined.deeds);
            let cancelled = deeds.filter_map(|deed| match deed {
                Deed::Cancelled { key } => Some(*key),
                Deed::Used { .. } | Deed::Deployed { .. } | Deed::Given { .. } => None,
            });
            cancelled.collect()
        })
    }

    /// Every transaction of an account that stands, in order.
    #[must_use]
    pub fn spendings(&self, account: Address) -> Vec<Spending> {
        self.with(|ledger| ledger.blocks.iter().flat_map(|block| spendings_of(ledger.network, block, account)).collect())
    }

    /// Every transaction that was ever taken out of a block by a reorganisation.
    #[must_use]
    pub fn orphans(&self) -> Vec<TransactionHash> {
        self.with(|ledger| ledger.orphans.iter().flat_map(|block| &block.mined).map(|mined| mined.receipt.transaction).collect())
    }

    /// What others did in blocks that a reorganisation took back.
    #[must_use]
    pub fn undone(&self) -> Vec<Act> {
        self.with(|ledger| {
            let mined = ledger.orphans.iter().flat_map(|block| &block.mined);
            let acts = mined.filter_map(|mined| match &mined.origin {
                Origin::Told(act) => Some(act.clone()),
                Origin::Pool(_) => None,
            });
            acts.collect()
        })
    }

    /// How many transactions were ever taken out of a block by a reorganisation.
    #[must_use]
    pub fn orphaned(&self, account: Address) -> usize {
        self.with(|ledger| ledger.orphans.iter().flat_map(|block| spendings_of(ledger.network, block, account)).count())
    }
}

fn movements_of(block: &Block) -> Vec<Movement> {
    let mut movements = Vec::new();
    for mined in &block.mined {
        for deed in &mined.deeds {
            if let Deed::Used { key, token, from, to, arrived } = *deed {
                let transaction = mined.receipt.transaction;
                movements.push(Movement { key, token, from, to, arrived, transaction, block: block.number });
            }
        }
    }
    movements
}

fn spendings_of(network: Network, block: &Block, account: Address) -> Vec<Spending> {
    let ours = block.mined.iter().filter_map(|mined| match &mined.origin {
        Origin::Pool(waiting) if waiting.sender == account => Some((mined, waiting)),
        _ => None,
    });
    let spending = |(mined, waiting): (&super::block::Mined, &super::pool::Waiting)| Spending {
        transaction: mined.receipt.transaction,
        nonce: waiting.nonce,
        block: block.number,
        succeeded: mined.receipt.succeeded,
        attempted: attempts(network, &block.state, &mined.call),
        used: mined.deeds.iter().filter(|deed| matches!(deed, Deed::Used { .. })).count(),
        prepared: mined.deeds.iter().filter(|deed| matches!(deed, Deed::Deployed { .. } | Deed::Given { .. })).cloned().collect(),
        cost: mined.receipt.cost,
        exhausted: mined.exhausted,
        to_itself: mined.call.target == account,
    };
    ours.map(spending).collect()
}
