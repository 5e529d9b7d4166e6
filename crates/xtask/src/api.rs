//! What a pure crate shows to those who use it: no type of anybody else's, and no version of the protocol outside the wire.
//!
//! Like [`source`](crate::source), this reads text. A compiler would know more, but its machine-readable documentation is nightly's.
//! What text cannot know it reports: a name that is foreign anywhere in a crate is foreign everywhere in it unless the crate has a
//! type of that name, and what `pub` says is taken at its word, whether the module around it is private or not.

use std::collections::BTreeSet;

use crate::cross::PURE;
use crate::deps::name_in_code;
use crate::shell::{Failure, none_of};
use crate::source::{code_only, mentions};
use crate::stages::Notes;
use crate::workspace::{Kind, Member, Workspace};

/// Crates whose traits public types may implement. Their other names are as foreign as anybody's.
const TRAITS_WELCOME: &[&str] = &["serde"];

/// The members that must be able to speak of versions: tests, tasks and drivers of both.
const SPEAK_OF_VERSIONS: &[&str] = &["testkit", "xtask", "inspect", "wasm", "benches", "load", "lab"];

/// Where the words of a version may stand in all other members: (path, reason).
const VERSION_PLACES: &[(&str, &str)] = &[
    ("crates/core/src/wire/", "the objects of either version, and where the version is forgotten"),
    ("crates/core/src/header.rs", "the names of the headers are the versions' own"),
    ("crates/facilitator/src/case.rs", "a request of either version becomes one case"),
    ("crates/facilitator/src/answer.rs", "and is answered in the words of its own"),
    ("crates/cli/src/facilitator/sandbox.rs", "the request that is shown for trying is written in one of them"),
    ("crates/core/src/registry/", "the names that version 1 gave to networks are data beside the networks"),
];

/// The words of a version, in code; what merely contains one (`v1_name`, `V1Name`) is another word.
const VERSION_WORDS: &[&str] = &["V1", "V2", "v1", "v2"];

/// No public item of a pure crate names a type of a package that is not ours.
pub(crate) fn foreign_types(workspace: &Workspace) -> Result<Notes, Failure> {
    let ours = |name: &String| workspace.members.iter().any(|member| member.package.replace('-', "_") == *name);
    let (mut problems, mut items) = (Vec::new(), 0);
    for member in workspace.members.iter().filter(|member| PURE.contains(&member.short())) {
        let files = files(workspace, member)?;
        let crates = member.dependencies.iter().filter(|dependency| dependency.kind == Kind::Normal).map(name_in_code);
        let foreign = Foreign::of(crates.filter(|name| !ours(name)).collect(), files.iter().map(|(_, code)| code.as_str()));
        for (path, code) in &files {
            items += shown(code).len();
            problems.extend(foreign.leaks(code).into_iter().map(|leak| format!("{path}: {leak}")));
        }
    }
    none_of("foreign types in the API of a pure crate", &problems)?;
    Ok(vec![format!("{items} public items")])
}

/// The words of a protocol version stand in the wire module and in the few places beside it.
pub(crate) fn versions(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut problems = Vec::new();
    for member in workspace.members.iter().filter(|member| !SPEAK_OF_VERSIONS.contains(&member.short())) {
        for (path, text) in workspace.sources(&format!("{}/src", member.folder), ".rs")? {
            if is_test(&path) || VERSION_PLACES.iter().any(|(place, _)| path.starts_with(place)) {
                continue;
            }
            for (number, word) in words_of_versions(&text) {
                problems.push(format!("{path}:{number}: {word}"));
            }
        }
    }
    none_of("versions of the protocol outside the wire module", &problems)?;
    Ok(VERSION_PLACES.iter().map(|(place, reason)| format!("allowed in {place}: {reason}")).collect())
}

