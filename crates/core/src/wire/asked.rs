//! What a seller asks, whichever version of the protocol said it, and the payment in the words of that version.
//!
//! Version 2 asks in a header, version 1 in a body, and each wants the payment in a header of its own. A buyer that goes through here knows
//! neither (map sections 1.1 to 1.5).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{
    Artifact, Extension, Extensions, OfferPayload, OfferReceipt, PaymentPayload, PaymentRequired, ResourceInfo, Version, v1,
};
use crate::error::{DecodeError, ShapeError};
use crate::header;
use crate::json::{Object, Value};
use crate::limits::Limits;
use crate::misuse::Misuse;
use crate::terms::Terms;

/// What a 402 asks.
///
/// Everything in it is the seller's word. An offer that cannot be read is left out and counted: a buyer needs one that it can pay, and
/// an unknown network among the others is no reason to refuse them all.
#[derive(Clone)]
pub struct Asked {
    version: Version,
    offers: Vec<Terms>,
    unread: usize,
    reason: Option<String>,
    claims: Vec<ResourceInfo>,
    /// The resource as version 2 wants it returned.
    resource: Option<ResourceInfo>,
    extensions: Extensions,
}

impl Asked {
    /// Reads a 402: its `PAYMENT-REQUIRED` header, or where there is none, its body.
    ///
    /// # Errors
    ///
    /// When the header, or in its absence the body, is not what a version of the protocol writes. Where there is a header the body may be
    /// anything, but if it makes offers too they must be among those of the header: nobody can say which of two prices is meant (catalogue
    /// row 202).
    pub fn read(required: Option<&[u8]>, body: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let Some(value) = required else { return v1::PaymentRequired::from_json(body, limits).map(Self::of_first) };
        let asked = header::payment_required(value, limits).map(Self::of)?;
        let in_body = match v1::PaymentRequired::from_json(body, limits) {
            Ok(first) => Some(Self::of_first(first)),
            Err(_) => PaymentRequired::from_json(body, limits).ok().map(Self::of),
        };
        let is_the_same = |one: &Terms, other: &Terms| {
            (one.scheme(), one.network(), one.asset()) == (other.scheme(), other.network(), other.asset())
                && (one.amount(), one.pay_to()) == (other.amount(), other.pay_to())
        };
        let offers = in_body.iter().flat_map(|body| &body.offers);
        for offer in offers {
            if !asked.offers.iter().any(|known| is_the_same(known, offer)) {
                return Err(DecodeError::member(ShapeError::Ambiguous, "accepts"));
            }
        }
        Ok(asked)
    }

    /// The offers that are signed. An extension that cannot be read is one in which nothing is.
    #[must_use]
    pub fn signed_offers(&self) -> Vec<Artifact<OfferPayload>> {
        OfferReceipt::find(&self.extensions).ok().flatten().and_then(|found| found.offers).unwrap_or_default()
    }

    fn of(required: PaymentRequired) -> Self {
        let all = required.accepts.len();
        let offers = required.accepts.into_iter().filter_map(|offer| Terms::parse(offer).ok()).collect::<Vec<_>>();
        Self {
            version: Version::V2,
            unread: all.saturating_sub(offers.len()),
            offers,
            reason: required.error,
            claims: required.resource.iter().cloned().collect(),
            resource: required.resource,
            extensions: required.extensions.unwrap_or_default(),
        }
    }

    fn of_first(required: v1::PaymentRequired) -> Self {
        let all = required.accepts.len();
        let read = |offer: &v1::PaymentRequirements| {
            offer.to_v2().and_then(Terms::parse).ok().map(|terms| (terms, offer.resource.clone()))
        };
        let (offers, claims): (Vec<_>, Vec<_>) = required.accepts.iter().filter_map(read).unzip();
        Self {
            version: Version::V1,
            unread: all.saturating_sub(offers.len()),
            offers,
            reason: required.error,
            claims,
            resource: None,
            extensions: Extensions::new(),
        }
    }

    /// The offers that could be read, in the seller's order.
    #[must_use]
    pub fn offers(&self) -> &[Terms] {
        &self.offers
    }

