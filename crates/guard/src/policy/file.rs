//! From the text of a policy to its rules.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::registry::{contested_v1_name, networks};
use quittance_core::{Account, Address, Network, SchemeId, WindowRule, sha256};

use super::error::{PolicyError, PolicyReason};
use super::limits::{self, Caps, Choice};
use super::reader::{Item, Kind, Member, Section};
use super::signed::{self, SignedOffers};
use super::site::{Origin, Pattern, ResourceRule};
use super::{Flow, Method, Pinning, PlainHttp, Rules, TextAction, TextRules, Ways};
use crate::budget::Meter;
use crate::label::Category;
use crate::text::{Sensitive, escape};

/// The file itself.
pub(super) static FILE: Kind = Kind {
    name: "",
    keys: &[
        "per_payment",
        "per_task",
        "per_session",
        "per_hour",
        "per_day",
        "ask_above",
        "approval_lasts",
        "networks",
        "assets",
        "schemes",
        "transfer_methods",
        "payment_flows",
        "facilitators",
        "origins",
        "payees",
        "deny_payees",
        "pin_payees",
        "signed_offers",
        "max_window",
        "max_price_change",
        "allow_http",
        "text",
        "resource",
    ],
};

/// One `[[resource]]`.
pub(super) static RESOURCE: Kind = Kind {
    name: "[[resource]]",
    keys: &["url", "methods", "category", "price", "per_payment", "ask_above", "max_window", "payees", "signers"],
};

/// The table `[text]`.
pub(super) static TEXT: Kind = Kind { name: "[text]", keys: &["url", "query", "description", "reason", "allow"] };

/// The longest time that a policy can give a signature, or an approval, in seconds: a day.
const LONGEST: u64 = 86_400;

/// What both are where the policy says nothing: fifteen minutes (rule 24).
const QUARTER_OF_AN_HOUR: u64 = 900;

/// Reads a policy, from a text and the tables in it.
pub(super) fn read(text: &str, tables: &[Member]) -> Result<Rules, PolicyError> {
    let file = Section::open(text, 0, tables, &FILE)?;
    if file.is_empty() {
        return Err(file.error(PolicyReason::Empty, "the policy is empty, which allows nothing".into()));
    }
    let networks = file.require("networks")?;
    let list = networks.distinct(read_network)?;
    let choices = limits::choose(&networks, &list, file.find("assets").as_ref())?;
    let meters = [
        (Meter::Task, file.find("per_task")),
        (Meter::Session, file.find("per_session")),
        (Meter::Hour, file.find("per_hour")),
        (Meter::Day, file.find("per_day")),
    ];
    let meters: Vec<_> = meters.into_iter().filter_map(|(meter, item)| Some((meter, item?))).collect();
    let per_payment = file.require("per_payment")?;
    let account = |item: &Item<'_>| read_account(item, &list);
    let payees = file.find("payees").map(|item| item.distinct(account)).transpose()?;
    let excluded = file.find("deny_payees").map(|item| item.distinct(account)).transpose()?.unwrap_or_default();
    let plain_http = match file.find("allow_http").map(|item| item.flag()).transpose()? {
        Some(true) => PlainHttp::ToThisMachine,
        Some(false) | None => PlainHttp::Never,
    };
    let resource = |section: &Section<'_>| read_resource(section, &choices, &list, plain_http);
    let resources = match file.find("resource") {
        Some(item) => item.sections(&RESOURCE)?.iter().map(resource).collect::<Result<Vec<_>, _>>()?,
        None => Vec::new(),
    };
    let origins = file.find("origins").map(|item| item.distinct(|item| Origin::read(item, plain_http))).transpose()?;
    if origins.is_none() && resources.is_empty() {
        return Err(
            file.error(PolicyReason::MissingKey, "neither `origins` nor a [[resource]]: nothing could be bought anywhere".into())
        );
    }
    Ok(Rules {
        fingerprint: sha256(text.as_bytes()),
        limits: limits::work_out(list.clone(), &choices, &per_payment, file.find("ask_above").as_ref(), &meters)?,
        ways: read_ways(&file)?,
        origins: origins.unwrap_or_default(),
        resources,
        payees,
        excluded,
        pinning: match file.find("pin_payees").map(|item| item.flag()).transpose()? {
            Some(false) => Pinning::Off,
            Some(true) | None => Pinning::FirstUse,
        },
        signed_offers: file.find("signed_offers").map_or(Ok(SignedOffers::Optional), |item| {
            item.word(&[("optional", SignedOffers::Optional), ("required", SignedOffers::Required)])
        })?,
        longest_window: file.find("max_window").map_or(Ok(QUARTER_OF_AN_HOUR), |item| read_window(&item))?,
        approval_lasts: file.find("approval_lasts").map_or(Ok(QUARTER_OF_AN_HOUR), |item| read_duration(&item, 1))?,
        rise: file.find("max_price_change").map_or(Ok(0), |item| read_percent(&item))?,
        plain_http,
        texts: read_texts(file.find("text").map(|item| item.section(&TEXT)).transpose()?)?,
    })
}

