//! What a rollup of the OP stack takes beside the price of gas, as its own contract says: for the bytes of a transaction, and for its operator.
//!
//! The contract is a part of the chain and stands at one address everywhere. Since Fjord it tells a bound for a size
//! (`getL1FeeUpperBound(uint256)`); before that it tells the fee of given bytes (`getL1Fee(bytes)`), for which bytes are made up that nothing makes
//! shorter. Both are asked for the two sizes of [`DataFee`], in the very request that asks for the newest block, and once in a while only: the layer
//! below has a block every twelve seconds. A chain without code there is asked nothing, but whether that is still so, now and then.
//!
//! Since Isthmus a chain may take a fee for its operator as well, by the gas. The same contract tells it (`getOperatorFee(uint256)`, whose formula
//! Jovian has changed), and is asked for it beside the others; where it does not know the question there is no such fee.
//!
//! What is not counted: the operator's part of what a transaction has cost, which receipts do not sum up.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use alloy_primitives::{Bytes, U256};
use quittance_core::{Address, keccak256};
use serde_json::json;
use tokio::time::Instant;

use super::envelope::{Ask, Said};
use super::node::call_object;
use super::transport::Trouble;
use crate::chain::{DataFee, OperatorFee};

/// Where it stands.
const ADDRESS: Address = Address::from_bytes([0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0f]);
/// How long what it said is believed.
const FRESH: Duration = Duration::from_secs(6);
/// How long it is believed that there is nobody to ask: a chain may become such a rollup, and a node may have been behind.
const NOWHERE: Duration = Duration::from_secs(600);
/// How much longer either is believed while the nodes do not answer. After that nobody knows what a transaction costs.
const OLD: Duration = Duration::from_secs(54);

/// The contract of one chain, and what it said.
#[derive(Default)]
pub(super) struct Oracle(Mutex<Known>);

#[derive(Default)]
struct Known {
    way: Way,
    told: Option<(Beside, Instant)>,
}

/// What is paid beside the price of gas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Beside {
    pub(super) data: DataFee,
    pub(super) operator: OperatorFee,
}

impl Beside {
    const NOTHING: Self = Self { data: DataFee::NONE, operator: OperatorFee::NONE };
}

/// How it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Way {
    /// Nobody has looked yet, or not for long: in each way.
    #[default]
    Each,
    /// For the bound of a size.
    Size,
    /// For the fee of bytes.
    Sample,
    /// Not at all: it is not there, or has just been asked.
    Nowhere,
}

impl Known {
    /// How long what is known counts without another question.
    const fn fresh(&self) -> Duration {
        match self.way {
            Way::Nowhere => NOWHERE,
            Way::Each | Way::Size | Way::Sample => FRESH,
        }
    }
}

impl Oracle {
    /// How it is to be asked now, if at all.
    pub(super) fn due(&self) -> Way {
        self.with(|known| match (known.told, known.way) {
            (Some((_, at)), _) if at.elapsed() < known.fresh() => Way::Nowhere,
            (_, Way::Nowhere) => Way::Each,
            (_, way) => way,
        })
    }

