//! A buyer as a layer around a client of reqwest, which follows redirects as such clients do.

#[path = "buyer/seller.rs"]
#[expect(dead_code, reason = "the buyer's own tests use all of it")]
mod seller;

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use quittance_guard::{PurchaseId, Receipt};
use reqwest_middleware::ClientBuilder;

use seller::{Seller, ask, buyer, buyer_of_all, honest};

fn client<S, L>(buyer: quittance_client::Buyer<S, L>) -> reqwest_middleware::ClientWithMiddleware
where
    quittance_client::Buyer<S, L>: reqwest_middleware::Middleware,
{
    // a second one is as good as the first
    let _ = rustls::crypto::ring::default_provider().install_default();
    ClientBuilder::new(reqwest::Client::builder().no_proxy().build().unwrap()).with(buyer).build()
}

#[tokio::test]
async fn a_client_that_is_there_already_buys() {
    let seller = Seller::at(|asked, url| Some(honest(asked, url))).await;
    let (buyer, signed) = buyer(&seller);
    let client = client(buyer);
    for _ in 0..2 {
        let request = client.post(seller.url()).body("a question").with_extension(PurchaseId::parse("report-42").unwrap());
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.url().as_str()), (200, seller.url().as_str()));
        assert_eq!(answer.extensions().get::<Receipt>().unwrap().charged.to_string(), "10000");
        assert_eq!(answer.text().await.unwrap(), "the report");
    }
    assert_eq!(signed.load(Ordering::Relaxed), 1, "row 188");
    let free = Seller::open(|_| Some(Response::new(Body::from("for nothing")))).await;
    assert_eq!(client.get(free.url()).send().await.unwrap().text().await.unwrap(), "for nothing");
}

#[tokio::test]
async fn rows_189_and_190_the_client_beneath_follows_redirects_and_carries_no_payment() {
    let thief = Seller::open(|_| Some(Response::new(Body::from("thanks")))).await;
    let place = thief.url();
    let target = Seller::at(move |asked, url| match asked.payment() {
        None => Some(ask("$0.01", url)),
        Some(_) => Some(Response::builder().status(307).header("location", &place).body(Body::empty()).unwrap()),
    })
    .await;
    let place = target.url();
    let front =
        Seller::open(move |_| Some(Response::builder().status(302).header("location", &place).body(Body::empty()).unwrap())).await;
    // the policy allows where the redirect leads to; one that allows only where it began would refuse
    let sellers = [target];
    let (buyer, signed) = buyer_of_all(&sellers);
    let error = client(buyer).get(front.url()).send().await.unwrap_err();
    assert!(error.to_string().contains("refused the payment"), "{error}");
    assert_eq!((signed.load(Ordering::Relaxed), sellers[0].payments().len()), (1, 1));
    assert!(front.payments().is_empty() && thief.asked().is_empty());
    let fronts = [front];
    let (strict, signed) = buyer_of_all(&fronts);
    client(strict).get(fronts[0].url()).send().await.unwrap_err();
    assert_eq!(signed.load(Ordering::Relaxed), 0);
}
