//! Blocks as they are kept, and as JSON-RPC shows them.

use alloy_consensus::proofs::{calculate_receipt_root, calculate_transaction_root};
use alloy_consensus::transaction::Recovered;
use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Header, Receipt, ReceiptEnvelope, ReceiptWithBloom, Sealable, Sealed, Transaction, TxEnvelope, TxType,
};
use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, Log, U256};
use alloy_rpc_types_eth as rpc;

/// What became of one transaction.
#[derive(Clone)]
pub(crate) struct Outcome {
    pub(crate) tx: Recovered<TxEnvelope>,
    pub(crate) succeeded: bool,
    pub(crate) gas_used: u64,
    pub(crate) cumulative_gas_used: u64,
    pub(crate) logs: Vec<Log>,
    pub(crate) created: Option<Address>,
}

/// A block that was mined.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) header: Sealed<Header>,
    pub(crate) outcomes: Vec<Outcome>,
}

/// The header of a block before anything ran in it.
pub(crate) fn open_header(parent: B256, number: u64, timestamp: u64, gas_limit: u64, base_fee: u64) -> Header {
    Header {
        parent_hash: parent,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: Address::ZERO,
        // nobody proves anything against this chain, and a root over everything would cost more than the transactions
        state_root: B256::ZERO,
        difficulty: U256::ZERO,
        number,
        gas_limit,
        timestamp,
        extra_data: Bytes::new(),
        mix_hash: parent,
        nonce: B64::ZERO,
        base_fee_per_gas: Some(base_fee),
        withdrawals_root: Some(alloy_consensus::constants::EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}

impl Block {
    /// Closes a block over what ran in it.
    pub(crate) fn seal(mut header: Header, outcomes: Vec<Outcome>) -> Self {
        let receipts = outcomes.iter().map(Outcome::receipt).collect::<Vec<_>>();
        header.gas_used = outcomes.last().map_or(0, |last| last.cumulative_gas_used);
        header.transactions_root =
            calculate_transaction_root(&outcomes.iter().map(|outcome| outcome.tx.inner()).collect::<Vec<_>>());
        header.receipts_root = calculate_receipt_root(&receipts);
        header.logs_bloom = receipts.iter().fold(Bloom::ZERO, |bloom, receipt| bloom | *receipt.logs_bloom());
        Self { header: header.seal_slow(), outcomes }
    }

    pub(crate) fn number(&self) -> u64 {
        self.header.number
    }

    pub(crate) fn hash(&self) -> B256 {
        self.header.hash()
    }

    pub(crate) fn base_fee(&self) -> u64 {
        self.header.base_fee_per_gas.unwrap_or_default()
    }

    /// The block as JSON-RPC shows it, with whole transactions or with their hashes.
    pub(crate) fn shown(&self, full: bool) -> rpc::Block {
        let header = rpc::Header::from_sealed(self.header.clone()).with_size(Some(U256::from(self.size())));
        let transactions = if full {
            rpc::BlockTransactions::Full((0..self.outcomes.len()).filter_map(|index| self.transaction(index)).collect())
        } else {
            rpc::BlockTransactions::Hashes(self.outcomes.iter().map(|outcome| *outcome.tx.hash()).collect())
        };
        rpc::Block::new(header, transactions).with_withdrawals(Some(Default::default()))
    }

    /// Roughly the bytes of the block's encoding: the header's size hardly varies.
    fn size(&self) -> usize {
        use alloy_eips::eip2718::Encodable2718;
        const HEADER: usize = 620;
        HEADER + self.outcomes.iter().map(|outcome| outcome.tx.encode_2718_len()).sum::<usize>()
    }

    /// A transaction as JSON-RPC shows it.
    pub(crate) fn transaction(&self, index: usize) -> Option<rpc::Transaction> {
        let tx = self.outcomes.get(index)?.tx.clone();
        Some(rpc::Transaction {
            effective_gas_price: Some(tx.effective_gas_price(Some(self.base_fee()))),
            inner: tx,
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            transaction_index: Some(index as u64),
            block_timestamp: Some(self.header.timestamp),
        })
    }

    /// A receipt as JSON-RPC shows it.
    pub(crate) fn receipt(&self, index: usize) -> Option<rpc::TransactionReceipt> {
        let outcome = self.outcomes.get(index)?;
        let receipt = Receipt {
            status: outcome.succeeded.into(),
            cumulative_gas_used: outcome.cumulative_gas_used,
            logs: self.logs_of(index),
        };
        Some(rpc::TransactionReceipt {
            inner: enveloped(outcome.tx.tx_type(), ReceiptWithBloom { receipt, logs_bloom: *outcome.receipt().logs_bloom() }),
            transaction_hash: *outcome.tx.hash(),
            transaction_index: Some(index as u64),
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            gas_used: outcome.gas_used,
            effective_gas_price: outcome.tx.effective_gas_price(Some(self.base_fee())),
            blob_gas_used: None,
            blob_gas_price: None,
            from: outcome.tx.signer(),
            to: outcome.tx.to(),
            contract_address: outcome.created,
        })
    }

    /// Every log of the block.
    pub(crate) fn logs(&self) -> impl Iterator<Item = rpc::Log> {
        (0..self.outcomes.len()).flat_map(|index| self.logs_of(index))
    }

    fn logs_of(&self, index: usize) -> Vec<rpc::Log> {
        let before = self.outcomes.iter().take(index).map(|outcome| outcome.logs.len() as u64).sum::<u64>();
        let Some(outcome) = self.outcomes.get(index) else { return Vec::new() };
        let logs = outcome.logs.iter().zip(before..);
        logs.map(|(log, log_index)| rpc::Log {
            inner: log.clone(),
            block_hash: Some(self.hash()),
            block_number: Some(self.number()),
            block_timestamp: Some(self.header.timestamp),
            transaction_hash: Some(*outcome.tx.hash()),
            transaction_index: Some(index as u64),
            log_index: Some(log_index),
            removed: false,
        })
        .collect()
    }
}

impl Outcome {
    /// The receipt that the block's root is over.
    fn receipt(&self) -> ReceiptEnvelope {
        let receipt =
            Receipt { status: self.succeeded.into(), cumulative_gas_used: self.cumulative_gas_used, logs: self.logs.clone() };
        enveloped(self.tx.tx_type(), receipt.with_bloom())
    }
}

fn enveloped<T>(tx_type: TxType, receipt: ReceiptWithBloom<Receipt<T>>) -> ReceiptEnvelope<T> {
    match tx_type {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}

/// A transaction that waits, as JSON-RPC shows it.
pub(crate) fn waiting(tx: &Recovered<TxEnvelope>) -> rpc::Transaction {
    rpc::Transaction {
        inner: tx.clone(),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    }
}
