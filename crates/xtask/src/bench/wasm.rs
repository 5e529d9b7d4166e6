//! The same paths compiled to WebAssembly, measured under Node beside what JavaScript verifies with.

use std::path::PathBuf;
use std::process::Command;

use super::{Compiler, Options, Row, parse_lines};
use crate::cross::web_assembly;
use crate::shell::{Failure, read};
use crate::tools;
use crate::workspace::Workspace;

const PROGRAMS: &[&str] = &["wasm-recover", "wasm-verify", "wasm-known-payer", "wasm-header-to-verified"];

/// Builds the modules and runs `benches/wasm/compare.mjs` over them.
pub(super) fn rows(workspace: &Workspace, options: Options) -> Result<(Vec<Row>, Compiler), Failure> {
    let scripts = workspace.root.join("benches/wasm");
    let packages = tools::node_modules(workspace, &scripts)?;
    let (modules, rustc) = build(workspace)?;
    let quick = options.quick.then_some("--quick");
    let text = read(Command::new("node").arg(scripts.join("compare.mjs")).arg(modules).arg(packages).args(quick))?;
    let node = read(Command::new("node").arg("--version"))?;
    let compiler = Compiler { host: format!("Node {} on {}", node.trim(), std::env::consts::ARCH), ..Compiler::ask(rustc)? };
    Ok((parse_lines(&text, Row::parse)?, compiler))
}

/// Builds the modules; gives the folder they lie in and the compiler that made them.
fn build(workspace: &Workspace) -> Result<(PathBuf, &'static str), Failure> {
    let mut arguments = vec!["--profile", "dist", "--package", "quittance-benches"];
    arguments.extend(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
    let (folder, rustc) = web_assembly(workspace, &arguments)?;
    Ok((folder.join("dist"), rustc))
}
