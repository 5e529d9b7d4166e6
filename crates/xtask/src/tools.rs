//! Installing what a stage needs, through the ordinary package registries, into a folder that outlives the clone.
//!
//! Each installed thing lies in a folder named after exactly what was asked for (a version, or the content of a lock file), and
//! counts as installed once the marker beside it is written. A lock keeps two clones on one machine from installing the same thing
//! at once.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::shell::{Failure, cargo, read, run, run_within, works};
use crate::workspace::Workspace;

const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.1";

/// How long `rustup` may look for its server before the other way is taken.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// How a target's standard library comes about.
pub(crate) enum TargetSupport {
    /// It came with the toolchain.
    Installed,
    /// Cargo builds it with the compiler named, which has its source beside it.
    FromSource {
        /// The path of that compiler.
        rustc: &'static str,
    },
}

/// Makes `target` buildable.
pub(crate) fn rust_target(target: &str) -> Result<TargetSupport, Failure> {
    let library = sysroot()?.join("lib/rustlib").join(target).join("lib");
    if library.is_dir() {
        return Ok(TargetSupport::Installed);
    }
    match run_within(Command::new("rustup").args(["target", "add", target]), RUSTUP_LIMIT) {
        Ok(()) if library.is_dir() => return Ok(TargetSupport::Installed),
        Ok(()) => println!("rustup added {target} to another toolchain than the one in use"),
        Err(failure) => println!("{failure}"),
    }
    debian_source()
}

/// Finds a compiler with the source of its standard library: the one in use, or Debian's.
pub(crate) fn rust_source() -> Result<TargetSupport, Failure> {
    let source = sysroot()?.join(SOURCE);
    if !source.is_file() {
        match run_within(Command::new("rustup").args(["component", "add", "rust-src"]), RUSTUP_LIMIT) {
            Ok(()) if source.is_file() => {}
            Ok(()) => {
                println!("rustup added the source to another toolchain than the one in use");
                return debian_source();
            }
            Err(failure) => {
                println!("{failure}");
                return debian_source();
            }
        }
    }
    Ok(TargetSupport::FromSource { rustc: "rustc" })
}

/// Where a compiler has the source of its standard library, below its system root.
const SOURCE: &str = "lib/rustlib/src/rust/library/core/src/lib.rs";

fn debian_source() -> Result<TargetSupport, Failure> {
    println!("taking Debian's compiler and the source of its standard library instead");
    if !Path::new("/usr").join(SOURCE).is_file() {
        apt(&["rustc-web", "rust-web-src"])?;
    }
    Ok(TargetSupport::FromSource { rustc: "/usr/bin/rustc" })
}

fn sysroot() -> Result<PathBuf, Failure> {
    Ok(read(Command::new("rustc").args(["--print", "sysroot"]))?.trim().into())
}

/// Makes `cargo <subcommand>` work, a component that a minimal toolchain leaves out.
pub(crate) fn component(name: &str, subcommand: &str) -> Result<(), Failure> {
    if works(cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    run_within(Command::new("rustup").args(["component", "add", name]), RUSTUP_LIMIT)
}

/// Makes `valgrind` work.
pub(crate) fn valgrind() -> Result<(), Failure> {
    if works(Command::new("valgrind").arg("--version")) { Ok(()) } else { apt(&["valgrind"]) }
}

/// Makes Firefox available, which no registry of packages has; Debian's has a name of its own.
pub(crate) fn firefox() -> Result<PathBuf, Failure> {
    const NAMES: [&str; 2] = ["firefox-esr", "firefox"];
    let found = || NAMES.into_iter().find(|name| works(Command::new(name).arg("--version")));
    if found().is_none() {
        apt(&["firefox-esr"])?;
    }
    let name = found().ok_or("Firefox does not start")?;
    Ok(read(Command::new("which").arg(name))?.trim().into())
}

/// Makes PostgreSQL's server programs available; Debian keeps them off the path.
pub(crate) fn postgres() -> Result<(), Failure> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let there = debian.map(|version| version.path().join("bin/initdb")).any(|initdb| initdb.is_file());
    if there || works(Command::new("initdb").arg("--version")) { Ok(()) } else { apt(&["postgresql"]) }
}

/// Installs cargo-deny and gives the path of its binary.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf, Failure> {
    cargo_tool(workspace, "cargo-deny", CARGO_DENY)
}

/// Installs cargo-fuzz and gives the path of its binary.
pub(crate) fn cargo_fuzz(workspace: &Workspace) -> Result<PathBuf, Failure> {
    cargo_tool(workspace, "cargo-fuzz", CARGO_FUZZ)
}

