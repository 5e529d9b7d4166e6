//! `quittance inspect`, as a person or a script runs it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// The example of the specification, in the first second in which it is good.
const EXAMPLE: &str = r#"{"x402Version":2,"accepted":{"scheme":"exact","network":"eip155:84532","amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"name":"USDC","version":"2"}},"payload":{"signature":"0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173608a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b571c","authorization":{"from":"0x857b06519E91e3A54538791bDbb0E22373e36b66","to":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","value":"10000","validAfter":"1740672089","validBefore":"1740672154","nonce":"0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480"}}}"#;
const NOW: &str = "1740672090";

fn quittance(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quittance"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("the command ends")
}

fn check(arguments: &[&str], input: &str, code: i32, expected: &[&str]) {
    let output = quittance(arguments, input);
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}{complained}");
    for words in expected {
        assert!(said.contains(words) || complained.contains(words), "{words:?} is not in\n{said}{complained}");
    }
    assert!(!said.contains("571c\"") && !said.contains("2d6a7588d6"), "row 220: the signature may be live");
}

#[test]
fn a_good_payment_is_explained() {
    check(
        &["inspect", "--now", NOW],
        EXAMPLE,
        0,
        &[
            "a payment of version 2",
            "signed   payload.authorization.value",
            "0.01 USDC",
            "✓ signature",
            "terms and signature are right",
        ],
    );
    check(&["inspect", EXAMPLE, "--now", NOW, "--json"], "", 0, &[r#""verdict":"right""#]);
    check(
        &["inspect", EXAMPLE, "--now", NOW, "--csv"],
        "",
        0,
        &["0,payload.authorization.to,0x209693Bc6afc0C5328bA36FaF03C514EF312287C,signed,"],
    );
}

#[test]
fn a_bad_payment_is_an_answer_and_not_an_error() {
    let late = EXAMPLE.replace("1740672154", "1740672093");
    check(&["inspect", "--now", NOW], &late, 1, &["✗ time", "402 invalid_exact_evm_payload_authorization_valid_before"]);
    check(&["inspect", "-", "--now", NOW], &format!("PAYMENT-SIGNATURE: {EXAMPLE}"), 1, &["! this is the JSON itself"]);
    check(&["inspect", "nonsense", "--now", NOW], "", 1, &["malformed"]);
}

#[test]
fn a_payment_is_judged_by_the_offer_in_a_file() {
    let folder = std::env::temp_dir().join(format!("quittance-cli-inspect-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("terms.json");
    let path = path.to_str().expect("a path");
    let offer = EXAMPLE.split_once(r#""accepted":"#).and_then(|(_, rest)| rest.split_once(r#","payload""#)).expect("an offer").0;
    std::fs::write(path, offer).expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 0, &["the seller's own offer"]);
    std::fs::write(path, offer.replace("10000", "20000")).expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 1, &["✗ offer", "✗ amount"]);
    std::fs::write(path, "{}").expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 2, &["error:", "terms.json"]);
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

#[test]
fn row_205_a_stranger_s_text_moves_no_cursor() {
    let evil = EXAMPLE.replace(r#""version":"2"}"#, r#""version":"2","note":"\u001b[2J\u202e"}"#);
    let output = quittance(&["inspect", "--now", NOW], &evil);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}') && said.contains(r"\u{1b}[2J"), "{said}");
}
