//! Objects: ordered, with unique names.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::write::{Spelling, write_object};
use super::{Node, Value};
use crate::each::each;

/// A JSON object. Members keep the order in which they were written; no name occurs twice.
#[derive(Clone, Default)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// An object without members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Builds an object from members whose names the caller has found to be unique.
    pub(crate) const fn from_unique(members: Vec<(String, Value)>) -> Self {
        Self(members)
    }

    /// The members, as what is read.
    pub(crate) fn into_nodes<'a>(self) -> Vec<(Cow<'a, str>, Node<'a>)> {
        each(self.0, |(name, value)| (Cow::Owned(name), value.into()))
    }

    /// The value of a member.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// Sets a member: replaces its value where it stands, or appends it.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(index).1)
    }

    /// The members in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members by name.
    fn sorted(&self) -> Vec<(&str, &Value)> {
        let mut members: Vec<_> = self.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        members
    }

    /// The number of members.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no members.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Objects of so few members are searched pairwise. Larger ones are sorted, so that a stranger's objects of many names cost no more
/// than `n log n` (catalogue row 25).
const PAIRWISE: usize = 16;

/// The position of a name that occurs a second time.
pub(super) fn repeated_name<N: AsRef<str>, V>(members: &[(N, V)]) -> Option<usize> {
    let names = members.iter().map(|(name, _)| name.as_ref());
    if members.len() <= PAIRWISE {
        return names.clone().enumerate().find(|(i, name)| names.clone().take(*i).any(|n| n == *name)).map(|(i, _)| i);
    }
    let mut names: Vec<(&str, usize)> = names.zip(0..).collect();
    names.sort_unstable();
    names.windows(2).find_map(|pair| match pair {
        [(first, _), (second, at)] if first == second => Some(*at),
        _ => None,
    })
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            false
        } else if self.len() <= PAIRWISE {
            self.iter().all(|(name, value)| other.member(name) == Some(value))
        } else {
            self.sorted() == other.sorted()
        }
    }
}

impl Eq for Object {}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object of {}", self.len())
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write_object(self, Spelling::AsRead, &mut out);
        f.write_str(&out)
    }
}

impl<N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Object {
    /// Of two members with one name the later value counts, at the earlier place.
    fn from_iter<I: IntoIterator<Item = (N, V)>>(members: I) -> Self {
        let members: Vec<(String, Value)> = members.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        if repeated_name(&members).is_none() {
            return Self(members);
        }
        let mut object = Self::new();
        for (name, value) in members {
            object.insert(name, value);
        }
        object
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = alloc::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
