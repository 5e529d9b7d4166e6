//! Whether what somebody says of a settlement is the answer to the one that was asked for (core specification v2 section 5.3, v1
//! likewise).
//!
//! A facilitator says it to a seller, and a seller to a buyer. The word is taken for what it says and for nothing more: success of
//! another network, by another payer, for another amount or without a transaction is no answer at all (catalogue rows 133 to 136),
//! and leaves open what became of the money. It is a word all the same: whether the chain agrees is for whoever can look.

use alloc::string::String;

use crate::address::Address;
use crate::amount::Amount;
use crate::asset::Account;
use crate::error::DecodeError;
use crate::network::Network;
use crate::payment::{Authorization, Payment};
use crate::registry;
use crate::scheme::SchemeId;
use crate::wire::{PaymentRequirements, SettleResponse, VerifyRequest};

reasons! {
    /// Why an answer is none.
    pub enum AnswerError {
        /// It says that the settlement failed, or that it is not over.
        NotSettled = "answer_not_settled", "the answer does not say that the payment is settled";
        /// It names another network, in the words of either version.
        Network = "answer_network", "the answer is about another network";
        /// It names another payer.
        Payer = "answer_payer", "the answer is about another payer";
        /// It names a charge that was not asked for.
        Amount = "answer_amount", "the answer is about another amount";
        /// It names what the network cannot have as a transaction, or nothing where something was charged.
        Transaction = "answer_transaction", "the answer names no transaction that could be of this payment";
    }
}

/// What may have been charged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Charge {
    /// This and nothing else.
    Exactly(Amount),
    /// As much as was used, up to this.
    AtMost(Amount),
}

impl Charge {
    /// The charge of a request to settle: `exact` and `upto` name it; what other schemes name may be a ceiling.
    #[must_use]
    pub fn asked(scheme: &SchemeId, amount: Amount) -> Self {
        match scheme {
            SchemeId::Exact | SchemeId::Upto => Self::Exactly(amount),
            _ => Self::AtMost(amount),
        }
    }

    /// What is charged where the answer does not say: all of it.
    const fn whole(self) -> Amount {
        match self {
            Self::Exactly(amount) | Self::AtMost(amount) => amount,
        }
    }

    fn allows(self, charged: Amount) -> bool {
        match self {
            Self::Exactly(amount) => charged == amount,
            Self::AtMost(amount) => charged <= amount,
        }
    }
}

/// A settlement that was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settling {
    network: Network,
    payer: Option<Account>,
    charge: Charge,
}

impl Settling {
    /// A settlement on a network. A payer is compared where one is known.
    #[must_use]
    pub const fn new(network: Network, payer: Option<Account>, charge: Charge) -> Self {
        Self { network, payer, charge }
    }

    /// What a seller asks a facilitator: that this offer is settled.
    ///
    /// # Errors
    ///
    /// When network or amount of the offer are malformed.
    pub fn of_offer(offer: &PaymentRequirements, payer: Option<Address>) -> Result<Self, DecodeError> {
        let charge = Charge::asked(&SchemeId::from(offer.scheme.as_str()), offer.parse_amount()?);
        Ok(Self::new(offer.parse_network()?, payer.map(Account::Evm), charge))
    }

    /// The same, of the whole request.
    ///
    /// # Errors
    ///
    /// As [`of_offer`](Self::of_offer), or when version 1 has no network of the name that stands in the request.
    pub fn of_request(request: &VerifyRequest) -> Result<Self, DecodeError> {
        let payer = request.payment().ok().and_then(|payment| payment.from());
        Self::of_offer(&request.offer()?, payer)
    }

    /// What a buyer has signed: a receipt is about that. `None` where the payment does not say how much it is.
    #[must_use]
    pub fn of_payment(payment: &Payment) -> Option<Self> {
        let charge = match payment.authorization() {
            Authorization::Eip3009(payload) => Charge::Exactly(payload.authorization.value),
            Authorization::ExactPermit2(payload) => Charge::Exactly(payload.permit.permitted.amount),
            Authorization::UptoPermit2(payload) => Charge::AtMost(payload.permit.permitted.amount),
            Authorization::Solana(_) => Charge::Exactly(payment.accepted()?.amount()),
            Authorization::Other(_) => Charge::AtMost(payment.accepted()?.amount()),
        };
        Some(Self::new(payment.network(), payment.from().map(Account::Evm), charge))
    }

    /// What may have been charged.
    #[must_use]
    pub const fn charge(&self) -> Charge {
        self.charge
    }

    /// Whether an answer says that this very settlement succeeded.
    ///
    /// # Errors
    ///
    /// [`AnswerError`], the first that holds in the order in which they stand there.
    pub fn judge(&self, answer: &SettleResponse) -> Result<Answered, AnswerError> {
        if !answer.success {
            return Err(AnswerError::NotSettled);
        }
        let named = registry::network_by_v1_name(&answer.network).or_else(|| Network::parse(&answer.network).ok());
        if named != Some(self.network) {
            return Err(AnswerError::Network);
        }
        // version 2 may leave the payer out
        if let (Some(payer), Some(named)) = (&self.payer, answer.payer.as_deref())
            && Account::parse(self.network, named).as_ref() != Ok(payer)
        {
            return Err(AnswerError::Payer);
        }
        let charged = match answer.amount.as_deref().filter(|text| !text.is_empty()) {
            None => self.charge.whole(),
            Some(text) => Amount::parse(text).map_err(|_| AnswerError::Amount)?,
        };
        if !self.charge.allows(charged) {
            return Err(AnswerError::Amount);
        }
        if !is_transaction(self.network, &answer.transaction, charged) {
            return Err(AnswerError::Transaction);
        }
        Ok(Answered { transaction: answer.transaction.clone(), charged })
    }
}

/// That a settlement was answered: there is one only where [`Settling::judge`] has found nothing against the answer.
///
/// ```compile_fail,E0451
/// # use quittance_core::Amount;
/// # use quittance_core::settling::Answered;
/// fn forge() -> Answered {
///     Answered { transaction: "0x12".into(), charged: Amount::ZERO }
/// }
/// ```
#[derive(Debug)]
#[must_use = "an answer that holds is what a delivery is made on"]
pub struct Answered {
    transaction: String,
    charged: Amount,
}

impl Answered {
    /// The transaction's hash or signature; empty where nothing was charged.
    #[must_use]
    pub fn transaction(&self) -> &str {
        &self.transaction
    }

    /// What was charged.
    #[must_use]
    pub const fn charged(&self) -> Amount {
        self.charged
    }
}

/// Whether a network can have a transaction of this name. Nothing moves without one, except nothing.
fn is_transaction(network: Network, text: &str, charged: Amount) -> bool {
    let base58 = |byte: u8| byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l');
    match (network.namespace(), text.len()) {
        (_, 0) => charged.is_zero(),
        ("eip155", 66) => text.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())),
        ("eip155", _) => false,
        ("solana", 64..=88) => text.bytes().all(base58),
        ("solana", _) => false,
        (_, length) => length <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic()),
    }
}
