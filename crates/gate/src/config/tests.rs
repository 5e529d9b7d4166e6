//! Configurations that are right, and what is said of those that are not.

use std::path::Path;

use quittance_core::Address;
use quittance_core::registry::networks;
use quittance_guard::Reach;
use quittance_service::config::{Around, Format};

use super::{Config, FacilitatorConfig, SAMPLE, Transport, Unlisted};

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

fn variable(name: &str) -> Option<String> {
    Some(match name {
        "QUITTANCE_SEALING_KEY" => "ab".repeat(32),
        "FACILITATOR_KEY" => "sentinel-facilitator-key".into(),
        _ => return None,
    })
}

fn read(text: &str) -> Result<Config, String> {
    let around = Around { variable: &variable, folder: Path::new("/nowhere") };
    Config::read(text, Format::Toml, around).map_err(|error| error.to_string())
}

/// A configuration with more in it.
fn with(top: &str, route: &str) -> Result<Config, String> {
    read(&format!(
        "upstream = \"http://127.0.0.1:3000\"\nstore = \"sqlite:g.db\"\nsealing_key = \"${{QUITTANCE_SEALING_KEY}}\"\n\
         pay_to = \"{PAYEE}\"\nnetwork = \"base-sepolia\"\n{top}\n[[route]]\npath = \"/*\"\n{route}\n"
    ))
}

#[test]
fn the_sample_is_a_configuration() {
    let config = read(SAMPLE).unwrap();
    assert_eq!((config.listen.to_string().as_str(), config.origin.as_str()), ("127.0.0.1:4021", "https://api.example.com"));
    assert_eq!((config.upstream.to_string().as_str(), config.unlisted), ("http://127.0.0.1:3000", Unlisted::Refused));
    assert!(matches!(&config.facilitator, Some(FacilitatorConfig::Remote { transport: Transport::Encrypted, key: Some(_), .. })));
    let costs = |path: &str| {
        let route = config.routes.iter().find(|route| route.pattern.as_str() == path).unwrap();
        route.offers.iter().map(|offer| (offer.network(), offer.amount().to_string())).collect::<Vec<_>>()
    };
    assert_eq!(costs("/v1/report/{id}"), [(networks::BASE_SEPOLIA, "50000".to_owned())]);
    let several = [(networks::BASE_SEPOLIA, "10000"), (networks::BASE, "10000"), (networks::BASE, "12000")];
    assert_eq!(costs("/v1/*"), several.map(|(network, amount)| (network, amount.to_owned())));
    assert_eq!(costs("/health"), []);
    assert!(!format!("{config:?} {:?}", config.facilitator).contains("sentinel"));
}

/// The sample with every comment that is a key turned into one, where that is no contradiction.
#[test]
fn every_key_of_the_sample_exists_and_its_default_is_the_default() {
    let elsewhere = [
        "sealing_key_file",
        "deny_list",
        "key_file",
        "config",
        "certificate",
        "key",
        "exposure",
        "quota",
        "format",
        "kid",
        "transactions",
        "name",
        "tags",
        "icon",
        "method",
    ];
    let keys = SAMPLE.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("# ")?.split_once(" = ")?;
        let is_key = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        (is_key && !elsewhere.contains(&name)).then_some(line)
    });
    let keys: Vec<_> = keys.collect();
    assert!(keys.len() > 20, "{keys:?}");
    let text = keys.iter().fold(SAMPLE.to_owned(), |text, line| text.replacen(line, &line[2..], 1));
    let (all, sample) = (read(&text).unwrap(), read(SAMPLE).unwrap());
    assert_eq!(format!("{:?}", all.lasting()), format!("{:?}", sample.lasting()));
    assert_eq!((all.free_body, all.chain, all.unlisted), (sample.free_body, sample.chain, sample.unlisted));
    for name in elsewhere {
        assert!(SAMPLE.contains(&format!("# {name} = ")), "{name}");
    }
}

