//! `quittance inspect`, as a person or a script runs it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

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
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("terms.json");
    let path = path.to_str().expect("a path");
    let offer = EXAMPLE.split_once(r#""accepted":"#).and_then(|(_, rest)| rest.split_once(r#","payload""#)).expect("an offer").0;
    fs::write(path, offer).expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 0, &["the seller's own offer"]);
    fs::write(path, offer.replace("10000", "20000")).expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 1, &["✗ offer", "✗ amount"]);
    fs::write(path, "{}").expect("written");
    check(&["inspect", EXAMPLE, "--now", NOW, "--terms", path], "", 2, &["error:", "terms.json"]);
    fs::remove_dir_all(folder).expect("the folder is ours");
}

#[test]
fn row_205_a_stranger_s_text_moves_no_cursor() {
    let evil = EXAMPLE.replace(r#""version":"2"}"#, r#""version":"2","note":"\u001b[2J\u202e"}"#);
    let output = quittance(&["inspect", "--now", NOW], &evil);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}') && said.contains(r"\u{1b}[2J"), "{said}");
}

/// `inspect --web` on a folder with the files of the package, in which each says its own path, and one beside it that is nobody's business.
struct Page {
    child: Child,
    authority: String,
    folder: PathBuf,
}

impl Page {
    fn open(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quittance-cli-{name}-{}", std::process::id()));
        const PAGE: [&str; 3] = ["inspector/index.html", "inspector/inspector.mjs", "inspector/style.css"];
        const MODULES: [&str; 4] = ["web/index.mjs", "wasm/index.wasm", "web/toml.mjs", "wasm/toml.wasm"];
        for path in PAGE.into_iter().chain(MODULES).chain(["secret"]) {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, path).expect("written");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        let mut child = command.args(["inspect", "--web"]).arg(&folder).stdout(Stdio::piped()).spawn().expect("the command starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says where it is");
        let authority = line.trim().strip_prefix("inspector at http://").and_then(|url| url.strip_suffix('/')).expect("a URL");
        Self { authority: authority.to_owned(), child, folder }
    }

    /// What is answered to a request as it is written.
    fn asked(&self, line: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(&self.authority).expect("it listens");
        write!(stream, "{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        String::from_utf8(answer).expect("text")
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn the_page_sends_its_files_and_nothing_else() {
    let page = Page::open("web");
    let check = |line: &str, status: &str, ending: &str| {
        let answer = page.asked(line, &page.authority);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.ends_with(ending), "{line}: {answer}");
        let policy = "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'";
        assert!(answer.contains(policy) && answer.contains("x-content-type-options: nosniff"), "{line}: {answer}");
        answer
    };
    assert!(page.authority.starts_with("127.0.0.1:"), "{}", page.authority);
    assert!(check("GET /", "307", "\r\n\r\n").contains("location: /inspector/index.html"));
    assert!(check("GET /inspector/index.html", "200", "inspector/index.html").contains("content-type: text/html"));
    assert!(check("GET /wasm/index.wasm?x", "200", "wasm/index.wasm").contains("content-type: application/wasm"));
    check("HEAD /web/index.mjs", "200", "\r\n\r\n");
    check("GET /web/toml.mjs", "200", "web/toml.mjs");
    check("GET /wasm/toml.wasm", "200", "wasm/toml.wasm");
    for path in [
        "/secret",
        "/inspector/../secret",
        "/inspector/%2e%2e/secret",
        "//secret",
        "/web/..%2fsecret",
        "/web/",
        "/inspector",
        "/../../etc/passwd",
        "/inspector/index.html/",
        "/wasm/index.wasm%00",
        "/INSPECTOR/index.html",
    ] {
        check(&format!("GET {path}"), "404", "\r\n\r\n");
    }
    check("POST /", "405", "\r\n\r\n");
    // a page elsewhere may have a name of its own lead here
    let port = page.authority.split_once(':').expect("a port").1;
    assert!(page.asked("GET /inspector/index.html", &format!("localhost:{port}")).starts_with("HTTP/1.1 200"));
    for host in [format!("evil.example:{port}"), "127.0.0.1".into(), format!("127.0.0.1:{port}.evil.example"), String::new()] {
        let answer = page.asked("GET /inspector/index.html", &host);
        assert!(answer.starts_with("HTTP/1.1 421") && !answer.contains("index.html"), "{host}: {answer}");
    }
}

#[cfg(unix)]
#[test]
fn the_page_ends_when_it_is_told_to_with_a_connection_open() {
    let mut page = Page::open("web-end");
    let _open = TcpStream::connect(&page.authority).expect("it listens");
    let sent = Command::new("kill").arg("-INT").arg(page.child.id().to_string()).status().expect("kill");
    assert!(sent.success());
    assert_eq!(page.child.wait().expect("it ends").code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_program_that_stands_alone_says_where_the_page_is() {
    // a name of its own for the program, in a folder with nothing beside it
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_quittance"));
    let folder = program.parent().expect("a folder").join(format!("alone-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let alone = folder.join("quittance");
    fs::hard_link(program, &alone).expect("the same file");
    let output = Command::new(&alone).args(["inspect", "--web"]).output().expect("the command ends");
    fs::remove_dir_all(&folder).expect("it was made here");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && words.contains("unpack the package and say --web DIR"), "{words}");
}

#[test]
fn there_is_no_page_without_its_files() {
    check(
        &["inspect", "--web", "/nowhere/at/all"],
        "",
        2,
        &["error: /nowhere/at/all/inspector/index.html", "the npm package `quittance`"],
    );
    check(&["inspect", EXAMPLE, "--web"], "", 2, &["cannot be used with"]);
    check(&["inspect", "--port", "1"], "", 2, &["--web"]);
}
