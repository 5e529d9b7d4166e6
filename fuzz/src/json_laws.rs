//! What holds for all JSON that the strict reader accepts, and for every object of the wire.

use std::fmt::Debug;

use quittance_core::header::Envelope;
use quittance_core::json::{self, Object, Value};
use quittance_core::{DecodeError, Limits};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is written may be longer than what was read: `9e15` has sixteen digits in its canonical form.
const WRITTEN: Limits = Limits::BODY.with_bytes(4 * Limits::BODY.bytes);

/// The strict reader accepts less than a common one, and never reads anything else.
pub(crate) fn strict(data: &[u8]) -> Option<Value> {
    let value = json::parse(data, &Limits::BODY).ok()?;
    let text = value.to_string();
    let common = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("a common reader takes it");
    assert_eq!(common(data), common(text.as_bytes()));
    let again = json::parse(text.as_bytes(), &WRITTEN).expect("what was written is read");
    assert!(again == value);
    assert_eq!(again.to_string(), text);

    let canonical = json::canonical(&value);
    assert_eq!(json::canonical(&reordered(&value)), canonical);
    let again = json::parse(canonical.as_bytes(), &WRITTEN).expect("canonical text is read");
    assert!(again == value);
    assert_eq!(json::canonical(&again), canonical);
    Some(value)
}

/// Reads an object of the wire and holds it to what its module promises: reading and writing are inverse, nothing is invented, nothing but
/// `null` is left out, members keep their order, their order means nothing, and serde's way in and out is the same way.
pub(crate) fn object<T>(data: &[u8]) -> Option<T>
where
    T: TryFrom<Envelope, Error = DecodeError> + PartialEq + Debug + Serialize + DeserializeOwned,
    for<'a> Object: From<&'a T>,
{
    let given = Envelope::from_json(data, &Limits::BODY).ok()?;
    let read = |bytes: &[u8]| Envelope::from_json(bytes, &WRITTEN).and_then(T::try_from);
    let value = T::try_from(given.clone()).ok()?;
    let given = Value::from(given.into_object());
    let written = Object::from(&value);
    let text = written.to_string();

    let again = read(text.as_bytes()).expect("what was written is read");
    assert!(again == value, "{text}");
    assert_eq!(Object::from(&again).to_string(), text);

    let written = Value::from(written);
    assert_echoed(&given, &written);
    let turned = read(reordered(&given).to_string().as_bytes()).expect("the order of members means nothing");
    assert_eq!(json::canonical(&Object::from(&turned).into()), json::canonical(&written));

    let by_serde = serde_json::from_slice::<T>(data).expect("serde reads it as well");
    assert!(by_serde == value, "{text}");
    // serde knows doubles, not their text: `1.50` comes back as `1.5`, which is the same object.
    let through_serde = serde_json::to_string(&value).expect("serde writes it as well");
    assert!(read(through_serde.as_bytes()).is_ok_and(|again| again == value), "{text}\n{through_serde}");
    Some(value)
}

/// What was written is what was given, without members that are `null`.
fn assert_echoed(given: &Value, written: &Value) {
    match (given, written) {
        (Value::Object(given), Value::Object(written)) => {
            let kept = given.iter().filter(|(name, value)| {
                assert!(written.member(name).is_some() || **value == Value::Null, "{name} was lost");
                written.member(name).is_some()
            });
            let kept = kept.collect::<Vec<_>>();
            assert!(kept.iter().map(|(name, _)| *name).eq(written.iter().map(|(name, _)| name)), "names or their order");
            kept.iter().zip(written.iter()).for_each(|((_, given), (_, written))| assert_echoed(given, written));
        }
        (Value::Array(given), Value::Array(written)) => {
            assert_eq!(given.len(), written.len());
            given.iter().zip(written).for_each(|(given, written)| assert_echoed(given, written));
        }
        _ => assert!(given == written, "{given} became {written}"),
    }
}

/// The same value with the members of every object in the opposite order.
pub(crate) fn reordered(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(reordered).collect::<Vec<_>>().into(),
        Value::Object(object) => {
            let members = object.iter().map(|(name, value)| (name, reordered(value))).collect::<Vec<_>>();
            members.into_iter().rev().collect::<Object>().into()
        }
        other => other.clone(),
    }
}
