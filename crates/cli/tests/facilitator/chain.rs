//! The chain that all of it happens on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quittance_core::chain::Call;
use quittance_core::{Address, Network, SecretKey, sha256};
use quittance_devnet::ACCOUNTS;
use quittance_facilitator::Transaction;
use serde_json::{Value, json};

use crate::http;
use crate::process::Program;

/// A chain with the contracts of x402 on it.
pub(crate) struct Chain {
    pub(crate) url: String,
    pub(crate) id: u64,
    _program: Option<Program>,
}

impl Chain {
    /// The node that is named, or a sandbox with a block each so many milliseconds.
    pub(crate) fn start(block_time: u64) -> Self {
        if let Ok(url) = std::env::var("QUITTANCE_TEST_CHAIN") {
            let named = Self { url, id: 84532, _program: None };
            // a block each second, as chains have them
            named.call("evm_setIntervalMining", &json!([1]));
            return named;
        }
        Self::sandbox(block_time)
    }

    /// A sandbox with a block each so many milliseconds.
    pub(crate) fn sandbox(block_time: u64) -> Self {
        let block_time = block_time.to_string();
        let program = Program::start(&["devnet", "--json", "--port", "0", "--block-time", &block_time], &[]).expect("a chain");
        Self { url: program.url(), id: 84532, _program: Some(program) }
    }

    fn call(&self, method: &str, params: &Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = http::ask(&self.url, "POST", "/", &body.to_string()).expect("the chain answers");
        let result = answer.body.get("result").cloned();
        result.unwrap_or_else(|| panic!("{method}: {}", answer.text))
    }

    /// What somebody has of the token.
    pub(crate) fn balance(&self, owner: Address) -> u64 {
        let data = format!("0x70a08231{:0>64}", &owner.to_string()[2..]);
        let word = self.call("eth_call", &json!([{ "to": token().to_string(), "input": data }, "latest"]));
        u64::from_str_radix(word.as_str().expect("a word")[2..].trim_start_matches('0'), 16).unwrap_or(0)
    }

    /// The chain's time, in seconds.
    pub(crate) fn time(&self) -> u64 {
        let block = self.call("eth_getBlockByNumber", &json!(["latest", false]));
        number(&block["timestamp"])
    }

    /// Waits until so many blocks have been mined.
    pub(crate) fn wait_for_blocks(&self, blocks: u64) {
        let height = || number(&self.call("eth_blockNumber", &json!([])));
        let until = height() + blocks;
        while height() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a contract answers.
    pub(crate) fn ask(&self, target: Address, data: &[u8]) -> Vec<u8> {
        let word = self.call("eth_call", &json!([{ "to": target.to_string(), "input": hex(data) }, "latest"]));
        let digits = &word.as_str().expect("bytes").as_bytes()[2..];
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits");
        digits.chunks(2).map(byte).collect()
    }

    /// Whether there is a contract.
    pub(crate) fn has_code(&self, address: Address) -> bool {
        self.call("eth_getCode", &json!([address.to_string(), "latest"])) != "0x"
    }

    /// Sends a transaction, and does not wait for it.
    pub(crate) fn broadcast(&self, raw: &[u8]) {
        self.call("eth_sendRawTransaction", &json!([hex(raw)]));
    }

    /// How many transactions of an account are in blocks, and how many there are with those that wait for one.
    pub(crate) fn transactions(&self, account: Address) -> (u64, u64) {
        let count = |block| number(&self.call("eth_getTransactionCount", &json!([account.to_string(), block])));
        let mined = count("latest");
        (mined, count("pending"))
    }

    /// Who sent a transaction.
    #[cfg(feature = "postgres-tests")]
    pub(crate) fn sender(&self, transaction: &str) -> Address {
        let found = self.call("eth_getTransactionByHash", &json!([transaction]));
        Address::parse(found["from"].as_str().expect("it is on the chain")).expect("an address")
    }

    /// Sends a call of a well-known account and waits for it.
    pub(crate) fn send(&self, from: usize, target: Address, data: Vec<u8>) {
        let key = key(from);
        let nonce = number(&self.call("eth_getTransactionCount", &json!([key.address().to_string(), "pending"])));
        let gwei = 1_000_000_000;
        let sent = Transaction::sign(&key, Network::eip155(self.id), nonce, 500_000, 100 * gwei, gwei, Call::new(target, data));
        let raw = sent.expect("it can be signed");
        self.broadcast(raw.raw());
        loop {
            let receipt = self.call("eth_getTransactionReceipt", &json!([raw.hash().to_string()]));
            if !receipt.is_null() {
                assert_eq!(receipt["status"], "0x1");
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Gives somebody of the token; anybody may.
    pub(crate) fn mint(&self, from: usize, to: Address, amount: u64) {
        let mut data = vec![0x40, 0xc1, 0x0f, 0x19];
        data.extend([0; 12]);
        data.extend(to.as_bytes());
        data.extend([0; 24]);
        data.extend(amount.to_be_bytes());
        self.send(from, token(), data);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(&value.as_str().expect("a number")[2..], 16).expect("a number")
}

/// USDC, as Base Sepolia has it.
pub(crate) fn token() -> Address {
    Address::parse("0x036CbD53842c5426634e7929541eC2318f3dCF7e").expect("an address")
}

/// The key of a well-known account, as text.
pub(crate) fn ether_key(number: usize) -> String {
    ACCOUNTS[number].key.to_string()
}

/// The key of a well-known account.
pub(crate) fn key(number: usize) -> SecretKey {
    SecretKey::from_bytes(&ACCOUNTS[number].key.0).expect("a key")
}

/// Bytes that nobody has used before on this chain.
pub(crate) fn fresh() -> [u8; 32] {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_nanos();
    sha256(format!("{now} {} {}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)).as_bytes())
}

/// Somebody who has nothing yet.
pub(crate) fn nobody() -> Address {
    SecretKey::from_bytes(&fresh()).expect("a key").address()
}
