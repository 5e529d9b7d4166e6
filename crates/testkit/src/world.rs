//! A world in one thread: sellers who ask, facilitators that verify and settle, their log, and a chain on which everything can go wrong.
//!
//! A schedule is drawn from a seed and runs in simulated time, so that a seed that breaks a law breaks it again. It has duplicates of the
//! same request and others under the same payment, wallets that are yet to be deployed and allowances that are brought along, reorganisations, strangers and payers who interfere, nodes and logs that fail before and after
//! they have done something, rising fees, transactions that are held or forgotten, and processes that die between any two things that last
//! ([`Life`]) and are begun again. Then it is left in peace for long enough, and the laws are checked against what the chain says has happened:
//!
//! 1. An authorization moves money at most once, and nobody is given anything for gas twice.
//! 2. Who was told that a payment is settled was told a transaction that stands, and in it exactly that amount went from the payer to the payee.
//! 3. The same request is told the same, and of several under one payment at most one is settled.
//! 4. If money moved the log says settled, by that transaction; if the log says failed nothing moved, nor did it after a refusal that
//!    invites another payment.
//! 5. Nothing is open that evidence could close.
//! 6. No signer waits with a gap, and nothing of it waits at all; and what it is given next is settled as if nothing had been.
//! 7. A payment that nobody spoilt can still be settled, whatever was down in between.
//! 8. No gas is spent on nothing without a reason.
//! 9. What the chain took back after somebody was told that it was settled is settled again, or the log knows it as lost. With law 4: the log does not
//!    say settled for ever while the chain says not paid.
//! 10. What payers were given is counted in the ledger, whoever died.
//!
//! In some schedules reorganisations go deeper than the facilitators wait. There somebody may have been told of a transaction that does not stand
//! any more, and another one later, or of a failure that is none any more; laws 2, 3 and 4 hold there for what is told in the end.
//!
//! The laws can fail: with a [`Sabotage`] they do.

mod laws;
mod life;
mod parts;
mod script;
mod sites;
mod trace;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::Facilitator as _;
use quittance_core::chain::Call;
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::wire::{SettleRequest, SettleResponse};
use quittance_core::{Address, Amount, Fault, Reason, Rejection};
use quittance_facilitator::Transaction;

pub use laws::{Broken, Law, Report};
pub use life::{Life, Moment};
pub use parts::{MortalChain, MortalLedger, MortalLog, Sabotage};

use crate::chain::{Act, BlockTime, ModelChain, STRANGER, Settings};
use crate::payer::{Brings, Order, TOKEN_NAME, TOKEN_VERSION, Way};
use parts::Store;
use script::{Event, Planned, Script};
use sites::Site;
use trace::Trace;

/// Runs the schedule of a seed.
///
/// # Errors
///
/// [`Broken`], with the seed.
///
/// # Panics
///
/// If there can be no runtime.
pub fn run(seed: u64, sabotage: Option<Sabotage>) -> Result<Report, Broken> {
    run_traced(seed, sabotage).0
}

/// The same with everything that facilitators asked and were told meanwhile, a line each: when, who, what, and a hash of which.
///
/// # Panics
///
/// If there can be no runtime.
pub fn run_traced(seed: u64, sabotage: Option<Sabotage>) -> (Result<Report, Broken>, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime needs nothing but memory");
    runtime.block_on(async {
        let world = World::begin(seed, sabotage);
        world.play().await;
        world.rest().await;
        let checked = laws::check(&world).await;
        (checked, world.trace.text())
    })
}

/// What happens in the schedule of a seed, to be read.
#[must_use]
pub fn describe(seed: u64) -> String {
    format!("{:#?}", Script::draw(seed))
}

/// Everything in one schedule.
struct World {
    seed: u64,
    script: Script,
    chain: ModelChain,
    sites: Vec<Arc<Site>>,
    stores: Vec<Arc<Store>>,
    trace: Trace,
    /// Who was told what.
    told: Arc<Mutex<Vec<Told>>>,
    /// What happened that nobody can be blamed for.
    happened: Mutex<Happened>,
}

/// An answer to somebody who asked to settle.
#[derive(Clone, Debug)]
struct Told {
    order: usize,
    /// Whether it was asked for on other terms.
    other: bool,
    answer: Answer,
}

#[derive(Clone, Debug)]
enum Answer {
    Settled(Box<SettleResponse>),
    Refused(Rejection),
    Pending,
    #[expect(dead_code, reason = "for whoever reads what was told")]
    Fault(Fault),
    /// It died.
    Nothing,
}

