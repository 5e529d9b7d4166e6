//! One host, one server, and the calls between them, until one of the three ends it: the host, the server, or a signal.

use std::collections::BTreeMap;
use std::io;
use std::pin::pin;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use quittance_core::rejection::Retry;
use quittance_mcp::NoResult;
use quittance_mcp::relay::{Act, CallId, OwnId, Relay, Said};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::buying::{Desk, Wanted};
use super::lines::{self, LONGEST, Line, Out};
use super::words::{self, Told};
use crate::format::Format;
use crate::pay::unpaid;
use crate::{Answer, Failure, stop};

/// How long what is under way may take when the host has said its last.
const LAST: Duration = Duration::from_secs(30);
/// How long purchases have to end when the server has.
const PURCHASES: Duration = Duration::from_secs(10);
/// How long the server has to end by itself.
const SERVER: Duration = Duration::from_secs(5);
/// How long the host has to read what is there for it.
const HOST: Duration = Duration::from_secs(5);
/// How long until it is looked again whether the server has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Everything that is under way.
pub(super) struct Session {
    relay: Relay,
    desk: Arc<Desk>,
    child: Child,
    to_server: Out,
    to_host: Out,
    drained: Arc<Notify>,
    server: mpsc::Receiver<Line>,
    calls: (mpsc::UnboundedSender<Wanted>, mpsc::UnboundedReceiver<Wanted>),
    waiting: BTreeMap<OwnId, oneshot::Sender<Result<Said, NoResult>>>,
    purchases: JoinSet<(CallId, Said)>,
    buyers: BTreeMap<CallId, AbortHandle>,
    has_server: bool,
}

/// Why nothing more passes.
enum End {
    /// The host has ended, or everything was stopped.
    Asked,
    /// The server has ended.
    Server,
}

impl Session {
    pub(super) fn begin(mut child: Child, desk: Desk, word: &str) -> Result<Self, Failure> {
        let drained = Arc::new(Notify::new());
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (stdin, stdout) = stdin.zip(stdout).ok_or_else(|| Failure::new("the server has no input or no output"))?;
        Ok(Self {
            relay: Relay::new(word),
            desk: Arc::new(desk),
            child,
            to_server: Out::new(stdin, Arc::clone(&drained)),
            to_host: Out::new(io::stdout(), Arc::clone(&drained)),
            drained,
            server: lines::read(stdout),
            calls: mpsc::unbounded_channel(),
            waiting: BTreeMap::new(),
            purchases: JoinSet::new(),
            buyers: BTreeMap::new(),
            has_server: true,
        })
    }

    pub(super) async fn run(mut self) -> Result<Answer, Failure> {
        let end = self.pass().await;
        self.purchases.shutdown().await;
        self.to_server.close();
        let status = self.ended().await?;
        self.to_host.close();
        // who does not read has not been told
        let _unread = timeout(HOST, self.to_host.written()).await;
        match end {
            End::Asked => Ok(Answer::Yes),
            End::Server => {
                words::line(Format::Human, &Value::from(format!("the server has ended: {status}")));
                Ok(Answer::No)
            }
        }
    }

