//! What sellers sign, honestly and not.

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Response;
use quittance_client::Error;
use quittance_core::registry::networks;
use quittance_core::statement::Issuer;
use quittance_core::wire::{
    Artifact, Extension, Extensions, OfferPayload, OfferReceipt, PaymentRequired, ReceiptPayload, ResourceInfo, SettleResponse,
};
use quittance_core::{Address, Denial, Limits, SecretKey, UnixSeconds, header};
use quittance_guard::SignedReceipt;

use crate::seller::{Asked, NOW, PAYEE, Seller, TX, buyer, buyer_under, deliver, terms, verify};

fn issuer(byte: u8) -> Issuer {
    Issuer::eip712(SecretKey::from_bytes(&[byte; 32]).unwrap())
}

/// A 402 with what is signed.
fn ask(url: &str, signed: Vec<Artifact<OfferPayload>>) -> Response<Body> {
    let mut required = PaymentRequired::new(ResourceInfo::new(url), [terms("$0.01").requirements().clone()].into());
    let mut extensions = Extensions::new();
    extensions.insert(OfferReceipt::ID, &OfferReceipt::offers(signed).entry());
    required.extensions = Some(extensions);
    let value = header::encode(&required, &Limits::BODY).unwrap();
    Response::builder().status(402).header(header::PAYMENT_REQUIRED, value).body(Body::from("{}")).unwrap()
}

fn offer(url: &str) -> OfferPayload {
    OfferPayload::of(terms("$0.01").requirements(), url, Some(NOW))
}

fn receipt(url: &str, payer: Address) -> ReceiptPayload {
    ReceiptPayload::new(networks::BASE_SEPOLIA, url, payer.to_string(), NOW)
}

fn with(receipt: &mut SettleResponse, entry: &Extension) {
    receipt.extensions.get_or_insert_default().insert(OfferReceipt::ID, entry);
}

/// A seller that delivers with what `sign` makes of a receipt.
async fn selling(sign: impl Fn(&str, ReceiptPayload) -> Extension + Send + Sync + 'static) -> Seller {
    Seller::at(move |asked: &Asked, url: &str| {
        let paid = verify(asked, "$0.01");
        Some(match paid {
            None => ask(url, vec![issuer(5).sign(offer(url))]),
            Some(payer) => deliver(payer, |paper| with(paper, &sign(url, receipt(url, payer)))),
        })
    })
    .await
}

fn entry(artifact: Artifact<ReceiptPayload>) -> Extension {
    OfferReceipt::receipt(artifact).entry()
}

/// What the receipt is worth, and that the purchase is ended by it or not as it would be without.
async fn worth(seller: &Seller) -> Option<SignedReceipt> {
    let told = format!("[[resource]]\nurl = \"{}/**\"\nsigners = [\"{}\"]\n", seller.origin, issuer(5).key());
    let (buyer, signed) = buyer_under(seller, &told);
    let answer = buyer.get(&seller.url()).send().await.unwrap();
    assert_eq!((answer.status(), signed.load(Ordering::Relaxed)), (200, 1));
    assert_eq!(answer.receipt().unwrap().transaction, TX.into());
    answer.signed_receipt().map(|vouched| {
        assert_eq!(vouched.artifact().is_some(), vouched.verdict() != SignedReceipt::Malformed);
        vouched.verdict()
    })
}

#[tokio::test]
async fn a_receipt_is_handed_on_with_what_it_is_worth() {
    let honest = selling(|_, receipt| entry(issuer(5).sign(receipt))).await;
    assert_eq!(worth(&honest).await, Some(SignedReceipt::Holds));
    let stranger = selling(|_, receipt| entry(issuer(6).sign(receipt))).await;
    assert_eq!(worth(&stranger).await, Some(SignedReceipt::Stranger));
    let silent = selling(|_, _| OfferReceipt::default().entry()).await;
    assert_eq!(worth(&silent).await, None);
}

#[tokio::test]
async fn row_203_a_receipt_of_something_else_is_reported_and_changes_nothing() {
    for (change, expected) in [
        ((|it| it.resource_url.push_str("/other")) as fn(&mut ReceiptPayload), SignedReceipt::OtherResource),
        (|it| it.payer = PAYEE.into(), SignedReceipt::OtherPayer),
        (|it| it.network = "eip155:8453".into(), SignedReceipt::OtherNetwork),
        (|it| it.transaction = Some(TX.replace("42", "43")), SignedReceipt::OtherTransaction),
        (|it| it.issued_at = UnixSeconds::from_secs(NOW.as_secs() - 3_600), SignedReceipt::OtherTime),
    ] {
        let seller = selling(move |_, mut receipt| {
            change(&mut receipt);
            entry(issuer(5).sign(receipt))
        })
        .await;
        assert_eq!(worth(&seller).await, Some(expected));
    }
    let garbled = selling(|_, receipt| {
        let mut garbled = entry(issuer(5).sign(receipt));
        garbled.info.insert("receipt", "later");
        garbled
    })
    .await;
    assert_eq!(worth(&garbled).await, Some(SignedReceipt::Malformed));
}

#[tokio::test]
async fn signed_offers_can_be_demanded_and_contradictions_are_refused_in_any_case() {
    let told = |seller: &Seller, demand: &str, byte: u8| {
        format!("{demand}[[resource]]\nurl = \"{}/**\"\nsigners = [\"{}\"]\n", seller.origin, issuer(byte).key())
    };
    let required = "signed_offers = \"required\"\n";
    let seller = selling(|_, receipt| entry(issuer(5).sign(receipt))).await;
    assert!(buyer_under(&seller, &told(&seller, required, 5)).0.get(&seller.url()).send().await.is_ok());
    let denied = |error: Error| match error {
        Error::Denied(denied) => denied.denial(),
        other => panic!("{other:?}"),
    };
    let by_another = buyer_under(&seller, &told(&seller, required, 6)).0.get(&seller.url()).send().await.unwrap_err();
    assert_eq!(denied(by_another), Denial::OfferUnsigned);
    // the price beside what is signed is another
    let changed = Seller::at(|asked, url| {
        let mut other = offer(url);
        other.amount = "1".into();
        Some(verify(asked, "$0.01").map_or_else(|| ask(url, vec![issuer(5).sign(other)]), |payer| deliver(payer, |_| {})))
    })
    .await;
    let (buyer, signed) = buyer(&changed);
    assert_eq!(denied(buyer.get(&changed.url()).send().await.unwrap_err()), Denial::OfferContradicted);
    assert_eq!(signed.load(Ordering::Relaxed), 0);
}
