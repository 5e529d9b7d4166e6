//! Faults on request, for the tests of those who must survive them. There are none unless somebody asks.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered, but only after this long.
    Delay(Duration),
    /// The connection breaks before anything is done.
    LoseRequest,
    /// It is done, and the connection breaks before the answer.
    LoseAnswer,
    /// Nothing is done, and the answer is this error.
    Error {
        /// The code of JSON-RPC.
        code: i64,
        /// The words beside it.
        message: String,
    },
}

/// The faults that wait for their calls.
#[derive(Default)]
pub(crate) struct Faults {
    waiting: Mutex<VecDeque<Planned>>,
}

struct Planned {
    method: Option<String>,
    fault: Fault,
    times: u32,
}

impl Faults {
    /// Lets the next `times` calls of a method, or of any, go wrong.
    pub(crate) fn plan(&self, method: Option<&str>, fault: Fault, times: u32) {
        let planned = Planned { method: method.map(Into::into), fault, times };
        self.lock().push_back(planned);
    }

    /// Takes back what has not happened yet.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that a call meets, if one waits for it.
    pub(crate) fn meet(&self, method: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let meets = |planned: &Planned| planned.times > 0 && planned.method.as_ref().is_none_or(|name| name == method);
        let planned = waiting.iter_mut().find(|planned| meets(planned))?;
        planned.times -= 1;
        let fault = planned.fault.clone();
        waiting.retain(|planned| planned.times > 0);
        Some(fault)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Planned>> {
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    #[test]
    fn a_fault_meets_its_method_so_many_times() {
        let faults = Faults::default();
        faults.plan(Some("eth_call"), Fault::LoseAnswer, 2);
        faults.plan(None, Fault::LoseRequest, 1);
        let met = ["eth_call", "eth_chainId", "eth_chainId", "eth_call", "eth_call"].map(|method| faults.meet(method));
        assert_eq!(met, [Some(Fault::LoseAnswer), Some(Fault::LoseRequest), None, Some(Fault::LoseAnswer), None]);
    }
}
