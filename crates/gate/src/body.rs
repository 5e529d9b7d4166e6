//! Bodies on their way, each with a bound on how long nothing may come.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use quittance_server::SoldBody;
use tokio::time::{Instant, Sleep, sleep};

use crate::tariff::{Count, Counted};

/// Why a body broke off.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Nothing came for too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nothing came for too long")]
pub(crate) struct Stalled;

/// A body whose next piece has to come in time. Trailers are left out: what they say would pass every check by.
pub(crate) struct Timed<B> {
    inner: B,
    within: Duration,
    until: Pin<Box<Sleep>>,
}

impl<B> Timed<B> {
    pub(crate) fn new(inner: B, within: Duration) -> Self {
        Self { inner, within, until: Box::pin(sleep(within)) }
    }
}

impl<B: Body<Data = Bytes, Error: Into<Failure>> + Unpin> Body for Timed<B> {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        loop {
            match Pin::new(&mut this.inner).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.until.as_mut().reset(Instant::now() + this.within);
                    if frame.is_data() {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                }
                Poll::Ready(other) => return Poll::Ready(other.map(|frame| frame.map_err(Into::into))),
                Poll::Pending => return this.until.as_mut().poll(context).map(|()| Some(Err(Stalled.into()))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A client's body broke off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the body of the request broke off")]
pub(crate) struct BrokenOff;

/// When something of a request moved last.
#[derive(Clone)]
pub(crate) struct Moved(Arc<Mutex<Instant>>);

impl Moved {
    pub(crate) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(crate) fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn again(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// A body that says when it moves.
pub(crate) struct Moving(pub(crate) RequestBody, pub(crate) Moved);

impl Body for Moving {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Self(body, moved) = self.get_mut();
        let polled = Pin::new(body).poll_frame(context);
        if polled.is_ready() {
            moved.again();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The body of a request on its way to the upstream.
pub(crate) enum RequestBody {
    /// It was read as a whole, to be paid for.
    Whole(Full<Bytes>),
    /// It passes through.
    Passing(Timed<Limited<Incoming>>),
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Self::Passing(body) => Pin::new(body).poll_frame(context).map_err(|error| match error {
                known if known.is::<Stalled>() || known.is::<LengthLimitError>() => known,
                _ => BrokenOff.into(),
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Passing(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Passing(body) => body.size_hint(),
        }
    }
}

/// The body of an answer, of the upstream's or of the gate's own.
pub struct AnswerBody(Kind);

enum Kind {
    Own(Full<Bytes>),
    Passing(Timed<Incoming>),
    Counted(Box<Counted<Timed<Incoming>>>),
}

impl AnswerBody {
    pub(crate) fn own(text: impl Into<Bytes>) -> Self {
        Self(Kind::Own(Full::new(text.into())))
    }

    pub(crate) fn passing(body: Incoming, within: Duration) -> Self {
        Self(Kind::Passing(Timed::new(body, within)))
    }

    pub(crate) fn counted(body: Incoming, within: Duration, count: Count) -> Self {
        Self(Kind::Counted(Box::new(Counted::new(Timed::new(body, within), count))))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut self.get_mut().0 {
            Kind::Own(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Kind::Passing(body) => Pin::new(body).poll_frame(context),
            Kind::Counted(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Own(body) => body.is_end_stream(),
            Kind::Passing(body) => body.is_end_stream(),
            Kind::Counted(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Own(body) => body.size_hint(),
            Kind::Passing(body) => body.size_hint(),
            Kind::Counted(body) => body.size_hint(),
        }
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Own(_) => "AnswerBody(own)",
            Kind::Passing(_) => "AnswerBody(passing)",
            Kind::Counted(_) => "AnswerBody(counted)",
        })
    }
}

/// The body of an answer as it leaves the gate.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a route is sold or it is not")]
pub enum GateBody {
    /// Of a route that is sold.
    Sold(SoldBody<AnswerBody>),
    /// Of any other.
    Plain(AnswerBody),
}

impl Body for GateBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match self.get_mut() {
            Self::Sold(body) => Pin::new(body).poll_frame(context),
            Self::Plain(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Sold(body) => body.is_end_stream(),
            Self::Plain(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Sold(body) => body.size_hint(),
            Self::Plain(body) => body.size_hint(),
        }
    }
}
