//! A machine with a seller and its facilitator loses power: what was paid for is paid once, and its buyer gets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::any;
use axum::{Extension, Router};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Fault, Terms};
use quittance_evm::EXACT;
use quittance_facilitator::{ChainSetup, Facilitator, Settings};
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog as _;
use quittance_server::{Clock, Options, Order, Origin, Route, Said, Seller, Witness};
use quittance_testkit::chain::{Conduct, Movement, Node};
use quittance_testkit::power::PoweredLog;

use crate::engine::{PRICE, Stage, facilitator, key, times};
use crate::shop::{Answer, Ask, Engine, ORIGIN, Shop, answer, bound_to, goods};

/// One life of the machine.
struct Machine {
    payments: Arc<PoweredLog>,
    sales: Arc<PoweredLog>,
    facilitator: Facilitator<Node, PoweredLog>,
    served: Arc<AtomicUsize>,
    app: Router,
    order: Order,
}

/// How long a lease is, in seconds.
const LEASE: u64 = 5;

impl Machine {
    async fn start(stage: &Stage, logs: (PoweredLog, PoweredLog), served: Arc<AtomicUsize>, order: Order) -> Self {
        let (payments, sales) = (Arc::new(logs.0), Arc::new(logs.1));
        let (mut settings, mut options) = (Settings::default(), Options::default());
        (settings.lease, options.lease, options.attested) = (LEASE, LEASE, Attested::Chain);
        let setup = ChainSetup::new(Arc::clone(&stage.node), vec![key(100)]);
        let facilitator = facilitator(&stage.chain, setup, &payments, settings);
        facilitator.recover().await.unwrap();
        let chain = stage.chain.clone();
        let seller = Seller::setup(facilitator.clone(), Arc::clone(&sales), Origin::parse(ORIGIN).unwrap())
            .scheme(&EXACT)
            .clock(Clock::new(move || Ok(chain.now())))
            .options(options)
            .build()
            .unwrap();
        let layer = seller.sell(Route::new([Terms::parse(stage.order(0).offer(60)).unwrap()]).order(order)).unwrap();
        let app = Router::new().route("/v1/{*rest}", any(goods).layer(layer)).layer(Extension(Arc::clone(&served)));
        Self { payments, sales, facilitator, served, app, order }
    }

    /// The next life, and whether anything was lost.
    async fn lose_power(self, stage: &Stage) -> (Self, bool) {
        self.facilitator.abort();
        let ((payments, one), (sales, other)) = (self.payments.lose_power(), self.sales.lose_power());
        (Self::start(stage, (payments, sales), self.served, self.order).await, one || other)
    }

    async fn buy(&self, ask: &Ask) -> Answer {
        buy(&self.app, ask).await
    }
}

