//! Payers with keys, and the payments they make, in the words of the wire.

use std::sync::Arc;

use quittance_core::chain::{Call, SignedTransaction};
use quittance_core::eip712::eip3009::{Authorization, TransferWithAuthorization};
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Digest, Domain, eip2612};
use quittance_core::json::Object;
use quittance_core::signature::{ERC6492_SUFFIX, SecretKey, SignatureBytes};
use quittance_core::wire::{
    Eip2612GasSponsoring, Eip3009Payload, Erc20ApprovalGasSponsoring, Extensions, PaymentPayload, PaymentRequirements,
    Permit2Payload, SettleRequest, VerifyRequest,
};
use quittance_core::{Address, Amount, Network, Nonce, ReplayKey, Window};
use quittance_facilitator::Transaction;

use crate::chain::ModelChain;

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

/// A contract wallet of a payer's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a test sets every member")]
pub struct Wallet {
    /// Who deploys it.
    pub factory: Address,
    /// Which of the key's it is.
    pub salt: [u8; 32],
}

/// How a payer brings Permit2's allowance along.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the ways that a facilitator takes")]
pub enum Brings {
    /// By a permit, its first for the token.
    Permit,
    /// By a transaction, its first.
    Approval {
        /// How much gas it may take.
        gas: u64,
        /// How many wei it offers for a unit of gas.
        max_fee: u128,
    },
}

impl Brings {
    /// An approval with gas enough.
    #[must_use]
    pub const fn approval(max_fee: u128) -> Self {
        Self::Approval { gas: 70_000, max_fee }
    }
}

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
    /// Which wallet of the payer's pays, if it is not the key itself; with a word on how it is deployed (ERC-6492).
    pub wallet: Option<Wallet>,
    /// What is brought along.
    pub brings: Option<Brings>,
}

impl core::fmt::Debug for Order {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} of {} by {}, {:?}", self.way, self.amount, self.from(), self.window)?;
        if let Some(wallet) = self.wallet {
            write!(f, ", a wallet of {}", wallet.factory)?;
        }
        self.brings.map_or(Ok(()), |brings| write!(f, ", brings {brings:?}"))
    }
}

impl Order {
    /// Which account pays.
    #[must_use]
    pub fn from(&self) -> Address {
        let owner = self.payer.address();
        self.wallet.map_or(owner, |wallet| ModelChain::wallet_at(wallet.factory, owner, &wallet.salt))
    }

    /// The call that deploys the payer's wallet, if it has one.
    #[must_use]
    pub fn deployment(&self) -> Option<Call> {
        self.wallet.map(|wallet| ModelChain::deployment(wallet.factory, self.payer.address(), &wallet.salt))
    }

    /// The payer's approval of Permit2, for so much gas and so many wei for a unit of it.
    ///
    /// # Panics
    ///
    /// For a network that is no `eip155` chain.
    #[must_use]
    pub fn approval(&self, gas: u64, max_fee: u128) -> Transaction {
        let words = [&[0; 12][..], PERMIT2.as_bytes(), &Amount::MAX.to_be_bytes()].concat();
        let call = Call::new(self.token, [&[0x09, 0x5e, 0xa7, 0xb3][..], &words].concat());
        let signed = Transaction::sign(&self.payer, self.network, 0, gas, max_fee, max_fee / 10, call);
        signed.expect("an eip155 chain")
    }

    /// What the payer signs with, over a digest: the key's own signature, or that of the wallet with how it is deployed.
    fn sign(&self, digest: &Digest) -> SignatureBytes {
        let signature = self.payer.sign(digest);
        let Some(Call { target, data, .. }) = self.deployment() else { return signature.into() };
        let number = |number: usize| Amount::from_u64(number as u64).to_be_bytes();
        let tail = |bytes: &[u8]| {
            let mut tail = [&number(bytes.len())[..], bytes].concat();
            tail.resize(tail.len().next_multiple_of(32), 0);
            tail
        };
        let (made, inner) = (tail(&data), tail(&signature.to_bytes()));
        let head = [&[0; 12][..], target.as_bytes(), &number(96), &number(96 + made.len())].concat();
        SignatureBytes::from_bytes(&[head, made, inner, ERC6492_SUFFIX.to_vec()].concat()).expect("it is short enough")
    }

    /// What the payment is spent under.
    #[must_use]
    pub fn key(&self) -> ReplayKey {
        let (network, owner, nonce) = (self.network, self.from(), self.nonce);
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
                    from: self.from(),
                    to: self.pay_to,
                    value: self.amount,
                    window: self.window,
                    nonce: self.nonce,
                };
                let digest = eip712::digest(&domain, &TransferWithAuthorization(authorization));
                Object::from(&Eip3009Payload::new(self.sign(&digest), authorization))
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
        let mut payment = PaymentPayload::new(self.offer(timeout), payload);
        if let Some(brings) = self.brings {
            payment.extensions = Some(self.extensions(brings));
        }
        payment
    }

    fn extensions(&self, brings: Brings) -> Extensions {
        let mut extensions = Extensions::new();
        match brings {
            Brings::Permit => {
                let (owner, value, deadline) = (self.from(), self.amount, self.window.valid_before());
                let permit = eip2612::Permit { owner, spender: PERMIT2, value, nonce: Amount::ZERO, deadline };
                let chain = self.network.chain_id().unwrap_or_default();
                let domain = Domain::token(TOKEN_NAME, TOKEN_VERSION, chain, self.token).separator();
                let signature = self.payer.sign(&eip712::digest(&domain, &permit));
                let entry = &Eip2612GasSponsoring::new(self.token, permit, signature);
                extensions.insert(Eip2612GasSponsoring::ID, &entry.into());
            }
            Brings::Approval { gas, max_fee } => {
                let raw = SignedTransaction::from_bytes(self.approval(gas, max_fee).raw().to_vec());
                let entry = &Erc20ApprovalGasSponsoring::new(self.from(), self.token, PERMIT2, Amount::MAX, raw);
                extensions.insert(Erc20ApprovalGasSponsoring::ID, &entry.into());
            }
        }
        extensions
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
        Permit2Payload::new(self.sign(&eip712::digest(&domain, &permit)), self.from(), permit)
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
