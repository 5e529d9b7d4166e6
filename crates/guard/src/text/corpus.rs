//! Texts with and without something sensitive, and what is known to go wrong.
//!
//! The texts are written for this test, in the ways in which such data occurs in requests. That all but the listed ones come out right
//! says that the shapes are read as described, not how often real texts are judged right.

use alloc::vec::Vec;

use super::Sensitive::{self, *};
use super::find;

/// A text and everything in it.
const POSITIVE: &[(&str, &[Sensitive])] = &[
    ("alice@example.com", &[Email]),
    ("Send the report to bob.smith+reports@mail.example.co.uk, please", &[Email]),
    ("<carol_7@sub.example.org>", &[Email]),
    ("mailto:dave%test@example.com", &[Email]),
    ("from o'brien@example.ie to erin@example.com", &[Email, Email]),
    ("m\u{fc}ller@b\u{fc}cher.example", &[Email]),
    ("user@localhost.localdomain.", &[Email]),
    ("call +49 171 2345678 tomorrow", &[Phone]),
    ("+1 (555) 234-5678", &[Phone]),
    ("+442071838750", &[Phone]),
    ("tel:+33-6-12-34-56-78", &[PersonalParameter]),
    ("+33-6-12-34-56-78", &[Phone]),
    ("(415) 555-2671", &[Phone]),
    ("415-555-2671", &[Phone]),
    ("415.555.2671", &[Phone]),
    ("1-415-555-2671", &[Phone]),
    ("415 555 2671", &[Phone]),
    ("ring 030/12345678", &[Phone]),
    ("0171 2345678", &[Phone]),
    ("06 12 34 56 78", &[Phone]),
    ("4111111111111111", &[Card]),
    ("card 4111 1111 1111 1111 exp 12/27", &[Card]),
    ("5500-0000-0000-0004", &[Card]),
    ("340000000000009", &[Card]),
    ("3782 822463 10005", &[Card]),
    ("6011 0000 0000 0004", &[Card]),
    ("30000000000004", &[Card]),
    ("3530111333300000", &[Card]),
    ("2223003122003222", &[Card]),
    ("6200000000000005", &[Card]),
    ("DE89370400440532013000", &[Iban]),
    ("DE89 3704 0044 0532 0130 00", &[Iban]),
    ("pay GB82 WEST 1234 5698 7654 32 now", &[Iban]),
    ("fr1420041010050500013m02606", &[Iban]),
    ("NL91ABNA0417164300", &[Iban]),
    ("CH93 0076 2011 6238 5295 7", &[Iban]),
    ("ssn 123-45-6789", &[SocialSecurity]),
    ("078-05-1120", &[SocialSecurity]),
    ("patient SSN 312 45 6789", &[SocialSecurity]),
    ("SSN: 312456789", &[PersonalParameter]),
    ("SSN 312456789", &[SocialSecurity]),
    ("client 203.0.113.7 asked", &[IpAddress]),
    ("203.0.113.7:8443", &[IpAddress]),
    ("10.0.0.12", &[IpAddress]),
    ("2001:db8:85a3::8a2e:370:7334", &[IpAddress]),
    ("2001:0db8:0000:0000:0000:ff00:0042:8329", &[IpAddress]),
    ("email=alice", &[PersonalParameter]),
    ("surname: Meier", &[PersonalParameter]),
    ("\"phone\": \"12345\"", &[PersonalParameter]),
    ("phone: +49 171 2345678, or write", &[PersonalParameter]),
    ("ssn: 312 45 6789", &[PersonalParameter]),
    ("mnemonic: legal winner thank year wave sausage worth useful legal winner thank yellow", &[SecretParameter]),
    ("private_key=-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----", &[SecretParameter]),
    ("?date_of_birth=1990-01-01", &[PersonalParameter]),
    ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB\n-----END EC PRIVATE KEY----- and more", &[PrivateKey]),
    ("-----BEGIN PRIVATE KEY-----\nMC4CAQ", &[PrivateKey]),
    ("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", &[KeyMaterial]),
    ("key ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", &[KeyMaterial]),
    ("AC0974BEC39A17E36BA4A6B4D238FF944BACB478CBED5EFCAE784D7BF4F2FF80", &[KeyMaterial]),
    (
        "signed 0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173608a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b571c",
        &[KeyMaterial],
    ),
    ("4NMwxzmYj2uvHuq8xoqhY8RXg63KSVJM1DXkpbmkUY7YQWuoyQgFnnzn6yo3CMnqZasnNPNuAT2TLwQsCaKkUddp", &[KeyMaterial]),
    ("legal winner thank year wave sausage worth useful legal winner thank yellow", &[SeedPhrase]),
    ("restore from: abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", &[SeedPhrase]),
    (
        "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group space point ten exist slush involve unfold",
        &[SeedPhrase],
    ),
    ("bob@example.com legal winner thank year wave sausage worth useful legal winner thank yellow", &[Email, SeedPhrase]),
    ("see example.org legal winner thank year wave sausage worth useful legal winner thank yellow", &[SeedPhrase]),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", &[WebToken]),
    ("token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", &[SecretParameter]),
    ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", &[ApiKey]),
    ("export KEY sk-proj-abc123def456ghi789jkl012", &[ApiKey]),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", &[ApiKey]),
    ("AKIAIOSFODNN7EXAMPLE", &[ApiKey]),
    ("AIzaSyD4xAmpleKeyWith35Characters0123456", &[ApiKey]),
    ("xoxb-123456789012-abcdefGHIJ", &[ApiKey]),
    ("glpat-x1y2z3A4B5C6D7E8F9G0", &[ApiKey]),
    ("Authorization: Bearer 7f3c9a1e5b2d4c6f", &[Credentials]),
    ("basic dXNlcjpwYXNzd29yZA==", &[Credentials]),
    ("password=hunter2", &[SecretParameter]),
    ("password: hunter2", &[SecretParameter]),
    ("{\"api_key\":\"x\"}", &[SecretParameter]),
    ("x-api-key=abc", &[SecretParameter]),
    ("access_token=abc&page=2", &[SecretParameter]),
    ("user_password='x'", &[SecretParameter]),
    ("token=f3a9c1e7b5d2084613", &[SecretParameter]),
    ("bob@example.com paid with 4111 1111 1111 1111 from 203.0.113.7", &[Email, Card, IpAddress]),
];