fn cargo_tool(workspace: &Workspace, name: &str, version: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.cache.join(format!("{name}-{version}"));
    once(&folder, || {
        let scratch = folder.join("build");
        run(cargo()
            .args(["install", name, "--locked", "--quiet", "--version", version, "--root"])
            .arg(&folder)
            .arg("--target-dir")
            .arg(&scratch))?;
        Ok(fs::remove_dir_all(&scratch)?)
    })?;
    Ok(folder.join("bin").join(name))
}

/// Installs a folder's `package-lock.json` with `npm ci` and gives the folder that holds `node_modules`.
pub(crate) fn node_modules(workspace: &Workspace, manifests: &Path) -> Result<PathBuf, Failure> {
    let names = ["package.json", "package-lock.json"];
    let contents = names.iter().map(|name| fs::read(manifests.join(name))).collect::<Result<Vec<_>, _>>();
    let contents = contents.map_err(|error| Failure(format!("the lock file of {}: {error}", manifests.display())))?;
    let folder = workspace.cache.join(format!("node-{}", fingerprint(&contents)));
    once(&folder, || {
        for (name, content) in names.iter().zip(&contents) {
            fs::write(folder.join(name), content)?;
        }
        run(Command::new("npm").current_dir(&folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
    })?;
    Ok(folder)
}

/// Installs a `requirements.txt` into a virtual environment and gives the path of its Python.
pub(crate) fn python(workspace: &Workspace, requirements: &Path) -> Result<PathBuf, Failure> {
    let mut python = find_python()?;
    // the environment leans on the Python that made it, so another build or another place of it is another folder
    let build = read(Command::new(&python).args(["-c", "import sys; print(sys.version, sys.base_prefix)"]))?;
    let content = fs::read(requirements).map_err(|error| Failure(format!("{}: {error}", requirements.display())))?;
    let folder = workspace.cache.join(format!("python-{}", fingerprint(&(build, &content))));
    let inside = folder.join("bin/python");
    once(&folder, || {
        // Debian ships the module without the wheel of pip it needs, and only this question tells
        if !works(Command::new(&python).args(["-c", "import ensurepip, venv"])) {
            apt(&["python3-venv"])?;
            python = "/usr/bin/python3".into();
        }
        run(Command::new(&python).args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(&inside).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))
    })?;
    Ok(inside)
}

/// The first Python that is new enough, which is the default one nearly everywhere.
fn find_python() -> Result<String, Failure> {
    const CANDIDATES: &[&str] = &["python3", "/usr/bin/python3", "python3.11", "python3.12", "python3.13", "python3.14"];
    let new_enough = |python: &&&str| works(Command::new(python).args(["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]));
    if let Some(python) = CANDIDATES.iter().find(new_enough) {
        return Ok((*python).into());
    }
    apt(&["python3", "python3-venv"])?;
    CANDIDATES.iter().find(new_enough).map(|python| (*python).into()).ok_or_else(|| "no Python of version 3.11 or newer".into())
}

/// Installs Debian packages: as root, or where `sudo` asks for no password.
fn apt(packages: &[&str]) -> Result<(), Failure> {
    let root = read(Command::new("id").arg("-u"))?.trim() == "0";
    if !root && !works(Command::new("sudo").args(["-n", "true"])) {
        return Err(Failure(format!("please install {} and run this again", packages.join(" "))));
    }
    let apt_get = || {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        if !root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
        command
    };
    run(apt_get().arg("update"))?;
    run(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Runs `install` for a folder that is not complete yet; what an interrupted run left behind is removed first.
fn once(folder: &Path, install: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let complete = beside(folder, "complete");
    fs::create_dir_all(folder)?;
    let lock = File::create(beside(folder, "lock"))?;
    lock.lock()?;
    if !complete.is_file() {
        fs::remove_dir_all(folder)?;
        fs::create_dir_all(folder)?;
        install()?;
        fs::write(&complete, "")?;
    }
    Ok(())
}

/// A file beside `folder` whose name tells what it is for.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Names a cache folder after what is in it; a collision would need two lock files to be made for it.
fn fingerprint(content: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::{env, fs};

    use super::{beside, once};

    #[test]
    fn an_install_that_failed_is_begun_afresh_and_one_that_passed_is_kept() {
        let folder = env::temp_dir().join(format!("quittance-xtask-once-{}", std::process::id()));
        let runs = Cell::new(0);
        let attempt = |fails: bool| {
            once(&folder, || {
                assert!(!folder.join("half").exists());
                fs::write(folder.join("half"), "")?;
                runs.set(runs.get() + 1);
                if fails { Err("the registry is away".into()) } else { Ok(()) }
            })
        };
        attempt(true).unwrap_err();
        attempt(false).unwrap();
        attempt(false).unwrap();
        assert_eq!(runs.get(), 2);
        fs::remove_dir_all(&folder).unwrap();
        for ending in ["lock", "complete"] {
            fs::remove_file(beside(&folder, ending)).unwrap();
        }
    }
}
