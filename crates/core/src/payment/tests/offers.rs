//! What is read with the seller's offers at hand is what is read without.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Spellings of one address: by its checksum, without one, by a wrong one.
const ONE: [&str; 4] = [
    "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
    "0x209693bc6afc0c5328ba36faf03c514ef312287c",
    "0x209693BC6AFC0C5328BA36FAF03C514EF312287C",
    "0x209693bC6afc0C5328bA36FaF03C514EF312287C",
];
/// The same of another one.
const OTHER: [&str; 3] = [
    "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
    "0x036cbd53842c5426634e7929541ec2318f3dcf7e",
    "0x036cbD53842c5426634e7929541eC2318f3dCF7e",
];
const NOBODY: [&str; 4] =
    ["0x0000000000000000000000000000000000000000", "merchant", "", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkwyTDt1v"];

/// The members of an offer, each as JSON text, most of them as most offers have them.
type Members = Vec<(&'static str, String)>;

fn party() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(ONE[0]), 2 => select(&ONE[..]), 3 => select(&OTHER[..]), 1 => select(&NOBODY[..])]
}

fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn mostly(usual: &'static str, others: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(usual), 1 => select(others)]
}

prop_compose! {
    fn members()(
        scheme in mostly("\"exact\"", &["\"upto\"", "\"batch\"", "\"\"", r#""ex\u0061ct""#, "null", "1"]),
        network in mostly("\"eip155:84532\"", &["\"eip155:8453\"", "\"base\"", "\"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp\"", "[]"]),
        amount in mostly("\"10000\"", &["\"1\"", "\"010000\"", "10000", "\"\""]),
        asset in prop_oneof![6 => Just(OTHER[0]), 1 => party()],
        pay_to in party(),
        seconds in mostly("60", &["61", "60.0", "6e1", "\"60\"", "0"]),
        extra in mostly(
            r#"{"name":"USDC","version":"2"}"#,
            &["null", "{}", r#"{"version":"2","name":"USDC"}"#, r#"{"name":"USDC","deep":[1,true,null,{"a":"b"}]}"#, r#"{"n":1.0}"#, r#"{"n":1}"#, "[]", "-"],
        ),
        unknown in mostly("-", &["1", "{}"]),
        ambiguous in mostly("-", &["\"exact\""]),
        turned in 0_usize..8,
    ) -> Members {
        let texts = [
            ("scheme", scheme.into()), ("network", network.into()), ("amount", amount.into()), ("asset", quoted(asset)),
            ("payTo", quoted(pay_to)), ("maxTimeoutSeconds", seconds.into()), ("extra", extra.into()), ("later", unknown.into()),
            ("Scheme", ambiguous.into()),
        ];
        let mut members: Members = texts.into_iter().filter(|(_, text): &(_, String)| text != "-").collect();
        // one in two is in the usual order
        let turned = turned.saturating_sub(3) % members.len();
        members.rotate_left(turned);
        members
    }
}

fn text_of(members: &Members) -> String {
    let members: Vec<_> = members.iter().map(|(name, text)| format!("\"{name}\":{text}")).collect();
    format!("{{{}}}", members.join(","))
}

/// What is signed: the parties as the seller spells them, or not.
fn payload() -> impl Strategy<Value = String> {
    (0_usize..6, party(), party(), prop_oneof![3 => Just(OTHER[0]), 1 => party()]).prop_map(|(kind, from, to, token)| {
        let nonce = "5e".repeat(32);
        let permit = |witness: &str| format!(
            r#"{{"signature":"0x01","permit2Authorization":{{"from":"{from}","permitted":{{"token":"{token}","amount":"1"}},"spender":"{from}","nonce":"7","deadline":"9","witness":{{{witness}}}}}}}"#
        );
        match kind {
            0 => permit(&format!(r#""to":"{to}","validAfter":"0""#)),
            1 => permit(&format!(r#""to":"{to}","facilitator":"{from}","validAfter":"0""#)),
            2 => format!(r#"{{"delegationManager":"{to}"}}"#),
            _ => format!(
                r#"{{"signature":"0x01","authorization":{{"from":"{from}","to":"{to}","value":"10000","validAfter":"0","validBefore":"9","nonce":"0x{nonce}"}}}}"#
            ),
        }
    })
}

/// The offers of a seller: what can be read, and one that only a program can make.
fn offers_of(texts: &[Members]) -> Vec<Terms> {
    let read = |members: &Members| {
        Terms::parse(wire::PaymentRequirements::from_json(text_of(members).as_bytes(), &Limits::BODY).ok()?).ok()
    };
    texts.iter().filter_map(read).chain(Terms::parse(nameless())).collect()
}

fn nameless() -> wire::PaymentRequirements {
    offer("", "eip155:84532", "10000")
}

/// Everything that a payment says, and which of the offers it takes.
fn facts(payment: &Payment, offers: &[Terms]) -> impl PartialEq + fmt::Debug + use<> {
    let found = find_offer(offers, payment).map(|found| offers.iter().position(|offer| core::ptr::eq(offer, found)));
    let accepted = payment.accepted().map(|terms| {
        let meaning =
            (terms.scheme().clone(), terms.asset().clone(), terms.amount(), terms.pay_to().clone(), terms.max_timeout_seconds());
        (meaning, terms.hash(), terms.requirements().clone())
    });
    let claims =
        (payment.resource().map(String::from), payment.extensions().clone(), payment.authorization().clone(), payment.from());
    (payment.version(), payment.scheme().clone(), payment.network(), accepted, claims, found)
}

fn check(header: &PaymentHeader<'_>, offers: &[Terms]) -> Result<(), TestCaseError> {
    let without = Payment::from_header(*header, &Limits::BODY).map(|payment| facts(&payment, offers));
    let with = Payment::from_header_for(*header, offers, &Limits::BODY).map(|payment| facts(&payment, offers));
    prop_assert_eq!(without, with);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn reading_is_the_same_with_any_offers_and_with_none(
        own in proptest::collection::vec(members(), 0..3),
        other in members(),
        taken in 0_usize..5,
        payload in payload(),
        resource in mostly(r#"{"url":"https://api.example.com/a","description":"x","mimeType":"y","tags":["z"]}"#, &["null", "{}", r#"{"url":"u","tags":[1]}"#]),
        extensions in mostly("null", &["{}", r#"{"a":{"info":{}}}"#, "1"]),
        flipped in prop_oneof![4 => Just(None), 1 => any::<(usize, u8)>().prop_map(Some)],
    ) {
        let offers = offers_of(&own);
        let accepted = if taken == 4 { nameless().to_json() } else { text_of(own.get(taken).unwrap_or(&other)) };
        let v2 = format!(r#"{{"x402Version":2,"resource":{resource},"accepted":{accepted},"payload":{payload},"extensions":{extensions}}}"#);
        let v1 = format!(r#"{{"x402Version":1,"scheme":"exact","network":"base-sepolia","payload":{payload}}}"#);
        for (version, text) in [(Version::V2, v2), (Version::V1, v1)] {
            let mut bytes = text.into_bytes();
            if let Some((at, byte)) = flipped {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let value = encoded(&bytes);
            check(&PaymentHeader { version, value: value.as_bytes() }, &offers)?;
        }
    }
}

/// The law above is about nothing if no offer is ever recognised.
#[test]
fn an_offer_in_its_own_words_is_not_read_again() {
    let terms = Terms::parse(offer("exact", "eip155:84532", "10000")).unwrap();
    let shares = |accepted: &str| {
        let text = format!(r#"{{"x402Version":2,"accepted":{accepted},"payload":{}}}"#, eip3009());
        let value = encoded(text.as_bytes());
        let header = PaymentHeader { version: Version::V2, value: value.as_bytes() };
        let payment = Payment::from_header_for(header, core::slice::from_ref(&terms), &Limits::HEADER).unwrap();
        assert_eq!(find_offer(core::slice::from_ref(&terms), &payment).map(Terms::hash), Ok(terms.hash()));
        core::ptr::eq(payment.accepted().unwrap().requirements(), terms.requirements())
    };
    let text = terms.requirements().to_json();
    assert!(shares(&text));
    // the order does not count; another spelling is read as what it is, and means the same offer
    assert!(shares(&text.replace(r#"{"scheme":"exact","#, "{").replace('}', r#","scheme":"exact"}"#)));
    assert!(!shares(&text.replace(PARTY, &PARTY.to_lowercase())));
    assert!(!shares(&text.replace('}', r#","extra":{}}"#)));
}
