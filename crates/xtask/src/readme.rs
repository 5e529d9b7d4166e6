//! The map in README.md: the members with their one line each, and who depends on whom, generated so that it cannot grow stale.

use std::fmt::Write as _;
use std::fs;

use crate::graph::ours;
use crate::shell::Failure;
use crate::stages::Notes;
use crate::workspace::{Kind, Member, Workspace};

const BEGIN: &str = "<!-- map:begin -->";
const END: &str = "<!-- map:end -->";

/// Writes the map between its two marks.
pub(crate) fn rewrite(workspace: &Workspace) -> Result<(), Failure> {
    let path = workspace.root.join("README.md");
    let text = fs::read_to_string(&path)?;
    Ok(fs::write(&path, with_map(&text, &workspace.members)?)?)
}

/// The map in README.md is what [`rewrite`] would write.
pub(crate) fn check(workspace: &Workspace) -> Result<Notes, Failure> {
    let text = fs::read_to_string(workspace.root.join("README.md")).map_err(|error| Failure(format!("README.md: {error}")))?;
    if with_map(&text, &workspace.members)? == text {
        Ok(Notes::new())
    } else {
        Err("the map in README.md is not the workspace's: run `cargo xtask readme`".into())
    }
}

fn with_map(text: &str, members: &[Member]) -> Result<String, Failure> {
    between_marks(text, BEGIN, END, &map(members))
}

/// README's text with what stands between two marks replaced.
pub(crate) fn between_marks(text: &str, begin: &str, end: &str, content: &str) -> Result<String, Failure> {
    let marks = text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = marks.ok_or_else(|| Failure(format!("README.md has no `{begin}` followed by `{end}`")))?;
    Ok(format!("{before}{begin}\n{content}{end}{after}"))
}

/// A table for people, a drawing of the normal dependencies for people in a hurry.
fn map(members: &[Member]) -> String {
    let mut map = String::from("| crate | folder | what it is |\n|---|---|---|\n");
    for member in members {
        let Member { package, folder, description, .. } = member;
        // an odd description must not break the table apart
        let description = description.replace('|', "\\|");
        writeln!(map, "| `{package}` | [`{folder}`]({folder}) | {description} |").expect("a String takes everything");
    }
    map.push_str("\n```mermaid\ngraph TD\n");
    for member in members {
        writeln!(map, "    {}", member.short()).expect("a String takes everything");
    }
    for member in members {
        let mut normal = member.clone();
        normal.dependencies.retain(|dependency| dependency.kind == Kind::Normal);
        for other in ours(&normal, members) {
            writeln!(map, "    {} --> {}", member.short(), crate::workspace::short(other)).expect("a String takes everything");
        }
    }
    map.push_str("```\n");
    map
}

#[cfg(test)]
mod tests {
    use super::with_map;
    use crate::graph::tests::members;

    const MAP: &str = "\
# Title

<!-- map:begin -->
| crate | folder | what it is |
|---|---|---|
| `quittance-core` | [`crates/core`](crates/core) | what core does |
| `quittance-guard` | [`crates/guard`](crates/guard) | what guard does |

```mermaid
graph TD
    core
    guard
    guard --> core
```
<!-- map:end -->

The rest.
";

    fn check(before: &str, expected: Option<&str>) {
        assert_eq!(with_map(before, &members("core: serde; guard: core")).ok().as_deref(), expected);
    }

    #[test]
    fn the_map_replaces_what_stood_between_the_marks() {
        check("# Title\n\n<!-- map:begin --><!-- map:end -->\n\nThe rest.\n", Some(MAP));
        check("# Title\n\n<!-- map:begin -->\nold\n<!-- map:end -->\n\nThe rest.\n", Some(MAP));
        check(MAP, Some(MAP));
    }

    #[test]
    fn marks_that_are_missing_or_swapped_are_an_error() {
        check("# Title\n", None);
        check("<!-- map:end --> <!-- map:begin -->", None);
    }
}
