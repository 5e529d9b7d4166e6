//! Time and randomness, which come from the host and can be put in its place by a test.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use quittance_core::{Fault, UnixSeconds};

type Clock = dyn Fn() -> Result<UnixSeconds, Fault> + Send + Sync;
type Random = dyn Fn(&mut [u8]) -> Result<(), Fault> + Send + Sync;

/// Where a buyer gets the time and fresh random bytes from.
#[derive(Clone)]
pub struct Host {
    clock: Arc<Clock>,
    random: Arc<Random>,
}

impl Host {
    /// This machine's clock, and its cryptographic random source.
    #[must_use]
    pub fn system() -> Self {
        Self::new(
            || {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Fault::ClockUnavailable)?;
                Ok(UnixSeconds::from_secs(since.as_secs()))
            },
            |bytes| getrandom::fill(bytes).map_err(|_| Fault::RandomUnavailable),
        )
    }

    /// Another clock and source. Bytes that are not fresh bind two purchases together (catalogue row 106).
    pub fn new(
        clock: impl Fn() -> Result<UnixSeconds, Fault> + Send + Sync + 'static,
        random: impl Fn(&mut [u8]) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random) }
    }

    /// The time.
    ///
    /// # Errors
    ///
    /// [`Fault::ClockUnavailable`].
    pub fn now(&self) -> Result<UnixSeconds, Fault> {
        (self.clock)()
    }

    pub(crate) fn fresh<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Fills bytes with fresh ones.
    ///
    /// # Errors
    ///
    /// [`Fault::RandomUnavailable`].
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), Fault> {
        (self.random)(bytes)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Host(..)")
    }
}
