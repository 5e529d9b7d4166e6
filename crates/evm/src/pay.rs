//! The buyer's side: what has to be signed for an offer, and the payment that comes of it.
//!
//! Making a payment is cut in two where somebody else may hold the key: [`Unsigned`] says what to sign, and becomes the `payload` of a payment
//! with the signature. What is signed comes from the offer and the registry alone; the offer's own words about its token are compared
//! and never used (catalogue rows 68 and 199).

use quittance_core::eip712::Domain;
use quittance_core::eip712::eip3009::{Authorization, TransferWithAuthorization};
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness,
};
use quittance_core::json::Object;
use quittance_core::registry::{TokenDomain, TransferMethod};
use quittance_core::signature::SignatureBytes;
use quittance_core::signer::{Signable, SigningRequest};
use quittance_core::wire::{Eip3009Payload, Permit2Payload};
use quittance_core::{Address, Denial, Nonce, ReplayKey, SchemeId, Terms, UnixSeconds, Window};

/// A payment that lacks its signature.
#[derive(Clone, Debug)]
pub struct Unsigned {
    request: SigningRequest<'static>,
    from: Address,
    key: ReplayKey,
    expires: UnixSeconds,
}

impl Unsigned {
    /// What `from` has to sign for an offer. The nonce is fresh, or bound to the request by
    /// [`Binding`](quittance_core::binding::Binding).
    ///
    /// # Errors
    ///
    /// A [`Denial`] for an offer that is not signed for: an unknown token or another signing domain than the token's, another scheme or
    /// transfer method than those of this crate, an `upto` that does not say who charges.
    pub fn new(terms: &Terms, from: Address, nonce: Nonce, window: Window) -> Result<Self, Denial> {
        let (network, info) = (terms.network(), terms.token()?);
        let erc20 = info.erc20().ok_or(Denial::Network)?;
        let chain = network.chain_id().ok_or(Denial::Network)?;
        let (to, value) = (terms.pay_to().address().ok_or(Denial::Network)?, terms.amount());
        let named = terms.extra_text("assetTransferMethod");
        let by_permit2 = |message| {
            // at its deadline a permit is still good
            let expires = window.valid_before().checked_add(1).unwrap_or_else(|| window.valid_before());
            let key = ReplayKey::Permit2 { network, owner: from, nonce };
            Self { request: SigningRequest::new(Domain::permit2(chain), message), from, key, expires }
        };
        let permitted = TokenPermissions { token: erc20.address, amount: value };
        let (valid_after, deadline) = (window.valid_after(), window.valid_before());
        match (terms.scheme(), named) {
            (SchemeId::Exact, None | Some("eip3009")) if erc20.transfer == TransferMethod::Eip3009 => {
                let TokenDomain::NameVersion { name, version } = erc20.domain else { return Err(Denial::UnknownAsset) };
                let transfer = TransferWithAuthorization(Authorization { from, to, value, window, nonce });
                Ok(Self {
                    request: SigningRequest::new(Domain::token(name, version, chain, erc20.address), Signable::Transfer(transfer)),
                    from,
                    key: ReplayKey::Eip3009 { network, token: erc20.address, from, nonce },
                    expires: deadline,
                })
            }
            (SchemeId::Exact, Some("permit2")) => {
                let witness = ExactWitness { to, valid_after };
                let permit = PermitWitnessTransferFrom { permitted, spender: EXACT_PROXY, nonce, deadline, witness };
                Ok(by_permit2(Signable::ExactPermit(permit)))
            }
            (SchemeId::Upto, None | Some("permit2")) => {
                let facilitator = terms.extra_text("facilitatorAddress").ok_or(Denial::Facilitator)?;
                let facilitator = Address::parse_party(facilitator).map_err(|_| Denial::Facilitator)?;
                let witness = UptoWitness { to, facilitator, valid_after };
                let permit = PermitWitnessTransferFrom { permitted, spender: UPTO_PROXY, nonce, deadline, witness };
                Ok(by_permit2(Signable::UptoPermit(permit)))
            }
            (SchemeId::Exact | SchemeId::Upto, _) => Err(Denial::TransferMethod),
            _ => Err(Denial::Scheme),
        }
    }

