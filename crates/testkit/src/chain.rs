//! A model of an `eip155` chain, without an EVM and in simulated time.
//!
//! It knows what the chains of x402 do that decides whether somebody was paid (catalogue, "chain truths"): tokens with EIP-3009, whose
//! window is strict at both ends and whose nonces can be used or cancelled; Permit2 and the two proxies; contract wallets and accounts
//! that delegate to code; signatures, which are really checked; senders' nonces, a pool with rules for replacing, a base fee, blocks and
//! reorganisations. And what goes wrong: strangers who are first, payers who think better of it, tokens that do not do as they say,
//! nodes that lag, lose and stay silent ([`Conduct`], [`Trouble`]).
//!
//! Time is tokio's, which a test pauses. Nothing happens by itself: whoever looks at the chain, or does something to it, sees the blocks
//! that are due by then. Nothing is random but by the seed that a [`Node`] is made with.
//!
//! What it does not know: code that is not listed here, logs' blooms, uncles, and what gas costs exactly.

mod abi;
mod block;
mod history;
mod node;
mod permit2;
mod pool;
mod run;
mod state;
mod token;
mod wallet;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::chain::Call;
use quittance_core::eip712::permit2::{EXACT_PROXY, PERMIT2, UPTO_PROXY};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::{Address, Amount, Network, ReplayKey, UnixSeconds};
use quittance_facilitator::TransactionHash;
use tokio::time::Instant;

pub use block::{Act, Ambush, Fate};
pub use history::{Movement, Spending};
pub use node::{Conduct, Method, Node, Receipts, Trouble, together};
pub use run::Deed;
pub use token::{ACCOMPLICE, Kind};

use block::Ledger;
use pool::Waiting;
use state::{Code, Manners, Token};

/// Multicall3, at the same address on every chain.
pub const MULTICALL3: Address = Address::from_bytes([
    0xca, 0x11, 0xbd, 0xe0, 0x59, 0x77, 0xb3, 0x63, 0x11, 0x67, 0x02, 0x88, 0x62, 0xbe, 0x2a, 0x17, 0x39, 0x76, 0xca, 0x11,
]);
/// The code that accounts delegate to.
pub const WALLET: Address = Address::from_bytes([0xd1; 20]);
/// Deploys wallets.
pub const FACTORY: Address = Address::from_bytes([0xfc; 20]);
/// Deploys wallets as well, and fails where one is already.
pub const STRICT_FACTORY: Address = Address::from_bytes([0xfd; 20]);
/// Somebody who looks at what waits.
pub const STRANGER: Address = Address::from_bytes([0x57; 20]);

/// When blocks are mined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum BlockTime {
    /// One each time this long has passed.
    Every(Duration),
    /// When told.
    ByHand,
}

/// What a chain is begun with.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a test may set every member")]
pub struct Settings {
    /// Which chain it is.
    pub network: Network,
    /// The time of its first block, and of the clock while the test begins.
    pub start: UnixSeconds,
    /// When blocks are mined.
    pub block_time: BlockTime,
    /// What a unit of gas costs, in wei.
    pub base_fee: u128,
    /// What it takes on top.
    pub tip: u128,
}

impl Default for Settings {
    /// Base Sepolia in November 2025, a block every two seconds, gas for a hundredth of a gwei.
    fn default() -> Self {
        Self {
            network: BASE_SEPOLIA,
            start: UnixSeconds::from_secs(1_764_000_000),
            block_time: BlockTime::Every(Duration::from_secs(2)),
            base_fee: 10_000_000,
            tip: 1_000_000,
        }
    }
}

/// The chain itself, as nobody but a test sees it. Clones are the same chain.
#[derive(Clone)]
pub struct ModelChain(Arc<Shared>);

struct Shared {
    settings: Settings,
    begun: Instant,
    ledger: Mutex<Ledger>,
}

