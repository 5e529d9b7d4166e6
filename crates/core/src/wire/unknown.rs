//! The members of an object that this crate has no name for.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use crate::json::Value;

/// Members that this version of the crate does not know, kept as they came.
///
/// It also remembers where the known ones stood among them, so that an object that is read and written again keeps the order of its
/// members. Equality looks at the unknown members only.
#[derive(Clone, Default)]
pub struct Unknown(pub(super) Vec<(Cow<'static, str>, Option<Value>)>);

impl Unknown {
    /// No unknown members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The unknown members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name.as_ref(), value)))
    }

    /// Adds a member at the end.
    pub(in crate::wire) fn push(&mut self, name: &'static str, value: Value) {
        self.0.push((Cow::Borrowed(name), Some(value)));
    }

    /// The unknown members by name: both sides of a comparison can be a stranger's (catalogue row 25).
    fn sorted(&self) -> Vec<(&str, &Value)> {
        let mut members: Vec<_> = self.iter().collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        members
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl Eq for Unknown {}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} unknown", self.iter().count())
    }
}
