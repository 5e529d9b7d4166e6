//! A store held against the rules over plain maps: the same random operations, the same answers, the same content in the end.

use std::sync::Arc;

use quittance_core::{Amount, Rejection, ReplayKey, UnixSeconds};
use quittance_guard::budget::{self, Book, Meter, Reserve, Ticket, Unspent};
use quittance_guard::policy::ApprovalId;
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{self, Answer, Audience, Claim, Claimed, Quota, Register, Sent};
use quittance_guard::{Ledger, ReplayLog, rolling};
use quittance_store::Store;

use crate::samples::{bound, cents, claim_by, key, limits, purchase, signed, task, wallet};
use crate::whole::{all_entries, all_records, together};

/// Numbers that look random and are the same in every run of one seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides
    }
}

const PAYMENTS: u64 = 1_000;
const PURCHASES: u64 = 40;

/// What both are asked.
enum Ask {
    Claim(Box<replay::Request>),
    Step(Claim, replay::Step, UnixSeconds),
    Resume(u64, u64, UnixSeconds),
    Reopen(ReplayKey, String, u64, UnixSeconds),
    Purge(UnixSeconds),
    Reserve(budget::Purchase, Vec<budget::Limit>, u64, UnixSeconds),
    Take(Ticket, budget::Step, UnixSeconds),
}

/// The reference, and the claims and tickets that were handed out.
pub(crate) struct Model {
    register: Register,
    book: Book,
    dice: Dice,
    clock: u64,
    claims: Vec<Claim>,
    tickets: Vec<Ticket>,
    /// How many settlements were taken back.
    pub(crate) reopened: u64,
}

impl Model {
    /// For attempts, of which nothing is forgotten, as for payments.
    pub(crate) const CAPACITY: usize = 900;

    pub(crate) fn new(seed: u64) -> Self {
        let (register, book) = (Register::new(Self::CAPACITY), Book::new(Self::CAPACITY));
        Self { register, book, dice: Dice::new(seed), clock: 1_000_000, claims: Vec::new(), tickets: Vec::new(), reopened: 0 }
    }

    /// A clock that goes on, mostly.
    fn now(&mut self) -> UnixSeconds {
        match self.dice.roll(40) {
            0 => self.clock += 4_000,
            1 => self.clock -= 500,
            2..10 => self.clock += self.dice.roll(40),
            _ => {}
        }
        UnixSeconds::from_secs(self.clock)
    }

    fn receipt(&mut self) -> Receipt {
        let attested = if self.dice.roll(2) == 0 { Attested::Answer } else { Attested::Chain };
        let transaction = match self.dice.roll(12) {
            0 => String::new(),
            number => format!("0x{number}"),
        };
        Receipt::new(Amount::from_u64(self.dice.roll(12_000)), &transaction, attested)
    }

