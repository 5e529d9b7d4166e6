//! What is about to be sent, kept until it is known what became of it.

use alloc::boxed::Box;
use core::fmt;

/// Exactly what is about to be sent to settle a payment, in a form of the sender's choosing, so that whoever starts again after a crash
/// sends the same once more and nothing else (catalogue rows 150 and 153, rule 15).
///
/// Whoever holds these bytes may be able to spend the money, so they do not print themselves; a store on disk keeps them encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent(Box<[u8]>);

impl Sent {
    /// How many bytes at most: a payment, its terms and a signed transaction, several times over. What is open is read as a whole after a
    /// crash, so that it must not be of any size.
    pub const MAX: usize = 64 * 1_024;

    /// Bytes to be sent again.
    ///
    /// # Errors
    ///
    /// [`SentTooLong`] beyond [`MAX`](Self::MAX).
    pub fn new(bytes: &[u8]) -> Result<Self, SentTooLong> {
        if bytes.len() > Self::MAX { Err(SentTooLong { length: bytes.len() }) } else { Ok(Self(bytes.into())) }
    }

    /// The bytes, to be sent once more or to be stored.
    #[must_use]
    pub const fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({} bytes)", self.0.len())
    }
}

/// More than a log keeps of what is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{length} bytes to be sent are more than the {max} that a log keeps", max = Sent::MAX)]
#[non_exhaustive]
pub struct SentTooLong {
    /// How many there were.
    pub length: usize,
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;
    use alloc::vec;

    use super::*;

    #[test]
    fn it_is_bounded_and_does_not_print_itself() {
        let most = vec![0xa5; Sent::MAX];
        assert_eq!(Sent::new(&most).unwrap().expose(), most);
        let error = Sent::new(&vec![0xa5; Sent::MAX + 1]).unwrap_err();
        assert_eq!(error.to_string(), "65537 bytes to be sent are more than the 65536 that a log keeps");
        assert_eq!(format!("{:?}", Sent::new(b"signed").unwrap()), "Sent(6 bytes)");
    }
}
