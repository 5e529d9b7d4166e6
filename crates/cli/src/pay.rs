//! `quittance pay`: asks for something, and pays for it if the policy allows.
//!
//! Everything is kept in one folder (see [`wallet`]): run again under the same name, a purchase sends what was signed for it, and nothing is
//! signed twice.

pub(crate) mod means;
mod report;
pub(crate) mod unpaid;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use quittance_client::{Buyer, Error, Evidence, Lookup, Request};
use quittance_core::rejection::Retry;
use quittance_core::{Fault, Network, Resource};
use quittance_guard::Ledger;
use quittance_store::Store;

use crate::format::Format;
use crate::waiting::Waiting;
use crate::wallet::{self, Log, Wallet};
use crate::{Answer, Failure};
use means::{Means, Purse};

/// What stands below the options in the help.
const NOTES: &str =
    "Variables: EVM_PRIVATE_KEY, the key that pays; EVM_RPC_URL, a node that is asked what became of open purchases;
X402_MAX_PER_TX, X402_MAX_PER_HOUR and X402_MAX_PER_DAY, limits like $0.05; QUITTANCE_HOME, where the wallet is kept.
SVM_PRIVATE_KEY is not read: nothing is paid on Solana yet.

Exit codes: 0 the answer is here; 1 it is not, and nothing was paid; 2 an argument, a file or the wallet cannot be
used; 3 something was signed and may have been paid: run it again with the same --purchase.";

#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// What is asked for; of several sellers of the same thing, the cheapest is paid.
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    means: Means,
    /// Say what it would cost and what the policy says to that, and pay nothing.
    #[arg(long)]
    dry_run: bool,
    /// A name for what is bought. The same name again is the same purchase: it is paid for once.
    #[arg(long, value_name = "NAME")]
    purchase: Option<String>,
    /// The method of the request.
    #[arg(short = 'X', long, default_value = "GET")]
    method: String,
    /// A header of the request, as `name: value`.
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The body of the request; what follows an @ is read from that file.
    #[arg(short = 'd', long, value_name = "TEXT")]
    data: Option<String>,
    /// Where the answer's body goes in place of the output.
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Pay on this machine over plain http, without a policy that allows it.
    #[arg(long, conflicts_with = "policy")]
    allow_http: bool,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("an answer is no table: leave --csv out"));
    }
    let means = &arguments.means;
    let policy = means.policy(&arguments.urls, &[], arguments.allow_http)?;
    let purse = match means.key.find()? {
        Some(key) => Purse::Key(Arc::new(key)),
        None if arguments.dry_run => Purse::Empty,
        None => return Err(Failure::new("set EVM_PRIVATE_KEY, or give --keystore and --password-file; --dry-run needs neither")),
    };
    let home = means.home()?;
    let body = body(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let log = {
            let _waiting = Waiting::on("the wallet, which another process has", format);
            Log::wait_for(&home)?
        };
        let wallet = Wallet::open(log, means.store.as_deref(), wallet::now()?).await?;
        let pins = wallet.pins;
        let builder = Buyer::builder(purse, policy, wallet.store).journal(wallet.journal);
        let buyer = builder.build().map_err(|fault| Failure::new(fault.to_string()))?;
        reconcile(&buyer, format).await;
        let name = match &arguments.purchase {
            Some(name) => name.clone(),
            None => format!("pay-{}", wallet::fresh::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        };
        let mut requests = Vec::new();
        for url in &arguments.urls {
            requests.push(request(arguments, &buyer, url, &name, &body, &pins)?);
        }
        if arguments.dry_run {
            return report::quotes(requests, format, out).await;
        }
        let waiting = Waiting::on(sellers(&arguments.urls), format);
        let answer = match <[_; 1]>::try_from(requests) {
            Ok([only]) => only.send().await,
            Err(several) => buyer.cheapest(several).await,
        };
        drop(waiting);
        match answer {
            Ok(answer) => report::answer(&answer, arguments.output.as_deref(), format, out),
            Err(error) => report::error(&error, &name, format, out).map(|()| code(&error)).map_err(Failure::from),
        }
    })
}

