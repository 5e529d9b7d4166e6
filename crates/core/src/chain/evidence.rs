//! What a receipt proves.
//!
//! That a transaction did not revert says nothing: a token may move less than it was told, or nothing at all, and still return
//! (catalogue row 145). What proves a settlement is the logs that its [`Plan`] expects, word for word, from the contracts that the
//! plan names (row 146). Where one transaction carries several settlements, a log that stands there once proves one of them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Plan;
use crate::address::Address;

/// A log that a settlement must leave.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub struct ExpectedLog {
    /// The contract that writes it.
    pub emitter: Address,
    /// Its topics, the first being the event's hash.
    pub topics: Vec<[u8; 32]>,
    /// Its data.
    pub data: Vec<u8>,
}

impl ExpectedLog {
    /// A log.
    #[must_use]
    pub const fn new(emitter: Address, topics: Vec<[u8; 32]>, data: Vec<u8>) -> Self {
        Self { emitter, topics, data }
    }
}

/// A log of a receipt, as a node tells it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub struct Log<'a> {
    /// The contract that wrote it.
    pub emitter: Address,
    /// Its topics.
    pub topics: &'a [[u8; 32]],
    /// Its data.
    pub data: &'a [u8],
}

impl<'a> Log<'a> {
    /// A log.
    #[must_use]
    pub const fn new(emitter: Address, topics: &'a [[u8; 32]], data: &'a [u8]) -> Self {
        Self { emitter, topics, data }
    }
}

impl<'a> From<&'a ExpectedLog> for Log<'a> {
    fn from(expected: &'a ExpectedLog) -> Self {
        Self::new(expected.emitter, &expected.topics, &expected.data)
    }
}

/// What the logs of a transaction say of one settlement in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[must_use = "only a settlement that is proved was one"]
pub enum Proof {
    /// All that it expects is there, and nothing else in the transaction accounts for it.
    Complete,
    /// Something that it expects is not there: it did not happen.
    Missing,
    /// What it expects is there, but so seldom that it may be another settlement's. Permit2 names no nonce in its logs, so of two equal
    /// permits of which one went through nobody can say which; the nonces in the state of the chain can.
    Contested,
}

