//! What happens, for operators: on standard error, and as traces by OTLP where the program is built with the feature `otlp` and is told where to.
//!
//! Traces are HTTP with protobuf, to `/v1/traces` below the URL that `--otlp` or `OTEL_EXPORTER_OTLP_ENDPOINT` names. They hold what the log holds,
//! at the same level, in spans of whole requests, and nothing of others' libraries: what those say of connections and headers is theirs (catalogue
//! row 220). Nobody's trace is gone on with: a header that says so is a stranger's.

use clap::{Args, ValueEnum};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Failure;

/// What is logged, and where to.
#[derive(Args)]
pub(crate) struct Logging {
    /// How much is logged, on standard error.
    #[arg(long, value_enum, default_value_t = Level::Info)]
    log: Level,
    /// Where traces go as well, by OTLP over HTTP; by default to the value of OTEL_EXPORTER_OTLP_ENDPOINT, if there is one.
    #[cfg(feature = "otlp")]
    #[arg(long, value_name = "URL")]
    otlp: Option<String>,
}

/// How much is logged.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => Self::OFF,
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
        }
    }
}

impl Logging {
    /// Begins to log. What is to be sent is sent at the latest when the value goes, which must be outside of a runtime.
    pub(crate) fn begin(&self) -> Result<Traces, Failure> {
        let level = LevelFilter::from(self.log);
        let stderr = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_target(false);
        let log = tracing_subscriber::registry().with(stderr.with_filter(level));
        #[cfg(feature = "otlp")]
        let (traces, log) = {
            let (traces, layer) = otlp::begin(self.otlp.as_deref())?;
            (traces, log.with(layer.map(|layer| layer.with_filter(otlp::ours(level)))))
        };
        #[cfg(not(feature = "otlp"))]
        let traces = Traces(());
        log.init();
        Ok(traces)
    }
}

/// Sends traces as long as it lives, and what is left of them in the end.
#[must_use = "what is to be sent is sent as long as it lives"]
pub(crate) struct Traces(
    #[cfg(feature = "otlp")] Option<opentelemetry_sdk::trace::SdkTracerProvider>,
    #[cfg(not(feature = "otlp"))] (),
);

#[cfg(feature = "otlp")]
impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

#[cfg(feature = "otlp")]
mod otlp {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
    use tracing_opentelemetry::OpenTelemetryLayer;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::registry::LookupSpan;

    use super::Traces;
    use crate::Failure;

    /// The variable that programs which speak OTLP read.
    const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// What sends traces, if anybody is named to send them to.
    pub(super) fn begin<S>(named: Option<&str>) -> Result<(Traces, Option<OpenTelemetryLayer<S, SdkTracer>>), Failure>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        let endpoint = named.map(str::to_owned).or_else(|| std::env::var(ENDPOINT).ok().filter(|endpoint| !endpoint.is_empty()));
        let Some(endpoint) = endpoint else { return Ok((Traces(None), None)) };
        // reqwest is built without one of its own; somebody else may have said which
        drop(rustls::crypto::ring::default_provider().install_default());
        let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        // the URL is not repeated: it may hold a key
        let failed = |_| Failure::new("traces cannot be sent to the URL that is named for OTLP");
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).with_endpoint(endpoint);
        let resource = Resource::builder_empty().with_service_name("quittance").build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter.build().map_err(failed)?).with_resource(resource).build();
        // neither the file nor the line nor the thread of what happens is anybody's business
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("quittance"));
        let layer = layer.with_location(false).with_threads(false).with_target(false);
        Ok((Traces(Some(provider)), Some(layer)))
    }

    /// What our own crates say, so much of it.
    pub(super) fn ours(level: LevelFilter) -> Targets {
        let crates =
            ["quittance", "quittance_facilitator", "quittance_gate", "quittance_server", "quittance_service", "quittance_store"];
        Targets::new().with_default(LevelFilter::OFF).with_targets(crates.map(|name| (name, level)))
    }
}