    /// How many offers could not.
    #[must_use]
    pub const fn unread(&self) -> usize {
        self.unread
    }

    /// Why the request was not served: text for people, or a reason to be read by [`Reason::parse`](crate::rejection::Reason::parse).
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What is being sold, in the seller's words: one for all offers, or one for each.
    #[must_use]
    pub fn claims(&self) -> &[ResourceInfo] {
        &self.claims
    }

    /// The extensions that the seller speaks.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The payment for one of the offers, as the header that carries it. Every extension is returned as it came; `additions` are what the
    /// buyer says in answer, each under its id.
    ///
    /// # Errors
    ///
    /// [`Misuse::TermsTooLong`] when it does not fit into a header.
    pub fn pay(&self, terms: &Terms, payload: Object, additions: &[(&str, Extension)], limits: &Limits) -> Result<Paying, Misuse> {
        let (name, object) = match self.version {
            Version::V1 => {
                let network = terms.network();
                let network =
                    crate::registry::v1_name(network).map_or_else(|| alloc::string::ToString::to_string(&network), Into::into);
                (header::X_PAYMENT, Object::from(&v1::PaymentPayload::new(terms.scheme().as_str(), network, payload)))
            }
            Version::V2 => {
                let mut payment = PaymentPayload::new(terms.requirements().clone(), payload);
                payment.resource = self.resource.clone();
                let mut extensions = self.extensions.clone();
                for (id, entry) in additions {
                    extensions.insert(id, entry);
                }
                payment.extensions = Some(extensions).filter(|extensions| !extensions.is_empty());
                (header::PAYMENT_SIGNATURE, Object::from(&payment))
            }
        };
        Ok(Paying { name, value: header::encode(object, limits)? })
    }
}

/// Of what a stranger wrote it shows how much there is.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked").field("offers", &self.offers).field("unread", &self.unread).finish_non_exhaustive()
    }
}

/// A payment, as the header that carries it. It is a live signature, and does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Paying {
    name: &'static str,
    value: String,
}

impl Paying {
    /// One that was kept: the line that [`line`](Self::line) gave.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for bytes that are no such line.
    pub fn parse(line: &[u8]) -> Result<Self, DecodeError> {
        let read = || {
            let (name, value) = core::str::from_utf8(line).ok()?.split_once(": ")?;
            let name = [header::PAYMENT_SIGNATURE, header::X_PAYMENT].into_iter().find(|known| *known == name)?;
            Some(Self { name, value: value.into() })
        };
        read().ok_or_else(|| DecodeError::whole(ShapeError::Grammar))
    }

    /// One that travels as an object and not as a header, as tool calls have it (MCP transport): the header that would carry it. Nothing of it
    /// is read but which version it says it speaks.
    ///
    /// # Errors
    ///
    /// [`Misuse::TermsTooLong`] when it does not fit into a header.
    pub fn of_object(object: Object, limits: &Limits) -> Result<Self, Misuse> {
        let name = match object.member("x402Version") {
            Some(Value::Number(number)) if number.as_u64() == Some(Version::V1.number()) => header::X_PAYMENT,
            _ => header::PAYMENT_SIGNATURE,
        };
        Ok(Self { name, value: header::encode(object, limits)? })
    }

    /// The object in the header.
    ///
    /// # Errors
    ///
    /// When the value is not what [`Envelope::from_header`](header::Envelope::from_header) asks.
    pub fn object(&self, limits: &Limits) -> Result<Object, DecodeError> {
        header::Envelope::from_header(self.value.as_bytes(), limits).map(header::Envelope::into_object)
    }

    /// The header's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The header's value.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// Name and value on one line, to be kept before it is sent and sent again as it is.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        alloc::format!("{}: {}", self.name, self.value).into_bytes()
    }
}

