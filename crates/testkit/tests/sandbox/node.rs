//! A sandbox chain, spoken to by JSON-RPC and by nothing of ours that is tested here.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, Log, Plan, Proof, Step, prove};
use quittance_core::eip712::Digest;
use quittance_core::{Address, Amount, SecretKey, keccak256};
use quittance_devnet::{ACCOUNTS, Devnet};
use quittance_evm::question::{self, Outcome};
use quittance_evm::{multicall3, probe};
use serde_json::{Value, json};

pub(crate) struct Node {
    pub(crate) devnet: Devnet,
}

/// An error of JSON-RPC, with the bytes of a revert where it has any.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Option<Vec<u8>>);

/// One of the accounts that every sandbox funds.
pub(crate) fn key(number: usize) -> SecretKey {
    SecretKey::from_bytes(&ACCOUNTS[number].key.0).expect("a key that everybody knows")
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x")).expect("hexadecimal text");
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("a byte")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".into(), |text, byte| format!("{text}{byte:02x}"))
}

fn number(value: &Value) -> u64 {
    u64::from_str_radix(value.as_str().and_then(|text| text.strip_prefix("0x")).expect("a number"), 16).expect("a number")
}

impl Node {
    pub(crate) async fn start() -> Self {
        Self { devnet: Devnet::builder().start().await.expect("a sandbox") }
    }

    /// Any method.
    pub(crate) fn ask(&self, method: &str, params: &Value) -> Result<Value, Refused> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let url = self.devnet.url();
        let host = url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).expect("the sandbox listens");
        let head =
            format!("POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ");
        write!(stream, "{head}{}\r\n\r\n{body}", body.len()).expect("the sandbox reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the sandbox answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let mut answer: Value = serde_json::from_str(body).expect("JSON");
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => Err(Refused(error.get("data").filter(|data| data.is_string()).map(bytes))),
        }
    }

    /// Any method that has to work.
    pub(crate) fn tell(&self, method: &str, params: &Value) -> Value {
        self.ask(method, params).unwrap_or_else(|refused| panic!("{method}: {refused:?}"))
    }

    pub(crate) fn time(&self) -> u64 {
        self.devnet.time()
    }

    /// `eth_call`, of nobody where it creates.
    pub(crate) fn call(&self, from: Option<Address>, to: Option<Address>, data: &[u8], gas: u64) -> Result<Vec<u8>, Refused> {
        let mut call = json!({ "data": hex(data), "gas": format!("{gas:#x}") });
        for (name, address) in [("from", from), ("to", to)] {
            if let Some(address) = address {
                call[name] = address.to_string().into();
            }
        }
        self.ask("eth_call", &json!([call, "latest"])).map(|answer| bytes(&answer))
    }

    /// All that one probe can ask, in one call; what only its sender can do, by a call of that sender's; what is no call, by its method.
    pub(crate) fn answers(&self, questions: &[ChainQuery]) -> Vec<ChainAnswer> {
        let at_once = questions.iter().filter(|question| probe::can_ask(question)).cloned().collect::<Vec<_>>();
        let creation = probe::creation(&at_once).expect("only what a probe can ask");
        let returned = self.call(None, None, &creation, 30_000_000).expect("the probe answers");
        let mut told = probe::answers(&at_once, &returned).expect("in its own layout").into_iter();
        let answer = |question: &ChainQuery| match question {
            question if probe::can_ask(question) => told.next().expect("an answer to each question"),
            ChainQuery::Transactions { account } => ChainAnswer::Amount(Amount::from_u64(number(
                &self.tell("eth_getTransactionCount", &json!([account.to_string(), "latest"])),
            ))),
            ChainQuery::Funds { account } => {
                let wei = self.tell("eth_getBalance", &json!([account.to_string(), "latest"]));
                let digits = wei.as_str().and_then(|text| text.strip_prefix("0x")).expect("a number");
                ChainAnswer::Amount(Amount::from_u128(u128::from_str_radix(digits, 16).expect("a number")))
            }
            question => self.one(question),
        };
        questions.iter().map(answer).collect()
    }

    /// One question by one call.
    pub(crate) fn one(&self, question: &ChainQuery) -> ChainAnswer {
        if let ChainQuery::Code { address } = question {
            let code = bytes(&self.tell("eth_getCode", &json!([address.to_string(), "latest"])));
            return question::answer(question, Outcome::Returned(&code));
        }
        let Call { sender, target, data, .. } = question::call(question).expect("one call");
        match self.call(sender, Some(target), &data, 30_000_000) {
            Ok(returned) => question::answer(question, Outcome::Returned(&returned)),
            Err(Refused(reason)) => question::answer(question, Outcome::Reverted(&reason.unwrap_or_default())),
        }
    }

    /// Some questions by one call of Multicall3.
    pub(crate) fn by_multicall3(&self, questions: &[ChainQuery]) -> Vec<ChainAnswer> {
        let calls = questions.iter().map(|question| question::call(question).expect("one call")).collect::<Vec<_>>();
        let Call { target, data, .. } = multicall3::call(&calls).expect("calls of anybody");
        let returned = self.call(None, Some(target), &data, 30_000_000).expect("Multicall3 answers");
        let outcomes = multicall3::outcomes(&returned, calls.len()).expect("in its own layout");
        questions.iter().zip(outcomes).map(|(question, outcome)| question::answer(question, outcome)).collect()
    }

    /// Sends a transaction of one of the accounts; its receipt.
    pub(crate) fn send(&self, who: usize, to: Address, data: &[u8]) -> Value {
        let nonce = self.tell("eth_getTransactionCount", &json!([key(who).address().to_string(), "latest"]));
        self.broadcast(&transaction(&key(who), self.devnet.chain_id(), number(&nonce), 3_000_000, to, data))
    }

    pub(crate) fn broadcast(&self, raw: &[u8]) -> Value {
        let hash = self.tell("eth_sendRawTransaction", &json!([hex(raw)]));
        assert_eq!(bytes(&hash), keccak256(raw));
        self.tell("eth_getTransactionReceipt", &json!([hash]))
    }

    /// Does what a plan says, as account 0; what the last receipt proves of it.
    pub(crate) fn carry_out(&self, plan: &Plan) -> Proof {
        let mut receipt = Value::Null;
        for step in &plan.steps {
            receipt = match step {
                Step::Call(call) => {
                    assert!(call.sender.is_none_or(|sender| sender == key(0).address()), "account 0 settles here");
                    self.send(0, call.target, &call.data)
                }
                Step::Deploy { wallet, call } => {
                    if self.one(&ChainQuery::Code { address: *wallet }) != ChainAnswer::Bytes(Vec::new()) {
                        continue;
                    }
                    self.send(0, call.target, &call.data)
                }
                Step::Broadcast(transaction) => self.broadcast(transaction.as_bytes()),
                other => panic!("{other:?}"),
            };
            assert_eq!(receipt["status"], "0x1", "{step:?}");
        }
        proofs(&[plan], &receipt)[0]
    }
}

