//! RLP, as the Ethereum Yellow Paper defines it in its appendix B, read strictly: one encoding for one value.

use alloc::vec::Vec;

use quittance_core::Amount;

/// One item and what follows it.
pub(crate) enum Item<'a> {
    Bytes(&'a [u8]),
    List(&'a [u8]),
}

/// Reads the first item. Nothing of a length that is not the shortest way to write it, and nothing that is longer than the bytes.
pub(crate) fn item(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match *first {
        0..=0x7f => Some((Item::Bytes(bytes.get(..1)?), rest)),
        0x80..=0xb7 => {
            let (content, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            // a single small byte is its own encoding
            if let [0..=0x7f] = content { None } else { Some((Item::Bytes(content), rest)) }
        }
        0xb8..=0xbf => long(rest, first - 0xb7).map(|(content, rest)| (Item::Bytes(content), rest)),
        0xc0..=0xf7 => rest.split_at_checked(usize::from(first - 0xc0)).map(|(content, rest)| (Item::List(content), rest)),
        0xf8.. => long(rest, first - 0xf7).map(|(content, rest)| (Item::List(content), rest)),
    }
}

/// Content of 56 bytes or more, behind its length in `digits` bytes.
fn long(bytes: &[u8], digits: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(digits.into())?;
    let length = usize::try_from(number(length)?.to_u128()?).ok()?;
    if length < 56 { None } else { rest.split_at_checked(length) }
}

/// A number: at most 32 bytes, none of them a leading zero.
pub(crate) fn number(bytes: &[u8]) -> Option<Amount> {
    if bytes.len() > 32 || bytes.first() == Some(&0) {
        return None;
    }
    let mut word = [0; 32];
    word.iter_mut().rev().zip(bytes.iter().rev()).for_each(|(to, from)| *to = *from);
    Some(Amount::from_be_bytes(word))
}

/// What stands before the content of a list.
pub(crate) fn list_head(content: usize) -> Vec<u8> {
    let bytes = content.to_be_bytes();
    let digits = bytes.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
    match u8::try_from(content) {
        Ok(short @ 0..56) => [0xc0 + short].into(),
        _ => {
            [u8::try_from(digits.len()).map_or(u8::MAX, |count| 0xf7_u8.saturating_add(count))].into_iter().chain(digits).collect()
        }
    }
}

/// The items of a list, read one by one.
pub(crate) struct Items<'a>(pub(crate) &'a [u8]);

impl<'a> Items<'a> {
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        match item(self.0)? {
            (Item::Bytes(bytes), rest) => {
                self.0 = rest;
                Some(bytes)
            }
            (Item::List(_), _) => None,
        }
    }

    pub(crate) fn number(&mut self) -> Option<Amount> {
        self.bytes().and_then(number)
    }

    /// A list without elements.
    pub(crate) fn empty_list(&mut self) -> Option<()> {
        match item(self.0)? {
            (Item::List([]), rest) => {
                self.0 = rest;
                Some(())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
