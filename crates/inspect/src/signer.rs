//! Who signed, and what for.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::binding::{Binding, EXTENSION};
use quittance_core::eip712::{Digest, Domain, DomainSeparator};
use quittance_core::registry::{assets, networks};
use quittance_core::signature::{Form, Signature, SignatureBytes, recover};
use quittance_core::{Address, Authorization, Nonce, Payment, Resource, Terms, wire};

/// What there is to say of the signature.
pub(crate) fn facts(payment: &Payment, terms: &Terms) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let Some((signature, from)) = signed(payment.authorization()) else { return facts };
    let Some(digest) = quittance_evm::digest(payment, terms) else { return facts };
    facts.push(("digest", format!("{digest}")));
    let signature = match Signature::from_bytes(signature.as_bytes(), Form::FullOrCompact) {
        Ok(signature) => signature,
        Err(error) => {
            facts.push(("signature", format!("not one of a key: {error}")));
            return facts;
        }
    };
    match recover(&digest, &signature) {
        Ok(signer) if signer == from => facts.push(("signed by", format!("{signer}, the payer"))),
        Ok(signer) => {
            facts.push(("signed by", format!("{signer}, if this is what was signed; the payer is {from}")));
            facts.extend(elsewhere(payment, terms, &signature, from).map(|words| ("signed for", words)));
        }
        Err(error) => facts.push(("signature", error.to_string())),
    }
    facts
}

fn signed(authorization: &Authorization) -> Option<(&SignatureBytes, Address)> {
    Some(match authorization {
        Authorization::Eip3009(payload) => (&payload.signature, payload.authorization.from),
        Authorization::ExactPermit2(payload) => (&payload.signature, payload.from),
        Authorization::UptoPermit2(payload) => (&payload.signature, payload.from),
        _ => return None,
    })
}

/// Under which other domain the payer's signature is right: another chain or token, or another name of this one. This is what is wrong
/// most often (catalogue rows 83 to 86).
fn elsewhere(payment: &Payment, terms: &Terms, signature: &Signature, from: Address) -> Option<String> {
    let digest = |separator: &DomainSeparator| digest_in(payment.authorization(), separator);
    let is_payer = |separator: &DomainSeparator| {
        digest(separator).and_then(|digest| recover(&digest, signature).ok()).is_some_and(|signer| signer == from)
    };
    if let Authorization::Eip3009(_) = payment.authorization() {
        let chain = terms.network().chain_id()?;
        let token = terms.asset().token().address()?;
        let known = assets().iter().filter_map(|info| info.erc20().map(|erc20| (info, erc20)));
        for (info, erc20) in known {
            if is_payer(&erc20.domain_separator()) {
                return Some(format!("{} on {}, another token or chain than the offer's", info.symbol, info.network));
            }
        }
        for name in ["USDC", "USD Coin", "Bridged USDC", "USD Coin (Arb1)"] {
            for version in ["1", "2"] {
                if is_payer(&Domain::token(name, version, chain, token).separator()) {
                    return Some(format!("the name \"{name}\" and version \"{version}\", which are not the token's own"));
                }
            }
        }
        return None;
    }
    let chains = networks().iter().filter_map(|info| Some((info, info.network.chain_id()?)));
    let (info, _) = chains.into_iter().find(|(_, chain)| is_payer(&Domain::permit2(*chain).separator()))?;
    Some(format!("Permit2 on {}, another chain than the offer's", info.network))
}

fn digest_in(authorization: &Authorization, separator: &DomainSeparator) -> Option<Digest> {
    Some(match authorization {
        Authorization::Eip3009(payload) => payload.digest(separator),
        Authorization::ExactPermit2(payload) => payload.digest(separator),
        Authorization::UptoPermit2(payload) => payload.digest(separator),
        _ => return None,
    })
}

/// The request that the nonce is bound to, if the payment shows its salt and names its resource.
pub(crate) fn bound(payment: &Payment, terms: &Terms) -> Option<String> {
    let entry = payment.extensions().entry(EXTENSION).ok()??;
    let info = wire::Binding::try_from(&entry).ok()?;
    let (salt, resource) = (info.salt?, Resource::parse(payment.resource()?).ok()?);
    let nonce = nonce(payment.authorization())?;
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].into_iter().find_map(|method| {
        let binding = Binding::new(terms.hash(), method, &resource).ok()?;
        let binding = match &info.metadata {
            Some(metadata) => binding.with_metadata(metadata),
            None => binding,
        };
        binding.check(&salt, nonce).ok().map(|()| format!("{method} {}", resource.as_str()))
    })
}

fn nonce(authorization: &Authorization) -> Option<Nonce> {
    Some(match authorization {
        Authorization::Eip3009(payload) => payload.authorization.nonce,
        Authorization::ExactPermit2(payload) => payload.permit.nonce,
        Authorization::UptoPermit2(payload) => payload.permit.nonce,
        _ => return None,
    })
}
