//! What a transaction offers for its gas.

use crate::chain::Fees;

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

    const MOST: u128 = 1_000;

    #[test]
    fn a_base_fee_may_double_and_nothing_is_offered_beyond_the_bound() {
        let at = |base, tip| Offer::at(Fees { base, tip }, MOST);
        assert_eq!(at(100, 10), Some(Offer { max_fee: 210, tip: 10 }));
        assert_eq!(at(700, 10), Some(Offer { max_fee: 1_000, tip: 10 }));
        assert_eq!(at(995, 10), None);
        assert_eq!(at(u128::MAX, 1), None);
    }

    #[test]
    fn row_155_a_replacement_offers_an_eighth_more_of_both() {
        let offer = Offer { max_fee: 80, tip: 8 };
        let above = |base, tip| offer.above(Fees { base, tip }, MOST);
        assert_eq!(above(1, 1), Some(Offer { max_fee: 91, tip: 10 }));
        assert_eq!(above(200, 20), Some(Offer { max_fee: 420, tip: 20 }));
        assert_eq!(above(2_000, 20), Some(Offer { max_fee: 91, tip: 10 }), "too dear now, and may get in later");
        assert_eq!(Offer { max_fee: 990, tip: 8 }.above(Fees { base: 1, tip: 1 }, MOST), None);
    }
}
