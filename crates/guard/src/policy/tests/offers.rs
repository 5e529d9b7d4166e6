//! What is asked about each offer, and which one is taken.

use quittance_core::Denial;

use super::*;

#[test]
fn row_209_the_cap_itself_is_allowed_and_one_unit_more_is_not() {
    let asking = |amount: &str| {
        let mut asked = offer("$0.05");
        asked.amount = amount.into();
        Scene::new([asked])
    };
    check(&policy(""), &asking("49999"), "allow 49999");
    check(&policy(""), &asking("50000"), "allow 50000");
    check(&policy(""), &asking("50001"), "above_per_payment");
    check(&policy(""), &asking(&quittance_core::Amount::MAX.to_string()), "above_per_payment");
    check(&policy(""), &asking("0"), "zero_amount");
    let denied = asking("100000").denied(&policy(""));
    assert_eq!(
        (denied.rule(), denied.to_string().as_str()),
        ("per_payment", "above_per_payment: 0.1 USDC is above 0.05 per payment")
    );
    let narrower = policy("[[resource]]\nurl = \"https://api.example.com/report/*\"\nper_payment = \"$0.02\"\n");
    check(&narrower, &asking("20000"), "allow 20000");
    check(&narrower, &asking("20001"), "above_per_payment");
    let wider = policy("[[resource]]\nurl = \"https://api.example.com/report/*\"\nper_payment = \"$2\"\n");
    check(&wider, &asking("50001"), "above_per_payment");
}

#[test]
fn row_212_the_ledger_is_told_every_limit_of_the_token() {
    let all = policy("per_task = \"$0.5\"\nper_session = \"$1\"\nper_hour = \"$2\"\nper_day = \"$5\"\n");
    let limits =
        |allowed: &Allowed| allowed.limits().iter().map(|limit| format!("{} {}", limit.meter, limit.max)).collect::<Vec<_>>();
    let allowed = Scene::new([offer("$0.01")]).allowed(&all);
    assert_eq!(limits(&allowed), ["task 500000", "session 1000000", "hour 2000000", "day 5000000"]);
    assert_eq!(limits(&Scene::new([offer("$0.01")]).allowed(&policy(""))), [""; 0]);
    let fine = "networks = [\"megaeth\"]\nper_payment = \"$0.05\"\nper_day = \"$5\"\norigins = [\"https://api.example.com\"]\ntransfer_methods = [\"permit2\"]";
    let allowed = Scene::new([offer_on(networks::MEGAETH, "$0.01")]).allowed(&Policy::from_toml(fine).unwrap());
    assert_eq!((limits(&allowed), allowed.asset().decimals), (vec!["day 5000000000000000000".to_string()], 18));
}

#[test]
fn row_191_a_price_above_the_known_one_is_refused_even_under_the_cap() {
    let usdc = token(networks::BASE, "USDC");
    let knowing = |price: &str, known: u64| Scene { prices: vec![paid(usdc, known)], ..Scene::new([offer(price)]) };
    check(&policy(""), &knowing("$0.01", 10_000), "allow 10000");
    check(&policy(""), &knowing("$0.009", 10_000), "allow 9000");
    check(&policy(""), &knowing("$0.010001", 10_000), "price_changed");
    // ten times as much, under the cap and above it
    check(&policy(""), &knowing("$0.05", 5_000), "price_changed");
    check(&policy(""), &knowing("$0.10", 10_000), "price_changed");
    let denied = knowing("$0.10", 10_000).denied(&policy(""));
    assert_eq!((denied.rule(), denied.words()), ("max_price_change", "it was 0.01 USDC (paid before) and is now 0.1 USDC"));
    let tolerant = policy("max_price_change = \"10%\"\n");
    check(&tolerant, &knowing("$0.011", 10_000), "allow 11000");
    check(&tolerant, &knowing("$0.011001", 10_000), "price_changed");

    let priced = policy("[[resource]]\nurl = \"https://api.example.com/report/*\"\nprice = \"$0.01\"\n");
    check(&priced, &Scene::new([offer("$0.01")]), "allow 10000");
    check(&priced, &Scene::new([offer("$0.02")]), "price_changed");
    assert_eq!(Scene::new([offer("$0.02")]).denied(&priced).words(), "it was 0.01 USDC (by the policy) and is now 0.02 USDC");
    let advertised = KnownPrice { source: PriceSource::Advertised, ..paid(usdc, 20_000) };
    let both = Scene { prices: vec![paid(usdc, 10_000), advertised], ..Scene::new([offer("$0.02")]) };
    check(&policy(""), &both, "price_changed");
}

