//! What may be spent, and with which key.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quittance_core::registry::{default_asset, networks};
use quittance_core::signature::Signature;
use quittance_core::signer::SigningRequest;
use quittance_core::{Address, Money, Resource, SecretKey, Signer};
use quittance_facilitator::config::open_keystore;
use quittance_guard::policy::Policy;

use crate::{Failure, wallet};

/// A variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn money(name: &str) -> Result<Option<Money>, Failure> {
    let read = |text: String| Money::parse(&text).map_err(|error| Failure::new(format!("{name}: {error}")));
    variable(name).map(read).transpose()
}

/// What the variables allow for one payment.
fn per_payment() -> Result<Option<Money>, Failure> {
    money("X402_MAX_PER_TX")
}

/// What may be bought, when it is not a policy that says so.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) urls: &'a [String],
    pub(crate) most: Option<&'a Money>,
    pub(crate) networks: &'a [String],
    /// Who may be paid; anybody, if nobody is named.
    pub(crate) payees: &'a [String],
    pub(crate) allow_http: bool,
}

/// What whoever buys says about the wallet and its limits.
#[derive(clap::Args)]
pub(crate) struct Means {
    /// The policy; without one, the limits of --max-amount and of the variables, for what is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The most that one purchase may cost, like $0.05.
    #[arg(long, value_name = "MONEY")]
    pub(crate) max_amount: Option<Money>,
    /// The task whose budget it counts in.
    #[arg(long, value_name = "NAME")]
    pub(crate) task: Option<String>,
    #[command(flatten)]
    pub(crate) key: KeyPlace,
    /// A network that may be paid on, without a policy; all that are known, if none is named.
    #[arg(long = "network", value_name = "NAME", conflicts_with = "policy")]
    pub(crate) networks: Vec<String>,
    /// Where the wallet is kept; ~/.quittance unless said otherwise.
    #[arg(long, value_name = "FOLDER")]
    home: Option<PathBuf>,
    /// The store of purchases in place of the one in the folder: `sqlite:wallet.db` or `postgres://user@host/database`.
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
}

impl Means {
    /// The policy that was given, or one of the limits that were.
    pub(crate) fn policy(&self, urls: &[String], payees: &[String], allow_http: bool) -> Result<Policy, Failure> {
        let wish = Wish { urls, most: self.max_amount.as_ref(), networks: &self.networks, payees, allow_http };
        policy(self.policy.as_deref(), wish)
    }

    /// The folder of the wallet.
    pub(crate) fn home(&self) -> Result<PathBuf, Failure> {
        self.home.clone().map_or_else(wallet::home, Ok)
    }

    /// What one purchase may cost, whatever the policy allows beside it.
    pub(crate) fn at_most(&self) -> Result<Vec<Money>, Failure> {
        Ok(self.max_amount.iter().cloned().chain(per_payment()?).collect())
    }
}

/// The policy that was given, or one of the limits that were.
pub(crate) fn policy(path: Option<&Path>, wish: Wish<'_>) -> Result<Policy, Failure> {
    let (hour, day) = (money("X402_MAX_PER_HOUR")?, money("X402_MAX_PER_DAY")?);
    let Some(path) = path else {
        let most = wish.most.cloned().or(per_payment()?);
        let most = most.ok_or_else(|| Failure::new("say what it may cost: --max-amount '$0.05', or --policy FILE"))?;
        return Policy::from_toml(&written(wish, &most, hour.as_ref(), day.as_ref())?)
            .map_err(|error| Failure::new(error.to_string()));
    };
    let failed = |words: String| Failure::new(format!("{}: {words}", path.display()));
    if hour.is_some() || day.is_some() {
        let words = "X402_MAX_PER_HOUR and X402_MAX_PER_DAY are for a purchase without a policy; say per_hour and per_day here, and unset them";
        return Err(failed(words.into()));
    }
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Policy::from_toml(&text).map_err(|error| failed(error.to_string()))
}

/// A policy for the URLs that are asked for.
fn written(wish: Wish<'_>, most: &Money, hour: Option<&Money>, day: Option<&Money>) -> Result<String, Failure> {
    let mut origins = Vec::new();
    for url in wish.urls {
        let resource = Resource::parse(url).map_err(|error| Failure::new(format!("{url}: {error}")))?;
        origins.push(resource.origin().to_owned());
    }
    origins.sort_unstable();
    origins.dedup();
    let known = networks().iter().map(|info| info.network).filter(|network| network.chain_id().is_some());
    let known = known.filter(|network| default_asset(*network).is_some()).map(|network| network.to_string()).collect();
    let networks: Vec<String> = if wish.networks.is_empty() { known } else { wish.networks.to_vec() };
    let mut text = format!("per_payment = {:?}\nnetworks = {networks:?}\norigins = {origins:?}\n", most.to_string());
    if !wish.payees.is_empty() {
        // a String takes everything
        let _ = writeln!(text, "payees = {:?}", wish.payees);
    }
    for (key, limit) in [("per_hour", hour), ("per_day", day)] {
        if let Some(limit) = limit {
            // a String takes everything
            let _ = writeln!(text, "{key} = {:?}", limit.to_string());
        }
    }
    if wish.allow_http {
        text.push_str("allow_http = true\n");
    }
    Ok(text)
}

/// A key that pays, or none, with which it can only be asked what something would cost.
#[derive(Clone)]
pub(crate) enum Purse {
    Key(Arc<SecretKey>),
    Empty,
}

/// There is no key.
#[derive(Debug)]
pub(crate) struct NoKey;

impl std::fmt::Display for NoKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no key")
    }
}

impl Signer for Purse {
    type Error = NoKey;

    fn address(&self) -> Address {
        match self {
            Self::Key(key) => key.address(),
            Self::Empty => Address::from_bytes([0; 20]),
        }
    }

    async fn sign(&self, request: &SigningRequest<'_>) -> Result<Signature, NoKey> {
        match self {
            Self::Key(key) => Ok(key.sign(&request.digest())),
            Self::Empty => Err(NoKey),
        }
    }
}

/// Where the key is.
#[derive(clap::Args)]
pub(crate) struct KeyPlace {
    /// An encrypted keystore in place of EVM_PRIVATE_KEY.
    #[arg(long, value_name = "FILE", requires = "password_file")]
    keystore: Option<PathBuf>,
    /// The file with its password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl KeyPlace {
    /// The key, from a keystore or from the variable; none if neither is there.
    pub(crate) fn find(&self) -> Result<Option<SecretKey>, Failure> {
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())));
        if let (Some(keystore), Some(password)) = (&self.keystore, &self.password_file) {
            let password = read(password)?;
            let key = open_keystore(&read(keystore)?, password.trim_end_matches(['\r', '\n']).as_bytes());
            return key.map(Some).map_err(|error| Failure::new(format!("{}: {error}", keystore.display())));
        }
        let Some(text) = variable("EVM_PRIVATE_KEY") else { return Ok(None) };
        let bytes = wallet::unhex(text.trim().trim_start_matches("0x"));
        let key = bytes.and_then(|bytes| SecretKey::from_bytes(&bytes).ok());
        key.map(Some).ok_or_else(|| Failure::new("EVM_PRIVATE_KEY is not a key of 64 hexadecimal digits"))
    }
}
