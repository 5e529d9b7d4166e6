//! JSON-RPC 2.0: calls into a body, a body into as many answers.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::transport::Trouble;

/// A call of a node's method.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) method: &'static str,
    pub(super) params: Value,
}

impl Ask {
    pub(super) const fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }

    const fn numbered(&self, id: usize) -> Request<'_> {
        Request { jsonrpc: "2.0", id, method: self.method, params: &self.params }
    }
}

/// A call as it is written.
#[derive(serde::Serialize)]
struct Request<'a> {
    jsonrpc: &'static str,
    id: usize,
    method: &'static str,
    params: &'a Value,
}

/// What a node said to one call.
#[derive(Debug)]
pub(super) enum Said {
    Result(Box<RawValue>),
    Error(NodeError),
}

impl Said {
    /// The result as a type; an error of the node is given back as it is.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<Result<T, NodeError>, Trouble> {
        match self {
            Self::Result(raw) => serde_json::from_str(raw.get()).map(Ok).map_err(|_| Trouble::Garbage),
            Self::Error(error) => Ok(Err(error)),
        }
    }
}

/// An error in a node's words, which may repeat what it was sent: they are compared and never printed.
#[derive(serde::Deserialize)]
pub(super) struct NodeError {
    pub(super) code: i64,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) data: Option<Value>,
}

impl std::fmt::Debug for NodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeError({})", self.code)
    }
}

#[derive(serde::Deserialize)]
struct Response {
    #[serde(default)]
    id: Value,
    #[serde(default, deserialize_with = "present")]
    result: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<NodeError>,
}

/// Keeps `null`, which is an answer, apart from nothing, which is none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// The body that makes calls: one as an object, several as a batch.
pub(super) fn write(calls: &[Ask]) -> Vec<u8> {
    let body = match calls {
        [only] => serde_json::to_vec(&only.numbered(0)),
        several => serde_json::to_vec(&several.iter().enumerate().map(|(id, call)| call.numbered(id)).collect::<Vec<_>>()),
    };
    body.unwrap_or_default()
}

/// The answers to so many calls, in the order of the calls. A batch may be answered in any order, but each call once.
pub(super) fn read(body: &[u8], calls: usize) -> Result<Vec<Said>, Trouble> {
    let responses = if calls == 1 {
        vec![serde_json::from_slice::<Response>(body).map_err(|_| Trouble::Garbage)?]
    } else {
        match serde_json::from_slice::<Vec<Response>>(body) {
            Ok(responses) => responses,
            // a node that takes no batches, or none so large, says so once
            Err(_) => return Err(serde_json::from_slice::<Response>(body).map_or(Trouble::Garbage, |_| Trouble::Refused)),
        }
    };
    let mut answers = (0..calls).map(|_| None).collect::<Vec<_>>();
    for Response { id, result, error } in responses {
        let said = match (result, error) {
            (Some(result), None) => Said::Result(result),
            (None, Some(error)) => Said::Error(error),
            // some write `"result": null` beside an error
            (Some(result), Some(error)) if result.get() == "null" => Said::Error(error),
            _ => return Err(Trouble::Garbage),
        };
        let place = id.as_u64().and_then(|id| usize::try_from(id).ok()).and_then(|id| answers.get_mut(id));
        match place {
            Some(place @ None) => *place = Some(said),
            _ => return Err(Trouble::Garbage),
        }
    }
    answers.into_iter().collect::<Option<_>>().ok_or(Trouble::Garbage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, calls: usize, expected: Result<&[&str], Trouble>) {
        let shown = |said: Said| match said {
            Said::Result(raw) => raw.get().to_owned(),
            Said::Error(error) => format!("{error:?}"),
        };
        let found = read(body.as_bytes(), calls).map(|answers| answers.into_iter().map(shown).collect::<Vec<_>>());
        let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn one_call_has_one_answer() {
        check(r#"{"jsonrpc":"2.0","id":0,"result":"0x1"}"#, 1, Ok(&["\"0x1\""]));
        check(r#"{"id":0,"result":null}"#, 1, Ok(&["null"]));
        check(r#"{"id":0,"result":null,"error":{"code":-32000,"message":"m"}}"#, 1, Ok(&["NodeError(-32000)"]));
        for garbage in [
            "",
            "<html>",
            "{}",
            "[]",
            r#"{"id":0}"#,
            r#"{"id":1,"result":"0x1"}"#,
            r#"{"id":"0","result":"0x1"}"#,
            r#"{"id":null,"result":"0x1"}"#,
            r#"{"id":0,"result":"0x1","error":{"code":1}}"#,
            r#"{"id":0,"id":0,"result":"0x1"}"#,
            r#"{"id":0,"error":"broken"}"#,
            r#"[{"id":0,"result":"0x1"}]"#,
        ] {
            check(garbage, 1, Err(Trouble::Garbage));
        }
    }

    #[test]
    fn a_batch_has_an_answer_for_each_call_in_any_order() {
        check(r#"[{"id":1,"result":1},{"id":0,"error":{"code":3,"message":""}}]"#, 2, Ok(&["NodeError(3)", "1"]));
        check(r#"[{"id":0,"result":1}]"#, 2, Err(Trouble::Garbage));
        check(r#"[{"id":0,"result":1},{"id":0,"result":1}]"#, 2, Err(Trouble::Garbage));
        check(r#"[{"id":0,"result":1},{"id":1,"result":1},{"id":2,"result":1}]"#, 2, Err(Trouble::Garbage));
        check(r#"{"id":null,"error":{"code":-32600,"message":"batches are not for you"}}"#, 2, Err(Trouble::Refused));
    }

    #[test]
    fn row_220_a_nodes_words_are_not_printed() {
        let error = NodeError { code: 1, message: "sentinel".into(), data: Some("sentinel".into()) };
        assert!(!format!("{error:?}").contains("sentinel"));
    }
}
