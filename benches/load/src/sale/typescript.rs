//! The protocol's own client, server and facilitator, each a process of Node.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use quittance_core::Address;

use crate::failure::{Failure, failure};
use crate::load::Done;

/// A shop and a buyer, until they are dropped.
pub(super) struct TypeScript {
    child: Child,
    /// None once it is told to end.
    orders: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    /// Who is paid.
    pub(super) payee: Address,
}

impl TypeScript {
    /// Starts all three over the chain at `host:port`.
    pub(super) async fn start(script: &Path, modules: &Path, chain: &str) -> Result<Self, Failure> {
        let mut command = Command::new("node");
        command.arg(script).arg(modules).arg(format!("http://{chain}"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (orders, output) = pipes.ok_or_else(|| failure("no pipes"))?;
        let mut typescript = Self { child, orders: Some(orders), lines: BufReader::new(output).lines(), payee: Address::ZERO };
        let payee = typescript.line()?;
        typescript.payee = payee.parse().map_err(|_| failure(format!("no payee: {payee}")))?;
        Ok(typescript)
    }

    /// Buys one thing after the other, and says how long each took.
    pub(super) async fn buy(&mut self, count: usize) -> Result<Done, Failure> {
        let start = Instant::now();
        let orders = self.orders.as_mut().ok_or_else(|| failure("the TypeScript side was told to end"))?;
        writeln!(orders, "{count}")?;
        let each = serde_json::from_str::<Vec<f64>>(&self.line()?)?;
        if each.len() != count {
            return Err(failure(format!("{count} purchases were wanted, and {} were made", each.len())));
        }
        Ok(super::done(each.into_iter().map(|millis| Duration::from_secs_f64(millis / 1e3)).collect(), start))
    }

    fn line(&mut self) -> Result<String, Failure> {
        Ok(self.lines.next().ok_or_else(|| failure("the TypeScript side ended"))??)
    }
}

impl Drop for TypeScript {
    fn drop(&mut self) {
        // it ends its own processes when it is asked for nothing more, which it could not if it were killed
        drop(self.orders.take());
        let _reaped = self.child.wait();
    }
}
