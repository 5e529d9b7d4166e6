//! Who buys: the client of this workspace, as whoever pays with it uses it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use quittance_client::{Buyer, Journal};
use quittance_core::{Address, SecretKey, Signer, UnixSeconds};
use quittance_devnet::{ACCOUNTS, Account};
use quittance_guard::Ledger;
use quittance_guard::audit::{Chain, Entry, LogId, LogSalt, StoreGeneration, Times};
use quittance_guard::policy::Policy;
use quittance_store::{SealingKey, Store};

use super::shop::{SOLD, empty};
use crate::failure::{Failure, failure};
use crate::load::Done;

/// The known accounts that buy: the first two pay for gas, and the last two sell and set the chain up.
fn buyers() -> &'static [Account] {
    ACCOUNTS.get(2..8).unwrap_or_default()
}

/// Where their tokens are.
pub(super) fn accounts() -> Vec<Address> {
    buyers().iter().map(|account| Address::from_bytes(account.address.into_array())).collect()
}

fn policy(url: &str) -> Result<Policy, Failure> {
    let text = format!("per_payment = \"$0.02\"\nnetworks = [\"base-sepolia\"]\norigins = [\"{url}\"]\nallow_http = true\n");
    Ok(Policy::from_toml(&text)?)
}

/// A buyer who keeps everything on disk: the budget and what was signed in SQLite, the audit log in a file, as `quittance pay` does.
pub(super) async fn durable(folder: &Path, url: &str) -> Result<Buyer<SecretKey, Store>, Failure> {
    empty(folder)?;
    let mut file = OpenOptions::new().create_new(true).append(true).open(folder.join("audit.log"))?;
    let write = |file: &mut File, entry: &Entry| file.write_all(entry.line().as_bytes()).and_then(|()| file.sync_data());
    let now = UnixSeconds::from_secs(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let chain = Chain::begin(LogId::from_bytes([7; 16]), StoreGeneration::NEW, Times::local(now), |entry| write(&mut file, entry));
    let chain = chain.map_err(|fault| failure(fault.to_string()))?;
    let lines = file.try_clone()?;
    let append = move |entry: &Entry| file.write_all(entry.line().as_bytes());
    let journal = Journal::flushing(chain, LogSalt::from_bytes([7; 32]), append, move || lines.sync_data());
    let store = store(folder).await?;
    let account = buyers().first().ok_or_else(|| failure("nobody buys"))?;
    let buyer = Buyer::builder(SecretKey::from_bytes(&account.key.0)?, policy(url)?, store).journal(journal).build();
    buyer.map_err(|fault| failure(fault.to_string()))
}

/// A buyer for each account, all of whom keep one budget and what they signed on disk, without an audit log.
pub(super) async fn many(folder: &Path, url: &str) -> Result<Vec<Buyer<SecretKey, Arc<Store>>>, Failure> {
    empty(folder)?;
    let store = Arc::new(store(folder).await?);
    let buyer = |account: &Account| {
        let buyer = Buyer::new(SecretKey::from_bytes(&account.key.0)?, policy(url)?, Arc::clone(&store));
        buyer.map_err(|fault| failure(fault.to_string()))
    };
    buyers().iter().map(buyer).collect()
}

async fn store(folder: &Path) -> Result<Store, Failure> {
    Ok(Store::open(&format!("sqlite:{}", folder.join("buyer.db").display()), &SealingKey::from_bytes([7; 32])).await?)
}

/// Buys one thing after the other.
pub(super) async fn one_by_one<S, L>(buyer: &Buyer<S, L>, url: &str, count: usize) -> Result<Done, Failure>
where
    S: Signer + Send + Sync,
    L: Ledger + Send + Sync,
{
    let (start, mut each) = (Instant::now(), Vec::with_capacity(count));
    for index in 0..count {
        let begun = Instant::now();
        buy(buyer, &format!("{url}/report/{index}")).await?;
        each.push(begun.elapsed());
    }
    Ok(super::done(each, start))
}

/// So many buy at a time, each one thing after the other, until the time is over.
pub(super) async fn at_once(
    buyers: &[Buyer<SecretKey, Arc<Store>>],
    url: &str,
    count: usize,
    time: Duration,
) -> Result<Done, Failure> {
    let (start, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let tasks = buyers.iter().cycle().take(count).map(|buyer| {
        let (buyer, url, next) = (buyer.clone(), url.to_owned(), Arc::clone(&next));
        tokio::spawn(async move {
            let mut each = Vec::new();
            while start.elapsed() < time {
                let begun = Instant::now();
                buy(&buyer, &format!("{url}/report/{}", next.fetch_add(1, Ordering::Relaxed))).await?;
                each.push(begun.elapsed());
            }
            Ok::<_, Failure>(each)
        })
    });
    let tasks = tasks.collect::<Vec<_>>();
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await??);
    }
    Ok(super::done(each, start))
}

/// One purchase, which has to be paid for, delivered and receipted.
async fn buy<S, L>(buyer: &Buyer<S, L>, url: &str) -> Result<(), Failure>
where
    S: Signer + Send + Sync,
    L: Ledger + Send + Sync,
{
    let answer = buyer.get(url).send().await?;
    if answer.status() == 200 && answer.body() == SOLD.as_bytes() && answer.receipt().is_some() {
        Ok(())
    } else {
        Err(failure(format!(
            "{url} answered with {}, {} a receipt",
            answer.status(),
            if answer.receipt().is_some() { "with" } else { "without" }
        )))
    }
}
