//! Runs the schedule of a seed again: `cargo run -p quittance-testkit --example world -- SEED`; with a second number, all seeds from the one to
//! the other. Of a single seed everything that facilitators asked and were told is written to standard error.

use quittance_testkit::world::{Report, describe, run, run_traced};

fn main() -> Result<(), String> {
    let number =
        |text: Option<String>| text.map(|text| text.parse::<u64>().map_err(|error| format!("{text}: {error}"))).transpose();
    let mut arguments = std::env::args().skip(1);
    let first = number(arguments.next())?.ok_or("which seed?")?;
    let last = number(arguments.next())?.unwrap_or(first);
    if first == last {
        println!("{}", describe(first));
        eprint!("{}", run_traced(first, None).1);
    }
    let mut sum = Report::default();
    let mut broken = 0;
    for seed in first..=last {
        match run(seed, None) {
            Ok(report) => sum += report,
            Err(why) => {
                broken += 1;
                println!("{why:?}");
            }
        }
    }
    println!("{sum:#?}");
    if broken > 0 { Err(format!("{broken} of {} schedules broke a law", last - first + 1)) } else { Ok(()) }
}
