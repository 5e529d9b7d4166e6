//! Who settles for a gate: somebody behind HTTP, or an engine in this process.

use std::sync::Arc;
use std::time::Duration;

use quittance_client::Lookup;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Facilitator, Fault, Network};
use quittance_gate::Config;
use quittance_gate::config::{FacilitatorConfig, Transport};
use quittance_guard::receipt::Attested;
use quittance_remote::{Key, RemoteFacilitator};
use quittance_server::{Said, Witness};
use tokio::time::timeout;

use crate::Failure;
use crate::facilitator::sandbox::Sandbox;
use crate::facilitator::{self, Engine, Running};

/// How long a node may take to say of which chain it is, before anybody pays.
const ASKED: Duration = Duration::from_secs(3);

/// Who looks at the chains through nodes for what is said to be settled there: what the facilitator has seen in a block is there at once. And those of
/// them that do not answer now, and may later; one of another chain never will.
pub(super) async fn witnesses(
    config: &Config,
    attested: Attested,
) -> Result<(Vec<(Network, Arc<dyn Witness>)>, Vec<Network>), Failure> {
    let (mut witnesses, mut unseen) = (Vec::<(_, Arc<dyn Witness>)>::new(), Vec::new());
    for (network, url) in &config.look {
        let failed = |fault: Fault| Failure::new(format!("look: the node of {network}: {fault}"));
        let lookup = Arc::new(Lookup::new(*network, url).map_err(failed)?.at_depth(0));
        // nobody else looks where the facilitator does
        if attested == Attested::Answer {
            match timeout(ASKED, lookup.answers()).await.unwrap_or(Err(Fault::ChainUnavailable)) {
                Ok(()) => {}
                Err(Fault::ChainUnavailable) => unseen.push(*network),
                Err(fault) => return Err(failed(fault)),
            }
        }
        let witness = move |said: Said| {
            let lookup = Arc::clone(&lookup);
            async move { lookup.shows(&said.key, (&said.asset, &said.payee, said.charged), &said.transaction).await }
        };
        witnesses.push((*network, Arc::new(witness)));
    }
    Ok((witnesses, unseen))
}

/// Who settles.
#[derive(Clone)]
pub(super) enum Settler {
    Remote(RemoteFacilitator, Box<str>),
    Here(Arc<Engine>),
}

impl Settler {
    /// The one that a configuration names; on a sandbox, that of the sandbox.
    pub(super) async fn start(config: &Config, sandbox: Option<&Sandbox>) -> Result<Self, Failure> {
        let failed = |words: &dyn std::fmt::Display| Failure::new(format!("the facilitator: {words}"));
        let own = match (sandbox, &config.facilitator) {
            (Some(sandbox), _) => sandbox.config()?,
            (None, Some(FacilitatorConfig::Here(path))) => facilitator::read(path)?,
            (None, Some(FacilitatorConfig::Remote { url, name, key, transport })) => {
                let builder = RemoteFacilitator::builder(url).map_err(|error| failed(&error))?;
                let builder = match key {
                    Some(key) => builder.key(Key::bearer(key).map_err(|error| failed(&error))?),
                    None => builder,
                };
                let builder = match name {
                    Some(name) => builder.named(name),
                    None => builder,
                };
                let builder = if *transport == Transport::Plain { builder.allow_plain_http() } else { builder };
                return Ok(Self::Remote(builder.build().map_err(|error| failed(&error))?, url.clone()));
            }
            (None, Some(_) | None) => {
                return Err(failed(&"the configuration names none; give it a [facilitator], or say --devnet"));
            }
        };
        let engine = Running::start(own).await?.engine().await?;
        if engine.recovered > 0 {
            tracing::info!(recovered = engine.recovered, "settlements were open and go on");
        }
        Ok(Self::Here(Arc::new(engine)))
    }

    /// Where it is, for people.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Remote(_, url) => format!("facilitator {url}"),
            Self::Here(_) => "facilitator in this process".into(),
        }
    }

    /// Whose word a settlement is: the engine here goes by the chain's own logs, anybody else says what they say.
    pub(super) fn attested(&self) -> Attested {
        match self {
            Self::Remote(..) => Attested::Answer,
            Self::Here(_) => Attested::Chain,
        }
    }

    /// Waits for what is open here, and says how much of it is left.
    pub(super) async fn end(self) -> usize {
        match self {
            Self::Here(engine) => {
                let open = engine.drain().await;
                if let Some(engine) = Arc::into_inner(engine) {
                    engine.close().await;
                }
                open
            }
            Self::Remote(..) => 0,
        }
    }
}

impl Facilitator for Settler {
    fn name(&self) -> &str {
        match self {
            Self::Remote(remote, _) => remote.name(),
            Self::Here(engine) => engine.facilitator.name(),
        }
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        match self {
            Self::Remote(remote, _) => remote.verify(request).await,
            Self::Here(engine) => engine.facilitator.verify(request).await,
        }
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        match self {
            Self::Remote(remote, _) => remote.settle(request).await,
            Self::Here(engine) => engine.facilitator.settle(request).await,
        }
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        match self {
            Self::Remote(remote, _) => remote.supported().await,
            Self::Here(engine) => engine.facilitator.supported().await,
        }
    }
}
