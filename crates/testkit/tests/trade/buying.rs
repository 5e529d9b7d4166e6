//! Buyers on a real chain: what is paid for is paid once, however often it is asked for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use quittance_client::{Buyer, Error, Evidence, Lookup, Reconciled, Settings};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::{Amount, Fault, Limits, header};
use quittance_guard::budget::Unspent;
use quittance_guard::memory::MemoryLedger;
use quittance_guard::policy::Policy;
use quittance_guard::{Attested, Ledger};
use quittance_testkit::power::PoweredLedger;

use crate::node::key;
use crate::place::{BUYER, PRICE, Place, Shop, Way, seller};

pub(crate) fn buyer(shop: &Shop) -> Buyer<quittance_core::SecretKey, MemoryLedger> {
    buyer_with(shop, MemoryLedger::new(1_000))
}

fn buyer_with<L: Ledger + Send + Sync>(shop: &Shop, ledger: L) -> Buyer<quittance_core::SecretKey, L> {
    let facilitator = Way::Upto(0).offer().extra.unwrap();
    let Some(quittance_core::json::Value::String(facilitator)) = facilitator.member("facilitatorAddress") else { panic!() };
    let policy = format!(
        "allow_http = true\nper_payment = \"$0.05\"\nper_task = \"$1\"\nnetworks = [\"base-sepolia\"]\norigins = [{:?}]\n\
         schemes = [\"exact\", \"upto\"]\ntransfer_methods = [\"eip3009\", \"permit2\"]\nfacilitators = [\"{}\"]\n",
        shop.origin,
        facilitator.as_str()
    );
    let mut settings = Settings::default();
    settings.pause = Duration::from_millis(5);
    let policy = Policy::from_toml(&policy).unwrap();
    Buyer::builder(key(BUYER), policy, ledger).settings(settings).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_to_pay_moves_the_money_once() {
    let place = Place::open().await;
    place.approve();
    for (way, cost) in
        [(Way::First, PRICE), (Way::Eip3009, PRICE), (Way::Permit2, PRICE), (Way::Upto(PRICE), PRICE), (Way::Upto(4_000), 4_000)]
    {
        let shop = Shop::open(way, place.remote()).await;
        let buyer = buyer(&shop);
        let before = place.balance(seller());
        let paid = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap();
        assert_eq!((paid.status(), paid.body()), (200, b"the report".as_slice()), "{way:?}");
        let receipt = paid.receipt().unwrap();
        assert_eq!((receipt.charged, place.balance(seller())), (Amount::from_u64(cost), before + cost), "{way:?}");
        // what was left of a ceiling is the seller's word until the chain was asked
        assert_eq!(buyer.open().await.unwrap().len(), usize::from(cost < PRICE), "{way:?}");
        let again = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap();
        assert_eq!(again.receipt().unwrap().transaction, receipt.transaction, "{way:?}");
        assert_eq!(place.balance(seller()), before + cost, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_183_and_188_an_answer_that_is_lost_is_fetched_without_another_signature() {
    let place = Place::open().await;
    let shop = Shop::open(Way::Eip3009, place.remote()).await;
    let buyer = buyer(&shop);
    shop.loses.store(true, Ordering::Relaxed);
    let before = place.balance(seller());
    let lost = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await;
    assert!(matches!(lost, Err(Error::Open { .. })), "{lost:?}");
    assert_eq!(place.balance(seller()), before + PRICE, "it was paid for");
    shop.loses.store(false, Ordering::Relaxed);
    let found = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap();
    assert_eq!(found.body(), b"the report");
    assert_eq!((place.balance(seller()), shop.delivered.load(Ordering::Relaxed)), (before + PRICE, 1));
    let payments = shop.payments.lock().unwrap();
    assert!(payments.len() > 1 && payments.iter().all(|payment| *payment == payments[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_96_and_107_the_nonce_is_bound_to_the_request_and_the_seller_can_tell() {
    let place = Place::open().await;
    let shop = Shop::open(Way::Eip3009, place.remote()).await;
    buyer(&shop).get(&shop.url()).send().await.unwrap();
    let payment = shop.payments.lock().unwrap()[0].clone();
    let payment = header::payment_signature(payment.as_bytes(), &Limits::HEADER).unwrap();
    let payment = quittance_core::Payment::try_from(payment).unwrap();
    let quittance_core::Authorization::Eip3009(payload) = payment.authorization() else { panic!("by EIP-3009") };
    let entry = payment.extensions().entry(quittance_core::binding::EXTENSION).unwrap().unwrap();
    let salt = quittance_core::wire::Binding::try_from(&entry).unwrap().salt.unwrap();
    let terms = quittance_core::Terms::parse(Way::Eip3009.offer()).unwrap();
    let bound = |url: &str| {
        let resource = quittance_core::Resource::parse(url).unwrap();
        quittance_core::binding::Binding::new(terms.hash(), "GET", &resource).unwrap().nonce(&salt)
    };
    assert_eq!(payload.authorization.nonce, bound(&shop.url()));
    assert_ne!(payload.authorization.nonce, bound(&format!("{}/v1/report/99", shop.origin)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_185_and_186_the_chain_ends_what_the_seller_leaves_open() {
    let place = Place::open().await;
    let lookup = || Lookup::new(BASE_SEPOLIA, &place.node.devnet.url()).unwrap().at_depth(0);
    // paid for, and the answer lost
    let shop = Shop::open(Way::Eip3009, place.remote()).await;
    let paid = buyer(&shop);
    shop.loses.store(true, Ordering::Relaxed);
    paid.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap_err();
    let found = paid.reconcile(&lookup()).await.unwrap();
    let [Reconciled { evidence: Some(Evidence::Settled(receipt)), .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((receipt.charged, receipt.attested), (Amount::from_u64(PRICE), Attested::Chain));
    assert!(paid.open().await.unwrap().is_empty());
    // refused by a seller that may lie
    let liar = Shop::refusing().await;
    let cheated = buyer(&liar);
    let refused = cheated.get(&liar.url()).purchase("report-42").unwrap().send().await;
    assert!(matches!(refused, Err(Error::Refused { status: 402, .. })), "{refused:?}");
    let found = cheated.reconcile(&lookup()).await.unwrap();
    assert!(matches!(found.as_slice(), [Reconciled { evidence: None, .. }]), "it can still be spent: {found:?}");
    place.node.devnet.advance_time(3_600);
    place.node.devnet.mine(1);
    let found = cheated.reconcile(&lookup()).await.unwrap();
    assert!(
        matches!(found.as_slice(), [Reconciled { evidence: Some(Evidence::Unspent(Unspent::Expired { .. })), .. }]),
        "{found:?}"
    );
    assert!(cheated.open().await.unwrap().is_empty());
    // a node of another chain, and one that is down
    let again = buyer(&liar);
    again.get(&liar.url()).purchase("report-42").unwrap().send().await.unwrap_err();
    place.node.devnet.inject(None, quittance_devnet::Fault::LoseRequest, 100);
    assert!(matches!(again.reconcile(&lookup()).await, Err(Error::Fault(Fault::ChainUnavailable))));
    place.node.devnet.clear_faults();
    let other = quittance_devnet::Devnet::builder().chain_id(1).start().await.unwrap();
    let wrong = Lookup::new(BASE_SEPOLIA, &other.url()).unwrap();
    assert!(matches!(again.reconcile(&wrong).await, Err(Error::Fault(Fault::ChainReply))));
    assert_eq!(again.open().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_183_and_188_a_buyer_that_lost_its_receipt_with_the_power_sends_the_same_and_has_it_again() {
    let place = Place::open().await;
    let shop = Shop::open(Way::Eip3009, place.remote()).await;
    let ledger = PoweredLedger::new(1_000);
    let before = place.balance(seller());
    let (first, ledger) = {
        let buyer = buyer_with(&shop, ledger);
        let paid = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap();
        assert!(buyer.open().await.unwrap().is_empty());
        let (ledger, lost) = buyer.ledger().lose_power();
        assert!(lost, "the receipt was flushed, which nobody waits for");
        (paid.receipt().unwrap().clone(), ledger)
    };
    let buyer = buyer_with(&shop, ledger);
    let open = buyer.open().await.unwrap();
    assert_eq!(open.len(), 1, "what was signed is there, and counts");
    let again = buyer.get(&shop.url()).purchase("report-42").unwrap().send().await.unwrap();
    assert_eq!((again.body(), again.receipt()), (b"the report".as_slice(), Some(&first)));
    assert!(buyer.open().await.unwrap().is_empty());
    assert_eq!(place.balance(seller()), before + PRICE);
}
