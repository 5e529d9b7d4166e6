//! What a facilitator is told before it starts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quittance_core::rejection::Vocabulary;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Amount, Fault, UnixSeconds};
use quittance_evm::Sponsoring;
use quittance_guard::replay::Demand;
use quittance_guard::{Ledger, Reach};

use crate::purse::Purse;

/// Tells the time of day. Waiting is done by tokio's clock, which a test can stop.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Result<UnixSeconds, Fault> + Send + Sync>);

impl Clock {
    /// A clock of somebody's own.
    pub fn new(now: impl Fn() -> Result<UnixSeconds, Fault> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Fault::ClockUnavailable)?;
            Ok(UnixSeconds::from_secs(since.as_secs()))
        })
    }

    /// The time.
    ///
    /// # Errors
    ///
    /// [`Fault::ClockUnavailable`], or what the clock says.
    pub fn now(&self) -> Result<UnixSeconds, Fault> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// A chain, the accounts that settle on it, and how they do.
pub struct ChainSetup<C> {
    pub(crate) chain: Arc<C>,
    pub(crate) signers: Vec<SecretKey>,
    pub(crate) settings: ChainSettings,
    pub(crate) purse: Option<Purse>,
}

impl<C> ChainSetup<C> {
    /// A chain and the keys that pay for gas on it. Each key is this facilitator's alone: nobody else counts its transactions.
    #[must_use]
    pub fn new(chain: Arc<C>, signers: Vec<SecretKey>) -> Self {
        Self { chain, signers, settings: ChainSettings::default(), purse: None }
    }

    /// The same with other settings.
    #[must_use]
    pub fn with(self, settings: ChainSettings) -> Self {
        Self { settings, ..self }
    }

    /// The same with a ledger in which is counted what payers are [given](ChainSettings::funding): one for all facilitators that share what may be
    /// given, and no buyer's.
    #[must_use]
    pub fn giving_from<L: Ledger + Send + Sync + 'static>(self, ledger: Arc<L>) -> Self {
        Self { purse: Some(Purse::of(ledger)), ..self }
    }
}

impl<C> fmt::Debug for ChainSetup<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainSetup").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// How one chain is settled on.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ChainSettings {
    /// How many blocks have to stand on the block of a transaction before it counts. Until then nobody is told that it is settled.
    pub confirmations: u64,
    /// For how long after that a settlement is looked after: what a deeper reorganisation takes back in this time is noticed and settled again, or
    /// recorded as lost. For so long the log keeps what was sent. Zero for not at all; what is taken back then stays settled in the log.
    pub watch: Duration,
    /// How long to wait between two looks at the chain while something is under way.
    pub poll: Duration,
    /// Whether many settlements share a transaction.
    pub batch: Option<Batch>,
    /// How many transactions of one signer wait for a block at once.
    pub in_flight: usize,
    /// After how many blocks without it a transaction is sent again for a higher fee.
    pub bump_after: u64,
    /// How many wei a unit of gas may cost at most, with its part of what the [bytes](crate::DataFee) of the transaction cost and the
    /// [operator](crate::OperatorFee) of the chain takes; no transaction offers more. What nothing was sent for yet is answered with
    /// [`Fault::GasTooDear`] while gas costs more.
    pub max_fee: u128,
    /// How much gas one settlement may take at most. A wallet's code takes as much as its owner likes, in a node's estimate as in a block; what takes
    /// more is answered with [`Fault::GasTooDear`].
    pub gas: u64,
    /// How dear a settlement may be.
    pub fee_limit: Option<FeeLimit>,
    /// How many settlements may be open at once. The one that is too many is turned away with a fault.
    pub open: usize,
    /// How many questions go into one request to a node at most.
    pub questions: usize,
    /// How many blocks before the beginning of a settlement somebody else may have used the same payment.
    pub lookback: u64,
    /// How many payments of one payer may fail on the chain within [a while](Self::failures_within), after they passed every look and at the expense of
    /// the facilitator's gas. While there were so many the next is answered with [`Fault::TooManyFailures`]. Zero for any number.
    pub failures: usize,
    /// How long such a failure counts.
    pub failures_within: Duration,
    /// Whose wallets are deployed for payers who have none yet ([`Exact::with_factories`]). A factory is called with whatever the payer wrote: only
    /// what can do nothing with that but deploy a wallet belongs here.
    ///
    /// [`Exact::with_factories`]: quittance_evm::Exact::with_factories
    pub factories: Vec<Address>,
    /// How payers may bring Permit2's allowance along.
    pub sponsoring: Vec<Sponsoring>,
    /// How many wei a payer is given at most for one payment, to send the approval that it brings; zero for none. It is the payer's to
    /// keep, whether or not it sends the approval, so that this is what any stranger may cost each time. It counts towards the
    /// [limit](Self::fee_limit), without which there is none of it, and needs a [ledger](ChainSetup::giving_from) in which it is counted.
    pub funding: u128,
    /// How many wei payers are given within an hour at most, all together and with the gas that giving takes. While there is too little left, who lacks
    /// something is answered with [`Fault::GasTooDear`].
    pub funding_hourly: u128,
    /// How long a settlement waits for an approval that its payer brought to get into a block. Then it has failed, unless something was sent that
    /// may still move the money.
    pub approval: Duration,
}

