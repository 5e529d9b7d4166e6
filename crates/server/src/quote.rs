//! Offers that outlive a change of price: a quote under the seller's own seal (rule 5).
//!
//! Where prices change, a buyer may come back with a payment for the price of a minute ago. A seal over the offer, the method, the resource
//! and the end of the offer's life says that the seller did make it, and to nobody it says anything else: the payment's copy of the terms is believed
//! because of the seal, and without one it is only compared with what is offered now. Instances behind one address share the key.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use quittance_core::json::Object;
use quittance_core::{Resource, Terms, UnixSeconds, sha256};
use sha2::Sha256;

/// The member of `extra` that a quote stands in: `1.<end>.<seal>`, the end in seconds and the seal in hexadecimal digits.
pub const MEMBER: &str = "quote";

/// Thirty-two secret bytes, the same in every instance of a seller and in every life of it. They do not print themselves.
#[derive(Clone)]
pub struct QuoteKey([u8; 32]);

/// What a copy of an offer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It was made here for this request, and is honoured.
    Live,
    /// It was made here for this request, and has ended: only what was bought with it before is given.
    Ended,
    /// Nobody here has sealed it.
    Unsealed,
}

/// What an offer is made for: one resource may have another price for each method.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) method: &'a Method,
    pub(crate) resource: &'a Resource,
}

impl QuoteKey {
    /// Takes bytes from a cryptographic random source. Whoever has them sets prices.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The offer, sealed for a request until a time; none where it leaves no room for the seal.
    pub(crate) fn seal(&self, terms: &Terms, wanted: Wanted<'_>, end: UnixSeconds) -> Option<Terms> {
        let plain = without(terms)?;
        let seal = self.mac(&plain, wanted, end).finalize().into_bytes();
        let digits: String = seal.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut offer = plain.requirements().clone();
        let mut extra = offer.extra.take().unwrap_or_default();
        extra.insert(MEMBER, format!("1.{}.{digits}", end.as_secs()).as_str());
        offer.extra = Some(extra);
        Terms::parse(offer).ok()
    }

    /// What a client's copy of an offer is for a request.
    pub(crate) fn stands(&self, claimed: &Terms, wanted: Wanted<'_>, now: UnixSeconds) -> Standing {
        let Some((end, seal)) = claimed.extra_text(MEMBER).and_then(read) else { return Standing::Unsealed };
        let Some(plain) = without(claimed) else { return Standing::Unsealed };
        if self.mac(&plain, wanted, end).verify_slice(&seal).is_err() {
            Standing::Unsealed
        } else if now <= end {
            Standing::Live
        } else {
            Standing::Ended
        }
    }

    /// Over words of 32 bytes, so that no two quotes share a text.
    fn mac(&self, plain: &Terms, Wanted { method, resource }: Wanted<'_>, end: UnixSeconds) -> Hmac<Sha256> {
        // whoever asks for the head alone asks for the same thing
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let (asked, place) = (sha256(method.as_str().as_bytes()), sha256(resource.as_str().as_bytes()));
        let mut words = [sha256(b"quittance-quote/2"), *plain.hash().as_bytes(), asked, place, [0; 32]];
        words[4][24..].copy_from_slice(&end.as_secs().to_be_bytes());
        // a key shorter than a block is filled up with zeros (RFC 2104, section 2)
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(words.as_flattened());
        mac
    }
}

impl fmt::Debug for QuoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QuoteKey(..)")
    }
}

/// The offer without a quote.
fn without(terms: &Terms) -> Option<Terms> {
    if terms.extra_text(MEMBER).is_none() {
        return Some(terms.clone());
    }
    let mut offer = terms.requirements().clone();
    let mut extra = offer.extra.take().unwrap_or_default();
    extra.remove(MEMBER);
    offer.extra = Some(extra).filter(|extra: &Object| !extra.is_empty());
    Terms::parse(offer).ok()
}

/// The parts of a quote in its one spelling.
fn read(text: &str) -> Option<(UnixSeconds, [u8; 32])> {
    let (end, digits) = text.strip_prefix("1.")?.split_once('.')?;
    let seconds: u64 = end.parse().ok().filter(|seconds: &u64| seconds.to_string() == end)?;
    if digits.len() != 64 || digits.bytes().any(|digit| !matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut seal = [0; 32];
    for (byte, pair) in seal.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some((UnixSeconds::from_secs(seconds), seal))
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks::BASE_SEPOLIA;
    use quittance_core::wire::PaymentRequirements;

    use super::*;
    use crate::offer;

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    fn get(resource: &Resource) -> Wanted<'_> {
        Wanted { method: &Method::GET, resource }
    }

    fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds::from_secs(seconds)
    }

    fn edited(terms: &Terms, edit: impl FnOnce(&mut PaymentRequirements)) -> Terms {
        let mut offer = terms.requirements().clone();
        edit(&mut offer);
        Terms::parse(offer).unwrap()
    }

    #[test]
    fn a_quote_is_live_until_its_end_for_what_it_was_made_for() {
        let (key, other) = (QuoteKey::from_bytes([1; 32]), QuoteKey::from_bytes([2; 32]));
        let (here, there) = (Resource::parse("https://a.example/1").unwrap(), Resource::parse("https://a.example/2").unwrap());
        let (here, there) = (get(&here), get(&there));
        let plain = offer::exact(BASE_SEPOLIA, "$0.01", PAYEE).unwrap();
        let sealed = key.seal(&plain, here, at(100)).unwrap();
        assert_eq!(key.stands(&sealed, here, at(100)), Standing::Live);
        assert_eq!(key.stands(&sealed, here, at(101)), Standing::Ended);
        assert_eq!(key.stands(&sealed, there, at(100)), Standing::Unsealed, "another resource");
        assert_eq!(key.stands(&sealed, Wanted { method: &Method::POST, ..here }, at(100)), Standing::Unsealed, "another method");
        assert_eq!(key.stands(&sealed, Wanted { method: &Method::HEAD, ..here }, at(100)), Standing::Live);
        assert_eq!(other.stands(&sealed, here, at(100)), Standing::Unsealed, "another seller");
        assert_eq!(key.stands(&plain, here, at(0)), Standing::Unsealed, "no quote");
        assert_eq!(
            key.stands(&edited(&sealed, |offer| offer.amount = "1".into()), here, at(100)),
            Standing::Unsealed,
            "another price"
        );
        assert_eq!(
            key.stands(&edited(&sealed, |offer| offer.pay_to = offer.asset.clone()), here, at(100)),
            Standing::Unsealed,
            "another payee"
        );
        let later = edited(&sealed, |offer| {
            let extra = offer.extra.as_mut().unwrap();
            let quote = extra.member(MEMBER).unwrap().as_str().unwrap().replace("1.100.", "1.900.");
            extra.insert(MEMBER, quote.as_str());
        });
        assert_eq!(key.stands(&later, here, at(100)), Standing::Unsealed, "a later end");
        // sealed again it is the same offer, with a later end
        let again = key.seal(&sealed, here, at(200)).unwrap();
        assert_eq!(key.stands(&again, here, at(150)), Standing::Live);
        assert!(!again.is_same_offer(&sealed));
    }

    #[test]
    fn a_quote_has_one_spelling() {
        let seal = "ab".repeat(32);
        assert_eq!(read(&format!("1.7.{seal}")), Some((at(7), [0xab; 32])));
        for text in [
            format!("1.07.{seal}"),
            format!("1.+7.{seal}"),
            format!("2.7.{seal}"),
            format!("1.7.{}", seal.to_uppercase()),
            format!("1.7.{seal}0"),
            "1.7".into(),
            String::new(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
