//! A server of tools over standard input and output, two of which cost a cent: what `PricedTool` needs around it.
//!
//! The tests of `quittance mcp` and the stage of interop start it. It ends when its input does.
//!
//! ```console
//! $ cargo run -p quittance-cli --example tools -- --facilitator http://127.0.0.1:4020 --pay-to 0x…
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use quittance_core::Network;
use quittance_guard::Attested;
use quittance_guard::memory::MemoryReplayLog;
use quittance_mcp::PricedTool;
use quittance_remote::RemoteFacilitator;
use quittance_server::{Options, Origin, Route, Seller, offer};
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

#[derive(Parser)]
struct Arguments {
    /// The facilitator's URL.
    #[arg(long)]
    facilitator: String,
    /// Who is paid.
    #[arg(long)]
    pay_to: String,
    /// The network that is paid on.
    #[arg(long, default_value = "eip155:84532")]
    network: String,
}

const PRICE: &str = "$0.01";

type Tool = PricedTool<RemoteFacilitator, MemoryReplayLog>;

/// What is sold, by its name, and how often it has run.
#[derive(Clone)]
struct Tools {
    sold: Arc<BTreeMap<&'static str, Tool>>,
    runs: Arc<AtomicU64>,
    /// Told when there is weather in Faro, for which Thule waits.
    south: Arc<Notify>,
}

impl Tools {
    /// Answers a request; what wants no answer has none.
    async fn answer(&self, request: &Value) -> Option<Value> {
        let id = request.get("id").filter(|id| !id.is_null())?;
        let params = &request["params"];
        let result = match (request["method"].as_str()?, params["name"].as_str()) {
            ("initialize", _) => json!({
                "protocolVersion": params["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "tools", "version": "1"},
            }),
            ("ping", _) => json!({}),
            ("tools/list", _) => json!({"tools": Vec::from(["weather", "broken", "time"].map(listed))}),
            ("tools/call", Some("time")) => text("noon"),
            ("tools/call", Some(name)) if self.sold.contains_key(name) => self.sell(&self.sold[name], params).await,
            ("tools/call", _) => return Some(error(id, -32_602, "there is no such tool")),
            _ => return Some(error(id, -32_601, "there is no such method")),
        };
        Some(json!({"jsonrpc": "2.0", "id": id, "result": result}))
    }

    async fn sell(&self, tool: &Tool, params: &Value) -> Value {
        let (runs, south, name) = (Arc::clone(&self.runs), Arc::clone(&self.south), tool.name().to_owned());
        let city = params["arguments"]["city"].as_str().unwrap_or("nowhere").to_owned();
        let run = async move |_paid| {
            let run = runs.fetch_add(1, Ordering::SeqCst) + 1;
            match &*city {
                "Thule" => south.notified().await,
                "Faro" => south.notify_one(),
                _ => {}
            }
            let failed = json!({"isError": true, "content": [{"type": "text", "text": format!("no oracle in {city}")}]});
            if name == "broken" { failed } else { text(&format!("rain in {city}, by run {run}")) }
        };
        tool.call(params, run).await
    }
}

fn listed(name: &str) -> Value {
    let city = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    json!({"name": name, "description": format!("says the {name}"), "inputSchema": city})
}

fn text(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}

fn error(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let network = Network::parse(&arguments.network)?;
    let facilitator = RemoteFacilitator::builder(&arguments.facilitator)?.allow_plain_http().build()?;
    let log = Arc::new(MemoryReplayLog::new(100_000));
    let mut options = Options::default();
    // the facilitator is the seller's own, and goes by what is in the chain's logs: one transaction may settle several payments
    options.attested = Attested::Chain;
    let seller = Seller::setup(facilitator, log, Origin::tools()).scheme(&quittance_evm::EXACT).options(options).build()?;
    let price = || offer::exact_within(network, PRICE, &arguments.pay_to, 120);
    let mut sold = BTreeMap::new();
    for name in ["weather", "broken"] {
        sold.insert(name, PricedTool::new(&seller, name, Route::new([price()?]).description("what it says"))?);
    }
    let tools = Tools { sold: Arc::new(sold), runs: Arc::default(), south: Arc::default() };

    let (lines, mut requests) = mpsc::channel::<String>(64);
    std::thread::spawn(move || {
        let read = std::io::stdin().lock().lines().map_while(Result::ok);
        read.take_while(|line| lines.blocking_send(line.clone()).is_ok()).for_each(drop);
    });
    let mut calls = tokio::task::JoinSet::new();
    while let Some(line) = requests.recv().await {
        let Ok(request) = serde_json::from_str::<Value>(&line) else { continue };
        let tools = tools.clone();
        calls.spawn(async move {
            if let Some(answer) = tools.answer(&request).await {
                let mut out = std::io::stdout().lock();
                // whoever does not listen any more has gone
                let _gone = writeln!(out, "{answer}").and_then(|()| out.flush());
            }
        });
    }
    calls.join_all().await;
    Ok(())
}