    fn next(&mut self) -> Ask {
        let now = self.now();
        match self.dice.roll(100) {
            0..30 => {
                let number = self.dice.roll(PAYMENTS);
                let mut request =
                    if number < 6 { bound("a", u8::try_from(number).unwrap(), 0) } else { claim_by(number % 5, number, "a", 0) };
                if self.dice.roll(12) == 0 {
                    request.demand.fingerprint = crate::samples::fingerprint("b");
                }
                if self.dice.roll(4) == 0 {
                    request.demand.bound = None;
                }
                if self.dice.roll(3) == 0 {
                    request.demand.audience = Audience::Everybody;
                }
                request.demand.now = now;
                request.demand.lease = [0, 5, 60, 1_000][usize::try_from(self.dice.roll(4)).unwrap()];
                request.keep_until = UnixSeconds::from_secs(self.clock + self.dice.roll(9_000));
                if self.dice.roll(3) == 0 {
                    request.demand.quota = Some(Quota::new(
                        1 + u32::try_from(self.dice.roll(8)).unwrap(),
                        [30, 3_600][usize::try_from(self.dice.roll(2)).unwrap()],
                    ));
                }
                if self.dice.roll(3) == 0 {
                    request.demand.exposure = Some(Amount::from_u64(self.dice.roll(6) * 10_000));
                }
                if self.dice.roll(3) == 0 {
                    request.demand.payment_id = Some(format!("payment_name_{:04}", self.dice.roll(20)).parse().unwrap());
                }
                Ask::Claim(Box::new(request))
            }
            30..60 if !self.claims.is_empty() => {
                let recent = self.claims.len().min(40);
                let index = self.claims.len() - 1 - usize::try_from(self.dice.roll(recent as u64)).unwrap();
                let step = match self.dice.roll(23) {
                    0..3 => replay::Step::Settling(None),
                    3 | 4 => replay::Step::Settling(Sent::new(&self.dice.roll(1_000).to_be_bytes()).ok()),
                    5 => replay::Step::Unknown,
                    6..10 => replay::Step::Settled(self.receipt()),
                    10 => replay::Step::Failed(
                        [Rejection::InsufficientFunds, Rejection::Eip3009Signature][usize::try_from(self.dice.roll(2)).unwrap()],
                    ),
                    11 => replay::Step::Grant(None),
                    12 | 13 => replay::Step::Grant(Some(Answer::new(&self.dice.roll(1_000).to_be_bytes()))),
                    14 => replay::Step::Release,
                    15 => replay::Step::Vanished,
                    16 | 17 => replay::Step::Watched(
                        self.receipt(),
                        UnixSeconds::from_secs((self.clock + self.dice.roll(600)).saturating_sub(self.dice.roll(100))),
                    ),
                    18 | 19 => replay::Step::FailedWatched(
                        [Rejection::InsufficientFunds, Rejection::Eip3009Signature][usize::try_from(self.dice.roll(2)).unwrap()],
                        UnixSeconds::from_secs((self.clock + self.dice.roll(600)).saturating_sub(self.dice.roll(100))),
                    ),
                    20 => replay::Step::Owe,
                    21 => replay::Step::Sold(self.receipt()),
                    _ => replay::Step::Hold(UnixSeconds::from_secs(self.clock + self.dice.roll(2_000))),
                };
                Ask::Step(self.claims[index].clone(), step, now)
            }
            60 | 61 => Ask::Resume(self.dice.roll(PAYMENTS), self.dice.roll(100), now),
            62 => {
                let watched = self.register.watched(now, 1_000_000);
                let place = usize::try_from(self.dice.roll(watched.len().max(1) as u64)).unwrap();
                let (key, transaction) = match watched.get(place) {
                    Some(watched) if self.dice.roll(4) > 0 => (watched.key, watched.transaction.to_string()),
                    _ => (key(self.dice.roll(PAYMENTS)), "0x1".into()),
                };
                Ask::Reopen(key, transaction, self.dice.roll(100), now)
            }
            63 => Ask::Purge(now),
            64..82 => {
                let number = self.dice.roll(PURCHASES);
                let mut wanted = purchase(&format!("p{number}"), &format!("t{}", number % 3), "$1");
                wanted.amount = cents(self.dice.roll(5));
                if number.is_multiple_of(4) {
                    wanted = wanted.in_session(format!("s{}", self.dice.roll(2)).parse().unwrap());
                }
                if self.dice.roll(6) == 0 {
                    wanted.approval = Some(ApprovalId::from_bytes([u8::try_from(self.dice.roll(30)).unwrap(); 32]));
                }
                let all = [(Meter::Task, 4_000), (Meter::Session, 900), (Meter::Hour, 30), (Meter::Day, 200)];
                let chosen: Vec<_> = all.into_iter().filter(|_| self.dice.roll(3) > 0).collect();
                Ask::Reserve(wanted, limits(&chosen), [0, 60][usize::try_from(self.dice.roll(2)).unwrap()], now)
            }
            _ if !self.tickets.is_empty() => {
                let recent = self.tickets.len().min(30);
                let index = self.tickets.len() - 1 - usize::try_from(self.dice.roll(recent as u64)).unwrap();
                let step = match self.dice.roll(8) {
                    0..3 => budget::Step::Sign(signed(self.dice.roll(2), UnixSeconds::from_secs(self.clock + 60))),
                    3 => budget::Step::Settle(self.receipt()),
                    4 | 5 => budget::Step::Release(Unspent::NeverSigned),
                    6 => budget::Step::Release(Unspent::Cancelled),
                    _ => budget::Step::Release(Unspent::Expired {
                        chain_time: UnixSeconds::from_secs(self.clock + self.dice.roll(120)),
                    }),
                };
                Ask::Take(self.tickets[index].clone(), step, now)
            }
            _ => Ask::Purge(now),
        }
    }

