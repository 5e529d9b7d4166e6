//! The load: so many connections that each ask, wait for the answer and ask again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::failure::{Failure, failure};
use crate::http::{Connection, post};
use crate::payments::Signed;

/// What a facilitator is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Verify,
    Settle,
}

impl Endpoint {
    const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Settle => "/settle",
        }
    }

    /// The member of the answer that says yes.
    const fn verdict(self) -> &'static str {
        match self {
            Self::Verify => "isValid",
            Self::Settle => "success",
        }
    }
}

/// How long each payment took, in the order they ended, and how long they took together.
pub(crate) struct Done {
    pub(crate) each: Vec<Duration>,
    pub(crate) together: Duration,
}

/// Asks about payment after payment, each once, until they are used up or the time is. Every payment is good: an answer that does not say
/// so is the end of the measurement.
pub(crate) async fn load(
    endpoint: Endpoint,
    address: &str,
    payments: &[Signed],
    connections: usize,
    time: Duration,
) -> Result<Done, Failure> {
    let requests = payments.iter().map(|payment| post(address, endpoint.path(), &payment.body)).collect::<Vec<_>>();
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }
    let start = Instant::now();
    let tasks = opened.into_iter().map(|mut connection| {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tokio::spawn(async move {
            let mut each = Vec::new();
            while start.elapsed() < time {
                let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                let begun = Instant::now();
                let answer = connection.ask(request).await?;
                if !(answer.status() == Some(200) && says_yes(answer.body(), endpoint)) {
                    let text = String::from_utf8_lossy(answer.bytes);
                    return Err(failure(format!("the answer to {} was: {}", endpoint.path(), text.trim_end())));
                }
                each.push(begun.elapsed());
            }
            Ok(each)
        })
    });
    let tasks = tasks.collect::<Vec<_>>();
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await??);
    }
    Ok(Done { each, together: start.elapsed() })
}

fn says_yes(body: &[u8], endpoint: Endpoint) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body[endpoint.verdict()] == Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, says_yes};

    #[test]
    fn only_true_is_yes() {
        assert!(says_yes(br#"{"isValid": true, "payer": "0x"}"#, Endpoint::Verify));
        assert!(says_yes(br#"{"success":true}"#, Endpoint::Settle));
        for body in [&br#"{"isValid":false}"#[..], br#"{"isValid":"true"}"#, br#"{"success":true}"#, b"true", b""] {
            assert!(!says_yes(body, Endpoint::Verify));
        }
    }
}
