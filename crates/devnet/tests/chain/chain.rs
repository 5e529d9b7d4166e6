//! Blocks, time, snapshots, history, fees.

use alloy_consensus::proofs::calculate_transaction_root;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_provider::Provider;
use alloy_sol_types::SolCall;
use quittance_devnet::{EXACT_PROXY, MULTICALL3, PERMIT2, UPTO_PROXY, WALLET, WALLET_FACTORY};
use serde_json::json;

use super::abi::{IMulticall3, IPermit2, IProxy, IToken};
use super::node::{Node, address};

pub(crate) async fn placed_contracts_know_their_place(node: &Node) {
    for place in [node.token, PERMIT2, EXACT_PROXY, UPTO_PROXY, MULTICALL3, WALLET, WALLET_FACTORY] {
        assert!(node.rpc.get_code_at(place).await.unwrap().len() > 100, "{place}");
    }
    // these two are the chain's own values for chain 84532, read there
    assert_eq!(node.chain_id, 84532);
    let domain = b256!("0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818");
    assert_eq!(node.read(node.token, IToken::DOMAIN_SEPARATORCall {}).await, domain);
    let domain = b256!("0x010f27a92fb9a32622f44f001dc4d15706a85b33499cfc2ce9033113ab26592c");
    assert_eq!(node.read(PERMIT2, IPermit2::DOMAIN_SEPARATORCall {}).await, domain);
    assert_eq!(node.read(node.token, IToken::nameCall {}).await, "USDC");
    assert_eq!(node.read(node.token, IToken::symbolCall {}).await, "USDC");
    assert_eq!(node.read(node.token, IToken::versionCall {}).await, "2");
    assert_eq!(node.read(node.token, IToken::decimalsCall {}).await, 6);
    assert_eq!(IProxy::PERMIT2Call::SELECTOR, [0x6a, 0xfd, 0xd8, 0x50]);
    for proxy in [EXACT_PROXY, UPTO_PROXY] {
        assert_eq!(node.read(proxy, IProxy::PERMIT2Call {}).await, PERMIT2);
    }
    for who in 0..10 {
        assert_eq!(node.balance(address(who)).await, U256::from(1_000_000_000_000_u64));
        assert!(node.rpc.get_balance(address(who)).await.unwrap() > U256::from(10_u64.pow(18)));
    }
    let accounts = node.rpc.get_accounts().await.unwrap();
    assert_eq!(accounts, (0..10).map(address).collect::<Vec<_>>());
}

pub(crate) async fn time_moves_as_it_is_told(node: &Node) {
    let start = node.time().await;
    node.tell("evm_setNextBlockTimestamp", json!([start + 1_000])).await;
    let receipt = node.do_it(0, address(1), Vec::new()).await;
    let block = node.rpc.get_block(receipt.block_hash.unwrap().into()).await.unwrap().unwrap();
    assert_eq!(block.header.timestamp, start + 1_000);
    assert_eq!(node.read(MULTICALL3, IMulticall3::getCurrentBlockTimestampCall {}).await, U256::from(start + 1_000));
    node.tell("evm_increaseTime", json!([500])).await;
    node.tell("evm_mine", json!([])).await;
    let later = node.time().await;
    assert!((start + 1_500..start + 1_600).contains(&later), "{start} {later}");
    assert!(node.ask("evm_setNextBlockTimestamp", json!([start])).await.is_err());
    let height = node.rpc.get_block_number().await.unwrap();
    node.tell("anvil_mine", json!(["0x5"])).await;
    assert_eq!(node.rpc.get_block_number().await.unwrap(), height + 5);
    node.tell("anvil_setBlockTimestampInterval", json!([12])).await;
    let before = node.time().await;
    node.tell("anvil_mine", json!(["0x2"])).await;
    assert_eq!(node.time().await, before + 24);
}

pub(crate) async fn a_snapshot_brings_everything_back(node: &Node) {
    let payee = Address::repeat_byte(0x41);
    let call = IToken::transferCall { to: payee, value: U256::from(9) }.abi_encode();
    node.do_it(1, node.token, call.clone()).await;
    let (height, hash) =
        (node.rpc.get_block_number().await.unwrap(), node.rpc.get_block(BlockId::latest()).await.unwrap().unwrap().header.hash);
    let nonce = node.rpc.get_transaction_count(address(1)).await.unwrap();
    let snapshot = node.tell("evm_snapshot", json!([])).await;
    node.tell("anvil_setBalance", json!([payee, "0x7"])).await;
    let gone = node.do_it(1, node.token, call).await;
    node.tell("anvil_setStorageAt", json!([payee, "0x0", B256::repeat_byte(3)])).await;
    assert_eq!(node.rpc.get_storage_at(payee, U256::ZERO).await.unwrap(), U256::from_be_bytes([3; 32]));
    assert_eq!(node.balance(payee).await, U256::from(18));
    assert_eq!(node.tell("evm_revert", json!([snapshot])).await, json!(true));
    assert_eq!(node.balance(payee).await, U256::from(9));
    assert_eq!(node.rpc.get_balance(payee).await.unwrap(), U256::ZERO);
    assert_eq!(node.rpc.get_storage_at(payee, U256::ZERO).await.unwrap(), U256::ZERO);
    assert_eq!(node.rpc.get_block_number().await.unwrap(), height);
    assert_eq!(node.rpc.get_block(BlockId::latest()).await.unwrap().unwrap().header.hash, hash);
    assert_eq!(node.rpc.get_transaction_count(address(1)).await.unwrap(), nonce);
    assert!(node.rpc.get_transaction_receipt(gone.transaction_hash).await.unwrap().is_none());
    assert_eq!(node.tell("evm_revert", json!([snapshot])).await, json!(false));
}

