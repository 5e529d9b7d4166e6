//! What a settlement gives away, and how it is counted.
//!
//! Of each settlement the gifts are numbered, and one that is raised to another fee is the same: their names follow from what is kept of it, so that
//! whoever goes on with it after a crash knows which were set aside.

use std::fmt::Write as _;

use quittance_core::{Address, Fault, sha256};
use quittance_guard::{PurchaseId, ReplayLog};

use super::Settlement;
use crate::chain::{Chain, TransactionHash};
use crate::purse::{Gift, Leave};
use crate::record::Purpose;
use crate::transaction::Transaction;
use crate::watch::View;

/// A gift, by its signer and its number, with the transactions that give it and what they give.
struct Signed {
    signer: Address,
    nonce: u64,
    forms: Vec<(TransactionHash, u128)>,
}

/// How many names are tried for a gift: one may have been given to what came to nothing.
const NAMES: usize = 8;

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// Sets a gift aside, with the gas that it takes, if there is leave for it.
    pub(super) async fn may_give(&mut self, payer: Address, value: u128, gas: u128) -> Result<bool, Fault> {
        let lane = self.lane;
        let Some(purse) = &lane.purse else { return Ok(false) };
        let (now, before) = (self.engine.clock.now()?, self.gifts().len());
        for number in before..before.saturating_add(NAMES) {
            let gift = Gift {
                id: self.gift_id(number)?,
                network: self.lane.network,
                payer,
                key: *self.key(),
                request: self.case.fingerprint(),
                terms: self.case.terms.hash(),
                expires: self.record.expires,
            };
            match purse.take(&gift, value.saturating_add(gas), self.lane.settings.funding_hourly, now).await? {
                Leave::Given => {
                    self.aside = Some(gift.id);
                    return Ok(true);
                }
                Leave::None => return Ok(false),
                // set aside at another price, and not signed
                Leave::Taken if self.aside.as_ref() == Some(&gift.id) => self.keep_what_was_set_aside().await,
                Leave::Taken => {}
            }
        }
        Ok(false)
    }

    /// Says in the ledger what gifts have cost that are in a block which is deep enough. What cannot be said is said at the next look; so long what
    /// was set aside counts.
    pub(super) async fn count_gifts(&mut self, view: &View) {
        let Some(purse) = &self.lane.purse else { return };
        for (number, gift) in self.gifts().into_iter().enumerate().skip(self.counted) {
            let confirmations = self.lane.settings.confirmations;
            let landed = gift.forms.iter().find_map(|(hash, value)| Some((*value, view.receipt(hash)?)));
            let Some((value, receipt)) = landed.filter(|(_, receipt)| view.is_deep(receipt.block, confirmations)) else { return };
            let wei = receipt.cost.saturating_add(if receipt.succeeded { value } else { 0 });
            let (Ok(now), Ok(id)) = (self.engine.clock.now(), self.gift_id(number)) else { return };
            if purse.given(&id, wei, receipt.transaction, now).await.is_err() {
                return;
            }
            self.counted = number.saturating_add(1);
        }
    }

    /// Says in the ledger that what was given so far never arrives.
    pub(super) async fn never_given(&mut self) -> Result<(), Fault> {
        let Some(purse) = &self.lane.purse else { return Ok(()) };
        let (now, gifts) = (self.engine.clock.now()?, self.gifts().len());
        for number in self.counted..gifts {
            purse.kept(&self.gift_id(number)?, now).await?;
        }
        self.counted = gifts;
        Ok(())
    }

    /// Says in the ledger that what was set aside is not given, because nobody has signed it and nobody will. If that cannot be said it counts.
    pub(super) async fn keep_what_was_set_aside(&mut self) {
        if let (Some(id), Some(purse), Ok(now)) = (self.aside.take(), &self.lane.purse, self.engine.clock.now()) {
            _ = purse.kept(&id, now).await;
        }
    }

    /// Each gift that was signed, in order.
    fn gifts(&self) -> Vec<Signed> {
        let mut gifts = Vec::<Signed>::new();
        for one in self.record.of(Purpose::Fund) {
            let form = (one.hash, Transaction::parse(&one.raw).map_or(0, |gift| gift.value()));
            match gifts.iter_mut().find(|gift| (gift.signer, gift.nonce) == (one.signer, one.nonce)) {
                Some(gift) => gift.forms.push(form),
                None => gifts.push(Signed { signer: one.signer, nonce: one.nonce, forms: vec![form] }),
            }
        }
        gifts
    }

    fn gift_id(&self, number: usize) -> Result<PurchaseId, Fault> {
        let about = format!("{}:{:?}:{}", self.key(), self.case.fingerprint(), self.record.since);
        let mut name = String::from("gift:");
        // a String takes whatever is written to it
        sha256(about.as_bytes()).iter().for_each(|byte| _ = write!(name, "{byte:02x}"));
        let _written = write!(name, ":{number}");
        PurchaseId::parse(&name).map_err(|_| Fault::StoreInconsistent)
    }
}
