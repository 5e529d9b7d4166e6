//! One thing that is measured.

/// How many payments, by as many buyers, each path is measured on.
pub const SAMPLES: u8 = 64;

/// Whose code a path runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// quittance's.
    Ours,
    /// Somebody else's, for comparison.
    Peer,
}

/// One thing that is measured.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Path {
    /// The name on the command line and in files.
    pub name: &'static str,
    /// What it does, for a table.
    pub about: &'static str,
    /// Whose code it runs.
    pub side: Side,
    /// What every call has to say.
    pub verdict: &'static str,
    /// How many payments one call handles; figures are per payment.
    pub items: u32,
    make: fn(u8) -> Call,
}

impl Path {
    /// A path that handles one payment per call.
    #[must_use]
    pub const fn new(side: Side, name: &'static str, about: &'static str, verdict: &'static str, make: fn(u8) -> Call) -> Self {
        Self { name, about, side, verdict, items: 1, make }
    }

    /// The same with more payments per call.
    #[must_use]
    pub const fn of_items(self, items: u32) -> Self {
        Self { items, ..self }
    }

    /// The calls, one per sample, with their inputs made.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        (0..SAMPLES).map(self.make).collect()
    }
}

/// One call with its inputs.
pub struct Call(Box<dyn Fn() -> &'static str>);

impl Call {
    /// Wraps what is to be measured.
    #[must_use]
    pub fn new(run: impl Fn() -> &'static str + 'static) -> Self {
        Self(Box::new(run))
    }

    /// Runs it and gives its verdict. Looking into the box is all that this adds.
    #[must_use]
    pub fn run(&self) -> &'static str {
        (self.0)()
    }
}
