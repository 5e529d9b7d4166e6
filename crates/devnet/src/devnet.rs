//! Beginning a sandbox, and the handle of one that runs.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{Address, B256, U256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::accounts::{ACCOUNTS, Account};
use crate::chain::{Chain, Mining, Rules};
use crate::clock::ChainTime;
use crate::contracts::{Placement, Token, canonical};
use crate::faults::Fault;
use crate::server::{Cors, serve};
use crate::shared::Shared;

/// The chain number of Base Sepolia.
const BASE_SEPOLIA: u64 = 84532;
const GAS_LIMIT: u64 = 30_000_000;
/// What a unit of gas costs in the first block, in wei: a gwei.
const BASE_FEE: u64 = 1_000_000_000;
/// What each well-known account begins with: ten thousand ether.
const ETHER: u128 = 10_000 * 10_u128.pow(18);
/// What each well-known account begins with of every token, in whole tokens.
const TOKENS: u64 = 1_000_000;

/// When blocks are mined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockTime {
    /// One for each transaction, as soon as it comes. Nothing moves the chain's time while no transaction does.
    #[default]
    Instant,
    /// One each time this long has passed, with what came until then; empty ones too.
    Every(Duration),
    /// One for each transaction, and an empty one each time this long has passed.
    InstantAndEvery(Duration),
    /// None but those mined by hand.
    Manual,
}

/// What a sandbox is to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    chain_id: u64,
    block_time: BlockTime,
    time: ChainTime,
    port: u16,
    cors: Cors,
    history: u64,
    keep: u64,
    accounts: usize,
    usdc: Option<Token>,
    tokens: Vec<Token>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            chain_id: BASE_SEPOLIA,
            block_time: BlockTime::default(),
            time: ChainTime::default(),
            port: 0,
            cors: Cors::default(),
            history: 1_024,
            keep: u64::MAX,
            accounts: ACCOUNTS.len(),
            usdc: None,
            tokens: Vec::new(),
        }
    }
}

impl Builder {
    /// The chain's number; Base Sepolia's unless said otherwise.
    pub fn chain_id(self, chain_id: u64) -> Self {
        Self { chain_id, ..self }
    }

    /// When blocks are mined; one per transaction unless said otherwise.
    pub fn block_time(self, block_time: BlockTime) -> Self {
        Self { block_time, ..self }
    }

    /// Where the chain's time comes from; the machine's clock unless said otherwise.
    pub fn time(self, time: ChainTime) -> Self {
        Self { time, ..self }
    }

    /// The port of 127.0.0.1 to listen on; a free one unless said otherwise.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Whether pages in a browser may use it; none may unless said otherwise.
    pub fn cors(self, cors: Cors) -> Self {
        Self { cors, ..self }
    }

    /// How many blocks back balances, code, storage and calls can be asked for; 1,024 unless said otherwise. Blocks, receipts and
    /// logs are kept for as many as [`Self::keep`] says.
    pub fn history(self, blocks: u64) -> Self {
        Self { history: blocks, ..self }
    }

    /// How many blocks are kept, with their transactions, receipts and logs; all unless said otherwise. What is older is forgotten, its state
    /// included, so that a chain that runs for long stays small; a question about it is an error that says so, or finds nothing. What a
    /// snapshot needs stays.
    pub fn keep(self, blocks: u64) -> Self {
        Self { keep: blocks, ..self }
    }

    /// How many of the well-known accounts are funded; all ten unless said otherwise.
    pub fn accounts(self, count: usize) -> Self {
        Self { accounts: count.min(ACCOUNTS.len()), ..self }
    }

    /// Puts this token in the place of USDC.
    pub fn usdc(self, token: Token) -> Self {
        Self { usdc: Some(token), ..self }
    }

    /// Adds another token.
    pub fn token(mut self, token: Token) -> Self {
        self.tokens.push(token);
        self
    }

    /// Begins the chain and serves it, on the runtime this is called in.
    ///
    /// # Errors
    ///
    /// If the port cannot be had, or a token's name or version is longer than 31 bytes.
    pub async fn start(self) -> io::Result<Devnet> {
        let usdc = self.usdc.unwrap_or_else(|| Token::usdc(self.chain_id));
        let tokens = [usdc].into_iter().chain(self.tokens).collect::<Vec<_>>();
        let accounts = ACCOUNTS.get(..self.accounts).unwrap_or_default().to_vec();
        let mut chain = Chain::new(Rules {
            chain_id: self.chain_id,
            gas_limit: GAS_LIMIT,
            base_fee: BASE_FEE,
            history: self.history,
            keep: self.keep,
            time: self.time,
        });
        furnish(&mut chain, &tokens, &accounts).map_err(io::Error::other)?;
        let (mining, interval) = match self.block_time {
            BlockTime::Instant => (Mining::Each, None),
            BlockTime::Every(interval) => (Mining::Told, Some(interval)),
            BlockTime::InstantAndEvery(interval) => (Mining::Each, Some(interval)),
            BlockTime::Manual => (Mining::Told, None),
        };
        chain.mining = mining;
        // an interval of nothing would mine without end
        let interval = interval.map(|interval| interval.max(Duration::from_millis(1)));

        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(chain, interval, accounts.iter().map(|account| account.address).collect()));
        let server = tokio::spawn(serve(listener, Arc::clone(&shared), self.cors));
        let mining = Arc::clone(&shared);
        let miner = tokio::spawn(async move { mining.mine_by_time().await });
        Ok(Devnet { shared, address, chain_id: self.chain_id, tokens, accounts, tasks: [server, miner] })
    }
}

