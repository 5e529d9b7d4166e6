//! Every client with every server and every facilitator, ours and the protocol's own: run on two chains, and written into README.
//!
//! What is written is what a run found. The stage fails where README says something else, as it fails where a combination does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::FOLDER;
use crate::devnet::{self, Server, shown};
use crate::readme::between_marks;
use crate::shell::{Failure, cargo, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

const BEGIN: &str = "<!-- interop:begin -->";
const END: &str = "<!-- interop:end -->";
/// The ways of paying, as the cases call them and as README does.
const WAYS: &[(&str, &str)] =
    &[("eip3009", "`exact`, EIP-3009"), ("permit2", "`exact`, Permit2"), ("upto", "`upto`"), ("v1", "version 1")];

/// The combinations hold, and README says which.
pub(crate) fn check(workspace: &Workspace) -> Result<Notes, Failure> {
    let (table, notes) = run_all(workspace)?;
    let text = fs::read_to_string(readme(workspace))?;
    if between_marks(&text, BEGIN, END, &table)? == text {
        Ok(notes)
    } else {
        Err("the interop table in README.md is not what this run found: run `cargo xtask interop`".into())
    }
}

/// Writes what a run finds into README.
pub(crate) fn write(workspace: &Workspace) -> Result<(), Failure> {
    let (table, _) = run_all(workspace)?;
    let text = fs::read_to_string(readme(workspace))?;
    Ok(fs::write(readme(workspace), between_marks(&text, BEGIN, END, &table)?)?)
}

fn readme(workspace: &Workspace) -> PathBuf {
    workspace.root.join("README.md")
}

fn run_all(workspace: &Workspace) -> Result<(String, Notes), Failure> {
    let folder = workspace.root.join(FOLDER);
    let modules = tools::node_modules(workspace, &folder.join("typescript"))?;
    let first = tools::node_modules(workspace, &folder.join("typescript-v1"))?;
    let python = tools::python(workspace, &folder.join("python/requirements.txt"))?;
    let peers = devnet::peers(workspace)?;
    let (program, shop) = programs(workspace)?;
    let rust = peer(workspace)?;
    let (mut found, mut notes) = (Found::default(), Notes::new());
    let mut pasting = Command::new("node");
    pasting.arg(folder.join("matrix/paste.mjs")).arg(&modules).arg(&program).arg(&python);
    notes.push(format!("demo: {}", shown(&mut pasting)?));
    for name in ["anvil", "devnet"] {
        println!("--- on {name}");
        let chain = if name == "anvil" { Server::anvil(&peers)? } else { sandbox(&program)? };
        let result = workspace.target.join(format!("interop-matrix-{name}.json"));
        let mut all = Command::new("node");
        all.arg(folder.join("matrix/main.mjs")).arg(&modules).arg(&chain.url);
        all.arg(&program).arg(&shop).arg(&python).arg(&first).arg(&rust).arg(&result);
        notes.push(format!("{name}: {}", shown(&mut all)?));
        found.add(&serde_json::from_slice(&fs::read(&result)?)?)?;
    }
    Ok((found.table(), notes))
}

/// `quittance devnet`, as whoever runs it runs it.
fn sandbox(program: &Path) -> Result<Server, Failure> {
    let mut command = Command::new(program);
    command.args(["devnet", "--port", "0"]);
    Server::begin(command, "chain 84532 at ", "")
}

/// Our command, and a shop on our layer.
fn programs(workspace: &Workspace) -> Result<(PathBuf, PathBuf), Failure> {
    run(cargo().current_dir(&workspace.root).args(["build", "--quiet", "--locked", "--package", "quittance-cli"]).args([
        "--bin",
        "quittance",
        "--example",
        "shop",
    ]))?;
    Ok((workspace.target.join("debug/quittance"), workspace.target.join("debug/examples/shop")))
}

/// The client and the server of x402-rs.
fn peer(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let folder = workspace.root.join("benches/peers/x402-rs-http");
    run(cargo().current_dir(&folder).args(["build", "--quiet", "--locked", "--target-dir"]).arg(&workspace.target))?;
    Ok(workspace.target.join("debug/quittance-peer-x402-rs-http"))
}

/// How many answers were as listed, and of how many.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Count {
    held: u64,
    of: u64,
}

/// Counts by combination, in the order in which they were found, and by way of paying.
#[derive(Default)]
struct Found(Vec<([String; 3], BTreeMap<String, Count>)>);

impl Found {
    /// Adds what one run wrote.
    fn add(&mut self, result: &Value) -> Result<(), Failure> {
        let strange = || Failure("the result of the matrix is not what this stage reads".into());
        for row in result.as_array().ok_or_else(strange)? {
            let part = |name: &str| row[name].as_str().map(str::to_owned).ok_or_else(strange);
            let parts = [part("client")?, part("server")?, part("facilitator")?];
            let cells = match self.0.iter().position(|(known, _)| *known == parts) {
                Some(at) => &mut self.0[at].1,
                None => {
                    self.0.push((parts, BTreeMap::new()));
                    &mut self.0.last_mut().ok_or_else(strange)?.1
                }
            };
            for (way, cell) in row["cells"].as_object().ok_or_else(strange)? {
                let count = |name: &str| cell[name].as_u64().ok_or_else(strange);
                let sum = cells.entry(way.clone()).or_default();
                *sum = Count { held: sum.held + count("held")?, of: sum.of + count("of")? };
            }
        }
        Ok(())
    }

    fn table(&self) -> String {
        let mut table = String::from("| client | server | facilitator |");
        for (_, name) in WAYS {
            write!(table, " {name} |").expect("a String takes everything");
        }
        table.push_str("\n|---|---|---|--:|--:|--:|--:|\n");
        for (parts, cells) in &self.0 {
            table.push('|');
            for part in parts {
                write!(table, " {} |", shown_as(part)).expect("a String takes everything");
            }
            for (way, _) in WAYS {
                match cells.get(*way) {
                    Some(Count { held, of }) => write!(table, " {held} of {of} |"),
                    None => write!(table, " |"),
                }
                .expect("a String takes everything");
            }
            table.push('\n');
        }
        table
    }
}

/// A part as README calls it.
fn shown_as(part: &str) -> &str {
    match part {
        "quittance" => "**quittance**",
        "typescript" => "TypeScript",
        "python" => "Python",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Found;

    #[test]
    fn runs_add_up_and_what_is_not_there_is_left_empty() {
        let row = |held| json!([{ "client": "quittance", "server": "typescript", "facilitator": "x", "cells": { "upto": { "held": held, "of": 3 } } }]);
        let mut found = Found::default();
        found.add(&row(3)).unwrap();
        found.add(&row(2)).unwrap();
        let table = found.table();
        assert_eq!(table.lines().nth(2), Some("| **quittance** | TypeScript | x | | | 5 of 6 | |"), "{table}");
        assert!(found.add(&json!([{ "client": "quittance" }])).is_err());
    }
}
