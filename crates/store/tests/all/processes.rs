//! Several processes on one store, and processes that are killed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use quittance_guard::Ledger as _;
use quittance_guard::budget::Meter;
use quittance_store::Store;

use crate::place::{Database, Folder};
use crate::samples::{SIGNATURE, at, cents, key_by, task, wallet};
use crate::whole::check_sums;

/// The program beside the tests; cargo builds it with them.
pub(crate) fn worker() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(|deps| deps.parent()).unwrap();
    let worker = folder.join("examples").join(format!("worker{}", std::env::consts::EXE_SUFFIX));
    assert!(worker.is_file(), "{} is built by `cargo test` without a choice of targets", worker.display());
    worker
}

fn start(arguments: &[&str]) -> Child {
    Command::new(worker()).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Four processes of fifty purchases each, all at once, on a budget for fifty.
async fn fifty_of_two_hundred(database: &impl Database) {
    drop(database.open(1_000).await);
    let url = database.url();
    let mut children: Vec<_> = (0..4).map(|number| start(&["buy", &url, &format!("w{number}"), "50"])).collect();
    let mut outputs: Vec<_> = children.iter_mut().map(|child| BufReader::new(child.stdout.take().unwrap())).collect();
    for output in &mut outputs {
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
    }
    for child in &mut children {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    let mut said = String::new();
    for output in &mut outputs {
        output.read_to_string(&mut said).unwrap();
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let made: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("made ")).collect();
    assert_eq!((made.len(), said.lines().filter(|line| *line == "over").count()), (50, 150));
    let store = database.open(1_000).await;
    assert_eq!(store.spent(&task("t"), at(0)).await, Ok(cents(50)));
    assert_eq!(store.spent(&wallet(Meter::Day), at(0)).await, Ok(cents(50)));
    for id in made {
        assert!(store.find(&id.parse().unwrap()).await.unwrap().is_some_and(|record| record.is_open()), "{id}");
    }
    check_sums(&store).await;
    store.close().await;
}

#[tokio::test]
async fn rows_121_and_210_four_processes_on_one_file_make_fifty_of_two_hundred() {
    fifty_of_two_hundred(&Folder::new()).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn rows_121_and_210_four_processes_on_one_server_make_fifty_of_two_hundred() {
    fifty_of_two_hundred(&crate::fresh::Fresh::new()).await;
}

/// Two processes trade until they are killed at some moment, again and again. What they were told is there, whole, and once.
async fn survive(database: &impl Database, rounds: u64) {
    let mut told = BTreeMap::new();
    for round in 0..rounds {
        let url = database.url();
        let mut children: Vec<_> = [0, 1].map(|number| start(&["trade", &url, &(round * 2 + number).to_string()])).into();
        let outputs: Vec<_> = children
            .iter_mut()
            .map(|child| {
                let mut output = child.stdout.take().unwrap();
                std::thread::spawn(move || {
                    let mut said = Vec::new();
                    output.read_to_end(&mut said).unwrap();
                    String::from_utf8(said).unwrap()
                })
            })
            .collect();
        // no moment is better than another; these differ
        tokio::time::sleep(Duration::from_millis(700 + 137 * (round % 9))).await;
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        for output in outputs {
            for line in output.join().unwrap().split_inclusive('\n').filter(|line| line.ends_with('\n')) {
                let (word, number) = line.trim_end().split_once(' ').unwrap();
                told.insert(number.parse::<u64>().unwrap(), word.to_owned());
            }
        }
        let store = database.open(1_000_000).await;
        check(&store, &told).await;
        store.close().await;
    }
    assert!(told.values().any(|word| word == "granted") && told.values().any(|word| word == "bought-settled"), "{}", told.len());
}

/// How far each word says that something has come.
const ORDER: [&str; 4] = ["reserved", "settling", "settled", "granted"];
const BOUGHT: [&str; 3] = ["reserved", "signed", "settled"];

async fn check(store: &Store, told: &BTreeMap<u64, String>) {
    let rank = |order: &[&str], word: &str| order.iter().position(|known| *known == word).unwrap();
    for (number, word) in told {
        if let Some(word) = word.strip_prefix("bought-") {
            let record = store.find(&format!("p{number}").parse().unwrap()).await.unwrap().unwrap();
            assert!(rank(&BOUGHT, record.state.as_str()) >= rank(&BOUGHT, word), "{number} {word} {record:?}");
            assert_eq!(record.attempt, 1, "{number} was begun once");
            assert!(record.signed.is_none_or(|signed| signed.expose() == SIGNATURE));
        } else {
            let entry = store.entry(&key_by(*number, *number)).await.unwrap().unwrap();
            let state = if entry.granted { "granted" } else { entry.state.as_str() };
            assert!(rank(&ORDER, state) >= rank(&ORDER, word), "{number} {word} {entry:?}");
            assert_eq!(entry.attempt, 1, "{number} was claimed once");
            let sent = entry.sent.as_ref().map(|sent| sent.expose().to_vec());
            assert_eq!(sent, (state == "settling").then(|| number.to_be_bytes().to_vec()), "{number} is sent again as it was");
            assert!(entry.answer.is_none_or(|answer| answer.as_bytes() == number.to_be_bytes()));
        }
    }
    check_sums(store).await;
}

#[tokio::test]
async fn row_150_processes_on_a_file_are_killed_and_nothing_is_lost_or_doubled() {
    survive(&Folder::new(), 6).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn row_150_processes_on_a_server_are_killed_and_nothing_is_lost_or_doubled() {
    survive(&crate::fresh::Fresh::new(), 6).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn row_150_a_server_that_ends_in_the_middle_loses_nothing_that_was_answered() {
    let database = crate::fresh::Fresh::alone();
    let url = database.url();
    let mut child = start(&["trade", &url, "1"]);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut told = BTreeMap::new();
    let mut take = |line: &str| {
        if let Some((word, number)) = line.trim_end().split_once(' ') {
            told.insert(number.parse::<u64>().unwrap(), word.to_owned());
        }
    };
    for _ in 0..200 {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        take(&line);
    }
    database.cluster.crash();
    // its next question is answered with a fault, which ends it
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert!(!child.wait().unwrap().success());
    rest.lines().for_each(&mut take);
    let store = database.open(1_000_000).await;
    check(&store, &told).await;
    store.close().await;
}
