//! `quittance pay` as a process of its own, at a seller that a facilitator settles for, on a sandbox chain.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::registry::{default_asset, networks};
use quittance_core::wire::{PaymentRequired, ResourceInfo, SettleRequest, SettleResponse, VerifyRequest};
use quittance_core::{Limits, Money, Terms, header};
use quittance_devnet::ACCOUNTS;
use serde_json::Value;

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// `quittance facilitator --devnet`, for as long as this lives.
struct Facilitator(Child, String);

impl Facilitator {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        command.args(["facilitator", "--devnet", "--json", "--port", "0", "--log", "off"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program is built with its tests");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().expect("a pipe"));
        said.read_line(&mut line).expect("it says where it listens");
        std::thread::spawn(move || said.lines().for_each(drop));
        let said: Value = serde_json::from_str(&line).expect("JSON");
        Self(child, said["url"].as_str().expect("a URL").to_owned())
    }
}

impl Drop for Facilitator {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A seller of one report for a cent.
struct Seller {
    url: String,
    payments: Arc<Mutex<Vec<String>>>,
    hangs_up: Arc<AtomicBool>,
    /// Whether it takes a payment and says nothing for the time being.
    holds: Arc<AtomicBool>,
}

impl Seller {
    fn open(facilitator: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1/report", listener.local_addr().expect("an address"));
        let seller = Self { url: url.clone(), payments: Arc::default(), hangs_up: Arc::default(), holds: Arc::default() };
        let (payments, hangs_up, holds) = (Arc::clone(&seller.payments), Arc::clone(&seller.hangs_up), Arc::clone(&seller.holds));
        let facilitator = facilitator.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let head = head_of(&mut stream);
                let payment = head.lines().find_map(|line| line.strip_prefix("payment-signature: "));
                let answer = match payment {
                    None => ask(&url),
                    Some(payment) => {
                        payments.lock().expect("not poisoned").push(payment.to_owned());
                        if holds.load(Ordering::Relaxed) {
                            while holds.load(Ordering::Relaxed) {
                                std::thread::sleep(Duration::from_millis(5));
                            }
                            continue;
                        }
                        let settled = settle(&facilitator, payment);
                        if hangs_up.load(Ordering::Relaxed) {
                            continue;
                        }
                        let receipt = header::encode(&settled, &Limits::HEADER).expect("a header");
                        format!(
                            "HTTP/1.1 200 OK\r\npayment-response: {receipt}\r\ncontent-length: 10\r\nconnection: close\r\n\r\nthe report"
                        )
                    }
                };
                stream.write_all(answer.as_bytes()).expect("it reads");
            }
        });
        seller
    }

    fn payments(&self) -> Vec<String> {
        self.payments.lock().expect("not poisoned").clone()
    }
}

