//! The audit log of a buyer, and what happens when it cannot be written.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::Response;
use quittance_client::{Error, Journal};
use quittance_core::Fault;
use quittance_guard::audit::{Chain, Entry, LogId, LogSalt, Reconciliation, Stage, StoreGeneration, Times, Verifier};

use crate::seller::{NOW, Seller, builder, honest};

type Lines = Arc<Mutex<Vec<String>>>;

/// A log in memory, of which line `full` cannot be written any more.
fn journal(full: usize) -> (Journal, Lines) {
    let lines = Lines::default();
    let begun = Arc::clone(&lines);
    let keep = |lines: &Lines, line: &str| lines.lock().unwrap().push(line.to_owned());
    let chain = Chain::begin(LogId::from_bytes([1; 16]), StoreGeneration::Confirmed(0), Times::local(NOW), |entry| {
        keep(&begun, entry.line());
        Ok::<_, io::Error>(())
    });
    let write = Arc::clone(&lines);
    let journal = Journal::new(chain.unwrap(), LogSalt::from_bytes([2; 32]), move |entry| {
        if write.lock().unwrap().len() >= full {
            return Err(io::Error::other("the disk is full"));
        }
        keep(&write, entry.line());
        Ok(())
    });
    (journal, lines)
}

async fn seller() -> Seller {
    Seller::at(|asked, url| Some(honest(asked, url))).await
}

#[tokio::test]
async fn a_trip_is_in_the_log_from_its_first_request_to_its_answer() {
    let seller = seller().await;
    let (builder, _) = builder(&seller);
    let (journal, lines) = journal(usize::MAX);
    let buyer = builder.journal(journal).build().unwrap();
    let request = buyer.get(&seller.url()).purchase("report-42").unwrap().task("task-1").unwrap().id("req_0902").unwrap();
    request.send().await.unwrap();
    let text = lines.lock().unwrap().concat();
    let mut reconciliation = Reconciliation::new();
    let mut stages = Vec::new();
    let mut verifier = Verifier::new(None);
    let fed = verifier.feed(text.as_bytes(), |record| {
        stages.extend(record.event().map(|event| event.stage()));
        reconciliation.take(record);
    });
    fed.unwrap();
    verifier.finish().unwrap();
    use Stage::{Answered, Intent, Quoted, Requested, Sent, Settled, Signed};
    assert_eq!(stages, [Requested, Quoted, Intent, Signed, Sent, Settled, Answered]);
    assert!(!text.contains("/v1/report") && !text.contains(&seller.payments()[0]), "row 220");
}

#[tokio::test]
async fn row_225_however_often_it_is_sent_a_purchase_has_one_end_in_the_log() {
    let seller = Seller::at(|asked, url| match asked.payment() {
        Some(_) if asked.number < 6 => Some(Response::builder().status(503).body("".into()).unwrap()),
        _ => Some(honest(asked, url)),
    })
    .await;
    let (builder, _) = builder(&seller);
    let (journal, lines) = journal(usize::MAX);
    let buyer = builder.journal(journal).build().unwrap();
    for number in 0..4 {
        let bought = buyer.get(&seller.url()).purchase("report-42").unwrap().send().await;
        assert_eq!(bought.is_ok(), number > 0, "the first four answers say nothing");
    }
    let text = lines.lock().unwrap().concat();
    let mut reconciliation = Reconciliation::new();
    Verifier::new(None).feed(text.as_bytes(), |record| reconciliation.take(record)).unwrap();
    assert_eq!(reconciliation.findings(), []);
}

#[tokio::test]
async fn row_224_if_the_log_cannot_be_written_no_payment_leaves() {
    // the opening, requested, quoted, intent, signed: the sixth line would say that the bytes are about to leave
    for full in 1..6 {
        let seller = seller().await;
        let (builder, signed) = builder(&seller);
        let (journal, _) = journal(full);
        let buyer = builder.journal(journal).build().unwrap();
        let error = buyer.get(&seller.url()).purchase("report-42").unwrap().send().await.unwrap_err();
        assert!(matches!(error, Error::Fault(Fault::AuditUnavailable)), "{full}: {error:?}");
        assert_eq!(seller.payments().len(), 0, "{full}");
        assert!(signed.load(Ordering::Relaxed) <= 1);
    }
}

