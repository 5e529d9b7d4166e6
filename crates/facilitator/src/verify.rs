//! Whether a payment could be settled now: what can be told without a chain first, then what only the chain can say.
//!
//! What costs nothing to send costs no request to a node: a payment that is wrong in itself is refused before. A signature that is not its
//! account's may still be a contract wallet's, so that an account nobody knows is looked at once; that it has no code is remembered for a
//! little while, and meanwhile forgeries in its name are refused unasked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::proof::Settled;
use quittance_core::registry::{AssetInfo, Erc20};
use quittance_core::signature::PayerCache;
use quittance_core::{
    Account, Address, ChainMode, Fault, Progress, Rejection, ReplayKey, Terms, UnixSeconds, Verified, VerifyInput,
};
use tokio::time::Instant;

use crate::case::Case;
use crate::chain::Chain;
use crate::gather::Answers;
use crate::lane::Lane;

/// Why a payment does not pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The payer's, the seller's or the chain's word on it.
    Rejection(Rejection),
    /// Nobody could tell.
    Fault(Fault),
}

impl From<Rejection> for Trouble {
    fn from(rejection: Rejection) -> Self {
        Self::Rejection(rejection)
    }
}

/// A payment that passed, and what the chain said of it.
pub(crate) struct Checked {
    pub(crate) verified: Verified,
    answers: Answers,
}

impl Checked {
    /// Whether the chain said that an account has no code, so that nobody's code runs when it pays.
    pub(crate) fn has_no_code(&self, account: Address) -> bool {
        let code = ChainQuery::Code { address: account };
        self.answers.iter().any(|(asked, answer)| *asked == code && matches!(answer, ChainAnswer::Bytes(code) if code.is_empty()))
    }
}

/// What verification remembers.
pub(crate) struct Memory {
    /// Who has paid.
    payers: RwLock<PayerCache>,
    /// Who has not, and comes with good payments: where others settle, that is everybody.
    guests: RwLock<PayerCache>,
    /// Nobody, if nobody is to be remembered.
    seen: Option<Seen>,
    codeless: Codeless,
    told: Told,
}

impl Memory {
    pub(crate) fn new(payers: usize) -> Self {
        let cache = |places| RwLock::new(PayerCache::with_places(places));
        let seen = (payers > 0).then(Seen::default);
        Self {
            payers: cache(payers),
            guests: cache(payers.div_ceil(GUESTS)),
            seen,
            codeless: Codeless::default(),
            told: Told::default(),
        }
    }

    /// Remembers the key of somebody who has paid.
    pub(crate) fn learn(&self, settled: &Settled) {
        quittance_evm::learn(&mut self.payers.write().unwrap_or_else(PoisonError::into_inner), settled);
    }

    /// Remembers the key of somebody whose payment could be settled now, and who has come with another such payment lately. To work it out takes as
    /// long as two verifications of a stranger's signature, and so nobody makes one cost more than twice as much.
    pub(crate) fn meet(&self, checked: &Checked) {
        let (Some(seen), Account::Evm(payer), Some(_)) = (&self.seen, checked.verified.payer(), checked.verified.found()) else {
            return;
        };
        let knows = |cache: &RwLock<PayerCache>| cache.read().unwrap_or_else(PoisonError::into_inner).knows(*payer);
        if knows(&self.payers) || knows(&self.guests) || !seen.again(*payer, checked.verified.key()) {
            return;
        }
        if let Some(guest) = quittance_evm::known(&checked.verified) {
            self.guests.write().unwrap_or_else(PoisonError::into_inner).add(guest);
        }
    }

    /// What can be told of a payment without a chain. A question is no refusal.
    pub(crate) fn check_offline(&self, case: &Case, now: UnixSeconds) -> Result<Progress, Rejection> {
        self.look(case, now, |input| case.scheme.verify(&input.with_answers(&self.codeless.answers(case))))
    }

