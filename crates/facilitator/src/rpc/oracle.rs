//! What a rollup of the OP stack takes for the bytes of a transaction, as its own contract says.
//!
//! The contract is a part of the chain and stands at one address everywhere. Since Fjord it tells a bound for a size
//! (`getL1FeeUpperBound(uint256)`); before that it tells the fee of given bytes (`getL1Fee(bytes)`), for which bytes are made up that nothing makes
//! shorter. Both are asked for the two sizes of [`DataFee`], in the very request that asks for the newest block, and once in a while only: the layer
//! below has a block every twelve seconds. A chain without code there is looked at once and then asked nothing.
//!
//! What is not counted: the operator's fee that a chain may take since Isthmus, which is zero where x402 is spoken so far, and which receipts do not
//! sum up either.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use alloy_primitives::{Bytes, U256};
use quittance_core::{Address, keccak256};
use serde_json::json;
use tokio::time::Instant;

use super::envelope::{Ask, Said};
use super::node::call_object;
use super::transport::Trouble;
use crate::chain::DataFee;

/// Where it stands.
const ADDRESS: Address = Address::from_bytes([0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0f]);
/// How long what it said is believed.
const FRESH: Duration = Duration::from_secs(6);
/// How long it is believed while the nodes do not answer. After that nobody knows what a transaction costs.
const OLD: Duration = Duration::from_secs(60);

/// The contract of one chain, and what it said.
#[derive(Default)]
pub(super) struct Oracle(Mutex<Known>);

#[derive(Default)]
struct Known {
    way: Way,
    told: Option<(DataFee, Instant)>,
}

/// How it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    /// Nobody has looked yet: in each way.
    #[default]
    Each,
    /// For the bound of a size.
    Size,
    /// For the fee of bytes.
    Sample,
    /// Not at all, because it is not there.
    Nowhere,
}

impl Oracle {
    /// How it is to be asked now, if at all.
    pub(super) fn due(&self) -> Way {
        self.with(|known| match known.told {
            Some((_, at)) if at.elapsed() < FRESH => Way::Nowhere,
            _ => known.way,
        })
    }

