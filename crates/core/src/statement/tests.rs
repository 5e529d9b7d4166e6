use alloc::string::ToString as _;
use alloc::{format, vec};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::*;
use crate::asset::Account;
use crate::registry::networks;
use crate::signature::SecretKey;
use crate::wire::{OfferReceipt, PaymentRequirements};
use crate::{Limits, UnixSeconds};

const RESOURCE: &str = "https://a.example/report?customer=5ec2e7";
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const USDC: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32]).unwrap()
}

fn issuers(byte: u8) -> [Issuer; 2] {
    [Issuer::eip712(key(byte)), Issuer::jws(key(byte))]
}

fn requirements() -> PaymentRequirements {
    PaymentRequirements::new("exact", "eip155:84532", "10000", USDC, PAYEE, 60)
}

fn offer() -> OfferPayload {
    OfferPayload::of(&requirements(), RESOURCE, Some(UnixSeconds::from_secs(100)))
}

fn receipt() -> ReceiptPayload {
    ReceiptPayload::new(networks::BASE_SEPOLIA, RESOURCE, PAYEE, UnixSeconds::from_secs(50))
}

#[test]
fn what_is_signed_is_found_to_be_of_its_key() {
    for issuer in issuers(7) {
        let offered = check(&issuer.sign(offer())).unwrap();
        assert!(offered.by().is(&issuer.key()) && offered.payload().is_of(&requirements()));
        let received = check(&issuer.sign(receipt())).unwrap();
        assert!(received.by().is(&issuer.key()) && received.payload().transaction().is_none());
        assert_eq!(unchecked(&issuer.sign(receipt())).unwrap().issued_at, UnixSeconds::from_secs(50));
        // as it travels
        let info = OfferReceipt::offers(vec![issuer.sign(offer()).at(0)]);
        let read = OfferReceipt::try_from(&info.entry()).unwrap();
        assert_eq!(read.offers, info.offers);
        assert_eq!(check(&read.offers.unwrap()[0]).unwrap().by(), offered.by());
    }
}

#[test]
fn whoever_keeps_its_key_gets_the_same_statement() {
    let (own, stranger) = (key(7), key(8));
    let kid = KeyId::parse("did:web:a.example#key-1").unwrap();
    let (account, public) = (own.address(), own.public_key());
    let [typed, compact] = issuers(7);
    let named = Issuer::jws_named(key(7), kid.clone()).unwrap();
    for (unsigned, issuer) in [
        (Unsigned::eip712(offer(), account), typed),
        (Unsigned::jws(offer(), public), compact),
        (Unsigned::jws_named(offer(), public, &kid).unwrap(), named),
    ] {
        assert!(unsigned.by().is(&issuer.key()) && !format!("{unsigned:?}").contains("5ec2e7"));
        let signature = own.sign(&unsigned.digest()).to_bytes();
        assert_eq!(unsigned.clone().signed(&signature), Ok(issuer.sign(offer())));
        let other = stranger.sign(&unsigned.digest()).to_bytes();
        assert_eq!(unsigned.clone().signed(&other), Err(StatementError::NotSigned));
        let elsewhere = own.sign(&Digest::from_bytes([1; 32])).to_bytes();
        assert_eq!(unsigned.clone().signed(&elsewhere), Err(StatementError::NotSigned));
        for wrong in [&[][..], &[0; 63], &[0; 66], &[0; 130]] {
            assert_eq!(unsigned.clone().signed(wrong), Err(StatementError::Signature));
        }
        match (unsigned.typed_data(), unsigned.message()) {
            (Some(data), None) => {
                let hashed = eip712::TypedData::parse(&data.to_string()).unwrap().digest();
                assert_eq!(hashed, unsigned.digest(), "what a wallet shows is what is signed");
                assert_eq!(unsigned.signed(&signature[..64]), Err(StatementError::Signature));
            }
            (None, Some(message)) => {
                assert_eq!(Digest::from_bytes(crate::hash::sha256(message.as_bytes())), unsigned.digest());
                assert_eq!(unsigned.signed(&signature[..64]), Ok(issuer.sign(offer())));
            }
            both => panic!("{both:?}"),
        }
    }
    let of_another = KeyId::of(stranger.public_key());
    assert_eq!(Unsigned::jws_named(receipt(), public, &of_another).unwrap_err(), StatementError::KeyMismatch);
}

#[test]
fn an_offer_speaks_of_the_entry_that_has_its_letters() {
    let of = |edit: fn(&mut PaymentRequirements)| {
        let mut other = requirements();
        edit(&mut other);
        offer().is_of(&other)
    };
    assert!(of(|_| {}) && of(|offer| offer.max_timeout_seconds = 900));
    for edit in [
        (|offer| offer.scheme = "upto".into()) as fn(&mut PaymentRequirements),
        |offer| offer.network = "eip155:8453".into(),
        |offer| offer.amount = "010000".into(),
        |offer| offer.asset = USDC.to_lowercase(),
        |offer| offer.pay_to = PAYEE.to_lowercase(),
    ] {
        assert!(!of(edit));
    }
}

