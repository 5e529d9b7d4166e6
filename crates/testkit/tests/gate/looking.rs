//! A gate that looks at the chain for what its facilitator says (row 182).

use std::sync::Arc;

use quittance_client::Lookup;
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::{Account, Address, Amount, Asset, Authorization, Fault, Limits, Nonce, Payment, ReplayKey, Terms, header};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{ReplayLog as _, State};
use quittance_remote::RemoteFacilitator;
use serde_json::{Value, json};

use crate::facilitators::{Between, Way};
use crate::front::{Front, encoded};
use crate::node::key;
use crate::place::{BUYER, PRICE, Place, seller, token};
use crate::wire::{Answer, ask};

const A: &str = "/v1/a";

async fn looking(settle: Way, more: Value) -> (Between, Front<RemoteFacilitator>) {
    let more = |place: &Place| {
        let mut more = more;
        more["look"] = json!({ "base-sepolia": place.node.devnet.url() });
        more
    };
    Between::before(Way::Honestly, settle, more).await
}

fn transaction(paid: &Answer) -> String {
    let receipt = header::payment_response(paid.header("payment-response").unwrap().as_bytes(), &Limits::HEADER).unwrap();
    receipt.transaction
}

/// Says that it settled, by a transaction that nobody made and by one that was for another payment.
async fn lies(between: &Between, front: &Front<RemoteFacilitator>) -> [Way; 2] {
    between.turns(Way::Honestly, Way::Honestly);
    let paid = front.pay(A, &front.payment("GET", A).await).await;
    assert_eq!((paid.status, front.sold(), front.seen.served()), (200, 1, 1), "{paid:?}");
    [Way::Settled(format!("0x{}", "5e".repeat(32))), Way::Settled(transaction(&paid))]
}

fn by(from: Address, nonce: Nonce) -> ReplayKey {
    ReplayKey::Eip3009 { network: BASE_SEPOLIA, token: token(), from, nonce }
}

