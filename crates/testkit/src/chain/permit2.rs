//! Permit2 and the two proxies of x402 in front of it.

use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain, eip2612};
use quittance_core::keccak256;
use quittance_core::signature::{Form, Signature, SignatureError};
use quittance_core::{Address, Amount, Nonce, ReplayKey, UnixSeconds};

use super::abi::{Reader, address_word, selector};
use super::run::{Deed, Failed, Surroundings, Trail, Written, refuse, refuse_by};
use super::state::{Code, State};
use super::token::Here;
use super::wallet;

/// What is signed for Permit2, short of the witness.
struct Permit {
    permitted: TokenPermissions,
    nonce: Nonce,
    deadline: UnixSeconds,
}

/// An allowance that comes along (EIP-2612).
struct Allowance {
    value: Amount,
    deadline: UnixSeconds,
    signature: Vec<u8>,
}

fn allowance(reader: &mut Reader<'_>) -> Result<Allowance, Failed> {
    let (value, deadline, r, s, v) = (reader.amount()?, reader.seconds()?, reader.word()?, reader.word()?, reader.byte()?);
    Ok(Allowance { value, deadline, signature: [&r[..], &s, &[v]].concat() })
}

fn permit(reader: &mut Reader<'_>) -> Result<Permit, Failed> {
    let permitted = TokenPermissions { token: reader.address()?, amount: reader.amount()? };
    Ok(Permit { permitted, nonce: reader.nonce()?, deadline: reader.seconds()? })
}

/// The proxy that anybody may call, for all of what was permitted.
pub(super) fn exact(
    state: &mut State,
    around: Surroundings,
    called: &[u8],
    arguments: &[u8],
    trail: &mut Trail,
) -> Result<(), Failed> {
    let mut reader = Reader::new(arguments);
    let sponsored = sponsored(called, EXACT, EXACT_WITH_PERMIT, &mut reader)?;
    let permit = permit(&mut reader)?;
    let owner = reader.address()?;
    let witness = ExactWitness { to: reader.address()?, valid_after: reader.seconds()? };
    let signature = reader.last_bytes()?;
    reader.end()?;
    trail.gas += 40_000;
    allow(state, around, sponsored.as_ref(), &permit, owner, EXACT_PROXY, trail)?;
    let settlement = Settlement {
        amount: permit.permitted.amount,
        to: witness.to,
        valid_after: witness.valid_after,
        proxy: EXACT_PROXY,
        owner,
        witness,
        permit,
    };
    settlement.run(state, around, signature, trail)?;
    trail.logs.push(settled(EXACT_PROXY, sponsored.is_some()));
    Ok(())
}

/// The proxy for the one facilitator that was named, for at most what was permitted.
pub(super) fn upto(
    state: &mut State,
    around: Surroundings,
    sender: Address,
    called: &[u8],
    arguments: &[u8],
    trail: &mut Trail,
) -> Result<(), Failed> {
    let mut reader = Reader::new(arguments);
    let sponsored = sponsored(called, UPTO, UPTO_WITH_PERMIT, &mut reader)?;
    let permit = permit(&mut reader)?;
    let (amount, owner) = (reader.amount()?, reader.address()?);
    let witness = UptoWitness { to: reader.address()?, facilitator: reader.address()?, valid_after: reader.seconds()? };
    let signature = reader.last_bytes()?;
    reader.end()?;
    trail.gas += 40_000;
    allow(state, around, sponsored.as_ref(), &permit, owner, UPTO_PROXY, trail)?;
    if sender != witness.facilitator {
        return refuse_by("UnauthorizedFacilitator()");
    }
    if amount > permit.permitted.amount {
        return refuse_by("AmountExceedsPermitted()");
    }
    let settlement =
        Settlement { amount, to: witness.to, valid_after: witness.valid_after, proxy: UPTO_PROXY, owner, witness, permit };
    settlement.run(state, around, signature, trail)?;
    trail.logs.push(settled(UPTO_PROXY, sponsored.is_some()));
    Ok(())
}

/// Which of the two functions of a proxy is called, and the allowance that one of them brings.
fn sponsored(called: &[u8], plain: &str, with: &str, reader: &mut Reader<'_>) -> Result<Option<Allowance>, Failed> {
    if called == selector(plain) {
        Ok(None)
    } else if called == selector(with) {
        allowance(reader).map(Some)
    } else {
        Err(Failed::NotUnderstood)
    }
}

/// Hands an allowance over. That it fails is no reason to stop, for somebody may have handed it over before.
fn allow(
    state: &mut State,
    around: Surroundings,
    allowance: Option<&Allowance>,
    permit: &Permit,
    owner: Address,
    proxy: Address,
    trail: &mut Trail,
) -> Result<(), Failed> {
    let Some(allowance) = allowance else { return Ok(()) };
    if allowance.value != permit.permitted.amount {
        return refuse_by("Permit2612AmountMismatch()");
    }
    let address = permit.permitted.token;
    let Some(Code::Token(token)) = state.code.get(&address).cloned() else { return Err(Failed::NotUnderstood) };
    let here = Here { address, token: &token, around };
    let Allowance { value, deadline, ref signature } = *allowance;
    let asked = eip2612::Permit { owner, spender: PERMIT2, value, nonce: Amount::ZERO, deadline };
    let handed = here.permit(state, asked, signature, trail);
    if let Err(failed) = handed {
        let data = if let Failed::Reverted(data) = failed { data } else { Vec::new() };
        let event = keccak256(b"EIP2612PermitFailedWithReason(address,address,string)");
        let topics = vec![event, address_word(address), address_word(owner)];
        trail.logs.push(Written { emitter: proxy, topics, data: data.get(4..).unwrap_or_default().to_vec() });
    }
    Ok(())
}

