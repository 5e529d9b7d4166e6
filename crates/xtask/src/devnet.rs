//! The sandbox chain: its contracts are what their sources make of them, and it does what another node does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::shell::{Failure, cargo, none_of, read, run};
use crate::stages::Notes;
use crate::tools;
use crate::vectors::{differences, json_files};
use crate::workspace::Workspace;

/// The Solidity sources, the script that compiles them, and what it made of them.
const CONTRACTS: &str = "crates/devnet/contracts";
/// The other node, and the clients that are asked what they see.
const PEERS: &str = "crates/devnet/peers";
/// The chain of the cases: Base Sepolia's number.
const CHAIN: &str = "84532";

/// Writes the artefacts anew.
pub(crate) fn write_contracts(workspace: &Workspace) -> Result<(), Failure> {
    compile(workspace, &workspace.root.join(CONTRACTS).join("artifacts"))
}

/// The sources compile to the artefacts in the tree, byte for byte.
pub(crate) fn contracts(workspace: &Workspace) -> Result<Notes, Failure> {
    let scratch = workspace.target.join("devnet-contracts");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    compile(workspace, &scratch)?;
    let (fresh, kept) = (json_files(&scratch)?, json_files(&workspace.root.join(CONTRACTS).join("artifacts"))?);
    let count = fresh.len();
    none_of("the artefacts are not what the sources make (`cargo xtask contracts`)", &differences(&fresh, &kept))?;
    Ok(vec![format!("{count} contracts")])
}

fn compile(workspace: &Workspace, out: &Path) -> Result<(), Failure> {
    let sources = workspace.root.join(CONTRACTS);
    let modules = tools::node_modules(workspace, &sources)?;
    run(Command::new("node").arg(sources.join("compile.mjs")).arg(modules).arg(out))
}

/// The cases of the sandbox's own tests hold on the other node too, and viem sees there what it sees on the sandbox.
pub(crate) fn anvil(workspace: &Workspace) -> Result<Notes, Failure> {
    let peers = peers(workspace)?;
    let anvil = Server::anvil(&peers)?;
    let cases = shown(cargo().current_dir(&workspace.root).args(AGAINST).arg(&anvil.url))?;
    // the cases left the contracts in place, and nothing else
    Ok(vec![cases, ask_viem(workspace, &peers, &anvil)?])
}

/// What the facilitator's tests say of it on the sandbox, they say of it on the other node.
pub(crate) fn facilitator_on_anvil(workspace: &Workspace) -> Result<Notes, Failure> {
    let anvil = furnished(workspace)?;
    run(cargo()
        .current_dir(&workspace.root)
        .args(["test", "--locked", "--package", "quittance-cli", "--test", "facilitator"])
        .env("QUITTANCE_TEST_CHAIN", &anvil.url))?;
    Ok(Notes::new())
}

/// The other node with the contracts in place, and one case that shows that they stand.
pub(crate) fn furnished(workspace: &Workspace) -> Result<Server, Failure> {
    let anvil = Server::anvil(&peers(workspace)?)?;
    let placed = cargo().current_dir(&workspace.root).args(AGAINST).args([&anvil.url, FURNISHED]).status()?;
    if placed.success() { Ok(anvil) } else { Err("the contracts cannot be put on the other node".into()) }
}

/// viem reads, sends, waits and simulates on the sandbox.
pub(crate) fn viem(workspace: &Workspace) -> Result<Notes, Failure> {
    let peers = peers(workspace)?;
    let sandbox = Server::sandbox(workspace)?;
    Ok(vec![ask_viem(workspace, &peers, &sandbox)?])
}

fn ask_viem(workspace: &Workspace, peers: &Path, server: &Server) -> Result<String, Failure> {
    shown(Command::new("node").arg(workspace.root.join(PEERS).join("viem.mjs")).arg(peers).arg(&server.url))
}

/// The other node's program.
pub(crate) fn anvil_program(workspace: &Workspace) -> Result<PathBuf, Failure> {
    binary(&peers(workspace)?)
}

/// The folder that holds the other node and viem.
pub(crate) fn peers(workspace: &Workspace) -> Result<PathBuf, Failure> {
    tools::node_modules(workspace, &workspace.root.join(PEERS))
}

/// Runs a command, shows what it says, and gives its last line, which counts.
pub(crate) fn shown(command: &mut Command) -> Result<String, Failure> {
    let text = read(command)?;
    print!("{text}");
    text.lines().last().map(Into::into).ok_or_else(|| "it said nothing".into())
}

const AGAINST: &[&str] = &["run", "--quiet", "--locked", "--package", "quittance-devnet", "--example", "against", "--"];
/// A case that is quickly over.
const FURNISHED: &str = "exact_moves_all_of_it_once";
const SANDBOX: &[&str] = &["run", "--quiet", "--locked", "--package", "quittance-devnet", "--example", "sandbox"];

/// A program that serves a chain until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// The other node, on a free port that it says.
    pub(crate) fn anvil(peers: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(binary(peers)?);
        command.args(["--port", "0", "--chain-id", CHAIN, "--hardfork", "prague", "--accounts", "10"]);
        Self::begin(command, "Listening on ", "http://")
    }

    /// The sandbox itself.
    pub(crate) fn sandbox(workspace: &Workspace) -> Result<Self, Failure> {
        let mut command = cargo();
        command.current_dir(&workspace.root).args(SANDBOX);
        Self::begin(command, "", "")
    }

    /// Starts a program and reads its lines until one begins with `before`: what follows is where it listens.
    pub(crate) fn begin(mut command: Command, before: &str, scheme: &str) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut server = Self { child, url: String::new() };
        let mut lines = BufReader::new(output).lines();
        for line in lines.by_ref() {
            if let Some(address) = line?.strip_prefix(before) {
                server.url = format!("{scheme}{}", address.trim());
                break;
            }
        }
        if server.url.is_empty() {
            return Err("the chain ended before it said where it listens".into());
        }
        // a full pipe would stop it
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself, and then there is nothing to end
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The program itself, which the package keeps in one of its own for each platform.
fn binary(modules: &Path) -> Result<PathBuf, Failure> {
    let packages = modules.join("node_modules/@foundry-rs");
    for entry in fs::read_dir(&packages)? {
        let program = entry?.path().join("bin/anvil");
        if program.is_file() && fs::read(&program)?.starts_with(b"\x7fELF") {
            return Ok(program);
        }
    }
    Err(Failure(format!("no program for this machine under {}", packages.display())))
}