    /// Looks at a payment with the payers that are known.
    fn look<T>(&self, case: &Case, now: UnixSeconds, check: impl FnOnce(VerifyInput<'_>) -> T) -> T {
        let payers = self.payers.read().unwrap_or_else(PoisonError::into_inner);
        let input = VerifyInput::offline(&case.payment, &case.terms, now);
        if case.payment.from().is_none_or(|from| payers.knows(from)) {
            return check(input.with_payers(&payers));
        }
        drop(payers);
        check(input.with_payers(&self.guests.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Keeps what the chain said of a payment that passed, for who settles it at once.
    pub(crate) fn keep(&self, checked: Checked) {
        self.told.keep(checked.verified.key(), checked.answers);
    }

    /// The same as [`check`](Self::check), where what the chain said to who verified the payment a moment ago need not be asked once more.
    pub(crate) async fn check_at_once<C: Chain + 'static>(
        &self,
        lane: &Lane<C>,
        case: &Case,
        now: UnixSeconds,
        (mode, key): (ChainMode, &ReplayKey),
    ) -> Result<Checked, Trouble> {
        self.check_after(lane, case, now, mode, self.told.take(key)).await
    }

    /// What there is to tell of a payment with the chain at hand.
    pub(crate) async fn check<C: Chain + 'static>(
        &self,
        lane: &Lane<C>,
        case: &Case,
        now: UnixSeconds,
        mode: ChainMode,
    ) -> Result<Checked, Trouble> {
        self.check_after(lane, case, now, mode, Answers::new()).await
    }

    async fn check_after<C: Chain + 'static>(
        &self,
        lane: &Lane<C>,
        case: &Case,
        now: UnixSeconds,
        mode: ChainMode,
        mut answers: Answers,
    ) -> Result<Checked, Trouble> {
        // garbage ends here
        let progress = self.check_offline(case, now)?;
        let earlier = match progress {
            Progress::Verified(verified) if mode == ChainMode::Offline => return Ok(Checked { verified, answers: Answers::new() }),
            Progress::Verified(verified) => Some(verified),
            _ => None,
        };
        for _ in 0..ROUNDS {
            let checked = self.look(case, now, |input| {
                let input = input.in_mode(mode).with_answers(&answers).with_earlier(earlier.as_ref());
                // before anything was answered there are only questions
                if !answers.is_empty()
                    && let Progress::Verified(verified) = case.scheme.verify(&input)?
                {
                    return Ok(Ok(verified));
                }
                case.scheme.questions(&input).map(Err)
            });
            let questions = match checked {
                Ok(Ok(verified)) => return Ok(Checked { verified, answers }),
                Ok(Err(mut questions)) => {
                    if answers.is_empty() {
                        spare(&mut questions, earlier.as_ref().is_some_and(|verified| verified.found().is_some()), &case.terms);
                    }
                    questions
                }
                Err(rejection) => {
                    self.codeless.learn(rejection, case, &answers);
                    return Err(self.time_of_the_chain(lane, case, rejection).await);
                }
            };
            answers.extend(lane.gatherer.ask(questions).await.map_err(Trouble::Fault)?);
        }
        // the same question again: the node answered something else
        Err(Trouble::Fault(Fault::ChainReply))
    }

    /// A settlement that would fail although nothing is wrong with it may only be early by the chain's own clock, which is as old as its newest
    /// block; or late, where that is ahead.
    async fn time_of_the_chain<C: Chain + 'static>(&self, lane: &Lane<C>, case: &Case, rejection: Rejection) -> Trouble {
        if !matches!(rejection, Rejection::Eip3009Simulation | Rejection::Permit2Simulation) {
            return rejection.into();
        }
        match lane.head().await {
            Ok(head) => self.check_offline(case, head.time).err().unwrap_or(rejection).into(),
            Err(fault) => Trouble::Fault(fault),
        }
    }
}

/// Leaves out at first what is not needed as a rule, and is asked in the next round should it be after all: what a wallet says, where a key has signed;
/// and what only names the reason where a transfer of a known token fails: what its payer has, and, where the token reverts on a used nonce, the nonce.
fn spare(questions: &mut Vec<ChainQuery>, signed_by_key: bool, terms: &Terms) {
    let any = |is: fn(&ChainQuery) -> bool| questions.iter().any(is);
    let transfers = any(|question| matches!(question, ChainQuery::NonceState { .. }))
        && any(|question| matches!(question, ChainQuery::Simulate(_)));
    let known = terms.asset().registered().filter(|_| transfers);
    let reverts = known.and_then(AssetInfo::erc20).is_some_and(Erc20::reverts_on_used_nonce);
    questions.retain(|question| match question {
        ChainQuery::ContractSignature { .. } => !signed_by_key,
        ChainQuery::Balance { .. } => known.is_none(),
        ChainQuery::NonceState { .. } => !reverts,
        _ => true,
    });
}

/// An answer raises at most one further question: the code of an account, and then its word; or nonce and balance, where a transfer fails.
const ROUNDS: usize = 4;

/// The share of those who have not paid among those who are remembered, as a divisor.
const GUESTS: usize = 8;

/// Payers who came with a good payment lately, and which one that was.
#[derive(Default)]
struct Seen(Mutex<HashMap<Address, ReplayKey>>);

impl Seen {
    const PLACES: usize = 4_096;

    /// Whether a payer has come before, with another payment. Who has is not among them any more: they are known now.
    fn again(&self, payer: Address, payment: ReplayKey) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&payer) {
            Some(before) if *before == payment => false,
            Some(_) => seen.remove(&payer).is_some(),
            None => {
                if seen.len() >= Self::PLACES {
                    seen.clear();
                }
                seen.insert(payer, payment);
                false
            }
        }
    }
}

