//! What a reorganisation takes back that is deeper than anybody waits for (catalogue row 147): noticed, said, and settled again or lost.

use std::time::Duration;

use quittance_core::{Rejection, UnixSeconds, Window};
use quittance_guard::ReplayLog as _;
use quittance_guard::replay::{Entry, State};
use quittance_testkit::chain::{Act, Ambush, Fate, Kind, Method, Trouble};
use quittance_testkit::payer::{Order, Way};

use crate::stage::{Stage, TOKEN, blocks, key, times};

async fn entry(stage: &Stage, order: &Order) -> Entry {
    stage.log.find(&order.key()).await.unwrap().unwrap()
}

/// An order whose window stays open.
fn for_an_hour(stage: &Stage, nonce: u8) -> Order {
    let now = stage.chain.now().as_secs();
    let window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 3_600));
    Order { window, ..stage.order(nonce) }
}

/// How many settlements came into a state.
fn count(stage: &Stage, state: &str) -> u64 {
    let begin = format!("quittance_settlements_total{{network=\"eip155:84532\",state=\"{state}\"}} ");
    let text = stage.facilitator.metrics().text();
    text.lines().find_map(|line| line.strip_prefix(&begin)).map_or(0, |count| count.parse().unwrap())
}

/// It is settled, in a transaction that the chain then takes back.
async fn taken_back(stage: &Stage, order: &Order) -> String {
    let hash = stage.settled(order).await;
    blocks(3).await;
    stage.chain.reorganize(6, Fate::Gone, Fate::Gone);
    assert_eq!(stage.paid(), times(0));
    hash
}

#[tokio::test(start_paused = true)]
async fn row_147_what_is_taken_back_is_told_to_nobody_and_settled_again_from_the_same_bytes() {
    for way in [Way::Eip3009, Way::Permit2] {
        let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_secs(5));
        let order = stage.order_by(way, 1);
        let before = taken_back(&stage, &order).await;
        // nobody can pay for gas, so that one can look
        stage.chain.fund(stage.signer(0), 0);
        while count(&stage, "vanished") == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let open = entry(&stage, &order).await;
        assert_eq!((open.state.as_str(), open.taken_back.as_deref()), ("settling", Some(&*before)), "{way:?}");
        stage.refused(&order, "settlement_pending").await;
        stage.chain.fund(stage.signer(0), 10_u128.pow(18));
        blocks(12).await;
        let hash = stage.settled(&order).await;
        assert_eq!((stage.chain.movements().len(), stage.paid()), (1, times(1)), "{way:?}");
        assert_eq!(stage.chain.movements()[0].transaction.to_string(), hash);
        let settled = entry(&stage, &order).await;
        assert_eq!((settled.taken_back.is_some(), settled.watched_until.is_some()), (hash != before, true), "{way:?}");
        assert_eq!((count(&stage, "vanished"), count(&stage, "settled"), count(&stage, "lost")), (1, 2, 0), "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_147_and_155_what_is_taken_back_is_sent_for_more_where_gas_has_become_dearer() {
    let stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    let before = stage.settled(&order).await;
    blocks(1).await;
    stage.chain.head_for_fee(100_000_000);
    blocks(30).await;
    stage.chain.reorganize(stage.chain.height(), Fate::Gone, Fate::Gone);
    blocks(40).await;
    let hash = stage.settled(&order).await;
    assert_ne!(hash, before);
    let numbers = stage.chain.spendings(stage.signer(0)).iter().map(|spent| spent.nonce).collect::<Vec<_>>();
    assert_eq!((numbers, stage.paid(), stage.chain.waiting()), (vec![0], times(1), 0), "under the same number");
    assert_eq!(entry(&stage, &order).await.taken_back, Some(before.into()));
}

#[tokio::test(start_paused = true)]
async fn row_147_where_its_number_is_taken_another_transaction_settles_it() {
    let mut stage = Stage::new();
    let (first, second) = (for_an_hour(&stage, 1), for_an_hour(&stage, 2));
    let before = taken_back(&stage, &first).await;
    // who starts again asks for the next number
    stage.crash().await;
    stage.settled(&second).await;
    blocks(20).await;
    let hash = stage.settled(&first).await;
    assert_eq!((stage.paid(), stage.chain.movements().len()), (times(2), 2));
    assert_ne!(hash, before);
    assert_eq!(entry(&stage, &first).await.taken_back, Some(before.into()));
    // and that one is looked after as well
    stage.chain.reorganize(25, Fate::Gone, Fate::Gone);
    blocks(25).await;
    assert_eq!((stage.paid(), stage.chain.movements().len(), count(&stage, "vanished")), (times(2), 2, 2 + 1));
}

#[tokio::test(start_paused = true)]
async fn row_147_a_reorganisation_that_puts_it_into_another_block_takes_nothing_back() {
    let stage = Stage::new();
    let order = stage.order(1);
    let hash = stage.settled(&order).await;
    for _ in 0..5 {
        blocks(2).await;
        stage.chain.reorganize(4, Fate::Back, Fate::Back);
        blocks(2).await;
    }
    blocks(10).await;
    assert_eq!((stage.settled(&order).await, count(&stage, "vanished")), (hash, 0));
    assert_eq!(stage.paid(), times(1));
}

#[tokio::test(start_paused = true)]
async fn row_147_what_cannot_be_settled_before_its_window_closes_is_lost_and_never_forgotten() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.purge = Duration::from_secs(60));
    let order = stage.order(1);
    let before = taken_back(&stage, &order).await;
    // nobody can pay for gas
    stage.chain.fund(stage.signer(0), 0);
    blocks(50).await;
    stage.refused(&order, "invalid_exact_evm_payload_authorization_valid_before").await;
    assert_eq!((stage.paid(), count(&stage, "lost"), count(&stage, "failed")), (times(0), 1, 0));
    tokio::time::sleep(Duration::from_secs(100_000)).await;
    let lost = entry(&stage, &order).await;
    assert_eq!((lost.state, lost.taken_back), (State::Failed(Rejection::Eip3009ValidBefore), Some(before.into())));
}

