//! The time of day, from whoever composes a seller.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use quittance_core::{Fault, UnixSeconds};

/// Tells the time of day. Waiting is done by tokio's clock, which a test can stop.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Result<UnixSeconds, Fault> + Send + Sync>);

impl Clock {
    /// A clock of somebody's own.
    pub fn new(now: impl Fn() -> Result<UnixSeconds, Fault> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The clock of the machine. One that stands before 1970 is none (catalogue row 56).
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Fault::ClockUnavailable)?;
            Ok(UnixSeconds::from_secs(since.as_secs()))
        })
    }

    pub(crate) fn now(&self) -> Result<UnixSeconds, Fault> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
