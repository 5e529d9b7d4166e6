//! What a person at a terminal is told while nothing comes: after a second, what is waited for and since when, in a line that goes when it is over.
//!
//! Nobody else hears of it: neither a pipe, nor a file, nor whoever asked for JSON.

use std::convert::Infallible;
use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::format::Format;

/// How long nothing is said, and then how often.
const PACE: Duration = Duration::from_secs(1);
/// To the beginning of the line, and nothing left in it.
const CLEAR: &str = "\r\x1b[K";

/// Something is waited for as long as this lives. Whoever has it writes nothing else.
pub(crate) struct Waiting(Option<(Sender<Infallible>, JoinHandle<()>)>);

impl Waiting {
    pub(crate) fn on(what: impl Into<String>, format: Format) -> Self {
        if is_told(format, io::stderr().is_terminal()) { Self::begin(io::stderr(), what.into(), PACE) } else { Self(None) }
    }

    fn begin(out: impl Write + Send + 'static, what: String, pace: Duration) -> Self {
        let (end, ended) = mpsc::channel();
        Self(Some((end, thread::spawn(move || tell(out, &what, pace, &ended)))))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((end, telling)) = self.0.take() {
            drop(end);
            // the line is gone before anything else is written
            drop(telling.join());
        }
    }
}

const fn is_told(format: Format, is_terminal: bool) -> bool {
    is_terminal && !matches!(format, Format::Json)
}

/// Says it until it is over. A terminal that cannot be written to is told nothing.
fn tell(mut out: impl Write, what: &str, pace: Duration, ended: &Receiver<Infallible>) {
    let began = Instant::now();
    let mut say = |line: &str| drop(out.write_all(format!("{CLEAR}{line}").as_bytes()).and_then(|()| out.flush()));
    let mut was_told = false;
    while ended.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
        was_told = true;
        say(&format!("waiting for {what}, {} s", began.elapsed().as_secs()));
    }
    if was_told {
        say("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passes on what is written.
    struct Heard(Sender<String>);

    impl Write for Heard {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _gone = self.0.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_person_at_a_terminal_is_told() {
        for (format, is_terminal, expected) in [
            (Format::Human, true, true),
            (Format::Csv, true, true),
            (Format::Json, true, false),
            (Format::Human, false, false),
            (Format::Json, false, false),
        ] {
            assert_eq!(is_told(format, is_terminal), expected, "{format:?}, {is_terminal}");
        }
    }

    #[test]
    fn what_takes_long_is_said_and_the_line_goes_when_it_is_over() {
        let (said, heard) = mpsc::channel();
        let waiting = Waiting::begin(Heard(said), "the shop".into(), Duration::ZERO);
        let line = heard.recv().unwrap();
        assert!(line.starts_with("\r\x1b[Kwaiting for the shop, ") && line.ends_with(" s"), "{line:?}");
        drop(waiting);
        assert_eq!(heard.iter().last().as_deref(), Some(CLEAR));
    }

    #[test]
    fn what_is_there_at_once_leaves_no_trace() {
        let (said, heard) = mpsc::channel();
        drop(Waiting::begin(Heard(said), "the shop".into(), Duration::from_secs(3_600)));
        assert_eq!(heard.iter().count(), 0);
    }
}
