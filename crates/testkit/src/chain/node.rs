//! A node, through which a facilitator sees the chain: late, wrong or not at all, if it is told to.

use core::fmt::Debug;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::{Address, Amount, Fault, Network};
use quittance_facilitator::{
    self as facilitator, Broadcast, Chain, DataFee, Fees, Gas, Head, Log, LogFilter, OperatorFee, Receipt, TransactionHash,
};

use super::ModelChain;
use super::abi;
use super::block::{Block, Ledger};
use super::pool::{Taken, Waiting};
use super::run::{self, Trail};
use super::state::{Code, State};
use super::wallet;
use crate::rng::Rng;

/// What a node is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "one for each method of the trait")]
pub enum Method {
    /// [`Chain::head`]
    Head,
    /// [`Chain::ask`]
    Ask,
    /// [`Chain::nonce`]
    Nonce,
    /// [`Chain::funds`]
    Funds,
    /// [`Chain::estimate`]
    Estimate,
    /// [`Chain::broadcast`]
    Broadcast,
    /// [`Chain::receipts`]
    Receipts,
    /// [`Chain::blocks`]
    Blocks,
    /// [`Chain::call`]
    Call,
    /// [`Chain::logs`]
    Logs,
}

/// What goes wrong with one question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a schedule chooses among all of them")]
pub enum Trouble {
    /// It never arrives.
    Lost,
    /// It arrives, and the answer does not: a transaction is sent, and nobody says so (catalogue row 139).
    Unanswered,
    /// The answer takes this long.
    Slow(Duration),
}

/// How a node behaves.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a schedule sets every member")]
pub struct Conduct {
    /// How many milliseconds an answer takes at least and at most.
    pub latency: (u64, u64),
    /// How many of a thousand questions never arrive.
    pub lost: u32,
    /// How many of a thousand answers never arrive.
    pub unanswered: u32,
    /// How many blocks it is behind.
    pub lag: u64,
    /// Whether it has no receipts to give, though it has the blocks.
    pub receipts: Receipts,
    /// How many blocks back it looks for logs at most; a longer way is a fault.
    pub log_range: u64,
}

/// What a node says about receipts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between")]
pub enum Receipts {
    /// What there are.
    Given,
    /// None, ever.
    Withheld,
}

impl Default for Conduct {
    /// At once, and the truth.
    fn default() -> Self {
        Self { latency: (0, 0), lost: 0, unanswered: 0, lag: 0, receipts: Receipts::Given, log_range: u64::MAX }
    }
}

/// A node of the model chain.
pub struct Node {
    chain: ModelChain,
    inner: Mutex<Inner>,
}

struct Inner {
    seed: u64,
    /// How often each question was asked, by its hash.
    times: BTreeMap<u64, u64>,
    conduct: Conduct,
    planned: Vec<(Method, VecDeque<Trouble>)>,
    asked: Vec<(Method, u64)>,
}

impl Node {
    pub(super) fn new(chain: ModelChain, seed: u64) -> Self {
        let inner = Inner { seed, times: BTreeMap::new(), conduct: Conduct::default(), planned: Vec::new(), asked: Vec::new() };
        Self { chain, inner: Mutex::new(inner) }
    }

    /// The chain behind it.
    #[must_use]
    pub const fn chain(&self) -> &ModelChain {
        &self.chain
    }

    /// From now on it behaves like this.
    pub fn behave(&self, conduct: Conduct) {
        self.with(|inner| inner.conduct = conduct);
    }

    /// Lets the next question of a kind go wrong; several times, one after the other.
    pub fn plan(&self, method: Method, trouble: Trouble) {
        self.with(|inner| match inner.planned.iter_mut().find(|(planned, _)| *planned == method) {
            Some((_, queue)) => queue.push_back(trouble),
            None => inner.planned.push((method, [trouble].into())),
        });
    }

    /// Forgets what was planned.
    pub fn forget_plans(&self) {
        self.with(|inner| inner.planned.clear());
    }

    /// How often it was asked, one kind of question or all.
    #[must_use]
    pub fn asked(&self, method: Option<Method>) -> u64 {
        self.with(|inner| {
            let counted = inner.asked.iter().filter(|(asked, _)| method.is_none_or(|method| method == *asked));
            counted.map(|(_, times)| times).sum()
        })
    }

    fn with<T>(&self, step: impl FnOnce(&mut Inner) -> T) -> T {
        step(&mut self.inner.lock().expect("no step panics"))
    }

