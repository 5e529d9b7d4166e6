//! The body of an answer: whole, or passing through and watched until its end.

use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Collected};
use quittance_core::Amount;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

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

/// An answer that is charged for as it goes. It ends when all was sent, when the handler failed, when no more may be charged, when it is time, or
/// when the client has gone and this is dropped.
pub(crate) struct Metered {
    meter: Meter,
    /// Until no more is sent.
    open: Option<oneshot::Sender<Infallible>>,
}

impl Metered {
    /// The same, and what comes with its end: how much was delivered. It has to be waited for elsewhere, because a server asks for no next piece
    /// while its client does not read, and the time passes all the same (row 165).
    pub(crate) fn new(meter: Meter, until: Instant) -> (Self, impl Future<Output = Amount> + Send + 'static) {
        meter.deliver();
        let (open, ended) = oneshot::channel();
        let counted = meter.clone();
        let delivered = async move {
            let _which = timeout_at(until, ended).await;
            counted.close()
        };
        (Self { meter, open: Some(open) }, delivered)
    }

    /// Whether nothing more may be sent.
    fn is_over(&self, context: &Context<'_>) -> bool {
        self.open.is_none() || self.meter.is_full(context)
    }

    /// All of it was sent.
    fn whole(&mut self) {
        self.meter.deliver();
        self.broken();
    }

    /// No more is sent.
    fn broken(&mut self) {
        if let Some(_open) = self.open.take() {
            self.meter.close();
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
                    Poll::Ready(Some(Ok(_))) if !metered.meter.hand_over() => {
                        metered.broken();
                        return Poll::Ready(None);
                    }
                    Poll::Ready(Some(Ok(_))) => {}
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
            Kind::Metered { metered, .. } => metered.open.is_none(),
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
