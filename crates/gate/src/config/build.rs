//! From the keys of the file to what they mean.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::Method;
use quittance_core::{Network, Resource};
use quittance_guard::Reach;
use quittance_guard::screening::DenyList;
use quittance_server::offer::upfront;
use quittance_server::{Bind, Naming, Options, Order, Origin, Route};
use quittance_service::Bounds;
use quittance_service::config::{
    Around, ConfigError, Instances, NOT_HERE, count, is_reference, key, path, positive, resolve, seconds, secret_file, store,
};
use zeroize::Zeroizing;

use super::extensions::{self, StatementsConfig};
use super::file::{self, File};
use super::offers::{network, offers, same, tariff};
use super::{Config, FacilitatorConfig, RouteConfig, Transport, Unlisted};
use crate::forward::Chain;
use crate::pattern::Pattern;
use crate::proxy::Times;
use crate::table::Methods;
use crate::upstream::Upstream;

/// Where buyers ask unless the file says: on this machine alone.
const LISTEN: &str = "127.0.0.1:4021";

pub(super) fn config(file: &File, around: Around<'_>) -> Result<Config, ConfigError> {
    let text = |text: &Option<String>, default: &str, place: &str| {
        resolve(text.as_deref().unwrap_or(default), place, around).map(|text| text.to_string())
    };
    let listen = address(&text(&file.listen, LISTEN, "listen")?, "listen")?;
    let admin = file.admin.as_ref().map(|text| address(&resolve(text, "admin", around)?, "admin")).transpose()?;
    let upstream = resolve(&file.upstream, "upstream", around)?;
    let upstream = Upstream::parse(&upstream).map_err(|error| ConfigError::new("upstream", error))?;
    let (store, instances) = store(&file.store, file.instances.as_deref(), around)?;
    let tls = file.tls.as_ref();
    let tls = tls.map(|file| files(file, around)).transpose()?;
    let origin = match &file.origin {
        Some(text) => resolve(text, "origin", around)?.to_string(),
        None if listen.ip().is_unspecified() || listen.port() == 0 => {
            return Err(ConfigError::new("origin", "is missing: where this listens is no place that a buyer could ask"));
        }
        None => format!("{}://{listen}", if tls.is_some() { "https" } else { "http" }),
    };
    let origin = Origin::parse(&origin).map_err(|error| ConfigError::new("origin", error))?;
    let cors = file.cors_origins.iter().enumerate().map(|(place, text)| {
        let place = format!("cors_origins[{place}]");
        Origin::parse(&resolve(text, &place, around)?).map_err(|error| ConfigError::new(place, error))
    });
    let deny = file.deny_list.as_ref().map(|text| {
        let failed = |error: &dyn std::fmt::Display| ConfigError::new("deny_list", error);
        let list = std::fs::read_to_string(path(text, "deny_list", around)?).map_err(|error| failed(&error.kind()))?;
        DenyList::parse(&list).map_err(|error| failed(&error))
    });
    let quote = positive(file.quote_seconds, Route::QUOTE, "quote_seconds")?;
    let routes = file.route.iter().enumerate();
    let routes = routes.map(|(number, route)| build_route(route, &format!("route[{number}]"), (file, quote), around));
    let routes = routes.collect::<Result<Vec<_>, _>>()?;
    if routes.iter().all(|route| route.sale.is_none()) {
        return Err(ConfigError::new("route", "there is no [[route]] that costs anything"));
    }
    let unlisted = word(file.unlisted.as_deref(), "unlisted", [("refuse", Unlisted::Refused), ("free", Unlisted::Free)])?;
    let key = key("sealing_key", (file.sealing_key.as_deref(), file.sealing_key_file.as_deref()), around)?;
    let statements = file.statements.as_ref().map(|file| StatementsConfig::read(file, around)).transpose()?;
    let limits = &file.limits;
    let (bounds, times, mut options) = (bounds(limits)?, times(limits)?, options(limits)?);
    options.reach = match instances {
        Instances::One => Reach::Process,
        Instances::Several => Reach::Anywhere,
    };
    let lasting = vec![
        ("upstream", upstream.to_string()),
        ("listen", listen.to_string()),
        ("admin", format!("{admin:?}")),
        ("origin", origin.to_string()),
        ("store", store.to_string()),
        ("instances", format!("{instances:?}")),
        ("deny_list", format!("{:?}", file.deny_list)),
        ("cors_origins", format!("{:?}", file.cors_origins)),
        ("behind_proxy", file.behind_proxy.to_string()),
        ("facilitator", format!("{:?}", file.facilitator.as_ref().map(|file| (&file.url, &file.name, &file.config)))),
        ("look", format!("{:?}", file.look)),
        ("tls", tls.is_some().to_string()),
        ("statements", statements.as_ref().map(StatementsConfig::lasting).unwrap_or_default()),
        ("limits", format!("{bounds:?} {times:?} {options:?}")),
    ];
    Ok(Config {
        listen,
        admin,
        origin,
        upstream,
        store: store.as_str().into(),
        sealing_key: key,
        facilitator: file.facilitator.as_ref().map(|file| facilitator(file, around)).transpose()?,
        look: look(&file.look, around)?,
        routes,
        unlisted,
        cors: cors.collect::<Result<_, _>>()?,
        deny: deny.transpose()?,
        tls,
        statements,
        chain: if file.behind_proxy { Chain::Continue } else { Chain::Begin },
        options,
        bounds,
        times,
        free_body: count(limits.free_body_bytes, 1 << 30, "limits.free_body_bytes")?,
        lasting,
    })
}

