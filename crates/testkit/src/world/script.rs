//! What happens in one schedule, drawn from its seed before anything begins.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::signature::SecretKey;
use quittance_core::{Address, Amount, Nonce, UnixSeconds, Window};

use super::life::Moment;
use crate::chain::{Ambush, Conduct, FACTORY, Fate, Kind, Receipts, STRICT_FACTORY, Settings};
use crate::payer::{Brings, Order, Wallet, Way};
use crate::rng::Rng;

/// A schedule.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) block: Duration,
    pub(super) confirmations: u64,
    pub(super) batch: bool,
    /// Whether reorganisations may go deeper than the facilitators wait.
    pub(super) deep: bool,
    pub(super) latency: (u64, u64),
    /// The keys of each facilitator.
    pub(super) sites: Vec<Vec<Secret>>,
    pub(super) orders: Vec<Planned>,
    /// What happens, and how many milliseconds after the beginning.
    pub(super) events: Vec<(u64, Event)>,
    /// Until when, in milliseconds, anything goes wrong.
    pub(super) unrest: u64,
}

/// A payment to be made.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) order: Order,
    pub(super) kind: Kind,
    /// Which facilitators it can be settled by.
    pub(super) sites: Vec<usize>,
    /// What is charged of it.
    pub(super) charge: Amount,
    /// How long the seller allows, which makes an offer another one.
    pub(super) timeout: u64,
    /// Whether it shares its payer's money with others, of which there is enough for one.
    pub(super) overdrawn: bool,
    /// Whether its window closes in the middle of everything.
    pub(super) short: bool,
    /// Whether its payer's wallet is there from the beginning.
    pub(super) deployed: bool,
    /// What its payer has for gas, in wei.
    pub(super) coins: u128,
}

/// Something that happens.
#[derive(Debug)]
pub(super) enum Event {
    /// A seller asks a facilitator to settle, and asks again until it knows.
    Settle {
        order: usize,
        site: usize,
        other: bool,
    },
    /// Many ask whether a payment is good.
    Verify {
        order: usize,
        site: usize,
        times: u64,
    },
    /// A facilitator has so many calls to live.
    Crash {
        site: usize,
        calls: u64,
        moment: Moment,
    },
    /// A facilitator's node behaves like this.
    Conduct {
        site: usize,
        conduct: Conduct,
    },
    /// The log loses so many of a thousand steps, and so many confirmations.
    Store {
        lost: u32,
        unanswered: u32,
    },
    Ambush(Ambush),
    Reorganize {
        depth: u64,
        ours: Fate,
        theirs: Fate,
    },
    /// What somebody did in so many blocks is undone, and everything since, deeper than anybody waits.
    Undo {
        within: u64,
        ours: Fate,
    },
    Cancel {
        order: usize,
    },
    /// Somebody does what an order needs: deploys its payer's wallet, or sends its payer's approval.
    Help {
        order: usize,
    },
    /// A payer spends the number of its approval on something else.
    Spend {
        order: usize,
    },
    Fee(u128),
    /// A transfer to the payee takes so much more gas.
    Payee(u64),
    Drop,
    Hold(u64),
}

/// Where tokens of each kind stand.
pub(super) fn token(kind: Kind) -> Address {
    Address::from_bytes(match kind {
        Kind::Honest => [0x70; 20],
        Kind::FeeOnTransfer(_) => [0x71; 20],
        Kind::SilentOnUsedNonce => [0x72; 20],
        Kind::Forger => [0x73; 20],
        Kind::InHalves => [0x74; 20],
    })
}

/// The kinds there are.
pub(super) const KINDS: [Kind; 5] = [Kind::Honest, Kind::FeeOnTransfer(100), Kind::SilentOnUsedNonce, Kind::Forger, Kind::InHalves];

/// Who is paid.
pub(super) const PAYEE: Address = Address::from_bytes([0x50; 20]);
/// The base fee in peace.
pub(super) const FEE: u128 = 10_000_000;

/// A key that can be had more than once.
#[derive(Clone, Copy)]
pub(super) struct Secret([u8; 32]);

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Secret({})", self.address())
    }
}

impl Secret {
    fn draw(rng: &mut Rng) -> Self {
        loop {
            let bytes = rng.bytes();
            if SecretKey::from_bytes(&bytes).is_ok() {
                return Self(bytes);
            }
        }
    }

    pub(super) fn key(&self) -> SecretKey {
        SecretKey::from_bytes(&self.0).expect("it was tried")
    }

    pub(super) fn address(&self) -> Address {
        self.key().address()
    }
}

