//! What is signed and who signed it; the hashes that name terms and requests.

use quittance_core::eip712::{Digest, TypedData};
use quittance_core::header::Envelope;
use quittance_core::json::Object;
use quittance_core::signature::{Form, Shape, Signature, SignatureBytes, SignatureError, personal_digest, recover};
use quittance_core::terms_hash::canonical_terms;
use quittance_core::wire::{PaymentRequirements, v1};
use quittance_core::{Address, Binding, HexError, Limits, Nonce, Resource, Salt, TermsHash, signature};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::{self, Texts};
use crate::digits::{hex, unhex};

/// Every step of EIP-712 for typed data as `eth_signTypedData_v4` takes it.
pub(crate) fn typed_data(text: &[u8]) -> Answer {
    let data = TypedData::parse(arguments::text(text)?)?;
    let primary = data.primary_type();
    let mut steps = members([
        ("digest", shown(data.digest())),
        ("structHash", hex(&data.hash_struct()).into()),
        ("domainSeparator", shown(data.domain_separator())),
        ("domainType", data.domain().encode_type().into()),
    ]);
    if let Some((encode_type, type_hash)) = data.encode_type(primary).zip(data.type_hash(primary)) {
        steps.insert("encodeType", encode_type);
        steps.insert("typeHash", hex(&type_hash));
    }
    Ok(steps)
}

/// The digest of a personal message (EIP-191).
pub(crate) fn personal(message: &[u8]) -> Answer {
    Ok(members([("digest", shown(personal_digest(message)))]))
}

/// Who signed a digest, and the signature's one form of 65 bytes.
pub(crate) fn signer(digest_of: &[u8], signature: &[u8], form_of: &[u8]) -> Answer {
    let signature = self::signature(signature, form_of)?;
    let signer = recover(&digest(digest_of)?, &signature).map_err(Problem::of_kind)?;
    Ok(members([("signer", shown(signer)), ("canonical", signature.to_hex().into())]))
}

/// Holds a signature against the one who is said to have made it.
pub(crate) fn check(digest_of: &[u8], signature: &[u8], form_of: &[u8], signer: &[u8]) -> Answer {
    let signature = self::signature(signature, form_of)?;
    let signer = Address::parse(arguments::text(signer)?).map_err(Problem::of_kind)?;
    signature::verify(&digest(digest_of)?, &signature, signer).map_err(Problem::of_kind)?;
    Ok(members([("signer", shown(signer))]))
}

/// What a signature's bytes are: bare, or with what deploys the wallet around them (ERC-6492).
pub(crate) fn shape(signature: &[u8]) -> Answer {
    let bytes = SignatureBytes::parse(arguments::text(signature)?).map_err(Problem::of_kind)?;
    Ok(match bytes.shape().map_err(|error| Problem::named(error.name(), error))? {
        Shape::Bare(_) => members([("shape", "bare".into())]),
        Shape::Counterfactual(wrapped) => members([
            ("shape", "counterfactual".into()),
            ("factory", shown(wrapped.factory())),
            ("calldata", hex(wrapped.calldata()).into()),
            ("inner", hex(wrapped.inner()).into()),
        ]),
    })
}

/// The hash that names an offer of either version.
pub(crate) fn terms(version: &[u8], offer: &[u8]) -> Answer {
    let offer = match arguments::text(version)? {
        "1" => v1::PaymentRequirements::from_json(offer, &Limits::BODY).and_then(|offer| offer.to_v2()),
        "2" => PaymentRequirements::from_json(offer, &Limits::BODY),
        _ => return Err(Problem::named("unknown_name", "the versions are 1 and 2")),
    }?;
    Ok(members([("canonical", canonical_terms(&offer).into()), ("hash", shown(TermsHash::of(&offer)))]))
}

/// The one spelling of a URL that payments are bound to.
pub(crate) fn resource(url: &[u8]) -> Answer {
    let resource = Resource::parse(arguments::text(url)?).map_err(Problem::of_kind)?;
    Ok(members([("canonical", resource.as_str().into()), ("origin", resource.origin().into())]))
}

/// The nonce that is bound to terms, method and resource; with a nonce that was signed, only if it is that one.
pub(crate) fn bound_nonce(given: &[u8]) -> Answer {
    let texts = Texts::read(given)?;
    let metadata = texts.optional("metadata")?;
    let metadata: Option<Object> =
        metadata.map(|text| Envelope::from_json(text.as_bytes(), &Limits::BODY).map(Envelope::into_object)).transpose()?;
    let terms = TermsHash::parse(texts.required("termsHash")?).map_err(Problem::of_kind)?;
    let resource = Resource::parse(texts.required("resource")?).map_err(Problem::of_kind)?;
    let salt = Salt::parse(texts.required("salt")?).map_err(Problem::of_kind)?;
    let not_bound = |error: quittance_core::binding::BindingError| Problem::named(error.name(), error);
    let mut binding = Binding::new(terms, texts.required("method")?, &resource).map_err(not_bound)?;
    if let Some(metadata) = &metadata {
        binding = binding.with_metadata(metadata);
    }
    if let Some(signed) = texts.optional("nonce")? {
        let signed = Nonce::parse(signed).map_err(Problem::of_kind)?;
        binding.check(&salt, signed).map_err(not_bound)?;
    }
    let (preimage, nonce) = (binding.preimage(&salt), binding.nonce(&salt));
    Ok(members([
        ("metadataHash", hex(preimage.get(128..160).unwrap_or_default()).into()),
        ("preimage", hex(&preimage).into()),
        ("nonce", shown(nonce)),
        ("decimal", shown(nonce.to_decimal())),
    ]))
}

/// Thirty-two bytes that were signed.
pub(crate) fn digest(text: &[u8]) -> Result<Digest, Problem> {
    let bytes = unhex(arguments::text(text)?)?;
    bytes.try_into().map(Digest::from_bytes).map_err(|_| Problem::of_kind(HexError::Length))
}

/// A signature as a contract reads it: EIP-3009 tokens take 65 bytes, Permit2 the short form too.
fn signature(text: &[u8], form: &[u8]) -> Result<Signature, Problem> {
    let form = match arguments::text(form)? {
        "eip3009" => Form::Full,
        "permit2" => Form::FullOrCompact,
        _ => return Err(Problem::named("unknown_name", "the forms are eip3009 and permit2")),
    };
    Signature::parse(arguments::text(text)?, form).map_err(|error: SignatureError| Problem::of_kind(error))
}
