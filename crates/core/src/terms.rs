//! What a seller asks, read once.
//!
//! The wire's [`PaymentRequirements`] are texts; [`Terms`] are the same offer with every text read. A buyer gets them with
//! [`Terms::parse`] from a 402, a seller with [`Terms::exact`] from a price, and [`find_offer`] tells which of the seller's offers a
//! payment takes.

use alloc::string::ToString as _;
use alloc::sync::Arc;

use crate::address::{Address, AddressError};
use crate::amount::Amount;
use crate::asset::{Account, Asset};
use crate::denial::Denial;
use crate::error::DecodeError;
use crate::json::Object;
use crate::misuse::Misuse;
use crate::money::Money;
use crate::network::Network;
use crate::payment::{Authorization, Payment};
use crate::registry::{AssetInfo, Eip2612, Erc20, TokenDomain, TransferMethod};
use crate::rejection::Rejection;
use crate::scheme::SchemeId;
use crate::terms_hash::TermsHash;
use crate::wire::PaymentRequirements;

/// One offer with every text in it read.
///
/// A check takes the terms from the seller's own offer; what a client says it `accepted` is only compared with them
/// ([`find_offer`]). Version 1 offers become terms through
/// [`wire::v1::PaymentRequirements::to_v2`](crate::wire::v1::PaymentRequirements::to_v2).
///
/// Cloning is cheap: clones share the offer.
#[derive(Clone, Debug)]
pub struct Terms(Arc<Offer>);

#[derive(Debug)]
struct Offer {
    scheme: SchemeId,
    asset: Asset,
    amount: Amount,
    pay_to: Account,
    requirements: PaymentRequirements,
}

impl Terms {
    /// Reads an offer.
    ///
    /// # Errors
    ///
    /// When the network, the amount, the asset or the payee is not written as the specification says; the error names the member.
    pub fn parse(requirements: PaymentRequirements) -> Result<Self, DecodeError> {
        let network = requirements.parse_network()?;
        Ok(Self(Arc::new(Offer {
            scheme: requirements.scheme.as_str().into(),
            amount: requirements.parse_amount()?,
            asset: Asset::parse(network, &requirements.asset).map_err(|e| DecodeError::member(e, "asset"))?,
            pay_to: Account::parse(network, &requirements.pay_to).map_err(|e| DecodeError::member(e, "payTo"))?,
            requirements,
        })))
    }

    /// An offer of the scheme `exact` for a price in an asset of the registry, which brings decimals and signing domain with it.
    ///
    /// # Errors
    ///
    /// [`Misuse`] when there is nothing to pay, the price names another asset or is finer than this one, or the payee is not an account
    /// of its network.
    pub fn exact(asset: &AssetInfo, price: &Money, pay_to: &str, max_timeout_seconds: u64) -> Result<Self, Misuse> {
        if price.ticker().is_some_and(|ticker| !ticker.eq_ignore_ascii_case(asset.symbol)) {
            return Err(Misuse::OtherCurrency);
        }
        let amount = price.to_amount(asset.decimals).map_err(|_| Misuse::Price)?;
        if amount.is_zero() {
            return Err(Misuse::ZeroPrice);
        }
        let (network, amount) = (asset.network.to_string(), amount.to_string());
        let mut offer = PaymentRequirements::new("exact", network, amount, asset.id, pay_to, max_timeout_seconds);
        offer.extra = asset.erc20().map(offer_extra);
        // The network, the asset and the amount are the registry's and our own; only the payee can be wrong.
        Self::parse(offer).map_err(|_| Misuse::Payee)
    }

