//! The scheme `exact` on `eip155` networks.

use alloc::vec::Vec;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::signature::{SignatureError, verify_many};
use quittance_core::wire::Eip3009Payload;
use quittance_core::{
    Amount, Authorization, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput, WindowRule, proof::Admitted,
};

use crate::eip3009;
use crate::payer::{Check, Payers};

/// `exact` with the defaults: six seconds to settle in, key accounts and contract wallets.
pub const EXACT: Exact = Exact { window: WindowRule::EIP3009, payers: Payers::KeysAndContracts };

/// `exact` on `eip155` networks, by EIP-3009.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    window: WindowRule,
    payers: Payers,
}

impl Exact {
    /// The same with another margin: how many seconds must be left of the authorization for a settlement (catalogue row 47).
    #[must_use]
    pub const fn with_margin(self, seconds: u64) -> Self {
        Self { window: self.window.with_margin(seconds), ..self }
    }

    /// The same for payers with a key only: a signature that is not the key's is refused at once, instead of asking the chain whether a
    /// contract answers for the address.
    #[must_use]
    pub const fn keys_only(self) -> Self {
        Self { payers: Payers::Keys, ..self }
    }
}

impl Exact {
    /// Everything short of looking at the signature.
    fn check<'a>(&self, input: &VerifyInput<'a>) -> Result<(&'a Eip3009Payload, Check), Rejection> {
        let (payment, terms) = (input.payment, input.terms);
        if *payment.scheme() != SchemeId::Exact || *terms.scheme() != SchemeId::Exact {
            return Err(Rejection::UnsupportedScheme);
        }
        if payment.network() != terms.network() {
            return Err(Rejection::NetworkMismatch);
        }
        // What the client says it accepted is a claim; one that is not this offer was made for another (catalogue rows 61 to 67).
        if payment.accepted().is_some_and(|claimed| !terms.is_same_offer(claimed)) {
            return Err(Rejection::NoMatchingOffer);
        }
        match payment.authorization() {
            Authorization::Eip3009(payload) => {
                eip3009::check(payload, input, &self.window, self.payers).map(|check| (payload, check))
            }
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}

/// The proof, unless a question is left.
fn progress(payload: &Eip3009Payload, question: Option<ChainQuery>, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
    match question {
        Some(question) => Ok(Progress::Ask(question)),
        None => eip3009::verified(payload, input).map(Progress::Verified),
    }
}

impl Scheme for Exact {
    fn id(&self) -> SchemeId {
        SchemeId::Exact
    }

    fn serves(&self, network: Network) -> bool {
        network.chain_id().is_some()
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        let (payload, check) = self.check(input)?;
        let outcome = match check {
            Check::Done(question) => question,
            Check::Key(key) => {
                let signed = key.claim(input).verify();
                key.outcome(signed)?
            }
        };
        progress(payload, outcome, input)
    }

    /// All checks but the signatures' one by one, and then all signatures together.
    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        let checked = inputs.iter().map(|input| self.check(input)).collect::<Vec<_>>();
        let keys = checked.iter().zip(inputs).filter_map(|(checked, input)| match checked {
            Ok((_, Check::Key(key))) => Some(key.claim(input)),
            _ => None,
        });
        let mut signed = verify_many(&keys.collect::<Vec<_>>()).into_iter();
        let conclude = |(checked, input): (Result<(&Eip3009Payload, Check), Rejection>, _)| {
            let (payload, check) = checked?;
            let outcome = match check {
                Check::Done(question) => question,
                // there is one for each; if there were none, nobody signed
                Check::Key(key) => key.outcome(signed.next().unwrap_or(Err(SignatureError::WrongSigner)))?,
            };
            progress(payload, outcome, input)
        };
        checked.into_iter().zip(inputs).map(conclude).collect()
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        match verified.payment().authorization() {
            Authorization::Eip3009(payload) if charge == payload.authorization.value => eip3009::plan(payload, verified.terms()),
            Authorization::Eip3009(_) => Err(Rejection::Eip3009Value),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}
