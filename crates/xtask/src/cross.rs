//! The real proof of `no_std`: the pure crates built for targets that have no standard library to lean on.
//!
//! `rustup target add` is the ordinary way to such a target. Where it cannot reach its server, Debian's packaged compiler and
//! standard library source build `core` and `alloc` from scratch instead; both ways compile our crates for the same target.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Compiler;
use crate::shell::{Failure, cargo, read, run};
use crate::stages::Notes;
use crate::tools::{self, TargetSupport};
use crate::workspace::Workspace;

/// The crates that are `#![no_std]`, do no I/O and know no clock; by their short names.
pub(crate) const PURE: &[&str] = &["secp", "core", "evm", "svm", "guard", "inspect"];

/// A Cortex-M4: no operating system, no `std`.
pub(crate) fn bare_metal(workspace: &Workspace) -> Result<Notes, Failure> {
    build(workspace, "thumbv7em-none-eabihf")
}

/// What browsers and edge workers run.
pub(crate) fn wasm32(workspace: &Workspace) -> Result<Notes, Failure> {
    build(workspace, "wasm32-unknown-unknown")
}

fn build(workspace: &Workspace, target: &str) -> Result<Notes, Failure> {
    let support = tools::rust_target(target)?;
    for member in workspace.members.iter().filter(|member| PURE.contains(&member.short())) {
        let mut command = cargo();
        command.current_dir(&workspace.root).args(["build", "--locked", "--package", &member.package, "--target", target]);
        run(with_standard_library(&mut command, &support, workspace, "core,alloc"))?;
    }
    Ok(match support {
        TargetSupport::Installed => Notes::new(),
        TargetSupport::FromSource { .. } => {
            vec!["core and alloc built from Debian's source: rustup had no such target here".into()]
        }
    })
}

/// Builds for WebAssembly with the standard library there is; gives the folder in which the profiles' results lie, and the compiler that
/// made them.
pub(crate) fn web_assembly(workspace: &Workspace, arguments: &[&str]) -> Result<(PathBuf, &'static str), Failure> {
    const TARGET: &str = "wasm32-unknown-unknown";

    let support = tools::rust_target(TARGET)?;
    let mut command = cargo();
    command.current_dir(&workspace.root).args(["build", "--locked", "--target", TARGET]).args(arguments);
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
    Ok((target_folder(&support, workspace).join(TARGET), rustc))
}

/// A compiler of another release gets a target directory of its own, or each would throw the other's work away.
fn with_standard_library<'a>(
    command: &'a mut Command,
    support: &TargetSupport,
    workspace: &Workspace,
    crates: &str,
) -> &'a mut Command {
    match support {
        TargetSupport::Installed => command,
        TargetSupport::FromSource { rustc } => command
            .env("RUSTC", Path::new(rustc))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", target_folder(support, workspace))
            .arg(format!("-Zbuild-std={crates}")),
    }
}

/// Where the results of such a build lie.
fn target_folder(support: &TargetSupport, workspace: &Workspace) -> PathBuf {
    match support {
        TargetSupport::Installed => workspace.target.clone(),
        TargetSupport::FromSource { .. } => workspace.target.join("from-source"),
    }
}
