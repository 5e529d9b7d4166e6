//! `evm/…`: domains, messages, typed data and signatures.

use quittance_core::eip712::eip2612::Permit;
use quittance_core::eip712::eip3009::{Authorization, CancelAuthorization, ReceiveWithAuthorization, TransferWithAuthorization};
use quittance_core::eip712::offer::{Offer, Receipt};
use quittance_core::eip712::permit2::{ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UptoWitness};
use quittance_core::eip712::{self, Digest, Domain, Message, TypedData};
use quittance_core::signature::{
    Form, SecretKey, Shape, Signature, SignatureBytes, personal_digest, recover, recover_personal, verify,
};
use quittance_core::wire::PaymentRequirements;
use quittance_core::{
    Address, Amount, Limits, Nonce, Payment, Progress, ReplayKey, Scheme, Terms, UnixSeconds, VerifyInput, Window, find_offer,
};
use quittance_evm::{EXACT, UPTO};
use serde_json::{Map, Value, json};

use super::{bytes, hex, refusal, text, word};
use crate::vectors::Outcome;

/// The domain of a case; every field of it is optional.
fn domain_of(value: &Value) -> Domain<'_> {
    let mut domain = Domain::EMPTY;
    domain.name = value["name"].as_str();
    domain.version = value["version"].as_str();
    domain.chain_id = value["chainId"].as_str().map(amount);
    domain.verifying_contract = value["verifyingContract"].as_str().map(address);
    domain.salt = value["salt"].as_str().map(word);
    domain
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("a number of the vectors is a decimal uint256")
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address of the vectors")
}

pub(super) fn domain(_group: &Value, input: &Value) -> Outcome {
    let domain = domain_of(&input["domain"]);
    Ok(json!({ "typeString": domain.encode_type(), "separator": domain.separator().to_string() }))
}

/// What is known of a message once it is hashed.
struct Hashed {
    encode_type: String,
    type_hash: [u8; 32],
    struct_hash: [u8; 32],
    digest: Digest,
}

/// Hashes a message in both ways there are: by its static type, where its times are ones that a static type has, and by the general
/// encoder. The two must not differ.
fn hashed(domain: &Value, primary_type: &str, message: &Value) -> Hashed {
    match primary_type {
        "TransferWithAuthorization" => both(domain, message, transfer(message).map(TransferWithAuthorization)),
        "ReceiveWithAuthorization" => both(domain, message, transfer(message).map(ReceiveWithAuthorization)),
        "CancelAuthorization" => {
            let cancel = CancelAuthorization { authorizer: party(message, "authorizer"), nonce: nonce(message) };
            both(domain, message, Some(cancel))
        }
        "PermitWitnessTransferFrom" if message["witness"]["facilitator"].is_string() => both(
            domain,
            message,
            permit(message, |witness, valid_after| UptoWitness {
                to: party(witness, "to"),
                facilitator: party(witness, "facilitator"),
                valid_after,
            }),
        ),
        "PermitWitnessTransferFrom" => {
            both(domain, message, permit(message, |witness, valid_after| ExactWitness { to: party(witness, "to"), valid_after }))
        }
        "Permit" => both(
            domain,
            message,
            seconds(message, "deadline").map(|deadline| Permit {
                owner: party(message, "owner"),
                spender: party(message, "spender"),
                value: number(message, "value"),
                nonce: number(message, "nonce"),
                deadline,
            }),
        ),
        "Offer" => both(domain, message, offer(message)),
        "Receipt" => both(domain, message, receipt(message)),
        other => panic!("no message type {other}"),
    }
}

fn both<M: Message>(domain: &Value, message: &Value, fixed: Option<M>) -> Hashed {
    let separator = domain_of(domain).separator();
    let name = M::ENCODE_TYPE.split('(').next().expect("a type has a name");
    let document = json!({ "types": types(M::ENCODE_TYPE), "primaryType": name, "domain": domain, "message": message });
    let general = TypedData::parse(&document.to_string()).expect("a message of the vectors is well-formed typed data");
    if let Some(fixed) = fixed {
        assert_eq!(fixed.hash_struct(), general.hash_struct(), "the static and the general encoder differ: {message}");
        assert_eq!(eip712::digest(&separator, &fixed), general.digest(), "the static and the general encoder differ: {message}");
    }
    assert_eq!(separator, general.domain_separator(), "the two ways to a separator differ: {domain}");
    Hashed {
        encode_type: M::ENCODE_TYPE.into(),
        type_hash: M::TYPE_HASH,
        struct_hash: general.hash_struct(),
        digest: general.digest(),
    }
}