impl fmt::Debug for Paying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Paying({}, {} bytes)", self.name, self.value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::Payment;
    use crate::registry::{default_asset, networks};
    use crate::{Money, header::find_payment};

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    fn terms() -> Terms {
        Terms::exact(default_asset(networks::BASE).unwrap(), &Money::parse("$0.01").unwrap(), PAYEE, 60).unwrap()
    }

    fn payload() -> Object {
        let text = alloc::format!(
            r#"{{"signature":"0x{}","authorization":{{"from":"{PAYEE}","to":"{PAYEE}","value":"10000","validAfter":"0","validBefore":"9","nonce":"0x{}"}}}}"#,
            "1b".repeat(65),
            "07".repeat(32)
        );
        header::Envelope::from_json(text.as_bytes(), &Limits::BODY).unwrap().into_object()
    }

    fn check(asked: &Asked) {
        assert!(matches!(asked.offers(), [one] if one.is_same_offer(&terms())) && asked.unread() == 1);
        let paying = asked.pay(&terms(), payload(), &[], &Limits::HEADER).unwrap();
        let found = find_payment([(paying.name(), paying.expose().as_bytes())]).unwrap().unwrap();
        let payment = Payment::from_header(found, &Limits::HEADER).unwrap();
        assert_eq!((payment.network(), payment.scheme()), (networks::BASE, terms().scheme()));
        assert_eq!(Paying::parse(&paying.line()).unwrap(), paying);
        let object = paying.object(&Limits::HEADER).unwrap();
        assert_eq!(Paying::of_object(object, &Limits::HEADER).unwrap(), paying);
        assert!(!alloc::format!("{paying:?}{asked:?}").contains(paying.expose()), "row 220");
    }

    #[test]
    fn either_version_is_answered_in_its_own_words() {
        let strange = r#"{"scheme":"exact","network":"??","amount":"1","asset":"x","payTo":"y","maxTimeoutSeconds":60}"#;
        let mut required = PaymentRequired::new(ResourceInfo::new("https://a.example/r"), [terms().requirements().clone()].into());
        let text = required.to_json().replace("\"accepts\":[", &alloc::format!("\"accepts\":[{strange},"));
        let value =
            header::encode(header::Envelope::from_json(text.as_bytes(), &Limits::BODY).unwrap().into_object(), &Limits::BODY)
                .unwrap();
        check(&Asked::read(Some(value.as_bytes()), b"<html>", &Limits::BODY).unwrap());
        let offer = v1::PaymentRequirements::from_v2(terms().requirements(), &ResourceInfo::new("https://a.example/r")).unwrap();
        let unknown = v1::PaymentRequirements { network: "nowhere".into(), ..offer.clone() };
        check(
            &Asked::read(None, v1::PaymentRequired::new("pay", [offer, unknown].into()).to_json().as_bytes(), &Limits::BODY)
                .unwrap(),
        );
        required.accepts.clear();
        assert!(Asked::read(None, required.to_json().as_bytes(), &Limits::BODY).is_err(), "version 2 asks in the header");
    }

    #[test]
    fn row_202_a_body_that_asks_for_something_else_makes_the_answer_ambiguous() {
        let about = ResourceInfo::new("https://a.example/r");
        let dearer = Terms::exact(default_asset(networks::BASE).unwrap(), &Money::parse("$1").unwrap(), PAYEE, 60).unwrap();
        let required = |terms: &Terms| PaymentRequired::new(about.clone(), [terms.requirements().clone()].into());
        let first = |terms: &Terms| {
            v1::PaymentRequired::new("pay", [v1::PaymentRequirements::from_v2(terms.requirements(), &about).unwrap()].into())
                .to_json()
        };
        let value = header::encode(&required(&terms()), &Limits::BODY).unwrap();
        let read = |body: &str| Asked::read(Some(value.as_bytes()), body.as_bytes(), &Limits::BODY).map_err(|error| error.kind());
        for same in [required(&terms()).to_json(), first(&terms()), "{}".into(), "<html>".into(), String::new()] {
            assert!(read(&same).is_ok(), "{same}");
        }
        for other in [required(&dearer).to_json(), first(&dearer)] {
            assert_eq!(read(&other).unwrap_err(), ShapeError::Ambiguous.into(), "{other}");
        }
    }

    #[test]
    fn what_was_not_kept_is_no_payment() {
        for line in ["", "X-PAYMENT", "x-payment: abc", "COOKIE: abc"] {
            assert!(Paying::parse(line.as_bytes()).is_err(), "{line}");
        }
    }
}