/// Whose word the log has for a payment.
async fn word(log: &Arc<MemoryReplayLog>, payment: &str) -> Attested {
    let payment = Payment::from_headers([("payment-signature", payment.as_bytes())], &Limits::HEADER).unwrap().unwrap();
    let key = match payment.authorization() {
        Authorization::Eip3009(paid) => by(paid.authorization.from, paid.authorization.nonce),
        Authorization::ExactPermit2(paid) => {
            ReplayKey::Permit2 { network: BASE_SEPOLIA, owner: paid.from, nonce: paid.permit.nonce }
        }
        other => panic!("{other:?}"),
    };
    match log.find(&key).await.unwrap().unwrap().state {
        State::Settled { receipt, .. } => receipt.attested,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_182_what_the_chain_does_not_show_is_not_served_whatever_the_facilitator_says() {
    for (transfer, attested) in [("eip3009", Attested::Chain), ("permit2", Attested::Answer)] {
        let route = json!([{ "path": "/v1/*", "transfer": transfer }]);
        let (between, front) = looking(Way::Honestly, json!({ "route": route })).await;
        front.place.approve();
        for (number, lie) in (1..).zip(lies(&between, &front).await) {
            between.turns(Way::Honestly, lie);
            let payment = front.payment("GET", A).await;
            for _ in 0..2 {
                let refused = front.pay(A, &payment).await;
                assert_eq!((refused.status, refused.code().as_str()), (502, "facilitator_reply"), "{transfer}: {refused:?}");
                assert_eq!(refused.header("payment-required"), None, "another payment might be a second one");
            }
            assert_eq!((front.sold(), front.seen.served()), (number, usize::try_from(number).unwrap()), "{transfer}");
            between.turns(Way::Honestly, Way::Honestly);
            let again = front.pay(A, &payment).await;
            assert_eq!((again.status, front.sold(), word(&front.log, &payment).await), (200, number + 1, attested), "{again:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_182_a_node_that_cannot_be_asked_stops_the_sale_and_loses_nothing() {
    let look = |_: &Place| json!({ "look": { "base-sepolia": "http://127.0.0.1:1" } });
    let (between, front) = Between::before(Way::Honestly, Way::Honestly, look).await;
    let payment = front.payment("GET", A).await;
    let refused = front.pay(A, &payment).await;
    assert_eq!((refused.status, refused.header("payment-required"), front.seen.served()), (503, None, 0), "{refused:?}");
    // a gate whose node answers goes on with it, and knows what to look for from a facilitator that keeps nothing
    between.turns(Way::Honestly, Way::Used);
    let url = front.place.node.devnet.url();
    let next =
        front.beside((between.remote().build().unwrap(), Attested::Answer), &json!({ "look": { "base-sepolia": url } })).await;
    let delivered = ask(&next, "GET", A, &[("payment-signature", &payment)], b"").await;
    assert_eq!((delivered.status, front.sold(), front.seen.served()), (200, 1, 1), "{delivered:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_182_where_nobody_looks_a_facilitators_word_is_marked_as_its_own_and_one_transaction_pays_once() {
    let (between, front) = Between::open(Way::Honestly, Way::Honestly).await;
    let [invented, another] = lies(&between, &front).await;
    between.turns(Way::Honestly, invented);
    let believed = front.payment("GET", A).await;
    assert_eq!((front.pay(A, &believed).await.status, front.sold(), front.seen.served()), (200, 1, 2));
    assert_eq!(word(&front.log, &believed).await, Attested::Answer);
    between.turns(Way::Honestly, another);
    assert_eq!((front.pay(A, &front.payment("GET", A).await).await.status, front.sold(), front.seen.served()), (502, 1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_182_a_node_shows_what_a_transaction_did_by_a_nonce_and_nothing_else() {
    let front = Front::open().await;
    let offer = front.asked(A).await.accepts.remove(0);
    let (nonce, other) = (Nonce::from_bytes([7; 32]), Nonce::from_bytes([8; 32]));
    let mut hashes = Vec::new();
    for nonce in [nonce, other] {
        let paid = front.pay(A, &encoded(&front.plain(&key(BUYER), offer.clone(), nonce))).await;
        assert_eq!(paid.status, 200, "{paid:?}");
        hashes.push(transaction(&paid));
    }
    let terms = Terms::parse(offer).unwrap();
    let (asset, payee) = (terms.asset().clone(), terms.pay_to().clone());
    let payer = key(BUYER).address();
    let another = Asset::parse(BASE_SEPOLIA, &payer.to_string()).unwrap();
    let price = Amount::from_u64(PRICE);
    let node = |depth| Lookup::new(BASE_SEPOLIA, &front.place.node.devnet.url()).unwrap().at_depth(depth);
    let unknown = format!("0x{}", "5e".repeat(32));
    for (number, (key, moved, transaction, shown)) in [
        (by(payer, nonce), (&asset, &payee, price), &hashes[0], true),
        (by(payer, nonce), (&asset, &payee, price), &hashes[0].to_uppercase().replacen("0X", "0x", 1), true),
        (by(payer, nonce), (&asset, &payee, price), &hashes[1], false),
        (by(payer, other), (&asset, &payee, price), &hashes[0], false),
        (by(seller(), nonce), (&asset, &payee, price), &hashes[0], false),
        (by(payer, nonce), (&asset, &Account::Evm(payer), price), &hashes[0], false),
        (by(payer, nonce), (&asset, &payee, Amount::from_u64(PRICE - 1)), &hashes[0], false),
        (by(payer, nonce), (&another, &payee, price), &hashes[0], false),
        (by(payer, nonce), (&asset, &payee, price), &unknown, false),
        (by(payer, nonce), (&asset, &payee, price), &"0x12".to_owned(), false),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(node(0).shows(&key, moved, transaction).await, Ok(shown), "{number}");
    }
    let shown = async |depth| node(depth).shows(&by(payer, other), (&asset, &payee, price), &hashes[1]).await;
    assert_eq!(shown(3).await, Ok(false), "it is not deep enough");
    front.place.node.devnet.mine(3);
    assert_eq!(shown(3).await, Ok(true));
    let elsewhere = quittance_devnet::Devnet::builder().chain_id(1).start().await.unwrap();
    let elsewhere = Lookup::new(BASE_SEPOLIA, &elsewhere.url()).unwrap();
    let asked = elsewhere.shows(&by(payer, nonce), (&asset, &payee, price), &hashes[0]).await;
    assert_eq!(asked, Err(Fault::ChainReply), "a node of another chain");
}