#[test]
fn a_facilitator_is_asked_without_tls_on_this_machine_and_where_somebody_says_so() {
    let transport = |lines: &str| match with(&format!("price = \"$1\"\n[facilitator]\n{lines}"), "").unwrap().facilitator {
        Some(FacilitatorConfig::Remote { transport, .. }) => transport,
        _ => panic!("{lines}"),
    };
    for plain in ["http://localhost:4020", "http://127.0.0.1:4020", "http://[::1]:4020/x402"] {
        assert_eq!(transport(&format!("url = \"{plain}\"")), Transport::Plain, "{plain}");
    }
    assert_eq!(transport("url = \"http://facilitator.internal\"\nallow_http = true"), Transport::Plain);
    assert_eq!(transport("url = \"https://facilitator.example\""), Transport::Encrypted);
}

#[test]
fn row_154_a_facilitator_keeps_its_name_where_its_url_changes() {
    let read = |lines: &str| with(&format!("price = \"$1\"\n[facilitator]\n{lines}"), "").unwrap();
    let name = |lines: &str| match read(lines).facilitator {
        Some(FacilitatorConfig::Remote { name, .. }) => name,
        _ => panic!("{lines}"),
    };
    assert_eq!(name("url = \"https://new.example\""), None);
    assert_eq!(name("url = \"https://new.example\"\nname = \"https://old.example\"").as_deref(), Some("https://old.example"));
    let [one, other] = ["a", "b"].map(|name| read(&format!("url = \"https://f.example\"\nname = \"{name}\"")));
    assert_ne!(one.lasting(), other.lasting(), "only a new start changes it");
}

#[test]
fn a_price_is_written_as_people_write_it() {
    let amount = |route: &str| with("", route).unwrap().routes[0].offers[0].amount().to_string();
    assert_eq!(amount("price = \"$0.01\""), "10000");
    assert_eq!(amount("price = \"0.5 USDC\""), "500000");
    assert_eq!(amount("[[route.offer]]\namount = \"7\""), "7");
    let asset = Address::from_bytes([0x77; 20]);
    let offer = format!("[[route.offer]]\namount = \"7\"\nasset = \"{asset}\"\nasset_name = \"Coin\"\nasset_version = \"1\"");
    let config = with("", &offer).unwrap();
    assert_eq!(config.routes[0].offers[0].extra_text("name"), Some("Coin"));
    let known = with("", "[[route.offer]]\namount = \"7\"").unwrap();
    assert_eq!(known.routes[0].offers[0].extra_text("name"), Some("USDC"));
    assert_eq!(with("price = \"$0.02\"", "").unwrap().routes[0].offers[0].amount().to_string(), "20000");
}

#[test]
fn what_is_paid_up_front_says_so_in_its_offers() {
    let flow = |route: &str| {
        let config = with("", &format!("price = \"$0.01\"\n{route}")).unwrap();
        config.routes[0].offers[0].extra_text("paymentFlow").map(str::to_owned)
    };
    assert_eq!(flow("order = \"upfront\"").as_deref(), Some("upfront"));
    assert_eq!(flow("order = \"upfront\"\ntransfer = \"permit2\"").as_deref(), Some("upfront"));
    assert_eq!((flow("order = \"settle\""), flow("order = \"serve\"\nexposure = \"$1\"")), (None, None));
}

#[test]
fn a_meter_is_said_in_words_and_its_price_is_a_ceiling() {
    for (meter, words) in [
        ("{ by = \"bytes\", every = 1000, price = \"$0.001\" }", "$0.001 for each 1000 bytes"),
        ("{ by = \"lines\", price = \"0.002 USDC\" }", "0.002 USDC for each line"),
        ("{ by = \"seconds\", every = 10, price = \"$0.01\" }", "$0.01 for each 10 seconds"),
        ("{ by = \"upstream\" }", "as much as the upstream says"),
    ] {
        let config = with("", &format!("price = \"$0.01\"\nexposure = \"$1\"\nmeter = {meter}")).unwrap();
        let route = &config.routes[0];
        assert_eq!(route.metered().as_deref(), Some(words));
        assert_eq!((route.offers[0].scheme().as_str(), route.offers[0].amount().to_string()), ("upto", "10000".to_owned()));
        assert_eq!(route.offers[0].extra_text("assetTransferMethod"), Some("permit2"));
    }
    let methods =
        "[[route.offer]]\nprice = \"$1\"\ntransfer = \"permit2\"\n[[route.offer]]\nprice = \"$1\"\ntransfer = \"eip3009\"";
    let config = with("", methods).unwrap();
    let methods: Vec<_> = config.routes[0].offers.iter().map(|offer| offer.extra_text("assetTransferMethod")).collect();
    assert_eq!(methods, [Some("permit2"), None]);
}

