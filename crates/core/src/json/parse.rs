//! Text to value.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::Value;
use super::node::Node;
use super::number::is_agreed;
use super::object::repeated_name;
use crate::error::{DecodeError, EncodingError, JsonError};
use crate::limits::Limits;

/// Reads one strict JSON document; the module documentation says what strict means.
///
/// # Errors
///
/// [`EncodingError`] when the bytes are too many, empty, not UTF-8, or begin with a byte order mark; [`JsonError`] when the text is
/// not one strict document. The error names the byte.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, DecodeError> {
    parse_node(bytes, limits).map(Value::from)
}

/// Reads one strict JSON document and borrows its texts.
pub(crate) fn parse_node<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Node<'a>, DecodeError> {
    parse_spelled(bytes, limits).map(|(value, _)| value)
}

/// The same, and whether the text is spelled as writing spells it: no white space, no escape, and no `null`, which may not be
/// written again. Of a text with such a thing in it nothing is said.
pub(crate) fn parse_spelled<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(Node<'a>, Spelled), DecodeError> {
    if bytes.len() > limits.bytes {
        return Err(DecodeError::whole(EncodingError::TooLarge));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(DecodeError::whole(EncodingError::ByteOrderMark));
    }
    let text = core::str::from_utf8(bytes).map_err(|e| DecodeError::byte(EncodingError::Utf8, e.valid_up_to()))?;
    let (depth_left, open) = (limits.depth.min(Limits::DEEPEST), Vec::with_capacity(OPEN));
    let mut reader = Reader { text, at: 0, depth_left, open, spelled: Spelled::AsWritten };
    reader.skip_space();
    if reader.peek().is_none() {
        return Err(DecodeError::whole(EncodingError::Empty));
    }
    let value = reader.value()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok((value, reader.spelled)),
        Some(_) => Err(reader.error(JsonError::Trailing)),
    }
}

/// What some editors write in front of a text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Members that most documents have open at once, or fewer.
const OPEN: usize = 16;

/// How a text is spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelled {
    /// As writing spells it.
    AsWritten,
    /// Otherwise, for all that was looked at.
    Otherwise,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth_left: usize,
    /// The members of the objects that are not closed yet, outer ones first. They wait here for their number, so that each object is
    /// allocated once and no larger than it is.
    open: Vec<(Cow<'a, str>, Node<'a>)>,
    spelled: Spelled,
}

impl<'a> Reader<'a> {
    fn error(&self, kind: JsonError) -> DecodeError {
        DecodeError::byte(kind, self.at)
    }

