//! The client and the server of x402-rs, for whoever is not Rust.
//!
//! ```text
//! quittance-peer-x402-rs-http client
//! quittance-peer-x402-rs-http server <url of a facilitator> <who is paid> <where buyers reach it>
//! ```
//!
//! The client reads a purchase a line, `{"key": "0x…", "url": "http://…"}`, and writes what came of it, a line for each. The server says where it
//! listens. Both end when their input does.

use std::env;
use std::error::Error;
use std::io::{BufRead as _, Read as _};
use std::sync::Arc;

use alloy_signer_local::PrivateKeySigner;
use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use x402_axum::X402Middleware;
use x402_chain_eip155::chain::{AssetTransferMethod, ChecksummedAddress};
use x402_chain_eip155::{
    KnownNetworkEip155, V1Eip155ExactClient, V2Eip155Exact, V2Eip155ExactClient, V2Eip155Upto, V2Eip155UptoClient,
};
use x402_reqwest::{ReqwestWithPayments as _, ReqwestWithPaymentsBuild as _, X402Client};
use x402_types::networks::USDC;

type Anyhow<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Anyhow<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["client"] => client().await,
        ["server", facilitator, payee, origin] => server(facilitator, payee, origin).await,
        _ => Err("client, or server with a facilitator, a payee and an origin".into()),
    }
}

async fn client() -> Anyhow<()> {
    for line in std::io::stdin().lock().lines() {
        let wanted: Value = serde_json::from_str(&line?)?;
        let text = |name: &str| wanted[name].as_str().ok_or("a purchase is a key and a url");
        let said = match buy(text("key")?, text("url")?).await {
            Ok((status, body)) => json!({ "status": status, "body": body }),
            Err(error) => json!({ "status": error.to_string() }),
        };
        println!("{said}");
    }
    Ok(())
}

async fn buy(key: &str, url: &str) -> Anyhow<(u16, String)> {
    let signer = Arc::new(key.parse::<PrivateKeySigner>()?);
    let payments = X402Client::new()
        .register(V1Eip155ExactClient::new(Arc::clone(&signer)))
        .register(V2Eip155ExactClient::new(Arc::clone(&signer)))
        .register(V2Eip155UptoClient::new(signer));
    let response = reqwest::Client::new().with_payments(payments).build().get(url).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

async fn server(facilitator: &str, payee: &str, origin: &str) -> Anyhow<()> {
    let payments = X402Middleware::try_new(facilitator)?.with_base_url(origin.parse()?);
    let payee = payee.parse::<ChecksummedAddress>()?;
    let usdc = USDC::base_sepolia();
    let mut permitted = usdc.clone();
    permitted.transfer_method = AssetTransferMethod::Permit2 { name: "USDC".into(), version: "2".into() };
    let word = || get(async || "word");
    let app = Router::new()
        .route("/eip3009", word().layer(payments.with_price_tag(V2Eip155Exact::price_tag(payee, usdc.amount(10_000_u64)))))
        .route("/permit2", word().layer(payments.with_price_tag(V2Eip155Exact::price_tag(payee, permitted.amount(10_000_u64)))))
        .route("/upto", word().layer(payments.with_price_tag(V2Eip155Upto::price_tag(payee, permitted.amount(100_000_u64)))));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("shop at http://{}", listener.local_addr()?);
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served?,
        _ = ended => {}
    }
    Ok(())
}