    /// What its answers say; what it said before, where it was not asked.
    pub(super) fn read(&self, way: Way, said: Vec<Said>) -> Result<Beside, Trouble> {
        let mut said = said.into_iter();
        let told = match way {
            Way::Nowhere => return Ok(self.with(|known| known.told.map_or(Beside::NOTHING, |(beside, _)| beside))),
            Way::Each => {
                let code = said.next().ok_or(Trouble::Garbage)?.read::<Bytes>()?.ok();
                let (sizes, samples, operator) = (pair(&mut said)?, pair(&mut said)?, pair(&mut said)?);
                match (code.map(|code| code.is_empty()), sizes, samples) {
                    (Some(true), ..) => Some((Way::Nowhere, Beside::NOTHING)),
                    (Some(false), Word::Other, Word::Other) => {
                        tracing::warn!(address = %ADDRESS, "what stands where rollups say what bytes cost says nothing: bytes count as free");
                        Some((Way::Nowhere, Beside::NOTHING))
                    }
                    (Some(false), Word::Fee(fee), _) => beside(fee, operator).map(|beside| (Way::Size, beside)),
                    (Some(false), Word::Other, Word::Fee(fee)) => beside(fee, operator).map(|beside| (Way::Sample, beside)),
                    (None, ..) | (_, Word::Nothing, _) | (_, _, Word::Nothing) => None,
                }
            }
            Way::Size | Way::Sample => match (pair(&mut said)?, pair(&mut said)?) {
                (Word::Fee(fee), operator) => beside(fee, operator).map(|beside| (way, beside)),
                (Word::Other | Word::Nothing, _) => None,
            },
        };
        self.with(|known| match (told, known.told) {
            (Some((way, beside)), _) => {
                *known = Known { way, told: Some((beside, Instant::now())) };
                Ok(beside)
            }
            (None, Some((beside, at))) if at.elapsed() < known.fresh() + OLD => Ok(beside),
            (None, _) => Err(Trouble::Declined),
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What two sizes cost, and what the operator takes, which is nothing where the contract does not know of it; none where nobody says.
fn beside([short, long]: [u128; 2], operator: Word<[u128; 2]>) -> Option<Beside> {
    let operator = match operator {
        Word::Fee([none, million]) => OperatorFee::new(none, million),
        Word::Other => OperatorFee::NONE,
        Word::Nothing => return None,
    };
    Some(Beside { data: DataFee::new(short, long), operator })
}

impl Way {
    /// The calls by which it is asked.
    pub(super) fn calls(self) -> Vec<Ask> {
        let call = |data: Vec<u8>| Ask::new("eth_call", json!([call_object(None, ADDRESS, &data), "latest"]));
        let sizes = || DataFee::SIZES.map(|size| call(for_number("getL1FeeUpperBound(uint256)", size)));
        let samples = || DataFee::SIZES.map(|size| call(for_sample(size)));
        let operator = OperatorFee::GAS.map(|gas| call(for_number("getOperatorFee(uint256)", gas)));
        match self {
            Self::Nowhere => Vec::new(),
            Self::Size => sizes().into_iter().chain(operator).collect(),
            Self::Sample => samples().into_iter().chain(operator).collect(),
            Self::Each => {
                let code = Ask::new("eth_getCode", json!([ADDRESS.to_string(), "latest"]));
                [code].into_iter().chain(sizes()).chain(samples()).chain(operator).collect()
            }
        }
    }
}

/// What an answer says, or two.
enum Word<F> {
    Fee(F),
    /// It is not what one asks such things.
    Other,
    /// The node does not answer.
    Nothing,
}

fn pair(said: &mut impl Iterator<Item = Said>) -> Result<Word<[u128; 2]>, Trouble> {
    Ok(match (one(said)?, one(said)?) {
        (Word::Fee(first), Word::Fee(second)) => Word::Fee([first, second]),
        (Word::Nothing, _) | (_, Word::Nothing) => Word::Nothing,
        (Word::Other, _) | (_, Word::Other) => Word::Other,
    })
}

fn one(said: &mut impl Iterator<Item = Said>) -> Result<Word<u128>, Trouble> {
    Ok(match said.next().ok_or(Trouble::Garbage)?.read::<Bytes>()? {
        Ok(bytes) => match <[u8; 32]>::try_from(&bytes[..]) {
            Ok(word) => Word::Fee(u128::try_from(U256::from_be_bytes(word)).unwrap_or(u128::MAX)),
            Err(_) => Word::Other,
        },
        Err(error) if error.reverted().is_some() => Word::Other,
        Err(_) => Word::Nothing,
    })
}

fn for_number(question: &str, number: u64) -> Vec<u8> {
    [&selector(question)[..], &U256::from(number).to_be_bytes::<32>()].concat()
}

/// So many bytes of which none can be told from the others.
fn for_sample(size: u64) -> Vec<u8> {
    let sample = (0..size.div_ceil(32)).flat_map(|place| keccak256(&place.to_be_bytes()));
    let head = [U256::from(32).to_be_bytes::<32>(), U256::from(size).to_be_bytes::<32>()].concat();
    selector("getL1Fee(bytes)").into_iter().chain(head).chain(sample).collect()
}

fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature.as_bytes());
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;

    use super::super::envelope::NodeError;
    use super::*;

    fn word(wei: u64) -> Said {
        Said::Result(to_raw_value(&format!("0x{wei:064x}")).unwrap())
    }

    fn busy() -> Said {
        Said::Error(NodeError { code: -32000, message: "busy".into(), data: None })
    }

    fn reverted() -> Said {
        Said::Error(NodeError { code: 3, message: "execution reverted".into(), data: None })
    }

    fn code(code: &str) -> Said {
        Said::Result(to_raw_value(code).unwrap())
    }

    /// What bytes cost, where no operator takes anything.
    fn bytes(short: u128, long: u128) -> Result<Beside, Trouble> {
        Ok(Beside { data: DataFee::new(short, long), operator: OperatorFee::NONE })
    }

    #[tokio::test(start_paused = true)]
    async fn what_it_said_is_believed_for_a_while_and_not_for_ever() {
        let oracle = Oracle::default();
        assert_eq!(oracle.due(), Way::Each);
        let answers = vec![code("0x60"), busy(), busy(), busy(), busy(), reverted(), reverted()];
        assert_eq!(oracle.read(Way::Each, answers), Err(Trouble::Declined));
        assert_eq!(oracle.due(), Way::Each, "nobody knows yet");
        let answers = vec![code("0x60"), reverted(), reverted(), word(7), word(9), reverted(), reverted()];
        assert_eq!(oracle.read(Way::Each, answers), bytes(7, 9));
        assert_eq!(oracle.due(), Way::Nowhere);
        assert_eq!(oracle.read(Way::Nowhere, Vec::new()), bytes(7, 9));
        tokio::time::advance(FRESH).await;
        assert_eq!(oracle.due(), Way::Sample);
        assert_eq!(oracle.read(Way::Sample, vec![word(8), word(8), reverted(), reverted()]), bytes(8, 8));
        tokio::time::advance(FRESH + OLD - Duration::from_secs(1)).await;
        assert_eq!(oracle.read(Way::Sample, vec![word(1), busy(), reverted(), reverted()]), bytes(8, 8));
        assert_eq!(oracle.due(), Way::Sample, "it is asked again");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(oracle.read(Way::Sample, vec![busy(), busy(), reverted(), reverted()]), Err(Trouble::Declined));
        assert_eq!(oracle.read(Way::Sample, vec![word(1), word(1), reverted()]), Err(Trouble::Garbage));
    }

    #[tokio::test(start_paused = true)]
    async fn where_it_is_not_nobody_asks_again_for_a_while() {
        let (empty, mute) = (|| code("0x"), || code("0x60"));
        for answers in [
            vec![empty(), busy(), busy(), busy(), busy(), busy(), busy()],
            vec![mute(), reverted(), reverted(), empty(), reverted(), reverted(), reverted()],
        ] {
            let oracle = Oracle::default();
            assert_eq!(oracle.read(oracle.due(), answers), Ok(Beside::NOTHING));
            tokio::time::advance(NOWHERE - Duration::from_secs(1)).await;
            assert!(oracle.due() == Way::Nowhere && oracle.due().calls().is_empty());
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(oracle.due(), Way::Each);
            // a node that is busy has not said that anything changed
            let answers = vec![busy(), word(7), word(9), busy(), busy(), busy(), busy()];
            assert_eq!(oracle.read(oracle.due(), answers), Ok(Beside::NOTHING));
            // the chain has become a rollup
            let answers = vec![mute(), word(7), word(9), word(1), word(2), reverted(), reverted()];
            assert_eq!((oracle.read(oracle.due(), answers), oracle.due()), (bytes(7, 9), Way::Nowhere));
            tokio::time::advance(FRESH).await;
            assert_eq!(oracle.due(), Way::Size);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_operator_takes_is_told_beside_the_bytes() {
        let oracle = Oracle::default();
        let takes = |none, million| Ok(Beside { data: DataFee::new(7, 9), operator: OperatorFee::new(none, million) });
        let answers = vec![code("0x60"), word(7), word(9), reverted(), reverted(), word(5), word(6)];
        assert_eq!(oracle.read(Way::Each, answers), takes(5, 6));
        let asked = |operator: [Said; 2]| oracle.read(Way::Size, [word(7), word(9)].into_iter().chain(operator).collect());
        assert_eq!(asked([word(1), word(3)]), takes(1, 3));
        assert_eq!(asked([busy(), busy()]), takes(1, 3), "nobody said that it takes nothing");
        assert_eq!(asked([reverted(), reverted()]), takes(0, 0));
    }

    #[test]
    fn it_is_asked_in_its_own_words() {
        let input = |ask: &Ask| ask.params[0]["input"].as_str().unwrap_or_default().to_owned();
        let [size, _, none, million] = <[Ask; 4]>::try_from(Way::Size.calls()).ok().unwrap();
        assert_eq!(input(&size), format!("0xf1c7a58b{:064x}", 256));
        assert_eq!(size.params[0]["to"].as_str().unwrap().to_lowercase(), "0x420000000000000000000000000000000000000f");
        let operator = [&none, &million].map(input);
        assert_eq!(operator, [0, 1_000_000].map(|gas| format!("0x275aedd2{gas:064x}")));
        let [_, sample, ..] = <[Ask; 4]>::try_from(Way::Sample.calls()).ok().unwrap();
        let sample = input(&sample);
        assert!(sample.starts_with(&format!("0x49948e0e{:064x}{:064x}", 32, 1_280)));
        assert_eq!(sample.len(), 2 + 2 * (4 + 64 + 1_280));
    }
}
