//! Rows 69, 156, 157, 169 and 236: what a seller signs beside the payment, and what it says to whoever lists resources.

use quittance_core::json::Object;
use quittance_core::statement::{self, Issuer, Key, KeyId};
use quittance_core::wire::{Bazaar, BodyType, Declaration, Extension, OfferReceipt, ReceiptPayload, RouteTemplate};
use quittance_core::{SecretKey, UnixSeconds};
use quittance_server::{QuoteKey, Route, SetupError, Statements};

use crate::engine::Stage;
use crate::shop::{Answer, Ask, Engine, ORIGIN, Shop, with_extension};

fn key() -> SecretKey {
    SecretKey::from_bytes(&[0x5e; 32]).unwrap()
}

fn shop(statements: Statements) -> Shop<Engine> {
    Shop::with(Stage::new(), |stage| stage.facilitator.clone(), |setup| setup.statements(statements), |route| route)
}

fn shops() -> [Shop<Engine>; 2] {
    [shop(Statements::new(Issuer::eip712(key()))), shop(Statements::new(Issuer::jws(key())))]
}

fn said(answer: &Answer) -> Option<OfferReceipt> {
    let terms = answer.terms();
    terms.extensions.and_then(|extensions| OfferReceipt::find(&extensions).unwrap())
}

fn receipt(answer: &Answer) -> Option<ReceiptPayload> {
    let extensions = answer.receipt()?.extensions?;
    let artifact = OfferReceipt::find(&extensions).unwrap()?.receipt?;
    let statement = statement::check(&artifact).unwrap();
    assert!(statement.by().is(&Key::Account(key().address())));
    Some(statement.payload().clone())
}

