//! Map section 1.13, and the rows of the catalogue that a call decides where a request would.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quittance_core::Amount;
use quittance_mcp::{PAYMENT, RECEIPT};
use quittance_server::{Bind, Order, Origin, QuoteKey, Seller, SetupError};
use serde_json::{Value, json};

use crate::desk::{Desk, RESOURCE, TOOL, asked, goods, is_goods, params, refused, token, value};
use crate::engine::{PAYEE, PRICE, key, times};

#[tokio::test(start_paused = true)]
async fn a_call_without_payment_is_answered_with_the_terms() {
    let desk = Desk::new();
    let without = json!({"name": TOOL});
    let empty = json!({"name": TOOL, "arguments": {}, "_meta": {"progressToken": 7}});
    let null = json!({"name": TOOL, "arguments": null, "_meta": {PAYMENT: null}});
    for call in [params(json!({"city": "Oslo"}), None), without, empty, null] {
        let result = desk.ask(&call).await;
        asked(&result, "Payment required");
        let said = &result["structuredContent"];
        assert_eq!((&said["x402Version"], &said["resource"]["description"]), (&json!(2), &json!("the weather")));
        let offer = &said["accepts"][0];
        assert_eq!(
            (&offer["scheme"], &offer["network"], &offer["amount"]),
            (&json!("exact"), &json!("eip155:84532"), &json!("10000"))
        );
        assert_eq!(offer["payTo"], PAYEE.to_string());
        assert!(result.get("_meta").is_none(), "{result}");
    }
    assert_eq!((desk.runs(), desk.open().await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_pays_is_answered_with_what_is_sold_and_a_receipt() {
    let desk = Desk::new();
    let result = desk.ask(&params(json!({"city": "Oslo"}), Some(desk.plain(1)))).await;
    assert!(is_goods(&result), "{result}");
    let receipt = &result["_meta"][RECEIPT];
    assert_eq!((&receipt["success"], &receipt["network"]), (&json!(true), &json!("eip155:84532")));
    assert_eq!(receipt["transaction"].as_str().unwrap().len(), 66);
    assert_eq!(receipt["payer"], desk.order(1).from().to_string());
    assert_eq!((desk.runs(), desk.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn a_payment_of_version_1_is_answered_in_version_1() {
    let desk = Desk::new();
    let payload = desk.plain(1)["payload"].clone();
    let payment = json!({"x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": payload});
    let result = desk.ask(&params(json!({}), Some(payment))).await;
    assert!(is_goods(&result), "{result}");
    assert_eq!(result["_meta"][RECEIPT]["network"], "base-sepolia");
    assert_eq!((desk.runs(), desk.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn rows_116_and_117_a_hundred_copies_of_one_payment_settle_once_and_run_once() {
    for payment in [Desk::plain as fn(&Desk, u8) -> Value, |desk, salt| value(&desk.bound(salt, None))] {
        let desk = Desk::new();
        let call = params(json!({"city": "Oslo"}), Some(payment(&desk, 1)));
        let copies: Vec<_> = (0..100)
            .map(|_| {
                let (desk, call) = (desk.clone(), call.clone());
                tokio::spawn(async move { desk.ask(&call).await })
            })
            .collect();
        let mut served = 0;
        for copy in copies {
            let result = copy.await.unwrap();
            if is_goods(&result) {
                served += 1;
            } else {
                let said = refused(&result);
                assert!(said.get("accepts").is_none(), "whoever is asked to pay again pays twice: {result}");
                assert_eq!(said["status"], 409, "{result}");
            }
        }
        assert_eq!((served, desk.runs(), desk.sold(), desk.open().await), (1, 1, PRICE, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_payment_is_told_so_and_touches_nothing() {
    let desk = Desk::new();
    let whole = desk.plain(1);
    let edited = |pointer: &str, to: Value| {
        let mut payment = whole.clone();
        *payment.pointer_mut(pointer).unwrap() = to;
        payment
    };
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let garbage = [
        json!(""),
        json!("eyJ4NDAyVmVyc2lvbiI6Mn0="),
        json!(17),
        json!(true),
        json!([whole.clone()]),
        json!({}),
        json!({"x402Version": 2}),
        edited("/x402Version", json!(3)),
        edited("/x402Version", json!("2")),
        edited("/x402Version", json!(1)),
        edited("/accepted", json!(null)),
        edited("/accepted/amount", json!(10_000)),
        edited("/accepted/amount", json!("1e4")),
        edited("/payload", json!([])),
        edited("/payload", json!({})),
        edited("/payload/signature", json!("0x")),
        edited("/payload/authorization/value", json!("-1")),
        edited("/payload/authorization/nonce", json!("0x01")),
        edited("/payload/authorization", deep),
        edited("/payload/signature", json!(format!("0x{}", "ab".repeat(20_000)))),
    ];
    for payment in garbage {
        let result = desk.ask(&params(json!({}), Some(payment.clone()))).await;
        let reason = refused(&result)["error"].as_str().unwrap();
        asked(&result, reason);
        assert!(reason != "Payment required" && !reason.is_empty(), "{payment} {result}");
    }
    for meta in [json!(null), json!([]), json!("x"), json!(7), json!({"x402": whole})] {
        asked(&desk.ask(&json!({"name": TOOL, "_meta": meta})).await, "Payment required");
    }
    for (call, code) in [
        (json!({"name": "another", "_meta": {PAYMENT: whole}}), "unknown_tool"),
        (json!({"_meta": {PAYMENT: whole}}), "unknown_tool"),
        (json!([]), "unknown_tool"),
        (json!({"name": TOOL, "arguments": [1], "_meta": {PAYMENT: whole}}), "invalid_arguments"),
        (json!({"name": TOOL, "arguments": {"a": "x".repeat(1 << 20)}, "_meta": {PAYMENT: whole}}), "invalid_arguments"),
    ] {
        assert_eq!(refused(&desk.ask(&call).await)["error"], code);
    }
    assert_eq!((desk.runs(), desk.open().await, desk.sold()), (0, 0, Amount::ZERO));
    assert!(is_goods(&desk.ask(&params(json!({}), Some(whole))).await), "it was good all the time");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_offered_buys_nothing() {
    let desk = Desk::new();
    let whole = desk.plain(1);
    let mut cheaper = desk.order(2);
    cheaper.amount = Amount::from_u64(9_999);
    // by what it says it accepts, and by what is signed
    let accepted = value(&cheaper.payment(60));
    let mut signed = accepted.clone();
    signed["accepted"] = whole["accepted"].clone();
    let mut elsewhere = whole.clone();
    elsewhere["resource"] = json!({"url": "mcp://tool/cheap"});
    let mut forged = whole.clone();
    forged["payload"]["authorization"]["to"] = json!(desk.order(1).from().to_string());
    let none = "No matching payment requirements";
    for (payment, reason) in [
        (accepted, none),
        (elsewhere, none),
        (signed, "invalid_exact_evm_payload_authorization_value_mismatch"),
        (forged, "invalid_exact_evm_payload_recipient_mismatch"),
    ] {
        asked(&desk.ask(&params(json!({}), Some(payment))).await, reason);
    }
    assert_eq!((desk.runs(), desk.open().await, desk.sold()), (0, 0, Amount::ZERO));
    let mut here = whole;
    here["resource"] = json!({"url": RESOURCE});
    assert!(is_goods(&desk.ask(&params(json!({}), Some(here))).await));
}

#[tokio::test(start_paused = true)]
async fn rows_107_and_111_a_payment_buys_one_tool_with_one_set_of_arguments() {
    let desk = Desk::new();
    let (oslo, bergen) = (json!({"city": "Oslo", "days": 3}), json!({"city": "Bergen", "days": 3}));
    let bound = desk.bound(7, Some(r#"{"city":"Oslo","days":3}"#));
    // taken on its way, as it is or with less of its binding
    asked(&desk.ask(&params(bergen.clone(), Some(value(&bound)))).await, "extension_echo_mismatch");
    let mut less = value(&bound);
    less["extensions"]["quittance-binding"]["info"].as_object_mut().unwrap().remove("metadata").unwrap();
    asked(&desk.ask(&params(bergen.clone(), Some(less))).await, "extension_echo_mismatch");
    assert_eq!((desk.runs(), desk.open().await), (0, 0));
    assert!(is_goods(&desk.ask(&params(json!({"days": 3, "city": "Oslo"}), Some(value(&bound)))).await));
    assert!(is_goods(&desk.ask(&params(oslo.clone(), Some(value(&bound)))).await), "it is kept for its buyer");
    assert_eq!((desk.runs(), desk.sold()), (1, PRICE));
    // one that is not bound is held to the first arguments
    let plain = desk.plain(1);
    assert!(is_goods(&desk.ask(&params(oslo.clone(), Some(plain.clone()))).await));
    for (arguments, code) in [(bergen, "other_request"), (oslo, "spent")] {
        let result = desk.ask(&params(arguments, Some(plain.clone()))).await;
        assert_eq!((&refused(&result)["error"], result["structuredContent"].get("accepts")), (&json!(code), None));
    }
    assert_eq!((desk.runs(), desk.sold()), (2, times(2)));
}

#[tokio::test(start_paused = true)]
async fn row_109_where_payments_have_to_be_bound_one_without_its_secret_is_refused() {
    let desk = Desk::selling(|route| route.bind(Bind::Required));
    asked(&desk.ask(&params(json!({}), Some(desk.plain(1)))).await, "invalid_payload");
    assert_eq!((desk.runs(), desk.open().await, desk.sold()), (0, 0, Amount::ZERO));
}

#[tokio::test(start_paused = true)]
async fn row_156_a_tool_that_fails_after_the_money_moved_is_owed_to_its_buyer() {
    let desk = Desk::new();
    *desk.makes.lock().unwrap() = |run| match run {
        1 => json!({"isError": true, "content": [{"type": "text", "text": "no weather today"}]}),
        2 => panic!("the tool panics"),
        3 => Value::Null,
        _ => goods(),
    };
    let call = params(json!({"city": "Oslo"}), Some(value(&desk.bound(7, None))));
    let failed = desk.ask(&call).await;
    assert_eq!((&failed["isError"], &failed["content"][0]["text"]), (&json!(true), &json!("no weather today")));
    assert_eq!(failed["_meta"][RECEIPT]["success"], true, "the buyer has its receipt");
    for _ in 2..=3 {
        tokio::time::sleep(Duration::from_secs(70)).await;
        assert_eq!(refused(&desk.ask(&call).await)["error"], "internal_error");
    }
    tokio::time::sleep(Duration::from_secs(70)).await;
    let answer = desk.ask(&call).await;
    assert!(is_goods(&answer) && answer["_meta"][RECEIPT]["success"] == true, "{answer}");
    assert_eq!(answer["_meta"][RECEIPT], failed["_meta"][RECEIPT]);
    assert!(is_goods(&desk.ask(&call).await), "and kept");
    assert_eq!((desk.runs(), desk.sold()), (4, PRICE), "nothing was charged again");
}

#[tokio::test(start_paused = true)]
async fn row_158_a_caller_that_goes_away_leaves_no_payment_undecided() {
    let desk = Desk::new();
    let call = params(json!({}), Some(value(&desk.bound(7, None))));
    let (first, sent) = (desk.clone(), call.clone());
    let first = tokio::spawn(async move { first.ask(&sent).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    first.abort();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!((desk.runs(), desk.sold(), desk.open().await), (1, PRICE, 0));
    assert!(is_goods(&desk.ask(&call).await), "it is kept for its buyer");
    assert_eq!((desk.runs(), desk.sold()), (1, PRICE));
}

#[tokio::test(start_paused = true)]
async fn row_160_a_settlement_that_is_refused_says_so_and_withholds_the_result() {
    let desk = Desk::new();
    let payer = Arc::new(key(9));
    desk.stage.chain.mint(token(), payer.address(), PRICE);
    let (mut here, mut elsewhere) = (desk.order(1), desk.order(2));
    (here.payer, elsewhere.payer) = (Arc::clone(&payer), payer);
    // it has enough for one of the two when both are verified
    *desk.other.lock().unwrap() = Some(elsewhere.settle(60, PRICE));
    let result = desk.ask(&params(json!({}), Some(value(&here.payment(60))))).await;
    asked(&result, "insufficient_funds");
    let paper = &result["_meta"][RECEIPT];
    assert_eq!((&paper["success"], &paper["errorReason"]), (&json!(false), &json!("insufficient_funds")), "{result}");
    assert_eq!((desk.runs(), desk.sold(), desk.open().await), (0, PRICE, 0));
}

#[tokio::test(start_paused = true)]
async fn rows_138_and_139_an_outcome_that_is_unknown_never_asks_for_another_payment() {
    let desk = Desk::new();
    let call = params(json!({}), Some(value(&desk.bound(7, None))));
    desk.down.store(true, Ordering::SeqCst);
    let result = desk.ask(&call).await;
    let said = refused(&result);
    assert!(said.get("accepts").is_none() && said["status"].as_u64().unwrap() >= 500, "{result}");
    assert_eq!((desk.runs(), desk.sold(), desk.open().await), (0, PRICE, 1));
    desk.down.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert!(is_goods(&desk.ask(&call).await), "the same payment goes on");
    assert_eq!((desk.runs(), desk.sold(), desk.open().await), (1, PRICE, 0));
}

#[tokio::test(start_paused = true)]
async fn row_163_a_tool_has_no_say_about_payment() {
    let desk = Desk::new();
    *desk.makes.lock().unwrap() = |_| {
        let mut result = goods();
        result["_meta"] = json!({RECEIPT: {"success": true, "transaction": "forged"}, PAYMENT: "forged", "trace": 1});
        result
    };
    let result = desk.ask(&params(json!({}), Some(desk.plain(1)))).await;
    assert!(is_goods(&result) && !result.to_string().contains("forged"), "{result}");
    assert_eq!((&result["_meta"]["trace"], &result["_meta"][RECEIPT]["success"]), (&json!(1), &json!(true)));
}

#[tokio::test(start_paused = true)]
async fn a_tool_has_a_name_that_a_resource_can_have_and_a_seller_of_tools() {
    let desk = Desk::new();
    let seller = |origin| {
        let log = Arc::new(quittance_guard::memory::MemoryReplayLog::new(10));
        Seller::setup(desk.stage.facilitator.clone(), log, origin).scheme(&quittance_evm::EXACT).build().unwrap()
    };
    let route = || quittance_server::Route::new([quittance_core::Terms::parse(desk.order(0).offer(60)).unwrap()]);
    let tool = |origin, name| quittance_mcp::PricedTool::new(&seller(origin), name, route()).map(|tool| tool.name().to_owned());
    assert_eq!(tool(Origin::tools(), "a-B.1_~").as_deref(), Ok("a-B.1_~"));
    assert_eq!(tool(Origin::parse("https://a.example").unwrap(), "a"), Err(SetupError::Origin));
    for name in ["", ".", "..", "a/b", "a b", "a?b", "ä", "a%20b"] {
        assert_eq!(tool(Origin::tools(), name), Err(SetupError::Resource), "{name}");
    }
    assert_eq!(seller(Origin::tools()).sell(route()).err(), Some(SetupError::Resource), "no tool without a name");
    let priced = quittance_server::Route::priced(|_: &axum::http::request::Parts| Ok(Vec::new())).quoted_for(60);
    let metered = priced.order(Order::Metered { exposure: PRICE });
    let log = Arc::new(quittance_guard::memory::MemoryReplayLog::new(10));
    let quoting = Seller::setup(desk.stage.facilitator.clone(), log, Origin::tools()).quotes(QuoteKey::from_bytes([7; 32])).build();
    let metered = quittance_mcp::PricedTool::new(&quoting.unwrap(), "a", metered);
    assert_eq!(metered.err(), Some(SetupError::MeteredTool));
}