fn head_of(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

fn offer() -> Terms {
    let usdc = default_asset(networks::BASE_SEPOLIA).expect("a default asset");
    Terms::exact(usdc, &Money::parse("$0.01").expect("a price"), PAYEE, 60).expect("an offer")
}

fn ask(url: &str) -> String {
    let required = PaymentRequired::new(ResourceInfo::new(url), vec![offer().requirements().clone()]);
    let value = header::encode(&required, &Limits::BODY).expect("a header");
    format!("HTTP/1.1 402 Payment Required\r\npayment-required: {value}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}")
}

fn settle(facilitator: &str, payment: &str) -> SettleResponse {
    let payload = header::payment_signature(payment.as_bytes(), &Limits::HEADER).expect("a payment");
    let body = SettleRequest(VerifyRequest::v2(payload, offer().requirements().clone())).to_json();
    let host = facilitator.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let head = format!("POST /settle HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    SettleResponse::from_json(body.as_bytes(), &Limits::BODY).expect("a verdict")
}

/// A wallet's folder, which goes with this.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("quittance-cli-pay-{name}-{}", std::process::id())))
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        command.env_clear().envs(variables.iter().copied()).env("QUITTANCE_HOME", &self.0).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        self.command(arguments, variables).output().expect("the program runs")
    }

    fn pay(&self, arguments: &[&str]) -> Output {
        let key = ACCOUNTS[1].key.to_string();
        self.run(&[&["pay", "--allow-http"], arguments].concat(), &[("EVM_PRIVATE_KEY", &key)])
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

#[test]
fn a_purchase_is_paid_for_once_whatever_happens_on_the_way() {
    let facilitator = Facilitator::start();
    let (seller, home) = (Seller::open(&facilitator.1), Home::new("once"));
    let (url, cent) = (seller.url.as_str(), ["--max-amount", "$0.01"]);

    // what it costs is asked without a key
    let quoted = home.run(&[&["pay", "--allow-http", "--dry-run", url], &cent[..]].concat(), &[]);
    assert_eq!(code(&quoted), 0, "{quoted:?}");
    let said = String::from_utf8_lossy(&quoted.stdout).into_owned();
    assert!(said.starts_with("costs 0.01 USDC on eip155:84532 to 0x2096"), "{said}");
    assert!(seller.payments().is_empty());

    // too much, and nothing said about how much
    let dear = home.pay(&[url, "--max-amount", "$0.009"]);
    assert_eq!((code(&dear), seller.payments().len()), (1, 0), "{dear:?}");
    assert_eq!(code(&home.pay(&[url])), 2);
    assert_eq!(code(&home.run(&[&["pay", url], &cent[..]].concat(), &[])), 2, "without a key");

    // rows 183 and 184: the seller takes the payment and hangs up; the next process goes on with what was signed
    seller.hangs_up.store(true, Ordering::Relaxed);
    let named = [&[url, "--purchase", "report-42"], &cent[..]].concat();
    let open = home.pay(&named);
    assert_eq!(code(&open), 3, "{open:?}");
    assert!(String::from_utf8_lossy(&open.stderr).contains("--purchase report-42"), "{open:?}");
    seller.hangs_up.store(false, Ordering::Relaxed);
    let paid = home.pay(&named);
    assert_eq!((code(&paid), paid.stdout.as_slice()), (0, b"the report".as_slice()), "{paid:?}");
    let again = home.pay(&[&["--json"], named.as_slice()].concat());
    let document: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!((&document["outcome"], &document["body"]), (&"paid".into(), &"the report".into()), "{document}");
    assert_eq!(document["receipt"]["charged"], "10000");
    let payments = seller.payments();
    assert!(payments.len() > 2 && payments.iter().all(|payment| *payment == payments[0]), "one signature");

    // the same name for something else
    let other = format!("{url}?page=2");
    assert_eq!(code(&home.pay(&[&[other.as_str(), "--purchase", "report-42"], &cent[..]].concat())), 1);

    // row 220: neither the key nor the signature lies about
    let key = ACCOUNTS[1].key.to_string();
    for file in fs::read_dir(&home.0).expect("a folder") {
        let bytes = fs::read(file.expect("a file").path()).expect("it can be read");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&payments[0]) && !text.contains(key.trim_start_matches("0x")));
    }

    // what there is to be looked at afterwards
    let store = format!("sqlite:{}", home.0.join("wallet.db").display());
    let ledger = home.run(&["ledger", "--store", &store], &[]);
    assert!(String::from_utf8_lossy(&ledger.stdout).contains("0.01 USDC settled"), "{ledger:?}");
    let log = home.0.join("audit.log");
    let audit = home.run(&["audit", "verify", log.to_str().expect("text")], &[]);
    assert_eq!(code(&audit), 0, "{audit:?}");
}