/// As a buyer asks: again and again with the same payment, as long as it is told to come back.
async fn buy(app: &Router, ask: &Ask) -> Answer {
    loop {
        let said = answer(app, ask.clone()).await;
        if !said.headers.contains_key("retry-after") {
            return said;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn rows_150_and_151_whenever_the_power_is_lost_what_is_bought_is_paid_once_and_delivered() {
    lives(Order::SettleThenServe).await;
}

#[tokio::test(start_paused = true)]
async fn rows_150_and_151_so_it_is_where_nobody_was_asked_before_the_settlement() {
    lives(Order::Upfront).await;
}

/// A machine in that order of money and work, which loses power at one moment after the other.
async fn lives(order: Order) {
    let (mut lost, mut receipts, mut anew) = (0, 0, 0);
    // every tenth of a second from the first question to well after the answer
    for tenths in 0..40 {
        let stage = Stage::new();
        stage.node.behave(Conduct { latency: (40, 90), ..Default::default() });
        let logs = (PoweredLog::new(100), PoweredLog::new(100));
        let machine = Machine::start(&stage, logs, Arc::default(), order).await;
        let offer = answer(&machine.app, Ask::get("/v1/r")).await.offers().remove(0);
        let ask = Ask::get("/v1/r").paying(&bound_to(offer, stage.order(0), 7, "GET", "/v1/r"));
        let (app, first) = (machine.app.clone(), ask.clone());
        let asking = tokio::spawn(async move { answer(&app, first).await });
        tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
        let told = if asking.is_finished() { Some(asking.await.unwrap()) } else { None };
        let (machine, some) = machine.lose_power(&stage).await;
        lost += usize::from(some);
        let again = machine.buy(&ask).await;
        assert!(again.is_goods(), "after {tenths} tenths: {again:?}");
        let receipt = again.receipt().unwrap();
        if let Some(told) = told {
            assert!(told.is_goods(), "after {tenths} tenths: {told:?}");
            assert_eq!(told.receipt().unwrap(), receipt, "after {tenths} tenths");
            receipts += 1;
        }
        assert_eq!(stage.chain.movements()[0].transaction.to_string(), receipt.transaction);
        assert_eq!((stage.paid(), stage.chain.movements().len()), (times(1), 1), "after {tenths} tenths");
        let served = machine.served.load(Ordering::SeqCst);
        anew += usize::from(served > 1);
        assert!(served <= 2, "after {tenths} tenths: {served}");
        // and from here on it is known again
        let kept = machine.buy(&ask).await;
        assert_eq!((kept.is_goods(), kept.receipt(), machine.served.load(Ordering::SeqCst)), (true, Some(receipt), served));
        assert_eq!(stage.paid(), PRICE);
        let end = quittance_core::UnixSeconds::from_secs(u64::MAX);
        let open = (machine.sales.open(end).await.unwrap().len(), machine.payments.open(end).await.unwrap().len());
        assert_eq!(open, (0, 0), "after {tenths} tenths");
    }
    assert!(lost > 5 && receipts > 5 && anew > 5, "{lost} {receipts} {anew}");
}

/// A facilitator that settles and keeps nothing of it: asked again, it says that the nonce is used.
#[derive(Clone)]
struct Stranger {
    engine: Engine,
    settled: Arc<AtomicUsize>,
}

impl quittance_core::Facilitator for Stranger {
    fn name(&self) -> &'static str {
        "a stranger"
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        self.engine.verify(request).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        match self.settled.fetch_add(1, Ordering::SeqCst) {
            0 => self.engine.settle(request).await,
            _ => Ok(SettleResponse::failed("eip155:84532", "invalid_exact_evm_nonce_already_used")),
        }
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        self.engine.supported().await
    }
}

/// Somebody who looks at the chain, or cannot.
fn witness(stage: &Stage, sees: bool) -> Arc<dyn Witness> {
    let chain = stage.chain.clone();
    Arc::new(move |said: Said| {
        let is_there = |moved: &Movement| moved.key == said.key && *moved.transaction.to_string() == *said.transaction;
        let seen = if sees { Ok(chain.movements().iter().any(is_there)) } else { Err(Fault::ChainUnavailable) };
        std::future::ready(seen)
    })
}

#[tokio::test(start_paused = true)]
async fn rows_151_and_182_what_was_said_once_is_looked_for_again_after_a_loss_of_power() {
    for (order, sees) in [Order::SettleThenServe, Order::Upfront].into_iter().flat_map(|order| [(order, true), (order, false)]) {
        let stage = Stage::new();
        let stranger = Stranger { engine: stage.facilitator.clone(), settled: Arc::default() };
        let shop = |log: PoweredLog, sees| {
            let (chain, log) = (stage.chain.clone(), Arc::new(log));
            let mut options = Options::default();
            (options.lease, options.attested) = (LEASE, Attested::Answer);
            let seller = Seller::setup(stranger.clone(), Arc::clone(&log), Origin::parse(ORIGIN).unwrap())
                .scheme(&EXACT)
                .clock(Clock::new(move || Ok(chain.now())))
                .options(options)
                .witness(BASE_SEPOLIA, witness(&stage, sees))
                .build()
                .unwrap();
            let layer = seller.sell(Route::new([Terms::parse(stage.order(0).offer(600)).unwrap()]).order(order)).unwrap();
            let app = Router::new().route("/v1/{*rest}", any(goods).layer(layer)).layer(Extension(Arc::<AtomicUsize>::default()));
            (log, app)
        };
        let (log, app) = shop(PoweredLog::new(100), sees);
        let offer = answer(&app, Ask::get("/v1/r")).await.offers().remove(0);
        let ask = Ask::get("/v1/r").paying(&bound_to(offer, stage.order(0), 7, "GET", "/v1/r"));
        let told = answer(&app, ask.clone()).await;
        assert_eq!(told.is_goods(), sees, "{order:?}: {told:?}");
        let (log, app) = shop(log.lose_power().0, true);
        let again = buy(&app, &ask).await;
        assert!(again.is_goods(), "{order:?}, {sees}: {again:?}");
        assert!(!sees || told.receipt() == again.receipt(), "{order:?}: {told:?}, {again:?}");
        assert_eq!((stage.paid(), stranger.settled.load(Ordering::SeqCst)), (times(1), 1), "{order:?}, {sees}");
        assert_eq!(log.open(quittance_core::UnixSeconds::from_secs(u64::MAX)).await.unwrap().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn row_182_nobody_else_looks_where_the_facilitator_has_looked_itself() {
    let stage = Stage::new();
    let blind = witness(&stage, false);
    let shop = Shop::with(stage, |stage| stage.facilitator.clone(), |setup| setup.witness(BASE_SEPOLIA, blind), |route| route);
    let paid = shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await;
    assert!(paid.is_goods(), "{paid:?}");
}
