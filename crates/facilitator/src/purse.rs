//! Where what is given away is counted: in a ledger, which outlives the process and which several may share.
//!
//! A gift is a purchase of coins that somebody else keeps. It is set aside before anything is signed, with the gas that giving it takes, because who
//! lacks one wei costs as much gas as who lacks all; from then on it counts, whoever dies, until it is known what it cost, or that it never arrives. Of
//! a crash in between nothing is left but a gift that counts and was not given.
//!
//! All gifts on a chain are counted together, by the ledger's own clock of the latest time that anybody told it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use quittance_core::{Account, Address, Amount, Asset, Fault, Network, ReplayKey, TermsHash, UnixSeconds};
use quittance_guard::budget::{
    Limit, Meter, Purchase, Record, Reserve, ReserveError, Reserved, Signed, State, Step, StepError, Ticket, Unspent,
};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::{Fingerprint, Ledger, PurchaseId, TaskId};

use crate::chain::TransactionHash;

/// A ledger to give from. Clones are the same.
#[derive(Clone)]
pub(crate) struct Purse(Arc<dyn Keeper>);

/// What is to be given: the name of the gift, for whom, out of which payment, and under which offer.
pub(crate) struct Gift {
    pub(crate) id: PurchaseId,
    pub(crate) network: Network,
    pub(crate) payer: Address,
    pub(crate) key: ReplayKey,
    pub(crate) request: Fingerprint,
    pub(crate) terms: TermsHash,
    pub(crate) expires: UnixSeconds,
}

/// Whether something may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leave {
    /// It counts by now.
    Given,
    /// A gift of this name was given before, or was for less.
    Taken,
    /// Others were given too much.
    None,
}

/// Stands for the coins of a chain where a token is asked for (ERC-7528).
const COINS: &str = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

