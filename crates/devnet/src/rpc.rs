//! JSON-RPC 2.0: one request or a batch, in the spelling and with the errors of an Ethereum node.
//!
//! [`eth`] is what nodes answer, [`hand`] what only chains for development do, under the names that their users know. A name that is
//! in neither is "method not found".

mod eth;
mod filter;
mod hand;
mod params;

use alloy_primitives::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use crate::chain::{CallFailure, Refusal};
use crate::faults::Fault;
use crate::shared::Shared;

pub(crate) use filter::Filters;
use params::Params;

/// How many calls one batch may hold.
const BATCH: usize = 1_000;

/// An error as JSON-RPC has it.
#[derive(Debug)]
pub(crate) struct RpcError {
    code: i64,
    message: String,
    data: Option<Bytes>,
}

/// What becomes of a request.
pub(crate) enum Reply {
    Answer(Value),
    /// Only notifications: there is nothing to say.
    Nothing,
    /// The connection is to break.
    Lost,
}

/// Answers the body of a request.
pub(crate) async fn answer(shared: &Shared, body: &[u8]) -> Reply {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return Reply::Answer(failure(Value::Null, &RpcError::new(-32700, "parse error")));
    };
    let calls = match request {
        Value::Array(calls) if calls.is_empty() => return Reply::Answer(failure(Value::Null, &RpcError::invalid_request())),
        Value::Array(calls) if calls.len() > BATCH => {
            return Reply::Answer(failure(Value::Null, &RpcError::new(-32600, format!("a batch may hold {BATCH} calls"))));
        }
        Value::Array(calls) => calls,
        single => return one(shared, single).await,
    };
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        match one(shared, call).await {
            Reply::Answer(answer) => answers.push(answer),
            Reply::Nothing => {}
            Reply::Lost => return Reply::Lost,
        }
    }
    if answers.is_empty() { Reply::Nothing } else { Reply::Answer(Value::Array(answers)) }
}

async fn one(shared: &Shared, call: Value) -> Reply {
    let Value::Object(mut call) = call else {
        return Reply::Answer(failure(Value::Null, &RpcError::invalid_request()));
    };
    let id = call.remove("id");
    let shown_id = id.clone().unwrap_or(Value::Null);
    let (Some(Value::String(method)), params) = (call.remove("method"), call.remove("params")) else {
        return Reply::Answer(failure(shown_id, &RpcError::invalid_request()));
    };
    let fault = shared.faults.meet(&method);
    let result = match &fault {
        Some(Fault::LoseRequest) => return Reply::Lost,
        Some(Fault::Error { code, message }) => Err(RpcError::new(*code, message.clone())),
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(*time).await;
            run(shared, &method, params)
        }
        Some(Fault::LoseAnswer) | None => run(shared, &method, params),
    };
    if fault == Some(Fault::LoseAnswer) {
        return Reply::Lost;
    }
    let Some(id) = id else { return Reply::Nothing };
    Reply::Answer(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failure(id, &error),
    })
}

fn run(shared: &Shared, method: &str, params: Option<Value>) -> Result<Value, RpcError> {
    let params = Params::new(params)?;
    match eth::run(shared, method, &params) {
        Some(result) => result,
        None => hand::run(shared, method, &params)
            .unwrap_or_else(|| Err(RpcError::new(-32601, format!("the method {method} does not exist/is not available")))),
    }
}

fn failure(id: Value, error: &RpcError) -> Value {
    let mut shown = json!({ "code": error.code, "message": error.message });
    if let (Some(data), Some(members)) = (&error.data, shown.as_object_mut()) {
        members.insert("data".into(), Value::String(data.to_string()));
    }
    json!({ "jsonrpc": "2.0", "id": id, "error": shown })
}

/// A result as JSON.
fn shown(result: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(result).map_err(|error| RpcError::new(-32603, error.to_string()))
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    fn invalid_request() -> Self {
        Self::new(-32600, "invalid request")
    }

    fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    /// What a node says when it could not do what it was asked.
    fn server(message: impl Into<String>) -> Self {
        Self::new(-32000, message)
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        Self::server(refusal.0)
    }
}

impl From<CallFailure> for RpcError {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Other(message) => Self::server(message),
            CallFailure::Reverted(data) => {
                let message = reason(&data).map_or_else(|| "execution reverted".into(), |why| format!("execution reverted: {why}"));
                Self { code: 3, message, data: Some(data) }
            }
        }
    }
}

/// The reason inside the bytes of a revert, where they are Solidity's `Error(string)` or `Panic(uint256)`.
fn reason(data: &[u8]) -> Option<String> {
    const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];
    const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];
    let (selector, rest) = data.split_at_checked(4)?;
    let number = |at: usize| -> Option<usize> {
        let (high, low) = rest.get(at..at.checked_add(32)?)?.split_at(24);
        let low = u64::from_be_bytes(low.try_into().ok()?);
        high.iter().all(|byte| *byte == 0).then(|| usize::try_from(low).ok())?
    };
    if selector == PANIC {
        return Some(
            match number(0)? {
                0x01 => "assert(false)",
                0x11 => "arithmetic underflow or overflow",
                0x12 => "division or modulo by zero",
                0x21 => "enum overflow",
                0x22 => "invalid encoded storage byte array accessed",
                0x31 => "out-of-bounds array access; popping on an empty array",
                0x32 => "out-of-bounds access of an array or bytesN",
                0x41 => "out of memory",
                0x51 => "uninitialized function",
                code => return Some(format!("unknown panic code: {code:#x}")),
            }
            .into(),
        );
    }
    if selector != ERROR {
        return None;
    }
    let start = number(0)?.checked_add(32)?;
    let length = number(start.checked_sub(32)?)?;
    String::from_utf8(rest.get(start..start.checked_add(length)?)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::reason;
    use alloy_primitives::hex;

    fn check(data: &[u8], expected: Option<&str>) {
        assert_eq!(reason(data).as_deref(), expected);
    }

    #[test]
    fn reasons_are_read_and_broken_ones_are_none() {
        let word = |last: u8| {
            let mut word = [0; 32];
            word[31] = last;
            word
        };
        let error = [&hex!("08c379a0")[..], &word(32), &word(4), b"nope"].concat();
        check(&error, Some("nope"));
        check(&error[..error.len() - 1], None);
        check(&[&hex!("08c379a0")[..], &[0xff; 32]].concat(), None);
        check(&[&hex!("4e487b71")[..], &word(0x11)].concat(), Some("arithmetic underflow or overflow"));
        check(&hex!("756688fe"), None);
        check(&[], None);
    }
}