#[test]
fn what_cannot_be_built_is_an_error_at_its_key() {
    let price = "price = \"$0.01\"";
    for (top, route, expected) in [
        ("listen = \"localhost\"", price, "listen: an IP address"),
        ("listen = \"0.0.0.0:80\"", price, "origin: is missing"),
        ("origin = \"https://api.example.com/v1\"", price, "origin: an origin is"),
        ("admin = \"4024\"", price, "admin: an IP address"),
        ("unlisted = \"open\"", price, "unlisted: one of \"refuse\", \"free\""),
        ("quote_seconds = 0", price, "quote_seconds: must not be zero"),
        ("deny_list = \"missing.txt\"", price, "deny_list: entity not found"),
        ("cors_origins = [\"*\"]", price, "cors_origins[0]: an origin"),
        ("[facilitator]\nurl = \"http://facilitator.example\"", price, "facilitator.url: is not https://"),
        ("[facilitator]\nurl = \"http://127.0.0.1.example\"", price, "facilitator.url: is not https://"),
        ("[facilitator]\nurl = \"https://f.example\"\nkey = \"s3cret\"", price, "facilitator.key: does not belong"),
        ("[facilitator]", price, "facilitator: needs either"),
        ("[facilitator]\nconfig = \"f.toml\"\nname = \"ours\"", price, "facilitator: needs either"),
        ("[look]\nbass = \"http://127.0.0.1:1\"", price, "look.bass: neither CAIP-2"),
        ("[look]\nsolana = \"http://127.0.0.1:1\"", price, "look.solana: is no chain"),
        ("[look]\nbase = \"ws://127.0.0.1:1\"", price, "look.base: the http:// or https:// URL"),
        ("[look]\nbase = \"http://a\"\n\"eip155:8453\" = \"http://b\"", price, "look."),
        ("[limits]\nredeliveries = 0", price, "limits.redeliveries: must not be zero"),
        ("[limits]\npaid_body_bytes = 0", price, "limits.paid_body_bytes: must not be zero"),
        ("", "", "route[0].price: is missing"),
        ("", "free = true", "route: there is no [[route]] that costs anything"),
        ("", "free = true\nprice = \"$1\"", "route[0].price: contradicts `free`"),
        ("", "price = \"cheap\"", "route[0].price: money, such as"),
        ("", "price = \"$0\"", "route[0].price: "),
        ("", "price = \"$0.0000001\"", "route[0].price: "),
        ("", "price = \"$0.01\"\npay_to = \"me\"", "route[0].pay_to: is no account on eip155:84532"),
        ("", "price = \"$0.01\"\nnetwork = \"bass\"", "route[0].network: neither CAIP-2"),
        ("", "price = \"$0.01\"\nmethods = [\"get\"]", "route[0].methods: a method that can be sold"),
        ("", "price = \"$0.01\"\nmethods = []", "route[0].methods: names none"),
        ("", "price = \"$0.01\"\norder = \"serve\"", "route[0].exposure: is missing"),
        ("", "price = \"$0.01\"\nexposure = \"$1\"", "route[0].exposure: is for"),
        ("", "price = \"$0.01\"\norder = \"upfront\"\nexposure = \"$1\"", "route[0].exposure: is for"),
        ("", "price = \"$0.01\"\norder = \"later\"", "route[0].order: one of \"settle\", \"serve\", \"upfront\""),
        ("", "price = \"$0.01\"\nscheme = \"batch\"", "route[0].scheme: one of"),
        ("", "price = \"$0.01\"\nscheme = \"upto\"", "route[0].meter: is missing"),
        ("", "price = \"$1\"\nexposure = \"$1\"\nscheme = \"exact\"\nmeter = { by = \"upstream\" }", "route[0].meter: is for"),
        ("", "price = \"$1\"\nmeter = { by = \"upstream\" }", "route[0].exposure: is missing"),
        ("", "price = \"$1\"\nexposure = \"$1\"\norder = \"serve\"\nmeter = { by = \"upstream\" }", "route[0].order: contradicts"),
        ("", "price = \"$1\"\nexposure = \"$1\"\nmeter = { by = \"word\" }", "route[0].meter.by: one of"),
        ("", "price = \"$1\"\nmeter = { by = \"upstream\", price = \"$1\" }", "route[0].meter.price: is the upstream's"),
        ("", "price = \"$1\"\nmeter = { by = \"bytes\" }", "route[0].meter.price: is missing"),
        ("", "price = \"$1\"\nmeter = { by = \"bytes\", price = \"dear\" }", "route[0].meter.price: money"),
        ("", "price = \"$1\"\nmeter = { by = \"bytes\", price = \"$0\" }", "route[0].meter.price: must not be zero"),
        ("", "price = \"$1\"\nmeter = { by = \"bytes\", price = \"$1.01\" }", "route[0].meter.price: is above"),
        ("", "price = \"$1\"\nmeter = { by = \"bytes\", every = 0, price = \"$1\" }", "route[0].meter.every: must not be zero"),
        ("", "price = \"$1\"\ntransfer = \"eip3009\"\nmeter = { by = \"upstream\" }", "route[0].transfer: is \"permit2\""),
        ("", "price = \"$1\"\ntransfer = \"wire\"", "route[0].transfer: one of"),
        ("", "free = true\nmeter = { by = \"upstream\" }", "route[0].meter: contradicts `free`"),
        (
            "[facilitator]\nurl = \"https://f.example\"\naddress = \"me\"",
            "price = \"$1\"\nexposure = \"$1\"\nmeter = { by = \"upstream\" }",
            "facilitator.address: is no account",
        ),
        ("", "price = \"$0.01\"\nquota = { payments = 0, seconds = 1 }", "route[0].quota: must not be zero"),
        ("", "[[route.offer]]\nprice = \"$1\"\namount = \"1\"", "route[0].offer[0].amount: contradicts `price`"),
        ("", "[[route.offer]]\namount = \"0\"", "route[0].offer[0].amount: a number"),
        ("", "[[route.offer]]\namount = \"1\"\nasset = \"x\"", "route[0].offer[0].asset: is no token"),
        ("", "[[route.offer]]\nprice = \"$1\"\nasset = \"x\"", "route[0].offer[0].asset: goes with `amount`"),
        ("[service]\ntags = [\"weather\"]", price, "service.name: is missing"),
        ("", "price = \"$0.01\"\n[route.discovery]\nbody_type = \"json\"", "route[0].discovery.body_type: goes with `body`"),
        ("[statements]", price, "statements.key: is missing"),
        ("[statements]\nkey = \"5e\"", price, "statements.key: does not belong"),
        ("[statements]\nkey = \"${QUITTANCE_SEALING_KEY}\"\nformat = \"pgp\"", price, "statements.format: one of"),
        ("[statements]\nkey = \"${QUITTANCE_SEALING_KEY}\"\nkid = \"did:web:a\"", price, "statements.kid: is for"),
        (
            "[statements]\nkey = \"${QUITTANCE_SEALING_KEY}\"\nformat = \"jws\"\nkid = \"me\"",
            price,
            "statements.kid: the key is not named",
        ),
        ("", "price = \"$0.01\"\n[route.discovery]\nmethod = \"POST\"", "route[0].discovery.method: "),
        ("", "price = \"$0.01\"\nmethods = [\"GET\"]\n[route.discovery]\nbody = {}", "route[0].discovery.body: "),
        ("", "price = \"$0.01\"\n[route.discovery]\nbody = {}\nbody_type = \"xml\"", "route[0].discovery.body_type: "),
        ("", "price = \"$0.01\"\n[route.discovery]\nexample = 1", "route[0].discovery.output: is missing"),
        (
            "",
            "price = \"$0.01\"\n[route.discovery]\nparams_schema = { a = { \"$ref\" = \"http://x\" } }",
            "route[0].discovery.params_schema: ",
        ),
        ("", "free = true\n[route.discovery]", "route[0].discovery: contradicts `free`"),
        ("", "price = \"$0.01\"\n[[route]]\npath = \"v1\"\nfree = true", "route[1].path: a path begins with /"),
    ] {
        let error = with(top, route).unwrap_err();
        assert!(error.starts_with(expected), "{top} {route}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
    let error = read("upstream = \"http://127.0.0.1:3000\"\n\n[[route]]\npath = \"/\"\npirce = \"$1\"\n").unwrap_err();
    assert_eq!(error, "5:1: unknown key `pirce`; did you mean `price`?");
}

#[test]
fn row_121_several_gates_have_a_database_that_all_of_them_ask() {
    let text = |store: &str, instances: &str| {
        read(&format!(
            "upstream = \"http://127.0.0.1:3000\"\nstore = \"{store}\"\n{instances}\nsealing_key = \"${{QUITTANCE_SEALING_KEY}}\"\n\
             pay_to = \"{PAYEE}\"\nnetwork = \"base-sepolia\"\nprice = \"$0.01\"\n[[route]]\npath = \"/*\"\n"
        ))
    };
    let reach = |store: &str, instances: &str| text(store, instances).map(|config| config.options.reach);
    let database = "postgres://gate@127.0.0.1/gate";
    for (store, instances, expected) in [
        ("sqlite:g.db", "", Reach::Process),
        ("sqlite:g.db", "instances = \"one\"", Reach::Process),
        (database, "", Reach::Process),
        (database, "instances = \"several\"", Reach::Anywhere),
    ] {
        assert_eq!(reach(store, instances), Ok(expected), "{store} {instances}");
    }
    for store in ["sqlite:g.db", "sqlite::memory:"] {
        let error = reach(store, "instances = \"several\"").unwrap_err();
        assert!(error.starts_with("store: is a file, and there are several `instances`"), "{error}");
    }
    for store in ["memory", "memory:"] {
        let error = reach(store, "instances = \"several\"").unwrap_err();
        assert!(error.starts_with("store: neither"), "{error}");
    }
    let error = reach(database, "instances = \"2\"").unwrap_err();
    assert!(error.starts_with("instances: one of \"one\", \"several\""), "{error}");
    let (one, several) = (text(database, "").unwrap(), text(database, "instances = \"several\"").unwrap());
    assert_ne!(one.lasting(), several.lasting(), "only a new start changes it");
}

#[test]
fn a_statement_key_signs_and_shows_itself_nowhere() {
    for (more, public) in
        [("", "0x"), ("format = \"jws\"", "did:key:z"), ("format = \"jws\"\nkid = \"did:web:a.example#1\"", "did:key:z")]
    {
        let top = format!("[statements]\nkey = \"${{QUITTANCE_SEALING_KEY}}\"\n{more}");
        let config = with("", "price = \"$0.01\"").map(drop).and_then(|()| with_tables("price = \"$0.01\"", &top)).unwrap();
        let statements = config.statements.as_ref().unwrap();
        assert!(statements.public().unwrap().to_string().starts_with(public));
        let printed = format!("{config:?} {:?} {:?}", statements.statements().unwrap(), config.lasting());
        assert!(!printed.contains("abababab") && printed.contains(public), "{printed}");
    }
}

/// A configuration with tables behind its route.
fn with_tables(route: &str, tables: &str) -> Result<Config, String> {
    with("", &format!("{route}\n{tables}"))
}

#[test]
fn only_what_a_new_start_can_change_is_named() {
    let (before, after) = (with("", "price = \"$0.01\"").unwrap(), with("admin = \"127.0.0.1:1\"", "price = \"$0.02\"").unwrap());
    let (before, after) = (before.lasting(), after.lasting());
    let other = before.iter().zip(&after).filter(|(one, other)| one != other).map(|(one, _)| one.0).collect::<Vec<_>>();
    assert_eq!(other, ["admin"]);
}
