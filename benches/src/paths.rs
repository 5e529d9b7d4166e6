//! The list of paths.
//!
//! A path that comes later is one more row. Known payers are those of all samples, in one cache as a server has it; a batch is of all
//! of them, each call's in another order.

use std::hint::black_box;

use quittance_core::signature::{Claim, PayerCache, recover, recover_public_key, verify_many};
use quittance_core::{
    Account, DecodeError, Limits, Payment, Progress, Rejection, Scheme as _, Terms, VerifyInput, find_offer, header,
};
use quittance_evm::{EXACT, Exact};

use crate::inputs::{self, Buyer, Fault, NOW, buyer};
use crate::path::{Call, Path, SAMPLES, Side};
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

/// How many payments a batch has: one of each buyer.
const BATCH: u32 = SAMPLES as u32;

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
    ours("header", "read a payment header", DECODED, |i| decoding(i, &[])),
    ours("header-for-offers", "read a payment header, offers at hand", DECODED, |i| decoding(i, &[inputs::terms()])),
    ours("header-to-verified", "header to verified payment", VERIFIED, |i| whole(i, Fault::None)),
    ours("known-payer", "known payer: verify", VERIFIED, |i| claiming(i, Some(inputs::payers()))),
    ours("known-header-to-verified", "known payer: header to verified payment", VERIFIED, known),
    ours("batch-strangers", "batch of 64: verify", VERIFIED, |i| claiming_many(i, None)).of_items(BATCH),
    ours("batch-known", "batch of 64 known payers: verify", VERIFIED, |i| claiming_many(i, Some(inputs::payers()))).of_items(BATCH),
    ours("batch-header-to-verified", "batch of 64 known payers: header to verified payment", VERIFIED, many).of_items(BATCH),
    ours("refuse-garbage", "refuse garbage as long as a payment", "base64_symbol", garbage),
    ours("refuse-noise", "refuse 8 KiB of base64 over garbage", "utf8", |i| refusing(inputs::of_8_kib(noise(i, inputs::FULL)))),
    ours("refuse-text", "refuse 8 KiB of base64 over other text", "json_syntax", |i| refusing(inputs::of_8_kib(prose(i)))),
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

fn decoding(index: u8, offers: &[Terms]) -> Call {
    let (header, offers) = (inputs::header(&buyer(index, Fault::None).payload), offers.to_vec());
    Call::new(move || match read(&header, &offers) {
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

/// A payment by a payer who is known.
fn known(index: u8) -> Call {
    let Buyer { address, payload, .. } = buyer(index, Fault::None);
    let (header, offers, payer, payers) = (inputs::header(&payload), [inputs::terms()], Account::Evm(address), inputs::payers());
    Call::new(move || match check(&header, &offers, &EXACT, Some(payers)) {
        Ok(Progress::Verified(proof)) if *proof.payer() == payer => VERIFIED,
        _ => WRONG,
    })
}

/// The signature alone.
fn claiming(index: u8, payers: Option<&'static PayerCache>) -> Call {
    let Buyer { address, digest, signature, .. } = buyer(index, Fault::None);
    Call::new(move || {
        let claim = Claim::new(black_box(&digest), black_box(&signature), address).with_payers(payers);
        if claim.verify().is_ok() { VERIFIED } else { WRONG }
    })
}

/// The buyers of a batch, beginning with one of them.
fn buyers(first: u8) -> Vec<Buyer> {
    (0..SAMPLES).map(|offset| buyer((first + offset) % SAMPLES, Fault::None)).collect()
}

/// Many signatures alone.
fn claiming_many(first: u8, payers: Option<&'static PayerCache>) -> Call {
    let buyers = buyers(first);
    Call::new(move || {
        let claims = buyers
            .iter()
            .map(|Buyer { digest, signature, address, .. }| Claim::new(digest, signature, *address).with_payers(payers));
        let verdicts = verify_many(black_box(&claims.collect::<Vec<_>>()));
        if verdicts.len() == usize::from(SAMPLES) && verdicts.iter().all(Result::is_ok) { VERIFIED } else { WRONG }
    })
}

/// Many payments by payers who are known.
fn many(first: u8) -> Call {
    let (buyers, offers, cache) = (buyers(first), [inputs::terms()], inputs::payers());
    let headers = buyers.iter().map(|buyer| inputs::header(&buyer.payload)).collect::<Vec<_>>();
    let payers = buyers.iter().map(|buyer| Account::Evm(buyer.address)).collect::<Vec<_>>();
    Call::new(move || {
        let payments = headers.iter().filter_map(|header| read(header, &offers).ok().flatten()).collect::<Vec<_>>();
        let input = |payment| {
            let terms = find_offer(&offers, payment).ok()?;
            Some(VerifyInput::offline(payment, terms, NOW).with_payers(cache))
        };
        let verdicts = EXACT.verify_many(&payments.iter().filter_map(input).collect::<Vec<_>>());
        let right = |(verdict, payer): (&_, &Account)| matches!(verdict, Ok(Progress::Verified(proof)) if proof.payer() == payer);
        if verdicts.len() == payers.len() && verdicts.iter().zip(&payers).all(right) { VERIFIED } else { WRONG }
    })
}

fn garbage(index: u8) -> Call {
    let high = |byte: u8| byte | 0x80;
    refusing(noise(index, genuine(index).len()).into_iter().map(high).collect())
}

fn noise(index: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * 167 + usize::from(index)) % 256).unwrap_or_default()).collect()
}

fn prose(index: u8) -> Vec<u8> {
    noise(index, inputs::FULL).into_iter().map(|byte| b'a' + byte % 26).collect()
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
fn checking(header: Vec<u8>, scheme: Exact<'static>, is_payer: impl Fn(&Account) -> bool + 'static) -> Call {
    let offers = [inputs::terms()];
    Call::new(move || match check(&header, &offers, &scheme, None) {
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

fn check(header: &[u8], offers: &[Terms], scheme: &Exact, payers: Option<&PayerCache>) -> Result<Progress, Refusal> {
    let payment = read(header, offers).map_err(Refusal::Bytes)?.ok_or(Refusal::Payment(Rejection::NoMatchingOffer))?;
    let terms = find_offer(offers, &payment).map_err(Refusal::Payment)?;
    let input = VerifyInput::offline(&payment, terms, NOW);
    scheme.verify(&payers.map_or(input, |payers| input.with_payers(payers))).map_err(Refusal::Payment)
}

fn read(header: &[u8], offers: &[Terms]) -> Result<Option<Payment>, DecodeError> {
    let headers = [("host", &b"api.example.com"[..]), (header::PAYMENT_SIGNATURE, black_box(header))];
    Payment::from_headers_for(headers, offers, &Limits::HEADER)
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
