//! Buyers of tools: what is paid for is paid once, however often it is asked for.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use quittance_client::Error;
use quittance_core::{Amount, Denial};
use quittance_guard::budget::ReserveError;
use quittance_mcp::{CODE, NoResult, PAYMENT, RECEIPT, fingerprint, result};
use serde_json::{Value, json};

use crate::desk::{Desk, TOOL, hash, is_goods};
use crate::engine::{PRICE, times};

#[tokio::test(start_paused = true)]
async fn a_tool_is_bought_and_the_same_purchase_again_is_the_same_bytes() {
    let desk = Desk::new();
    let buyer = desk.buyer("$0.05");
    let oslo = json!({"days": 3, "city": "Oslo"});
    let answer = buyer.call(TOOL, &oslo).unwrap().purchase("w-1").unwrap().send().await.unwrap();
    assert!(is_goods(&result(&answer).unwrap()));
    let receipt = answer.receipt().unwrap().clone();
    assert_eq!((receipt.charged, desk.sold(), desk.runs()), (PRICE, PRICE, 1));
    let again = buyer.call(TOOL, &oslo).unwrap().purchase("w-1").unwrap().send().await.unwrap();
    assert!(is_goods(&result(&again).unwrap()));
    assert_eq!(again.receipt(), Some(&receipt));
    assert_eq!((desk.sold(), desk.runs()), (PRICE, 1));
    {
        let payments = desk.payments.lock().unwrap();
        assert_eq!(payments.len(), 2);
        assert_eq!(payments[0], payments[1]);
        let info = &payments[0]["_meta"][PAYMENT]["extensions"]["quittance-binding"]["info"];
        assert_eq!(info["metadata"]["arguments"], hash(r#"{"city":"Oslo","days":3}"#), "the nonce is bound to the arguments");
        assert_eq!(payments[0]["_meta"].as_object().unwrap().len(), 1);
    }
    let other = buyer.call(TOOL, &json!({"city": "Bergen"})).unwrap().purchase("w-1").unwrap().send().await;
    assert!(matches!(other, Err(Error::Budget(ReserveError::OtherPurchase))), "{other:?}");
    buyer.call(TOOL, &json!({"city": "Bergen"})).unwrap().purchase("w-2").unwrap().send().await.unwrap();
    assert_eq!((desk.sold(), desk.runs()), (times(2), 2));
    assert!(buyer.buyer().open().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn rows_183_and_188_a_result_that_is_lost_is_fetched_without_another_signature() {
    let desk = Desk::new();
    let buyer = desk.buyer("$0.05");
    desk.loses.store(4, Ordering::SeqCst);
    let call = || buyer.call(TOOL, &json!({"city": "Oslo"})).unwrap().purchase("w-1").unwrap();
    let lost = call().send().await;
    assert!(matches!(lost, Err(Error::Open { .. })), "{lost:?}");
    let found = call().send().await.unwrap();
    assert!(is_goods(&result(&found).unwrap()) && found.receipt().is_some());
    let payments = desk.payments.lock().unwrap();
    assert_eq!(payments.len(), 5);
    assert!(payments.iter().all(|payment| *payment == payments[0]));
    assert_eq!((desk.sold(), desk.runs()), (PRICE, 1));
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_says_no_signs_nothing() {
    let desk = Desk::new();
    let buyer = desk.buyer("$0.001");
    let denied = buyer.call(TOOL, &json!({})).unwrap().purchase("w-1").unwrap().send().await;
    assert!(matches!(&denied, Err(Error::Denied(_))), "{denied:?}");
    assert_eq!((desk.runs(), desk.sold(), desk.payments.lock().unwrap().len()), (0, Amount::ZERO, 0));
    assert!(buyer.buyer().open().await.unwrap().is_empty());
    // nor does one for payees that are others
    let stranger = "0x000000000000000000000000000000000000dEaD";
    let other = desk.clone();
    let buyer = desk.buyer_by("$0.05", move |params| {
        let desk = other.clone();
        async move {
            assert!(params.get("_meta").is_none(), "nothing is paid");
            let result = desk.ask(&params).await.to_string();
            Ok(serde_json::from_str(&result.replace(&crate::engine::PAYEE.to_string(), stranger)).unwrap())
        }
    });
    let denied = buyer.call(TOOL, &json!({})).unwrap().send().await;
    let Err(Error::Denied(denied)) = denied else { panic!("{denied:?}") };
    assert_eq!(denied.denial(), Denial::PayeeUnlisted);
}

#[tokio::test(start_paused = true)]
async fn terms_are_found_wherever_servers_put_them() {
    type Put = fn(Value) -> Result<Value, NoResult>;
    let ways: [Put; 4] = [
        |result| Ok(json!({"isError": true, "content": result["content"]})),
        |result| Ok(json!({"isError": true, "structuredContent": result["structuredContent"], "content": []})),
        |result| Err(NoResult::Error(json!({"code": CODE, "message": "pay", "data": result["structuredContent"]}))),
        // in the words of version 1, which names what is sold in each offer
        |result| {
            let mut offer = result["structuredContent"]["accepts"][0].clone();
            let members = offer.as_object_mut().unwrap();
            let amount = members.remove("amount").unwrap();
            members.insert("maxAmountRequired".into(), amount);
            members.insert("network".into(), "base-sepolia".into());
            members.insert("resource".into(), "mcp://tool/get_weather".into());
            members.insert("description".into(), "".into());
            members.insert("mimeType".into(), "".into());
            Ok(json!({"isError": true, "structuredContent": {"x402Version": 1, "error": "pay", "accepts": [offer]}}))
        },
    ];
    for (number, put) in ways.into_iter().enumerate() {
        let desk = Desk::new();
        let other = desk.clone();
        let buyer = desk.buyer_by("$0.05", move |params| {
            let desk = other.clone();
            async move {
                let result = desk.ask(&params).await;
                if result["structuredContent"]["accepts"].is_array() { put(result) } else { Ok(result) }
            }
        });
        let answer = buyer.call(TOOL, &json!({})).unwrap().send().await.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(is_goods(&result(&answer).unwrap()), "{number}");
        assert_eq!((answer.receipt().unwrap().charged, desk.sold()), (PRICE, PRICE), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn row_203_a_receipt_that_does_not_hold_is_none_and_the_price_stays_set_aside() {
    for forge in [
        (|_| json!({})) as fn(Value) -> Value,
        |_| json!("paid"),
        |mut receipt| {
            receipt["payer"] = json!("0x000000000000000000000000000000000000dEaD");
            receipt
        },
        |mut receipt| {
            receipt["transaction"] = json!("0x01");
            receipt
        },
        |mut receipt| {
            receipt["network"] = json!("eip155:1");
            receipt
        },
        |mut receipt| {
            receipt["success"] = json!(false);
            receipt
        },
    ] {
        let desk = Desk::new();
        let other = desk.clone();
        let buyer = desk.buyer_by("$0.05", move |params| {
            let desk = other.clone();
            async move {
                let mut result = desk.ask(&params).await;
                if let Some(receipt) = result.get_mut("_meta").and_then(|meta| meta.get_mut(RECEIPT)) {
                    *receipt = forge(receipt.take());
                }
                Ok(result)
            }
        });
        let answer = buyer.call(TOOL, &json!({})).unwrap().purchase("w-1").unwrap().send().await.unwrap();
        assert!(is_goods(&result(&answer).unwrap()), "what came is the buyer's");
        assert_eq!(answer.receipt(), None);
        assert_eq!(buyer.buyer().open().await.unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_costs_nothing_passes_as_it_came() {
    let desk = Desk::new();
    let own = json!({"isError": true, "content": [{"type": "text", "text": "no such city"}], "structuredContent": {"why": 1}});
    let good = json!({"content": [], "structuredContent": {"accepts": []}});
    let error = json!({"code": -32602, "message": "Invalid params"});
    for said in [Ok(own), Ok(good), Err(error)] {
        let answers = said.clone();
        let buyer = desk.buyer_by("$0.05", move |params| {
            assert_eq!(params, json!({"name": TOOL, "arguments": {"a": 1}}));
            std::future::ready(answers.clone().map_err(NoResult::Error))
        });
        let answer = buyer.call(TOOL, &json!({"a": 1})).unwrap().send().await.unwrap();
        assert_eq!((result(&answer), answer.receipt(), answer.purchase()), (said, None, None));
    }
    for (none, sent) in [(NoResult::NotSent, false), (NoResult::Lost, true)] {
        let answer = none.clone();
        let buyer = desk.buyer_by("$0.05", move |_| std::future::ready(Err(answer.clone())));
        let error = buyer.call(TOOL, &json!({})).unwrap().send().await.unwrap_err();
        assert!(matches!(error, Error::Fault(fault) if (fault == quittance_core::Fault::ConnectionLost) == sent), "{error}");
    }
    let buyer = desk.buyer("$0.05");
    assert!(matches!(buyer.call(TOOL, &json!([1])), Err(Error::Request)));
    assert!(matches!(buyer.call("a/b", &json!({})).unwrap().send().await, Err(Error::Url(_))));
}

#[tokio::test(start_paused = true)]
async fn what_else_stands_in_the_params_goes_along_and_is_no_part_of_what_is_bought() {
    let desk = Desk::new();
    let calls = Arc::<Mutex<Vec<Value>>>::default();
    let (other, seen) = (desk.clone(), Arc::clone(&calls));
    let buyer = desk.buyer_by("$0.05", move |params| {
        let desk = other.clone();
        seen.lock().unwrap().push(params.clone());
        async move { Ok(desk.ask(&params).await) }
    });
    let params =
        |token| json!({"name": TOOL, "arguments": {"a": 1}, "task": {"ttl": 1}, "_meta": {"progressToken": token, PAYMENT: {}}});
    let fingerprints = [1, 2].map(|token| fingerprint(&params(token)).unwrap());
    assert_eq!(fingerprints[0], fingerprints[1]);
    assert_ne!(fingerprints[0], fingerprint(&json!({"name": TOOL, "arguments": {"a": 2}})).unwrap());
    for token in [1, 2] {
        let answer = buyer.call_with(&params(token)).unwrap().purchase("w-1").unwrap().send().await.unwrap();
        assert!(is_goods(&result(&answer).unwrap()));
    }
    let calls = calls.lock().unwrap();
    // terms and a payment, and the same payment again in the words of the second call
    assert_eq!((calls.len(), desk.sold()), (3, PRICE));
    for (call, token) in calls.iter().zip([1, 1, 2]) {
        assert_eq!((&call["_meta"]["progressToken"], &call["task"]["ttl"]), (&json!(token), &json!(1)));
    }
    assert!(calls[0]["_meta"].get(PAYMENT).is_none(), "a payment of the caller's is not the buyer's");
    assert_eq!(calls[1]["_meta"][PAYMENT], calls[2]["_meta"][PAYMENT]);
    assert!(matches!(buyer.call_with(&json!({"arguments": {}})), Err(Error::Request)));
}