#[tokio::test(start_paused = true)]
async fn every_offer_is_signed_in_its_own_letters_for_the_resource_that_is_asked() {
    for shop in shops() {
        for path in ["/v1/r", "/v1/other?a=1"] {
            let answer = shop.ask(Ask::get(path)).await;
            let (offers, signed) = (answer.offers(), said(&answer).unwrap().offers.unwrap());
            assert_eq!(signed.len(), offers.len());
            for (index, (offer, artifact)) in (0..).zip(offers.iter().zip(&signed)) {
                let statement = statement::check(artifact).unwrap();
                assert!(statement.by().is(&Key::Account(key().address())) && artifact.accept_index == Some(index));
                let payload = statement.payload();
                assert!(payload.is_of(offer));
                assert_eq!(payload.resource_url, format!("{ORIGIN}{path}"));
                let life = UnixSeconds::from_secs(shop.stage.chain.now().as_secs() + offer.max_timeout_seconds);
                assert_eq!(payload.ends(), Some(life));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_carries_them_too_and_the_price_that_is_quoted_outlives_what_is_signed() {
    let shop = Shop::with(
        Stage::new(),
        |stage| stage.facilitator.clone(),
        |setup| setup.statements(Statements::new(Issuer::eip712(key()))).quotes(QuoteKey::from_bytes([7; 32])),
        |route| route.quoted_for(30),
    );
    let mut wrong = shop.plain(1);
    wrong.accepted.amount = "1".into();
    let answer = shop.ask(Ask::get("/v1/r").paying(&wrong)).await;
    let (offers, signed) = (answer.refused(402).offers(), said(&answer).unwrap().offers.unwrap());
    let statement = statement::check(&signed[0]).unwrap();
    assert!(statement.payload().is_of(&offers[0]), "the seal of the quote stands in no member that is signed");
    assert_eq!(statement.payload().ends().unwrap().as_secs(), shop.stage.chain.now().as_secs() + 30);
}

#[tokio::test(start_paused = true)]
async fn rows_156_and_157_a_receipt_is_for_what_was_delivered_and_for_nothing_else() {
    for shop in shops() {
        let payment = shop.bound(1, "GET", "/v1/r");
        let answer = shop.ask(Ask::get("/v1/r").paying(&payment)).await;
        let receipt_of = receipt(&answer).unwrap();
        assert!(answer.is_goods());
        assert_eq!(receipt_of.resource_url, format!("{ORIGIN}/v1/r"));
        assert_eq!(receipt_of.payer, answer.receipt().unwrap().payer.unwrap());
        assert_eq!(receipt_of.network, answer.receipt().unwrap().network);
        assert_eq!((receipt_of.issued_at, receipt_of.transaction()), (shop.stage.chain.now(), None));
        // the same again for whoever has bought it
        let again = shop.ask(Ask::get("/v1/r").paying(&payment)).await;
        assert!(again.is_goods() && receipt(&again).is_some());
        // paid for, and nothing delivered
        let failed = shop.ask(Ask::get("/v1/r?fails").paying(&shop.bound(2, "GET", "/v1/r?fails"))).await;
        assert!(failed.status.is_server_error() && failed.receipt().unwrap().success && receipt(&failed).is_none());
        // refused
        let spent = shop.ask(Ask::get("/v1/other").paying(&shop.plain(1))).await;
        assert!(receipt(&spent).is_none_or(|said| said.resource_url.ends_with("/v1/other")));
        let streamed = shop.ask(Ask::get("/v1/r?streams").paying(&shop.plain(9))).await;
        assert!(streamed.is_goods() && receipt(&streamed).is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_named_where_the_seller_says_so() {
    let shop = shop(Statements::new(Issuer::eip712(key())).naming_transactions());
    let answer = shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await;
    assert_eq!(receipt(&answer).unwrap().transaction(), Some(&*answer.receipt().unwrap().transaction));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_the_extension_is_not_there() {
    let shop = Shop::new();
    let answer = shop.ask(Ask::get("/v1/r")).await;
    assert!(said(&answer).is_none());
    let answer = shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().extensions.is_none());
}

#[tokio::test(start_paused = true)]
async fn terms_that_leave_no_room_for_signatures_go_without_them() {
    let name = KeyId::parse(&format!("did:web:{}", "a".repeat(900))).unwrap();
    let shop = shop(Statements::new(Issuer::jws_named(key(), name).unwrap()));
    let short = shop.ask(Ask::get("/v1/r")).await;
    assert!(said(&short).is_some());
    let long = shop.ask(Ask::get(&format!("/v1/{}", "x".repeat(1_900)))).await;
    assert_eq!((long.refused(402).offers().len(), said(&long).is_none()), (1, true));
}

#[tokio::test(start_paused = true)]
async fn row_236_nothing_that_prints_shows_the_key() {
    let statements = Statements::new(Issuer::eip712(key()));
    let printed = format!("{statements:?} {:?}", statements.key());
    assert!(!printed.contains("5e5e5e") && printed.contains(&key().address().to_string()), "{printed}");
}

fn weather() -> Declaration {
    let city = || Object::from_iter([("city", "Oslo")]);
    let template = RouteTemplate::parse("/v1/:rest").unwrap();
    Declaration::query("GET")
        .unwrap()
        .params(city(), None)
        .unwrap()
        .output("json", Some(city().into()), None)
        .unwrap()
        .listed_under(template)
}

#[tokio::test(start_paused = true)]
async fn a_route_is_described_to_requests_by_its_method() {
    let shop =
        Shop::selling(|route| route.discovery(weather()).service("Weather", ["weather", "north"]).icon("https://a.example/i.png"));
    for (method, described) in [("GET", true), ("POST", false), ("HEAD", false)] {
        for _ in 0..2 {
            let terms = shop.ask(Ask::get("/v1/r").method(method)).await.terms();
            let found = Bazaar::find(&terms.extensions.unwrap()).unwrap();
            assert_eq!(found.is_some(), described, "{method}");
            let resource = terms.resource.unwrap();
            assert_eq!((resource.url, resource.service_name.as_deref()), (format!("{ORIGIN}/v1/r"), Some("Weather")));
            assert_eq!(resource.tags.unwrap(), ["weather", "north"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_69_what_is_listed_under_the_sellers_name_is_the_sellers_word() {
    let shop = Shop::selling(|route| route.discovery(weather()));
    let ours = weather().entry();
    let entry = |edit: fn(&mut Extension)| {
        let mut entry = ours.clone();
        edit(&mut entry);
        entry
    };
    let another = Declaration::body("POST", BodyType::Text, "buy here").unwrap().entry();
    let elsewhere = weather().listed_under(RouteTemplate::parse("/admin").unwrap()).entry();
    for (nonce, wrong) in (1..).zip([
        another,
        elsewhere,
        entry(|it| it.info.insert("output", Object::new())),
        entry(|it| it.schema = Some(Object::new())),
    ]) {
        let payment = with_extension(shop.plain(nonce), Bazaar::ID, &wrong);
        for method in ["GET", "POST", "DELETE"] {
            let answer = shop.ask(Ask::get("/v1/r").method(method).paying(&payment)).await;
            assert_eq!(answer.refused(402).reason(), "extension_echo_mismatch", "{method}");
        }
    }
    assert_eq!(shop.served(), 0);
    for (nonce, right) in (20..).zip([ours.clone(), entry(|it| it.schema = None)]) {
        assert!(shop.ask(Ask::get("/v1/r").paying(&with_extension(shop.plain(nonce), Bazaar::ID, &right))).await.is_goods());
    }
    assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(30))).await.is_goods(), "whoever says nothing of it buys all the same");
}

#[tokio::test(start_paused = true)]
async fn what_no_listing_takes_is_found_at_start_up() {
    let stage = Stage::new();
    let offer = quittance_core::Terms::parse(stage.order(0).offer(60)).unwrap();
    let seller = |origin| {
        let log = std::sync::Arc::new(quittance_guard::memory::MemoryReplayLog::new(10));
        quittance_server::Seller::setup(stage.facilitator.clone(), log, origin).scheme(&quittance_evm::EXACT).build().unwrap()
    };
    let shop = seller(quittance_server::Origin::parse(ORIGIN).unwrap());
    let route = || Route::new([offer.clone()]);
    let tool = |name| Declaration::tool(name, Object::new()).unwrap();
    assert_eq!(shop.sell(route().discovery(tool("search"))).unwrap_err(), SetupError::Discovery);
    let tools = seller(quittance_server::Origin::tools());
    assert_eq!(tools.sell(route().resource("/search").discovery(tool("other"))).unwrap_err(), SetupError::Discovery);
    assert_eq!(tools.sell(route().resource("/search").discovery(weather())).unwrap_err(), SetupError::Discovery);
    assert!(tools.sell(route().resource("/search").discovery(tool("search"))).is_ok());
    for wrong in [
        route().service("", []),
        route().service(&"x".repeat(33), []),
        route().service("Wetter für alle", []),
        route().service("Weather", ["a", "b", "c", "d", "e", "f"]),
        route().service("Weather", ["north", "NORTH"]),
        route().service("Weather", [""]),
        route().icon("http://127.0.0.1/i.png"),
        route().icon("https://localhost/i.png"),
        route().icon("https://[::1]/i.png"),
        route().icon("data:image/png;base64,AA"),
        route().icon("https://user@a.example/i.png"),
    ] {
        assert!(matches!(shop.sell(wrong), Err(SetupError::Text(_))));
    }
    assert!(shop.sell(route().service("Weather", ["north"]).icon("https://a.example/i.png")).is_ok());
}
