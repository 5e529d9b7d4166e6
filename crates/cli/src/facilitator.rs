//! `quittance facilitator`: verifies payments and settles each once, until it is told to stop.

pub(crate) mod sandbox;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use quittance_core::SecretKey;
use quittance_facilitator::config::{Around, Format as Written};
use quittance_facilitator::service::{Ready, Served};
use quittance_facilitator::{ChainSetup, Clock, Config, Facilitator, Metrics, Rpc, Service};
use quittance_store::{SealingKey, Store};
use serde_json::json;
use tokio::net::TcpListener;

use crate::format::Format;
use crate::logging::Logging;
use crate::stop::{self, Stop};
use crate::{Answer, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The configuration, in TOML or JSON; `--sample` shows one with every key.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["devnet", "sample"], conflicts_with_all = ["devnet", "sample"])]
    config: Option<PathBuf>,
    /// Try it on a sandbox chain in this process, with nothing to configure.
    #[arg(long, conflicts_with = "sample")]
    devnet: bool,
    /// Show a configuration with every key, commented.
    #[arg(long)]
    sample: bool,
    /// Say whether the configuration can be used, its chains and its store included, and do nothing with it.
    #[arg(long, requires = "config")]
    check: bool,
    /// The port of 127.0.0.1 that the service listens on with --devnet; 0 for a free one.
    #[arg(long, default_value_t = 4020, requires = "devnet")]
    port: u16,
    /// With --devnet, how many milliseconds there are between two blocks.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 100, requires = "devnet", value_parser = clap::value_parser!(u64).range(1..))]
    block_time: u64,
    #[command(flatten)]
    logging: Logging,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("a service is no table: leave --csv out"));
    }
    if arguments.sample {
        return crate::format::text(out, format, "toml", quittance_facilitator::config::SAMPLE).map(|()| Answer::Yes);
    }
    // until the runtime is gone
    let _traces = arguments.logging.begin()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match &arguments.config {
            Some(path) => {
                let running = Running::start(read(path)?).await?;
                if arguments.check {
                    running.check(path, format, out)?;
                    running.close().await;
                    return Ok(Answer::Yes);
                }
                running.serve(format, out, |_, _| Ok(())).await
            }
            None => {
                let sandbox = sandbox::Sandbox::start(arguments.port, arguments.block_time).await?;
                let running = Running::start(sandbox.config()?).await?;
                running.serve(format, out, |out, url| sandbox.explain(out, url)).await
            }
        }
    })
}

/// Reads a configuration; variables are the environment's.
pub(crate) fn read(path: &Path) -> Result<Config, Failure> {
    let failed = |words: String| Failure::new(format!("{}: {words}", path.display()));
    let written = Written::of(path).ok_or_else(|| failed("the name ends neither in .toml nor in .json".into()))?;
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let variable = |name: &str| std::env::var(name).ok();
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    // a place in the text is part of the file's name, as editors want it
    Config::read(&text, written, Around { variable: &variable, folder })
        .map_err(|error| Failure::new(format!("{}:{error}", path.display())))
}

/// Everything that a service is made of, connected.
pub(crate) struct Running {
    config: Config,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    chains: Vec<Rpc>,
    setups: Vec<ChainSetup<Rpc>>,
}

impl Running {
    pub(crate) async fn start(mut config: Config) -> Result<Self, Failure> {
        let opened = Store::open(&config.store, &SealingKey::from_bytes(*config.sealing_key)).await;
        let store = Arc::new(opened.map_err(|error| Failure::new(error.to_string()))?);
        let metrics = Arc::new(Metrics::new());
        let (mut chains, mut setups) = (Vec::new(), Vec::new());
        for chain in std::mem::take(&mut config.chains) {
            let connected = Rpc::connect(chain.network, chain.rpc, chain.options, &metrics).await;
            let rpc = connected.map_err(|error| Failure::new(format!("{}: {error}", chain.network)))?;
            chains.push(rpc.clone());
            let setup = ChainSetup::new(Arc::new(rpc), chain.signers).with(chain.settings);
            setups.push(setup.giving_from(Arc::clone(&store)));
        }
        Ok(Self { config, store, metrics, chains, setups })
    }

