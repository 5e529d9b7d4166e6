//! What a seller has signed of its offers.

use quittance_core::SecretKey;
use quittance_core::statement::{Issuer, KeyId};
use quittance_core::wire::{Artifact, ArtifactForm, OfferPayload};

use super::*;

const STRANGER: [u8; 32] = [0x5e; 32];

fn key(bytes: [u8; 32]) -> SecretKey {
    SecretKey::from_bytes(&bytes).unwrap()
}

/// An offer whose payee is the account of a key, and what that key signed of it.
fn own() -> (PaymentRequirements, Issuer) {
    let issuer = Issuer::eip712(key([7; 32]));
    let mut offer = offer("$0.01");
    offer.pay_to = issuer.address().to_string();
    (offer, issuer)
}

fn said(offer: &PaymentRequirements) -> OfferPayload {
    OfferPayload::of(offer, URL, Some(UnixSeconds::from_secs(NOW)))
}

fn scene(offer: PaymentRequirements, signed: Vec<Artifact<OfferPayload>>) -> Scene {
    Scene { signed, ..Scene::new([offer]) }
}

fn required(more: &str) -> Policy {
    policy(&format!("signed_offers = \"required\"\n{more}"))
}

#[test]
fn an_offer_that_its_payee_signed_is_as_good_as_demanded() {
    let (offer, issuer) = own();
    let web = Issuer::jws(key([7; 32]));
    for artifact in [issuer.sign(said(&offer)), web.sign(said(&offer)), issuer.sign(said(&offer)).at(9)] {
        let signed = scene(offer.clone(), vec![artifact]);
        for policy in [policy(""), required("")] {
            check(&policy, &signed, "allow 10000");
            assert!(signed.allowed(&policy).rule().ends_with("; signed by its seller"));
        }
    }
    assert!(!scene(offer, Vec::new()).allowed(&policy("")).rule().contains("signed"));
}

#[test]
fn what_nobody_signed_who_may_is_refused_where_it_is_demanded() {
    let (offer, issuer) = own();
    let stranger = Issuer::eip712(key(STRANGER));
    let named = Issuer::jws_named(key([7; 32]), KeyId::parse("did:web:api.example.com#1").unwrap()).unwrap();
    let mut ended = said(&offer);
    ended.valid_until = Some(UnixSeconds::from_secs(NOW - 1));
    let mut endless = said(&offer);
    endless.valid_until = None;
    let strange = Artifact::new(ArtifactForm::Other("cose".into()));
    for signed in
        [vec![], vec![stranger.sign(said(&offer))], vec![named.sign(said(&offer))], vec![issuer.sign(ended)], vec![strange]]
    {
        let scene = scene(offer.clone(), signed);
        check(&required(""), &scene, "offer_unsigned");
        check(&policy(""), &scene, "allow 10000");
        assert_eq!(scene.denied(&required("")).rule(), "signed_offers");
    }
    check(&required(""), &scene(offer.clone(), vec![issuer.sign(endless)]), "allow 10000");
    // the right one among wrong ones
    check(&required(""), &scene(offer.clone(), vec![stranger.sign(said(&offer)), issuer.sign(said(&offer))]), "allow 10000");
}

#[test]
fn row_194_an_offer_beside_which_another_one_is_signed_was_changed_on_the_way() {
    let (offer, issuer) = own();
    let changed = |edit: fn(&mut PaymentRequirements)| {
        let mut other = offer.clone();
        edit(&mut other);
        other
    };
    for tampered in [changed(|offer| offer.pay_to = OTHER.into()), changed(|offer| offer.amount = "9999".into())] {
        let scene = scene(tampered, vec![issuer.sign(said(&offer))]);
        check(&policy(""), &scene, "offer_contradicted");
        check(&required(""), &scene, "offer_contradicted");
    }
    let mut elsewhere = said(&offer);
    elsewhere.resource_url = "https://api.example.com/other".into();
    check(&policy(""), &scene(offer.clone(), vec![issuer.sign(elsewhere)]), "offer_contradicted");
    // what is signed of another way to pay says nothing of this one
    let mut upto = said(&offer);
    upto.scheme = "upto".into();
    check(&policy(""), &scene(offer.clone(), vec![issuer.sign(upto)]), "allow 10000");
    // nor do the letters of the hint
    let both = scene(
        offer.clone(),
        vec![issuer.sign(said(&changed(|offer| offer.amount = "1".into()))).at(0), issuer.sign(said(&offer)).at(1)],
    );
    check(&policy(""), &both, "allow 10000");
}

#[test]
fn a_key_is_told_for_a_resource_and_speaks_for_no_other() {
    let (offer, _) = own();
    for issuer in [Issuer::eip712(key(STRANGER)), Issuer::jws(key(STRANGER))] {
        let at = |url: &str| required(&format!("[[resource]]\nurl = \"{url}\"\nsigners = [\"{}\"]\n", issuer.key()));
        let scene = scene(offer.clone(), vec![issuer.sign(said(&offer))]);
        check(&at("https://api.example.com/report/*"), &scene, "allow 10000");
        check(&at("https://other.example.com/report/*"), &scene, "offer_unsigned");
        let resource = Resource::parse(URL).unwrap();
        assert_eq!(at("https://api.example.com/report/*").signers(&resource, "GET"), [issuer.key()]);
        assert!(at("https://other.example.com/report/*").signers(&resource, "GET").is_empty());
    }
    assert!(Policy::default().signers(&Resource::parse(URL).unwrap(), "GET").is_empty());
    for wrong in ["did:web:api.example.com", "0x12", "key", "did:key:zzz"] {
        let text = format!("{BASE}[[resource]]\nurl = \"https://api.example.com/*\"\nsigners = [\"{wrong}\"]\n");
        assert!(Policy::from_toml(&text).is_err(), "{wrong}");
    }
}
