//! What holds for every payment, not for this or that one: real keys, real signatures, any change.

use std::sync::LazyLock;

use proptest::prelude::*;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{Digest, Domain, DomainSeparator};
use quittance_core::signature::{Form, SecretKey, Signature, SignatureBytes, verify};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, PaymentRequirements, Permit2Payload};
use quittance_core::{Address, Amount, Limits, Nonce, Payment, UnixSeconds, Window, header};

static KEY: LazyLock<SecretKey> = LazyLock::new(|| SecretKey::from_bytes(&[7; 32]).expect("a key"));

fn token() -> DomainSeparator {
    Domain::token("USDC", "2", 84_532, Address::from_bytes([3; 20])).separator()
}

fn signed_by(key: &SecretKey, digest: &Digest) -> SignatureBytes {
    key.sign(digest).into()
}

/// Whether a signature holds for a digest, as a token without contract wallets would see it.
fn holds(digest: &Digest, signature: &SignatureBytes, signer: Address, form: Form) -> bool {
    Signature::from_bytes(signature.as_bytes(), form).is_ok_and(|signature| verify(digest, &signature, signer).is_ok())
}

prop_compose! {
    fn transfer()(to: [u8; 20], value: [u8; 32], after: u64, before: u64, nonce: [u8; 32]) -> Authorization {
        Authorization {
            from: KEY.address(),
            to: Address::from_bytes(to),
            value: Amount::from_be_bytes(value),
            window: Window::new(UnixSeconds::from_secs(after), UnixSeconds::from_secs(before)),
            nonce: Nonce::from_bytes(nonce),
        }
    }
}

/// Turns one bit of one signed field of a transfer.
fn turn_transfer(transfer: &Authorization, bit: usize) -> Authorization {
    let mut turned = *transfer;
    let (after, before) = (transfer.window.valid_after(), transfer.window.valid_before());
    match bit {
        0..160 => turned.from = Address::from_bytes(turn(*transfer.from.as_bytes(), bit)),
        160..320 => turned.to = Address::from_bytes(turn(*transfer.to.as_bytes(), bit - 160)),
        320..576 => turned.value = Amount::from_be_bytes(turn(transfer.value.to_be_bytes(), bit - 320)),
        576..640 => turned.window = Window::new(turn_seconds(after, bit - 576), before),
        640..704 => turned.window = Window::new(after, turn_seconds(before, bit - 640)),
        _ => turned.nonce = Nonce::from_bytes(turn(*transfer.nonce.as_bytes(), bit - 704)),
    }
    turned
}

fn turn<const N: usize>(mut bytes: [u8; N], bit: usize) -> [u8; N] {
    bytes[bit / 8 % N] ^= 1 << (bit % 8);
    bytes
}

fn turn_seconds(time: UnixSeconds, bit: usize) -> UnixSeconds {
    UnixSeconds::from_secs(time.as_secs() ^ 1 << (bit % 64))
}

fn permit<W>(seed: [u8; 32], spender: Address, witness: W) -> PermitWitnessTransferFrom<W> {
    PermitWitnessTransferFrom {
        permitted: TokenPermissions { token: Address::from_bytes([3; 20]), amount: Amount::from_be_bytes(seed) },
        spender,
        nonce: Nonce::from_bytes(seed),
        deadline: UnixSeconds::from_secs(u64::from(seed[0])),
        witness,
    }
}

/// A permit holds as it was signed, and in none of its fields otherwise.
fn check_permit<W: Witness + Copy>(permit: PermitWitnessTransferFrom<W>, other_witness: W, bit: usize) {
    let domain = Domain::permit2(84_532).separator();
    let unsigned = Permit2Payload::new(signed_by(&KEY, &Digest::from_bytes([0; 32])), KEY.address(), permit);
    let payload = Permit2Payload::new(signed_by(&KEY, &unsigned.digest(&domain)), KEY.address(), permit);
    let holds = |permit: PermitWitnessTransferFrom<W>, domain: &DomainSeparator| {
        let changed = Permit2Payload::new(payload.signature.clone(), payload.from, permit);
        holds(&changed.digest(domain), &changed.signature, changed.from, Form::FullOrCompact)
    };
    assert!(holds(permit, &domain));
    assert!(!holds(permit, &Domain::permit2(8453).separator()), "another chain");
    assert!(!holds(PermitWitnessTransferFrom { witness: other_witness, ..permit }, &domain), "another witness");
    let turned = match bit % 5 {
        0 => {
            let token = Address::from_bytes(turn(*permit.permitted.token.as_bytes(), bit));
            PermitWitnessTransferFrom { permitted: TokenPermissions { token, ..permit.permitted }, ..permit }
        }
        1 => {
            let amount = Amount::from_be_bytes(turn(permit.permitted.amount.to_be_bytes(), bit));
            PermitWitnessTransferFrom { permitted: TokenPermissions { amount, ..permit.permitted }, ..permit }
        }
        2 => PermitWitnessTransferFrom { spender: Address::from_bytes(turn(*permit.spender.as_bytes(), bit)), ..permit },
        3 => PermitWitnessTransferFrom { nonce: Nonce::from_bytes(turn(*permit.nonce.as_bytes(), bit)), ..permit },
        _ => PermitWitnessTransferFrom { deadline: turn_seconds(permit.deadline, bit), ..permit },
    };
    assert!(!holds(turned, &domain), "a turned bit");
}

