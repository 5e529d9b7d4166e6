//! Rules that are read off the sources themselves: no unsafe code, no reading of the environment, proof tokens made where the list
//! says.
//!
//! The reader here is no parser. It blanks comments and literals and looks for whole words, which is exact enough for words that
//! have no other meaning in code, and errs on the side of reporting.

use std::fs;

use crate::shell::{Failure, none_of};
use crate::stages::Notes;
use crate::workspace::Workspace;

/// The members that may read the environment: the programs.
const READ_ENVIRONMENT: &[&str] = &["cli", "xtask"];

/// Where proof tokens are defined, and so may be made without an entry in the list.
const PROOF_MODULE: &[&str] = &["crates/core/src/proof.rs", "crates/core/src/proof/"];

/// Every other place that makes a proof token; one line per place, `file: the line's code`.
const ASSERTION_LIST: &str = "crates/xtask/assertions.txt";

/// `unsafe_code = "forbid"` stands in the workspace's lints; this sees to it that every member takes them, and that nothing is
/// written that only an allowance would let through.
pub(crate) fn no_unsafe(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut problems = Vec::new();
    if !fs::read_to_string(workspace.root.join("Cargo.toml"))?.contains("unsafe_code = \"forbid\"") {
        problems.push("Cargo.toml no longer forbids unsafe_code".into());
    }
    for member in &workspace.members {
        let manifest = format!("{}/Cargo.toml", member.folder);
        if !fs::read_to_string(workspace.root.join(&manifest))?.contains("[lints]\nworkspace = true\n") {
            problems.push(format!("{manifest} does not take the workspace's lints"));
        }
        for (path, line) in places(workspace, &member.folder, |code| mentions(code, "unsafe"))? {
            problems.push(format!("{path}: {line}"));
        }
    }
    none_of("unsafe code", &problems)?;
    Ok(Notes::new())
}

/// `env::var` and its kin, outside the programs.
pub(crate) fn environment(workspace: &Workspace) -> Result<Notes, Failure> {
    const READERS: &[&str] = &["var", "var_os", "vars", "vars_os"];
    let mut problems = Vec::new();
    for member in workspace.members.iter().filter(|member| !READ_ENVIRONMENT.contains(&member.short())) {
        let reads = |code: &str| READERS.iter().any(|name| code.contains(&format!("env::{name}("))) || mentions(code, "option_env");
        for (path, line) in places(workspace, &member.folder, reads)? {
            problems.push(format!("{path}: {line}"));
        }
    }
    none_of("environment variables are read in", &problems)?;
    Ok(Notes::new())
}

/// Whoever calls an `assertion` vouches for a payment; each such place is on the list, so that a new one is seen in review.
pub(crate) fn assertions(workspace: &Workspace) -> Result<Notes, Failure> {
    let mut found = Vec::new();
    for member in &workspace.members {
        for (path, line) in places(workspace, &member.folder, |code| code.contains("::assertion("))? {
            if !PROOF_MODULE.iter().any(|module| path.starts_with(module)) {
                found.push(format!("{path}: {line}"));
            }
        }
    }
    let list = fs::read_to_string(workspace.root.join(ASSERTION_LIST))?;
    let mut listed =
        list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Into::into).collect::<Vec<String>>();
    found.sort();
    listed.sort();
    let new = found.iter().filter(|line| count(&found, line) > count(&listed, line)).map(|line| format!("+ {line}"));
    let gone = listed.iter().filter(|line| count(&listed, line) > count(&found, line)).map(|line| format!("- {line}"));
    none_of(&format!("{ASSERTION_LIST} and the sources differ"), &new.chain(gone).collect::<Vec<_>>())?;
    Ok(vec![format!("{} places make proof tokens", found.len())])
}

/// Lines of a member's code that a test picks, as (file, the line as written).
fn places(workspace: &Workspace, folder: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for (path, text) in workspace.sources(folder, ".rs")? {
        for (code, line) in code_only(&text).lines().zip(text.lines()) {
            if wanted(code) {
                found.push((path.clone(), line.trim().to_owned()));
            }
        }
    }
    Ok(found)
}

fn count(list: &[String], line: &str) -> usize {
    list.iter().filter(|other| *other == line).count()
}

/// Whether `word` stands in `code` as a whole word.
pub(crate) fn mentions(code: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (code.get(..at), code.get(at + word.len()..));
        !before.unwrap_or_default().ends_with(part_of_word) && !after.unwrap_or_default().starts_with(part_of_word)
    })
}

/// The source with the insides of comments and literals left out; lines stay lines.
pub(crate) fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(hashes) = raw_string(rest, &code) {
            let closing = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            rest.get(body..).and_then(|text| text.find(&closing)).map_or(rest.len(), |at| body + at + closing.len())
        } else if first == '"' {
            string(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            code.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (blanked, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        code.push(' ');
        code.extend(blanked.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    code
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" if depth == 1 => return at + 2,
            b"*/" => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The number of `#` with which a raw string starts here, if one does.
fn raw_string(text: &str, before: &str) -> Option<usize> {
    if before.ends_with(|c: char| (c.is_alphanumeric() && c != 'b') || c == '_') {
        return None;
    }
    let after = text.strip_prefix('r')?;
    let opened = after.trim_start_matches('#');
    opened.starts_with('"').then(|| after.len() - opened.len())
}

/// The length of an ordinary string.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal, if this is one and not a lifetime.
fn character(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    if inside.starts_with('\\') {
        let escaped = inside.chars().nth(1).map_or(1, |c| 1 + c.len_utf8());
        return inside.get(escaped..)?.find('\'').map(|at| 1 + escaped + at + 1);
    }
    let length = 1 + inside.chars().next()?.len_utf8();
    text.get(length..)?.starts_with('\'').then_some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::{code_only, mentions};

    fn check(source: &str, expected: &str) {
        assert_eq!(code_only(source), expected, "{source}");
    }

    #[test]
    fn comments_and_literals_are_left_out() {
        check("a // unsafe\nb", "a  \nb");
        check("a /* x /* y */\n unsafe */ b", "a  \n b");
        check(r#"f("unsafe \" {") + 1"#, "f( ) + 1");
        check("g(r#\"a \" unsafe\"#, br\"x\")", "g( , b )");
        check(r"['\'', '\\', '\u{41}', '\x7f', '\n', 'ä', '\u{2028}']", "[ ,  ,  ,  ,  ,  ,  ]");
        check("fn f<'a>(x: &'a str) -> &'static str { 'y' }", "fn f<'a>(x: &'a str) -> &'static str {   }");
        check("let for\"x\"", "let for ");
    }

    #[test]
    fn words_are_whole() {
        assert!(mentions("unsafe { }", "unsafe"));
        assert!(mentions("use k256::ecdsa;", "k256"));
        assert!(!mentions("forbid(unsafe_code)", "unsafe"));
        assert!(!mentions("my_k256::x", "k256"));
    }
}
