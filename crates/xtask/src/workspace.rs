//! What `cargo metadata` says about this workspace: where it lies and what its members are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::shell::{Failure, cargo, read};

/// The workspace a task works on.
pub(crate) struct Workspace {
    /// The folder of the virtual manifest.
    pub(crate) root: PathBuf,
    /// Where cargo builds; may lie outside the clone.
    pub(crate) target: PathBuf,
    /// Where installed tools are kept between runs, outside the clone.
    pub(crate) cache: PathBuf,
    /// The members, ordered by folder.
    pub(crate) members: Vec<Member>,
}

/// One crate of the workspace.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    /// The package's name.
    pub(crate) package: String,
    /// Its folder, relative to the root, with `/`.
    pub(crate) folder: String,
    /// The one line of its manifest.
    pub(crate) description: String,
    /// The names of its features, without `default`.
    pub(crate) features: Vec<String>,
    /// What it depends on, ours and others'.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One dependency a manifest declares.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) package: String,
    /// The name the sources use, if the manifest renames it.
    pub(crate) rename: Option<String>,
    /// Which of the manifest's tables names it.
    pub(crate) kind: Kind,
}

/// The table of the manifest a dependency stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `[dependencies]`.
    Normal,
    /// `[dev-dependencies]` or `[build-dependencies]`.
    Other,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Result<Self, Failure> {
        // asked for at run time: clones may share a target directory, and with it this binary
        let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or("run this as `cargo xtask`")?;
        let root = Path::new(&manifest).join("../..").canonicalize()?;
        let text = read(cargo().current_dir(&root).args(["metadata", "--no-deps", "--locked", "--format-version", "1"]))?;
        let metadata: Value = serde_json::from_str(&text)?;
        let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).ok_or("no HOME to keep tools under")?;
        let mut members = list(&metadata["packages"]).map(|package| Member::from_metadata(package, &root)).collect::<Vec<_>>();
        members.sort_by(|a, b| a.folder.cmp(&b.folder));
        Ok(Self {
            target: PathBuf::from(text_of(&metadata["target_directory"])),
            cache: PathBuf::from(home).join(".cache/quittance-tools"),
            members,
            root,
        })
    }

    /// Every file under `folder` whose name ends in `ending`, as (path relative to the root, text), in order.
    pub(crate) fn sources(&self, folder: &str, ending: &str) -> Result<Vec<(String, String)>, Failure> {
        let mut found = Vec::new();
        let mut open = vec![self.root.join(folder)];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                    open.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    found.push((relative(&path, &self.root), fs::read_to_string(&path)?));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Member {
    /// The name the architecture uses: the package's without the family name.
    pub(crate) fn short(&self) -> &str {
        short(&self.package)
    }

    fn from_metadata(package: &Value, root: &Path) -> Self {
        let manifest = Path::new(text_of(&package["manifest_path"]));
        let features = package["features"].as_object().into_iter().flat_map(|features| features.keys());
        Self {
            package: text_of(&package["name"]).into(),
            folder: manifest.parent().map(|folder| relative(folder, root)).unwrap_or_default(),
            description: text_of(&package["description"]).into(),
            features: features.filter(|name| *name != "default").cloned().collect(),
            dependencies: list(&package["dependencies"]).map(Dependency::from_metadata).collect(),
        }
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Self {
        Self {
            package: text_of(&dependency["name"]).into(),
            rename: dependency["rename"].as_str().map(Into::into),
            kind: if dependency["kind"].is_null() { Kind::Normal } else { Kind::Other },
        }
    }
}

/// A package's name without the family name; the binary's package is the family name alone.
pub(crate) fn short(package: &str) -> &str {
    match package {
        "quittance" => "cli",
        _ => package.strip_prefix("quittance-").unwrap_or(package),
    }
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
