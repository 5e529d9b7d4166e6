//! Who may share a store, and which one it is.

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

/// Which store it is, for whoever keeps elsewhere that something was entrusted to it.
///
/// A payment that a store does not know looks like one that nobody has settled. So whoever left something with one store must not take
/// another one's word for what became of it (catalogue row 154).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever keeps it must treat the two apart")]
pub enum Identity {
    /// The same each time that the store is opened, and no other store's.
    Lasting([u8; 16]),
    /// A number that no other store of this process has. The next process knows nothing of it.
    Process(u64),
}
