//! The offers of a route: what it costs, where, to whom.

use std::num::NonZeroU64;

use quittance_core::json::Object;
use quittance_core::registry::{self, TransferMethod, network_by_v1_name};
use quittance_core::wire::{PaymentRequirements, SupportedResponse};
use quittance_core::{Account, Amount, Fault, Money, Network, SchemeId, Terms};
use quittance_server::offer;
use quittance_service::config::{Around, ConfigError, is_reference, positive, resolve};

use super::file::{self, File};
use crate::tariff::{Rate, Tariff, Unit};

/// What a text of money is, in words.
const MONEY: &str = "money, such as $0.01 or 0.01 USDC";

/// The same money in every offer's token: atomic units are compared, so they must be of one size.
pub(super) fn same(text: &str, offers: &[Terms], place: &str) -> Result<Amount, ConfigError> {
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

/// What of a ceiling is charged.
pub(super) fn tariff(meter: &file::Meter, offers: &[Terms], place: &str) -> Result<Tariff, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let unit = match &*meter.by {
        "bytes" => Unit::Bytes,
        "lines" => Unit::Lines,
        "seconds" => Unit::Seconds,
        "upstream" => {
            let more = [("every", meter.every.is_some()), ("price", meter.price.is_some())];
            return match more.iter().find(|(_, said)| *said) {
                Some((key, _)) => Err(ConfigError::new(at(key), "is the upstream's to say, with `by = \"upstream\"`")),
                None => Ok(Tariff::Upstream),
            };
        }
        _ => return Err(ConfigError::new(at("by"), "one of \"bytes\", \"lines\", \"seconds\", \"upstream\"")),
    };
    let every = NonZeroU64::new(meter.every.unwrap_or(1)).ok_or_else(|| ConfigError::new(at("every"), "must not be zero"))?;
    let words = meter.price.as_deref().ok_or_else(|| ConfigError::new(at("price"), "is missing: what each costs"))?;
    let price = same(words, offers, &at("price"))?;
    if price.is_zero() {
        return Err(ConfigError::new(at("price"), "must not be zero"));
    }
    if offers.iter().any(|offer| offer.amount() < price) {
        return Err(ConfigError::new(at("price"), "is above the most that is charged, so that nothing could be delivered"));
    }
    Ok(Tariff::Each(Rate { price, words: words.into(), unit, every }))
}

/// Names in offers of the scheme `upto` who charges them, where it is not named yet, and holds what is named against what the facilitator says. What
/// is signed for one that cannot charge pays nobody (`scheme_upto_evm`, `facilitatorAddress`).
pub(super) fn charged_by(offers: &mut [Terms], supported: Result<&SupportedResponse, Fault>) -> Result<(), ConfigError> {
    for offer in offers.iter_mut().filter(|offer| *offer.scheme() == SchemeId::Upto) {
        let network = offer.network();
        let said = supported.map(|supported| charging(supported, network));
        match (offer.extra_text(CHARGES), said) {
            (None, Ok(Some(who))) => name(offer, &who)?,
            (None, Ok(None)) => {
                let words = format!("is missing: the facilitator does not say who charges `upto` on {network}");
                return Err(ConfigError::new(PLACE, words));
            }
            // that nobody answers is no mistake in the file, but without an answer there is nothing to sell by it
            (None, Err(fault)) => {
                let words = format!(
                    "is missing, and the facilitator, which would say it, did not answer: {fault}; write the account that charges `upto` on \
                     {network} here, or try again when it answers"
                );
                return Err(ConfigError::new(PLACE, words));
            }
            (Some(written), Ok(Some(who))) if !is_of(written, &who, supported, network) => {
                let words = format!(
                    "is nobody who charges `upto` on {network}: the facilitator does so as {who}; write that, or leave it out"
                );
                return Err(ConfigError::new(PLACE, words));
            }
            // nobody says otherwise
            (Some(_), _) => {}
        }
    }
    Ok(())
}

/// Who charges on a network, by the facilitator's own word.
fn charging(supported: &SupportedResponse, network: Network) -> Option<String> {
    let mut kinds = supported.kinds.iter().filter(|kind| kind.scheme == SchemeId::Upto.as_str());
    let kind = kinds.find(|kind| kind.network == network.as_str())?;
    kind.extra.as_ref()?.member(CHARGES)?.as_str().map(str::to_owned)
}

/// Whether an account is the one that the facilitator names, or another one of its own on that network: it charges with any of them.
fn is_of(written: &str, named: &str, supported: Result<&SupportedResponse, Fault>, network: Network) -> bool {
    let is_same = |text: &str| matches!((Account::parse(network, text), Account::parse(network, written)), (Ok(one), Ok(other)) if one == other);
    let all = format!("{}:*", network.namespace());
    let signers = supported.iter().filter_map(|supported| supported.signers.as_ref()).flatten();
    let mut own = signers.filter(|(place, _)| place == network.as_str() || *place == all).flat_map(|(_, accounts)| accounts);
    is_same(named) || own.any(|account| is_same(account))
}

