//! A connection whose other end has to take what it is sent.
//!
//! Whoever asks and does not read holds an answer, and whatever makes it, for as long as they like (catalogue row 174). Reading slowly is no
//! offence: the time begins anew whenever something is taken.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection that breaks when nothing of what is written is taken for too long.
pub(crate) struct Patient<S> {
    inner: S,
    most: Duration,
    /// Runs while something waits to be taken.
    waits: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(crate) const fn new(inner: S, most: Duration) -> Self {
        Self { inner, most, waits: None }
    }

    fn within<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.waits = None;
            return polled;
        }
        let most = self.most;
        let waits = self.waits.get_or_insert_with(|| Box::pin(sleep(most)));
        waits.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.within(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.within(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.within(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        self.within(context, polled)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{Instant, sleep};

    use super::Patient;

    const MOST: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn row_174_who_takes_nothing_is_let_go_of() {
        let (here, _there) = duplex(10);
        let start = Instant::now();
        let sent = Patient::new(here, MOST).write_all(&[0; 11]).await;
        assert_eq!((sent.map_err(|error| error.kind()), start.elapsed()), (Err(io::ErrorKind::TimedOut), MOST));
    }

    #[tokio::test(start_paused = true)]
    async fn row_174_who_takes_something_now_and_then_is_waited_for() {
        let (here, mut there) = duplex(10);
        let reads = tokio::spawn(async move {
            let mut taken = 0;
            while taken < 100 {
                sleep(MOST - Duration::from_secs(1)).await;
                taken += there.read(&mut [0; 5]).await.unwrap();
            }
        });
        let mut here = Patient::new(here, MOST);
        // nothing is waited for between two answers
        here.write_all(&[0; 10]).await.unwrap();
        sleep(MOST * 2).await;
        here.write_all(&[0; 90]).await.unwrap();
        reads.await.unwrap();
    }
}
