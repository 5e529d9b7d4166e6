//! A facilitator over JSON-RPC, whose chain takes back what it settled: by a snapshot from before, as the methods of a sandbox and of anvil have it.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::{Address, Facilitator as _, Window};
use quittance_devnet::{BlockTime, Devnet};
use quittance_facilitator::{ChainSettings, ChainSetup, Clock, EndpointUrl, Facilitator, Metrics, Rpc, RpcOptions, Settings};
use quittance_guard::ReplayLog as _;
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::replay::State;
use quittance_testkit::payer::{Order, Way};
use serde_json::json;

use super::node::{Node, key};
use super::payments::{PAYEE, PRICE, nonce, token};

/// What is true soon enough.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} in a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_147_what_a_chain_takes_back_is_noticed_and_settled_again() {
    let devnet = Devnet::builder().block_time(BlockTime::Every(Duration::from_millis(200)));
    let node = Node { devnet: devnet.start().await.expect("a sandbox") };
    let metrics = Arc::new(Metrics::new());
    let url = EndpointUrl::parse(&node.devnet.url()).expect("a URL");
    let rpc = Rpc::connect(BASE_SEPOLIA, vec![url], RpcOptions::default(), &metrics).await.expect("a chain");
    let mut settings = ChainSettings::default();
    settings.poll = Duration::from_millis(50);
    let setup = ChainSetup::new(Arc::new(rpc), vec![key(0)]).with(settings);
    let log = Arc::new(MemoryReplayLog::new(10));
    let clock = Clock::system();
    let facilitator = Facilitator::new(vec![setup], Arc::clone(&log), clock.clone(), Settings::default(), Arc::clone(&metrics));
    let facilitator = facilitator.expect("it can be");

    let (now, pay_to) = (clock.now().expect("a time"), Address::parse(PAYEE).expect("an address"));
    let window = Window::new(now.saturating_sub(60), now.checked_add(3_600).expect("a time"));
    let (payer, network) = (Arc::new(key(1)), BASE_SEPOLIA);
    let (wallet, brings) = (None, None);
    let order = Order {
        payer,
        way: Way::Eip3009,
        network,
        token: token(),
        pay_to,
        amount: PRICE,
        window,
        nonce: nonce("again"),
        wallet,
        brings,
    };
    let paid = || match node.one(&ChainQuery::Balance { token: token(), owner: pay_to }) {
        ChainAnswer::Amount(amount) => amount,
        other => panic!("{other:?}"),
    };
    let (before, snapshot) = (paid(), node.tell("evm_snapshot", &json!([])));
    let settled = facilitator.settle(&order.settle(3_600, order.amount)).await.expect("no fault");
    assert!(settled.success, "{settled:?}");
    assert_eq!(paid(), before.checked_add(PRICE).expect("a sum"));

    assert_eq!(node.tell("evm_revert", &json!([snapshot])), true);
    assert_eq!(paid(), before, "the chain has taken it back");
    let vanished = "quittance_settlements_total{network=\"eip155:84532\",state=\"vanished\"} 1";
    until("noticed", async || metrics.text().lines().any(|line| line == vanished)).await;
    until("settled again", async || {
        let entry = log.find(&order.key()).await.expect("a log").expect("an entry");
        matches!(entry.state, State::Settled { .. })
    })
    .await;
    assert_eq!(paid(), before.checked_add(PRICE).expect("a sum"), "once");
    let again = facilitator.settle(&order.settle(3_600, order.amount)).await.expect("no fault");
    let receipt = node.tell("eth_getTransactionReceipt", &json!([again.transaction]));
    assert_eq!((again.success, receipt["status"].as_str()), (true, Some("0x1")));
}
