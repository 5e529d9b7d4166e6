//! Transfers by Permit2 (`scheme_exact_evm`, section 2; `scheme_upto_evm`): the payer signs for the Permit2 contract and names one of the
//! two x402 proxies as the spender, whose witness says what it may do.
//!
//! `exact` and `upto` are the same checks over two witnesses. A permit for one never passes as a permit for the other: the spender is
//! another, and so is the type that was signed (catalogue rows 93 and 95).

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainQuery, ExpectedLog, Plan, Step};
use quittance_core::eip712::permit2::{EXACT_PROXY, ExactWitness, PERMIT2, UPTO_PROXY, UptoWitness, Witness};
use quittance_core::eip712::{Digest, Domain};
use quittance_core::registry::TransferMethod;
use quittance_core::signature::Form;
use quittance_core::wire::Permit2Payload;
use quittance_core::{
    Account, Address, Amount, ChainMode, Rejection, ReplayKey, Terms, UnixSeconds, Verified, VerifyInput, Window, WindowRule,
};

use crate::abi::{self, Arguments};
use crate::authorization::{self, Names};
use crate::options::Options;
use crate::payer::{self, Signed};
use crate::sponsoring::{self, Grant, Wanted};
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
    /// `settleWithPermit` of this proxy.
    const SETTLE_WITH_PERMIT: [u8; 4];

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
    const SETTLE_WITH_PERMIT: [u8; 4] = abi::SETTLE_EXACT_WITH_PERMIT;

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
    const SETTLE_WITH_PERMIT: [u8; 4] = abi::SETTLE_UPTO_WITH_PERMIT;

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
    options: &Options<'_>,
) -> Result<(Permitted<'a, W>, Signed<'a>), Rejection> {
    let (terms, permit) = (input.terms, &payload.permit);
    authorization::method(terms, TransferMethod::Permit2)?;
    if permit.spender != W::SPENDER {
        return Err(Rejection::Permit2Spender);
    }
    authorization::amount(permit.permitted.amount, terms, &NAMES)?;
    let window = Window::new(permit.witness.valid_after(), permit.deadline);
    authorization::window(window, input.now, &options.within(WindowRule::PERMIT2), &NAMES)?;
    // Permit2 moves any token: the one that was signed for has to be the one that was asked for (row 93).
    if terms.asset().token().address() != Some(permit.permitted.token) {
        return Err(Rejection::Permit2Token);
    }
    authorization::recipient(permit.witness.to(), terms, &NAMES)?;
    let signed = Signed {
        digest: input.digest().map_or_else(|| digest(payload, terms), Ok)?,
        signature: &payload.signature,
        from: payload.from,
        form: Form::FullOrCompact,
        wrong: Rejection::Permit2Signature,
    };
    let grant = sponsoring::find(input.payment, terms, wanted(payload), options, Some(input.now))?;
    Ok((Permitted { payload, grant }, signed))
}

/// A permit that is right in itself, and the allowance that it brings along.
pub(crate) struct Permitted<'a, W> {
    pub(crate) payload: &'a Permit2Payload<W>,
    grant: Option<Grant>,
}

impl<'a, W: Proxy> Permitted<'a, W> {
    /// The permit of a payment that was verified before.
    pub(crate) fn again(payload: &'a Permit2Payload<W>, verified: &Verified, options: &Options<'_>) -> Result<Self, Rejection> {
        let grant = sponsoring::find(verified.payment(), verified.terms(), wanted(payload), options, None)?;
        Ok(Self { payload, grant })
    }
}

