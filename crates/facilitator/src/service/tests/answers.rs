//! Statuses, bodies and headers.

use axum::http::StatusCode;
use quittance_core::Fault;
use serde_json::{Value, json};

use super::super::router::ROUTES;
use super::super::{Caller, Origin, Ready, ServiceOptions};
use super::schema::{check, check_request, document};
use super::{Mood, PAYER, Running, service, v1, v2};

#[test]
fn the_document_has_the_routes_that_there_are() {
    let document = document();
    let mut documented = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone())))
        .collect::<Vec<_>>();
    let mut routes =
        ROUTES.iter().map(|(path, method, _)| ((*path).to_owned(), method.as_str().to_lowercase())).collect::<Vec<_>>();
    documented.sort_unstable();
    routes.sort_unstable();
    assert_eq!(documented, routes);
    // and every reference in it leads somewhere
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    for body in [v1(), v2()] {
        check_request("/verify", &body);
        check_request("/settle", &body);
    }
}

#[tokio::test]
async fn rows_133_and_134_a_verdict_has_status_200_whatever_it_is() {
    for body in [v1(), v2()] {
        for (mood, valid) in [(Mood::Yes, true), (Mood::No, false)] {
            let running = Running::start(service(mood)).await;
            let verdict = running.post("/verify", &body).await;
            assert_eq!((verdict.status, &verdict.json()["isValid"]), (200, &json!(valid)), "{}", verdict.body);
            check("/verify", "post", 200, &verdict.json());
            let outcome = running.post("/settle", &body).await;
            assert_eq!((outcome.status, &outcome.json()["success"]), (200, &json!(valid)), "{}", outcome.body);
            check("/settle", "post", 200, &outcome.json());
        }
    }
}

#[tokio::test]
async fn what_can_be_paid_and_how_it_is() {
    let running = Running::start(service(Mood::Yes)).await;
    let supported = running.get("/supported").await;
    assert_eq!((supported.status, &supported.json()["signers"]["eip155:*"]), (200, &json!([PAYER])));
    check("/supported", "get", 200, &supported.json());
    let health = running.get("/health").await;
    assert_eq!(health.json(), json!({ "live": true, "ready": true }));
    check("/health", "get", 200, &health.json());
    let openapi = running.get("/openapi.json").await;
    assert_eq!(openapi.json(), document());
    running.post("/verify", &v2()).await;
    let metrics = running.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "quittance_http_answers_total{route=\"/verify\",status=\"200\"} 1",
        "quittance_verdicts_total{operation=\"verify\",code=\"ok\"} 1",
    ] {
        assert!(metrics.body.lines().any(|written| written == line), "{line}\n{}", metrics.body);
    }

    let running = Running::start(service(Mood::Yes).ready_when(|| Ready::No)).await;
    let health = running.get("/health").await;
    assert_eq!((health.status, health.json()), (503, json!({ "live": true, "ready": false })));
    check("/health", "get", 503, &health.json());
}

