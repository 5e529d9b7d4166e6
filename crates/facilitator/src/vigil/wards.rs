//! What is looked after, by the blocks that it is in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use quittance_core::{ReplayKey, UnixSeconds};

use super::{Place, Ward};
use crate::chain::{Receipt, TransactionHash};

/// What is looked after on one chain.
#[derive(Default)]
pub(super) struct Wards {
    /// What is in a block that stood when it was last asked for.
    blocks: BTreeMap<Place, Block>,
    /// What is in no block that is known, or in one that does not stand any more.
    doubts: BTreeMap<ReplayKey, Doubt>,
    /// Where everything is that is in a block.
    places: BTreeMap<ReplayKey, Place>,
    /// The block that all linked ones are known to be below.
    anchor: Option<Place>,
    /// The blocks that stand if the anchor does.
    linked: BTreeSet<Place>,
    /// The last one that was asked for in its turn.
    turn: Place,
    /// The last failure that was looked at in its turn.
    failure: Option<ReplayKey>,
    /// The failures that somebody may undo until then.
    open: BTreeSet<(UnixSeconds, ReplayKey)>,
}

#[derive(Default)]
struct Block {
    /// A busy chain has a hundred thousand of them, so that what they are found by is not in them once more.
    wards: BTreeMap<ReplayKey, Kept>,
    /// How many looks in a row found no block of its number: of two nodes one may be behind.
    unknown: u32,
}

/// A ward without its key.
#[derive(Clone, Copy)]
struct Kept {
    transaction: Option<TransactionHash>,
    until: UnixSeconds,
}

impl Kept {
    const fn ward(self, key: ReplayKey) -> Ward {
        Ward { key, transaction: self.transaction, until: self.until }
    }
}

struct Doubt {
    ward: Ward,
    /// How many looks found its transaction nowhere.
    missing: u32,
}

/// How many settlements are looked after at most.
pub(super) const MOST: usize = 1 << 17;
/// How many blocks are asked for in one look.
const BLOCKS: usize = 16;
/// How many looks have to find a transaction nowhere, or no block of a number.
const LOOKS: u32 = 8;
/// How many of them a transaction is spared whose block was seen to stand no more.
const SPARED: u32 = 5;

