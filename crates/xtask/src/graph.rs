//! Who may depend on whom. The tables below are the architecture; cargo's own view of the manifests is held against them.
//!
//! A member that no row names is a violation too: a new crate begins with its row here. Rows of crates that do not exist yet do no
//! harm.

use crate::deps::normal_tree;
use crate::shell::{Failure, none_of};
use crate::stages::Notes;
use crate::workspace::{Member, Workspace, short};

/// What a crate may use of ours.
enum Edges {
    /// These, by short name.
    To(&'static [&'static str]),
    /// Whatever there is: it puts programs or tests together.
    All,
}

/// The edges, for every kind of dependency: a test that needs more lives in `testkit`.
const EDGES: &[(&str, Edges)] = &[
    ("secp", Edges::To(&[])),
    ("core", Edges::To(&["secp"])),
    ("evm", Edges::To(&["core"])),
    ("svm", Edges::To(&["core"])),
    ("guard", Edges::To(&["core"])),
    ("inspect", Edges::To(&["core", "evm"])),
    ("store", Edges::To(&["guard", "core"])),
    ("service", Edges::To(&[])),
    ("facilitator", Edges::To(&["evm", "svm", "guard", "core", "service"])),
    ("remote", Edges::To(&["core"])),
    ("server", Edges::To(&["guard", "core"])),
    ("gate", Edges::To(&["server", "service", "guard", "core"])),
    ("client", Edges::To(&["remote", "evm", "svm", "guard", "core"])),
    ("mcp", Edges::To(&["server", "client", "remote", "guard", "core"])),
    ("devnet", Edges::To(&[])),
    ("lab", Edges::To(&["client", "evm", "core"])),
    ("cli", Edges::All),
    ("testkit", Edges::All),
    // the oracle stage replays corpora through the pure crates
    ("xtask", Edges::To(&["secp", "core", "evm", "svm", "guard"])),
    ("wasm", Edges::To(&["core", "secp", "evm", "svm", "guard", "inspect"])),
    ("benches", Edges::To(&["secp", "core", "evm", "svm", "guard", "server", "testkit"])),
    ("load", Edges::To(&["client", "devnet", "store", "guard", "core"])),
];

/// Packages that speak to a chain.
const CHAIN: &[&str] = &["alloy", "revm", "ethers", "solana"];
/// Packages that speak HTTP, or wait for anything.
const HTTP: &[&str] = &["http", "hyper", "reqwest", "tower", "axum", "tokio"];
/// Packages that make a pure crate impure in other ways.
const IMPURE: &[&str] = &["getrandom", "rand", "chrono", "time", "sqlx", "rusqlite"];

/// What must not be in a crate's tree, directly or through others, with its default features: (crate, families of packages).
const ABSENCES: &[(&str, &[&[&str]])] = &[
    ("secp", &[CHAIN, HTTP, IMPURE]),
    ("core", &[CHAIN, HTTP, IMPURE]),
    ("evm", &[CHAIN, HTTP, IMPURE]),
    ("svm", &[CHAIN, HTTP, IMPURE]),
    ("guard", &[CHAIN, HTTP, IMPURE]),
    ("inspect", &[CHAIN, HTTP, IMPURE]),
    ("store", &[CHAIN]),
    ("remote", &[CHAIN]),
    ("server", &[CHAIN]),
    ("mcp", &[CHAIN]),
    ("service", &[CHAIN]),
    ("gate", &[CHAIN]),
];

/// Members depend on members only where the table has an edge.
pub(crate) fn edges(workspace: &Workspace) -> Result<Notes, Failure> {
    none_of("the architecture has no such edge", &forbidden_edges(&workspace.members))?;
    Ok(vec![format!("{} members", workspace.members.len())])
}

/// No crate's tree holds what the crate must not know.
pub(crate) fn absences(workspace: &Workspace) -> Result<Notes, Failure> {
    let (mut problems, mut looked_at) = (Vec::new(), 0);
    for (name, families) in ABSENCES {
        for member in workspace.members.iter().filter(|member| member.short() == *name) {
            looked_at += 1;
            let tree = normal_tree(workspace, &member.package)?;
            let unwanted = tree.iter().filter(|package| families.iter().any(|family| belongs(package, family)));
            problems.extend(unwanted.map(|package| format!("{} must not know {package}", member.package)));
        }
    }
    none_of("what must be absent", &problems)?;
    Ok(vec![format!("{looked_at} trees")])
}

/// Every edge between members that the table does not allow, and every member without a row.
fn forbidden_edges(members: &[Member]) -> Vec<String> {
    let mut problems = Vec::new();
    for member in members {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == member.short()) else {
            problems.push(format!("{} has no row in the table", member.package));
            continue;
        };
        if member.folder.split('/').next_back() != Some(member.short()) {
            problems.push(format!("{} lies in {}: the folder is the package's name", member.package, member.folder));
        }
        for other in ours(member, members) {
            let fine = match allowed {
                Edges::All => true,
                Edges::To(names) => names.contains(&short(other)),
            };
            if !fine {
                problems.push(format!("{} -> {other}", member.package));
            }
        }
    }
    problems
}

/// The members that `member` depends on.
pub(crate) fn ours<'a>(member: &'a Member, members: &'a [Member]) -> impl Iterator<Item = &'a str> {
    let names = member.dependencies.iter().map(|dependency| dependency.package.as_str());
    names.filter(|name| members.iter().any(|other| other.package == *name))
}

/// Whether a package is one of a family: the name itself, or one that begins with it and a dash.
fn belongs(package: &str, family: &[&str]) -> bool {
    family.iter().any(|name| package.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{HTTP, belongs, forbidden_edges};
    use crate::workspace::{Dependency, Kind, Member};

    /// Members from a text such as `core: serde; evm: core`, in folders of their own names.
    pub(crate) fn members(text: &str) -> Vec<Member> {
        let member = |line: &str| {
            let (name, uses) = line.split_once(':').expect("every line has a colon");
            let full = |name: &str| format!("quittance-{}", name.trim());
            let dependency = |name: &str| Dependency { package: full(name), rename: None, kind: Kind::Normal };
            Member {
                package: full(name),
                folder: format!("crates/{}", name.trim()),
                description: format!("what {} does", name.trim()),
                features: Vec::new(),
                dependencies: uses.split_whitespace().map(dependency).collect(),
            }
        };
        text.split(';').map(member).collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(forbidden_edges(&members(text)), expected, "{text}");
    }

    #[test]
    fn the_architecture_passes() {
        check("core:; evm: core; svm: core; guard: core; server: guard core; cli: server evm guard core", &[]);
    }

    #[test]
    fn a_forbidden_edge_is_caught() {
        check("core:; guard: core evm; evm: core", &["quittance-guard -> quittance-evm"]);
        check("core: testkit; testkit: core", &["quittance-core -> quittance-testkit"]);
        check("server: facilitator; facilitator:", &["quittance-server -> quittance-facilitator"]);
    }

    #[test]
    fn a_member_without_a_row_is_caught() {
        check("helpers:", &["quittance-helpers has no row in the table"]);
    }

    #[test]
    fn a_folder_of_another_name_is_caught() {
        let mut strays = members("core:");
        strays[0].folder = "crates/kernel".into();
        assert_eq!(forbidden_edges(&strays), ["quittance-core lies in crates/kernel: the folder is the package's name"]);
    }

    #[test]
    fn families_are_whole_names_or_dashed() {
        assert!(belongs("tower", HTTP));
        assert!(belongs("tower-http", HTTP));
        assert!(!belongs("httparse", HTTP));
        assert!(!belongs("rand_core", &["rand"]));
    }
}
