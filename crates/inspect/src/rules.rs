//! Which rules a payment keeps, found out by running its scheme.
//!
//! A scheme names the first rule that fails. To see what is wrong beside it, that one thing is mended, in a copy, and the scheme is run
//! again, until it has nothing more to say or until what is wrong cannot be mended. So no rule is written here a second time.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::eip712::permit2::PermitWitnessTransferFrom;
use quittance_core::json::Object;
use quittance_core::wire::PaymentPayload;
use quittance_core::{
    Account, Address, Amount, Authorization, Payment, Progress, Rejection, Scheme, SchemeId, Terms, UnixSeconds, VerifyInput,
    Window,
};

use crate::report::{Outcome, Rule, Verdict};
use crate::words;

/// So many things can be wrong with one payment.
const ROUNDS: usize = 8;

/// What a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum About {
    Offer,
    Facilitator,
    Method,
    Spender,
    Amount,
    Time,
    Token,
    Recipient,
    Signature,
}

/// The rules of a transfer by EIP-3009, in the order in which they are looked at.
const EIP3009: &[About] =
    &[About::Offer, About::Amount, About::Time, About::Recipient, About::Token, About::Method, About::Signature];
/// Those of `exact` by Permit2.
const EXACT_PERMIT2: &[About] =
    &[About::Offer, About::Method, About::Spender, About::Amount, About::Time, About::Token, About::Recipient, About::Signature];
/// Those of `upto`.
const UPTO_PERMIT2: &[About] = &[
    About::Offer,
    About::Facilitator,
    About::Method,
    About::Spender,
    About::Amount,
    About::Time,
    About::Token,
    About::Recipient,
    About::Signature,
];

impl About {
    const fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Facilitator => "facilitator",
            Self::Method => "method",
            Self::Spender => "spender",
            Self::Amount => "amount",
            Self::Time => "time",
            Self::Token => "token",
            Self::Recipient => "recipient",
            Self::Signature => "signature",
        }
    }

    /// The rule whose failure a refusal names.
    const fn of(rejection: Rejection) -> Self {
        match rejection {
            Rejection::UnsupportedScheme
            | Rejection::UptoScheme
            | Rejection::NetworkMismatch
            | Rejection::UptoNetwork
            | Rejection::NoMatchingOffer => Self::Offer,
            Rejection::UptoFacilitator => Self::Facilitator,
            Rejection::UnsupportedPayloadType => Self::Method,
            Rejection::Permit2Spender => Self::Spender,
            Rejection::Eip3009Value | Rejection::Permit2Amount => Self::Amount,
            Rejection::Eip3009ValidBefore
            | Rejection::Eip3009ValidAfter
            | Rejection::Permit2Deadline
            | Rejection::Permit2ValidAfter => Self::Time,
            Rejection::Permit2Token
            | Rejection::TokenNameMismatch
            | Rejection::TokenVersionMismatch
            | Rejection::MissingEip712Domain
            | Rejection::AssetUnknown
            | Rejection::Eip3009NotSupported
            | Rejection::InvalidPaymentRequirements => Self::Token,
            Rejection::Eip3009Recipient | Rejection::Permit2Recipient => Self::Recipient,
            _ => Self::Signature,
        }
    }
}

/// What is looked at, and what may be mended of it.
struct Case {
    payment: Payment,
    payload: Object,
    terms: Terms,
    now: UnixSeconds,
}

/// Judges a payment. `payload` is what was read from its member `payload`.
pub(crate) fn judge(payment: &Payment, payload: &Object, terms: &Terms, now: UnixSeconds) -> (Vec<Rule>, Verdict) {
    // what is left of a window that is too short for a settlement may still have been signed for
    let (mended_exact, mended_upto) = (quittance_evm::EXACT.with_margin(0), quittance_evm::UPTO.with_margin(0));
    let (scheme, mended): (&dyn Scheme, &dyn Scheme) = match payment.scheme() {
        SchemeId::Exact => (&quittance_evm::EXACT, &mended_exact),
        SchemeId::Upto => (&quittance_evm::UPTO, &mended_upto),
        _ => return (Vec::new(), Verdict::NoRules),
    };
    let Some(said) = Said::of(payment.authorization()) else { return (Vec::new(), Verdict::NoRules) };
    let mut case = Case { payment: payment.clone(), payload: payload.clone(), terms: terms.clone(), now };
    let mut failed: Vec<(About, Rejection)> = Vec::new();
    let mut end = End::Stopped;
    for _ in 0..ROUNDS {
        let scheme = if failed.iter().any(|(about, _)| *about == About::Time) { mended } else { scheme };
        match scheme.verify(&VerifyInput::offline(&case.payment, &case.terms, case.now)) {
            Ok(Progress::Verified(_)) => {
                end = End::Signed;
                break;
            }
            Ok(_) => {
                end = End::Open;
                break;
            }
            Err(rejection) => {
                let about = match About::of(rejection) {
                    // all that an offer of `upto` has to say beside what every offer says is who settles it
                    About::Token if said.names_facilitator() && rejection == Rejection::InvalidPaymentRequirements => {
                        About::Facilitator
                    }
                    about => about,
                };
                // what is wrong after it was put right cannot be put right
                if failed.iter().any(|(before, _)| *before == about) {
                    break;
                }
                failed.push((about, rejection));
                let Some(better) = said.mend(about, &case) else { break };
                case = better;
            }
        }
    }
    let place = |about| said.rules.iter().position(|rule| *rule == about);
    let stopped_at = failed.last().and_then(|(about, _)| place(*about));
    let rules = said.rules.iter().map(|about| {
        let rejection = failed.iter().find(|(failed, _)| failed == about).map(|(_, rejection)| *rejection);
        let outcome = match (rejection, end) {
            (Some(_), _) => Outcome::Fails,
            (None, End::Open) if *about == About::Signature => Outcome::Open,
            (None, End::Stopped) if place(*about) > stopped_at => Outcome::NotReached,
            (None, _) => Outcome::Holds,
        };
        Rule { name: about.name(), outcome, rejection, detail: said.detail(*about, payment, terms, now) }
    });
    let verdict = match (failed.first(), end, payment.from()) {
        (Some((_, rejection)), _, _) => Verdict::Refused(*rejection),
        (None, End::Signed, Some(from)) => Verdict::Right(Account::Evm(from)),
        _ => Verdict::Open,
    };
    (rules.collect(), verdict)
}

