use serde_json::{Value, json};

use super::*;

fn relay() -> Relay {
    Relay::new("word")
}

fn line(value: &Value) -> Vec<u8> {
    with_end(value.to_string())
}

fn call(id: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "weather", "arguments": {}, "_meta": {"progressToken": 7}}})
}

fn terms() -> Value {
    let said = json!({"x402Version": 2, "accepts": [], "error": "Payment required"});
    json!({"isError": true, "structuredContent": said, "content": []})
}

fn result(id: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// The one line that passes to the server.
fn passes_on(acts: Vec<Act>, expected: &[u8]) {
    match <[Act; 1]>::try_from(acts).unwrap() {
        [Act::ToServer(line)] => assert_eq!(line, expected),
        [other] => panic!("{other:?}"),
    }
}

/// The one line that passes to the host.
fn passes_back(acts: Vec<Act>, expected: &[u8]) {
    match <[Act; 1]>::try_from(acts).unwrap() {
        [Act::ToHost(line)] => assert_eq!(line, expected),
        [other] => panic!("{other:?}"),
    }
}

/// A call that is to be bought.
fn sold(relay: &mut Relay, id: &Value) -> Sale {
    let asked = line(&call(id));
    passes_on(relay.host(asked.clone()), &asked);
    match <[Act; 1]>::try_from(relay.server(line(&result(id, &terms())))).unwrap() {
        [Act::Buy(sale)] => sale,
        [other] => panic!("{other:?}"),
    }
}

fn raw(text: &str) -> Said {
    Said::Result(RawValue::from_string(text.to_owned()).unwrap())
}

#[test]
fn what_is_no_call_of_a_tool_passes_as_it_came() {
    let mut relay = relay();
    let lines: [&[u8]; 12] = [
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}\n",
        b"  { \"method\" : \"notifications/initialized\" , \"jsonrpc\":\"2.0\" }\r\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":[]}\n",
        b"[{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}]\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"isError\":true,\"structuredContent\":{\"accepts\":[]}}}\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"word-1\",\"method\":\"sampling/createMessage\",\"params\":{\"x\":1.10}}\n",
        b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":9}}\n",
        b"not JSON at all\n",
        b"\xff\xfe\n",
        b"\n",
    ];
    for line in lines {
        passes_on(relay.host(line.to_vec()), line);
        passes_back(relay.server(line.to_vec()), line);
    }
    assert_eq!(relay.under_way(), 0);
}

#[test]
fn a_call_that_costs_nothing_passes_as_it_came_and_so_does_its_answer() {
    for id in [json!(1), json!("1"), json!("ü\n")] {
        let mut relay = relay();
        let asked = line(&call(&id));
        passes_on(relay.host(asked.clone()), &asked);
        let answer = line(&result(&id, &json!({"content": [], "isError": true, "structuredContent": {"temperature": 1.10}})));
        passes_back(relay.server(answer.clone()), &answer);
        assert_eq!(relay.under_way(), 0);
        // whoever answers twice is not listened to: it passes
        let again = line(&result(&id, &terms()));
        passes_back(relay.server(again.clone()), &again);
    }
    let mut relay = relay();
    relay.host(line(&call(&json!(1))));
    let answer = line(&json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "no such tool"}}));
    passes_back(relay.server(answer.clone()), &answer);
}

#[test]
fn a_call_with_a_payment_is_somebody_elses_purchase() {
    let mut relay = relay();
    let mut paid = call(&json!(1));
    paid["params"]["_meta"][PAYMENT] = json!({"x402Version": 2});
    let (paid, answer) = (line(&paid), line(&result(&json!(1), &terms())));
    passes_on(relay.host(paid.clone()), &paid);
    passes_back(relay.server(answer.clone()), &answer);
}

#[test]
fn terms_in_either_form_are_bought_and_the_host_has_one_answer() {
    let error =
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 402, "message": "pay", "data": {"x402Version": 1, "accepts": []}}});
    for answer in [result(&json!(1), &terms()), error] {
        let mut relay = relay();
        relay.host(line(&call(&json!(1))));
        let acts = relay.server(line(&answer));
        let [Act::Buy(sale)] = acts.as_slice() else { panic!("{acts:?}") };
        assert_eq!(sale.params["_meta"]["progressToken"], 7);
        let (own, paid) = relay.ask(sale.call, &json!({"name": "weather", "_meta": {PAYMENT: {}}})).unwrap();
        let paid: Value = serde_json::from_slice(&paid).unwrap();
        assert_eq!((&paid["method"], &paid["jsonrpc"]), (&json!("tools/call"), &json!("2.0")));
        // the server's answer is the buyer's to judge, and the host's id is known to nobody but the host
        let acts = relay.server(line(&result(&paid["id"], &json!({"content": []}))));
        let [Act::Answered(answered, said)] = acts.as_slice() else { panic!("{acts:?}") };
        assert_eq!((*answered, said.read()), (own, Ok(json!({"content": []}))));
        assert_eq!(relay.under_way(), 1);
        let end = relay.finish(sale.call, &raw("{\"content\":[],\"n\":1.10}")).unwrap();
        assert_eq!(end, b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[],\"n\":1.10}}\n");
        assert!(relay.finish(sale.call, said).is_none() && relay.under_way() == 0, "one answer");
    }
}