/// Puts contracts and money in place, before the first block that anybody mines.
fn furnish(chain: &mut Chain, tokens: &[Token], accounts: &[Account]) -> Result<(), String> {
    for placement in canonical().into_iter().chain(tokens.iter().map(Token::placement)) {
        place(chain, placement)?;
    }
    for account in accounts {
        chain.set_balance(account.address, U256::from(ETHER));
        for token in tokens {
            let amount = U256::from(TOKENS) * U256::from(10).pow(U256::from(token.decimals));
            chain.by_hand(token.address, Token::minting(account.address, amount))?;
        }
    }
    Ok(())
}

/// Runs a constructor at the address where its code is to stand.
fn place(chain: &mut Chain, placement: Placement) -> Result<(), String> {
    chain.set_code(placement.address, placement.creation);
    let code = chain.by_hand(placement.address, Default::default())?;
    chain.set_code(placement.address, code);
    // contracts begin with a nonce of one (EIP-161)
    chain.set_nonce(placement.address, 1);
    Ok(())
}

/// A sandbox chain that runs. It ends when this is dropped.
pub struct Devnet {
    shared: Arc<Shared>,
    address: SocketAddr,
    chain_id: u64,
    tokens: Vec<Token>,
    accounts: Vec<Account>,
    tasks: [JoinHandle<()>; 2],
}

/// A moment to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot(u64);

impl Devnet {
    /// A sandbox to be described.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where JSON-RPC is served.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The chain's number.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The funded accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The tokens, USDC first.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The number of the newest block.
    pub fn height(&self) -> u64 {
        self.shared.read().height()
    }

    /// The time of the newest block, in seconds since 1970.
    pub fn time(&self) -> u64 {
        self.shared.read().head().header.timestamp
    }

    /// Mines some blocks and gives the hash of the last, or of the newest if there are none to mine.
    pub fn mine(&self, blocks: u64) -> B256 {
        let mut chain = self.shared.write();
        for _ in 0..blocks {
            chain.mine();
        }
        chain.head().hash()
    }

    /// Sets the chain's clock, for the blocks to come. Time never goes back: an earlier one waits until it is reached.
    pub fn set_time(&self, seconds: u64) {
        self.shared.write().clock.set(seconds);
    }

    /// Moves the chain's clock forward, for the blocks to come.
    pub fn advance_time(&self, seconds: u64) {
        self.shared.write().clock.advance(seconds);
    }

    /// Remembers everything as it is now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.shared.write().snapshot())
    }

    /// Makes everything what it was; whether it could. A snapshot can be used once, and uses up those after it.
    pub fn revert(&self, snapshot: Snapshot) -> bool {
        self.shared.write().revert(snapshot.0)
    }

    /// Adds USDC to an account, without a transaction.
    ///
    /// # Errors
    ///
    /// If the token cannot hold that much.
    pub fn fund_token(&self, to: Address, amount: U256) -> Result<(), FundingFailed> {
        self.tokens.first().map_or(Ok(()), |usdc| self.fund(usdc.address, to, amount))
    }

    /// Adds some token to an account, without a transaction.
    ///
    /// # Errors
    ///
    /// If there is no such token, or it cannot hold that much.
    pub fn fund(&self, token: Address, to: Address, amount: U256) -> Result<(), FundingFailed> {
        if !self.tokens.iter().any(|known| known.address == token) {
            return Err(FundingFailed(()));
        }
        self.shared.write().by_hand(token, Token::minting(to, amount)).map(|_| ()).map_err(|_| FundingFailed(()))
    }

    /// Sets the ether of an account, in wei.
    pub fn set_balance(&self, address: Address, wei: U256) {
        self.shared.write().set_balance(address, wei);
    }

    /// Lets the next `times` calls of a method, or of any, go wrong.
    pub fn inject(&self, method: Option<&str>, fault: Fault, times: u32) {
        self.shared.faults.plan(method, fault, times);
    }

    /// Takes back the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl fmt::Debug for Devnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Devnet").field("address", &self.address).field("chain_id", &self.chain_id).finish_non_exhaustive()
    }
}

/// Money that could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingFailed(());

impl fmt::Display for FundingFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such token, or more than it can hold")
    }
}

impl std::error::Error for FundingFailed {}
