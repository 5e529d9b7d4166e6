//! What is wrong with a configuration, found before the first request.

use quittance_core::{Misuse, MoneyError, Network, SchemeId};
use quittance_guard::Reach;

/// Why a seller or a route cannot be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// Not an origin.
    #[error("an origin is http:// or https://, a host in small letters, and a port if it is an unusual one; nothing behind it")]
    Origin,
    /// A resource that no request could be for.
    #[error("the resource or prefix of a route is a path as clients send it")]
    Resource,
    /// Nothing is for sale.
    #[error("a route has at least one offer")]
    NoOffer,
    /// A network without a default asset, or an asset that it does not have.
    #[error("{0} has no such asset in the registry")]
    Asset(Network),
    /// A price that is none.
    #[error("{0}")]
    Price(MoneyError),
    /// An offer that cannot be made.
    #[error("{0}")]
    Offer(Misuse),
    /// An offer in a scheme that the seller was not given, so that nothing could be checked.
    #[error("the seller was not given the scheme {0} for {1}")]
    NoScheme(SchemeId, Network),
    /// Two offers that differ in nothing.
    #[error("a route makes the same offer twice")]
    SameOffer,
    /// The facilitator of an `upto` offer is no account.
    #[error("the facilitator of an offer is an account of its network")]
    Facilitator,
    /// An offer that says of the order of money and work what its route does not do, or in a scheme that has no such order.
    #[error(
        "an offer's `paymentFlow` is what its route does: \"upfront\" where the money comes up front, by the scheme exact, and nowhere else"
    )]
    Flow,
    /// A metered route with an offer of another scheme, whose price cannot be less than it says.
    #[error("a metered route offers upto and nothing else")]
    NotUpto,
    /// A tool that is metered: its result comes as a whole, so that there is nothing to count as it goes.
    #[error("a tool has a price and no meter")]
    MeteredTool,
    /// A member of the configuration that must not be zero.
    #[error("{0} must not be zero")]
    Zero(&'static str),
    /// Several that sell from a log that only one can have, or only those on one machine: each would sell for the same payment.
    #[error("several sell from one log, and it does not reach them all: it is kept in one process, or on one machine")]
    Reach {
        /// Who may share the log.
        has: Reach,
        /// Who does.
        asked: Reach,
    },
    /// Prices that change or quotes that are asked for, without a key to seal them with.
    #[error("quotes need a key: give the seller one")]
    NoQuoteKey,
    /// A description for whoever lists resources that is not of the route: of a tool for a path, or of another tool.
    #[error("the description for listings is of something else than the route")]
    Discovery,
    /// A text of the route that no header can carry, or a name of the facilitator that no line can.
    #[error("{0} must be plain text")]
    Text(&'static str),
}

impl From<Misuse> for SetupError {
    fn from(misuse: Misuse) -> Self {
        Self::Offer(misuse)
    }
}

impl From<MoneyError> for SetupError {
    fn from(error: MoneyError) -> Self {
        Self::Price(error)
    }
}