/// What Permit2 has to be allowed to take.
fn wanted<W>(payload: &Permit2Payload<W>) -> Wanted {
    let permitted = payload.permit.permitted;
    Wanted { owner: payload.from, token: permitted.token, amount: permitted.amount }
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
///
/// Whoever brings an allowance along needs none yet. It is simulated with the settlement where it is part of the same call; a transaction
/// that has to be sent before is not simulated, and nothing that depends on it is.
pub(crate) fn demands<W: Proxy>(
    permitted: &Permitted<'_, W>,
    input: &VerifyInput<'_>,
    options: &Options<'_>,
) -> Result<Vec<Demand>, Rejection> {
    let wanted @ Wanted { owner, token, amount } = wanted(permitted.payload);
    let nonce = ChainQuery::PermitNonce { owner, nonce: permitted.payload.permit.nonce };
    let allowance = ChainQuery::Allowance { token, owner, spender: PERMIT2 };
    let balance = ChainQuery::Balance { token, owner };
    let brought = permitted.grant.as_ref().map(|grant| grant.demands(wanted, options.funding)).unwrap_or_default();
    let mut demands = vec![
        Demand::code(token, Rejection::AssetNotDeployed),
        Demand::code(W::SPENDER, Rejection::Permit2ProxyMissing),
        Demand::new(nonce, Needs::Unused, Rejection::Permit2NonceUsed).or_unknown(Rejection::Permit2ProxyMissing),
        Demand::new(allowance, Needs::AtLeast(amount), Rejection::Permit2Allowance).or_unknown(Rejection::AssetUnknown).or(brought),
        Demand::new(balance, Needs::AtLeast(amount), Rejection::Permit2Balance).or_unknown(Rejection::AssetUnknown),
    ];
    if input.mode == ChainMode::Simulated && !matches!(permitted.grant, Some(Grant::Approval { .. })) {
        let plan = plan(permitted, input.terms, amount, options)?;
        demands.push(Demand::success(&plan, input, Rejection::Permit2Simulation));
    }
    Ok(demands)
}

/// What a settlement calls, and what it has to leave behind.
pub(crate) fn plan<W: Proxy>(
    permitted: &Permitted<'_, W>,
    terms: &Terms,
    charge: Amount,
    options: &Options<'_>,
) -> Result<Plan, Rejection> {
    let payload = permitted.payload;
    let token = terms.asset().token().address().ok_or(Rejection::InvalidPaymentRequirements)?;
    let (permit, owner) = (&payload.permit, payload.from);
    let inner = payer::inner(&payload.signature)?;
    let (arguments, settle, event) = match &permitted.grant {
        Some(Grant::Permit { permit, signature }) => {
            let arguments = Arguments::new().word(permit.value.to_be_bytes()).seconds(permit.deadline);
            (arguments.signature_then_v(&signature.to_bytes()), W::SETTLE_WITH_PERMIT, abi::SETTLED_WITH_PERMIT)
        }
        _ => (Arguments::new(), W::SETTLE, abi::SETTLED),
    };
    let arguments = arguments
        .address(permit.permitted.token)
        .word(permit.permitted.amount.to_be_bytes())
        .word(*permit.nonce.as_bytes())
        .seconds(permit.deadline);
    let data = permit.witness.arguments(arguments, owner, charge).tail(inner).call(settle);
    let topics = vec![abi::TRANSFER, abi::address_word(owner), abi::address_word(permit.witness.to())];
    let transfer = ExpectedLog::new(token, topics, charge.to_be_bytes().to_vec());
    let settled = ExpectedLog::new(W::SPENDER, vec![event], vec![]);
    let call = match permit.witness.sender() {
        Some(sender) => Call::new(W::SPENDER, data).by(sender),
        None => Call::new(W::SPENDER, data),
    };
    let mut plan = Plan::call(call, vec![transfer, settled]);
    if let Some(Grant::Approval { transaction, cost, .. }) = &permitted.grant {
        plan.steps.insert(0, Step::Broadcast(transaction.clone()));
        if !options.funding.is_zero() {
            plan.steps.insert(0, Step::Fund { account: owner, needs: *cost, most: options.funding });
        }
    }
    plan.steps.splice(0..0, payer::deployment(&payload.signature, owner, options.payers)?);
    Ok(plan)
}
