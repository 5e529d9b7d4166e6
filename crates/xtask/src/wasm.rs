//! The npm package: built, held to its size, packed, and used from the tarball as a stranger would.
//!
//! Rust makes a module of each slice, wasm-bindgen the layer that JavaScript needs to speak to it, wasm-opt makes it small, and
//! `bindings/wasm/build/assemble.mjs` puts the package together. The same toolchain on the same sources gives the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::json;
use wasm_bindgen_cli_support::Bindgen;

use crate::cross::small_web_assembly;
use crate::interop;
use crate::shell::{Failure, cargo, read, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// The crate and its scripts.
const FOLDER: &str = "bindings/wasm";

/// The slices of the package: name, features of the crate, and how many bytes may be downloaded for it, compressed with gzip, with
/// all of the JavaScript that belongs to it. What is wanted is 60 KiB of `verify` and 120 of `index`; what there is must not grow by more
/// than two hundredths. By brotli, which most pages are sent with, the six are 60, 72, 230, 91, 75 and 75 KiB.
///
/// `verify` has 161 KiB before compression and 67 after, of which 54 are code and 13 texts and tables; `gate` has 202 and 80. Of the code of
/// `verify`, after compression, 8 KiB take wire objects apart, 8 read and write JSON, 7 are the curve, 4 the way from JavaScript to all that
/// and back, and what is left is in pieces of which none has more than 2. Of the texts, 6 are what every rejection means and where that is
/// written; the rest are the networks and tokens that are known, whose addresses hardly compress, the names of members and what is said of
/// malformed input. The way to 60 would be a reader that is driven by a table of members in the place of one function for each object, and
/// a set of rejections without those that only a chain or another kind of chain can give.
///
/// What bytes were saved by is not in what runs natively: inversions bit by bit, base64 by the symbol, texts that are counted off, separators
/// of tokens that are computed, lists that are made by loops.
///
/// `index` has 696 KiB and 276: most of it the core and the standard library, then the guard, the way from JavaScript, the
/// schemes and the questions to a chain, constant-time signing, the inspector, and the curve. Nothing is
/// in it twice. JavaScript hands over a policy as an object; TOML is a slice of its own, and was 27 KiB of this one. It has the rules of
/// a policy in it, because what is wrong with a file has a place only while it is TOML. `settle` has 265 before compression, `statements`
/// 207, `toml` 206.
const SLICES: &[(&str, &str, usize)] = &[
    ("verify", "verify", 72 * 1024),
    ("gate", "gate", 88 * 1024),
    ("index", "full", 292 * 1024),
    ("settle", "settle", 111 * 1024),
    ("statements", "statements", 92 * 1024),
    ("toml", "toml", 90 * 1024),
];

/// A package that was packed.
#[derive(Clone)]
pub(crate) struct Package {
    /// What npm installs.
    pub(crate) tarball: PathBuf,
    /// What is to be said of it.
    pub(crate) notes: Notes,
    /// The packages that built it, and that its tests use.
    modules: PathBuf,
}

/// Builds the package and packs it, once in a run of several stages.
pub(crate) fn package(workspace: &Workspace) -> Result<Package, Failure> {
    static BUILT: OnceLock<Package> = OnceLock::new();
    if let Some(built) = BUILT.get() {
        return Ok(built.clone());
    }
    build(workspace).map(|built| BUILT.get_or_init(|| built).clone())
}

fn build(workspace: &Workspace) -> Result<Package, Failure> {
    let sources = workspace.root.join(FOLDER);
    let modules = tools::node_modules(workspace, &sources.join("build"))?;
    let work = workspace.target.join("npm");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    for (slice, features, _) in SLICES {
        let profile =
            ["--profile", "wasm", "--package", "quittance-wasm", "--lib", "--no-default-features", "--features", features];
        let module = small_web_assembly(workspace, &profile)?.join("wasm/quittance_wasm.wasm");
        let out = work.join(slice);
        glue(&module, &out)?;
        optimize(&modules, &out.join("quittance_wasm_bg.wasm"))?;
    }
    let package = work.join("package");
    let mut assemble = Command::new("node");
    assemble.arg(sources.join("build/assemble.mjs")).args([&workspace.root, &modules, &work, &package]);
    let limits = SLICES.iter().map(|(slice, _, most)| format!("{slice}={most}"));
    let notes = read(assemble.args(limits))?.lines().map(Into::into).collect();
    let packed = read(Command::new("npm").current_dir(&work).args(["pack", "--silent", "./package"]))?;
    Ok(Package { tarball: work.join(packed.trim()), notes, modules })
}

/// Writes the layer through which JavaScript speaks to a module, and the module without what only told how to write it.
fn glue(module: &Path, out: &Path) -> Result<(), Failure> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).typescript(false);
    let written = bindgen.web(true).and_then(|bindgen| bindgen.generate(out));
    written.map_err(|error| Failure(format!("{}: {error:#}", module.display())))
}

