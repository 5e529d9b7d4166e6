//! What is kept of a settlement while its outcome is open, so that whoever starts again goes on with it.
//!
//! It is the request as the seller sent it, and every transaction that was signed for it: the bytes of one that is this settlement's alone, of one
//! that it shares the name only. Nothing of it is needed for the money to move only once, which the payer's nonce sees to; it is needed to find out
//! whether it did.

use quittance_core::{Address, UnixSeconds};
use quittance_guard::replay::Sent;

use crate::chain::TransactionHash;

/// What is kept.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The request, as [`to_bytes`](crate::case::to_bytes) writes it.
    pub(crate) request: Vec<u8>,
    /// When the authorization ends.
    pub(crate) expires: UnixSeconds,
    /// The newest block when the settlement began: nobody had used the payment by then.
    pub(crate) since: u64,
    /// The transactions, the newest last.
    pub(crate) tries: Vec<Try>,
}

/// A transaction that may settle it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) hash: TransactionHash,
    pub(crate) signer: Address,
    pub(crate) nonce: u64,
    /// Its bytes; none where it settles others as well.
    pub(crate) raw: Vec<u8>,
}

/// How the bytes begin.
const FORMAT: u8 = 1;

impl Try {
    /// Whether it settles others as well.
    pub(crate) fn is_shared(&self) -> bool {
        self.raw.is_empty()
    }
}

impl Record {
    /// The bytes; none when they would be too many.
    pub(crate) fn to_sent(&self) -> Option<Sent> {
        let mut out = vec![FORMAT];
        put(&mut out, &self.request)?;
        out.extend(self.expires.as_secs().to_be_bytes());
        out.extend(self.since.to_be_bytes());
        // what was tried first matters least, because a nonce that it had is long used
        for one in self.tries.iter().skip(self.tries.len().saturating_sub(TRIES)) {
            out.extend(one.hash.as_bytes());
            out.extend(one.signer.as_bytes());
            out.extend(one.nonce.to_be_bytes());
            put(&mut out, &one.raw)?;
        }
        Sent::new(&out).ok()
    }

    /// Reads them.
    pub(crate) fn from_sent(sent: &Sent) -> Option<Self> {
        let mut rest = sent.expose();
        if take::<1>(&mut rest)? != [FORMAT] {
            return None;
        }
        let request = get(&mut rest)?;
        let expires = UnixSeconds::from_secs(u64::from_be_bytes(take(&mut rest)?));
        let since = u64::from_be_bytes(take(&mut rest)?);
        let mut tries = Vec::new();
        while !rest.is_empty() {
            tries.push(Try {
                hash: TransactionHash::from_bytes(take(&mut rest)?),
                signer: Address::from_bytes(take(&mut rest)?),
                nonce: u64::from_be_bytes(take(&mut rest)?),
                raw: get(&mut rest)?,
            });
        }
        Some(Self { request, expires, since, tries })
    }

    /// The same with one more transaction.
    pub(crate) fn with(&self, one: Try) -> Self {
        let mut with = self.clone();
        with.tries.push(one);
        with
    }
}

/// How many transactions are kept.
const TRIES: usize = 32;

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    out.extend(u32::try_from(bytes.len()).ok()?.to_be_bytes());
    out.extend(bytes);
    Some(())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn get(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u32::from_be_bytes(take(rest)?)).ok()?;
    let (bytes, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(nonce: u64, raw: &[u8]) -> Try {
        let hash = TransactionHash::from_bytes([7; 32]);
        Try { hash, signer: Address::from_bytes([5; 20]), nonce, raw: raw.to_vec() }
    }

    fn record() -> Record {
        let tries = vec![one(3, b""), one(4, b"signed")];
        Record { request: b"{}".to_vec(), expires: UnixSeconds::from_secs(99), since: 12, tries }
    }

    #[test]
    fn row_150_what_was_kept_is_read_back() {
        let sent = record().to_sent().unwrap();
        assert!(Record::from_sent(&sent) == Some(record()));
        let bytes = sent.expose();
        for end in 0..bytes.len() {
            let read = Record::from_sent(&Sent::new(&bytes[..end]).unwrap());
            assert!(read != Some(record()), "{end} bytes");
        }
        assert!(Record::from_sent(&Sent::new(&[&[2], &bytes[1..]].concat()).unwrap()).is_none(), "another format");
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut long = record();
        for nonce in 0..100 {
            long = long.with(one(nonce, b"signed"));
        }
        let read = Record::from_sent(&long.to_sent().unwrap()).unwrap();
        assert_eq!((read.tries.len(), read.tries.last().map(|one| one.nonce)), (TRIES, Some(99)));
        assert!(Record { request: vec![0; Sent::MAX], ..record() }.to_sent().is_none());
    }
}