proptest! {
    #[test]
    fn row_74_a_transfer_with_any_bit_changed_is_refused(transfer in transfer(), bit in 0usize..960, signature_bit in 0usize..520) {
        let domain = token();
        let unsigned = Eip3009Payload::new(signed_by(&KEY, &Digest::from_bytes([0; 32])), transfer);
        let payload = Eip3009Payload::new(signed_by(&KEY, &unsigned.digest(&domain)), transfer);
        let holds = |payload: &Eip3009Payload| holds(&payload.digest(&domain), &payload.signature, payload.authorization.from, Form::Full);
        prop_assert!(holds(&payload));
        prop_assert!(!holds(&Eip3009Payload::new(payload.signature.clone(), turn_transfer(&transfer, bit))));
        let mut bytes = payload.signature.as_bytes().to_vec();
        bytes[signature_bit / 8] ^= 1 << (signature_bit % 8);
        let bytes = SignatureBytes::from_bytes(&bytes).expect("sixty-five bytes");
        prop_assert!(!holds(&Eip3009Payload::new(bytes, transfer)));
    }

    #[test]
    fn row_75_and_82_another_key_or_no_key_is_refused(transfer in transfer(), other in 1u8..=254) {
        let other = SecretKey::from_bytes(&[other; 32]).expect("a key");
        prop_assume!(other.address() != KEY.address());
        let unsigned = Eip3009Payload::new(signed_by(&other, &Digest::from_bytes([0; 32])), transfer);
        let digest = unsigned.digest(&token());
        let signature = signed_by(&other, &digest);
        prop_assert!(!holds(&digest, &signature, transfer.from, Form::Full));
        prop_assert!(!holds(&digest, &signature, Address::ZERO, Form::Full));
    }

    #[test]
    fn row_93_and_95_a_permit_with_any_bit_changed_is_refused(seed: [u8; 32], to: [u8; 20], bit: usize) {
        let (to, other) = (Address::from_bytes(to), Address::from_bytes(turn(to, bit)));
        let valid_after = UnixSeconds::from_secs(0);
        let exact = |to| ExactWitness { to, valid_after };
        check_permit(permit(seed, EXACT_PROXY, exact(to)), exact(other), bit);
        let upto = |facilitator| UptoWitness { to, facilitator, valid_after };
        check_permit(permit(seed, UPTO_PROXY, upto(to)), upto(other), bit);
    }

    #[test]
    fn a_payment_that_is_written_is_read_again(transfer in transfer(), seed: [u8; 32]) {
        prop_assume!(transfer.to != Address::ZERO);
        let offer = |scheme| PaymentRequirements::new(scheme, "eip155:84532", "1", "0x0303030303030303030303030303030303030303", KEY.address().to_string(), 60);
        let signature = signed_by(&KEY, &Digest::from_bytes(seed));
        let eip3009 = Eip3009Payload::new(signature.clone(), transfer);
        let witness = UptoWitness { to: KEY.address(), facilitator: KEY.address(), valid_after: UnixSeconds::from_secs(0) };
        let upto = Permit2Payload::new(signature, KEY.address(), permit(seed, UPTO_PROXY, witness));
        for (scheme, payload) in [("exact", (&eip3009).into()), ("upto", (&upto).into())] {
            let text = header::encode(&PaymentPayload::new(offer(scheme), payload), &Limits::HEADER).expect("it fits");
            let payment = Payment::from_headers([("payment-signature", text.as_bytes())], &Limits::HEADER).expect("it is read").expect("it is there");
            match payment.authorization() {
                quittance_core::Authorization::Eip3009(read) => prop_assert_eq!(read, &eip3009),
                quittance_core::Authorization::UptoPermit2(read) => prop_assert_eq!(read, &upto),
                other => prop_assert!(false, "read as {:?}", other),
            }
            prop_assert_eq!(payment.from(), Some(KEY.address()));
        }
    }

    #[test]
    fn no_change_of_a_real_header_panics(at: usize, byte: u8, cut: usize) {
        let json = header::Envelope::from_header(include_str!("readme/sample.txt").trim().as_bytes(), &Limits::HEADER).expect("the sample");
        let mut json = json.into_object().to_string().into_bytes();
        let place = at % json.len();
        json[place] = byte;
        json.truncate(json.len() - cut % 3);
        if let Ok(payload) = PaymentPayload::from_json(&json, &Limits::BODY) {
            let text = payload.to_json();
            prop_assert_eq!(PaymentPayload::from_json(text.as_bytes(), &Limits::BODY).map(|again| again.to_json()), Ok(text));
            let _ = Payment::try_from(payload);
        }
    }
}
