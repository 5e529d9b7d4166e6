//! The protocol's own implementations as a test: their clients and servers pay through a facilitator, rightly and wrongly, and get the
//! answers that they expect.
//!
//! Every case is asked of the protocol's own facilitator first, so that what it expects is what is seen here and not what was read
//! somewhere. A change of the pinned packages that changes an answer fails as loudly as a change of ours.

pub(crate) mod matrix;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::devnet::{self, Server, shown};
use crate::shell::{Failure, cargo, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// The cases, and the packages that they need.
pub(crate) const FOLDER: &str = "crates/xtask/interop";

/// The official client, server and facilitator of npm, on another node and on the sandbox.
pub(crate) fn typescript(workspace: &Workspace) -> Result<Notes, Failure> {
    let folder = workspace.root.join(FOLDER).join("typescript");
    let modules = tools::node_modules(workspace, &folder)?;
    let peers = devnet::peers(workspace)?;
    let program = program(workspace)?;
    let mut notes = Notes::new();
    for (name, chain) in [("anvil", Server::anvil(&peers)?), ("devnet", Server::sandbox(workspace)?)] {
        println!("--- on {name}");
        // it starts our facilitator itself, to be able to cut its line to the chain
        let mut cases = Command::new("node");
        cases.arg(folder.join("main.mjs")).arg(&modules).arg(&chain.url).arg(&program);
        notes.push(format!("{name}: {}", shown(&mut cases)?));
    }
    Ok(notes)
}

/// The official client, server and facilitator of PyPI, on the sandbox.
pub(crate) fn python(workspace: &Workspace) -> Result<Notes, Failure> {
    let folder = workspace.root.join(FOLDER).join("python");
    let python = tools::python(workspace, &folder.join("requirements.txt"))?;
    let chain = Server::sandbox(workspace)?;
    let ours = facilitator(workspace, &chain.url)?;
    let mut cases = Command::new(python);
    cases.arg("-B").arg(folder.join("main.py")).arg(&chain.url).arg(&ours.url);
    Ok(vec![shown(&mut cases)?])
}

/// The official package for MCP with the official client and server for payments around it, against `quittance mcp` and tools that we sell, on
/// another node and on the sandbox.
pub(crate) fn mcp(workspace: &Workspace) -> Result<Notes, Failure> {
    let folder = workspace.root.join(FOLDER);
    let python = tools::python(workspace, &folder.join("python/requirements.txt"))?;
    run(cargo().current_dir(&workspace.root).args(["build", "--quiet", "--locked", "--package", "quittance-cli"]).args([
        "--bin",
        "quittance",
        "--example",
        "tools",
    ]))?;
    let built = workspace.target.join("debug");
    let mut notes = Notes::new();
    for (name, chain) in [("anvil", devnet::furnished(workspace)?), ("devnet", Server::sandbox(workspace)?)] {
        println!("--- on {name}");
        let ours = facilitator(workspace, &chain.url)?;
        let mut cases = Command::new(&python);
        cases.arg("-B").arg(folder.join("mcp/main.py")).arg(&chain.url).arg(&ours.url);
        cases.arg(built.join("quittance")).arg(built.join("examples/tools"));
        notes.push(format!("{name}: {}", shown(&mut cases)?));
    }
    Ok(notes)
}

/// Signed offers, signed receipts and descriptions for listings, ours to the official package and back, on the sandbox.
pub(crate) fn extensions(workspace: &Workspace) -> Result<Notes, Failure> {
    let folder = workspace.root.join(FOLDER);
    let modules = tools::node_modules(workspace, &folder.join("typescript"))?;
    let program = program(workspace)?;
    let chain = Server::sandbox(workspace)?;
    let mut cases = Command::new("node");
    cases.arg(folder.join("extensions/main.mjs")).arg(&modules).arg(&chain.url).arg(&program);
    Ok(vec![shown(&mut cases)?])
}

/// Our facilitator on a chain, as the configuration of the cases has it, with nothing behind it.
fn facilitator(workspace: &Workspace, chain: &str) -> Result<Server, Failure> {
    // the second of the accounts that every node for development funds
    const SIGNER: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

    let store = workspace.target.join("interop");
    if store.exists() {
        fs::remove_dir_all(&store)?;
    }
    fs::create_dir_all(&store)?;
    let mut command = Command::new(program(workspace)?);
    command.args(["facilitator", "--log", "error", "--config"]).arg(workspace.root.join(FOLDER).join("facilitator.toml"));
    command.env("NODE", chain).env("STORE", store.join("facilitator.db"));
    command.env("SEALING_KEY", "42".repeat(32)).env("SIGNER_KEY", SIGNER);
    Server::begin(command, "facilitator at ", "")
}

/// Our program, built.
fn program(workspace: &Workspace) -> Result<PathBuf, Failure> {
    run(cargo().current_dir(&workspace.root).args(["build", "--quiet", "--locked", "--package", "quittance-cli"]))?;
    Ok(workspace.target.join("debug/quittance"))
}
