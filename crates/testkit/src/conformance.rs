//! What every scheme has to keep to, whoever writes it, as one function that tells its author.
//!
//! A [`Scheme`] is trusted with the one decision that everything after it builds on, and nothing but its own code holds it to what the
//! trait's documentation promises. [`scheme`] does, as far as a stranger can: it takes payments that are good, with what a chain says about
//! them, asks, edits, repeats and mixes them, and names each law that is broken and by what.
//!
//! It can not know what a scheme's payer signs, nor what its contracts do. That needs vectors and a chain.

mod edits;
mod laws;

use core::fmt;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::{Payment, Scheme, Terms, UnixSeconds};

/// A payment that is good: for these terms, at this time, if the chain says this.
///
/// It has to be a payment of the second version of the protocol, whose whole payload counts: every text in it is signed, or changes who
/// is asked.
#[derive(Clone, Copy)]
pub struct Sample<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The terms that it meets.
    pub terms: &'a Terms,
    /// When.
    pub now: UnixSeconds,
    /// What the chain answers to each question that the scheme may ask about it.
    pub chain: &'a dyn Fn(&ChainQuery) -> ChainAnswer,
}

/// One thing that a scheme has to keep to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Law {
    /// A good payment passes, after questions that come to an end.
    GoodPasses,
    /// The same input is told the same.
    Deterministic,
    /// A payment in a batch is told what it is told alone.
    Batch,
    /// A cache of payers changes no verdict.
    Cache,
    /// The proof is about the payment and the terms that were checked: its amount, its payer, an end that is still to come.
    Proof,
    /// What is for another scheme, network, token, payee or amount is refused, and does not pass when it says that it is for this.
    OtherTerms,
    /// What has expired by the proof's own word is refused.
    Expired,
    /// What is changed in the payload does not pass.
    Unsigned,
    /// With a chain at hand nothing passes that the chain was not asked about.
    AsksFirst,
    /// The questions are those that the check asks, each once, and none when it asks none.
    Questions,
    /// An answer of another kind than was asked for leaves the question open.
    WrongKind,
    /// What was verified can be settled for its amount, with steps and evidence.
    Plans,
    /// A charge above what was authorized is refused.
    Ceiling,
    /// What another scheme verified is not planned.
    Foreign,
    /// No signature shows in what a log may print.
    Secrets,
}

/// A law that was broken, and by what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The law.
    pub law: Law,
    /// Which sample, and what happened.
    pub by: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.by)
    }
}

/// Holds a scheme to every law, with these payments.
///
/// # Errors
///
/// Everything that was found, in the order of the samples.
///
/// # Panics
///
/// Without samples, and with one that is not as [`Sample`] says: nothing would be tried.
pub fn scheme(scheme: &dyn Scheme, samples: &[Sample<'_>]) -> Result<(), Vec<Breach>> {
    assert!(!samples.is_empty(), "no payment to try the scheme with");
    let mut breaches = Vec::new();
    for (number, sample) in samples.iter().enumerate() {
        assert!(sample.payment.accepted().is_some(), "sample {number} is no payment of version 2");
        let mut trial = laws::Trial { scheme, sample, number, breaches: &mut breaches };
        trial.run();
    }
    laws::batches(scheme, samples, &mut breaches);
    if breaches.is_empty() { Ok(()) } else { Err(breaches) }
}
