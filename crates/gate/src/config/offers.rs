//! The offers of a route: what it costs, where, to whom.

use quittance_core::json::Object;
use quittance_core::registry::{self, network_by_v1_name};
use quittance_core::wire::PaymentRequirements;
use quittance_core::{Account, Amount, Money, Network, Terms};
use quittance_server::offer;
use quittance_service::config::{Around, ConfigError, is_reference, positive, resolve};

use super::file::{self, File};

/// What a text of money is, in words.
const MONEY: &str = "money, such as $0.01 or 0.01 USDC";

/// The same exposure in every offer's token: atomic units are compared, so they must be of one size.
pub(super) fn exposure(text: &str, offers: &[Terms], place: &str) -> Result<Amount, ConfigError> {
    let money = Money::parse(text).map_err(|_| ConfigError::new(place, MONEY))?;
    let mut amounts = offers.iter().map(|offer| {
        let decimals = offer.asset().registered().map(|asset| asset.decimals);
        let decimals = decimals.ok_or_else(|| ConfigError::new(place, "cannot be counted in a token that nobody knows"))?;
        money.to_amount(decimals).map_err(|error| ConfigError::new(place, error))
    });
    let first = amounts.next().ok_or_else(|| ConfigError::new(place, "there is no offer"))??;
    for amount in amounts {
        if amount? != first {
            return Err(ConfigError::new(place, "is not the same in the tokens of all offers: make them routes of their own"));
        }
    }
    Ok(first)
}

pub(super) fn offers(route: &file::Route, place: &str, file: &File, around: Around<'_>) -> Result<Vec<Terms>, ConfigError> {
    // what the route says counts for its offers, and what the file says for all
    let common = file::Offer {
        price: route.price.clone().or_else(|| file.price.clone()),
        pay_to: route.pay_to.clone().or_else(|| file.pay_to.clone()),
        network: route.network.clone().or_else(|| file.network.clone()),
        seconds: route.seconds,
        amount: None,
        asset: None,
        asset_name: None,
        asset_version: None,
    };
    if route.offer.is_empty() {
        return Ok(vec![build_offer(&common, place, around)?]);
    }
    let offers = route.offer.iter().enumerate().map(|(number, offer)| {
        let offer = file::Offer {
            price: offer.price.clone().or_else(|| common.price.clone().filter(|_| offer.amount.is_none())),
            pay_to: offer.pay_to.clone().or_else(|| common.pay_to.clone()),
            network: offer.network.clone().or_else(|| common.network.clone()),
            seconds: offer.seconds.or(common.seconds),
            amount: offer.amount.clone(),
            asset: offer.asset.clone(),
            asset_name: offer.asset_name.clone(),
            asset_version: offer.asset_version.clone(),
        };
        build_offer(&offer, &format!("{place}.offer[{number}]"), around)
    });
    offers.collect()
}

fn build_offer(offer: &file::Offer, place: &str, around: Around<'_>) -> Result<Terms, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let wanted = |text: &Option<String>, key: &str| {
        let text = text.as_ref().ok_or_else(|| ConfigError::new(at(key), "is missing, here and at the top of the file"))?;
        Ok::<_, ConfigError>(resolve(text, &at(key), around)?.to_string())
    };
    let network = network(&wanted(&offer.network, "network")?, &at("network"))?;
    let pay_to = wanted(&offer.pay_to, "pay_to")?;
    if Account::parse(network, &pay_to).is_err() {
        return Err(ConfigError::new(at("pay_to"), format!("is no account on {network}")));
    }
    let within = positive(offer.seconds, offer::SECONDS, &at("seconds"))?;
    match (&offer.price, &offer.amount) {
        (Some(price), None) => {
            if let Some((key, _)) =
                [("asset", &offer.asset), ("asset_name", &offer.asset_name), ("asset_version", &offer.asset_version)]
                    .into_iter()
                    .find(|(_, text)| text.is_some())
            {
                return Err(ConfigError::new(at(key), "goes with `amount`; a price names its token, as in 0.01 EURC"));
            }
            // a dollar sign begins no reference here
            let price = if is_reference(price) { resolve(price, &at("price"), around)?.to_string() } else { price.clone() };
            if Money::parse(&price).is_err() {
                return Err(ConfigError::new(at("price"), MONEY));
            }
            offer::exact_within(network, &price, &pay_to, within).map_err(|error| ConfigError::new(at("price"), error))
        }
        (None, Some(amount)) => {
            let amount = resolve(amount, &at("amount"), around)?;
            let amount = Amount::parse(&amount).ok().filter(|amount| !amount.is_zero());
            let amount =
                amount.ok_or_else(|| ConfigError::new(at("amount"), "a number of the token's smallest units, above zero"))?;
            atomic(network, offer, amount, (&pay_to, within), &at)
        }
        (None, None) => Err(ConfigError::new(at("price"), "is missing; so is `amount`, or `free = true`")),
        (Some(_), Some(_)) => Err(ConfigError::new(at("amount"), "contradicts `price`")),
    }
}

/// An offer in smallest units: in the network's usual token, in one that the registry knows, or in one that the file describes.
fn atomic(
    network: Network,
    offer: &file::Offer,
    amount: Amount,
    (pay_to, within): (&str, u64),
    at: &dyn Fn(&str) -> String,
) -> Result<Terms, ConfigError> {
    let asset = match &offer.asset {
        None => registry::default_asset(network).map(|asset| asset.id.to_owned()),
        Some(id) => Some(id.clone()),
    };
    let asset = asset.ok_or_else(|| ConfigError::new(at("asset"), format!("is missing: {network} has no usual token")))?;
    let requirements = PaymentRequirements::new("exact", network.as_str(), amount.to_string(), asset, pay_to, within);
    let terms =
        Terms::parse(requirements.clone()).map_err(|_| ConfigError::new(at("asset"), format!("is no token on {network}")))?;
    let described = (&offer.asset_name, &offer.asset_version);
    let extra = match (terms.asset().registered(), described) {
        (Some(known), (None, None)) => {
            // the registry knows how it is signed for; one whole unit is a price in whatever token
            let known = Money::parse("1").ok().and_then(|unit| Terms::exact(known, &unit, pay_to, within).ok());
            known.and_then(|known| known.requirements().extra.clone())
        }
        (None, (Some(name), Some(version))) => Some(Object::from_iter([("name", name.as_str()), ("version", version.as_str())])),
        (Some(_), _) => return Err(ConfigError::new(at("asset_name"), "is known already: leave it and `asset_version` out")),
        (None, _) => {
            return Err(ConfigError::new(at("asset_name"), "is needed for a token that is not known; so is `asset_version`"));
        }
    };
    let requirements = match extra {
        Some(extra) => requirements.with_extra(extra),
        None => requirements,
    };
    Terms::parse(requirements).map_err(|error| ConfigError::new(at("asset"), error.code()))
}

/// CAIP-2, or a short name of version 1.
fn network(text: &str, place: &str) -> Result<Network, ConfigError> {
    match network_by_v1_name(text) {
        Some(network) => Ok(network),
        None => Network::parse(text)
            .map_err(|_| ConfigError::new(place, "neither CAIP-2, such as eip155:8453, nor a name such as base")),
    }
}
