//! Who answers whom, between a host and a server whose tools cost money.
//!
//! A relay stands where the host believes the server to be. It is given each line of either side and says what is to be done with it: almost always,
//! to pass it on as it came, byte for byte. What differs is a call of a tool that is answered with terms. It is bought, by calls that the
//! host does not see, and the host's own call is answered by what came of that.
//!
//! | line | what becomes of it |
//! |---|---|
//! | a `tools/call` of the host | passes, and is remembered until it is answered |
//! | the same with a payment in it | passes: whoever pays by itself wants no help |
//! | the server's answer with terms to a remembered call | [`Act::Buy`] |
//! | the server's answer to a call that was made here | [`Act::Answered`]; it is nothing to the host, however late it comes |
//! | `notifications/cancelled` for a call that is being bought | [`Act::Drop`]; to the server it names the call that the server knows |
//! | anything else, also what cannot be read, or is a batch | passes |
//!
//! Terms that come otherwise than as the answer to the call, such as in the result of a task that it began, pass as well.
//!
//! No I/O and no time: whoever has these moves the lines, and makes the ids of the calls unguessable by a word of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::buyer::NoResult;
use crate::heard;
use crate::values::PAYMENT;

#[cfg(test)]
mod tests;

/// How many calls of a host are remembered at a time. One more is answered with an error.
const MOST: usize = 4_096;
/// JSON-RPC leaves these codes to whoever implements a server.
const BUSY: i64 = -32_000;
const GONE: i64 = -32_001;

/// One call of the host.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallId(u64);

/// One call that was made here. A call of the host can take several, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OwnId(u64);

/// What is to be done.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever moves the lines has to do each of these")]
pub enum Act {
    /// This line is for the server.
    ToServer(Vec<u8>),
    /// This line is for the host.
    ToHost(Vec<u8>),
    /// The server asks for money. The host waits for [`Relay::finish`].
    Buy(Sale),
    /// A call that was made here has its answer.
    Answered(OwnId, Said),
    /// The host does not want it any more, and is told nothing more about it. What was signed for it stays signed.
    Drop(CallId),
}

/// A call that costs money.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sale {
    /// Which it is.
    pub call: CallId,
    /// The host's params.
    pub params: Value,
    /// What the server said to them: its terms.
    pub first: Result<Value, NoResult>,
}

/// What a server said to a call, as it was written.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "JSON-RPC knows these two")]
pub enum Said {
    /// The result.
    Result(Box<RawValue>),
    /// The error.
    Error(Box<RawValue>),
}

impl Said {
    /// The same to be looked at.
    ///
    /// # Errors
    ///
    /// [`NoResult::Error`] for an error. A result that cannot be looked at, for a number that is too great or for its depth, is one in which nothing
    /// stands.
    pub fn read(&self) -> Result<Value, NoResult> {
        let read = |raw: &RawValue| serde_json::from_str(raw.get());
        match self {
            Self::Result(raw) => Ok(read(raw).unwrap_or_else(|_| json!({}))),
            Self::Error(raw) => Err(NoResult::Error(read(raw).unwrap_or_default())),
        }
    }
}

/// The calls that are under way.
#[derive(Debug)]
pub struct Relay {
    word: String,
    count: u64,
    /// By the host's id, as JSON.
    calls: BTreeMap<String, Call>,
    /// The host's id by the call's.
    hosts: BTreeMap<CallId, String>,
}

#[derive(Debug)]
struct Call {
    id: CallId,
    params: Value,
    stage: Stage,
}

/// Where a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// With the server, as the host made it.
    Asked,
    /// It is being bought; with the call for it that the server has not answered yet.
    Bought(Option<OwnId>),
}

impl Relay {
    /// A relay without calls. `word` stands in the id of each call that is made here: it is to be one that no host would think of.
    #[must_use]
    pub fn new(word: &str) -> Self {
        Self { word: word.to_owned(), count: 0, calls: BTreeMap::new(), hosts: BTreeMap::new() }
    }

