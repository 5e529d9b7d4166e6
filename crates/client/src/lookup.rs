//! Asking the chain what became of a purchase, through any node.
//!
//! | what the node says, at a depth that does not come back | what that is |
//! |---|---|
//! | the nonce is unused, and the block's time has passed the end of the authorization | it cost nothing and will not |
//! | the nonce is unused, before that | nothing yet |
//! | the nonce was used, and the transaction that used it moved the amount to the payee | it was paid for |
//! | the nonce was cancelled by its owner | it cost nothing and will not |
//! | anything else | nothing |
//!
//! A node is believed, as one's own is; who asks somebody else's believes somebody else. Permit2 leaves no trace of which transaction used a
//! nonce, so a permit that was used stays open and counts for its whole amount.

use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::json::{self, Object, Value};
use quittance_core::{Account, Address, Amount, Asset, Fault, Limits, Network, Nonce, ReplayKey, Signer, UnixSeconds, keccak256};
use quittance_evm::question::{self, Outcome};
use quittance_guard::budget::{Record, Unspent};
use quittance_guard::{Attested, Ledger, PurchaseId, Receipt};
use quittance_remote::{Bounds, Wanted, Web, Whole};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use crate::buyer::Buyer;
use crate::conclude::Evidence;
use crate::error::Error;

/// A node of one chain.
pub struct Lookup {
    web: Web,
    url: String,
    network: Network,
    depth: u64,
    range: u64,
}

/// How many blocks of logs are asked for at a time: what public nodes give.
const AT_ONCE: u64 = 1_000;
/// What a token logs of a nonce that it has taken.
const USED: &str = "AuthorizationUsed(address,bytes32)";
/// How long an answer of a node may be.
const LONGEST: usize = 1 << 20;

impl Lookup {
    /// A node, at twelve blocks' depth, looking back ten thousand blocks.
    ///
    /// # Errors
    ///
    /// [`Fault::NetworkUnavailable`] when HTTP cannot be set up.
    pub fn new(network: Network, url: &str) -> Result<Self, Fault> {
        let mut bounds = Bounds::default();
        (bounds.timeout, bounds.max_body) = (Duration::from_secs(20), LONGEST);
        Ok(Self { web: Web::new(bounds)?, url: url.to_owned(), network, depth: 12, range: 10_000 })
    }

    /// The same, believing what is this many blocks deep.
    #[must_use]
    pub fn at_depth(self, depth: u64) -> Self {
        Self { depth, ..self }
    }