    /// What the registry knows of the token, when the offer does not contradict it.
    ///
    /// Decimals, name and version are taken from there by buyer and seller alike; a seller's `extra` only gets compared (catalogue
    /// rows 68, 192 and 199).
    ///
    /// # Errors
    ///
    /// [`Denial::UnknownAsset`], [`Denial::DomainMismatch`].
    pub fn token(&self) -> Result<&'static AssetInfo, Denial> {
        let info = self.0.asset.registered().ok_or(Denial::UnknownAsset)?;
        let contradicts = |member: &str, known: &str| self.extra_text(member).is_some_and(|claimed| claimed != known);
        match info.erc20().map(|token| token.domain) {
            Some(TokenDomain::NameVersion { name, version }) if contradicts("name", name) || contradicts("version", version) => {
                Err(Denial::DomainMismatch)
            }
            _ => Ok(info),
        }
    }

    /// The payment scheme.
    #[must_use]
    pub fn scheme(&self) -> &SchemeId {
        &self.0.scheme
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> Network {
        self.0.asset.network()
    }

    /// The token.
    #[must_use]
    pub fn asset(&self) -> &Asset {
        &self.0.asset
    }

    /// The price in the smallest unit of the token.
    #[must_use]
    pub fn amount(&self) -> Amount {
        self.0.amount
    }

    /// Who is paid.
    #[must_use]
    pub fn pay_to(&self) -> &Account {
        &self.0.pay_to
    }

    /// How many seconds the seller allows from terms to settlement.
    #[must_use]
    pub fn max_timeout_seconds(&self) -> u64 {
        self.0.requirements.max_timeout_seconds
    }

    /// A text member of `extra`, such as the token's EIP-712 `name`.
    #[must_use]
    pub fn extra_text(&self, name: &str) -> Option<&str> {
        self.0.requirements.extra.as_ref()?.member(name)?.as_str()
    }

    /// The offer as it was written, to echo.
    #[must_use]
    pub fn requirements(&self) -> &PaymentRequirements {
        &self.0.requirements
    }

    /// The hash that names this offer in a [bound nonce](crate::binding), an approval or an audit entry.
    #[must_use]
    pub fn hash(&self) -> TermsHash {
        TermsHash::of(&self.0.requirements)
    }

    /// Whether `claimed` is this offer: the same in every member, by meaning (catalogue rows 37, 38, 40, 43, 61 to 67).
    ///
    /// The order of members and the spelling of an address do not count; `extra` that is absent or empty is the same. An extra or
    /// unknown member that this offer does not have makes another offer: the references disagree about that (map section 1.9), and what one
    /// of two parties reads and the other ignores is how a price gets changed. `extra` members that the scheme declares to be
    /// fresh on every answer are left out of the comparison.
    #[must_use]
    pub fn is_same_offer(&self, claimed: &Self) -> bool {
        self.is(claimed) || self.says_the_same(claimed)
    }

    /// Whether these are those terms, and not some that say the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn says_the_same(&self, claimed: &Self) -> bool {
        self.0.scheme == claimed.0.scheme
            && self.0.asset == claimed.0.asset
            && self.0.amount == claimed.0.amount
            && self.0.pay_to == claimed.0.pay_to
            && self.max_timeout_seconds() == claimed.max_timeout_seconds()
            && self.0.requirements.other == claimed.0.requirements.other
            && self.same_extra(claimed)
    }

    /// The address that the offer writes in these very letters.
    fn address_written(&self, text: &str) -> Option<Address> {
        let Offer { asset, pay_to, requirements, .. } = &*self.0;
        let party =
            [(&requirements.pay_to, pay_to), (&requirements.asset, asset.token())].into_iter().find(|(own, _)| *own == text);
        party.and_then(|(_, account)| account.address())
    }

    /// Whether `extra` is the same, but for the members that are fresh on every answer (map section 1.9, TypeScript and Python servers).
    fn same_extra(&self, claimed: &Self) -> bool {
        if self.network().namespace() == "solana" {
            return self.lasting_extra() == claimed.lasting_extra();
        }
        let empty = Object::new();
        self.0.requirements.extra.as_ref().unwrap_or(&empty) == claimed.0.requirements.extra.as_ref().unwrap_or(&empty)
    }

    /// `extra` of an offer on Solana without what is fresh.
    fn lasting_extra(&self) -> Object {
        let mut extra = self.0.requirements.extra.clone().unwrap_or_default();
        for name in ["recentBlockhash", "lastValidBlockHeight"] {
            extra.remove(name);
        }
        if self.0.scheme == SchemeId::Upto {
            extra.remove("recentSlot");
        }
        extra
    }
}

/// Finds the one offer that a payment takes.
///
/// A v2 payment says which, in full. A v1 payment names a scheme and a network only; matching by those alone would let a client
/// take the dearer of two routes at the cheaper price (row 65), so where several offers share them, the signed amount and payee decide,
/// and if they do not, there is no match.
///
/// # Errors
///
/// [`Rejection::NoMatchingOffer`] when no offer, or not exactly one, is taken.
pub fn find_offer<'a>(offers: &'a [Terms], payment: &Payment) -> Result<&'a Terms, Rejection> {
    match payment.accepted() {
        Some(claimed) => offers.iter().find(|offer| offer.is_same_offer(claimed)).ok_or(Rejection::NoMatchingOffer),
        None => {
            let named = |offer: &&Terms| offer.0.scheme == *payment.scheme() && offer.network() == payment.network();
            only(offers.iter().filter(named))
                .or_else(|| only(offers.iter().filter(named).filter(|offer| is_signed_for(payment.authorization(), offer))))
                .ok_or(Rejection::NoMatchingOffer)
        }
    }
}

/// [`Address::parse_party`], for less where one of the offers writes the address in the very same letters: they were judged with the
/// offer.
pub(crate) fn parse_party(text: &str, offers: &[Terms]) -> Result<Address, AddressError> {
    offers.iter().find_map(|offer| offer.address_written(text)).map_or_else(|| Address::parse_party(text), Ok)
}

fn only<T>(mut candidates: impl Iterator<Item = T>) -> Option<T> {
    let first = candidates.next()?;
    if candidates.next().is_some() { None } else { Some(first) }
}

fn is_signed_for(authorization: &Authorization, offer: &Terms) -> bool {
    match authorization {
        Authorization::Eip3009(payment) => {
            let signed = &payment.authorization;
            signed.value == offer.0.amount && Some(signed.to) == offer.0.pay_to.address()
        }
        _ => false,
    }
}

/// The `extra` of an offer in a token (`scheme_exact_evm.md`): the two words of its EIP-712 domain, and the way it is moved where that is
/// not the default.
fn offer_extra(token: &Erc20) -> Object {
    let mut extra = Object::new();
    if token.transfer == TransferMethod::Permit2 {
        extra.insert("assetTransferMethod", token.transfer.name());
    }
    // A token that Permit2 moves needs its own domain only for a signed allowance (map section 5).
    if token.transfer == TransferMethod::Eip3009 || token.eip2612 == Eip2612::Supported {
        let TokenDomain::NameVersion { name, version } = token.domain;
        extra.insert("name", name);
        extra.insert("version", version);
    }
    extra
}

#[cfg(test)]
mod tests;
