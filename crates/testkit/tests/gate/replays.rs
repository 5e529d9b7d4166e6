//! One payment and many requests, rows 109 to 128, where money is.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use quittance_core::binding::Mode;
use quittance_core::registry::networks::{BASE, BASE_SEPOLIA};
use quittance_core::wire::{self, PaymentIdentifier, PaymentPayload, ResourceInfo};
use quittance_core::{Address, Amount, Nonce, PaymentId, Salt, UnixSeconds, Window, payment_id};
use quittance_devnet::{Devnet, Token};
use quittance_guard::ReplayLog;
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_testkit::payer::{Order, Way};
use serde_json::json;

use crate::front::{Front, ORIGIN, encoded};
use crate::node::{Node, key};
use crate::place::{BUYER, FACILITATOR, PRICE, Place, balance, seller, token};

const A: &str = "/v1/a";

/// A payment that is bound to nothing, whose nonce is all of one byte.
async fn plain(front: &Front, target: &str, nonce: u8) -> PaymentPayload {
    front.plain(&key(BUYER), front.asked(target).await.accepts[0].clone(), Nonce::from_bytes([nonce; 32]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_109_a_payment_that_a_gateway_passes_on_is_noticed_when_it_has_to_be_bound() {
    let front = Front::with(json!({ "route": [{ "path": "/v1/*", "binding": "required" }] })).await;
    assert_eq!(front.pay(A, &encoded(&plain(&front, A, 1).await)).await.status, 400);
    // whoever passes it on can write another resource beside it, and not into it
    let offer = front.asked(A).await.accepts[0].clone();
    let mut forwarded = front.bound(offer.clone(), "GET", "/v1/b", Mode::Required);
    forwarded.resource = Some(ResourceInfo::new(format!("{ORIGIN}{A}")));
    assert_eq!(front.pay(A, &encoded(&forwarded)).await.status, 402);
    assert_eq!((front.sold(), front.seen.served()), (0, 0));
    let here = front.bound(offer, "GET", A, Mode::Required);
    assert_eq!((front.pay(A, &encoded(&here)).await.status, front.sold()), (200, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_112_another_spelling_of_a_query_is_another_request() {
    let front = Front::open().await;
    let bought = "/v1/a?a=1&b=2&c=x%20y";
    let payment = encoded(&plain(&front, bought, 1).await);
    assert_eq!(front.pay(bought, &payment).await.status, 200);
    let seen = front.seen.last();
    assert!(seen.starts_with(&format!("GET {bought} ")), "the upstream has it letter by letter: {seen}");
    for other in ["b=2&a=1&c=x%20y", "a=1&b=2&c=x+y", "a=1&b=%32&c=x%20y", "a=1&a=1&b=2&c=x%20y", "a=1&b=2&c=x%20y&", "a=1&b=2", ""]
    {
        let target = if other.is_empty() { A.to_owned() } else { format!("{A}?{other}") };
        let answer = front.pay(&target, &payment).await;
        assert!(matches!(answer.status, 402 | 409), "{target}: {answer:?}");
    }
    assert_eq!((front.sold(), front.seen.served()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_116_a_duplicate_is_told_to_wait_while_the_first_is_in_flight() {
    let front = Front::open().await;
    let target = "/v1/waits";
    let payment = front.payment("GET", target).await;
    let (at, paying) = (front.at.clone(), payment.clone());
    let first =
        tokio::spawn(async move { crate::wire::ask(&at, "GET", "/v1/waits", &[("payment-signature", &paying)], b"").await });
    while front.seen.served() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = front.pay(target, &payment).await;
    assert_eq!((second.status, second.code().as_str()), (409, "in_progress"));
    assert!(second.header("retry-after").is_some());
    front.seen.go.add_permits(1);
    let (first, third) = (first.await.unwrap(), front.pay(target, &payment).await);
    assert_eq!((first.status, third.status, first.body == third.body), (200, 200, true));
    assert_eq!((front.sold(), front.seen.served()), (1, 1));
}

/// The order of secp256k1's group.
const ORDER: &str = "115792089237316195423570985008687907852837564279074904382605163141518161494337";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_118_the_same_authorization_in_other_clothes_is_the_same_payment() {
    let front = Front::open().await;
    let payment = plain(&front, A, 0xab).await;
    assert_eq!(front.pay(A, &encoded(&payment)).await.status, 200);
    let (text, nonce) = (payment.to_json(), "ab".repeat(32));
    for json in [text.replace(&nonce, &nonce.to_uppercase()), text.replace("\":", "\" : "), text.replacen('{', "{\"more\":1,", 1)] {
        assert_ne!(json, text);
        let header = base64::engine::general_purpose::STANDARD.encode(json);
        let again = front.pay(A, &header).await;
        assert_eq!((again.status, again.code().as_str()), (409, "spent"), "{again:?}");
    }
    // its twin, which another key of the same point makes, and the compact form
    let signature = payment.payload.member("signature").unwrap().as_str().unwrap().to_owned();
    let s: [u8; 32] = crate::node::bytes(&json!(signature))[32..64].try_into().unwrap();
    let twin = ORDER.parse::<Amount>().unwrap().checked_sub(Amount::from_be_bytes(s)).unwrap();
    let twin = twin.to_be_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (r, odd) = (&signature[2..66], signature.ends_with("1c"));
    let folded =
        format!("{:x}{}", u8::from_str_radix(&signature[66..67], 16).unwrap() | if odd { 8 } else { 0 }, &signature[67..130]);
    for other in [format!("0x{r}{twin}{}", if odd { "1b" } else { "1c" }), format!("0x{r}{folded}")] {
        let mut dressed = payment.clone();
        dressed.payload.insert("signature", other.as_str());
        let refused = front.pay(A, &encoded(&dressed)).await;
        assert!(matches!(refused.status, 400 | 402 | 409), "{other}: {refused:?}");
    }
    assert_eq!((front.sold(), front.seen.served()), (1, 1));
}

/// A token that no registry knows.
const COIN: Address = Address::from_bytes([0x71; 20]);

fn coin() -> Token {
    Token::new(COIN.as_bytes().into(), "USDC", "2")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_119_the_same_nonce_of_another_payer_token_or_chain_is_another_payment() {
    let node = Node { devnet: Devnet::builder().token(coin()).start().await.unwrap() };
    let base = Node { devnet: Devnet::builder().chain_id(8_453).start().await.unwrap() };
    let place = Place::on(node, &[(BASE, &base)]).await;
    let engine = place.facilitator.clone();
    let offers = json!([
        {},
        { "amount": "10000", "asset": COIN.to_string(), "asset_name": "USDC", "asset_version": "2" },
        { "network": "base" },
    ]);
    let more = json!({ "route": [{ "path": "/v1/*", "offer": offers }] });
    let front = Front::settled_by(place, (engine, Attested::Chain), MemoryReplayLog::new(100), more).await;
    let offers = front.asked(A).await.accepts;
    let usdc = Address::parse(&offers[2].asset).unwrap();
    let before = (balance(&front.place.node, COIN, seller()), balance(&base, usdc, seller()));
    let payments = [(BUYER, 0), (4, 0), (BUYER, 1), (BUYER, 2)]
        .map(|(who, offer)| encoded(&front.plain(&key(who), offers[offer].clone(), Nonce::from_bytes([1; 32]))));
    for (number, payment) in payments.iter().enumerate() {
        let sold = front.pay(A, payment).await;
        assert_eq!((sold.status, front.seen.served()), (200, number + 1), "{sold:?}");
    }
    for payment in &payments {
        let again = front.pay(A, payment).await;
        assert_eq!((again.status, again.code().as_str()), (409, "spent"));
    }
    let after = (balance(&front.place.node, COIN, seller()), balance(&base, usdc, seller()));
    assert_eq!((front.sold(), after), (2, (before.0 + PRICE, before.1 + PRICE)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_120_one_nonce_of_permit2_pays_once_whatever_the_token_and_the_scheme() {
    let place = Place::on(Node { devnet: Devnet::builder().token(coin()).start().await.unwrap() }, &[]).await;
    place.approve();
    place.approve_of(COIN);
    let remote = place.remote();
    let order = |way, token| Order {
        payer: Arc::new(key(BUYER)),
        way,
        network: BASE_SEPOLIA,
        token,
        pay_to: seller(),
        amount: Amount::from_u64(PRICE),
        window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(place.node.time() + 50)),
        nonce: Nonce::from_bytes([7; 32]),
        wallet: None,
        brings: None,
    };
    let before = (place.balance(seller()), balance(&place.node, COIN, seller()));
    let settle = async |order: Order| {
        let charge = order.amount;
        quittance_core::Facilitator::settle(&remote, &order.settle(60, charge)).await.unwrap()
    };
    assert!(settle(order(Way::Permit2, token())).await.success);
    for other in [order(Way::Permit2, COIN), order(Way::Upto(key(FACILITATOR).address()), token())] {
        let refused = settle(other.clone()).await;
        assert!(!refused.success, "{other:?}: {refused:?}");
    }
    let sums = || (place.balance(seller()), balance(&place.node, COIN, seller()));
    assert_eq!(sums(), (before.0 + PRICE, before.1));
    // under nonces of their own they are as good as the first
    for (number, other) in [(8, order(Way::Permit2, COIN)), (9, order(Way::Upto(key(FACILITATOR).address()), token()))] {
        let settled = settle(Order { nonce: Nonce::from_bytes([number; 32]), ..other }).await;
        assert!(settled.success, "{settled:?}");
    }
    assert_eq!(sums(), (before.0 + 2 * PRICE, before.1 + PRICE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_122_and_123_a_full_log_refuses_and_forgets_nothing_that_can_still_be_spent() {
    let front = Front::remembering(2, json!({})).await;
    let first = front.payment("GET", A).await;
    let bought = front.pay(A, &first).await;
    let second = encoded(&plain(&front, A, 2).await);
    assert_eq!((bought.status, front.pay(A, &second).await.status), (200, 200));
    let third = encoded(&plain(&front, A, 3).await);
    // nothing is over as long as its authorization is not
    let end = UnixSeconds::from_secs(front.place.node.time() + 50);
    assert_eq!(ReplayLog::purge(&*front.log, end).await, Ok(0));
    let refused = front.pay(A, &third).await;
    assert_eq!((refused.status, refused.header("payment-required"), refused.header("retry-after").is_some()), (503, None, true));
    assert_eq!(front.pay(A, &first).await.body, bought.body, "the first is remembered");
    assert_eq!(front.pay(A, &second).await.status, 409, "and so is the second");
    assert_eq!((front.sold(), front.seen.served()), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_125_and_126_a_name_stands_for_one_payment_and_is_no_pass() {
    let front = Front::with(json!({ "route": [{ "path": "/v1/*", "naming": "required" }] })).await;
    let named = async |who: usize, nonce: u8, id: &str| {
        let mut payment = front.plain(&key(who), front.asked(A).await.accepts[0].clone(), Nonce::from_bytes([nonce; 32]));
        let mut entry = wire::Extension::from(&PaymentIdentifier::advertise(true));
        if let Ok(id) = PaymentId::parse(id) {
            entry = wire::Extension::from(&PaymentIdentifier::advertise(true).answer(id));
        } else {
            entry.info.insert("id", id);
        }
        let mut extensions = wire::Extensions::new();
        extensions.insert(payment_id::EXTENSION, &entry);
        payment.extensions = Some(extensions);
        encoded(&payment)
    };
    let id = "pay_0123456789abcdef";
    assert_eq!(front.pay(A, &encoded(&plain(&front, A, 1).await)).await.status, 400, "it has to have one");
    for malformed in ["short", "pay_0123456789abcde!", &"x".repeat(129)] {
        assert_eq!(front.pay(A, &named(BUYER, 1, malformed).await).await.status, 400, "{malformed}");
    }
    let first = named(BUYER, 1, id).await;
    assert_eq!(front.pay(A, &first).await.status, 200);
    let other = front.pay(A, &named(BUYER, 2, id).await).await;
    assert_eq!((other.status, other.code().as_str()), (409, "other_payment"));
    // the name opens nothing: not with the payment that it stands for, and not with a forged one
    let again = front.pay(A, &first).await;
    assert_eq!((again.status, again.code().as_str()), (409, "spent"));
    let mut forged = front.bound(front.asked(A).await.accepts[0].clone(), "GET", A, Mode::Preferred);
    let honest = quittance_core::header::payment_signature(first.as_bytes(), &quittance_core::Limits::HEADER).unwrap();
    forged.extensions = honest.extensions;
    let signature = honest.payload.member("signature").unwrap().as_str().unwrap().to_owned();
    forged.payload.insert("signature", signature.as_str());
    assert_eq!(front.pay(A, &encoded(&forged)).await.status, 402);
    // and another payer has that name for itself
    assert_eq!(front.pay(A, &named(4, 1, id).await).await.status, 200);
    assert_eq!((front.sold(), front.seen.served()), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_127_and_128_what_stands_on_the_chain_buys_nothing_and_what_is_too_long_is_not_kept() {
    let front = Front::with(json!({ "limits": { "keep_bytes": 4 } })).await;
    let bought = front.bound(front.asked(A).await.accepts[0].clone(), "GET", A, Mode::Preferred);
    assert_eq!(front.pay(A, &encoded(&bought)).await.status, 200);
    // whoever reads the transaction knows all but the salt
    let mut observed = bought.clone();
    (observed.extensions, observed.resource) = (None, None);
    let refused = front.pay(A, &encoded(&observed)).await;
    assert_eq!((refused.status, refused.header("payment-response")), (409, None), "{refused:?}");
    let mut guessed = bought.clone();
    let answer = wire::Binding::advertise(Mode::Preferred).answer(Salt::from_bytes([0xee; 32]), None);
    let mut extensions = wire::Extensions::new();
    extensions.insert(quittance_core::binding::EXTENSION, &wire::Extension::from(&answer));
    guessed.extensions = Some(extensions);
    assert_eq!(front.pay(A, &encoded(&guessed)).await.status, 402);
    // its buyer is told that it has had it, with the receipt; that it was taken to its end is written down when it is seen
    let mut again = front.pay(A, &encoded(&bought)).await;
    while again.code() == "in_progress" {
        tokio::time::sleep(Duration::from_millis(5)).await;
        again = front.pay(A, &encoded(&bought)).await;
    }
    assert_eq!((again.status, again.code().as_str(), again.header("payment-response").is_some()), (409, "delivered", true));
    assert_eq!((front.sold(), front.seen.served()), (1, 1));
}
