//! The facilitator of x402-rs on one chain, composed from its published crates as their documentation shows it.
//!
//! `quittance-peer-x402-rs <chain> <rpc url> <key,…>` listens on a free port of this machine and says which on its first line. Its
//! features for tracing are off, everything else is as the crates have it by default.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use x402_chain_eip155::chain::config::Eip155ChainConfig;
use x402_chain_eip155::chain::{Eip155ChainProvider, Eip155ChainReference};
use x402_chain_eip155::{V1Eip155Exact, V2Eip155Exact, V2Eip155Upto};
use x402_facilitator_local::{FacilitatorLocal, handlers};
use x402_types::chain::{ChainId, ChainProviderOps, ChainRegistry, FromConfig as _};
use x402_types::scheme::{SchemeBlueprints, SchemeRegistry, X402SchemeFacilitator, X402SchemeFacilitatorBuilder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    let [chain, rpc, keys] = &arguments[..] else { return Err("usage: quittance-peer-x402-rs <chain> <rpc url> <key,…>".into()) };
    let config = Eip155ChainConfig {
        chain_reference: Eip155ChainReference::new(chain.parse()?),
        inner: serde_json::from_value(json!({ "signers": keys.split(',').collect::<Vec<_>>(), "rpc": [{ "http": rpc }] }))?,
    };
    let chain = Chain(Arc::new(Eip155ChainProvider::from_config(&config).await?));
    let blueprints = SchemeBlueprints::new().and_register(V1Eip155Exact).and_register(V2Eip155Exact).and_register(V2Eip155Upto);
    let schemes = ["v1-eip155-exact", "v2-eip155-exact", "v2-eip155-upto"];
    let schemes = schemes.map(|scheme| json!({ "id": scheme, "chains": config.chain_id().to_string() }));
    let chains = ChainRegistry::new(HashMap::from([(config.chain_id(), chain)]));
    let registry = SchemeRegistry::build(chains, blueprints, &serde_json::from_value(json!(schemes))?);
    let routes: Router = handlers::routes().with_state(Arc::new(FacilitatorLocal::new(registry)));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

/// The chain as the registry hands it to each scheme.
struct Chain(Arc<Eip155ChainProvider>);

impl ChainProviderOps for Chain {
    fn signer_addresses(&self) -> Vec<String> {
        self.0.signer_addresses()
    }

    fn chain_id(&self) -> ChainId {
        self.0.chain_id()
    }
}

macro_rules! build_over_the_chain {
    ($($scheme:ty),*) => {$(
        impl X402SchemeFacilitatorBuilder<&Chain> for $scheme {
            fn build(&self, chain: &Chain, config: Option<Value>) -> Result<Box<dyn X402SchemeFacilitator>, Box<dyn Error>> {
                self.build(Arc::clone(&chain.0), config)
            }
        }
    )*};
}

build_over_the_chain!(V1Eip155Exact, V2Eip155Exact, V2Eip155Upto);
