//! Bars of text.

/// How many cells a bar has.
const CELLS: usize = 10;

/// A bar that is full at `whole`, or nothing where there is no whole.
///
/// What is more than nothing shows, and what is less than everything leaves something open: a bar is read for just these two.
pub(crate) fn bar(part: u128, whole: u128) -> String {
    if whole == 0 {
        return String::new();
    }
    let cells = part.saturating_mul(CELLS as u128) / whole;
    let full = usize::try_from(cells).unwrap_or(CELLS).min(CELLS);
    let full = match full {
        0 if part > 0 => 1,
        CELLS if part < whole => CELLS - 1,
        full => full,
    };
    format!("{}{}", "▇".repeat(full), "▁".repeat(CELLS - full))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_little_shows_and_nearly_full_is_not_full() {
        assert_eq!(bar(0, 100), "▁▁▁▁▁▁▁▁▁▁");
        assert_eq!(bar(1, 1_000_000), "▇▁▁▁▁▁▁▁▁▁");
        assert_eq!(bar(50, 100), "▇▇▇▇▇▁▁▁▁▁");
        assert_eq!(bar(999_999, 1_000_000), "▇▇▇▇▇▇▇▇▇▁");
        assert_eq!(bar(100, 100), "▇▇▇▇▇▇▇▇▇▇");
        assert_eq!(bar(u128::MAX, 1), "▇▇▇▇▇▇▇▇▇▇");
        assert_eq!(bar(1, 0), "");
    }
}