pub(crate) async fn state_of_earlier_blocks_is_kept(node: &Node) {
    let payee = Address::repeat_byte(0x42);
    let start = node.rpc.get_block_number().await.unwrap();
    for value in 1..=3 {
        node.do_it(1, node.token, IToken::transferCall { to: payee, value: U256::from(value) }.abi_encode()).await;
    }
    for (blocks, expected) in [(0, 0), (1, 1), (2, 3), (3, 6)] {
        let call = IToken::balanceOfCall { account: payee }.abi_encode();
        let request =
            alloy_rpc_types_eth::TransactionRequest::default().to(node.token).input(alloy_primitives::Bytes::from(call).into());
        let answer = node.rpc.call(request).block(BlockId::number(start + blocks)).await.unwrap();
        assert_eq!(U256::from_be_slice(&answer), U256::from(expected));
    }
    let nonces = [start, start + 3].map(|block| node.rpc.get_transaction_count(address(1)).block_id(BlockId::number(block)));
    let [before, after] = nonces;
    assert_eq!(before.await.unwrap() + 3, after.await.unwrap());
    assert!(node.rpc.get_balance(payee).block_id(BlockId::number(start + 1_000)).await.is_err());
}

pub(crate) async fn blocks_and_receipts_agree(node: &Node) {
    let parent = node.rpc.get_block(BlockId::latest()).await.unwrap().unwrap();
    let call = IToken::transferCall { to: address(2), value: U256::from(1) }.abi_encode();
    let receipt = node.do_it(1, node.token, call).await;
    let block = node.rpc.get_block_by_number(BlockNumberOrTag::Latest).full().await.unwrap().unwrap();
    let same = node.rpc.get_block_by_hash(block.header.hash).await.unwrap().unwrap();
    assert_eq!(same.header, block.header);
    // the hash is the header's own, and the roots are over what is in the block
    assert_eq!(block.header.inner.hash_slow(), block.header.hash);
    assert_eq!((block.header.parent_hash, block.header.number), (parent.header.hash, parent.header.number + 1));
    assert_eq!(node.read(MULTICALL3, IMulticall3::getLastBlockHashCall {}).await, parent.header.hash);
    let txs = block.transactions.as_transactions().unwrap();
    assert_eq!(txs.len(), 1);
    assert_eq!(calculate_transaction_root(&[txs[0].inner.inner()]), block.header.transactions_root);
    assert_eq!(txs[0].inner.tx_hash(), &receipt.transaction_hash);
    assert_eq!((receipt.block_hash, receipt.block_number), (Some(block.header.hash), Some(block.header.number)));
    assert_eq!((receipt.gas_used, receipt.inner.cumulative_gas_used()), (block.header.gas_used, block.header.gas_used));
    assert_eq!(receipt.inner.logs_bloom(), &block.header.logs_bloom);
    assert_eq!((receipt.from, receipt.to, receipt.transaction_index), (address(1), Some(node.token), Some(0)));
    let base_fee = u128::from(block.header.base_fee_per_gas.unwrap());
    assert_eq!(receipt.effective_gas_price, base_fee + 1_000_000_000);
    let all = node.rpc.get_block_receipts(BlockId::number(block.header.number)).await.unwrap().unwrap();
    assert_eq!(all, [receipt]);
}

pub(crate) async fn fees_are_told(node: &Node) {
    for _ in 0..3 {
        node.do_it(1, address(2), Vec::new()).await;
    }
    let history = node.rpc.get_fee_history(3, BlockNumberOrTag::Latest, &[10.0, 90.0]).await.unwrap();
    let newest = node.rpc.get_block(BlockId::latest()).await.unwrap().unwrap();
    assert_eq!(history.oldest_block, newest.header.number - 2);
    assert_eq!(history.base_fee_per_gas.len(), 4);
    assert_eq!(history.base_fee_per_gas[2], u128::from(newest.header.base_fee_per_gas.unwrap()));
    assert_eq!(history.gas_used_ratio.len(), 3);
    assert_eq!(history.reward.unwrap(), vec![vec![1_000_000_000, 1_000_000_000]; 3]);
    let price = node.rpc.get_gas_price().await.unwrap();
    assert!(price >= history.base_fee_per_gas[3], "{price}");
    assert!(node.rpc.get_max_priority_fee_per_gas().await.unwrap() > 0);
    let estimate = node.rpc.estimate_eip1559_fees().await.unwrap();
    assert!(estimate.max_fee_per_gas > history.base_fee_per_gas[3]);
    // what is fixed is what the next block has
    node.tell("anvil_setNextBlockBaseFeePerGas", json!(["0x77359400"])).await;
    let receipt = node.do_it(1, address(2), Vec::new()).await;
    assert_eq!(receipt.effective_gas_price, 3_000_000_000);
}