/// Writes into an offer who charges it.
fn name(offer: &mut Terms, who: &str) -> Result<(), ConfigError> {
    let network = offer.network();
    if Account::parse(network, who).is_err() {
        return Err(ConfigError::new(PLACE, format!("is no account on {network}")));
    }
    let mut requirements = offer.requirements().clone();
    requirements.extra.get_or_insert_default().insert(CHARGES, who);
    *offer = Terms::parse(requirements).map_err(|error| ConfigError::new(PLACE, error.code()))?;
    Ok(())
}

/// Where a file says who charges.
const PLACE: &str = "facilitator.address";
/// Where an offer says so.
const CHARGES: &str = "facilitatorAddress";

/// Whether nobody can charge an offer because it does not say who may.
pub(crate) fn is_unnamed(offer: &Terms) -> bool {
    *offer.scheme() == SchemeId::Upto && offer.extra_text(CHARGES).is_none()
}

pub(super) fn offers(route: &file::Route, place: &str, file: &File, around: Around<'_>) -> Result<Vec<Terms>, ConfigError> {
    // what the route says counts for its offers, and what the file says for all
    let common = file::Offer {
        price: route.price.clone().or_else(|| file.price.clone()),
        pay_to: route.pay_to.clone().or_else(|| file.pay_to.clone()),
        network: route.network.clone().or_else(|| file.network.clone()),
        seconds: route.seconds,
        transfer: route.transfer.clone(),
        amount: None,
        asset: None,
        asset_name: None,
        asset_version: None,
    };
    let is_metered = route.meter.is_some();
    let scheme = match (route.scheme.as_deref(), is_metered) {
        (None | Some("exact"), false) => SchemeId::Exact,
        (None | Some("upto"), true) => SchemeId::Upto,
        (Some("exact"), true) => return Err(ConfigError::new(format!("{place}.meter"), "is for `scheme = \"upto\"`")),
        (Some("upto"), false) => {
            return Err(ConfigError::new(format!("{place}.meter"), "is missing: what of the price is charged"));
        }
        (Some(_), _) => return Err(ConfigError::new(format!("{place}.scheme"), "one of \"exact\", \"upto\"")),
    };
    let build = |offer: &file::Offer, place: &str| {
        let terms = build_offer(offer, place, around)?;
        moved_by(&terms, &scheme, offer.transfer.as_deref(), &format!("{place}.transfer"))
    };
    let offers = route.offer.iter().enumerate().map(|(number, offer)| {
        let offer = file::Offer {
            price: offer.price.clone().or_else(|| common.price.clone().filter(|_| offer.amount.is_none())),
            pay_to: offer.pay_to.clone().or_else(|| common.pay_to.clone()),
            network: offer.network.clone().or_else(|| common.network.clone()),
            seconds: offer.seconds.or(common.seconds),
            transfer: offer.transfer.clone().or_else(|| common.transfer.clone()),
            amount: offer.amount.clone(),
            asset: offer.asset.clone(),
            asset_name: offer.asset_name.clone(),
            asset_version: offer.asset_version.clone(),
        };
        build(&offer, &format!("{place}.offer[{number}]"))
    });
    let mut offers = offers.collect::<Result<Vec<_>, _>>()?;
    if offers.is_empty() {
        offers.push(build(&common, place)?);
    }
    if let Some(who) = file.facilitator.as_ref().and_then(|file| file.address.as_deref()) {
        let who = resolve(who, PLACE, around)?;
        offers.iter_mut().filter(|offer| is_unnamed(offer)).try_for_each(|offer| name(offer, &who))?;
    }
    Ok(offers)
}

/// An offer in its scheme, with how its token is moved.
fn moved_by(terms: &Terms, scheme: &SchemeId, method: Option<&str>, place: &str) -> Result<Terms, ConfigError> {
    const METHOD: &str = "assetTransferMethod";
    let wrong = |words: &str| ConfigError::new(place, words);
    let by_permit2 = match method {
        None => *scheme == SchemeId::Upto,
        Some("permit2") => true,
        Some("eip3009") if *scheme == SchemeId::Upto => return Err(wrong("is \"permit2\" for `upto`, which has no other")),
        // what the registry says of the token when it was made an offer
        Some("eip3009") if terms.extra_text(METHOD).is_some() => return Err(wrong("the token takes no EIP-3009 authorization")),
        Some("eip3009") => false,
        Some(_) => return Err(wrong("one of \"eip3009\", \"permit2\"")),
    };
    let mut requirements = terms.requirements().clone();
    requirements.scheme = scheme.as_str().into();
    if by_permit2 {
        requirements.extra.get_or_insert_default().insert(METHOD, TransferMethod::Permit2.name());
    }
    Terms::parse(requirements).map_err(|error| wrong(error.code()))
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
pub(super) fn network(text: &str, place: &str) -> Result<Network, ConfigError> {
    match network_by_v1_name(text) {
        Some(network) => Ok(network),
        None => Network::parse(text)
            .map_err(|_| ConfigError::new(place, "neither CAIP-2, such as eip155:8453, nor a name such as base")),
    }
}
