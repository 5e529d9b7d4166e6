use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString as _};

use proptest::prelude::*;

use super::super::samples::{self, ANVIL0, ANVIL0_KEY, HALF_N, K0_DIGEST, K0_SIGNATURE, N, near, small, word};
use super::*;
use crate::hash::{keccak256, sha256};

fn check(text: &str, expected: Result<&str, SecretKeyError>) {
    assert_eq!(SecretKey::parse(text).map(|key| key.address().to_string()), expected.map(String::from));
}

#[test]
fn keys_are_read_strictly() {
    check(ANVIL0_KEY, Ok(ANVIL0));
    check(&format!("0x{}", ANVIL0_KEY[2..].to_uppercase()), Ok(ANVIL0));
    check(&hex::encode(&small(1)), Ok("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"));
    // The key n - 1 mirrors the generator.
    check(&hex::encode(&near(N, -1)), Ok("0x80C0dbf239224071c59dD8970ab9d542E3414aB2"));

    check(&ANVIL0_KEY[2..], Err(SecretKeyError::Prefix));
    check("", Err(SecretKeyError::Prefix));
    check("0x", Err(SecretKeyError::Length));
    check(&ANVIL0_KEY[..65], Err(SecretKeyError::Length));
    check(&format!("{ANVIL0_KEY}00"), Err(SecretKeyError::Length));
    check(&format!("{ANVIL0_KEY}\n"), Err(SecretKeyError::Length));
    check(&ANVIL0_KEY.replace("ac09", "ac0g"), Err(SecretKeyError::Digit));
    check(&hex::encode(&small(0)), Err(SecretKeyError::Range));
    check(N, Err(SecretKeyError::Range));
    check(&hex::encode(&near(N, 1)), Err(SecretKeyError::Range));
    check(&hex::encode(&[0xff; 32]), Err(SecretKeyError::Range));
}

#[test]
fn row_236_errors_say_nothing_about_the_text() {
    let secret = "correct horse battery staple";
    for text in [secret.to_string(), format!("0x{secret}"), format!("{ANVIL0_KEY}{secret}"), N.to_string()] {
        let error = SecretKey::parse(&text).map(|_| ()).unwrap_err();
        for said in [error.to_string(), format!("{error:?}")] {
            assert!(!said.contains("horse") && !said.contains(&N[2..]), "{said}");
        }
    }
}

#[test]
fn k0_is_what_we_sign() {
    assert_eq!(samples::anvil0().sign(&samples::digest(K0_DIGEST)).to_hex(), K0_SIGNATURE);
}

/// The rows that libraries for secp256k1 pass on among themselves since 2013: RFC 6979 with SHA-256, `s` low.
#[test]
fn row_105_rfc_6979_known_answers() {
    let check = |key: &str, message: &str, r: &str, s: &str| {
        let signature = SecretKey::parse(key).unwrap().sign(&Digest::from_bytes(sha256(message.as_bytes())));
        assert_eq!((hex::encode(signature.r()), hex::encode(signature.s())), (format!("0x{r}"), format!("0x{s}")), "{message}");
    };
    let one = &hex::encode(&small(1));
    check(
        one,
        "Satoshi Nakamoto",
        "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8",
        "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    );
    check(
        one,
        "All those moments will be lost in time, like tears in rain. Time to die...",
        "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b",
        "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21",
    );
    check(
        &hex::encode(&near(N, -1)),
        "Satoshi Nakamoto",
        "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0",
        "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
    );
    check(
        "0xf8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181",
        "Alan Turing",
        "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c",
        "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
    );
    check(
        "0xe91671c46231f833a6406ccbea0e3e392c76c167bac1cb013f6f1013980455c2",
        "There is a computer disease that anybody who works with computers knows about. It's a very serious disease and it \
         interferes completely with the work. The trouble with computers is that you 'play' with them!",
        "b552edd27580141f3b2a5463048cb7cd3e047b97c9f98076c32dbdf85a68718b",
        "279fa72dd19bfae05577e06c7c0c1900c371fcd5893f7e1d56a37d30174671f6",
    );
}

/// Equal nonces would show as equal `r`.
#[test]
fn row_105_signing_is_deterministic_low_and_never_repeats_a_nonce() {
    let key = samples::anvil0();
    let again = samples::anvil0();
    let mut nonces = BTreeSet::new();
    for input in 0_u32..300 {
        let digest = Digest::from_bytes(keccak256(&input.to_be_bytes()));
        let signature = key.sign(&digest);
        assert_eq!(signature, again.sign(&digest));
        assert!(*signature.s() <= word(HALF_N));
        assert!(nonces.insert(*signature.r()), "input {input}");
    }
}

#[test]
fn hexadecimal_faults_keep_their_names() {
    for (hex, expected) in [
        (HexError::Prefix, SecretKeyError::Prefix),
        (HexError::Digit, SecretKeyError::Digit),
        (HexError::Length, SecretKeyError::Length),
    ] {
        assert_eq!(SecretKeyError::from(hex), expected);
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), digits in "0x[0-9a-fA-F]{62,66}") {
        for text in [text, digits] {
            let _ = SecretKey::parse(&text);
        }
    }
}
