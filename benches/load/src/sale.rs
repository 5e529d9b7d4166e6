//! A paid request as a whole: a buyer, a gate, the API behind it, who settles, and the chain.
//!
//! - `one`: one buyer who buys one thing after the other, with a budget, an intent and an audit log on disk; the gate and its facilitator each
//!   with a store on disk. Beside it, in turn, the protocol's own client, server and facilitator in TypeScript, which keep nothing. Both on the
//!   same anvil, which makes a block for each transaction at once, and look for receipts equally often; ours on the sandbox as well.
//! - `many`: buyers who each ask, are told the terms, sign, pay and ask again, through one gate that settles many payments in one transaction,
//!   while [`IDLE`] connections are open on which nothing happens; and how much memory all of it had at most, this program included.
//!
//! Every purchase has to come to the answer that is sold, and the payee has to have the price of each in the end, and nothing else.

mod buyers;
mod idle;
mod shop;
mod typescript;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use quittance_core::{Address, keccak256};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, failure};
use crate::figures::{Round, Row};
use crate::load::Done;
use crate::node::Node;
use crate::payments::PRICE;
use crate::program::most_memory;
use shop::{Pace, Shop};
use typescript::TypeScript;

/// How many connections are open on which nothing happens.
const IDLE: usize = 10_000;
/// How many of its newest blocks the chain keeps where there are many buyers: those of the last ten seconds.
const KEPT: &str = "100";
/// How many buyers there are at a time where there are many.
const MANY: usize = 256;

/// What is needed for it.
pub(crate) struct Options {
    /// The other chain's program.
    pub(crate) anvil: PathBuf,
    /// Our program.
    pub(crate) ours: PathBuf,
    /// What sells and buys in TypeScript, and where its packages are.
    pub(crate) typescript: PathBuf,
    pub(crate) modules: PathBuf,
    /// Where files go that live as long as the measurement.
    pub(crate) scratch: PathBuf,
    /// Whether one short round is enough.
    pub(crate) quick: bool,
    /// The one case that is wanted, if not both are.
    pub(crate) only: Option<String>,
}

/// Measures what is wanted.
pub(crate) async fn measure(options: &Options) -> Result<Value, Failure> {
    let wanted = |case: &str| options.only.as_deref().is_none_or(|only| only == case);
    let mut figures = Map::new();
    if wanted("one") {
        figures.insert("one".into(), one(options).await?);
    }
    if wanted("many") {
        figures.insert("many".into(), many(options).await?);
    }
    Ok(Value::Object(figures))
}

/// A payee who has nothing yet.
fn payee(name: &str) -> Result<Address, Failure> {
    let hash = keccak256(name.as_bytes());
    Ok(Address::from_bytes(*hash.last_chunk().ok_or_else(|| failure("a hash is longer than an address"))?))
}

/// What a payee has is the price of each sale.
async fn received(node: &mut Node, payee: Address, sales: usize) -> Result<(), Failure> {
    let (has, expected) = (node.balance(payee).await?, u128::from(PRICE) * sales as u128);
    if has == expected { Ok(()) } else { Err(failure(format!("{sales} sales, and the payee has {has} instead of {expected}"))) }
}

