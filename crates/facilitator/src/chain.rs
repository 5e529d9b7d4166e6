//! What a facilitator asks of an `eip155` chain.
//!
//! An error of any of these is a [`Fault`]: the chain could not be asked. What the chain itself says, also when it says no, is an answer.

use core::fmt;
use std::future::Future;
use std::ops::RangeInclusive;

use alloy_primitives::hex;
use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::{Address, Amount, Fault, Network, UnixSeconds};

/// A connection to one `eip155` chain, or a model of one.
///
/// Answers are claims of a node, which may lag, lie or contradict the one before; whoever decides about money by them asks for what can be
/// checked: a receipt with its logs, at a depth.
pub trait Chain: Send + Sync {
    /// The chain.
    fn network(&self) -> Network;

    /// The newest block, and what it costs to get into the next.
    fn head(&self) -> impl Future<Output = Result<Head, Fault>> + Send;

    /// Asks many questions about one block, the newest. There are as many answers, in their order.
    fn ask(&self, questions: &[ChainQuery]) -> impl Future<Output = Result<Vec<ChainAnswer>, Fault>> + Send;

    /// How many transactions an account has sent, counted in a block or with those that wait.
    fn nonce(&self, account: Address, at: Block) -> impl Future<Output = Result<u64, Fault>> + Send;

    /// What an account has to pay for gas with.
    fn funds(&self, account: Address) -> impl Future<Output = Result<Amount, Fault>> + Send;

    /// How much gas a call would take.
    fn estimate(&self, from: Address, call: &Call) -> impl Future<Output = Result<Gas, Fault>> + Send;

    /// Sends a signed transaction. After an error it may or may not have been received: sending the same bytes again does no harm.
    fn broadcast(&self, raw: &[u8]) -> impl Future<Output = Result<Broadcast, Fault>> + Send;

    /// The receipts of transactions, for each that is in a block.
    fn receipts(&self, hashes: &[TransactionHash]) -> impl Future<Output = Result<Vec<Option<Receipt>>, Fault>> + Send;

    /// The newest block and the receipts of a few transactions, in one request where that can be: either may be the older of the two.
    fn look(&self, hashes: &[TransactionHash]) -> impl Future<Output = Result<(Head, Vec<Option<Receipt>>), Fault>> + Send {
        async {
            let head = self.head().await?;
            Ok((head, self.receipts(hashes).await?))
        }
    }

    /// The hashes of the blocks of some numbers, for each that there is.
    fn blocks(&self, numbers: &[u64]) -> impl Future<Output = Result<Vec<Option<[u8; 32]>>, Fault>> + Send;

    /// What a transaction calls, and with what, if the chain has it; one that somebody else may have sent. Its sender is left out.
    fn call(&self, hash: TransactionHash) -> impl Future<Output = Result<Option<Call>, Fault>> + Send;

    /// The logs that a filter picks, oldest first.
    fn logs(&self, filter: &LogFilter) -> impl Future<Output = Result<Vec<Log>, Fault>> + Send;
}

/// Which of an account's transactions count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an implementation must know every case")]
pub enum Block {
    /// Those in blocks.
    Latest,
    /// Those that wait as well.
    Pending,
}

/// The newest block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an implementation must fill every member")]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its time.
    pub time: UnixSeconds,
    /// What getting into the next block costs.
    pub fees: Fees,
}

/// What a unit of gas costs, in wei.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct Fees {
    /// What every transaction of the next block pays.
    pub base: u128,
    /// What others pay their way in with.
    pub tip: u128,
    /// What is paid beside that for the bytes of a transaction.
    pub data: DataFee,
    /// What is paid beside that to who runs the chain.
    pub operator: OperatorFee,
}

/// What a transaction pays for its bytes beside its gas, on a rollup that takes it so: the layer below keeps them.
///
/// Rollups of the OP stack do. Those of Arbitrum count the layer below into the gas, in an estimate as in a receipt, and everybody else has nothing
/// to count: [`NONE`](Self::NONE). What it costs is told for two sizes, between which and beyond which it is a straight line; where it is not
/// quite one, because the shortest transactions have a least price, the line lies above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataFee {
    short: u128,
    long: u128,
}

impl DataFee {
    /// Bytes cost nothing.
    pub const NONE: Self = Self { short: 0, long: 0 };
    /// The two sizes that it is told for, in bytes of a transaction that is not signed yet.
    pub const SIZES: [u64; 2] = [256, 1_280];

    /// What transactions of the two sizes pay, in wei. A long one that is said to pay less than a short one counts as paying as much.
    #[must_use]
    pub const fn new(short: u128, long: u128) -> Self {
        Self { short, long: if long < short { short } else { long } }
    }

    /// What a transaction of so many bytes pays at most, in wei.
    #[must_use]
    pub fn of(self, bytes: u64) -> u128 {
        let [short, long] = Self::SIZES.map(u128::from);
        let beyond = u128::from(bytes).saturating_sub(short);
        let slope = (self.long - self.short).saturating_mul(beyond).div_ceil(long - short);
        self.short.saturating_add(slope)
    }
}