/// What happened, by kind.
#[derive(Default, Clone, Copy, Debug)]
struct Happened {
    ambushes: u64,
    reorganizations: u64,
    cancellations: u64,
    holds: u64,
    crashes: u64,
    lagging: u64,
    helpings: u64,
    spendings: u64,
    payees: u64,
    drops: u64,
}

impl World {
    fn begin(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let script = Script::draw(seed);
        let settings = Settings { block_time: BlockTime::Every(script.block), base_fee: script::FEE, ..Settings::default() };
        let chain = ModelChain::new(settings);
        for kind in script::KINDS {
            chain.place_token(script::token(kind), TOKEN_NAME, TOKEN_VERSION, kind);
        }
        for planned in &script.orders {
            let (token, payer) = (planned.order.token, planned.order.from());
            if planned.overdrawn {
                let short = planned.order.amount.checked_sub(chain.balance(token, payer)).unwrap_or(Amount::ZERO);
                chain.mint(token, payer, short);
            } else {
                chain.mint(token, payer, planned.order.amount);
            }
            if planned.order.brings.is_none() {
                chain.approve(token, payer, PERMIT2, Amount::MAX);
            }
            if planned.order.wallet.is_some() && planned.deployed {
                chain.place_wallet(payer, planned.order.payer.address());
            }
            chain.fund(payer, planned.coins);
        }
        let apart = sabotage == Some(Sabotage::LogsApart);
        let stores: Vec<_> = (0..script.sites.len()).map(|site| Arc::new(Store::new(seed ^ 0x5707 ^ site as u64))).collect();
        let trace = Trace::begin();
        let sites = script.sites.iter().enumerate().map(|(number, keys)| {
            keys.iter().for_each(|key| chain.fund(key.address(), 10_u128.pow(20)));
            let store = stores.get(if apart { number } else { 0 }).expect("there is one for each site");
            let node = chain.node(seed ^ 0x0de ^ ((number as u64) << 32));
            node.behave(script.calm());
            Arc::new(Site::begin((number, &trace), node, Arc::clone(store), keys.clone(), &script, sabotage))
        });
        let sites = sites.collect();
        Self { seed, script, chain, sites, stores, trace, told: Arc::default(), happened: Mutex::default() }
    }

    /// Lets everything happen.
    async fn play(&self) {
        let mut now = 0;
        for (at, event) in &self.script.events {
            if *at > now {
                tokio::time::sleep(Duration::from_millis(at - now)).await;
                now = *at;
            }
            self.happen(event);
        }
    }

    fn happen(&self, event: &Event) {
        let count = |count: fn(&mut Happened)| count(&mut self.happened.lock().expect("no step panics"));
        match event {
            Event::Settle { order, site, other } => self.ask(*order, *site, *other),
            Event::Verify { order, site, times } => {
                let (site, planned) = (Arc::clone(self.site(*site)), self.planned(*order));
                let request = planned.order.verify(planned.timeout);
                for _ in 0..*times {
                    let (site, request) = (Arc::clone(&site), request.clone());
                    tokio::spawn(async move {
                        let running = site.running().await;
                        running.unless_over(running.facilitator.verify(&request)).await
                    });
                }
            }
            Event::Crash { site, calls, moment } => {
                count(|happened| happened.crashes += 1);
                self.site(*site).life().ends_in(*calls, *moment);
            }
            Event::Conduct { site, conduct } => {
                if conduct.lag > 0 {
                    count(|happened| happened.lagging += 1);
                }
                self.site(*site).node.behave(conduct.clone());
            }
            Event::Store { lost, unanswered } => self.stores.iter().for_each(|store| store.behave(*lost, *unanswered)),
            Event::Ambush(ambush) => {
                count(|happened| happened.ambushes += 1);
                self.chain.ambush(*ambush);
            }
            Event::Reorganize { depth, ours, theirs } => {
                count(|happened| happened.reorganizations += 1);
                self.chain.reorganize(*depth, *ours, *theirs);
            }
            Event::Undo { within, ours } => {
                if self.chain.undo(*within, *ours) {
                    count(|happened| happened.reorganizations += 1);
                }
            }
            Event::Cancel { order } => {
                count(|happened| happened.cancellations += 1);
                let order = &self.planned(*order).order;
                let (payer, nonce) = (order.from(), order.nonce);
                self.chain.act(match order.way {
                    Way::Eip3009 => Act::Cancel { token: order.token, payer, nonce },
                    Way::Permit2 | Way::Upto(_) => Act::Invalidate { payer, nonce },
                });
            }
            Event::Help { order } => {
                let order = &self.planned(*order).order;
                if let Some(call) = order.deployment() {
                    count(|happened| happened.helpings += 1);
                    self.chain.act(Act::Call { from: STRANGER, call });
                }
                if let Some(Brings::Approval { gas, max_fee }) = order.brings {
                    count(|happened| happened.helpings += 1);
                    self.chain.send(order.approval(gas, max_fee).raw());
                }
            }
            Event::Spend { order } => {
                let order = &self.planned(*order).order;
                if let Some(Brings::Approval { max_fee, .. }) = order.brings {
                    count(|happened| happened.spendings += 1);
                    self.chain.fund(order.from(), script::COST);
                    let other = Transaction::sign(
                        &order.payer,
                        order.network,
                        0,
                        21_000,
                        2 * max_fee,
                        max_fee,
                        Call::new(STRANGER, vec![]),
                    );
                    self.chain.send(other.expect("an eip155 chain").raw());
                }
            }
            Event::Payee(gas) => {
                count(|happened| happened.payees += 1);
                self.chain.let_payee_take(script::PAYEE, *gas);
            }
            Event::Fee(wei) => self.chain.head_for_fee(*wei),
            Event::Drop => {
                count(|happened| happened.drops += 1);
                self.chain.drop_waiting();
            }
            Event::Hold(blocks) => {
                count(|happened| happened.holds += 1);
                self.chain.hold_waiting(*blocks);
            }
        }
    }

