//! Everything that plays a part: a chain, a facilitator, a shop, an agent with a policy and a budget.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::Path;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use quittance_client::{Buyer, Error, Host, Journal, Settings as Patience};
use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::registry::{AssetInfo, default_asset, networks};
use quittance_core::{Address, Amount, SecretKey};
use quittance_devnet::{Account, BlockTime, Devnet};
use quittance_evm::EXACT;
use quittance_facilitator::{
    Chain as _, ChainSettings, ChainSetup, Clock, EndpointUrl, Facilitator, Metrics, Rpc, RpcOptions, Settings,
};
use quittance_guard::audit::{Chain, LogId, LogSalt, StoreGeneration, Times};
use quittance_guard::budget::State;
use quittance_guard::memory::{MemoryLedger, MemoryReplayLog};
use quittance_guard::policy::Policy;
use quittance_guard::receipt::Attested;
use quittance_guard::{Ledger as _, PurchaseId};
use quittance_server::{Options, Origin, Route, Seller, offer};
use serde_json::json;
use tokio::net::TcpListener;

use super::paste::Paste;
use super::story::{Scene, Teller};
use super::watch::{Overheard, Watch, between, unpoisoned};
use crate::format::Format;
use crate::{Failure, wallet};

/// What is sold at which price.
pub(super) const PRICE: &str = "$0.01";
const DEAR: &str = "$5";
/// The accounts of the chain that everybody knows.
const AGENT: usize = 0;
const SHOP: usize = 1;
const GAS: usize = 2;
/// The task whose budget it is.
const TASK: &str = "demo";
const ENTRIES: usize = 10_000;

pub(super) struct Stage {
    devnet: Devnet,
    rpc: Rpc,
    pub(super) watch: Arc<Watch>,
    pub(super) origin: String,
    buyer: Buyer<SecretKey, MemoryLedger>,
    shop: Address,
    /// Settles as long as it lives.
    _facilitator: Facilitator<Rpc, MemoryReplayLog>,
}

impl Stage {
    pub(super) async fn set(teller: Arc<Teller>, patience: Option<Duration>) -> Result<Self, Failure> {
        let block_time = BlockTime::InstantAndEvery(Duration::from_secs(1));
        let devnet = Devnet::builder().block_time(block_time).start().await?;
        let account =
            |number: usize| devnet.accounts().get(number).copied().ok_or_else(|| Failure::new("the chain has too few accounts"));
        let (agent, shop, gas) = (key(&account(AGENT)?)?, key(&account(SHOP)?)?.address(), key(&account(GAS)?)?);
        let metrics = Arc::new(Metrics::new());
        let nodes = vec![EndpointUrl::parse(&devnet.url()).map_err(|error| failed(&error))?];
        let connected = Rpc::connect(networks::BASE_SEPOLIA, nodes, RpcOptions::default(), &metrics).await;
        let rpc = connected.map_err(|error| failed(&error))?;
        let mut of_chain = ChainSettings::default();
        of_chain.poll = Duration::from_millis(5);
        let setup = ChainSetup::new(Arc::new(rpc.clone()), vec![gas]).with(of_chain);
        let log = Arc::new(MemoryReplayLog::new(ENTRIES));
        let facilitator =
            Facilitator::new(vec![setup], log, Clock::system(), Settings::default(), metrics).map_err(|error| failed(&error))?;

        let watch = Arc::new(Watch::new(teller));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let overheard = Overheard { facilitator: facilitator.clone(), watch: Arc::clone(&watch) };
        let app = sell(overheard, &origin, shop, &watch).map_err(|error| failed(&error))?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        let buyer = buy(agent, &origin, &watch, patience)?;
        Ok(Self { devnet, rpc, watch, origin, buyer, shop, _facilitator: facilitator })
    }

    pub(super) fn introduction(&self) -> Scene {
        Scene::note("What is running")
            .with("chain", format!("{} at {}, with USDC where Base Sepolia has it", self.devnet.chain_id(), self.devnet.url()))
            .with("shop", format!("{}/v1/report/… for {PRICE}, {}/v1/archive for {DEAR}", self.origin, self.origin))
            .with("agent", "may spend $0.05 for one thing and $0.20 for the task, only here, only USDC, only over this chain")
    }

