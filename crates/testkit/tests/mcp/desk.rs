//! A tool with a price, its facilitator, a chain, and buyers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_client::{Buyer, Host, Settings};
use quittance_core::binding::Mode;
use quittance_core::json::Object;
use quittance_core::registry::{default_asset, networks::BASE_SEPOLIA};
use quittance_core::wire::{self, Extensions, PaymentPayload, SettleRequest, SettleResponse, SupportedResponse, VerifyRequest};
use quittance_core::{
    Address, Amount, Binding, Facilitator, Fault, Resource, Salt, SecretKey, Terms, UnixSeconds, binding, sha256,
};
use quittance_evm::EXACT;
use quittance_guard::memory::{MemoryLedger, MemoryReplayLog};
use quittance_guard::policy::Policy;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog as _;
use quittance_mcp::{NoResult, PAYMENT, PricedTool, ToolBuyer};
use quittance_server::{Clock, Options, Origin, Route, Seller};
use quittance_testkit::chain::Kind;
use quittance_testkit::payer::{Order, TOKEN_NAME, TOKEN_VERSION};
use serde_json::{Value, json};

use crate::engine::{Stage, key};

pub(crate) const TOOL: &str = "get_weather";
pub(crate) const RESOURCE: &str = "mcp://tool/get_weather";
/// What the tool says.
pub(crate) const GOODS: &str = "what was sold";

type Engine = quittance_facilitator::Facilitator<quittance_testkit::chain::Node, MemoryReplayLog>;

/// The engine, whose answers can be lost and which others ask too.
#[derive(Clone)]
pub(crate) struct Behind {
    engine: Engine,
    down: Arc<AtomicBool>,
    other: Arc<Mutex<Option<SettleRequest>>>,
}

impl Facilitator for Behind {
    fn name(&self) -> &str {
        self.engine.name()
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<wire::VerifyResponse, Fault> {
        self.engine.verify(request).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        let other = self.other.lock().unwrap().take();
        if let Some(other) = other {
            assert!(self.engine.settle(&other).await?.success);
        }
        let settled = self.engine.settle(request).await;
        if self.down.load(Ordering::SeqCst) { Err(Fault::ConnectionLost) } else { settled }
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        self.engine.supported().await
    }
}

/// What a tool does in its n-th run.
pub(crate) type Makes = fn(usize) -> Value;

/// A tool that is sold, and what happened to it.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) stage: Arc<Stage>,
    pub(crate) log: Arc<MemoryReplayLog>,
    pub(crate) tool: PricedTool<Behind, MemoryReplayLog>,
    /// How often the tool ran.
    pub(crate) runs: Arc<AtomicUsize>,
    /// What the tool does.
    pub(crate) makes: Arc<Mutex<Makes>>,
    /// Whether answers of the facilitator about settlements are lost.
    pub(crate) down: Arc<AtomicBool>,
    /// What somebody else has settled just before the next settlement.
    pub(crate) other: Arc<Mutex<Option<SettleRequest>>>,
    /// The params that buyers sent with a payment.
    pub(crate) payments: Arc<Mutex<Vec<Value>>>,
    /// How many of the next results to paid calls are lost on their way.
    pub(crate) loses: Arc<AtomicUsize>,
}

pub(crate) fn token() -> Address {
    Address::parse_party(default_asset(BASE_SEPOLIA).unwrap().id).unwrap()
}

