//! A disk that answers a flush with an error (catalogue row 151).
//!
//! A small library under a process of its own makes `fsync` and `fdatasync` fail from some call on. Whoever was answered before must find
//! the answer again; whoever was not must have been told of a fault; and nothing that needs a flush may succeed while flushes fail.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use quittance_guard::ReplayLog as _;
use quittance_guard::replay::Claimed;

use crate::place::{Database as _, Folder};
use crate::processes::worker;
use crate::samples::{claim_by, key_by};

/// Compiles the library with the compiler that Rust links with.
fn library(folder: &Folder) -> PathBuf {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/all/fsync/failing.c");
    let library = folder.0.join("failing.so");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&library).arg(source).status();
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
    const CLAIMS: u64 = 30;
    let mut child = Command::new(worker())
        .args(["claim", &folder.url(), &CLAIMS.to_string()])
        .env("LD_PRELOAD", library)
        .env("FSYNC_FAILS_FROM", from.to_string())
        .env("FSYNC_FAILS_FOR", fails.to_string())
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