    /// The agent buys a report.
    pub(super) async fn buy(&self) -> Result<bool, Failure> {
        let before = self.earned().await?;
        self.watch.telling.store(true, Ordering::SeqCst);
        let bought = self.purchase("report-42", "/v1/report/42").await;
        self.watch.telling.store(false, Ordering::SeqCst);
        let bought = bought.map_err(|error| failed(&error))?;
        let audit = Scene::packet(7, "agent: audit event").with("line", self.watch.last_line().trim_end());
        self.watch.teller.tell(audit).await;
        Ok(bought.status() == 200 && bought.receipt().is_some() && self.earned().await?.checked_sub(before) == Some(price()))
    }

    /// The agent asks for a purchase by a name of its own.
    pub(super) async fn purchase(&self, name: &str, path: &str) -> Result<quittance_client::Answer, Error> {
        let request = self.buyer.get(&format!("{}{path}", self.origin));
        let named = request.purchase(name).and_then(|request| request.task(TASK));
        named.map_err(|_| Error::Request)?.send().await
    }

    /// The agent wants what is too dear.
    pub(super) async fn refuse(&self) -> Result<bool, Failure> {
        let before = self.watch.payments.load(Ordering::SeqCst);
        let wanted = self.purchase("archive", "/v1/archive").await;
        let nothing_left = self.watch.payments.load(Ordering::SeqCst) == before;
        let (held, why) = match wanted {
            Err(Error::Denied(denied)) => (nothing_left, Error::Denied(denied).to_string()),
            Err(other) => (false, other.to_string()),
            Ok(answer) => (false, format!("it was bought: {}", answer.status())),
        };
        let scene = Scene::verdict(format!("The agent is told to fetch what costs {DEAR}"), held)
            .with("policy", why)
            .with("signed", if nothing_left { "nothing" } else { "a payment left the agent" });
        self.watch.teller.tell(scene).await;
        Ok(held)
    }

    /// What the agent's ledger and the chain say.
    pub(super) async fn ledger(&self) -> Result<Scene, Failure> {
        let mut scene = Scene::note("Ledger");
        for name in ["report-42", "report-44", "archive"] {
            let id = PurchaseId::parse(name).map_err(|error| failed(&error))?;
            let found = self.buyer.ledger().find(&id).await.map_err(|fault| failed(&fault))?;
            let said = found.map_or_else(
                || "never reserved".to_owned(),
                |record| {
                    let state = match record.state {
                        State::Settled(_) => "settled",
                        State::Signed => "signed, outcome open",
                        State::Reserved { .. } => "reserved",
                        _ => "released",
                    };
                    format!("{} USDC, {state}", units(record.purchase.amount))
                },
            );
            scene = scene.with(name, said);
        }
        let earned = units(self.earned().await?);
        let shop = format!("{earned} USDC on the chain, for {} settlements", self.watch.settlements.load(Ordering::SeqCst));
        Ok(scene.with("the shop", shop))
    }

    /// What the chain says that the shop was paid since it began.
    pub(super) async fn earned(&self) -> Result<Amount, Failure> {
        let token = Address::parse_party(usdc()?.id).map_err(|error| failed(&error))?;
        let asked = self.rpc.ask(&[ChainQuery::Balance { token, owner: self.shop }]).await.map_err(|fault| failed(&fault))?;
        let [ChainAnswer::Amount(has)] = asked[..] else { return Err(Failure::new("the chain does not say what the shop has")) };
        has.checked_sub(GIVEN).ok_or_else(|| Failure::new("the shop has lost money"))
    }

    /// The agent's key, which on this chain everybody knows.
    pub(super) fn agent(&self) -> Result<SecretKey, Failure> {
        let account = self.devnet.accounts().get(AGENT).ok_or_else(|| Failure::new("the chain has too few accounts"))?;
        key(account)
    }