    /// Moves lines until there is nothing more to be moved.
    async fn pass(&mut self) -> End {
        let mut host = lines::read(io::stdin());
        let mut stopped = pin!(stop::asked());
        let mut has_host = true;
        let mut until: Option<Instant> = None;
        loop {
            if !self.has_server && self.purchases.is_empty() {
                return if has_host { End::Server } else { End::Asked };
            }
            if !has_host && self.relay.under_way() == 0 && self.purchases.is_empty() {
                return End::Asked;
            }
            let drained = Arc::clone(&self.drained);
            tokio::select! {
                line = host.recv(), if has_host && self.to_server.has_room() => match line {
                    Some(Line::Whole(line)) => {
                        let acts = self.relay.host(line);
                        self.perform(acts);
                    }
                    Some(Line::TooLong) => self.too_long_for_us(),
                    None => {
                        has_host = false;
                        until = until.or_else(|| Some(Instant::now() + LAST));
                    }
                },
                line = self.server.recv(), if self.has_server && self.to_host.has_room() => match line {
                    Some(Line::Whole(line)) => {
                        let acts = self.relay.server(line);
                        self.perform(acts);
                    }
                    Some(Line::TooLong) => {
                        let words = format!("a line of the server is longer than {LONGEST} bytes and was left out");
                        words::line(Format::Human, &Value::from(words));
                    }
                    None => {
                        self.server_ended();
                        until = Some(Instant::now() + PURCHASES);
                    }
                },
                Some(wanted) = self.calls.1.recv() => self.make(wanted),
                Some(bought) = self.purchases.join_next_with_id(), if !self.purchases.is_empty() => self.answer(bought),
                () = drained.notified() => {}
                // without signals it is ended by its host
                Ok(()) = &mut stopped => return End::Asked,
                () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                    return if has_host { End::Server } else { End::Asked };
                }
            }
        }
    }

    fn perform(&mut self, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::ToServer(line) => self.to_server.line(line),
                Act::ToHost(line) => self.to_host.line(line),
                Act::Buy(sale) => {
                    let (desk, calls, call) = (Arc::clone(&self.desk), self.calls.0.clone(), sale.call);
                    let buyer = self.purchases.spawn(async move { (call, desk.buy(sale, calls).await) });
                    self.buyers.insert(call, buyer);
                }
                Act::Answered(own, said) => {
                    if let Some(reply) = self.waiting.remove(&own) {
                        // whoever has given up has said so elsewhere
                        let _gone = reply.send(Ok(said));
                    }
                }
                Act::Drop(call) => {
                    if let Some(buyer) = self.buyers.remove(&call) {
                        buyer.abort();
                    }
                }
            }
        }
    }

    /// Makes a call in the course of buying.
    fn make(&mut self, Wanted { call, params, reply }: Wanted) {
        self.waiting.retain(|_, reply| !reply.is_closed());
        let asked = if self.has_server { self.relay.ask(call, &params) } else { None };
        match asked {
            Some((own, line)) => {
                self.waiting.insert(own, reply);
                self.to_server.line(line);
            }
            None => {
                let _gone = reply.send(Err(NoResult::NotSent));
            }
        }
    }

    fn answer(&mut self, bought: Result<(Id, (CallId, Said)), JoinError>) {
        let (call, said) = match bought {
            Ok((_, bought)) => bought,
            Err(error) if error.is_cancelled() => return,
            Err(error) => {
                let Some(call) = self.buyers.iter().find(|(_, buyer)| buyer.id() == error.id()).map(|(call, _)| *call) else {
                    return;
                };
                let words = "something went wrong on our side";
                let told = Told::unpaid(unpaid::said("internal_error", words, Retry::UnknownOutcome, None));
                let result = told.result("that was called", &Err(NoResult::Lost));
                (call, Said::Result(to_raw_value(&result).expect("a value is JSON")))
            }
        };
        self.buyers.remove(&call);
        if let Some(line) = self.relay.finish(call, &said) {
            self.to_host.line(line);
        }
    }

    /// Nobody knows which call it was.
    fn too_long_for_us(&self) {
        let message = format!("a line is longer than {LONGEST} bytes");
        let error = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32_700, "message": message}});
        self.to_host.line(format!("{error}\n").into_bytes());
    }

    fn server_ended(&mut self) {
        self.has_server = false;
        let acts = self.relay.server_ended();
        self.perform(acts);
        for (_, reply) in std::mem::take(&mut self.waiting) {
            let _gone = reply.send(Err(NoResult::Lost));
        }
    }

    /// Waits for the end of the server, and ends it if it does not end by itself. What it says until then passes.
    async fn ended(&mut self) -> Result<ExitStatus, Failure> {
        let until = Instant::now() + SERVER;
        loop {
            match timeout(PAUSE, self.server.recv()).await {
                Ok(Some(Line::Whole(line))) => {
                    for act in self.relay.server(line) {
                        if let Act::ToHost(line) = act {
                            self.to_host.line(line);
                        }
                    }
                }
                Ok(Some(Line::TooLong)) => {}
                Ok(None) => sleep(PAUSE).await,
                Err(_) => {
                    if let Some(status) = self.child.try_wait()? {
                        return Ok(status);
                    }
                }
            }
            if self.server.is_closed()
                && self.server.is_empty()
                && let Some(status) = self.child.try_wait()?
            {
                return Ok(status);
            }
            if Instant::now() >= until {
                self.child.kill()?;
                return Ok(self.child.wait()?);
            }
        }
    }
}
