//! Rounds for a host that can call nothing but `main`.

use std::cell::OnceCell;

use crate::path::{Call, Path};
use crate::paths::path;

thread_local! {
    static READY: OnceCell<(Path, Vec<Call>)> = const { OnceCell::new() };
}

/// Runs every call of a path once. The first round of a program makes the inputs and keeps them.
///
/// A module for WebAssembly exports its `main`, which a host may call as often as it likes; an export of any other name would need
/// an `unsafe` attribute. So a program is one path, and a call of `main` is one round.
///
/// # Panics
///
/// When there is no such path, or one of its verdicts is another than it says. A host sees a trap.
pub fn round(name: &str) {
    READY.with(|ready| {
        let (path, calls) = ready.get_or_init(|| {
            let path = path(name).expect("a path on the list");
            (path, path.calls())
        });
        for call in calls {
            assert_eq!(call.run(), path.verdict, "{} does what it says", path.name);
        }
    });
}
