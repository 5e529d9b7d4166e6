//! A host: the program of an agent, as far as `quittance mcp` sees it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use crate::world::{Folder, key};

/// A host with the command as its server.
pub(crate) struct Host {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    log: Option<JoinHandle<String>>,
    /// Answers that were not waited for yet.
    early: Vec<Value>,
}

impl Host {
    /// With options and variables before the server's command.
    pub(crate) fn start(folder: &Folder, options: &[&str], variables: &[(&str, &str)], server: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("EVM_PRIVATE_KEY", key());
        command.env("QUITTANCE_HOME", folder.wallet()).envs(variables.iter().copied());
        command.arg("mcp").args(options).arg("--").args(server);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let (sender, lines) = channel();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|read| read > 0) && sender.send(std::mem::take(&mut line)).is_ok() {}
        });
        let mut errors = child.stderr.take().expect("a pipe");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("text");
            text
        });
        let input = child.stdin.take();
        Self { child, input, lines, log: Some(log), early: Vec::new() }
    }

    /// With a limit of a cent for each purchase.
    pub(crate) fn paying_a_cent(folder: &Folder, server: &[String]) -> Self {
        Self::start(folder, &["--max-amount", "$0.01"], &[], server)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("it is read");
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// Begins a call.
    pub(crate) fn call(&mut self, id: u64, tool: &str, city: &str) {
        let params = json!({"name": tool, "arguments": {"city": city}, "_meta": {"progressToken": id, "trace": "of the host"}});
        self.say(&json!({"id": id, "jsonrpc": "2.0", "method": "tools/call", "params": params}));
    }

    pub(crate) fn cancel(&mut self, id: u64) {
        let params = json!({"requestId": id, "reason": "changed its mind"});
        self.say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}));
    }

    /// The next line, whatever it is.
    pub(crate) fn line(&self) -> String {
        self.lines.recv().expect("it says something")
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, id: u64) -> Value {
        loop {
            if let Some(at) = self.early.iter().position(|answer| answer["id"] == id) {
                return self.early.remove(at);
            }
            let line = self.line();
            self.early.push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}")));
        }
    }

    /// The result of a call.
    pub(crate) fn result(&mut self, id: u64) -> Value {
        let mut answer = self.answer(id);
        assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
        answer["result"].take()
    }

    /// Calls a tool and waits for the text that it says.
    pub(crate) fn buy(&mut self, id: u64, city: &str) -> String {
        self.call(id, "weather", city);
        let result = self.result(id);
        assert_ne!(result["isError"], true, "{result}");
        assert_eq!(result["_meta"]["x402/payment-response"]["success"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}")).to_owned()
    }

    /// Ends without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
    }

    /// Is told to end by a supervisor.
    pub(crate) fn terminate(mut self) -> (ExitStatus, String) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("it runs");
        assert!(told.success());
        let status = self.child.wait().expect("it ends");
        (status, self.log.take().expect("once").join().expect("read"))
    }

    /// Has nothing more to say, and waits for the end; gives the status and what stands in the log.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        self.input = None;
        let status = self.child.wait().expect("it ends");
        (status, self.log.take().expect("once").join().expect("read"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// It was not bought; gives the code and the sentence.
pub(crate) fn refused(result: &Value) -> (String, String) {
    assert_eq!(result["isError"], true, "{result}");
    let said = &result["structuredContent"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{result}")).to_owned();
    for name in ["outcome", "message", "retry"] {
        text(&said[name]);
    }
    let whole = result.to_string();
    assert!(!whole.contains("signature") && !whole.contains(key().trim_start_matches("0x")), "{whole}");
    (text(&said["code"]), text(&result["content"][0]["text"]))
}
