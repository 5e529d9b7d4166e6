//! Being told to stop.

use std::io;

/// Hears Ctrl-C, and what a supervisor sends in its place, from when it is made: whoever has said that they are there can be told to stop.
#[cfg(unix)]
pub(crate) struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    pub(crate) fn hear() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    pub(crate) async fn asked(mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

/// Hears Ctrl-C.
#[cfg(not(unix))]
pub(crate) struct Stop;

#[cfg(not(unix))]
impl Stop {
    pub(crate) fn hear() -> io::Result<Self> {
        Ok(Self)
    }

    pub(crate) async fn asked(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

/// Waits to be told from now on.
pub(crate) async fn asked() -> io::Result<()> {
    Stop::hear()?.asked().await
}
