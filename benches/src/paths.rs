//! The list of paths.
//!
//! A path that comes later is one more row: the payer cache (its verdict is [`VERIFIED`], its cache is made in `make` and owned by
//! the call) and the batch (a row with [`Path::of_items`] of 64, whose `make` collects 64 inputs) have their place after
//! `header-to-verified`.

use std::hint::black_box;

use quittance_core::signature::{recover, recover_public_key};
use quittance_core::{
    Account, DecodeError, Limits, Payment, Progress, Rejection, Scheme as _, Terms, VerifyInput, find_offer, header,
};
use quittance_evm::{EXACT, Exact};

use crate::inputs::{self, Buyer, Fault, NOW, buyer};
use crate::path::{Call, Path, Side};
#[cfg(not(target_family = "wasm"))]
use crate::peers::PEERS;
use crate::policy;

#[cfg(target_family = "wasm")]
const PEERS: &[Path] = &[];

/// The right key or address came out.
pub(crate) const RECOVERED: &str = "recovered";
/// The signature holds; for a whole payment, a proof came out.
pub(crate) const VERIFIED: &str = "verified";
const HASHED: &str = "hashed";
const DECODED: &str = "decoded";
const WRONG: &str = "wrong";

/// Every path, ours first.
#[must_use]
pub fn paths() -> Vec<Path> {
    [OURS, PEERS].concat()
}

/// The path of that name.
#[must_use]
pub fn path(name: &str) -> Option<Path> {
    paths().into_iter().find(|path| path.name == name)
}

const OURS: &[Path] = &[
    ours("recover", "recover the key", RECOVERED, recovering),
    ours("recover-address", "recover the address", RECOVERED, recovering_address),
    ours("verify", "verify with the key known", VERIFIED, verifying),
    ours("digest", "hash an EIP-3009 transfer", HASHED, hashing),
    ours("header", "read a payment header", DECODED, decoding),
    ours("header-to-verified", "header to verified payment", VERIFIED, |i| whole(i, Fault::None)),
    ours("refuse-garbage", "refuse garbage as long as a payment", "base64_symbol", garbage),
    ours("refuse-base64", "refuse a wrong last symbol of base64", "base64_symbol", not_base64),
    ours("refuse-json", "refuse JSON without its last brace", "json_end", not_json),
    ours("refuse-version", "refuse another protocol version", "x402_version", other_version),
    ours("refuse-offer", "refuse an offer the seller did not make", "no_matching_offer", other_offer),
    ours("refuse-amount", "refuse another amount", "eip3009_value", |i| whole(i, Fault::Amount)),
    ours("refuse-window", "refuse an expired payment", "eip3009_valid_before", |i| whole(i, Fault::Window)),
    ours("refuse-recipient", "refuse another recipient", "eip3009_recipient", |i| whole(i, Fault::Recipient)),
    ours("refuse-high-s", "refuse a high s", "eip3009_signature", |i| whole(i, Fault::HighS)),
    ours("refuse-signer", "refuse another signer", "eip3009_signature", |i| whole(i, Fault::Signer)),
    ours("policy", "decide by a policy of 50 rules", policy::ALLOWED, policy::allowing),
    ours("refuse-price", "refuse a risen price by it", policy::PRICE_CHANGED, policy::refusing),
];

const fn ours(name: &'static str, about: &'static str, verdict: &'static str, make: fn(u8) -> Call) -> Path {
    Path::new(Side::Ours, name, about, verdict, make)
}

fn recovering(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    Call::new(move || match recover_public_key(black_box(&digest), black_box(&signature)) {
        Ok(found) if found == key => RECOVERED,
        _ => WRONG,
    })
}

fn recovering_address(index: u8) -> Call {
    let Buyer { address, digest, signature, .. } = buyer(index, Fault::None);
    Call::new(move || match recover(black_box(&digest), black_box(&signature)) {
        Ok(found) if found == address => RECOVERED,
        _ => WRONG,
    })
}

fn verifying(index: u8) -> Call {
    let Buyer { key, digest, signature, .. } = buyer(index, Fault::None);
    Call::new(move || match black_box(&key).verify(black_box(&digest), signature.r(), signature.s()) {
        Ok(()) => VERIFIED,
        Err(_) => WRONG,
    })
}