#[test]
fn row_191_a_known_price_is_not_evaded_by_the_token() {
    let celo = "networks = [\"celo\", \"base\"]\nassets = [\"USDC\", \"USDT\"]\nper_payment = [\"$0.05\", \"0.05 USDT\"]\norigins = [\"https://api.example.com\"]\n";
    let celo = Policy::from_toml(celo).unwrap();
    let usdt = offer_in(token(networks::CELO, "USDT"), "0.01");
    let knowing = |asset, known, offer: PaymentRequirements| Scene { prices: vec![paid(asset, known)], ..Scene::new([offer]) };
    // dollars compare with dollars on any network, another token only with itself
    check(&celo, &knowing(token(networks::BASE, "USDC"), 10_000, offer_on(networks::CELO, "$0.01")), "allow 10000");
    check(&celo, &knowing(token(networks::BASE, "USDC"), 9_999, offer_on(networks::CELO, "$0.01")), "price_changed");
    check(&celo, &knowing(token(networks::BASE, "USDC"), 10_000, usdt.clone()), "price_changed");
    check(&celo, &knowing(token(networks::SOLANA, "USDT"), 10_000, usdt.clone()), "allow 10000");
    let unknown = quittance_core::Asset::parse(networks::BASE, OTHER).unwrap();
    let unknown = KnownPrice::new(PriceSource::Advertised, unknown, quittance_core::Amount::from_u64(1));
    check(&celo, &Scene { prices: vec![unknown], ..Scene::new([usdt]) }, "price_changed");
    let eighteen = paid(token(networks::MEGAETH, "MegaUSD"), 10_000_000_000_000_000);
    check(&policy(""), &Scene { prices: vec![eighteen], ..Scene::new([offer("$0.01")]) }, "allow 10000");
}

#[test]
fn row_192_a_token_is_what_the_registry_says() {
    let edited = |edit: fn(&mut PaymentRequirements)| {
        let mut asked = offer("$0.01");
        edit(&mut asked);
        Scene::new([asked])
    };
    check(&policy(""), &edited(|asked| asked.asset = OTHER.into()), "unknown_asset");
    check(&policy(""), &edited(|asked| asked.extra.as_mut().unwrap().insert("decimals", "18")), "allow 10000");
    let allowed = edited(|asked| asked.extra.as_mut().unwrap().insert("decimals", "2")).allowed(&policy(""));
    assert_eq!((allowed.asset().decimals, allowed.rule().split(' ').next()), (6, Some("0.01")));
    // Base's token on another network
    check(&policy(""), &edited(|asked| asked.network = "eip155:84532".into()), "unknown_asset");
    let celo = "networks = [\"celo\"]\nper_payment = \"$0.05\"\norigins = [\"https://api.example.com\"]";
    let usdt = Scene::new([offer_in(token(networks::CELO, "USDT"), "0.01")]);
    check(&Policy::from_toml(celo).unwrap(), &usdt, "asset");
}

#[test]
fn row_199_a_signing_domain_other_than_the_registrys_is_refused() {
    let mut asked = offer("$0.01");
    asked.extra.as_mut().unwrap().insert("name", "USDC");
    check(&policy(""), &Scene::new([asked]), "domain_mismatch");
}

