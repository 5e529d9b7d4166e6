//! What strangers may cost a facilitator: gas, coins, and places to wait.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::{Amount, Asset, Facilitator as _, Fault, UnixSeconds, Window};
use quittance_evm::Sponsoring;
use quittance_facilitator::{Batch, ChainSettings, FeeLimit, Transaction};
use quittance_guard::ReplayLog as _;
use quittance_guard::budget::{Ledger as _, Meter, Subject, Sum};
use quittance_testkit::chain::{Ambush, Conduct, Deed, Kind, Method};
use quittance_testkit::payer::{Brings, Order, Way};

use crate::stage::{PRICE, Stage, TOKEN, blocks, key, times};

/// What an approval offers for its gas, and what it may cost with that.
const OFFERED: u128 = 100_000_000;
const COST: u128 = 70_000 * OFFERED;
/// What two gifts may take for gas: the first what it took, the second what it may take at most.
const GAS: u128 = 21_000 * 11_000_000 + 36_250 * 21_000_000;

fn stage(set: impl FnOnce(&mut ChainSettings)) -> Stage {
    Stage::with(Kind::Honest, 1, |chain, settings| {
        settings.lease = 10;
        chain.sponsoring = vec![Sponsoring::Erc20Approval];
        chain.fee_limit = Some(FeeLimit::new(1_000_000, [(TOKEN, Amount::from_u64(3_000_000_000))].into()));
        (chain.funding, chain.funding_hourly) = (COST, 2 * COST + GAS);
        set(chain);
    })
}

/// A payment of somebody who never approved of Permit2, good for ten minutes.
fn bringing(stage: &Stage, payer: u8, nonce: u8) -> Order {
    let mut order = stage.order_by(Way::Permit2, nonce);
    let now = stage.chain.now().as_secs();
    order.window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 600));
    (order.payer, order.brings) = (Arc::new(key(40 + payer)), Some(Brings::approval(OFFERED)));
    stage.chain.mint(TOKEN, order.from(), PRICE);
    order
}

/// How much payers were given.
fn given(stage: &Stage) -> Vec<u128> {
    let deeds = stage.chain.spendings(stage.signer(0)).into_iter().flat_map(|spending| spending.prepared);
    deeds.filter_map(|deed| if let Deed::Given { wei, .. } = deed { Some(wei) } else { None }).collect()
}

#[tokio::test(start_paused = true)]
async fn row_166_within_an_hour_payers_are_given_no_more_than_was_said_all_together() {
    let stage = stage(|_| {});
    for payer in 1..=2 {
        stage.settled(&bringing(&stage, payer, payer)).await;
    }
    let third = bringing(&stage, 3, 3);
    assert_eq!(stage.settle(&third).await, Err(Fault::GasTooDear));
    assert_eq!((stage.paid(), given(&stage)), (times(2), vec![COST, COST]));
    assert_eq!(stage.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len(), 0, "nothing is kept of it");
    // who has coins of its own needs none of those
    let own = bringing(&stage, 4, 4);
    stage.chain.fund(own.from(), COST);
    stage.settled(&own).await;
    // and a minute, which is as exactly as an hour is counted
    tokio::time::sleep(Duration::from_secs(3_660)).await;
    stage.settled(&bringing(&stage, 3, 5)).await;
    assert_eq!((stage.paid(), given(&stage).len()), (times(4), 3));
}

#[tokio::test(start_paused = true)]
async fn row_148_a_payer_whose_payments_fail_again_and_again_is_told_to_come_back() {
    for batch in [None, Some(Batch::default())] {
        let stage = Stage::with(Kind::Honest, 1, |chain, _| (chain.failures, chain.batch) = (3, batch));
        let other = Arc::new(key(2));
        stage.chain.mint(TOKEN, other.address(), times(2));
        let good = stage.order(1);
        stage.settled(&good).await;
        for nonce in 2..=4 {
            stage.chain.ambush(Ambush::Drain);
            stage.refused(&stage.order(nonce), "insufficient_funds").await;
            stage.chain.mint(TOKEN, key(1).address(), times(10));
        }
        let sent = stage.chain.spendings(stage.signer(0)).len();
        let mut order = stage.order(5);
        for _ in 0..2 {
            assert_eq!(stage.settle(&order).await, Err(Fault::TooManyFailures));
        }
        assert_eq!((stage.chain.spendings(stage.signer(0)).len(), stage.chain.waiting(), sent), (sent, 0, 4));
        assert_eq!(stage.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len(), 0, "nothing is kept of it");
        // what was settled stays settled, and nobody else is held up
        stage.settled(&good).await;
        stage.settled(&Order { payer: Arc::clone(&other), ..stage.order(6) }).await;
        let text = stage.facilitator.metrics().text();
        for line in [
            "quittance_turned_away_total{network=\"eip155:84532\"} 2",
            "quittance_vain_total{network=\"eip155:84532\",what=\"settlements\"} 3",
        ] {
            assert!(text.lines().any(|written| written == line), "{text}");
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
        // the payment is as good as before
        order.window = stage.order(5).window;
        stage.settled(&order).await;
        assert_eq!(stage.paid(), times(3));
    }
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.failures = 0);
    for nonce in 1..=8 {
        stage.chain.ambush(Ambush::Drain);
        stage.refused(&stage.order(nonce), "insufficient_funds").await;
        stage.chain.mint(TOKEN, key(1).address(), times(10));
    }
}