    /// The same, looking for the transaction that used a nonce this many blocks back.
    #[must_use]
    pub fn looking_back(self, range: u64) -> Self {
        Self { range, ..self }
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// Whether the node answers, and for this network.
    ///
    /// # Errors
    ///
    /// As [`evidence`](Self::evidence).
    pub async fn answers(&self) -> Result<(), Fault> {
        self.require_chain().await
    }

    /// What the chain shows of an open purchase.
    ///
    /// # Errors
    ///
    /// [`Fault::ChainUnavailable`] when the node does not answer, [`Fault::ChainReply`] when it answers nonsense or for another chain.
    pub async fn evidence(&self, record: &Record) -> Result<Option<Evidence>, Fault> {
        let Some(signed) = record.signed.as_ref().filter(|signed| signed.key().network() == self.network) else { return Ok(None) };
        let question = match *signed.key() {
            ReplayKey::Eip3009 { token, from, nonce, .. } => ChainQuery::NonceState { token, authorizer: from, nonce },
            ReplayKey::Permit2 { owner, nonce, .. } => ChainQuery::PermitNonce { owner, nonce },
            _ => return Ok(None),
        };
        self.require_chain().await?;
        let head = number(&self.ask("eth_blockNumber", "").await?)?;
        let at = head.saturating_sub(self.depth);
        let block = self.ask("eth_getBlockByNumber", &format!("\"{at:#x}\",false")).await?;
        let time = UnixSeconds::from_secs(number(member(&block, "timestamp")?)?);
        match (self.is_used(&question, at).await?, signed.key()) {
            (false, _) if time >= signed.expires() => Ok(Some(Evidence::Unspent(Unspent::Expired { chain_time: time }))),
            (true, ReplayKey::Eip3009 { token, from, nonce, .. }) => self.used(record, (*token, *from, *nonce), at).await,
            _ => Ok(None),
        }
    }

    /// Whether the chain shows that a transaction moved an amount to a payee by a payment, for whoever was told so: a seller by its facilitator
    /// (catalogue row 182). What is not deep enough is not shown yet.
    ///
    /// The logs of an EIP-3009 transfer do not say which transfer belongs to which nonce. Each use of a nonce makes one transfer, so that where a
    /// transaction has no other transfers of the payer's, they belong to its nonces in their order; where it has, each nonce that it used needs a
    /// transfer like this one. Permit2 logs no nonce: there a transfer is looked for that none of the payer's authorizations can have made, and
    /// that the nonce is used.
    ///
    /// # Errors
    ///
    /// As [`evidence`](Self::evidence).
    pub async fn shows(
        &self,
        key: &ReplayKey,
        (asset, payee, amount): (&Asset, &Account, Amount),
        transaction: &str,
    ) -> Result<bool, Fault> {
        let (Some(token), Some(payee)) = (asset.token().address(), payee.address()) else { return Ok(false) };
        if key.network() != self.network || bytes(transaction).map_or(0, |hash| hash.len()) != 32 {
            return Ok(false);
        }
        self.require_chain().await?;
        let receipt = self.ask("eth_getTransactionReceipt", &format!("\"{}\"", transaction.to_ascii_lowercase())).await?;
        if receipt == Value::Null {
            return Ok(false);
        }
        let at = self.ask("eth_blockNumber", "").await?;
        let at = number(&at)?.saturating_sub(self.depth);
        if !is_of_transaction(&receipt, transaction)? {
            return Err(Fault::ChainReply);
        }
        // what failed has left no log of what it did
        if number(member(&receipt, "status")?)? != 1 || number(member(&receipt, "blockNumber")?)? > at {
            return Ok(false);
        }
        match *key {
            ReplayKey::Eip3009 { token: own, from, nonce, .. } if own == token => {
                Ok(Moves::of(&receipt, token, from)?.paid_by(nonce, &Moves::to(payee, amount)))
            }
            ReplayKey::Permit2 { owner, nonce, .. } => {
                let moves = Moves::of(&receipt, token, owner)?;
                Ok(moves.paid_otherwise(&Moves::to(payee, amount))
                    && self.is_used(&ChainQuery::PermitNonce { owner, nonce }, at).await?)
            }
            _ => Ok(false),
        }
    }

    async fn require_chain(&self) -> Result<(), Fault> {
        if Some(number(&self.ask("eth_chainId", "").await?)?) == self.network.chain_id() { Ok(()) } else { Err(Fault::ChainReply) }
    }

    async fn is_used(&self, question: &ChainQuery, at: u64) -> Result<bool, Fault> {
        let call = question::call(question).ok_or(Fault::ChainReply)?;
        let params = format!("{{\"to\":\"{}\",\"data\":\"{}\"}},\"{at:#x}\"", call.target, hex(&call.data));
        let returned = bytes(text(&self.ask("eth_call", &params).await?)?)?;
        match question::answer(question, Outcome::Returned(&returned)) {
            ChainAnswer::Flag(used) => Ok(used),
            _ => Err(Fault::ChainReply),
        }
    }

    /// What the transaction did that used a nonce.
    async fn used(
        &self,
        record: &Record,
        (token, from, nonce): (Address, Address, Nonce),
        at: u64,
    ) -> Result<Option<Evidence>, Fault> {
        let (used, cancelled) = (topic(USED), topic("AuthorizationCanceled(address,bytes32)"));
        let (authorizer, nonce) = (padded(from), hex(nonce.as_bytes()));
        let lowest = at.saturating_sub(self.range);
        let mut to = at;
        loop {
            let from_block = to.saturating_sub(AT_ONCE - 1).max(lowest);
            let filter = format!(
                "{{\"address\":\"{token}\",\"fromBlock\":\"{from_block:#x}\",\"toBlock\":\"{to:#x}\",\
                 \"topics\":[[\"{used}\",\"{cancelled}\"],\"{authorizer}\",\"{nonce}\"]}}"
            );
            let logs = self.ask("eth_getLogs", &filter).await?;
            if let Some(log) = logs.as_array().ok_or(Fault::ChainReply)?.first() {
                let topics = topics(log)?;
                let [first, of, under] = topics.as_slice() else { return Err(Fault::ChainReply) };
                if !is_of(log, token)? || (of, under) != (&authorizer, &nonce) {
                    return Err(Fault::ChainReply);
                }
                return match first {
                    first if *first == cancelled => Ok(Some(Evidence::Unspent(Unspent::Cancelled))),
                    first if *first == used => self.moved(record, (token, from), member(log, "transactionHash")?).await,
                    _ => Err(Fault::ChainReply),
                };
            }
            if from_block == lowest {
                return Ok(None);
            }
            to = from_block - 1;
        }
    }

    /// Whether a transaction moved what the purchase costs to who was to be paid.
    async fn moved(&self, record: &Record, (token, from): (Address, Address), hash: &Value) -> Result<Option<Evidence>, Fault> {
        let hash = text(hash)?.to_ascii_lowercase();
        if bytes(&hash)?.len() != 32 {
            return Err(Fault::ChainReply);
        }
        let receipt = self.ask("eth_getTransactionReceipt", &format!("\"{hash}\"")).await?;
        if number(member(&receipt, "status")?)? != 1 || !is_of_transaction(&receipt, &hash)? {
            return Err(Fault::ChainReply);
        }
        let Some(payee) = record.purchase.payee.address() else { return Ok(None) };
        let amount = record.purchase.amount;
        let moved = Moves::of(&receipt, token, from)?.count(&Moves::to(payee, amount)) > 0;
        Ok(moved.then(|| Evidence::Settled(Receipt::new(amount, &hash, Attested::Chain))))
    }

    async fn ask(&self, method: &str, params: &str) -> Result<Value, Fault> {
        let mut wanted = Wanted::new(Method::POST, &self.url);
        wanted.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        wanted.body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":[{params}]}}").into_bytes();
        let exchange = self.web.exchange(&wanted).await.map_err(|_| Fault::ChainUnavailable)?;
        if exchange.status != 200 || exchange.whole != Whole::Yes {
            return Err(Fault::ChainUnavailable);
        }
        let limits = Limits::BODY.with_bytes(LONGEST);
        let Ok(Value::Object(answer)) = json::parse(&exchange.body, &limits) else { return Err(Fault::ChainReply) };
        match (answer.member("error"), answer.member("result")) {
            (None | Some(Value::Null), Some(result)) => Ok(result.clone()),
            (Some(_), _) => Err(Fault::ChainUnavailable),
            _ => Err(Fault::ChainReply),
        }
    }
}

