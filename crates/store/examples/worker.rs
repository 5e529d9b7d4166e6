//! One of several processes on one store, for the tests: it says on its standard output what it was answered, one line for each answer, and
//! the tests that started it believe nothing else.
//!
//! `worker buy <url> <name> <count>` wants so many purchases at once; `worker trade <url> <name>` sells and buys until it is killed;
//! `worker claim <url> <count>` makes so many claims one after the other, whatever is answered, and waits to be killed; `worker deal <url> <count>`
//! so many sales and purchases, as a seller and a buyer make them who settle before they serve.

#[path = "../tests/all/samples.rs"]
mod samples;

use std::error::Error;
use std::io::Write as _;

use quittance_guard::budget::{self, Meter, Reserve, ReserveError, Reserved};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{self, Answer, Claimed, Sent};
use quittance_guard::{Durability, Ledger as _, ReplayLog as _};
use quittance_store::Store;

use samples::{at, cents, claim_by, limits, purchase, receipt, sealing_key, signed};

type Outcome = Result<(), Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        ["buy", url, name, count] => buy(url, name, count.parse()?).await,
        ["trade", url, name] => trade(url, name.parse()?).await,
        ["claim", url, count] => claim(url, count.parse()?).await,
        ["deal", url, count] => deal(url, count.parse()?).await,
        _ => Err("usage: worker buy <url> <name> <count> | trade <url> <number> | claim <url> <count> | deal <url> <count>".into()),
    }
}

/// Wants so many purchases of a cent at once on a task's budget of fifty, and says what became of each.
async fn buy(url: &str, name: &str, count: u64) -> Outcome {
    let store = std::sync::Arc::new(Store::open(url, &sealing_key()).await?);
    say("ready")?;
    // all processes begin when the test says so
    std::io::stdin().read_line(&mut String::new())?;
    let mut tasks = Vec::new();
    for number in 0..count {
        let (store, wanted) = (std::sync::Arc::clone(&store), purchase(&format!("{name}-{number}"), "t", "$0.01"));
        tasks.push(tokio::spawn(async move {
            let limits = limits(&[(Meter::Task, 50), (Meter::Day, 70)]);
            store.reserve(&Reserve::new(&wanted, &limits, at(0))).await
        }));
    }
    for task in tasks {
        match task.await? {
            Ok(Reserved::Fresh(ticket)) => say(&format!("made {}", ticket.id()))?,
            Err(ReserveError::Over(_)) => say("over")?,
            other => return Err(format!("{other:?}").into()),
        }
    }
    Ok(())
}

/// Claims, and says of each claim whether it was answered.
async fn claim(url: &str, count: u64) -> Outcome {
    let store = Store::open(url, &sealing_key()).await?;
    for number in 0..count {
        match store.claim(&claim_by(number, number, "a", 0)).await {
            Ok(Claimed::Fresh(_)) => say(&format!("reserved {number}"))?,
            Err(fault) => say(&format!("refused {number} {fault:?}"))?,
            other => return Err(format!("{number}: {other:?}").into()),
        }
    }
    say("done")?;
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// Sells and buys, several things at a time, each step after the answer to the one before, without end.
async fn trade(url: &str, name: u64) -> Outcome {
    const AT_ONCE: u64 = 8;
    let store = std::sync::Arc::new(Store::open(url, &sealing_key()).await?);
    let mut tasks = Vec::new();
    for lane in 0..AT_ONCE {
        let store = std::sync::Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            for turn in 0.. {
                let number = (name * AT_ONCE + lane) * 1_000_000 + turn;
                let traded = if lane % 2 == 0 { sell(&store, number).await } else { spend(&store, number).await };
                traded.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Sells and buys one thing after the other, and waits to be killed.
async fn deal(url: &str, count: u64) -> Outcome {
    let store = Store::open(url, &sealing_key()).await?;
    for number in 0..count {
        sell(&store, number).await?;
        spend(&store, number).await?;
    }
    say("done")?;
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

async fn sell(store: &Store, number: u64) -> Outcome {
    let mut request = claim_by(number, number, "a", 0);
    request.demand.durability = Durability::Written;
    let Claimed::Fresh(claim) = store.claim(&request).await? else { return Err(format!("{number} was claimed before").into()) };
    say(&format!("reserved {number}"))?;
    replay(store, &claim, replay::Step::Settling(Some(Sent::new(&number.to_be_bytes())?)), number).await?;
    replay(store, &claim, replay::Step::Sold(receipt(&format!("0x{number:x}"), Attested::Chain)), number).await?;
    replay(store, &claim, replay::Step::Grant(Some(Answer::new(&number.to_be_bytes()))), number).await
}

async fn replay(store: &Store, claim: &replay::Claim, step: replay::Step, number: u64) -> Outcome {
    let entry = quittance_guard::ReplayLog::step(store, claim, step, at(1)).await?.ok_or("gone")?;
    say(&format!("{} {number}", if entry.granted { "granted" } else { entry.state.as_str() }))
}

async fn spend(store: &Store, number: u64) -> Outcome {
    let wanted = purchase(&format!("p{number}"), &format!("t{}", number % 7), "$0.03");
    let Reserved::Fresh(ticket) = store.reserve(&Reserve::new(&wanted, &[], at(0))).await? else {
        return Err(format!("p{number} was reserved before").into());
    };
    say(&format!("bought-reserved {number}"))?;
    let receipt = Receipt::new(cents(2), &format!("0x{number:x}"), Attested::Chain);
    for step in [budget::Step::Sign(signed(number, at(60))), budget::Step::Settle(receipt)] {
        let record = quittance_guard::Ledger::step(store, &ticket, step, at(1)).await?;
        say(&format!("bought-{} {number}", record.state.as_str()))?;
    }
    Ok(())
}

/// One line, in one piece, so that what was said before a kill is whole.
fn say(line: &str) -> Outcome {
    let mut output = std::io::stdout().lock();
    output.write_all(format!("{line}\n").as_bytes())?;
    Ok(output.flush()?)
}