#[test]
fn row_193_a_window_is_cut_to_the_policys_and_never_endless_or_empty() {
    let giving = |seconds: u64| {
        let mut asked = offer("$0.01");
        asked.max_timeout_seconds = seconds;
        Scene::new([asked])
    };
    let year = 31_536_000;
    for (offered, signed) in [(7, 7), (60, 60), (900, 900), (901, 900), (year, 900), (10 * 31_557_600, 900)] {
        assert_eq!(giving(offered).allowed(&policy("")).window(), signed, "{offered}");
    }
    for offered in [0, 6, 10 * 31_557_600 + 1, (1 << 53) - 1, 1 << 53, u64::MAX] {
        check(&policy(""), &giving(offered), "window");
    }
    assert_eq!(giving(0).denied(&policy("")).words(), "the offer gives 0 s, in which nothing can be settled");
    assert_eq!(giving(900).allowed(&policy("max_window = \"1m\"\n")).window(), 60);
    let narrower = "max_window = \"1h\"\n[[resource]]\nurl = \"https://api.example.com/report/*\"\nmax_window = \"30s\"\n";
    assert_eq!(giving(900).allowed(&policy(narrower)).window(), 30);
    assert_eq!(giving(900).allowed(&policy(&narrower.replace("30s", "2h").replace("1h", "45s"))).window(), 45);
}

#[test]
fn row_194_another_payee_than_before_is_refused() {
    let before = |pins: &[Pin], network| Scene { pins: pins.to_vec(), ..Scene::new([offer_on(network, "$0.01")]) };
    let (here, there) = (networks::BASE, networks::BASE_SEPOLIA);
    assert!(before(&[], here).allowed(&policy("")).pin().is_some());
    let known = before(&[pin(here, PAYEE)], here).allowed(&policy(""));
    assert_eq!((known.pin(), known.rule().split("; ").nth(2)), (None, Some("payee as before")));
    check(&policy(""), &before(&[pin(here, OTHER)], here), "payee_changed");
    check(&policy(""), &before(&[pin(here, OTHER), pin(here, PAYEE)], here), "allow 10000");
    // another network is no way round
    check(&policy(""), &before(&[pin(here, PAYEE)], there), "allow 10000");
    check(&policy(""), &before(&[pin(here, OTHER)], there), "payee_changed");
    check(&policy(""), &before(&[pin(there, PAYEE), pin(here, OTHER)], here), "payee_changed");
    let solana = Policy::from_toml(&BASE.replace("\"base-sepolia\"", "\"solana\"")).unwrap();
    check(&solana, &before(&[pin(here, PAYEE)], networks::SOLANA), "payee_changed");
    check(&solana, &before(&[], networks::SOLANA), "allow 10000");
    check(&policy("pin_payees = false\n"), &before(&[pin(here, OTHER)], here), "allow 10000");
    let denied = before(&[pin(here, OTHER)], here).denied(&policy(""));
    assert_eq!(denied.words(), "the payee 0x209693Bc6afc0C5328bA36FaF03C514EF312287C is not who this origin was paid at before");
}

#[test]
fn row_194_payees_can_be_named_and_excluded() {
    let scene = Scene { pins: vec![pin(networks::BASE, OTHER)], ..Scene::new([offer("$0.01")]) };
    let named = |key: &str, payee: &str| policy(&format!("{key} = [\"{payee}\"]\n"));
    check(&named("payees", &PAYEE.to_lowercase()), &scene, "allow 10000");
    check(&named("payees", OTHER), &scene, "payee_unlisted");
    check(&named("deny_payees", &PAYEE.to_lowercase()), &scene, "payee_denied");
    check(&policy(&format!("payees = [\"{PAYEE}\"]\ndeny_payees = [\"{PAYEE}\"]\n")), &scene, "payee_denied");
    let narrower = |top: &str, own: &str| {
        policy(&format!("payees = [\"{top}\"]\n[[resource]]\nurl = \"https://api.example.com/**\"\npayees = [\"{own}\"]\n"))
    };
    check(&narrower(PAYEE, PAYEE), &scene, "allow 10000");
    check(&narrower(PAYEE, OTHER), &scene, "payee_unlisted");
    check(&narrower(OTHER, PAYEE), &scene, "payee_unlisted");
}