#[tokio::test(start_paused = true)]
async fn rows_143_and_147_what_is_cancelled_after_it_was_taken_back_is_lost() {
    let stage = Stage::new();
    let order = stage.order(1);
    let before = taken_back(&stage, &order).await;
    stage.chain.act(Act::Cancel { token: TOKEN, payer: key(1).address(), nonce: order.nonce });
    blocks(30).await;
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!((stage.paid(), count(&stage, "lost")), (times(0), 1));
    assert_eq!(entry(&stage, &order).await.taken_back, Some(before.into()));
}

#[tokio::test(start_paused = true)]
async fn rows_144_and_147_who_is_first_with_what_was_taken_back_settles_it() {
    let stage = Stage::new();
    let order = stage.order(1);
    let before = taken_back(&stage, &order).await;
    stage.chain.ambush(Ambush::FrontRun);
    blocks(30).await;
    let hash = stage.settled(&order).await;
    assert_eq!((stage.chain.movements()[0].transaction.to_string(), stage.paid()), (hash.clone(), times(1)));
    assert_ne!(hash, before);
}

#[tokio::test(start_paused = true)]
async fn rows_147_and_148_a_payer_without_money_is_waited_for_as_long_as_the_window_is_open() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.patience = Duration::from_secs(5));
    let order = stage.order(1);
    let hash = stage.settled(&order).await;
    stage.chain.ambush(Ambush::Drain);
    stage.chain.reorganize(3, Fate::Gone, Fate::Gone);
    blocks(10).await;
    assert_eq!((stage.paid(), entry(&stage, &order).await.state.as_str()), (times(0), "settling"));
    stage.chain.mint(TOKEN, key(1).address(), times(1));
    blocks(15).await;
    assert_ne!(stage.settled(&order).await, hash);
    assert_eq!((stage.paid(), count(&stage, "lost")), (times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn rows_147_and_150_what_is_taken_back_while_nobody_looks_is_found_by_who_starts_again() {
    let mut stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    stage.settled(&order).await;
    stage.facilitator.abort();
    stage.chain.reorganize(3, Fate::Gone, Fate::Gone);
    stage.crash().await;
    blocks(20).await;
    assert_eq!((stage.paid(), count(&stage, "vanished")), (times(1), 1));
    stage.settled(&order).await;
    // and so is what is open when that one dies too
    stage.chain.reorganize(20, Fate::Gone, Fate::Gone);
    while count(&stage, "vanished") < 2 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stage.crash().await;
    blocks(80).await;
    assert_eq!((stage.paid(), stage.chain.movements().len()), (times(1), 1));
}

#[tokio::test(start_paused = true)]
async fn rows_121_and_147_of_two_facilitators_one_goes_on_with_it() {
    let stage = Stage::new();
    let order = stage.order(1);
    stage.settled(&order).await;
    let beside = stage.beside();
    beside.recover().await.unwrap();
    blocks(3).await;
    stage.chain.reorganize(6, Fate::Gone, Fate::Gone);
    blocks(40).await;
    assert_eq!((stage.paid(), stage.chain.movements().len()), (times(1), 1));
    assert_eq!(entry(&stage, &order).await.state.as_str(), "settled");
}

#[tokio::test(start_paused = true)]
async fn row_147_each_of_a_shared_transaction_is_settled_again_once() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.batch = Some(quittance_facilitator::Batch::default()));
    let orders = (0..20).map(|nonce| stage.order(nonce)).collect::<Vec<_>>();
    let settled = futures(&stage, &orders).await;
    assert_eq!(settled, 20);
    assert!(stage.chain.spendings(stage.signer(0)).len() < 20);
    blocks(2).await;
    stage.chain.reorganize(12, Fate::Gone, Fate::Gone);
    blocks(25).await;
    assert_eq!((stage.paid(), stage.chain.movements().len(), count(&stage, "vanished")), (times(20), 20, 20));
    for order in &orders {
        stage.settled(order).await;
    }
}

