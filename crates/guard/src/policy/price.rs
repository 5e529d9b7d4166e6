//! Comparing amounts of different tokens, exactly or not at all.

use core::cmp::Ordering;

use quittance_core::Amount;
use quittance_core::registry::{self, AssetInfo};

/// What a token counts in. Amounts of one unit compare, whatever their decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// The default asset of a network, which stands for a dollar there.
    Dollars,
    /// Any other token: what it is worth, the registry does not know.
    Ticker(&'static str),
}

impl Unit {
    pub(super) fn of(info: &AssetInfo) -> Self {
        let is_default = registry::default_asset(info.network).is_some_and(|default| default == info);
        if is_default { Self::Dollars } else { Self::Ticker(info.symbol) }
    }
}

/// An amount of a token with so many decimals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    pub(super) amount: Amount,
    pub(super) decimals: u8,
}

impl Price {
    /// Which of two prices in one unit is lower. Where the larger number does not fit any more it is the higher price, of course.
    pub(super) fn compare(self, other: Self) -> Ordering {
        let finest = self.decimals.max(other.decimals);
        match (self.at(finest), other.at(finest)) {
            (Some(left), Some(right)) => left.cmp(&right),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, None) => self.amount.cmp(&other.amount),
        }
    }

    /// Whether this is at most so many percent above a price of the same unit.
    pub(super) fn is_within(self, known: Self, percent: u32) -> bool {
        let finest = self.decimals.max(known.decimals);
        let hundredfold = |amount: Option<Amount>, times: u32| amount?.checked_mul(Amount::from_u64(times.into()));
        match (hundredfold(self.at(finest), 100), hundredfold(known.at(finest), percent.saturating_add(100))) {
            (Some(asked), Some(most)) => asked <= most,
            // more than 2^256 of anything is within nothing
            _ => false,
        }
    }

    /// The amount at a finer scale.
    fn at(self, decimals: u8) -> Option<Amount> {
        let ten = Amount::from_u64(10);
        (self.decimals..decimals).try_fold(self.amount, |amount, _| amount.checked_mul(ten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(amount: u64, decimals: u8) -> Price {
        Price { amount: Amount::from_u64(amount), decimals }
    }

    #[test]
    fn row_212_amounts_compare_across_decimals_exactly_or_not_at_all() {
        assert_eq!(price(10_000, 6).compare(price(10_000_000_000_000_000, 18)), Ordering::Equal);
        assert_eq!(price(10_000, 6).compare(price(10_000_000_000_000_001, 18)), Ordering::Less);
        assert_eq!(price(10_001, 6).compare(price(10_000_999_999_999_999, 18)), Ordering::Greater);
        let most = Price { amount: Amount::MAX, decimals: 6 };
        assert_eq!(most.compare(price(1, 18)), Ordering::Greater);
        assert_eq!(price(1, 18).compare(most), Ordering::Less);
        assert!(!most.is_within(most, 0), "a price that large is not reckoned with");
    }

    #[test]
    fn row_191_a_rise_is_counted_in_percent_without_rounding() {
        assert!(price(10_000, 6).is_within(price(10_000, 6), 0));
        assert!(!price(10_001, 6).is_within(price(10_000, 6), 0));
        assert!(price(11_000, 6).is_within(price(10_000, 6), 10));
        assert!(!price(11_001, 6).is_within(price(10_000, 6), 10));
        assert!(price(3, 0).is_within(price(2, 0), 50));
        assert!(!price(3, 0).is_within(price(2, 0), 49));
        assert!(price(11_000, 6).is_within(price(10_000_000_000_000_000, 18), 10));
    }
}