/// The address of a node is often a key.
impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").field("network", &self.network).field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// An open purchase, after the chain was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// The purchase.
    pub purchase: PurchaseId,
    /// What the chain showed; none if it is open still.
    pub evidence: Option<Evidence>,
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> Buyer<S, L> {
    /// Asks the chain about every open purchase on its network, and [ends](Self::conclude) those that it shows the end of.
    ///
    /// # Errors
    ///
    /// [`Error::Fault`] when ledger, log or node cannot be reached; what was ended until then stays ended.
    pub async fn reconcile(&self, lookup: &Lookup) -> Result<Vec<Reconciled>, Error> {
        let mut all = Vec::new();
        for record in self.open().await? {
            if record.signed.as_ref().is_none_or(|signed| signed.key().network() != lookup.network()) {
                continue;
            }
            let evidence = lookup.evidence(&record).await?;
            if let Some(evidence) = &evidence {
                self.conclude(&record, evidence.clone()).await?;
            }
            all.push(Reconciled { purchase: record.purchase.id, evidence });
        }
        Ok(all)
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Result<&'a Value, Fault> {
    let Value::Object(object) = value else { return Err(Fault::ChainReply) };
    Object::member(object, name).ok_or(Fault::ChainReply)
}

fn text(value: &Value) -> Result<&str, Fault> {
    value.as_str().ok_or(Fault::ChainReply)
}

fn number(value: &Value) -> Result<u64, Fault> {
    let digits = text(value)?.strip_prefix("0x").ok_or(Fault::ChainReply)?;
    u64::from_str_radix(digits, 16).map_err(|_| Fault::ChainReply)
}

fn bytes(text: &str) -> Result<Vec<u8>, Fault> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() % 2 == 0 && digits.is_ascii()).ok_or(Fault::ChainReply)?;
    let pairs = digits.as_bytes().chunks_exact(2).map(|pair| core::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<_>>().ok_or(Fault::ChainReply)
}

