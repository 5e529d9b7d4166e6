//! Transactions before they are mined: nonces, replacement, money, kinds, crowds.

use alloy_consensus::Transaction;
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_provider::Provider;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall;
use serde_json::{Value, json};

use super::abi::IToken;
use super::node::{Failed, Node, address, sign};

async fn submit(node: &Node, raw: &[u8]) -> Result<B256, Failed> {
    let hash = node.ask("eth_sendRawTransaction", json!([Bytes::copy_from_slice(raw)])).await?;
    assert_eq!(hash, json!(keccak256(raw)));
    Ok(keccak256(raw))
}

async fn is_mined(node: &Node, hash: B256) -> bool {
    node.tell("eth_getTransactionReceipt", json!([hash])).await != Value::Null
}

/// A refusal before a transaction enters the pool, in either of the words that nodes have for it.
fn refused(result: Result<B256, Failed>, words: &[&str]) {
    let failed = result.unwrap_err();
    let message = failed.message.to_lowercase();
    assert!(words.iter().any(|words| message.contains(words)), "{failed:?} says none of {words:?}");
    assert!(failed.code < 0, "{failed:?}");
}

pub(crate) async fn nonces_wait_for_the_ones_before(node: &Node) {
    let first = node.request(5, address(0), Vec::new()).await;
    let nonce = first.nonce.unwrap();
    let at = |nonce: u64| TransactionRequest { nonce: Some(nonce), ..first.clone() };
    let third = submit(node, &sign(5, at(nonce + 2))).await.unwrap();
    let second = submit(node, &sign(5, at(nonce + 1))).await.unwrap();
    assert!(!is_mined(node, third).await && !is_mined(node, second).await);
    assert_eq!(node.rpc.get_transaction_count(address(5)).pending().await.unwrap(), nonce);
    let shown = node.rpc.get_transaction_by_hash(third).await.unwrap().unwrap();
    assert_eq!((shown.block_number, shown.nonce()), (None, nonce + 2));
    node.rpc.send_raw_transaction(&sign(5, first.clone())).await.unwrap().get_receipt().await.unwrap();
    for hash in [second, third] {
        node.rpc.watch_pending_transaction(alloy_provider::PendingTransactionConfig::new(hash)).await.unwrap().await.unwrap();
    }
    assert_eq!(node.rpc.get_transaction_count(address(5)).await.unwrap(), nonce + 3);
    let low = TransactionRequest { value: Some(U256::from(1)), ..at(nonce) };
    refused(submit(node, &sign(5, low)).await, &["nonce too low"]);
}

pub(crate) async fn a_replacement_pays_more(node: &Node) {
    node.tell("evm_setAutomine", json!([false])).await;
    let first = node.request(5, address(0), Vec::new()).await;
    let bid = |fee: u128, tip: u128| TransactionRequest {
        max_fee_per_gas: Some(fee),
        max_priority_fee_per_gas: Some(tip),
        ..first.clone()
    };
    const GWEI: u128 = 1_000_000_000;
    let old = sign(5, bid(20 * GWEI, 2 * GWEI));
    submit(node, &old).await.unwrap();
    refused(submit(node, &old).await, &["already known", "already imported"]);
    assert_eq!(node.rpc.get_transaction_count(address(5)).pending().await.unwrap(), first.nonce.unwrap() + 1);
    assert_eq!(node.rpc.get_transaction_count(address(5)).latest().await.unwrap(), first.nonce.unwrap());
    let no_more = TransactionRequest { value: Some(U256::from(1)), ..bid(20 * GWEI, 2 * GWEI) };
    refused(submit(node, &sign(5, no_more)).await, &["underpriced"]);
    let new = submit(node, &sign(5, bid(22 * GWEI, 22 * GWEI / 10))).await.unwrap();
    assert!(node.rpc.get_transaction_by_hash(keccak256(&old)).await.unwrap().is_none());
    node.tell("evm_mine", json!([])).await;
    assert!(is_mined(node, new).await);
    assert!(!is_mined(node, keccak256(&old)).await);
    // the best paid come first, each sender's own in their order
    let tips = [(5, 1), (6, 3), (7, 2)];
    let mut hashes = Vec::new();
    for (who, tip) in tips {
        let request = node.request(who, address(0), Vec::new()).await;
        // some nodes go by what is bid, others by what is earned
        let (fee, tip) = (Some((20 + tip) * GWEI), Some(tip * GWEI));
        let request = TransactionRequest { max_fee_per_gas: fee, max_priority_fee_per_gas: tip, ..request };
        hashes.push(submit(node, &sign(who, request)).await.unwrap());
    }
    node.tell("evm_mine", json!([])).await;
    let block = node.rpc.get_block(alloy_eips::BlockId::latest()).await.unwrap().unwrap();
    assert_eq!(block.transactions.hashes().collect::<Vec<_>>(), [hashes[1], hashes[2], hashes[0]]);
    node.tell("evm_setAutomine", json!([true])).await;
}

