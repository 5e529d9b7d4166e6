//! A program that serves until it is dropped, and what it took of the processor.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::failure::{Failure, failure};

/// A program that said where it listens.
pub(crate) struct Program {
    child: Child,
    /// `host:port`.
    pub(crate) address: String,
}

impl Program {
    /// Starts a program and reads its lines until `address` finds in one where it listens.
    pub(crate) fn start(command: &mut Command, address: impl Fn(&str) -> Option<&str>) -> Result<Self, Failure> {
        let name = command.get_program().display().to_string();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| failure("no output"))?;
        let mut program = Self { child, address: String::new() };
        let mut lines = BufReader::new(output).lines();
        for line in lines.by_ref() {
            if let Some(address) = address(&line?) {
                program.address = address.into();
                break;
            }
        }
        if program.address.is_empty() {
            return Err(failure(format!("{name} ended before it said where it listens")));
        }
        // a full pipe would stop it
        std::thread::spawn(move || lines.for_each(drop));
        Ok(program)
    }

    /// The most memory that it had at a time, in KiB, where the system says so.
    pub(crate) fn memory(&self) -> Option<u64> {
        most_memory(&self.child.id().to_string())
    }

    /// How much of the processor it has used, where the system says so.
    pub(crate) fn processor(&self) -> Option<Duration> {
        /// What Linux counts in, on every machine that it tells.
        const TICK: Duration = Duration::from_millis(10);
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // the name may hold anything; after it come the state and numbers, of which the 12th and 13th are its own times
        let mut numbers = text.rsplit_once(')')?.1.split_whitespace().skip(11).map(str::parse::<u32>);
        let (user, system) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some(TICK * user.checked_add(system)?)
    }
}

/// The most memory that a process had at a time, in KiB: resident, what it shares with others included.
pub(crate) fn most_memory(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have ended by itself, and then there is nothing to end
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
