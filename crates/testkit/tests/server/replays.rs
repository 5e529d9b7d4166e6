//! Rows 107 to 132: binding, replay, idempotency.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use quittance_core::binding::Mode;
use quittance_core::registry::networks::BASE;
use quittance_core::wire::{self, PaymentIdentifier};
use quittance_core::{Address, Amount, PaymentId, Salt, Terms, payment_id};
use quittance_facilitator::{ChainSetup, Facilitator};
use quittance_guard::memory::MemoryReplayLog;
use quittance_server::{Bind, Clock, Naming, Origin, Route, Seller};
use quittance_testkit::chain::{Kind, ModelChain, Settings};
use quittance_testkit::payer::{Order, TOKEN_NAME, TOKEN_VERSION};

use crate::engine::{PAYEE, PRICE, Stage, TOKEN, key, times};
use crate::shop::{Ask, ORIGIN, Shop, answer, bound_order, with_binding, with_extension};

#[tokio::test(start_paused = true)]
async fn a_payment_buys_what_it_is_for_and_comes_with_a_receipt() {
    let shop = Shop::new();
    let terms = shop.terms("/v1/report/42?x=1").await;
    assert_eq!(terms.resource.unwrap().url, format!("{ORIGIN}/v1/report/42?x=1"));
    let answer = shop.ask(Ask::get("/v1/report/42").paying(&shop.plain(1))).await;
    assert!(answer.is_goods(), "{answer:?}");
    let receipt = answer.receipt().unwrap();
    assert!(receipt.success && receipt.transaction.len() == 66 && receipt.network == "eip155:84532", "{receipt:?}");
    assert_eq!(answer.header("cache-control"), Some("private"));
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn a_payment_of_version_1_is_answered_in_version_1() {
    let shop = Shop::new();
    let unpaid = shop.ask(Ask::get("/v1/r")).await;
    let body = wire::v1::PaymentRequired::from_json(&unpaid.body, &quittance_core::Limits::BODY).unwrap();
    assert_eq!(
        (body.accepts[0].network.as_str(), body.accepts[0].resource.url.as_str()),
        ("base-sepolia", "https://api.example.com/v1/r")
    );
    let payload = shop.plain(1).payload;
    let answer = shop.ask(Ask::get("/v1/r").paying_v1(&wire::v1::PaymentPayload::new("exact", "base-sepolia", payload))).await;
    assert!(answer.is_goods(), "{answer:?}");
    assert!(answer.headers.contains_key("x-payment-response") && !answer.headers.contains_key("payment-response"));
    assert_eq!(answer.receipt().unwrap().network, "base-sepolia");
    assert_eq!(shop.sold(), PRICE);
}

#[tokio::test(start_paused = true)]
async fn row_107_a_bound_payment_buys_nothing_elsewhere_and_a_plain_one_once() {
    let shop = Shop::new();
    let bound = shop.bound(7, "GET", "/v1/report/42");
    let mut moved = bound.clone();
    moved.resource = None;
    let answer = shop.ask(Ask::get("/v1/report/99").paying(&moved)).await;
    assert_eq!(answer.refused(402).reason(), "extension_echo_mismatch");
    assert_eq!((shop.served(), shop.sold()), (0, Amount::ZERO));
    assert!(shop.ask(Ask::get("/v1/report/42").paying(&bound)).await.is_goods());
    let plain = shop.plain(1);
    assert!(shop.ask(Ask::get("/v1/report/1").paying(&plain)).await.is_goods());
    shop.ask(Ask::get("/v1/report/2").paying(&plain)).await.refused(409);
    assert_eq!((shop.served(), shop.sold()), (2, times(2)));
}

#[tokio::test(start_paused = true)]
async fn row_109_a_payment_that_a_gateway_passes_on_is_noticed_when_it_has_to_be_bound() {
    let shop = Shop::selling(|route| route.bind(Bind::Required));
    shop.ask(Ask::get("/v1/a").paying(&shop.plain(1))).await.refused(400);
    // the salt is there, and for another resource
    let salt = Salt::from_bytes([7; 32]);
    let elsewhere = bound_order(shop.stage.order(0), 7, "GET", "/v1/b");
    let forwarded = with_binding(elsewhere, wire::Binding::advertise(Mode::Required).answer(salt.clone(), None), "/v1/a");
    assert_eq!(shop.ask(Ask::get("/v1/a").paying(&forwarded)).await.refused(402).reason(), "extension_echo_mismatch");
    let here = bound_order(shop.stage.order(0), 7, "GET", "/v1/a");
    let here = with_binding(here, wire::Binding::advertise(Mode::Required).answer(salt, None), "/v1/a");
    assert!(shop.ask(Ask::get("/v1/a").paying(&here)).await.is_goods());
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_69_what_the_seller_declared_is_not_for_the_client_to_change() {
    let shop = Shop::new();
    let changed = shop.bound(7, "GET", "/v1/a");
    let changed = with_binding(changed, wire::Binding::advertise(Mode::Required).answer(Salt::from_bytes([7; 32]), None), "/v1/a");
    assert_eq!(shop.ask(Ask::get("/v1/a").paying(&changed)).await.refused(402).reason(), "extension_echo_mismatch");
    assert_eq!(shop.served(), 0);
}

#[tokio::test(start_paused = true)]
async fn row_70_and_71_the_resource_is_the_servers_own() {
    let shop = Shop::new();
    for url in ["https://api.example.com/v1/cheap", "https://evil.example/v1/dear", "not a url"] {
        let mut payment = shop.plain(1);
        payment.resource = Some(wire::ResourceInfo::new(url));
        assert_eq!(shop.ask(Ask::get("/v1/dear").paying(&payment)).await.refused(402).reason(), "No matching payment requirements");
    }
    assert_eq!((shop.served(), shop.remembered().await), (0, 0));
    let mut payment = shop.plain(1);
    payment.resource = None;
    assert!(shop.ask(Ask::get("/v1/dear").paying(&payment)).await.is_goods());
}

#[tokio::test(start_paused = true)]
async fn rows_110_to_112_another_method_body_or_query_is_another_request() {
    let shop = Shop::new();
    let payment = shop.plain(1);
    let first = Ask::get("/v1/r?a=1&b=2").method("POST").body("one").paying(&payment);
    assert!(shop.ask(first).await.is_goods());
    for other in [
        Ask::get("/v1/r?a=1&b=2").method("PUT").body("one"),
        Ask::get("/v1/r?a=1&b=2").method("POST").body("two"),
        Ask::get("/v1/r?b=2&a=1").method("POST").body("one"),
        Ask::get("/v1/r?a=1&b=%32").method("POST").body("one"),
        Ask::get("/v1/r").method("POST").body("one"),
    ] {
        assert_eq!(shop.ask(other.paying(&payment)).await.refused(409).reason(), "other_request");
    }
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_113_no_spelling_of_a_path_reaches_the_handler_unpaid() {
    let shop = Shop::new();
    for target in [
        "/v1//p",
        "/v1/p/",
        "/v1/./p",
        "/v1/%2e%2e/p",
        "/v1/p%2Fq",
        "/v1/p%",
        "/v1/p%c0",
        "/v1/p;x",
        "/v1/P",
        "/v1/%2570",
        "/v1/%00",
        "//v1/p",
        "/V1/p",
    ] {
        let answer = shop.ask(Ask::get(target)).await;
        assert!(matches!(answer.status.as_u16(), 400 | 402 | 404), "{target}: {answer:?}");
    }
    assert_eq!(shop.served(), 0);
}

#[tokio::test(start_paused = true)]
async fn row_114_the_origin_is_the_configured_one_whatever_a_request_says() {
    let shop = Shop::new();
    let ask = Ask::get("http://evil.example/v1/r")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=evil.example;proto=http");
    assert_eq!(shop.ask(ask).await.refused(402).terms().resource.unwrap().url, "https://api.example.com/v1/r");
}

#[tokio::test(start_paused = true)]
async fn row_115_a_buyer_has_its_answer_again_by_its_secret_and_nobody_else_has_it() {
    let shop = Shop::new();
    let payment = shop.bound(7, "GET", "/v1/r");
    let first = shop.ask(Ask::get("/v1/r").paying(&payment)).await;
    let again = shop.ask(Ask::get("/v1/r").paying(&payment)).await;
    assert!(first.is_goods());
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.receipt().unwrap().transaction, first.receipt().unwrap().transaction);
    assert_eq!(again.header("cache-control"), Some("private"));
    let mut without = payment.clone();
    without.extensions = None;
    assert_eq!(shop.ask(Ask::get("/v1/r").paying(&without)).await.refused(409).reason(), "spent");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_116_a_duplicate_waits_while_the_first_is_in_flight() {
    let shop = Shop::new();
    let payment = shop.bound(7, "GET", "/v1/r?slow");
    let ask = Ask::get("/v1/r?slow").paying(&payment);
    let (app, first) = (shop.app.clone(), ask.clone());
    let first = tokio::spawn(async move { answer(&app, first).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let second = shop.ask(ask.clone()).await;
    assert_eq!(second.refused(409).reason(), "in_progress");
    assert!(second.headers.contains_key("retry-after"));
    assert!(first.await.unwrap().is_goods());
    assert!(shop.ask(ask).await.is_goods());
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_118_the_same_authorization_in_other_clothes_is_the_same_payment() {
    let shop = Shop::new();
    let payment = shop.plain(0xab);
    assert!(shop.ask(Ask::get("/v1/r").paying(&payment)).await.is_goods());
    let text = payment.to_json();
    let nonce = "ab".repeat(32);
    let clothes =
        [text.replace(&nonce, &nonce.to_uppercase()), text.replace("\":", "\" : "), text.replacen('{', "{\"more\":1,", 1)];
    for json in clothes {
        use base64::Engine as _;
        assert_ne!(json, text);
        let header = base64::engine::general_purpose::STANDARD.encode(json);
        assert_eq!(shop.ask(Ask::get("/v1/r").header("payment-signature", &header)).await.refused(409).reason(), "spent");
    }
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_119_the_same_nonce_of_another_payer_token_or_chain_is_another_payment() {
    let (stage, coin) = (Stage::new(), Address::from_bytes([0x71; 20]));
    let elsewhere = ModelChain::new(Settings { network: BASE, ..Settings::default() });
    for (chain, token, payer) in [(&stage.chain, TOKEN, 2), (&stage.chain, coin, 1), (&elsewhere, TOKEN, 1)] {
        chain.place_token(token, TOKEN_NAME, TOKEN_VERSION, Kind::Honest);
        chain.mint(token, key(payer).address(), PRICE);
    }
    elsewhere.fund(key(101).address(), 10_u128.pow(18));
    let setups = vec![
        ChainSetup::new(Arc::clone(&stage.node), vec![key(100)]),
        ChainSetup::new(Arc::new(elsewhere.node(1)), vec![key(101)]),
    ];
    let (clock, chain) = (stage.chain.clone(), stage.chain.clone());
    let clock = quittance_facilitator::Clock::new(move || Ok(clock.now()));
    let facilitator = Facilitator::new(setups, Arc::clone(&stage.log), clock, Default::default(), Default::default()).unwrap();
    // one nonce four times
    let first = stage.order(1);
    let payer = Order { payer: Arc::new(key(2)), ..first.clone() };
    let (token, network) = (Order { token: coin, ..first.clone() }, Order { network: BASE, ..first.clone() });
    let log = Arc::new(MemoryReplayLog::new(100));
    let seller = Seller::setup(facilitator, log, Origin::parse(ORIGIN).unwrap())
        .scheme(&quittance_evm::EXACT)
        .clock(Clock::new(move || Ok(chain.now())))
        .build()
        .unwrap();
    let offers = [&first, &token, &network].map(|order| Terms::parse(order.offer(60)).unwrap());
    let layer = seller.sell(Route::new(offers)).unwrap();
    let app = axum::Router::new().route("/v1/r", axum::routing::get(async || "what was sold").layer(layer));
    let orders = [first, payer, token, network];
    for order in &orders {
        let sold = answer(&app, Ask::get("/v1/r").paying(&order.payment(60))).await;
        assert!(sold.is_goods(), "{order:?}: {sold:?}");
    }
    for order in &orders {
        let again = answer(&app, Ask::get("/v1/r").paying(&order.payment(60))).await;
        assert_eq!(again.refused(409).reason(), "spent", "{order:?}");
    }
    let paid = (stage.paid(), stage.chain.balance(coin, PAYEE), elsewhere.balance(TOKEN, PAYEE));
    assert_eq!(paid, (times(2), PRICE, PRICE));
}

#[tokio::test(start_paused = true)]
async fn rows_125_and_126_a_name_stands_for_one_payment_and_is_no_pass() {
    let shop = Shop::selling(|route| route.naming(Naming::Required));
    let named = |payment, id: &str| {
        let info = PaymentIdentifier::advertise(true).answer(PaymentId::parse(id).unwrap());
        with_extension(payment, payment_id::EXTENSION, &wire::Extension::from(&info))
    };
    shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await.refused(400);
    let first = named(shop.plain(1), "pay_0123456789abcdef");
    assert!(shop.ask(Ask::get("/v1/r").paying(&first)).await.is_goods());
    let other = named(shop.plain(2), "pay_0123456789abcdef");
    assert_eq!(shop.ask(Ask::get("/v1/r").paying(&other)).await.refused(409).reason(), "other_payment");
    // the name alone opens nothing: the same one with the payment that it stands for is spent
    assert_eq!(shop.ask(Ask::get("/v1/r").paying(&first)).await.refused(409).reason(), "spent");
    let mut entry = wire::Extension::from(&PaymentIdentifier::advertise(true));
    entry.info.insert("id", "short");
    shop.ask(Ask::get("/v1/r").paying(&with_extension(shop.plain(3), payment_id::EXTENSION, &entry))).await.refused(400);
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_127_what_stands_in_public_calldata_buys_nothing() {
    let shop = Shop::new();
    let payment = shop.bound(7, "GET", "/v1/r");
    assert!(shop.ask(Ask::get("/v1/r").paying(&payment)).await.is_goods());
    // an observer knows all but the salt
    let mut observed = payment.clone();
    observed.extensions = None;
    observed.resource = None;
    shop.ask(Ask::get("/v1/r").paying(&observed)).await.refused(409);
    let guessed =
        with_binding(observed, wire::Binding::advertise(Mode::Preferred).answer(Salt::from_bytes([8; 32]), None), "/v1/r");
    shop.ask(Ask::get("/v1/r").paying(&guessed)).await.refused(402);
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_128_an_answer_that_is_too_long_to_keep_is_not_kept_and_not_sold_again() {
    let shop = Shop::with(
        Stage::new(),
        |stage| stage.facilitator.clone(),
        |setup| {
            let mut options = quittance_server::Options::default();
            options.keep = 4;
            setup.options(options)
        },
        |route| route,
    );
    let ask = Ask::get("/v1/r").paying(&shop.bound(7, "GET", "/v1/r"));
    assert!(shop.ask(ask.clone()).await.is_goods());
    crate::shop::settle_down().await;
    let again = shop.ask(ask).await;
    assert_eq!(again.refused(409).reason(), "delivered");
    assert!(again.receipt().unwrap().success, "the receipt is the buyer's");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_122_a_full_log_refuses_and_forgets_nothing() {
    let stage = Stage::new();
    let shop = Shop::with(stage, |stage| stage.facilitator.clone(), |setup| setup, |route| route);
    // the log of this shop holds 10,000; one of its own holds two
    let log = Arc::new(MemoryReplayLog::new(2));
    let chain = shop.stage.chain.clone();
    let seller = Seller::setup(shop.stage.facilitator.clone(), log, Origin::parse(ORIGIN).unwrap())
        .scheme(&quittance_evm::EXACT)
        .clock(Clock::new(move || Ok(chain.now())))
        .build()
        .unwrap();
    let offer = Terms::parse(shop.stage.order(0).offer(60)).unwrap();
    let layer = seller.sell(Route::new([offer])).unwrap();
    let app = axum::Router::new().route("/v1/r", axum::routing::get(async || "what was sold").layer(layer));
    let first = Ask::get("/v1/r").paying(&bound_order(shop.stage.order(0), 1, "GET", "/v1/r"));
    assert_eq!(answer(&app, first.clone()).await.status, StatusCode::OK);
    assert_eq!(answer(&app, Ask::get("/v1/r").paying(&shop.plain(2))).await.status, StatusCode::OK);
    let third = answer(&app, Ask::get("/v1/r").paying(&shop.plain(3))).await;
    assert_eq!(third.refused(503).reason(), "store_full");
    assert!(third.headers.contains_key("retry-after"));
    assert_eq!(answer(&app, first).await.status, StatusCode::OK, "the first is remembered");
    assert_eq!(shop.sold(), times(2));
}
