//! Sums over a span of time that moves along with the clock.
//!
//! A span is cut into sixty slots. A sum counts every slot that the span touches, the oldest one whole: it may remember up to a sixtieth
//! longer than asked, and never forgets too early. So a store keeps at most sixty-one numbers for each sum, however much is bought, and
//! two stores that are asked the same things answer the same. A sum without a span has one slot and forgets nothing.
//!
//! Time here is the latest that was ever seen, which its owner keeps: a clock that is set back does not empty a sum (catalogue row 213).

use quittance_core::{Amount, UnixSeconds};

const SLOTS: u64 = 60;

/// The slot of a moment.
#[expect(clippy::arithmetic_side_effects, reason = "a slot lasts at least a second")]
const fn slot_of(span: u64, at: UnixSeconds) -> u64 {
    at.as_secs() / slot_seconds(span)
}

/// How long a slot lasts. A span of less than a minute has slots of a second.
const fn slot_seconds(span: u64) -> u64 {
    if span < SLOTS { 1 } else { span.div_ceil(SLOTS) }
}

/// The slot that a moment falls into.
#[must_use]
pub const fn slot(span: Option<u64>, at: UnixSeconds) -> u64 {
    match span {
        Some(span) => slot_of(span, at),
        None => 0,
    }
}

/// The oldest slot that counts.
#[must_use]
pub const fn oldest(span: Option<u64>, now: UnixSeconds) -> u64 {
    match span {
        Some(span) => slot_of(span, now.saturating_sub(span)),
        None => 0,
    }
}

/// The moment from which a slot no longer counts; never, without a span.
#[must_use]
pub const fn forgotten_at(span: Option<u64>, slot: u64) -> Option<UnixSeconds> {
    match span {
        Some(span) => match slot.checked_add(1) {
            Some(next) => match next.checked_mul(slot_seconds(span)) {
                Some(end) => UnixSeconds::from_secs(end).checked_add(span),
                None => None,
            },
            None => None,
        },
        None => None,
    }
}

/// The sum of amounts, unless it is beyond every amount.
pub fn total(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
    amounts.into_iter().try_fold(Amount::ZERO, Amount::checked_add)
}

/// When `adding` would fit under `max`, given slots in ascending order: the moment to try again, which is `now` if it fits already.
/// Never, if it fits under no circumstances or if what is there is never forgotten.
#[must_use]
pub fn fits_at(slots: &[(u64, Amount)], span: Option<u64>, adding: Amount, max: Amount, now: UnixSeconds) -> Option<UnixSeconds> {
    let room = max.checked_sub(adding)?;
    let mut at = now;
    let mut rest = slots;
    loop {
        if total(rest.iter().map(|(_, amount)| *amount)).is_some_and(|sum| sum <= room) {
            return Some(at);
        }
        let ((slot, _), later) = rest.split_first()?;
        at = forgotten_at(span, *slot)?.max(now);
        rest = later;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds::from_secs(seconds)
    }

    const HOUR: Option<u64> = Some(3_600);

    #[test]
    fn an_hour_counts_whole_minutes() {
        assert_eq!((slot(HOUR, at(59)), slot(HOUR, at(60)), slot(HOUR, at(7_199))), (0, 1, 119));
        // what was bought at 0:00:59 counts at 1:00:59, and in slot 0 until the last second that slot 0 could have been bought in
        assert_eq!((oldest(HOUR, at(3_659)), oldest(HOUR, at(3_660))), (0, 1));
        assert_eq!(forgotten_at(HOUR, 0), Some(at(3_660)));
        assert_eq!((slot(None, at(u64::MAX)), oldest(None, at(5)), forgotten_at(None, 0)), (0, 0, None));
        assert_eq!(forgotten_at(HOUR, u64::MAX), None);
    }

    #[test]
    fn a_refusal_says_when_there_is_room() {
        let slots = [(0, Amount::from_u64(3)), (10, Amount::from_u64(4))];
        let fits = |adding, max| fits_at(&slots, HOUR, Amount::from_u64(adding), Amount::from_u64(max), at(700));
        assert_eq!(fits(1, 8), Some(at(700)));
        assert_eq!(fits(1, 7), Some(at(3_660)));
        assert_eq!(fits(1, 4), Some(at(4_260)));
        assert_eq!(fits(2, 1), None);
        assert_eq!(fits_at(&slots, None, Amount::from_u64(1), Amount::from_u64(7), at(700)), None);
    }

    proptest! {
        #[test]
        fn row_213_nothing_inside_the_span_is_forgotten_and_nothing_much_older_counts(
            span in 1u64..100_000, now in 0u64..1_000_000, back in 0u64..200_000,
        ) {
            let bought = at(now.saturating_sub(back));
            let counts = slot(Some(span), bought) >= oldest(Some(span), at(now));
            let age = now - bought.as_secs();
            prop_assert!(counts || age > span);
            prop_assert!(!counts || age <= span + slot_seconds(span));
            let forgotten = forgotten_at(Some(span), slot(Some(span), bought)).unwrap();
            prop_assert_eq!(counts, at(now) < forgotten);
        }

        #[test]
        fn a_span_has_at_most_sixty_one_slots(span in 60u64..100_000, now in 0u64..1_000_000) {
            prop_assert!(slot(Some(span), at(now)) - oldest(Some(span), at(now)) <= SLOTS);
        }

        #[test]
        fn no_sum_wraps(amounts in prop::collection::vec(any::<[u8; 32]>(), 0..4)) {
            let amounts = amounts.into_iter().map(Amount::from_be_bytes).collect::<Vec<_>>();
            if let Some(sum) = total(amounts.iter().copied()) {
                prop_assert!(amounts.iter().all(|amount| *amount <= sum));
            }
        }
    }
}
