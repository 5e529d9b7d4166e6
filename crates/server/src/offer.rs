//! Offers from prices as people write them.

use quittance_core::registry::{self, AssetInfo, TransferMethod};
use quittance_core::{Account, Misuse, Money, Network, SchemeId, Terms};

use crate::route::Order;
use crate::setup::SetupError;

/// The member of `extra` that says when the money moves. It is not in the specification; the protocol's own implementations write it, and leave
/// out an offer whose flow they do not know.
const FLOW: &str = "paymentFlow";
/// A settlement that nobody was asked about before.
const UPFRONT: &str = "upfront";

/// For how many seconds an offer is good unless its seller says otherwise.
pub const SECONDS: u64 = 60;

/// An offer of the scheme `exact`: a price such as `$0.01`, in the network's default asset, or `1.50 USDT`, in that asset.
///
/// # Errors
///
/// [`SetupError`] when the text is no price, the network has no such asset, or the payee is no account of it. Nothing is rounded.
///
/// ```
/// use quittance_core::registry::networks;
/// use quittance_server::offer;
///
/// let offer = offer::exact(networks::BASE_SEPOLIA, "$0.01", "0x209693Bc6afc0C5328bA36FaF03C514EF312287C")?;
/// assert_eq!(offer.amount().to_string(), "10000");
/// assert!(offer::exact(networks::BASE_SEPOLIA, "$0.0000001", "0x209693Bc6afc0C5328bA36FaF03C514EF312287C").is_err());
/// # Ok::<(), quittance_server::SetupError>(())
/// ```
pub fn exact(network: Network, price: &str, pay_to: &str) -> Result<Terms, SetupError> {
    exact_within(network, price, pay_to, SECONDS)
}

/// The same, good for so many seconds.
///
/// # Errors
///
/// As [`exact`].
pub fn exact_within(network: Network, price: &str, pay_to: &str, seconds: u64) -> Result<Terms, SetupError> {
    if seconds == 0 {
        return Err(SetupError::Zero("the time to pay in"));
    }
    let price = Money::parse(price)?;
    Ok(Terms::exact(asset(network, &price)?, &price, pay_to, seconds)?)
}

/// An offer of the scheme `upto`: a price that is the most that may be charged, good for so many seconds. The facilitator says its address in the
/// `facilitatorAddress` of what it [supports](quittance_core::Facilitator::supported); it is the one that can settle.
///
/// # Errors
///
/// As [`exact`].
pub fn upto(network: Network, price: &str, pay_to: &str, seconds: u64, facilitator: &str) -> Result<Terms, SetupError> {
    let mut offer = exact_within(network, price, pay_to, seconds)?.requirements().clone();
    offer.scheme = SchemeId::Upto.as_str().into();
    let mut extra = offer.extra.take().unwrap_or_default();
    extra.insert("assetTransferMethod", TransferMethod::Permit2.name());
    extra.insert("facilitatorAddress", facilitator);
    offer.extra = Some(extra);
    if Account::parse(network, facilitator).is_err() {
        return Err(SetupError::Facilitator);
    }
    // only the scheme and what belongs to it is another
    Terms::parse(offer).map_err(|_| SetupError::Offer(Misuse::Payee))
}

/// The offer, saying that its money moves up front, as a route in the order [`Upfront`](Order::Upfront) makes it by itself.
///
/// # Errors
///
/// [`SetupError::Flow`] when it says otherwise, or is not of the scheme `exact`.
pub fn upfront(offer: Terms) -> Result<Terms, SetupError> {
    flowing(offer, Order::Upfront)
}

/// The offer as a route in an order makes it: where the money comes up front, it says so.
pub(crate) fn flowing(offer: Terms, order: Order) -> Result<Terms, SetupError> {
    let said = offer.requirements().extra.as_ref().and_then(|extra| extra.member(FLOW));
    match (said.map(|flow| flow.as_str()), order) {
        (None | Some(Some(UPFRONT)), Order::Upfront) if *offer.scheme() != SchemeId::Exact => Err(SetupError::Flow),
        (Some(Some(UPFRONT)), Order::Upfront) => Ok(offer),
        (None, Order::Upfront) => {
            let mut requirements = offer.requirements().clone();
            requirements.extra.get_or_insert_default().insert(FLOW, UPFRONT);
            Terms::parse(requirements).map_err(|_| SetupError::Flow)
        }
        // the flow without a name, which some write out
        (None | Some(Some("authorization")), Order::SettleThenServe | Order::ServeThenSettle { .. } | Order::Metered { .. }) => {
            Ok(offer)
        }
        _ => Err(SetupError::Flow),
    }
}

/// Whether a buyer who took an offer was told that its money moves up front.
pub(crate) fn is_upfront(offer: &Terms) -> bool {
    offer.extra_text(FLOW) == Some(UPFRONT)
}

/// The asset that a price is in.
fn asset(network: Network, price: &Money) -> Result<&'static AssetInfo, SetupError> {
    let found = match price.ticker() {
        None => registry::default_asset(network),
        Some(ticker) => {
            registry::assets().iter().find(|asset| asset.network == network && asset.symbol.eq_ignore_ascii_case(ticker))
        }
    };
    found.ok_or(SetupError::Asset(network))
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks::{BASE, BASE_SEPOLIA, XRPL_EVM};

    use super::*;

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    #[test]
    fn an_offer_is_made_of_a_price_or_not_at_all() {
        let amount = |network, price, payee| exact(network, price, payee).map(|terms| terms.amount().to_string());
        assert_eq!(amount(BASE, "$0.01", PAYEE).as_deref(), Ok("10000"));
        assert_eq!(amount(BASE, "1.5 usdc", PAYEE).as_deref(), Ok("1500000"));
        assert!(matches!(amount(BASE, "1.5 XYZ", PAYEE), Err(SetupError::Asset(BASE))));
        assert!(matches!(amount(XRPL_EVM, "$1", PAYEE), Err(SetupError::Asset(XRPL_EVM))));
        assert!(matches!(amount(BASE, "$1e3", PAYEE), Err(SetupError::Price(_))));
        assert!(matches!(amount(BASE, "$0", PAYEE), Err(SetupError::Offer(_))));
        assert!(matches!(amount(BASE_SEPOLIA, "$0.0000001", PAYEE), Err(SetupError::Offer(_))));
        assert!(matches!(amount(BASE, "$1", "merchant"), Err(SetupError::Offer(_))));
        assert!(matches!(exact_within(BASE, "$1", PAYEE, 0), Err(SetupError::Zero(_))));
        let ceiling = upto(BASE, "$1", PAYEE, 300, PAYEE).unwrap();
        assert_eq!((ceiling.scheme(), ceiling.extra_text("facilitatorAddress")), (&SchemeId::Upto, Some(PAYEE)));
        assert_eq!(upto(BASE, "$1", PAYEE, 300, "facilitator").unwrap_err(), SetupError::Facilitator);
    }
}
