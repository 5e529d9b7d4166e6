//! Transfers by Permit2 (`scheme_exact_evm`, section 2; `scheme_upto_evm`): the payer signs for the Permit2 contract and names one of the
//! two x402 proxies as the spender, whose witness says what it may do.
//!
//! `exact` and `upto` are the same checks over two witnesses. A permit for one never passes as a permit for the other: the spender is
//! another, and so is the type that was signed (catalogue rows 93 and 95).

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainQuery, ExpectedLog, Plan};
use quittance_core::eip712::permit2::{EXACT_PROXY, ExactWitness, PERMIT2, UPTO_PROXY, UptoWitness, Witness};
use quittance_core::eip712::{Digest, Domain};
use quittance_core::registry::TransferMethod;
use quittance_core::signature::Form;
use quittance_core::wire::Permit2Payload;
use quittance_core::{
    Account, Address, Amount, Rejection, ReplayKey, Terms, UnixSeconds, Verified, VerifyInput, Window, WindowRule,
};

use crate::abi::{self, Arguments};
use crate::authorization::{self, Names};
use crate::payer::{self, Signed};
use crate::state::{Demand, Needs};

const NAMES: Names = Names {
    amount: Rejection::Permit2Amount,
    recipient: Rejection::Permit2Recipient,
    expired: Rejection::Permit2Deadline,
    early: Rejection::Permit2ValidAfter,
};

/// What differs between the two proxies.
pub(crate) trait Proxy: Witness {
    /// The only spender that the permit may name.
    const SPENDER: Address;
    /// `settle` of this proxy.
    const SETTLE: [u8; 4];

    fn to(&self) -> Address;
    fn valid_after(&self) -> UnixSeconds;
    /// The only account that the proxy lets settle, where it minds.
    fn sender(&self) -> Option<Address>;
    /// What follows the permit among the arguments of `settle`, up to the signature.
    fn arguments(&self, arguments: Arguments, owner: Address, charge: Amount) -> Arguments;
}

impl Proxy for ExactWitness {
    const SPENDER: Address = EXACT_PROXY;
    const SETTLE: [u8; 4] = abi::SETTLE_EXACT;

    fn to(&self) -> Address {
        self.to
    }

    fn valid_after(&self) -> UnixSeconds {
        self.valid_after
    }

    fn sender(&self) -> Option<Address> {
        None
    }

    fn arguments(&self, arguments: Arguments, owner: Address, _charge: Amount) -> Arguments {
        arguments.address(owner).address(self.to).seconds(self.valid_after)
    }
}

impl Proxy for UptoWitness {
    const SPENDER: Address = UPTO_PROXY;
    const SETTLE: [u8; 4] = abi::SETTLE_UPTO;

    fn to(&self) -> Address {
        self.to
    }

    fn valid_after(&self) -> UnixSeconds {
        self.valid_after
    }

    fn sender(&self) -> Option<Address> {
        Some(self.facilitator)
    }

    fn arguments(&self, arguments: Arguments, owner: Address, charge: Amount) -> Arguments {
        arguments.word(charge.to_be_bytes()).address(owner).address(self.to).address(self.facilitator).seconds(self.valid_after)
    }
}

/// Checks a permit against the seller's terms, up to who signed it. The amount is the price of `exact` and the ceiling of `upto`.
pub(crate) fn examine<'a, W: Proxy>(
    payload: &'a Permit2Payload<W>,
    input: &VerifyInput<'_>,
    window: &WindowRule,
) -> Result<Signed<'a>, Rejection> {
    let (terms, permit) = (input.terms, &payload.permit);
    authorization::method(terms, TransferMethod::Permit2)?;
    if permit.spender != W::SPENDER {
        return Err(Rejection::Permit2Spender);
    }
    authorization::amount(permit.permitted.amount, terms, &NAMES)?;
    authorization::window(Window::new(permit.witness.valid_after(), permit.deadline), input.now, window, &NAMES)?;
    // Permit2 moves any token: the one that was signed for has to be the one that was asked for (row 93).
    if terms.asset().token().address() != Some(permit.permitted.token) {
        return Err(Rejection::Permit2Token);
    }
    authorization::recipient(permit.witness.to(), terms, &NAMES)?;
    Ok(Signed {
        digest: digest(payload, terms)?,
        signature: &payload.signature,
        from: payload.from,
        form: Form::FullOrCompact,
        wrong: Rejection::Permit2Signature,
    })
}

