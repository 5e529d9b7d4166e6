//! What a person, or a program, is told of a gate.

use std::io::Write;

use quittance_core::{Fault, Network, Terms};
use quittance_gate::config::Unlisted;
use quittance_gate::{Config, Gate};
use quittance_store::Store;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::settler::Settler;
use crate::facilitator::sandbox::Sandbox;
use crate::format::{self, Format};
use crate::{Answer, Failure};

/// What stays to be told of a configuration when the gate has it.
pub(super) struct Description {
    upstream: String,
    facilitator: String,
    origin: String,
    store: String,
    unlisted: Unlisted,
    signs_as: Option<String>,
    looked_at: Vec<String>,
    routes: Vec<Row>,
}

struct Row {
    methods: String,
    path: String,
    offers: Vec<Terms>,
    metered: Option<String>,
}

impl Description {
    pub(super) fn of(config: &Config, facilitator: String) -> Self {
        let routes = config.routes.iter().map(|route| Row {
            methods: if route.methods().is_empty() { "*".into() } else { route.methods().join(",") },
            path: route.pattern.as_str().into(),
            offers: route.offers.clone(),
            metered: route.metered(),
        });
        // a URL of a database has a password in it
        let store = config.store.split_once('@').map_or(&*config.store, |(_, place)| place);
        Self {
            upstream: config.upstream.to_string(),
            facilitator,
            origin: config.origin.to_string(),
            store: store.split('?').next().unwrap_or_default().to_owned(),
            unlisted: config.unlisted,
            signs_as: config.signs_as().map(|key| key.to_string()),
            looked_at: config.look.iter().map(|(network, _)| network.to_string()).collect(),
            routes: routes.collect(),
        }
    }

    /// The first thing that is sold: where, and for how much.
    fn first(&self) -> Option<(String, String)> {
        // what is paid by Permit2 takes an approval first
        let is_plain = |offer: &Terms| offer.extra_text("assetTransferMethod") != Some("permit2");
        let row = self.routes.iter().find(|row| row.offers.iter().any(is_plain))?;
        let path = row.path.replace('*', "");
        let path = path.split('/').map(|part| if part.starts_with('{') { "42" } else { part }).collect::<Vec<_>>();
        let offer = row.offers.iter().find(|offer| is_plain(offer))?;
        let decimals = offer.asset().registered()?.decimals;
        Some((path.join("/"), offer.amount().format_units(decimals).to_string()))
    }

