//! A disk that answers a flush with an error, or takes no more writes (catalogue row 151).
//!
//! A small library under a process of its own makes `fsync` and `fdatasync` fail from some call on, or every write as on a disk that is
//! read-only. Whoever was answered before must find the answer again; whoever was not must have been told of a fault; and nothing that needs
//! a flush may succeed while flushes fail, nor anything that needs a write while there are none.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use quittance_guard::replay::Claimed;
use quittance_guard::{Ledger, ReplayLog as _};

use crate::place::{Database as _, Folder};
use crate::processes::worker;
use crate::samples::{claim_by, key_by};

/// Compiles the library with the compiler that Rust links with.
fn library(folder: &Folder) -> PathBuf {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/all/fsync/failing.c");
    let library = folder.0.join("failing.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-U_FORTIFY_SOURCE", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    let status = compiled.unwrap_or_else(|error| panic!("`cc`, which Rust links with, is needed by this test too: {error}"));
    assert!(status.success(), "`cc` does not compile the library that makes a flush fail: {status}");
    library
}

/// What a process said until it was killed.
#[derive(Default)]
struct Said {
    reserved: Vec<u64>,
    refused: Vec<u64>,
    /// Whether a claim was answered after one was not.
    recovered: bool,
}

/// Claims on a disk of which so many flushes fail from one on, and is killed.
fn claim_on(folder: &Folder, library: &std::path::Path, from: u64, fails: u64) -> Said {
    claim_with(folder, library, &[("FSYNC_FAILS_FROM", from), ("FSYNC_FAILS_FOR", fails)])
}

/// Claims on a disk that can be written so many times, and is killed.
fn claim_until_read_only(folder: &Folder, library: &std::path::Path, writes: u64) -> Said {
    claim_with(folder, library, &[("FSYNC_FAILS_FROM", 1), ("FSYNC_FAILS_FOR", 0), ("READ_ONLY_AFTER", writes)])
}

fn claim_with(folder: &Folder, library: &std::path::Path, disk: &[(&str, u64)]) -> Said {
    const CLAIMS: u64 = 30;
    let mut child = Command::new(worker())
        .args(["claim", &folder.url(), &CLAIMS.to_string()])
        .env("LD_PRELOAD", library)
        .envs(disk.iter().map(|(name, number)| (name, number.to_string())))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = Said::default();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        match line.unwrap().split_once(' ').map(|(word, rest)| (word.to_owned(), rest.to_owned())) {
            Some((word, number)) if word == "reserved" => {
                said.recovered |= !said.refused.is_empty();
                said.reserved.push(number.parse().unwrap());
            }
            Some((word, rest)) if word == "refused" => {
                let (number, fault) = rest.split_once(' ').unwrap();
                assert_eq!(fault, "StoreUnavailable", "an error of the disk is an outage and no verdict");
                said.refused.push(number.parse().unwrap());
            }
            // it waits now: what it holds in its hands is lost with it
            None => break,
            other => panic!("{other:?}"),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

/// What was answered is there, once; what was refused is there or not, and asking again finds out.
async fn check(folder: &Folder, said: &Said, what: &str) {
    let store = folder.open(1_000).await;
    for number in &said.reserved {
        let entry = store.entry(&key_by(*number, *number)).await.unwrap();
        assert!(entry.is_some_and(|entry| entry.attempt == 1), "{what}: {number} was answered");
    }
    let all = store.entries(None, 1_000).await.unwrap();
    let mut refused = 0;
    for number in &said.refused {
        let there = store.entry(&key_by(*number, *number)).await.unwrap().is_some();
        refused += usize::from(there);
        match store.claim(&claim_by(*number, *number, "a", 0)).await {
            Ok(Claimed::Fresh(_)) => assert!(!there, "{what}: {number} was claimed twice"),
            Ok(Claimed::Pending(_)) => assert!(there, "{what}: {number}"),
            other => panic!("{what}: {number}: {other:?}"),
        }
    }
    assert_eq!(all.len(), said.reserved.len() + refused, "{what}: and nothing else");
    store.close().await;
}

#[tokio::test]
async fn row_151_a_disk_that_fails_to_flush_is_an_outage_and_loses_nothing_that_was_answered() {
    let tools = Folder::quick();
    let library = library(&tools);
    let (mut refused, mut lasting, mut passing) = (0, 0, 0);
    // from the first flush of an empty folder to those of the last claims
    for from in (1..48).step_by(3) {
        for fails in [1, 2, u64::MAX / 2] {
            let (folder, what) = (Folder::quick(), format!("{fails} flushes from the {from}th on"));
            let said = claim_on(&folder, &library, from, fails);
            refused += said.refused.len();
            if fails > 2 {
                assert!(!said.recovered, "{what}: a claim was answered that cannot be on the disk");
                lasting += usize::from(!said.refused.is_empty() && !said.reserved.is_empty());
            } else {
                passing += usize::from(said.recovered);
            }
            check(&folder, &said, &what).await;
        }
    }
    assert!(refused > 100 && lasting > 3 && passing > 3, "{refused} {lasting} {passing}");
}

#[tokio::test]
async fn row_151_a_disk_that_has_become_read_only_sells_nothing_and_loses_nothing_that_was_answered() {
    let tools = Folder::quick();
    let library = library(&tools);
    let (mut begun, mut stopped) = (0, 0);
    // from an empty folder that nothing can be written to, to one that takes all but the last claims
    for writes in (0..240).step_by(7) {
        let (folder, what) = (Folder::quick(), format!("read-only after {writes} writes"));
        let said = claim_until_read_only(&folder, &library, writes);
        assert!(!said.recovered, "{what}: a claim was answered that cannot be on the disk");
        stopped += usize::from(!said.refused.is_empty() && !said.reserved.is_empty());
        begun += usize::from(!said.reserved.is_empty());
        // who starts on it sells nothing either
        let again = claim_until_read_only(&folder, &library, 0);
        assert!(again.reserved.is_empty(), "{what}: {:?} on a disk that takes nothing", again.reserved);
        // and when it can be written again, all is as it was
        check(&folder, &said, &what).await;
    }
    assert!(begun > 10 && stopped > 10, "{begun} {stopped}");
}

/// How far each of many things has come, by its number.
type Far = BTreeMap<u64, usize>;

/// The steps of a sale and of a purchase as the worker says them, in their order.
const SALE: [&str; 4] = ["reserved", "settling", "settled", "granted"];
const PURCHASE: [&str; 3] = ["bought-reserved", "bought-signed", "bought-settled"];

/// Deals until so many things were said, and is killed. How far the sales and the purchases have come.
fn deal_until(folder: &Folder, library: &std::path::Path, disk: &Folder, said: usize) -> (Far, Far) {
    let mut child = Command::new(worker())
        .args(["deal", &folder.url(), "10"])
        .env("LD_PRELOAD", library)
        .env("FSYNC_FAILS_FROM", "1")
        .env("FSYNC_FAILS_FOR", "0")
        .env("FSYNC_KEEPS", &disk.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut sales, mut purchases) = (Far::new(), Far::new());
    for line in BufReader::new(child.stdout.take().unwrap()).lines().take(said) {
        let line = line.unwrap();
        let Some((word, number)) = line.split_once(' ') else { break };
        let number = number.parse().unwrap();
        for (steps, far) in [(&SALE[..], &mut sales), (&PURCHASE, &mut purchases)] {
            far.extend(steps.iter().position(|step| *step == word).map(|place| (number, place + 1)));
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    (sales, purchases)
}

/// How far the sales and the purchases have come that a store knows.
async fn far(folder: &Folder) -> (Far, Far) {
    let store = folder.open(1_000).await;
    let (mut sales, mut purchases) = (Far::new(), Far::new());
    for number in 0..10 {
        if let Some(entry) = store.entry(&key_by(number, number)).await.unwrap() {
            let word = if entry.granted { "granted" } else { entry.state.as_str() };
            assert!(word != "settling" || entry.sent.is_some(), "{number}: what was sent");
            sales.extend(SALE.iter().position(|step| *step == word).map(|place| (number, place + 1)));
        }
        if let Some(record) = Ledger::find(&store, &format!("p{number}").parse().unwrap()).await.unwrap() {
            assert!(record.state.as_str() == "reserved" || record.signed.is_some(), "{number}: what was signed");
            let word = format!("bought-{}", record.state.as_str());
            purchases.extend(PURCHASE.iter().position(|step| *step == word).map(|place| (number, place + 1)));
        }
    }
    store.close().await;
    (sales, purchases)
}

/// What has to be there after a loss of power, of what was said: what somebody acted on, and everything before it.
fn acted_on(said: usize, steps: &[&str]) -> usize {
    let held = |step: &&str| matches!(*step, "settling" | "bought-signed");
    steps.iter().take(said).rposition(held).map_or(0, |place| place + 1)
}

#[tokio::test]
async fn rows_150_and_151_a_kill_takes_nothing_that_was_said_and_a_loss_of_power_nothing_that_was_acted_on() {
    let tools = Folder::quick();
    let library = library(&tools);
    let mut lost = 0;
    for said in 1..36 {
        let (folder, disk) = (Folder::quick(), Folder::quick());
        let (sales, purchases) = deal_until(&folder, &library, &disk, said);
        let (kept_sales, kept_purchases) = far(&disk).await;
        let (all_sales, all_purchases) = far(&folder).await;
        for (steps, said_of, kept, all) in
            [(&SALE[..], &sales, &kept_sales, &all_sales), (&PURCHASE, &purchases, &kept_purchases, &all_purchases)]
        {
            for (number, far) in said_of {
                let (kept, all) = (kept.get(number).copied().unwrap_or(0), all.get(number).copied().unwrap_or(0));
                assert!(all >= *far, "{said} lines: a kill took a step of {number} back: {far} {all}");
                assert!(
                    kept >= acted_on(*far, steps),
                    "{said} lines: a loss of power took what {number} was acted on: {far} {kept}"
                );
                lost += usize::from(kept < all);
            }
        }
        // in their order: what comes later is there only with what came before
        let order: Vec<_> = (0..10).map(|number| [kept_sales.get(&number), kept_purchases.get(&number)]).collect();
        let order: Vec<_> = order.iter().flatten().map(|far| far.copied().unwrap_or(0)).collect();
        let whole = order.iter().zip([SALE.len(), PURCHASE.len()].iter().cycle()).take_while(|(far, all)| far == all).count();
        assert!(order.iter().skip(whole + 1).all(|far| *far == 0), "{said} lines: {order:?}");
    }
    assert!(lost > 0, "nothing is only written");
}