fn settled(proxy: Address, sponsored: bool) -> Written {
    let event = if sponsored { "SettledWithPermit()" } else { "Settled()" };
    Written { emitter: proxy, topics: vec![keccak256(event.as_bytes())], data: Vec::new() }
}

struct Settlement<W> {
    permit: Permit,
    witness: W,
    amount: Amount,
    to: Address,
    valid_after: UnixSeconds,
    proxy: Address,
    owner: Address,
}

impl<W: Witness + Copy> Settlement<W> {
    fn run(&self, state: &mut State, around: Surroundings, signature: &[u8], trail: &mut Trail) -> Result<(), Failed> {
        if self.owner == Address::ZERO {
            return refuse_by("InvalidOwner()");
        }
        if self.to == Address::ZERO {
            return refuse_by("InvalidDestination()");
        }
        if self.amount.is_zero() {
            return refuse_by("InvalidAmount()");
        }
        if around.time < self.valid_after {
            return refuse_by("PaymentTooEarly()");
        }
        self.permit_witness_transfer_from(state, around, signature, trail)
    }

    /// Permit2's own part: unlike the token's window its last second is inside, and the bit is set whatever the token.
    fn permit_witness_transfer_from(
        &self,
        state: &mut State,
        around: Surroundings,
        signature: &[u8],
        trail: &mut Trail,
    ) -> Result<(), Failed> {
        let Permit { permitted, nonce, deadline } = self.permit;
        if around.time > deadline {
            let word = Amount::from_u64(deadline.as_secs()).to_be_bytes();
            return Err(Failed::Reverted([&selector("SignatureExpired(uint256)")[..], &word].concat()));
        }
        if !state.bits.insert((self.owner, nonce)) {
            return refuse_by("InvalidNonce()");
        }
        let message = PermitWitnessTransferFrom { permitted, spender: self.proxy, nonce, deadline, witness: self.witness };
        let digest = eip712::digest(&Domain::permit2(around.chain_id).separator(), &message);
        if state.code.contains_key(&self.owner) {
            if !wallet::agrees(state, self.owner, &digest, signature) {
                return refuse_by("InvalidContractSignature()");
            }
        } else {
            self.by_key(&digest, signature)?;
        }
        trail.gas += 35_000;
        let Some(Code::Token(token)) = state.code.get(&permitted.token).cloned() else {
            return refuse("TRANSFER_FROM_FAILED");
        };
        let here = Here { address: permitted.token, token: &token, around };
        let moved = here.transfer_from(state, PERMIT2, self.owner, self.to, self.amount, trail);
        let Ok(arrived) = moved else { return refuse("TRANSFER_FROM_FAILED") };
        let key = ReplayKey::Permit2 { network: around.network, owner: self.owner, nonce };
        trail.deeds.push(Deed::Used { key, token: permitted.token, from: self.owner, to: self.to, arrived });
        Ok(())
    }

    /// Either form of a signature, and either of the twins of `s`.
    fn by_key(&self, digest: &eip712::Digest, bytes: &[u8]) -> Result<(), Failed> {
        let signature = Signature::from_bytes(bytes, Form::FullOrCompact);
        let signature = match signature {
            Err(SignatureError::HighS) => low_twin(bytes).ok_or(SignatureError::HighS),
            other => other,
        };
        let checked = signature.and_then(|signature| quittance_core::signature::verify(digest, &signature, self.owner));
        match checked {
            Ok(()) => Ok(()),
            Err(SignatureError::Length | SignatureError::TooLarge) => refuse_by("InvalidSignatureLength()"),
            Err(SignatureError::WrongSigner | SignatureError::ZeroSigner) => refuse_by("InvalidSigner()"),
            Err(_) => refuse_by("InvalidSignature()"),
        }
    }
}

/// The signature with the small `s` that says the same as 65 bytes with the large one.
fn low_twin(bytes: &[u8]) -> Option<Signature> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6,
        0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];
    let bytes = <&[u8; 65]>::try_from(bytes).ok()?;
    let (r, rest) = bytes.split_at(32);
    let (s, v) = rest.split_at(32);
    let s = Amount::from_be_bytes(ORDER).checked_sub(Amount::from_be_bytes(s.try_into().ok()?))?.to_be_bytes();
    let v = 55_u8.checked_sub(*v.first()?)?;
    Signature::parse_65(&[r, &s, &[v]].concat()).ok()
}

/// The token, the owner and the nonce of a settlement through a proxy.
pub(super) fn named(data: &[u8]) -> Option<(Address, Address, Nonce)> {
    let (called, arguments) = data.split_at_checked(4)?;
    let is = |signature: &str| called == selector(signature);
    let mut reader = Reader::new(arguments);
    let (with_permit, with_amount) = (is(EXACT_WITH_PERMIT) || is(UPTO_WITH_PERMIT), is(UPTO) || is(UPTO_WITH_PERMIT));
    if !with_permit && !with_amount && !is(EXACT) {
        return None;
    }
    if with_permit {
        allowance(&mut reader).ok()?;
    }
    let permit = permit(&mut reader).ok()?;
    if with_amount {
        reader.word().ok()?;
    }
    Some((permit.permitted.token, reader.address().ok()?, permit.nonce))
}

const EXACT: &str = "settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)";
const EXACT_WITH_PERMIT: &str =
    "settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),address,(address,uint256),bytes)";
const UPTO: &str = "settle(((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)";
const UPTO_WITH_PERMIT: &str = "settleWithPermit((uint256,uint256,bytes32,bytes32,uint8),((address,uint256),uint256,uint256),uint256,address,(address,address,uint256),bytes)";
