//! How requests end that do not end by themselves, and how the service does.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::super::{Served, ServiceOptions};
use super::schema::check;
use super::{Metrics, Mood, Running, Service, Told, request, service, soon, until, v2};

fn waiting() -> (Told, Arc<tokio::sync::Notify>, Arc<tokio::sync::Semaphore>, Arc<tokio::sync::Notify>) {
    let told = Told::new(Mood::Waits);
    let (entered, go, finished) = (Arc::clone(&told.entered), Arc::clone(&told.go), Arc::clone(&told.finished));
    (told, entered, go, finished)
}

fn settle() -> Vec<u8> {
    request("POST", "/settle", &[("content-type", "application/json")], &v2().to_string())
}

#[tokio::test]
async fn too_much_at_a_time_is_told_to_come_back() {
    let (told, entered, go, _) = waiting();
    let options = ServiceOptions { concurrency: 1, ..ServiceOptions::default() };
    let running = Running::start(Service::new(told, Arc::new(Metrics::new())).with_options(options)).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(&settle()).await.unwrap();
    soon(entered.notified()).await;
    let second = running.post("/settle", &v2()).await;
    assert_eq!((second.status, second.code().as_str(), second.header("retry-after")), (503, "busy", Some("2")));
    check("/settle", "post", 503, &second.json());
    // what costs nothing is still answered
    assert_eq!(running.get("/health").await.status, 200);
    go.add_permits(2);
    let mut answer = String::new();
    first.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    until(async || (running.post("/settle", &v2()).await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn row_158_a_settlement_goes_on_when_whoever_asked_has_gone() {
    let (told, entered, go, finished) = waiting();
    let running = Running::start(Service::new(told, Arc::new(Metrics::new()))).await;
    let mut gone = TcpStream::connect(running.address).await.unwrap();
    gone.write_all(&settle()).await.unwrap();
    soon(entered.notified()).await;
    drop(gone);
    tokio::task::yield_now().await;
    go.add_permits(1);
    soon(finished.notified()).await;
}

#[tokio::test]
async fn the_end_waits_for_what_is_open_and_takes_no_more() {
    let (told, entered, go, finished) = waiting();
    let mut running = Running::start(Service::new(told, Arc::new(Metrics::new()))).await;
    let mut open = TcpStream::connect(running.address).await.unwrap();
    open.write_all(&settle()).await.unwrap();
    soon(entered.notified()).await;
    // one that nobody waits for any more is waited for too
    let mut gone = TcpStream::connect(running.address).await.unwrap();
    gone.write_all(&settle()).await.unwrap();
    soon(entered.notified()).await;
    drop(gone);
    running.stop();
    until(async || TcpStream::connect(running.address).await.is_err().then_some(())).await;
    assert!(!running.server.is_finished());
    go.add_permits(1);
    let first = soon(finished.notified());
    first.await;
    assert!(!running.server.is_finished());
    go.add_permits(1);
    let mut answer = String::new();
    open.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(soon(running.server).await.unwrap().unwrap(), Served::Whole);
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let (told, entered, _go, _) = waiting();
    let options = ServiceOptions { drain: Duration::from_millis(20), ..ServiceOptions::default() };
    let mut running = Running::start(Service::new(told, Arc::new(Metrics::new())).with_options(options)).await;
    let mut open = TcpStream::connect(running.address).await.unwrap();
    open.write_all(&settle()).await.unwrap();
    soon(entered.notified()).await;
    running.stop();
    assert_eq!(soon(running.server).await.unwrap().unwrap(), Served::Interrupted);
}

#[tokio::test]
async fn what_comes_too_slowly_is_cut_off() {
    let options = ServiceOptions { read: Duration::from_millis(50), ..ServiceOptions::default() };
    let running = Running::start(service(Mood::Yes).with_options(options)).await;
    // half a head
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"POST /verify HTTP/1.1\r\nhost:").await.unwrap();
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    // half a body
    let whole = settle();
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&whole[..whole.len() - 9]).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_verdict_that_does_not_come_is_a_fault() {
    let (told, ..) = waiting();
    let options =
        ServiceOptions { verify: Duration::from_millis(20), settle: Duration::from_millis(20), ..ServiceOptions::default() };
    let running = Running::start(Service::new(told, Arc::new(Metrics::new())).with_options(options)).await;
    let verdict = running.post("/verify", &v2()).await;
    assert_eq!((verdict.status, verdict.code().as_str()), (503, "verify_failed"));
    let outcome = running.post("/settle", &v2()).await;
    assert_eq!((outcome.status, outcome.code().as_str()), (503, "settle_failed"));
    assert_eq!(outcome.json()["error"]["retry"], "unknown_outcome");
}
