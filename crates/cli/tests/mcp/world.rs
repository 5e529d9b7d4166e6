//! A facilitator with its chain, wallets, and servers of tools.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use quittance_devnet::ACCOUNTS;
use serde_json::{Value, json};

pub(crate) const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const TOKEN: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

/// `quittance facilitator --devnet`, for as long as this lives.
pub(crate) struct Facilitator {
    child: Child,
    url: String,
    chain: String,
}

impl Facilitator {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        command.args(["facilitator", "--devnet", "--port", "0", "--log", "off"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program is built with its tests");
        let mut said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut find = |before: &str| {
            let line = said.by_ref().map_while(Result::ok).find_map(|line| Some(line.strip_prefix(before)?.to_owned()));
            line.expect("it says where it is")
        };
        let url = find("facilitator at ");
        let chain = find("chain ");
        let (_, chain) = chain.split_once(" at ").expect("a chain");
        let chain = chain.split(',').next().unwrap_or_default().to_owned();
        std::thread::spawn(move || said.for_each(drop));
        Self { child, url, chain }
    }

    /// Where its chain is asked.
    pub(crate) fn chain(&self) -> &str {
        &self.chain
    }

    /// What the payee has, in atomic units.
    pub(crate) fn sold(&self) -> u64 {
        let owner = PAYEE.trim_start_matches("0x").to_ascii_lowercase();
        self.number("eth_call", &json!([{"to": TOKEN, "data": format!("0x70a08231{owner:0>64}")}, "latest"]))
    }

    /// Waits until so many blocks stand on what is there now.
    pub(crate) fn blocks(&self, count: u64) {
        let height = || self.number("eth_blockNumber", &json!([]));
        let end = height() + count;
        until(|| height() >= end);
    }

    /// The number that the chain answers.
    fn number(&self, method: &str, params: &Value) -> u64 {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let host = self.chain.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("it listens");
        let head = format!("POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let said: Value = serde_json::from_str(body).expect("JSON");
        let digits = said["result"].as_str().expect("a word").trim_start_matches("0x");
        u64::from_str_radix(digits.trim_start_matches('0'), 16).unwrap_or_default()
    }

    /// The command of the server that sells tools through it.
    pub(crate) fn tools(&self) -> Vec<String> {
        let programs = Path::new(env!("CARGO_BIN_EXE_quittance")).parent().expect("a folder");
        let tools = programs.join("examples/tools");
        assert!(
            tools.exists(),
            "the example `tools` is built with all targets: cargo test --workspace, or cargo build --example tools"
        );
        let words = [tools.to_str().expect("text"), "--facilitator", &self.url, "--pay-to", PAYEE];
        words.map(str::to_owned).to_vec()
    }
}

impl Drop for Facilitator {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A folder for the wallet and for what the server notes, which goes with this.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quittance-cli-mcp-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub(crate) fn wallet(&self) -> PathBuf {
        self.0.join("wallet")
    }

    /// A server made of a few lines for `sh`, in which `$DIR` is this folder.
    pub(crate) fn script(&self, name: &str, lines: &str) -> Vec<String> {
        let path = self.0.join(name);
        fs::write(&path, format!("DIR='{}'\n{lines}\n", self.0.display())).expect("written");
        ["/bin/sh", path.to_str().expect("text")].map(str::to_owned).to_vec()
    }

    /// A server whose lines are noted in front of it, and whose payments are held back while there is a file `hold`.
    pub(crate) fn noting(&self, server: &[String]) -> Vec<String> {
        let server = server.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let filter = "while IFS= read -r line; do\n\
             printf '%s\\n' \"$line\" >> \"$DIR/lines\"\n\
             case $line in *x402/payment*) [ -e \"$DIR/hold\" ] && continue;; esac\n\
             printf '%s\\n' \"$line\"\n\
             done";
        self.script("noting.sh", &format!("env > \"$DIR/env\"\n{{ {filter}; }} | {server}"))
    }

    /// A server of which nothing is heard about a payment while there is a file `muffle`.
    pub(crate) fn muffled(&self, server: &[String]) -> Vec<String> {
        let server = server.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let filter = "while IFS= read -r line; do\n\
             case $line in *x402/payment-response*) [ -e \"$DIR/muffle\" ] && continue;; esac\n\
             printf '%s\\n' \"$line\"\n\
             done";
        self.script("muffled.sh", &format!("{server} | {{ {filter}; }}"))
    }

    /// A server that answers every call with the text of a file: `first` without a payment, and `second` with one.
    pub(crate) fn stubborn(&self, first: &Value, second: &Value) -> Vec<String> {
        fs::write(self.0.join("first"), first.to_string()).expect("written");
        fs::write(self.0.join("second"), second.to_string()).expect("written");
        let lines = "while IFS= read -r line; do\n\
             printf '%s\\n' \"$line\" >> \"$DIR/lines\"\n\
             id=$(printf '%s' \"$line\" | sed -nE 's/^\\{\"id\":(\"[^\"]*\"|[0-9]+),.*/\\1/p')\n\
             case $line in *x402/payment*) said=second;; *) said=first;; esac\n\
             printf '{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}\\n' \"$id\" \"$(cat \"$DIR/$said\")\"\n\
             done";
        self.script("stubborn.sh", lines)
    }

    pub(crate) fn muffle(&self) {
        fs::write(self.0.join("muffle"), "").expect("written");
    }

    pub(crate) fn unmuffle(&self) {
        fs::remove_file(self.0.join("muffle")).expect("it was muffled");
    }

    pub(crate) fn hold(&self) {
        fs::write(self.0.join("hold"), "").expect("written");
    }

    pub(crate) fn let_go(&self) {
        fs::remove_file(self.0.join("hold")).expect("it was held");
    }

    /// What the server got.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.0.join("lines")).unwrap_or_default();
        // the last one may be in the making
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The payments among it.
    pub(crate) fn payments(&self) -> Vec<Value> {
        self.lines().into_iter().map(|line| line["params"]["_meta"]["x402/payment"].clone()).filter(Value::is_object).collect()
    }

    /// The log of the wallet is one chain, whatever is open in it.
    pub(crate) fn audit(&self) {
        let log = self.wallet().join("audit.log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        let output = command.args(["audit", "verify"]).arg(log).output().expect("the program runs");
        assert!(output.stdout.starts_with(b"whole "), "{output:?}");
    }

    /// What is settled by the ledger, and what is set aside, in atomic units.
    pub(crate) fn ledger(&self) -> (u64, u64) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        let store = format!("sqlite:{}", self.wallet().join("wallet.db").display());
        let output = command.args(["ledger", "--json", "--by", "payee", "--store", &store]).output().expect("the program runs");
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let rows = said["assets"].as_array().expect("a list").iter().flat_map(|asset| asset["spend"].as_array().expect("a list"));
        let sum = |name: &str| rows.clone().map(|row| row[name].as_str().expect("text").parse::<u64>().expect("a number")).sum();
        (sum("settled"), sum("set_aside"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// The key that pays.
pub(crate) fn key() -> String {
    ACCOUNTS[1].key.to_string()
}

/// A result with terms.
pub(crate) fn terms(amount: &str) -> Value {
    let said = json!({
        "x402Version": 2,
        "error": "Payment required",
        "resource": {"url": "mcp://tool/weather"},
        "accepts": [{
            "scheme": "exact", "network": "eip155:84532", "amount": amount, "asset": TOKEN, "payTo": PAYEE,
            "maxTimeoutSeconds": 60, "extra": {"name": "USDC", "version": "2"},
        }],
    });
    json!({"isError": true, "structuredContent": said, "content": [{"type": "text", "text": said.to_string()}]})
}

/// Waits for something that happens elsewhere.
pub(crate) fn until(mut happened: impl FnMut() -> bool) {
    while !happened() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
