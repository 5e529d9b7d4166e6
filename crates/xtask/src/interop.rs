//! The protocol's own implementations as a test: their clients and servers pay through a facilitator, rightly and wrongly, and get the
//! answers that they expect.
//!
//! Every case is asked of the protocol's own facilitator first, so that what it expects is what is seen here and not what was read
//! somewhere. A change of the pinned packages that changes an answer fails as loudly as a change of ours.

use std::process::Command;

use crate::devnet::{self, Server, shown};
use crate::shell::Failure;
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

const TYPESCRIPT: &str = "crates/xtask/interop/typescript";
const PYTHON: &str = "crates/xtask/interop/python";

/// The official client, server and facilitator of npm, on another node and on the sandbox.
pub(crate) fn typescript(workspace: &Workspace) -> Result<Notes, Failure> {
    let modules = tools::node_modules(workspace, &workspace.root.join(TYPESCRIPT))?;
    let main = workspace.root.join(TYPESCRIPT).join("main.mjs");
    each_chain(workspace, |chain| shown(Command::new("node").arg(&main).arg(&modules).arg(chain)))
}

/// The official client, server and facilitator of PyPI, on the sandbox.
pub(crate) fn python(workspace: &Workspace) -> Result<Notes, Failure> {
    let python = tools::python(workspace, &workspace.root.join(PYTHON).join("requirements.txt"))?;
    let main = workspace.root.join(PYTHON).join("main.py");
    let chain = Server::sandbox(workspace)?;
    Ok(vec![shown(Command::new(python).arg("-B").arg(&main).arg(&chain.url))?])
}

/// Runs the same on both chains.
fn each_chain(workspace: &Workspace, run: impl Fn(&str) -> Result<String, Failure>) -> Result<Notes, Failure> {
    let mut notes = Notes::new();
    let peers = devnet::peers(workspace)?;
    for (name, chain) in [("anvil", Server::anvil(&peers)?), ("devnet", Server::sandbox(workspace)?)] {
        println!("--- on {name}");
        notes.push(format!("{name}: {}", run(&chain.url)?));
    }
    Ok(notes)
}
