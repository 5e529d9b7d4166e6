//! Running other programs: each command is shown before it runs, gets no standard input, and its failure names it.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Why a task failed, in words for the person who reads the log.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// Fails with every line of `problems`, if there is one.
pub(crate) fn none_of(what: &str, problems: &[String]) -> Result<(), Failure> {
    if problems.is_empty() { Ok(()) } else { Err(Failure(format!("{what}:\n  {}", problems.join("\n  ")))) }
}

/// Runs a command whose output goes straight to ours.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    announce(command);
    let status = command.stdin(Stdio::null()).status().map_err(|error| cannot_start(command, &error))?;
    judge(command, status)
}

/// As [`run`], and stops the command when it takes longer than `limit`.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    announce(command);
    let mut child = command.stdin(Stdio::null()).spawn().map_err(|error| cannot_start(command, &error))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return judge(command, status);
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(Failure(format!("`{}` did not end within {} s", line(command), limit.as_secs())));
        }
        sleep(Duration::from_millis(100));
    }
}

/// Runs a command quietly and gives its standard output.
pub(crate) fn read(command: &mut Command) -> Result<String, Failure> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure(format!("`{}` ended with {}: {}", line(command), output.status, said.trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure(format!("`{}` printed something that is not UTF-8", line(command))))
}

/// Whether a command runs and succeeds; what it prints is dropped.
pub(crate) fn works(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// The cargo that started us, so that every stage builds with one toolchain.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn announce(command: &Command) {
    println!("$ {}", line(command));
}

fn judge(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() { Ok(()) } else { Err(Failure(format!("`{}` ended with {status}", line(command)))) }
}

fn cannot_start(command: &Command, error: &io::Error) -> Failure {
    Failure(format!("cannot start `{}`: {error}", line(command)))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| Some(format!("{}={}", name.display(), quoted(value?))));
    let program = command.get_program();
    let program = std::path::Path::new(program).file_name().unwrap_or(program);
    let words = std::iter::once(program).chain(command.get_args()).map(quoted);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    if text.contains(' ') { format!("'{text}'") } else { text.into_owned() }
}
