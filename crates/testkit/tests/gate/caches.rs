//! A shared cache in front of the gate: rows 169 and 170.

use quittance_core::{Nonce, SecretKey};
use serde_json::json;

use crate::front::{Front, encoded};
use crate::node::key;
use crate::upstream::GOODS;
use crate::wire::Answer;

/// A shared cache at its greediest: what nothing forbids it to keep (RFC 9111, section 3) it keeps for ever, whatever its status, and gives to
/// whoever asks for the same. What is said to its own kind counts in the place of what is said to all (RFC 9213).
struct Cache<'a> {
    front: &'a Front,
    kept: Vec<Kept>,
}

struct Kept {
    target: String,
    /// What the request had in the headers that the answer depends on.
    varies: Vec<(String, Option<String>)>,
    answer: Answer,
}

impl Cache<'_> {
    async fn get(&mut self, target: &str, headers: &[(&str, &str)]) -> Answer {
        let of_request = |name: &str| {
            let mut named = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            named.next().map(|(_, value)| (*value).to_owned())
        };
        let same = |kept: &&Kept| kept.target == target && kept.varies.iter().all(|(name, value)| of_request(name) == *value);
        if let Some(kept) = self.kept.iter().find(same) {
            return kept.answer.clone();
        }
        let answer = self.front.get(target, headers).await;
        let words = |name: &str| {
            let lines = answer.head.lines().skip(1).filter_map(|line| line.split_once(": "));
            let lines = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name));
            lines.flat_map(|(_, value)| value.split(',').map(|word| word.trim().to_lowercase())).collect::<Vec<_>>()
        };
        let varies = words("vary");
        let own = ["cdn-cache-control", "example-cache-control", "surrogate-control", "x-accel-expires"];
        let said = own.map(words).into_iter().find(|words| !words.is_empty()).unwrap_or_else(|| words("cache-control"));
        let forbidden = said.iter().any(|word| ["no-store", "no-cache", "private"].contains(&word.as_str()));
        if !forbidden && !varies.contains(&"*".into()) {
            let varies = varies.into_iter().map(|name| (of_request(&name), name)).map(|(value, name)| (name, value)).collect();
            self.kept.push(Kept { target: target.to_owned(), varies, answer: answer.clone() });
        }
        answer
    }

    async fn pay(&mut self, target: &str, payment: &str) -> Answer {
        self.get(target, &[("payment-signature", payment)]).await
    }

    /// Whoever has not paid has the terms, and nothing of what is sold.
    async fn stranger(&mut self, target: &str) {
        for accept in ["*/*", "text/html"] {
            let answer = self.get(target, &[("accept", accept), ("user-agent", "Mozilla/5.0")]).await;
            assert_eq!((answer.status, answer.header("cache-control")), (402, Some("no-store")), "{target}: {answer:?}");
            assert!(answer.header("payment-required").is_some() && !answer.text().contains(GOODS), "{target}: {answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_169_and_170_a_shared_cache_gives_nobody_what_somebody_else_has_paid_for() {
    let serves_first = json!([{ "path": "/v1/*", "order": "serve", "exposure": "$1" }, { "path": "/free/*", "free": true }]);
    for more in [json!({}), json!({ "route": serves_first })] {
        let front = Front::with(more).await;
        let mut cache = Cache { front: &front, kept: Vec::new() };
        // it is a cache: what is free and public is asked for once
        for _ in 0..2 {
            assert_eq!(cache.get("/free/public", &[]).await.status, 200);
        }
        assert_eq!((front.seen.served(), cache.kept.len()), (1, 1));

        for target in ["/v1/public", "/v1/echo", "/v1/missing", "/v1/streams"] {
            if target.ends_with("streams") {
                front.seen.go.add_permits(6);
            }
            cache.stranger(target).await;
            let payments = [front.payment("GET", target).await, front.payment("GET", target).await];
            let bought = cache.pay(target, &payments[0]).await;
            assert!(bought.text().starts_with(GOODS), "{target}: {bought:?}");
            let said = bought.header("cache-control").unwrap_or_default();
            assert!(said.split(", ").any(|word| word == "private" || word == "no-store"), "{target}: {said:?}");
            cache.stranger(target).await;
            // its buyer has it again, and another buyer what that one pays for; what was an error is looked for again
            let again = cache.pay(target, &payments[0]).await;
            assert!(again.status == bought.status && (again.body == bought.body || bought.status == 404), "{target}: {again:?}");
            let other = cache.pay(target, &payments[1]).await;
            assert!(other.text().starts_with(GOODS) && (target.ends_with("streams") || other.body != bought.body), "{other:?}");
        }

        // what is refused, in whatever way, stands in nobody's way
        let target = "/v1/a";
        let offer = || async { front.asked(target).await.accepts[0].clone() };
        let poor = SecretKey::from_bytes(&[9; 32]).unwrap();
        let poor = encoded(&front.plain(&poor, offer().await, Nonce::from_bytes([1; 32])));
        let spent = encoded(&front.plain(&key(4), offer().await, Nonce::from_bytes([2; 32])));
        let down = front.payment("GET", target).await;
        assert_eq!(cache.pay(target, &spent).await.status, 200);
        for (payment, status) in [("%%%", 400), (&poor, 402), (&spent, 409), (&down, 503)] {
            if status == 503 {
                front.place.node.devnet.inject(None, quittance_devnet::Fault::LoseRequest, 1_000);
            }
            let refused = cache.pay(target, payment).await;
            front.place.node.devnet.clear_faults();
            assert_eq!((refused.status, refused.header("cache-control")), (status, Some("no-store")), "{refused:?}");
            cache.stranger(target).await;
        }
        let payment = front.payment("GET", target).await;
        assert_eq!(cache.pay(target, &payment).await.status, 200);
        assert_eq!(cache.kept.len(), 1, "nothing is kept but what is free");
    }
}