fn address(text: &str, place: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| ConfigError::new(place, "an IP address with a port, such as 127.0.0.1:4021"))
}

fn files(file: &file::Tls, around: Around<'_>) -> Result<(PathBuf, PathBuf), ConfigError> {
    Ok((path(&file.certificate, "tls.certificate", around)?, path(&file.key, "tls.key", around)?))
}

/// One of a few words; the first one if nothing is said.
fn word<T: Copy, const N: usize>(text: Option<&str>, place: &str, words: [(&str, T); N]) -> Result<T, ConfigError> {
    let Some(text) = text else { return Ok(words[0].1) };
    let found = words.iter().find(|(word, _)| *word == text);
    let all = || words.map(|(word, _)| format!("\"{word}\"")).join(", ");
    found.map(|(_, meaning)| *meaning).ok_or_else(|| ConfigError::new(place, format!("one of {}", all())))
}

fn facilitator(file: &file::Facilitator, around: Around<'_>) -> Result<FacilitatorConfig, ConfigError> {
    let key = match (&file.key, &file.key_file) {
        (None, None) => None,
        (Some(text), None) if is_reference(text) => Some(resolve(text, "facilitator.key", around)?),
        (Some(_), None) => return Err(ConfigError::new("facilitator.key", NOT_HERE)),
        (None, Some(path)) => {
            let text = secret_file(path, "facilitator.key_file", around)?;
            Some(Zeroizing::new(text.trim().to_owned()))
        }
        (Some(_), Some(_)) => return Err(ConfigError::new("facilitator.key", "contradicts `key_file`")),
    };
    match (&file.url, &file.config) {
        (Some(url), None) => {
            let url = resolve(url, "facilitator.url", around)?;
            let plain = file.allow_http || Resource::parse(&url).is_ok_and(|url| url.is_on_this_machine());
            let transport = if plain { Transport::Plain } else { Transport::Encrypted };
            if transport == Transport::Encrypted && !url.starts_with("https://") {
                let words =
                    "is not https:// and not on this machine; `allow_http = true` lets payments and keys be read on the way";
                return Err(ConfigError::new("facilitator.url", words));
            }
            let name = file.name.as_ref().map(|name| resolve(name, "facilitator.name", around)).transpose()?;
            Ok(FacilitatorConfig::Remote { url: url.as_str().into(), name: name.map(|name| name.as_str().into()), key, transport })
        }
        (None, Some(text)) if key.is_none() && file.name.is_none() => {
            Ok(FacilitatorConfig::Here(path(text, "facilitator.config", around)?))
        }
        _ => Err(ConfigError::new("facilitator", "needs either `url` or `config`, and the latter no key and no name")),
    }
}