#[test]
fn ids_of_either_side_do_not_meet() {
    let mut relay = relay();
    // two calls whose ids differ in their kind only, and one that looks like ours
    let sales = [json!(1), json!("1"), json!("word-1")].map(|id| (sold(&mut relay, &id), id));
    let asked = sales.map(|(sale, id)| {
        let (own, paid) = relay.ask(sale.call, &sale.params).unwrap();
        let paid: Value = serde_json::from_slice(&paid).unwrap();
        (sale.call, own, paid["id"].clone(), id)
    });
    let names = asked.each_ref().map(|(_, _, name, _)| name.to_string());
    assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
    for (call, own, name, id) in asked.iter().rev() {
        let acts = relay.server(line(&result(name, &json!({"content": [name]}))));
        assert!(matches!(acts.as_slice(), [Act::Answered(answered, _)] if answered == own), "{acts:?}");
        let end = relay.finish(*call, &raw("{}")).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&end).unwrap()["id"], *id);
    }
}

#[test]
fn only_the_answer_that_is_waited_for_counts() {
    let mut relay = relay();
    let sale = sold(&mut relay, &json!(1));
    let mut ask = || serde_json::from_slice::<Value>(&relay.ask(sale.call, &sale.params).unwrap().1).unwrap()["id"].clone();
    let (first, second) = (ask(), ask());
    // the first call was given up; its answer, a second one to the other, and one to no call at all are nobody's
    assert!(relay.server(line(&result(&first, &json!({})))).is_empty());
    assert_eq!(relay.server(line(&result(&second, &json!({})))).len(), 1);
    assert!(relay.server(line(&result(&second, &json!({})))).is_empty());
    assert!(relay.server(line(&result(&json!("word-99"), &json!({})))).is_empty());
    assert!(relay.server(line(&result(&json!("word-99"), &terms()))).is_empty());
}

#[test]
fn a_cancelled_call_is_cancelled_where_it_is() {
    let cancel =
        |id: &Value| json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "x"}});
    // with the server, as the host made it: it is the server's to stop, and what it says nevertheless passes
    let mut relay = relay();
    relay.host(line(&call(&json!(1))));
    let said = line(&cancel(&json!(1)));
    passes_on(relay.host(said.clone()), &said);
    assert_eq!(relay.under_way(), 0);
    let late = line(&result(&json!(1), &terms()));
    passes_back(relay.server(late.clone()), &late);

    // being bought, and nothing is with the server
    let sale = sold(&mut relay, &json!(2));
    let acts = relay.host(line(&cancel(&json!(2))));
    assert!(matches!(acts.as_slice(), [Act::Drop(call)] if *call == sale.call), "{acts:?}");
    assert!(relay.ask(sale.call, &sale.params).is_none(), "nothing more is asked for it");

    // being bought, with a call of ours at the server: that is the one it knows
    let sale = sold(&mut relay, &json!(3));
    let (_, asked) = relay.ask(sale.call, &sale.params).unwrap();
    let name = serde_json::from_slice::<Value>(&asked).unwrap()["id"].clone();
    let acts = relay.host(line(&cancel(&json!(3))));
    let [Act::Drop(_), Act::ToServer(said)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(serde_json::from_slice::<Value>(said).unwrap(), cancel(&name));
    assert!(relay.server(line(&result(&name, &json!({})))).is_empty(), "the host has said that it wants no answer");
    assert!(relay.finish(sale.call, &raw("{}")).is_none());
}

#[test]
fn an_id_in_use_is_not_taken_over_and_calls_are_bounded() {
    let mut relay = relay();
    let sale = sold(&mut relay, &json!(0));
    let again = line(&call(&json!(0)));
    passes_on(relay.host(again.clone()), &again);
    let answer = line(&result(&json!(0), &terms()));
    passes_back(relay.server(answer.clone()), &answer);
    for id in 1..MOST {
        let asked = line(&call(&json!(id)));
        passes_on(relay.host(asked.clone()), &asked);
    }
    let acts = relay.host(line(&call(&json!("more"))));
    let [Act::ToHost(said)] = acts.as_slice() else { panic!("{acts:?}") };
    let said: Value = serde_json::from_slice(said).unwrap();
    assert_eq!((&said["id"], &said["error"]["code"]), (&json!("more"), &json!(BUSY)));

    // the end of the server ends all that only it could answer
    let acts = relay.server_ended();
    assert_eq!((acts.len(), relay.under_way()), (MOST - 1, 1));
    assert!(relay.finish(sale.call, &raw("{}")).is_some());
}