/// Makes a module small. What it may use is what runtimes have had since 2022. The stack lies lowest, and nothing ever lies in its last kilobyte:
/// an offset may be a part of the instruction.
fn optimize(modules: &Path, module: &Path) -> Result<(), Failure> {
    const FEATURES: &[&str] = &[
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-multivalue",
        "--enable-reference-types",
    ];
    // a large function that is put into the only one that calls it makes the module smaller and what is downloaded larger: the
    // longer a function, the more locals it has, and the rarer are two pieces of it the same
    const SMALL: &[&str] = &["-Oz", "--converge", "--low-memory-unused", "--one-caller-inline-max-function-size", "10"];

    let mut command = Command::new("node");
    command.arg(modules.join("node_modules/binaryen/bin/wasm-opt")).args(FEATURES).args(SMALL);
    run(command.args(["--strip-debug", "--strip-producers", "--output"]).arg(module).arg(module))
}

/// The stage of the package itself.
pub(crate) fn packs(workspace: &Workspace) -> Result<Notes, Failure> {
    package(workspace).map(|package| package.notes)
}

/// The package in Node, with all that JavaScript can do to it.
pub(crate) fn node(workspace: &Workspace) -> Result<Notes, Failure> {
    let user = installed(workspace, &package(workspace)?)?;
    let mut notes = lines(&mut tests(workspace, Command::new("node"), &user))?;
    let before = user.join("tests/listening.cjs");
    notes.extend(lines(example(&user, &["node", "cjs"]).arg("node").arg("--require").arg(before))?);
    Ok(notes)
}

/// An example of the package's README, in a file with this ending; the command that runs it is for the caller to add.
fn example(user: &Path, [name, ending]: &[&str; 2]) -> Command {
    let mut command = Command::new("node");
    command.arg(user.join("tests/readme.mjs")).args([name, ending]).current_dir(user);
    command
}

/// The same in Deno, Bun and the runtime of Workers, from the same tarball.
pub(crate) fn runtimes(workspace: &Workspace) -> Result<Notes, Failure> {
    let package = package(workspace)?;
    let user = installed(workspace, &package)?;
    let modules = tools::node_modules(workspace, &workspace.root.join(FOLDER).join("runtimes"))?;
    // Deno finds what it compiled of a CommonJS file by the file's path and V8's hash of its text, which for more than 16,383
    // characters is their number: what an earlier build left, of the same length, would run in part in place of this one
    const DENO: &[&str] = &["--no-code-cache", "--no-remote", "--node-modules-dir=manual", "--allow-read", "--allow-env"];
    const SERVE: &[&str] = &["--allow-net", "--host", "127.0.0.1", "--port", "0"];

    let deno = program(&modules.join("node_modules/@deno"), "deno")?;
    let bun = program(&modules.join("node_modules/@oven"), "bin/bun")?;
    let [mut in_deno, mut by_deno] = [Command::new(&deno), example(&user, &["server", "mjs"])];
    in_deno.arg("run").args(DENO).current_dir(&user);
    by_deno.arg(deno).arg("serve").args(DENO).args(SERVE);
    let [in_bun, mut by_bun] = [Command::new(&bun), example(&user, &["server", "mjs"])];
    by_bun.arg(bun).arg("run");
    let mut notes = Notes::new();
    for (name, inside, mut serving) in [("Deno", in_deno, by_deno), ("Bun", in_bun, by_bun)] {
        let lines = [lines(tests(workspace, inside, &user).arg(INPUTS))?, lines(&mut serving)?].concat();
        notes.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
    }
    let mut workers = Command::new("node");
    workers.arg(user.join("tests/workerd.mjs")).arg(workspace.root.join("spec-vectors"));
    workers.arg(workspace.root.join(FOLDER).join("README.md")).args([&package.modules, &modules]);
    notes.extend(lines(&mut workers)?.into_iter().map(|line| format!("workerd: {line}")));
    Ok(notes)
}

/// The same in Chromium, in a page that loads it, in one that a bundler made, and in the page of the README.
pub(crate) fn chromium(workspace: &Workspace) -> Result<Notes, Failure> {
    pages(workspace, None)
}

/// The same in Firefox.
pub(crate) fn firefox(workspace: &Workspace) -> Result<Notes, Failure> {
    let program = tools::firefox()?;
    pages(workspace, Some(program))
}

fn pages(workspace: &Workspace, firefox: Option<PathBuf>) -> Result<Notes, Failure> {
    let package = package(workspace)?;
    let user = installed(workspace, &package)?;
    let modules = tools::node_modules(workspace, &workspace.root.join(FOLDER).join("runtimes"))?;
    // the browser comes packed, and is unpacked where temporary files are
    let temporary = workspace.target.join("npm/browser");
    fs::create_dir_all(&temporary)?;
    let mut pages = Command::new("node");
    pages.arg(user.join("tests/browser.mjs")).arg(workspace.root.join("spec-vectors")).env("TMPDIR", temporary);
    pages
        .arg(workspace.root.join(FOLDER).join("README.md"))
        .args([&package.modules, &modules])
        .env("QUITTANCE", command(workspace)?);
    if let Some(program) = firefox {
        pages.env("FIREFOX", program);
    }
    lines(&mut pages)
}

