//! What `quittance-load` measures, and where its figures go.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::{Compiler, Options};
use crate::readme::between_marks;
use crate::shell::{Failure, cargo, run as run_command};
use crate::workspace::Workspace;

/// Builds our program and the one that measures it; gives the folder they lie in.
pub(super) fn built(workspace: &Workspace, profile: &str) -> Result<PathBuf, Failure> {
    let packages = ["--package", "quittance-cli", "--package", "quittance-load"];
    run_command(cargo().current_dir(&workspace.root).args(["build", "--profile", profile, "--locked"]).args(packages))?;
    Ok(workspace.target.join(profile))
}

/// Measures, prints the table, and after a full run writes it between its marks in README.
pub(super) fn run(
    workspace: &Workspace,
    options: &Options,
    mut measure: Command,
    table: fn(&Value, &Compiler) -> Result<String, Failure>,
    (begin, end): (&str, &str),
) -> Result<(), Failure> {
    let scratch = workspace.target.join("load");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    fs::create_dir_all(&scratch)?;
    let out = scratch.join("figures.json");
    run_command(measure.arg("--scratch").arg(&scratch).arg("--out").arg(&out).args(options.quick.then_some("--quick")))?;
    let mut figures = serde_json::from_str::<Value>(&fs::read_to_string(&out)?)?;
    let compiler = Compiler::ask("rustc")?;
    if options.json {
        figures["rustc"] = compiler.version.into();
        figures["host"] = compiler.host.into();
        println!("{figures}");
        return Ok(());
    }
    let table = table(&figures, &compiler)?;
    println!("{table}");
    if options.quick {
        return Ok(());
    }
    let path = workspace.root.join("README.md");
    let text = fs::read_to_string(&path)?;
    Ok(fs::write(&path, between_marks(&text, begin, end, &table)?)?)
}

/// Three digits, and no more than two behind the point.
pub(super) fn short(number: f64) -> String {
    match number {
        _ if number < 10.0 => format!("{number:.2}"),
        _ if number < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