/// What a receipt says of some plans.
pub(crate) fn proofs(plans: &[&Plan], receipt: &Value) -> Vec<Proof> {
    let address = |log: &Value| Address::parse_party(log["address"].as_str().expect("text")).expect("an address");
    let topics = |log: &Value| {
        let topics = log["topics"].as_array().expect("a list").iter();
        topics.map(|topic| bytes(topic).try_into().expect("a word")).collect::<Vec<[u8; 32]>>()
    };
    let logs = receipt["logs"].as_array().expect("a list").iter().map(|log| (address(log), topics(log), bytes(&log["data"])));
    let logs = logs.collect::<Vec<_>>();
    prove(plans, &logs.iter().map(|(emitter, topics, data)| Log::new(*emitter, topics, data)).collect::<Vec<_>>())
}

/// A signed EIP-1559 transaction.
pub(crate) fn transaction(key: &SecretKey, chain: u64, nonce: u64, gas: u64, to: Address, data: &[u8]) -> Vec<u8> {
    let numbers = [chain, nonce, 1_000_000_000, 20_000_000_000, gas].map(|number| trimmed(&number.to_be_bytes()));
    let fields = numbers.into_iter().chain([string(to.as_bytes()), string(&[]), string(data), list(&[])]).collect::<Vec<_>>();
    let signature = key.sign(&Digest::from_bytes(keccak256(&[&[2][..], &list(&fields)].concat()))).to_bytes();
    let parts = [trimmed(&[signature[64] - 27]), trimmed(&signature[..32]), trimmed(&signature[32..64])];
    [&[2][..], &list(&[fields, parts.to_vec()].concat())].concat()
}

fn trimmed(number: &[u8]) -> Vec<u8> {
    string(&number[number.iter().take_while(|byte| **byte == 0).count()..])
}

fn string(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [byte @ 0..=0x7f] => vec![*byte],
        _ => headed(0x80, bytes),
    }
}

fn list(items: &[Vec<u8>]) -> Vec<u8> {
    headed(0xc0, &items.concat())
}

fn headed(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let head = match u8::try_from(content.len()) {
        Ok(short @ 0..56) => vec![kind + short],
        _ => [&[kind + 55 + u8::try_from(digits.len()).expect("few digits")][..], digits].concat(),
    };
    [&head[..], content].concat()
}
