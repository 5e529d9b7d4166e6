//! Checks on what we depend on: how much, whether all of it is used, and under which terms.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use crate::shell::{Failure, cargo, none_of, read, run, run_within};
use crate::source::{code_only, mentions};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::{Dependency, Workspace};

/// What `quittance-core` may weigh, itself included: k256, sha3, serde, serde_json, base64 and thiserror alone bring 48.
const CORE_BUDGET: usize = 50;

/// Dependencies that no source names, each with the reason why it is there: (member, package, reason).
const USED_UNNAMED: &[(&str, &str, &str)] = &[];

/// The budget of the core crate.
pub(crate) fn budget(workspace: &Workspace) -> Result<Notes, Failure> {
    let count = normal_tree(workspace, "quittance-core")?.len();
    if count > CORE_BUDGET {
        return Err(Failure(format!("quittance-core brings {count} packages, itself included; the budget is {CORE_BUDGET}")));
    }
    Ok(vec![format!("{count} of {CORE_BUDGET} packages, quittance-core included")])
}

/// The names of all packages that using `package` compiles, itself included.
pub(crate) fn normal_tree(workspace: &Workspace, package: &str) -> Result<BTreeSet<String>, Failure> {
    let tree = ["tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none"];
    let text = read(cargo().current_dir(&workspace.root).args(tree))?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(Into::into).collect())
}

/// Every dependency of every manifest is named in the sources of that crate.
pub(crate) fn unused(workspace: &Workspace) -> Result<Notes, Failure> {
    let (mut problems, mut count) = (Vec::new(), 0);
    for member in &workspace.members {
        let sources = workspace.sources(&member.folder, ".rs")?;
        let code = sources.iter().map(|(_, text)| code_only(text)).collect::<Vec<_>>();
        for dependency in &member.dependencies {
            count += 1;
            let name = name_in_code(dependency);
            let excused = USED_UNNAMED.iter().any(|(who, what, _)| *who == member.package && *what == dependency.package);
            let used = code.iter().any(|text| mentions(text, &name));
            match (used, excused) {
                (false, false) => problems.push(format!("{} names {} and uses it nowhere", member.package, dependency.package)),
                (true, true) => problems.push(format!("{} does use {}: take it off the list", member.package, dependency.package)),
                _ => {}
            }
        }
    }
    none_of("unused dependencies", &problems)?;
    Ok(vec![format!("{count} dependencies")])
}

/// The name by which the sources know a dependency.
pub(crate) fn name_in_code(dependency: &Dependency) -> String {
    dependency.rename.as_ref().unwrap_or(&dependency.package).replace('-', "_")
}

/// `cargo deny`. Its advisories come from a git repository, which is no package registry and may be out of reach; all else is
/// local.
pub(crate) fn deny(workspace: &Workspace) -> Result<Notes, Failure> {
    const FETCH_LIMIT: Duration = Duration::from_secs(90);

    let binary = tools::cargo_deny(workspace)?;
    let deny = |task: &[&str]| {
        let mut command = Command::new(&binary);
        command.current_dir(&workspace.root).args(["--locked", "--config", ".github/deny.toml"]).args(task);
        command
    };
    run(&mut deny(&["check", "bans", "licenses", "sources"]))?;
    match run_within(&mut deny(&["fetch", "db"]), FETCH_LIMIT) {
        Ok(()) => {
            run(&mut deny(&["check", "advisories"]))?;
            Ok(vec!["bans, licences, sources and advisories".into()])
        }
        Err(failure) => {
            println!("NOT RUN: cargo deny check advisories, because its database could not be fetched: {failure}");
            Ok(vec![
                "bans, licences and sources".into(),
                "NOT RUN: advisories and yanked releases; their database is a git repository and could not be fetched".into(),
            ])
        }
    }
}