/// `encodeType` as the `types` of typed-data JSON.
fn types(encode_type: &str) -> Value {
    let structs = encode_type.split_terminator(')').map(|part| {
        let (name, members) = part.split_once('(').expect("a struct has members");
        let members = members.split(',').map(|member| {
            let (kind, name) = member.split_once(' ').expect("a member has type and name");
            json!({ "type": kind, "name": name })
        });
        (name.to_owned(), members.collect())
    });
    Value::Object(structs.collect::<Map<String, Value>>())
}

fn party(message: &Value, name: &str) -> Address {
    address(text(message, name))
}

fn number(message: &Value, name: &str) -> Amount {
    amount(text(message, name))
}

/// A time, unless it is beyond those that this implementation has.
fn seconds(message: &Value, name: &str) -> Option<UnixSeconds> {
    UnixSeconds::parse(text(message, name)).ok()
}

fn nonce(message: &Value) -> Nonce {
    Nonce::parse(text(message, "nonce")).expect("a nonce of the vectors")
}

fn transfer(message: &Value) -> Option<Authorization> {
    Some(Authorization {
        from: party(message, "from"),
        to: party(message, "to"),
        value: number(message, "value"),
        window: Window::new(seconds(message, "validAfter")?, seconds(message, "validBefore")?),
        nonce: nonce(message),
    })
}

fn permit<W>(message: &Value, witness: impl FnOnce(&Value, UnixSeconds) -> W) -> Option<PermitWitnessTransferFrom<W>> {
    let permitted = &message["permitted"];
    Some(PermitWitnessTransferFrom {
        permitted: TokenPermissions { token: party(permitted, "token"), amount: number(permitted, "amount") },
        spender: party(message, "spender"),
        nonce: Nonce::from_bytes(number(message, "nonce").to_be_bytes()),
        deadline: seconds(message, "deadline")?,
        witness: witness(&message["witness"], seconds(&message["witness"], "validAfter")?),
    })
}

fn offer(message: &Value) -> Option<Offer<'_>> {
    Some(Offer {
        version: text(message, "version").parse().ok()?,
        resource_url: text(message, "resourceUrl"),
        scheme: text(message, "scheme"),
        network: text(message, "network"),
        asset: text(message, "asset"),
        pay_to: text(message, "payTo"),
        amount: text(message, "amount"),
        valid_until: seconds(message, "validUntil")?,
    })
}

fn receipt(message: &Value) -> Option<Receipt<'_>> {
    Some(Receipt {
        version: text(message, "version").parse().ok()?,
        network: text(message, "network"),
        resource_url: text(message, "resourceUrl"),
        payer: text(message, "payer"),
        issued_at: seconds(message, "issuedAt")?,
        transaction: text(message, "transaction"),
    })
}

pub(super) fn message(_group: &Value, input: &Value) -> Outcome {
    let hashed = hashed(&input["domain"], text(input, "primaryType"), &input["message"]);
    Ok(json!({
        "encodeType": hashed.encode_type,
        "typeHash": hex(&hashed.type_hash),
        "structHash": hex(&hashed.struct_hash),
        "domainSeparator": domain_of(&input["domain"]).separator().to_string(),
        "digest": hashed.digest.to_string(),
    }))
}

pub(super) fn typed_data(_group: &Value, input: &Value) -> Outcome {
    let data = TypedData::parse(text(input, "typedData")).map_err(|e| refusal(&e))?;
    let primary = data.primary_type();
    Ok(json!({
        "encodeType": data.encode_type(primary),
        "typeHash": data.type_hash(primary).map(|hash| hex(&hash)),
        "structHash": hex(&data.hash_struct()),
        "domainSeparator": data.domain_separator().to_string(),
        "digest": data.digest().to_string(),
    }))
}

fn form(input: &Value) -> Form {
    match text(input, "form") {
        "eip3009" => Form::Full,
        "permit2" => Form::FullOrCompact,
        other => panic!("no form {other}"),
    }
}

pub(super) fn signature(_group: &Value, input: &Value) -> Outcome {
    let signature = Signature::parse(text(input, "signature"), form(input)).map_err(|e| e.name())?;
    let signer = recover(&Digest::from_bytes(word(text(input, "digest"))), &signature).map_err(|e| e.name())?;
    Ok(json!({ "signer": signer.to_string(), "canonical": signature.to_hex() }))
}

