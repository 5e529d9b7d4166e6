//! `quittance gate`: stands in front of an API in any language and sells it, until it is told to stop.

mod plain;
mod reload;
mod said;
mod settler;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use quittance_core::wire::SupportedResponse;
use quittance_core::{Facilitator as _, Fault};
use quittance_evm::{EXACT, UPTO};
use quittance_gate::{Config, Gate, Means};
use quittance_server::Clock;
use quittance_service::Served;
use quittance_store::{SealingKey, Store};
use settler::Settler;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::facilitator::sandbox::Sandbox;
use crate::format::Format;
use crate::logging::Logging;
use crate::stop::{self, Stop};
use crate::waiting::Waiting;
use crate::{Answer, Failure};

#[derive(Args)]
#[command(
    after_help = "The upstream learns who paid from the headers quittance-payer, quittance-network, quittance-amount and quittance-transaction, which no \
                        client can forge through the gate. It gets no payment. Without --config, FACILITATOR_URL and FACILITATOR_KEY stand for \
                        --facilitator and its key, and payments are kept in QUITTANCE_HOME or ~/.quittance."
)]
pub(crate) struct Arguments {
    /// The configuration, in TOML or JSON; `--sample` shows one with every key. Prices are read again when it changes, and on SIGHUP.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["upstream", "sample"], conflicts_with_all = ["upstream", "sample"])]
    config: Option<PathBuf>,
    /// The API that is sold, such as http://127.0.0.1:3000.
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
    /// What each request costs, such as '$0.01'.
    #[arg(long, requires = "upstream")]
    price: Option<String>,
    /// Who is paid.
    #[arg(long, value_name = "ADDRESS", requires = "upstream")]
    pay_to: Option<String>,
    /// Where: CAIP-2, or a short name such as base-sepolia.
    #[arg(long, requires = "upstream")]
    network: Option<String>,
    /// Who settles. On a test network it can be left out.
    #[arg(long, value_name = "URL", requires = "upstream", conflicts_with = "devnet")]
    facilitator: Option<String>,
    /// Where buyers ask.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4021", conflicts_with = "config")]
    listen: SocketAddr,
    /// Where buyers think they ask, such as `https://api.example.com`, if that is somewhere else.
    #[arg(long, value_name = "URL", requires = "upstream")]
    origin: Option<String>,
    /// Where payments are kept: `sqlite:gate.db` or `postgres://user@host/database`.
    #[arg(long, value_name = "URL", requires = "upstream", conflicts_with = "devnet")]
    store: Option<String>,
    /// Where /health and /metrics are.
    #[arg(long, value_name = "ADDRESS:PORT", requires = "upstream")]
    admin: Option<SocketAddr>,
    /// Settle on a sandbox chain in this process: no network, no keys, no real money.
    #[arg(long, conflicts_with = "sample")]
    devnet: bool,
    /// Show a configuration with every key, commented.
    #[arg(long)]
    sample: bool,
    /// Say whether the configuration can be used, its store, its facilitator, its nodes and its upstream included, and do nothing with it.
    #[arg(long, conflicts_with = "sample")]
    check: bool,
    #[command(flatten)]
    logging: Logging,
}

/// How often open settlements are gone on with.
const AGAIN: Duration = Duration::from_secs(30);
/// How often payments that are over are forgotten.
const FORGETS: Duration = Duration::from_secs(600);
/// How long a facilitator may take to say what it can do, before anybody pays. One that comes later is asked by the first payment.
const ASKED: Duration = Duration::from_secs(3);

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("a service is no table: leave --csv out"));
    }
    if arguments.sample {
        return crate::format::text(out, format, "toml", quittance_gate::config::SAMPLE).map(|()| Answer::Yes);
    }
    // until the runtime is gone
    let _traces = arguments.logging.begin()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(compose(arguments, format, out))
}

