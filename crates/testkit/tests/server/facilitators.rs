//! Facilitators that are down, slow, broken or lying: rows 132 to 142, 153, 154 and 181.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Amount, Facilitator, Fault};
use quittance_guard::Reach;
use quittance_guard::replay::{Demand, ReplayLog as _, Sent, Step};
use quittance_server::{Options, Origin, Route, Seller, SetupError};

use quittance_testkit::chain::Kind;

use crate::engine::{PRICE, Stage, times};
use crate::shop::{Ask, Engine, ORIGIN, Shop};

/// What becomes of one question.
#[derive(Clone)]
pub(crate) enum Way {
    /// The engine is asked, and its answer passes.
    Honest,
    /// Nothing is asked.
    Down(Fault),
    /// It is done, and the answer is lost.
    Lost,
    /// Nobody ever answers.
    Silent,
    /// It is answered without being asked.
    Verdict(bool, Option<&'static str>),
    /// The same for a settlement.
    Receipt(fn(SettleResponse) -> SettleResponse),
}

/// A facilitator between the shop and the engine that does what it is told, in order; then it is honest.
#[derive(Clone)]
pub(crate) struct Between {
    name: &'static str,
    engine: Engine,
    verify: Arc<Mutex<VecDeque<Way>>>,
    settle: Arc<Mutex<VecDeque<Way>>>,
    asked: Arc<AtomicUsize>,
}

impl Between {
    fn shop(verify: &[Way], settle: &[Way]) -> (Shop<Self>, Self) {
        Self::selling(verify, settle, |route| route)
    }

    pub(crate) fn selling(verify: &[Way], settle: &[Way], set: impl FnOnce(Route) -> Route) -> (Shop<Self>, Self) {
        let ways = |ways: &[Way]| Arc::new(Mutex::new(ways.iter().cloned().collect()));
        let (verify, settle, mut own) = (ways(verify), ways(settle), None);
        let between = |stage: &Stage| {
            let engine = stage.facilitator.clone();
            own.insert(Self { name: "between", engine, verify, settle, asked: Arc::new(AtomicUsize::new(0)) }).clone()
        };
        let shop = Shop::with(Stage::new(), between, |setup| setup, set);
        (shop, own.unwrap())
    }

    /// Another in front of the same chain, honest, that has been asked nothing.
    fn another(&self, name: &'static str) -> Self {
        let none = || Arc::new(Mutex::new(VecDeque::new()));
        Self { name, engine: self.engine.clone(), verify: none(), settle: none(), asked: Arc::new(AtomicUsize::new(0)) }
    }

    /// The same in front of another chain.
    pub(crate) fn before(&self, stage: &Stage) -> Self {
        Self { engine: stage.facilitator.clone(), ..self.clone() }
    }

    fn next(&self, ways: &Mutex<VecDeque<Way>>) -> Way {
        self.asked.fetch_add(1, Ordering::SeqCst);
        ways.lock().unwrap().pop_front().unwrap_or(Way::Honest)
    }

