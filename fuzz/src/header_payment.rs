//! Payment headers of both versions: bytes to an [`Envelope`], to an object, to a [`Payment`], and back.

use quittance_core::header::{self, Envelope};
use quittance_core::json::Object;
use quittance_core::wire::{Eip3009Payload, PaymentPayload, Permit2Payload, SolanaPayload, v1};
use quittance_core::{Authorization, DecodeError, Limits, Payment};

use crate::base64;
use crate::vectors::Vectors;

/// Bytes that begin as JSON does are put into base64 first, so that a mutation of one byte is one of the text, not of the encoding.
pub fn run(data: &[u8]) {
    if data.starts_with(b"{") { check(&base64::encode(data)) } else { check(data) }
}

/// The headers, and what is inside of them.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["header/payment"], "header");
    let inside = seeds.iter().filter_map(|text| base64::decode(text)).collect::<Vec<_>>();
    seeds.extend(inside);
    seeds.extend(vectors.texts(&["wire/payment-payload"], "text"));
    seeds
}

fn check(value: &[u8]) {
    let envelope = Envelope::from_header(value, &Limits::HEADER);
    let inside = base64::decode(value).filter(|_| value.len() <= Limits::HEADER.bytes);
    match (&envelope, inside) {
        (Ok(envelope), Some(inside)) => {
            let same = Envelope::from_json(&inside, &Limits::HEADER).expect("a header holds one object");
            assert!(same.into_object() == envelope.clone().into_object());
            check_object(&envelope.clone().into_object());
        }
        (Ok(_), None) => panic!("base64 that is not canonical, or too long, was read"),
        (Err(refusal), Some(inside)) => {
            assert!(inside.is_empty() || Envelope::from_json(&inside, &Limits::HEADER).is_err(), "{refusal}");
        }
        (Err(_), None) => {}
    }
    let v2 = check_version("payment-signature", value, header::payment_signature(value, &Limits::HEADER));
    let v1 = check_version("X-Payment", value, header::x_payment(value, &Limits::HEADER));
    assert!(!(v1 && v2), "one header is a payment of both versions");
    if v1 || v2 {
        let both = [(header::PAYMENT_SIGNATURE, value), (header::X_PAYMENT, value)];
        assert!(Payment::from_headers(both, &Limits::HEADER).is_err(), "two payments in one request");
    }
}

fn check_object(object: &Object) {
    let text = header::encode(object.clone(), &Limits::HEADER).expect("what is written is never longer than what was read");
    let again = Envelope::from_header(text.as_bytes(), &Limits::HEADER).expect("what was written is read").into_object();
    assert!(again == *object);
    assert_eq!(again.to_string(), object.to_string());
}

/// Reads a payment by way of the request's headers and by way of the object, and once more after writing it.
fn check_version<T: Rewritten>(name: &str, value: &[u8], object: Result<T, DecodeError>) -> bool {
    let payment = Payment::from_headers([("host", b"example.com".as_slice()), (name, value)], &Limits::HEADER);
    let Ok(object) = object else {
        assert!(payment.is_err(), "a payment of no object");
        return false;
    };
    let text = object.rewritten();
    let again = Payment::from_headers([(name, text.as_bytes())], &Limits::HEADER);
    match (payment, again) {
        (Ok(Some(first)), Ok(Some(second))) => {
            assert_eq!(facts(&first), facts(&second));
            let known = Payment::from_headers_for(
                [(name, value)],
                &first.accepted().cloned().into_iter().collect::<Vec<_>>(),
                &Limits::HEADER,
            );
            assert_eq!(
                known.map(|known| known.as_ref().map(facts)),
                Ok(Some(facts(&first))),
                "an offer that is known is read as another"
            );
            check_authorization(first.authorization());
            true
        }
        (Err(first), Err(second)) => {
            assert_eq!(first, second);
            false
        }
        _ => panic!("a payment that is written is another"),
    }
}

/// An object that writes itself as a header again.
trait Rewritten {
    fn rewritten(&self) -> String;
}

impl Rewritten for PaymentPayload {
    fn rewritten(&self) -> String {
        header::encode(self, &Limits::HEADER).expect("what is written is never longer than what was read")
    }
}

impl Rewritten for v1::PaymentPayload {
    fn rewritten(&self) -> String {
        header::encode(self, &Limits::HEADER).expect("what is written is never longer than what was read")
    }
}

/// Everything that a payment says of itself.
fn facts(payment: &Payment) -> String {
    let accepted = payment.accepted().map(|terms| terms.hash());
    let authorization = match payment.authorization() {
        Authorization::Eip3009(payload) => Object::from(payload).to_string(),
        Authorization::ExactPermit2(payload) => Object::from(payload).to_string(),
        Authorization::UptoPermit2(payload) => Object::from(payload).to_string(),
        Authorization::Solana(payload) => Object::from(payload).to_string(),
        Authorization::Other(object) => object.to_string(),
        other => panic!("a payload that this target does not know: {other:?}"),
    };
    let extensions = Object::from(payment.extensions());
    format!("{payment:?} {:?} {accepted:?} {:?} {authorization} {extensions}", payment.version(), payment.resource())
}

/// A payload that is written is read again as the same.
fn check_authorization(authorization: &Authorization) {
    match authorization {
        Authorization::Eip3009(payload) => {
            assert!(Eip3009Payload::try_from(Object::from(payload)).as_ref() == Ok(payload));
        }
        Authorization::ExactPermit2(payload) => {
            assert!(Permit2Payload::try_from(Object::from(payload)).as_ref() == Ok(payload));
        }
        Authorization::UptoPermit2(payload) => {
            assert!(Permit2Payload::try_from(Object::from(payload)).as_ref() == Ok(payload));
        }
        Authorization::Solana(payload) => {
            assert!(SolanaPayload::try_from(Object::from(payload)).as_ref() == Ok(payload));
        }
        _ => {}
    }
}
