//! The payments that are measured: real terms, real keys, real signatures, the same on every run.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::eip712::{Digest, DomainSeparator};
use quittance_core::proof::{Admitted, Settled};
use quittance_core::registry::{self, networks};
use quittance_core::signature::{Form, PayerCache, PublicKey, Signature, SignatureBytes};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, ResourceInfo};
use quittance_core::{
    Address, Amount, Limits, Money, Nonce, Progress, Scheme as _, SecretKey, Terms, UnixSeconds, VerifyInput, Window, header,
    keccak256,
};
use quittance_evm::EXACT;

use crate::path::SAMPLES;

/// The time of every check.
pub(crate) const NOW: UnixSeconds = UnixSeconds::from_secs(1_740_672_100);

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// The seller's only offer: one cent in USDC on Base Sepolia.
pub(crate) fn terms() -> Terms {
    let usdc = registry::default_asset(networks::BASE_SEPOLIA).expect("the registry has USDC there");
    let price = Money::parse("$0.01").expect("a price");
    Terms::exact(usdc, &price, PAYEE, 60).expect("terms that can be paid")
}

/// The signing domain of the offer's token.
pub(crate) fn domain() -> DomainSeparator {
    terms().token().ok().and_then(|token| token.erc20()).expect("a registered token").domain_separator()
}

/// One buyer with what it signed.
pub(crate) struct Buyer {
    pub(crate) key: PublicKey,
    pub(crate) address: Address,
    pub(crate) digest: Digest,
    pub(crate) signature: Signature,
    pub(crate) payload: Eip3009Payload,
}

/// A cache that knows every buyer of the samples, each by a settlement of a payment that is none of the measured ones.
pub(crate) fn payers() -> &'static PayerCache {
    static PAYERS: OnceLock<PayerCache> = OnceLock::new();
    PAYERS.get_or_init(|| {
        let mut cache = PayerCache::with_places(SAMPLES.into());
        for index in 0..SAMPLES {
            let (settled, digest) = settled(index);
            cache.learn(&settled, &digest);
        }
        assert_eq!(cache.len(), usize::from(SAMPLES));
        cache
    })
}

/// An earlier payment of a buyer, settled.
fn settled(index: u8) -> (Settled, Digest) {
    let key = secret(b"buyer", index);
    let transfer = transfer(&key, index, b'e');
    let digest = digest(transfer);
    let payload = Eip3009Payload::new(key.sign(&digest), transfer);
    let terms = terms();
    let payment = PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().expect("a payment");
    let input = VerifyInput::offline(&payment, &terms, NOW);
    let Ok(Progress::Verified(verified)) = EXACT.verify(&input) else { unreachable!("it is a good payment") };
    (Settled::assertion(Admitted::assertion(verified), "0x01".into(), transfer.value), digest)
}

/// What a refused payment has wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Amount,
    Window,
    Recipient,
    HighS,
    Signer,
}

/// Buyer number `index`, and what it signs: the whole of it is right but for `fault`, which it signs as well.
pub(crate) fn buyer(index: u8, fault: Fault) -> Buyer {
    let (key, stranger) = (secret(b"buyer", index), secret(b"stranger", index));
    let mut transfer = transfer(&key, index, b'n');
    match fault {
        Fault::Amount => transfer.value = Amount::from_u64(9_999),
        Fault::Window => transfer.window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(NOW.as_secs() - 1)),
        Fault::Recipient => transfer.to = stranger.address(),
        Fault::None | Fault::HighS | Fault::Signer => {}
    }
    let digest = digest(transfer);
    let signature = if fault == Fault::Signer { stranger.sign(&digest) } else { key.sign(&digest) };
    let bytes = if fault == Fault::HighS { twin(&signature).to_vec() } else { signature.to_bytes().to_vec() };
    let payload = Eip3009Payload::new(SignatureBytes::from_bytes(&bytes).expect("65 bytes"), transfer);
    Buyer { key: key.public_key(), address: key.address(), digest, signature, payload }
}

/// What a buyer authorizes for the offer; the series tells one nonce from another.
fn transfer(key: &SecretKey, index: u8, series: u8) -> Authorization {
    Authorization {
        from: key.address(),
        to: Address::parse(PAYEE).expect("an address"),
        value: Amount::from_u64(10_000),
        window: Window::new(UnixSeconds::from_secs(0), NOW.checked_add(60).expect("a minute later")),
        nonce: Nonce::from_bytes(keccak256(&[series, index])),
    }
}

fn digest(transfer: Authorization) -> Digest {
    Eip3009Payload::new(SignatureBytes::from_bytes(&[]).expect("no bytes are few"), transfer).digest(&domain())
}

/// The header of a payment, as a client with the usual members writes it.
pub(crate) fn header(payload: &Eip3009Payload) -> Vec<u8> {
    header_for(&terms(), payload)
}

/// The header of a payment that claims to take another offer.
pub(crate) fn header_for(accepted: &Terms, payload: &Eip3009Payload) -> Vec<u8> {
    let mut payment = PaymentPayload::new(accepted.requirements().clone(), payload.into());
    let mut resource = ResourceInfo::new("https://api.example.com/premium-data");
    resource.description = Some("Access to premium market data".into());
    resource.mime_type = Some("application/json".into());
    payment.resource = Some(resource);
    header::encode(&payment, &Limits::HEADER).expect("a header of common length").into_bytes()
}

/// As many bytes as base64 makes the longest header of.
pub(crate) const FULL: usize = Limits::HEADER.bytes / 4 * 3;

/// The longest header over any bytes.
pub(crate) fn of_8_kib(bytes: Vec<u8>) -> Vec<u8> {
    let header = STANDARD.encode(bytes).into_bytes();
    assert_eq!(header.len(), Limits::HEADER.bytes);
    header
}

/// A header over edited JSON text.
pub(crate) fn edited(header: &[u8], edit: impl FnOnce(String) -> String) -> Vec<u8> {
    let json = STANDARD.decode(header).expect("our own header");
    STANDARD.encode(edit(String::from_utf8(json).expect("JSON is text"))).into_bytes()
}

fn secret(role: &[u8], index: u8) -> SecretKey {
    SecretKey::from_bytes(&keccak256(&[role, &[index]].concat())).expect("a hash is a key but once in 2^128")
}

/// The other signature that satisfies the equation: `n - s`, and the other parity. Nothing of ours makes one.
fn twin(signature: &Signature) -> [u8; 65] {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6,
        0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];
    let order = Amount::from_be_bytes(ORDER);
    let high = order.checked_sub(Amount::from_be_bytes(*signature.s())).expect("s is below the order").to_be_bytes();
    let mut twin = signature.to_bytes();
    for (to, from) in twin.iter_mut().skip(32).zip(high) {
        *to = from;
    }
    if let Some(v) = twin.last_mut() {
        *v = 55 - *v;
    }
    assert!(Signature::from_bytes(&twin, Form::Full).is_err(), "a high s is no signature here");
    twin
}
