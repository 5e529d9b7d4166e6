//! Facilitators beside each other, over one chain.
//!
//! They take turns, round by round. Every payment is signed before the clock runs; each is good; an answer that says otherwise ends the
//! measurement without figures, and so does a chain on which not exactly what was settled has moved.
//!
//! What is asked of the chain is counted in rounds of their own, through a proxy ([`proxy`]), so that the proxy slows nobody
//! whose time is taken.

use std::path::PathBuf;
use std::time::Duration;

use quittance_core::{Address, keccak256};
use serde_json::{Value, json};

use crate::failure::{Failure, failure};
use crate::figures::{Round, Row};
use crate::load::{Done, Endpoint, load};
use crate::node::Node;
use crate::payments::{PRICE, Signed, payers, sign};
use crate::proxy::{self, Proxy};
use crate::side::{Programs, Side};

/// What is needed for it.
pub(crate) struct Options {
    /// The chain's program.
    pub(crate) anvil: PathBuf,
    /// The facilitators'.
    pub(crate) programs: Programs,
    /// Whether one short round is enough.
    pub(crate) quick: bool,
    /// The one case that is wanted, if not all are.
    pub(crate) only: Option<String>,
}

/// One kind of load.
struct Case {
    name: &'static str,
    endpoint: Endpoint,
    /// Who takes part, in turn.
    sides: &'static [Side],
    connections: usize,
    /// For how long each round lasts.
    time: Duration,
    /// At most so many payments in a round.
    payments: u32,
    rounds: u32,
}

const CASES: &[Case] = &[
    Case {
        name: "idle",
        endpoint: Endpoint::Verify,
        sides: &[Side::Theirs, Side::Ours],
        connections: 1,
        time: Duration::from_secs(2),
        payments: 20_000,
        rounds: 3,
    },
    Case {
        name: "verify",
        endpoint: Endpoint::Verify,
        sides: &[Side::Theirs, Side::Ours],
        connections: 32,
        time: Duration::from_secs(5),
        payments: 60_000,
        rounds: 5,
    },
    Case {
        name: "settle",
        endpoint: Endpoint::Settle,
        sides: &[Side::Theirs, Side::Ours],
        connections: 8,
        time: Duration::from_secs(30),
        payments: 3_000,
        rounds: 3,
    },
    Case {
        name: "batch",
        endpoint: Endpoint::Settle,
        sides: &[Side::Unbatched, Side::Ours],
        connections: 256,
        time: Duration::from_secs(10),
        payments: 30_000,
        rounds: 3,
    },
];

pub(crate) async fn measure(options: &Options) -> Result<Value, Failure> {
    let node = Node::start(&options.anvil, &payers()?).await?;
    let proxy = Proxy::start(&node.program.address)?;
    let mut bench = Bench { options, node, proxy, series: 0 };
    let mut rows = Vec::new();
    let mut times = serde_json::Map::new();
    for case in CASES.iter().filter(|case| options.only.as_deref().is_none_or(|only| only == case.name)) {
        let measured = bench.case(case).await?;
        if let [first, .., last] = &measured[..] {
            times.insert(case.name.into(), last.times(first));
        }
        rows.extend(measured.iter().map(Row::json));
    }
    Ok(json!({ "rows": rows, "times": times }))
}

/// Signed payments to somebody who has nothing yet.
struct Payments {
    signed: Vec<Signed>,
    payee: Address,
}

/// What all cases share.
struct Bench<'a> {
    options: &'a Options,
    node: Node,
    proxy: Proxy,
    /// How many rounds there have been; each has payments of its own.
    series: u32,
}

