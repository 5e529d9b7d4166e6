//! `quittance`: what an agent pays, why, and whether the record of it is whole; a gate that sells an API, a facilitator, and a chain to try it on.
//!
//! What it ends with is in [`exit`].

mod audit;
mod chart;
mod demo;
mod devnet;
mod exit;
mod explain;
mod facilitator;
mod format;
mod gate;
mod init;
mod inspect;
mod ledger;
mod log;
mod logging;
mod mcp;
mod networks;
mod pay;
mod sign;
mod spend;
mod stop;
mod trip;
mod verify;
mod waiting;
mod wallet;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;
use format::Format;

/// Services make and drop some hundred small pieces of memory for each payment.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What an agent pays, why, and whether the record of it is whole; a gate that sells an API, a facilitator, and a chain to try it on.
#[derive(Parser)]
#[command(name = "quittance", version, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Write JSON, one document.
    #[arg(long, global = true, conflicts_with = "csv")]
    json: bool,
    /// Write comma-separated values with a line of names.
    #[arg(long, global = true)]
    csv: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Check an audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Write what a shell needs to complete this command's words.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Watch a request that costs a cent, packet by packet, and five attacks on it.
    Demo(demo::Arguments),
    /// Run a sandbox chain with the contracts of x402 on it, until Ctrl-C.
    Devnet(devnet::Arguments),
    /// Say why a request was paid for, what it was bound to, and what came of it.
    Explain(explain::Arguments),
    /// Verify payments and settle each once, over HTTP, until Ctrl-C.
    Facilitator(facilitator::Arguments),
    /// Sell an HTTP API in any language: stand in front of it and ask for payment, until Ctrl-C.
    Gate(Box<gate::Arguments>),
    /// Write a configuration to begin with, every key of it explained.
    Init(init::Arguments),
    /// Say what is in a header, a payment, a 402 or a transcript: what is signed, what is wrong, and why.
    Inspect(inspect::Arguments),
    /// Show what was spent by task, day and payee, and what is left of the budgets.
    Ledger(ledger::Arguments),
    /// Stand between an agent's program and a server of tools, and pay for the tools that cost money if the policy allows.
    Mcp(Box<mcp::Arguments>),
    /// Show the networks that are known, and the tokens on them.
    Networks(networks::Arguments),
    /// Ask for something that costs money, and pay for it if the policy allows.
    Pay(Box<pay::Arguments>),
    /// Sign a payment for an offer, for another program to send.
    Sign(Box<sign::Arguments>),
    /// Say whether a payment meets the terms: by itself, by the chain, by a facilitator.
    Verify(verify::Arguments),
}

/// Whether the answer is the one that was hoped for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Yes,
    No,
    /// Money may have moved, and nobody can say yet.
    Open,
}

/// Why there is no answer, in words for the person who asked.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

fn main() -> ExitCode {
    let matches = exit::explained(Arguments::command()).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let format = Format::of(arguments.json, arguments.csv);
    // without its lock: a command can have a thread that writes
    let mut out = io::stdout();
    let answer = match arguments.command {
        Command::Audit(command) => audit::run(&command, format, &mut out),
        Command::Demo(arguments) => demo::run(&arguments, format, &mut out),
        Command::Devnet(arguments) => devnet::run(&arguments, format, &mut out),
        Command::Facilitator(arguments) => facilitator::run(&arguments, format, &mut out),
        Command::Explain(arguments) => explain::run(&arguments, format, &mut out),
        Command::Gate(arguments) => gate::run(&arguments, format, &mut out),
        Command::Init(arguments) => init::run(&arguments, format, &mut out),
        Command::Inspect(arguments) => inspect::run(&arguments, format, &mut out),
        Command::Ledger(arguments) => ledger::run(&arguments, format, &mut out),
        Command::Mcp(arguments) => mcp::run(&arguments, format),
        Command::Networks(arguments) => networks::run(&arguments, format, &mut out),
        Command::Pay(arguments) => pay::run(&arguments, format, &mut out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "quittance", &mut script);
            format::text(&mut out, format, &shell.to_string(), &String::from_utf8_lossy(&script)).map(|()| Answer::Yes)
        }
        Command::Sign(arguments) => sign::run(&arguments, format, &mut out),
        Command::Verify(arguments) => verify::run(&arguments, format, &mut out),
    };
    match answer.and_then(|answer| out.flush().map(|()| answer).map_err(Failure::from)) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Ok(Answer::Open) => ExitCode::from(3),
        Err(Failure(words)) => {
            eprintln!("error: {words}");
            ExitCode::from(2)
        }
    }
}
