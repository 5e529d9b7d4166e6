//! Payers that are contracts: deployed, to be deployed, and accounts that delegate to code.

use alloy_eips::eip7702::Authorization;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_provider::Provider;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer::SignerSync;
use alloy_sol_types::SolCall;
use quittance_devnet::{MULTICALL3, WALLET, WALLET_FACTORY};
use serde_json::json;

use super::abi::{IMulticall3, IToken, IWallet, IWalletFactory, TransferWithAuthorization};
use super::eip3009::{in_parts, signed, transfer, whole};
use super::node::{Node, address, refused, signer};

async fn wallet_of(node: &Node, owner: Address) -> (Address, IWalletFactory::deployCall) {
    let salt = B256::repeat_byte(1);
    (node.read(WALLET_FACTORY, IWalletFactory::addressOfCall { owner, salt }).await, IWalletFactory::deployCall { owner, salt })
}

async fn give(node: &Node, to: Address) {
    node.do_it(0, node.token, IToken::transferCall { to, value: U256::from(1_000_000) }.abi_encode()).await;
}

pub(crate) async fn code_decides_for_a_wallet(node: &Node) {
    let (wallet, deploy) = wallet_of(node, address(2)).await;
    give(node, wallet).await;
    let message = TransferWithAuthorization { from: wallet, ..transfer("wallet") };
    let good = signed(node, 2, &message);
    // nobody's code, nobody's signature
    refused(node.simulate(address(0), node.token, whole(&message, &good)).await, "FiatTokenV2: invalid signature");
    node.do_it(0, WALLET_FACTORY, deploy.abi_encode()).await;
    node.do_it(0, WALLET_FACTORY, deploy.abi_encode()).await;
    assert_eq!(node.read(wallet, IWallet::ownerCall {}).await, address(2));
    for other in [signed(node, 3, &message), good[..64].to_vec(), Vec::new()] {
        refused(node.simulate(address(0), node.token, whole(&message, &other)).await, "FiatTokenV2: invalid signature");
    }
    assert!(node.simulate(address(0), node.token, in_parts(&message, &good)).await.is_ok());
    node.do_it(0, node.token, whole(&message, &good)).await;
    // a wallet that answers nonsense, or nothing, signs nothing
    for code in ["0x", "0x5f5ff3", "0x5f5ffd", "0xfe"] {
        let elsewhere = TransferWithAuthorization { from: Address::repeat_byte(0x99), ..transfer("nonsense") };
        node.tell("anvil_setCode", json!([elsewhere.from, code])).await;
        let call = whole(&elsewhere, &signed(node, 2, &elsewhere));
        refused(node.simulate(address(0), node.token, call).await, "FiatTokenV2: invalid signature");
    }
}

pub(crate) async fn a_wallet_to_be_is_simulated_whole(node: &Node) {
    let (wallet, deploy) = wallet_of(node, address(3)).await;
    give(node, wallet).await;
    let message = TransferWithAuthorization { from: wallet, ..transfer("counterfactual") };
    let transfer =
        |who: usize| IMulticall3::Call { target: node.token, callData: whole(&message, &signed(node, who, &message)).into() };
    let deploy = IMulticall3::Call { target: WALLET_FACTORY, callData: deploy.abi_encode().into() };
    assert_eq!(IMulticall3::tryAggregateCall::SELECTOR, [0xbc, 0xe3, 0x8b, 0xd7]);
    let attempt = async |calls: Vec<IMulticall3::Call>| {
        let call = IMulticall3::tryAggregateCall { requireSuccess: false, calls };
        node.read(MULTICALL3, call).await.into_iter().map(|result| result.success).collect::<Vec<_>>()
    };
    assert_eq!(attempt(vec![transfer(3)]).await, [false]);
    assert_eq!(attempt(vec![deploy.clone(), transfer(3)]).await, [true, true]);
    assert_eq!(attempt(vec![deploy, transfer(2)]).await, [true, false]);
    assert!(node.rpc.get_code_at(wallet).await.unwrap().is_empty());
}

/// Lets account 7 delegate to some code, paid for by account 0.
async fn delegate(node: &Node, to: Address) {
    let nonce = node.rpc.get_transaction_count(address(7)).await.unwrap();
    let authorization = Authorization { chain_id: U256::from(node.chain_id), address: to, nonce };
    let signature = signer(7).sign_hash_sync(&authorization.signature_hash()).unwrap();
    let request = TransactionRequest {
        authorization_list: Some(vec![authorization.into_signed(signature)]),
        ..node.request(0, address(9), Vec::new()).await
    };
    assert!(node.send_request(0, request).await.status());
}

pub(crate) async fn a_delegated_account_is_code(node: &Node) {
    let message = TransferWithAuthorization { from: address(7), ..transfer("delegated") };
    let good = signed(node, 7, &message);
    let simulate = async || node.simulate(address(0), node.token, whole(&message, &good)).await;
    assert!(simulate().await.is_ok());
    // code that knows no ERC-1271: the account's own good signature is worth nothing
    delegate(node, MULTICALL3).await;
    let code = node.rpc.get_code_at(address(7)).await.unwrap();
    assert_eq!(code, Bytes::from([&hex!("ef0100")[..], MULTICALL3.as_slice()].concat()));
    refused(simulate().await, "FiatTokenV2: invalid signature");
    refused(node.simulate(address(0), node.token, in_parts(&message, &good)).await, "FiatTokenV2: invalid signature");
    // code that does
    delegate(node, WALLET).await;
    assert_eq!(node.read(address(7), IWallet::ownerCall {}).await, address(7));
    node.do_it(0, node.token, whole(&message, &good)).await;
    let strangers = TransferWithAuthorization { from: address(7), ..transfer("delegated, by a stranger") };
    let call = whole(&strangers, &signed(node, 8, &strangers));
    refused(node.simulate(address(0), node.token, call).await, "FiatTokenV2: invalid signature");
    // it still sends transactions of its own, and can be an account again
    node.do_it(7, address(0), Vec::new()).await;
    delegate(node, Address::ZERO).await;
    assert!(node.rpc.get_code_at(address(7)).await.unwrap().is_empty());
}