    fn table(&self, out: &mut impl Write) -> Result<(), Failure> {
        let width = self.routes.iter().map(|row| row.path.len()).max().unwrap_or_default();
        let methods = self.routes.iter().map(|row| row.methods.len()).max().unwrap_or_default();
        for Row { methods: of_row, path, offers, metered } in &self.routes {
            let mut words: Vec<_> = offers.iter().map(|offer| price(offer, metered.as_deref())).collect();
            if words.is_empty() {
                words.push("free".into());
            }
            for (number, words) in words.iter().enumerate() {
                let (first, second) = if number == 0 { (of_row.as_str(), path.as_str()) } else { ("", "or") };
                writeln!(out, "  {first:<methods$}  {second:<width$}  {words}")?;
            }
        }
        if self.unlisted == Unlisted::Free {
            writeln!(out, "  everything else is free")?;
        }
        if !self.looked_at.is_empty() {
            writeln!(out, "  what is settled on {} is looked for there before it is served", self.looked_at.join(" and "))?;
        }
        if let Some(key) = &self.signs_as {
            writeln!(out, "  offers and receipts are signed by {key}")?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let offer = |offer: &Terms| {
            json!({
                "scheme": offer.scheme().as_str(), "network": offer.network().as_str(), "amount": offer.amount().to_string(),
                "asset": offer.requirements().asset, "pay_to": offer.pay_to().to_string(),
                "flow": offer.extra_text("paymentFlow").unwrap_or("authorization"),
            })
        };
        let routes = self.routes.iter().map(|Row { methods, path, offers, metered }| {
            json!({
                "path": path, "methods": methods, "offers": offers.iter().map(offer).collect::<Vec<_>>(), "metered": metered,
            })
        });
        json!({
            "origin": self.origin, "upstream": self.upstream, "facilitator": self.facilitator,
            "unlisted": if self.unlisted == Unlisted::Free { "free" } else { "refuse" }, "signs_as": self.signs_as,
            "looked_at": self.looked_at, "routes": routes.collect::<Vec<_>>(),
        })
    }
}

fn price(offer: &Terms, metered: Option<&str>) -> String {
    let amount = format::amount(offer.amount(), offer.network(), &offer.requirements().asset);
    let place = format!("on {} to {}", offer.network(), offer.pay_to());
    let flow = offer.extra_text("paymentFlow").map(|_| ", up front").unwrap_or_default();
    match (metered, offer.extra_text("assetTransferMethod")) {
        (Some(words), _) => format!("up to {amount} {place}: {words}"),
        (None, Some("permit2")) => format!("{amount} {place}, by Permit2{flow}"),
        (None, _) => format!("{amount} {place}{flow}"),
    }
}

/// Where it listens, with the scheme that buyers use.
pub(super) fn url(listener: &TcpListener, description: &Description) -> Result<String, Failure> {
    let scheme = description.origin.split("://").next().unwrap_or("http");
    let address = listener.local_addr()?;
    // behind somebody else's TLS it speaks plainly itself
    let own = description.origin.ends_with(&address.to_string());
    Ok(format!("{}://{address}", if own { scheme } else { "http" }))
}

pub(super) fn hello(
    description: &Description,
    url: &str,
    admin: Option<&TcpListener>,
    format: Format,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let admin = admin.map(|listener| listener.local_addr().map(|address| format!("http://{address}"))).transpose()?;
    if format == Format::Json {
        let mut value = description.json();
        value["url"] = url.into();
        value["admin"] = admin.into();
        writeln!(out, "{value}")?;
        return Ok(());
    }
    writeln!(out, "gate at {url}, in front of {}", description.upstream)?;
    if description.origin != url {
        writeln!(out, "sold as {}", description.origin)?;
    }
    description.table(out)?;
    writeln!(out, "{}, payments kept in {}", description.facilitator, description.store)?;
    if let Some(admin) = admin {
        writeln!(out, "health and metrics at {admin}/health and {admin}/metrics")?;
    }
    Ok(())
}

/// How to try it where nothing is real.
pub(super) fn sandbox(sandbox: &Sandbox, description: &Description, url: &str, out: &mut impl Write) -> Result<(), Failure> {
    let (number, chain) = sandbox.chain();
    let buyer = sandbox.buyer()?;
    writeln!(out, "chain {number} at {chain}; nothing here is real money")?;
    if let Some((path, price)) = description.first() {
        writeln!(out, "\nask what it costs:\n  curl -si {url}{path}")?;
        writeln!(out, "\nbuy it, with a key that everybody knows:")?;
        writeln!(out, "  EVM_PRIVATE_KEY={} \\", buyer.key)?;
        writeln!(out, "    quittance pay {url}{path} --max-amount '${price}' --allow-http --network eip155:{number} \\")?;
        writeln!(out, "      --home \"$(mktemp -d)\"")?;
    }
    writeln!(out, "\nCtrl-C ends it, and the chain with it")?;
    Ok(())
}

/// What a configuration comes to, without anybody who buys.
pub(super) async fn check(
    gate: &Gate<Settler, Store>,
    description: &Description,
    (facilitator, unseen): (Result<(), Fault>, &[Network]),
    format: Format,
    out: &mut impl Write,
) -> Result<Answer, Failure> {
    let upstream = gate.upstream_is_there().await;
    let can_be_used = upstream && facilitator.is_ok() && unseen.is_empty();
    match format {
        Format::Json => {
            let mut value = description.json();
            value["upstream_answers"] = upstream.into();
            value["facilitator_answers"] = facilitator.is_ok().into();
            value["nodes_answer"] = unseen.is_empty().into();
            value["can_be_used"] = can_be_used.into();
            format::json(out, &value)?;
        }
        Format::Human | Format::Csv => {
            writeln!(out, "sold as {}", description.origin)?;
            description.table(out)?;
            let upstream = if upstream { "takes connections" } else { "cannot be reached" };
            writeln!(out, "upstream {}: {upstream}", description.upstream)?;
            match facilitator {
                Ok(()) => writeln!(out, "{}: settles all of it", description.facilitator)?,
                Err(fault) => writeln!(out, "{}: {fault}", description.facilitator)?,
            }
            for network in unseen {
                writeln!(out, "node of {network}: does not answer")?;
            }
            writeln!(out, "payments kept in {}: opened", description.store)?;
            writeln!(out, "{}", if can_be_used { "it can be used" } else { "it cannot be used now" })?;
        }
    }
    Ok(if can_be_used { Answer::Yes } else { Answer::No })
}