/// Who is first with its own payment has paid, and cost no more than any other.
#[tokio::test(start_paused = true)]
async fn row_144_a_payment_that_somebody_else_made_counts_against_nobody() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.failures = 1);
    for nonce in 1..=4 {
        stage.chain.ambush(Ambush::FrontRun);
        stage.settled(&stage.order(nonce)).await;
    }
    assert_eq!(stage.paid(), times(4));
}

/// What is counted of gifts.
async fn counted(stage: &Stage) -> Amount {
    let coins = Asset::parse(stage.chain.network(), "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE").unwrap();
    stage.ledger.spent(&Sum::new(Subject::Wallet(Meter::Hour), coins), stage.chain.now()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn rows_150_and_166_who_starts_again_and_who_works_beside_begins_no_new_hour() {
    let mut stage = stage(|_| {});
    stage.settled(&bringing(&stage, 1, 1)).await;
    stage.crash().await;
    stage.settled(&bringing(&stage, 2, 2)).await;
    let third = bringing(&stage, 3, 3);
    assert_eq!(stage.settle(&third).await, Err(Fault::GasTooDear));
    stage.crash().await;
    assert_eq!(stage.settle(&third).await, Err(Fault::GasTooDear));
    assert_eq!(stage.beside().settle(&third.settle(60, third.amount)).await, Err(Fault::GasTooDear));
    assert_eq!(given(&stage), vec![COST, COST]);
    assert_eq!(counted(&stage).await, Amount::from_u128(2 * (COST + 21_000 * 11_000_000)), "to the wei that they cost");
}

#[tokio::test(start_paused = true)]
async fn row_166_a_gift_that_is_too_dear_to_be_signed_is_not_counted() {
    let stage = stage(|chain| chain.max_fee = 1);
    for nonce in 1..=3 {
        assert_eq!(stage.settle(&bringing(&stage, nonce, nonce)).await, Err(Fault::GasTooDear));
        assert_eq!((given(&stage), counted(&stage).await), (vec![], Amount::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn row_166_what_a_gift_takes_for_gas_counts_as_much_as_the_gift() {
    // each lacks one wei
    let stage = stage(|chain| chain.funding_hourly = COST);
    let (each, most) = (21_000 * 11_000_000 + 1, 36_250 * 21_000_000 + 1);
    for payer in 0..60 {
        let order = bringing(&stage, payer, payer);
        stage.chain.fund(order.from(), COST - 1);
        let settled = stage.settle(&order).await;
        if settled == Err(Fault::GasTooDear) {
            break;
        }
        assert!(settled.unwrap().success);
    }
    let gifts = given(&stage).len() as u128;
    assert_eq!(gifts, (COST - most) / each + 1, "the last of them fits with all that it may take");
    assert_eq!(counted(&stage).await, Amount::from_u128(gifts * each));
}

#[tokio::test(start_paused = true)]
async fn rows_150_and_166_whenever_it_dies_no_gift_is_forgotten() {
    for tenths in 0..50 {
        let mut stage = stage(|_| {});
        stage.node.behave(Conduct { latency: (20, 60), ..Conduct::default() });
        let order = bringing(&stage, 1, 1);
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
        let asking = tokio::spawn(async move { facilitator.settle(&request).await });
        tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
        stage.crash().await;
        asking.abort();
        assert!(counted(&stage).await >= Amount::from_u128(given(&stage).iter().sum()), "after {tenths}");
        blocks(12).await;
        stage.settled(&order).await;
        blocks(3).await;
        let (each, most) = (COST + 21_000 * 11_000_000, COST + 36_250 * 21_000_000);
        let counted = counted(&stage).await;
        // one that was set aside and not given counts as well
        let expected = [each, each + most].map(Amount::from_u128);
        assert!(given(&stage) == [COST] && expected.contains(&counted), "after {tenths}: {counted}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_payers_are_given_is_counted_somewhere() {
    use quittance_facilitator::{ChainSetup, Clock, Facilitator, Settings, SetupError};
    let stage = Stage::new();
    let mut settings = ChainSettings::default();
    settings.fee_limit = Some(FeeLimit::new(1_000_000, [(TOKEN, Amount::from_u64(1))].into()));
    (settings.funding, settings.funding_hourly) = (1, 1);
    let setup = ChainSetup::new(Arc::new(stage.chain.node(7)), vec![key(100)]).with(settings);
    let error = Facilitator::new(vec![setup], Arc::clone(&stage.log), Clock::system(), Settings::default(), Arc::default()).err();
    assert_eq!(error, Some(SetupError::Uncounted));
}

#[tokio::test(start_paused = true)]
async fn row_166_few_settlements_wait_for_one_approval() {
    let stage = stage(|_| {});
    let orders: Vec<_> = (1..=20).map(|nonce| bringing(&stage, 1, nonce)).collect();
    let asked = orders.iter().map(|order| {
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
        tokio::spawn(async move { facilitator.settle(&request).await })
    });
    let mut answers = Vec::new();
    for asked in asked.collect::<Vec<_>>() {
        answers.push(asked.await.unwrap());
    }
    let settled = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|answer| answer.success)).count();
    let turned_away = answers.iter().filter(|answer| **answer == Err(Fault::StoreFull)).count();
    assert_eq!((settled, turned_away), (8, 12), "{answers:?}");
    // nothing is lost: who was turned away asks again, and finds the approval there
    for order in &orders {
        stage.settled(order).await;
    }
    assert_eq!((stage.paid(), given(&stage).len()), (times(20), 1));
}

#[tokio::test(start_paused = true)]
async fn row_166_an_approval_that_never_arrives_is_not_waited_for_without_end() {
    let stage = stage(|chain| chain.approval = Duration::from_secs(60));
    let order = bringing(&stage, 1, 1);
    stage.chain.fund(order.from(), COST);
    let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
    let asking = tokio::spawn(async move { facilitator.settle(&request).await });
    while stage.chain.waiting_from(order.from()) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stage.chain.hold_waiting(1_000);
    drop(asking.await.unwrap());
    let open = || async { stage.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len() };
    assert_eq!(open().await, 1);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((open().await, stage.paid()), (0, Amount::ZERO));
    // the payment is as good as before
    stage.chain.approve(TOKEN, order.from(), quittance_core::eip712::permit2::PERMIT2, Amount::MAX);
    stage.settled(&order).await;
    assert_eq!((stage.paid(), given(&stage).len()), (times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn row_166_a_gift_is_not_signed_under_another_number_before_it_is_known_to_be_lost() {
    let stage = stage(|_| {});
    stage.settled(&stage.order(1)).await;
    // somebody else uses the key, and with it the number that comes next here
    let call = quittance_core::chain::Call::new(stage.signer(0), vec![]);
    let other = Transaction::sign(&key(100), stage.order(1).network, 1, 21_000, 2 * OFFERED, OFFERED, call).unwrap();
    stage.chain.send(other.raw());
    blocks(2).await;
    let before = stage.node.asked(Some(Method::Broadcast));
    let order = bringing(&stage, 1, 2);
    let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
    let asking = tokio::spawn(async move { facilitator.settle(&request).await });
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!((stage.node.asked(Some(Method::Broadcast)) - before, stage.chain.waiting()), (1, 0), "it was tried once");
    assert!(asking.await.unwrap().unwrap().success);
    assert_eq!((stage.paid(), given(&stage)), (times(2), vec![COST]));
}

#[tokio::test(start_paused = true)]
async fn what_takes_more_gas_than_a_settlement_may_is_not_sent() {
    for (gas, enough) in [(30_000, false), (100_000, true)] {
        let stage = stage(|chain| chain.gas = gas);
        let order = stage.order(1);
        if enough {
            stage.settled(&order).await;
        } else {
            assert_eq!(stage.settle(&order).await, Err(Fault::GasTooDear));
            assert_eq!(stage.chain.spendings(stage.signer(0)).len(), 0);
        }
    }
    // without a limit on fees as well: the code of a payer's wallet takes what it likes
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.gas = 30_000);
    assert_eq!(stage.settle(&stage.order(1)).await, Err(Fault::GasTooDear));
}

#[tokio::test(start_paused = true)]
async fn one_payer_may_not_be_given_more_than_all_of_them() {
    use quittance_facilitator::{ChainSetup, Clock, Facilitator, Settings, SetupError};
    let stage = Stage::new();
    let mut settings = ChainSettings::default();
    (settings.funding, settings.funding_hourly) = (2, 1);
    let setup = ChainSetup::new(Arc::new(stage.chain.node(7)), vec![key(100)]).with(settings);
    let error = Facilitator::new(vec![setup], Arc::clone(&stage.log), Clock::system(), Settings::default(), Arc::default()).err();
    assert_eq!(error, Some(SetupError::Funding));
}

#[tokio::test(start_paused = true)]
async fn row_121_several_facilitators_do_not_start_on_a_log_that_each_has_for_itself() {
    use quittance_facilitator::{ChainSetup, Clock, Facilitator, Settings, SetupError};
    use quittance_guard::Reach;
    let stage = Stage::new();
    for (reach, refused) in
        [(Reach::Process, None), (Reach::Machine, Some(SetupError::Reach)), (Reach::Anywhere, Some(SetupError::Reach))]
    {
        let setup = ChainSetup::new(Arc::new(stage.chain.node(7)), vec![key(100)]);
        let mut settings = Settings::default();
        settings.reach = reach;
        let started = Facilitator::new(vec![setup], Arc::clone(&stage.log), Clock::system(), settings, Arc::default());
        assert_eq!(started.err(), refused, "{reach:?}");
    }
}
