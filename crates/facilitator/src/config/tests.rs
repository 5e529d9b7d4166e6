//! Configurations that are right, and what is said of those that are not.

use std::path::Path;

use alloy_primitives::hex;
use quittance_core::Address;
use quittance_core::registry::networks;
use quittance_evm::Sponsoring;
use serde_json::{Value, json};

use super::{Around, Config, Format, KeystoreError, SAMPLE, open_keystore};

/// A key of the tests.
const KEY: &str = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn variable(name: &str) -> Option<String> {
    Some(match name {
        "QUITTANCE_SEALING_KEY" => "ab".repeat(32),
        "SHOP_KEY" => "sentinel-shop-key".into(),
        "BASE_RPC_KEY" => "sentinel-rpc".into(),
        "BASE_SIGNER_KEY" | "KEY" => KEY.into(),
        "PASSWORD" => "testpassword".into(),
        "EMPTY" => String::new(),
        "SENTINEL" => "sentinel sentinel".into(),
        _ => return None,
    })
}

fn read(text: &str, format: Format) -> Result<Config, String> {
    let around = Around { variable: &variable, folder: Path::new("/nowhere") };
    Config::read(text, format, around).map_err(|error| error.to_string())
}

fn least() -> Value {
    json!({
        "store": "sqlite:f.db",
        "sealing_key": "${QUITTANCE_SEALING_KEY}",
        "chain": [{ "network": "base", "rpc": ["http://127.0.0.1:8545"], "signer": [{ "key": "${KEY}" }] }],
    })
}

#[test]
fn the_sample_is_a_configuration() {
    let config = read(SAMPLE, Format::Toml).unwrap();
    assert_eq!((config.listen.to_string().as_str(), config.store.as_str()), ("127.0.0.1:4020", "sqlite:facilitator.db"));
    assert_eq!(*config.sealing_key, [0xab; 32]);
    assert_eq!(config.callers.len(), 1);
    let [chain] = &*config.chains else { panic!("one chain") };
    assert_eq!((chain.network, chain.rpc.len(), chain.signers.len()), (networks::BASE, 2, 1));
    assert_eq!(chain.settings, crate::ChainSettings::default());
    assert_eq!(config.service, crate::ServiceOptions::default());
    assert_eq!(config.settings, crate::Settings::default());
}

/// The sample with every comment that is a key turned into one.
#[test]
fn every_key_of_the_sample_exists_and_its_default_is_the_default() {
    let defaults = SAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.contains(" = ") && !line.contains('{') && !line.contains("${"));
    let mut tried = 0;
    for line in defaults {
        let (key, _) = line.split_once(" = ").unwrap();
        // those that need others beside them
        if ["payments", "gas", "per_mille", "sealing_key_file", "key_sha256", "key_file", "keystore", "password_file"]
            .contains(&key)
            || key.contains(' ')
        {
            continue;
        }
        let text = SAMPLE.replacen(&format!("# {line}"), line, 1);
        let config = read(&text, Format::Toml).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(config.chains[0].settings, crate::ChainSettings::default(), "{line}");
        assert_eq!(config.chains[0].options, crate::RpcOptions::default(), "{line}");
        assert_eq!(config.service, crate::ServiceOptions::default(), "{line}");
        assert_eq!(config.settings, crate::Settings::default(), "{line}");
        tried += 1;
    }
    assert!(tried >= 18, "{tried}");
    let text = SAMPLE.replace("# [chain.batch]", "[chain.batch]").replace("# payments", "payments").replace("# gas", "gas");
    let text =
        text.replace("# [chain.fee_limit]", "[chain.fee_limit]").replace("# per_mille", "per_mille").replace("# prices", "prices");
    let config = read(&text, Format::Toml).unwrap();
    assert_eq!(config.chains[0].settings.batch, Some(crate::Batch::default()));
    assert_eq!(config.chains[0].settings.fee_limit.as_ref().map(|limit| limit.per_mille), Some(100));
}

#[test]
fn json_says_the_same() {
    let config = read(&least().to_string(), Format::Json).unwrap();
    assert_eq!(config.chains[0].network, networks::BASE);
    assert_eq!(Format::of(Path::new("a/f.JSON")), Some(Format::Json));
    assert_eq!(Format::of(Path::new("f.toml")), Some(Format::Toml));
    assert_eq!(Format::of(Path::new("f.yaml")), None);
}

