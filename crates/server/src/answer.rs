//! What was sold, as the log keeps it for the buyer who paid: status, headers and body.
//!
//! ```text
//! 1 · status (2) · number of headers (2) · each: length of the name (2), name, length of the value (4), value · body
//! ```

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, HeaderName, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use quittance_guard::replay::Answer;

/// The form of what is written.
const FORM: u8 = 1;
/// Headers that belong to a connection or a moment.
const PASSING: [HeaderName; 5] = [CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING, UPGRADE];

/// Writes an answer; none where it has more or longer headers than the form has room for.
pub(crate) fn keep(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<Answer> {
    let lasting: Vec<_> = headers.iter().filter(|(name, _)| !PASSING.contains(name)).collect();
    let mut out = vec![FORM];
    out.extend(status.as_u16().to_be_bytes());
    out.extend(u16::try_from(lasting.len()).ok()?.to_be_bytes());
    for (name, value) in lasting {
        out.extend(u16::try_from(name.as_str().len()).ok()?.to_be_bytes());
        out.extend(name.as_str().as_bytes());
        out.extend(u32::try_from(value.len()).ok()?.to_be_bytes());
        out.extend(value.as_bytes());
    }
    out.extend(body);
    Some(Answer::new(&out))
}

/// Reads what [`keep`] wrote.
pub(crate) fn read(answer: &Answer) -> Option<Response<Bytes>> {
    let mut rest = Rest(answer.as_bytes());
    if rest.take(1)? != [FORM] {
        return None;
    }
    let status = StatusCode::from_u16(rest.short()?).ok()?;
    let mut headers = HeaderMap::new();
    for _ in 0..rest.short()? {
        let length = rest.short()?.into();
        let name = HeaderName::from_bytes(rest.take(length)?).ok()?;
        let length = u32::from_be_bytes(rest.take(4)?.try_into().ok()?);
        headers.append(name, HeaderValue::from_bytes(rest.take(usize::try_from(length).ok()?)?).ok()?);
    }
    let mut response = Response::new(Bytes::copy_from_slice(rest.0));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Some(response)
}

/// Bytes still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(length)?;
        self.0 = left;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_TYPE, SET_COOKIE};

    use super::*;

    #[test]
    fn what_is_kept_reads_back_without_what_belongs_to_a_connection() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        headers.append(SET_COOKIE, HeaderValue::from_static("a=1"));
        headers.append(SET_COOKIE, HeaderValue::from_bytes(b"b=\xff").unwrap());
        let lasting = headers.clone();
        for name in PASSING {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        for body in [&b""[..], b"\x00\xff body"] {
            let read = read(&keep(StatusCode::CREATED, &headers, body).unwrap()).unwrap();
            assert_eq!((read.status(), read.headers(), &read.body()[..]), (StatusCode::CREATED, &lasting, body));
        }
    }

    #[test]
    fn no_bytes_of_a_store_panic() {
        let whole = keep(StatusCode::OK, &HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("a"))]), b"").unwrap();
        for end in 0..whole.as_bytes().len() {
            assert!(read(&Answer::new(&whole.as_bytes()[..end])).is_none(), "{end}");
        }
        for first in 0..=255 {
            let _ = read(&Answer::new(&[FORM, 0, first, first, first, 255, 255]));
        }
    }
}
