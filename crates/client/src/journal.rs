//! The audit log of one buyer: a chain, its salt, and the functions that write and flush.
//!
//! Every line is written before what it announces is done. Which of them have to be on the disk by then:
//!
//! | lines | when they are flushed |
//! |---|---|
//! | requested, quoted, intent | all at once, while the key signs, before the ledger keeps what was signed |
//! | signed, sent | with the next flush. The ledger has the signed bytes on its disk before they leave, so that the log is not the only one who knows |
//! | settled, answered, and everything else | with the next flush, or after [`LONGEST`]. The seller's receipt, or the chain, says the same again |
//!
//! So after a loss of power the log may lack its newest lines, and ends earlier than what happened. That looks different from a log that was cut: a
//! purchase of which the ledger has a signature that may have left has its intent in the log, whatever follows is missing or not; where that is
//! missing too somebody took it out. An [`Anchor`](quittance_guard::audit::Anchor) is of lines that were flushed before it is given to anybody.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use quittance_core::Fault;
use quittance_guard::audit::{Chain, Entry, Event, LogSalt, Recorded, SaltedHash, Times};
use tokio::runtime::Handle;

type Write = dyn FnMut(&Entry) -> io::Result<()> + Send;
type Flush = dyn Fn() -> io::Result<()> + Send + Sync;

/// How long a line may be written and not flushed.
const LONGEST: Duration = Duration::from_millis(100);

/// Writes the audit log of a buyer.
///
/// If a line cannot be written, money stops: nothing is signed or sent after it (catalogue rule 27). How to write durably, the
/// documentation of [`quittance_guard::audit`] says.
pub struct Journal {
    lines: Arc<Lines>,
    salt: LogSalt,
}

/// The lines, and how far they have come.
struct Lines {
    end: Mutex<End>,
    /// How many lines are on the disk, and how to bring them there. None where each is when it is written.
    flushed: Option<(Mutex<u64>, Box<Flush>)>,
}

struct End {
    chain: Chain,
    write: Box<Write>,
    /// How many lines were written.
    written: u64,
    /// Somebody waits to flush what nobody else does.
    waits: bool,
    /// A flush has failed: what the disk has of the log is not known.
    stopped: bool,
}

impl Journal {
    /// The end of a log, begun or resumed, with the salt of its hashes and the function that appends a line durably.
    pub fn new(chain: Chain, salt: LogSalt, write: impl FnMut(&Entry) -> io::Result<()> + Send + 'static) -> Self {
        Self::of(chain, salt, Box::new(write), None)
    }

    /// The same with a function that appends a line, and one that returns when all lines that were appended before are on the disk. It is called
    /// from another thread, while further lines may be appended: the first is to leave them to the operating system in one call.
    pub fn flushing(
        chain: Chain,
        salt: LogSalt,
        write: impl FnMut(&Entry) -> io::Result<()> + Send + 'static,
        flush: impl Fn() -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::of(chain, salt, Box::new(write), Some((Mutex::new(0), Box::new(flush))))
    }

    fn of(chain: Chain, salt: LogSalt, write: Box<Write>, flushed: Option<(Mutex<u64>, Box<Flush>)>) -> Self {
        let end = Mutex::new(End { chain, write, written: 0, waits: false, stopped: false });
        Self { lines: Arc::new(Lines { end, flushed }), salt }
    }

    pub(crate) fn append(&self, event: &Event, now: Times) -> Result<Recorded, Fault> {
        let mut end = self.lines.end()?;
        let End { chain, write, .. } = &mut *end;
        let recorded = chain.append(event, now, write)?;
        end.written = end.written.saturating_add(1);
        if self.lines.flushed.is_some()
            && !end.waits
            && let Ok(runtime) = Handle::try_current()
        {
            end.waits = true;
            let lines = Arc::clone(&self.lines);
            let waits = Waits(Arc::clone(&self.lines));
            runtime.spawn(async move {
                tokio::time::sleep(LONGEST).await;
                drop(waits);
                // if it fails the log has stopped, which whoever buys next is told
                let _stopped = tokio::task::spawn_blocking(move || lines.flush()).await;
            });
        }
        Ok(recorded)
    }

    /// Begins to bring what was written to the disk. What is given waits for it.
    pub(crate) fn flush(&self) -> Flushing {
        let needed = self.lines.flushed.is_some();
        let lines = Arc::clone(&self.lines);
        Flushing(needed.then(|| tokio::task::spawn_blocking(move || lines.flush())))
    }

    pub(crate) fn salted(&self, bytes: &[u8]) -> SaltedHash {
        SaltedHash::new(&self.salt, bytes)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal(..)")
    }
}

/// Somebody waits to flush, until this goes: at the end of the wait, or of the runtime.
struct Waits(Arc<Lines>);

impl Drop for Waits {
    fn drop(&mut self) {
        if let Ok(mut end) = self.0.end() {
            end.waits = false;
        }
    }
}

/// A flush that is under way.
#[must_use]
pub(crate) struct Flushing(Option<tokio::task::JoinHandle<Result<(), Fault>>>);

impl Flushing {
    pub(crate) async fn done(self) -> Result<(), Fault> {
        match self.0 {
            Some(flush) => flush.await.unwrap_or(Err(Fault::AuditUnavailable)),
            None => Ok(()),
        }
    }
}

impl Lines {
    /// The end of a log that goes on.
    fn end(&self) -> Result<MutexGuard<'_, End>, Fault> {
        // whoever panicked here left the chain stopped or the line whole
        let end = self.end.lock().map_err(|_| Fault::AuditUnavailable)?;
        if end.stopped { Err(Fault::AuditUnavailable) } else { Ok(end) }
    }

    /// Returns when all is on the disk that was written before. Those who come meanwhile share the next flush.
    fn flush(&self) -> Result<(), Fault> {
        let Some((flushed, flush)) = &self.flushed else { return Ok(()) };
        let needed = self.end()?.written;
        let mut flushed = flushed.lock().map_err(|_| Fault::AuditUnavailable)?;
        if *flushed >= needed {
            return Ok(());
        }
        let written = self.end()?.written;
        if flush().is_err() {
            // a disk that failed once may believe that it has what it has not
            self.end()?.stopped = true;
            return Err(Fault::AuditUnavailable);
        }
        *flushed = written;
        Ok(())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // whoever has the file goes on with what is there
        let _ = self.flush();
    }
}