#[tokio::test]
async fn what_is_malformed_is_told_where_and_why() {
    let running = Running::start(service(Mood::Yes)).await;
    type Change = fn(&mut Value);
    let cases: [(Change, &str, &str, &str); 6] = [
        (|body| body["x402Version"] = json!(3), "invalid_x402_version", "x402_version", "x402Version"),
        (|body| body["x402Version"] = json!("2"), "invalid_x402_version", "x402_version", "x402Version"),
        (
            |body| body["paymentPayload"]["x402Version"] = json!(1),
            "invalid_x402_version",
            "x402_version",
            "paymentPayload.x402Version",
        ),
        (
            |body| drop(body["paymentRequirements"].as_object_mut().unwrap().remove("payTo")),
            "invalid_payload",
            "member_missing",
            "paymentRequirements.payTo",
        ),
        (|body| body["paymentPayload"]["payload"] = json!([]), "invalid_payload", "member_type", "paymentPayload.payload"),
        (|body| body["paymentRequirements"]["amount"] = json!(1), "invalid_payload", "member_type", "paymentRequirements.amount"),
    ];
    for (change, code, kind, path) in cases {
        let mut body = v2();
        change(&mut body);
        let verdict = running.post("/verify", &body).await;
        assert_eq!(verdict.status, 400, "{path}");
        let says = verdict.json();
        assert_eq!((&says["isValid"], &says["invalidReason"]), (&json!(false), &json!(code)), "{says}");
        assert_eq!((&says["error"]["code"], &says["error"]["path"]), (&json!(kind), &json!(path)), "{says}");
        check("/verify", "post", 400, &says);
        let outcome = running.post("/settle", &body).await;
        let says = outcome.json();
        assert_eq!((outcome.status, &says["success"], &says["errorReason"]), (400, &json!(false), &json!(code)), "{says}");
        check("/settle", "post", 400, &says);
    }
    for (text, kind, offset) in [
        ("", "empty", None),
        ("null", "member_type", None),
        ("{\"x402Version\":2,", "json_end", Some(17)),
        ("{\"a\":1,\"a\":1}", "json_duplicate_key", Some(7)),
        ("{} {}", "json_trailing", Some(3)),
        (&format!("{}1{}", "[".repeat(40), "]".repeat(40)), "json_depth", Some(32)),
        ("\u{feff}{}", "byte_order_mark", None),
    ] {
        let verdict = running.send("POST", "/verify", &[("content-type", "application/json")], text).await;
        let says = verdict.json();
        assert_eq!((verdict.status, &says["error"]["code"]), (400, &json!(kind)), "{text}: {says}");
        assert_eq!(says["error"].get("offset").and_then(Value::as_u64), offset, "{text}: {says}");
        check("/verify", "post", 400, &says);
    }
}

#[tokio::test]
async fn row_138_a_fault_is_no_verdict() {
    for &fault in Fault::ALL {
        let running = Running::start(service(Mood::Down(fault))).await;
        for (route, method) in [("/verify", "POST"), ("/settle", "POST"), ("/supported", "GET")] {
            let answer = running.send(method, route, &[("content-type", "application/json")], &v2().to_string()).await;
            assert_eq!((answer.status, answer.code().as_str()), (fault.status(), fault.code()), "{route}");
            assert!(answer.json().get("isValid").is_none() && answer.json().get("success").is_none());
            assert_eq!(answer.header("retry-after").is_some(), answer.status == 503);
            check(route, &method.to_ascii_lowercase(), answer.status, &answer.json());
        }
    }
}

#[tokio::test]
async fn a_request_that_panics_harms_no_other() {
    let running = Running::start(service(Mood::Panics)).await;
    for route in ["/verify", "/settle"] {
        let answer = running.post(route, &v2()).await;
        assert_eq!((answer.status, answer.code().as_str()), (500, "internal_error"));
        check(route, "post", 500, &answer.json());
    }
    assert_eq!(running.get("/health").await.status, 200);
}

