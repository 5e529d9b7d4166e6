//! Being told to stop.

use std::io;

/// Waits for Ctrl-C, or for what a supervisor sends in its place.
#[cfg(unix)]
pub(crate) async fn asked() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn asked() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
