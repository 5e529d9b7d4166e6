//! Values as they are read: texts borrowed from the input wherever it holds them without an escape.
//!
//! Reading a payment allocates for the lists of members only; what outlives the input becomes a [`Value`].

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Number, Object, Value};
use crate::each::each;

/// A JSON value that borrows from its text.
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// The literal of a number that [`Number`] accepts.
    Number(Cow<'a, str>),
    String(Cow<'a, str>),
    Array(Vec<Self>),
    /// Members with unique names, in their order.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Node<'_> {
    /// Whether this is the value, written the same way: members in the same order, numbers with the same digits.
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(this), Value::Bool(other)) => this == other,
            (Self::Number(literal), Value::Number(number)) => literal == number.text(),
            (Self::String(text), Value::String(other)) => text == other,
            (Self::Array(elements), Value::Array(others)) => {
                elements.len() == others.len() && elements.iter().zip(others).all(|(this, other)| this.is(other))
            }
            (_, Value::Object(object)) => self.is_object(object),
            _ => false,
        }
    }

    /// Whether this is the object, written the same way.
    pub(crate) fn is_object(&self, object: &Object) -> bool {
        let Self::Object(members) = self else { return false };
        members.len() == object.len()
            && members.iter().zip(object.iter()).all(|((name, node), (own, value))| name == own && node.is(value))
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Self {
        match node {
            Node::Null => Self::Null,
            Node::Bool(value) => Self::Bool(value),
            Node::Number(literal) => Self::Number(Number::accepted(&literal)),
            Node::String(text) => Self::String(text.into_owned()),
            Node::Array(elements) => Self::Array(each(elements, Self::from)),
            Node::Object(members) => Self::Object(object(members)),
        }
    }
}

/// The members of an object, as one that owns its texts.
fn object(members: Vec<(Cow<'_, str>, Node<'_>)>) -> Object {
    Object::from_unique(each(members, |(name, value)| (name.into_owned(), value.into())))
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(Cow::Borrowed(number.text())),
            Value::String(text) => Self::String(Cow::Borrowed(text)),
            Value::Array(elements) => Self::Array(elements.iter().map(Self::from).collect()),
            Value::Object(object) => Self::Object(object.iter().map(|(name, value)| (Cow::Borrowed(name), value.into())).collect()),
        }
    }
}

impl From<Value> for Node<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(Cow::Owned(number.into_text())),
            Value::String(text) => Self::String(Cow::Owned(text)),
            Value::Array(elements) => Self::Array(each(elements, Self::from)),
            Value::Object(object) => Self::Object(object.into_nodes()),
        }
    }
}
