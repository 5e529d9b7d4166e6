//! The nodes of a chain, and who of them is asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alloy_primitives::{B256, Bytes, U64, U256, hex};
use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::{Address, Amount, Fault, Network};
use quittance_evm::multicall3;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::ask;
use super::broadcast;
use super::endpoint::{Endpoint, EndpointUrl};
use super::envelope::{self, Ask, NodeError, Said};
use super::oracle::Oracle;
use super::read;
use super::transport::{Transport, Trouble};
use crate::chain::{Block, Broadcast, Chain, Gas, Head, Log, LogFilter, Receipt, TransactionHash};
use crate::metrics::{Counter, Metrics};

/// How many nodes one question goes to before it is given up.
const ATTEMPTS: usize = 3;
/// How many receipts are asked for in one request.
const RECEIPTS: usize = 200;

/// How nodes are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RpcOptions {
    /// How long one request may take.
    pub timeout: Duration,
    /// How long an answer may be, in bytes.
    pub most_bytes: usize,
    /// How many blocks a node may be behind the others.
    pub lag: u64,
    /// How often nodes that are not asked are looked at.
    pub look_every: Duration,
}

impl Default for RpcOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(5), most_bytes: 8 << 20, lag: 3, look_every: Duration::from_secs(5) }
    }
}

impl RpcOptions {
    /// The same with another time for one request.
    #[must_use]
    pub const fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same with another number of blocks that a node may be behind.
    #[must_use]
    pub const fn with_lag(self, lag: u64) -> Self {
        Self { lag, ..self }
    }

    /// The same with another interval for looking at the nodes that are not asked.
    #[must_use]
    pub const fn looking_every(self, look_every: Duration) -> Self {
        Self { look_every, ..self }
    }

    /// The same with another bound on an answer.
    #[must_use]
    pub const fn with_most_bytes(self, most_bytes: usize) -> Self {
        Self { most_bytes, ..self }
    }
}

