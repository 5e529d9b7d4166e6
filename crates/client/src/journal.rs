//! The audit log of one buyer: a chain, its salt, and the function that writes.

use std::fmt;
use std::io;
use std::sync::Mutex;

use quittance_core::Fault;
use quittance_guard::audit::{Chain, Entry, Event, LogSalt, Recorded, SaltedHash, Times};

type Write = dyn FnMut(&Entry) -> io::Result<()> + Send;

/// Writes the audit log of a buyer.
///
/// If a line cannot be written, money stops: nothing is signed or sent after it (catalogue rule 27). How to write durably, the
/// documentation of [`quittance_guard::audit`] says.
pub struct Journal {
    end: Mutex<(Chain, Box<Write>)>,
    salt: LogSalt,
}

impl Journal {
    /// The end of a log, begun or resumed, with the salt of its hashes and the function that appends a line.
    pub fn new(chain: Chain, salt: LogSalt, write: impl FnMut(&Entry) -> io::Result<()> + Send + 'static) -> Self {
        Self { end: Mutex::new((chain, Box::new(write))), salt }
    }

    pub(crate) fn append(&self, event: &Event, now: Times) -> Result<Recorded, Fault> {
        // whoever panicked here left the chain stopped or the line whole
        let mut end = self.end.lock().map_err(|_| Fault::AuditUnavailable)?;
        let (chain, write) = &mut *end;
        chain.append(event, now, write)
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
