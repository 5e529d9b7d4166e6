//! What of a ceiling is charged: so much for each of what an answer has, counted as it passes, or what the upstream says in its head.
//!
//! The upstream is trusted with the price of its own work and with nothing beside: what it says may be no more than its buyer has signed for, and
//! what cannot be read is an error and never the maximum (catalogue rows 161 and 162). What it says goes to nobody else (row 163).

use std::fmt;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use quittance_core::Amount;
use quittance_server::{Full, Meter};
use tokio::time::Instant;

use crate::body::Failure;
use crate::headers::CHARGE;

/// How a route charges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Tariff {
    /// So much for each so many of them, begun ones included.
    Each(Rate),
    /// What the upstream says.
    Upstream,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rate {
    pub(crate) price: Amount,
    /// The same as it was written.
    pub(crate) words: Box<str>,
    pub(crate) unit: Unit,
    pub(crate) every: NonZeroU64,
}

/// What is counted of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// Of its body, as they are sent.
    Bytes,
    /// Of its body, without empty ones: a record of JSON lines, a line of an event.
    Lines,
    /// Of its time, from its head to its last piece.
    Seconds,
}

/// Nothing can be charged for an answer by what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoCharge {
    /// The upstream says no charge, or two, or what is none.
    Unsaid,
    /// It says more than is authorized.
    Exceeds,
    /// Lines are counted, and it is compressed.
    Compressed,
}

impl Tariff {
    /// Whether the upstream must not compress.
    pub(crate) fn is_read(&self) -> bool {
        matches!(self, Self::Each(Rate { unit: Unit::Lines, .. }))
    }

    /// Begins to count for the answer to a request of this method.
    pub(crate) fn begin<B>(&self, meter: Meter, method: &Method, response: &Response<B>) -> Result<Count, NoCharge> {
        let headers = response.headers();
        let kind = match self {
            Self::Upstream => {
                let charge = said(headers, meter.ceiling())?;
                if has_body(method, response.status()) {
                    Kind::Once(Some(charge))
                } else {
                    // nobody will ask for a body, at whose first piece or end it could be charged
                    meter.charge(charge).map_err(|Full| NoCharge::Exceeds)?;
                    Kind::Once(None)
                }
            }
            Self::Each(_) if self.is_read() && is_compressed(headers) => return Err(NoCharge::Compressed),
            Self::Each(rate) => Kind::Each(Tally::new(rate.clone()), Instant::now()),
        };
        Ok(Count { meter, kind })
    }
}

