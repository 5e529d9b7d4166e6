//! The sandbox chain, asked in its own words, as little as is needed to compare it with the model.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use quittance_core::Address;
use quittance_devnet::{ACCOUNTS, BlockTime, ChainTime, Devnet};
use serde_json::{Value, json};

pub(crate) struct Sandbox {
    pub(crate) devnet: Devnet,
    host: String,
}

/// What a transaction left: whether it succeeded, and each log's emitter, topics and data.
pub(crate) type Left = (bool, Vec<(String, Vec<String>, String)>);

impl Sandbox {
    pub(crate) async fn begin(time: u64) -> Self {
        let builder = Devnet::builder().time(ChainTime::Frozen(time)).block_time(BlockTime::Instant);
        let devnet = builder.start().await.unwrap();
        let host = devnet.url().trim_start_matches("http://").to_owned();
        Self { devnet, host }
    }

    /// Asks one question and gives the whole answer.
    async fn say(&self, method: &str, params: &Value) -> Value {
        let (host, body) = (self.host.clone(), json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string());
        let exchange = move || {
            let head = "POST / HTTP/1.1\r\nhost: sandbox\r\ncontent-type: application/json\r\nconnection: close";
            let mut stream = TcpStream::connect(host).unwrap();
            stream.write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let answer = tokio::task::spawn_blocking(exchange).await.unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// What a call would do: nothing wrong, or the bytes it fails with.
    pub(crate) async fn attempt(&self, from: Address, to: Address, data: &[u8]) -> Result<(), String> {
        let call = json!({"from": from.to_string(), "to": to.to_string(), "data": hex(data)});
        let answer = self.say("eth_call", &json!([call, "latest"])).await;
        match answer.get("error") {
            None => Ok(()),
            Some(error) => Err(error["data"].as_str().unwrap_or("0x").to_owned()),
        }
    }

    /// Sends a transaction and gives what it left.
    pub(crate) async fn send(&self, raw: &[u8]) -> Left {
        let hash = self.say("eth_sendRawTransaction", &json!([hex(raw)])).await["result"].clone();
        assert!(hash.is_string(), "it was not taken");
        let receipt = self.say("eth_getTransactionReceipt", &json!([hash])).await["result"].clone();
        let logs = receipt["logs"].as_array().unwrap().iter().map(|log| {
            let topics = log["topics"].as_array().unwrap().iter().map(|topic| topic.as_str().unwrap().to_owned());
            (log["address"].as_str().unwrap().to_lowercase(), topics.collect(), log["data"].as_str().unwrap().to_owned())
        });
        (receipt["status"] == "0x1", logs.collect())
    }

    pub(crate) async fn code(&self, address: Address) -> String {
        let code = self.say("eth_getCode", &json!([address.to_string(), "latest"])).await;
        code["result"].as_str().unwrap().to_owned()
    }
}

/// The key of a well-known account.
pub(crate) fn key(who: usize) -> quittance_core::SecretKey {
    quittance_core::SecretKey::from_bytes(&ACCOUNTS[who].key.0).unwrap()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