impl Purse {
    pub(crate) fn of<L: Ledger + Send + Sync + 'static>(ledger: Arc<L>) -> Self {
        Self(Arc::new(Kept(ledger)))
    }

    /// Sets aside what a gift may cost, if all of the last hour come to no more than `most` with it. It is known to be about to be signed when this
    /// returns. A gift that was set aside before and not given is not counted again.
    pub(crate) async fn take(&self, gift: &Gift, wei: u128, most: u128, now: UnixSeconds) -> Result<Leave, Fault> {
        let (Ok(asset), Ok(task)) = (Asset::parse(gift.network, COINS), TaskId::parse(&format!("gifts:{}", gift.network))) else {
            return Err(Fault::StoreInconsistent);
        };
        let amount = Amount::from_u128(wei);
        let purchase = Purchase {
            id: gift.id.clone(),
            task,
            session: None,
            request: gift.request,
            asset,
            amount,
            payee: Account::Evm(gift.payer),
            terms: gift.terms,
            approval: None,
        };
        let limits = [Limit::new(Meter::Hour, Amount::from_u128(most))];
        let ticket = match self.0.reserve(Reserve::new(&purchase, &limits, now)).await {
            Ok(Reserved::Fresh(ticket)) => ticket,
            Ok(Reserved::Again(before)) => match before.state {
                State::Reserved { .. } | State::Signed if before.purchase.amount >= amount => Ticket::of(&before),
                _ => return Ok(Leave::Taken),
            },
            Err(ReserveError::Over(_)) => return Ok(Leave::None),
            Err(ReserveError::OtherPurchase) => return Ok(Leave::Taken),
            Err(ReserveError::Fault(fault)) => return Err(fault),
            Err(_) => return Err(Fault::StoreInconsistent),
        };
        // which bytes, the log of settlements keeps: they may be signed again for more
        match self.0.step(ticket, Step::Sign(Signed::new(gift.key, gift.expires, &[])), now).await {
            Ok(_) => Ok(Leave::Given),
            Err(StepError::Fault(fault)) => Err(fault),
            Err(_) => Ok(Leave::Taken),
        }
    }

    /// It is known what a gift cost. What it cost beyond what was set aside, for gas that became dearer, is not counted.
    pub(crate) async fn given(&self, id: &PurchaseId, wei: u128, by: TransactionHash, now: UnixSeconds) -> Result<(), Fault> {
        let Some(before) = self.0.find(id).await? else { return Ok(()) };
        let charged = Amount::from_u128(wei).min(before.purchase.amount);
        let receipt = Receipt::new(charged, &by.to_string(), Attested::Chain);
        self.conclude(&before, Step::Settle(receipt), now).await
    }

    /// A gift never arrives: something else has the number of its transaction.
    pub(crate) async fn kept(&self, id: &PurchaseId, now: UnixSeconds) -> Result<(), Fault> {
        match self.0.find(id).await? {
            Some(before) => self.conclude(&before, Step::Release(Unspent::Cancelled), now).await,
            None => Ok(()),
        }
    }

    /// What was concluded before stays as it was: of a gift that arrives after all more is counted, and never less.
    async fn conclude(&self, before: &Record, step: Step, now: UnixSeconds) -> Result<(), Fault> {
        match self.0.step(Ticket::of(before), step, now).await {
            Err(StepError::Fault(fault)) => Err(fault),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl fmt::Debug for Purse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Purse")
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A ledger, whichever it is.
trait Keeper: Send + Sync {
    fn reserve<'a>(&'a self, request: Reserve<'a>) -> Answer<'a, Result<Reserved, ReserveError>>;
    fn step(&self, ticket: Ticket, step: Step, now: UnixSeconds) -> Answer<'_, Result<Record, StepError>>;
    fn find<'a>(&'a self, id: &'a PurchaseId) -> Answer<'a, Result<Option<Record>, Fault>>;
}

struct Kept<L>(Arc<L>);

impl<L: Ledger + Send + Sync> Keeper for Kept<L> {
    fn reserve<'a>(&'a self, request: Reserve<'a>) -> Answer<'a, Result<Reserved, ReserveError>> {
        Box::pin(async move { self.0.reserve(&request).await })
    }

    fn step(&self, ticket: Ticket, step: Step, now: UnixSeconds) -> Answer<'_, Result<Record, StepError>> {
        Box::pin(async move { self.0.step(&ticket, step, now).await })
    }

    fn find<'a>(&'a self, id: &'a PurchaseId) -> Answer<'a, Result<Option<Record>, Fault>> {
        Box::pin(self.0.find(id))
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks::{BASE, BASE_SEPOLIA};
    use quittance_core::{Nonce, sha256};
    use quittance_guard::memory::MemoryLedger;

    use super::*;

    fn gift(name: &str, network: Network) -> Gift {
        let owner = Address::from_bytes([1; 20]);
        let key = ReplayKey::Permit2 { network, owner, nonce: Nonce::from_bytes(sha256(name.as_bytes())) };
        let (request, terms) = (Fingerprint::from_bytes([7; 32]), TermsHash::from_bytes([8; 32]));
        let id = PurchaseId::parse(name).unwrap();
        Gift { id, network, payer: owner, key, request, terms, expires: UnixSeconds::from_secs(99) }
    }

    struct Hour(Purse);

    impl Hour {
        async fn take(&self, name: &str, wei: u128, minute: u64) -> Leave {
            self.0.take(&gift(name, BASE_SEPOLIA), wei, 100, UnixSeconds::from_secs(60 * minute)).await.unwrap()
        }
    }

    fn hour() -> Hour {
        Hour(Purse::of(Arc::new(MemoryLedger::new(100))))
    }

    #[tokio::test]
    async fn within_an_hour_no_more_is_given_than_was_said() {
        let hour = hour();
        assert_eq!((hour.take("a", 60, 100).await, hour.take("b", 41, 100).await), (Leave::Given, Leave::None));
        assert_eq!(hour.take("c", u128::MAX, 100).await, Leave::None);
        assert_eq!((hour.take("b", 40, 130).await, hour.take("d", 1, 130).await), (Leave::Given, Leave::None));
        assert_eq!((hour.take("d", 1, 160).await, hour.take("d", 60, 161).await), (Leave::None, Leave::Given));
        assert_eq!(hour.take("e", 1, 161).await, Leave::None, "the first sixty are forgotten, and the forty are not");
        // another chain has coins of its own
        assert_eq!(hour.0.take(&gift("f", BASE), 100, 100, UnixSeconds::from_secs(60 * 161)).await, Ok(Leave::Given));
    }

    #[tokio::test]
    async fn row_150_what_was_set_aside_before_a_crash_counts_once() {
        let hour = hour();
        for _ in 0..3 {
            assert_eq!(hour.take("a", 60, 100).await, Leave::Given);
        }
        assert_eq!(hour.take("a", 61, 100).await, Leave::Taken, "it is another gift");
        assert_eq!((hour.take("b", 40, 100).await, hour.take("c", 1, 100).await), (Leave::Given, Leave::None));
    }

    #[tokio::test]
    async fn what_a_gift_cost_counts_in_the_place_of_what_was_set_aside() {
        let (hour, now, hash) = (hour(), UnixSeconds::from_secs(6_000), TransactionHash::from_bytes([1; 32]));
        let id = |name: &str| PurchaseId::parse(name).unwrap();
        assert_eq!(hour.take("a", 100, 100).await, Leave::Given);
        for _ in 0..2 {
            hour.0.given(&id("a"), 30, hash, now).await.unwrap();
        }
        assert_eq!(hour.take("a", 30, 100).await, Leave::Taken, "it was given");
        assert_eq!((hour.take("b", 70, 100).await, hour.take("c", 1, 100).await), (Leave::Given, Leave::None));
        // what became dearer than was thought counts as what was thought
        hour.0.given(&id("b"), 80, hash, now).await.unwrap();
        assert_eq!(hour.take("c", 1, 100).await, Leave::None);
        assert_eq!(hour.0.given(&id("nobodys"), 80, hash, now).await, Ok(()));
    }

    #[tokio::test]
    async fn what_never_arrives_counts_no_longer_unless_it_does() {
        let (hour, now, hash) = (hour(), UnixSeconds::from_secs(6_000), TransactionHash::from_bytes([1; 32]));
        let id = |name: &str| PurchaseId::parse(name).unwrap();
        assert_eq!(hour.take("a", 100, 100).await, Leave::Given);
        hour.0.kept(&id("a"), now).await.unwrap();
        assert_eq!(hour.take("b", 100, 100).await, Leave::Given);
        hour.0.given(&id("a"), 50, hash, now).await.unwrap();
        hour.0.given(&id("b"), 50, hash, now).await.unwrap();
        assert_eq!(hour.take("c", 1, 100).await, Leave::None);
    }
}
