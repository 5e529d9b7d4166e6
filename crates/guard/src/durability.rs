//! How far what a store says is done has come when it says so.
//!
//! A flush waits for the disk, and a paid request that flushes each of its steps waits for little else. So each step says what it needs. Two things
//! can take back what a store wrote: the end of the process, which takes nothing that the operating system has; and the end of the machine, a
//! loss of power, which takes whatever was not flushed. A step that is only [written](Durability::Written) is safe from the first and not from
//! the second, and says in its own place what its loss comes to and who makes up for it.
//!
//! A store keeps the order: what is flushed takes along everything that was written before it. So a loss of power leaves what stood there at some
//! moment after the last flush, never a later step without an earlier one. And it flushes by itself what waits for too long.
//!
//! Whoever holds something in memory that the store has lost must be gone with it. Where that is not so, as with a database on another machine,
//! there is nothing that is only written.

/// How far a change has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must treat the two apart")]
pub enum Durability {
    /// The operating system has it: it outlives the process, however that ends, and not a loss of power.
    Written,
    /// The disk has it, and with it everything that was written before.
    Flushed,
}
