//! Allowances that a payment brings along, so that its payer needs no ether to approve Permit2 (extensions `eip2612GasSponsoring` and
//! `erc20ApprovalGasSponsoring`).
//!
//! What is brought is held against the payment: this owner, this token, Permit2, enough, signed by the owner, and nothing beside it
//! (catalogue row 167). What is not, is refused by the name of what is wrong; an allowance that is there already does not make it right.

mod approval;

use quittance_core::chain::{ChainQuery, SignedTransaction};
use quittance_core::eip712;
use quittance_core::eip712::eip2612::Permit;
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::registry::Eip2612;
use quittance_core::signature::{self, Form, Signature};
use quittance_core::wire::{Eip2612GasSponsoring, Erc20ApprovalGasSponsoring};
use quittance_core::{Address, Amount, Payment, Rejection, Terms, UnixSeconds, Window, WindowRule};

use crate::authorization;
use crate::options::Options;
use crate::state::{Demand, Needs};

/// A way to bring an allowance along.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Sponsoring {
    /// By a permit that the token itself reads (EIP-2612), handed over in the call that settles.
    Eip2612,
    /// By the payer's own transaction, signed and not sent: whoever settles sends it first.
    Erc20Approval,
}

impl Sponsoring {
    /// The extension's name, for what a facilitator says it supports.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Eip2612 => Eip2612GasSponsoring::ID,
            Self::Erc20Approval => Erc20ApprovalGasSponsoring::ID,
        }
    }
}

/// The ways that are taken, and the code that reads them: who takes none need not hold it, which counts where a program is downloaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken<'a> {
    ways: &'a [Sponsoring],
    #[expect(clippy::type_complexity, reason = "it is the type of `brought`, which stands below")]
    read: fn(&[Sponsoring], &Payment, &Terms, Wanted, &Options<'_>, Option<UnixSeconds>) -> Result<Option<Grant>, Rejection>,
}

impl<'a> Taken<'a> {
    pub(crate) const NONE: Self = Self { ways: &[], read: |_, _, _, _, _, _| Ok(None) };

    pub(crate) const fn new(ways: &'a [Sponsoring]) -> Self {
        Self { ways, read: brought }
    }
}

/// What a permit is to be paid from.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) owner: Address,
    pub(crate) token: Address,
    pub(crate) amount: Amount,
}

/// An allowance that was brought, and is right.
pub(crate) enum Grant {
    Permit { permit: Permit, signature: Signature },
    Approval { transaction: SignedTransaction, nonce: Amount, cost: Amount },
}

/// What a payment brings, if whoever runs the scheme takes it. Time is looked at where there is one.
pub(crate) fn find(
    payment: &Payment,
    terms: &Terms,
    wanted: Wanted,
    options: &Options<'_>,
    now: Option<UnixSeconds>,
) -> Result<Option<Grant>, Rejection> {
    let Taken { ways, read } = options.sponsoring;
    read(ways, payment, terms, wanted, options, now)
}

fn brought(
    ways: &[Sponsoring],
    payment: &Payment,
    terms: &Terms,
    wanted: Wanted,
    options: &Options<'_>,
    now: Option<UnixSeconds>,
) -> Result<Option<Grant>, Rejection> {
    let extensions = payment.extensions();
    if ways.contains(&Sponsoring::Eip2612) {
        let brought = Eip2612GasSponsoring::find(extensions).map_err(|_| Rejection::Eip2612Format)?;
        if let Some(brought) = brought {
            return permit(&brought, terms, wanted, options, now).map(Some);
        }
    }
    if ways.contains(&Sponsoring::Erc20Approval) {
        let brought = Erc20ApprovalGasSponsoring::find(extensions).map_err(|_| Rejection::Erc20ApprovalFormat)?;
        if let Some(brought) = brought {
            return approval::check(brought, terms, wanted).map(Some);
        }
    }
    Ok(None)
}

/// A permit of EIP-2612: the proxy hands over exactly the permitted amount, so it must be signed for exactly that.
fn permit(
    brought: &Eip2612GasSponsoring,
    terms: &Terms,
    wanted: Wanted,
    options: &Options<'_>,
    now: Option<UnixSeconds>,
) -> Result<Grant, Rejection> {
    let permit = brought.permit;
    let signature = Signature::from_bytes(brought.signature.as_bytes(), Form::Full).map_err(|_| Rejection::Eip2612Format)?;
    if permit.owner != wanted.owner {
        return Err(Rejection::Eip2612From);
    }
    let known = terms.asset().registered().and_then(|info| info.erc20());
    if brought.asset != wanted.token || known.is_some_and(|token| token.eip2612 == Eip2612::Unsupported) {
        return Err(Rejection::Eip2612Asset);
    }
    if permit.spender != PERMIT2 {
        return Err(Rejection::Eip2612Spender);
    }
    if let Some(now) = now {
        // the permit is good up to its deadline, as Permit2's is
        let window = Window::new(UnixSeconds::from_secs(0), permit.deadline);
        window.judge(now, &options.within(WindowRule::PERMIT2)).map_err(|_| Rejection::Eip2612Deadline)?;
    }
    if permit.value != wanted.amount {
        return Err(Rejection::Permit2PermitAmount);
    }
    let digest = eip712::digest(&authorization::domain(terms, wanted.token)?, &permit);
    signature::verify(&digest, &signature, wanted.owner).map_err(|_| Rejection::Eip2612From)?;
    Ok(Grant::Permit { permit, signature })
}

impl Grant {
    /// What the chain has to say where the allowance is not there yet.
    pub(crate) fn demands(&self, wanted: Wanted, funding: Amount) -> alloc::vec::Vec<Demand> {
        let Wanted { owner, token, .. } = wanted;
        match self {
            Self::Permit { permit, .. } => {
                let next = ChainQuery::TokenNonce { token, owner };
                [Demand::new(next, Needs::Exactly(permit.nonce), Rejection::Permit2Allowance)].into()
            }
            Self::Approval { nonce, cost, .. } => {
                let next = ChainQuery::Transactions { account: owner };
                let funds = ChainQuery::Funds { account: owner };
                let own = cost.checked_sub(funding).unwrap_or(Amount::ZERO);
                let mut demands = alloc::vec![Demand::new(next, Needs::Exactly(*nonce), Rejection::Permit2Allowance)];
                // whoever is given all of it needs nothing of its own
                if !own.is_zero() {
                    demands.push(Demand::new(funds, Needs::AtLeast(own), Rejection::Erc20ApprovalGas));
                }
                demands
            }
        }
    }
}

#[cfg(test)]
mod tests;