impl Wards {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.doubts.is_empty()
    }

    /// Whether something has to be left alone for what comes next.
    pub(super) fn is_full(&self) -> bool {
        self.doubts.len().saturating_add(self.places.len()) >= MOST
    }

    /// Looks after something, in this block if it is known. What is looked after already stays where it is. Where there is too much what is in the
    /// lowest block is left alone, on which most blocks stand.
    pub(super) fn add(&mut self, ward: Ward, place: Option<Place>) {
        // two failures of one payment are told apart by how long each is looked after
        let same =
            |known: &Ward| known.transaction == ward.transaction && (ward.transaction.is_some() || known.until == ward.until);
        let known = |known: Option<&Ward>| known.is_some_and(same);
        let in_block = self.places.get(&ward.key).and_then(|place| self.in_block(place, &ward.key));
        if known(in_block.as_ref()) || known(self.doubts.get(&ward.key).map(|doubt| &doubt.ward)) {
            return;
        }
        self.remove(&ward.key);
        if self.is_full() {
            let Some((_, lowest)) = self.blocks.pop_first() else { return };
            lowest.wards.keys().for_each(|key| _ = self.places.remove(key));
        }
        match place {
            Some(place) => self.put(ward, place),
            None => _ = self.doubts.insert(ward.key, Doubt { ward, missing: 0 }),
        }
    }

    /// Forgets whatever is looked after no longer.
    pub(super) fn forget(&mut self, now: UnixSeconds) {
        self.doubts.retain(|_, doubt| doubt.ward.until >= now);
        for block in self.blocks.values_mut() {
            block.wards.retain(|_, ward| ward.until >= now);
        }
        self.blocks.retain(|_, block| !block.wards.is_empty());
        let Self { places, blocks, .. } = self;
        places.retain(|key, place| blocks.get(place).is_some_and(|block| block.wards.contains_key(key)));
        let Self { open, places, doubts, .. } = self;
        open.retain(|(_, key)| places.contains_key(key) || doubts.contains_key(key));
    }

    /// The blocks to be asked for: the newest, what links it to those below, and one of them in turn.
    pub(super) fn ask_for(&mut self) -> Vec<Place> {
        let Some(newest) = self.blocks.keys().next_back().copied() else { return Vec::new() };
        let mut asked = vec![newest];
        let anchor = self.anchor.filter(|anchor| self.blocks.contains_key(anchor));
        let unlinked = self.blocks.keys().rev().filter(|place| !self.linked.contains(place)).copied();
        let turn = self.blocks.range(self.turn..).map(|(place, _)| *place).find(|place| *place > self.turn);
        self.turn = turn.or_else(|| self.blocks.keys().next().copied()).unwrap_or_default();
        for place in anchor.into_iter().chain([self.turn]).chain(unlinked) {
            if asked.len() < BLOCKS && !asked.contains(&place) {
                asked.push(place);
            }
        }
        asked
    }

    /// Takes note of what stands at the numbers that were asked for.
    pub(super) fn told(&mut self, asked: &[Place], hashes: &[Option<[u8; 32]>]) {
        let told = || asked.iter().zip(hashes);
        let stand: BTreeSet<_> = told().filter(|((_, ours), hash)| **hash == Some(*ours)).map(|(place, _)| *place).collect();
        if let Some(newest) = asked.first().filter(|newest| stand.contains(*newest)) {
            if !self.anchor.is_some_and(|anchor| stand.contains(&anchor) && self.blocks.contains_key(&anchor)) {
                self.linked.clear();
            }
            self.linked.extend(&stand);
            self.anchor = Some(*newest);
        }
        for (place, hash) in told() {
            let Some(block) = self.blocks.get_mut(place) else { continue };
            block.unknown = if hash.is_some() { 0 } else { block.unknown + 1 };
            if !stand.contains(place) && (hash.is_some() || block.unknown >= LOOKS) {
                // what was thought to stand on it may not stand either
                (self.anchor, self.linked) = (None, BTreeSet::new());
                for (key, kept) in self.blocks.remove(place).map(|block| block.wards).unwrap_or_default() {
                    self.places.remove(&key);
                    self.doubts.insert(key, Doubt { ward: kept.ward(key), missing: SPARED });
                }
            }
        }
        let Self { linked, blocks, .. } = self;
        linked.retain(|place| blocks.contains_key(place));
    }

    /// The transactions that are in doubt, so many at most.
    pub(super) fn doubtful(&self, most: usize) -> Vec<TransactionHash> {
        let hashes: BTreeSet<_> = self.doubts.values().filter_map(|doubt| doubt.ward.transaction).collect();
        hashes.into_iter().take(most).collect()
    }

    /// Takes note of where they are, and gives what is gone. `does_it` says whether a transaction does what it did.
    pub(super) fn found(
        &mut self,
        found: &[(TransactionHash, Option<&Receipt>)],
        does_it: impl Fn(&ReplayKey, &Receipt) -> bool,
    ) -> Vec<Ward> {
        let found: BTreeMap<_, _> = found.iter().copied().collect();
        let asked = self
            .doubts
            .values()
            .filter_map(|doubt| found.get_key_value(&doubt.ward.transaction?).map(|found| (doubt.ward.key, found)));
        let mut gone = Vec::new();
        for (key, (hash, receipt)) in asked.collect::<Vec<_>>() {
            let Some(mut doubt) = self.doubts.remove(&key) else { continue };
            match receipt {
                Some(receipt) if receipt.transaction == *hash && does_it(&key, receipt) => {
                    self.put(doubt.ward, (receipt.block, receipt.block_hash));
                    continue;
                }
                Some(_) => doubt.missing = LOOKS,
                None => doubt.missing += 1,
            }
            if doubt.missing >= LOOKS {
                gone.push(doubt.ward);
            } else {
                self.doubts.insert(key, doubt);
            }
        }
        gone
    }

    /// The failures that are in doubt, so many at most, and each in its turn.
    pub(super) fn failures(&mut self, most: usize) -> Vec<Ward> {
        let failures = |range| self.doubts.range(range).map(|(_, doubt)| doubt.ward).filter(|ward| ward.transaction.is_none());
        let turn = match self.failure {
            Some(last) => (Bound::Excluded(last), Bound::Unbounded),
            None => (Bound::Unbounded, Bound::Unbounded),
        };
        let mut picked: Vec<_> = failures(turn).take(most).collect();
        if let (true, Some(last)) = (picked.len() < most, self.failure) {
            picked.extend(failures((Bound::Unbounded, Bound::Included(last))).take(most - picked.len()));
        }
        self.failure = picked.last().map(|ward| ward.key);
        picked
    }

    /// A failure is known to stand as long as this block does.
    pub(super) fn stands(&mut self, ward: Ward, place: Place) {
        if self.doubts.get(&ward.key).is_some_and(|doubt| doubt.ward == ward) {
            self.doubts.remove(&ward.key);
            self.put(ward, place);
        }
    }

    /// The same, if look after look finds it so: logs may come later than state.
    pub(super) fn seems_to_stand(&mut self, ward: Ward, place: Place) {
        let looks = self.doubts.get_mut(&ward.key).map_or(0, |doubt| {
            doubt.missing += 1;
            doubt.missing
        });
        if looks >= LOOKS {
            self.stands(ward, place);
        }
    }

    /// A failure is to be looked at again then, whatever it seems until then.
    pub(super) fn again_at(&mut self, then: UnixSeconds, key: ReplayKey) {
        self.open.insert((then, key));
    }

    /// Puts in doubt what was to be looked at again by now.
    pub(super) fn closed(&mut self, now: UnixSeconds) {
        while let Some((then, key)) = self.open.first().copied().filter(|(then, _)| *then <= now) {
            self.open.remove(&(then, key));
            // looks from before count no longer
            if let Some(doubt) = self.doubts.get_mut(&key).filter(|doubt| doubt.ward.transaction.is_none()) {
                doubt.missing = 0;
                continue;
            }
            let Some(place) = self.places.get(&key).copied() else { continue };
            let Some(ward) = self.in_block(&place, &key) else { continue };
            if ward.transaction.is_none() {
                self.remove(&key);
                self.doubts.insert(key, Doubt { ward, missing: 0 });
            }
        }
    }

    /// Looks after something no longer.
    pub(super) fn leave(&mut self, ward: &Ward) {
        if self.doubts.get(&ward.key).is_some_and(|doubt| doubt.ward == *ward) {
            self.doubts.remove(&ward.key);
        }
    }

    fn in_block(&self, place: &Place, key: &ReplayKey) -> Option<Ward> {
        self.blocks.get(place)?.wards.get(key).map(|kept| kept.ward(*key))
    }

    fn put(&mut self, ward: Ward, place: Place) {
        let Ward { key, transaction, until } = ward;
        self.places.insert(key, place);
        self.blocks.entry(place).or_default().wards.insert(key, Kept { transaction, until });
    }

    fn remove(&mut self, key: &ReplayKey) {
        self.doubts.remove(key);
        if let Some(place) = self.places.remove(key)
            && let Some(block) = self.blocks.get_mut(&place)
        {
            block.wards.remove(key);
            if block.wards.is_empty() {
                self.blocks.remove(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests;