async fn futures(stage: &Stage, orders: &[Order]) -> usize {
    let mut asking = tokio::task::JoinSet::new();
    for order in orders {
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
        asking.spawn(async move { quittance_core::Facilitator::settle(&facilitator, &request).await.unwrap().success });
    }
    asking.join_all().await.into_iter().filter(|settled| *settled).count()
}

#[tokio::test(start_paused = true)]
async fn row_147_what_is_not_looked_after_keeps_nothing_and_stays_as_it_is() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.watch = Duration::ZERO);
    let order = stage.order(1);
    let hash = taken_back(&stage, &order).await;
    blocks(30).await;
    let settled = entry(&stage, &order).await;
    assert_eq!((settled.sent, settled.watched_until, stage.paid()), (None, None, times(0)));
    assert_eq!(stage.settled(&order).await, hash);
}

#[tokio::test(start_paused = true)]
async fn row_147_when_the_time_is_over_nothing_is_asked_and_nothing_kept() {
    let stage = Stage::with(Kind::Honest, 1, |chain, settings| {
        chain.watch = Duration::from_secs(100);
        settings.purge = Duration::from_secs(50);
    });
    let order = stage.order(1);
    stage.settled(&order).await;
    assert!(entry(&stage, &order).await.sent.is_some());
    tokio::time::sleep(Duration::from_secs(200)).await;
    let (asked, settled) = (stage.node.asked(None), entry(&stage, &order).await);
    assert_eq!((settled.sent, settled.state.as_str()), (None, "settled"));
    tokio::time::sleep(Duration::from_secs(1_000)).await;
    assert_eq!(stage.node.asked(None), asked);
    assert!(stage.log.watched(UnixSeconds::from_secs(0), 100).await.unwrap().is_empty());
}

/// It fails because somebody did something before it in its block.
async fn failing(stage: &Stage, order: &Order, ambush: Ambush, reason: &str) {
    stage.chain.ambush(ambush);
    stage.refused(order, reason).await;
    assert_eq!((stage.paid(), count(stage, "failed")), (times(0), 1));
    blocks(3).await;
}