impl Default for ChainSettings {
    fn default() -> Self {
        Self {
            confirmations: 0,
            watch: Duration::from_secs(900),
            poll: Duration::from_millis(500),
            batch: None,
            in_flight: 16,
            bump_after: 5,
            max_fee: 500_000_000_000,
            gas: 2_000_000,
            fee_limit: None,
            open: 4_096,
            questions: 512,
            lookback: 128,
            failures: 5,
            failures_within: Duration::from_secs(600),
            factories: Vec::new(),
            sponsoring: Vec::new(),
            funding: 0,
            funding_hourly: 0,
            approval: Duration::from_secs(300),
        }
    }
}

/// Many settlements in one transaction.
///
/// What comes while the signer's transaction before waits for its block goes together; who comes alone goes alone and at once. Only transfers
/// by EIP-3009 of payers without code share one: each leaves a log with its own nonce, and none runs a stranger's code at the expense of others.
///
/// Such a transfer is simulated with the other questions of its check, and what one to the same payee was estimated to take a moment ago
/// serves for its gas, without an estimate of its own. If that was too little it fails by itself, and is then sent with an estimate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// How many at most.
    pub payments: usize,
    /// How much gas at most.
    pub gas: u64,
}

impl Batch {
    /// At most so many settlements, with so much gas.
    #[must_use]
    pub const fn new(payments: usize, gas: u64) -> Self {
        Self { payments, gas }
    }
}

impl Default for Batch {
    /// A hundred, in ten million gas.
    fn default() -> Self {
        Self::new(100, 10_000_000)
    }
}

/// How dear a settlement may be, as a share of what is paid: its gas, the [bytes](crate::DataFee) of its transactions and the chain's
/// [operator](crate::OperatorFee) where those cost something, and what is given away for it.
///
/// A token without a price is not settled: who pays in a token of their own would spend the facilitator's gas for nothing. What is too dear is answered
/// with [`Fault::GasTooDear`], and not with a refusal: the payment is as good as before, and may be settled when gas is cheaper.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FeeLimit {
    /// Thousandths of the payment.
    pub per_mille: u32,
    /// What an ether of this chain is worth, in the smallest units of each token.
    pub prices: BTreeMap<Address, Amount>,
}

impl FeeLimit {
    /// So many thousandths of a payment, at these prices.
    #[must_use]
    pub const fn new(per_mille: u32, prices: BTreeMap<Address, Amount>) -> Self {
        Self { per_mille, prices }
    }