/// Texts with nothing in them that is anybody's business.
const NEGATIVE: &[&str] = &[
    "",
    "Daily weather report for Berlin, 7 days",
    "Research report 42, with sources",
    "/v1/report/42",
    "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
    "pay 10000 of 0x036CbD53842c5426634e7929541eC2318f3dCF7e",
    "eip155:84532",
    "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    "tx 0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736",
    "/tx/0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736",
    "sha256:2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736",
    "block hash 2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736",
    "1740672089",
    "1740672089154",
    "2026-11-20T18:31:04Z",
    "20/11/2026 18:31",
    "01/02/2026 10:30",
    "2026-11-20 to 2026-12-20",
    "12:30:45",
    "$4.02 for 100 calls",
    "0.000001 USDC",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935",
    "1000000000000000000",
    "4111111111111112",
    "4000000000000000",
    "5000000000000000",
    "123e4567-e89b-12d3-a456-426614174000",
    "urn:uuid:00000000-0000-4000-8000-000000000000",
    "127.0.0.1",
    "http://localhost:4021/v1/report/42",
    "::1",
    "std::fmt::Display",
    "version 1.2.3",
    "v1.2.3.4",
    "+5 degrees",
    "+10000000",
    "lines 100-200-300",
    "000-12-3456",
    "312 45 6789",
    "312456789",
    "SSN 000 12 3456",
    "666-12-3456",
    "DE00370400440532013000",
    "GB82WEST12345698765431",
    "ISBN 978-3-16-148410-0",
    "order 2024-000123",
    "@handle on a network",
    "a @ b",
    "user@localhost",
    "price@ 3.50",
    "bearer authentication is used",
    "Basic understanding of chemistry",
    "token=USDC",
    "token: USDC on Base",
    "token=0x036CbD53842c5426634e7929541eC2318f3dCF7e",
    "key=value",
    "key: temperature",
    "sort=price&page=2&limit=50",
    "q=how+to+reset+a+password",
    "forgot password?",
    "email reports are extra",
    "phone support included",
    "sk-learn models ranked",
    "hf_models are listed here",
    "eyJ is how such tokens begin",
    "-----BEGIN PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----",
    "The seller charges the buyer once per answer and keeps a receipt for both of them",
    "a quick brown fox jumps over the lazy dog while we all watch it run",
    "Returns the current price, the volume and the change of a pair over the last day",
    "weather, news, sports, finance, stocks, crypto, music, video, photo, maps, travel, food",
    "\u{6771}\u{4eac}\u{306e}\u{5929}\u{6c17}",
    "Stra\u{df}e 12, 10115 Berlin",
    "temperature 021-034-056",
    "Go 1.22.3 / Rust 1.88.0",
    "192.168.300.1",
    "GPT-4 class model, 128k context",
];

/// Sensitive texts that nothing is found in, or not all.
const MISSED: &[&str] = &[
    "Alice Meier, Lindenstra\u{df}e 12, 10969 Berlin",
    "born on 1 January 1990",
    "alice at example dot com",
    "my number is five five five two three four",
    "my pin is 4711",
    "4155552671",
    "passport C01X00T47",
    "diagnosed with diabetes in May",
    "the key is Tr0ub4dor&3",
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
];

/// Harmless texts that something is found in.
const MISTAKEN: &[(&str, Sensitive)] = &[
    ("release 4.3.2.1", IpAddress),
    ("pool 0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736", KeyMaterial),
    ("price volume market token pair chart trade order depth spread candle index", SeedPhrase),
    ("part 415-555-2671", Phone),
    ("file@next.release", Email),
];

fn kinds(text: &str) -> Vec<Sensitive> {
    find(text).iter().map(|finding| finding.kind).collect()
}

#[test]
fn row_207_personal_data_and_secrets_are_found_by_their_shape() {
    let wrong: Vec<_> =
        POSITIVE.iter().filter(|(text, expected)| kinds(text) != *expected).map(|(text, _)| (text, kinds(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for kind in Sensitive::ALL {
        assert!(POSITIVE.iter().any(|(_, kinds)| kinds.contains(kind)), "{kind} is in no text");
    }
}

#[test]
fn row_207_what_is_harmless_is_left_alone() {
    for text in NEGATIVE {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn row_207_what_has_no_shape_is_missed_and_what_shares_a_shape_is_mistaken() {
    for text in MISSED {
        assert_eq!(kinds(text), [], "{text}");
    }
    for (text, kind) in MISTAKEN {
        assert_eq!(kinds(text), [*kind], "{text}");
    }
}