/// Accounts in whose name a signature was wrong and which have no code.
#[derive(Default)]
struct Codeless(Mutex<HashMap<Address, Instant>>);

impl Codeless {
    const PLACES: usize = 4_096;
    /// A wallet may be deployed any time, and its payments must not be refused for long.
    const FOR: Duration = Duration::from_secs(10);

    fn answers(&self, case: &Case) -> Vec<(ChainQuery, ChainAnswer)> {
        let known = |address: &Address| self.with(|known| known.get(address).is_some_and(|at| at.elapsed() < Self::FOR));
        let address = case.payment.from().filter(known);
        address.map(|address| (ChainQuery::Code { address }, ChainAnswer::Bytes(Vec::new()))).into_iter().collect()
    }

    fn learn(&self, rejection: Rejection, case: &Case, answers: &[(ChainQuery, ChainAnswer)]) {
        let (Some(address), Rejection::Eip3009Signature | Rejection::Permit2Signature) = (case.payment.from(), rejection) else {
            return;
        };
        if answers.contains(&(ChainQuery::Code { address }, ChainAnswer::Bytes(Vec::new()))) {
            self.with(|known| {
                if known.len() >= Self::PLACES {
                    known.retain(|_, at| at.elapsed() < Self::FOR);
                }
                if known.len() < Self::PLACES {
                    known.insert(address, Instant::now());
                }
            });
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Address, Instant>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the chain said of payments that passed a moment ago.
///
/// Who verifies before settling asks the same twice within a few milliseconds, and the second time tells nothing that the first did not: a
/// transaction takes longer than that to get into a block, and what changes meanwhile is found out there. An answer stands for its own
/// question alone, which has the signature in it, and for one settlement.
#[derive(Default)]
struct Told(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    new: HashMap<ReplayKey, (Instant, Answers)>,
    old: HashMap<ReplayKey, (Instant, Answers)>,
}

impl Told {
    /// How many are kept, as many of the latest at least once there were as many.
    const PLACES: usize = 512;
    /// Much less than a block takes.
    const FOR: Duration = Duration::from_millis(25);

    fn keep(&self, key: ReplayKey, answers: Answers) {
        self.with(|told| {
            if told.new.len() >= Self::PLACES {
                told.old = std::mem::take(&mut told.new);
            }
            told.new.insert(key, (Instant::now(), answers));
        });
    }

    fn take(&self, key: &ReplayKey) -> Answers {
        let told = self.with(|told| told.new.remove(key).or_else(|| told.old.remove(key)));
        told.filter(|(at, _)| at.elapsed() < Self::FOR).map(|(_, answers)| answers).unwrap_or_default()
    }

    fn with<T>(&self, change: impl FnOnce(&mut Generations) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::Nonce;

    use super::*;

    fn permit(nonce: u16) -> ReplayKey {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&nonce.to_be_bytes());
        let network = quittance_core::registry::networks::BASE;
        ReplayKey::Permit2 { network, owner: Address::ZERO, nonce: Nonce::from_bytes(bytes) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_told_is_told_once_and_for_a_moment() {
        let told = Told::default();
        let said = || vec![(ChainQuery::Code { address: Address::ZERO }, ChainAnswer::Bytes(Vec::new()))];
        told.keep(permit(1), said());
        assert_eq!(told.take(&permit(2)), Vec::new());
        assert_eq!(told.take(&permit(1)), said());
        assert_eq!(told.take(&permit(1)), Vec::new());
        told.keep(permit(1), said());
        tokio::time::advance(Told::FOR).await;
        assert_eq!(told.take(&permit(1)), Vec::new());
        for nonce in 0..10_000 {
            told.keep(permit(nonce), said());
            assert!(told.with(|told| told.new.len() + told.old.len()) <= 2 * Told::PLACES);
        }
        assert_eq!(told.take(&permit(9_999)), said());
    }

    #[test]
    fn somebody_has_come_again_with_another_payment() {
        let seen = Seen::default();
        let comes = |payer: u16, nonce| {
            let mut address = [0; 20];
            address[..2].copy_from_slice(&payer.to_be_bytes());
            let owner = Address::from_bytes(address);
            let network = quittance_core::registry::networks::BASE;
            seen.again(owner, ReplayKey::Permit2 { network, owner, nonce: Nonce::from_bytes([nonce; 32]) })
        };
        assert_eq!(
            [comes(1, 1), comes(1, 1), comes(2, 1), comes(1, 2), comes(1, 3), comes(1, 2)],
            [false, false, false, true, false, true]
        );
        // strangers make it forget, and never grow
        for payer in 3..10_000 {
            assert!(!comes(payer, 1));
            assert!(seen.0.lock().unwrap().len() <= Seen::PLACES);
        }
        assert!(!comes(2, 2));
    }
}