/// Who is waited for, without what is asked for.
fn sellers(urls: &[String]) -> String {
    let mut all: Vec<_> = urls.iter().filter_map(|url| Resource::parse(url).ok()).map(|url| url.origin().to_owned()).collect();
    all.dedup();
    all.join(" and ")
}

/// Whether it is certain that nothing was paid.
fn code(error: &Error) -> Answer {
    match (error, error.retry()) {
        (_, Retry::UnknownOutcome) => Answer::Open,
        _ => Answer::No,
    }
}

/// What the name of a purchase begins with that is a call of a tool.
pub(crate) const CALL: &str = "mcp-";

/// Ends what the chain shows the end of. That nobody can say yet stops nothing.
///
/// The call of a tool that was paid for stays open until it is answered: the same call sends the same payment and has its answer, where after an end
/// it would be another purchase.
pub(crate) async fn reconcile<L: Ledger + Send + Sync>(buyer: &Buyer<Purse, L>, format: Format) {
    let Some(url) = means::variable("EVM_RPC_URL") else { return };
    let Ok(open) = buyer.open().await else { return };
    let mut lookups = BTreeMap::new();
    for record in open {
        let Some(network) = record.signed.as_ref().map(|signed| signed.key().network()) else { continue };
        // nobody is asked again who did not answer
        let lookup =
            lookups.entry(network).or_insert_with(|| Lookup::new(network, &url).map_err(|fault| say_open(network, &fault)).ok());
        let Some(known) = lookup else { continue };
        let purchase = &record.purchase.id;
        let waiting = Waiting::on("the chain to say what became of open purchases", format);
        let evidence = known.evidence(&record).await;
        drop(waiting);
        match evidence {
            Ok(None) => {}
            Ok(Some(Evidence::Settled(_))) if purchase.as_str().starts_with(CALL) => {}
            Ok(Some(evidence)) => match buyer.conclude(&record, evidence).await {
                Ok(_) => eprintln!("the chain has ended {purchase}"),
                Err(why) => eprintln!("{purchase} stays open: {why}"),
            },
            Err(fault) => {
                say_open(network, &fault);
                *lookup = None;
            }
        }
    }
}

fn say_open(network: Network, fault: &Fault) {
    eprintln!("open purchases on {network} stay open: {fault}");
}

fn body(arguments: &Arguments) -> Result<Vec<u8>, Failure> {
    match arguments.data.as_deref() {
        None => Ok(Vec::new()),
        Some(text) => match text.strip_prefix('@') {
            Some(path) => fs::read(path).map_err(|error| Failure::new(format!("{path}: {error}"))),
            None => Ok(text.as_bytes().to_vec()),
        },
    }
}

fn request<'a>(
    arguments: &Arguments,
    buyer: &'a Buyer<Purse, Store>,
    url: &str,
    name: &str,
    body: &[u8],
    pins: &[(String, quittance_guard::policy::Pin)],
) -> Result<Request<'a, Purse, Store>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
    let resource = Resource::parse(url).map_err(|error| Failure::new(format!("{url}: {error}")))?;
    let mut request = buyer.request(&arguments.method, url).body(body).purchase(name).map_err(|error| wrong(&error))?;
    if let Some(task) = &arguments.means.task {
        request = request.task(task).map_err(|error| wrong(&error))?;
    }
    for header in &arguments.headers {
        let (name, value) = header.split_once(':').ok_or_else(|| Failure::new("a header is written `name: value`"))?;
        request = request.header(name.trim(), value.trim());
    }
    for most in arguments.means.at_most()? {
        request = request.at_most(most);
    }
    for (_, pin) in pins.iter().filter(|(origin, _)| origin == resource.origin()) {
        request = request.pin(pin.clone());
    }
    Ok(request)
}
