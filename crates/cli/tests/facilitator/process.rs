//! The programs under test.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::chain::{Chain, ether_key};
use crate::http::{self, Answer};

/// A program that says on its first line where it listens. It is killed when this goes.
pub(crate) struct Program {
    child: Child,
    pub(crate) said: Value,
}

impl Program {
    /// Starts it; nothing if it ends before it says anything.
    pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Option<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        let mut child = command
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program is built with its tests");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = lines.next().and_then(Result::ok);
        // a full pipe would stop it
        std::thread::spawn(move || lines.for_each(drop));
        let Some(said) = line.and_then(|line| serde_json::from_str(&line).ok()) else {
            let _ended = child.wait();
            return None;
        };
        Some(Self { child, said })
    }

    pub(crate) fn url(&self) -> String {
        self.said["url"].as_str().expect("it says where it listens").into()
    }

    /// Asks it to end, and says how it did.
    pub(crate) fn ends_well(mut self) -> bool {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        asked.is_ok_and(|status| status.success()) && self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: it has no say in it
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("quittance-cli-{name}-{}", std::process::id()));
    let _left = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A facilitator, its configuration and its store.
pub(crate) struct Facilitator {
    folder: PathBuf,
    store: String,
    signer: usize,
    program: Option<Program>,
}

impl Facilitator {
    /// One whose account is the well-known one with this number, with a store of its own.
    pub(crate) fn start(chain: &Chain, name: &str, signer: usize, more: Value) -> Self {
        let folder = folder(name);
        let store = format!("sqlite:{}", folder.join("f.db").to_str().expect("plain"));
        Self::start_in(folder, store, chain, signer, more)
    }

    /// One with a store that it may share.
    #[cfg(feature = "postgres-tests")]
    pub(crate) fn start_on(store: &str, chain: &Chain, name: &str, signer: usize) -> Self {
        Self::start_in(folder(name), store.to_owned(), chain, signer, json!({}))
    }

    fn start_in(folder: PathBuf, store: String, chain: &Chain, signer: usize, more: Value) -> Self {
        let mut settings = json!({
            "network": format!("eip155:{}", chain.id), "rpc": ["${CHAIN}"], "poll_ms": 20, "signer": [{ "key": "${SIGNER}" }],
        });
        for (key, value) in more.as_object().expect("an object") {
            settings[key] = value.clone();
        }
        let file = json!({
            "listen": "127.0.0.1:0", "store": "${STORE}", "sealing_key": "${SEAL}", "chain": [settings], "lease_seconds": 2,
            "patience_seconds": 30,
        });
        fs::write(folder.join("f.json"), file.to_string()).expect("written");
        let mut facilitator = Self { folder, store, signer, program: None };
        facilitator.begin(chain);
        facilitator
    }

    /// Starts the program.
    pub(crate) fn begin(&mut self, chain: &Chain) {
        let config = self.folder.join("f.json");
        let variables = [
            ("CHAIN", chain.url.as_str()),
            ("SIGNER", &ether_key(self.signer)),
            ("STORE", &self.store),
            ("SEAL", &"5e".repeat(32)),
        ];
        let arguments = ["facilitator", "--json", "--log", "off", "--config", config.to_str().expect("plain")];
        self.program = Some(Program::start(&arguments, &variables).expect("the facilitator starts"));
    }

    /// Kills it, wherever it is.
    pub(crate) fn kill(&mut self) {
        self.program = None;
    }

    pub(crate) fn ends_well(&mut self) -> bool {
        self.program.take().is_some_and(Program::ends_well)
    }

    pub(crate) fn url(&self) -> String {
        self.program.as_ref().expect("it runs").url()
    }

    pub(crate) fn verify(&self, request: &str) -> Answer {
        http::ask(&self.url(), "POST", "/verify", request).expect("an answer")
    }

    pub(crate) fn settle(&self, request: &str) -> Answer {
        http::ask(&self.url(), "POST", "/settle", request).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        http::ask(&self.url(), "GET", path, "").expect("an answer")
    }

    /// How many HTTP requests it has sent to nodes.
    pub(crate) fn rpc_requests(&self) -> u64 {
        let metrics = self.get("/metrics").text;
        let counts = metrics.lines().filter(|line| line.starts_with("quittance_rpc_requests_total"));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }
}

impl Drop for Facilitator {
    fn drop(&mut self) {
        self.program = None;
        let _removed = fs::remove_dir_all(&self.folder);
    }
}
