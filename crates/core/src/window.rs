//! The window of an authorization, and the one rule that judges it.
//!
//! The clock is never read here: whoever calls says what time it is.
//!
//! The two transfer methods close their windows differently, and both references treat them alike (catalogue rows 50 and 51):
//!
//! | | opens | closes |
//! |---|---|---|
//! | EIP-3009 as USDC implements it | `now > validAfter` | `now < validBefore` |
//! | Permit2 through the x402 proxy | `now >= validAfter` | `now <= deadline` |
//!
//! A verdict here is never more generous than the chain, whatever the margin.

use crate::time::UnixSeconds;

reasons! {
    /// Why a payment can not be settled within its window now: a verdict on times that were read without fault.
    pub enum WindowError {
        /// The window closes before it opens, or as it opens (catalogue row 52).
        Inverted = "window_inverted", "the window closes before it opens";
        /// The window has closed, or will within the margin (catalogue rows 46 and 47).
        Expired = "window_expired", "the window has closed or is about to";
        /// The window stays open longer than [`Window::LONGEST`]: milliseconds written as seconds, or no limit at all (row 53).
        Absurd = "window_absurd", "the window stays open for more than ten years";
        /// The window has not opened yet (catalogue rows 49 and 50).
        NotYet = "window_not_yet", "the window has not opened yet";
    }
}

/// When an authorization can be used: between two times, the ends included or not as the [`WindowRule`] says.
///
/// ```
/// use quittance_core::{UnixSeconds, Window, WindowError, WindowRule};
///
/// let window = Window::new(UnixSeconds::from_secs(1_740_672_089), UnixSeconds::from_secs(1_740_672_154));
/// assert_eq!(window.judge(UnixSeconds::from_secs(1_740_672_100), &WindowRule::EIP3009), Ok(()));
/// assert_eq!(window.judge(UnixSeconds::from_secs(1_740_672_150), &WindowRule::EIP3009), Err(WindowError::Expired));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    valid_after: UnixSeconds,
    valid_before: UnixSeconds,
}

impl Window {
    /// How far ahead of now a window may close, in seconds: ten years of 365.25 days.
    ///
    /// Honest windows last minutes. A time in milliseconds, the mistake this catches, lies some fifty thousand years ahead, and an
    /// authorization without an end can be settled when nobody remembers it.
    pub const LONGEST: u64 = 315_576_000;

    /// The window between `valid_after` and `valid_before`, or Permit2's `deadline`. Any two times are a window; [`Window::judge`]
    /// is what tells a usable one.
    #[must_use]
    pub const fn new(valid_after: UnixSeconds, valid_before: UnixSeconds) -> Self {
        Self { valid_after, valid_before }
    }

    /// When it opens.
    #[must_use]
    pub const fn valid_after(&self) -> UnixSeconds {
        self.valid_after
    }

    /// When it closes: `validBefore` of EIP-3009, `deadline` of Permit2.
    #[must_use]
    pub const fn valid_before(&self) -> UnixSeconds {
        self.valid_before
    }

    /// The seconds left until it closes; none once it has.
    #[must_use]
    pub const fn lifetime(&self, now: UnixSeconds) -> u64 {
        self.valid_before.as_secs().saturating_sub(now.as_secs())
    }

    /// Whether a payment can be settled within this window now. This is the only place where that is decided.
    ///
    /// # Errors
    ///
    /// The first of [`WindowError`] that holds, in the order in which its variants stand; the references, too, look at the end
    /// first.
    pub const fn judge(&self, now: UnixSeconds, rule: &WindowRule) -> Result<(), WindowError> {
        let (valid_after, valid_before, now) = (self.valid_after.as_secs(), self.valid_before.as_secs(), now.as_secs());
        if valid_after >= valid_before {
            return Err(WindowError::Inverted);
        }
        let Some(left) = valid_before.checked_sub(now) else { return Err(WindowError::Expired) };
        if left < rule.required_seconds() {
            return Err(WindowError::Expired);
        }
        if left > Self::LONGEST {
            return Err(WindowError::Absurd);
        }
        let open = match rule.opens {
            Opens::After => now > valid_after,
            Opens::AtOrAfter => now >= valid_after,
        };
        if open { Ok(()) } else { Err(WindowError::NotYet) }
    }
}

/// How a transfer method reads a [`Window`], and how much time a settlement is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WindowRule {
    opens: Opens,
    closes: Closes,
    margin: u64,
}

/// Whether `valid_after` itself is inside the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Opens {
    /// Only later times are.
    After,
    /// It is.
    AtOrAfter,
}

/// Whether `valid_before` itself is inside the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closes {
    /// Only earlier times are.
    Before,
    /// It is.
    AtOrBefore,
}

impl WindowRule {
    /// The margin of the references, in seconds: three blocks of the chains that x402 began on (catalogue row 47).
    pub const MARGIN: u64 = 6;

    /// EIP-3009 as USDC implements it, with the margin of the references.
    pub const EIP3009: Self = Self::new(Opens::After, Closes::Before, Self::MARGIN);

    /// Permit2 through the x402 proxy, with the margin of the references.
    pub const PERMIT2: Self = Self::new(Opens::AtOrAfter, Closes::AtOrBefore, Self::MARGIN);

    /// The rule of another transfer method.
    #[must_use]
    pub const fn new(opens: Opens, closes: Closes, margin: u64) -> Self {
        Self { opens, closes, margin }
    }

    /// The same rule with another margin: at least the time that a settlement may take. Zero leaves what the chain itself demands.
    #[must_use]
    pub const fn with_margin(self, seconds: u64) -> Self {
        Self { margin: seconds, ..self }
    }

    /// How the window opens.
    #[must_use]
    pub const fn opens(&self) -> Opens {
        self.opens
    }

    /// How the window closes.
    #[must_use]
    pub const fn closes(&self) -> Closes {
        self.closes
    }

    /// The seconds that must be left before the window closes.
    #[must_use]
    pub const fn margin(&self) -> u64 {
        self.margin
    }

    /// What must be left for both us and the chain: with no margin at all the chain still wants the last second of EIP-3009.
    const fn required_seconds(&self) -> u64 {
        match (self.closes, self.margin) {
            (Closes::Before, 0) => 1,
            (Closes::Before | Closes::AtOrBefore, margin) => margin,
        }
    }
}

#[cfg(test)]
mod tests;