impl Plan {
    /// What the logs of a successful transaction that does this and nothing else say of it.
    pub fn prove(&self, logs: &[Log<'_>]) -> Proof {
        prove(&[self], logs).pop().unwrap_or(Proof::Missing)
    }
}

/// What the logs of a successful transaction say of the settlements in it, in their order.
///
/// The caller has seen that the transaction succeeded and that its block stands. A plan with steps and no evidence is never proved; one
/// without steps always is.
pub fn prove(plans: &[&Plan], logs: &[Log<'_>]) -> Vec<Proof> {
    let there = count(logs.iter().copied());
    let expected = plans.iter().map(|plan| count(plan.evidence.iter().map(Log::from))).collect::<Vec<_>>();
    let enough = |log: &Log<'_>, wanted: usize| there.get(log).is_some_and(|found| *found >= wanted);
    let possible = |plan: &Plan, wanted: &BTreeMap<Log<'_>, usize>| {
        (!wanted.is_empty() || plan.steps.is_empty()) && wanted.iter().all(|(log, times)| enough(log, *times))
    };
    let candidates = plans.iter().zip(&expected).map(|(plan, wanted)| possible(plan, wanted)).collect::<Vec<_>>();
    let mut claimed = BTreeMap::<Log<'_>, usize>::new();
    for (wanted, _) in expected.iter().zip(&candidates).filter(|(_, candidate)| **candidate) {
        for (log, times) in wanted {
            let claims = claimed.entry(*log).or_default();
            *claims = claims.saturating_add(*times);
        }
    }
    let verdict = |(wanted, candidate): (&BTreeMap<Log<'_>, usize>, &bool)| {
        if !candidate {
            Proof::Missing
        } else if wanted.keys().all(|log| claimed.get(log).is_some_and(|claims| enough(log, *claims))) {
            Proof::Complete
        } else {
            Proof::Contested
        }
    };
    expected.iter().zip(&candidates).map(verdict).collect()
}

fn count<'a>(logs: impl Iterator<Item = Log<'a>>) -> BTreeMap<Log<'a>, usize> {
    let mut counts = BTreeMap::new();
    for log in logs {
        let count = counts.entry(log).or_insert(0_usize);
        *count = count.saturating_add(1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::super::Call;
    use super::*;

    const TOKEN: Address = Address::from_bytes([1; 20]);
    const PROXY: Address = Address::from_bytes([2; 20]);

    /// A log of `emitter` about `what`.
    fn log(emitter: Address, what: u8) -> ExpectedLog {
        ExpectedLog::new(emitter, vec![[what; 32], [9; 32]], vec![what])
    }

    fn plan(evidence: &[ExpectedLog]) -> Plan {
        Plan::call(Call::new(TOKEN, vec![]), evidence.to_vec())
    }

    fn check(plans: &[&Plan], logs: &[ExpectedLog], expected: &[Proof]) {
        let logs = logs.iter().map(Log::from).collect::<Vec<_>>();
        assert_eq!(prove(plans, &logs), expected);
    }

    #[test]
    fn rows_145_and_146_the_logs_word_for_word_from_the_contract_itself() {
        let (moved, used) = (log(TOKEN, 1), log(TOKEN, 2));
        let plan = plan(&[moved.clone(), used.clone()]);
        check(&[&plan], &[moved.clone(), used.clone()], &[Proof::Complete]);
        check(&[&plan], &[used.clone(), log(PROXY, 7), moved.clone(), moved.clone()], &[Proof::Complete]);
        check(&[&plan], core::slice::from_ref(&moved), &[Proof::Missing]);
        check(&[&plan], &[], &[Proof::Missing]);
        check(&[&plan], &[log(PROXY, 1), used.clone()], &[Proof::Missing]);
        let less = ExpectedLog { data: vec![0], ..moved.clone() };
        check(&[&plan], &[less, used.clone()], &[Proof::Missing]);
        let more_topics = ExpectedLog { topics: vec![[1; 32], [9; 32], [9; 32]], ..moved };
        check(&[&plan], &[more_topics, used], &[Proof::Missing]);
    }

    #[test]
    fn one_log_proves_one_of_two_settlements() {
        let moved = log(TOKEN, 1);
        let (first, second) = (plan(&[moved.clone(), log(TOKEN, 2)]), plan(&[moved.clone(), log(TOKEN, 3)]));
        let both = [moved.clone(), log(TOKEN, 2), moved.clone(), log(TOKEN, 3)];
        check(&[&first, &second], &both, &[Proof::Complete, Proof::Complete]);
        // only one transfer, and the log that one of them has of its own says whose it is
        check(&[&first, &second], &[moved.clone(), log(TOKEN, 3)], &[Proof::Missing, Proof::Complete]);
        check(&[&first, &second], &both[1..], &[Proof::Contested, Proof::Contested]);
        let twice = plan(&[moved.clone(), moved.clone()]);
        check(&[&twice], core::slice::from_ref(&moved), &[Proof::Missing]);
        check(&[&twice], &[moved.clone(), moved], &[Proof::Complete]);
    }

    #[test]
    fn of_two_equal_permits_of_which_one_went_through_nobody_can_say_which() {
        let same = plan(&[log(TOKEN, 1), log(PROXY, 4)]);
        let other = plan(&[log(TOKEN, 5), log(PROXY, 4)]);
        check(&[&same, &same], &[log(TOKEN, 1), log(PROXY, 4)], &[Proof::Contested, Proof::Contested]);
        check(&[&same, &other], &[log(TOKEN, 5), log(PROXY, 4)], &[Proof::Missing, Proof::Complete]);
    }

    #[test]
    fn a_plan_without_evidence_is_proved_only_if_there_was_nothing_to_do() {
        check(&[&plan(&[])], &[log(TOKEN, 1)], &[Proof::Missing]);
        check(&[&Plan::new(vec![], vec![])], &[], &[Proof::Complete]);
    }
}
