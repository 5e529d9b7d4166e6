//! Reads the configuration again: when the file has changed, and when it is said to have.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use quittance_core::Fault;
use quittance_core::wire::SupportedResponse;
use quittance_gate::Gate;
use quittance_store::Store;

use super::plain;
use super::settler::Settler;
use crate::Failure;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What a file looks like from outside.
pub(super) type Face = Option<(SystemTime, u64)>;

/// What the facilitator said that it can do, or why it did not.
type Said = Result<SupportedResponse, Fault>;

/// Goes on until it is ended. A file that cannot be used changes nothing. `seen` is what it looked like before it was read for the first time.
/// `supported` is what the facilitator said at the start; it is asked again each time, because it may be there by now, or charge with another
/// account.
pub(super) async fn watch((path, mut seen): (PathBuf, Face), gate: Gate<Settler, Store>, settler: Settler, mut supported: Said) {
    let mut told = Told::new();
    loop {
        let asked = tokio::select! {
            () = told.again() => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let now = face(&path);
        if !asked && now == seen {
            continue;
        }
        seen = now;
        let file = path.display();
        let said = super::ask(&settler).await;
        // where it is silent now, its last word counts
        if said.is_ok() || supported.is_err() {
            supported = said;
        }
        let read = plain::read(&path).and_then(|mut config| {
            let named = config.charged_by(supported.as_ref().map_err(|fault| *fault)).map(|()| config);
            named.map_err(|error| Failure::new(format!("{file}: {error}")))
        });
        let reloaded = match read {
            Ok(config) => gate.reload(config).map_err(|error| format!("{file}: {error}")),
            Err(Failure(words)) => {
                gate.reload_failed();
                Err(words)
            }
        };
        match reloaded {
            Ok(waiting) if waiting.is_empty() => tracing::info!("{file}: read again; routes and prices are new"),
            Ok(waiting) => {
                tracing::warn!("{file}: read again; routes and prices are new, and the next start takes: {}", waiting.join(", "))
            }
            Err(words) => tracing::error!("{words}; nothing has changed"),
        }
    }
}

/// What a file looks like now.
pub(super) fn face(path: &Path) -> Face {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

/// What an operator says to a service whose configuration is new.
#[cfg(unix)]
struct Told(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Told {
    fn new() -> Self {
        Self(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok())
    }

    async fn again(&mut self) {
        let told = match &mut self.0 {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if told.is_none() {
            std::future::pending().await
        }
    }
}

/// Nobody says so here.
#[cfg(not(unix))]
struct Told;

#[cfg(not(unix))]
impl Told {
    const fn new() -> Self {
        Self
    }

    async fn again(&mut self) {
        std::future::pending().await
    }
}
