//! Known payers and batches, held to plain verification, one claim at a time.
//!
//! Signatures are drawn as in [`recovery`], so that keys and numbers are those for which sums collide. Some of their signers
//! settle something and may be remembered, in a cache that is often too small for them. Then claims are made: of each signature that it is
//! its signer's, or somebody else's. Whatever the cache knows, in whatever order and company, and however often a claim stands in a batch,
//! it is told what it is told without all that.

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use quittance_core::eip712::Digest;
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::proof::{Admitted, Settled, Verified};
use quittance_core::registry::{self, networks};
use quittance_core::signature::{Claim, PayerCache, Signature, SignatureError, recover, verify, verify_many};
use quittance_core::wire::{Eip3009Payload, PaymentPayload};
use quittance_core::{Account, Address, Amount, Nonce, ReplayKey, Terms, UnixSeconds, Window};

use crate::recovery;
use crate::vectors::Vectors;

/// One cache, some signatures, and one batch of claims about them.
pub fn run(data: &[u8]) {
    let _ = play(&mut Unstructured::new(data));
}

/// The seeds of [`recovery`], some at a time, and each three times in a batch, in another order.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let drawn = recovery::seeds(vectors);
    let number = |number: usize| u8::try_from(number % 256).expect("it is below 256");
    let mut seeds = Vec::new();
    for (index, chunk) in drawn.chunks(usize::from(MOST) - 1).enumerate() {
        // no place, one, or more, and mostly enough
        let mut seed = vec![if index % 4 == 0 { number(index / 4) } else { MOST }, number(chunk.len() - 1)];
        for (at, one) in chunk.iter().enumerate() {
            seed.extend([number(one.len()), number(index + at)]);
            seed.extend(one);
        }
        seed.extend((0..3 * chunk.len()).flat_map(|at| [number(at * 7), number(if at % 3 == 2 { at } else { 0 })]));
        seeds.push(seed);
    }
    seeds
}

/// The most signatures that are drawn, and so the most payers.
const MOST: u8 = 6;

struct Item {
    digest: Digest,
    signature: Signature,
    /// Whose it is, if anybody's.
    signer: Option<Address>,
}

fn play(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut cache = PayerCache::with_places(usize::from(bytes.arbitrary::<u8>()? % (MOST + 1)));
    let mut items = Vec::new();
    for _ in 0..=bytes.arbitrary::<u8>()? % MOST {
        let (length, settlements) = (usize::from(bytes.arbitrary::<u8>()?).min(bytes.len()), bytes.arbitrary::<u8>()?);
        let (digest, signature) = recovery::draw(&mut Unstructured::new(bytes.bytes(length.min(bytes.len()))?))?;
        let Ok(signature) = Signature::parse_65(&signature) else { continue };
        let digest = Digest::from_bytes(digest);
        let signer = recover(&digest, &signature).ok();
        for _ in 0..settlements % 3 {
            let before = cache.len();
            cache.learn(&settled(signer.unwrap_or(Address::ZERO), &signature), &digest);
            assert!(signer.is_some() || cache.len() == before, "nobody was learned");
        }
        items.push(Item { digest, signature, signer });
    }
    if items.is_empty() {
        return Ok(());
    }
    let (mut claims, mut told) = (Vec::new(), BTreeMap::new());
    let mut expected = Vec::new();
    while let (Ok(pick), Ok(whose)) = (bytes.arbitrary::<u8>(), bytes.arbitrary::<u8>()) {
        let index = usize::from(pick) % items.len();
        let item = &items[index];
        let signer = match whose % 8 {
            1 => Address::ZERO,
            2 => items[usize::from(whose / 8) % items.len()].signer.unwrap_or(Address::ZERO),
            3 => Address::from_bytes([whose; 20]),
            _ => item.signer.unwrap_or(Address::from_bytes([1; 20])),
        };
        claims.push(Claim::new(&item.digest, &item.signature, signer));
        expected.push(*told.entry((index, signer)).or_insert_with(|| check_alone(item, signer, &cache)));
        if claims.len() == 80 {
            break;
        }
    }
    let (plain, known): (Vec<_>, Vec<_>) = expected.into_iter().unzip();
    assert_eq!(verify_many(&claims), plain);
    let with_payers = claims.iter().map(|claim| claim.with_payers(Some(&cache)));
    assert_eq!(verify_many(&with_payers.collect::<Vec<_>>()), known);
    // every third without the cache: both kinds stand in one batch even where all payers are known
    let mixed = claims.iter().enumerate().map(|(at, claim)| claim.with_payers((at % 3 != 2).then_some(&cache)));
    let expected = plain.iter().zip(&known).enumerate().map(|(at, (plain, known))| if at % 3 != 2 { *known } else { *plain });
    assert_eq!(verify_many(&mixed.collect::<Vec<_>>()), expected.collect::<Vec<_>>());
    Ok(())
}