/// Every word of a version in the code before the tests, and every line that spells the member's name, with the line's number.
fn words_of_versions(text: &str) -> Vec<(usize, &'static str)> {
    const MEMBER: &str = "x402Version";
    let code = code_only(text);
    let lines = without_tests(&code).lines().zip(text.lines()).enumerate();
    lines
        .flat_map(|(i, (code, line))| {
            let words = VERSION_WORDS.iter().copied().filter(|word| mentions(code, word));
            let member = (line.contains(MEMBER) && !line.trim_start().starts_with("//")).then_some(MEMBER);
            words.chain(member).map(move |word| (i + 1, word)).collect::<Vec<_>>()
        })
        .collect()
}

/// The code of a member that is not tests.
fn files(workspace: &Workspace, member: &Member) -> Result<Vec<(String, String)>, Failure> {
    let sources = workspace.sources(&format!("{}/src", member.folder), ".rs")?;
    let code = sources.into_iter().filter(|(path, _)| !is_test(path));
    Ok(code.map(|(path, text)| (path, without_tests(&code_only(&text)).to_owned())).collect())
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// House style: tests stand last.
fn without_tests(code: &str) -> &str {
    code.split_once("\n#[cfg(test)]\nmod tests {").map_or(code, |(before, _)| before)
}

/// The names by which a crate knows what is not its own.
struct Foreign {
    /// The packages.
    crates: Vec<String>,
    /// What some file imports from them, by which others may reach it, unless the crate has a type of that name.
    imported: Vec<String>,
}

impl Foreign {
    fn of<'a>(crates: Vec<String>, files: impl Iterator<Item = &'a str> + Clone) -> Self {
        let own = files.clone().flat_map(declared_types).collect::<BTreeSet<_>>();
        let reach = |root: &String| crates.contains(root) && !TRAITS_WELCOME.contains(&root.as_str());
        let imports = files.flat_map(imports).filter(|(root, _)| reach(root)).map(|(_, name)| name);
        let imported = imports.filter(|name| !own.contains(name)).collect();
        Self { crates, imported }
    }

    /// Every public item of a file that shows a foreign name, with the name.
    fn leaks(&self, code: &str) -> Vec<String> {
        let (here, ours) = imports(code).into_iter().partition::<Vec<_>, _>(|(root, _)| self.crates.contains(root));
        let welcome = |name: &str| {
            TRAITS_WELCOME.contains(&name)
                || here.iter().any(|(root, local)| local == name && TRAITS_WELCOME.contains(&root.as_str()))
        };
        let named = self.crates.iter().chain(here.iter().map(|(_, name)| name)).map(String::as_str).collect::<BTreeSet<_>>();
        // By way of another file: imported from there, or by its path.
        let by_import = |name: &str| ours.iter().any(|(_, local)| local == name || local == "*");
        let shows = |text: &str, name: &str| named.contains(name) || by_import(name) || text.contains(&format!("::{name}"));
        let names = named.iter().copied().chain(self.imported.iter().map(String::as_str)).filter(|name| *name != "_");
        let names = names.collect::<BTreeSet<_>>();
        let leak = |(kind, text): (Shown, String)| {
            let suspects = names.iter().copied().filter(|name| kind == Shown::Declared || !welcome(name));
            let name = suspects.into_iter().find(|name| *name == "*" || mentions(&text, name) && shows(&text, name))?;
            Some(format!("`{name}` in `{text}`"))
        };
        shown(code).into_iter().filter_map(leak).collect()
    }
}

/// Two ways to show a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// `pub …`, or a type under another name.
    Declared,
    /// The head of an `impl`.
    Implemented,
}