pub(crate) async fn what_cannot_be_paid_is_refused(node: &Node) {
    let request = node.request(8, address(0), Vec::new()).await;
    let check = async |request: TransactionRequest, words: &[&str]| refused(submit(node, &sign(8, request)).await, words);
    let balance = node.rpc.get_balance(address(8)).await.unwrap();
    check(TransactionRequest { value: Some(balance), ..request.clone() }, &["insufficient funds"]).await;
    check(TransactionRequest { gas: Some(20_000), ..request.clone() }, &["intrinsic gas too low"]).await;
    check(TransactionRequest { gas: Some(40_000_000), ..request.clone() }, &["exceeds block gas limit", "intrinsic gas too high"])
        .await;
    check(TransactionRequest { chain_id: Some(node.chain_id + 1), ..request.clone() }, &["chain id"]).await;
    let upside_down =
        TransactionRequest { max_fee_per_gas: Some(2_000_000_000), max_priority_fee_per_gas: Some(3_000_000_000), ..request };
    check(upside_down, &["max priority fee per gas higher than max fee per gas", "greater than"]).await;
    let garbage = node.ask("eth_sendRawTransaction", json!(["0x02c0"])).await.unwrap_err();
    assert!(garbage.code < 0 && garbage.message.contains("decode"), "{garbage:?}");
}

pub(crate) async fn every_kind_of_transaction_is_mined(node: &Node) {
    let call = IToken::approveCall { spender: address(9), value: U256::from(5) }.abi_encode();
    let dynamic = node.request(8, node.token, call).await;
    let priced = |request: TransactionRequest| TransactionRequest {
        gas_price: Some(20_000_000_000),
        max_fee_per_gas: None,
        max_priority_fee_per_gas: None,
        ..request
    };
    let mut nonce = dynamic.nonce.unwrap();
    let listed = TransactionRequest { access_list: Some(AccessList::default()), ..priced(dynamic.clone()) };
    for (kind, request) in [(0, priced(dynamic.clone())), (1, listed), (2, dynamic)] {
        let receipt = node.send_request(8, TransactionRequest { nonce: Some(nonce), ..request }).await;
        assert!(receipt.status());
        assert_eq!(receipt.inner.tx_type() as u8, kind);
        let shown = node.rpc.get_transaction_by_hash(receipt.transaction_hash).await.unwrap().unwrap();
        assert_eq!((shown.inner.signer(), shown.nonce(), shown.block_hash), (address(8), nonce, receipt.block_hash));
        nonce += 1;
    }
    // a contract is created where its creator and nonce say
    let create = TransactionRequest {
        to: Some(alloy_primitives::TxKind::Create),
        ..node.request(8, Address::ZERO, vec![0x5f, 0x5f, 0xf3]).await
    };
    let receipt = node.send_request(8, create).await;
    assert_eq!(receipt.contract_address, Some(address(8).create(nonce)));
}

pub(crate) async fn a_hundred_from_four_senders(node: &Node) {
    const SENDERS: [usize; 4] = [1, 2, 3, 4];
    let payee = Address::repeat_byte(0x64);
    let call = IToken::transferCall { to: payee, value: U256::from(7) }.abi_encode();
    let mut raw = Vec::new();
    for who in SENDERS {
        let first = node.request(who, node.token, call.clone()).await;
        let at = |nonce: u64| TransactionRequest { nonce: Some(nonce), gas: Some(100_000), ..first.clone() };
        raw.extend((0..25).map(|index| sign(who, at(first.nonce.unwrap() + index))));
    }
    // all at once, and so in no order
    let sent = raw.iter().map(|raw| {
        let (rpc, raw) = (node.rpc.clone(), raw.clone());
        tokio::spawn(async move { rpc.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap() })
    });
    for receipt in sent.collect::<Vec<_>>() {
        assert!(receipt.await.unwrap().status());
    }
    assert_eq!(node.balance(payee).await, U256::from(700));
}