type Verdict = Result<(), SignatureError>;

/// With the cache as without it; only why a known payer is not the signer is not looked into. Gives both verdicts.
fn check_alone(item: &Item, expected: Address, cache: &PayerCache) -> (Verdict, Verdict) {
    let plain = verify(&item.digest, &item.signature, expected);
    assert_eq!(plain.is_ok(), item.signer == Some(expected) && expected != Address::ZERO);
    let claim = Claim::new(&item.digest, &item.signature, expected);
    let known = claim.with_payers(Some(cache)).verify();
    let untold = (plain, known) == (Err(SignatureError::NotRecoverable), Err(SignatureError::WrongSigner));
    assert!(known == plain || untold, "{plain:?} is {known:?} with a cache");
    (plain, known)
}

/// A settlement of what a payer signed, whatever that was.
pub(crate) fn settled(payer: Address, signature: &Signature) -> Settled {
    let asset = registry::default_asset(networks::BASE).expect("Base has a default asset");
    let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    let terms = Terms::exact(asset, &"$0.01".parse().expect("a price"), payee, 60).expect("an offer");
    let transfer = Transfer {
        // a payment of the zero address cannot be read; whose it says it is does not matter here
        from: if payer == Address::ZERO { Address::from_bytes([1; 20]) } else { payer },
        to: Address::parse(payee).expect("an address"),
        value: terms.amount(),
        window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(60)),
        nonce: Nonce::from_bytes([0; 32]),
    };
    let payload = Eip3009Payload::new(*signature, transfer);
    let payment = PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().expect("a payment");
    let token = terms.asset().token().address().expect("an EVM token");
    let key = ReplayKey::Eip3009 { network: networks::BASE, token, from: payer, nonce: transfer.nonce };
    let verified = Verified::assertion(&payment, &terms, Account::Evm(payer), terms.amount(), key, UnixSeconds::from_secs(60));
    Settled::assertion(Admitted::assertion(verified), "0x01".into(), Amount::from_u64(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the seeds' claims are good, and how many of those meet a known payer.
    #[test]
    fn the_seeds_meet_payers_known_and_not() {
        let (mut known, mut unknown) = (0, 0);
        for seed in recovery::seeds(&Vectors::load()) {
            let Ok((digest, signature)) = recovery::draw(&mut Unstructured::new(&seed)) else { continue };
            let Ok(signature) = Signature::parse_65(&signature) else { continue };
            let digest = Digest::from_bytes(digest);
            let mut cache = PayerCache::with_places(1);
            let Ok(signer) = recover(&digest, &signature) else { continue };
            cache.learn(&settled(signer, &signature), &digest);
            // the same as with the cache's help, which is there
            assert_eq!(Claim::new(&digest, &signature, signer).with_payers(Some(&cache)).verify(), Ok(()));
            known += cache.len();
            unknown += usize::from(cache.is_empty());
        }
        assert!(known > 100 && unknown == 0, "{known} are known and {unknown} are not");
    }
}