/// The nodes that are asked about the facilitator's word. Which one it is does not show in what it says, so that one is as good as one's own word for it.
fn look(file: &BTreeMap<String, String>, around: Around<'_>) -> Result<Vec<(Network, Box<str>)>, ConfigError> {
    let mut found: Vec<(Network, Box<str>)> = Vec::new();
    for (name, url) in file {
        let place = format!("look.{name}");
        let wrong = |words: &str| ConfigError::new(&*place, words);
        let network = network(name, &place)?;
        if network.chain_id().is_none() {
            return Err(wrong("is no chain that anybody here can look at"));
        }
        if found.iter().any(|(other, _)| *other == network) {
            return Err(wrong("is named twice"));
        }
        let url = resolve(url, &place, around)?;
        if !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(wrong("the http:// or https:// URL of a node"));
        }
        found.push((network, url.as_str().into()));
    }
    Ok(found)
}

fn options(file: &file::Limits) -> Result<Options, ConfigError> {
    let mut options = Options::default();
    options.body = count(file.paid_body_bytes, options.body, "limits.paid_body_bytes")?;
    options.keep = count(file.keep_bytes, options.keep, "limits.keep_bytes")?;
    options.hold = count(file.hold_bytes, options.hold, "limits.hold_bytes")?;
    options.concurrency = count(file.payments, options.concurrency, "limits.payments")?;
    options.body_time = seconds(file.paid_body_seconds, options.body_time, "limits.paid_body_seconds")?;
    options.verify = seconds(file.verify_seconds, options.verify, "limits.verify_seconds")?;
    options.look = seconds(file.look_seconds, options.look, "limits.look_seconds")?;
    options.settle = seconds(file.settle_seconds, options.settle, "limits.settle_seconds")?;
    // a payment is nobody else's for as long as all that is done with it may take
    let times = times(file)?;
    let lease = options.verify + options.settle + times.connect + times.head + Duration::from_secs(5);
    options.lease = lease.as_secs();
    options.attempts = file.redeliveries.unwrap_or(options.attempts);
    if options.attempts == 0 {
        return Err(ConfigError::new("limits.redeliveries", "must not be zero"));
    }
    Ok(options)
}

fn bounds(file: &file::Limits) -> Result<Bounds, ConfigError> {
    let mut bounds = Bounds::default();
    bounds.headers = count(file.header_bytes, 32 * 1024, "limits.header_bytes")?;
    bounds.connections = count(file.connections, 16_384, "limits.connections")?;
    bounds.read = seconds(file.read_seconds, Duration::from_secs(30), "limits.read_seconds")?;
    bounds.write = seconds(file.idle_seconds, bounds.write, "limits.idle_seconds")?;
    bounds.drain = seconds(file.drain_seconds, bounds.drain, "limits.drain_seconds")?;
    Ok(bounds)
}

fn times(file: &file::Limits) -> Result<Times, ConfigError> {
    let defaults = Times::default();
    Ok(Times {
        connect: seconds(file.connect_seconds, defaults.connect, "limits.connect_seconds")?,
        head: seconds(file.answer_seconds, defaults.head, "limits.answer_seconds")?,
        idle: seconds(file.idle_seconds, defaults.idle, "limits.idle_seconds")?,
    })
}

