//! Random operations on a store in a file, held against the rules over plain maps: `model <operations> <seed> [file]`.
//!
//! The file belongs in a file system without a disk behind it; what is asked here is the answers.

#[path = "../tests/all/model.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod model;
#[path = "../tests/all/samples.rs"]
mod samples;
#[path = "../tests/all/whole.rs"]
mod whole;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use model::Model;
use quittance_store::{Options, Store};

/// Operations of one model. The ledger forgets nothing and would only refuse in the end, so that another one begins then.
const ROUND: u64 = 20_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let number = |index: usize| arguments.get(index).map(|text| text.parse::<u64>()).transpose();
    let (operations, seed) = (number(0)?.unwrap_or(100_000), number(1)?.unwrap_or(1));
    let file = arguments.get(2).map_or("/dev/shm/quittance-model.db", String::as_str);
    let (begin, mut done, mut refused, mut round) = (Instant::now(), 0, 0, 0);
    while done < operations {
        for ending in ["", "-wal", "-shm", "-generation"] {
            if let Err(error) = std::fs::remove_file(format!("{file}{ending}"))
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(error.into());
            }
        }
        let options = Options::default().with_capacity(Model::CAPACITY);
        let store = Arc::new(Store::open_with(&format!("sqlite:{file}"), &samples::sealing_key(), &options).await?);
        let mut model = Model::new(seed + round);
        let counts = model.run(&store, ROUND.min(operations - done), 24).await;
        model.compare(&store).await;
        whole::check_sums(&store).await;
        done += counts.operations;
        refused += counts.refused;
        round += 1;
    }
    println!(
        "{done} operations, {refused} of them refused, no difference; seeds {seed} to {}, {:?}",
        seed + round - 1,
        begin.elapsed()
    );
    Ok(())
}