#[test]
fn a_key_speaks_for_the_payee_that_it_is_of_and_for_whom_it_was_told_of() {
    let account = |issuer: &Issuer| Account::Evm(issuer.address());
    for (issuer, stranger) in issuers(7).into_iter().zip(issuers(8)) {
        let said = check(&issuer.sign(offer())).unwrap();
        assert!(said.by().speaks_for(&account(&issuer), &[]));
        assert!(!said.by().speaks_for(&account(&stranger), &[]));
        assert!(!said.by().speaks_for(&Account::Other("merchant".into()), &[stranger.key()]));
        for told in [issuer.key(), Key::Account(issuer.address()), Key::parse(&issuer.key().to_string()).unwrap()] {
            assert!(said.by().speaks_for(&account(&stranger), &[told]));
        }
    }
}

#[test]
fn a_key_in_the_artifact_itself_says_nothing_of_the_name_beside_it() {
    // whoever makes up a key can put it into the header under the name of a seller
    let name = "did:web:a.example#key-1";
    let artifact = Issuer::jws_named(key(9), KeyId::parse(name).unwrap()).unwrap().sign(offer());
    assert_eq!(check(&artifact).unwrap_err(), StatementError::KeyUnresolved);
    assert!(StatementError::KeyUnresolved.is_open() && !StatementError::NotSigned.is_open());
}

#[test]
fn names_of_keys_read_back() {
    let [account, secp] = issuers(7).map(|issuer| issuer.key());
    for key in [account, secp, Key::Ed25519([9; 32]), Key::P256([3; 33])] {
        assert_eq!(Key::parse(&key.to_string()), Ok(key));
    }
    // x and y of one point, and the same point in short
    let (x, short) = (URL_SAFE_NO_PAD.encode([3; 32]), Key::P256([3; 33]));
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"}}"#);
    let long = Key::parse(&format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk))).unwrap();
    assert!(long.is(&short) && long == short, "{long} {short}");
    for (text, expected) in [
        ("did:web:a.example", StatementError::KeyUnresolved),
        (
            "did:pkh:solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            StatementError::KeyUnresolved,
        ),
        ("0x12", StatementError::Kid),
        ("did:key:", StatementError::Kid),
        ("did::x", StatementError::Kid),
        ("", StatementError::Kid),
        (&format!("did:web:{}", "a".repeat(2_000)), StatementError::Kid),
    ] {
        assert_eq!(Key::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn another_curve_is_asked_of_whoever_has_it() {
    let header = r#"{"alg":"EdDSA","kid":"did:key:z6MkfriQRVT6xdtHoE2T61PLEqfmBqSvXA64n8RBbkCdYjMb"}"#;
    let encode = |text: &[u8]| URL_SAFE_NO_PAD.encode(text);
    let payload = crate::json::Object::from(&offer()).to_string();
    let compact = format!("{}.{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()), encode(&[1; 64]));
    let artifact = Artifact::<OfferPayload>::new(ArtifactForm::Jws(compact));
    let asked = |says: Option<bool>| {
        check_with(&artifact, &|foreign| {
            assert!(matches!(foreign.key, Key::Ed25519(_)) && foreign.signature == &[1; 64] && foreign.message.len() > 100);
            says
        })
    };
    assert!(matches!(asked(Some(true)).unwrap().by(), Key::Ed25519(_)));
    assert_eq!(asked(Some(false)), Err(StatementError::NotSigned));
    assert_eq!((asked(None), check(&artifact)), (Err(StatementError::Curve), Err(StatementError::Curve)));
}

#[test]
fn row_220_neither_keys_nor_urls_print_themselves() {
    for issuer in issuers(7) {
        let (offered, received) = (issuer.sign(offer()), issuer.sign(receipt()));
        let printed = format!("{issuer:?} {offered:?} {received:?} {:?} {:?} {:?}", offered.form, offer(), receipt());
        assert!(!printed.contains("5ec2e7") && !printed.contains("0707"), "{printed}");
    }
}

proptest! {
    #[test]
    fn no_token_panics_and_no_byte_of_one_can_be_changed(at in 0_usize..600, to in any::<u8>(), text in ".{0,200}") {
        let artifact = Issuer::jws(key(7)).sign(offer());
        let ArtifactForm::Jws(compact) = &artifact.form else { unreachable!() };
        let _ = check(&Artifact::<OfferPayload>::new(ArtifactForm::Jws(text)));
        let mut bytes = compact.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to && to.is_ascii());
        bytes[at] = to;
        let changed = Artifact::<OfferPayload>::new(ArtifactForm::Jws(alloc::string::String::from_utf8(bytes).unwrap()));
        // what still is right was signed by somebody else: a key in the header can be exchanged, and then it is another key
        if let Ok(statement) = check(&changed) {
            prop_assert!(!statement.by().is(&Issuer::jws(key(7)).key()));
        }
    }

    #[test]
    fn no_bytes_of_an_entry_panic(text in ".{0,200}") {
        let _ = Artifact::<OfferPayload>::from_json(text.as_bytes(), &Limits::BODY).map(|artifact| check(&artifact));
    }
}