fn build_route(
    route: &file::Route,
    place: &str,
    (file, quote): (&File, u64),
    around: Around<'_>,
) -> Result<RouteConfig, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let pattern = Pattern::parse(&route.path).map_err(|error| ConfigError::new(at("path"), error))?;
    let methods = match &route.methods {
        None => Methods::All,
        Some(names) => Methods::Some(names.iter().map(|name| method(name, &at("methods"))).collect::<Result<_, _>>()?),
    };
    if methods == Methods::Some(Vec::new()) {
        return Err(ConfigError::new(at("methods"), "names none; without it the route has all"));
    }
    if route.free {
        let costs = [
            ("price", route.price.is_some()),
            ("scheme", route.scheme.is_some()),
            ("transfer", route.transfer.is_some()),
            ("meter", route.meter.is_some()),
            ("offer", !route.offer.is_empty()),
            ("order", route.order.is_some()),
            ("quota", route.quota.is_some()),
            ("exposure", route.exposure.is_some()),
            ("discovery", route.discovery.is_some()),
        ];
        if let Some((key, _)) = costs.iter().find(|(_, said)| *said) {
            return Err(ConfigError::new(at(key), "contradicts `free`"));
        }
        return Ok(RouteConfig { pattern, offers: Vec::new(), methods, sale: None, tariff: None });
    }
    let mut offers = offers(route, place, file, around)?;
    let orders = [("settle", First::Money), ("serve", First::Work), ("upfront", First::MoneyUnasked)];
    let first = word(route.order.as_deref(), &at("order"), orders)?;
    let tariff = route.meter.as_ref().map(|meter| tariff(meter, &offers, &at("meter"))).transpose()?;
    if tariff.is_some() && route.order.is_some() {
        return Err(ConfigError::new(at("order"), "contradicts `meter`, which settles what was delivered"));
    }
    if first == First::MoneyUnasked {
        offers = offers.into_iter().map(upfront).collect::<Result<_, _>>().map_err(|error| ConfigError::new(at("order"), error))?;
    }
    let mut sale = Route::new(offers.clone()).quoted_for(quote);
    if let Some(text) = &route.description {
        sale = sale.description(text);
    }
    if let Some(text) = &route.mime_type {
        sale = sale.mime_type(text);
    }
    let binds = [("preferred", Bind::Preferred), ("required", Bind::Required), ("ignored", Bind::Ignored)];
    let names = [("ignored", Naming::Ignored), ("optional", Naming::Optional), ("required", Naming::Required)];
    sale = sale.bind(word(route.binding.as_deref(), &at("binding"), binds)?);
    sale = sale.naming(word(route.naming.as_deref(), &at("naming"), names)?);
    let at_risk = first == First::Work || tariff.is_some();
    let exposure = match &route.exposure {
        Some(text) if at_risk => Some(same(text, &offers, &at("exposure"))?),
        None if at_risk => return Err(ConfigError::new(at("exposure"), "is missing: what one payer may have under way at most")),
        Some(_) => return Err(ConfigError::new(at("exposure"), "is for `order = \"serve\"` and for `meter`")),
        None => None,
    };
    sale = sale.order(match exposure {
        Some(exposure) if tariff.is_some() => Order::Metered { exposure },
        Some(exposure) => Order::ServeThenSettle { exposure },
        None if first == First::MoneyUnasked => Order::Upfront,
        None => Order::SettleThenServe,
    });
    if let Some(quota) = &route.quota {
        if quota.payments == 0 || quota.seconds == 0 {
            return Err(ConfigError::new(at("quota"), "must not be zero"));
        }
        sale = sale.quota(quota.payments, quota.seconds);
    }
    sale = extensions::service(sale, file.service.as_ref())?;
    if let Some(described) = &route.discovery {
        sale = sale.discovery(extensions::discovery(described, (&pattern, &methods), &at("discovery"))?);
    }
    Ok(RouteConfig { pattern, offers, methods, sale: Some(sale), tariff })
}

/// What comes first where nothing is metered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// The money, of which the facilitator is asked whether it is there.
    Money,
    /// The work.
    Work,
    /// The money, and nobody is asked before.
    MoneyUnasked,
}

fn method(name: &str, place: &str) -> Result<Method, ConfigError> {
    let known = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let method = Method::from_bytes(name.as_bytes()).ok().filter(|_| known);
    method
        .filter(|method| !matches!(*method, Method::CONNECT | Method::TRACE | Method::OPTIONS))
        .ok_or_else(|| ConfigError::new(place, "a method that can be sold, such as \"GET\""))
}
