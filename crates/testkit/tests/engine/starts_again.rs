//! What is left after a crash, and who goes on with it.

use std::time::Duration;

use quittance_core::{Facilitator as _, UnixSeconds, Window};
use quittance_guard::ReplayLog as _;
use quittance_testkit::chain::{Ambush, Kind, Method, Trouble};
use quittance_testkit::payer::Order;

use crate::stage::{Stage, blocks, times};

const END: UnixSeconds = UnixSeconds::from_secs(u64::MAX);

async fn open(stage: &Stage) -> usize {
    stage.log.open(END).await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn row_150_whenever_it_dies_everything_is_settled_once() {
    // every tenth of a second from the first question to well after the receipt
    for tenths in 0..30 {
        let mut stage = Stage::with(Kind::Honest, 1, |_, settings| settings.lease = 5);
        stage.node.behave(quittance_testkit::chain::Conduct { latency: (40, 90), ..Default::default() });
        let order = stage.order(1);
        let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
        let asking = tokio::spawn(async move { facilitator.settle(&request).await });
        tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
        stage.crash().await;
        asking.abort();
        blocks(12).await;
        let hash = stage.settled(&order).await;
        assert_eq!(stage.chain.movements()[0].transaction.to_string(), hash, "after {tenths} tenths");
        assert_eq!((stage.paid(), open(&stage).await), (times(1), 0), "after {tenths} tenths");
    }
}

#[tokio::test(start_paused = true)]
async fn row_150_what_was_sent_is_settled_although_nobody_asks_again() {
    let mut stage = Stage::with(Kind::Honest, 1, |_, settings| settings.lease = 5);
    let order = stage.order(1);
    let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
    let asking = tokio::spawn(async move { facilitator.settle(&request).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((open(&stage).await, stage.chain.waiting()), (1, 1));
    stage.crash().await;
    asking.abort();
    // what was sent is forgotten by everybody but the log
    stage.chain.drop_waiting();
    blocks(30).await;
    assert_eq!((stage.paid(), open(&stage).await), (times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn rows_144_and_150_what_somebody_else_settled_meanwhile_is_settled() {
    let mut stage = Stage::with(Kind::Honest, 1, |_, settings| settings.lease = 5);
    stage.chain.ambush(Ambush::FrontRun);
    let order = stage.order(1);
    let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
    let asking = tokio::spawn(async move { facilitator.settle(&request).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    stage.crash().await;
    asking.abort();
    blocks(20).await;
    assert_eq!((stage.paid(), open(&stage).await), (times(1), 0));
    assert_eq!(stage.settled(&order).await, stage.chain.movements()[0].transaction.to_string());
}

#[tokio::test(start_paused = true)]
async fn row_121_of_two_facilitators_on_one_log_one_settles_and_both_say_so() {
    let stage = Stage::new();
    let other = stage.beside();
    let order = stage.order(1);
    let request = order.settle(60, order.amount);
    let (here, there) = tokio::join!(stage.facilitator.settle(&request), other.settle(&request));
    let (here, there) = (here.unwrap(), there.unwrap());
    assert!(here.success && here == there);
    assert_eq!(stage.paid(), times(1));
    assert_eq!(stage.chain.movements().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn row_121_a_facilitator_takes_over_from_one_that_died() {
    let stage = Stage::with(Kind::Honest, 1, |_, settings| settings.lease = 5);
    let order = stage.order(1);
    let (facilitator, request) = (stage.facilitator.clone(), order.settle(60, order.amount));
    let asking = tokio::spawn(async move { facilitator.settle(&request).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    stage.facilitator.abort();
    asking.abort();
    stage.chain.drop_waiting();
    let other = stage.beside();
    assert!(other.settle(&order.settle(60, order.amount)).await.unwrap().success);
    assert_eq!((stage.paid(), open(&stage).await), (times(1), 0));
}

#[tokio::test(start_paused = true)]
async fn row_121_what_another_facilitator_found_in_time_is_not_refused_for_being_late() {
    let stage = Stage::new();
    let other = stage.beside();
    let now = stage.chain.now().as_secs();
    let window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 9));
    let order = Order { window, ..stage.order(1) };
    let request = order.settle(60, order.amount);
    // it has claimed the payment, and takes long to find out what it takes
    stage.node.plan(Method::Estimate, Trouble::Slow(Duration::from_secs(5)));
    let (facilitator, first) = (stage.facilitator.clone(), request.clone());
    let settling = tokio::spawn(async move { facilitator.settle(&first).await });
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(entry_state(&stage, &order).await, Some("reserved"));
    let there = other.settle(&request).await.unwrap();
    let here = settling.await.unwrap().unwrap();
    assert!(here.success && here == there, "{here:?} {there:?}");
    assert_eq!(stage.paid(), times(1));
}

async fn entry_state(stage: &Stage, order: &Order) -> Option<&'static str> {
    stage.log.find(&order.key()).await.unwrap().map(|entry| entry.state.as_str())
}