    /// How many calls of the host have no answer yet.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.calls.len()
    }

    /// A line of the host, with its end.
    pub fn host(&mut self, line: Vec<u8>) -> Vec<Act> {
        let Some(message) = Message::read(&line) else { return vec![Act::ToServer(line)] };
        match (message.method.as_deref(), &message.id) {
            (Some("tools/call"), Some(id)) => self.called(&message, id),
            (Some("notifications/cancelled"), None) => self.cancelled(&message),
            _ => None,
        }
        .unwrap_or_else(|| vec![Act::ToServer(line)])
    }

    /// A line of the server, with its end.
    pub fn server(&mut self, line: Vec<u8>) -> Vec<Act> {
        let Some(Message { id: Some(id), method: None, said: Some(said), .. }) = Message::read(&line) else {
            return vec![Act::ToHost(line)];
        };
        let key = id.to_string();
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.stage == Stage::Asked) else {
            return match self.own(&id) {
                Some(own) => self.answered(own, said),
                None => vec![Act::ToHost(line)],
            };
        };
        let first = said.read();
        if heard::asks(&first) {
            call.stage = Stage::Bought(None);
            return vec![Act::Buy(Sale { call: call.id, params: call.params.clone(), first })];
        }
        self.forget(&key);
        vec![Act::ToHost(line)]
    }

    /// The line of a call with these params, in the course of buying; none if the host does not want it any more.
    pub fn ask(&mut self, call: CallId, params: &Value) -> Option<(OwnId, Vec<u8>)> {
        let own = OwnId(self.next());
        let key = self.hosts.get(&call)?;
        let call = self.calls.get_mut(key)?;
        call.stage = Stage::Bought(Some(own));
        let line = json!({"jsonrpc": "2.0", "id": self.name(own), "method": "tools/call", "params": params});
        Some((own, with_end(line.to_string())))
    }

    /// The line that answers the host's call; none if the host does not want it any more.
    pub fn finish(&mut self, call: CallId, said: &Said) -> Option<Vec<u8>> {
        let key = self.hosts.get(&call)?.clone();
        self.forget(&key);
        let (member, raw) = match said {
            Said::Result(raw) => ("result", raw),
            Said::Error(raw) => ("error", raw),
        };
        Some(with_end(format!("{{\"jsonrpc\":\"2.0\",\"id\":{key},\"{member}\":{raw}}}")))
    }

    /// The server has ended: what it will not answer any more is answered. What is being bought ends by itself.
    pub fn server_ended(&mut self) -> Vec<Act> {
        let asked = self.calls.iter().filter(|(_, call)| call.stage == Stage::Asked);
        let asked = asked.map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let error = |key: String| {
            self.forget(&key);
            Act::ToHost(error(&key, GONE, "the server has ended, and nothing was paid for this call"))
        };
        asked.into_iter().map(error).collect()
    }

    fn called(&mut self, message: &Message<'_>, id: &Value) -> Option<Vec<Act>> {
        let params: Value = serde_json::from_str(message.params?.get()).ok()?;
        params.get("name").and_then(Value::as_str)?;
        if params.get("_meta").and_then(|meta| meta.get(PAYMENT)).is_some_and(|payment| !payment.is_null()) {
            return None;
        }
        let key = id.to_string();
        // an id that is in use is the host's mistake, and the server's to answer
        if self.calls.contains_key(&key) {
            return None;
        }
        if self.calls.len() >= MOST {
            return Some(vec![Act::ToHost(error(&key, BUSY, "too many calls are under way"))]);
        }
        let id = CallId(self.next());
        self.hosts.insert(id, key.clone());
        self.calls.insert(key, Call { id, params, stage: Stage::Asked });
        None
    }

    fn cancelled(&mut self, message: &Message<'_>) -> Option<Vec<Act>> {
        let mut params: Value = serde_json::from_str(message.params?.get()).ok()?;
        let key = params.get("requestId")?.to_string();
        let call = self.forget(&key)?;
        let Stage::Bought(own) = call.stage else { return None };
        let mut acts = vec![Act::Drop(call.id)];
        if let Some(own) = own {
            *params.get_mut("requestId")? = self.name(own).into();
            let line = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
            acts.push(Act::ToServer(with_end(line.to_string())));
        }
        Some(acts)
    }

    /// An answer to a call that was made here, if it is the one that is waited for.
    fn answered(&mut self, own: OwnId, said: Said) -> Vec<Act> {
        let waiting = self.calls.values_mut().find(|call| call.stage == Stage::Bought(Some(own)));
        let Some(call) = waiting else { return Vec::new() };
        call.stage = Stage::Bought(None);
        vec![Act::Answered(own, said)]
    }

    fn forget(&mut self, key: &str) -> Option<Call> {
        let call = self.calls.remove(key)?;
        self.hosts.remove(&call.id);
        Some(call)
    }

    fn next(&mut self) -> u64 {
        self.count = self.count.wrapping_add(1);
        self.count
    }

    fn name(&self, own: OwnId) -> String {
        format!("{}-{}", self.word, own.0)
    }

    fn own(&self, id: &Value) -> Option<OwnId> {
        id.as_str()?.strip_prefix(&*self.word)?.strip_prefix('-')?.parse().ok().map(OwnId)
    }
}

/// What of a message is looked at.
struct Message<'a> {
    id: Option<Value>,
    method: Option<Cow<'a, str>>,
    params: Option<&'a RawValue>,
    said: Option<Said>,
}

impl<'a> Message<'a> {
    /// One object; of anything else nothing is known.
    fn read(line: &'a [u8]) -> Option<Self> {
        let mut members: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_slice(line).ok()?;
        let id = members.get("id").and_then(|id| serde_json::from_str(id.get()).ok()).filter(|id: &Value| !id.is_null());
        let method = members.get("method").and_then(|method| serde_json::from_str::<String>(method.get()).ok()).map(Cow::Owned);
        let said = match (members.remove("result"), members.remove("error")) {
            (Some(result), _) => Some(Said::Result(result.to_owned())),
            (None, error) => error.map(|error| Said::Error(error.to_owned())),
        };
        Some(Self { id, method, params: members.remove("params"), said })
    }
}

fn error(key: &str, code: i64, message: &str) -> Vec<u8> {
    with_end(format!("{{\"jsonrpc\":\"2.0\",\"id\":{key},\"error\":{}}}", json!({"code": code, "message": message})))
}

fn with_end(line: String) -> Vec<u8> {
    let mut line = line.into_bytes();
    line.push(b'\n');
    line
}
