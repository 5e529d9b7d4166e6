//! Running code: the one place that drives revm.
//!
//! The rules are those of Prague, the level at which Base runs: EIP-7702 is there, the cap on a transaction's gas is not. Blobs are
//! not, and no system contract is called at the beginning of a block.

use std::convert::Infallible;

use alloy_consensus::transaction::Recovered;
use alloy_consensus::{Header, Transaction, TxEnvelope, Typed2718};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use revm::context::result::{EVMError, ExecutionResult, InvalidTransaction, ResultAndState};
use revm::context::{BlockEnv, CfgEnv, TxEnv};
use revm::context_interface::either::Either;
use revm::database::WrapDatabaseRef;
use revm::handler::validation::validate_initial_tx_gas;
use revm::primitives::hardfork::SpecId;
use revm::{Context, DatabaseRef, ExecuteEvm, MainBuilder, MainContext};

/// The rules in force.
const SPEC: SpecId = SpecId::PRAGUE;

/// How strictly a transaction is looked at before it runs.
#[derive(Clone, Copy)]
pub(crate) enum Checks {
    /// As in a block.
    All,
    /// As in a call: nonce, gas limit of the block and code of the sender do not matter, and without a price no fee either.
    Call,
}

/// What runs the transactions of one chain.
#[derive(Clone, Copy)]
pub(crate) struct Evm {
    pub(crate) chain_id: u64,
}

impl Evm {
    /// Runs a transaction and gives what it changes; nothing is written.
    pub(crate) fn run<Db>(self, db: Db, block: BlockEnv, tx: TxEnv, checks: Checks) -> Result<ResultAndState, InvalidTransaction>
    where
        Db: DatabaseRef<Error = Infallible>,
    {
        let mut cfg = CfgEnv::new_with_spec(SPEC).with_chain_id(self.chain_id);
        if matches!(checks, Checks::Call) {
            cfg.disable_nonce_check = true;
            cfg.disable_block_gas_limit = true;
            cfg.disable_eip3607 = true;
            cfg.disable_base_fee = tx.gas_price == 0;
            cfg = cfg.disable_tx_chain_id_check();
        }
        let context = Context::mainnet().with_db(WrapDatabaseRef(db)).with_block(block).with_cfg(cfg);
        context.build_mainnet().transact(tx).map_err(|error| match error {
            EVMError::Transaction(invalid) => invalid,
            EVMError::Database(never) => match never {},
            EVMError::Header(header) => InvalidTransaction::Str(header.to_string().into()),
            EVMError::Custom(text) => InvalidTransaction::Str(text.into()),
            EVMError::CustomAny(error) => InvalidTransaction::Str(error.to_string().into()),
        })
    }

    /// Runs a call in nobody's name, such as a constructor or a mint, and gives what it changes.
    pub(crate) fn as_nobody<Db>(
        self,
        db: Db,
        block: BlockEnv,
        to: Address,
        data: Bytes,
    ) -> Result<ResultAndState, InvalidTransaction>
    where
        Db: DatabaseRef<Error = Infallible>,
    {
        let tx =
            TxEnv { kind: TxKind::Call(to), data, gas_limit: block.gas_limit, gas_price: 0, chain_id: None, ..TxEnv::default() };
        self.run(db, block, tx, Checks::Call)
    }
}

/// The surroundings that code sees in the block of `header`.
pub(crate) fn surroundings(header: &Header) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        prevrandao: Some(header.mix_hash),
        ..BlockEnv::default()
    }
}

/// A signed transaction as the EVM takes it.
pub(crate) fn signed(tx: &Recovered<TxEnvelope>) -> TxEnv {
    TxEnv {
        tx_type: tx.ty(),
        caller: tx.signer(),
        gas_limit: tx.gas_limit(),
        gas_price: tx.max_fee_per_gas(),
        kind: tx.kind(),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: tx.max_priority_fee_per_gas(),
        authorization_list: tx.authorization_list().unwrap_or_default().iter().cloned().map(Either::Left).collect(),
        ..TxEnv::default()
    }
}

/// A call as the EVM takes it, with at most `most_gas`.
pub(crate) fn requested(request: TransactionRequest, most_gas: u64) -> TxEnv {
    let authorizations = request.authorization_list.unwrap_or_default();
    let dynamic = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    let tx_type = match (authorizations.is_empty(), dynamic, request.access_list.is_some()) {
        (false, _, _) => 4,
        (true, true, _) => 2,
        (true, false, true) => 1,
        (true, false, false) => 0,
    };
    TxEnv {
        tx_type,
        caller: request.from.unwrap_or_default(),
        gas_limit: request.gas.map_or(most_gas, |gas| gas.min(most_gas)),
        gas_price: request.gas_price.or(request.max_fee_per_gas).unwrap_or_default(),
        kind: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data: request.input.into_input().unwrap_or_default(),
        nonce: request.nonce.unwrap_or_default(),
        chain_id: request.chain_id,
        access_list: request.access_list.unwrap_or_default(),
        gas_priority_fee: if dynamic || tx_type == 4 { Some(request.max_priority_fee_per_gas.unwrap_or_default()) } else { None },
        authorization_list: authorizations.into_iter().map(Either::Left).collect(),
        ..TxEnv::default()
    }
}

/// Whether a transaction brings the gas that it costs before any code runs.
pub(crate) fn covers_its_data(tx: &TxEnv) -> bool {
    validate_initial_tx_gas(tx, SPEC, false, false, u64::MAX, None).is_ok()
}

/// What a transaction pays for.
pub(crate) fn gas_used(result: &ExecutionResult) -> u64 {
    match result {
        ExecutionResult::Success { gas, .. } | ExecutionResult::Revert { gas, .. } | ExecutionResult::Halt { gas, .. } => {
            gas.tx_gas_used()
        }
    }
}
