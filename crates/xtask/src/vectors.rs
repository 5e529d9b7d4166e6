//! The vectors of `spec-vectors/`: written by independent implementations in Python and Node, reproduced and validated here.
//!
//! The generator asks; this module gives it the pinned packages to ask, a folder of its own to run in, and compares what it wrote.
//! It knows nothing about what is inside a case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::shell::{Failure, none_of, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

const VECTORS: &str = "spec-vectors";
const GENERATOR: &str = "crates/xtask/oracle";

/// The generator writes what the tree holds, byte for byte.
pub(crate) fn reproduce(workspace: &Workspace) -> Result<Notes, Failure> {
    let fresh = Generator::prepare(workspace)?.files()?;
    let kept = json_files(&workspace.root.join(VECTORS))?;
    none_of("spec-vectors is not what the generator writes (`cargo xtask vectors generate`)", &differences(&fresh, &kept))?;
    if fresh.is_empty() {
        return Err("the generator wrote nothing".into());
    }
    Ok(vec![format!("{} files", fresh.len())])
}

/// The files keep to their schemas, and their ids, counts, flags and reasons agree with each other.
pub(crate) fn validate(workspace: &Workspace) -> Result<Notes, Failure> {
    let generator = Generator::prepare(workspace)?;
    run(generator.python("validate.py").arg(workspace.root.join(VECTORS)))?;
    let cases = counts(workspace)?.iter().map(|(_, count)| count).sum::<u64>();
    Ok(vec![format!("{cases} cases")])
}

/// Rewrites `spec-vectors/`; a file that the generator no longer writes goes away.
pub(crate) fn generate(workspace: &Workspace) -> Result<(), Failure> {
    let fresh = Generator::prepare(workspace)?.files()?;
    let root = workspace.root.join(VECTORS);
    for name in json_files(&root)?.keys().filter(|name| !fresh.contains_key(*name)) {
        println!("removing {name}");
        fs::remove_file(root.join(name))?;
    }
    for (name, content) in &fresh {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&root))?;
        fs::write(path, content)?;
    }
    Ok(())
}

/// Both stages, for a person at work on the vectors.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    reproduce(workspace)?;
    validate(workspace)?;
    count(workspace)
}

/// Prints the cases of each file and of all.
pub(crate) fn count(workspace: &Workspace) -> Result<(), Failure> {
    let counts = counts(workspace)?;
    for (name, count) in &counts {
        println!("{count:>6} {name}");
    }
    println!("{:>6} in all", counts.iter().map(|(_, count)| count).sum::<u64>());
    Ok(())
}

/// The declared count of every vector file; schemas have none.
fn counts(workspace: &Workspace) -> Result<Vec<(String, u64)>, Failure> {
    let mut counts = Vec::new();
    for (name, content) in json_files(&workspace.root.join(VECTORS))? {
        let file: Value = serde_json::from_slice(&content).map_err(|error| Failure(format!("{name}: {error}")))?;
        counts.extend(file["count"].as_u64().map(|count| (name, count)));
    }
    Ok(counts)
}

/// The generator with everything it asks, in a folder that goes away with this value.
struct Generator {
    folder: PathBuf,
    python: PathBuf,
}

impl Generator {
    /// Its scripts look for `node_modules` beside themselves, which must not be in the tree: so they run from a copy.
    fn prepare(workspace: &Workspace) -> Result<Self, Failure> {
        let sources = workspace.root.join(GENERATOR);
        let modules = tools::node_modules(workspace, &sources)?;
        let python = tools::python(workspace, &sources.join("requirements.txt"))?;
        let folder = std::env::temp_dir().join(format!("quittance-vectors-{}", std::process::id()));
        let generator = Self { folder, python };
        copy(&sources, &generator.folder)?;
        symlink(modules.join("node_modules"), generator.folder.join("node_modules"))?;
        Ok(generator)
    }

    /// Everything the generator writes.
    fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
        let out = self.folder.join("out");
        run(self.python("generate.py").arg("--out").arg(&out))?;
        json_files(&out)
    }

    /// A script of the generator, run where nothing of this machine can show in what it writes.
    fn python(&self, script: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.current_dir(&self.folder).arg(script);
        command.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1").env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        command
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // what remains in the system's folder for temporary files does no harm
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Copies a folder, but not what a person at work has installed or built in it.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if !entry.file_type()?.is_dir() {
            fs::copy(source, target)?;
        } else if !["node_modules", "__pycache__", ".venv"].iter().any(|skipped| entry.file_name() == *skipped) {
            copy(&source, &target)?;
        }
    }
    Ok(())
}

/// Every `.json` file under `root`, by its path from there.
pub(crate) fn json_files(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// What differs between two sets of files, one line per file.
pub(crate) fn differences(fresh: &BTreeMap<String, Vec<u8>>, kept: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = fresh.keys().chain(kept.keys()).collect::<BTreeSet<_>>();
    let describe = |name: &String| match (fresh.get(name), kept.get(name)) {
        (Some(_), None) => Some(format!("{name} is missing")),
        (None, Some(_)) => Some(format!("{name} comes from nowhere")),
        (Some(fresh), Some(kept)) if fresh != kept => {
            Some(format!("{name} differs from line {} on", first_difference(fresh, kept)))
        }
        _ => None,
    };
    names.into_iter().filter_map(describe).collect()
}

fn first_difference(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b);
    1 + same.filter(|(byte, _)| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::differences;

    fn check(fresh: &[(&str, &str)], kept: &[(&str, &str)], expected: &[&str]) {
        let files =
            |files: &[(&str, &str)]| files.iter().map(|(name, text)| (String::from(*name), text.as_bytes().to_vec())).collect();
        assert_eq!(differences(&files(fresh), &files(kept)), expected);
    }

    #[test]
    fn files_are_compared_byte_for_byte() {
        check(&[("a", "1\n2\n")], &[("a", "1\n2\n")], &[]);
        check(&[("a", "1\n2\n")], &[("a", "1\n3\n")], &["a differs from line 2 on"]);
        check(&[("a", "1\n2\n")], &[("a", "1\n2\n\n")], &["a differs from line 3 on"]);
        check(&[("a", ""), ("b", "")], &[("b", ""), ("c", "")], &["a is missing", "c comes from nowhere"]);
    }
}