/// Why a chain cannot be used. Nodes are called by their places in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The network has no chain number.
    Network,
    /// There is nobody to ask.
    NoEndpoints,
    /// The certificates of the system cannot be read.
    Certificates,
    /// A node is of another chain.
    OtherChain {
        /// Its place in the list, from one.
        endpoint: usize,
        /// The number of its chain.
        chain: u64,
    },
    /// None of the nodes answers.
    Unreachable,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network => f.write_str("the network has no chain number"),
            Self::NoEndpoints => f.write_str("no node is named"),
            Self::Certificates => f.write_str("the certificates that the system trusts cannot be read"),
            Self::OtherChain { endpoint, chain } => write!(f, "node {endpoint} is one of chain {chain}"),
            Self::Unreachable => f.write_str("none of the nodes answers"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// A chain behind JSON-RPC. Clones share it.
#[derive(Clone)]
pub struct Rpc(Arc<Nodes>);

pub(super) struct Nodes {
    network: Network,
    pub(super) endpoints: Vec<Endpoint>,
    transport: Transport,
    options: RpcOptions,
    /// The code of Multicall3, if it stands where it stands everywhere.
    pub(super) multicall: Option<Bytes>,
    oracle: Oracle,
    answered: Arc<Counter>,
    failed: Arc<Counter>,
}

impl Rpc {
    /// Asks the nodes whether they are of the chain, and begins.
    ///
    /// # Errors
    ///
    /// [`ConnectError`]: one node of another chain is enough, and so are none that answer.
    pub async fn connect(
        network: Network,
        urls: Vec<EndpointUrl>,
        options: RpcOptions,
        metrics: &Metrics,
    ) -> Result<Self, ConnectError> {
        let chain = network.chain_id().ok_or(ConnectError::Network)?;
        let encrypted = urls.iter().any(EndpointUrl::encrypted);
        let transport = Transport::new(encrypted, options.timeout, options.most_bytes).map_err(|_| ConnectError::Certificates)?;
        let endpoints = urls.into_iter().enumerate().map(|(place, url)| Endpoint::new(place.saturating_add(1), url)).collect();
        let mut nodes = Nodes {
            network,
            endpoints,
            transport,
            options,
            multicall: None,
            oracle: Oracle::default(),
            answered: metrics.rpc_requests(network, "answered"),
            failed: metrics.rpc_requests(network, "failed"),
        };
        if nodes.endpoints.is_empty() {
            return Err(ConnectError::NoEndpoints);
        }
        let mut answered = false;
        for endpoint in &nodes.endpoints {
            match nodes.look(endpoint).await {
                Ok(seen) if seen.chain != chain => {
                    return Err(ConnectError::OtherChain { endpoint: endpoint.number, chain: seen.chain });
                }
                Ok(seen) => {
                    endpoint.saw(seen.head);
                    nodes.multicall = nodes.multicall.take().or(seen.multicall);
                    answered = true;
                }
                Err(trouble) => nodes.set_aside(endpoint, trouble),
            }
        }
        if answered { Ok(Self(Arc::new(nodes))) } else { Err(ConnectError::Unreachable) }
    }

    /// How many of the nodes answered when they were last asked, and how many there are.
    #[must_use]
    pub fn well(&self) -> (usize, usize) {
        let endpoints = &self.0.endpoints;
        (endpoints.iter().filter(|endpoint| endpoint.is_well()).count(), endpoints.len())
    }

    /// Looks at the nodes that are due, beside whatever else is done. Asking for the newest block does so too; a service that is not asked because
    /// its nodes were down finds out in this way that they are back.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio.
    pub fn look_around(&self) {
        let alone = self.0.endpoints.len() == 1;
        for (place, endpoint) in self.0.endpoints.iter().enumerate() {
            if alone && endpoint.is_well() || !endpoint.due(self.0.options.look_every) {
                continue;
            }
            let nodes = Arc::clone(&self.0);
            tokio::spawn(async move {
                let Some(endpoint) = nodes.endpoints.get(place) else { return };
                match nodes.look(endpoint).await {
                    Ok(seen) if Some(seen.chain) != nodes.network.chain_id() => nodes.set_aside(endpoint, Trouble::Garbage),
                    Ok(seen) => {
                        endpoint.saw(seen.head);
                        if nodes.is_behind(seen.head) {
                            nodes.set_aside(endpoint, Trouble::Refused)
                        } else {
                            nodes.take_back(endpoint)
                        }
                    }
                    Err(trouble) => nodes.set_aside(endpoint, trouble),
                }
            });
        }
    }
}

/// What a node says when it is looked at.
struct Seen {
    chain: u64,
    head: u64,
    multicall: Option<Bytes>,
}

impl Nodes {
    /// Asks one node, in one request.
    pub(super) async fn exchange(&self, endpoint: &Endpoint, calls: &[Ask]) -> Result<Vec<Said>, Trouble> {
        let sent = self.transport.post(endpoint.url.uri(), envelope::write(calls)).await;
        let outcome = sent.and_then(|body| envelope::read(&body, calls.len()));
        if outcome.is_ok() {
            self.answered.add(1)
        } else {
            self.failed.add(1)
        }
        outcome
    }

    /// Asks nodes until one gives an answer that can be read.
    pub(super) async fn ask<T>(&self, calls: &[Ask], read: impl Fn(Vec<Said>) -> Result<T, Trouble>) -> Result<T, Fault> {
        let mut last = Fault::ChainUnavailable;
        for endpoint in self.order() {
            match self.exchange(endpoint, calls).await.and_then(&read) {
                Ok(answer) => {
                    self.take_back(endpoint);
                    return Ok(answer);
                }
                Err(trouble) => {
                    last = trouble.fault();
                    self.set_aside(endpoint, trouble);
                }
            }
        }
        Err(last)
    }

    /// One call, one answer that is no error.
    async fn one<T: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<T, Fault> {
        self.ask(&[Ask::new(method, params)], |said| only(said)?.read::<T>()?.map_err(|_| Trouble::Declined)).await
    }

    /// Those that are well, in the order of the list; behind them, for when they fail, the one that is left alone whose time comes first.
    fn order(&self) -> Vec<&Endpoint> {
        let well = self.endpoints.iter().filter(|endpoint| endpoint.aside_until().is_none()).take(ATTEMPTS);
        let aside = self.endpoints.iter().filter(|endpoint| endpoint.aside_until().is_some());
        well.chain(aside.min_by_key(|endpoint| endpoint.aside_until())).collect()
    }

    /// The places of those that are well; of the next that may be, if none is.
    pub(super) fn well_or_next(&self) -> Vec<usize> {
        let well = |endpoint: &&Endpoint| endpoint.aside_until().is_none();
        let places = self.endpoints.iter().filter(well).map(|endpoint| endpoint.number.saturating_sub(1)).collect::<Vec<_>>();
        if places.is_empty() {
            self.order().into_iter().map(|endpoint| endpoint.number.saturating_sub(1)).collect()
        } else {
            places
        }
    }

    /// The newest block, and what is said to more calls in the same request.
    async fn newest<T>(&self, more: Vec<Ask>, read_more: impl Fn(Vec<Said>) -> Result<T, Trouble>) -> Result<(Head, T), Fault> {
        let mut calls = vec![
            Ask::new("eth_getBlockByNumber", json!(["latest", false])),
            Ask::new("eth_feeHistory", json!(["0x4", "latest", [50]])),
            Ask::new("eth_maxPriorityFeePerGas", json!([])),
        ];
        let way = self.oracle.due();
        calls.extend(way.calls());
        let own = calls.len();
        calls.extend(more);
        let read = |mut said: Vec<Said>| {
            let more = said.split_off(said.len().min(own));
            let beside = said.split_off(said.len().min(3));
            let [block, history, tip]: [Said; 3] = said.try_into().map_err(|_| Trouble::Garbage)?;
            let block = block.read::<read::Block>()?.map_err(|_| Trouble::Declined)?;
            // not every chain has the other two
            let history = history.read::<read::FeeHistory>()?.ok();
            let beside = self.oracle.read(way, beside)?;
            Ok((read::head(&block, history.as_ref(), tip.read::<U256>()?.ok(), beside)?, read_more(more)?))
        };
        let (mut behind, mut last) = (None::<(Head, T)>, Fault::ChainUnavailable);
        for endpoint in self.order() {
            match self.exchange(endpoint, &calls).await.and_then(read) {
                Ok((head, more)) => {
                    endpoint.saw(head.number);
                    if !self.is_behind(head.number) {
                        self.take_back(endpoint);
                        return Ok((head, more));
                    }
                    self.set_aside(endpoint, Trouble::Refused);
                    behind = behind.filter(|(other, _)| other.number >= head.number).or(Some((head, more)));
                }
                Err(trouble) => {
                    last = trouble.fault();
                    self.set_aside(endpoint, trouble);
                }
            }
        }
        // an old block is better than none: whoever needs a fresh one looks at its time
        behind.ok_or(last)
    }

    async fn look(&self, endpoint: &Endpoint) -> Result<Seen, Trouble> {
        let calls = [
            Ask::new("eth_chainId", json!([])),
            Ask::new("eth_blockNumber", json!([])),
            Ask::new("eth_getCode", json!([multicall3::ADDRESS.to_string(), "latest"])),
        ];
        let said = self.exchange(endpoint, &calls).await?;
        let [chain, head, code]: [Said; 3] = said.try_into().map_err(|_| Trouble::Garbage)?;
        let declined = |_: NodeError| Trouble::Refused;
        Ok(Seen {
            chain: chain.read::<U64>()?.map_err(declined)?.to(),
            head: head.read::<U64>()?.map_err(declined)?.to(),
            multicall: Some(code.read::<Bytes>()?.map_err(declined)?).filter(|code| !code.is_empty()),
        })
    }

    /// Whether a block is further behind than a node may be.
    fn is_behind(&self, head: u64) -> bool {
        let well = self.endpoints.iter().filter(|endpoint| endpoint.aside_until().is_none());
        well.filter_map(Endpoint::head).max().is_some_and(|best| head.saturating_add(self.options.lag) < best)
    }

    pub(super) fn set_aside(&self, endpoint: &Endpoint, trouble: Trouble) {
        // what it does not do for one question it may do for the next
        if trouble != Trouble::Declined && endpoint.unwell() {
            tracing::warn!(network = self.network.as_str(), node = endpoint.number, why = ?trouble, "a node is set aside");
        }
    }

    pub(super) fn take_back(&self, endpoint: &Endpoint) {
        if !endpoint.is_well() {
            tracing::info!(network = self.network.as_str(), node = endpoint.number, "a node is asked again");
        }
        endpoint.well();
    }
}

impl Trouble {
    pub(super) const fn fault(self) -> Fault {
        match self {
            Self::Garbage => Fault::ChainReply,
            Self::Unreachable | Self::Lost | Self::Refused | Self::Declined => Fault::ChainUnavailable,
        }
    }
}

/// The only answer there is.
fn only(said: Vec<Said>) -> Result<Said, Trouble> {
    <[Said; 1]>::try_from(said).map(|[said]| said).map_err(|_| Trouble::Garbage)
}

fn hash_text(hash: &TransactionHash) -> Value {
    hash.to_string().into()
}

fn receipt_calls(hashes: &[TransactionHash]) -> Vec<Ask> {
    hashes.iter().map(|hash| Ask::new("eth_getTransactionReceipt", json!([hash_text(hash)]))).collect()
}

/// What was said to these calls.
fn told(hashes: &[TransactionHash], said: Vec<Said>) -> Result<Vec<Option<Receipt>>, Trouble> {
    let one = |(hash, said): (&TransactionHash, Said)| {
        let receipt = said.read::<Option<read::Receipt>>()?.map_err(|_| Trouble::Declined)?;
        receipt.map(|receipt| receipt.of(*hash)).transpose()
    };
    hashes.iter().zip(said).map(one).collect()
}

/// What `eth_call` and `eth_estimateGas` are told of a call.
pub(super) fn call_object(from: Option<Address>, target: Address, data: &[u8]) -> Value {
    let mut object = json!({ "to": target.to_string(), "input": hex::encode_prefixed(data) });
    if let (Some(from), Some(members)) = (from, object.as_object_mut()) {
        members.insert("from".into(), from.to_string().into());
    }
    object
}

impl Chain for Rpc {
    fn network(&self) -> Network {
        self.0.network
    }

    async fn head(&self) -> Result<Head, Fault> {
        self.look_around();
        self.0.newest(Vec::new(), |_| Ok(())).await.map(|(head, ())| head)
    }

    async fn ask(&self, questions: &[ChainQuery]) -> Result<Vec<ChainAnswer>, Fault> {
        ask::ask(&self.0, questions).await
    }

    async fn nonce(&self, account: Address, at: Block) -> Result<u64, Fault> {
        let block = match at {
            Block::Latest => "latest",
            Block::Pending => "pending",
        };
        self.0.one::<U64>("eth_getTransactionCount", json!([account.to_string(), block])).await.map(|count| count.to())
    }

    async fn funds(&self, account: Address) -> Result<Amount, Fault> {
        self.0.one::<U256>("eth_getBalance", json!([account.to_string(), "latest"])).await.map(read::amount)
    }

    async fn estimate(&self, from: Address, call: &Call) -> Result<Gas, Fault> {
        let params = json!([call_object(Some(from), call.target, &call.data), "latest"]);
        let read = |said: Vec<Said>| match only(said)?.read::<U64>()? {
            Ok(units) => Ok(Gas::Units(units.to())),
            Err(error) => error.reverted().map(Gas::Reverts).ok_or(Trouble::Declined),
        };
        self.0.ask(&[Ask::new("eth_estimateGas", params)], read).await
    }

    async fn broadcast(&self, raw: &[u8]) -> Result<Broadcast, Fault> {
        broadcast::broadcast(&self.0, raw).await
    }

    async fn receipts(&self, hashes: &[TransactionHash]) -> Result<Vec<Option<Receipt>>, Fault> {
        let mut receipts = Vec::with_capacity(hashes.len());
        for hashes in hashes.chunks(RECEIPTS) {
            receipts.extend(self.0.ask(&receipt_calls(hashes), |said| told(hashes, said)).await?);
        }
        Ok(receipts)
    }

    async fn look(&self, hashes: &[TransactionHash]) -> Result<(Head, Vec<Option<Receipt>>), Fault> {
        self.look_around();
        self.0.newest(receipt_calls(hashes), |said| told(hashes, said)).await
    }

    async fn blocks(&self, numbers: &[u64]) -> Result<Vec<Option<[u8; 32]>>, Fault> {
        let call = |number: &u64| Ask::new("eth_getBlockByNumber", json!([format!("{number:#x}"), false]));
        let calls = numbers.iter().map(call).collect::<Vec<_>>();
        let read = |said: Vec<Said>| {
            let one = |(number, said): (&u64, Said)| match said.read::<Option<read::Block>>()?.map_err(|_| Trouble::Declined)? {
                Some(block) if block.number() == *number => Ok(Some(block.hash())),
                Some(_) => Err(Trouble::Garbage),
                None => Ok(None),
            };
            numbers.iter().zip(said).map(one).collect::<Result<Vec<_>, _>>()
        };
        self.0.ask(&calls, read).await
    }

    async fn call(&self, hash: TransactionHash) -> Result<Option<Call>, Fault> {
        let call = Ask::new("eth_getTransactionByHash", json!([hash_text(&hash)]));
        let read = |said: Vec<Said>| match only(said)?.read::<Option<read::Sent>>()?.map_err(|_| Trouble::Declined)? {
            Some(sent) if sent.hash == B256::from(*hash.as_bytes()) => Ok(sent.call()),
            Some(_) => Err(Trouble::Garbage),
            None => Ok(None),
        };
        self.0.ask(&[call], read).await
    }

    async fn logs(&self, filter: &LogFilter) -> Result<Vec<Log>, Fault> {
        let topics = filter.topics.iter().map(|topic| topic.map(hex::encode_prefixed)).collect::<Vec<_>>();
        let block = |number: &u64| format!("{number:#x}");
        let (from, to) = (block(filter.blocks.start()), block(filter.blocks.end()));
        let params = json!([{ "address": filter.emitter.to_string(), "topics": topics, "fromBlock": from, "toBlock": to }]);
        let read = |said: Vec<Said>| read::logs(only(said)?.read::<Vec<read::Log>>()?.map_err(|_| Trouble::Declined)?, filter);
        self.0.ask(&[Ask::new("eth_getLogs", params)], read).await
    }
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (well, all) = self.well();
        write!(f, "Rpc({}, {well} of {all} nodes)", self.0.network)
    }
}
