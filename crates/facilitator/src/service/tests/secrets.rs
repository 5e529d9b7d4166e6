//! What stands in no log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::super::Caller;
use super::{Mood, Running, service, v2};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn row_220_no_log_holds_what_a_request_holds() {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(kept.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let callers = || vec![Caller::new("shop", "sentinel-key-0123").unwrap()];
    for mood in [Mood::Yes, Mood::No, Mood::Panics, Mood::Down(quittance_core::Fault::ChainReply)] {
        let running = Running::start(service(mood).for_callers(callers())).await;
        let mut body = v2();
        body["paymentPayload"]["payload"]["signature"] = json!("sentinel-signature");
        body["paymentPayload"]["resource"] = json!({ "url": "https://shop.example/sentinel?email=sentinel" });
        body["sentinel"] = json!("sentinel");
        let headers = [
            ("content-type", "application/json"),
            ("x-api-key", "sentinel-key-0123"),
            ("cookie", "sentinel"),
            ("user-agent", "sentinel"),
        ];
        for path in ["/verify", "/settle", "/settle?sentinel=1", "/sentinel"] {
            running.send("POST", path, &headers, &body.to_string()).await;
            running.send("POST", path, &headers[..1], &body.to_string()).await;
            running.send("POST", path, &headers, "{\"sentinel\":1,\"sentinel\":1}").await;
        }
    }
    let logged = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    // it did hear them
    assert!(logged.contains("verdict") && logged.contains("panicked") && logged.contains("malformed"), "{logged}");
    let lines = logged.lines().filter(|line| line.contains("sentinel")).collect::<Vec<_>>();
    assert!(lines.is_empty(), "{lines:#?}");
}
