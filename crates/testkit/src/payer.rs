//! Payers with keys, and the payments they make, in the words of the wire.

use std::sync::Arc;

use quittance_core::eip712::Domain;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self};
use quittance_core::json::Object;
use quittance_core::signature::SecretKey;
use quittance_core::wire::{Eip3009Payload, PaymentPayload, PaymentRequirements, Permit2Payload, SettleRequest, VerifyRequest};
use quittance_core::{Address, Amount, Network, Nonce, ReplayKey, Window};

/// How a payment is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the ways that a facilitator speaks")]
pub enum Way {
    /// `exact` by EIP-3009.
    Eip3009,
    /// `exact` by Permit2.
    Permit2,
    /// `upto`, for this facilitator.
    Upto(Address),
}

/// The token of a payment and the words it signs under.
pub const TOKEN_NAME: &str = "USDC";
/// The version that goes with it.
pub const TOKEN_VERSION: &str = "2";

/// A payment to be made.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a test sets every member")]
pub struct Order {
    /// Who pays.
    pub payer: Arc<SecretKey>,
    /// How.
    pub way: Way,
    /// On which chain.
    pub network: Network,
    /// In which token, named [`TOKEN_NAME`].
    pub token: Address,
    /// To whom.
    pub pay_to: Address,
    /// How much, or how much at most.
    pub amount: Amount,
    /// When.
    pub window: Window,
    /// Under which nonce.
    pub nonce: Nonce,
}

impl core::fmt::Debug for Order {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} of {} by {}, {:?}", self.way, self.amount, self.payer.address(), self.window)
    }
}

impl Order {
    /// What the payment is spent under.
    #[must_use]
    pub fn key(&self) -> ReplayKey {
        let (network, owner, nonce) = (self.network, self.payer.address(), self.nonce);
        match self.way {
            Way::Eip3009 => ReplayKey::Eip3009 { network, token: self.token, from: owner, nonce },
            Way::Permit2 | Way::Upto(_) => ReplayKey::Permit2 { network, owner, nonce },
        }
    }

    /// The seller's offer, which allows so many seconds.
    #[must_use]
    pub fn offer(&self, timeout: u64) -> PaymentRequirements {
        let texts = |method: &str| {
            vec![("name", TOKEN_NAME.to_owned()), ("version", TOKEN_VERSION.to_owned()), ("assetTransferMethod", method.to_owned())]
        };
        let (scheme, extra) = match self.way {
            Way::Eip3009 => ("exact", texts("eip3009")),
            Way::Permit2 => ("exact", texts("permit2")),
            Way::Upto(facilitator) => {
                let mut extra = texts("permit2");
                extra.push(("facilitatorAddress", facilitator.to_string()));
                ("upto", extra)
            }
        };
        let (network, amount) = (self.network.to_string(), self.amount.to_string());
        let offer = PaymentRequirements::new(scheme, network, amount, self.token.to_string(), self.pay_to.to_string(), timeout);
        offer.with_extra(extra.into_iter().collect::<Object>())
    }

    /// The payment, for an offer that allows so many seconds.
    #[must_use]
    pub fn payment(&self, timeout: u64) -> PaymentPayload {
        let payload = match self.way {
            Way::Eip3009 => {
                let chain = self.network.chain_id().unwrap_or_default();
                let domain = Domain::token(TOKEN_NAME, TOKEN_VERSION, chain, self.token).separator();
                let authorization = Authorization {
                    from: self.payer.address(),
                    to: self.pay_to,
                    value: self.amount,
                    window: self.window,
                    nonce: self.nonce,
                };
                Object::from(&Eip3009Payload::sign(&self.payer, &domain, authorization))
            }
            Way::Permit2 => {
                let witness = ExactWitness { to: self.pay_to, valid_after: self.window.valid_after() };
                Object::from(&self.permit(EXACT_PROXY, witness))
            }
            Way::Upto(facilitator) => {
                let witness = UptoWitness { to: self.pay_to, facilitator, valid_after: self.window.valid_after() };
                Object::from(&self.permit(UPTO_PROXY, witness))
            }
        };
        PaymentPayload::new(self.offer(timeout), payload)
    }

    fn permit<W: Witness>(&self, spender: Address, witness: W) -> Permit2Payload<W> {
        let permit = PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: self.token, amount: self.amount },
            spender,
            nonce: self.nonce,
            deadline: self.window.valid_before(),
            witness,
        };
        let domain = Domain::permit2(self.network.chain_id().unwrap_or_default()).separator();
        Permit2Payload::new(self.payer.sign(&eip712::digest(&domain, &permit)), self.payer.address(), permit)
    }

    /// What a seller's server asks before it serves.
    #[must_use]
    pub fn verify(&self, timeout: u64) -> VerifyRequest {
        VerifyRequest::v2(self.payment(timeout), self.offer(timeout))
    }

    /// What a seller's server asks to be paid so much.
    #[must_use]
    pub fn settle(&self, timeout: u64, charge: Amount) -> SettleRequest {
        let mut offer = self.offer(timeout);
        offer.amount = charge.to_string();
        SettleRequest(VerifyRequest::v2(self.payment(timeout), offer))
    }
}