/// A signature held against what it is said to have signed, and by whom.
pub(super) fn authorization(_group: &Value, input: &Value) -> Outcome {
    let digest = match input["text"].as_str() {
        Some(text) => personal_digest(text.as_bytes()),
        None => hashed(&input["domain"], text(input, "primaryType"), &input["message"]).digest,
    };
    let signature = Signature::parse(text(input, "signature"), form(input)).map_err(|e| e.name())?;
    let signer = address(text(input, "signer"));
    verify(&digest, &signature, signer).map_err(|e| e.name())?;
    Ok(json!({ "digest": digest.to_string(), "signer": signer.to_string() }))
}

pub(super) fn exact(group: &Value, input: &Value) -> Outcome {
    verification(&EXACT.keys_only(), group, input)
}

pub(super) fn upto(group: &Value, input: &Value) -> Outcome {
    verification(&UPTO.keys_only(), group, input)
}

/// A payment from the header's bytes to the verdict, offline and for payers with a key.
fn verification(scheme: &dyn Scheme, group: &Value, input: &Value) -> Outcome {
    let offers = input["offers"].as_array().expect("a list of offers").iter().map(|offer| {
        let offer = offer.as_str().expect("an offer is text");
        PaymentRequirements::from_json(offer.as_bytes(), &Limits::BODY).and_then(Terms::parse).expect("an offer of the vectors")
    });
    let offers = offers.collect::<Vec<_>>();
    let headers = [(text(input, "name"), text(input, "header").as_bytes())];
    let payment = Payment::from_headers_for(headers, &offers, &Limits::HEADER);
    let without = Payment::from_headers(headers, &Limits::HEADER);
    assert_eq!(payment.as_ref().err(), without.as_ref().err(), "an error does not depend on the offers");
    let payment = payment.map_err(|e| refusal(&e))?.expect("a payment header");
    let terms = find_offer(&offers, &payment).map_err(|e| e.code())?;
    let now = UnixSeconds::parse(text(group, "now")).expect("a time of the vectors");
    let input = VerifyInput::offline(&payment, terms, now);
    let alone = scheme.verify(&input);
    for verdict in scheme.verify_many(&[input, input]) {
        assert_eq!(verdict.is_ok(), alone.is_ok(), "a batch says the same");
        assert_eq!(verdict.err(), alone.as_ref().err().copied(), "a batch says the same");
    }
    let verified = match alone.map_err(|e| e.code())? {
        Progress::Verified(verified) => verified,
        other => panic!("no question is asked about keys: {other:?}"),
    };
    let (ReplayKey::Eip3009 { nonce, .. } | ReplayKey::Permit2 { nonce, .. }) = verified.key() else { panic!("a key of a nonce") };
    Ok(json!({
        "offer": offers.iter().position(|offer| core::ptr::eq(offer, terms)),
        "payer": verified.payer().to_string(),
        "amount": verified.amount().to_string(),
        "nonce": nonce.to_string(),
        "expires": verified.expires().to_string(),
    }))
}

pub(super) fn signing(_group: &Value, input: &Value) -> Outcome {
    let key = SecretKey::parse(text(input, "privateKey")).map_err(|e| e.name())?;
    let digest = Digest::from_bytes(word(text(input, "digest")));
    Ok(json!({ "signature": key.sign(&digest).to_hex(), "signer": key.address().to_string() }))
}

pub(super) fn personal(_group: &Value, input: &Value) -> Outcome {
    let message = input["text"].as_str().map_or_else(|| bytes(text(input, "bytes")), |text| text.as_bytes().to_vec());
    let key = SecretKey::parse(text(input, "privateKey")).map_err(|e| e.name())?;
    let signature = key.sign_personal(&message);
    let signer = recover_personal(&message, &signature).map_err(|e| e.name())?;
    Ok(json!({
        "digest": personal_digest(&message).to_string(),
        "signature": signature.to_hex(),
        "signer": signer.to_string(),
    }))
}

pub(super) fn erc6492(_group: &Value, input: &Value) -> Outcome {
    let bytes = SignatureBytes::parse(text(input, "signature")).map_err(|e| e.name())?;
    Ok(match bytes.shape().map_err(|e| e.name())? {
        Shape::Bare(_) => json!({ "shape": "bare" }),
        Shape::Counterfactual(wrapped) => json!({
            "shape": "counterfactual",
            "factory": wrapped.factory().to_string(),
            "calldata": hex(wrapped.calldata()),
            "inner": hex(wrapped.inner()),
        }),
    })
}
