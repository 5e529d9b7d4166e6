//! Tokens: ERC-20 with authorizations by signature (EIP-3009) and permits (EIP-2612), and the ways in which some of them differ.

use quittance_core::eip712::eip3009::{Authorization, CancelAuthorization, TransferWithAuthorization};
use quittance_core::eip712::{self, Digest, Domain, eip2612};
use quittance_core::keccak256;
use quittance_core::signature::{Form, Signature, SignatureError};
use quittance_core::{Address, Amount, Nonce, ReplayKey, Window};

use super::abi::{Reader, address_word, selector};
use super::run::{Deed, Failed, Surroundings, Trail, Written, refuse};
use super::state::{Code, State, Token};
use super::wallet;

/// How a token behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "a law must know every kind")]
pub enum Kind {
    /// As USDC does.
    #[default]
    Honest,
    /// It keeps so many hundredths of a percent of what is sent (catalogue row 145).
    FeeOnTransfer(u16),
    /// A used nonce is no reason to revert: the call succeeds and does nothing (row 145).
    SilentOnUsedNonce,
    /// It moves nothing, and lets another contract say that it had (row 146).
    Forger,
    /// It moves the money in two halves (row 146).
    InHalves,
}

/// Who says what a token of the kind [`Kind::Forger`] does not dare to say.
pub const ACCOMPLICE: Address = Address::from_bytes([0xfa; 20]);

/// A token that is called.
pub(super) struct Here<'a> {
    pub(super) address: Address,
    pub(super) token: &'a Token,
    pub(super) around: Surroundings,
}

pub(super) fn run(
    here: &Here<'_>,
    state: &mut State,
    sender: Address,
    called: &[u8],
    arguments: &[u8],
    trail: &mut Trail,
) -> Result<(), Failed> {
    let is = |signature: &str| called == selector(signature);
    let mut reader = Reader::new(arguments);
    if is("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)") {
        let authorization = authorization(&mut reader)?;
        let signature = reader.split_signature()?;
        reader.end()?;
        here.transfer_with_authorization(state, authorization, &signature, trail)
    } else if is("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)") {
        let authorization = authorization(&mut reader)?;
        let signature = reader.last_bytes()?;
        reader.end()?;
        here.transfer_with_authorization(state, authorization, signature, trail)
    } else if is("cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)") {
        let (authorizer, nonce, signature) = (reader.address()?, reader.nonce()?, reader.split_signature()?);
        reader.end()?;
        here.cancel_authorization(state, CancelAuthorization { authorizer, nonce }, &signature, trail)
    } else if is("cancelAuthorization(address,bytes32,bytes)") {
        let (authorizer, nonce, signature) = (reader.address()?, reader.nonce()?, reader.last_bytes()?);
        reader.end()?;
        here.cancel_authorization(state, CancelAuthorization { authorizer, nonce }, signature, trail)
    } else if is("transfer(address,uint256)") {
        let (to, value) = (reader.address()?, reader.amount()?);
        reader.end()?;
        trail.gas += 30_000;
        here.moved(state, sender, to, value, trail).map(|_| ())
    } else if is("approve(address,uint256)") {
        let (spender, value) = (reader.address()?, reader.amount()?);
        reader.end()?;
        here.approve(state, sender, spender, value, trail);
        Ok(())
    } else if is("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)") {
        let (owner, spender, value) = (reader.address()?, reader.address()?, reader.amount()?);
        let (deadline, signature) = (reader.seconds()?, reader.split_signature()?);
        reader.end()?;
        here.permit(state, eip2612::Permit { owner, spender, value, nonce: Amount::ZERO, deadline }, &signature, trail)
    } else {
        Err(Failed::NotUnderstood)
    }
}

fn authorization(reader: &mut Reader<'_>) -> Result<Authorization, Failed> {
    Ok(Authorization {
        from: reader.address()?,
        to: reader.address()?,
        value: reader.amount()?,
        window: Window::new(reader.seconds()?, reader.seconds()?),
        nonce: reader.nonce()?,
    })
}

