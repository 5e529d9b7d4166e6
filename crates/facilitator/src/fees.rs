//! What a transaction offers for its gas, and what it pays beside that: for its bytes, and to the operator of the chain.

use quittance_core::chain::Call;

use crate::chain::{DataFee, Fees};

/// What a transaction has beside the data of its call at most, in bytes, before it is signed.
const ENVELOPE: u64 = 128;
/// What a call has beside its data where it shares a transaction: its place, its target, its length, and what fills up its last word.
const PLACE: u64 = 192;

impl DataFee {
    /// What a call pays for its bytes, in a transaction of its own or its part of one that is shared, whichever is more.
    pub(crate) fn of_call(self, call: &Call) -> u128 {
        self.of(length(call).saturating_add(PLACE.max(ENVELOPE)))
    }
}

impl Fees {
    /// What a unit of gas may still cost where it may cost `most` with its part of what is paid beside it; none where that alone is more.
    pub(crate) fn left_of(self, most: u128, call: &Call, gas: u64) -> Option<u128> {
        let beside = self.data.of(length(call).saturating_add(ENVELOPE)).saturating_add(self.operator.of(gas));
        most.checked_sub(beside.div_ceil(u128::from(gas.max(1))))
    }
}

impl Fees {
    /// What a call with so much gas costs at most, in wei, at the first [offer](Offer::at).
    pub(crate) fn most(self, call: &Call, gas: u64) -> u128 {
        let price = self.base.saturating_mul(2).saturating_add(self.tip);
        let beside = self.data.of_call(call).saturating_add(self.operator.of(gas));
        u128::from(gas).saturating_mul(price).saturating_add(beside)
    }
}

fn length(call: &Call) -> u64 {
    u64::try_from(call.data.len()).unwrap_or(u64::MAX)
}

/// What a transaction offers for a unit of gas, in wei.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Offer {
    /// At most so much.
    pub(crate) max_fee: u128,
    /// Of which at most so much goes to who includes it.
    pub(crate) tip: u128,
}

impl Offer {
    /// Enough for a while: a base fee that doubles is still paid for. None when even the next block is too dear.
    pub(crate) fn at(fees: Fees, most: u128) -> Option<Self> {
        let needed = fees.base.checked_add(fees.tip)?;
        if needed > most {
            return None;
        }
        let max_fee = needed.saturating_add(fees.base).min(most);
        Some(Self { max_fee, tip: fees.tip.min(max_fee) })
    }

    /// Enough more for nodes to take it in the place of another, and no less than what the next block costs; none when that is too dear.
    pub(crate) fn above(self, fees: Fees, most: u128) -> Option<Self> {
        let more = |fee: u128| fee.checked_add(fee / 8)?.checked_add(1);
        let (max_fee, tip) = (more(self.max_fee)?, more(self.tip)?);
        let now = Self::at(fees, most).unwrap_or(self);
        let (max_fee, tip) = (max_fee.max(now.max_fee), tip.max(now.tip));
        (max_fee <= most).then_some(Self { max_fee: max_fee.max(tip), tip })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::OperatorFee;

    const MOST: u128 = 1_000;

    #[test]
    fn a_base_fee_may_double_and_nothing_is_offered_beyond_the_bound() {
        let at = |base, tip| Offer::at(Fees { base, tip, data: DataFee::NONE, operator: OperatorFee::NONE }, MOST);
        assert_eq!(at(100, 10), Some(Offer { max_fee: 210, tip: 10 }));
        assert_eq!(at(700, 10), Some(Offer { max_fee: 1_000, tip: 10 }));
        assert_eq!(at(995, 10), None);
        assert_eq!(at(u128::MAX, 1), None);
    }

    #[test]
    fn row_155_a_replacement_offers_an_eighth_more_of_both() {
        let offer = Offer { max_fee: 80, tip: 8 };
        let above = |base, tip| offer.above(Fees { base, tip, data: DataFee::NONE, operator: OperatorFee::NONE }, MOST);
        assert_eq!(above(1, 1), Some(Offer { max_fee: 91, tip: 10 }));
        assert_eq!(above(200, 20), Some(Offer { max_fee: 420, tip: 20 }));
        assert_eq!(above(2_000, 20), Some(Offer { max_fee: 91, tip: 10 }), "too dear now, and may get in later");
        assert_eq!(
            Offer { max_fee: 990, tip: 8 }.above(Fees { base: 1, tip: 1, data: DataFee::NONE, operator: OperatorFee::NONE }, MOST),
            None
        );
    }

    #[test]
    fn what_a_call_costs_at_most_is_what_is_offered_first() {
        let fees = Fees { base: 100, tip: 10, data: DataFee::new(2_560, 12_800), operator: OperatorFee::new(5, 1_000_005) };
        let call = Call::new(quittance_core::Address::ZERO, vec![]);
        let offer = Offer::at(fees, MOST).map(|offer| offer.max_fee);
        assert_eq!((offer, fees.most(&call, 21_000)), (Some(210), 21_000 * 210 + 2_560 + 21_005));
        assert_eq!(Fees { base: u128::MAX, ..fees }.most(&call, 1), u128::MAX);
    }

    #[test]
    fn what_is_paid_beside_counts_towards_what_a_unit_of_gas_may_cost() {
        // ten wei a byte
        let fees = Fees { base: 1, tip: 1, data: DataFee::new(2_560, 12_800), operator: OperatorFee::NONE };
        let call = Call::new(quittance_core::Address::ZERO, vec![0; 872]);
        assert_eq!(fees.left_of(MOST, &call, 100), Some(900));
        assert_eq!(
            (fees.left_of(MOST, &call, 10), fees.left_of(MOST, &call, 9), fees.left_of(MOST, &call, 0)),
            (Some(0), None, None)
        );
        assert_eq!(fees.data.of_call(&call), 10_640);
        assert_eq!(Fees { data: DataFee::NONE, ..fees }.left_of(MOST, &call, 1), Some(MOST));
        // half a wei for a unit, and a thousand for a transaction
        let operator = OperatorFee::new(1_000, 501_000);
        assert_eq!(Fees { data: DataFee::NONE, operator, ..fees }.left_of(MOST, &call, 100), Some(MOST - 11));
    }
}
