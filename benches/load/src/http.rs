//! As much of HTTP/1.1 as both ends of a measurement need: messages with a length, one after the other on a connection that stays.
//!
//! An answer without a `Content-Length` is refused, so that nothing is counted that was not understood; a request without one has no body.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to a server, or from a client.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The length of the message that was read last, which the next reading drops.
    taken: usize,
}

/// One message, as it came.
pub(crate) struct Message<'a> {
    /// All of it.
    pub(crate) bytes: &'a [u8],
    /// Where its body begins.
    body: usize,
}

impl Message<'_> {
    /// Its body.
    pub(crate) fn body(&self) -> &[u8] {
        self.bytes.get(self.body..).unwrap_or_default()
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        std::str::from_utf8(self.bytes.strip_prefix(b"HTTP/1.1 ")?.get(..3)?).ok()?.parse().ok()
    }
}

impl Connection {
    /// Connects to `host:port`.
    pub(crate) async fn open(address: &str) -> io::Result<Self> {
        Self::over(TcpStream::connect(address).await?)
    }

    /// Connects for little: what is read does not wait for more.
    pub(crate) async fn lean(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        Ok(Self { stream, buffer: Vec::new(), taken: 0 })
    }

    /// A connection that somebody opened.
    pub(crate) fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024), taken: 0 })
    }

    /// Writes bytes.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Reads one message; none once the other side has closed the connection between two.
    pub(crate) async fn read(&mut self) -> io::Result<Option<Message<'_>>> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        let (body, end) = loop {
            if let Some((body, length)) = head(&self.buffer)? {
                break (body, body + length);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        while self.buffer.len() < end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.taken = end;
        Ok(Some(Message { bytes: self.buffer.get(..end).unwrap_or_default(), body }))
    }

    /// Writes a request and reads the answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> io::Result<Message<'_>> {
        self.write(request).await?;
        self.read().await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Where the body begins and how long it is, once the head is there.
fn head(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(io::Error::other)?;
    let length = text.split("\r\n").skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length = match length {
        Some(length) => length.trim().parse().ok(),
        None => (!bytes.starts_with(b"HTTP/")).then_some(0),
    };
    length.map(|length| Some((end + 4, length))).ok_or_else(|| io::Error::other("a message without a length"))
}

/// A request to post JSON.
pub(crate) fn post(host: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{Message, head, post};

    #[test]
    fn a_message_is_read_to_its_length() {
        let request = post("127.0.0.1:1", "/verify", "{}");
        let (body, length) = head(&request).unwrap().unwrap();
        assert_eq!((request.get(body..).unwrap(), length), (&b"{}"[..], 2));
        assert!(head(request.get(..body - 1).unwrap()).unwrap().is_none());
        head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").unwrap_err();
        assert_eq!(head(b"GET / HTTP/1.1\r\n\r\n").unwrap(), Some((18, 0)));
    }

    #[test]
    fn the_status_of_an_answer() {
        let status = |bytes| Message { bytes, body: 0 }.status();
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.1 4"), None);
        assert_eq!(status(b"POST / HTTP/1.1\r\n"), None);
    }
}