/// A disk: the lines that were written, and how many of them were flushed; from one flush on it fails.
#[derive(Clone, Default)]
struct Disk {
    lines: Lines,
    flushed: Arc<AtomicUsize>,
    flushes: Arc<AtomicUsize>,
    fails_from: usize,
}

impl Disk {
    fn journal(&self) -> Journal {
        let (lines, disk) = (Arc::clone(&self.lines), self.clone());
        let chain = Chain::begin(LogId::from_bytes([1; 16]), StoreGeneration::Confirmed(0), Times::local(NOW), |entry| {
            lines.lock().unwrap().push(entry.line().to_owned());
            Ok::<_, io::Error>(())
        });
        let append = move |entry: &Entry| {
            lines.lock().unwrap().push(entry.line().to_owned());
            Ok(())
        };
        Journal::flushing(chain.unwrap(), LogSalt::from_bytes([2; 32]), append, move || disk.flush())
    }

    fn flush(&self) -> io::Result<()> {
        if self.flushes.fetch_add(1, Ordering::SeqCst) + 1 >= self.fails_from {
            return Err(io::Error::other("the disk is broken"));
        }
        self.flushed.store(self.lines.lock().unwrap().len(), Ordering::SeqCst);
        Ok(())
    }

    /// The stages of what a loss of power would leave.
    fn stages(&self) -> Vec<Stage> {
        let text = self.lines.lock().unwrap()[..self.flushed.load(Ordering::SeqCst)].concat();
        let mut stages = Vec::new();
        let mut verifier = Verifier::new(None);
        verifier.feed(text.as_bytes(), |record| stages.extend(record.event().map(|event| event.stage()))).unwrap();
        stages
    }
}

#[tokio::test]
async fn row_224_what_was_decided_is_on_the_disk_before_the_bytes_leave_and_is_flushed_once() {
    let disk = Disk { fails_from: usize::MAX, ..Disk::default() };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (looking, saw) = (disk.clone(), Arc::clone(&seen));
    let seller = Seller::at(move |asked, url| {
        saw.lock().unwrap().push((asked.payment().is_some(), looking.stages(), looking.flushes.load(Ordering::SeqCst)));
        Some(honest(asked, url))
    })
    .await;
    let (builder, _) = builder(&seller);
    let buyer = builder.journal(disk.journal()).build().unwrap();
    buyer.get(&seller.url()).purchase("report-42").unwrap().send().await.unwrap();
    use Stage::{Intent, Quoted, Requested};
    let seen = seen.lock().unwrap().clone();
    let [(false, ..), (true, on_disk, flushes)] = &*seen else { panic!("{seen:?}") };
    assert_eq!(on_disk.get(..3), Some(&[Requested, Quoted, Intent][..]));
    // one is what the buyer waits for; a second one may be due by the time that has passed
    assert!((1..=2).contains(flushes), "{flushes}");
    // what the loss of power takes is the end, and what is left is whole; without one everything is there in the end
    drop(buyer);
    while disk.flushed.load(Ordering::SeqCst) < 8 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(disk.stages().last(), Some(&Stage::Answered));
}

#[tokio::test]
async fn row_224_if_the_log_cannot_be_flushed_no_payment_leaves_then_or_later() {
    let disk = Disk { fails_from: 1, ..Disk::default() };
    let seller = seller().await;
    let (builder, _) = builder(&seller);
    let buyer = builder.journal(disk.journal()).build().unwrap();
    for _ in 0..2 {
        let error = buyer.get(&seller.url()).purchase("report-42").unwrap().send().await.unwrap_err();
        let stands = matches!(&error, Error::Fault(Fault::AuditUnavailable) | Error::Open { fault: Fault::AuditUnavailable, .. });
        assert!(stands, "{error:?}");
    }
    assert_eq!(seller.payments().len(), 0);
    // no signature is kept of which the log does not say why
    assert_eq!(buyer.open().await.unwrap().len(), 0);
}