/// A name of version 1, the name for people in small letters with dashes, or CAIP-2; always of the registry.
fn read_network(item: &Item<'_>) -> Result<Network, PolicyError> {
    let text = item.text()?;
    if contested_v1_name(text).is_some() {
        let words = format!("`{text}` means different networks to different people: write namespace:reference");
        return Err(item.error(PolicyReason::Network, words));
    }
    let found = networks().iter().find(|info| {
        info.network.as_str() == text || info.v1_name == Some(text) || info.name.to_ascii_lowercase().replace(' ', "-") == text
    });
    found.map(|info| info.network).ok_or_else(|| {
        let words = format!("the registry has no network `{}`", escape(text, 60));
        item.error(PolicyReason::Network, words)
    })
}

/// An account of at least one of the networks.
fn read_account(item: &Item<'_>, networks: &[Network]) -> Result<Account, PolicyError> {
    let text = item.text()?;
    let mut outcomes = networks.iter().map(|network| Account::parse(*network, text));
    let first = outcomes.next();
    match first.into_iter().chain(outcomes).reduce(|best, next| best.or(next)) {
        Some(Ok(account)) => Ok(account),
        Some(Err(error)) => Err(item.error(PolicyReason::Account, format!("`{}`: {error}", escape(text, 80)))),
        None => Err(item.error(PolicyReason::Account, "there is no network for it")),
    }
}

/// Schemes, transfer methods and facilitators, which depend on each other.
fn read_ways(file: &Section<'_>) -> Result<Ways, PolicyError> {
    let schemes = match file.find("schemes") {
        Some(item) => {
            let read = |item: &Item<'_>| item.word(&[("exact", "exact"), ("upto", "upto")]).map(SchemeId::from);
            let schemes = item.distinct(read)?;
            if schemes.contains(&SchemeId::Upto) && file.find("facilitators").is_none() {
                let words = "`upto` needs `facilitators`: the offer names who may charge up to its ceiling";
                return Err(item.error(PolicyReason::MissingKey, words));
            }
            schemes
        }
        None => alloc::vec![SchemeId::Exact],
    };
    let methods = match file.find("transfer_methods") {
        Some(item) => item.distinct(|item| item.word(&[("eip3009", Method::Eip3009), ("permit2", Method::Permit2)]))?,
        None => alloc::vec![Method::Eip3009],
    };
    let flows = match file.find("payment_flows") {
        Some(item) => item.distinct(|item| item.word(&Flow::WORDS))?,
        None => alloc::vec![Flow::Authorization],
    };
    let address = |item: &Item<'_>| {
        let text = item.text()?;
        Address::parse_party(text).map_err(|error| item.error(PolicyReason::Account, format!("`{}`: {error}", escape(text, 80))))
    };
    let facilitators = file.find("facilitators").map(|item| item.distinct(address)).transpose()?.unwrap_or_default();
    Ok(Ways { schemes, methods, flows, facilitators })
}

