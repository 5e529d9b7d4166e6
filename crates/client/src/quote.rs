//! What something costs, before it is bought; and where it costs least.

use std::cmp::Reverse;
use std::fmt;

use quittance_core::registry::{self, AssetInfo};
use quittance_core::wire::Asked;
use quittance_core::{Amount, Signer, Terms, TermsHash};
use quittance_guard::Ledger;
use quittance_guard::policy::Allowed;

use crate::answer::Answer;
use crate::buyer::Buyer;
use crate::error::Error;
use crate::request::Request;
use crate::trip::{Asking, Leg};

/// What a request would be answered with.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "it costs something or it does not")]
pub enum Quote {
    /// This, for nothing.
    Free(Answer),
    /// What is sold, at a price that the policy allows.
    Priced(Price),
}

/// A price that the policy allows.
pub struct Price {
    terms: Terms,
    asset: &'static AssetInfo,
    rule: String,
    passed_over: Vec<String>,
}

impl Price {
    /// The offer that would be taken.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Its token.
    #[must_use]
    pub const fn asset(&self) -> &'static AssetInfo {
        self.asset
    }

    /// Why the policy allows it, in words.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Why the other offers would not be taken, in words.
    #[must_use]
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    fn of(allowed: &Allowed) -> Self {
        let passed_over = allowed.passed_over().iter().map(|passed| passed.words.clone()).collect();
        Self { terms: allowed.terms().clone(), asset: allowed.asset(), rule: allowed.rule().to_owned(), passed_over }
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Price").field("terms", &self.terms).field("rule", &self.rule).finish_non_exhaustive()
    }
}

pub(crate) async fn quote<S, L>(request: &Request<'_, S, L>) -> Result<Quote, Error>
where
    S: Signer + Send + Sync,
    L: Ledger + Send + Sync,
{
    match Leg::new(request)?.ask().await? {
        Asking::Free(answer) => Ok(Quote::Free(answer)),
        Asking::Priced(_, allowed) => Ok(Quote::Priced(Price::of(&allowed))),
    }
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> Buyer<S, L> {
    /// Asks several sellers for the same thing, and buys where it costs least by what the policy allows. Whoever gives it for nothing is taken
    /// at once. Their order decides nothing.
    ///
    /// All that belongs to one purchase goes to one seller: if the purchase that the requests name was signed for before, at one of them, those
    /// bytes are sent again and nobody else is asked; and if the one that was chosen fails, no other is tried in its place, because the
    /// first may have been paid.
    ///
    /// # Errors
    ///
    /// As [`Request::send`]; where nobody can be bought from, what is wrong with the first.
    pub async fn cheapest(&self, requests: Vec<Request<'_, S, L>>) -> Result<Answer, Error> {
        let mut legs = requests.iter().map(Leg::new).collect::<Result<Vec<_>, _>>()?;
        let mut other = None;
        for leg in &mut legs {
            match leg.before().await {
                Ok(None) => {}
                Ok(Some(record)) => {
                    return leg.go_on(record).await;
                }
                Err(error) => other = other.or(Some(error)),
            }
        }
        if let Some(error) = other {
            return Err(error);
        }
        let mut best: Option<(Rank, &mut Leg<'_, S, L>, Asked, Allowed)> = None;
        let mut first = None;
        for leg in &mut legs {
            match leg.ask().await {
                Ok(Asking::Free(answer)) if (200..300).contains(&answer.status()) => return Ok(answer),
                Ok(Asking::Free(answer)) => first = first.or(Some(Ok(answer))),
                Ok(Asking::Priced(asked, allowed)) => {
                    let rank = rank(&allowed);
                    if best.as_ref().is_none_or(|(lowest, ..)| rank < *lowest) {
                        best = Some((rank, leg, asked, allowed));
                    }
                }
                Err(error) => first = first.or(Some(Err(error))),
            }
        }
        match (best, first) {
            (Some((_, leg, asked, allowed)), _) => leg.buy(&asked, &allowed).await,
            (None, Some(answer)) => answer,
            (None, None) => Err(Error::Request),
        }
    }
}

/// What makes one price lower than another: dollars before anything that is not known to be any, then the amount in the finest unit, and
/// between equals the hash of the terms, which no seller chooses freely.
fn rank(allowed: &Allowed) -> Rank {
    let (terms, info) = (allowed.terms(), allowed.asset());
    let is_dollars = registry::default_asset(info.network).is_some_and(|default| default == info);
    let ten = Amount::from_u64(10);
    let fine = (info.decimals..FINEST).try_fold(terms.amount(), |amount, _| amount.checked_mul(ten));
    // what does not fit any more is dearer than all that does
    let fine = fine.map_or_else(|| (true, terms.amount()), |amount| (false, amount));
    let unit = if is_dollars { None } else { Some(info.symbol) };
    Rank { unit, fine, window: Reverse(allowed.window()), terms: terms.hash() }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    unit: Option<&'static str>,
    fine: (bool, Amount),
    window: Reverse<u64>,
    terms: TermsHash,
}

/// No token of the registry has more decimals.
const FINEST: u8 = 18;
