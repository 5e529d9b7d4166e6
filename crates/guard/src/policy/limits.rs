//! What a policy's money comes to in each of its tokens.
//!
//! The tokens of a policy are known when it is read: the default assets of its networks, or those it names, all from the registry. So every
//! amount of money is turned into atomic units then, exactly, and a limit that cannot be expressed in a token, or says nothing about one, is
//! an error of the file.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::registry::{self, AssetInfo};
use quittance_core::{Amount, Money, Network};

use super::error::{PolicyError, PolicyReason};
use super::price::Unit;
use super::reader::Item;
use crate::budget::{Limit, Meter};
use crate::text::escape;

/// The tokens of a policy, in the order in which they are preferred, with what they are limited to.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) networks: Vec<Network>,
    pub(super) assets: Vec<AssetLimits>,
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct AssetLimits {
    pub(super) info: &'static AssetInfo,
    /// What its amounts can be compared with.
    pub(super) unit: Unit,
    /// Where its network stands in the policy.
    pub(super) network_rank: usize,
    /// The least of all policies: dollars, then the order of `assets`.
    pub(super) unit_rank: usize,
    pub(super) per_payment: Amount,
    pub(super) ask_above: Option<Amount>,
    pub(super) limits: Box<[Limit]>,
}

impl Limits {
    /// The token of the registry, if it is one of the policy's, and where it stands.
    pub(super) fn find(&self, info: &AssetInfo) -> Option<(usize, &AssetLimits)> {
        let is_it = |limits: &AssetLimits| core::ptr::eq(limits.info, info) || *limits.info == *info;
        self.assets.iter().enumerate().find(|(_, limits)| is_it(limits))
    }
}

/// What a `[[resource]]` limits further, by the place of each token.
#[derive(Clone, Debug)]
pub(super) struct Caps {
    pub(super) per_payment: Option<Vec<Amount>>,
    pub(super) ask_above: Option<Vec<Amount>>,
    /// A price is known in dollars, say, and not in every token.
    pub(super) price: Option<Vec<Option<Amount>>>,
}

/// A token of a network of the policy, and whether dollars mean it.
pub(super) struct Choice {
    info: &'static AssetInfo,
    unit: Unit,
    network_rank: usize,
    unit_rank: usize,
}

/// The tokens that a policy is about.
///
/// Every network has to have one, and every name has to find one: a name that finds nothing is a mistake that would show as a refusal much
/// later.
pub(super) fn choose(networks: &Item<'_>, list: &[Network], assets: Option<&Item<'_>>) -> Result<Vec<Choice>, PolicyError> {
    let choice = |info: &'static AssetInfo, unit_rank| {
        let unit = Unit::of(info);
        let network_rank = list.iter().position(|network| *network == info.network)?;
        Some(Choice { info, unit_rank: if unit == Unit::Dollars { 0 } else { unit_rank }, unit, network_rank })
    };
    let mut choices: Vec<Choice> = match assets {
        None => list.iter().filter_map(|network| choice(registry::default_asset(*network)?, 0)).collect(),
        Some(assets) => {
            let mut found = Vec::new();
            for (number, item) in assets.list()?.iter().enumerate() {
                let name = item.text()?;
                let before = found.len();
                for info in registry::assets().iter().filter(|info| is_called(info, name)) {
                    found.extend(choice(info, number.saturating_add(1)));
                }
                if found.len() == before {
                    let words = format!("the registry has no `{}` on these networks", escape(name, 80));
                    return Err(item.error(PolicyReason::Asset, words));
                }
            }
            found
        }
    };
    let place = |choice: &Choice| registry::assets().iter().position(|info| info == choice.info);
    choices.sort_by_key(|choice| (choice.unit_rank, choice.network_rank, place(choice)));
    choices.dedup_by_key(|choice| choice.info);
    for network in list {
        if !choices.iter().any(|choice| choice.info.network == *network) {
            return Err(
                networks.error(PolicyReason::Network, format!("{network} has none of the tokens that this policy could pay in"))
            );
        }
    }
    Ok(choices)
}

