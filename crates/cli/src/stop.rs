//! Being told to stop.

use std::future::Future;
use std::io;

/// Waits for Ctrl-C, or for what a supervisor sends in its place.
pub(crate) async fn asked() -> io::Result<()> {
    listening()?.await
}

/// The same, listening from now on and not only from when it is waited for: whoever reads that a server is there may stop it at once.
#[cfg(unix)]
pub(crate) fn listening() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn listening() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
