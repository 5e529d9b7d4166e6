//! Lines between processes, within bounds.
//!
//! Each direction has a thread of its own: a side that does not read holds up nobody but those who write to it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::{Notify, mpsc, oneshot};

/// How long a line may be.
pub(super) const LONGEST: usize = 16 << 20;
/// How many lines are read ahead.
const AHEAD: usize = 4;
/// How many bytes may wait to be written before no more is read for them.
const WAITING: usize = 16 << 20;

/// What was read.
#[derive(Debug)]
pub(super) enum Line {
    /// A line with its end, or the last one without.
    Whole(Vec<u8>),
    /// A line that is longer than lines may be. Nothing of it is kept.
    TooLong,
}

/// The lines of one side, until its end.
pub(super) fn read(from: impl Read + Send + 'static) -> mpsc::Receiver<Line> {
    let (lines, receiver) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        while let Ok(Some(line)) = next(&mut from, LONGEST) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn next(from: &mut impl BufRead, longest: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let most = u64::try_from(longest).unwrap_or(u64::MAX);
    from.by_ref().take(most).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.ends_with(b"\n") || line.len() < longest {
        return Ok(Some(Line::Whole(line)));
    }
    drop(line);
    loop {
        let mut more = Vec::new();
        from.by_ref().take(64 << 10).read_until(b'\n', &mut more)?;
        if more.is_empty() || more.ends_with(b"\n") {
            return Ok(Some(Line::TooLong));
        }
    }
}

/// Where the lines for one side go.
pub(super) struct Out {
    lines: Option<mpsc::UnboundedSender<Vec<u8>>>,
    waiting: Arc<AtomicUsize>,
    written: oneshot::Receiver<()>,
}

impl Out {
    /// `drained` is told whenever something was written.
    pub(super) fn new(mut to: impl Write + Send + 'static, drained: Arc<Notify>) -> Self {
        let (lines, mut receiver) = mpsc::unbounded_channel::<Vec<u8>>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (done, written) = oneshot::channel();
        let left = Arc::clone(&waiting);
        thread::spawn(move || {
            // whoever does not read any more is seen to end by the one who reads from there
            let mut broken = false;
            while let Some(line) = receiver.blocking_recv() {
                broken = broken || to.write_all(&line).and_then(|()| to.flush()).is_err();
                left.fetch_sub(line.len(), Ordering::Relaxed);
                drained.notify_one();
            }
            drop(to);
            // nobody may be waiting for that
            let _nobody = done.send(());
        });
        Self { lines: Some(lines), waiting, written }
    }

    pub(super) fn line(&self, line: Vec<u8>) {
        if let Some(lines) = &self.lines {
            self.waiting.fetch_add(line.len(), Ordering::Relaxed);
            // the other end lives until this one is closed
            let _gone = lines.send(line);
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < WAITING
    }

    /// Ends it, once what is waiting is written.
    pub(super) fn close(&mut self) {
        self.lines = None;
    }

    /// Waits until everything is written, after it was closed.
    pub(super) async fn written(&mut self) {
        // a thread that is gone writes nothing more either
        let _gone = (&mut self.written).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_they_were_and_a_long_one_is_left_out() {
        let text = b"one\r\n\n12345678\n123456789\nx\xff\nlast".as_slice();
        let mut from = BufReader::with_capacity(3, text);
        let mut lines = Vec::new();
        while let Some(line) = next(&mut from, 9).unwrap() {
            lines.push(match line {
                Line::Whole(line) => Some(line),
                Line::TooLong => None,
            });
        }
        let whole = |line: &[u8]| Some(line.to_vec());
        let expected = [whole(b"one\r\n"), whole(b"\n"), whole(b"12345678\n"), None, whole(b"x\xff\n"), whole(b"last")];
        assert_eq!(lines, expected);
    }
}
