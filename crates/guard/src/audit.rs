//! The audit log: what happened to every paid request, for whoever has to answer for it later.
//!
//! A log is a text of lines, one event each, in canonical JSON (RFC 8785), chained by hashes; `spec-vectors/AUDIT.md` has the exact
//! bytes. Whoever holds the log and an [`Anchor`] kept elsewhere can tell whether anything in it was edited, removed, reordered, put in
//! or cut off, and at which entry ([`verify_log`]; catalogue rows 222 and 223, rule 27).
//!
//! | step | type | what it is for |
//! |---|---|---|
//! | describe | [`Event`] | a trip so far: it grows from stage to stage, so the last line of a trip is the one object that joins it all |
//! | append | [`Chain`] | the end of one log; [`Chain::append`] gives the line to the caller's function |
//! | go on | [`Recorded`] | exists only after that function succeeded: if it cannot be written, money stops (row 224) |
//! | check | [`Verifier`] | a whole log, in memory that does not grow |
//! | reconcile | [`Reconciliation`] | what is open, doubled or missing, and how much was settled (row 225) |
//!
//! # What may be in it
//!
//! There is no free text. A member is a number, a member of a closed set, an address, a hash, a [`Word`] of the operator's own
//! configuration, a [`Name`] by which the trip is found again, or [`Escaped`], the little that the other side says of itself. URLs, query
//! strings, headers, signatures, payloads and prompts have no way in; where correlation is needed there is a [`SaltedHash`]
//! (rows 220 and 221, rule 26). A secret that looks like a name (`hunter2`) is beyond what a type can see: names are not for secrets.
//!
//! # How to write it
//!
//! This crate reaches no disk. The function given to [`Chain::append`] writes the whole [`Entry::line`] in one call to a file opened for
//! appending, under an exclusive lock that is held as long as the [`Chain`] lives, and calls `fsync` before it returns `Ok`; after
//! creating the file it syncs the folder too. Several entries may share one `fsync` (group commit) if what they announce waits for it: a
//! [`Recorded`] then says that the line is written, and who lets signed bytes out of the house has flushed before the lines that say why. A line of
//! which somebody else has proof on a disk (the ledger of what was signed, the chain of what was settled) may follow later. What a loss of
//! power takes is then of the lines after the last flush: as a rule the end of them, which a check cannot tell from an end that was cut off but by
//! an anchor or by that proof; so an [`Anchor`] is given away only when its line is flushed. On a file system that writes pages in another order
//! than they were filled in there may be a hole among these lines, which is found as broken and is for the operator to cut off.
//!
//! In a database the sequence number is a unique key. A short write, a full disk or a failing `fsync` is an error, never to be retried on the
//! same file handle: the chain has [stopped](Chain::has_stopped), the log is verified again, torn bytes after [`Verified::valid_bytes`] are cut
//! off, and [`Chain::resume`] goes on. Every so often [`Chain::anchor`] goes to a place that whoever
//! can write the log cannot.

mod chain;
mod digest;
mod entry;
mod escaped;
mod event;
mod facts;
mod origin;
mod read;
mod reconcile;
mod verify;
mod vocabulary;
mod word;
mod write;

pub use chain::{Chain, Recorded, StoreGeneration};
pub use digest::{LogSalt, SaltedHash};
pub use entry::{Anchor, AnchorError, Entry, LogId, LogIdError, MAX_LINE};
pub use escaped::Escaped;
pub use event::Event;
pub use facts::{Attempt, Budget, Offer, Party, Settlement, Times, Transaction};
pub use origin::Origin;
pub use reconcile::{Finding, Problem, Reconciliation, Transfer};
pub use verify::{Broken, Head, Record, Verified, Verifier, Why, verify_log};
pub use vocabulary::{Decision, FacilitatorResult, Method, Refusal, RetryDecision, Side, Stage};
pub use word::{Name, Word, WordError};

#[cfg(test)]
mod tests;
