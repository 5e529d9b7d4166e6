//! A facilitator, a chain, a payer and a payee.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::Facilitator as _;
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::signature::SecretKey;
use quittance_core::wire::{SettleResponse, VerifyResponse};
use quittance_core::{Address, Amount, Fault, Nonce, UnixSeconds, Window};
use quittance_facilitator::{ChainSettings, ChainSetup, Clock, Facilitator, Metrics, Settings};
use quittance_guard::ReplayLog;
use quittance_guard::memory::{MemoryLedger, MemoryReplayLog};
use quittance_testkit::chain::{Kind, ModelChain, Node, Settings as Rules};
use quittance_testkit::payer::{Order, TOKEN_NAME, TOKEN_VERSION, Way};

pub(crate) const TOKEN: Address = Address::from_bytes([0x70; 20]);
pub(crate) const PAYEE: Address = Address::from_bytes([0x50; 20]);
/// What one payment moves.
pub(crate) const PRICE: Amount = Amount::from_u64(10_000);

pub(crate) fn key(last: u8) -> SecretKey {
    SecretKey::from_bytes(&[last; 32]).unwrap()
}

/// Everything in one place.
pub(crate) struct Stage {
    pub(crate) chain: ModelChain,
    pub(crate) node: Arc<Node>,
    pub(crate) log: Arc<MemoryReplayLog>,
    /// Where it is counted what payers are given.
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) facilitator: Facilitator<Node, MemoryReplayLog>,
    settings: (ChainSettings, Settings),
    signers: u8,
}

impl Stage {
    /// An honest token and one signer.
    pub(crate) fn new() -> Self {
        Self::with(Kind::Honest, 1, |_, _| {})
    }

    /// A token of a kind, so many signers, and settings.
    pub(crate) fn with(kind: Kind, signers: u8, set: impl FnOnce(&mut ChainSettings, &mut Settings)) -> Self {
        let chain = ModelChain::new(Rules::default());
        chain.place_token(TOKEN, TOKEN_NAME, TOKEN_VERSION, kind);
        chain.mint(TOKEN, key(1).address(), Amount::from_u64(1_000_000));
        chain.approve(TOKEN, key(1).address(), PERMIT2, Amount::MAX);
        let (mut of_chain, mut settings) = (ChainSettings::default(), Settings::default());
        set(&mut of_chain, &mut settings);
        (0..signers).for_each(|signer| chain.fund(key(100 + signer).address(), 10_u128.pow(18)));
        let (node, log) = (Arc::new(chain.node(1)), Arc::new(MemoryReplayLog::new(100_000)));
        let ledger = Arc::new(MemoryLedger::new(100_000));
        let facilitator = begin(&chain, &node, (&log, &ledger), &(of_chain.clone(), settings.clone()), signers);
        Self { chain, node, log, ledger, facilitator, settings: (of_chain, settings), signers }
    }

    /// Another life on the same log, as after a crash.
    pub(crate) async fn crash(&mut self) {
        self.facilitator.abort();
        self.facilitator = begin(&self.chain, &self.node, (&self.log, &self.ledger), &self.settings, self.signers);
        self.facilitator.recover().await.unwrap();
    }

    /// Another facilitator beside this one, on the same log and the same ledger, with signers of its own.
    pub(crate) fn beside(&self) -> Facilitator<Node, MemoryReplayLog> {
        let other = key(99);
        self.chain.fund(other.address(), 10_u128.pow(18));
        let setup = ChainSetup::new(Arc::new(self.chain.node(2)), vec![other]).with(self.settings.0.clone());
        let setup = setup.giving_from(Arc::clone(&self.ledger));
        facilitator(&self.chain, setup, &self.log, self.settings.1.clone())
    }

    /// A payment by EIP-3009.
    pub(crate) fn order(&self, nonce: u8) -> Order {
        self.order_by(Way::Eip3009, nonce)
    }

    pub(crate) fn order_by(&self, way: Way, nonce: u8) -> Order {
        let now = self.chain.now().as_secs();
        let window = Window::new(UnixSeconds::from_secs(now - 60), UnixSeconds::from_secs(now + 60));
        let nonce = Nonce::from_bytes([nonce; 32]);
        let (network, token, pay_to) = (BASE_SEPOLIA, TOKEN, PAYEE);
        Order { payer: Arc::new(key(1)), way, network, token, pay_to, amount: PRICE, window, nonce, wallet: None, brings: None }
    }

    pub(crate) async fn settle(&self, order: &Order) -> Result<SettleResponse, Fault> {
        self.settle_for(order, order.amount).await
    }

    pub(crate) async fn settle_for(&self, order: &Order, charge: Amount) -> Result<SettleResponse, Fault> {
        self.facilitator.settle(&order.settle(60, charge)).await
    }

    pub(crate) async fn verify(&self, order: &Order) -> Result<VerifyResponse, Fault> {
        self.facilitator.verify(&order.verify(60)).await
    }

    /// It is settled, in this transaction.
    pub(crate) async fn settled(&self, order: &Order) -> String {
        let response = self.settle(order).await.unwrap();
        assert!(response.success, "{response:?}");
        response.transaction
    }

    /// It is refused, for this reason.
    pub(crate) async fn refused(&self, order: &Order, reason: &str) -> SettleResponse {
        let response = self.settle(order).await.unwrap();
        assert_eq!((response.success, response.error_reason.as_deref()), (false, Some(reason)));
        response
    }

    pub(crate) fn paid(&self) -> Amount {
        self.chain.balance(TOKEN, PAYEE)
    }

    pub(crate) fn signer(&self, number: u8) -> Address {
        key(100 + number).address()
    }
}

fn begin(
    chain: &ModelChain,
    node: &Arc<Node>,
    (log, ledger): (&Arc<MemoryReplayLog>, &Arc<MemoryLedger>),
    settings: &(ChainSettings, Settings),
    signers: u8,
) -> Facilitator<Node, MemoryReplayLog> {
    let keys = (0..signers).map(|signer| key(100 + signer)).collect();
    let setup = ChainSetup::new(Arc::clone(node), keys).with(settings.0.clone()).giving_from(Arc::clone(ledger));
    facilitator(chain, setup, log, settings.1.clone())
}

pub(crate) fn facilitator<L: ReplayLog + Send + Sync + 'static>(
    chain: &ModelChain,
    setup: ChainSetup<Node>,
    log: &Arc<L>,
    settings: Settings,
) -> Facilitator<Node, L> {
    let chain = chain.clone();
    let clock = Clock::new(move || Ok(chain.now()));
    Facilitator::new(vec![setup], Arc::clone(log), clock, settings, Arc::new(Metrics::new())).unwrap()
}

/// So many payments' worth.
pub(crate) fn times(count: u64) -> Amount {
    PRICE.checked_mul(Amount::from_u64(count)).unwrap()
}

/// So many blocks pass.
pub(crate) async fn blocks(count: u64) {
    tokio::time::sleep(Duration::from_secs(2 * count)).await;
}