/// How the last run ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Signed,
    Open,
    Stopped,
}

/// What the payer signed, as far as rules are about it.
struct Said {
    rules: &'static [About],
    amount: Amount,
    window: Window,
    to: Address,
    permit: Option<Permit>,
}

#[derive(Clone, Copy)]
struct Permit {
    token: Address,
    spender: Address,
    facilitator: Option<Address>,
}

impl Said {
    fn of(authorization: &Authorization) -> Option<Self> {
        match authorization {
            Authorization::Eip3009(payload) => {
                let paid = &payload.authorization;
                Some(Self { rules: EIP3009, amount: paid.value, window: paid.window, to: paid.to, permit: None })
            }
            Authorization::ExactPermit2(payload) => {
                let witness = &payload.permit.witness;
                Some(Self::permit(EXACT_PERMIT2, &payload.permit, witness.valid_after, witness.to, None))
            }
            Authorization::UptoPermit2(payload) => {
                let witness = &payload.permit.witness;
                Some(Self::permit(UPTO_PERMIT2, &payload.permit, witness.valid_after, witness.to, Some(witness.facilitator)))
            }
            _ => None,
        }
    }

    fn permit<W>(
        rules: &'static [About],
        permit: &PermitWitnessTransferFrom<W>,
        valid_after: UnixSeconds,
        to: Address,
        facilitator: Option<Address>,
    ) -> Self {
        Self {
            rules,
            amount: permit.permitted.amount,
            window: Window::new(valid_after, permit.deadline),
            to,
            permit: Some(Permit { token: permit.permitted.token, spender: permit.spender, facilitator }),
        }
    }

    fn names_facilitator(&self) -> bool {
        self.permit.is_some_and(|permit| permit.facilitator.is_some())
    }

    /// The case with one thing put right, as the payer would have wanted it.
    fn mend(&self, about: About, case: &Case) -> Option<Case> {
        let mut offer = case.terms.requirements().clone();
        match about {
            About::Offer if case.payment.scheme() == case.terms.scheme() && case.payment.network() == case.terms.network() => {}
            About::Amount => offer.amount = self.amount.to_string(),
            About::Recipient => offer.pay_to = self.to.to_string(),
            About::Token => offer.asset = self.permit?.token.to_string(),
            About::Method => {
                offer.extra.as_mut()?.remove("assetTransferMethod")?;
            }
            About::Facilitator => {
                let named = self.permit?.facilitator?.to_string();
                offer.extra.get_or_insert_default().insert("facilitatorAddress", named);
            }
            About::Time => {
                // somewhere inside, and not a lifetime before its end
                let (after, before) = (self.window.valid_after().as_secs(), self.window.valid_before().as_secs());
                let now = after.max(before.saturating_sub(3_600)).checked_add(1)?;
                return if now < before { case.with(case.terms.clone(), UnixSeconds::from_secs(now)) } else { None };
            }
            _ => return None,
        }
        case.with(Terms::parse(offer).ok()?, case.now)
    }

    /// The things that a rule compares.
    fn detail(&self, about: About, payment: &Payment, terms: &Terms, now: UnixSeconds) -> String {
        match about {
            About::Offer => match payment.accepted() {
                Some(_) => format!("{} on {}, and the whole offer as the seller made it", terms.scheme(), terms.network()),
                None => format!("{} on {}", terms.scheme(), terms.network()),
            },
            About::Amount => format!(
                "{} signed, {} asked",
                words::amount(self.amount, terms.asset()),
                words::amount(terms.amount(), terms.asset())
            ),
            About::Time => {
                format!("from {} to {}", words::time(self.window.valid_after(), now), words::time(self.window.valid_before(), now))
            }
            About::Recipient => format!("{} signed, {} asked", self.to, terms.pay_to()),
            About::Token => match self.permit {
                Some(permit) => format!("{} signed, {} asked", permit.token, terms.asset().token()),
                None => format!("{} and its name for signing", terms.asset().token()),
            },
            About::Method => terms.extra_text("assetTransferMethod").unwrap_or("as the payment is").to_string(),
            About::Spender => self.permit.map(|permit| permit.spender.to_string()).unwrap_or_default(),
            About::Facilitator => {
                let named = self.permit.and_then(|permit| permit.facilitator);
                let named = named.map(|named| format!("only {named} may settle"));
                named.unwrap_or_default()
            }
            About::Signature => payment.from().map(|from| format!("by {from}")).unwrap_or_default(),
        }
    }
}

impl Case {
    /// The same payment as if it had been made for these terms.
    fn with(&self, terms: Terms, now: UnixSeconds) -> Option<Self> {
        let payment = match self.payment.accepted() {
            Some(_) => PaymentPayload::new(terms.requirements().clone(), self.payload.clone()).try_into().ok()?,
            None => self.payment.clone(),
        };
        Some(Self { payment, payload: self.payload.clone(), terms, now })
    }
}