fn topics(log: &Value) -> Result<Vec<String>, Fault> {
    let topics = member(log, "topics")?.as_array().ok_or(Fault::ChainReply)?;
    topics.iter().map(|topic| text(topic).map(str::to_ascii_lowercase)).collect()
}

/// What one account did with one token in a transaction, in the order of the logs.
struct Moves {
    /// The nonces of its authorizations that were used, as the logs have them.
    used: Vec<String>,
    /// What was taken from it, and for whom.
    taken: Vec<(String, Vec<u8>)>,
}

impl Moves {
    fn of(receipt: &Value, token: Address, from: Address) -> Result<Self, Fault> {
        let (used, transfer, from) = (topic(USED), topic("Transfer(address,address,uint256)"), padded(from));
        let mut moves = Self { used: Vec::new(), taken: Vec::new() };
        for log in member(receipt, "logs")?.as_array().ok_or(Fault::ChainReply)? {
            if !is_of(log, token)? {
                continue;
            }
            match topics(log)?.as_slice() {
                [event, of, nonce] if *event == used && *of == from => moves.used.push(nonce.clone()),
                [event, of, to] if *event == transfer && *of == from => {
                    moves.taken.push((to.clone(), bytes(text(member(log, "data")?)?)?));
                }
                _ => {}
            }
        }
        Ok(moves)
    }

    /// A transfer, as the logs have it.
    fn to(payee: Address, amount: Amount) -> (String, Vec<u8>) {
        (padded(payee), amount.to_be_bytes().to_vec())
    }

    fn count(&self, wanted: &(String, Vec<u8>)) -> usize {
        self.taken.iter().filter(|taken| *taken == wanted).count()
    }

    /// Whether the use of a nonce made this transfer.
    fn paid_by(&self, nonce: Nonce, wanted: &(String, Vec<u8>)) -> bool {
        let nonce = hex(nonce.as_bytes());
        let Some(place) = self.used.iter().position(|used| *used == nonce) else { return false };
        // a use without a transfer does not exist, so that equal counts leave no transfer without a use
        if self.used.len() == self.taken.len() {
            self.taken.get(place) == Some(wanted)
        } else {
            self.count(wanted) >= self.used.len()
        }
    }

    /// Whether this transfer was made by something else than the use of an authorization.
    fn paid_otherwise(&self, wanted: &(String, Vec<u8>)) -> bool {
        self.count(wanted) > self.used.len()
    }
}

fn is_of_transaction(receipt: &Value, hash: &str) -> Result<bool, Fault> {
    Ok(text(member(receipt, "transactionHash")?)?.eq_ignore_ascii_case(hash))
}

