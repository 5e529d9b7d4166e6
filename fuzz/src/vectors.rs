//! The inputs of the shared vectors, which seed the targets. What the vectors expect is not looked at here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A longer input takes the fuzzer's time and shows nothing that a shorter one does not.
const LONGEST: usize = 12 * 1024;

/// Every vector file, by the name of its feature.
#[derive(Debug)]
pub struct Vectors(Vec<(String, Value)>);

impl Vectors {
    /// Loads the vectors that lie beside this crate.
    ///
    /// # Panics
    ///
    /// When there are none, or one cannot be read.
    #[must_use]
    pub fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec-vectors");
        let folders = entries(&root).into_iter().filter(|path| path.is_dir() && !path.ends_with("schemas"));
        let files = folders.flat_map(|folder| entries(&folder)).map(|path| {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let file = serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (file["feature"].as_str().expect("a vector file names its feature").to_owned(), file)
        });
        Self(files.collect())
    }

    /// The inputs of all cases of a feature.
    pub fn inputs<'a>(&'a self, feature: &'a str) -> impl Iterator<Item = &'a Value> {
        let files = self.0.iter().filter(move |(name, _)| name == feature);
        files.flat_map(|(_, file)| list(&file["groups"])).flat_map(|group| list(&group["cases"])).map(|case| &case["input"])
    }

    /// The text that stands under a name in the inputs of all cases of some features.
    ///
    /// # Panics
    ///
    /// When a feature has none: a target without seeds sees little.
    #[must_use]
    pub fn texts(&self, features: &[&str], member: &str) -> Vec<Vec<u8>> {
        let mut texts = Vec::new();
        for feature in features {
            let before = texts.len();
            let found = self.inputs(feature).filter_map(|input| input[member].as_str()).filter(|text| text.len() <= LONGEST);
            texts.extend(found.map(|text| text.as_bytes().to_vec()));
            assert!(texts.len() > before, "{feature} has no {member}");
        }
        texts
    }

    /// The words that a JSON fuzzer should know: every member's name in every JSON text of the vectors, in a fuzzer's spelling.
    #[must_use]
    pub fn dictionary(&self) -> String {
        let mut words = BTreeSet::new();
        for (_, file) in &self.0 {
            for case in list(&file["groups"]).flat_map(|group| list(&group["cases"])) {
                for text in list_texts(&case["input"]) {
                    if let Ok(value) = serde_json::from_str::<Value>(text) {
                        names(&value, &mut words);
                    }
                }
            }
        }
        words.iter().map(|word| format!("\"\\\"{word}\\\":\"\n")).collect()
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths = listing.map(|entry| entry.expect("a folder that opened can be listed").path()).collect::<Vec<_>>();
    paths.sort();
    paths
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn list_texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(elements) => elements.iter().flat_map(list_texts).collect(),
        Value::Object(members) => members.values().flat_map(list_texts).collect(),
        _ => Vec::new(),
    }
}

fn names(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| names(element, words)),
        Value::Object(members) => {
            for (name, value) in members {
                if (2..=24).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    words.insert(name.clone());
                }
                names(value, words);
            }
        }
        _ => {}
    }
}