/// What a transaction pays to the operator of its chain beside the price of its gas, on a rollup that takes it so.
///
/// Rollups of the OP stack may since Isthmus; everybody else takes nothing: [`NONE`](Self::NONE). It is a straight line over the gas of a transaction,
/// which is told for two amounts of gas, so that nobody but the chain needs to know its formula.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperatorFee {
    constant: u128,
    per_million: u128,
}

impl OperatorFee {
    /// Nothing.
    pub const NONE: Self = Self { constant: 0, per_million: 0 };
    /// The two amounts of gas that it is told for.
    pub const GAS: [u64; 2] = [0, 1_000_000];

    /// What transactions of the two amounts pay, in wei. One that takes more gas and is said to pay less counts as paying as much.
    #[must_use]
    pub const fn new(none: u128, million: u128) -> Self {
        Self { constant: none, per_million: million.saturating_sub(none) }
    }

    /// What a transaction with so much gas pays at most, in wei.
    #[must_use]
    pub fn of(self, gas: u64) -> u128 {
        let slope = self.per_million.saturating_mul(u128::from(gas)).div_ceil(1_000_000);
        self.constant.saturating_add(slope)
    }
}

/// What a call would take.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide about both")]
pub enum Gas {
    /// So much gas.
    Units(u64),
    /// It would fail, with these bytes.
    Reverts(Vec<u8>),
}

/// What a node says to a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide about every case")]
pub enum Broadcast {
    /// It waits for a block, or was there already.
    Accepted,
    /// A transaction with this nonce, of which we may not know, is in a block already.
    NonceUsed,
    /// Another transaction with this nonce waits and this one does not pay enough more.
    Underpriced,
    /// The account cannot pay for the gas.
    OutOfFunds,
    /// It was refused for another reason. It is not in the node's pool.
    Refused,
}

/// The hash of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionHash([u8; 32]);

impl TransactionHash {
    /// A hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads what it is written as.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for TransactionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TransactionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionHash({self})")
    }
}

/// What a transaction left in a block.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an implementation must fill every member")]
pub struct Receipt {
    /// The transaction.
    pub transaction: TransactionHash,
    /// The number of its block.
    pub block: u64,
    /// The hash of its block: another one at the same height is another history.
    pub block_hash: [u8; 32],
    /// Whether it succeeded.
    pub succeeded: bool,
    /// What it cost, in wei.
    pub cost: u128,
    /// Its logs, in their order.
    pub logs: Vec<Log>,
}

/// What a contract wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an implementation must fill every member")]
pub struct Log {
    /// The contract.
    pub emitter: Address,
    /// Its topics, the first being the event's hash.
    pub topics: Vec<[u8; 32]>,
    /// Its data.
    pub data: Vec<u8>,
    /// The transaction.
    pub transaction: TransactionHash,
    /// The number of its block.
    pub block: u64,
}

/// Which logs are looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an implementation must look at every member")]
pub struct LogFilter {
    /// Who wrote them.
    pub emitter: Address,
    /// What their topics are; none for any. There may be more topics than are named.
    pub topics: Vec<Option<[u8; 32]>>,
    /// In which blocks.
    pub blocks: RangeInclusive<u64>,
}

#[cfg(test)]
mod tests {
    use super::{DataFee, OperatorFee};

    #[test]
    fn what_bytes_cost_is_a_line_that_never_falls() {
        let fee = DataFee::new(1_000, 5_096);
        assert_eq!([0, 256, 257, 512, 1_280, 2_304].map(|bytes| fee.of(bytes)), [1_000, 1_000, 1_004, 2_024, 5_096, 9_192]);
        assert_eq!([0, u64::MAX].map(|bytes| DataFee::NONE.of(bytes)), [0, 0]);
        assert_eq!([0, 10_000].map(|bytes| DataFee::new(7, 3).of(bytes)), [7, 7]);
        assert_eq!(DataFee::new(0, u128::MAX).of(u64::MAX), u128::MAX.div_ceil(1_024), "what overflows is more than anybody has");
        // a part of a wei is one
        assert_eq!(DataFee::new(0, 1).of(257), 1);
    }
    #[test]
    fn what_the_operator_takes_is_a_line_over_the_gas() {
        // a scalar of 2,500 and a constant of 7, as Isthmus counts and as Jovian does
        for (fee, expected) in [
            (OperatorFee::new(7, 2_507), [7, 7 + 53, 7 + 2_500]),
            (OperatorFee::new(7, 7 + 250_000_000_000), [7, 5_250_000_007, 250_000_000_007]),
        ] {
            assert_eq!([0, 21_000, 1_000_000].map(|gas| fee.of(gas)), expected);
        }
        assert_eq!(OperatorFee::NONE.of(u64::MAX), 0);
        assert_eq!([0, 1].map(|gas| OperatorFee::new(9, 3).of(gas)), [9, 9]);
        assert_eq!(
            OperatorFee::new(1, u128::MAX).of(u64::MAX),
            u128::MAX.div_ceil(1_000_000) + 1,
            "what overflows is more than anybody has"
        );
    }
}