fn is_of(log: &Value, token: Address) -> Result<bool, Fault> {
    Ok(text(member(log, "address")?)?.eq_ignore_ascii_case(&token.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        // a String takes everything
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn topic(event: &str) -> String {
    hex(&keccak256(event.as_bytes()))
}

fn padded(address: Address) -> String {
    hex(&[&[0; 12][..], address.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use quittance_core::json::parse;

    use super::*;

    const TOKEN: Address = Address::from_bytes([1; 20]);
    const OTHER: Address = Address::from_bytes([2; 20]);
    const PAYER: Address = Address::from_bytes([3; 20]);
    const PAYEE: Address = Address::from_bytes([4; 20]);
    const STRANGER: Address = Address::from_bytes([5; 20]);
    const FIRST: Nonce = Nonce::from_bytes([7; 32]);
    const SECOND: Nonce = Nonce::from_bytes([8; 32]);
    const THIRD: Nonce = Nonce::from_bytes([9; 32]);

    fn log(of: Address, topics: [String; 3], amount: u64) -> String {
        let data = hex(&Amount::from_u64(amount).to_be_bytes());
        format!("{{\"address\":\"{of}\",\"topics\":[\"{}\"],\"data\":\"{data}\"}}", topics.join("\",\""))
    }

    fn used(by: Address, nonce: Nonce) -> String {
        log(TOKEN, [topic(USED), padded(by), hex(nonce.as_bytes())], 0)
    }

    fn moved(token: Address, from: Address, to: Address, amount: u64) -> String {
        log(token, [topic("Transfer(address,address,uint256)"), padded(from), padded(to)], amount)
    }

    /// What a payer did in a transaction with these logs.
    fn moves(logs: &[String]) -> Moves {
        let receipt = parse(format!("{{\"logs\":[{}]}}", logs.join(",")).as_bytes(), &Limits::BODY).unwrap();
        Moves::of(&receipt, TOKEN, PAYER).unwrap()
    }

    fn of(amount: u64) -> (String, Vec<u8>) {
        Moves::to(PAYEE, Amount::from_u64(amount))
    }

    #[test]
    fn row_182_payments_of_one_payer_in_one_transaction_are_each_shown_for_what_they_moved() {
        // one on its own, two of the payer's around one of somebody else's, and what other tokens do
        let batch = moves(&[
            used(PAYER, FIRST),
            moved(TOKEN, PAYER, PAYEE, 10),
            moved(OTHER, PAYER, PAYEE, 20),
            used(STRANGER, THIRD),
            moved(TOKEN, STRANGER, PAYEE, 10),
            used(PAYER, SECOND),
            moved(TOKEN, PAYER, PAYEE, 20),
        ]);
        let shown = [FIRST, SECOND, THIRD].map(|nonce| [10, 20].map(|amount| batch.paid_by(nonce, &of(amount))));
        assert_eq!(shown, [[true, false], [false, true], [false, false]]);
        let elsewhere =
            moves(&[used(PAYER, FIRST), moved(TOKEN, PAYER, STRANGER, 10), used(PAYER, SECOND), moved(TOKEN, PAYER, PAYEE, 10)]);
        assert_eq!([FIRST, SECOND].map(|nonce| elsewhere.paid_by(nonce, &of(10))), [false, true]);
    }

    #[test]
    fn row_182_a_transfer_beside_an_authorization_is_not_taken_for_its_own() {
        // the nonce moved something else, and the price was moved by hand
        let by_hand = [used(PAYER, FIRST), moved(TOKEN, PAYER, STRANGER, 1), moved(TOKEN, PAYER, PAYEE, 10)];
        let two = [&by_hand[..], &[used(PAYER, SECOND)][..], &[moved(TOKEN, PAYER, STRANGER, 1)][..]].concat();
        assert_eq!([FIRST, SECOND].map(|nonce| moves(&two).paid_by(nonce, &of(10))), [false, false]);
        // as long as each nonce could have its own, it is shown
        let enough = [used(PAYER, FIRST), moved(TOKEN, PAYER, PAYEE, 10), moved(TOKEN, PAYER, PAYEE, 10)];
        assert!(moves(&enough).paid_by(FIRST, &of(10)));
    }

    #[test]
    fn row_182_a_transfer_of_an_authorization_is_not_taken_for_one_of_a_permit() {
        let reported = [used(PAYER, FIRST), moved(TOKEN, PAYER, PAYEE, 10)];
        assert!(!moves(&reported).paid_otherwise(&of(10)));
        let with_permit = [&reported[..], &[moved(TOKEN, PAYER, PAYEE, 10)][..]].concat();
        assert!(moves(&with_permit).paid_otherwise(&of(10)));
        assert!(moves(&[moved(TOKEN, PAYER, PAYEE, 10)]).paid_otherwise(&of(10)));
        assert!(!moves(&[moved(TOKEN, PAYER, PAYEE, 11)]).paid_otherwise(&of(10)));
    }
}
