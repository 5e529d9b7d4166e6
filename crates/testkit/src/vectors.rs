//! Loading vector files, and comparing an outcome with a case.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The version of the file format that this runner reads. A file of another major version is refused.
pub const FORMAT_MAJOR: &str = "1.";

/// What an implementation makes of a case: facts, or the name of the reason for refusal.
pub type Outcome = Result<Value, String>;

/// One vector file.
#[derive(Debug)]
pub struct VectorFile {
    /// Where it stands, relative to `spec-vectors/`.
    pub path: PathBuf,
    /// Which check it is for.
    pub feature: String,
    /// The groups.
    pub groups: Vec<Group>,
}

/// Cases that share parameters.
#[derive(Debug)]
pub struct Group {
    /// Everything in the group but its cases: parameters such as `now`.
    pub parameters: Value,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// Its number in the file.
    pub id: u64,
    /// What it is about.
    pub comment: String,
    /// What to give the implementation.
    pub input: Value,
    /// What must come of it.
    pub expected: Expected,
    /// The rows of the attack catalogue that it stands for.
    pub rows: Vec<u64>,
}

/// What must come of a case.
#[derive(Debug)]
pub enum Expected {
    /// It is accepted, and these facts hold.
    Accept(Value),
    /// It is refused for one of these reasons.
    Reject(Vec<String>),
}

impl Case {
    /// Compares an outcome with what the case expects.
    ///
    /// # Errors
    ///
    /// A text that shows the difference.
    pub fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        match (&self.expected, outcome) {
            (Expected::Accept(expected), Ok(facts)) if same(expected, facts) => Ok(()),
            (Expected::Accept(expected), Ok(facts)) => Err(difference(expected, facts)),
            (Expected::Accept(_), Err(reason)) => Err(format!("must be accepted, was refused: {reason}")),
            (Expected::Reject(reasons), Err(reason)) if reasons.contains(reason) => Ok(()),
            (Expected::Reject(reasons), Err(reason)) => Err(format!("must be refused for {reasons:?}, was for {reason}")),
            (Expected::Reject(reasons), Ok(_)) => Err(format!("must be refused for {reasons:?}, was accepted")),
        }
    }
}

/// Equality by meaning: numbers by value, so that another reader's `0` and this one's `-0` are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

/// The members in which two objects differ.
fn difference(expected: &Value, got: &Value) -> String {
    match (expected, got) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let differing = names.into_iter().filter(|name| !a.get(*name).zip(b.get(*name)).is_some_and(|(a, b)| same(a, b)));
            let lines = differing.map(|name| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => format!("{name}: {}", difference(a, b)),
                (Some(a), None) => format!("{name}: expected {a}, got nothing"),
                (_, b) => format!("{name}: expected nothing, got {}", b.unwrap_or(&Value::Null)),
            });
            lines.collect::<Vec<_>>().join("\n     ")
        }
        _ => format!("expected {expected}, got {got}"),
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case {} ({})", self.id, self.comment)
    }
}

/// The folder of the shared vectors.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-vectors")
}

/// Loads every vector file.
///
/// # Panics
///
/// When a file is not what its format says: a runner that skips what it cannot read tests nothing.
#[must_use]
pub fn load_all() -> Vec<VectorFile> {
    let mut files = Vec::new();
    let folders = entries(&root()).into_iter().filter(|path| path.is_dir() && !path.ends_with("schemas"));
    for path in folders.flat_map(|folder| entries(&folder)) {
        files.push(load(&path));
    }
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("a folder that opened can be listed").path()).collect();
    paths.sort();
    paths
}

fn load(path: &Path) -> VectorFile {
    let name = path.display();
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let document: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let format = text_of(&document, "format");
    assert!(format.starts_with(FORMAT_MAJOR), "{name}: format {format} is not for this runner");
    let groups: Vec<Group> = list_of(&document, "groups").iter().map(group).collect();
    let count: usize = groups.iter().map(|group| group.cases.len()).sum();
    assert_eq!(document["count"].as_u64(), u64::try_from(count).ok(), "{name}: declared and present number of cases");
    let root = root();
    VectorFile { path: path.strip_prefix(&root).unwrap_or(path).into(), feature: text_of(&document, "feature"), groups }
}

fn group(value: &Value) -> Group {
    let mut parameters = value.clone();
    if let Some(members) = parameters.as_object_mut() {
        members.remove("cases");
    }
    Group { parameters, cases: list_of(value, "cases").iter().map(case).collect() }
}

fn case(value: &Value) -> Case {
    let expected = match text_of(value, "result").as_str() {
        "accept" => Expected::Accept(value.get("expected").cloned().unwrap_or(Value::Null)),
        "reject" => {
            let reasons: Vec<String> = list_of(value, "reason").iter().filter_map(Value::as_str).map(String::from).collect();
            assert!(!reasons.is_empty(), "a refusal names its reasons: {value}");
            Expected::Reject(reasons)
        }
        other => panic!("neither accept nor reject: {other}"),
    };
    Case {
        id: value["id"].as_u64().expect("a case has a number"),
        comment: text_of(value, "comment"),
        input: value["input"].clone(),
        expected,
        rows: value["rows"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect(),
    }
}

fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no text member {name} in {value}")).into()
}

fn list_of<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("no list member {name}"))
}
