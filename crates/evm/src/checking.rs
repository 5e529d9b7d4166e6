//! How a scheme's checks are run: one payment alone, or many with their signatures together.

use alloc::vec::Vec;

use quittance_core::proof::Verified;
use quittance_core::signature::{SignatureError, verify_many};
use quittance_core::{Progress, Rejection, VerifyInput};

use crate::payer::Check;

/// What a scheme has found in a payment, short of looking at the signature.
pub(crate) trait Found: Sized {
    /// The proof, after all checks.
    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection>;
}

/// Checks one payment.
pub(crate) fn one<F: Found>(input: &VerifyInput<'_>, checked: Result<(F, Check), Rejection>) -> Result<Progress, Rejection> {
    let (found, check) = checked?;
    let question = match check {
        Check::Done(question) => question,
        Check::Key(key) => {
            let signed = key.claim(input).verify();
            key.outcome(signed)?
        }
    };
    match question {
        Some(question) => Ok(Progress::Ask(question)),
        None => found.verified(input).map(Progress::Verified),
    }
}

/// All checks but the signatures' one by one, and then all signatures together.
pub(crate) fn many<'a, F: Found>(
    inputs: &[VerifyInput<'a>],
    check: impl Fn(&VerifyInput<'a>) -> Result<(F, Check), Rejection>,
) -> Vec<Result<Progress, Rejection>> {
    let checked = inputs.iter().map(check).collect::<Vec<_>>();
    let keys = checked.iter().zip(inputs).filter_map(|(checked, input)| match checked {
        Ok((_, Check::Key(key))) => Some(key.claim(input)),
        _ => None,
    });
    let mut signed = verify_many(&keys.collect::<Vec<_>>()).into_iter();
    let conclude = |(checked, input): (Result<(F, Check), Rejection>, &VerifyInput<'a>)| {
        let (found, check) = checked?;
        let question = match check {
            Check::Done(question) => question,
            // there is one for each; if there were none, nobody signed
            Check::Key(key) => key.outcome(signed.next().unwrap_or(Err(SignatureError::WrongSigner)))?,
        };
        match question {
            Some(question) => Ok(Progress::Ask(question)),
            None => found.verified(input).map(Progress::Verified),
        }
    };
    checked.into_iter().zip(inputs).map(conclude).collect()
}