/// Puts everything together, and takes it apart in the other order.
async fn compose(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let sandbox = if arguments.devnet { Some(Sandbox::start(0, 100).await?) } else { None };
    // from before it is read: what changes in between is a change
    let file = arguments.config.as_ref().map(|path| (path.clone(), reload::face(path)));
    let (listener, mut config) = match &arguments.config {
        Some(path) => {
            let config = plain::read(path)?;
            (if arguments.check { None } else { Some(listen(config.listen).await?) }, config)
        }
        None => {
            // the origin is where this listens, which a free port shows only then
            let listener = listen(arguments.listen).await?;
            let config = plain::written(arguments, listener.local_addr()?, sandbox.as_ref())?;
            (Some(listener).filter(|_| !arguments.check), config)
        }
    };
    let settler = Settler::start(&config, sandbox.as_ref()).await?;
    let store = Store::open(&config.store, &SealingKey::from_bytes(*config.sealing_key)).await;
    let store = Arc::new(store.map_err(|error| Failure::new(error.to_string()))?);
    let supported = {
        let _waiting = Waiting::on("the facilitator to say what it can do", format);
        ask(&settler).await
    };
    config.charged_by(supported.as_ref().map_err(|fault| *fault)).map_err(|error| Failure::new(error.to_string()))?;
    let can = match &supported {
        Ok(supported) => Ok(can(supported, &settler, &config)?),
        Err(fault) => Err(*fault),
    };
    let description = said::Description::of(&config, settler.place());
    let (attested, admin) = (settler.attested(), config.admin);
    let (witnesses, unseen) = settler::witnesses(&config, attested).await?;
    let means = Means {
        facilitator: settler.clone(),
        attested,
        log: Arc::clone(&store),
        schemes: vec![&EXACT, &UPTO],
        clock: Clock::system(),
        witnesses,
    };
    let gate = Gate::new(config, means).map_err(|error| Failure::new(error.to_string()))?;
    let answer = match listener {
        None => said::check(&gate, &description, (can, &unseen), format, out).await?,
        Some(listener) => {
            if let Err(fault) = can {
                tracing::warn!(
                    code = fault.code(),
                    "the facilitator does not say what it can do; until it answers, payments are answered with 503"
                );
            }
            for network in unseen {
                tracing::warn!(%network, "the node that settlements are looked for at does not answer; until it does, what is paid stays open");
            }
            let admin = match admin {
                Some(address) => Some(listen(address).await?),
                None => None,
            };
            let url = said::url(&listener, &description)?;
            // from before anybody is told that it is there: one for the listener, one to know when a second word ends it at once
            let stops = [Stop::hear()?, Stop::hear()?];
            said::hello(&description, &url, admin.as_ref(), format, out)?;
            if let Some(sandbox) = &sandbox
                && format == Format::Human
            {
                said::sandbox(sandbox, &description, &url, out)?;
            }
            out.flush()?;
            let reloading = file.map(|file| reload::watch(file, gate.clone(), settler.clone(), supported));
            serve(&gate, reloading, (listener, admin), stops, format, out).await?
        }
    };
    drop(gate);
    let open = settler.end().await;
    if let Some(store) = Arc::into_inner(store) {
        store.close().await;
    }
    if open > 0 && format == Format::Human {
        writeln!(out, "{open} settlements are open and kept, and the next start goes on with them")?;
    }
    Ok(answer)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::new(format!("{address}: {error}")))
}

/// What the facilitator says that it can do.
async fn ask(settler: &Settler) -> Result<SupportedResponse, Fault> {
    tokio::time::timeout(ASKED, settler.supported()).await.unwrap_or(Err(Fault::FacilitatorTimeout))
}

/// Whether the facilitator settles what is offered.
fn can(supported: &SupportedResponse, settler: &Settler, config: &Config) -> Result<(), Failure> {
    for offer in config.routes.iter().flat_map(|route| &route.offers) {
        let network = offer.network();
        let named = |text: &str| text == network.as_str() || quittance_core::registry::network_by_v1_name(text) == Some(network);
        if !supported.kinds.iter().any(|kind| kind.scheme == offer.scheme().as_str() && named(&kind.network)) {
            return Err(Failure::new(format!("{}: does not settle {} on {network}", settler.place(), offer.scheme().as_str())));
        }
    }
    Ok(())
}

/// Serves until it is told to stop, and then until nothing is left half done.
async fn serve(
    gate: &Gate<Settler, Store>,
    reloading: Option<impl Future<Output = ()> + Send + 'static>,
    (listener, admin): (TcpListener, Option<TcpListener>),
    [stop, first]: [Stop; 2],
    format: Format,
    out: &mut impl Write,
) -> Result<Answer, Failure> {
    let (tell, told) = watch::channel(false);
    let stopped = |mut told: watch::Receiver<bool>| async move {
        // who would have told is gone, which is as good as a word
        let _told = told.wait_for(|stop| *stop).await;
    };
    let reconciling = {
        let gate = gate.clone();
        tokio::spawn(async move {
            let mut forgot = Instant::now();
            loop {
                if forgot.elapsed() >= FORGETS {
                    forgot = Instant::now();
                    if let Err(fault) = gate.forget().await {
                        tracing::warn!(code = fault.code(), "the log cannot forget");
                    }
                }
                match gate.reconcile().await {
                    Ok(found) if found.ended > 0 => {
                        tracing::info!(ended = found.ended, "settlements that were open have come to an end");
                    }
                    // what waits for another facilitator has been told one by one
                    Ok(_) => {}
                    Err(fault) => tracing::warn!(code = fault.code(), "open settlements cannot be gone on with"),
                }
                tokio::time::sleep(AGAIN).await;
            }
        })
    };
    let reloading = reloading.map(tokio::spawn);
    let admin = admin.map(|listener| {
        let (gate, stop) = (gate.clone(), stopped(told.clone()));
        tokio::spawn(async move { gate.serve_admin(listener, stop).await })
    });
    let stop = async {
        // what goes wrong with waiting for a signal is as good as one
        drop(stop.asked().await);
        tracing::info!("stopping: no more requests are taken");
    };
    let served = {
        let mut served = std::pin::pin!(gate.serve(listener, stop));
        let mut first = std::pin::pin!(first.asked());
        tokio::select! {
            served = &mut served => served,
            _first = &mut first => tokio::select! {
                served = &mut served => served,
                again = stop::asked() => { again?; return Err(Failure::new("stopped at once; what is open is kept")) }
            },
        }
    };
    reconciling.abort();
    drop(reconciling.await);
    if let Some(reloading) = reloading {
        reloading.abort();
        drop(reloading.await);
    }
    // health says that it stops for as long as it does
    let _told = tell.send(true);
    if let Some(admin) = admin {
        drop(admin.await);
    }
    let served = served.map_err(|error| Failure::new(error.to_string()))?;
    if format == Format::Human {
        match served {
            Served::Whole => writeln!(out, "stopped; every request was answered")?,
            Served::Interrupted => writeln!(out, "stopped; some requests were not answered in time")?,
        }
    }
    Ok(Answer::Yes)
}
