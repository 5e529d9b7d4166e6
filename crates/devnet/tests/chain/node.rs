//! A node under test, and the payer's and the facilitator's hands.

use alloy_consensus::{TxEnvelope, TypedTransaction};
use alloy_eips::eip2718::Encodable2718;
use alloy_network::{Ethereum, NetworkTransactionBuilder};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_client::RpcClient;
use alloy_rpc_types_eth::{TransactionReceipt, TransactionRequest};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolCall, SolStruct};
use quittance_devnet::{ACCOUNTS, Token};
use serde_json::Value;

/// A node that answers JSON-RPC, with the contracts in place.
pub(crate) struct Node {
    pub(crate) client: RpcClient,
    pub(crate) rpc: RootProvider,
    pub(crate) chain_id: u64,
    pub(crate) token: Address,
}

/// Why a call failed: the code of JSON-RPC, its words, and the bytes of a revert.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Bytes>,
}

/// Where a signature goes that the chain splits.
pub(crate) struct Split {
    pub(crate) v: u8,
    pub(crate) r: B256,
    pub(crate) s: B256,
}

impl Node {
    pub(crate) async fn at(url: &str) -> Self {
        // in a build with TLS there has to be one; another test may have been first
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = RpcClient::new_http(url.parse().unwrap());
        let rpc = RootProvider::<Ethereum>::new(client.clone());
        let chain_id = rpc.get_chain_id().await.unwrap();
        Self { client, rpc, chain_id, token: Token::usdc(chain_id).address }
    }

    /// Any method, with its error as it came.
    pub(crate) async fn ask(&self, method: &'static str, params: Value) -> Result<Value, Failed> {
        self.rpc.client().request::<_, Value>(method, params).await.map_err(|error| {
            let error = error.as_error_resp().unwrap_or_else(|| panic!("{method}: {error}")).clone();
            let data = error.data.and_then(|data| serde_json::from_str(data.get()).ok());
            Failed { code: error.code, message: error.message.into_owned(), data }
        })
    }

    /// Any method that has to work.
    pub(crate) async fn tell(&self, method: &'static str, params: Value) -> Value {
        self.ask(method, params).await.unwrap_or_else(|failed| panic!("{method}: {failed:?}"))
    }

    /// What a call answers.
    pub(crate) async fn read<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let answer = self.simulate(Address::ZERO, to, call.abi_encode()).await.unwrap();
        C::abi_decode_returns(&answer).unwrap()
    }

    /// What a call would do, from somebody.
    pub(crate) async fn simulate(&self, from: Address, to: Address, data: Vec<u8>) -> Result<Bytes, Failed> {
        let request = TransactionRequest::default().from(from).to(to).input(Bytes::from(data).into());
        let answer = self.ask("eth_call", serde_json::json!([request, "latest"])).await?;
        Ok(serde_json::from_value(answer).unwrap())
    }

    /// Sends a transaction and waits for its receipt.
    pub(crate) async fn send(&self, who: usize, to: Address, data: Vec<u8>) -> TransactionReceipt {
        let request = self.request(who, to, data).await;
        self.send_request(who, request).await
    }

    pub(crate) async fn send_request(&self, who: usize, request: TransactionRequest) -> TransactionReceipt {
        let raw = sign(who, request);
        self.rpc.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap()
    }

    /// A transaction that is complete but for its signature.
    pub(crate) async fn request(&self, who: usize, to: Address, data: Vec<u8>) -> TransactionRequest {
        let nonce = self.rpc.get_transaction_count(address(who)).pending().await.unwrap();
        TransactionRequest {
            from: Some(address(who)),
            to: Some(TxKind::Call(to)),
            chain_id: Some(self.chain_id),
            nonce: Some(nonce),
            gas: Some(1_000_000),
            max_fee_per_gas: Some(20_000_000_000),
            max_priority_fee_per_gas: Some(1_000_000_000),
            input: Bytes::from(data).into(),
            ..TransactionRequest::default()
        }
    }

    /// Sends a transaction that has to succeed.
    pub(crate) async fn do_it(&self, who: usize, to: Address, data: Vec<u8>) -> TransactionReceipt {
        let receipt = self.send(who, to, data).await;
        assert!(receipt.status(), "{receipt:?}");
        receipt
    }

    /// The time of the newest block.
    pub(crate) async fn time(&self) -> u64 {
        self.rpc.get_block(alloy_eips::BlockId::latest()).await.unwrap().unwrap().header.timestamp
    }

    pub(crate) async fn balance(&self, who: Address) -> U256 {
        self.read(self.token, super::abi::IToken::balanceOfCall { account: who }).await
    }
}

/// One of the well-known accounts.
pub(crate) fn address(who: usize) -> Address {
    ACCOUNTS[who].address
}

pub(crate) fn signer(who: usize) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&ACCOUNTS[who].key).unwrap()
}

/// A transaction as bytes, signed.
pub(crate) fn sign(who: usize, request: TransactionRequest) -> Vec<u8> {
    let tx: TypedTransaction = request.build_unsigned().unwrap();
    sign_typed(who, tx).encoded_2718()
}

fn sign_typed(who: usize, tx: TypedTransaction) -> TxEnvelope {
    use alloy_consensus::SignableTransaction;
    let hash = tx.signature_hash();
    let signature = signer(who).sign_hash_sync(&hash).unwrap();
    tx.into_signed(signature).into()
}

/// Signs a typed message: 65 bytes, v as 27 or 28.
pub(crate) fn sign_message(who: usize, message: &impl SolStruct, domain: &Eip712Domain) -> Vec<u8> {
    signer(who).sign_hash_sync(&message.eip712_signing_hash(domain)).unwrap().as_bytes().to_vec()
}

pub(crate) fn split(signature: &[u8]) -> Split {
    Split { v: signature[64], r: B256::from_slice(&signature[..32]), s: B256::from_slice(&signature[32..64]) }
}

/// The other signature over the same message that recovers to the same signer: s mirrored, v flipped.
pub(crate) fn high_s(signature: &[u8]) -> Vec<u8> {
    const ORDER: U256 = alloy_primitives::uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
    let s = ORDER - U256::from_be_slice(&signature[32..64]);
    [&signature[..32], &s.to_be_bytes::<32>(), &[55 - signature[64]]].concat()
}

/// A nonce that no other case uses.
pub(crate) fn fresh(text: &str) -> B256 {
    keccak256(text)
}

/// Where a call says no in words.
pub(crate) fn refused(result: Result<Bytes, Failed>, words: &str) {
    let failed = result.expect_err(words);
    assert_eq!(failed.code, 3, "{failed:?}");
    assert!(failed.message.contains(words), "{failed:?} does not say {words}");
}

/// Where a call says no with an error of the contract.
pub(crate) fn refused_by<E: alloy_sol_types::SolError>(result: Result<Bytes, Failed>) {
    let failed = result.expect_err(E::SIGNATURE);
    assert_eq!(failed.code, 3, "{failed:?}");
    assert_eq!(failed.data.as_deref().and_then(|data| data.get(..4)), Some(&E::SELECTOR[..]), "{failed:?} is not {}", E::SIGNATURE);
}
