//! Many signatures at once, and payers whose keys are known.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::curve::{self, Signed};
use super::ecdsa::{Signature, SignatureError};
use super::payers::{Payer, PayerCache};
use super::public_key::PublicKey;
use super::recover;
use crate::address::Address;
use crate::eip712::Digest;

/// A signature, the digest it should be of, and the account whose key should have made it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    digest: &'a Digest,
    signature: &'a Signature,
    expected: Address,
    payers: Option<&'a PayerCache>,
    found: Option<&'a KeySigned>,
}

/// A digest, a signature and the account whose key was found to have made it.
///
/// A check that is made again, with what a chain has answered meanwhile, need not find it again. It is the outcome of a computation and
/// nothing else: whether the key's signature counts for anything, the code at the account's address says, and who is to be paid by it, a
/// scheme. It prints neither signature nor digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySigned {
    digest: Digest,
    signature: Signature,
    signer: Address,
}

impl fmt::Debug for KeySigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySigned({})", self.signer)
    }
}

impl KeySigned {
    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }
}

impl<'a> Claim<'a> {
    /// What [`verify`](super::verify) takes.
    #[must_use]
    pub const fn new(digest: &'a Digest, signature: &'a Signature, expected: Address) -> Self {
        Self { digest, signature, expected, payers: None, found: None }
    }

    /// The same with payers whose keys are known, which makes it faster for them and changes no verdict.
    #[must_use]
    pub const fn with_payers(self, payers: Option<&'a PayerCache>) -> Self {
        Self { payers, ..self }
    }

    /// The same with what was found before. If it is this very claim, it is not looked at again; if it is another, it is of no use.
    #[must_use]
    pub const fn with_found(self, found: Option<&'a KeySigned>) -> Self {
        Self { found, ..self }
    }

    /// [`verify`](Self::verify), and the proof of it.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn prove(&self) -> Result<KeySigned, SignatureError> {
        self.verify()?;
        Ok(KeySigned { digest: *self.digest, signature: *self.signature, signer: self.expected })
    }

    /// [`verify`](super::verify).
    ///
    /// # Errors
    /// As [`verify`](super::verify) where the account is not among the known payers. For one that is, every signature that its key did
    /// not make is a [`WrongSigner`](SignatureError::WrongSigner): whether another key made it, or none can have, would cost a recovery
    /// to tell and is refused either way.
    pub fn verify(&self) -> Result<(), SignatureError> {
        if self.is_found() {
            return Ok(());
        }
        match self.known() {
            None => recover::verify(self.digest, self.signature, self.expected),
            Some(payer) => payer.verify(self.digest, self.signature),
        }
    }

    fn is_found(&self) -> bool {
        let is_this =
            |found: &KeySigned| found.signer == self.expected && found.digest == *self.digest && found.signature == *self.signature;
        self.found.is_some_and(is_this)
    }

    fn known(&self) -> Option<&'a Payer> {
        self.payers?.find(self.expected)
    }

    fn signed(&self) -> Signed<'a> {
        Signed::new(self.digest.as_bytes(), self.signature.r(), self.signature.s(), self.signature.parity())
    }
}

/// [`Claim::verify`] for each of many, in their order.
///
/// Inversions are shared, which takes a quarter off each of a known payer, and a tenth off others. Nothing else is shared: a claim is told
/// what it is told alone, whatever stands beside it.
#[must_use]
pub fn verify_many(claims: &[Claim<'_>]) -> Vec<Result<(), SignatureError>> {
    let mut verdicts = vec![Err(SignatureError::ZeroSigner); claims.len()];
    let (mut of_known, mut of_others) = (Vec::new(), Vec::new());
    for (claim, verdict) in claims.iter().zip(&mut verdicts) {
        match claim.known() {
            _ if claim.is_found() => *verdict = Ok(()),
            Some(payer) => of_known.push((claim, payer, verdict)),
            None if claim.expected == Address::ZERO => {}
            None => of_others.push((claim, verdict)),
        }
    }

    let signed = of_known.iter().map(|(claim, payer, _)| (claim.signed(), *payer)).collect::<Vec<_>>();
    let mut of_known = of_known.into_iter();
    Payer::signed_many(&signed, &mut |found| {
        if let Some((_, payer, verdict)) = of_known.next() {
            *verdict = payer.judged(found);
        }
    });

    let signed = of_others.iter().map(|(claim, _)| claim.signed()).collect::<Vec<_>>();
    let mut of_others = of_others.into_iter();
    curve::recover_many(&signed, |found| {
        if let Some((claim, verdict)) = of_others.next() {
            *verdict = match found.map(|key| PublicKey::on_curve(key).address()) {
                None => Err(SignatureError::NotRecoverable),
                Some(address) if address == claim.expected => Ok(()),
                Some(_) => Err(SignatureError::WrongSigner),
            };
        }
    });
    verdicts
}

#[cfg(test)]
mod tests;