    /// The error for a byte that the grammar does not allow here, or for the end of the text.
    fn unexpected(&self) -> DecodeError {
        self.error(if self.peek().is_none() { JsonError::End } else { JsonError::Syntax })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Steps over `byte` if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.spelled = Spelled::Otherwise;
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).expect("both ends stand beside an ASCII byte")
    }

    fn value(&mut self) -> Result<Node<'a>, DecodeError> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Node::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => {
                self.spelled = Spelled::Otherwise;
                self.word("null", Node::Null)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &str, value: Node<'a>) -> Result<Node<'a>, DecodeError> {
        for expected in word.bytes() {
            if !self.eat(expected) {
                return Err(self.unexpected());
            }
        }
        Ok(value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Node<'a>, DecodeError>) -> Result<Node<'a>, DecodeError> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or_else(|| self.error(JsonError::Depth))?;
        self.at += 1;
        self.skip_space();
        let value = read(self)?;
        self.depth_left += 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Node<'a>, DecodeError> {
        let mut elements = Vec::new();
        if self.eat(b']') {
            return Ok(Node::Array(elements));
        }
        loop {
            self.skip_space();
            elements.push(self.value()?);
            if self.closes(b']')? {
                return Ok(Node::Array(elements));
            }
        }
    }

    fn object(&mut self) -> Result<Node<'a>, DecodeError> {
        if self.eat(b'}') {
            return Ok(Node::Object(Vec::new()));
        }
        let before = self.open.len();
        let mut places = Places::default();
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected());
            }
            places.push(self.at);
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.unexpected());
            }
            self.skip_space();
            let value = self.value()?;
            self.open.push((name, value));
            if self.closes(b'}')? {
                let members = self.open.split_off(before);
                return match repeated_name(&members) {
                    None => Ok(Node::Object(members)),
                    Some(i) => Err(DecodeError::byte(JsonError::DuplicateKey, places.get(i).unwrap_or(self.at))),
                };
            }
        }
    }

    /// After an element: `true` at the closing byte, `false` at a comma.
    fn closes(&mut self, close: u8) -> Result<bool, DecodeError> {
        self.skip_space();
        if self.eat(close) {
            Ok(true)
        } else if self.eat(b',') {
            Ok(false)
        } else {
            Err(self.unexpected())
        }
    }

    fn number(&mut self) -> Result<Node<'a>, DecodeError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        let literal = self.since(start);
        if !is_agreed(literal) {
            return Err(DecodeError::byte(JsonError::Number, start));
        }
        Ok(Node::Number(Cow::Borrowed(literal)))
    }

    fn digits(&mut self) -> Result<(), DecodeError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected());
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        self.at += 1;
        let mut start = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = self.since(start);
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(rest),
                        Some(text) => Cow::Owned(text + rest),
                    });
                }
                Some(b'\\') => {
                    self.spelled = Spelled::Otherwise;
                    let plain = self.since(start);
                    self.at += 1;
                    let escaped = self.escape()?;
                    let text = unescaped.get_or_insert_default();
                    text.push_str(plain);
                    text.push(escaped);
                    start = self.at;
                }
                Some(0x20..) => self.skip_plain(),
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// Steps over what stands for itself in a text.
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += plain_length(rest);
    }

    fn escape(&mut self) -> Result<char, DecodeError> {
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(plain)
    }

    /// `\uXXXX`, and its second half when the first is a high surrogate (RFC 8259 section 7).
    fn unicode_escape(&mut self) -> Result<char, DecodeError> {
        let start = self.at.saturating_sub(1);
        let lone = DecodeError::byte(JsonError::Surrogate, start);
        self.at += 1;
        let first = self.four_digits()?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or(lone);
        }
        if first >= 0xDC00 || !(self.eat(b'\\') && self.eat(b'u')) {
            return Err(lone);
        }
        let second = self.four_digits()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(lone);
        }
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(lone)
    }

    fn four_digits(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.unexpected());
            };
            self.next();
            value = value << 4 | digit;
        }
        Ok(value)
    }
}

/// Where the names of an object stand. As many as most objects have need no allocation.
#[derive(Default)]
struct Places {
    first: [usize; 8],
    rest: Vec<usize>,
    count: usize,
}

impl Places {
    fn push(&mut self, at: usize) {
        match self.first.get_mut(self.count) {
            Some(place) => *place = at,
            None => self.rest.push(at),
        }
        self.count += 1;
    }

    fn get(&self, index: usize) -> Option<usize> {
        self.first.iter().chain(&self.rest).nth(index).copied()
    }
}

/// How many bytes stand for themselves in a text before one that does not: a quote, a backslash, a control character.
///
/// Eight at a time: a byte of `(word - ONES * n) & !word` has its top bit set where the byte of `word` is less than `n`, and may have it
/// set without that only above one that is. So the lowest is right, and 0 is less than 1.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let less = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let [quote, backslash] = [b'"', b'\\'].map(|byte| less(word ^ (ONES * u64::from(byte)), 1));
        let special = (less(word, 0x20) | quote | backslash) & (ONES << 7);
        if special != 0 {
            return i * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    words.len() * 8 + special.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::plain_length;

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_are_the_same_as_one(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..40),
            special in 0_usize..80,
            kind in 0_usize..6,
        ) {
            // mostly plain, or nothing would be long
            for (i, byte) in bytes.iter_mut().enumerate() {
                if i == special {
                    *byte = [b'"', b'\\', 0, 0x1f, 0x20, 0x7f][kind];
                } else if i % 3 != 0 {
                    *byte |= 0x80;
                }
            }
            let one_by_one = bytes.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(plain_length(&bytes), one_by_one.unwrap_or(bytes.len()));
        }

        #[test]
        fn every_byte_beside_every_other(first: u8, second: u8, at in 0_usize..7) {
            let mut bytes = [0xa0; 17];
            (bytes[at], bytes[at + 1]) = (first, second);
            let one_by_one = bytes.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\'));
            prop_assert_eq!(plain_length(&bytes), one_by_one.unwrap_or(bytes.len()));
        }
    }
}