    fn check(&self, path: &Path, format: Format, out: &mut impl Write) -> Result<(), Failure> {
        let nodes = self.chains.iter().map(|chain| (quittance_facilitator::Chain::network(chain), chain.well()));
        match format {
            Format::Json => {
                let chains = nodes.map(|(network, (well, all))| json!({ "network": network.as_str(), "well": well, "nodes": all }));
                writeln!(out, "{}", json!({ "chains": chains.collect::<Vec<_>>() }))?;
            }
            Format::Human | Format::Csv => {
                for (network, (well, all)) in nodes {
                    writeln!(out, "{network}: {well} of {all} nodes answer")?;
                }
                writeln!(out, "{} can be used", path.display())?;
            }
        }
        Ok(())
    }

    async fn close(self) {
        drop(self.setups);
        if let Some(store) = Arc::into_inner(self.store) {
            store.close().await;
        }
    }

    /// The engine, going on with what was open.
    pub(crate) async fn engine(self) -> Result<Engine, Failure> {
        let Self { config, store, metrics, chains, setups } = self;
        let settings = config.settings.clone();
        let facilitator = Facilitator::new(setups, Arc::clone(&store), Clock::system(), settings, Arc::clone(&metrics));
        let facilitator = facilitator.map_err(|error| Failure::new(error.to_string()))?;
        let recovered = facilitator.recover().await.map_err(|fault| Failure::new(format!("the store: {fault}")))?;
        Ok(Engine { config, store, metrics, chains, facilitator, recovered })
    }

    /// Serves until it is told to stop, and then until nothing is left half done.
    async fn serve<W: Write>(
        self,
        format: Format,
        out: &mut W,
        explain: impl FnOnce(&mut W, &str) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        let Engine { config, store, metrics, chains, facilitator, recovered } = self.engine().await?;
        // before anybody can know that it is there, so that whoever does can end it with what is open
        let stop = Stop::hear()?;
        let bound = TcpListener::bind(config.listen).await;
        let listener = bound.map_err(|error| Failure::new(format!("{}: {error}", config.listen)))?;
        let url = format!("http://{}", listener.local_addr()?);
        match format {
            Format::Json => writeln!(out, "{}", json!({ "url": url, "recovered": recovered }))?,
            Format::Human | Format::Csv => {
                writeln!(out, "facilitator at {url}")?;
                if recovered > 0 {
                    writeln!(out, "{recovered} settlements were open and go on")?;
                }
            }
        }
        explain(out, &url)?;
        out.flush()?;
        let settles = facilitator.clone();
        let service = Service::new(facilitator.clone(), metrics)
            .with_options(config.service)
            .for_callers(config.callers)
            .for_origins(config.origins)
            .ready_when(move || {
                chains.iter().for_each(Rpc::look_around);
                let well = settles.is_ready() && chains.iter().all(|chain| chain.well().0 > 0);
                if well { Ready::Yes } else { Ready::No }
            });
        // what goes wrong with waiting for a signal is as good as one
        let served = service.serve(listener, async { drop(stop.asked().await) });
        let served = served.await.map_err(|error| Failure::new(error.to_string()))?;
        tracing::info!("stopping: no more requests are taken");
        let open = tokio::select! {
            drained = facilitator.drain(config.service.drain) => drained.open,
            asked = stop::asked() => { asked?; return Err(Failure::new("stopped at once; what is open is kept")) }
        };
        drop(facilitator);
        // a task that has not ended yet may still hold it; what it was told is on the disk all the same
        if let Some(store) = Arc::into_inner(store) {
            store.close().await;
        }
        if format == Format::Human {
            match (served, open) {
                (Served::Whole, 0) => writeln!(out, "stopped; nothing is open")?,
                (_, open) => writeln!(out, "stopped; {open} settlements are open and kept, and the next start goes on with them")?,
            }
        }
        Ok(Answer::Yes)
    }
}

/// A facilitator at work.
pub(crate) struct Engine {
    config: Config,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    chains: Vec<Rpc>,
    pub(crate) facilitator: Facilitator<Rpc, Store>,
    pub(crate) recovered: usize,
}

impl Engine {
    /// Waits for what is open, and says how much of it is left.
    pub(crate) async fn drain(&self) -> usize {
        self.facilitator.drain(self.config.service.drain).await.open
    }

    pub(crate) async fn close(self) {
        drop(self.facilitator);
        // a task that has not ended yet may still hold it; what it was told is on the disk all the same
        if let Some(store) = Arc::into_inner(self.store) {
            store.close().await;
        }
    }
}

/// A key that everybody knows.
fn known_key(bytes: &[u8; 32]) -> Result<SecretKey, Failure> {
    SecretKey::from_bytes(bytes).map_err(|error| Failure::new(error.to_string()))
}
