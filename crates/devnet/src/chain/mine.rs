//! Building blocks.

use alloy_consensus::Transaction;
use alloy_primitives::B256;
use revm::context::result::{ExecutionResult, InvalidTransaction};

use super::{Chain, Mining};
use crate::block::{Block, Outcome, open_header};
use crate::evm::{Checks, gas_used, signed, surroundings};

impl Chain {
    /// Mines one block of what waits and gives its hash.
    pub(crate) fn mine(&mut self) -> B256 {
        let head = self.head();
        let (parent, number, parent_time) = (head.hash(), head.number() + 1, head.header.timestamp);
        let base_fee = self.next_base_fee();
        let timestamp = self.clock.tick(parent_time);
        self.next_base_fee = None;
        let header = open_header(parent, number, timestamp, self.gas_limit, base_fee);
        let outcomes = self.fill(&header);

        let block = Block::seal(header, outcomes);
        self.state.remember_hash(number, block.hash());
        for (index, outcome) in block.outcomes.iter().enumerate() {
            self.places.insert(*outcome.tx.hash(), (number, index));
        }
        let hash = block.hash();
        self.blocks.push_back(block);
        self.forget_blocks();
        let oldest = self.snapshots.values().map(|snapshot| snapshot.mark).min();
        self.state.forget(number.saturating_sub(self.history), oldest);
        hash
    }

    /// Forgets the blocks that are too old to be kept, down to the one that the oldest snapshot is of.
    fn forget_blocks(&mut self) {
        let too_old = self.height().saturating_sub(self.keep);
        let needed = self.snapshots.values().map(|snapshot| snapshot.height).min();
        let first = needed.map_or(too_old, |needed| needed.min(too_old));
        while self.oldest() < first {
            let Some(block) = self.blocks.pop_front() else { return };
            for outcome in block.outcomes {
                self.places.remove(outcome.tx.hash());
            }
        }
    }

    /// Mines while anything waits that can be mined, when each transaction gets its block at once.
    pub(crate) fn mine_ready(&mut self) {
        while self.mining == Mining::Each && self.next_ready().is_some() {
            let before = self.pool.len();
            self.mine();
            if self.pool.len() == before {
                break;
            }
        }
    }

    fn next_ready(&self) -> Option<B256> {
        let nonce = |sender| self.latest().account(sender).nonce;
        self.pool.best(self.next_base_fee(), nonce, &[]).map(|tx| *tx.hash())
    }

    /// Runs what waits, best first, until the block is full.
    fn fill(&mut self, header: &alloy_consensus::Header) -> Vec<Outcome> {
        let base_fee = header.base_fee_per_gas.unwrap_or_default();
        let block = surroundings(header);
        let (mut outcomes, mut skip, mut used) = (Vec::<Outcome>::new(), Vec::new(), 0_u64);
        loop {
            let best = {
                let latest = self.latest();
                self.pool.best(base_fee, |sender| latest.account(sender).nonce, &skip)
            };
            let Some(tx) = best else { return outcomes };
            if used.saturating_add(tx.gas_limit()) > header.gas_limit {
                skip.push(tx.signer());
                continue;
            }
            match self.evm.run(self.latest(), block.clone(), signed(&tx), Checks::All) {
                Ok(done) => {
                    self.state.commit(header.number, done.state);
                    self.pool.remove(tx.hash());
                    let spent = gas_used(&done.result);
                    used += spent;
                    let created = match &done.result {
                        ExecutionResult::Success { output, .. } => output.address().copied(),
                        _ => tx.is_create().then(|| tx.signer().create(tx.nonce())),
                    };
                    let succeeded = done.result.is_success();
                    let logs = if succeeded { done.result.into_logs() } else { Vec::new() };
                    outcomes.push(Outcome { succeeded, gas_used: spent, cumulative_gas_used: used, logs, created, tx });
                }
                // the sender may be given money yet
                Err(InvalidTransaction::LackOfFundForMaxFee { .. }) => skip.push(tx.signer()),
                Err(_) => {
                    self.pool.remove(tx.hash());
                }
            }
            // an account's own transaction, or its delegation, may have passed nonces that still waited
            let senders = outcomes.last().map(|outcome| outcome.tx.signer());
            if let Some(sender) = senders {
                let next = self.latest().account(sender).nonce;
                self.pool.settle(sender, next);
            }
        }
    }
}
