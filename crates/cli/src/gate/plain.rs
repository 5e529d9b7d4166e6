//! The configuration: of a file, or of a few arguments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use quittance_core::Network;
use quittance_core::registry::{NetworkKind, network_by_v1_name, networks};
use quittance_gate::Config;
use quittance_service::config::{Around, Format};
use serde_json::{Value, json};

use super::Arguments;
use crate::facilitator::sandbox::Sandbox;
use crate::{Failure, wallet};

/// Who settles on test networks for everybody.
const PUBLIC: &str = "https://x402.org/facilitator";

/// Reads a configuration; variables are the environment's.
pub(super) fn read(path: &Path) -> Result<Config, Failure> {
    let failed = |words: String| Failure::new(format!("{}: {words}", path.display()));
    let format = Format::of(path).ok_or_else(|| failed("the name ends neither in .toml nor in .json".into()))?;
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let variable = |name: &str| std::env::var(name).ok();
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    // a place in the text is part of the file's name, as editors want it
    Config::read(&text, format, Around { variable: &variable, folder })
        .map_err(|error| Failure::new(format!("{}:{error}", path.display())))
}

/// What a file would say, from arguments.
pub(super) fn written(arguments: &Arguments, listen: SocketAddr, sandbox: Option<&Sandbox>) -> Result<Config, Failure> {
    let missing = |name: &str, example: &str| {
        Failure::new(format!("--{name} is missing: {example}, say; or write a file, `quittance init gate`"))
    };
    let upstream = arguments.upstream.as_deref().ok_or_else(|| missing("upstream", "http://127.0.0.1:3000"))?;
    let price = arguments.price.as_deref().ok_or_else(|| missing("price", "'$0.01'"))?;
    let mut variables = BTreeMap::new();
    let mut file = json!({
        "upstream": escaped(upstream), "listen": listen.to_string(), "price": price, "sealing_key": "${SEAL}", "route": [{ "path": "/*" }],
    });
    let network = match sandbox {
        Some(sandbox) => {
            let store = sandbox.folder().join("gate.db");
            file["store"] = escaped(&format!("sqlite:{}", store.display()));
            // nothing on this chain is worth sealing
            variables.insert("SEAL", "22".repeat(32));
            let seller = sandbox.seller()?.address.to_string();
            file["pay_to"] = escaped(arguments.pay_to.as_deref().unwrap_or(&seller));
            format!("eip155:{}", sandbox.chain().0)
        }
        None => {
            let network = arguments.network.clone().ok_or_else(|| missing("network", "base-sepolia"))?;
            file["pay_to"] = escaped(arguments.pay_to.as_deref().ok_or_else(|| missing("pay-to", "your address"))?);
            keep(arguments, &mut file, &mut variables)?;
            file["facilitator"] = facilitator(arguments, &network, &mut variables)?;
            network
        }
    };
    file["network"] = escaped(&network);
    if let Some(origin) = &arguments.origin {
        file["origin"] = escaped(origin);
    }
    if let Some(admin) = arguments.admin {
        file["admin"] = admin.to_string().into();
    }
    let around = Around { variable: &|name| variables.get(name).cloned(), folder: Path::new("") };
    Config::read(&file.to_string(), Format::Json, around).map_err(|error| Failure::new(as_arguments(&error.to_string())))
}

/// A text that refers to nothing.
fn escaped(text: &str) -> Value {
    text.replace('$', "$$").into()
}

/// The name of a key as that of the argument that it came from.
fn as_arguments(words: &str) -> String {
    let Some((key, words)) = words.split_once(": ") else { return words.to_owned() };
    format!("--{}: {words}", key.trim_start_matches("route[0].").trim_end_matches(".url").replace('_', "-"))
}

/// Where payments are kept, and the key that seals them.
fn keep(arguments: &Arguments, file: &mut Value, variables: &mut BTreeMap<&'static str, String>) -> Result<(), Failure> {
    let home = wallet::home()?;
    fs::create_dir_all(&home).map_err(|error| Failure::new(format!("{}: {error}", home.display())))?;
    let key = wallet::secret(&home.join("gate.key"))?;
    let digits = key.iter().fold(String::new(), |mut digits, byte| {
        // a String takes whatever is written to it
        let _written = write!(digits, "{byte:02x}");
        digits
    });
    variables.insert("SEAL", digits);
    let store = arguments.store.clone().unwrap_or_else(|| format!("sqlite:{}", home.join("gate.db").display()));
    file["store"] = escaped(&store);
    Ok(())
}

/// Who settles.
fn facilitator(arguments: &Arguments, network: &str, variables: &mut BTreeMap<&'static str, String>) -> Result<Value, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let named = arguments.facilitator.clone().or_else(|| variable("FACILITATOR_URL"));
    let Some(url) = named else {
        let network = network_by_v1_name(network).or_else(|| Network::parse(network).ok());
        let is_test = networks().iter().any(|info| Some(info.network) == network && info.kind == NetworkKind::Test);
        return if is_test {
            Ok(json!({ "url": PUBLIC }))
        } else {
            Err(Failure::new("real money needs a facilitator of your choice: say --facilitator URL, or set FACILITATOR_URL"))
        };
    };
    let mut facilitator = json!({ "url": escaped(&url) });
    if let Some(key) = variable("FACILITATOR_KEY") {
        variables.insert("FACILITATOR_KEY", key);
        facilitator["key"] = "${FACILITATOR_KEY}".into();
    }
    Ok(facilitator)
}
