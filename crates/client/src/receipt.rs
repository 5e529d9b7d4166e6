//! Whether a seller's receipt is one of this purchase.

use quittance_core::header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, payment_response};
use quittance_core::registry::network_by_v1_name;
use quittance_core::rejection::Reason;
use quittance_core::wire::{Artifact, Asked, OfferReceipt, Paying, ReceiptPayload, SettleResponse};
use quittance_core::{Account, Address, Amount, Authorization, Limits, Network, Payment, Resource, UnixSeconds};
use quittance_guard::audit::Settlement;
use quittance_guard::budget::Record;
use quittance_guard::signed_receipt::Bought;
use quittance_guard::{Attested, Policy, Receipt, SignedReceipt};
use quittance_remote::Exchange;

/// A receipt that holds, and what it is good for.
pub(crate) enum Held {
    /// All that was signed was charged: however the seller may lie, it can be no more.
    Full(Receipt),
    /// The seller says that it charged less than the ceiling it could have. Only the chain can say so: until then the ceiling counts.
    Claimed(Receipt),
}

impl Held {
    pub(crate) const fn receipt(&self) -> &Receipt {
        match self {
            Self::Full(receipt) | Self::Claimed(receipt) => receipt,
        }
    }
}

/// The receipt of an answer, if there is one that holds: of this payer, on this network, in a transaction that the network can have, for what
/// was signed, or for less where the scheme charges what was used (catalogue rows 136 and 203). It is the seller's word all the same.
pub(crate) fn of(exchange: &Exchange, record: &Record, paying: &Paying, payer: Address) -> Option<Held> {
    let said = said(exchange)?;
    let signed = record.signed.as_ref()?;
    let network = named(&said.network)?;
    let ceiling = record.purchase.amount;
    let charged = match said.amount.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Amount::parse(text).ok()?,
        None => ceiling,
    };
    let is_ours = said.success
        && network == signed.key().network()
        && said.payer.as_deref().is_none_or(|claimed| Address::parse(claimed) == Ok(payer));
    let receipt = Receipt::new(charged, &said.transaction, Attested::Answer);
    if !is_ours || Settlement::of(network, &receipt).is_none() {
        return None;
    }
    if charged == ceiling {
        return Some(Held::Full(receipt));
    }
    (charged < ceiling && is_up_to(paying)).then_some(Held::Claimed(receipt))
}

/// A receipt that a seller has signed, and what it is worth.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    verdict: SignedReceipt,
    artifact: Option<Artifact<ReceiptPayload>>,
}

impl Vouched {
    /// What it is worth. It says nothing about the purchase, which ends by other evidence.
    #[must_use]
    pub const fn verdict(&self) -> SignedReceipt {
        self.verdict
    }

    /// The receipt, to be kept and shown to others; none where what stood in its place could not be read.
    #[must_use]
    pub const fn artifact(&self) -> Option<&Artifact<ReceiptPayload>> {
        self.artifact.as_ref()
    }
}

impl std::fmt::Debug for Vouched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vouched({})", self.verdict.as_str())
    }
}

/// The receipt that the seller has signed, if it says anything in that extension.
pub(crate) fn vouched(
    exchange: &Exchange,
    record: &Record,
    policy: &Policy,
    (resource, method): (&Resource, &str),
    (payer, now): (Address, UnixSeconds),
) -> Option<Vouched> {
    let said = said(exchange)?;
    let artifact = match OfferReceipt::find(said.extensions.as_ref()?) {
        Ok(None) => return None,
        Ok(Some(found)) => found.receipt?,
        Err(_) => return Some(Vouched { verdict: SignedReceipt::Malformed, artifact: None }),
    };
    let (signed, payer) = (record.signed.as_ref()?, Account::Evm(payer));
    let bought = Bought {
        network: signed.key().network(),
        resource,
        payer: &payer,
        payee: &record.purchase.payee,
        signers: &policy.signers(resource, method),
        transaction: &said.transaction,
        since: record.at,
        now,
    };
    Some(Vouched { verdict: SignedReceipt::judge(&artifact, &bought), artifact: Some(artifact) })
}

/// Whether less than what was signed can be charged.
fn is_up_to(paying: &Paying) -> bool {
    let payment = Payment::from_headers([(paying.name(), paying.expose().as_bytes())], &Limits::HEADER);
    payment.is_ok_and(|payment| payment.is_some_and(|payment| matches!(payment.authorization(), Authorization::UptoPermit2(_))))
}

/// Why the seller refused, in the receipt or in the terms that it sent once more.
pub(crate) fn reason(exchange: &Exchange) -> Option<Reason> {
    if let Some(reason) = said(exchange).and_then(|said| said.error_reason) {
        return Some(Reason::parse(&reason));
    }
    let asked = Asked::read(exchange.header("payment-required"), &exchange.body, &Limits::BODY).ok()?;
    asked.reason().map(refusal)
}

/// What a seller wrote beside its terms. The one of x402-rs puts a sentence before the reason that its facilitator gave.
fn refusal(text: &str) -> Reason {
    const BEFORE: [&str; 2] = ["Verification failed: ", "Precondition failed: "];
    Reason::parse(BEFORE.iter().find_map(|words| text.strip_prefix(words)).unwrap_or(text))
}

/// What all headers that can hold a receipt say, if they agree.
fn said(exchange: &Exchange) -> Option<SettleResponse> {
    let names = [PAYMENT_RESPONSE, X_PAYMENT_RESPONSE];
    let mut values = names.into_iter().flat_map(|name| exchange.headers.get_all(name)).map(|value| value.as_bytes());
    let first = values.next()?;
    let agree = values.all(|value| value == first);
    agree.then(|| payment_response(first, &Limits::BODY).ok()).flatten()
}

fn named(network: &str) -> Option<Network> {
    Network::parse(network).ok().or_else(|| network_by_v1_name(network))
}