#[test]
fn row_195_a_network_that_is_not_named_is_refused() {
    for (network, expected) in [
        (networks::BASE, "allow 10000"),
        (networks::BASE_SEPOLIA, "allow 10000"),
        (networks::ETHEREUM, "network"),
        (networks::SOLANA, "network"),
    ] {
        check(&policy(""), &Scene::new([offer_on(network, "$0.01")]), expected);
    }
    let mut strange = offer("$0.01");
    strange.network = "eip155:999999".into();
    check(&policy(""), &Scene::new([strange]), "network");
    let test_only = Policy::from_toml(&BASE.replace("\"base\", ", "")).unwrap();
    check(&test_only, &Scene::new([offer("$0.01")]), "network");
}

#[test]
fn row_196_the_cheapest_is_taken_wherever_it_stands() {
    let mut hostile = offer("$0.05");
    hostile.pay_to = OTHER.into();
    let offers =
        [hostile, offer("$0.02"), offer_on(networks::BASE_SEPOLIA, "$0.01"), offer("$0.9"), offer_on(networks::POLYGON, "$0.001")];
    let allowed = Scene::new(offers.clone()).allowed(&policy(""));
    assert_eq!((allowed.terms().amount().to_string().as_str(), allowed.terms().network()), ("10000", networks::BASE_SEPOLIA));
    let why: Vec<_> = allowed.passed_over().iter().map(|passed| (passed.offer, passed.denial, passed.words.as_str())).collect();
    assert_eq!(
        why,
        [
            (0, None, "0.05 USDC on Base is allowed, 0.01 USDC is taken"),
            (1, None, "0.02 USDC on Base is allowed, 0.01 USDC is taken"),
            (3, Some(Denial::AbovePerPayment), "0.9 USDC is above 0.05 per payment"),
            (4, Some(Denial::Network), "Polygon is not named"),
        ]
    );
    let mut turned = offers;
    turned.reverse();
    assert_eq!(Scene::new(turned).allowed(&policy("")).terms().hash(), allowed.terms().hash());
}

#[test]
fn row_196_between_equals_the_policys_order_decides() {
    let taken = |policy: &Policy, offers: &[PaymentRequirements]| {
        let forward = Scene::new(offers.iter().cloned()).allowed(policy).terms().clone();
        let backward = Scene::new(offers.iter().rev().cloned()).allowed(policy).terms().clone();
        assert_eq!(forward.hash(), backward.hash());
        (
            forward.network(),
            forward.asset().registered().unwrap().symbol,
            forward.pay_to().to_string(),
            forward.max_timeout_seconds(),
        )
    };
    let (here, there) = (offer("$0.01"), offer_on(networks::BASE_SEPOLIA, "$0.01"));
    assert_eq!(taken(&policy(""), &[there.clone(), here.clone()]).0, networks::BASE);
    let other_way = Policy::from_toml(&BASE.replace("\"base\", \"base-sepolia\"", "\"base-sepolia\", \"base\"")).unwrap();
    assert_eq!(taken(&other_way, &[here.clone(), there]).0, networks::BASE_SEPOLIA);

    let (mut longer, mut elsewhere) = (here.clone(), here.clone());
    longer.max_timeout_seconds = 120;
    elsewhere.pay_to = OTHER.into();
    assert_eq!(taken(&policy(""), &[here.clone(), longer]).3, 120);
    assert_eq!(taken(&policy(""), &[elsewhere, here]).2, PAYEE, "0x20 is less than 0x70");

    // a token whose worth is not known is not taken while there are dollars, however little of it is asked
    let celo = "networks = [\"celo\"]\nassets = [\"USAT\", \"USDT\", \"USDC\"]\nper_payment = [\"$0.05\", \"0.05 USDT\", \"0.05 USAT\"]\norigins = [\"https://api.example.com\"]\n";
    let celo = Policy::from_toml(celo).unwrap();
    let of = |ticker, price| offer_in(token(networks::CELO, ticker), price);
    assert_eq!(taken(&celo, &[of("USDT", "0.001"), of("USDC", "0.05"), of("USAT", "0.002")]).1, "USDC");
    assert_eq!(taken(&celo, &[of("USDT", "0.001"), of("USAT", "0.002")]).1, "USAT");
}