#[tokio::test(start_paused = true)]
async fn rows_143_and_147_a_cancellation_that_is_taken_back_lets_what_was_sent_pay_and_that_is_noticed() {
    for (way, used) in [(Way::Eip3009, "invalid_exact_evm_nonce_already_used"), (Way::Permit2, "permit2_nonce_already_used")] {
        let stage = Stage::new();
        let order = Order { window: for_an_hour(&stage, 1).window, ..stage.order_by(way, 1) };
        stage.chain.ambush(Ambush::Cancel);
        let refused = stage.settle(&order).await.unwrap();
        assert!(!refused.success && stage.paid() == times(0), "{refused:?} {used}");
        blocks(12).await;
        // the very transaction that came to nothing is in a block of the other history, and pays
        stage.chain.reorganize(20, Fate::Back, Fate::Gone);
        assert_eq!(stage.paid(), times(1), "{way:?}");
        blocks(20).await;
        let hash = stage.settled(&order).await;
        assert_eq!(stage.chain.movements()[0].transaction.to_string(), hash);
        assert_eq!((entry(&stage, &order).await.state.as_str(), count(&stage, "revived")), ("settled", 1));
        // and it is looked after like any other
        stage.chain.reorganize(50, Fate::Gone, Fate::Gone);
        blocks(30).await;
        assert_eq!((stage.paid(), stage.chain.movements().len(), count(&stage, "vanished")), (times(1), 1, 1));
    }
}

