//! The same paths compiled to WebAssembly, measured under Node beside what JavaScript verifies with.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Compiler, Options, Row, parse_lines};
use crate::cross::{target_folder, with_standard_library};
use crate::shell::{Failure, cargo, read};
use crate::tools::{self, TargetSupport};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
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
    let support = tools::rust_target(TARGET)?;
    let mut command = cargo();
    command.current_dir(&workspace.root).args(["build", "--release", "--locked", "--package", "quittance-benches"]);
    command.args(["--target", TARGET]).args(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
    let rustc = match support {
        TargetSupport::Installed => "rustc",
        TargetSupport::FromSource { rustc } => {
            // Debian's compiler comes without a linker for this target; the toolchain in use has one.
            let (sysroot, host) = (read(Command::new("rustc").args(["--print", "sysroot"]))?, Compiler::ask("rustc")?.host);
            let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            rustc
        }
    };
    read(with_standard_library(&mut command, &support, workspace, "std,panic_abort"))?;
    Ok((target_folder(&support, workspace).join(TARGET).join("release"), rustc))
}
