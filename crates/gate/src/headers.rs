//! What the upstream is told about a payment, in headers of its request.
//!
//! They are written by the gate alone: what a client sends under these names, or under names that an upstream may take for them because it reads `_`
//! as `-`, is taken off every request, free ones included. An upstream that can be reached past the gate must not believe them.

use http::HeaderName;

/// Who paid, as an address of the network.
pub const PAYER: HeaderName = HeaderName::from_static("quittance-payer");
/// The network, in CAIP-2.
pub const NETWORK: HeaderName = HeaderName::from_static("quittance-network");
/// The price in the smallest unit of the token.
pub const AMOUNT: HeaderName = HeaderName::from_static("quittance-amount");
/// The transaction; absent where the money moves after the work.
pub const TRANSACTION: HeaderName = HeaderName::from_static("quittance-transaction");

/// What all of them begin with.
pub(crate) const PREFIX: &str = "quittance-";
