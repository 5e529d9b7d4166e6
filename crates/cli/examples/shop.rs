//! A shop on the layer of `quittance-server`, with a facilitator behind HTTP and one route for each way to be paid, and one
//! that charges by a meter.
//!
//! The stage of interop puts it where the protocol's own server stands, so it sells what that one sells, at the same prices. It says where it
//! listens and ends when its input does.
//!
//! ```console
//! $ cargo run -p quittance-cli --example shop -- --facilitator http://127.0.0.1:4020 --pay-to 0x…
//! shop at http://127.0.0.1:41235
//! ```

use std::error::Error;
use std::io::Read as _;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use clap::Parser;
use quittance_core::json::{Object, Value};
use quittance_core::registry::{AssetInfo, default_asset};
use quittance_core::wire::PaymentRequirements;
use quittance_core::{Amount, Facilitator as _, Money, Network, Terms};
use quittance_evm::{EXACT, UPTO};
use quittance_guard::memory::MemoryReplayLog;
use quittance_remote::RemoteFacilitator;
use quittance_server::{Full, Meter, Order, Origin, Route, Seller, offer};
use tokio::net::TcpListener;

#[derive(Parser)]
struct Arguments {
    /// The facilitator's URL.
    #[arg(long)]
    facilitator: String,
    /// Who is paid.
    #[arg(long)]
    pay_to: String,
    /// The network that is paid on.
    #[arg(long, default_value = "eip155:84532")]
    network: String,
    /// Where buyers reach the shop, if that is not where it listens.
    #[arg(long)]
    origin: Option<String>,
}

/// For how many seconds an offer is good.
const SECONDS: u64 = 120;
const PRICE: &str = "$0.01";
const CEILING: &str = "$0.10";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let network = Network::parse(&arguments.network)?;
    let asset = default_asset(network).ok_or("the network has no asset that is known")?;
    let facilitator = RemoteFacilitator::builder(&arguments.facilitator)?.allow_plain_http().build()?;
    // whoever charges a ceiling has to be named in it
    let charges = charging(&facilitator, &arguments.network).await?;

    let log = Arc::new(MemoryReplayLog::new(100_000));
    let origin = Origin::parse(arguments.origin.as_deref().unwrap_or(&here))?;
    let seller = Seller::setup(facilitator, log, origin).scheme(&EXACT).scheme(&UPTO).build()?;
    let sell = |terms: Terms| seller.sell(Route::new([terms]).description("a word").mime_type("text/plain"));
    let word = || get(async || "word");

    let by_permit2 = [("assetTransferMethod", "permit2")];
    let eip3009 = offer::exact_within(network, PRICE, &arguments.pay_to, SECONDS)?;
    let permit2 = priced("exact", asset, PRICE, &arguments.pay_to, &by_permit2)?;
    let mut shop = Router::new().route("/eip3009", word().layer(sell(eip3009)?)).route("/permit2", word().layer(sell(permit2)?));
    if let Some(charges) = charges {
        let upto = priced("upto", asset, CEILING, &arguments.pay_to, &[("facilitatorAddress", &charges)])?;
        // more than anybody here has under way
        let exposure = upto.amount().checked_mul(Amount::from_u64(100)).ok_or("no such amount")?;
        let route = Route::new([upto.clone()]).description("a word").mime_type("text/plain").order(Order::Metered { exposure });
        shop = shop.route("/upto", word().layer(sell(upto)?)).route("/metered", get(metered).layer(seller.sell(route)?));
    }

    println!("shop at {here}");
    // whoever started it has gone when the input ends
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = async { axum::serve(listener, shop).await } => served?,
        _ = ended => {}
    }
    Ok(())
}

/// Sells a word for what its buyer chooses in the query, `?charge=30000`, as long as that is authorized.
async fn metered(Extension(meter): Extension<Meter>, request: Request) -> Response {
    let chosen = request.uri().query().and_then(|query| query.strip_prefix("charge=")).and_then(|text| Amount::parse(text).ok());
    match chosen.map(|amount| meter.charge(amount)) {
        Some(Ok(())) => "word".into_response(),
        // the layer charges nothing for an answer that is an error
        Some(Err(Full)) => (StatusCode::INTERNAL_SERVER_ERROR, r#"{"error":"more_than_authorized"}"#).into_response(),
        None => (StatusCode::BAD_REQUEST, r#"{"error":"no_charge"}"#).into_response(),
    }
}

/// An offer in an asset's own words, and some more.
fn priced(scheme: &str, asset: &AssetInfo, price: &str, pay_to: &str, more: &[(&str, &str)]) -> Result<Terms, Box<dyn Error>> {
    let exact = Terms::exact(asset, &Money::parse(price)?, pay_to, SECONDS)?;
    let mut requirements: PaymentRequirements = exact.requirements().clone();
    requirements.scheme = scheme.to_owned();
    let extra = requirements.extra.get_or_insert_with(Object::new);
    for (name, text) in more {
        extra.insert(*name, *text);
    }
    Ok(Terms::parse(requirements)?)
}

/// Who charges payments of the scheme `upto`, by the facilitator's own word.
async fn charging(facilitator: &RemoteFacilitator, network: &str) -> Result<Option<String>, Box<dyn Error>> {
    let supported = facilitator.supported().await?;
    let upto = supported.kinds.into_iter().find(|kind| kind.scheme == "upto" && kind.network == network);
    let address = upto.as_ref().and_then(|kind| kind.extra.as_ref()?.member("facilitatorAddress")).and_then(Value::as_str);
    Ok(address.map(str::to_owned))
}