impl Script {
    pub(super) fn draw(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let sites = (0..rng.between(1, 2)).map(|_| (0..rng.between(1, 2)).map(|_| Secret::draw(&mut rng)).collect::<Vec<_>>());
        let sites = sites.collect::<Vec<_>>();
        let unrest = rng.between(30, 90) * 1_000;
        let orders = draw_orders(&mut rng, &sites);
        let confirmations = rng.below(4);
        let mut script = Self {
            block: Duration::from_millis(*rng.pick(&[250, 1_000, 2_000, 2_000, 12_000])),
            confirmations,
            batch: rng.chance(500),
            deep: rng.chance(300),
            latency: *rng.pick(&[(0, 0), (1, 20), (10, 200), (100, 1_500)]),
            sites,
            orders,
            events: Vec::new(),
            unrest,
        };
        script.draw_requests(&mut rng);
        // one schedule in eight is quiet: nothing goes wrong, and nothing may be wasted
        if !rng.chance(125) {
            script.draw_troubles(&mut rng);
            if script.deep {
                script.draw_undoing(&mut Rng::new(seed ^ 0x0d0_5e1f));
            }
        }
        script.events.sort_by_key(|(at, _)| *at);
        script
    }

    fn draw_requests(&mut self, rng: &mut Rng) {
        for (order, planned) in self.orders.iter().enumerate() {
            let first = rng.below(self.unrest / 2);
            for _ in 0..rng.between(1, 3) {
                // the same at once, or somewhat later
                let at = first + if rng.chance(500) { rng.below(50) } else { rng.below(self.unrest / 2) };
                let site = *rng.pick(&planned.sites);
                let other = rng.chance(80);
                self.events.push((at, Event::Settle { order, site, other }));
            }
            if rng.chance(300) {
                let site = *rng.pick(&planned.sites);
                self.events.push((first.saturating_sub(500), Event::Verify { order, site, times: rng.between(1, 8) }));
            }
        }
    }

    fn draw_troubles(&mut self, rng: &mut Rng) {
        for _ in 0..if self.deep { rng.between(1, 2) } else { 0 } {
            let depth = self.confirmations + rng.between(1, 6);
            let ours = *rng.pick(&[Fate::Back, Fate::Later(3), Fate::Gone, Fate::Gone]);
            let theirs = *rng.pick(&[Fate::Back, Fate::Later(3), Fate::Gone]);
            self.events.push((rng.below(self.unrest), Event::Reorganize { depth, ours, theirs }));
        }
        for _ in 0..rng.between(1, 6) {
            let at = rng.below(self.unrest);
            let site = usize::try_from(rng.below(self.sites.len() as u64)).unwrap_or(0);
            let event = match rng.below(16) {
                0..=2 => {
                    let moment = if rng.chance(500) { Moment::Before } else { Moment::After };
                    Event::Crash { site, calls: rng.between(1, 40), moment }
                }
                3 | 4 => {
                    let conduct = self.conduct(rng);
                    self.events.push((at + rng.between(1_000, 15_000), Event::Conduct { site, conduct: self.calm() }));
                    Event::Conduct { site, conduct }
                }
                5 => {
                    self.events.push((at + rng.between(1_000, 10_000), Event::Store { lost: 0, unanswered: 0 }));
                    Event::Store { lost: rng.below_u32(400), unanswered: rng.below_u32(400) }
                }
                6 | 7 => {
                    Event::Ambush(*rng.pick(&[Ambush::FrontRun, Ambush::FrontRun, Ambush::Drain, Ambush::Cancel, Ambush::Revoke]))
                }
                8 | 9 if self.confirmations > 0 || self.deep => {
                    let fate = |rng: &mut Rng| match rng.below(3) {
                        0 => Fate::Back,
                        1 => Fate::Later(rng.between(1, 6)),
                        _ => Fate::Gone,
                    };
                    let (ours, theirs) = (fate(rng), fate(rng));
                    let deepest = self.confirmations + if self.deep { 6 } else { 0 };
                    let depth = rng.between(1, deepest);
                    Event::Reorganize { depth, ours, theirs }
                }
                10 => Event::Cancel { order: usize::try_from(rng.below(self.orders.len() as u64)).unwrap_or(0) },
                11 => {
                    self.events.push((at + rng.between(5_000, 30_000), Event::Fee(FEE)));
                    Event::Fee(FEE * u128::from(rng.between(2, 200)))
                }
                12 if rng.chance(500) => Event::Drop,
                13 => Event::Help { order: usize::try_from(rng.below(self.orders.len() as u64)).unwrap_or(0) },
                15 => {
                    self.events.push((at + rng.between(1_000, 20_000), Event::Payee(0)));
                    Event::Payee(rng.between(20_000, 400_000))
                }
                14 => Event::Spend { order: usize::try_from(rng.below(self.orders.len() as u64)).unwrap_or(0) },
                _ => Event::Hold(rng.between(1, 12)),
            };
            self.events.push((at, event));
        }
    }

    /// Lets a payment fail by what somebody does, and undoes that some blocks after everybody was told so.
    fn draw_undoing(&mut self, rng: &mut Rng) {
        let order = usize::try_from(rng.below(self.orders.len() as u64)).unwrap_or(0);
        let asked = self.events.iter().filter(|(_, event)| matches!(event, Event::Settle { order: of, .. } if *of == order));
        let Some(at) = asked.map(|(at, _)| *at).min() else { return };
        let block = u64::try_from(self.block.as_millis()).unwrap_or(u64::MAX);
        let pause = block * (self.confirmations + rng.between(4, 12)) + rng.between(2_000, 9_000);
        let undo =
            Event::Undo { within: pause / block + 1, ours: *rng.pick(&[Fate::Back, Fate::Back, Fate::Later(3), Fate::Gone]) };
        self.events.push((at, Event::Ambush(*rng.pick(&[Ambush::Cancel, Ambush::Cancel, Ambush::Drain, Ambush::Revoke]))));
        self.events.push((at + pause, undo));
        self.unrest = self.unrest.max(at + pause);
    }