impl Bench<'_> {
    /// Rounds in turn, and one more each through the proxy.
    async fn case(&mut self, case: &Case) -> Result<Vec<Row>, Failure> {
        let row = |side: &Side| Row {
            case: case.name,
            side: side.name(),
            connections: case.connections,
            rounds: Vec::new(),
            asked: None,
        };
        let mut rows = case.sides.iter().map(row).collect::<Vec<_>>();
        // what is only looked at can be looked at again
        let again = if case.endpoint == Endpoint::Verify { Some(self.payments(case, case.payments)?) } else { None };
        let rounds = if self.options.quick { 1 } else { case.rounds };
        for round in 0..rounds {
            for (side, row) in case.sides.iter().zip(&mut rows) {
                let measured = self.round(case, *side, again.as_ref()).await?;
                eprintln!("{} {} of {rounds}, {}: {measured}", case.name, round + 1, side.name());
                row.rounds.push(measured);
            }
        }
        for (side, row) in case.sides.iter().zip(&mut rows) {
            row.asked = Some(self.count(case, *side, again.as_ref()).await?);
        }
        Ok(rows)
    }

    /// One facilitator under load, from its start to its end.
    async fn round(&mut self, case: &Case, side: Side, again: Option<&Payments>) -> Result<Round, Failure> {
        let facilitator = side.start(&self.options.programs, &self.node.program.address)?;
        let fresh = if again.is_none() { Some(self.payments(case, case.payments)?) } else { None };
        let payments = again.or(fresh.as_ref()).ok_or_else(|| failure("there are payments"))?;
        self.warm(case, &facilitator.address).await?;
        let before = (facilitator.processor(), self.node.program.processor());
        let done = load(case.endpoint, &facilitator.address, &payments.signed, case.connections, self.time(case)).await?;
        let after = (facilitator.processor(), self.node.program.processor());
        self.settled(case, payments, &done).await?;
        let between = |before: Option<Duration>, after: Option<Duration>| after?.checked_sub(before?);
        Ok(Round::new(done, between(before.0, after.0), between(before.1, after.1)))
    }

    /// The same through the proxy, with the number of payments.
    async fn count(&mut self, case: &Case, side: Side, again: Option<&Payments>) -> Result<(proxy::Asked, usize), Failure> {
        let facilitator = side.start(&self.options.programs, &self.proxy.address)?;
        let fresh = if again.is_none() { Some(self.payments(case, case.payments)?) } else { None };
        let payments = again.or(fresh.as_ref()).ok_or_else(|| failure("there are payments"))?;
        self.warm(case, &facilitator.address).await?;
        let _of_its_start = self.proxy.take();
        let done = load(case.endpoint, &facilitator.address, &payments.signed, case.connections, self.time(case)).await?;
        let asked = self.proxy.take();
        self.settled(case, payments, &done).await?;
        Ok((asked, done.each.len()))
    }

    /// Every connection's first payment is nobody's figure.
    async fn warm(&mut self, case: &Case, address: &str) -> Result<(), Failure> {
        let count = u32::try_from(case.connections)?;
        let payments = self.payments(case, count)?;
        let done = load(case.endpoint, address, &payments.signed, case.connections, Duration::from_secs(60)).await?;
        self.settled(case, &payments, &done).await
    }

    /// Payments that nobody has seen, to a payee who has nothing.
    fn payments(&mut self, case: &Case, count: u32) -> Result<Payments, Failure> {
        self.series += 1;
        let series = format!("{} {}", case.name, self.series);
        let hash = keccak256(series.as_bytes());
        let payee = Address::from_bytes(*hash.last_chunk().ok_or_else(|| failure("a hash is longer than an address"))?);
        let count = if self.options.quick { count.min(20_000) } else { count };
        Ok(Payments { signed: sign(&series, payee, count)?, payee })
    }

    /// What was settled has moved, each payment once, and nothing else.
    async fn settled(&mut self, case: &Case, payments: &Payments, done: &Done) -> Result<(), Failure> {
        let settled = if case.endpoint == Endpoint::Settle { done.each.len() } else { 0 };
        let moved = self.node.balance(payments.payee).await?;
        let expected = u128::from(PRICE) * settled as u128;
        if moved != expected {
            return Err(failure(format!("{settled} payments were settled, and {moved} moved instead of {expected}")));
        }
        let taken = payments.signed.iter().take(settled).map(|payment| (payment.payer, payment.nonce)).collect::<Vec<_>>();
        let used = self.node.used(&taken).await?;
        if used == settled { Ok(()) } else { Err(failure(format!("of {settled} settled payments the token knows {used}"))) }
    }

    fn time(&self, case: &Case) -> Duration {
        if self.options.quick { case.time / 3 } else { case.time }
    }
}