#[test]
fn row_198_what_was_not_opted_in_is_refused() {
    let with = |scheme: &str, method: Option<&str>, more: &[(&str, &str)]| {
        let mut asked = offer("$0.01");
        asked.scheme = scheme.into();
        let extra = asked.extra.as_mut().unwrap();
        if let Some(method) = method {
            extra.insert("assetTransferMethod", method);
        }
        more.iter().for_each(|(name, value)| extra.insert(*name, *value));
        Scene::new([asked])
    };
    let facilitator = ("facilitatorAddress", OTHER);
    check(&policy(""), &with("exact", Some("eip3009"), &[]), "allow 10000");
    check(&policy(""), &with("exact", Some("permit2"), &[]), "transfer_method");
    check(&policy(""), &with("exact", Some("erc7710"), &[]), "transfer_method");
    check(&policy(""), &with("exact", Some("EIP3009"), &[]), "transfer_method");
    check(&policy(""), &with("upto", Some("permit2"), &[facilitator]), "scheme");
    for scheme in ["Exact", "exact ", "deferred", "batch-settlement"] {
        check(&policy(""), &with(scheme, None, &[]), "scheme");
    }
    check(&policy(""), &with("exact", None, &[("paymentFlow", "authorization")]), "allow 10000");
    check(&policy(""), &with("exact", None, &[("paymentFlow", "upfront")]), "transfer_method");
    let both = policy("payment_flows = [\"authorization\", \"upfront\"]\n");
    check(&both, &with("exact", None, &[("paymentFlow", "upfront")]), "allow 10000");
    check(&both, &with("exact", None, &[]), "allow 10000");
    check(&both, &with("exact", None, &[("paymentFlow", "escrow")]), "transfer_method");
    let upfront = policy("payment_flows = [\"upfront\"]\n");
    check(&upfront, &with("exact", None, &[("paymentFlow", "upfront")]), "allow 10000");
    check(&upfront, &with("exact", None, &[]), "transfer_method");
    check(&upfront, &with("exact", None, &[("paymentFlow", "authorization")]), "transfer_method");

    let permit2 = policy("transfer_methods = [\"permit2\"]\n");
    check(&permit2, &with("exact", Some("permit2"), &[]), "allow 10000");
    check(&permit2, &with("exact", None, &[]), "transfer_method");
    let upto = |methods: &str| {
        policy(&format!("schemes = [\"exact\", \"upto\"]\nfacilitators = [\"{OTHER}\"]\ntransfer_methods = [{methods}]\n"))
    };
    check(&upto("\"eip3009\""), &with("upto", Some("permit2"), &[facilitator]), "transfer_method");
    check(&upto("\"eip3009\", \"permit2\""), &with("upto", Some("permit2"), &[facilitator]), "allow 10000");
    check(&upto("\"permit2\""), &with("upto", None, &[facilitator]), "allow 10000");
    let flows = "\"permit2\"]\npayment_flows = [\"authorization\", \"upfront\"";
    check(&upto(flows), &with("upto", None, &[facilitator]), "allow 10000");
    check(&upto(flows), &with("upto", None, &[facilitator, ("paymentFlow", "upfront")]), "transfer_method");
    check(&upto("\"eip3009\""), &with("upto", Some("eip3009"), &[facilitator]), "transfer_method");
    let mut numbered = offer("$0.01");
    numbered.extra.as_mut().unwrap().insert("assetTransferMethod", true);
    check(&policy(""), &Scene::new([numbered]), "transfer_method");
    // a ceiling counts as the amount
    let mut ceiling = with("upto", Some("permit2"), &[facilitator]).offers[0].requirements().clone();
    ceiling.amount = "50001".into();
    check(&upto("\"permit2\""), &Scene::new([ceiling]), "above_per_payment");
    // a token that only Permit2 moves
    let mega = |methods: &str| {
        Policy::from_toml(&format!(
            "networks = [\"megaeth\"]\nper_payment = \"$0.05\"\norigins = [\"https://api.example.com\"]\n{methods}"
        ))
        .unwrap()
    };
    let amount = "10000000000000000";
    let mut silent = offer_on(networks::MEGAETH, "$0.01");
    check(&mega(""), &Scene::new([silent.clone()]), "transfer_method");
    check(&mega("transfer_methods = [\"permit2\"]"), &Scene::new([silent.clone()]), &format!("allow {amount}"));
    silent.extra.as_mut().unwrap().remove("assetTransferMethod");
    check(&mega("transfer_methods = [\"eip3009\", \"permit2\"]"), &Scene::new([silent]), "transfer_method");
    // a Solana token has no such ways
    let solana = Policy::from_toml(&BASE.replace("\"base\", \"base-sepolia\"", "\"solana\"")).unwrap();
    let mut strange = offer_on(networks::SOLANA, "$0.01");
    check(&solana, &Scene::new([strange.clone()]), "allow 10000");
    strange.extra = Some([("assetTransferMethod", "eip3009")].into_iter().collect());
    check(&solana, &Scene::new([strange]), "transfer_method");
}