    /// Asks: the way there, the question at its end, the way back.
    ///
    /// What chance does to a question depends on the question and on how often it was asked, and not on who else asks at the moment.
    async fn ask<T>(
        &self,
        method: Method,
        about: impl Debug,
        question: impl FnOnce(&mut Seen<'_>) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        let about = hash(&format!("{method:?} {about:?}"));
        let (there, back, trouble, lag) = self.with(|inner| {
            let times = inner.times.entry(about).or_default();
            *times += 1;
            let mut rng = Rng::new(inner.seed ^ about ^ times.rotate_left(32));
            match inner.asked.iter_mut().find(|(asked, _)| *asked == method) {
                Some((_, times)) => *times += 1,
                None => inner.asked.push((method, 1)),
            }
            let planned = inner.planned.iter_mut().find(|(planned, _)| *planned == method);
            let planned = planned.and_then(|(_, queue)| queue.pop_front());
            let (low, high) = inner.conduct.latency;
            let (there, back) = (rng.between(low / 2, high / 2), rng.between(low.div_ceil(2), high.div_ceil(2)));
            let (lost, unanswered) = (rng.chance(inner.conduct.lost), rng.chance(inner.conduct.unanswered));
            let by_chance = if lost {
                Some(Trouble::Lost)
            } else if unanswered {
                Some(Trouble::Unanswered)
            } else {
                None
            };
            (there, back, planned.or(by_chance), inner.conduct.lag)
        });
        pause(there).await;
        if trouble == Some(Trouble::Lost) {
            return Err(Fault::ChainUnavailable);
        }
        let answer = self.chain.with(|ledger| question(&mut Seen::new(ledger, lag)));
        pause(back).await;
        match trouble {
            Some(Trouble::Unanswered) => Err(Fault::ChainUnavailable),
            Some(Trouble::Slow(time)) => {
                tokio::time::sleep(time).await;
                answer
            }
            _ => answer,
        }
    }
}

/// How many bytes a signature adds to a transaction.
const SIGNATURE: u64 = 68;

fn hash(text: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = quittance_core::sha256(text.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

async fn pause(milliseconds: u64) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// The chain as one node sees it.
struct Seen<'a> {
    ledger: &'a mut Ledger,
    /// How many blocks it knows.
    height: usize,
}

impl<'a> Seen<'a> {
    fn new(ledger: &'a mut Ledger, lag: u64) -> Self {
        let height = ledger.blocks.len().saturating_sub(usize::try_from(lag).unwrap_or(usize::MAX)).max(1);
        Self { ledger, height }
    }

    fn blocks(&self) -> &[Block] {
        self.ledger.blocks.get(..self.height).unwrap_or_default()
    }

    fn head(&self) -> &Block {
        self.blocks().last().expect("there is always the first block")
    }

    fn answer(&self, question: &ChainQuery) -> ChainAnswer {
        let state = &self.head().state;
        let token = |address: &Address, answer: ChainAnswer| match state.code.get(address) {
            Some(Code::Token(_)) => answer,
            // whatever else is there, or nothing, gives no answer that could be read
            _ => ChainAnswer::Failed(Vec::new()),
        };
        match question {
            ChainQuery::Code { address } => ChainAnswer::Bytes(state.code_at(*address)),
            ChainQuery::ContractSignature { wallet, digest, signature } => {
                wallet::answer(state, *wallet, digest, signature.as_bytes())
            }
            ChainQuery::CounterfactualSignature { wallet, deployment, digest, signature } => {
                let mut state = (**state).clone();
                // whether it failed does not matter if the wallet is there, and where there is none nobody has signed
                drop(self.attempt(&mut state, core::slice::from_ref(deployment)));
                ChainAnswer::Flag(wallet::agrees(&state, *wallet, digest, signature.as_bytes()))
            }
            ChainQuery::TokenNonce { token: address, owner } => {
                let used = state.permits.get(&(*address, *owner)).copied().unwrap_or(0);
                token(address, ChainAnswer::Amount(Amount::from_u64(used)))
            }
            ChainQuery::Transactions { account } => ChainAnswer::Amount(Amount::from_u64(state.sent_by(*account))),
            ChainQuery::Funds { account } => ChainAnswer::Amount(Amount::from_u128(state.ether_of(*account))),
            ChainQuery::Balance { token: address, owner } => token(address, ChainAnswer::Amount(state.balance(*address, *owner))),
            ChainQuery::Allowance { token: address, owner, spender } => {
                token(address, ChainAnswer::Amount(state.allowance(*address, *owner, *spender)))
            }
            ChainQuery::NonceState { token: address, authorizer, nonce } => {
                token(address, ChainAnswer::Flag(state.authorizations.contains(&(*address, *authorizer, *nonce))))
            }
            ChainQuery::PermitNonce { owner, nonce } => ChainAnswer::Flag(state.bits.contains(&(*owner, *nonce))),
            ChainQuery::Simulate(calls) => match self.attempt(&mut (**state).clone(), calls) {
                Ok(_) => ChainAnswer::Flag(true),
                Err(_) => ChainAnswer::Flag(false),
            },
            other => unreachable!("the model knows no answer to {other:?}"),
        }
    }

    /// What calls would take now, one after the other, each by its sender or by nobody.
    fn attempt(&self, state: &mut State, calls: &[Call]) -> Result<u64, Vec<u8>> {
        let around = self.ledger.around(self.head().time);
        let mut trail = Trail::default();
        for call in calls {
            trail.gas += run::intrinsic(&call.data);
            run::call(state, around, call.sender.unwrap_or(Address::ZERO), call, &mut trail)?;
        }
        Ok(trail.gas)
    }

    fn take(&mut self, raw: &[u8]) -> Broadcast {
        let chain_id = self.ledger.chain_id;
        let Some(new) = Waiting::read(raw).filter(|new| new.chain == chain_id && new.tip <= new.max_fee) else {
            return Broadcast::Refused;
        };
        // what is in the pool is known wherever this node thinks the chain has come
        let state = &self.ledger.head().state;
        if new.nonce < state.sent_by(new.sender) {
            // to what is in a block, some say that its number is used, and some that they know it
            let mined =
                || self.ledger.blocks.iter().flat_map(|block| &block.mined).any(|mined| mined.receipt.transaction == new.hash);
            let [.., last] = *new.hash.as_bytes();
            return if last % 2 == 0 && mined() { Broadcast::Accepted } else { Broadcast::NonceUsed };
        }
        if new.gas < run::intrinsic(&new.call.data) {
            return Broadcast::Refused;
        }
        if new.cost().is_none_or(|cost| cost > state.ether_of(new.sender)) {
            return Broadcast::OutOfFunds;
        }
        match self.ledger.pool.add(new) {
            Taken::New | Taken::Known => Broadcast::Accepted,
            Taken::Underpriced => Broadcast::Underpriced,
        }
    }
}

impl Chain for Node {
    fn network(&self) -> Network {
        self.chain.network()
    }

    async fn head(&self) -> Result<Head, Fault> {
        self.ask(Method::Head, (), |seen| {
            let head = seen.head();
            let bytes = |size: u64| u128::from(size + SIGNATURE) * seen.ledger.byte_fee;
            let [short, long] = DataFee::SIZES.map(bytes);
            let (base, tip, data) = (seen.ledger.next_fee(head), seen.ledger.tip, DataFee::new(short, long));
            let fees = Fees { base, tip, data, operator: OperatorFee::NONE };
            Ok(Head { number: head.number, hash: head.hash, time: head.time, fees })
        })
        .await
    }

    async fn ask(&self, questions: &[ChainQuery]) -> Result<Vec<ChainAnswer>, Fault> {
        self.ask(Method::Ask, named(questions), |seen| Ok(questions.iter().map(|question| seen.answer(question)).collect())).await
    }

    async fn nonce(&self, account: Address, at: facilitator::Block) -> Result<u64, Fault> {
        self.ask(Method::Nonce, (account, at), |seen| {
            let mined = seen.head().state.sent_by(account);
            Ok(match at {
                facilitator::Block::Latest => mined,
                facilitator::Block::Pending => seen.ledger.pool.next_nonce(account, mined),
            })
        })
        .await
    }

    async fn funds(&self, account: Address) -> Result<Amount, Fault> {
        self.ask(Method::Funds, account, |seen| Ok(Amount::from_u128(seen.head().state.ether_of(account)))).await
    }

    async fn estimate(&self, from: Address, call: &Call) -> Result<Gas, Fault> {
        self.ask(Method::Estimate, (from, call.target, hash_of(&call.data)), |seen| {
            let mut state = (*seen.head().state).clone();
            Ok(match seen.attempt(&mut state, &[call.clone().by(from)]) {
                Ok(gas) => Gas::Units(gas),
                Err(data) => Gas::Reverts(data),
            })
        })
        .await
    }

    async fn broadcast(&self, raw: &[u8]) -> Result<Broadcast, Fault> {
        self.ask(Method::Broadcast, hash_of(raw), |seen| Ok(seen.take(raw))).await
    }

    async fn receipts(&self, hashes: &[TransactionHash]) -> Result<Vec<Option<Receipt>>, Fault> {
        let given = self.with(|inner| inner.conduct.receipts == Receipts::Given);
        self.ask(Method::Receipts, sorted(hashes), |seen| {
            let mined = || seen.blocks().iter().flat_map(|block| &block.mined).map(|mined| &mined.receipt);
            let find = |hash: &TransactionHash| mined().find(|receipt| given && receipt.transaction == *hash).cloned();
            Ok(hashes.iter().map(find).collect())
        })
        .await
    }

    async fn blocks(&self, numbers: &[u64]) -> Result<Vec<Option<[u8; 32]>>, Fault> {
        self.ask(Method::Blocks, numbers, |seen| {
            let find = |number: &u64| seen.blocks().iter().find(|block| block.number == *number).map(|block| block.hash);
            Ok(numbers.iter().map(find).collect())
        })
        .await
    }

    async fn call(&self, hash: TransactionHash) -> Result<Option<Call>, Fault> {
        self.ask(Method::Call, hash, |seen| {
            let waiting = || seen.ledger.pool.all().find(|waiting| waiting.hash == hash).map(|waiting| waiting.call.clone());
            let mined = seen.blocks().iter().flat_map(|block| &block.mined);
            let mined = mined.clone().find(|mined| mined.receipt.transaction == hash).map(|mined| mined.call.clone());
            Ok(mined.or_else(waiting))
        })
        .await
    }

    async fn logs(&self, filter: &LogFilter) -> Result<Vec<Log>, Fault> {
        let range = self.with(|inner| inner.conduct.log_range);
        self.ask(Method::Logs, filter, |seen| {
            let (first, last) = (*filter.blocks.start(), (*filter.blocks.end()).min(seen.head().number));
            if last.saturating_sub(first) > range {
                return Err(Fault::ChainReply);
            }
            let blocks = seen.blocks().iter().filter(|block| (first..=last).contains(&block.number));
            let logs = blocks.flat_map(|block| &block.mined).flat_map(|mined| &mined.receipt.logs);
            Ok(logs.filter(|log| picks(filter, log)).cloned().collect())
        })
        .await
    }
}

/// The questions, with the calls in them told apart.
fn named(questions: &[ChainQuery]) -> Vec<(String, Vec<[u8; 32]>)> {
    let calls = |question: &ChainQuery| match question {
        ChainQuery::Simulate(calls) => calls.iter().map(|call| hash_of(&call.data)).collect(),
        _ => Vec::new(),
    };
    let mut named = questions.iter().map(|question| (format!("{question:?}"), calls(question))).collect::<Vec<_>>();
    named.sort();
    named
}

/// Which bytes they are, where they are too many to be named.
fn hash_of(bytes: &[u8]) -> [u8; 32] {
    quittance_core::sha256(bytes)
}

fn sorted(hashes: &[TransactionHash]) -> Vec<TransactionHash> {
    let mut sorted = hashes.to_vec();
    sorted.sort();
    sorted
}

fn picks(filter: &LogFilter, log: &Log) -> bool {
    let mut topics = filter.topics.iter().enumerate();
    log.emitter == filter.emitter
        && topics.all(|(place, wanted)| wanted.is_none_or(|wanted| log.topics.get(place).is_some_and(|topic| *topic == wanted)))
}

/// The call that a stranger would make to carry out several others at once.
#[must_use]
pub fn together(calls: &[Call]) -> Vec<u8> {
    let mut tails = Vec::new();
    let mut offsets = Vec::new();
    for call in calls {
        offsets.extend(abi::number_word((calls.len() * 32 + tails.len()) as u64));
        tails.extend(abi::address_word(call.target));
        tails.extend(abi::number_word(1));
        tails.extend(abi::number_word(96));
        tails.extend(abi::number_word(call.data.len() as u64));
        tails.extend(&call.data);
        tails.resize(tails.len().next_multiple_of(32), 0);
    }
    let head = [abi::number_word(32), abi::number_word(calls.len() as u64)].concat();
    [&abi::selector("aggregate3((address,bool,bytes)[])")[..], &head, &offsets, &tails].concat()
}
