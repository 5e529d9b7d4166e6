//! As much of HTTP as is needed to ask.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An answer: its status, and its body if that is JSON.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// One request on a connection of its own; nothing if there is nobody, or the connection breaks.
pub(crate) fn ask(url: &str, method: &str, path: &str, body: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").expect("plain HTTP")).ok()?;
    // longer than the service takes for anything
    stream.set_read_timeout(Some(Duration::from_secs(120))).ok()?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: f\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head.get(9..12)?.parse().ok()?;
    let text = if head.to_ascii_lowercase().contains("transfer-encoding: chunked") { joined(text) } else { text.to_owned() };
    Some(Answer { status, body: serde_json::from_str(&text).unwrap_or_default(), text })
}

fn joined(mut chunks: &str) -> String {
    let mut text = String::new();
    while let Some((length, rest)) = chunks.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        text.push_str(rest.get(..length).unwrap_or_default());
        chunks = rest.get(length + 2..).unwrap_or_default();
    }
    text
}