    /// Whether so many wei are little enough for a payment. What cannot be computed is too dear.
    #[must_use]
    pub fn allows(&self, wei: u128, token: Address, paid: Amount) -> bool {
        let ether = Amount::from_u128(1_000_000_000_000_000_000);
        let affordable = || {
            let price = self.prices.get(&token)?;
            let cost = Amount::from_u128(wei).checked_mul(*price)?.checked_mul(Amount::from_u64(1_000))?;
            let share = paid.checked_mul(Amount::from_u64(self.per_mille.into()))?.checked_mul(ether)?;
            Some(cost <= share)
        };
        affordable().unwrap_or(false)
    }
}

/// What is the same for all chains.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long somebody who asks to settle waits for the outcome.
    pub patience: Duration,
    /// For how many seconds after a claim nobody else may take over.
    pub lease: u64,
    /// For how many seconds after the end of an authorization its settlement is remembered.
    pub finality: u64,
    /// How many payers are remembered with their keys, and beside them an eighth as many who come again and again and have not paid here. Each takes 8 KiB.
    pub payers: usize,
    /// Whose names for reasons are written.
    pub vocabulary: Vocabulary,
    /// How long to wait between two looks for settlements that nobody is at any more.
    pub sweep: Duration,
    /// How long to wait between two times of forgetting what the log need not remember any more.
    pub purge: Duration,
    /// How far apart those are who settle from the same log: a facilitator is refused a log that does not reach so far (catalogue row 121).
    pub reach: Reach,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(45),
            lease: 120,
            finality: Demand::FINALITY,
            payers: 4_096,
            vocabulary: Vocabulary::Spec,
            sweep: Duration::from_secs(15),
            purge: Duration::from_secs(600),
            reach: Reach::Process,
        }
    }
}

/// Why a facilitator cannot be what it is told to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// There is no chain.
    NoChain,
    /// A chain is there twice.
    DuplicateChain,
    /// A chain has no signer.
    NoSigner,
    /// A signer is there twice on one chain: two would count the same transactions.
    DuplicateSigner,
    /// Two schemes answer to one name on one chain.
    DuplicateScheme,
    /// A chain is not an `eip155` chain.
    Network,
    /// A number is zero that must not be.
    Zero,
    /// Payers are to be given something for gas, and nothing says how much a payment is worth.
    Unlimited,
    /// One payer may be given more than all of them within an hour.
    Funding,
    /// Payers are to be given something for gas, and there is no ledger in which that is counted.
    Uncounted,
    /// Several settle from a log that only one can have, or only those on one machine.
    Reach,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoChain => "there is no chain to settle on",
            Self::DuplicateChain => "a chain is there twice",
            Self::NoSigner => "a chain has no signer",
            Self::DuplicateSigner => "a chain has the same signer twice",
            Self::DuplicateScheme => "two schemes answer to one name on one chain",
            Self::Network => "a chain is not an eip155 chain",
            Self::Unlimited => "payers are given coins for gas only where a fee limit says what a payment is worth",
            Self::Funding => "one payer may be given more coins for gas than all of them within an hour",
            Self::Uncounted => "payers are given coins for gas only where a ledger counts what they are given",
            Self::Reach => {
                "several settle from one log, and it does not reach them all: it is kept in one process, or on one machine"
            }
            Self::Zero => {
                "how much may be open, in flight, in a batch or asked at once must not be zero, nor how much gas one may take"
            }
        })
    }
}

impl std::error::Error for SetupError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_held_against_what_is_paid() {
        let (usdc, other) = (Address::from_bytes([1; 20]), Address::from_bytes([2; 20]));
        // an ether for 3,000.000000
        let limit = FeeLimit::new(100, [(usdc, Amount::from_u64(3_000_000_000))].into());
        let allows = |wei, token, paid| limit.allows(wei, token, Amount::from_u64(paid));
        // a tenth of 0.01 is 0.001, which 333,333,333,333 wei cost
        assert!(allows(333_333_333_333, usdc, 10_000));
        assert!(!allows(333_333_333_334, usdc, 10_000));
        assert!(!allows(1, other, 10_000), "nobody knows what the token is worth");
        assert!(!limit.allows(u128::MAX, usdc, Amount::MAX), "what overflows is too dear");
    }
}