/// Every item that a file shows, without what it does inside.
fn shown(code: &str) -> Vec<(Shown, String)> {
    let declared = words(code, "pub").filter(|rest| rest.starts_with(char::is_whitespace)).map(|rest| {
        let rest = rest.trim_start();
        match rest.split_whitespace().find(|word| !["const", "async", "unsafe", "extern"].contains(word)) {
            Some("fn") => until(rest, &['{', ';']),
            // All of an enumeration is public, and all of a trait; the bodies of its methods are read along.
            Some("enum" | "trait") => until_closed(rest, '}'),
            Some("struct" | "union" | "mod") => until(rest, &['{', '(', ';']),
            Some("use" | "static" | "type" | "crate") => until(rest, &[';']),
            _ if rest.starts_with("const ") => until(rest, &['=', ';']),
            // A field, named or not.
            _ => until_closed(rest, ','),
        }
    });
    let aliases = words(code, "type").map(|rest| until(rest, &[';']));
    let heads = words(code, "impl").filter(|rest| code[..code.len() - rest.len() - 4].trim_end_matches(' ').ends_with('\n'));
    let heads = heads.map(|rest| (Shown::Implemented, until(rest, &['{'])));
    let items = declared.chain(aliases).map(|text| (Shown::Declared, text)).chain(heads);
    items.map(|(kind, text)| (kind, text.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// What follows each whole word.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).filter_map(move |(at, _)| {
        let (before, rest) = (&code[..at], &code[at + word.len()..]);
        (!before.ends_with(part_of_word) && !rest.starts_with(part_of_word)).then_some(rest)
    })
}

fn until<'a>(text: &'a str, ends: &[char]) -> &'a str {
    text.split(ends).next().unwrap_or(text)
}

/// Up to an end outside all brackets that open in the text, or to the bracket that closes one opened before it.
fn until_closed(text: &str, end: char) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if text[..at].ends_with(['-', '=']) => {}
            ')' | ']' | '}' | '>' if depth == 0 => return &text[..at],
            ')' | ']' | '}' | '>' => {
                depth -= 1;
                if depth == 0 && c == end {
                    return &text[..at];
                }
            }
            _ if c == end && depth == 0 => return &text[..at],
            _ => {}
        }
    }
    text
}

/// The types that a file declares.
fn declared_types(code: &str) -> Vec<String> {
    let starts = ["struct", "enum", "trait", "union"].iter().flat_map(|kind| words(code, kind));
    starts
        .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').find(|name| !name.is_empty()))
        .map(Into::into)
        .collect()
}

/// Everything that a file imports: the first segment of its path, and the name that it has here.
fn imports(code: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for tree in words(code, "use").map(|rest| until(rest, &[';'])) {
        leaves(tree, "", "", &mut out);
    }
    out
}