    fn site(&self, number: usize) -> &Arc<Site> {
        self.sites.get(number).expect("scripts speak of sites there are")
    }

    fn planned(&self, number: usize) -> &Planned {
        self.script.orders.get(number).expect("scripts speak of orders there are")
    }

    /// Asks to settle until the answer is one that ends it, as a seller's server does.
    fn ask(&self, order: usize, site: usize, other: bool) {
        let (site, request) = (Arc::clone(self.site(site)), self.request(order, other));
        let (told, tries, trace) = (Arc::clone(&self.told), 40, self.trace.clone());
        tokio::spawn(async move {
            for _ in 0..tries {
                let answer = ask_once(&site, &request).await;
                let ends = matches!(answer, Answer::Settled(_) | Answer::Refused(_));
                let answer = Told { order, other, answer };
                trace.note(site.number(), "told", &answer);
                told.lock().expect("no step panics").push(answer);
                if ends {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        });
    }

    /// A payment that is good, and that only this signer can settle.
    fn parting(&self, signer: Address) -> Order {
        let order = script::parting(self.seed, signer, self.chain.now());
        self.chain.mint(order.token, order.from(), order.amount);
        self.chain.approve(order.token, order.from(), PERMIT2, Amount::MAX);
        order
    }

    /// What is asked for: what was agreed, or the same payment on other terms.
    fn request(&self, order: usize, other: bool) -> SettleRequest {
        let planned = self.planned(order);
        let timeout = planned.timeout + u64::from(other);
        planned.order.settle(timeout, planned.charge)
    }

    /// Ends all that goes wrong, and waits until everything that will happen has happened.
    async fn rest(&self) {
        let unrest = Duration::from_millis(self.script.unrest + 20_000);
        tokio::time::sleep(unrest).await;
        for site in &self.sites {
            site.node.behave(self.script.calm());
            site.node.forget_plans();
        }
        self.stores.iter().for_each(|store| store.behave(0, 0));
        self.chain.disarm();
        self.chain.head_for_fee(script::FEE);
        self.settle_down().await;
    }

    /// Time in which every short window closes, every lease ends, and every transaction that waits is included.
    async fn settle_down(&self) {
        let blocks = self.script.block.saturating_mul(40);
        tokio::time::sleep(Duration::from_secs(240) + blocks).await;
    }
}

async fn ask_once(site: &Site, request: &SettleRequest) -> Answer {
    let running = site.running().await;
    match running.unless_over(running.facilitator.settle(request)).await {
        None => Answer::Nothing,
        Some(Err(fault)) => Answer::Fault(fault),
        Some(Ok(response)) if response.success => Answer::Settled(Box::new(response)),
        Some(Ok(response)) => match Reason::parse(response.error_reason.as_deref().unwrap_or_default()) {
            Reason::Rejection(Rejection::SettlementPending) => Answer::Pending,
            Reason::Rejection(rejection) => Answer::Refused(rejection),
            Reason::Fault(fault) => Answer::Fault(fault),
            other => unreachable!("a facilitator of ours refuses for a reason of ours, not {other:?}"),
        },
    }
}