fn read_resource(
    section: &Section<'_>,
    choices: &[Choice],
    networks: &[Network],
    plain_http: PlainHttp,
) -> Result<ResourceRule, PolicyError> {
    let url = section.require("url")?;
    let patterns = url.one_or_more()?.iter().map(|item| Pattern::read(item, plain_http)).collect::<Result<Vec<_>, _>>()?;
    let money = |key| section.find(key).map(|item| limits::for_each(&item, choices)).transpose();
    let method = |item: &Item<'_>| {
        let text = item.text()?;
        let is_method = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_method {
            Ok(Box::from(text))
        } else {
            Err(item.error(PolicyReason::Word, "a method is written in capitals: GET, POST"))
        }
    };
    let category = |item: Item<'_>| {
        let text = item.text()?;
        Category::parse(text).map_err(|error| item.error(PolicyReason::Word, format!("`{}`: {error}", escape(text, 40))))
    };
    Ok(ResourceRule {
        patterns,
        methods: section.find("methods").map(|item| item.distinct(method)).transpose()?,
        caps: Caps {
            per_payment: money("per_payment")?,
            ask_above: money("ask_above")?,
            price: section.find("price").map(|item| limits::for_some(&item, choices)).transpose()?,
        },
        longest_window: section.find("max_window").map(|item| read_window(&item)).transpose()?,
        payees: section.find("payees").map(|item| item.distinct(|item| read_account(item, networks))).transpose()?,
        signers: section.find("signers").map(|item| item.distinct(signed::read_key)).transpose()?.unwrap_or_default(),
        category: section.find("category").map(category).transpose()?,
    })
}

fn read_texts(section: Option<Section<'_>>) -> Result<TextRules, PolicyError> {
    let find = |key| section.as_ref().and_then(|section| section.find(key));
    let action = |key, default| {
        let words = [("refuse", TextAction::Refuse), ("redact", TextAction::Redact), ("allow", TextAction::Allow)];
        find(key).map_or(Ok(default), |item| item.word(&words))
    };
    let kinds: Vec<_> = Sensitive::ALL.iter().map(|kind| (kind.name(), *kind)).collect();
    Ok(TextRules {
        url: action("url", TextAction::Refuse)?,
        query: action("query", TextAction::Refuse)?,
        description: action("description", TextAction::Redact)?,
        reason: action("reason", TextAction::Redact)?,
        let_through: find("allow").map(|item| item.distinct(|item| item.word(&kinds))).transpose()?.unwrap_or_default(),
    })
}

/// A window has to be longer than the margin that a settlement is given.
fn read_window(item: &Item<'_>) -> Result<u64, PolicyError> {
    read_duration(item, WindowRule::MARGIN.saturating_add(1))
}

/// A number and `s`, `m` or `h`.
fn read_duration(item: &Item<'_>, shortest: u64) -> Result<u64, PolicyError> {
    let text = item.text()?;
    let seconds = [('s', 1_u64), ('m', 60), ('h', 3_600)].into_iter().find_map(|(unit, seconds)| {
        let digits = text.strip_suffix(unit).filter(|digits| digits.starts_with(|first| matches!(first, '1'..='9')))?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok()?.checked_mul(seconds))?
    });
    match seconds {
        Some(seconds) if (shortest..=LONGEST).contains(&seconds) => Ok(seconds),
        Some(_) => Err(item.error(PolicyReason::Duration, format!("between {shortest} seconds and a day"))),
        None => Err(item.error(PolicyReason::Duration, "a time is a number and s, m or h: \"90s\", \"15m\", \"1h\"")),
    }
}

/// A whole number and a percent sign.
fn read_percent(item: &Item<'_>) -> Result<u32, PolicyError> {
    let digits = item.text()?.strip_suffix('%').unwrap_or_default();
    let canonical = digits == "0" || digits.starts_with(|first| matches!(first, '1'..='9'));
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    number.filter(|percent| canonical && *percent <= 10_000).ok_or_else(|| {
        let words = String::from("by how much a price may rise is a whole number of percent up to 10000: \"10%\"");
        item.error(PolicyReason::Percent, words)
    })
}
