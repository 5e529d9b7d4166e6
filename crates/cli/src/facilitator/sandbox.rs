//! `--devnet`: a sandbox chain beside the service, and how to try it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quittance_core::eip712::Domain;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::json::Object;
use quittance_core::wire::{Eip3009Payload, PaymentPayload, PaymentRequirements, VerifyRequest};
use quittance_core::{Address, Amount, Network, Nonce, UnixSeconds, Window, sha256};
use quittance_devnet::{Account, BlockTime, Devnet, Token};
use quittance_facilitator::Config;
use quittance_facilitator::config::{Around, Format};
use serde_json::json;

use super::known_key;
use crate::Failure;

/// The price of the payment that is shown: a cent.
const PRICE: u64 = 10_000;
/// For how many seconds it is good.
const GOOD: u64 = 3_600;

/// A chain, and a folder for the store, both of which go with this.
pub(crate) struct Sandbox {
    devnet: Devnet,
    folder: PathBuf,
    port: u16,
    block_time: u64,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // a folder that stays in the place for temporary things harms nobody
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

impl Sandbox {
    pub(crate) async fn start(port: u16, block_time: u64) -> Result<Self, Failure> {
        let every = BlockTime::Every(Duration::from_millis(block_time));
        let devnet = Devnet::builder().block_time(every).start().await?;
        let folder = std::env::temp_dir().join(format!("quittance-devnet-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self { devnet, folder, port, block_time })
    }

    /// What a configuration would say.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let signer = self.account(9)?.key.to_string();
        // nothing on this chain is worth sealing
        let variables = BTreeMap::from([("SIGNER", signer), ("SEAL", "11".repeat(32))]);
        let file = json!({
            "listen": format!("127.0.0.1:{}", self.port),
            "store": format!("sqlite:{}", self.folder.join("facilitator.db").display()).replace('$', "$$"),
            "sealing_key": "${SEAL}",
            "chain": [{
                "network": format!("eip155:{}", self.devnet.chain_id()), "rpc": [self.devnet.url()], "poll_ms": 20,
                "batch": {}, "signer": [{ "key": "${SIGNER}" }],
            }],
        });
        let around = Around { variable: &|name| variables.get(name).cloned(), folder: &self.folder };
        Config::read(&file.to_string(), Format::Json, around).map_err(|error| Failure::new(error.to_string()))
    }

    /// Says what there is, and shows a payment that can be made.
    pub(super) fn explain(&self, out: &mut impl Write, url: &str) -> Result<(), Failure> {
        let token = self.devnet.tokens().first().ok_or_else(|| Failure::new("the sandbox has no token"))?;
        let (buyer, seller) = (self.buyer()?, self.seller()?);
        let request = self.payment(token, &buyer, seller.address.into_array())?;
        writeln!(out, "chain {} at {}, a block each {} ms", self.devnet.chain_id(), self.devnet.url(), self.block_time)?;
        writeln!(out, "USDC   {}", token.address)?;
        writeln!(out, "buyer  {}  key {}", buyer.address, buyer.key)?;
        writeln!(out, "seller {}", seller.address)?;
        writeln!(out, "\nwhat it can do:\n  curl -s {url}/supported")?;
        writeln!(out, "\npay the seller a cent, for an hour from now; a second time it is the same receipt:")?;
        writeln!(out, "  curl -s {url}/settle -H 'content-type: application/json' -d '{request}'")?;
        writeln!(out, "\nCtrl-C ends it, and the chain with it")?;
        Ok(())
    }

    /// The folder for stores.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Where the chain is.
    pub(crate) fn chain(&self) -> (u64, String) {
        (self.devnet.chain_id(), self.devnet.url())
    }

    /// Who buys here.
    pub(crate) fn buyer(&self) -> Result<Account, Failure> {
        self.account(0)
    }

    /// Who sells here.
    pub(crate) fn seller(&self) -> Result<Account, Failure> {
        self.account(1)
    }

    fn account(&self, number: usize) -> Result<Account, Failure> {
        self.devnet.accounts().get(number).copied().ok_or_else(|| Failure::new("the sandbox has too few accounts"))
    }

    /// A request to settle a payment that is really signed.
    fn payment(&self, token: &Token, buyer: &Account, seller: [u8; 20]) -> Result<String, Failure> {
        let key = known_key(&buyer.key.0)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| Failure::new(error.to_string()))?;
        let seed = format!("{} {} {}", now.as_nanos(), std::process::id(), buyer.address);
        let authorization = Authorization {
            from: key.address(),
            to: Address::from_bytes(seller),
            value: Amount::from_u64(PRICE),
            window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(now.as_secs().saturating_add(GOOD))),
            nonce: Nonce::from_bytes(sha256(seed.as_bytes())),
        };
        let contract = Address::from_bytes(token.address.into_array());
        let domain = Domain::token(&token.name, &token.version, self.devnet.chain_id(), contract).separator();
        let payload = Eip3009Payload::sign(&key, &domain, authorization);
        let extra = Object::from_iter([("name", token.name.as_str()), ("version", token.version.as_str())]);
        let network = Network::eip155(self.devnet.chain_id());
        let seller = Address::from_bytes(seller).to_string();
        let requirements =
            PaymentRequirements::new("exact", network.as_str(), PRICE.to_string(), contract.to_string(), seller, GOOD)
                .with_extra(extra);
        let payload = PaymentPayload::new(requirements.clone(), Object::from(&payload));
        Ok(VerifyRequest::v2(payload, requirements).to_json())
    }
}