    /// How many questions were asked, of either kind.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Facilitator for Between {
    fn name(&self) -> &str {
        self.name
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        match self.next(&self.verify) {
            Way::Honest | Way::Receipt(_) => self.engine.verify(request).await,
            Way::Down(fault) => Err(fault),
            Way::Lost => self.engine.verify(request).await.and(Err(Fault::ConnectionLost)),
            Way::Silent => pending().await,
            Way::Verdict(true, payer) => {
                let mut verdict = VerifyResponse::valid("");
                verdict.payer = payer.map(str::to_owned);
                Ok(verdict)
            }
            Way::Verdict(false, reason) => Ok(VerifyResponse::invalid(reason.unwrap_or_default(), None)),
        }
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        match self.next(&self.settle) {
            Way::Honest | Way::Verdict(..) => self.engine.settle(request).await,
            Way::Down(fault) => Err(fault),
            Way::Lost => self.engine.settle(request).await.and(Err(Fault::ConnectionLost)),
            Way::Silent => pending().await,
            Way::Receipt(edit) => {
                let payer = crate::engine::key(1).address().to_string();
                Ok(edit(SettleResponse::settled("eip155:84532", format!("0x{}", "ab".repeat(32)), payer)))
            }
        }
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        self.engine.supported().await
    }
}

#[tokio::test(start_paused = true)]
async fn row_181_a_facilitator_that_finds_everything_valid_lets_no_unsigned_payment_pass() {
    let (shop, between) = Between::shop(&[Way::Verdict(true, None)], &[Way::Receipt(|receipt| receipt)]);
    let mut forged = shop.plain(1);
    let signature = forged.payload.member("signature").unwrap().as_str().unwrap().to_owned();
    let other = signature.replacen(&signature[10..12], if &signature[10..12] == "00" { "01" } else { "00" }, 1);
    forged.payload.insert("signature", other.as_str());
    let refused = shop.ask(Ask::get("/v1/r").paying(&forged)).await;
    assert_eq!(refused.refused(402).reason(), "invalid_exact_evm_payload_signature");
    assert_eq!(refused.offers().len(), 1, "another payment may pass");
    // nor does a contract wallet vouch for it, which a seller has no chain to ask
    let wrapped = format!("0x{}{}", "00".repeat(320), "6492".repeat(16));
    for (signature, reason) in [
        (format!("{signature}00"), "invalid_exact_evm_payload_undeployed_smart_wallet"),
        (wrapped, "invalid_exact_evm_payload_signature"),
    ] {
        forged.payload.insert("signature", signature.as_str());
        assert_eq!(shop.ask(Ask::get("/v1/r").paying(&forged)).await.reason(), reason);
    }
    let mut cheaper = shop.stage.order(2);
    cheaper.amount = Amount::from_u64(1);
    let mut payment = cheaper.payment(60);
    payment.accepted = shop.stage.order(2).offer(60);
    shop.ask(Ask::get("/v1/r").paying(&payment)).await.refused(402);
    assert_eq!((between.asked(), shop.served(), shop.remembered().await), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn row_134_a_verdict_of_invalid_is_one_whatever_its_status_was() {
    let (shop, _) =
        Between::shop(&[Way::Verdict(false, Some("insufficient_funds")), Way::Verdict(false, Some("no such words"))], &[]);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    assert_eq!(shop.ask(ask.clone()).await.refused(402).reason(), "insufficient_funds");
    shop.ask(ask.clone()).await.refused(402);
    assert_eq!((shop.served(), shop.remembered().await), (0, 0), "nothing is kept back");
    assert!(shop.ask(ask).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn row_135_what_is_no_verdict_refuses_nobody_and_what_is_no_settlement_leaves_it_open() {
    let (shop, _) = Between::shop(&[Way::Down(Fault::FacilitatorReply)], &[]);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    assert_eq!(shop.ask(ask.clone()).await.refused(502).reason(), "facilitator_reply");
    assert_eq!((shop.served(), shop.remembered().await), (0, 0), "nothing was sent");
    assert!(shop.ask(ask).await.is_goods());

    let (shop, _) = Between::shop(&[], &[Way::Down(Fault::FacilitatorReply)]);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    let answer = shop.ask(ask.clone()).await;
    assert_eq!(answer.refused(502).reason(), "facilitator_reply");
    assert!(!answer.headers.contains_key("payment-required"), "another payment might be a second one");
    assert_eq!((shop.served(), shop.remembered().await), (0, 1), "it may have settled");
    assert!(shop.ask(ask).await.is_goods());
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn rows_135_and_156_a_facilitator_that_is_down_takes_no_delivery_from_a_buyer() {
    let ways: Vec<_> = (0..8).map(|_| Way::Down(Fault::FacilitatorReply)).collect();
    let (shop, _) = Between::shop(&[], &ways);
    let path = "/v1/r?fails=first";
    let ask = Ask::get(path).paying(&shop.bound(7, "GET", path));
    assert_eq!(shop.ask(ask.clone()).await.refused(502).reason(), "facilitator_reply");
    for time in 0..7 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(shop.seller.reconcile().await.unwrap().ended, 0, "{time}");
    }
    // it is left alone for a while
    tokio::time::sleep(Duration::from_secs(6)).await;
    // it answers again, and the hands that it went through were no deliveries
    assert_eq!(shop.ask(ask.clone()).await.status.as_u16(), 502, "the handler fails, the first time that it is asked");
    assert!(shop.ask(ask).await.is_goods());
    assert_eq!((shop.served(), shop.sold()), (2, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_137_one_transaction_pays_for_one_purchase() {
    let same: fn(SettleResponse) -> SettleResponse = |receipt| receipt;
    let (shop, between) = Between::shop(&[], &[Way::Receipt(same), Way::Receipt(same)]);
    // whoever has only a facilitator's word cannot look at the transaction
    let shop = shop.taking_its_word(between);
    assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await.is_goods());
    let second = shop.ask(Ask::get("/v1/r").paying(&shop.plain(2))).await;
    assert_eq!(second.refused(502).reason(), "facilitator_reply");
    assert_eq!((shop.served(), shop.remembered().await), (1, 1), "whether the second was settled is open");
}

#[tokio::test(start_paused = true)]
async fn row_142_a_nonce_that_our_own_attempt_may_have_used_is_no_reason_for_another_payment() {
    let used: fn(SettleResponse) -> SettleResponse =
        |_| SettleResponse::failed("eip155:84532", "invalid_exact_evm_nonce_already_used");
    // the first attempt settles and its answer is lost; a facilitator that remembers nothing sees a used nonce then
    let (shop, _) = Between::shop(&[], &[Way::Lost, Way::Receipt(used)]);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    for _ in 0..2 {
        let answer = shop.ask(ask.clone()).await;
        assert!(answer.status.is_server_error() && !answer.headers.contains_key("payment-required"), "{answer:?}");
        assert_eq!((shop.served(), shop.remembered().await), (0, 1));
    }
    assert!(shop.ask(ask).await.is_goods(), "one that remembers ends it");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_136_a_settlement_of_something_else_is_none() {
    let edits: [fn(SettleResponse) -> SettleResponse; 5] = [
        |mut receipt| {
            receipt.payer = Some("0x209693Bc6afc0C5328bA36FaF03C514EF312287C".into());
            receipt
        },
        |mut receipt| {
            receipt.network = "eip155:8453".into();
            receipt
        },
        |mut receipt| {
            receipt.amount = Some("9999".into());
            receipt
        },
        |mut receipt| {
            receipt.transaction = String::new();
            receipt
        },
        |mut receipt| {
            receipt.transaction = "0x12".into();
            receipt
        },
    ];
    for edit in edits {
        let (shop, _) = Between::shop(&[], &[Way::Receipt(edit)]);
        let ask = Ask::get("/v1/r").paying(&shop.plain(1));
        assert_eq!(shop.ask(ask.clone()).await.refused(502).reason(), "facilitator_reply");
        assert_eq!((shop.served(), shop.remembered().await), (0, 1), "its outcome is open");
        // the same bytes again, to the same facilitator, which is honest by now
        assert!(shop.ask(ask).await.is_goods());
        assert_eq!(shop.sold(), PRICE);
    }
}

#[tokio::test(start_paused = true)]
async fn rows_133_and_160_a_settlement_that_fails_serves_nothing_and_says_so() {
    let failed: fn(SettleResponse) -> SettleResponse = |_| SettleResponse::failed("eip155:84532", "insufficient_funds");
    let (shop, _) = Between::shop(&[], &[Way::Receipt(failed)]);
    let answer = shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await;
    assert_eq!(answer.refused(402).reason(), "insufficient_funds");
    let receipt = answer.receipt().unwrap();
    assert_eq!((receipt.success, receipt.error_reason.as_deref()), (false, Some("insufficient_funds")));
    assert_eq!(shop.served(), 0);
}

#[tokio::test(start_paused = true)]
async fn rows_138_and_139_an_outcome_that_is_unknown_is_never_a_402_and_the_same_bytes_end_it() {
    for way in [Way::Silent, Way::Lost, Way::Down(Fault::FacilitatorTimeout)] {
        let (shop, _) = Between::shop(&[], &[way]);
        let ask = Ask::get("/v1/r").paying(&shop.plain(1));
        let answer = shop.ask(ask.clone()).await;
        answer.refused(503);
        assert!(answer.headers.contains_key("retry-after") && !answer.headers.contains_key("payment-required"));
        assert_eq!((shop.served(), shop.remembered().await), (0, 1));
        assert!(shop.ask(ask).await.is_goods());
        assert_eq!((shop.served(), shop.sold()), (1, PRICE), "settled once");
    }
}

#[tokio::test(start_paused = true)]
async fn row_138_what_is_left_open_is_ended_without_the_buyer() {
    let (shop, _) = Between::shop(&[], &[Way::Lost]);
    let payment = shop.bound(7, "GET", "/v1/r");
    let ask = Ask::get("/v1/r").paying(&payment);
    shop.ask(ask.clone()).await.refused(503);
    assert_eq!(shop.seller.reconcile().await.unwrap().ended, 1);
    assert_eq!((shop.remembered().await, shop.sold()), (0, PRICE));
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(shop.ask(ask).await.is_goods(), "what is paid for is owed");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten_and_nothing_else() {
    let (shop, _) = Between::shop(&[], &[]);
    assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await.is_goods());
    assert_eq!(shop.seller.forget().await, Ok(0), "it could come again");
    tokio::time::sleep(Duration::from_secs(60 + Demand::FINALITY)).await;
    assert_eq!((shop.seller.forget().await, shop.seller.forget().await), (Ok(1), Ok(0)));
}

#[tokio::test(start_paused = true)]
async fn row_154_what_is_open_with_one_facilitator_is_sent_to_no_other() {
    for way in [Way::Lost, Way::Down(Fault::ConnectionLost), Way::Silent] {
        let (shop, first) = Between::shop(&[], &[way]);
        let ask = Ask::get("/v1/r").paying(&shop.bound(7, "GET", "/v1/r"));
        shop.ask(ask.clone()).await.refused(503);
        let moved = shop.sold();

        let second = first.another("second");
        let shop = shop.started_again(second.clone());
        for _ in 0..3 {
            let found = shop.seller.reconcile().await.unwrap();
            assert_eq!((found.ended, found.elsewhere), (0, 1));
            let answer = shop.ask(ask.clone()).await;
            assert_eq!(answer.refused(503).reason(), "settle_failed");
            assert!(!answer.headers.contains_key("payment-required"), "another payment might be a second one");
        }
        assert_eq!((second.asked(), shop.served(), shop.sold()), (0, 0, moved));
        // whoever pays now pays by the second
        assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(9))).await.is_goods());
        assert_eq!(second.asked(), 2);

        let shop = shop.started_again(first);
        let found = shop.seller.reconcile().await.unwrap();
        assert_eq!((found.ended, found.elsewhere), (1, 0));
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert!(shop.ask(ask).await.is_goods(), "what is paid for is owed");
        assert_eq!((shop.served(), shop.sold(), second.asked()), (1, times(2), 2));
    }
}

#[tokio::test(start_paused = true)]
async fn row_154_what_was_sent_before_names_were_kept_goes_to_whoever_is_asked_now() {
    let (shop, _) = Between::shop(&[], &[Way::Lost]);
    shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await.refused(503);
    let now = shop.stage.chain.now();
    let entry = shop.log.open(now).await.unwrap().remove(0);
    let sent = entry.sent.unwrap();
    let request = sent.expose().strip_prefix(b"to between\n").unwrap();
    let claim = shop.log.resume(&entry.key, 60, now).await.unwrap().unwrap();
    for (kept, ended) in [(b"to somebody".as_slice(), 0), (b"{}", 0), (request, 1)] {
        shop.log.step(&claim, Step::Settling(Sent::new(kept).ok()), now).await.unwrap();
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert_eq!(shop.seller.reconcile().await.unwrap().ended, ended);
    }
    assert_eq!((shop.remembered().await, shop.sold()), (0, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_154_a_facilitator_has_a_name_that_can_be_kept() {
    let (shop, between) = Between::shop(&[], &[]);
    for name in ["", "two\nlines", "a\ttab"] {
        let setup = Seller::setup(between.another(name), Arc::clone(&shop.log), Origin::parse(ORIGIN).unwrap());
        assert_eq!(setup.build().unwrap_err(), SetupError::Text("the facilitator's name"), "{name:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_sells_who_waits_for_no_time() {
    let (shop, between) = Between::shop(&[], &[]);
    for name in ["verify", "settle", "look"] {
        let mut options = Options::default();
        let time = match name {
            "verify" => &mut options.verify,
            "settle" => &mut options.settle,
            _ => &mut options.look,
        };
        *time = Duration::ZERO;
        let setup = Seller::setup(between.another("other"), Arc::clone(&shop.log), Origin::parse(ORIGIN).unwrap());
        assert_eq!(setup.options(options).build().unwrap_err(), SetupError::Zero(name));
    }
}

#[tokio::test(start_paused = true)]
async fn row_121_several_sellers_do_not_start_on_a_log_that_each_has_for_itself() {
    let (shop, between) = Between::shop(&[], &[]);
    for (asked, starts) in [(Reach::Process, true), (Reach::Machine, false), (Reach::Anywhere, false)] {
        let mut options = Options::default();
        options.reach = asked;
        let setup = Seller::setup(between.clone(), Arc::clone(&shop.log), Origin::parse(ORIGIN).unwrap()).options(options);
        let refused = SetupError::Reach { has: Reach::Process, asked };
        assert_eq!(setup.build().err(), (!starts).then_some(refused), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_140_a_verification_that_does_not_answer_leaves_nothing_behind() {
    let (shop, _) = Between::shop(&[Way::Silent, Way::Down(Fault::FacilitatorUnreachable)], &[]);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    shop.ask(ask.clone()).await.refused(503);
    shop.ask(ask.clone()).await.refused(503);
    assert_eq!((shop.served(), shop.remembered().await), (0, 0));
    assert!(shop.ask(ask).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn row_141_what_is_pending_is_asked_for_again_and_sold_once_it_is_deep_enough() {
    let stage = Stage::with(Kind::Honest, 1, |chain, settings| {
        chain.confirmations = 3;
        settings.patience = Duration::from_secs(3);
    });
    let shop = Shop::with(stage, |stage| stage.facilitator.clone(), |setup| setup, |route| route);
    let ask = Ask::get("/v1/r").paying(&shop.plain(1));
    let answer = shop.ask(ask.clone()).await;
    answer.refused(503);
    assert!(answer.headers.contains_key("retry-after") && !answer.headers.contains_key("payment-required"), "{answer:?}");
    assert_eq!((shop.served(), shop.remembered().await), (0, 1), "that it was sent is no evidence");
    tokio::time::sleep(Duration::from_secs(8)).await;
    let sold = shop.ask(ask).await;
    let sent = shop.stage.chain.spendings(shop.stage.signer(0));
    assert!(sold.is_goods() && sent.len() == 1, "{sold:?}");
    assert_eq!(sold.receipt().unwrap().transaction, sent[0].transaction.to_string());
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_132_a_facilitator_that_is_down_opens_the_circuit_and_nothing_is_free() {
    let (shop, between) = Between::shop(&vec![Way::Down(Fault::FacilitatorUnreachable); 5], &[]);
    for nonce in 1..=5 {
        shop.ask(Ask::get("/v1/r").paying(&shop.plain(nonce))).await.refused(503);
    }
    let asked = between.asked();
    let answer = shop.ask(Ask::get("/v1/r").paying(&shop.plain(6))).await;
    answer.refused(503);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!((between.asked(), shop.served(), shop.remembered().await), (asked, 0, 0), "it is left alone");
    shop.ask(Ask::get("/v1/r")).await.refused(402);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(6))).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn row_173_garbage_costs_no_question() {
    let (shop, between) = Between::shop(&[], &[]);
    for number in 0..10_000_u32 {
        let garbage = match number % 5 {
            0 => String::new(),
            1 => "%%%".to_owned(),
            2 => format!("{number}"),
            3 => "e30=".to_owned(),
            _ => "A".repeat(9_000),
        };
        shop.ask(Ask::get("/v1/r").header("payment-signature", &garbage)).await.refused(400);
    }
    assert_eq!((between.asked(), shop.served(), shop.remembered().await), (0, 0, 0));
}
