//! What holds for all policies and offers of some kind.

use alloc::collections::BTreeMap;

use proptest::prelude::*;
use quittance_core::Amount;

use super::*;

/// Offers in which everything may be wrong that a policy looks at.
fn offers() -> impl Strategy<Value = Vec<PaymentRequirements>> {
    let network = prop_oneof![Just(networks::BASE), Just(networks::BASE_SEPOLIA), Just(networks::POLYGON), Just(networks::CELO)];
    let one = (
        network,
        0_u64..60_000,
        0_u8..4,
        0_u64..1_000,
        prop_oneof![4 => Just("exact"), 1 => Just("upto"), 1 => Just("other")],
        0_u8..8,
    );
    let one = one.prop_map(|(network, amount, payee, timeout, scheme, extra)| {
        let asset = default_asset(network).unwrap();
        let payee = [PAYEE, OTHER, "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", "0x90F79bf6EB2c4f870365E785982E1f101E93b906"]
            [usize::from(payee)];
        let mut asked = PaymentRequirements::new(scheme, network.to_string(), amount.to_string(), asset.id, payee, timeout);
        match extra {
            0 => asked.extra = Some([("assetTransferMethod", "permit2")].into_iter().collect()),
            1 => asked.extra = Some([("name", "Coin")].into_iter().collect()),
            2 => asked.asset = OTHER.into(),
            _ => {}
        }
        asked
    });
    proptest::collection::vec(one, 1..12)
}

fn lenient(cap: u64, ask_above: Option<u64>) -> Policy {
    let money = |units: u64| Amount::from_u64(units).format_units(6).to_string();
    let ask = ask_above.map(|units| format!("ask_above = \"{}\"\n", money(units))).unwrap_or_default();
    let text = format!(
        "per_payment = \"{}\"\n{ask}networks = [\"celo\", \"base\", \"base-sepolia\"]\norigins = [\"https://api.example.com\"]\npin_payees = false\ndeny_payees = [\"{OTHER}\"]\n",
        money(cap)
    );
    Policy::from_toml(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// A decision with offers named by what they are.
fn told(scene: &Scene, decision: &Decision) -> (String, BTreeMap<String, Vec<String>>) {
    let (taken, passed_over) = match decision {
        Decision::Allow(allowed) => (format!("{:?} {}", allowed.terms().hash(), allowed.rule()), allowed.passed_over()),
        Decision::Ask(request) => (format!("{:?} {}", request.id(), request.words()), request.passed_over()),
        Decision::Deny(denied) => (denied.to_string(), denied.passed_over()),
    };
    let mut why: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for passed in passed_over {
        why.entry(scene.offers[passed.offer].hash().to_string()).or_default().push(format!("{:?} {}", passed.denial, passed.words));
    }
    (taken, why)
}

proptest! {
    #[test]
    fn row_196_the_order_of_offers_never_changes_the_decision(offers in offers(), turn in 0_usize..12, ask in proptest::option::of(0_u64..60_000)) {
        let policy = lenient(50_000, ask);
        let scene = Scene::new(offers.clone());
        let expected = told(&scene, &scene.decide(&policy));
        let (mut turned, mut reversed) = (offers.clone(), offers);
        turned.rotate_left(turn % reversed.len());
        reversed.reverse();
        for other in [turned, reversed] {
            let scene = Scene::new(other);
            prop_assert_eq!(&told(&scene, &scene.decide(&policy)), &expected);
        }
    }

    #[test]
    fn row_209_nothing_above_the_cap_is_ever_allowed_or_asked(offers in offers(), cap in 0_u64..60_000, ask in proptest::option::of(0_u64..60_000)) {
        let policy = lenient(cap, ask);
        let scene = Scene::new(offers);
        let terms = match scene.decide(&policy) {
            Decision::Allow(allowed) => {
                prop_assert!(allowed.terms().amount() <= Amount::from_u64(ask.unwrap_or(u64::MAX)));
                prop_assert!((7..=900).contains(&allowed.window()));
                allowed.terms().clone()
            }
            Decision::Ask(request) => {
                prop_assert!(request.terms().amount() > Amount::from_u64(ask.unwrap()));
                request.terms().clone()
            }
            Decision::Deny(denied) => {
                prop_assert_eq!(denied.passed_over().len(), scene.offers.len());
                return Ok(());
            }
        };
        prop_assert!(terms.amount() <= Amount::from_u64(cap) && !terms.amount().is_zero());
        // and it is the cheapest of those that are allowed alone
        for offer in &scene.offers {
            let alone = Scene { offers: vec![offer.clone()], ..scene.clone() };
            if let Decision::Allow(allowed) = alone.decide(&policy) {
                prop_assert!(terms.amount() <= allowed.terms().amount());
            }
        }
    }

    #[test]
    fn row_216_no_text_panics_as_a_policy(text in ".{0,200}", line in "[a-z_]{1,20} = [\"a-z0-9$.\\[\\], ]{0,30}") {
        for text in [&text, &line, &format!("{BASE}{line}")] {
            for error in [Policy::from_toml(text), Policy::from_json(text)].into_iter().filter_map(Result::err) {
                prop_assert!(error.line() >= 1 && error.column() >= 1);
                prop_assert!(error.to_string().chars().all(|letter| !letter.is_control()), "{error}");
            }
        }
    }

    #[test]
    fn row_215_no_request_is_allowed_at_another_origin(url in "https?://[a-z.:@%0-9]{1,30}(/[a-z.%2f;*]{0,20})?") {
        let Ok(resource) = Resource::parse(&url) else { return Ok(()) };
        let allowed = matches!(Scene::at(&url).decide(&policy("")), Decision::Allow(_));
        prop_assert!(!allowed || resource.origin() == "https://api.example.com");
    }

    #[test]
    fn row_191_a_price_that_did_not_rise_is_never_called_changed(known in 1_u64..50_000, asked in 1_u64..50_000, rise in 0_u32..300) {
        let policy = policy(&format!("max_price_change = \"{rise}%\"\n"));
        let mut offered = offer("$0.01");
        offered.amount = asked.to_string();
        let scene = Scene { prices: vec![paid(token(networks::BASE, "USDC"), known)], ..Scene::new([offered]) };
        let fits = u128::from(asked) * 100 <= u128::from(known) * u128::from(100 + rise);
        prop_assert_eq!(outcome(&scene.decide(&policy)), if fits { format!("allow {asked}") } else { "price_changed".into() });
    }
}
