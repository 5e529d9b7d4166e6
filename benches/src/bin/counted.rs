//! Runs one path for callgrind: `counted <path>`. Prints how many payments [`counted_calls`] handled.
//!
//! Only what happens inside that one function is counted (`--toggle-collect`), so neither start-up nor the making of the inputs is
//! in the figure; a first round has built beforehand whatever is built once.

use std::process::ExitCode;

use quittance_benches::{Call, path};

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let Some(path) = path(&name) else {
        eprintln!("no path is called `{name}`");
        return ExitCode::FAILURE;
    };
    let calls = path.calls();
    let mut verdicts = vec![""; calls.len()];
    counted_calls(&[], &mut []);
    for call in &calls {
        assert_eq!(call.run(), path.verdict, "{name} does what it says");
    }
    counted_calls(&calls, &mut verdicts);
    assert!(verdicts.iter().all(|verdict| *verdict == path.verdict), "{name} does what it says");
    println!("{}", verdicts.len() * usize::try_from(path.items).expect("few items"));
    ExitCode::SUCCESS
}

/// The name is what callgrind is told; there is no closure inside, whose name would contain it.
#[inline(never)]
fn counted_calls(calls: &[Call], verdicts: &mut [&'static str]) {
    for (call, verdict) in calls.iter().zip(verdicts) {
        *verdict = call.run();
    }
}
