//! Payers who paid before, with their keys.
//!
//! A payer who comes back need not be recovered again: with the public key known, checking a signature takes about half of the time, and
//! in a batch little more than a third. The cache belongs to the caller, and every verdict is the same with it, without it, and with another one.
//!
//! **Strangers cannot grow it.** Keys and signatures cost nothing to make, so a good signature is no reason to remember anybody. What is
//! one is money: [`PayerCache::learn`] takes a [`Settled`], which only a settlement makes, so whoever wants a place must have paid for
//! something sold here. The number of places is fixed when the cache is made.
//!
//! **Strangers cannot evict a busy payer.** There are two segments. A payer's first settlement leads into the first, where each newcomer
//! takes the place of whoever has been there longest; so payers of one time evict payers of one time. The second settlement leads into
//! the other segment, which has three quarters of the places. When that is full, the one who came into it first falls back into the
//! first segment, unless a signature of theirs was checked and good since they were last spared; then they are spared, and the next is
//! looked at. If all are spared, it is the newcomer who falls back. To evict a payer who comes regularly one has to pay twice from about
//! as many accounts as that segment has places between two of that payer's visits.
//!
//! **Strangers learn nothing from it.** A known payer's check takes less time, so somebody who can time the answers, and holds a payer's
//! signature, could tell that this payer's key is known here, and so that they paid here before. The chain says the same to everybody:
//! settlements are public. Nobody's signature can be checked for the time it takes but by sending one, and a forged one says no
//! more than a good one.
//!
//! **Who has only shown a good payment belongs elsewhere.** A facilitator that others settle for sees no settlement. It may keep those it has seen
//! in a cache of their own ([`KnownPayer`]), which strangers can fill: it is worth something as long as nobody does, and takes nothing from those
//! who have paid. A hit there says that somebody came with good payments lately, which the chain does not say.
//!
//! Looking up needs no `&mut`, so a cache can lie behind a lock that many readers share; the mark that a payer is spared for is an atomic.
//! Addresses are ordered, not hashed: no stranger can make them collide, and no randomness is wanted.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use super::curve::{self, KnownKey, Parity, Signed};
use super::ecdsa::{Form, Signature, SignatureError};
use super::recover::recover_public_key;
use crate::address::Address;
use crate::amount::Amount;
use crate::asset::Account;
use crate::eip712::Digest;
use crate::payment::Authorization;
use crate::proof::{Settled, Verified};

/// Payers who paid before, with their keys; bounded, and owned by the caller.
///
/// A place takes 8 KiB once it is filled (2 KiB in WebAssembly and on 32-bit machines): 10,000 payers are 80 MiB.
pub struct PayerCache {
    places: usize,
    payers: BTreeMap<Address, Payer>,
    /// Who settled once, the oldest first.
    once: VecDeque<Address>,
    /// Who settled again, the next to be looked at first.
    again: VecDeque<Address>,
}

/// Who made a payment that was found to be good, with their key; not yet in a cache, because to make one takes as long as to recover a key twice, and
/// nobody should have to wait for that.
///
/// It says nothing of money: see [`PayerCache::add`].
pub struct KnownPayer(Address, Payer);

impl KnownPayer {
    /// The payer of a payment, if it was a key that signed it and not a contract that answers for the payer.
    #[must_use]
    pub fn of(verified: &Verified, digest: &Digest) -> Option<Self> {
        let Account::Evm(payer) = *verified.payer() else { return None };
        key_of(verified.payment().authorization(), digest, payer).map(|key| Self(payer, Payer::new(key)))
    }
}

impl fmt::Debug for KnownPayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownPayer(..)")
    }
}

/// A payer in the cache.
pub(super) struct Payer {
    key: Box<KnownKey>,
    arithmetic: Arithmetic,
    segment: Segment,
    /// Whether a good signature of theirs was checked since they were last spared.
    used: AtomicBool,
}

