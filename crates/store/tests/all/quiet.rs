//! A store that is asked for one thing after the other writes where it is asked, and as durably as ever.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use quittance_guard::Ledger;
use quittance_guard::budget::{Reserve, Reserved};
use quittance_store::Store;
use rusqlite::Connection;

use crate::place::{Database as _, Folder};
use crate::samples::{at, purchase};

/// An answer, and whether it was there without anybody else having done anything.
async fn at_once<T>(answer: impl Future<Output = T>) -> (bool, T) {
    let mut answer = pin!(answer);
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => (true, answer),
        Poll::Pending => (false, answer.await),
    }
}

async fn reserve(store: &Store, number: usize) {
    let wanted = purchase(&format!("p{number}"), "t", "$0.01");
    assert!(matches!(store.reserve(&Reserve::new(&wanted, &[], at(0))).await, Ok(Reserved::Fresh(_))));
}

/// Reserves one after the other until one is written where it is asked for, and says how many there are then.
async fn reserve_until_at_once(store: &Store, from: usize) -> usize {
    for number in from.. {
        if at_once(reserve(store, number)).await.0 {
            return number + 1;
        }
    }
    unreachable!("a test that goes on for ever has failed")
}

/// Another process on the file.
fn other(folder: &Folder) -> Connection {
    Connection::open(folder.url().strip_prefix("sqlite:").unwrap()).unwrap()
}

/// How often something was taken to the disk that was written before.
fn flushes(file: &Connection) -> i64 {
    let sql = "SELECT COALESCE(MAX(number), 0) FROM about WHERE name = 'flushes'";
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn flushed_after(file: &Connection, before: i64) -> i64 {
    loop {
        let now = flushes(file);
        if now > before {
            return now;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_written_at_once_is_kept() {
    let folder = Folder::new();
    let store = folder.open(1_000).await;
    let mut count = 0;
    for _ in 0..10 {
        count = reserve_until_at_once(&store, count).await;
    }
    store.close().await;
    assert_eq!(Ledger::open(&folder.open(1_000).await).await.unwrap().len(), count);
}

#[tokio::test]
async fn what_another_process_is_in_the_way_of_waits_as_ever() {
    let folder = Folder::new();
    let store = folder.open(1_000).await;
    let count = reserve_until_at_once(&store, 0).await;
    let file = other(&folder);
    file.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waits = pin!(reserve(&store, count));
    assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    file.execute_batch("ROLLBACK").unwrap();
    waits.await;
}

#[tokio::test]
async fn what_is_written_at_once_is_flushed_when_nobody_asks_for_more() {
    let folder = Folder::new();
    let store = folder.open(1_000).await;
    let file = other(&folder);
    let (mut count, mut seen) = (0, 0);
    // what the writer wrote itself it knows of, so that nothing of that may be left
    while {
        count = reserve_until_at_once(&store, count).await;
        seen = flushed_after(&file, seen).await;
        let (at_once, ()) = at_once(reserve(&store, count)).await;
        count += 1;
        !at_once
    } {}
    flushed_after(&file, seen).await;
}