/// What the payer signs: the permit, in the domain of Permit2.
pub(crate) fn digest<W: Witness>(payload: &Permit2Payload<W>, terms: &Terms) -> Result<Digest, Rejection> {
    let chain = terms.network().chain_id().ok_or(Rejection::InvalidNetwork)?;
    Ok(payload.digest(&Domain::permit2(chain).separator()))
}

/// The proof, after all checks. The permit is still good at its deadline, and worthless a second later.
pub(crate) fn verified<W: Proxy>(payload: &Permit2Payload<W>, input: &VerifyInput<'_>) -> Verified {
    let (terms, permit) = (input.terms, &payload.permit);
    // What Permit2 spends: a bit of the owner's, whichever the token and the proxy (catalogue rule 9 and row 120).
    let key = ReplayKey::Permit2 { network: terms.network(), owner: payload.from, nonce: permit.nonce };
    let until = permit.deadline.checked_add(1).unwrap_or(permit.deadline);
    Verified::assertion(input.payment, terms, Account::Evm(payload.from), permit.permitted.amount, key, until)
}

/// What the chain has to say of a permit that is right in itself, before it is simulated: allowance before balance, as the specification
/// has it, and the nonce before both, because a permit that was settled may have used up either (catalogue row 142).
pub(crate) fn demands<W: Proxy>(payload: &Permit2Payload<W>) -> Vec<Demand> {
    let (owner, permit) = (payload.from, &payload.permit);
    let (token, amount) = (permit.permitted.token, permit.permitted.amount);
    let nonce = ChainQuery::PermitNonce { owner, nonce: permit.nonce };
    let allowance = ChainQuery::Allowance { token, owner, spender: PERMIT2 };
    let balance = ChainQuery::Balance { token, owner };
    vec![
        Demand::code(token, Rejection::AssetNotDeployed),
        Demand::code(W::SPENDER, Rejection::Permit2ProxyMissing),
        Demand::new(nonce, Needs::Unused, Rejection::Permit2NonceUsed).or_unknown(Rejection::Permit2ProxyMissing),
        Demand::new(allowance, Needs::AtLeast(amount), Rejection::Permit2Allowance).or_unknown(Rejection::AssetUnknown),
        Demand::new(balance, Needs::AtLeast(amount), Rejection::Permit2Balance).or_unknown(Rejection::AssetUnknown),
    ]
}

/// What a settlement calls, and what it has to leave behind.
pub(crate) fn plan<W: Proxy>(payload: &Permit2Payload<W>, terms: &Terms, charge: Amount) -> Result<Plan, Rejection> {
    let token = terms.asset().token().address().ok_or(Rejection::InvalidPaymentRequirements)?;
    let (permit, owner) = (&payload.permit, payload.from);
    let inner = payer::inner(&payload.signature)?;
    let arguments = Arguments::new()
        .address(permit.permitted.token)
        .word(permit.permitted.amount.to_be_bytes())
        .word(*permit.nonce.as_bytes())
        .seconds(permit.deadline);
    let data = permit.witness.arguments(arguments, owner, charge).tail(inner).call(W::SETTLE);
    let topics = vec![abi::TRANSFER, abi::address_word(owner), abi::address_word(permit.witness.to())];
    let transfer = ExpectedLog::new(token, topics, charge.to_be_bytes().to_vec());
    let settled = ExpectedLog::new(W::SPENDER, vec![abi::SETTLED], vec![]);
    let call = match permit.witness.sender() {
        Some(sender) => Call::new(W::SPENDER, data).by(sender),
        None => Call::new(W::SPENDER, data),
    };
    Ok(Plan::call(call, vec![transfer, settled]))
}
