//! Rows 129 to 131, 169 to 172 and 180: methods, conditions, caches, pages, errors.

use std::sync::Arc;

use quittance_guard::screening::DenyList;
use quittance_server::Origin;

use crate::engine::{PRICE, Stage, key, times};
use crate::shop::{Ask, Shop};

#[tokio::test(start_paused = true)]
async fn row_129_every_method_is_gated_and_no_header_changes_it() {
    let shop = Shop::new();
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"] {
        shop.ask(Ask::get("/v1/r").method(method)).await.refused(402);
    }
    shop.ask(Ask::get("/v1/r").method("TRACE")).await.refused(405);
    let plain = shop.ask(Ask::get("/v1/r").method("OPTIONS")).await;
    assert_eq!((plain.refused(204).body.len(), plain.headers.contains_key("payment-required")), (0, false));
    assert_eq!(shop.served(), 0);
    let payment = shop.plain(1);
    let ask = Ask::get("/v1/r?conditions").header("x-http-method-override", "DELETE").paying(&payment);
    let answer = shop.ask(ask).await;
    assert!(answer.is_goods() && !answer.text().contains("override"), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn row_130_conditions_and_ranges_tell_nothing_before_payment_and_take_nothing_after() {
    let shop = Shop::new();
    let conditions = |ask: Ask| {
        ask.header("if-none-match", "*").header("range", "bytes=0-0").header("if-modified-since", "Sat, 28 Nov 2026 00:00:00 GMT")
    };
    let (with, without) = (shop.ask(conditions(Ask::get("/v1/r?conditions"))).await, shop.ask(Ask::get("/v1/r?conditions")).await);
    assert_eq!((with.refused(402).headers.clone(), &with.body), (without.headers, &without.body));
    assert!(!with.headers.contains_key("etag"));
    let paid = shop.ask(conditions(Ask::get("/v1/r?conditions")).paying(&shop.plain(1))).await;
    assert!(paid.is_goods() && !paid.text().contains("range") && !paid.text().contains("if-"), "{paid:?}");
}

#[tokio::test(start_paused = true)]
async fn row_131_an_upgrade_is_paid_for_before_it_happens() {
    let shop = Shop::new();
    let ask = Ask::get("/v1/r").header("connection", "upgrade").header("upgrade", "websocket");
    shop.ask(ask).await.refused(402);
    assert_eq!(shop.served(), 0);
}

#[tokio::test(start_paused = true)]
async fn rows_163_and_169_what_a_handler_says_about_payment_and_caches_is_not_believed() {
    let shop = Shop::new();
    let answer = shop.ask(Ask::get("/v1/r?overrides").paying(&shop.plain(1))).await;
    assert!(answer.is_goods() && answer.receipt().unwrap().success, "the receipt is ours");
    assert_eq!(answer.header("cache-control"), Some("private, max-age=600"));
    assert!(!answer.headers.contains_key("settlement-overrides"));
    assert_eq!(shop.sold(), PRICE);
}

#[tokio::test(start_paused = true)]
async fn row_171_a_page_for_people_is_still_without_script() {
    let shop = Shop::selling(|route| route.description("<script>alert('x')</script>"));
    let ask = Ask::get("/v1/'onload='x").header("accept", "text/html").header("user-agent", "Mozilla/5.0");
    let answer = shop.ask(ask).await;
    assert_eq!(answer.refused(402).header("content-type"), Some("text/html; charset=utf-8"));
    assert!(!answer.text().contains("<script") && !answer.text().contains("'onload"), "{}", answer.text());
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'; style-src 'sha256-"));
    assert_eq!(answer.offers().len(), 1, "the terms are in the header all the same");
}

#[tokio::test(start_paused = true)]
async fn row_172_an_error_is_a_code_and_nothing_of_the_machine() {
    let shop = Shop::new();
    let answers = [
        shop.ask(Ask::get("/v1/r").header("payment-signature", "%%%")).await,
        shop.ask(Ask::get("/v1/r").header("payment-signature", "e30=").header("x-payment", "e30=")).await,
        shop.ask(Ask::get("/v1/p%")).await,
    ];
    for answer in answers {
        answer.refused(400);
        let text = answer.text();
        assert!(!["/work", ".rs", "panicked", "http://"].iter().any(|word| text.contains(word)), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_180_pages_see_the_headers_of_payment_and_only_named_origins_the_answers() {
    let shop = Shop::with(
        Stage::new(),
        |stage| stage.facilitator.clone(),
        |setup| setup.for_pages_of(Origin::parse("https://shop.example").unwrap()),
        |route| route,
    );
    let before =
        |origin| Ask::get("/v1/r").method("OPTIONS").header("origin", origin).header("access-control-request-method", "GET");
    let known = shop.ask(before("https://shop.example")).await;
    assert_eq!(known.header("access-control-allow-origin"), Some("https://shop.example"));
    assert!(known.header("access-control-allow-headers").unwrap().contains("payment-signature"));
    let stranger = shop.ask(before("https://evil.example")).await;
    assert_eq!((stranger.header("access-control-allow-origin"), stranger.header("access-control-allow-headers")), (None, None));
    let asked = shop.ask(Ask::get("/v1/r").header("origin", "https://shop.example")).await;
    assert!(asked.header("access-control-expose-headers").unwrap().contains("payment-required"));
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    assert_eq!(shop.served(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_payer_has_so_many_payments_and_then_429() {
    let shop = Shop::selling(|route| route.quota(2, 3_600));
    for nonce in 1..=2 {
        assert!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(nonce))).await.is_goods());
    }
    let answer = shop.ask(Ask::get("/v1/r").paying(&shop.plain(3))).await;
    assert_eq!(answer.refused(429).reason(), "rate_limited");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!((shop.served(), shop.sold()), (2, times(2)));
}

#[tokio::test(start_paused = true)]
async fn a_denied_payer_is_refused_and_not_charged() {
    let list = DenyList::parse(&key(1).address().to_string()).unwrap();
    let shop = Shop::with(Stage::new(), |stage| stage.facilitator.clone(), |setup| setup.screening(Arc::new(list)), |route| route);
    assert_eq!(shop.ask(Ask::get("/v1/r").paying(&shop.plain(1))).await.refused(403).reason(), "payer_denied");
    assert_eq!((shop.served(), shop.remembered().await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_price_honours_a_live_quote() {
    use std::sync::atomic::{AtomicBool, Ordering};

    use quittance_core::{Amount, Terms};
    use quittance_server::{QuoteKey, Route};
    let dear = Arc::new(AtomicBool::new(false));
    let stage = Stage::new();
    let mut order = stage.order(1);
    let (offer, changed) = (order.offer(60), Arc::clone(&dear));
    let shop = Shop::with(
        stage,
        |stage| stage.facilitator.clone(),
        |setup| setup.quotes(QuoteKey::from_bytes([9; 32])),
        |_| {
            Route::priced(move |_: &axum::http::request::Parts| {
                let mut offer = offer.clone();
                if changed.load(Ordering::SeqCst) {
                    offer.amount = "99000".into();
                }
                Ok(vec![Terms::parse(offer).unwrap()])
            })
        },
    );
    let quoted = shop.terms("/v1/r").await.accepts.remove(0);
    dear.store(true, Ordering::SeqCst);
    assert_eq!(shop.terms("/v1/r").await.accepts[0].amount, "99000");
    let mut payment = order.payment(60);
    shop.ask(Ask::get("/v1/r").paying(&payment)).await.refused(402);
    payment.accepted = quoted.clone();
    shop.ask(Ask::get("/v1/other").paying(&payment)).await.refused(402);
    let mut edited = payment.clone();
    order.amount = Amount::from_u64(1);
    edited.payload = order.payment(60).payload;
    edited.accepted.amount = "1".into();
    shop.ask(Ask::get("/v1/r").paying(&edited)).await.refused(402);
    assert_eq!(shop.served(), 0);
    assert!(shop.ask(Ask::get("/v1/r").paying(&payment)).await.is_goods());
    assert_eq!(shop.sold(), PRICE);
}

#[tokio::test(start_paused = true)]
async fn row_156_an_offer_that_has_ended_gives_what_was_bought_with_it_and_nothing_else() {
    use quittance_core::{Binding, Resource, Salt, Terms, binding::Mode, wire};
    use quittance_server::QuoteKey;
    let shop = Shop::with(
        Stage::new(),
        |stage| stage.facilitator.clone(),
        |setup| setup.quotes(QuoteKey::from_bytes([9; 32])),
        |route| route.quoted_for(5),
    );
    let path = "/v1/r";
    let quoted = shop.terms(path).await.accepts.remove(0);
    let resource = Resource::parse(&format!("{}{path}", crate::shop::ORIGIN)).unwrap();
    let bound = |salt: u8| {
        let (mut order, salt) = (shop.stage.order(0), Salt::from_bytes([salt; 32]));
        let terms = Terms::parse(quoted.clone()).unwrap();
        order.nonce = Binding::new(terms.hash(), "GET", &resource).unwrap().nonce(&salt);
        let mut payment = order.payment(60);
        payment.accepted = quoted.clone();
        crate::shop::with_binding(payment, wire::Binding::advertise(Mode::Preferred).answer(salt, None), path)
    };
    let (bought, unused) = (Ask::get(path).paying(&bound(7)), Ask::get(path).paying(&bound(8)));
    assert!(shop.ask(bought.clone()).await.is_goods());
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    shop.ask(unused).await.refused(402);
    // its window is open; what has ended is the offer
    let answer = shop.ask(bought).await;
    assert!(answer.is_goods(), "whoever has paid is not asked to pay again: {answer:?}");
    assert_eq!((shop.served(), shop.sold()), (1, PRICE));
}
