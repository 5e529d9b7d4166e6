//! What the schemes put into `payload`.
//!
//! Spec: `scheme_exact_evm.md` sections 1 and 2, `scheme_upto_evm.md`, `scheme_exact_svm.md`. Numbers are decimal text, nonces of
//! EIP-3009 are `0x` and 64 digits, nonces of Permit2 are decimal (map S11: one sample of the specification has hexadecimal, which
//! would be a second spelling of the same payment; catalogue row 33).

use alloc::string::String;

use super::{Members, Wire, Writer, wire_object};
use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::eip3009::{Authorization, TransferWithAuthorization};
use crate::eip712::permit2::{ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UptoWitness, Witness};
use crate::eip712::{self, Digest, DomainSeparator};
use crate::error::DecodeError;
use crate::json::Object;
use crate::nonce::Nonce;
use crate::signature::{SecretKey, SignatureBytes};
use crate::time::UnixSeconds;
use crate::window::Window;

/// `exact` by EIP-3009: the transfer, and the payer's signature over it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Eip3009Payload {
    /// The signature.
    pub signature: SignatureBytes,
    /// What it authorizes.
    pub authorization: Authorization,
}

impl Eip3009Payload {
    /// A signed transfer.
    #[must_use]
    pub fn new(signature: impl Into<SignatureBytes>, authorization: Authorization) -> Self {
        Self { signature: signature.into(), authorization }
    }

    /// Signs a transfer with a key in memory, in the domain of the token.
    #[must_use]
    pub fn sign(key: &SecretKey, domain: &DomainSeparator, authorization: Authorization) -> Self {
        Self::new(key.sign(&eip712::digest(domain, &TransferWithAuthorization(authorization))), authorization)
    }

    /// What the signature has to cover, in the domain of the token.
    #[must_use]
    pub fn digest(&self, domain: &DomainSeparator) -> Digest {
        eip712::digest(domain, &TransferWithAuthorization(self.authorization))
    }
}

impl Wire for Eip3009Payload {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { signature: members.parsed("signature", SignatureBytes::parse)?, authorization: members.nested(AUTHORIZATION)? })
    }

    fn write(&self) -> Object {
        Writer::new().member("signature", self.signature.to_hex()).member(AUTHORIZATION, self.authorization.write()).done()
    }
}

impl Wire for Authorization {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            from: members.party("from")?,
            to: members.party("to")?,
            value: members.parsed("value", Amount::parse)?,
            window: Window::new(
                members.parsed("validAfter", UnixSeconds::parse)?,
                members.parsed("validBefore", UnixSeconds::parse)?,
            ),
            nonce: members.parsed("nonce", Nonce::parse)?,
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .shown("from", self.from)
            .shown("to", self.to)
            .shown("value", self.value)
            .shown("validAfter", self.window.valid_after())
            .shown("validBefore", self.window.valid_before())
            .shown("nonce", self.nonce)
            .done()
    }
}

/// `exact` or `upto` by Permit2: the permit, who gave it, and the signature over it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Permit2Payload<W> {
    /// The signature.
    pub signature: SignatureBytes,
    /// Who signed. The permit itself does not say; it is whoever the signature recovers to.
    pub from: Address,
    /// What is authorized.
    pub permit: PermitWitnessTransferFrom<W>,
}

impl<W: Witness> Permit2Payload<W> {
    /// What the signature has to cover, in the domain of Permit2.
    #[must_use]
    pub fn digest(&self, domain: &DomainSeparator) -> Digest {
        eip712::digest(domain, &self.permit)
    }

    /// A signed permit.
    #[must_use]
    pub fn new(signature: impl Into<SignatureBytes>, from: Address, permit: PermitWitnessTransferFrom<W>) -> Self {
        Self { signature: signature.into(), from, permit }
    }
}

/// The member whose presence says that Permit2 is meant (`scheme_exact_evm.md`, section 2).
pub(crate) const PERMIT: &str = "permit2Authorization";
/// The member whose presence says that EIP-3009 is meant.
pub(crate) const AUTHORIZATION: &str = "authorization";
/// The member whose presence says that ERC-7710 is meant (`scheme_exact_evm.md`, section 3).
pub(crate) const DELEGATION: &str = "delegationManager";

impl<W: Wire> Wire for Permit2Payload<W> {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let signature = members.parsed("signature", SignatureBytes::parse)?;
        let mut given = members.members(PERMIT)?;
        let permit = read_permit(&mut given).and_then(|(from, permit)| {
            let PermitWitnessTransferFrom { permitted, spender, nonce, deadline, witness: () } = permit;
            let witness = given.nested("witness")?;
            Ok((from, PermitWitnessTransferFrom { permitted, spender, nonce, deadline, witness }))
        });
        let (from, permit) = permit.map_err(|e| e.inside(PERMIT))?;
        Ok(Self { signature, from, permit })
    }

    fn write(&self) -> Object {
        let PermitWitnessTransferFrom { permitted, spender, nonce, deadline, witness } = &self.permit;
        let authorization = Writer::new()
            .shown("from", self.from)
            .member("permitted", permitted.write())
            .shown("spender", *spender)
            .shown("nonce", nonce.to_decimal())
            .shown("deadline", *deadline)
            .member("witness", witness.write())
            .done();
        Writer::new().member("signature", self.signature.to_hex()).member(PERMIT, authorization).done()
    }
}

/// Who gave a permit, and all of it but the witness, which is what the schemes differ in.
fn read_permit(given: &mut Members<'_>) -> Result<(Address, PermitWitnessTransferFrom<()>), DecodeError> {
    let from = given.party("from")?;
    let permit = PermitWitnessTransferFrom {
        permitted: given.nested("permitted")?,
        spender: given.party("spender")?,
        nonce: given.parsed("nonce", Nonce::parse_decimal)?,
        deadline: given.parsed("deadline", UnixSeconds::parse)?,
        witness: (),
    };
    Ok((from, permit))
}

impl Wire for TokenPermissions {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { token: members.party("token")?, amount: members.parsed("amount", Amount::parse)? })
    }

    fn write(&self) -> Object {
        Writer::new().shown("token", self.token).shown("amount", self.amount).done()
    }
}

impl Wire for ExactWitness {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { to: members.party("to")?, valid_after: members.parsed("validAfter", UnixSeconds::parse)? })
    }

    fn write(&self) -> Object {
        Writer::new().shown("to", self.to).shown("validAfter", self.valid_after).done()
    }
}

impl Wire for UptoWitness {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            to: members.party("to")?,
            facilitator: members.party("facilitator")?,
            valid_after: members.parsed("validAfter", UnixSeconds::parse)?,
        })
    }

    fn write(&self) -> Object {
        Writer::new().shown("to", self.to).shown("facilitator", self.facilitator).shown("validAfter", self.valid_after).done()
    }
}

/// `exact` on Solana: a transaction that the client has signed in part. The scheme's own crate reads it.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SolanaPayload {
    /// The transaction in base64, as it came.
    pub transaction: String,
}

impl core::fmt::Debug for SolanaPayload {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SolanaPayload({} characters)", self.transaction.len())
    }
}

impl Wire for SolanaPayload {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { transaction: members.nonempty_text("transaction")? })
    }

    fn write(&self) -> Object {
        Writer::new().member("transaction", self.transaction.as_str()).done()
    }
}

wire_object!(Eip3009Payload, Permit2Payload<ExactWitness>, Permit2Payload<UptoWitness>, SolanaPayload);
