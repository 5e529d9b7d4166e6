//! The budget: what may be spent, what is set aside, what has been spent.
//!
//! Individually valid payments can drain a task, so every purchase is set aside here before anything is signed, and stays counted until
//! it is proven that it cost nothing (catalogue rows 209 to 214, rules 5, 21 and 23). Sums are kept per asset: digits of one token say
//! nothing about another.
//!
//! [`Ledger`] is what a buyer asks. [`Book`] is the ledger itself, without a place to keep it: the whole of the rules over plain maps, which
//! the store in memory locks and which the stores on disk are held against.

mod book;
mod ledger;
mod limit;
mod purchase;

pub use book::{Book, Changes, Standing, judge};
pub use ledger::{Ledger, OverLimit, Reserve, ReserveError, Reserved, StepError, Ticket};
pub use limit::{Limit, Meter, Subject, Sum};
pub use purchase::{Misstep, Purchase, Record, Signed, State, Step, Unspent};
