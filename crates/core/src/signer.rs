//! Who signs for a buyer.

use core::fmt;
use core::future::{Future, ready};

use crate::address::Address;
use crate::eip712::eip2612::Permit;
use crate::eip712::eip3009::{CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use crate::eip712::permit2::{ExactWitness, PermitWitnessTransferFrom, UptoWitness};
use crate::eip712::{self, Digest, Domain};
use crate::json::Value;
use crate::signature::{SecretKey, Signature};

/// Something that can sign for one address: a key in memory, a keystore, a wallet, a service.
pub trait Signer {
    /// Why this signer could not sign.
    type Error: fmt::Debug + fmt::Display;

    /// The address it signs for.
    fn address(&self) -> Address;

    /// Signs one message. A signer may refuse, and may take as long as its owner needs to look at
    /// [`SigningRequest::typed_data`].
    fn sign(&self, request: &SigningRequest<'_>) -> impl Future<Output = Result<Signature, Self::Error>> + Send;
}

/// A message to be signed, with the domain it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SigningRequest<'a> {
    /// The contract that will check the signature.
    pub domain: Domain<'a>,
    /// The message.
    pub message: Signable,
}

/// The messages that a buyer signs. There is no variant for arbitrary typed data: what a stranger's server asks to have signed is one
/// of these or is not signed (catalogue row 208).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signable {
    /// Pays.
    Transfer(TransferWithAuthorization),
    /// Pays into a contract that collects it.
    Receive(ReceiveWithAuthorization),
    /// Takes back an authorization that was not used.
    Cancel(CancelAuthorization),
    /// Pays by Permit2, `exact`.
    ExactPermit(PermitWitnessTransferFrom<ExactWitness>),
    /// Pays by Permit2, `upto`.
    UptoPermit(PermitWitnessTransferFrom<UptoWitness>),
    /// Allows Permit2 to move a token.
    Permit(Permit),
}

impl<'a> SigningRequest<'a> {
    /// A message for a domain.
    #[must_use]
    pub const fn new(domain: Domain<'a>, message: Signable) -> Self {
        Self { domain, message }
    }

    /// What is signed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let separator = self.domain.separator();
        match &self.message {
            Signable::Transfer(message) => eip712::digest(&separator, message),
            Signable::Receive(message) => eip712::digest(&separator, message),
            Signable::Cancel(message) => eip712::digest(&separator, message),
            Signable::ExactPermit(message) => eip712::digest(&separator, message),
            Signable::UptoPermit(message) => eip712::digest(&separator, message),
            Signable::Permit(message) => eip712::digest(&separator, message),
        }
    }

    /// What is signed, as the typed data that wallets show their owner (`eth_signTypedData_v4`).
    #[must_use]
    pub fn typed_data(&self) -> Value {
        match &self.message {
            Signable::Transfer(message) => eip712::export(&self.domain, message),
            Signable::Receive(message) => eip712::export(&self.domain, message),
            Signable::Cancel(message) => eip712::export(&self.domain, message),
            Signable::ExactPermit(message) => eip712::export(&self.domain, message),
            Signable::UptoPermit(message) => eip712::export(&self.domain, message),
            Signable::Permit(message) => eip712::export(&self.domain, message),
        }
    }
}

/// A key in memory signs at once and never refuses. What it may sign is for a policy to decide before.
impl Signer for SecretKey {
    type Error = core::convert::Infallible;

    fn address(&self) -> Address {
        Self::address(self)
    }

    fn sign(&self, request: &SigningRequest<'_>) -> impl Future<Output = Result<Signature, Self::Error>> + Send {
        ready(Ok(Self::sign(self, &request.digest())))
    }
}
