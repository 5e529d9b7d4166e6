//! One payment, one request, one answer: replay protection and idempotency, which are the same thing seen from two sides.
//!
//! ```text
//! reserved ──settling──▶ settling ──settled──▶ settled ──grant──▶ granted
//!    │                      │  ▲  ▲               │  │
//!    └──release──▶ (gone)   ▼  │  └────reopen─────┘  │ vanished (a reorganisation)
//!                        unknown ──────resume──◀─────┘
//!                 settling, unknown ──failed──▶ failed
//!                reserved, settling ──hold──▶ the same, leased for longer
//! ```
//!
//! A payment is claimed under what the chain itself spends it by ([`ReplayKey`](quittance_core::ReplayKey)), for one request
//! ([`Fingerprint`](crate::Fingerprint)). Whoever shows it again for the same request is told how far the first one has come; for another
//! request it is taken. Once a payment is settled it stands in public calldata, so what was sold for it is given again only to who shows the
//! secret behind its bound nonce ([`Bound`]); to everybody else it is spent (catalogue rows 107 to 128, rules 9 to 16). A facilitator sells
//! nothing: it tells whoever shows the same again how it ended ([`Audience`]).
//!
//! [`settling`](Step::Settling) is durable before the request to settle leaves, and with it what is sent ([`Sent`]), for whoever starts again
//! after a crash and cannot ask the payer. From then on only evidence ends an attempt, and until it is there the same payment may be sent
//! to settle again, by one at a time.
//!
//! What is settled may be [watched](Step::Watched) for a while, with what was sent for it. What the chain takes back meanwhile is open
//! [again](ReplayLog::reopen): nobody is told the receipt any more, and the entry keeps which one somebody was told. If it is settled after all
//! that is another receipt, or the same one; if it cannot be, it has failed, and that entry is kept for ever (catalogue row 147). What has failed may
//! be [watched](Step::FailedWatched) as well: money that moves after all was moved by what was sent before.

mod admit;
mod bound;
mod claim;
mod entry;
mod log;
mod register;
mod request;
mod sent;

pub use admit::{Admission, admit};
pub use bound::Bound;
pub use claim::{Claim, Claimed, Conflict};
pub use entry::{Answer, Entry, Misstep, State, Step, Verdict, Watched};
pub use log::{ReplayLog, StepError};
pub use register::{Changes, Register, over_exposure, over_quota};
pub use request::{Audience, Demand, Quota, Request};
pub use sent::{Sent, SentTooLong};
