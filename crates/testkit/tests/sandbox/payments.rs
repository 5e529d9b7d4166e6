//! Payments that the accounts of the sandbox sign.

use quittance_core::eip712::eip2612::Permit;
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain};
use quittance_core::json::Object;
use quittance_core::registry::{default_asset, networks::BASE_SEPOLIA};
use quittance_core::signature::{SignatureBytes, Wrapped};
use quittance_core::wire::{Eip2612GasSponsoring, Eip3009Payload, Extension, Extensions, PaymentPayload, Permit2Payload};
use quittance_core::{Address, Amount, Money, Nonce, Payment, SecretKey, Terms, UnixSeconds, Window, keccak256};

use super::node::key;

pub(crate) const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
pub(crate) const PRICE: Amount = Amount::from_u64(10_000);

pub(crate) fn terms() -> Terms {
    let usdc = default_asset(BASE_SEPOLIA).expect("the registry has it");
    Terms::exact(usdc, &Money::parse("$0.01").expect("a price"), PAYEE, 60).expect("an offer")
}

/// The offer of a scheme by Permit2, settled by account 0.
pub(crate) fn permit2_terms(scheme: &str) -> Terms {
    let facilitator = key(0).address().to_string();
    let extra: Object =
        [("assetTransferMethod", "permit2"), ("name", "USDC"), ("version", "2"), ("facilitatorAddress", &facilitator)]
            .into_iter()
            .collect();
    let mut offer = terms().requirements().clone().with_extra(extra);
    offer.scheme = scheme.into();
    Terms::parse(offer).expect("an offer")
}

pub(crate) fn token() -> Address {
    terms().asset().token().address().expect("a contract")
}

fn seconds(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(seconds)
}

pub(crate) fn nonce(name: &str) -> Nonce {
    Nonce::from_bytes(keccak256(name.as_bytes()))
}

pub(crate) fn transfer(from: Address, name: &str, now: u64) -> Transfer {
    let to = Address::parse(PAYEE).expect("an address");
    Transfer { from, to, value: PRICE, window: Window::new(seconds(0), seconds(now + 60)), nonce: nonce(name) }
}

/// A payment by EIP-3009, signed by a key that need not be the payer's.
pub(crate) fn by_eip3009(key: &SecretKey, transfer: Transfer) -> Payment {
    let domain = Domain::token("USDC", "2", 84_532, token()).separator();
    with_signature(Eip3009Payload::sign(key, &domain, transfer).signature, transfer)
}

/// The same, in the wrapper of a wallet that is still to be deployed.
pub(crate) fn wrapped(key: &SecretKey, transfer: Transfer, factory: Address, calldata: &[u8]) -> Payment {
    let domain = Domain::token("USDC", "2", 84_532, token()).separator();
    let inner = Eip3009Payload::sign(key, &domain, transfer).signature;
    let wrapper = Wrapped::new(factory, calldata, inner.as_bytes()).expect("small enough").to_bytes();
    with_signature(SignatureBytes::from_bytes(&wrapper).expect("small enough"), transfer)
}

fn with_signature(signature: SignatureBytes, transfer: Transfer) -> Payment {
    let payload = Eip3009Payload::new(signature, transfer);
    PaymentPayload::new(terms().requirements().clone(), (&payload).into()).try_into().expect("a payment")
}

fn by_permit2<W: Witness>(
    key: &SecretKey,
    scheme: &str,
    spender: Address,
    witness: W,
    name: &str,
    now: u64,
    more: Extensions,
) -> Payment
where
    Object: for<'a> From<&'a Permit2Payload<W>>,
{
    let permit = PermitWitnessTransferFrom {
        permitted: TokenPermissions { token: token(), amount: PRICE },
        spender,
        nonce: nonce(name),
        deadline: seconds(now + 60),
        witness,
    };
    let signature = key.sign(&eip712::digest(&Domain::permit2(84_532).separator(), &permit));
    let payload = Permit2Payload::new(signature, key.address(), permit);
    let mut paid = PaymentPayload::new(permit2_terms(scheme).requirements().clone(), (&payload).into());
    paid.extensions = Some(more);
    paid.try_into().expect("a payment")
}

pub(crate) fn exact_permit(key: &SecretKey, name: &str, now: u64, more: Extensions) -> Payment {
    let witness = ExactWitness { to: Address::parse(PAYEE).expect("an address"), valid_after: seconds(0) };
    by_permit2(key, "exact", EXACT_PROXY, witness, name, now, more)
}

pub(crate) fn upto_permit(key: &SecretKey, name: &str, now: u64, more: Extensions) -> Payment {
    let to = Address::parse(PAYEE).expect("an address");
    let witness = UptoWitness { to, facilitator: super::node::key(0).address(), valid_after: seconds(0) };
    by_permit2(key, "upto", UPTO_PROXY, witness, name, now, more)
}

/// Permit2's allowance by EIP-2612.
pub(crate) fn allowance(key: &SecretKey, number: u64, now: u64) -> Extensions {
    let permit = Permit {
        owner: key.address(),
        spender: PERMIT2,
        value: PRICE,
        nonce: Amount::from_u64(number),
        deadline: seconds(now + 60),
    };
    let signature = key.sign(&eip712::digest(&Domain::token("USDC", "2", 84_532, token()).separator(), &permit));
    extension(Eip2612GasSponsoring::ID, &(&Eip2612GasSponsoring::new(token(), permit, signature)).into())
}

pub(crate) fn extension(id: &str, entry: &Extension) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.insert(id, entry);
    extensions
}
