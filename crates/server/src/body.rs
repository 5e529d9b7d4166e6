//! The body of an answer: whole, or passing through and watched until its end.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Collected};
use quittance_core::Amount;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::meter::Meter;

/// All of a body; nothing if it breaks off. One that panics while it is made breaks off, too: whoever waits has a payment to decide about.
pub(crate) async fn collected<B: Body<Data = Bytes>>(body: B) -> Option<Bytes> {
    AssertUnwindSafe(body.collect()).catch_unwind().await.ok()?.ok().map(Collected::to_bytes)
}

/// The body of an answer of a route that is sold.
pub struct SoldBody<B>(Kind<B>);

enum Kind<B> {
    Whole(Option<Bytes>),
    Passing { inner: Pin<Box<B>>, watch: Option<Watch> },
    Metered { inner: Pin<Box<B>>, metered: Metered },
}

/// The end of an answer that is charged for as it goes. It comes once, whichever way: all was sent, the handler failed, no more may be charged, it
/// is time, or the client has gone and this is dropped.
pub(crate) struct Metered {
    meter: Meter,
    until: Pin<Box<Sleep>>,
    /// What was charged when the last piece was handed over.
    delivered: Amount,
    end: Option<Box<dyn FnOnce(Amount) + Send>>,
}

impl Metered {
    pub(crate) fn new(meter: Meter, until: Instant, end: impl FnOnce(Amount) + Send + 'static) -> Self {
        let delivered = meter.charged();
        Self { meter, until: Box::pin(sleep_until(until)), delivered, end: Some(Box::new(end)) }
    }

    /// Whether nothing more may be sent.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.end.is_none() || self.meter.is_full(context) || self.until.as_mut().poll(context).is_ready()
    }

    /// All of it was sent.
    fn whole(&mut self) {
        self.delivered = self.meter.charged();
        self.broken();
    }

    /// No more is sent.
    fn broken(&mut self) {
        if let Some(end) = self.end.take() {
            self.meter.close();
            end(self.delivered);
        }
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        self.broken();
    }
}

/// How the sending of a body ended.
pub(crate) enum Ended {
    /// It was taken to its end; what was in it, unless it was too long.
    Taken(Option<Vec<u8>>),
    /// It broke off, or the client went away.
    Broken,
}

/// Somebody who is told once how the sending of a body ended.
pub(crate) struct Watch {
    most: usize,
    /// None once it is too long.
    copy: Option<Vec<u8>>,
    /// How much is still to come, where that was announced: a server that has sent as much does not ask for the end.
    left: Option<u64>,
    end: Option<Box<dyn FnOnce(Ended) + Send>>,
}

impl Watch {
    pub(crate) fn new(most: usize, length: Option<u64>, end: impl FnOnce(Ended) + Send + 'static) -> Self {
        Self { most, copy: Some(Vec::new()), left: length, end: Some(Box::new(end)) }
    }

    fn see(&mut self, data: &[u8]) {
        match &mut self.copy {
            Some(copy) if copy.len().saturating_add(data.len()) <= self.most => copy.extend_from_slice(data),
            copy => *copy = None,
        }
        self.left = self.left.map(|left| left.saturating_sub(data.len() as u64));
    }

    fn end(&mut self) {
        if let Some(end) = self.end.take() {
            end(Ended::Taken(self.copy.take()));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end(Ended::Broken);
        }
    }
}

impl<B> SoldBody<B> {
    pub(crate) const fn whole(bytes: Bytes) -> Self {
        Self(Kind::Whole(Some(bytes)))
    }

    pub(crate) fn metered(inner: B, metered: Metered) -> Self {
        Self(Kind::Metered { inner: Box::pin(inner), metered })
    }

    pub(crate) fn passing(inner: B, watch: Option<Watch>) -> Self {
        Self(Kind::Passing { inner: Box::pin(inner), watch })
    }
}

impl<B: Body<Data = Bytes>> Body for SoldBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().0 {
            Kind::Whole(bytes) => Poll::Ready(bytes.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Passing { inner, watch } => {
                let polled = inner.as_mut().poll_frame(context);
                if let Some(watch) = watch {
                    match &polled {
                        Poll::Ready(Some(Ok(frame))) => {
                            if let Some(data) = frame.data_ref() {
                                watch.see(data);
                            }
                            // a server that has sent as much as was announced may not ask again
                            if inner.is_end_stream() || watch.left == Some(0) {
                                watch.end();
                            }
                        }
                        Poll::Ready(None) => watch.end(),
                        Poll::Ready(Some(Err(_))) | Poll::Pending => {}
                    }
                }
                polled
            }
            Kind::Metered { inner, metered } => {
                if metered.is_over(context) {
                    metered.broken();
                    return Poll::Ready(None);
                }
                let polled = inner.as_mut().poll_frame(context);
                match &polled {
                    // the handler went on although it may charge no more
                    Poll::Ready(Some(Ok(_))) if metered.is_over(context) => {
                        metered.broken();
                        return Poll::Ready(None);
                    }
                    Poll::Ready(Some(Ok(_))) => metered.delivered = metered.meter.charged(),
                    Poll::Ready(None) => metered.whole(),
                    Poll::Ready(Some(Err(_))) => metered.broken(),
                    Poll::Pending => {}
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Kind::Passing { inner, .. } => inner.is_end_stream(),
            // it is not known before it is there
            Kind::Metered { metered, .. } => metered.end.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Passing { inner, .. } => inner.size_hint(),
            Kind::Metered { .. } => SizeHint::default(),
        }
    }
}

impl<B> fmt::Debug for SoldBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Whole(_) => "SoldBody(whole)",
            Kind::Passing { .. } => "SoldBody(passing)",
            Kind::Metered { .. } => "SoldBody(metered)",
        })
    }
}
