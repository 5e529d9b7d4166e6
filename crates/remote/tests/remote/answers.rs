//! What is a verdict.

use quittance_core::wire::{SettleRequest, SettleResponse, VerifyResponse};
use quittance_core::{Facilitator as _, Fault};
use quittance_remote::RemoteFacilitator;

use crate::place::{PAYEE, Place, TX, payer, settle, settle_first, verify};

async fn verified(status: u16, body: impl Into<String>) -> Result<VerifyResponse, Fault> {
    Place::saying(status, body).await.remote().verify(&verify()).await
}

async fn settled(status: u16, body: impl Into<String>) -> Result<SettleResponse, Fault> {
    settled_of(&settle(), status, body).await
}

async fn settled_of(request: &SettleRequest, status: u16, body: impl Into<String>) -> Result<SettleResponse, Fault> {
    Place::saying(status, body).await.remote().settle(request).await
}

fn receipt(change: impl FnOnce(&mut SettleResponse)) -> String {
    let mut receipt = SettleResponse::settled("eip155:84532", TX, payer());
    change(&mut receipt);
    receipt.to_json()
}

#[test]
fn row_154_a_facilitator_is_called_by_its_place_and_by_no_secret_in_it() {
    let name = |url: &str| RemoteFacilitator::builder(url).unwrap().allow_plain_http().build().unwrap().name().to_owned();
    assert_eq!(name("HTTPS://Facilitator.example:443/"), "https://facilitator.example");
    assert_eq!(name("https://facilitator.example/v2/K3y"), name("https://facilitator.example/v2/K3y/"));
    assert!(!name("https://facilitator.example/v2/K3y").contains("K3y"));
    let places = [
        "https://facilitator.example",
        "http://facilitator.example",
        "https://facilitator.example:8443",
        "https://facilitator.example/v2",
        "https://facilitator.example/v2/K3y",
        "https://other.example/v2",
    ];
    assert_eq!(places.map(name).into_iter().collect::<std::collections::BTreeSet<_>>().len(), places.len());
}

#[tokio::test]
async fn a_verdict_is_handed_through() {
    assert!(verified(200, VerifyResponse::valid(payer()).to_json()).await.unwrap().is_valid);
    let refusal = VerifyResponse::invalid("insufficient_funds", Some(payer())).to_json();
    for status in [200, 400, 412] {
        let verdict = verified(status, refusal.clone()).await.unwrap();
        assert_eq!((verdict.is_valid, verdict.invalid_reason.as_deref()), (false, Some("insufficient_funds")), "{status}");
    }
    assert!(settled(200, receipt(|_| {})).await.unwrap().success);
    assert!(settled(200, receipt(|receipt| receipt.amount = Some("10000".into()))).await.unwrap().success);
    assert!(settled_of(&settle_first(), 200, receipt(|receipt| receipt.network = "base-sepolia".into())).await.unwrap().success);
    for status in [200, 400] {
        let failure = settled(status, SettleResponse::failed("eip155:84532", "insufficient_funds").to_json()).await.unwrap();
        assert!(!failure.success);
    }
    // a reason that nobody here knows is the caller's to read
    assert!(!verified(200, VerifyResponse::invalid("because", None).to_json()).await.unwrap().is_valid);
}