/// Whether an answer has a body, be it an empty one (RFC 9110, section 6.4.1).
fn has_body(method: &Method, status: StatusCode) -> bool {
    *method != Method::HEAD && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// The charge of an answer: one number of smallest units, not above what was authorized.
fn said(headers: &HeaderMap, ceiling: Amount) -> Result<Amount, NoCharge> {
    let mut all = headers.get_all(CHARGE).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return Err(NoCharge::Unsaid) };
    let charge = value.to_str().ok().and_then(|text| Amount::parse(text).ok()).ok_or(NoCharge::Unsaid)?;
    if charge > ceiling { Err(NoCharge::Exceeds) } else { Ok(charge) }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// What is counted of one answer.
pub(crate) struct Count {
    meter: Meter,
    kind: Kind,
}

enum Kind {
    /// What is still to be charged, all of it with the first piece.
    Once(Option<Amount>),
    Each(Tally, Instant),
}

/// How much there was, and how much of it was charged.
struct Tally {
    rate: Rate,
    used: u64,
    /// How many times the price was charged.
    paid: u64,
    /// Whether a line has begun and not ended.
    in_line: bool,
}

/// How often the price is charged for a piece, and how much of the piece that pays for.
#[derive(PartialEq, Eq, Debug)]
struct Fit {
    times: u64,
    length: usize,
}

impl Count {
    /// Charges for a piece, and says how much of it is paid for: all, or as much as the ceiling leaves, which is something.
    fn charge(&mut self, data: &[u8]) -> Result<usize, Full> {
        let Self { meter, kind } = self;
        match kind {
            Kind::Once(charge) => charge.take().map_or(Ok(()), |charge| meter.charge(charge)).map(|()| data.len()),
            Kind::Each(tally, began) => {
                let price = tally.rate.price;
                let cost = |times: u64| price.checked_mul(Amount::from_u64(times)).filter(|sum| *sum <= meter.ceiling());
                let room = |times: u64| {
                    cost(times).and_then(|sum| sum.checked_add(meter.charged())).is_some_and(|sum| sum <= meter.ceiling())
                };
                let Fit { times, length } = tally.take(data, began.elapsed().as_secs(), room);
                if length == 0 && !data.is_empty() {
                    return Err(Full);
                }
                meter.charge(cost(times).ok_or(Full)?).map(|()| length)
            }
        }
    }
}

impl Tally {
    const fn new(rate: Rate) -> Self {
        Self { rate, used: 0, paid: 0, in_line: false }
    }

    /// Takes as much of a piece as there is room for, where `room` says whether the price can be charged so many times more.
    fn take(&mut self, data: &[u8], seconds: u64, room: impl Fn(u64) -> bool) -> Fit {
        let every = self.rate.every.get();
        let then = match self.rate.unit {
            Unit::Bytes => self.used.saturating_add(data.len() as u64),
            Unit::Lines => self.used.saturating_add(begun(data, self.in_line).count() as u64),
            Unit::Seconds => seconds.saturating_add(1),
        };
        let wanted = then.div_ceil(every).saturating_sub(self.paid);
        let times = most(wanted, room);
        // what is paid for, whether it is there or not
        let left = self.paid.saturating_add(times).saturating_mul(every).saturating_sub(self.used);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let length = match self.rate.unit {
            _ if times == wanted => data.len(),
            Unit::Bytes => left.min(data.len()),
            // where the first line begins that is too much
            Unit::Lines => begun(data, self.in_line).nth(left).unwrap_or(data.len()),
            Unit::Seconds => 0,
        };
        let given = data.get(..length).unwrap_or(data);
        if given.is_empty() {
            return Fit { times: 0, length };
        }
        self.used = match self.rate.unit {
            Unit::Bytes => self.used.saturating_add(given.len() as u64),
            Unit::Lines => self.used.saturating_add(begun(given, self.in_line).count() as u64),
            Unit::Seconds => then,
        };
        self.paid = self.paid.saturating_add(times);
        self.in_line = given.iter().rev().find(|byte| **byte != b'\r').map_or(self.in_line, |byte| *byte != b'\n');
        Fit { times, length }
    }
}

/// Where lines begin that are not empty.
fn begun(data: &[u8], mut in_line: bool) -> impl Iterator<Item = usize> + '_ {
    data.iter().enumerate().filter_map(move |(place, byte)| {
        let begins = !in_line && !matches!(byte, b'\n' | b'\r');
        in_line = *byte != b'\n' && (in_line || begins);
        begins.then_some(place)
    })
}

/// The greatest number up to `wanted` that there is room for; nothing always has.
fn most(wanted: u64, room: impl Fn(u64) -> bool) -> u64 {
    if room(wanted) {
        return wanted;
    }
    let (mut fits, mut exceeds) = (0, wanted);
    while exceeds - fits > 1 {
        let middle = fits + (exceeds - fits) / 2;
        if room(middle) { fits = middle } else { exceeds = middle }
    }
    fits
}

/// A body that is charged for before each piece of it is handed over. Where no more may be charged it ends with what was paid for.
pub(crate) struct Counted<B> {
    inner: B,
    count: Count,
    /// What came and is not paid for.
    rest: Option<Bytes>,
}

impl<B> Counted<B> {
    pub(crate) const fn new(inner: B, count: Count) -> Self {
        Self { inner, count, rest: None }
    }
}

