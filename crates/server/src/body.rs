//! The body of an answer: whole, or passing through and watched until its end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The body of an answer of a route that is sold.
pub struct SoldBody<B>(Kind<B>);

enum Kind<B> {
    Whole(Option<Bytes>),
    Passing { inner: Pin<Box<B>>, watch: Option<Watch> },
}

/// Somebody who is told that a body was taken to its end, and what was in it unless it was too long. If the client goes away before, nobody is
/// told.
pub(crate) struct Watch {
    most: usize,
    /// None once it is too long.
    copy: Option<Vec<u8>>,
    #[expect(clippy::type_complexity, reason = "it is called once, here")]
    end: Option<Box<dyn FnOnce(Option<Vec<u8>>) + Send>>,
}

impl Watch {
    pub(crate) fn new(most: usize, end: impl FnOnce(Option<Vec<u8>>) + Send + 'static) -> Self {
        Self { most, copy: Some(Vec::new()), end: Some(Box::new(end)) }
    }

    fn see(&mut self, data: &[u8]) {
        match &mut self.copy {
            Some(copy) if copy.len().saturating_add(data.len()) <= self.most => copy.extend_from_slice(data),
            copy => *copy = None,
        }
    }

    fn end(&mut self) {
        if let Some(end) = self.end.take() {
            end(self.copy.take());
        }
    }
}

impl<B> SoldBody<B> {
    pub(crate) const fn whole(bytes: Bytes) -> Self {
        Self(Kind::Whole(Some(bytes)))
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
                            if inner.is_end_stream() {
                                watch.end();
                            }
                        }
                        Poll::Ready(None) => watch.end(),
                        Poll::Ready(Some(Err(_))) | Poll::Pending => {}
                    }
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Kind::Passing { inner, .. } => inner.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Passing { inner, .. } => inner.size_hint(),
        }
    }
}

impl<B> fmt::Debug for SoldBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Whole(_) => "SoldBody(whole)",
            Kind::Passing { .. } => "SoldBody(passing)",
        })
    }
}