#[tokio::test]
async fn what_a_host_lays_over_its_routes_lies_over_these_too() {
    let closed = axum::middleware::from_fn(async |_: axum::extract::Request, _: axum::middleware::Next| StatusCode::IM_A_TEAPOT);
    let mut host = axum::Router::<()>::new().merge(service(Mood::Yes).into_router()).route_layer(closed);
    for (path, status) in ROUTES.iter().map(|(path, ..)| (*path, 418)).chain([("/other", 404)]) {
        let request = axum::http::Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        let answer = tower_service::Service::call(&mut host, request).await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}

#[tokio::test]
async fn other_paths_methods_and_kinds_of_bodies() {
    let running = Running::start(service(Mood::Yes)).await;
    for (method, path, headers, status, code) in [
        ("GET", "/", &[][..], 404, "not_found"),
        ("POST", "/verify/", &[("content-type", "application/json")][..], 404, "not_found"),
        ("GET", "/verify", &[], 405, "method_not_allowed"),
        ("DELETE", "/settle", &[], 405, "method_not_allowed"),
        ("POST", "/supported", &[], 405, "method_not_allowed"),
        (
            "OPTIONS",
            "/verify",
            &[("origin", "https://shop.example"), ("access-control-request-method", "POST")],
            405,
            "method_not_allowed",
        ),
        ("POST", "/verify", &[], 415, "unsupported_media_type"),
        ("POST", "/verify", &[("content-type", "text/plain")], 415, "unsupported_media_type"),
        ("POST", "/verify", &[("content-type", "application/json; charset=latin1")], 415, "unsupported_media_type"),
        ("POST", "/verify", &[("content-type", "application/json"), ("content-encoding", "gzip")], 415, "unsupported_media_type"),
    ] {
        let answer = running.send(method, path, headers, &v2().to_string()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{method} {path}");
        assert!(answer.header("access-control-allow-origin").is_none());
        let allowed = if path == "/supported" { "get,head" } else { "post" };
        assert_eq!(answer.header("allow"), (status == 405).then_some(allowed), "{method} {path}");
    }
    let answer = running.send("POST", "/verify", &[("content-type", "Application/JSON; charset=UTF-8")], &v2().to_string()).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn row_169_every_answer_says_that_it_is_not_to_be_kept() {
    let running = Running::start(service(Mood::Yes)).await;
    let answers = [
        running.get("/supported").await,
        running.get("/").await,
        running.post("/verify", &v2()).await,
        running.post("/verify", &json!(1)).await,
    ];
    let mut numbers = Vec::new();
    for answer in &answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        numbers.push(answer.header("x-request-id").unwrap());
    }
    numbers.dedup();
    assert_eq!(numbers.len(), answers.len());
}

#[tokio::test]
async fn a_body_is_as_long_as_is_allowed() {
    let exactly = v2().to_string();
    let options = ServiceOptions { body: exactly.len(), ..ServiceOptions::default() };
    let running = Running::start(service(Mood::Yes).with_options(options)).await;
    let json = [("content-type", "application/json")];
    assert_eq!(running.send("POST", "/verify", &json, &exactly).await.status, 200);
    let answer = running.send("POST", "/verify", &json, &format!("{exactly} ")).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    check("/verify", "post", 413, &answer.json());
    // also when it does not say beforehand how long it is
    let chunk = format!("{:x}\r\n{exactly} \r\n0\r\n\r\n", exactly.len() + 1);
    let head = "POST /verify HTTP/1.1\r\nhost: f\r\nconnection: close\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n";
    assert_eq!(running.raw(format!("{head}{chunk}").as_bytes()).await.status, 413);
}

#[tokio::test]
async fn callers_show_keys() {
    let callers = vec![Caller::new("shop", "0123456789abcdef").unwrap()];
    let running = Running::start(service(Mood::Yes).for_callers(callers)).await;
    for (method, path) in [("POST", "/verify"), ("POST", "/settle"), ("GET", "/supported"), ("GET", "/metrics"), ("GET", "/other")]
    {
        let answer = running.send(method, path, &[("content-type", "application/json")], &v2().to_string()).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"), "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("bearer"));
    }
    check("/verify", "post", 401, &running.post("/verify", &v2()).await.json());
    for header in [("authorization", "Bearer 0123456789abcdef"), ("x-api-key", "0123456789abcdef")] {
        let answer = running.send("POST", "/verify", &[("content-type", "application/json"), header], &v2().to_string()).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!((running.get("/health").await.status, running.get("/openapi.json").await.status), (200, 200));
}

#[tokio::test]
async fn pages_of_named_origins_may_ask() {
    let origins = vec![Origin::parse("https://shop.example").unwrap()];
    let callers = vec![Caller::new("shop", "0123456789abcdef").unwrap()];
    let running = Running::start(service(Mood::Yes).for_origins(origins).for_callers(callers)).await;
    let before = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    let answer = running.send("OPTIONS", "/verify", &before, "").await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
    let other = [("origin", "https://shop.example.evil.example"), ("access-control-request-method", "POST")];
    let answer = running.send("OPTIONS", "/verify", &other, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, None));
    let asked = [("content-type", "application/json"), ("origin", "https://shop.example"), ("x-api-key", "0123456789abcdef")];
    let answer = running.send("POST", "/verify", &asked, &v2().to_string()).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("https://shop.example")));
    assert_eq!(answer.header("vary"), Some("origin"));
}
