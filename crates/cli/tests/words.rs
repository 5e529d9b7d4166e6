//! `quittance sign`, `verify` and `completions`, as a person or a script runs them.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The first of the well-known keys that hold nothing.
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const URL: &str = "https://api.example.com/report/42";
const OFFER: &str = r#"{"scheme":"exact","network":"eip155:84532","amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"name":"USDC","version":"2"}}"#;

/// A 402 of a version, as its body.
fn asked(version: u8) -> String {
    let resource = format!(r#"{{"url":"{URL}","description":"a report","mimeType":"application/json"}}"#);
    match version {
        2 => {
            format!(r#"{{"x402Version":2,"error":"payment required","resource":{resource},"accepts":[{OFFER}],"extensions":{{}}}}"#)
        }
        _ => {
            let offer = OFFER.replace("eip155:84532", "base-sepolia").replace("\"amount\"", "\"maxAmountRequired\"");
            let rest = format!(r#","resource":"{URL}","description":"a report","mimeType":"application/json"}}"#);
            let offer = offer.strip_suffix('}').expect("an object").to_owned() + &rest;
            format!(r#"{{"x402Version":1,"error":"payment required","accepts":[{offer}]}}"#)
        }
    }
}

fn quittance(arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    for name in ["EVM_PRIVATE_KEY", "EVM_RPC_URL", "FACILITATOR_URL", "X402_MAX_PER_TX", "X402_MAX_PER_HOUR", "X402_MAX_PER_DAY"] {
        command.env_remove(name);
    }
    let pipes = command.args(arguments).envs(variables.iter().copied());
    let mut child = pipes.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    // one that complains of its arguments does not read
    let _broken = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the command ends")
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn signed(version: u8, more: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [&["sign", "--url", URL, "--max-amount", "$0.01"], more].concat();
    said(&quittance(&arguments, &asked(version), &[("EVM_PRIVATE_KEY", KEY)]))
}

/// A file with the 402, which goes when it does.
struct Terms(std::path::PathBuf);

impl Terms {
    fn of(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("quittance-words-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a name")
    }
}

impl Drop for Terms {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

#[test]
fn what_is_signed_is_right_by_the_terms_it_was_signed_for() {
    for (version, header) in [(2, "PAYMENT-SIGNATURE"), (1, "X-PAYMENT")] {
        let (code, line, about) = signed(version, &[]);
        assert_eq!(code, Some(0), "{line}{about}");
        assert!(line.starts_with(&format!("{header}: ")), "{line}");
        assert!(about.contains("0.01 USDC to 0x209693Bc6afc0C5328bA36FaF03C514EF312287C"), "{about}");
        let terms = Terms::of(&format!("right-{version}"), OFFER);
        // the line as it is, and the value alone
        for payment in [&*line, line.split_once(": ").expect("a header").1] {
            let (code, words, _) = said(&quittance(&["verify", "--terms", terms.path()], payment, &[]));
            assert_eq!(code, Some(0), "{words}");
            assert!(words.contains("terms and signature are right") && words.contains(PAYER), "{words}");
            assert!(words.contains("that it was paid nobody says"), "rule: an offline verifier never says paid");
        }
        let (code, json, _) = said(&quittance(&["verify", "--terms", terms.path(), "--json"], &line, &[]));
        let json: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((code, &json["offline"]["verdict"]), (Some(0), &Value::from("right")));
    }
}

#[test]
fn a_payment_that_is_wrong_is_refused_by_its_code() {
    let (_, line, _) = signed(2, &[]);
    for (name, offer, code) in [
        ("dearer", OFFER.replace("10000", "10001"), "no_matching_payment_requirements"),
        (
            "payee",
            OFFER
                .replace("0x2096", "0x2097")
                .replace("93Bc6afc0C5328bA36FaF03C514EF312287C", "93bc6afc0c5328ba36faf03c514ef312287c"),
            "no_matching_payment_requirements",
        ),
    ] {
        let terms = Terms::of(name, &offer);
        let (exit, words, errors) = said(&quittance(&["verify", "--terms", terms.path()], &line, &[]));
        assert_eq!(exit, Some(1), "{name}: {words}{errors}");
        assert!(words.contains(code) || words.contains("refused"), "{words}");
    }
    let terms = Terms::of("late", OFFER);
    let late = quittance(&["verify", "--terms", terms.path(), "--now", "4000000000"], &line, &[]);
    let (exit, words, _) = said(&late);
    assert!(exit == Some(1) && words.contains("invalid_exact_evm_payload_authorization_valid_before"), "{words}");
    let (exit, words, _) = said(&quittance(&["verify", "--terms", terms.path()], "PAYMENT-SIGNATURE: e30", &[]));
    assert!(exit == Some(1) && words.contains("refused"), "{words}");
}

#[test]
fn nothing_is_signed_against_the_limits() {
    let dear = ["sign", "--url", URL, "--max-amount", "$0.009"];
    let variables = [("EVM_PRIVATE_KEY", KEY)];
    let (code, words, _) = said(&quittance(&dear, &asked(2), &variables));
    assert!(code == Some(1) && words.starts_with("not signed: "), "{words}");
    // it says it sells something else
    let elsewhere = ["sign", "--url", "https://api.example.com/other", "--max-amount", "$1"];
    let (code, words, _) = said(&quittance(&elsewhere, &asked(2), &variables));
    assert!(code == Some(1) && words.starts_with("not signed: "), "{words}");
    // without a limit, without a key, with budgets that nobody keeps
    let unlimited = ["sign", "--url", URL];
    assert_eq!(said(&quittance(&unlimited, &asked(2), &variables)).0, Some(2));
    let (code, _, error) = said(&quittance(&["sign", "--url", URL, "--max-amount", "$1"], &asked(2), &[]));
    assert!(code == Some(2) && error.contains("EVM_PRIVATE_KEY"), "{error}");
    let budget = [("EVM_PRIVATE_KEY", KEY), ("X402_MAX_PER_DAY", "$5")];
    let (code, _, error) = said(&quittance(&["sign", "--url", URL, "--max-amount", "$1"], &asked(2), &budget));
    assert!(code == Some(2) && error.contains("budgets"), "{error}");
    // nor does anything print the key
    let wrong = [("EVM_PRIVATE_KEY", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff8")];
    let (code, words, error) = said(&quittance(&["sign", "--url", URL, "--max-amount", "$1"], &asked(2), &wrong));
    assert!(code == Some(2) && !(words + &error).contains("ac0974"), "{error}");
}

#[test]
fn who_cannot_be_asked_is_an_error_and_no_verdict() {
    let (_, line, _) = signed(2, &[]);
    let terms = Terms::of("down", OFFER);
    for option in ["--facilitator=http://127.0.0.1:9", "--rpc=http://127.0.0.1:9", "--facilitator", "--rpc"] {
        let (code, _, error) = said(&quittance(&["verify", "--terms", terms.path(), option], &line, &[]));
        assert!(code == Some(2) && error.starts_with("error: "), "{option}: {error}");
    }
}

#[test]
fn a_facilitator_on_this_machine_is_asked_without_tls_and_no_other() {
    use std::io::BufRead as _;

    let (_, line, _) = signed(2, &[]);
    let terms = Terms::of("here", OFFER);
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_quittance"));
    let sandbox = sandbox.args(["facilitator", "--devnet", "--port", "0", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut sandbox = sandbox.spawn().expect("the command starts");
    let mut first = String::new();
    // the pipe stays open, because the sandbox has more to say
    let mut out = std::io::BufReader::new(sandbox.stdout.take().expect("a pipe"));
    out.read_line(&mut first).expect("it says where it listens");
    let first: Value = serde_json::from_str(&first).expect("JSON");
    let url = first["url"].as_str().expect("a URL");
    let (code, words, error) = said(&quittance(&["verify", "--terms", terms.path(), "--facilitator", url], &line, &[]));
    sandbox.kill().expect("it runs");
    let _reaped = sandbox.wait();
    assert!(code == Some(0) && words.contains("it would settle now"), "{words}{error}");
    let elsewhere = ["verify", "--terms", terms.path(), "--facilitator", "http://facilitator.invalid"];
    let (code, _, error) = said(&quittance(&elsewhere, &line, &[]));
    assert!(code == Some(2) && error.contains("is not https, and not on this machine"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_it_is_said_what_is_waited_for_until_it_is_there() {
    use std::io::Read as _;

    let (_, line, _) = signed(2, &[]);
    let terms = Terms::of("slow", OFFER);
    // somebody who takes the question and keeps the answer
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let node = format!("http://{}", listener.local_addr().expect("an address"));
    let program = env!("CARGO_BIN_EXE_quittance");
    let command = format!("'{program}' verify '{}' --terms '{}' --rpc {node}", line.trim_end(), terms.path());
    // of util-linux: a terminal of its own for the command
    let mut script = Command::new("script");
    let script = script.args(["-qec", &command, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = script.spawn().expect("util-linux is there");
    let (asked, _) = listener.accept().expect("it asks");
    let (mut said, mut out) = (Vec::new(), child.stdout.take().expect("a pipe"));
    let text = |said: &[u8]| String::from_utf8_lossy(said).into_owned();
    while !text(&said).contains("\r\x1b[Kwaiting for the node, ") {
        let mut more = [0; 512];
        let length = out.read(&mut more).expect("it is there");
        assert!(length > 0, "it has ended without a word: {}", text(&said));
        said.extend(&more[..length]);
    }
    drop((asked, listener));
    out.read_to_end(&mut said).expect("it ends");
    let (_, rest) = text(&said).rsplit_once("\r\x1b[K").map(|(before, rest)| (before.to_owned(), rest.to_owned())).expect("a line");
    assert!(rest.starts_with("error: --rpc: "), "{rest:?}");
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
}

#[test]
fn shells_are_told_the_commands() {
    for (shell, words) in [("bash", "_quittance()"), ("zsh", "#compdef quittance"), ("fish", "complete -c quittance")] {
        let (code, script, _) = said(&quittance(&["completions", shell], "", &[]));
        assert!(code == Some(0) && script.contains(words) && script.contains("facilitator"), "{shell}");
    }
}

#[test]
fn every_help_says_what_the_command_ends_with_and_the_readme_says_the_same() {
    let (_, help, _) = said(&quittance(&["--help"], "", &[]));
    let codes: Vec<_> = help.lines().skip_while(|line| *line != "Exit codes:").skip(1).collect();
    assert_eq!(codes.len(), 4, "{help}");
    let readme = include_str!("../../../README.md");
    for line in codes {
        let (code, words) = line.trim_start().split_once("  ").expect("a code and what it means");
        assert!(readme.contains(&format!("| {code} | {words} |")), "{line} is not in README.md");
    }
    // each command, and each below it
    let mut open = vec![Vec::<String>::new()];
    let mut deepest = 0;
    let mut seen = 0;
    while let Some(command) = open.pop() {
        let arguments: Vec<_> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let (_, help, _) = said(&quittance(&arguments, "", &[]));
        assert!(help.contains("Exit codes:"), "{command:?}: {help}");
        let names = help.lines().skip_while(|line| *line != "Commands:").skip(1).map_while(|line| line.split_whitespace().next());
        // its own help about helps has none
        for name in names.filter(|name| *name != "help") {
            open.push(command.iter().map(String::as_str).chain([name]).map(str::to_owned).collect());
        }
        (deepest, seen) = (deepest.max(command.len()), seen + 1);
    }
    assert!(seen >= 17 && deepest >= 2, "{seen} commands, {deepest} deep");
}

#[test]
fn a_text_for_somebody_else_is_whole_in_a_document() {
    for (arguments, kind, words) in [
        (&["init", "gate"][..], "toml", "[[route]]"),
        (&["init", "policy"], "toml", "per_payment"),
        (&["gate", "--sample"], "toml", "[[route]]"),
        (&["facilitator", "--sample"], "toml", "[[chain]]"),
        (&["completions", "bash"], "bash", "_quittance()"),
    ] {
        let plain = said(&quittance(arguments, "", &[])).1;
        let (code, document, _) = said(&quittance(&[arguments, &["--json"]].concat(), "", &[]));
        let document: Value = serde_json::from_str(&document).expect("JSON");
        assert_eq!((code, &document["kind"], &document["text"]), (Some(0), &kind.into(), &plain.clone().into()), "{arguments:?}");
        assert!(plain.contains(words), "{plain}");
        assert_eq!(said(&quittance(&[arguments, &["--csv"]].concat(), "", &[])).0, Some(2), "{arguments:?}");
    }
    let path = std::env::temp_dir().join(format!("quittance-words-{}-written.toml", std::process::id()));
    let written = path.to_str().expect("a name");
    let (code, document, _) = said(&quittance(&["init", "policy", "--json", "-o", written], "", &[]));
    let _gone = std::fs::remove_file(&path);
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!((code, &document["written"]), (Some(0), &written.into()));
}