impl Here<'_> {
    /// Both ends of the window are outside it; then the nonce; then the signature; then the money.
    fn transfer_with_authorization(
        &self,
        state: &mut State,
        asked: Authorization,
        signature: &[u8],
        trail: &mut Trail,
    ) -> Result<(), Failed> {
        trail.gas += 30_000;
        let now = self.around.time;
        if now <= asked.window.valid_after() {
            return refuse("FiatTokenV2: authorization is not yet valid");
        }
        if now >= asked.window.valid_before() {
            return refuse("FiatTokenV2: authorization is expired");
        }
        let place = (self.address, asked.from, asked.nonce);
        if state.authorizations.contains(&place) {
            return if self.token.kind == Kind::SilentOnUsedNonce {
                Ok(())
            } else {
                refuse("FiatTokenV2: authorization is used or canceled")
            };
        }
        self.signed(
            state,
            asked.from,
            self.digest(&TransferWithAuthorization(asked)),
            signature,
            "FiatTokenV2: invalid signature",
        )?;
        trail.gas += 30_000;
        state.authorizations.insert(place);
        trail.logs.push(self.about(asked.from, asked.nonce, "AuthorizationUsed(address,bytes32)"));
        let arrived = self.moved(state, asked.from, asked.to, asked.value, trail)?;
        let key = self.key(asked.from, asked.nonce);
        trail.deeds.push(Deed::Used { key, token: self.address, from: asked.from, to: asked.to, arrived });
        Ok(())
    }

    fn cancel_authorization(
        &self,
        state: &mut State,
        asked: CancelAuthorization,
        signature: &[u8],
        trail: &mut Trail,
    ) -> Result<(), Failed> {
        trail.gas += 30_000;
        if state.authorizations.contains(&(self.address, asked.authorizer, asked.nonce)) {
            return refuse("FiatTokenV2: authorization is used or canceled");
        }
        self.signed(state, asked.authorizer, self.digest(&asked), signature, "FiatTokenV2: invalid signature")?;
        self.cancelled(state, asked.authorizer, asked.nonce, trail);
        Ok(())
    }

    /// A cancellation that is known to be the payer's wish.
    pub(super) fn cancelled(&self, state: &mut State, authorizer: Address, nonce: Nonce, trail: &mut Trail) {
        state.authorizations.insert((self.address, authorizer, nonce));
        trail.logs.push(self.about(authorizer, nonce, "AuthorizationCanceled(address,bytes32)"));
        trail.deeds.push(Deed::Cancelled { key: self.key(authorizer, nonce) });
    }

    pub(super) fn approve(&self, state: &mut State, owner: Address, spender: Address, value: Amount, trail: &mut Trail) {
        trail.gas += 25_000;
        state.allowances.insert((self.address, owner, spender), value);
        let topics = vec![keccak256(b"Approval(address,address,uint256)"), address_word(owner), address_word(spender)];
        trail.logs.push(Written { emitter: self.address, topics, data: value.to_be_bytes().to_vec() });
    }

    /// An allowance by signature; which nonce was signed is the token's to say.
    pub(super) fn permit(
        &self,
        state: &mut State,
        asked: eip2612::Permit,
        signature: &[u8],
        trail: &mut Trail,
    ) -> Result<(), Failed> {
        let eip2612::Permit { owner, spender, value, deadline, .. } = asked;
        if self.around.time > deadline {
            return refuse("FiatTokenV2: permit is expired");
        }
        let used = state.permits.get(&(self.address, owner)).copied().unwrap_or(0);
        let permit = eip2612::Permit { nonce: Amount::from_u64(used), ..asked };
        self.signed(state, owner, self.digest(&permit), signature, "EIP2612: invalid signature")?;
        state.permits.insert((self.address, owner), used + 1);
        self.approve(state, owner, spender, value, trail);
        Ok(())
    }

    /// `transferFrom` by a spender who was allowed to; how much arrived.
    pub(super) fn transfer_from(
        &self,
        state: &mut State,
        spender: Address,
        owner: Address,
        to: Address,
        value: Amount,
        trail: &mut Trail,
    ) -> Result<Amount, Failed> {
        let allowed = state.allowance(self.address, owner, spender);
        let Some(left) = allowed.checked_sub(value) else { return refuse("ERC20: transfer amount exceeds allowance") };
        if allowed != Amount::MAX {
            state.allowances.insert((self.address, owner, spender), left);
        }
        self.moved(state, owner, to, value, trail)
    }

    /// Moves money in the token's own way, and says how much arrived.
    fn moved(&self, state: &mut State, from: Address, to: Address, value: Amount, trail: &mut Trail) -> Result<Amount, Failed> {
        let Some(left) = state.balance(self.address, from).checked_sub(value) else {
            return refuse("ERC20: transfer amount exceeds balance");
        };
        if let Some(Code::Told(gas)) = state.code.get(&to) {
            trail.gas += gas;
        }
        let (shares, emitter) = match self.token.kind {
            Kind::Honest | Kind::SilentOnUsedNonce => (vec![value], self.address),
            Kind::FeeOnTransfer(hundredths) => (vec![after_fee(value, hundredths)], self.address),
            Kind::InHalves => {
                let half = halved(value);
                (vec![half, value.checked_sub(half).unwrap_or(Amount::ZERO)], self.address)
            }
            Kind::Forger => (vec![value], ACCOMPLICE),
        };
        for share in &shares {
            let topics = vec![keccak256(b"Transfer(address,address,uint256)"), address_word(from), address_word(to)];
            trail.logs.push(Written { emitter, topics, data: share.to_be_bytes().to_vec() });
        }
        if self.token.kind == Kind::Forger {
            return Ok(Amount::ZERO);
        }
        state.balances.insert((self.address, from), left);
        let arrived = shares.iter().try_fold(Amount::ZERO, |sum, share| sum.checked_add(*share)).unwrap_or(value);
        let there = state.balance(self.address, to).checked_add(arrived);
        let Some(there) = there else { return refuse("ERC20: overflow") };
        state.balances.insert((self.address, to), there);
        Ok(arrived)
    }

    fn digest(&self, message: &impl eip712::Message) -> Digest {
        let domain = Domain::token(&self.token.name, &self.token.version, self.around.chain_id, self.address);
        eip712::digest(&domain.separator(), message)
    }

    /// Whether the signer agreed. Code decides for an address that has any, a delegated account's included.
    fn signed(&self, state: &State, signer: Address, digest: Digest, bytes: &[u8], otherwise: &str) -> Result<(), Failed> {
        if state.code.contains_key(&signer) {
            return if wallet::agrees(state, signer, &digest, bytes) { Ok(()) } else { refuse(otherwise) };
        }
        let signature = Signature::from_bytes(bytes, Form::Full).map_err(|error| match error {
            // not too large: no key signs with it
            SignatureError::RangeS if bytes.iter().skip(32).take(32).all(|byte| *byte == 0) => {
                refusal(SignatureError::NotRecoverable, otherwise)
            }
            error => refusal(error, otherwise),
        })?;
        quittance_core::signature::verify(&digest, &signature, signer).map_err(|error| refusal(error, otherwise))
    }

    fn about(&self, who: Address, nonce: Nonce, event: &str) -> Written {
        let topics = vec![keccak256(event.as_bytes()), address_word(who), *nonce.as_bytes()];
        Written { emitter: self.address, topics, data: Vec::new() }
    }

    const fn key(&self, from: Address, nonce: Nonce) -> ReplayKey {
        ReplayKey::Eip3009 { network: self.around.network, token: self.address, from, nonce }
    }
}

fn refusal(error: SignatureError, otherwise: &str) -> Failed {
    let text = match error {
        SignatureError::Length | SignatureError::TooLarge => "ECRecover: invalid signature length",
        SignatureError::RangeS | SignatureError::HighS => "ECRecover: invalid signature 's' value",
        SignatureError::RecoveryId => "ECRecover: invalid signature 'v' value",
        SignatureError::RangeR | SignatureError::NotRecoverable => "ECRecover: invalid signature",
        _ => otherwise,
    };
    Failed::Reverted(super::abi::words(text))
}

fn halved(value: Amount) -> Amount {
    let mut word = value.to_be_bytes();
    let mut carry = 0;
    for byte in &mut word {
        let next = *byte & 1;
        *byte = (*byte >> 1) | (carry << 7);
        carry = next;
    }
    Amount::from_be_bytes(word)
}

fn after_fee(value: Amount, hundredths: u16) -> Amount {
    // amounts of a test are small; what is not loses nothing
    let fee = value.to_u128().and_then(|value| value.checked_mul(hundredths.into())).map(|product| product / 10_000);
    value.checked_sub(Amount::from_u128(fee.unwrap_or(0))).unwrap_or(value)
}
