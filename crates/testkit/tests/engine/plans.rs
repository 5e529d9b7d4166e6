//! Payments that need something done before the money can move: a wallet deployed, an allowance given, gas paid for.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::{Address, Amount, Facilitator as _, Fault, UnixSeconds};
use quittance_evm::Sponsoring;
use quittance_facilitator::{ChainSettings, FeeLimit, Settings};
use quittance_guard::ReplayLog as _;
use quittance_testkit::chain::{Act, Conduct, Deed, FACTORY, Kind, Method, ModelChain, STRANGER, STRICT_FACTORY, Trouble};
use quittance_testkit::payer::{Brings, Order, Wallet, Way};

use crate::stage::{PRICE, Stage, TOKEN, blocks, key, times};

/// What an approval offers for its gas, and what it may cost with that.
const OFFERED: u128 = 100_000_000;
const COST: u128 = 70_000 * OFFERED;

fn open(chain: &mut ChainSettings, settings: &mut Settings) {
    chain.factories = vec![FACTORY, STRICT_FACTORY];
    chain.sponsoring = vec![Sponsoring::Eip2612, Sponsoring::Erc20Approval];
    // an ether for 3,000.000000, and a limit that few payments come near
    chain.fee_limit = Some(FeeLimit::new(1_000_000, [(TOKEN, Amount::from_u64(3_000_000_000))].into()));
    chain.funding = COST;
    chain.funding_hourly = 10 * COST;
    settings.lease = 5;
}

fn stage() -> Stage {
    Stage::with(Kind::Honest, 1, open)
}

/// A payment of a wallet that is not there.
fn by_wallet(stage: &Stage, way: Way, nonce: u8, factory: Address) -> Order {
    let mut order = stage.order_by(way, nonce);
    order.payer = Arc::new(key(20 + nonce));
    order.wallet = Some(Wallet { factory, salt: [nonce; 32] });
    stage.chain.mint(TOKEN, order.from(), PRICE);
    stage.chain.approve(TOKEN, order.from(), quittance_core::eip712::permit2::PERMIT2, Amount::MAX);
    order
}

/// A payment of somebody who never approved of Permit2.
fn bringing(stage: &Stage, nonce: u8, brings: Brings) -> Order {
    let mut order = stage.order_by(Way::Permit2, nonce);
    (order.payer, order.brings) = (Arc::new(key(40 + nonce)), Some(brings));
    stage.chain.mint(TOKEN, order.from(), PRICE);
    order
}

/// What each of the facilitator's transactions did besides paying: who was given how much, and `None` for a wallet.
fn prepared(stage: &Stage) -> Vec<Option<(Address, u128)>> {
    let given = |deed| match deed {
        Deed::Given { to, wei } => Some((to, wei)),
        _ => None,
    };
    stage.chain.spendings(stage.signer(0)).into_iter().flat_map(|spending| spending.prepared).map(given).collect()
}

fn sent(stage: &Stage) -> usize {
    stage.chain.spendings(stage.signer(0)).len()
}

#[tokio::test(start_paused = true)]
async fn rows_97_and_99_a_wallet_is_deployed_by_the_transaction_that_pays() {
    let stage = stage();
    let token = by_wallet(&stage, Way::Eip3009, 1, FACTORY);
    let permit = by_wallet(&stage, Way::Permit2, 2, STRICT_FACTORY);
    for order in [&token, &permit] {
        assert!(stage.verify(order).await.unwrap().is_valid);
        stage.settled(order).await;
        assert!(stage.chain.has_code(order.from()));
    }
    assert_eq!((stage.paid(), sent(&stage), prepared(&stage)), (times(2), 2, vec![None, None]));
    // the next payment of a wallet that is there needs no factory, whatever it says of one
    let mut next = by_wallet(&stage, Way::Eip3009, 1, FACTORY);
    next.nonce = quittance_core::Nonce::from_bytes([9; 32]);
    stage.settled(&next).await;
    assert_eq!((stage.paid(), sent(&stage), prepared(&stage).len()), (times(3), 3, 2));
}

