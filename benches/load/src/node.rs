//! The chain, with the contracts in place and payers that have tokens: anvil, or the sandbox.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use quittance_core::{Address, Nonce};
use quittance_devnet::{ACCOUNTS, Placement, Token, canonical};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::failure::{Failure, failure};
use crate::http::{Connection, post};
use crate::program::Program;

/// Base Sepolia's number: the terms and the token are that chain's.
pub(crate) const CHAIN: u64 = 84532;

/// What a payer has at first, in the token's smallest unit.
const FUNDS: u64 = 1_000_000_000_000;

/// The validator that x402-rs asks about contract wallets and does not start without. No payment here is a contract's, so nobody calls
/// it, and what stands there is one instruction to stop.
const VALIDATOR: &str = "0xdAcD51A54883eb67D95FAEb2BBfdC4a9a6BD2a3B";

/// Who sends what sets the chain up.
const FOUNDER: usize = 9;

/// A running chain.
pub(crate) struct Node {
    pub(crate) program: Program,
    connection: Connection,
    token: String,
}

impl Node {
    /// Starts anvil, with a block each tenth of a second, and puts everything on it.
    pub(crate) async fn start(anvil: &Path, payers: &[Address]) -> Result<Self, Failure> {
        Self::anvil(anvil, &["--block-time", "0.1"], payers).await
    }

    /// Starts anvil, with a block for each transaction, and puts everything on it.
    pub(crate) async fn at_once(anvil: &Path, payers: &[Address]) -> Result<Self, Failure> {
        Self::anvil(anvil, &[], payers).await
    }

    async fn anvil(anvil: &Path, more: &[&str], payers: &[Address]) -> Result<Self, Failure> {
        let mut command = Command::new(anvil);
        command.args(["--port", "0", "--chain-id", &CHAIN.to_string(), "--hardfork", "prague", "--accounts", "10"]).args(more);
        let mut node = Self::over(Program::start(&mut command, |line| line.strip_prefix("Listening on "))?).await?;
        for placement in canonical().into_iter().chain([Token::usdc(CHAIN).placement()]) {
            node.place(&placement).await?;
        }
        node.ask("anvil_setCode", json!([VALIDATOR, "0x00"])).await?;
        node.fund(payers).await?;
        Ok(node)
    }

    /// Starts the sandbox, where everything is already and the known accounts have tokens, with a block for each transaction unless these
    /// arguments say otherwise.
    pub(crate) async fn sandbox(ours: &Path, arguments: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(ours);
        command.args(["devnet", "--port", "0"]).args(arguments);
        Self::over(Program::start(&mut command, |line| line.split_once(" at http://").map(|(_, place)| place))?).await
    }

    async fn over(program: Program) -> Result<Self, Failure> {
        let connection = Connection::open(&program.address).await?;
        Ok(Self { program, connection, token: Token::usdc(CHAIN).address.to_string() })
    }

    /// Gives payers tokens.
    async fn fund(&mut self, payers: &[Address]) -> Result<(), Failure> {
        let token = self.token.clone();
        for payer in payers {
            // mint(address,uint256)
            self.transact(&token, &format!("0x40c10f19{}{FUNDS:064x}", word(*payer))).await?;
        }
        for payer in payers {
            if self.balance(*payer).await? != u128::from(FUNDS) {
                return Err(failure("a payer has no tokens"));
            }
        }
        Ok(())
    }

    /// One call.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let mut answers = self.ask_all(vec![(method, params)]).await?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// Many calls in one batch; as many answers, in their order.
    async fn ask_all(&mut self, calls: Vec<(&str, Value)>) -> Result<Vec<Value>, Failure> {
        let calls = calls.into_iter().enumerate();
        let body = calls.map(|(id, (method, params))| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let body = Value::Array(body.collect()).to_string();
        let request = post(&self.program.address, "/", &body);
        let answer = self.connection.ask(&request).await?;
        let answers = serde_json::from_slice::<Vec<Value>>(answer.body())?;
        answers.into_iter().map(|answer| answer.get("result").cloned().ok_or_else(|| failure(format!("{answer}")))).collect()
    }

    /// Runs a constructor at the address where its contract is to stand, and keeps what it makes there.
    async fn place(&mut self, Placement { address, creation, .. }: &Placement) -> Result<(), Failure> {
        let address = address.to_string();
        self.ask("anvil_setCode", json!([address, creation])).await?;
        let code = self.ask("eth_call", json!([{ "to": address }, "latest"])).await?;
        self.transact(&address, "0x").await?;
        self.ask("anvil_setCode", json!([address, code])).await?;
        self.ask("anvil_setNonce", json!([address, "0x1"])).await?;
        Ok(())
    }

    /// Sends a transaction that has to succeed.
    async fn transact(&mut self, to: &str, data: &str) -> Result<(), Failure> {
        let from = ACCOUNTS.get(FOUNDER).ok_or_else(|| failure("there are ten accounts"))?.address;
        let transaction = json!({ "from": from, "to": to, "data": data, "gas": "0x1000000" });
        let hash = self.ask("eth_sendTransaction", json!([transaction])).await?;
        self.ask("evm_mine", json!([])).await?;
        loop {
            let receipt = self.ask("eth_getTransactionReceipt", json!([hash])).await?;
            match receipt["status"].as_str() {
                Some("0x1") => return Ok(()),
                Some(_) => return Err(failure(format!("{receipt}"))),
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }

    /// How much of the token somebody has.
    pub(crate) async fn balance(&mut self, owner: Address) -> Result<u128, Failure> {
        // balanceOf(address)
        let call = json!({ "to": self.token, "data": format!("0x70a08231{}", word(owner)) });
        let answer = self.ask("eth_call", json!([call, "latest"])).await?;
        number(&answer)
    }

    /// How many of these authorizations the token has carried out.
    pub(crate) async fn used(&mut self, authorizations: &[(Address, Nonce)]) -> Result<usize, Failure> {
        let mut used = 0;
        for some in authorizations.chunks(1000) {
            // authorizationState(address,bytes32)
            let data = some.iter().map(|(from, nonce)| format!("0xe94a0102{}{}", word(*from), hex(nonce.as_bytes())));
            let calls = data.map(|data| ("eth_call", json!([{ "to": self.token, "data": data }, "latest"])));
            for answer in self.ask_all(calls.collect()).await? {
                used += usize::from(number(&answer)? == 1);
            }
        }
        Ok(used)
    }
}

/// A word as the token returns it, which is never more than there are tokens.
fn number(answer: &Value) -> Result<u128, Failure> {
    let digits = answer.as_str().and_then(|text| text.strip_prefix("0x")).ok_or_else(|| failure(format!("no word: {answer}")))?;
    Ok(u128::from_str_radix(digits, 16)?)
}

fn word(address: Address) -> String {
    format!("{}{}", "0".repeat(24), hex(address.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
