//! How a scheme's checks are run: one payment alone, or many with their signatures together.

use alloc::vec::Vec;

use quittance_core::chain::ChainQuery;
use quittance_core::proof::Verified;
use quittance_core::signature::{SignatureError, verify_many};
use quittance_core::{ChainMode, Progress, Rejection, VerifyInput};

use crate::options::Options;
use crate::payer::{self, Check, Signed};
use crate::state::{self, Demand};

/// What a scheme has found in a payment, short of who signed it.
pub(crate) trait Found: Sized {
    /// What the chain has to say beyond who the payer is, in the order in which it decides.
    fn demands(&self, input: &VerifyInput<'_>, options: &Options<'_>) -> Result<Vec<Demand>, Rejection>;

    /// The proof, after all checks.
    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection>;
}

/// A payment that is right in everything but what its signature and the chain have to say.
type Examined<'a, F> = Result<(F, Signed<'a>), Rejection>;

/// Checks one payment.
pub(crate) fn one<F: Found>(
    input: &VerifyInput<'_>,
    options: &Options<'_>,
    examined: Examined<'_, F>,
) -> Result<Progress, Rejection> {
    let (found, signed) = examined?;
    let (question, by_key) = match payer::check(&signed, options.payers, input)? {
        Check::Done(question) => (question, None),
        Check::Key(key) => {
            let proof = key.claim(input).prove();
            (key.outcome(proof.map(|_| ()))?, proof.ok())
        }
    };
    let progress = conclude(found, question, input, options)?;
    Ok(match progress {
        Progress::Verified(verified) => Progress::Verified(verified.with_found(by_key)),
        ask => ask,
    })
}

/// Checks one payment of a payer with a key, without a chain: what [`one`] says offline where only keys are taken. Nothing that speaks of
/// chains is reached from here, so that a program which is downloaded to do just this need not bring it along.
pub(crate) fn by_key<F: Found>(input: &VerifyInput<'_>, examined: Examined<'_, F>) -> Result<Verified, Rejection> {
    let (found, signed) = examined?;
    payer::by_key(&signed)?;
    found.verified(input)
}

/// All checks but the signatures' one by one, and then all signatures together.
pub(crate) fn many<'a, F: Found>(
    inputs: &[VerifyInput<'a>],
    options: &Options<'_>,
    examine: impl Fn(&VerifyInput<'a>) -> Examined<'a, F>,
) -> Vec<Result<Progress, Rejection>> {
    let check = |input| {
        let (found, signed) = examine(input)?;
        payer::check(&signed, options.payers, input).map(|check| (found, check))
    };
    let checked = inputs.iter().map(check).collect::<Vec<_>>();
    let keys = checked.iter().zip(inputs).filter_map(|(checked, input)| match checked {
        Ok((_, Check::Key(key))) => Some(key.claim(input)),
        _ => None,
    });
    let mut signed = verify_many(&keys.collect::<Vec<_>>()).into_iter();
    let finish = |(checked, input): (Result<(F, Check), Rejection>, &VerifyInput<'a>)| {
        let (found, check) = checked?;
        let question = match check {
            Check::Done(question) => question,
            // there is one for each; if there were none, nobody signed
            Check::Key(key) => key.outcome(signed.next().unwrap_or(Err(SignatureError::WrongSigner)))?,
        };
        conclude(found, question, input, options)
    };
    checked.into_iter().zip(inputs).map(finish).collect()
}

/// All questions about one payment that can be foreseen.
pub(crate) fn questions<F: Found>(
    input: &VerifyInput<'_>,
    options: &Options<'_>,
    examined: Examined<'_, F>,
) -> Result<Vec<ChainQuery>, Rejection> {
    let (found, signed) = examined?;
    let first = match payer::check(&signed, options.payers, input)? {
        Check::Done(question) => question,
        Check::Key(key) => {
            let signed = key.claim(input).verify();
            key.outcome(signed)?
        }
    };
    let mut questions = match first {
        Some(question) => payer::foreseen(&signed, options.payers, question, input),
        None => Vec::new(),
    };
    if input.mode != ChainMode::Offline {
        match found.demands(input, options).and_then(|demands| state::open(demands, input)) {
            Ok(open) => questions.extend(open),
            // the payer comes first, and its question is open
            Err(_) if !questions.is_empty() => {}
            Err(rejection) => return Err(rejection),
        }
    }
    Ok(questions)
}

/// What is left once it is known, or asked, whether the payer signed.
fn conclude<F: Found>(
    found: F,
    question: Option<ChainQuery>,
    input: &VerifyInput<'_>,
    options: &Options<'_>,
) -> Result<Progress, Rejection> {
    if let Some(question) = question {
        return Ok(Progress::Ask(question));
    }
    if input.mode != ChainMode::Offline
        && let Some(question) = state::open(found.demands(input, options)?, input)?.into_iter().next()
    {
        return Ok(Progress::Ask(question));
    }
    found.verified(input).map(Progress::Verified)
}