#[test]
fn row_184_a_buyer_that_is_killed_goes_on_with_what_it_signed() {
    let facilitator = Facilitator::start();
    let (seller, home) = (Seller::open(&facilitator.1), Home::new("killed"));
    seller.holds.store(true, Ordering::Relaxed);
    let key = ACCOUNTS[1].key.to_string();
    let arguments = ["pay", "--allow-http", &seller.url, "--purchase", "report-42", "--max-amount", "$0.01"];
    let mut killed = home.command(&arguments, &[("EVM_PRIVATE_KEY", &key)]).spawn().expect("the program runs");
    while seller.payments().is_empty() {
        assert!(killed.try_wait().expect("it can be asked").is_none(), "it waits for the answer");
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill().expect("SIGKILL");
    killed.wait().expect("it is gone");
    seller.holds.store(false, Ordering::Relaxed);
    let paid = home.pay(&arguments[2..]);
    assert_eq!((code(&paid), paid.stdout.as_slice()), (0, b"the report".as_slice()), "{paid:?}");
    let payments = seller.payments();
    assert_eq!((payments.len(), &payments[1]), (2, &payments[0]), "one signature");
    let log = home.0.join("audit.log");
    assert_eq!(code(&home.run(&["audit", "verify", log.to_str().expect("text")], &[])), 0);
}

#[test]
fn a_policy_file_says_what_may_be_bought() {
    let facilitator = Facilitator::start();
    let (seller, home) = (Seller::open(&facilitator.1), Home::new("policy"));
    let origin = seller.url.trim_end_matches("/v1/report");
    fs::create_dir_all(&home.0).expect("a folder");
    let policy = home.0.join("policy.toml");
    let text = format!(
        "allow_http = true\nper_payment = \"$0.05\"\nper_task = \"$0.02\"\nnetworks = [\"base-sepolia\"]\norigins = [{origin:?}]\n"
    );
    fs::write(&policy, &text).expect("written");
    let key = ACCOUNTS[1].key.to_string();
    let policy = policy.to_str().expect("text");
    let pay = |url: &str, variables: &[(&str, &str)]| {
        let variables = [&[("EVM_PRIVATE_KEY", key.as_str())], variables].concat();
        home.run(&["pay", "--json", url, "--policy", policy, "--task", "research"], &variables)
    };
    assert_eq!([0, 0, 1].map(|_| code(&pay(&seller.url, &[]))), [0, 0, 1], "the task has two cents");
    assert_eq!(seller.payments().len(), 2);
    assert_eq!(code(&pay(&seller.url, &[("X402_MAX_PER_TX", "0.001")])), 1);
    assert_eq!(code(&pay(&seller.url, &[("X402_MAX_PER_DAY", "1")])), 2, "that belongs into the policy");
    fs::write(policy, text.replace("per_task", "per_tsk")).expect("written");
    assert_eq!(code(&pay(&seller.url, &[])), 2);
    assert_eq!(seller.payments().len(), 2);
}

#[test]
fn networks_are_those_of_the_registry() {
    let home = Home::new("networks");
    let all = home.run(&["networks", "--json", "sepolia"], &[]);
    let all: Value = serde_json::from_slice(&all.stdout).expect("JSON");
    let base = all.as_array().expect("a list").iter().find(|row| row["network"] == "eip155:84532").expect("Base Sepolia");
    assert_eq!((&base["symbol"], &base["decimals"], &base["kind"]), (&"USDC".into(), &6.into(), &"testnet".into()));
    assert_eq!(code(&home.run(&["networks", "nowhere"], &[])), 1);
}

#[test]
fn a_policy_to_begin_with_is_one() {
    let home = Home::new("init");
    fs::create_dir_all(&home.0).expect("a folder");
    let file = home.0.join("policy.toml");
    let file = file.to_str().expect("text");
    assert_eq!(code(&home.run(&["init", "policy", "-o", file], &[])), 0);
    let text = fs::read_to_string(file).expect("written");
    quittance_guard::policy::Policy::from_toml(&text).expect("a policy");
    assert_eq!(code(&home.run(&["init", "policy", "-o", file], &[])), 2, "nothing is written over");
    assert_eq!(home.run(&["init", "policy"], &[]).stdout, text.as_bytes());
    assert_eq!(code(&home.run(&["init", "facilitator"], &[])), 0);
}