fn hashing(index: u8) -> Call {
    let (Buyer { digest, payload, .. }, domain) = (buyer(index, Fault::None), inputs::domain());
    Call::new(move || if black_box(&payload).digest(black_box(&domain)) == digest { HASHED } else { WRONG })
}

fn decoding(index: u8) -> Call {
    let header = inputs::header(&buyer(index, Fault::None).payload);
    Call::new(move || match read(&header) {
        Ok(Some(payment)) => {
            black_box(payment);
            DECODED
        }
        Ok(None) => WRONG,
        Err(error) => error.kind().name(),
    })
}

/// The whole path, for a payment with one fault or none.
fn whole(index: u8, fault: Fault) -> Call {
    let Buyer { address, payload, .. } = buyer(index, fault);
    // Without a chain, a signature that is not the key's is a question where contract wallets may pay; here it is to be a refusal.
    let scheme = if fault == Fault::None { EXACT } else { EXACT.keys_only() };
    let payer = Account::Evm(address);
    checking(inputs::header(&payload), scheme, move |found| *found == payer)
}

fn garbage(index: u8) -> Call {
    let length = genuine(index).len();
    let noise = (0..length).map(|at| u8::try_from((at * 167 + usize::from(index)) % 256).unwrap_or_default() | 0x80).collect();
    refusing(noise)
}

fn not_base64(index: u8) -> Call {
    let mut header = genuine(index);
    if let Some(last) = header.iter_mut().rev().find(|symbol| **symbol != b'=') {
        *last = b'-';
    }
    refusing(header)
}

fn not_json(index: u8) -> Call {
    let cut = |mut json: String| {
        json.pop();
        json
    };
    refusing(inputs::edited(&genuine(index), cut))
}

fn other_version(index: u8) -> Call {
    refusing(inputs::edited(&genuine(index), |json| json.replacen("\"x402Version\":2", "\"x402Version\":3", 1)))
}

fn other_offer(index: u8) -> Call {
    let mut cheaper = inputs::terms().requirements().clone();
    cheaper.amount = "1".into();
    let cheaper = Terms::parse(cheaper).expect("an offer, if another's");
    refusing(inputs::header_for(&cheaper, &buyer(index, Fault::None).payload))
}

fn genuine(index: u8) -> Vec<u8> {
    inputs::header(&buyer(index, Fault::None).payload)
}

fn refusing(header: Vec<u8>) -> Call {
    checking(header, EXACT, |_| false)
}

/// What a seller does with the header of a request.
fn checking(header: Vec<u8>, scheme: Exact, is_payer: impl Fn(&Account) -> bool + 'static) -> Call {
    let offers = [inputs::terms()];
    Call::new(move || match check(&header, &offers, &scheme) {
        Ok(Progress::Verified(proof)) if is_payer(proof.payer()) => VERIFIED,
        Ok(_) => WRONG,
        Err(Refusal::Bytes(error)) => error.kind().name(),
        Err(Refusal::Payment(rejection)) => rejection.code(),
    })
}

enum Refusal {
    Bytes(DecodeError),
    Payment(Rejection),
}

fn check(header: &[u8], offers: &[Terms], scheme: &Exact) -> Result<Progress, Refusal> {
    let payment = read(header).map_err(Refusal::Bytes)?.ok_or(Refusal::Payment(Rejection::NoMatchingOffer))?;
    let terms = find_offer(offers, &payment).map_err(Refusal::Payment)?;
    scheme.verify(&VerifyInput::offline(&payment, terms, NOW)).map_err(Refusal::Payment)
}

fn read(header: &[u8]) -> Result<Option<Payment>, DecodeError> {
    Payment::from_headers([("host", &b"api.example.com"[..]), (header::PAYMENT_SIGNATURE, black_box(header))], &Limits::HEADER)
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn every_path_does_what_it_says() {
        for path in paths() {
            for (index, call) in path.calls().iter().enumerate() {
                assert_eq!(call.run(), path.verdict, "{} {index}", path.name);
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names = paths().iter().map(|path| path.name).collect::<Vec<_>>();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