/// How the signatures of known keys are checked. Only who learns a payer names these functions, so a program that never does, and is
/// downloaded, holds neither them nor their tables.
#[derive(Clone, Copy)]
#[expect(clippy::type_complexity, reason = "these are the types of two functions that stand elsewhere")]
struct Arithmetic {
    one: fn(&KnownKey, &[u8; 32], &[u8; 32], &[u8; 32], Parity) -> bool,
    many: fn(&[(Signed<'_>, &KnownKey)], &mut dyn FnMut(bool)),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment {
    Once,
    Again,
}

impl PayerCache {
    /// A cache of so many places. None is a number too.
    #[must_use]
    pub const fn with_places(places: usize) -> Self {
        Self { places, payers: BTreeMap::new(), once: VecDeque::new(), again: VecDeque::new() }
    }

    /// Learns the payer of a settlement.
    ///
    /// The key is recovered from the signature that was settled, and must be the payer's. Nothing is learned where no money moved, and
    /// where no key signed, but a contract that answers for the payer.
    pub fn learn(&mut self, settled: &Settled, digest: &Digest) {
        let verified = settled.verified();
        let Account::Evm(payer) = *verified.payer() else { return };
        if settled.charged() == Amount::ZERO || self.places == 0 {
            return;
        }
        match self.payers.get(&payer).map(|known| known.segment) {
            Some(Segment::Again) => {}
            Some(Segment::Once) => self.promote(payer),
            None => {
                if let Some(known) = KnownPayer::of(verified, digest) {
                    self.add(known);
                }
            }
        }
    }

    /// Keeps somebody who need not have paid, in the place of whoever has been among the payers of one time for longest. Whoever has a good payment to
    /// show can be kept in this way, for nothing: a cache of those who have paid is none for these.
    pub fn add(&mut self, KnownPayer(address, payer): KnownPayer) {
        if self.places == 0 || self.payers.contains_key(&address) {
            return;
        }
        self.payers.insert(address, payer);
        self.once.push_back(address);
        while self.payers.len() > self.places {
            let Some(oldest) = self.once.pop_front() else { return };
            self.payers.remove(&oldest);
        }
    }

    /// Whether a payer is known.
    #[must_use]
    pub fn knows(&self, payer: Address) -> bool {
        self.payers.contains_key(&payer)
    }

    /// How many payers are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.payers.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.payers.is_empty()
    }

    pub(super) fn find(&self, address: Address) -> Option<&Payer> {
        self.payers.get(&address)
    }

    /// From the first segment to the other; whoever has to make room there falls back.
    fn promote(&mut self, address: Address) {
        // a quarter is always left to newcomers, and the only place there may be
        let room = self.places - self.places.div_ceil(4);
        if room == 0 {
            return;
        }
        self.once.retain(|other| *other != address);
        self.again.push_back(address);
        self.put(address, Segment::Again);
        // each is spared once at most on the way, so one more step than there are payers finds one
        for _ in 0..=self.again.len() {
            if self.again.len() <= room {
                return;
            }
            let Some(next) = self.again.pop_front() else { return };
            if self.payers.get(&next).is_some_and(|payer| payer.used.swap(false, Ordering::Relaxed)) {
                self.again.push_back(next);
            } else {
                self.once.push_back(next);
                self.put(next, Segment::Once);
            }
        }
    }

    fn put(&mut self, address: Address, segment: Segment) {
        if let Some(payer) = self.payers.get_mut(&address) {
            payer.segment = segment;
        }
    }
}

impl Payer {
    fn new(key: Box<KnownKey>) -> Self {
        let arithmetic = Arithmetic { one: KnownKey::recovers, many: |signed, each| curve::recovers_many(signed, each) };
        Self { key, arithmetic, segment: Segment::Once, used: AtomicBool::new(false) }
    }

    /// The verdict on a signature that should be theirs.
    pub(super) fn verify(&self, digest: &Digest, signature: &Signature) -> Result<(), SignatureError> {
        self.judged((self.arithmetic.one)(&self.key, digest.as_bytes(), signature.r(), signature.s(), signature.parity()))
    }

    /// Says for each of many whether the payer beside it signed it.
    pub(super) fn signed_many(signed: &[(Signed<'_>, &Self)], each: &mut dyn FnMut(bool)) {
        if let Some((_, payer)) = signed.first() {
            let signed = signed.iter().map(|(signed, payer)| (*signed, &*payer.key)).collect::<Vec<_>>();
            (payer.arithmetic.many)(&signed, each);
        }
    }

    /// The verdict, once it was found out. Only a good signature is a use: anybody can send others.
    pub(super) fn judged(&self, found: bool) -> Result<(), SignatureError> {
        if !found {
            return Err(SignatureError::WrongSigner);
        }
        self.used.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// The key that signed, if it is the payer's.
fn key_of(authorization: &Authorization, digest: &Digest, payer: Address) -> Option<Box<KnownKey>> {
    let (bytes, form) = match authorization {
        Authorization::Eip3009(payload) => (&payload.signature, Form::Full),
        Authorization::ExactPermit2(payload) => (&payload.signature, Form::FullOrCompact),
        Authorization::UptoPermit2(payload) => (&payload.signature, Form::FullOrCompact),
        Authorization::Solana(_) | Authorization::Other(_) => return None,
    };
    let signature = Signature::from_bytes(bytes.as_bytes(), form).ok()?;
    let key = recover_public_key(digest, &signature).ok().filter(|key| key.address() == payer)?;
    KnownKey::new(key.as_bytes()).map(Box::new)
}

impl fmt::Debug for PayerCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayerCache({} of {})", self.payers.len(), self.places)
    }
}

#[cfg(test)]
mod tests;