    /// Asks the reference, as text for comparing.
    fn reference(&mut self, ask: &Ask) -> String {
        match ask {
            Ask::Claim(request) => {
                let claimed = self.register.claim(request);
                if let Ok(Claimed::Fresh(claim) | Claimed::Resume(claim) | Claimed::Redeliver(claim, _)) = &claimed {
                    self.claims.push(claim.clone());
                }
                format!("{claimed:?}")
            }
            Ask::Step(claim, step, now) => format!("{:?}", self.register.step(claim, step.clone(), *now)),
            Ask::Resume(number, lease, now) => format!("{:?}", self.register.resume(&key(*number), *lease, *now)),
            Ask::Reopen(key, transaction, lease, now) => {
                let reopened = self.register.reopen(key, transaction, *lease, *now);
                self.claims.extend(reopened.clone());
                self.reopened += u64::from(reopened.is_some());
                format!("{reopened:?}")
            }
            Ask::Purge(now) => self.register.purge(*now).to_string(),
            Ask::Reserve(wanted, limits, lease, now) => {
                let reserved = self.book.reserve(&Reserve::new(wanted, limits, *now).with_lease(*lease));
                if let Ok(budget::Reserved::Fresh(ticket)) = &reserved {
                    self.tickets.push(ticket.clone());
                }
                format!("{reserved:?}")
            }
            Ask::Take(ticket, step, now) => format!("{:?}", self.book.step(ticket, step.clone(), *now)),
        }
    }

    /// So many operations, up to `at_once` of them waiting together, which a queue with one writer keeps in order.
    pub(crate) async fn run(&mut self, store: &Arc<Store>, operations: u64, at_once: u64) -> Counts {
        let mut counts = Counts::default();
        while counts.operations < operations {
            let asks: Vec<_> = (0..=self.dice.roll(at_once)).map(|_| self.next()).collect();
            let expected: Vec<_> = asks.iter().map(|ask| self.reference(ask)).collect();
            // a purge is a transaction of its own, so that what is asked with it may be answered before it
            let mut answers = Vec::new();
            let mut group = Vec::new();
            for ask in asks {
                let alone = matches!(ask, Ask::Purge(_));
                if alone {
                    answers.append(&mut together(std::mem::take(&mut group)).await);
                }
                group.push(answer(Arc::clone(store), ask));
                if alone {
                    answers.append(&mut together(std::mem::take(&mut group)).await);
                }
            }
            answers.append(&mut together(group).await);
            for (expected, (answer, kind)) in expected.iter().zip(&answers) {
                counts.operations += 1;
                counts.refused += u64::from(answer.contains("Err(") || answer.contains("Limited") || answer.contains("Taken"));
                assert_eq!(expected, answer, "operation {} ({kind}) of this seed", counts.operations);
            }
        }
        counts
    }

    /// What is in the store is what is in the reference, and the meters show the same.
    pub(crate) async fn compare(&self, store: &Store) {
        let mut entries = all_entries(store).await;
        entries.sort_by_key(|entry| entry.key);
        assert_eq!(entries.iter().collect::<Vec<_>>(), self.register.entries().collect::<Vec<_>>());
        let mut records = all_records(store).await;
        records.sort_by(|a, b| (&a.purchase.id, a.attempt).cmp(&(&b.purchase.id, b.attempt)));
        assert_eq!(records.iter().collect::<Vec<_>>(), self.book.records().collect::<Vec<_>>());
        let now = UnixSeconds::from_secs(self.clock);
        assert_eq!(ReplayLog::open(store, now).await.unwrap(), self.register.open(now));
        assert_eq!(store.watched(now, 1_000_000).await.unwrap(), self.register.watched(now, 1_000_000));
        let open = Ledger::open(store).await.unwrap();
        assert_eq!(open, self.book.open());
        for sum in [task("t0"), task("t1"), task("t2"), wallet(Meter::Hour), wallet(Meter::Day)] {
            assert_eq!(store.spent(&sum, now).await, Ok(self.book.spent(&sum, now)), "{sum:?} {}", rolling::slot(sum.span(), now));
        }
    }
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) operations: u64,
    pub(crate) refused: u64,
}

async fn answer(store: Arc<Store>, ask: Ask) -> (String, &'static str) {
    let store = &*store;
    match ask {
        Ask::Claim(request) => (format!("{:?}", store.claim(&request).await), "claim"),
        Ask::Step(claim, step, now) => (format!("{:?}", ReplayLog::step(store, &claim, step, now).await), "step"),
        Ask::Resume(number, lease, now) => (format!("{:?}", store.resume(&key(number), lease, now).await.unwrap()), "resume"),
        Ask::Reopen(key, transaction, lease, now) => {
            (format!("{:?}", store.reopen(&key, &transaction, lease, now).await.unwrap()), "reopen")
        }
        Ask::Purge(now) => (store.purge(now).await.unwrap().to_string(), "purge"),
        Ask::Reserve(wanted, limits, lease, now) => {
            (format!("{:?}", store.reserve(&Reserve::new(&wanted, &limits, now).with_lease(lease)).await), "reserve")
        }
        Ask::Take(ticket, step, now) => (format!("{:?}", Ledger::step(store, &ticket, step, now).await), "take"),
    }
}