/// By ticker in any case, by id, or by network and id.
fn is_called(info: &AssetInfo, name: &str) -> bool {
    let (network, id) = name.rsplit_once('/').map_or((None, name), |(network, id)| (Some(network), id));
    let on_network = network.is_none_or(|network| network == info.network.as_str());
    let by_id = registry::asset(info.network, id).is_some_and(|named| named == info);
    on_network && (by_id || (network.is_none() && info.symbol.eq_ignore_ascii_case(name)))
}

/// The limits of every token.
pub(super) fn work_out(
    networks: Vec<Network>,
    choices: &[Choice],
    per_payment: &Item<'_>,
    ask_above: Option<&Item<'_>>,
    meters: &[(Meter, Item<'_>)],
) -> Result<Limits, PolicyError> {
    let per_payment = for_each(per_payment, choices)?;
    let ask_above = ask_above.map(|item| for_each(item, choices)).transpose()?;
    let meters = meters.iter().map(|(meter, item)| Ok((*meter, for_each(item, choices)?))).collect::<Result<Vec<_>, _>>()?;
    let asset = |(number, (choice, per_payment)): (usize, (&Choice, &Amount))| AssetLimits {
        info: choice.info,
        unit: choice.unit,
        network_rank: choice.network_rank,
        unit_rank: choice.unit_rank,
        per_payment: *per_payment,
        ask_above: ask_above.as_ref().and_then(|amounts| amounts.get(number).copied()),
        limits: meters.iter().filter_map(|(meter, amounts)| Some(Limit::new(*meter, *amounts.get(number)?))).collect(),
    };
    Ok(Limits { assets: choices.iter().zip(&per_payment).enumerate().map(asset).collect(), networks })
}

/// What a money, or a list of moneys, comes to in every token; a token that it says nothing about is an error.
pub(super) fn for_each(item: &Item<'_>, choices: &[Choice]) -> Result<Vec<Amount>, PolicyError> {
    let silent = |choice: &Choice| {
        let (ticker, network) = (choice.info.symbol, choice.info.network);
        item.error(PolicyReason::Money, format!("says nothing about {ticker} on {network}: add one such as \"0.05 {ticker}\""))
    };
    for_some(item, choices)?.into_iter().zip(choices).map(|(amount, choice)| amount.ok_or_else(|| silent(choice))).collect()
}

/// The same, where it may be silent about some.
pub(super) fn for_some(item: &Item<'_>, choices: &[Choice]) -> Result<Vec<Option<Amount>>, PolicyError> {
    let mut amounts = alloc::vec![None; choices.len()];
    let mut tickers: Vec<Option<String>> = Vec::new();
    for item in item.one_or_more()? {
        let text = item.text()?;
        let money =
            Money::parse(text).map_err(|error| item.error(PolicyReason::Money, format!("`{}`: {error}", escape(text, 40))))?;
        let ticker = money.ticker().map(Into::into);
        if tickers.contains(&ticker) {
            return Err(item.error(PolicyReason::List, "there are two of the same token"));
        }
        tickers.push(ticker);
        let mut meant = false;
        for (choice, amount) in choices.iter().zip(&mut amounts) {
            let named = match money.ticker() {
                Some(ticker) => choice.info.symbol.eq_ignore_ascii_case(ticker),
                None => choice.unit == Unit::Dollars,
            };
            meant |= named;
            if !named {
                continue;
            }
            let too_fine = |error| {
                let (ticker, network) = (choice.info.symbol, choice.info.network);
                item.error(PolicyReason::Money, format!("`{}` in {ticker} on {network}: {error}", escape(text, 40)))
            };
            if amount.replace(money.to_amount(choice.info.decimals).map_err(too_fine)?).is_some() {
                let ticker = choice.info.symbol;
                return Err(item.error(PolicyReason::List, format!("dollars and {ticker} are the same here: say one of them")));
            }
        }
        if !meant {
            return Err(item.error(PolicyReason::Money, format!("`{}` is in none of the tokens of this policy", escape(text, 40))));
        }
    }
    Ok(amounts)
}