#[tokio::test]
async fn rows_133_and_134_a_refusal_with_a_status_of_success_is_a_refusal() {
    assert!(!verified(200, r#"{"isValid":false}"#).await.unwrap().is_valid);
    assert!(!settled(200, r#"{"success":false,"transaction":"","network":""}"#).await.unwrap().success);
}

#[tokio::test]
async fn row_135_what_cannot_be_read_is_no_verdict() {
    let payer = payer();
    let wrong = [
        String::new(),
        "null".into(),
        "[]".into(),
        "<html>ok</html>".into(),
        "{}".into(),
        format!(r#"{{"isValid":"true","payer":"{payer}"}}"#),
        format!(r#"{{"isValid":1,"payer":"{payer}"}}"#),
        format!(r#"{{"isValid":null,"payer":"{payer}"}}"#),
        format!(r#"{{"isValid":true,"isValid":false,"payer":"{payer}"}}"#),
        format!(r#"{{"isValid":true,"invalidReason":"insufficient_funds","payer":"{payer}"}}"#),
        format!(r#"{{"isValid":true,"payer":"{payer}"}} {{}}"#),
        format!(r#"{{"isValid":true,"payer":"{payer}","extra":{}1{}}}"#, r#"{"a":"#.repeat(40), "}".repeat(40)),
        format!(r#"{{"isValid":true,"payer":"{payer}","x":"{}"}}"#, "x".repeat(70_000)),
    ];
    for body in wrong {
        assert_eq!(verified(200, body.clone()).await.unwrap_err(), Fault::FacilitatorReply, "{}", &body[..body.len().min(80)]);
    }
    for body in ["", "{}", r#"{"success":"true","transaction":"","network":"eip155:84532"}"#, r#"{"success":true}"#] {
        assert_eq!(settled(200, body).await.unwrap_err(), Fault::FacilitatorReply, "{body}");
    }
}

#[tokio::test]
async fn row_136_a_success_of_something_else_is_no_success() {
    type Change = fn(&mut SettleResponse);
    let changes: [Change; 10] = [
        |receipt| receipt.payer = Some(PAYEE.into()),
        |receipt| receipt.payer = Some("somebody".into()),
        |receipt| receipt.network = "eip155:8453".into(),
        |receipt| receipt.network = "base".into(),
        |receipt| receipt.transaction = "0x12".into(),
        |receipt| receipt.transaction.clear(),
        |receipt| receipt.transaction = TX.replace("0x", "0y"),
        |receipt| receipt.amount = Some("9999".into()),
        |receipt| receipt.amount = Some("10001".into()),
        |receipt| receipt.amount = Some("0".into()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(settled(200, receipt(change)).await.unwrap_err(), Fault::FacilitatorReply, "{number}");
    }
    let other = VerifyResponse::valid(PAYEE).to_json();
    assert_eq!(verified(200, other).await.unwrap_err(), Fault::FacilitatorReply);
}

#[tokio::test]
async fn row_139_a_status_of_failure_is_never_a_verdict() {
    let (yes, no) = (VerifyResponse::valid(payer()).to_json(), VerifyResponse::invalid("insufficient_funds", None).to_json());
    let (paid, unpaid) = (receipt(|_| {}), SettleResponse::failed("eip155:84532", "insufficient_funds").to_json());
    for (status, verifying, settling) in [
        (201, Fault::FacilitatorReply, Fault::FacilitatorReply),
        (204, Fault::FacilitatorReply, Fault::FacilitatorReply),
        (401, Fault::FacilitatorReply, Fault::FacilitatorReply),
        (402, Fault::FacilitatorReply, Fault::FacilitatorReply),
        (404, Fault::FacilitatorReply, Fault::FacilitatorReply),
        (429, Fault::VerifyFailed, Fault::SettleFailed),
        (500, Fault::VerifyFailed, Fault::SettleFailed),
        (502, Fault::VerifyFailed, Fault::SettleFailed),
        (503, Fault::VerifyFailed, Fault::SettleFailed),
        (504, Fault::VerifyFailed, Fault::SettleFailed),
    ] {
        for body in [&yes, &no] {
            assert_eq!(verified(status, body.clone()).await.unwrap_err(), verifying, "{status}");
        }
        for body in [&paid, &unpaid] {
            assert_eq!(settled(status, body.clone()).await.unwrap_err(), settling, "{status}");
        }
    }
    // a status that refuses cannot approve
    for status in [400, 412] {
        assert_eq!(verified(status, yes.clone()).await.unwrap_err(), Fault::FacilitatorReply);
        assert_eq!(settled(status, paid.clone()).await.unwrap_err(), Fault::FacilitatorReply);
    }
}

#[tokio::test]
async fn an_outage_in_the_words_of_a_refusal_is_an_outage() {
    let said = VerifyResponse::invalid("unexpected_verify_error", None).to_json();
    assert_eq!(verified(200, said).await.unwrap_err(), Fault::VerifyFailed);
    let said = SettleResponse::failed("eip155:84532", "unexpected_settle_error").to_json();
    assert_eq!(settled(200, said).await.unwrap_err(), Fault::SettleFailed);
    let ours = r#"{"error":{"code":"chain_unavailable","message":"","retry":"same_bytes_later"}}"#;
    assert_eq!(verified(503, ours).await.unwrap_err(), Fault::ChainUnavailable);
    assert_eq!(settled(503, r#"{"error":{"code":"insufficient_funds"}}"#).await.unwrap_err(), Fault::SettleFailed);
}
