//! Filters that clients poll: what is new since they last asked.

use std::collections::BTreeMap;

use alloy_primitives::U64;
use alloy_rpc_types_eth::Filter;
use serde_json::Value;

use super::{RpcError, shown};
use crate::chain::{At, Chain};

/// How many filters are kept; beyond that the oldest goes.
const MOST: usize = 4_096;

/// The filters of one server.
#[derive(Default)]
pub(crate) struct Filters {
    open: BTreeMap<u64, Open>,
    last: u64,
}

struct Open {
    what: What,
    /// The next block to look at.
    next: u64,
    /// How often blocks had been taken back when it last looked.
    rewinds: usize,
}

enum What {
    Blocks,
    /// Transactions are seen when they are mined: before that they wait, or with a block each do not.
    Transactions,
    Logs(Box<Filter>),
}

impl Filters {
    pub(super) fn blocks(&mut self, chain: &Chain) -> u64 {
        self.open(chain, What::Blocks)
    }

    pub(super) fn transactions(&mut self, chain: &Chain) -> u64 {
        self.open(chain, What::Transactions)
    }

    pub(super) fn logs(&mut self, chain: &Chain, filter: Filter) -> u64 {
        self.open(chain, What::Logs(Box::new(filter)))
    }

    fn open(&mut self, chain: &Chain, what: What) -> u64 {
        self.last += 1;
        self.open.insert(self.last, Open { what, next: chain.height() + 1, rewinds: chain.rewinds.len() });
        if self.open.len() > MOST {
            self.open.pop_first();
        }
        self.last
    }

    pub(super) fn close(&mut self, id: u64) -> bool {
        self.open.remove(&id).is_some()
    }

    /// What happened since the filter was last asked.
    pub(super) fn changes(&mut self, chain: &Chain, id: u64) -> Result<Value, RpcError> {
        let filter = self.open.get_mut(&id).ok_or_else(|| RpcError::server("filter not found"))?;
        let height = chain.height();
        // blocks that came in the place of others are news
        let lowest = chain.rewinds.iter().skip(filter.rewinds).min();
        filter.next = lowest.map_or(filter.next, |height| filter.next.min(height + 1));
        filter.rewinds = chain.rewinds.len();
        let from = filter.next;
        filter.next = height + 1;
        let blocks = (from..=height).filter_map(|number| chain.block(number));
        match &filter.what {
            What::Blocks => shown(blocks.map(crate::block::Block::hash).collect::<Vec<_>>()),
            What::Transactions => {
                shown(blocks.flat_map(|block| block.outcomes.iter().map(|outcome| *outcome.tx.hash())).collect::<Vec<_>>())
            }
            What::Logs(filter) => {
                let (first, last) = filter.extract_block_range();
                let from = from.max(first.unwrap_or(0));
                shown(chain.logs_between(filter, from, height.min(last.unwrap_or(u64::MAX))))
            }
        }
    }

    /// Every log that a filter picks, since its own first block.
    pub(super) fn all_logs(&self, chain: &Chain, id: u64) -> Result<Value, RpcError> {
        match self.open.get(&id).map(|filter| &filter.what) {
            Some(What::Logs(filter)) => shown(chain.logs(filter).map_err(RpcError::server)?),
            _ => Err(RpcError::server("filter not found")),
        }
    }
}

/// An identity as JSON-RPC shows it.
pub(super) fn shown_id(id: u64) -> Result<Value, RpcError> {
    shown(U64::from(id))
}

/// The block a question is about; `latest` if it does not say.
pub(super) fn place(chain: &Chain, id: Option<alloy_eips::BlockId>) -> Result<At, RpcError> {
    chain.resolve(id.unwrap_or_default()).ok_or_else(|| RpcError::server("header not found"))
}
