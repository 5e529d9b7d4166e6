//! Between a facilitator and the chain: passes everything on, and counts.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::http::Connection;

/// What was asked of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// HTTP requests.
    pub(crate) requests: u64,
    /// JSON-RPC calls in them: a batch holds many.
    pub(crate) calls: u64,
    /// The calls by their method.
    pub(crate) methods: BTreeMap<String, u64>,
}

impl Asked {
    /// Counts one request's body.
    fn count(&mut self, body: &[u8]) {
        self.requests += 1;
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        for call in body.as_array().map_or_else(|| std::slice::from_ref(&body), Vec::as_slice) {
            self.calls += 1;
            *self.methods.entry(call["method"].as_str().unwrap_or("?").into()).or_default() += 1;
        }
    }
}

/// A listening proxy, in a thread of its own, until the program ends.
pub(crate) struct Proxy {
    /// `host:port`.
    pub(crate) address: String,
    asked: Arc<Mutex<Asked>>,
}

impl Proxy {
    /// Begins to pass on to the chain at `host:port`.
    pub(crate) fn start(chain: &str) -> Result<Self, Failure> {
        let (asked, chain) = (Arc::new(Mutex::new(Asked::default())), chain.to_owned());
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let proxy = Self { address: listener.local_addr()?.to_string(), asked: Arc::clone(&asked) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || runtime.block_on(serve(listener, chain, asked)));
        Ok(proxy)
    }

    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Asked {
        self.asked.lock().map(|mut asked| std::mem::take(&mut *asked)).unwrap_or_default()
    }
}

async fn serve(listener: std::net::TcpListener, chain: String, asked: Arc<Mutex<Asked>>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (client, _) = listener.accept().await?;
        let (client, chain, asked) = (Connection::over(client)?, chain.clone(), Arc::clone(&asked));
        // a connection that breaks off is the facilitator's to notice
        tokio::spawn(async move { pass(client, &chain, &asked).await });
    }
}

/// One connection of the client is one to the chain.
async fn pass(mut client: Connection, chain: &str, asked: &Mutex<Asked>) -> io::Result<()> {
    let mut chain = Connection::open(chain).await?;
    while let Some(request) = client.read().await? {
        if let Ok(mut asked) = asked.lock() {
            asked.count(request.body());
        }
        let answer = chain.ask(request.bytes).await?;
        client.write(answer.bytes).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn a_batch_is_one_request_and_many_calls() {
        let mut asked = Asked::default();
        asked.count(br#"{"method":"eth_call"}"#);
        asked.count(br#"[{"method":"eth_call"},{"method":"eth_blockNumber"}]"#);
        let methods = [("eth_blockNumber".into(), 1), ("eth_call".into(), 2)].into();
        assert_eq!(asked, Asked { requests: 2, calls: 3, methods });
    }
}