pub(crate) fn goods() -> Value {
    json!({"content": [{"type": "text", "text": GOODS}]})
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::selling(|route| route)
    }

    pub(crate) fn selling(set: impl FnOnce(Route) -> Route) -> Self {
        let stage = Stage::new();
        stage.chain.place_token(token(), TOKEN_NAME, TOKEN_VERSION, Kind::Honest);
        stage.chain.mint(token(), key(1).address(), Amount::from_u64(1_000_000));
        let (log, chain, down) = (Arc::new(MemoryReplayLog::new(10_000)), stage.chain.clone(), Arc::<AtomicBool>::default());
        let other = Arc::<Mutex<Option<SettleRequest>>>::default();
        let mut options = Options::default();
        options.attested = Attested::Chain;
        let behind = Behind { engine: stage.facilitator.clone(), down: Arc::clone(&down), other: Arc::clone(&other) };
        let seller = Seller::setup(behind, Arc::clone(&log), Origin::tools())
            .scheme(&EXACT)
            .clock(Clock::new(move || Ok(chain.now())))
            .options(options)
            .build()
            .unwrap();
        let offer = Terms::parse(order(&stage, 0).offer(60)).unwrap();
        let tool = PricedTool::new(&seller, TOOL, set(Route::new([offer]).description("the weather"))).unwrap();
        let makes: Arc<Mutex<Makes>> = Arc::new(Mutex::new(|_| goods()));
        Self {
            stage: Arc::new(stage),
            log,
            tool,
            makes,
            down,
            other,
            runs: Arc::default(),
            payments: Arc::default(),
            loses: Arc::default(),
        }
    }

    pub(crate) async fn ask(&self, params: &Value) -> Value {
        let (runs, makes) = (Arc::clone(&self.runs), *self.makes.lock().unwrap());
        self.tool.call(params, async move |_paid| makes(runs.fetch_add(1, Ordering::SeqCst) + 1)).await
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    /// What the payee has.
    pub(crate) fn sold(&self) -> Amount {
        self.stage.chain.balance(token(), crate::engine::PAYEE)
    }

    /// How many payments the log knows whose outcome is open.
    pub(crate) async fn open(&self) -> usize {
        self.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len()
    }

    pub(crate) fn order(&self, nonce: u8) -> Order {
        order(&self.stage, nonce)
    }

    /// A payment as most clients make it.
    pub(crate) fn plain(&self, nonce: u8) -> Value {
        value(&self.order(nonce).payment(60))
    }

    /// A payment whose nonce is bound to the tool, and to arguments if there are any.
    pub(crate) fn bound(&self, salt: u8, arguments: Option<&str>) -> PaymentPayload {
        let mut order = self.order(0);
        let (terms, salt) = (Terms::parse(order.offer(60)).unwrap(), Salt::from_bytes([salt; 32]));
        let resource = Resource::parse(RESOURCE).unwrap();
        let metadata = arguments.map(|text| Object::from_iter([("arguments", hash(text).as_str())]));
        let binding = Binding::new(terms.hash(), "POST", &resource).unwrap();
        order.nonce = match &metadata {
            Some(metadata) => binding.with_metadata(metadata).nonce(&salt),
            None => binding.nonce(&salt),
        };
        let mut payment = order.payment(60);
        let mut extensions = Extensions::new();
        let answer = wire::Binding::advertise(Mode::Preferred).answer(salt, metadata);
        extensions.insert(binding::EXTENSION, &wire::Extension::from(&answer));
        payment.extensions = Some(extensions);
        payment
    }

    /// A buyer of the tool.
    pub(crate) fn buyer(&self, per_payment: &str) -> ToolBuyer<SecretKey, MemoryLedger> {
        let desk = self.clone();
        self.buyer_by(per_payment, move |params| {
            let desk = desk.clone();
            async move {
                let pays = params["_meta"][PAYMENT].is_object();
                if pays {
                    desk.payments.lock().unwrap().push(params.clone());
                }
                let result = desk.ask(&params).await;
                let less = |left: usize| left.checked_sub(1);
                if pays && desk.loses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
                    return Err(NoResult::Lost);
                }
                Ok(result)
            }
        })
    }

    /// A buyer by some way to the seller.
    pub(crate) fn buyer_by<T>(
        &self,
        per_payment: &str,
        call: impl Fn(Value) -> T + Send + Sync + 'static,
    ) -> ToolBuyer<SecretKey, MemoryLedger>
    where
        T: Future<Output = Result<Value, NoResult>> + Send + 'static,
    {
        let policy = format!(
            "per_payment = {per_payment:?}\nper_task = \"$1\"\nnetworks = [\"base-sepolia\"]\norigins = [\"mcp://tool\"]\npayees = [\"{}\"]\n",
            crate::engine::PAYEE
        );
        let (chain, count) = (self.stage.chain.clone(), AtomicUsize::new(0));
        let fresh = move |bytes: &mut [u8]| {
            let seed = sha256(&count.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            bytes.iter_mut().zip(seed.iter().cycle()).for_each(|(byte, fresh)| *byte = *fresh);
            Ok(())
        };
        let mut settings = Settings::default();
        settings.pause = Duration::from_millis(5);
        let builder = Buyer::builder(key(1), Policy::from_toml(&policy).unwrap(), MemoryLedger::new(1_000))
            .host(Host::new(move || Ok(chain.now()), fresh))
            .settings(settings);
        ToolBuyer::new(builder, call).unwrap()
    }
}

fn order(stage: &Stage, nonce: u8) -> Order {
    Order { token: token(), ..stage.order(nonce) }
}

/// What arguments in canonical form are bound by.
pub(crate) fn hash(canonical: &str) -> String {
    sha256(canonical.as_bytes()).iter().fold("0x".to_owned(), |hash, byte| hash + &format!("{byte:02x}"))
}

pub(crate) fn value(payment: &PaymentPayload) -> Value {
    serde_json::from_str(&payment.to_json()).unwrap()
}

/// The params of a call.
pub(crate) fn params(arguments: Value, payment: Option<Value>) -> Value {
    match payment {
        None => json!({"name": TOOL, "arguments": arguments}),
        Some(payment) => json!({"name": TOOL, "arguments": arguments, "_meta": {PAYMENT: payment, "progressToken": 1}}),
    }
}

/// It is what was sold.
pub(crate) fn is_goods(result: &Value) -> bool {
    result["isError"] != true && result["content"][0]["text"] == GOODS
}

/// It is refused with nothing of what is sold in it, in both of the places in which callers look; gives what is said.
pub(crate) fn refused(result: &Value) -> &Value {
    assert_eq!(result["isError"], true, "{result}");
    assert!(!result.to_string().contains(GOODS), "{result}");
    let text = result["content"][0]["text"].as_str().unwrap();
    assert_eq!((&result["content"][0]["type"], result["content"].as_array().unwrap().len()), (&json!("text"), 1));
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result["structuredContent"]);
    &result["structuredContent"]
}

/// It is refused with terms, for a reason.
pub(crate) fn asked(result: &Value, reason: &str) {
    let said = refused(result);
    assert_eq!(said["error"], reason, "{result}");
    assert_eq!((said["accepts"].as_array().unwrap().len(), &said["resource"]["url"]), (1, &json!(RESOURCE)), "{result}");
}
