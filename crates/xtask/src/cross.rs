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

const WEB_ASSEMBLY: &str = "wasm32-unknown-unknown";

/// Builds for WebAssembly with the standard library there is; gives the folder in which the profiles' results lie, and the compiler that
/// made them.
pub(crate) fn web_assembly(workspace: &Workspace, arguments: &[&str]) -> Result<(PathBuf, &'static str), Failure> {
    let support = tools::rust_target(WEB_ASSEMBLY)?;
    web_assembly_with(&support, "std,panic_abort", workspace, arguments, &[])
}

/// The same for a module of which every byte is downloaded, and which has no use for `std`.
///
/// `core` and `alloc` are built with it, from their source: as they come, they are made for speed, and bring the text of every panic and
/// what it takes to write it, and of what is only ever written for debugging, though the module has nobody to say it to. A panic ends it all the same. SHA-256 goes round by round; it is
/// taken of an offer, once. k256 counts in words of 32 bits, which takes half of the code where 64 bits are not multiplied into 128. The
/// switches that say so are none of the stable compiler's, and neither is building its library.
pub(crate) fn small_web_assembly(workspace: &Workspace, arguments: &[&str]) -> Result<PathBuf, Failure> {
    const FLAGS: &[&str] = &[
        "-Zunstable-options",
        "-Cpanic=immediate-abort",
        "-Zfmt-debug=none",
        "-Zlocation-detail=none",
        "--cfg",
        "sha2_backend_soft=\"compact\"",
        "--cfg",
        "cpubits=\"32\"",
    ];

    let mut given = vec!["-Zbuild-std-features=optimize_for_size"];
    given.extend(arguments);
    let support = tools::rust_source()?;
    Ok(web_assembly_with(&support, "core,alloc", workspace, &given, FLAGS)?.0)
}

fn web_assembly_with(
    support: &TargetSupport,
    crates: &str,
    workspace: &Workspace,
    arguments: &[&str],
    flags: &[&str],
) -> Result<(PathBuf, &'static str), Failure> {
    let mut command = cargo();
    command.current_dir(&workspace.root).args(["build", "--locked", "--target", WEB_ASSEMBLY]).args(arguments);
    if !flags.is_empty() {
        // whatever else is asked for in the environment: bytes that depend on it could not be held to anything
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    }
    let rustc = match *support {
        TargetSupport::Installed => "rustc",
        TargetSupport::FromSource { rustc } => {
            // Debian's compiler comes without a linker for this target; the toolchain in use has one.
            let (sysroot, host) = (read(Command::new("rustc").args(["--print", "sysroot"]))?, Compiler::ask("rustc")?.host);
            let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin/rust-lld");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            rustc
        }
    };
    read(with_standard_library(&mut command, support, workspace, crates))?;
    Ok((target_folder(support, workspace).join(WEB_ASSEMBLY), rustc))
}

/// A library that is built from source gets a target directory of its own, or each would throw the other's work away.
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