/// The page of a gate in Chromium, with markup in all that a stranger may have written into it.
pub(crate) fn paywall(workspace: &Workspace) -> Result<Notes, Failure> {
    let modules = tools::node_modules(workspace, &workspace.root.join(FOLDER).join("runtimes"))?;
    let program = command(workspace)?;
    let temporary = workspace.target.join("npm/browser");
    fs::create_dir_all(&temporary)?;
    let mut pages = Command::new("node");
    pages.arg(workspace.root.join("crates/xtask/browser/paywall.mjs")).env("TMPDIR", temporary);
    lines(pages.arg(program).arg(modules))
}

/// The command `quittance`, built.
fn command(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let build = ["build", "--quiet", "--locked", "--package", "quittance-cli", "--bin", "quittance"];
    run(cargo().current_dir(&workspace.root).args(build))?;
    Ok(workspace.target.join("debug/quittance"))
}

/// How many malformed inputs each export is given in runtimes other than Node; the module is the same, and so is what it makes of them.
const INPUTS: &str = "2000";

/// A runtime with the tests that need none in particular.
fn tests(workspace: &Workspace, mut runtime: Command, user: &Path) -> Command {
    runtime.arg(user.join("tests/node.mjs")).arg(workspace.root.join("spec-vectors"));
    runtime
}

/// What a command prints, line by line.
fn lines(command: &mut Command) -> Result<Notes, Failure> {
    Ok(read(command)?.lines().map(Into::into).collect())
}

/// The program in the one package among these that is for this machine.
fn program(packages: &Path, path: &str) -> Result<PathBuf, Failure> {
    let installed = fs::read_dir(packages)?.flatten().map(|package| package.path().join(path));
    let found = installed.into_iter().find(|program| program.is_file());
    found.ok_or_else(|| Failure(format!("{} has no program for this machine", packages.display())))
}

/// The package beside the protocol's own client and server, each paying the other; and a facilitator made of it, on a chain.
pub(crate) fn sdk(workspace: &Workspace) -> Result<Notes, Failure> {
    let user = installed(workspace, &package(workspace)?)?;
    let modules = tools::node_modules(workspace, &workspace.root.join(interop::FOLDER).join("typescript"))?;
    let program = command(workspace)?;
    let mut notes = Notes::new();
    for test in ["tests/sdk.mjs", "tests/facilitator.mjs"] {
        notes.extend(lines(Command::new("node").arg(user.join(test)).arg(&program).arg(&modules))?);
    }
    Ok(notes)
}

/// The types of the package, against those of the protocol's own SDK.
pub(crate) fn types(workspace: &Workspace) -> Result<Notes, Failure> {
    const WEB: &[&str] = &["es2022", "dom", "dom.iterable"];

    let package = package(workspace)?;
    let user = installed(workspace, &package)?;
    let modules = package.modules.join("node_modules");
    let sdk = modules.join("@x402/core/dist/esm/types/index.d.mts");
    let strict = json!({ "strict": true, "noEmit": true, "module": "nodenext", "target": "es2022", "types": [], "lib": WEB });
    let mut beside = strict.clone();
    beside["paths"] = json!({ "@x402/core/types": [sdk] });
    // the SDK's own declarations want Node's, which are not ours to bring
    beside["skipLibCheck"] = true.into();
    let each = |(slice, ..): &(&str, _, _)| ["mts", "cts"].map(|ending| format!("node_modules/quittance/{slice}.d.{ending}"));
    let own = SLICES.iter().flat_map(each).collect::<Vec<_>>();
    for (name, options, files) in [("own", strict, json!(own)), ("beside", beside, json!(["tests/types.ts"]))] {
        let project = user.join(format!("{name}.json"));
        fs::write(&project, json!({ "compilerOptions": options, "files": files }).to_string())?;
        run(Command::new("node").arg(modules.join("typescript/bin/tsc")).arg("--project").arg(project))?;
    }
    Ok(Notes::new())
}

/// Where the package is installed, and the protocol's own beside it.
pub(crate) fn user(workspace: &Workspace) -> Result<(PathBuf, PathBuf), Failure> {
    let package = package(workspace)?;
    Ok((installed(workspace, &package)?, package.modules))
}

/// A folder in which the tarball is installed, as by a user who has nothing else of the project but the tests.
fn installed(workspace: &Workspace, package: &Package) -> Result<PathBuf, Failure> {
    let user = workspace.target.join("npm/user");
    fs::create_dir_all(&user)?;
    fs::write(user.join("package.json"), r#"{"private":true}"#)?;
    let install = ["install", "--offline", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
    run(Command::new("npm").current_dir(&user).args(install).arg(&package.tarball))?;
    let tests = user.join("tests");
    fs::create_dir_all(&tests)?;
    for entry in fs::read_dir(workspace.root.join(FOLDER).join("tests"))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, tests.join(name))?;
        }
    }
    Ok(user)
}
