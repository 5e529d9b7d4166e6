//! `exact` by EIP-3009 (`scheme_exact_evm`, section 1).

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainQuery, ExpectedLog, Plan};
use quittance_core::eip712::Digest;
use quittance_core::registry::{Erc20, TransferMethod};
use quittance_core::signature::Form;
use quittance_core::wire::Eip3009Payload;
use quittance_core::{Account, Address, ChainMode, Rejection, ReplayKey, Terms, Verified, VerifyInput, WindowRule};

use crate::abi::{self, Arguments};
use crate::authorization::{self, Names};
use crate::options::Options;
use crate::payer::{self, Payers, Signed};
use crate::state::{Demand, Needs};

const NAMES: Names = Names {
    amount: Rejection::Eip3009Value,
    recipient: Rejection::Eip3009Recipient,
    expired: Rejection::Eip3009ValidBefore,
    early: Rejection::Eip3009ValidAfter,
};

/// Checks a payment against the seller's terms, up to who signed it.
///
/// The specification lists signature, amount, window, recipient. Here the order is the same but for the signature, which comes last
/// because it costs a thousand times what the others do (catalogue rule 10); of several faults the cheapest is named.
pub(crate) fn examine<'a>(
    payload: &'a Eip3009Payload,
    input: &VerifyInput<'_>,
    options: &Options<'_>,
) -> Result<Signed<'a>, Rejection> {
    let (terms, paid) = (input.terms, &payload.authorization);
    authorization::amount(paid.value, terms, &NAMES)?;
    authorization::window(paid.window, input.now, &options.within(WindowRule::EIP3009), &NAMES)?;
    authorization::recipient(paid.to, terms, &NAMES)?;
    let digest = input.digest().map_or_else(|| digest(payload, terms), Ok)?;
    authorization::method(terms, TransferMethod::Eip3009)?;
    Ok(Signed { digest, signature: &payload.signature, from: paid.from, form: Form::Full, wrong: Rejection::Eip3009Signature })
}

/// What the payer signs: the transfer, in the domain of the token.
pub(crate) fn digest(payload: &Eip3009Payload, terms: &Terms) -> Result<Digest, Rejection> {
    let known = terms.asset().registered().and_then(|info| info.erc20());
    if known.is_some_and(|token| token.transfer != TransferMethod::Eip3009) {
        return Err(Rejection::Eip3009NotSupported);
    }
    Ok(payload.digest(&authorization::domain(terms, token(terms)?)?))
}

/// The proof, after all checks.
pub(crate) fn verified(payload: &Eip3009Payload, input: &VerifyInput<'_>) -> Result<Verified, Rejection> {
    let (terms, paid) = (input.terms, &payload.authorization);
    // What the token spends (catalogue rule 9).
    let key = ReplayKey::Eip3009 { network: terms.network(), token: token(terms)?, from: paid.from, nonce: paid.nonce };
    let (payer, until) = (Account::Evm(paid.from), paid.window.valid_before());
    Ok(Verified::assertion(input.payment, terms, payer, paid.value, key, until))
}

/// What the chain has to say of a payment that is right in itself, before it is simulated.
///
/// The specification lists signature, balance and simulation, and leaves the nonce to the simulation. Here the nonce comes before the
/// balance: a payer who has paid with this very authorization may have nothing left, and has to hear that it is used (catalogue row 142).
/// Of a token in the registry the balance only names why a simulation fails: it is known to revert where it cannot transfer. So does the nonce
/// where the registry says that the token reverts on a used one. Another may do nothing and say yes, so that its word on both is asked for too.
pub(crate) fn demands(payload: &Eip3009Payload, input: &VerifyInput<'_>, options: &Options<'_>) -> Result<Vec<Demand>, Rejection> {
    let (paid, token) = (&payload.authorization, token(input.terms)?);
    let nonce = ChainQuery::NonceState { token, authorizer: paid.from, nonce: paid.nonce };
    let balance = ChainQuery::Balance { token, owner: paid.from };
    let nonce = Demand::new(nonce, Needs::Unused, Rejection::Eip3009NonceUsed).or_unknown(Rejection::Eip3009NotSupported);
    let balance =
        Demand::new(balance, Needs::AtLeast(paid.value), Rejection::InsufficientFunds).or_unknown(Rejection::AssetUnknown);
    let mut demands = Vec::with_capacity(4);
    demands.push(Demand::code(token, Rejection::AssetNotDeployed));
    if input.mode != ChainMode::Simulated {
        demands.extend([nonce, balance]);
        return Ok(demands);
    }
    let success = Demand::success(&plan(payload, input.terms, options.payers)?, input, Rejection::Eip3009Simulation);
    let proved = success.is_met(input);
    let known = input.terms.asset().registered().and_then(|info| info.erc20());
    let shown = |reverts: bool, demand: &Demand| reverts && proved && demand.is_open(input);
    if !shown(known.is_some_and(Erc20::reverts_on_used_nonce), &nonce) {
        demands.push(nonce);
    }
    if !shown(known.is_some(), &balance) {
        demands.push(balance);
    }
    demands.push(success);
    Ok(demands)
}

fn token(terms: &Terms) -> Result<Address, Rejection> {
    terms.asset().token().address().ok_or(Rejection::InvalidPaymentRequirements)
}

/// What a settlement calls, and what it has to leave behind.
///
/// The overload with `v`, `r` and `s` takes a key's 65 bytes; any other signature goes through the one with `bytes`, a wrapper without
/// its wrapping, because the token asks the wallet that is there.
pub(crate) fn plan(payload: &Eip3009Payload, terms: &Terms, payers: Payers<'_>) -> Result<Plan, Rejection> {
    let paid = &payload.authorization;
    let token = token(terms)?;
    let inner = payer::inner(&payload.signature)?;
    let arguments = Arguments::new()
        .address(paid.from)
        .address(paid.to)
        .word(paid.value.to_be_bytes())
        .seconds(paid.window.valid_after())
        .seconds(paid.window.valid_before())
        .word(*paid.nonce.as_bytes());
    let data = match <&[u8; 65]>::try_from(inner) {
        Ok(signature) => arguments.signature(signature).call(abi::TRANSFER_WITH_SIGNATURE),
        Err(_) => arguments.tail(inner).call(abi::TRANSFER_WITH_BYTES),
    };
    let transfer = ExpectedLog::new(
        token,
        vec![abi::TRANSFER, abi::address_word(paid.from), abi::address_word(paid.to)],
        paid.value.to_be_bytes().to_vec(),
    );
    let used =
        ExpectedLog::new(token, vec![abi::AUTHORIZATION_USED, abi::address_word(paid.from), *paid.nonce.as_bytes()], Vec::new());
    let mut plan = Plan::call(Call::new(token, data), vec![transfer, used]);
    plan.steps.splice(0..0, payer::deployment(&payload.signature, paid.from, payers)?);
    Ok(plan)
}