    fn conduct(&self, rng: &mut Rng) -> Conduct {
        let lag = if rng.chance(400) { rng.between(1, 5) } else { 0 };
        let receipts = if rng.chance(200) { Receipts::Withheld } else { Receipts::Given };
        let (lost, unanswered) = (rng.below_u32(700), rng.below_u32(500));
        Conduct { lost, unanswered, lag, receipts, ..self.calm() }
    }

    /// A node in peace.
    pub(super) fn calm(&self) -> Conduct {
        Conduct { latency: self.latency, ..Conduct::default() }
    }
}

fn draw_orders(rng: &mut Rng, sites: &[Vec<Secret>]) -> Vec<Planned> {
    let start = Settings::default().start.as_secs();
    let poor = Arc::new(Secret::draw(rng).key());
    let mut orders = Vec::new();
    for _ in 0..rng.between(2, 7) {
        let (overdrawn, short) = (rng.chance(150), rng.chance(200));
        let kind = if overdrawn || !rng.chance(200) { Kind::Honest } else { *rng.pick(&KINDS) };
        let way = match rng.below(4) {
            0 => Way::Permit2,
            1 => Way::Upto(rng.pick(&sites.concat()).address()),
            _ => Way::Eip3009,
        };
        let amount = rng.between(1_000, 100_000);
        let settles = |site: &Vec<Secret>| match way {
            Way::Upto(facilitator) => site.iter().any(|key| key.address() == facilitator),
            Way::Eip3009 | Way::Permit2 => true,
        };
        let sites = sites.iter().enumerate().filter(|(_, site)| settles(site)).map(|(number, _)| number).collect();
        let charge = match way {
            Way::Upto(_) if rng.chance(150) => 0,
            Way::Upto(_) => rng.between(1, amount),
            _ => amount,
        };
        let end = if short { start + rng.between(20, 80) } else { start + 3_600 };
        let begin = if rng.chance(100) { start + rng.between(1, 20) } else { start - 60 };
        let order = Order {
            payer: if overdrawn { Arc::clone(&poor) } else { Arc::new(Secret::draw(rng).key()) },
            way,
            network: Settings::default().network,
            token: token(kind),
            pay_to: PAYEE,
            amount: Amount::from_u64(amount),
            window: Window::new(UnixSeconds::from_secs(begin), UnixSeconds::from_secs(end)),
            nonce: Nonce::from_bytes(rng.bytes()),
            wallet: None,
            brings: None,
        };
        let order = if overdrawn { order } else { draw_needs(rng, order) };
        let (deployed, coins) = (rng.chance(300), *rng.pick(&[0, 0, COST / 2, COST]));
        orders.push(Planned {
            order,
            kind,
            sites,
            charge: Amount::from_u64(charge),
            timeout: 60,
            overdrawn,
            short,
            deployed,
            coins,
        });
    }
    orders
}

/// A payment that one signer can settle, with nothing wrong with it; not one of a schedule's.
pub(super) fn parting(seed: u64, signer: Address, now: UnixSeconds) -> Order {
    let mut rng = Rng::new(seed ^ signer.as_bytes().iter().fold(0x9a57_u64, |sum, byte| sum.rotate_left(8) ^ u64::from(*byte)));
    let now = now.as_secs();
    Order {
        payer: Arc::new(Secret::draw(&mut rng).key()),
        way: Way::Upto(signer),
        network: Settings::default().network,
        token: token(Kind::Honest),
        pay_to: PAYEE,
        amount: Amount::from_u64(rng.between(1_000, 100_000)),
        window: Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 3_600)),
        nonce: Nonce::from_bytes(rng.bytes()),
        wallet: None,
        brings: None,
    }
}

/// What an approval offers for its gas: enough for most of the time, and too little when gas is at its dearest.
const OFFERED: u128 = FEE * 50;
/// What an approval may cost.
pub(super) const COST: u128 = 70_000 * OFFERED;

/// What has to be done before an order can pay: in one of three a wallet may have to be deployed, and in one of three an allowance is brought.
fn draw_needs(rng: &mut Rng, order: Order) -> Order {
    let (wallet, brings) = match (rng.below(9), order.way) {
        (0 | 1, _) => (Some(FACTORY), None),
        (2, _) => (Some(STRICT_FACTORY), None),
        (3, Way::Permit2 | Way::Upto(_)) => (None, Some(Brings::Permit)),
        (4 | 5, Way::Permit2 | Way::Upto(_)) => (None, Some(Brings::approval(OFFERED))),
        _ => (None, None),
    };
    Order { wallet: wallet.map(|factory| Wallet { factory, salt: rng.bytes() }), brings, ..order }
}