impl<B: Body<Data = Bytes, Error = Failure> + Unpin> Body for Counted<B> {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        let data = match this.rest.take() {
            Some(rest) => rest,
            None => match std::task::ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // an empty one has its price, too
                None => {
                    if let Kind::Once(Some(_)) = this.count.kind
                        && let Err(Full) = this.count.charge(&[])
                    {
                        tracing::warn!("the charge of an answer came when no more could be charged");
                    }
                    return Poll::Ready(None);
                }
            },
        };
        match this.count.charge(&data) {
            Ok(fits) if fits < data.len() => {
                this.rest = Some(data.slice(fits..));
                Poll::Ready(Some(Ok(Frame::data(data.slice(..fits)))))
            }
            Ok(_) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Err(Full) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        false
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl fmt::Display for Tariff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Each(Rate { words, unit, every, .. }) = self else {
            return f.write_str("as much as the upstream says");
        };
        let (one, many) = match unit {
            Unit::Bytes => ("byte", "bytes"),
            Unit::Lines => ("line", "lines"),
            Unit::Seconds => ("second", "seconds"),
        };
        if every.get() == 1 { write!(f, "{words} for each {one}") } else { write!(f, "{words} for each {every} {many}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(unit: Unit, every: u64) -> Tally {
        let every = NonZeroU64::new(every).unwrap();
        Tally::new(Rate { price: Amount::from_u64(1), words: "$1".into(), unit, every })
    }

    /// How often is charged for each piece, and how much of it is given, with room for so many.
    fn check(mut tally: Tally, room: u64, pieces: &[(&str, u64, (u64, usize))]) {
        let mut charged = 0;
        for (data, seconds, expected) in pieces {
            let Fit { times, length } = tally.take(data.as_bytes(), *seconds, |more| charged + more <= room);
            assert_eq!((times, length), *expected, "{data:?} at {seconds}");
            charged += times;
        }
    }

    #[test]
    fn what_has_begun_is_charged_once() {
        check(tally(Unit::Bytes, 4), 9, &[("abc", 0, (1, 3)), ("d", 0, (0, 1)), ("e", 0, (1, 1)), ("fghijklm", 0, (2, 8))]);
        check(tally(Unit::Bytes, 1), 9, &[("abc", 0, (3, 3)), ("", 0, (0, 0)), ("d", 0, (1, 1))]);
        check(tally(Unit::Lines, 1), 9, &[("a\nb", 0, (2, 3)), ("c\n\n\r\n", 0, (0, 5)), ("d\r", 0, (1, 2)), ("\ne", 0, (1, 2))]);
        check(tally(Unit::Lines, 2), 9, &[("\n", 0, (0, 1)), ("a\n", 0, (1, 2)), ("b\n", 0, (0, 2)), ("c", 0, (1, 1))]);
        check(tally(Unit::Seconds, 10), 9, &[("a", 0, (1, 1)), ("b", 9, (0, 1)), ("c", 10, (1, 1)), ("d", 35, (2, 1))]);
    }

    #[test]
    fn row_161_a_piece_is_cut_where_the_room_ends_and_nothing_is_charged_for_the_rest() {
        check(tally(Unit::Bytes, 4), 2, &[("abcde", 0, (2, 5)), ("fghij", 0, (0, 3)), ("ij", 0, (0, 0)), ("ij", 0, (0, 0))]);
        check(tally(Unit::Bytes, 4), 0, &[("a", 0, (0, 0))]);
        check(tally(Unit::Lines, 1), 2, &[("a\nb\nc\n", 0, (2, 4)), ("c\n", 0, (0, 0))]);
        check(tally(Unit::Lines, 2), 1, &[("a\n\nb\n\nc", 0, (1, 6)), ("c", 0, (0, 0))]);
        check(tally(Unit::Seconds, 1), 3, &[("a", 1, (2, 1)), ("b", 4, (0, 0))]);
        for room in 0..40 {
            assert_eq!(most(37, |times| times <= room), room.min(37));
        }
    }

    #[test]
    fn row_162_a_charge_is_one_number_that_is_not_above_the_ceiling() {
        let ceiling = Amount::from_u64(100);
        for (lines, expected) in [
            (&["0"][..], Ok(Amount::ZERO)),
            (&["100"], Ok(ceiling)),
            (&["101"], Err(NoCharge::Exceeds)),
            (&["115792089237316195423570985008687907853269984665640564039457584007913129639936"], Err(NoCharge::Unsaid)),
            (&[], Err(NoCharge::Unsaid)),
            (&["1", "1"], Err(NoCharge::Unsaid)),
            (&["1, 1"], Err(NoCharge::Unsaid)),
            (&[""], Err(NoCharge::Unsaid)),
            (&["-1"], Err(NoCharge::Unsaid)),
            (&["+1"], Err(NoCharge::Unsaid)),
            (&["1.5"], Err(NoCharge::Unsaid)),
            (&["50%"], Err(NoCharge::Unsaid)),
            (&["$0.01"], Err(NoCharge::Unsaid)),
            (&["\u{fc}"], Err(NoCharge::Unsaid)),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CHARGE, line.parse().unwrap());
            }
            assert_eq!(said(&headers, ceiling), expected, "{lines:?}");
        }
    }

    #[test]
    fn lines_are_counted_where_they_can_be_read() {
        for (coding, is) in [(None, false), (Some("identity"), false), (Some("gzip"), true), (Some("br"), true)] {
            let headers = coding.map(|coding| (CONTENT_ENCODING, coding.parse().unwrap())).into_iter().collect();
            assert_eq!(is_compressed(&headers), is, "{coding:?}");
        }
    }
}