    pub(super) fn explain(&self, format: Format, out: &mut impl Write) -> Result<(), Failure> {
        let account = self.devnet.accounts().get(AGENT).ok_or_else(|| Failure::new("the chain has too few accounts"))?;
        let (shop, chain, key) = (&self.origin, self.devnet.url(), account.key.to_string());
        if format == Format::Json {
            return Ok(crate::format::json(out, &json!({ "shop": shop, "chain": chain, "agent_key": key }))?);
        }
        let (payee, token) = (self.shop.to_string(), usdc()?.id);
        Ok(Paste { shop, payee, chain, token, key, price: PRICE }.write(out)?)
    }
}

/// What each account of the chain begins with.
const GIVEN: Amount = Amount::from_u64(1_000_000_000_000);

/// The price of a report.
pub(super) const fn price() -> Amount {
    Amount::from_u64(10_000)
}

fn usdc() -> Result<&'static AssetInfo, Failure> {
    default_asset(networks::BASE_SEPOLIA).ok_or_else(|| Failure::new("the registry has no USDC there"))
}

pub(super) fn units(amount: Amount) -> String {
    amount.format_units(6).to_string()
}

fn key(account: &Account) -> Result<SecretKey, Failure> {
    SecretKey::from_bytes(&account.key.0).map_err(|error| failed(&error))
}

pub(super) fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

/// The shop: an ordinary application, and a layer around what is sold.
fn sell<F>(facilitator: F, origin: &str, shop: Address, watch: &Arc<Watch>) -> Result<Router, quittance_server::SetupError>
where
    F: quittance_core::Facilitator + Send + Sync + 'static,
{
    let mut options = Options::default();
    // the facilitator is the shop's own, and goes by what is in the chain's logs
    options.attested = Attested::Chain;
    let log = Arc::new(MemoryReplayLog::new(ENTRIES));
    let seller = Seller::setup(facilitator, log, Origin::parse(origin)?).scheme(&EXACT).options(options).build()?;
    let at = |price| offer::exact(networks::BASE_SEPOLIA, price, &shop.to_string());
    let report = seller.sell(Route::new([at(PRICE)?]).description("a report"))?;
    let archive = seller.sell(Route::new([at(DEAR)?]).description("all reports"))?;
    let paid = get(async |Path(number): Path<u32>| Json(json!({ "report": number, "rain": "none", "source": "the roof" })));
    Ok(Router::new()
        .route("/v1/report/{number}", paid.layer(report))
        .route("/v1/archive", get(async || Json(json!([]))).layer(archive))
        .layer(from_fn_with_state(Arc::clone(watch), between)))
}

/// The agent: a key, what it may buy, and a log.
fn buy(
    key: SecretKey,
    origin: &str,
    watch: &Arc<Watch>,
    patience: Option<Duration>,
) -> Result<Buyer<SecretKey, MemoryLedger>, Failure> {
    let policy = format!(
        "per_payment = \"$0.05\"\nper_task = \"$0.20\"\nnetworks = [\"base-sepolia\"]\norigins = [\"{origin}\"]\nallow_http = true\n"
    );
    let policy = Policy::from_toml(&policy).map_err(|error| failed(&error))?;
    let lines = Arc::clone(&watch.log);
    let mut write = move |entry: &quittance_guard::audit::Entry| {
        unpoisoned(&lines).push(entry.line().to_owned());
        Ok(())
    };
    let now = Host::system().now().map_err(|fault| failed(&fault))?;
    let id = LogId::from_bytes(wallet::fresh()?);
    let chain = Chain::begin(id, StoreGeneration::NEW, Times::local(now), &mut write).map_err(|fault| failed(&fault))?;
    let journal = Journal::new(chain, LogSalt::from_bytes(wallet::fresh()?), write);
    let mut settings = Patience::default();
    settings.pause = Duration::from_millis(20);
    if let Some(patience) = patience {
        settings.timeout = patience;
    }
    let buyer = Buyer::builder(key, policy, MemoryLedger::new(ENTRIES)).journal(journal).settings(settings).build();
    buyer.map_err(|fault| failed(&fault))
}
