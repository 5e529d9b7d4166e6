//! Everything that facilitators asked and were told, in its order: by which two runs of a seed are compared.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use quittance_core::sha256;
use tokio::time::Instant;

/// What happened so far. Clones are the same.
#[derive(Clone)]
pub(super) struct Trace(Arc<Inner>);

struct Inner {
    begun: Instant,
    text: Mutex<String>,
}

impl Trace {
    pub(super) fn begin() -> Self {
        Self(Arc::new(Inner { begun: Instant::now(), text: Mutex::default() }))
    }

    /// What a facilitator asked at a moment, and what it was told.
    pub(super) async fn follow<T: Debug>(&self, who: usize, what: &str, about: impl Debug, asked: impl Future<Output = T>) -> T {
        self.note(who, what, &about);
        let answer = asked.await;
        self.note(who, what, &answer);
        answer
    }

    /// Something, at this moment.
    pub(super) fn note(&self, who: usize, what: &str, about: &impl Debug) {
        let at = self.0.begun.elapsed().as_micros();
        let [a, b, c, d, ..] = sha256(format!("{about:?}").as_bytes());
        let mut text = self.0.text.lock().expect("no step panics");
        writeln!(text, "{at} {who} {what} {:08x}", u32::from_be_bytes([a, b, c, d])).expect("a text takes everything");
    }

    pub(super) fn text(&self) -> String {
        self.0.text.lock().expect("no step panics").clone()
    }
}
