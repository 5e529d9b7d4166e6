//! `quittance mcp`: stands between an agent's program and a server of tools, and buys what costs money.
//!
//! Everything passes, byte for byte, in both directions ([`quittance_mcp::relay`]); a call of a tool that is answered with terms is bought under the
//! policy, out of the wallet that [`pay`](crate::pay) has. The wallet is held while something is bought and not between purchases, so that other
//! programs, other hosts and `ledger` have their turn (see [`till`]).
//!
//! The server that is started is a stranger: neither the key that pays nor the address of a node is in its environment. It is a process of the same user
//! all the same, and what that user can read it can.

mod buying;
mod lines;
mod session;
mod till;
mod words;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use quittance_client::{Known, Settings};
use quittance_guard::TaskId;

use crate::format::Format;
use crate::pay::means::{Means, Purse};
use crate::{Answer, Failure, wallet};
use buying::Desk;
use session::Session;
use till::Till;

/// What the server must not find in its environment.
const KEYS: [&str; 3] = ["EVM_PRIVATE_KEY", "SVM_PRIVATE_KEY", "EVM_RPC_URL"];

/// What stands below the options in the help.
const NOTES: &str = r#"In a host's configuration this takes the place of the server's command:

  "command": "quittance",
  "args": ["mcp", "--max-amount", "$0.05", "--", "npx", "some-server"]

Whoever runs the same call again after something went wrong pays at most once: what was signed for it is sent again. A call that had its
answer is a purchase of its own the next time; what was answered without a receipt that ends it, as where less than the ceiling is charged, is
sent once more after a restart.

The server is not handed the key. It runs as you do, though, and a hostile one can read what you can, this process's environment among it: start
such a one as another user, or in a container.

The resource of a tool is mcp://tool/NAME, whoever sells it. So a policy is best written for one server: with origins = ["mcp://tool"], or a
[[resource]] for each tool, and with the payees that the server has. Without one, who was paid first is the only one who is paid until
this ends; --pay-to says it for good.

The wallet is held while something is bought, and free between purchases: several hosts, `pay` and `ledger` can use one wallet, each in its
turn. Whoever waits for it longer than a minute is told so, and nothing is paid.

Each purchase, and each call that was not bought, is a line on standard error; with --json the lines are JSON.

Variables: EVM_PRIVATE_KEY, the key that pays; EVM_RPC_URL, a node that is asked what became of open
purchases; X402_MAX_PER_TX, X402_MAX_PER_HOUR and X402_MAX_PER_DAY, limits like $0.05; QUITTANCE_HOME, where the wallet is kept. SVM_PRIVATE_KEY is not
read, because nothing is paid on Solana yet; the server is not handed it either.

Exit codes: 0 the host has ended it; 1 the server has ended; 2 an argument or a file cannot be used, or the server cannot be started."#;

#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    means: Means,
    /// Who may be paid, without a policy: an address; anybody, if nobody is named.
    #[arg(long = "pay-to", value_name = "ADDRESS", conflicts_with = "policy")]
    payees: Vec<String>,
    /// How many seconds a paid call may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// The server: a command that speaks MCP over its input and output.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments, format: Format) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("what is said between programs is no table: leave --csv out"));
    }
    let Arguments { means, payees, timeout, command } = arguments;
    let policy = means.policy(&["mcp://tool/any".to_owned()], payees, false)?;
    let key = means.key.find()?;
    let key = key.ok_or_else(|| Failure::new("set EVM_PRIVATE_KEY, or give --keystore and --password-file"))?;
    if let Some(task) = &means.task {
        TaskId::parse(task).map_err(|error| Failure::new(format!("{task}: {error}")))?;
    }
    let mut settings = Settings::default();
    settings.timeout = Duration::from_secs(*timeout);
    let till = Till {
        home: means.home()?,
        store: means.store.clone(),
        policy,
        purse: Purse::Key(Arc::new(key)),
        known: Known::default(),
        settings,
        server: command.join("\0"),
        open: tokio::sync::Mutex::default(),
    };
    let desk = Desk::new(till, means.at_most()?, means.task.clone(), format);
    let word = format!("quittance-{}", wallet::fresh::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let [program, rest @ ..] = command.as_slice() else { return Err(Failure::new("there is no server to start")) };
    let mut server = Command::new(program);
    server.args(rest).stdin(Stdio::piped()).stdout(Stdio::piped());
    for name in KEYS {
        server.env_remove(name);
    }
    let server = server.spawn().map_err(|error| Failure::new(format!("{program}: {error}")))?;
    // the lines are moved on this thread, and what is bought is bought on another: reading a long log does not hold up what passes
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let ended = runtime.block_on(Session::begin(server, desk, &word)?.run());
    // a thread can be waiting for a host that says nothing more
    runtime.shutdown_background();
    ended
}