#[test]
fn row_216_a_key_that_does_not_exist_is_refused_with_its_place() {
    let toml = "store = \"sqlite:f.db\"\n\n[[chain]]\nnetwork = \"base\"\nrpc = []\n  confirmation = 1\n";
    let error = read(toml, Format::Toml).unwrap_err();
    assert!(error.starts_with("6:3: unknown key `confirmation`; did you mean `confirmations`?"), "{error}");
    let error = read("{\n \"store\": \"sqlite:f.db\",\n \"stores\": 1\n}", Format::Json).unwrap_err();
    assert!(error.starts_with("3:9: unknown key `stores`; did you mean `store`?"), "{error}");
    for (text, format, place) in [
        ("store = ", Format::Toml, "1:"),
        ("{", Format::Json, "1:1"),
        ("", Format::Json, "1:0"),
        ("store = \"sqlite:f\"\nstore = \"sqlite:g\"", Format::Toml, "2:1"),
    ] {
        let error = read(text, format).unwrap_err();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn what_cannot_be_built_is_an_error_at_its_key() {
    let cases: [(&str, Value, &str); 26] = [
        ("/listen", json!("localhost"), "listen: an IP address"),
        ("/store", json!("memory"), "store: neither"),
        ("/instances", json!("several"), "store: is a file, and there are several `instances`"),
        ("/instances", json!("many"), "instances: one of \"one\", \"several\""),
        ("/store", json!("${EMPTY}"), "store: the variable EMPTY is empty"),
        ("/store", json!("sqlite:$HOME"), "store: `$` begins a reference"),
        ("/store", json!("sqlite:${A B}"), "store: `$` begins a reference"),
        ("/sealing_key", json!("${SENTINEL}"), "sealing_key: must be 64"),
        ("/sealing_key", json!("ab"), "sealing_key: does not belong"),
        ("/cors_origins", json!(["*"]), "cors_origins[0]: an origin"),
        ("/patience_seconds", json!(0), "patience_seconds: must be above zero"),
        ("/limits", json!({ "body_bytes": 0 }), "limits.body_bytes: must not be zero"),
        ("/caller", json!([{ "name": "a", "key": "${MISSING}" }]), "caller[0].key: the variable MISSING is not set"),
        ("/caller", json!([{ "name": "a", "key": "0123456789abcdef" }]), "caller[0].key: does not belong"),
        ("/caller", json!([{ "name": "a b", "key": "${KEY}" }]), "caller[0]: a name"),
        ("/caller", json!([{ "name": "a" }]), "caller[0]: needs either"),
        ("/caller", json!([{ "name": "a", "key": "${KEY}" }, { "name": "a", "key": "${SHOP_KEY}" }]), "caller: two callers"),
        ("/chain", json!([]), "chain: there is no"),
        ("/chain/0/network", json!("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), "chain[0].network: only eip155"),
        ("/chain/0/network", json!("nonsense"), "chain[0].network: "),
        ("/chain/0/rpc", json!(["http://127.0.0.1:1", "ws://x/${SENTINEL}"]), "chain[0].rpc[1]: "),
        ("/chain/0/rpc", json!([]), "chain[0].rpc: names no node"),
        ("/chain/0/signer", json!([]), "chain[0].signer: there is no"),
        ("/chain/0/signer", json!([{ "key": "${KEY}" }, { "key": "${KEY}" }]), "chain[0].signer: an account is there twice"),
        (
            "/chain/0/signer",
            json!([{ "key_file": "missing.key" }]),
            "chain[0].signer[0].key_file: cannot be read: entity not found",
        ),
        ("/chain/0/signer", json!([{ "key": "${KEY}", "password": "${KEY}" }]), "chain[0].signer[0]: needs just one"),
    ];
    for (pointer, value, expected) in cases {
        let mut file = least();
        match file.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => file[&pointer[1..]] = value,
        }
        let error = read(&file.to_string(), Format::Json).unwrap_err();
        assert!(error.starts_with(expected), "{pointer}: {error}");
        assert!(!error.contains("sentinel"), "{error}");
    }
    let mut several = least();
    (several["store"], several["instances"]) = (json!("postgres://f@127.0.0.1/f"), json!("several"));
    let reach = read(&several.to_string(), Format::Json).unwrap().settings.reach;
    assert_eq!(reach, quittance_guard::Reach::Anywhere);
    let mut twice = least();
    twice["chain"] = json!([least()["chain"][0], least()["chain"][0]]);
    assert_eq!(read(&twice.to_string(), Format::Json).unwrap_err(), "chain: a network is there twice");
}

#[test]
fn row_97_what_payers_may_bring_is_listed_by_the_chain() {
    const FACTORY: &str = "0x6492000000000000000000000000000000000001";
    let with = |more: Value| {
        let mut file = least();
        file["chain"][0]["network"] = "base-sepolia".into();
        for (key, value) in more.as_object().unwrap() {
            file["chain"][0][key] = value.clone();
        }
        read(&file.to_string(), Format::Json)
    };
    let limit = json!({ "per_mille": 100, "prices": {} });
    let config = with(json!({
        // on any network: what payers are given is counted where restarts and others find it
        "network": "base",
        "factories": [FACTORY], "sponsoring": ["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"], "funding_gwei": 70_000,
        "fee_limit": limit,
    }));
    let settings = config.unwrap().chains.remove(0).settings;
    assert_eq!(settings.factories, [Address::parse(FACTORY).unwrap()]);
    assert_eq!((settings.sponsoring, settings.funding), (vec![Sponsoring::Eip2612, Sponsoring::Erc20Approval], 70_000_000_000_000));
    assert_eq!(settings.funding_hourly, 20 * settings.funding);
    for (more, expected) in [
        (json!({ "factories": ["0x64"] }), "chain[0].factories[0]: "),
        (json!({ "factories": [FACTORY, FACTORY] }), "chain[0].factories: a factory is there twice"),
        // they do whatever they are told
        (json!({ "factories": ["0xcA11bde05977b3631167028862bE2a173976CA11"] }), "chain[0].factories[0]: is no factory"),
        (json!({ "factories": [FACTORY, "0x000000000022D473030F116dDEE9F6B43aC78BA3"] }), "chain[0].factories[1]: is no factory"),
        (json!({ "factories": [Address::ZERO.to_string()] }), "chain[0].factories[0]: is no factory"),
        (json!({ "sponsoring": ["gas"] }), "chain[0].sponsoring[0]: neither eip2612GasSponsoring nor erc20ApprovalGasSponsoring"),
        (json!({ "sponsoring": ["eip2612GasSponsoring", "eip2612GasSponsoring"] }), "chain[0].sponsoring: a way is there twice"),
        (json!({ "factories": [FACTORY] }), "chain[0].factories: needs a `fee_limit`"),
        (json!({ "funding_gwei_hourly": 1 }), "chain[0].funding_gwei_hourly: is for all payers together"),
        (
            json!({ "funding_gwei": 2, "funding_gwei_hourly": 1, "fee_limit": limit, "sponsoring": ["erc20ApprovalGasSponsoring"] }),
            "chain[0].funding_gwei_hourly: is for all payers together",
        ),
        (json!({ "failures_seconds": 0 }), "chain[0].failures_seconds: "),
        (json!({ "max_gas": 0 }), "chain[0].max_gas: "),
        (json!({ "approval_seconds": 0 }), "chain[0].approval_seconds: "),
        (json!({ "funding_gwei": 1, "fee_limit": limit }), "chain[0].funding_gwei: is for payers who bring an approval"),
        (json!({ "funding_gwei": 1, "sponsoring": ["erc20ApprovalGasSponsoring"] }), "chain[0].funding_gwei: needs a `fee_limit`"),
    ] {
        let error = with(more).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn row_220_neither_errors_nor_configurations_print_keys() {
    for (pointer, value) in [
        ("/chain/0/signer", json!([KEY])),
        ("/chain/0/signer", json!([{ "key": KEY }])),
        ("/chain/0/signer", json!(KEY)),
        ("/chain/0/signer", json!([{ "key": [KEY] }])),
        ("/sealing_key", json!([KEY])),
        ("/chain/0/rpc", json!(KEY)),
        ("/chain/0/confirmations", json!(KEY)),
    ] {
        let mut file = least();
        match file.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => file["chain"][0]["confirmations"] = value.clone(),
        }
        let error = read(&file.to_string(), Format::Json).unwrap_err();
        assert!(!error.contains(&KEY[2..20]), "{error}");
        let error = read(&toml_of(&file), Format::Toml).unwrap_err();
        assert!(!error.contains(&KEY[2..20]), "{error}");
    }
    let config = read(SAMPLE, Format::Toml).unwrap();
    let shown = format!("{config:?} {:?} {:?} {:?}", config.chains, config.callers, config.chains[0].rpc);
    assert!(!shown.contains("sentinel") && !shown.contains(&KEY[2..20]), "{shown}");
}

/// JSON of tables, lists and texts as TOML.
fn toml_of(value: &Value) -> String {
    fn inline(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{name} = {}", inline(value)));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
            Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
            other => other.to_string(),
        }
    }
    value.as_object().unwrap().iter().map(|(name, value)| format!("{name} = {}\n", inline(value))).collect()
}

fn keystore(kdf: &str) -> Value {
    // the two that the format's own description prints
    let (iv, text, params, mac) = match kdf {
        "pbkdf2" => (
            "6087dab2f9fdbbfaddc31a909735c1e6",
            "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            json!({ "c": 262_144, "dklen": 32, "prf": "hmac-sha256", "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd" }),
            "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        ),
        _ => (
            "83dbcc02d8ccb40e466191a123791e0e",
            "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
            json!({ "dklen": 32, "n": 262_144, "p": 8, "r": 1, "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19" }),
            "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
        ),
    };
    let crypto = json!({
        "cipher": "aes-128-ctr", "cipherparams": { "iv": iv }, "ciphertext": text, "kdf": kdf, "kdfparams": params, "mac": mac,
    });
    json!({ "crypto": crypto, "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3 })
}

#[test]
fn keystores_open_with_their_password() {
    let expected = quittance_core::SecretKey::parse(KEY).unwrap().address();
    for kdf in ["pbkdf2", "scrypt"] {
        let key = open_keystore(&keystore(kdf).to_string(), b"testpassword").unwrap();
        assert_eq!(key.address(), expected);
    }
    assert_eq!(open_keystore(&keystore("pbkdf2").to_string(), b"testpasswore").err(), Some(KeystoreError::Password));
    let folder = std::env::temp_dir().join(format!("quittance-keystore-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("key.json"), keystore("pbkdf2").to_string()).unwrap();
    std::fs::write(folder.join("password"), "testpassword\n").unwrap();
    std::fs::write(folder.join("plain"), format!("{}\n", &KEY[2..])).unwrap();
    for signer in [
        json!({ "keystore": "key.json", "password": "${PASSWORD}" }),
        json!({ "keystore": "key.json", "password_file": "password" }),
        json!({ "key_file": "plain" }),
    ] {
        let mut file = least();
        file["chain"][0]["signer"] = json!([signer]);
        let config = Config::read(&file.to_string(), Format::Json, Around { variable: &variable, folder: &folder }).unwrap();
        assert_eq!(config.chains[0].signers[0].address(), expected);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn keystores_that_cannot_be_opened() {
    type Change = fn(&mut Value);
    let cases: [(Change, KeystoreError); 10] = [
        (|file| file["version"] = json!(1), KeystoreError::Version),
        (|file| file["crypto"] = json!(1), KeystoreError::Format),
        (|file| file["crypto"]["cipher"] = json!("aes-256-gcm"), KeystoreError::Algorithm),
        (|file| file["crypto"]["kdf"] = json!("argon2"), KeystoreError::Algorithm),
        (|file| file["crypto"]["kdf"] = json!("scrypt"), KeystoreError::Format),
        (|file| file["crypto"]["kdfparams"]["prf"] = json!("hmac-sha1"), KeystoreError::Algorithm),
        (|file| file["crypto"]["kdfparams"]["c"] = json!(0), KeystoreError::Parameters),
        (|file| file["crypto"]["kdfparams"]["dklen"] = json!(16), KeystoreError::Parameters),
        (|file| file["address"] = json!("0000000000000000000000000000000000000001"), KeystoreError::Key),
        (
            |file| {
                file["crypto"] = json!({
                    "cipher": "aes-128-ctr", "cipherparams": { "iv": "00" }, "ciphertext": "00", "kdf": "scrypt", "mac": "00",
                    "kdfparams": { "dklen": 32, "n": 1_u64 << 40, "p": 1, "r": 8, "salt": hex::encode([0; 32]) },
                })
            },
            KeystoreError::Parameters,
        ),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        let mut file = keystore("pbkdf2");
        change(&mut file);
        assert_eq!(open_keystore(&file.to_string(), b"testpassword").err(), Some(expected), "case {number}");
    }
}