#[test]
fn row_200_a_ceiling_is_charged_by_a_facilitator_that_the_policy_names() {
    let policy = policy(&format!("schemes = [\"upto\"]\nfacilitators = [\"{OTHER}\"]\ntransfer_methods = [\"permit2\"]\n"));
    let by = |facilitator: Option<&str>| {
        let mut asked = offer("$0.01");
        asked.scheme = "upto".into();
        if let Some(address) = facilitator {
            asked.extra.as_mut().unwrap().insert("facilitatorAddress", address);
        }
        Scene::new([asked])
    };
    check(&policy, &by(Some(OTHER)), "allow 10000");
    check(&policy, &by(Some(&OTHER.to_lowercase())), "allow 10000");
    for facilitator in [None, Some(PAYEE), Some("0x0000000000000000000000000000000000000000"), Some("x"), Some("")] {
        check(&policy, &by(facilitator), "facilitator");
    }
}

#[test]
fn the_refusal_is_that_of_the_offer_that_came_nearest_in_any_order() {
    let mut unknown = offer("$0.01");
    unknown.asset = OTHER.into();
    let offers = [offer_on(networks::ETHEREUM, "$0.01"), offer("$0.06"), unknown, offer("$0.07")];
    let denied = Scene::new(offers.clone()).denied(&policy(""));
    assert_eq!(denied.to_string(), "above_per_payment: 0.06 USDC is above 0.05 per payment");
    assert_eq!(denied.passed_over().len(), 4);
    let mut turned = offers;
    turned.reverse();
    assert_eq!(Scene::new(turned).denied(&policy("")).to_string(), denied.to_string());
}

#[test]
fn every_resource_rule_that_is_about_a_request_has_to_agree() {
    let rules = "
[[resource]]
url = \"https://api.example.com/**\"
per_payment = \"$0.03\"
category = \"anything\"
[[resource]]
url = \"https://api.example.com/report/*\"
per_payment = \"$0.02\"
category = \"paid_report\"
";
    let at = |url: &str, price: &str| Scene { offers: vec![terms(offer(price))], ..Scene::at(url) };
    check(&policy(rules), &at("https://api.example.com/other", "$0.03"), "allow 30000");
    check(&policy(rules), &at(URL, "$0.03"), "above_per_payment");
    check(&policy(rules), &at(URL, "$0.02"), "allow 20000");
    assert_eq!(at(URL, "$0.02").allowed(&policy(rules)).category().map(ToString::to_string).as_deref(), Some("anything"));
}