#[tokio::test(start_paused = true)]
async fn row_97_what_is_not_listed_is_not_called() {
    let stage = Stage::new();
    for way in [Way::Eip3009, Way::Permit2, Way::Upto(stage.signer(0))] {
        let order = by_wallet(&stage, way, 1, FACTORY);
        assert_eq!(stage.verify(&order).await.unwrap().invalid_reason.as_deref(), Some("eip6492_factory_not_allowed"));
        stage.refused(&order, "eip6492_factory_not_allowed").await;
    }
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.factories = vec![STRICT_FACTORY]);
    stage.refused(&by_wallet(&stage, Way::Eip3009, 1, FACTORY), "eip6492_factory_not_allowed").await;
    // and a token is no factory, whatever it is told to do
    let mut order = by_wallet(&stage, Way::Eip3009, 2, FACTORY);
    order.wallet = Some(Wallet { factory: TOKEN, salt: [0; 32] });
    stage.refused(&order, "eip6492_factory_not_allowed").await;
    assert_eq!(sent(&stage), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wallet_that_somebody_else_deploys_first_pays_all_the_same() {
    for factory in [FACTORY, STRICT_FACTORY] {
        for way in [0, 1, 2] {
            let stage = stage();
            let way = [Way::Eip3009, Way::Permit2, Way::Upto(stage.signer(0))][way];
            let order = by_wallet(&stage, way, 1, factory);
            let asking = stage.settled(&order);
            let act = async {
                tokio::time::sleep(Duration::from_millis(500)).await;
                assert_eq!(stage.chain.waiting(), 1);
                stage.chain.act(Act::Call { from: STRANGER, call: order.deployment().unwrap() });
            };
            tokio::join!(asking, act);
            assert_eq!((stage.paid(), prepared(&stage)), (times(1), vec![]), "{order:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rows_97_and_164_for_upto_a_wallet_is_deployed_before() {
    let stage = stage();
    let order = by_wallet(&stage, Way::Upto(stage.signer(0)), 1, FACTORY);
    assert!(stage.verify(&order).await.unwrap().is_valid);
    let charge = Amount::from_u64(1_234);
    let response = stage.settle_for(&order, charge).await.unwrap();
    assert!(response.success, "{response:?}");
    let spendings = stage.chain.spendings(stage.signer(0));
    assert_eq!((spendings.len(), spendings[0].used, spendings[1].transaction.to_string()), (2, 0, response.transaction));
    assert_eq!((stage.paid(), prepared(&stage)), (charge, vec![None]));
}

#[tokio::test(start_paused = true)]
async fn a_factory_that_fails_burns_no_payment() {
    // before anything was sent
    let stage = stage();
    let order = by_wallet(&stage, Way::Eip3009, 1, FACTORY);
    stage.node.plan(Method::Estimate, Trouble::Lost);
    let breaks = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.chain.place_mute(FACTORY);
    };
    let (response, ()) = tokio::join!(stage.refused(&order, "smart_wallet_deployment_failed"), breaks);
    assert_eq!((response.transaction.as_str(), sent(&stage)), ("", 0));
    stage.chain.place_factory(FACTORY);
    stage.settled(&order).await;
    // in the block itself
    for (nonce, way) in [(2, Way::Eip3009), (3, Way::Upto(stage.signer(0)))] {
        let order = by_wallet(&stage, way, nonce, FACTORY);
        let sent_before = sent(&stage);
        let breaks = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(stage.chain.waiting(), 1);
            stage.chain.place_mute(FACTORY);
        };
        let before = stage.paid();
        tokio::join!(stage.refused(&order, "smart_wallet_deployment_failed"), breaks);
        assert_eq!((stage.paid(), sent(&stage)), (before, sent_before + 1));
        stage.chain.place_factory(FACTORY);
        stage.settled(&order).await;
        assert_eq!(stage.paid(), before.checked_add(PRICE).unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn row_166_an_allowance_by_permit_is_handed_over_by_the_call_that_pays() {
    let stage = stage();
    let order = bringing(&stage, 1, Brings::Permit);
    assert!(stage.verify(&order).await.unwrap().is_valid);
    stage.settled(&order).await;
    assert_eq!((stage.paid(), sent(&stage)), (times(1), 1));
    let closed = Stage::new();
    closed.refused(&bringing(&closed, 1, Brings::Permit), "permit2_allowance_required").await;
}

#[tokio::test(start_paused = true)]
async fn row_166_a_payer_without_coins_is_given_some_and_its_approval_is_sent() {
    let stage = stage();
    let order = bringing(&stage, 1, Brings::approval(OFFERED));
    assert!(stage.verify(&order).await.unwrap().is_valid);
    let hash = stage.settled(&order).await;
    let spendings = stage.chain.spendings(stage.signer(0));
    assert_eq!((spendings.len(), spendings[1].transaction.to_string()), (2, hash));
    assert_eq!((stage.paid(), prepared(&stage)), (times(1), vec![Some((order.from(), COST))]));
    assert_eq!(stage.chain.sent_by(order.from()), 1);
    // who has some is given what it lacks, and who has enough nothing
    for (nonce, own, expected) in [(2, COST - 5, Some(5)), (3, COST, None)] {
        let order = bringing(&stage, nonce, Brings::approval(OFFERED));
        stage.chain.fund(order.from(), own);
        let before = prepared(&stage).len();
        stage.settled(&order).await;
        let given = prepared(&stage).split_off(before);
        assert_eq!(given, expected.map(|wei| Some((order.from(), wei))).into_iter().collect::<Vec<_>>());
    }
    assert_eq!(stage.paid(), times(3));
}

#[tokio::test(start_paused = true)]
async fn rows_166_and_167_nobody_is_given_more_than_was_said() {
    let stage = stage();
    let dear = bringing(&stage, 1, Brings::approval(OFFERED + 1));
    stage.refused(&dear, "erc20_approval_insufficient_eth_for_gas").await;
    stage.chain.fund(dear.from(), 70_000);
    stage.settled(&dear).await;
    assert_eq!(prepared(&stage), [Some((dear.from(), COST))]);
    let nothing = Stage::with(Kind::Honest, 1, |chain, settings| {
        open(chain, settings);
        chain.funding = 0;
    });
    nothing.refused(&bringing(&nothing, 1, Brings::approval(OFFERED)), "erc20_approval_insufficient_eth_for_gas").await;
    assert_eq!(sent(&nothing), 0);
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_every_step_and_what_is_given_away() {
    // 300,000 gas at 11,000,000 wei for the payment, 36,250 for the gift, and the gift: 1.07e13 wei, which are 32,097 of the token
    for (per_mille, enough) in [(3_200, false), (3_220, true)] {
        let stage = Stage::with(Kind::Honest, 1, |chain, settings| {
            open(chain, settings);
            chain.fee_limit = Some(FeeLimit::new(per_mille, [(TOKEN, Amount::from_u64(3_000_000_000))].into()));
        });
        let order = bringing(&stage, 1, Brings::approval(OFFERED));
        if enough {
            stage.settled(&order).await;
        } else {
            assert_eq!(stage.settle(&order).await, Err(Fault::GasTooDear));
            assert_eq!(sent(&stage), 0, "nothing is begun that cannot be ended");
        }
    }
    // a wallet whose deployment would cost more than the payment may: 155,600 gas more
    let stage = Stage::with(Kind::Honest, 1, |chain, settings| {
        open(chain, settings);
        chain.fee_limit = Some(FeeLimit::new(700, [(TOKEN, Amount::from_u64(3_000_000_000))].into()));
    });
    stage.settled(&stage.order(1)).await;
    assert_eq!(stage.settle(&by_wallet(&stage, Way::Eip3009, 2, FACTORY)).await, Err(Fault::GasTooDear));
    assert_eq!(sent(&stage), 1);
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_somebody_else_sent_is_not_sent_again() {
    let stage = stage();
    // it is in a block already, or only waits
    for (nonce, blocks_before) in [(1, 2), (2, 0)] {
        let order = bringing(&stage, nonce, Brings::approval(OFFERED));
        stage.chain.fund(order.from(), COST);
        stage.chain.send(order.approval(70_000, OFFERED).raw());
        blocks(blocks_before).await;
        stage.settled(&order).await;
        assert_eq!(stage.chain.sent_by(order.from()), 1);
    }
    assert_eq!((stage.paid(), prepared(&stage)), (times(2), vec![]));
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_fails_burns_no_payment() {
    let stage = stage();
    let order = bringing(&stage, 1, Brings::Approval { gas: 45_000, max_fee: OFFERED });
    stage.refused(&order, "erc20_approval_tx_failed").await;
    assert_eq!((stage.paid(), prepared(&stage).len()), (Amount::ZERO, 1));
    // it cannot be sent again, and is not paid for again
    stage.refused(&order, "permit2_allowance_required").await;
    assert_eq!(sent(&stage), 1);
    stage.chain.approve(TOKEN, order.from(), quittance_core::eip712::permit2::PERMIT2, Amount::MAX);
    stage.settled(&order).await;
    assert_eq!(stage.paid(), times(1));
    // nor does one that offers too little
    let cheap = bringing(&stage, 2, Brings::approval(1_000));
    stage.refused(&cheap, "erc20_approval_broadcast_failed").await;
    stage.chain.approve(TOKEN, cheap.from(), quittance_core::eip712::permit2::PERMIT2, Amount::MAX);
    stage.settled(&cheap).await;
    assert_eq!(stage.paid(), times(2));
}

#[tokio::test(start_paused = true)]
async fn whoever_spends_what_was_given_on_something_else_is_given_nothing_more() {
    let stage = stage();
    let order = bringing(&stage, 1, Brings::approval(OFFERED));
    let spends = async {
        while prepared(&stage).is_empty() {
            // the very moment in which it arrives
            if stage.chain.funds(order.from()) > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let call = quittance_core::chain::Call::new(STRANGER, vec![]);
        let other = quittance_facilitator::Transaction::sign(&order.payer, order.network, 0, 21_000, 2 * OFFERED, OFFERED, call);
        stage.chain.send(other.unwrap().raw());
    };
    let (response, ()) = tokio::join!(stage.settle(&order), spends);
    assert_eq!(response.unwrap().error_reason.as_deref(), Some("permit2_allowance_required"));
    stage.refused(&order, "permit2_allowance_required").await;
    assert_eq!((prepared(&stage).len(), sent(&stage), stage.paid()), (1, 1, Amount::ZERO));
    // what was signed for is as good as before
    stage.chain.approve(TOKEN, order.from(), quittance_core::eip712::permit2::PERMIT2, Amount::MAX);
    stage.settled(&order).await;
}

#[tokio::test(start_paused = true)]
async fn two_payments_that_bring_the_same_approval_are_given_for_once() {
    let stage = stage();
    let first = bringing(&stage, 1, Brings::approval(OFFERED));
    let mut second = first.clone();
    second.nonce = quittance_core::Nonce::from_bytes([2; 32]);
    stage.chain.mint(TOKEN, first.from(), PRICE);
    tokio::join!(stage.settled(&first), stage.settled(&second));
    assert_eq!((stage.paid(), prepared(&stage).len(), stage.chain.sent_by(first.from())), (times(2), 1, 1));
}

#[tokio::test(start_paused = true)]
async fn row_150_whenever_it_dies_every_step_is_made_once() {
    // every fifth of a second, from the first question to well after the last receipt
    for fifths in 0..36 {
        for case in 0..3 {
            let mut stage = stage();
            stage.node.behave(Conduct { latency: (40, 90), ..Conduct::default() });
            let order = match case {
                0 => by_wallet(&stage, Way::Eip3009, 1, STRICT_FACTORY),
                1 => by_wallet(&stage, Way::Upto(stage.signer(0)), 1, FACTORY),
                _ => bringing(&stage, 1, Brings::approval(OFFERED)),
            };
            let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
            let asking = tokio::spawn(async move { facilitator.settle(&request).await });
            tokio::time::sleep(Duration::from_millis(200 * fifths)).await;
            stage.crash().await;
            asking.abort();
            blocks(12).await;
            let hash = stage.settled(&order).await;
            assert_eq!(stage.chain.movements()[0].transaction.to_string(), hash, "{case} after {fifths}");
            let open = stage.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len();
            assert_eq!((stage.paid(), open, prepared(&stage).len()), (times(1), 0, 1), "{case} after {fifths}");
            let all = stage.chain.spendings(stage.signer(0));
            assert!(
                all.iter().all(|spending| spending.succeeded) && all.len() == [1, 2, 2][case],
                "{case} after {fifths}: {all:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn supported_names_what_payments_may_bring() {
    assert_eq!(Stage::new().facilitator.supported().await.unwrap().extensions, Some(vec![]));
    let names = ["eip2612GasSponsoring".to_owned(), "erc20ApprovalGasSponsoring".to_owned()];
    assert_eq!(stage().facilitator.supported().await.unwrap().extensions, Some(names.to_vec()));
}

#[tokio::test(start_paused = true)]
async fn what_payers_are_given_needs_a_limit() {
    use quittance_facilitator::{ChainSetup, Clock, Facilitator, SetupError};
    let chain = ModelChain::new(quittance_testkit::chain::Settings::default());
    let mut settings = ChainSettings::default();
    (settings.funding, settings.funding_hourly) = (1, 1);
    let setup = ChainSetup::new(Arc::new(chain.node(1)), vec![key(100)]).with(settings);
    let log = Arc::new(quittance_guard::memory::MemoryReplayLog::new(1));
    let error = Facilitator::new(vec![setup], log, Clock::system(), Settings::default(), Arc::default()).err();
    assert_eq!(error, Some(SetupError::Unlimited));
}
