//! The facilitator that is asked over HTTP is the one that is asked.

use std::sync::Arc;

use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::wire::VerifyRequest;
use quittance_core::{Amount, Facilitator as _, Fault, Nonce, UnixSeconds, Window};
use quittance_remote::{Key, RemoteFacilitator};
use quittance_testkit::payer::{Order, Way};

use crate::node::key;
use crate::place::{BUYER, PRICE, Place, seller, token};

fn order(place: &Place, way: Way, nonce: u8) -> Order {
    let now = place.node.time();
    let window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 60));
    let nonce = Nonce::from_bytes([nonce; 32]);
    let amount = Amount::from_u64(PRICE);
    let (payer, network, token, pay_to) = (Arc::new(key(BUYER)), BASE_SEPOLIA, token(), seller());
    Order { payer, way, network, token, pay_to, amount, window, nonce, wallet: None, brings: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_says_over_http_is_what_it_says() {
    let place = Place::open().await;
    let remote = place.remote();
    let good = order(&place, Way::Eip3009, 1);
    let mut late = order(&place, Way::Eip3009, 2);
    late.window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(place.node.time() - 10));
    let unapproved = order(&place, Way::Permit2, 3);
    let mut poor = order(&place, Way::Eip3009, 4);
    poor.payer = Arc::new(quittance_core::SecretKey::from_bytes(&[9; 32]).unwrap());
    for order in [&good, &late, &unapproved, &poor] {
        let request = order.verify(60);
        assert_eq!(remote.verify(&request).await, place.facilitator.verify(&request).await, "{order:?}");
    }
    assert_eq!(remote.supported().await, place.facilitator.supported().await);
    for order in [&late, &unapproved, &poor] {
        let refused = remote.settle(&order.settle(60, order.amount)).await.unwrap();
        assert!(!refused.success && refused.error_reason.is_some(), "{refused:?}");
    }
    let before = place.balance(seller());
    let request = good.settle(60, good.amount);
    let (one, other) = tokio::join!(remote.settle(&request), remote.settle(&request));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(one.success && one.transaction == other.transaction, "row 117: {one:?} {other:?}");
    assert_eq!(place.balance(seller()), before + PRICE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_and_a_malformed_question_get_no_verdict_of_yes() {
    let place = Place::open().await;
    let request = order(&place, Way::Eip3009, 1).verify(60);
    let stranger = RemoteFacilitator::builder(&place.url).unwrap().allow_plain_http().build().unwrap();
    assert_eq!(stranger.verify(&request).await, Err(Fault::FacilitatorReply));
    let wrong = Key::bearer("a-key-that-nobody-has").unwrap();
    let wrong = RemoteFacilitator::builder(&place.url).unwrap().key(wrong).allow_plain_http().build().unwrap();
    assert_eq!(wrong.settle(&quittance_core::wire::SettleRequest(request.clone())).await, Err(Fault::FacilitatorReply));
    let VerifyRequest::V2 { mut payload, requirements, .. } = request else { panic!("the second version") };
    payload.payload.insert("signature", "0x");
    let verdict = place.remote().verify(&VerifyRequest::v2(payload, requirements)).await.unwrap();
    assert!(!verdict.is_valid, "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_139_a_chain_that_is_down_is_a_fault_over_http_too() {
    let place = Place::open().await;
    let request = order(&place, Way::Eip3009, 1).verify(60);
    place.node.devnet.inject(None, quittance_devnet::Fault::LoseRequest, u32::MAX);
    let fault = place.remote().verify(&request).await.unwrap_err();
    assert_eq!(Err(fault), place.facilitator.verify(&request).await);
    place.node.devnet.clear_faults();
}
