//! The objects of the wire, version 1 and version 2, with the names and shapes of the specification.
//!
//! Spec: core specification v2 section 5 and 7, core specification v1, the HTTP transports.
//!
//! Here is shape and nothing else: which members there are, of which JSON type, which are required. Text stays text, exactly as it
//! came, because an offer has to be echoed verbatim; [`Terms`](crate::Terms) and [`Payment`](crate::Payment) turn it into amounts, addresses
//! and times, once. Past that step no JSON is looked at again, and past this module nothing knows which version was spoken.
//!
//! - Every object is read by `from_json` (or a function of [`header`](crate::header)) and written by `to_json`; the two are inverse.
//! - An absent member is absent: `null` is read as absence and never written.
//! - Unknown members are kept in `other` and written again; they are never refused and never acted on (map section 1.7).
//! - The types implement serde's traits for use inside other formats and frameworks. Text from strangers belongs to `from_json`,
//!   which also bounds size and depth.

mod asked;
mod bazaar;
mod binding;
mod discovery;
mod erase;
mod extension;
mod facilitator;
mod members;
mod offer_receipt;
mod payload;
mod payment;
mod payment_identifier;
mod quiet;
mod requirements;
mod resource_info;
mod sell;
mod settle;
mod siwx;
mod sponsoring;
mod supported;
mod unknown;
pub mod v1;
mod version;

pub use asked::{Asked, Paying};
pub use bazaar::{
    Bazaar, BazaarBody, BazaarHttp, BazaarInput, BazaarOutput, BazaarTool, BodyType, Declaration, RouteTemplate, Transport,
};
pub use binding::Binding;
pub use discovery::{
    DiscoveryItem, DiscoveryOffer, DiscoveryResources, DiscoverySearch, LastUpdated, Pagination, SearchPagination,
};
pub use extension::{Extension, ExtensionResponses, Extensions};
pub use facilitator::{SettleRequest, VerifyRequest, VerifyResponse};
pub use offer_receipt::{Artifact, ArtifactForm, OfferPayload, OfferReceipt, ReceiptPayload};
pub use payload::{Eip3009Payload, Permit2Payload, SolanaPayload};
pub use payment::{PaymentPayload, PaymentRequired};
pub use payment_identifier::PaymentIdentifier;
pub use requirements::PaymentRequirements;
pub use resource_info::ResourceInfo;
pub use settle::SettleResponse;
pub use siwx::SignInWithX;
pub use sponsoring::{Eip2612GasSponsoring, Erc20ApprovalGasSponsoring};
pub use supported::{SupportedKind, SupportedResponse};
pub use unknown::Unknown;
pub use version::Version;

pub(crate) use payload::{AUTHORIZATION, DELEGATION, PERMIT};

pub(crate) use members::{Members, Wire, read_json};
#[cfg(test)]
pub(crate) use members::{Verbatim, read_again};
use members::{Writer, members_of, verbatim, wire_object};
pub(crate) use offer_receipt::VERSION as STATEMENT_VERSION;
use quiet::Quiet;

#[cfg(test)]
mod tests;
