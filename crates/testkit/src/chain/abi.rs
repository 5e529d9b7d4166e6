//! The calls that the model understands, read from their bytes.
//!
//! Strictly: what an encoder of Solidity's ABI would not have written is not understood, and the call reverts. A contract is more
//! forgiving, so whatever settles here settles there.

use quittance_core::{Address, Amount, Nonce, UnixSeconds, keccak256};

/// The first four bytes of the hash of a signature.
pub(super) fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature.as_bytes());
    [a, b, c, d]
}

/// Why a call failed, in the words of `require`: `Error(string)`.
pub(super) fn words(text: &str) -> Vec<u8> {
    let mut data = selector("Error(string)").to_vec();
    data.extend(number_word(32));
    data.extend(number_word(text.len() as u64));
    data.extend(text.as_bytes());
    data.resize(4 + (data.len() - 4).next_multiple_of(32), 0);
    data
}

/// Why a call failed, as an error without arguments.
pub(super) fn error(signature: &str) -> Vec<u8> {
    selector(signature).to_vec()
}

pub(super) const fn number_word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    let bytes = number.to_be_bytes();
    let mut i = 0;
    while i < 8 {
        word[24 + i] = bytes[i];
        i += 1;
    }
    word
}

pub(super) fn address_word(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address.as_bytes());
    word
}

/// Arguments, read from the front.
pub(super) struct Reader<'a> {
    all: &'a [u8],
    at: usize,
}

/// The bytes are not what an encoder writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NotAbi;

impl<'a> Reader<'a> {
    pub(super) const fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    pub(super) fn word(&mut self) -> Result<[u8; 32], NotAbi> {
        let word = self.all.get(self.at..self.at + 32).ok_or(NotAbi)?;
        self.at += 32;
        word.try_into().map_err(|_| NotAbi)
    }

    pub(super) fn amount(&mut self) -> Result<Amount, NotAbi> {
        self.word().map(Amount::from_be_bytes)
    }

    pub(super) fn nonce(&mut self) -> Result<Nonce, NotAbi> {
        self.word().map(Nonce::from_bytes)
    }

    pub(super) fn address(&mut self) -> Result<Address, NotAbi> {
        let word = self.word()?;
        let (zeros, address) = word.split_at(12);
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(NotAbi);
        }
        <[u8; 20]>::try_from(address).map(Address::from_bytes).map_err(|_| NotAbi)
    }

    pub(super) fn number(&mut self) -> Result<u64, NotAbi> {
        let [zeros @ .., a, b, c, d, e, f, g, h] = self.word()?;
        if zeros.iter().any(|byte| *byte != 0) { Err(NotAbi) } else { Ok(u64::from_be_bytes([a, b, c, d, e, f, g, h])) }
    }

    /// A time. A contract takes any `uint256`; one beyond 64 bits is the end of time here as it is there.
    pub(super) fn seconds(&mut self) -> Result<UnixSeconds, NotAbi> {
        let word = self.word()?;
        let (high, low) = word.split_at(24);
        let beyond = high.iter().any(|byte| *byte != 0);
        let low = <[u8; 8]>::try_from(low).map(u64::from_be_bytes).map_err(|_| NotAbi)?;
        Ok(UnixSeconds::from_secs(if beyond { u64::MAX } else { low }))
    }

    pub(super) fn flag(&mut self) -> Result<bool, NotAbi> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(NotAbi),
        }
    }

    pub(super) fn byte(&mut self) -> Result<u8, NotAbi> {
        self.number()?.try_into().map_err(|_| NotAbi)
    }

    /// `uint8 v, bytes32 r, bytes32 s` as `r ‖ s ‖ v`.
    pub(super) fn split_signature(&mut self) -> Result<Vec<u8>, NotAbi> {
        let (v, r, s) = (self.byte()?, self.word()?, self.word()?);
        Ok([&r[..], &s, &[v]].concat())
    }

    /// That what follows is told to begin here, counted from `base`.
    pub(super) fn offset(&mut self, base: usize, expected: usize) -> Result<(), NotAbi> {
        let offset = self.number()?;
        if offset == (expected.checked_sub(base).ok_or(NotAbi)?) as u64 { Ok(()) } else { Err(NotAbi) }
    }

    /// The place where it stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// A length and so many bytes, padded with zeros.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], NotAbi> {
        let length = usize::try_from(self.number()?).map_err(|_| NotAbi)?;
        let padded = length.checked_next_multiple_of(32).and_then(|padded| self.at.checked_add(padded)).ok_or(NotAbi)?;
        let bytes = self.all.get(self.at..padded).ok_or(NotAbi)?;
        self.at = padded;
        let (bytes, padding) = bytes.split_at(length);
        if padding.iter().any(|byte| *byte != 0) { Err(NotAbi) } else { Ok(bytes) }
    }

    /// A last argument of the type `bytes`: where it begins, and then it.
    pub(super) fn last_bytes(&mut self) -> Result<&'a [u8], NotAbi> {
        let begins = self.at + 32;
        self.offset(0, begins)?;
        self.bytes()
    }

    /// That nothing follows.
    pub(super) fn end(self) -> Result<(), NotAbi> {
        if self.at == self.all.len() { Ok(()) } else { Err(NotAbi) }
    }
}

/// One call of `aggregate3`.
pub(super) struct Shared<'a> {
    pub(super) target: Address,
    pub(super) may_fail: bool,
    pub(super) data: &'a [u8],
}

/// The argument of `aggregate3((address,bool,bytes)[])`.
pub(super) fn shared_calls(arguments: &[u8]) -> Result<Vec<Shared<'_>>, NotAbi> {
    let mut reader = Reader::new(arguments);
    reader.offset(0, 32)?;
    let count = usize::try_from(reader.number()?).map_err(|_| NotAbi)?;
    let base = reader.at();
    // a count that the bytes cannot hold is refused before anything is allocated for it
    if count > arguments.len() / 32 {
        return Err(NotAbi);
    }
    let offsets = (0..count).map(|_| reader.number()).collect::<Result<Vec<_>, _>>()?;
    let mut calls = Vec::with_capacity(count);
    for offset in offsets {
        if offset != (reader.at() - base) as u64 {
            return Err(NotAbi);
        }
        let begins = reader.at();
        let (target, may_fail) = (reader.address()?, reader.flag()?);
        reader.offset(begins, begins + 96)?;
        calls.push(Shared { target, may_fail, data: reader.bytes()? });
    }
    reader.end()?;
    Ok(calls)
}