/// One buyer after the other.
async fn one(options: &Options) -> Result<Value, Failure> {
    let (rounds, ours, theirs) = if options.quick { (1, 40, 10) } else { (5, 200, 40) };
    let mut sandbox = Node::sandbox(&options.ours, &[]).await?;
    let mut anvil = Node::at_once(&options.anvil, &buyers::accounts()).await?;
    // it keeps the clock of the chain going, between transactions too
    let mut typescript = TypeScript::start(&options.typescript, &options.modules, &anvil.program.address).await?;
    let (here, there) = (payee("one, sandbox")?, payee("one, anvil")?);
    let on_sandbox = Shop::open(options, "sandbox", &sandbox.program.address, here, Pace::AtOnce).await?;
    let on_anvil = Shop::open(options, "anvil", &anvil.program.address, there, Pace::AtOnce).await?;
    let on_sandbox_buyer = buyers::durable(&options.scratch.join("buyer-sandbox"), &on_sandbox.url).await?;
    let on_anvil_buyer = buyers::durable(&options.scratch.join("buyer-anvil"), &on_anvil.url).await?;
    let row = |side| Row { case: "one", side, connections: 1, rounds: Vec::new(), asked: None };
    let mut rows = [row("TypeScript, anvil"), row("quittance, anvil"), row("quittance, sandbox")];
    // what is only done the first time is nobody's figure
    let warm = 5;
    typescript.buy(warm).await?;
    buyers::one_by_one(&on_anvil_buyer, &on_anvil.url, warm).await?;
    buyers::one_by_one(&on_sandbox_buyer, &on_sandbox.url, warm).await?;
    for round in 0..rounds {
        let done = [
            typescript.buy(theirs).await?,
            buyers::one_by_one(&on_anvil_buyer, &on_anvil.url, ours).await?,
            buyers::one_by_one(&on_sandbox_buyer, &on_sandbox.url, ours).await?,
        ];
        for (row, done) in rows.iter_mut().zip(done) {
            let measured = Round::new(done, None, None);
            eprintln!("one {} of {rounds}, {}: {measured}", round + 1, row.side);
            row.rounds.push(measured);
        }
    }
    received(&mut sandbox, here, warm + rounds * ours).await?;
    received(&mut anvil, there, warm + rounds * ours).await?;
    received(&mut anvil, typescript.payee, warm + rounds * theirs).await?;
    let [slow, anvil, sandbox] = &rows;
    Ok(
        json!({ "rows": rows.iter().map(Row::json).collect::<Vec<_>>(), "times": { "anvil": anvil.times(slow), "sandbox": sandbox.times(slow) } }),
    )
}

/// Many buyers at a time.
async fn many(options: &Options) -> Result<Value, Failure> {
    let (rounds, time) = if options.quick { (1, Duration::from_secs(5)) } else { (3, Duration::from_secs(20)) };
    let mut node = Node::sandbox(&options.ours, &["--block-time", "100", "--keep", KEPT]).await?;
    let payee = payee("many")?;
    let shop = Shop::open(options, "many", &node.program.address, payee, Pace::Together).await?;
    let idle = idle::open(&shop.address, IDLE).await?;
    let buyers = buyers::many(&options.scratch.join("buyers-many"), &shop.url).await?;
    let mut row = Row { case: "many", side: "quittance, sandbox", connections: MANY, rounds: Vec::new(), asked: None };
    let mut sales = 0;
    // every buyer's first purchase opens its connections
    sales += buyers::at_once(&buyers, &shop.url, MANY, Duration::from_secs(1)).await?.each.len();
    for round in 0..rounds {
        let before = (shop.processor(), node.program.processor());
        let done = buyers::at_once(&buyers, &shop.url, MANY, time).await?;
        let after = (shop.processor(), node.program.processor());
        sales += done.each.len();
        let between = |before: Option<Duration>, after: Option<Duration>| after?.checked_sub(before?);
        let measured = Round::new(done, between(before.0, after.0), between(before.1, after.1));
        eprintln!("many {} of {rounds}: {measured}", round + 1);
        row.rounds.push(measured);
    }
    received(&mut node, payee, sales).await?;
    let answered = idle.still_served().await?;
    let parts = [("gate", shop.memory()), ("chain", node.program.memory()), ("buyers", most_memory("self"))];
    let memory = parts.iter().map(|(name, kib)| ((*name).to_owned(), json!(kib))).collect::<Map<_, _>>();
    let all = parts.iter().map(|(_, kib)| *kib).sum::<Option<u64>>();
    eprintln!("{answered} idle connections, memory in KiB: {memory:?}, together {all:?}");
    Ok(json!({ "row": row.json(), "idleConnections": answered, "memoryKibibytes": memory, "memoryTogetherKibibytes": all }))
}

/// How long something took, in the order in which it ended, and all of it together.
fn done(each: Vec<Duration>, start: Instant) -> Done {
    Done { each, together: start.elapsed() }
}