/// `a::{b, c as d}` is `(a, b)` and `(a, d)`; `self` has the name of its parent.
fn leaves(tree: &str, root: &str, parent: &str, out: &mut Vec<(String, String)>) {
    let tree = tree.trim().trim_start_matches("::");
    let first = tree.split([':', ' ', '{']).next().unwrap_or(tree);
    let root = if root.is_empty() { first } else { root };
    if let Some((path, group)) = tree.split_once('{') {
        let parent = path.trim_end_matches("::").rsplit("::").next().unwrap_or(parent);
        let mut rest = group;
        while !rest.is_empty() {
            let branch = until_closed(rest, ',');
            leaves(branch, root, parent, out);
            rest = rest[branch.len()..].strip_prefix(',').unwrap_or_default();
        }
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, tree));
        let name = alias.rsplit("::").next().unwrap_or(alias).trim();
        out.push((root.trim().into(), if name == "self" && path == "self" { parent } else { name }.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::{Foreign, imports, words_of_versions};
    use crate::source::code_only;

    /// The names that leak from the first file; the others are the rest of the crate.
    fn check(files: &[&str], expected: &[&str]) {
        let files = files.iter().map(|text| code_only(text)).collect::<Vec<_>>();
        let foreign = Foreign::of(vec!["k256".into(), "serde".into()], files.iter().map(String::as_str));
        let leaks = foreign.leaks(&files[0]);
        let names = leaks.iter().map(|leak| leak.split('`').nth(1).unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(names, expected, "{files:?}: {leaks:?}");
    }

    #[test]
    fn what_is_inside_is_nobodys_business() {
        check(&["use k256::U256;\npub struct A(U256);\nimpl A {\n    pub fn b(self) -> u8 { U256::from(self.0) }\n}"], &[]);
        check(&["use k256::{Point, U256};\npub struct A { point: Point, pub size: usize }\npub(crate) fn f() -> U256 {}"], &[]);
        check(&["use k256::Engine as _;\npub const A: u8 = k256::A;\n// pub use k256::U256;\nfn g() -> k256::U256 {}"], &[]);
        check(&["impl serde::Serialize for A {\n}\nuse serde::de::Visitor;\nimpl<'de> Visitor<'de> for A {}"], &[]);
    }

    #[test]
    fn what_is_shown_is_caught() {
        check(&["pub fn f(x: &k256::U256) {}"], &["k256"]);
        check(&["use k256::{a::{self, U256 as Big}};\npub fn f(\n    x: u8,\n    y: Option<Big>,\n) -> u8 {}"], &["Big"]);
        check(&["use k256::a::{self, B};\npub async fn f() -> a::C {}\npub const fn g() -> B {}"], &["a", "B"]);
        check(&["use k256::U256;\npub struct A(u8, pub U256);\npub struct B {\n    pub c: Vec<(u8, U256)>,\n}"], &["U256", "U256"]);
        check(&["use k256::U256;\npub enum A { B(u8), C { d: U256 } }\npub trait E { fn f(&self) -> U256; }"], &["U256", "U256"]);
        check(&["use k256::U256;\npub const A: U256 = U256::ZERO;\npub static B: &[U256] = &[];"], &["U256", "U256"]);
        check(
            &["use k256::U256;\nimpl From<U256> for A {}\nimpl k256::Encode for A {\n    type Error = k256::Error;\n}"],
            &["k256", "U256", "k256"],
        );
        check(&["use serde::Serializer;\npub fn f<S: Serializer>(s: S) {}"], &["Serializer"]);
        check(&["use k256::*;\npub fn f() -> U256 {}"], &["*"]);
    }

    #[test]
    fn no_other_name_hides_it() {
        check(&["pub use k256::U256;"], &["U256"]);
        check(&["pub use ::k256 as curve;"], &["curve"]);
        check(&["pub extern crate k256;"], &["k256"]);
        check(&["pub use k256::{ecdsa::*, U256};"], &["*"]);
        check(&["type Big = k256::U256;\npub fn f() -> Big {}"], &["k256"]);
        check(&["pub use super::inner::U256;", "pub(crate) use k256::U256;"], &["U256"]);
        check(&["pub fn f() -> super::U256 {}", "use k256::U256;"], &["U256"]);
        check(&["use super::*;\npub fn f() -> U256 {}", "use k256::U256;"], &["U256"]);
        check(&["pub enum Error { U256 }", "use k256::U256;"], &[]);
        check(&["pub fn f() -> Signature {}\npub struct Signature;", "use k256::Signature;"], &[]);
    }

    #[test]
    fn imports_have_a_root_and_a_name() {
        let got = imports("use a::b; use ::c::{d::{self, e}, f as g,};\npub use h as i; pub(crate) use j::*;");
        let got = got.iter().map(|(root, name)| format!("{root} {name}")).collect::<Vec<_>>();
        assert_eq!(got, ["a b", "c d", "c e", "c g", "h i", "j *"]);
    }

    #[test]
    fn words_of_versions_are_whole_and_in_code() {
        let check = |text: &str, expected: &[(usize, &str)]| assert_eq!(words_of_versions(text), expected, "{text}");
        check("// V1\nlet v1_name = NetworkError::V1Name; // v2\nf(\"v2\")", &[]);
        check("match v {\n    Version::V1 => a,\n    _ => wire::v1::b,\n}", &[(2, "V1"), (3, "v1")]);
        check("/// x402Version\nobject.member(\"x402Version\")", &[(2, "x402Version")]);
        check("a\n#[cfg(test)]\nmod tests {\n    Version::V2\n}", &[]);
    }
}