impl ModelChain {
    /// A chain of one block, with the contracts of x402 in place and no money.
    ///
    /// # Panics
    ///
    /// Outside a runtime of tokio, or for a network that is no `eip155` chain.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let chain_id = settings.network.chain_id().expect("an eip155 chain");
        let mut ledger = Ledger::new(settings.network, chain_id, settings.start, settings.base_fee, settings.tip);
        ledger.edit(|state| {
            state.code.extend([
                (PERMIT2, Code::Permit2),
                (EXACT_PROXY, Code::ExactProxy),
                (UPTO_PROXY, Code::UptoProxy),
                (MULTICALL3, Code::Multicall3),
                (FACTORY, Code::Factory(Manners::Kind)),
                (STRICT_FACTORY, Code::Factory(Manners::Strict)),
                (WALLET, Code::Mute),
            ]);
        });
        Self(Arc::new(Shared { settings, begun: Instant::now(), ledger: Mutex::new(ledger) }))
    }

    /// A node of it, whose chances follow from a seed.
    #[must_use]
    pub fn node(&self, seed: u64) -> Node {
        Node::new(self.clone(), seed)
    }

    /// Which chain it is.
    #[must_use]
    pub fn network(&self) -> Network {
        self.0.settings.network
    }

    /// What a clock on the wall says.
    #[must_use]
    pub fn now(&self) -> UnixSeconds {
        let start = self.0.settings.start;
        start.checked_add(self.0.begun.elapsed().as_secs()).unwrap_or(start)
    }

    /// The number of the newest block.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.with(|ledger| ledger.head().number)
    }

    /// The time of the newest block.
    #[must_use]
    pub fn time(&self) -> UnixSeconds {
        self.with(|ledger| ledger.head().time)
    }

    /// Mines a block now.
    pub fn mine(&self) {
        self.mine_at(self.now());
    }

    /// Mines a block of some time, or of its parent's where that is later.
    pub fn mine_at(&self, time: UnixSeconds) {
        self.with(|ledger| ledger.mine(time));
    }

    /// Puts a token in place.
    pub fn place_token(&self, address: Address, name: &str, version: &str, kind: Kind) {
        let token = Token { name: name.into(), version: version.into(), kind };
        self.with(|ledger| ledger.edit(|state| _ = state.code.insert(address, Code::Token(token))));
    }

    /// Makes money out of nothing.
    pub fn mint(&self, token: Address, owner: Address, amount: Amount) {
        self.with(|ledger| {
            ledger.edit(|state| {
                let sum = state.balance(token, owner).checked_add(amount).unwrap_or(Amount::MAX);
                state.balances.insert((token, owner), sum);
            });
        });
    }

    /// Lets a spender move an owner's money.
    pub fn approve(&self, token: Address, owner: Address, spender: Address, amount: Amount) {
        self.with(|ledger| ledger.edit(|state| _ = state.allowances.insert((token, owner, spender), amount)));
    }

    /// Sets what an account has for gas, in wei.
    pub fn fund(&self, account: Address, wei: u128) {
        self.with(|ledger| ledger.edit(|state| _ = state.ether.insert(account, wei)));
    }

    /// Puts a contract wallet of a key in place.
    pub fn place_wallet(&self, wallet: Address, owner: Address) {
        self.with(|ledger| ledger.edit(|state| _ = state.code.insert(wallet, Code::Wallet { owner })));
    }

    /// Lets an account delegate to code (EIP-7702), such as [`WALLET`], which takes the account's own signature.
    pub fn delegate(&self, account: Address, code: Address) {
        self.with(|ledger| ledger.edit(|state| _ = state.code.insert(account, Code::Delegated(code))));
    }

    /// Lets a transfer to somebody take so much more gas from now on.
    pub fn let_payee_take(&self, payee: Address, gas: u64) {
        self.with(|ledger| {
            ledger.edit(|state| {
                if gas == 0 {
                    state.code.remove(&payee);
                } else {
                    state.code.insert(payee, Code::Told(gas));
                }
            });
        });
    }

    /// Puts a factory of wallets in place, one that does not mind whoever comes second.
    pub fn place_factory(&self, address: Address) {
        self.with(|ledger| ledger.edit(|state| _ = state.code.insert(address, Code::Factory(Manners::Kind))));
    }

    /// Puts something in place that answers everything with nothing.
    pub fn place_mute(&self, address: Address) {
        self.with(|ledger| ledger.edit(|state| _ = state.code.insert(address, Code::Mute)));
    }

    /// Where [`FACTORY`] puts the wallet of an owner.
    #[must_use]
    pub fn wallet_of(owner: Address, salt: &[u8; 32]) -> Address {
        Self::wallet_at(FACTORY, owner, salt)
    }

    /// Where a factory puts the wallet of an owner.
    #[must_use]
    pub fn wallet_at(factory: Address, owner: Address, salt: &[u8; 32]) -> Address {
        run::wallet_of(factory, owner, salt)
    }

    /// The call of a factory that puts the wallet of an owner in place.
    #[must_use]
    pub fn deployment(factory: Address, owner: Address, salt: &[u8; 32]) -> Call {
        let data = [&abi::selector("deploy(address,bytes32)")[..], &abi::address_word(owner), salt].concat();
        Call::new(factory, data)
    }

    /// A payer sends a transaction of its own, which arrives at every node.
    pub fn send(&self, raw: &[u8]) {
        if let Some(waiting) = Waiting::read(raw) {
            self.with(|ledger| _ = ledger.pool.add(waiting));
        }
    }

    /// Whether there is code at an address.
    #[must_use]
    pub fn has_code(&self, address: Address) -> bool {
        self.with(|ledger| ledger.head().state.code.contains_key(&address))
    }

    /// How many transactions an account has sent.
    #[must_use]
    pub fn sent_by(&self, account: Address) -> u64 {
        self.with(|ledger| ledger.head().state.sent_by(account))
    }

    /// How much of a token somebody has.
    #[must_use]
    pub fn balance(&self, token: Address, owner: Address) -> Amount {
        self.with(|ledger| ledger.head().state.balance(token, owner))
    }

    /// Whether Permit2 may move so much of an owner's money.
    #[must_use]
    pub fn is_allowed(&self, token: Address, owner: Address, amount: Amount) -> bool {
        self.with(|ledger| ledger.head().state.allowance(token, owner, PERMIT2) >= amount)
    }

    /// Whether a payment's nonce is used, cancelled or made worthless.
    #[must_use]
    pub fn is_used(&self, key: &ReplayKey) -> bool {
        self.with(|ledger| {
            let state = &ledger.head().state;
            match *key {
                ReplayKey::Eip3009 { token, from, nonce, .. } => state.authorizations.contains(&(token, from, nonce)),
                ReplayKey::Permit2 { owner, nonce, .. } => state.bits.contains(&(owner, nonce)),
                _ => false,
            }
        })
    }

    /// What an account has for gas, in wei.
    #[must_use]
    pub fn funds(&self, account: Address) -> u128 {
        self.with(|ledger| ledger.head().state.ether_of(account))
    }

    /// Somebody does something in the next block, before all else.
    pub fn act(&self, act: Act) {
        self.with(|ledger| ledger.acts.push_back(act));
    }

    /// Lies in wait for the next payment of somebody who pays for gas; several wait for several.
    pub fn ambush(&self, ambush: Ambush) {
        self.with(|ledger| ledger.ambushes.push_back(ambush));
    }

    /// Lets nobody lie in wait any more.
    pub fn disarm(&self) {
        self.with(|ledger| ledger.ambushes.clear());
    }

    /// Takes the newest blocks back and puts others in their place, and one more. What was told of others, a front-runner's payment or
    /// a cancellation, has a fate of its own.
    pub fn reorganize(&self, depth: u64, ours: Fate, theirs: Fate) {
        let now = self.now();
        self.with(|ledger| ledger.reorganize(depth, ours, theirs, now));
    }

    /// Takes back whatever there is from the first block on in which others did something, of so many, and what they did for good; whether there
    /// is such a block.
    pub fn undo(&self, within: u64, ours: Fate) -> bool {
        let now = self.now();
        self.with(|ledger| {
            let told = |block: &block::Block| block.mined.iter().any(|mined| matches!(mined.origin, block::Origin::Told(_)));
            let newest = (1..=within).zip(ledger.blocks.iter().rev());
            let Some(depth) = newest.filter(|(_, block)| told(block)).map(|(depth, _)| depth).last() else { return false };
            ledger.reorganize(depth, ours, Fate::Gone, now);
            true
        })
    }

    /// Lets what waits be forgotten by every node.
    pub fn drop_waiting(&self) {
        self.with(|ledger| ledger.pool.retain(|_| false));
    }

    /// Lets what waits now wait for so many more blocks, whatever it pays. What takes its place does not.
    pub fn hold_waiting(&self, blocks: u64) {
        self.with(|ledger| {
            let until = ledger.head().number.saturating_add(blocks).saturating_add(1);
            ledger.pool.all_mut().for_each(|waiting| waiting.not_before = until);
        });
    }

    /// Whether a transaction waits.
    #[must_use]
    pub fn waits(&self, hash: TransactionHash) -> bool {
        self.with(|ledger| ledger.pool.holds(hash))
    }

    /// How many transactions wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.with(|ledger| ledger.pool.all().count())
    }

    /// How many transactions of an account wait.
    #[must_use]
    pub fn waiting_from(&self, account: Address) -> usize {
        self.with(|ledger| ledger.pool.all().filter(|waiting| waiting.sender == account).count())
    }

    /// Where the base fee goes from now on, an eighth with every block.
    pub fn head_for_fee(&self, wei: u128) {
        self.with(|ledger| ledger.fee_goal = wei);
    }

    /// What a byte of a transaction costs from now on beside its gas, in wei, as on a rollup whose layer below keeps it.
    pub fn charge_for_bytes(&self, wei: u128) {
        self.with(|ledger| ledger.byte_fee = wei);
    }

    /// Looks at the chain with the blocks that are due by now.
    fn with<T>(&self, step: impl FnOnce(&mut Ledger) -> T) -> T {
        let mut ledger = self.0.ledger.lock().expect("no step panics");
        if let BlockTime::Every(interval) = self.0.settings.block_time {
            let (start, elapsed) = (self.0.settings.start, self.0.begun.elapsed());
            let due = u64::try_from(elapsed.as_millis() / interval.as_millis().max(1)).unwrap_or(u64::MAX);
            // blocks that took the place of others, and the one more, are mined ahead of their time
            while ledger.due < due {
                ledger.due += 1;
                let after = interval.saturating_mul(u32::try_from(ledger.due).unwrap_or(u32::MAX)).as_secs();
                ledger.mine(start.checked_add(after).unwrap_or(start));
            }
        }
        step(&mut ledger)
    }
}
