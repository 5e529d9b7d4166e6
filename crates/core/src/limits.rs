//! How much a stranger may make this crate read.

/// Bounds on what a stranger may make this crate read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The longest input, in bytes, before any decoding. A header of one byte more is refused unread (catalogue row 11).
    pub bytes: usize,
    /// The deepest nesting of arrays and objects (catalogue row 24). Values are read, compared and written by recursion, so more than
    /// [`DEEPEST`](Self::DEEPEST) counts as that many.
    pub depth: usize,
}

impl Limits {
    /// For a payment header: 8 KiB, the line that common front ends allow, and 32 levels.
    pub const HEADER: Self = Self { bytes: 8 * 1024, depth: 32 };
    /// For a body: a 402 reply, a facilitator's request or answer.
    pub const BODY: Self = Self { bytes: 64 * 1024, depth: 32 };

    /// The deepest nesting that is ever read: what a small stack carries, and as deep as common readers go.
    pub const DEEPEST: usize = 128;

    /// The same limits with another size.
    #[must_use]
    pub const fn with_bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// The same limits with another depth.
    #[must_use]
    pub const fn with_depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }
}
