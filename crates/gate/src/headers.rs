//! What the upstream is told about a payment, in headers of its request, and what it may say about one.
//!
//! They are written by the gate alone: what a client sends under these names, or under names that an upstream may take for them because it reads `_`
//! as `-`, is taken off every request, free ones included. An upstream that can be reached past the gate must not believe them.

use http::HeaderName;

/// Who paid, as an address of the network.
pub const PAYER: HeaderName = HeaderName::from_static("quittance-payer");
/// The network, in CAIP-2.
pub const NETWORK: HeaderName = HeaderName::from_static("quittance-network");
/// The price in the smallest unit of the token; where less can be charged, the most.
pub const AMOUNT: HeaderName = HeaderName::from_static("quittance-amount");
/// The transaction; absent where the money moves after the work.
pub const TRANSACTION: HeaderName = HeaderName::from_static("quittance-transaction");
/// What the upstream charges, in its answer: a number of smallest units, up to [`AMOUNT`]. It counts in routes whose configuration says so, and
/// reaches no client in any.
pub const CHARGE: HeaderName = HeaderName::from_static("quittance-charge");

/// What all of them begin with.
pub(crate) const PREFIX: &str = "quittance-";
