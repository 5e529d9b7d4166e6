//! Up to a ceiling.

use quittance_core::{Amount, Facilitator as _};
use quittance_testkit::payer::Way;

use crate::stage::{PRICE, Stage, TOKEN};

#[tokio::test(start_paused = true)]
async fn row_161_any_amount_up_to_the_ceiling_and_no_more() {
    let stage = Stage::new();
    let order = |nonce| stage.order_by(Way::Upto(stage.signer(0)), nonce);
    assert!(stage.verify(&order(1)).await.unwrap().is_valid);
    let charged = stage.settle_for(&order(1), Amount::from_u64(1)).await.unwrap();
    assert_eq!((charged.success, charged.amount.as_deref()), (true, Some("1")));
    assert_eq!(stage.paid(), Amount::from_u64(1));
    // once
    let more = stage.settle_for(&order(1), Amount::from_u64(2)).await.unwrap();
    assert!(!more.success);
    let all = stage.settle_for(&order(2), PRICE).await.unwrap();
    assert_eq!((all.success, all.amount.as_deref()), (true, Some("10000")));
    let beyond = stage.settle_for(&order(3), Amount::from_u64(10_001)).await.unwrap();
    assert_eq!(beyond.error_reason.as_deref(), Some("invalid_upto_evm_payload_settlement_exceeds_amount"));
    assert_eq!(stage.paid(), Amount::from_u64(10_001));
}

#[tokio::test(start_paused = true)]
async fn row_164_nothing_charged_touches_no_chain_and_needs_a_signature() {
    let stage = Stage::new();
    let order = stage.order_by(Way::Upto(stage.signer(0)), 1);
    let response = stage.settle_for(&order, Amount::ZERO).await.unwrap();
    assert_eq!((response.success, response.transaction.as_str(), response.amount.as_deref()), (true, "", Some("0")));
    assert_eq!(stage.settle_for(&order, Amount::ZERO).await.unwrap(), response);
    assert_eq!(stage.node.asked(None), 0);
    // it is settled: there is no second charge
    assert!(!stage.settle_for(&order, PRICE).await.unwrap().success);
    let mut forged = stage.order_by(Way::Upto(stage.signer(0)), 3).settle(60, Amount::ZERO);
    if let quittance_core::wire::VerifyRequest::V2 { payload, .. } = &mut forged.0 {
        let signature = payload.payload.member("signature").unwrap().as_str().unwrap().to_owned();
        let digit = if signature.ends_with('b') { "c" } else { "b" };
        payload.payload.insert("signature", format!("{}{digit}", &signature[..signature.len() - 1]).as_str());
    }
    let response = stage.facilitator.settle(&forged).await.unwrap();
    assert_eq!((response.success, response.error_reason.as_deref()), (false, Some("invalid_permit2_signature")));
    let stranger = stage.order_by(Way::Upto(TOKEN), 2);
    let response = stage.settle_for(&stranger, Amount::ZERO).await.unwrap();
    assert_eq!(response.error_reason.as_deref(), Some("upto_facilitator_mismatch"));
}

#[tokio::test(start_paused = true)]
async fn row_162_a_malformed_amount_is_an_error_and_never_the_ceiling() {
    let stage = Stage::new();
    for amount in
        ["", "-1", "1.5", "1e3", "0x10", " 1", "99999999999999999999999999999999999999999999999999999999999999999999999999999999"]
    {
        let mut request = stage.order_by(Way::Upto(stage.signer(0)), 1).settle(60, PRICE);
        if let quittance_core::wire::VerifyRequest::V2 { requirements, .. } = &mut request.0 {
            requirements.amount = amount.into();
        }
        let response = stage.facilitator.settle(&request).await.unwrap();
        assert_eq!(response.error_reason.as_deref(), Some("invalid_payment_requirements"), "{amount:?}");
    }
    assert_eq!((stage.paid(), stage.node.asked(None)), (Amount::ZERO, 0));
}

#[tokio::test(start_paused = true)]
async fn row_164_the_signer_that_is_named_sends_it() {
    let stage = Stage::with(quittance_testkit::chain::Kind::Honest, 3, |_, _| {});
    for number in 0..3 {
        assert!(stage.settle(&stage.order_by(Way::Upto(stage.signer(number)), number + 1)).await.unwrap().success);
        assert_eq!(stage.chain.spendings(stage.signer(number)).len(), 1);
    }
}