    /// What is to be signed, by the key of the payer or by its wallet.
    #[must_use]
    pub const fn request(&self) -> &SigningRequest<'static> {
        &self.request
    }

    /// What the payment will be spent under.
    #[must_use]
    pub const fn key(&self) -> ReplayKey {
        self.key
    }

    /// From when on the authorization is worth nothing.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.expires
    }

    /// The `payload` of the payment.
    #[must_use]
    pub fn signed(&self, signature: impl Into<SignatureBytes>) -> Object {
        let signature = signature.into();
        match self.request.message {
            Signable::Transfer(TransferWithAuthorization(transfer)) => (&Eip3009Payload::new(signature, transfer)).into(),
            Signable::ExactPermit(permit) => (&Permit2Payload::new(signature, self.from, permit)).into(),
            Signable::UptoPermit(permit) => (&Permit2Payload::new(signature, self.from, permit)).into(),
            // `new` makes no others
            _ => Object::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::{default_asset, networks};
    use quittance_core::wire::{PaymentPayload, PaymentRequirements};
    use quittance_core::{Payment, Progress, Scheme, SecretKey, VerifyInput};

    use super::*;
    use crate::{EXACT, UPTO};

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    const NOW: UnixSeconds = UnixSeconds::from_secs(1_000_000);

    fn offer(scheme: &str, extra: &[(&str, &str)]) -> Terms {
        let asset = default_asset(networks::BASE_SEPOLIA).unwrap();
        let mut offer = PaymentRequirements::new(scheme, "eip155:84532", "10000", asset.id, PAYEE, 60);
        let mut members = Object::new();
        for (name, text) in extra {
            members.insert(*name, *text);
        }
        offer = offer.with_extra(members);
        Terms::parse(offer).unwrap()
    }

    fn unsigned(terms: &Terms, key: &SecretKey) -> Result<Unsigned, Denial> {
        let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(1_000_060));
        Unsigned::new(terms, key.address(), Nonce::from_bytes([3; 32]), window)
    }

    #[test]
    fn what_is_signed_is_what_a_seller_verifies() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let check = |terms: Terms, scheme: &dyn Scheme| {
            let unsigned = unsigned(&terms, &key).unwrap();
            let payload = unsigned.signed(key.sign(&unsigned.request().digest()));
            let payment: Payment = PaymentPayload::new(terms.requirements().clone(), payload).try_into().unwrap();
            let Ok(Progress::Verified(verified)) = scheme.verify(&VerifyInput::offline(&payment, &terms, NOW)) else {
                panic!("{terms:?}")
            };
            assert_eq!((verified.key(), verified.expires()), (unsigned.key(), unsigned.expires()));
        };
        check(offer("exact", &[]), &EXACT);
        check(offer("exact", &[("name", "USDC"), ("version", "2"), ("assetTransferMethod", "eip3009")]), &EXACT);
        check(offer("exact", &[("assetTransferMethod", "permit2")]), &EXACT);
        check(offer("upto", &[("facilitatorAddress", PAYEE)]), &UPTO);
    }

    #[test]
    fn rows_198_to_200_what_is_not_signed() {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let check = |terms: Terms, expected| assert_eq!(unsigned(&terms, &key).unwrap_err(), expected);
        check(offer("exact", &[("name", "USD Coin")]), Denial::DomainMismatch);
        check(offer("exact", &[("assetTransferMethod", "erc7710")]), Denial::TransferMethod);
        check(offer("upto", &[("assetTransferMethod", "eip3009"), ("facilitatorAddress", PAYEE)]), Denial::TransferMethod);
        check(offer("upto", &[]), Denial::Facilitator);
        check(offer("upto", &[("facilitatorAddress", "0x0000000000000000000000000000000000000000")]), Denial::Facilitator);
        check(offer("batch-settlement", &[]), Denial::Scheme);
    }
}
