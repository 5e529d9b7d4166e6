//! What is kept of a settlement while its outcome is open, so that whoever starts again goes on with it.
//!
//! It is the request as the seller sent it, and every transaction that was signed for it, with what it is for: the bytes of one that is this
//! settlement's alone, of one that it shares the name only. Nothing of it is needed for the money to move only once, which the payer's nonce sees to; it is needed to find out
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
    pub(crate) purpose: Purpose,
    /// Its bytes; none where it settles others as well.
    pub(crate) raw: Vec<u8>,
}

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// It moves the money.
    Pay,
    /// It deploys the payer's wallet.
    Deploy,
    /// It gives the payer coins to pay for gas with.
    Fund,
}

/// How the bytes begin.
const FORMAT: u8 = 2;
/// How they began when every transaction was to move the money.
const PAYS_ONLY: u8 = 1;

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Pay => 0,
            Self::Deploy => 1,
            Self::Fund => 2,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Pay),
            1 => Some(Self::Deploy),
            2 => Some(Self::Fund),
            _ => None,
        }
    }
}

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
        // what was tried first matters least, because a nonce that it had is long used; but nobody is given anything twice
        let first = self.tries.len().saturating_sub(TRIES);
        let kept = |(place, one): &(usize, &Try)| *place >= first || one.purpose == Purpose::Fund;
        for (_, one) in self.tries.iter().enumerate().filter(kept) {
            out.extend(one.hash.as_bytes());
            out.extend(one.signer.as_bytes());
            out.extend(one.nonce.to_be_bytes());
            out.push(one.purpose.byte());
            put(&mut out, &one.raw)?;
        }
        Sent::new(&out).ok()
    }

    /// Reads them.
    pub(crate) fn from_sent(sent: &Sent) -> Option<Self> {
        let mut rest = sent.expose();
        let [format] = take(&mut rest)?;
        if format != FORMAT && format != PAYS_ONLY {
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
                purpose: if format == PAYS_ONLY { Purpose::Pay } else { Purpose::of(take::<1>(&mut rest)?[0])? },
                raw: get(&mut rest)?,
            });
        }
        Some(Self { request, expires, since, tries })
    }

    /// Whether a transaction is there to move the money: all are of which it is not known that they are for something else.
    pub(crate) fn pays(&self, hash: &TransactionHash) -> bool {
        self.tries.iter().find(|one| one.hash == *hash).is_none_or(|one| one.purpose == Purpose::Pay)
    }

    /// The newest transaction that moves the money.
    pub(crate) fn payment(&self) -> Option<TransactionHash> {
        self.tries.iter().rev().find(|one| one.purpose == Purpose::Pay).map(|one| one.hash)
    }

    /// The transactions of a purpose.
    pub(crate) fn of(&self, purpose: Purpose) -> impl Iterator<Item = &Try> {
        self.tries.iter().filter(move |one| one.purpose == purpose)
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
        Try { hash, signer: Address::from_bytes([5; 20]), nonce, purpose: Purpose::Pay, raw: raw.to_vec() }
    }

    fn record() -> Record {
        let tries = vec![Try { purpose: Purpose::Fund, ..one(2, b"gift") }, one(3, b""), one(4, b"signed")];
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
        assert!(Record::from_sent(&Sent::new(&[&[3], &bytes[1..]].concat()).unwrap()).is_none(), "another format");
    }

    #[test]
    fn row_150_what_was_kept_before_there_were_purposes_is_read_as_well() {
        let sent = Record { tries: vec![one(4, b"signed")], ..record() }.to_sent().unwrap();
        let bytes = sent.expose();
        let purpose = bytes.len() - b"signed".len() - 4 - 1;
        let old = [&[PAYS_ONLY], &bytes[1..purpose], &bytes[purpose + 1..]].concat();
        let read = Record::from_sent(&Sent::new(&old).unwrap()).unwrap();
        assert!(read.tries == [one(4, b"signed")] && read.payment() == Some(read.tries[0].hash));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut long = record();
        for nonce in 0..100 {
            long = long.with(one(nonce, b"signed"));
        }
        let read = Record::from_sent(&long.to_sent().unwrap()).unwrap();
        assert_eq!((read.tries.len(), read.tries.last().map(|one| one.nonce)), (TRIES + 1, Some(99)));
        assert!(read.of(Purpose::Fund).count() == 1, "nobody is given anything twice");
        assert!(Record { request: vec![0; Sent::MAX], ..record() }.to_sent().is_none());
    }
}
