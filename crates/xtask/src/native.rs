//! The plain cargo commands, as anybody would type them.

use crate::cross::PURE;
use crate::shell::{Failure, cargo, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// `cargo fmt`.
pub(crate) fn fmt(workspace: &Workspace) -> Result<Notes, Failure> {
    tools::component("rustfmt", "fmt")?;
    run(cargo().current_dir(&workspace.root).args(["fmt", "--all", "--check"]))?;
    Ok(Notes::new())
}

/// `cargo test`, which includes the doc tests.
pub(crate) fn test(workspace: &Workspace) -> Result<Notes, Failure> {
    run(cargo().current_dir(&workspace.root).args(["test", "--workspace", "--locked", "--no-fail-fast"]))?;
    Ok(Notes::new())
}

/// `cargo clippy`, over tests and examples too.
pub(crate) fn clippy(workspace: &Workspace) -> Result<Notes, Failure> {
    tools::component("clippy", "clippy")?;
    run(cargo().current_dir(&workspace.root).args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    Ok(Notes::new())
}

/// `cargo doc`, as readers of the library get it. With private items, links that are clear outside become ambiguous.
pub(crate) fn docs(workspace: &Workspace) -> Result<Notes, Failure> {
    run(cargo().current_dir(&workspace.root).env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--workspace",
        "--no-deps",
        "--locked",
    ]))?;
    Ok(Notes::new())
}

/// Every combination of features, for the pure crates, one build each.
pub(crate) fn features(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut builds = 0;
    for member in workspace.members.iter().filter(|member| PURE.contains(&member.short())) {
        for combination in combinations(&member.features) {
            run(cargo()
                .current_dir(&workspace.root)
                .args(["check", "--locked", "--package", &member.package, "--no-default-features"])
                .args(["--features", &combination]))?;
            builds += 1;
        }
    }
    Ok(vec![format!("{builds} combinations")])
}

/// The tests of each pure crate that has features, with all of them at once: they only add, so nothing may break.
pub(crate) fn with_features(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut tested = Vec::new();
    for member in workspace.members.iter().filter(|member| PURE.contains(&member.short()) && !member.features.is_empty()) {
        run(cargo().current_dir(&workspace.root).args(["test", "--locked", "--all-features", "--package", &member.package]))?;
        tested.push(format!("{}: {}", member.package, member.features.join(", ")));
    }
    Ok(tested)
}

/// The program with traces by OTLP, in front of a collector on this machine, and without a warning.
pub(crate) fn otlp(workspace: &Workspace) -> Result<Notes, Failure> {
    let otlp = ["--locked", "--package", "quittance-cli", "--features", "otlp"];
    run(cargo().current_dir(&workspace.root).arg("clippy").args(otlp).args(["--all-targets", "--", "-D", "warnings"]))?;
    run(cargo().current_dir(&workspace.root).arg("test").args(otlp).args(["--test", "facilitator", "traces::"]))?;
    Ok(Notes::new())
}

/// The stores in memory under loom, which runs their threads in every order. Loom's lock takes the place of std's by a compiler flag, so
/// everything is built once more, in a folder of its own.
pub(crate) fn loom(workspace: &Workspace) -> Result<Notes, Failure> {
    run(cargo()
        .current_dir(&workspace.root)
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", workspace.target.join("loom"))
        .args(["test", "--locked", "--package", "quittance-guard", "--features", "std", "--lib", "memory"]))?;
    Ok(Notes::new())
}

/// All subsets while they are few; beyond that all pairs, and everything at once.
fn combinations(features: &[String]) -> Vec<String> {
    const FEW: usize = 4;
    let mut sets = vec![Vec::new()];
    for feature in features {
        let grown = sets
            .iter()
            .filter(|set| features.len() <= FEW || set.len() < 2)
            .map(|set| [set.as_slice(), &[feature.as_str()]].concat());
        sets.extend(grown.collect::<Vec<_>>());
    }
    if features.len() > FEW {
        sets.push(features.iter().map(String::as_str).collect());
    }
    sets.iter().map(|set| set.join(",")).collect()
}

#[cfg(test)]
mod tests {
    use super::combinations;

    fn check(features: &str, expected: usize) {
        let features = features.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(combinations(&features).len(), expected, "{features:?}");
    }

    #[test]
    fn few_features_give_every_subset_and_many_give_pairs() {
        check("", 1);
        check("a", 2);
        check("abc", 8);
        check("abcde", 1 + 5 + 10 + 1);
    }
}
