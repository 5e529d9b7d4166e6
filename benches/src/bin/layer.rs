//! What the seller's layer costs a request that does not pay: `layer [--quick]`.
//!
//! The same service is called bare and behind the layer, in turn, in one thread, and the clock is the thread's own. A request that does not pay is
//! answered 402 with the terms of both versions, and never reaches the service; what is left of it is the layer. Prints one line per kind of request,
//! tab-separated: its name, nanoseconds behind the layer, bare, and of the layer alone (medians), and its smallest and largest round.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use cpu_time::ThreadTime;
use http::{Request, Response};
use http_body_util::Full;
use quittance_core::registry::networks;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Facilitator, Fault};
use quittance_evm::EXACT;
use quittance_guard::memory::MemoryReplayLog;
use quittance_server::{Origin, Route, Seller, offer};
use tower_layer::Layer as _;
use tower_service::Service;

const PAY_TO: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// Nobody is asked for a request that does not pay.
struct Nobody;

impl Facilitator for Nobody {
    fn name(&self) -> &str {
        "nobody"
    }

    async fn verify(&self, _: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        Err(Fault::FacilitatorUnreachable)
    }

    async fn settle(&self, _: &SettleRequest) -> Result<SettleResponse, Fault> {
        Err(Fault::FacilitatorUnreachable)
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        Err(Fault::FacilitatorUnreachable)
    }
}

/// What is sold.
#[derive(Clone)]
struct Bare;

impl Service<Request<Full<Bytes>>> for Bare {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        Box::pin(async move {
            drop(request);
            Ok(Response::new(Full::from("the report")))
        })
    }
}

/// A request as a client without payment makes it.
fn request() -> Request<Full<Bytes>> {
    let request =
        Request::get("/v1/report/42").header("host", "api.example.com").header("accept", "*/*").header("user-agent", "agent/1.0");
    request.body(Full::default()).expect("a request")
}

/// The answer of a future that waits for nobody.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("nothing is waited for"),
    }
}

/// Nanoseconds of one call, of a batch.
fn batch(calls: u32, mut call: impl FnMut()) -> f64 {
    let clock = ThreadTime::now();
    (0..calls).for_each(|_| call());
    clock.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(times: &mut [f64]) -> (f64, f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[0], times[times.len() - 1])
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (rounds, calls) = if quick { (15, 2_000) } else { (101, 10_000) };
    let log = Arc::new(MemoryReplayLog::new(1_000));
    let origin = Origin::parse("https://api.example.com").expect("an origin");
    let seller = Seller::setup(Nobody, log, origin).scheme(&EXACT).build().expect("a seller");
    let fixed = offer::exact(networks::BASE, "$0.01", PAY_TO).expect("an offer");
    let sold = seller.sell(Route::new([fixed]).description("A report")).expect("a route");
    let mut layered = sold.layer(Bare);
    let mut bare = Bare;
    assert_eq!(now(layered.call(request())).map(|answer| answer.status().as_u16()), Ok(402));
    let (mut with, mut without, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let behind = batch(calls, || drop(black_box(now(layered.call(request())))));
        let before = batch(calls, || drop(black_box(now(bare.call(request())))));
        with.push(behind);
        without.push(before);
        alone.push(behind - before);
    }
    let ((with, ..), (without, ..), (alone, least, most)) = (median(&mut with), median(&mut without), median(&mut alone));
    println!("first-request\t{with:.0}\t{without:.0}\t{alone:.0}\t{least:.0}\t{most:.0}");
}
