//! Carrying out a call: who is called, what it checks, in which order, and what it leaves behind.
//!
//! The order of the checks and the words of a refusal are those of the contracts in the sandbox chain, and a test holds the two side by
//! side.

use quittance_core::chain::Call;
use quittance_core::{Address, Amount, Network, ReplayKey, UnixSeconds};

use super::abi::{self, NotAbi, Reader};
use super::permit2;
use super::state::{Code, Manners, State};
use super::token;

/// What an unsuccessful call gives back.
pub(super) type Reverted = Vec<u8>;

/// The block that a call runs in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings {
    pub(super) network: Network,
    pub(super) chain_id: u64,
    pub(super) time: UnixSeconds,
}

/// What a call leaves behind besides its changes of the state.
#[derive(Clone, Default)]
pub(super) struct Trail {
    pub(super) gas: u64,
    pub(super) logs: Vec<Written>,
    pub(super) deeds: Vec<Deed>,
}

/// A log before its block is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Written {
    pub(super) emitter: Address,
    pub(super) topics: Vec<[u8; 32]>,
    pub(super) data: Vec<u8>,
}

/// What happened, as the model knows it whatever the logs say.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a law must look at every case")]
pub enum Deed {
    /// It was used.
    Used {
        /// What it was spent under.
        key: ReplayKey,
        /// The token.
        token: Address,
        /// Who paid.
        from: Address,
        /// Who was to be paid.
        to: Address,
        /// How much arrived there.
        arrived: Amount,
    },
    /// It was cancelled.
    Cancelled {
        /// What it would have been spent under.
        key: ReplayKey,
    },
    /// A wallet was deployed.
    Deployed {
        /// Where.
        wallet: Address,
    },
    /// Coins were given away.
    Given {
        /// To whom.
        to: Address,
        /// How many, in wei.
        wei: u128,
    },
}

/// Gas that is paid before anything runs.
pub(super) fn intrinsic(data: &[u8]) -> u64 {
    21_000 + data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>()
}

/// Calls something in the name of `sender`. Where it fails the state is as it was, and only gas is gone.
pub(super) fn call(
    state: &mut State,
    around: Surroundings,
    sender: Address,
    call: &Call,
    trail: &mut Trail,
) -> Result<Vec<u8>, Reverted> {
    let (before, logs, deeds) = (state.clone(), trail.logs.len(), trail.deeds.len());
    let outcome = dispatch(state, around, sender, call, trail);
    if outcome.is_err() {
        *state = before;
        trail.logs.truncate(logs);
        trail.deeds.truncate(deeds);
    }
    outcome
}

fn dispatch(state: &mut State, around: Surroundings, sender: Address, call: &Call, trail: &mut Trail) -> Result<Vec<u8>, Reverted> {
    let code = state.code.get(&call.target).cloned();
    let Some(code) = code else { return Ok(Vec::new()) };
    trail.gas += 2_600;
    let Some((selector, arguments)) = call.data.split_at_checked(4) else { return Err(Vec::new()) };
    let done = match code {
        Code::Token(token) => {
            token::run(&token::Here { address: call.target, token: &token, around }, state, sender, selector, arguments, trail)
        }
        Code::ExactProxy => permit2::exact(state, around, selector, arguments, trail),
        Code::UptoProxy => permit2::upto(state, around, sender, selector, arguments, trail),
        Code::Multicall3 => return multicall(state, around, call.target, selector, arguments, trail),
        Code::Factory(manners) => deploy(state, call.target, manners, selector, arguments, trail),
        Code::Mute | Code::Told(_) | Code::Wallet { .. } | Code::Delegated(_) => return Ok(Vec::new()),
        Code::Permit2 => Err(Failed::Reverted(Vec::new())),
    };
    done.map(|()| Vec::new()).map_err(|failed| match failed {
        Failed::Reverted(data) => data,
        Failed::NotUnderstood => Vec::new(),
    })
}

/// Why a contract refused.
pub(super) enum Failed {
    NotUnderstood,
    Reverted(Reverted),
}

impl From<NotAbi> for Failed {
    fn from(NotAbi: NotAbi) -> Self {
        Self::NotUnderstood
    }
}

/// Refuses in words.
pub(super) fn refuse<T>(text: &str) -> Result<T, Failed> {
    Err(Failed::Reverted(abi::words(text)))
}

/// Refuses by the name of an error.
pub(super) fn refuse_by<T>(signature: &str) -> Result<T, Failed> {
    Err(Failed::Reverted(abi::error(signature)))
}

/// `aggregate3`: each call in the name of this contract, and each may fail alone if it may.
fn multicall(
    state: &mut State,
    around: Surroundings,
    here: Address,
    selector: &[u8],
    arguments: &[u8],
    trail: &mut Trail,
) -> Result<Vec<u8>, Reverted> {
    if selector != abi::selector("aggregate3((address,bool,bytes)[])") {
        return Err(Vec::new());
    }
    for shared in abi::shared_calls(arguments).map_err(|NotAbi| Vec::new())? {
        trail.gas += 3_000;
        let inner = Call::new(shared.target, shared.data.to_vec());
        if call(state, around, here, &inner, trail).is_err() && !shared.may_fail {
            return Err(abi::words("Multicall3: call failed"));
        }
    }
    Ok(Vec::new())
}

/// Where the factory puts the wallet of an owner.
pub(super) fn wallet_of(factory: Address, owner: Address, salt: &[u8; 32]) -> Address {
    let hash = quittance_core::keccak256(&[factory.as_bytes(), owner.as_bytes(), &salt[..]].concat());
    let mut address = [0; 20];
    address.copy_from_slice(&hash[12..]);
    Address::from_bytes(address)
}

/// `deploy(address owner, bytes32 salt)`.
fn deploy(
    state: &mut State,
    here: Address,
    manners: Manners,
    selector: &[u8],
    arguments: &[u8],
    trail: &mut Trail,
) -> Result<(), Failed> {
    if selector != abi::selector("deploy(address,bytes32)") {
        return Err(Failed::NotUnderstood);
    }
    let mut reader = Reader::new(arguments);
    let (owner, salt) = (reader.address()?, reader.word()?);
    reader.end()?;
    let wallet = wallet_of(here, owner, &salt);
    if state.code.contains_key(&wallet) {
        trail.gas += 3_000;
        return if manners == Manners::Strict { refuse_by("FailedDeployment()") } else { Ok(()) };
    }
    trail.gas += 150_000;
    state.code.insert(wallet, Code::Wallet { owner });
    trail.deeds.push(Deed::Deployed { wallet });
    Ok(())
}
