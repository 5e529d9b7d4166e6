//! Who may share a store.

/// How far apart those may be whom a store keeps from taking the same payment twice. A nearer one is less than a farther one.
///
/// Two sellers behind one address that each ask a memory of their own sell twice for one payment (catalogue row 121), and neither can notice.
/// So whoever is not alone says so when it is set up, and is refused a store that does not reach as far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "whoever asks compares, and a store is one of these")]
pub enum Reach {
    /// They are in one process.
    #[default]
    Process,
    /// They are processes of one machine.
    Machine,
    /// They are anywhere.
    Anywhere,
}