    /// What its answers say; what it said before, where it was not asked.
    pub(super) fn read(&self, way: Way, said: Vec<Said>) -> Result<DataFee, Trouble> {
        let mut said = said.into_iter();
        let told = match way {
            Way::Nowhere => return Ok(self.with(|known| known.told.map_or(DataFee::NONE, |(fee, _)| fee))),
            Way::Each => {
                let code = said.next().ok_or(Trouble::Garbage)?.read::<Bytes>()?.map_err(|_| Trouble::Declined)?;
                let (sizes, samples) = (pair(&mut said)?, pair(&mut said)?);
                match (code.is_empty(), sizes, samples) {
                    (true, ..) | (_, Word::Other, Word::Other) => {
                        if !code.is_empty() {
                            tracing::warn!(address = %ADDRESS, "what stands where rollups say what bytes cost says nothing: bytes count as free");
                        }
                        return Ok(self.with(|known| {
                            known.way = Way::Nowhere;
                            DataFee::NONE
                        }));
                    }
                    (_, Word::Fee(fee), _) => Some((Way::Size, fee)),
                    (_, Word::Other, Word::Fee(fee)) => Some((Way::Sample, fee)),
                    (_, Word::Nothing, _) | (_, _, Word::Nothing) => None,
                }
            }
            Way::Size | Way::Sample => match pair(&mut said)? {
                Word::Fee(fee) => Some((way, fee)),
                Word::Other | Word::Nothing => None,
            },
        };
        self.with(|known| match (told, known.told) {
            (Some((way, fee)), _) => {
                *known = Known { way, told: Some((fee, Instant::now())) };
                Ok(fee)
            }
            (None, Some((fee, at))) if at.elapsed() < OLD => Ok(fee),
            (None, _) => Err(Trouble::Declined),
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Way {
    /// The calls by which it is asked.
    pub(super) fn calls(self) -> Vec<Ask> {
        let call = |data: Vec<u8>| Ask::new("eth_call", json!([call_object(None, ADDRESS, &data), "latest"]));
        let sizes = || DataFee::SIZES.map(|size| call(for_size(size)));
        let samples = || DataFee::SIZES.map(|size| call(for_sample(size)));
        match self {
            Self::Nowhere => Vec::new(),
            Self::Size => sizes().into(),
            Self::Sample => samples().into(),
            Self::Each => {
                let code = Ask::new("eth_getCode", json!([ADDRESS.to_string(), "latest"]));
                [code].into_iter().chain(sizes()).chain(samples()).collect()
            }
        }
    }
}

/// What an answer says, or two.
enum Word<F = DataFee> {
    Fee(F),
    /// It is not what one asks such things.
    Other,
    /// The node does not answer.
    Nothing,
}

fn pair(said: &mut impl Iterator<Item = Said>) -> Result<Word, Trouble> {
    let [short, long] = [one(said)?, one(said)?];
    Ok(match (short, long) {
        (Word::Fee(short), Word::Fee(long)) => Word::Fee(DataFee::new(short, long)),
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

fn for_size(size: u64) -> Vec<u8> {
    [&selector("getL1FeeUpperBound(uint256)")[..], &U256::from(size).to_be_bytes::<32>()].concat()
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

    #[tokio::test(start_paused = true)]
    async fn what_it_said_is_believed_for_a_while_and_not_for_ever() {
        let oracle = Oracle::default();
        assert!(oracle.due() == Way::Each);
        assert_eq!(oracle.read(Way::Each, vec![code("0x60"), busy(), busy(), busy(), busy()]), Err(Trouble::Declined));
        assert!(oracle.due() == Way::Each, "nobody knows yet");
        let answers = vec![code("0x60"), reverted(), reverted(), word(7), word(9)];
        assert_eq!(oracle.read(Way::Each, answers), Ok(DataFee::new(7, 9)));
        assert!(oracle.due() == Way::Nowhere);
        assert_eq!(oracle.read(Way::Nowhere, Vec::new()), Ok(DataFee::new(7, 9)));
        tokio::time::advance(FRESH).await;
        assert!(oracle.due() == Way::Sample);
        assert_eq!(oracle.read(Way::Sample, vec![word(8), word(8)]), Ok(DataFee::new(8, 8)));
        tokio::time::advance(OLD - Duration::from_secs(1)).await;
        assert_eq!(oracle.read(Way::Sample, vec![word(1), busy()]), Ok(DataFee::new(8, 8)));
        assert!(oracle.due() == Way::Sample, "it is asked again");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(oracle.read(Way::Sample, vec![busy(), busy()]), Err(Trouble::Declined));
        assert_eq!(oracle.read(Way::Sample, vec![word(1)]), Err(Trouble::Garbage));
    }

    #[tokio::test(start_paused = true)]
    async fn where_it_is_not_nobody_asks_twice() {
        for answers in
            [vec![code("0x"), busy(), busy(), busy(), busy()], vec![code("0x60"), reverted(), reverted(), code("0x"), reverted()]]
        {
            let oracle = Oracle::default();
            assert_eq!(oracle.read(oracle.due(), answers), Ok(DataFee::NONE));
            tokio::time::advance(OLD).await;
            assert!(oracle.due() == Way::Nowhere && oracle.due().calls().is_empty());
        }
    }

    #[test]
    fn it_is_asked_in_its_own_words() {
        let input = |ask: &Ask| ask.params[0]["input"].as_str().unwrap_or_default().to_owned();
        let [size, _] = <[Ask; 2]>::try_from(Way::Size.calls()).ok().unwrap();
        assert_eq!(input(&size), format!("0xf1c7a58b{:064x}", 256));
        assert_eq!(size.params[0]["to"].as_str().unwrap().to_lowercase(), "0x420000000000000000000000000000000000000f");
        let [_, sample] = <[Ask; 2]>::try_from(Way::Sample.calls()).ok().unwrap();
        let sample = input(&sample);
        assert!(sample.starts_with(&format!("0x49948e0e{:064x}{:064x}", 32, 1_280)));
        assert_eq!(sample.len(), 2 + 2 * (4 + 64 + 1_280));
    }
}
