//! The tables of a policy, with the place of every key and value, whichever of its two texts it was written in.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::error::{PolicyError, PolicyReason};
use crate::text::escape;

/// A value, and the byte of the text that it begins at.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

/// What a key can be given.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Member>),
    /// Something that no key takes, by the name of its type.
    Other(&'static str),
}

/// A key, where it stands, and what it is given.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) at: usize,
    pub(super) key: String,
    pub(super) node: Node,
}

impl Value {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Flag(_) => "boolean",
            Self::List(_) => "array",
            Self::Table(_) => "table",
            Self::Other(name) => name,
        }
    }
}

/// One kind of table: what it is called and which keys it has.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) keys: &'static [&'static str],
}

/// A table whose keys are all known.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    text: &'t str,
    at: usize,
    table: &'t [Member],
    kind: &'static Kind,
}

impl<'t> Section<'t> {
    /// Looks at the keys of a table; of several strange ones, the first in the text is reported.
    pub(super) fn open(text: &'t str, at: usize, table: &'t [Member], kind: &'static Kind) -> Result<Self, PolicyError> {
        let strange = table.iter().filter(|member| !kind.keys.contains(&member.key.as_str()));
        match strange.min_by_key(|member| member.at) {
            None => Ok(Self { text, at, table, kind }),
            Some(Member { at, key, .. }) => {
                let mut words = format!("unknown key `{}`{}", escape(key, 40), kind.place());
                if let Some(meant) = meant(key, kind.keys) {
                    words.push_str(&format!("; did you mean `{meant}`?"));
                }
                Err(PolicyError::at(text, *at, PolicyReason::UnknownKey, words))
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// A value, if it is there.
    pub(super) fn find(&self, key: &'static str) -> Option<Item<'t>> {
        debug_assert!(self.kind.keys.contains(&key), "the key is in the list");
        self.table.iter().find(|member| member.key == key).map(|member| Item { text: self.text, key, node: &member.node })
    }

    /// A value that has to be there.
    pub(super) fn require(&self, key: &'static str) -> Result<Item<'t>, PolicyError> {
        self.find(key).ok_or_else(|| self.error(PolicyReason::MissingKey, format!("key `{key}` is missing{}", self.kind.place())))
    }

    /// An error about the table as a whole.
    pub(super) fn error(&self, reason: PolicyReason, words: String) -> PolicyError {
        PolicyError::at(self.text, self.at, reason, words)
    }
}

impl Kind {
    fn place(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in {}", self.name) }
    }
}

/// A value with its key and its place.
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    text: &'t str,
    key: &'static str,
    node: &'t Node,
}

impl<'t> Item<'t> {
    /// An error about this value.
    pub(super) fn error(&self, reason: PolicyReason, words: impl AsRef<str>) -> PolicyError {
        PolicyError::at(self.text, self.node.at, reason, format!("`{}`: {}", self.key, words.as_ref()))
    }

    fn other_type(&self, expected: &str) -> PolicyError {
        self.error(PolicyReason::Type, format!("expected {expected}, found {}", article(self.node.value.type_name())))
    }

    /// The text, when the value is one.
    pub(super) fn text(&self) -> Result<&'t str, PolicyError> {
        match &self.node.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.other_type("text in quotes")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, PolicyError> {
        match &self.node.value {
            Value::Flag(flag) => Ok(*flag),
            _ => Err(self.other_type("true or false")),
        }
    }

    /// The texts of a list that is not empty.
    pub(super) fn list(&self) -> Result<Vec<Self>, PolicyError> {
        let Value::List(list) = &self.node.value else { return Err(self.other_type("a list of texts")) };
        if list.is_empty() {
            return Err(self.error(PolicyReason::List, "the list is empty: leave the key out, or name something"));
        }
        let items: Vec<_> = list.iter().map(|node| Self { node, ..*self }).collect();
        items.iter().try_for_each(|item| item.text().map(drop))?;
        Ok(items)
    }

    /// One text, or the texts of a list.
    pub(super) fn one_or_more(&self) -> Result<Vec<Self>, PolicyError> {
        if matches!(self.node.value, Value::List(_)) { self.list() } else { self.text().map(|_| alloc::vec![*self]) }
    }

    /// What each text of a list means; two that mean the same are one too many.
    pub(super) fn distinct<T: PartialEq>(&self, read: impl Fn(&Self) -> Result<T, PolicyError>) -> Result<Vec<T>, PolicyError> {
        let mut read_so_far = Vec::new();
        for item in self.list()? {
            let value = read(&item)?;
            if read_so_far.contains(&value) {
                return Err(item.error(PolicyReason::List, format!("`{}` stands there twice", escape(item.text()?, 60))));
            }
            read_so_far.push(value);
        }
        Ok(read_so_far)
    }

    /// The word, if it is one of some.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, PolicyError> {
        let word = self.text()?;
        words.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
            let hint = meant(word, &names).map_or_else(|| names.join(", "), Into::into);
            self.error(PolicyReason::Word, format!("`{}` is not known here; did you mean {hint}?", escape(word, 40)))
        })
    }

    /// The value as a table of a kind.
    pub(super) fn section(&self, kind: &'static Kind) -> Result<Section<'t>, PolicyError> {
        let Value::Table(table) = &self.node.value else { return Err(self.other_type("a table")) };
        Section::open(self.text, self.node.at, table, kind)
    }

    /// The value as a list of tables of a kind.
    pub(super) fn sections(&self, kind: &'static Kind) -> Result<Vec<Section<'t>>, PolicyError> {
        let Value::List(list) = &self.node.value else { return Err(self.other_type("tables")) };
        list.iter().map(|node| Self { node, ..*self }.section(kind)).collect()
    }
}

fn article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// The name that a strange one is nearest to, if it is near: one slip in three letters.
fn meant<'n>(strange: &str, names: &[&'n str]) -> Option<&'n str> {
    let nearest = names.iter().map(|name| (slips(strange, name), *name)).min()?;
    let allowed = strange.len().min(nearest.1.len()).div_ceil(3);
    (nearest.0 <= allowed).then_some(nearest.1)
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbours to make one text of the other.
fn slips(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() > 64 {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut this = alloc::vec![row.saturating_add(1)];
        for (column, b) in right.iter().enumerate() {
            let near = |row: &[usize], back: usize| {
                column.checked_add(1).and_then(|at| at.checked_sub(back)).and_then(|at| row.get(at)).copied().unwrap_or(usize::MAX)
            };
            let mut best = near(&last, 1).saturating_add(usize::from(a != b));
            best = best.min(near(&last, 0).saturating_add(1)).min(near(&this, 1).saturating_add(1));
            let swapped =
                row > 0 && column > 0 && left.get(row.wrapping_sub(1)) == Some(b) && right.get(column.wrapping_sub(1)) == Some(a);
            if swapped {
                best = best.min(near(&before_last, 2).saturating_add(1));
            }
            this.push(best);
        }
        before_last = mem::replace(&mut last, this);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{meant, slips};

    #[test]
    fn a_slip_is_one_letter_or_two_neighbours() {
        for (left, right, expected) in
            [("", "", 0), ("a", "", 1), ("pirce", "price", 1), ("prce", "price", 1), ("network", "networks", 1), ("ab", "cd", 2)]
        {
            assert_eq!((slips(left, right), slips(right, left)), (expected, expected), "{left} {right}");
        }
        assert_eq!(meant("pirce", &["url", "price"]), Some("price"));
        assert_eq!(meant("frobnicate", &["url", "price"]), None);
        assert_eq!(meant(&"x".repeat(100), &["url"]), None);
    }
}