/// So that the tests around here are about something: without anybody who looks the log is wrong for ever.
#[tokio::test(start_paused = true)]
async fn row_147_a_failure_that_nobody_looks_after_stays_one_whatever_the_chain_says() {
    let stage = Stage::with(Kind::Honest, 1, |chain, _| chain.watch = Duration::ZERO);
    let order = for_an_hour(&stage, 1);
    failing(&stage, &order, Ambush::Cancel, "invalid_exact_evm_nonce_already_used").await;
    stage.chain.reorganize(12, Fate::Back, Fate::Gone);
    blocks(30).await;
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!((stage.paid(), count(&stage, "revived")), (times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn row_147_a_failure_that_stays_one_stays_one_and_costs_few_questions() {
    let stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    failing(&stage, &order, Ambush::Cancel, "invalid_exact_evm_nonce_already_used").await;
    for _ in 0..3 {
        stage.chain.reorganize(8, Fate::Back, Fate::Back);
        blocks(10).await;
    }
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!((stage.paid(), count(&stage, "failed"), count(&stage, "revived")), (times(0), 1, 0));
    blocks(4).await;
    // nothing but whether its block stands
    let asked = stage.node.asked(None) - stage.node.asked(Some(Method::Blocks));
    blocks(50).await;
    assert_eq!(stage.node.asked(None) - stage.node.asked(Some(Method::Blocks)), asked);
    // and that for as long as it is looked after
    assert!(entry(&stage, &order).await.sent.is_some());
    tokio::time::sleep(Duration::from_secs(6_000)).await;
    let asked = stage.node.asked(None);
    tokio::time::sleep(Duration::from_secs(1_000)).await;
    assert_eq!((stage.node.asked(None), stage.log.find(&order.key()).await.unwrap()), (asked, None));
}

#[tokio::test(start_paused = true)]
async fn row_147_what_takes_long_to_be_found_out_about_a_failure_holds_up_no_look() {
    let stage = Stage::new();
    let (failed, order) = (for_an_hour(&stage, 1), for_an_hour(&stage, 2));
    failing(&stage, &failed, Ambush::Cancel, "invalid_exact_evm_nonce_already_used").await;
    let asked = stage.node.asked(Some(Method::Logs));
    stage.node.plan(Method::Logs, Trouble::Slow(Duration::from_secs(1_800)));
    stage.chain.reorganize(8, Fate::Back, Fate::Back);
    blocks(12).await;
    assert_eq!(stage.node.asked(Some(Method::Logs)), asked + 1, "it is being found out");
    taken_back(&stage, &order).await;
    blocks(30).await;
    assert_eq!((count(&stage, "vanished"), stage.paid()), (1, times(1)));
    assert_eq!(stage.node.asked(Some(Method::Logs)), asked + 1, "it still is");
}

#[tokio::test(start_paused = true)]
async fn row_147_while_nobody_knows_nothing_is_sent_for_what_had_failed() {
    let stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    failing(&stage, &order, Ambush::Cancel, "invalid_exact_evm_nonce_already_used").await;
    // what was sent for it, as everybody can read it
    let sent = stage.chain.spendings(stage.signer(0))[0].transaction;
    let call = quittance_facilitator::Chain::call(&*stage.node, sent).await.unwrap().unwrap();
    let sent = stage.node.asked(Some(Method::Broadcast));
    stage.chain.reorganize(12, Fate::Gone, Fate::Gone);
    blocks(20).await;
    stage.refused(&order, "invalid_exact_evm_nonce_already_used").await;
    assert_eq!((stage.node.asked(Some(Method::Broadcast)), stage.paid()), (sent, times(0)));
    // a stranger who has seen it sends it
    stage.chain.act(Act::Call { from: quittance_testkit::chain::STRANGER, call });
    blocks(15).await;
    stage.settled(&order).await;
    assert_eq!((stage.paid(), count(&stage, "revived")), (times(1), 1));
}

#[tokio::test(start_paused = true)]
async fn rows_147_and_150_a_failure_is_looked_after_by_who_starts_again() {
    let mut stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    failing(&stage, &order, Ambush::Cancel, "invalid_exact_evm_nonce_already_used").await;
    stage.facilitator.abort();
    stage.chain.reorganize(12, Fate::Back, Fate::Gone);
    stage.crash().await;
    blocks(30).await;
    stage.settled(&order).await;
    assert_eq!((stage.paid(), count(&stage, "revived")), (times(1), 1));
}

#[tokio::test(start_paused = true)]
async fn rows_147_and_148_who_tries_again_goes_on_from_what_was_sent() {
    let stage = Stage::new();
    let order = for_an_hour(&stage, 1);
    failing(&stage, &order, Ambush::Drain, "insufficient_funds").await;
    stage.chain.mint(TOKEN, key(1).address(), times(1));
    let hash = stage.settled(&order).await;
    assert_eq!((stage.paid(), stage.chain.movements()[0].transaction.to_string()), (times(1), hash));
    // the first of the two may pay in another history, and it is the same payment
    stage.chain.reorganize(30, Fate::Back, Fate::Gone);
    blocks(30).await;
    stage.settled(&order).await;
    assert_eq!((stage.paid(), stage.chain.movements().len()), (times(1), 1));
}

#[tokio::test(start_paused = true)]
async fn rows_144_and_147_what_somebody_else_makes_pay_after_it_failed_is_found_when_its_window_has_closed() {
    let stage = Stage::new();
    let now = stage.chain.now().as_secs();
    // longer than what is settled is looked after
    let window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 3_000));
    let order = Order { window, ..stage.order(1) };
    failing(&stage, &order, Ambush::Drain, "insufficient_funds").await;
    let sent = stage.chain.spendings(stage.signer(0))[0].transaction;
    let call = quittance_facilitator::Chain::call(&*stage.node, sent).await.unwrap().unwrap();
    // long enough for it to be known that nothing of ours can do it any more
    tokio::time::sleep(Duration::from_secs(60)).await;
    let (asked, broadcast) =
        (stage.node.asked(None) - stage.node.asked(Some(Method::Blocks)), stage.node.asked(Some(Method::Broadcast)));
    stage.chain.mint(TOKEN, key(1).address(), times(1));
    stage.chain.act(Act::Call { from: quittance_testkit::chain::STRANGER, call });
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((stage.paid(), count(&stage, "revived")), (times(1), 0));
    // nobody asks again and again meanwhile
    assert_eq!(stage.node.asked(None) - stage.node.asked(Some(Method::Blocks)), asked);
    tokio::time::sleep(Duration::from_secs(3_000)).await;
    stage.settled(&order).await;
    assert_eq!((entry(&stage, &order).await.state.as_str(), count(&stage, "revived")), ("settled", 1));
    assert_eq!((stage.paid(), stage.node.asked(Some(Method::Broadcast))), (times(1), broadcast));
}
