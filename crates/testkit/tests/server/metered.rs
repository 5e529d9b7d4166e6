//! Metered routes: what was delivered is charged, and no more than was authorized.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use axum::{Extension, Router};
use futures_core::Stream;
use http_body_util::BodyExt as _;
use quittance_core::{Amount, Terms, UnixSeconds};
use quittance_evm::UPTO;
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog as _;
use quittance_server::{Clock, Meter, Options, Order, Origin, Route, Seller};
use quittance_testkit::payer::Way;
use tokio::time::Instant;
use tower::ServiceExt as _;

use crate::engine::{PRICE, Stage};
use crate::shop::{Ask, ORIGIN, settle_down};

/// What a piece costs: a tenth of the ceiling.
const PIECE: Amount = Amount::from_u64(1_000);

struct Press {
    stage: Stage,
    log: Arc<MemoryReplayLog>,
    seller: Seller<crate::shop::Engine, MemoryReplayLog>,
    served: Arc<AtomicUsize>,
    app: Router,
}

impl Press {
    fn new() -> Self {
        let stage = Stage::new();
        let log = Arc::new(MemoryReplayLog::new(1_000));
        let chain = stage.chain.clone();
        let mut options = Options::default();
        options.attested = Attested::Chain;
        let seller = Seller::setup(stage.facilitator.clone(), Arc::clone(&log), Origin::parse(ORIGIN).unwrap())
            .scheme(&UPTO)
            .clock(Clock::new(move || Ok(chain.now())))
            .options(options)
            .build()
            .unwrap();
        let offer = stage.order_by(Way::Upto(stage.signer(0)), 0).offer(60);
        let route = Route::new([Terms::parse(offer).unwrap()]).order(Order::Metered { exposure: crate::engine::times(3) });
        let layer = seller.sell(route).unwrap();
        let served = Arc::new(AtomicUsize::new(0));
        let app = Router::new().route("/v1/{*rest}", get(print).layer(layer)).layer(Extension(Arc::clone(&served)));
        Self { stage, log, seller, served, app }
    }

    fn ask(&self, target: &str, nonce: u8) -> Ask {
        Ask::get(target).paying(&self.stage.order_by(Way::Upto(self.stage.signer(0)), nonce).payment(60))
    }

    async fn begin(&self, ask: Ask) -> Response<Body> {
        let mut request = Request::builder().uri(ask.target).body(Body::empty()).unwrap();
        *request.headers_mut() = ask.headers;
        self.app.clone().oneshot(request).await.unwrap()
    }

    /// The pieces of an answer, and what the payee has when all is done.
    async fn print(&self, target: &str, nonce: u8) -> (StatusCode, usize, Amount) {
        let response = self.begin(self.ask(target, nonce)).await;
        let status = response.status();
        let body = response.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        (status, body.iter().filter(|byte| **byte == b';').count(), self.paid().await)
    }

    async fn paid(&self) -> Amount {
        settle_down().await;
        self.seller.drained().await;
        self.stage.paid()
    }

    async fn open(&self) -> usize {
        self.log.open(UnixSeconds::from_secs(u64::MAX)).await.unwrap().len()
    }
}

/// Sells pieces. What it is told in the query is what it does.
async fn print(
    Extension(served): Extension<Arc<AtomicUsize>>,
    Extension(meter): Extension<Meter>,
    request: Request,
) -> Response<Body> {
    served.fetch_add(1, Ordering::SeqCst);
    assert_eq!(meter.ceiling(), PRICE);
    let query = request.uri().query().unwrap_or_default();
    let (kind, count) = query.split_once('=').unwrap_or((query, "0"));
    let count = count.parse().unwrap_or(0);
    if kind == "fails" {
        meter.charge(PIECE).unwrap();
        return Response::builder().status(500).body(Body::empty()).unwrap();
    }
    if kind == "empty" {
        meter.charge(PIECE).unwrap();
        return Response::builder().status(204).body(Body::empty()).unwrap();
    }
    if kind == "never" {
        std::future::pending::<()>().await;
    }
    let kind = kind.to_owned();
    Response::builder()
        .header("content-length", "1000")
        .body(Body::from_stream(Pieces { meter, kind, count, waits: None }))
        .unwrap()
}

/// Pieces, each charged for before it is sent.
struct Pieces {
    meter: Meter,
    kind: String,
    count: u64,
    waits: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        use std::task::Poll;
        if let Some(waits) = &mut self.waits {
            std::task::ready!(waits.as_mut().poll(context));
            self.waits = None;
        }
        if self.count == 0 {
            return Poll::Ready((self.kind == "breaks").then(|| Err(std::io::Error::other("it breaks"))));
        }
        self.count -= 1;
        if self.kind == "slow" {
            self.waits = Some(Box::pin(tokio::time::sleep(Duration::from_secs(4))));
        }
        // one that does not care goes on whatever the meter says
        let charged = if self.kind == "free" { Ok(()) } else { self.meter.charge(PIECE) };
        match charged {
            Err(_) if self.kind != "careless" => Poll::Ready(None),
            _ => Poll::Ready(Some(Ok(Bytes::from_static(b"piece;")))),
        }
    }
}

fn pieces(count: u64) -> Amount {
    Amount::from_u64(1_000 * count)
}

#[tokio::test(start_paused = true)]
async fn what_is_delivered_is_charged_and_nothing_else() {
    let press = Press::new();
    assert_eq!(press.print("/v1/p?whole=3", 1).await, (StatusCode::OK, 3, pieces(3)));
    assert_eq!(press.print("/v1/p?breaks=2", 2).await, (StatusCode::OK, 0, pieces(5)), "what was sent before it broke");
    assert_eq!(press.print("/v1/p?fails", 3).await, (StatusCode::INTERNAL_SERVER_ERROR, 0, pieces(5)));
    assert_eq!((press.open().await, press.served.load(Ordering::SeqCst)), (0, 3));
    let again = press.begin(press.ask("/v1/p?whole=3", 1)).await;
    assert_eq!((again.status(), press.paid().await, press.served.load(Ordering::SeqCst)), (StatusCode::CONFLICT, pieces(5), 3));
}

#[tokio::test(start_paused = true)]
async fn row_161_an_answer_ends_where_the_ceiling_is() {
    let press = Press::new();
    assert_eq!(press.print("/v1/p?whole=10", 1).await, (StatusCode::OK, 10, PRICE), "the ceiling itself");
    assert_eq!(press.print("/v1/p?whole=20", 2).await, (StatusCode::OK, 10, crate::engine::times(2)));
    assert_eq!(
        press.print("/v1/p?careless=20", 3).await,
        (StatusCode::OK, 10, crate::engine::times(3)),
        "also for one who goes on"
    );
    assert_eq!(press.open().await, 0);
}

#[tokio::test(start_paused = true)]
async fn row_158_who_hangs_up_pays_for_what_was_sent() {
    let (press, began) = (Press::new(), Instant::now());
    let mut response = press.begin(press.ask("/v1/p?slow=9", 1)).await;
    assert!(!response.headers().contains_key("content-length"));
    for _ in 0..2 {
        assert!(response.body_mut().frame().await.unwrap().unwrap().is_data());
    }
    drop(response);
    assert_eq!((press.paid().await, press.open().await), (pieces(2), 0));
    assert!(began.elapsed() < Duration::from_secs(15), "nobody waits for the time until which it could have gone on");
}

#[tokio::test(start_paused = true)]
async fn row_164_nothing_charged_touches_no_chain() {
    let press = Press::new();
    let first = press.begin(press.ask("/v1/p?free=4", 1)).await;
    let asked = press.stage.node.asked(None);
    assert_eq!(first.into_body().collect().await.unwrap().to_bytes().len(), 24);
    assert_eq!((press.paid().await, press.stage.node.asked(None)), (Amount::ZERO, asked));
    assert_eq!(press.open().await, 0);
    let again = press.begin(press.ask("/v1/p?free=4", 1)).await;
    assert_eq!(again.status(), StatusCode::CONFLICT, "it was used");
}

#[tokio::test(start_paused = true)]
async fn row_165_an_answer_ends_in_time_to_be_settled() {
    let press = Press::new();
    // a minute is authorized, and a settlement may take forty-five seconds of it
    let (status, sent, paid) = press.print("/v1/p?slow=9", 1).await;
    assert_eq!((status, sent < 9, paid), (StatusCode::OK, true, pieces(sent as u64)));
    let (status, _, paid_then) = press.print("/v1/p?never", 2).await;
    assert_eq!((status, paid_then, press.open().await), (StatusCode::PAYMENT_REQUIRED, paid, 0));
}

#[tokio::test(start_paused = true)]
async fn row_165_who_stops_reading_pays_in_time_for_what_was_sent() {
    let press = Press::new();
    let mut response = press.begin(press.ask("/v1/p?whole=9", 1)).await;
    for _ in 0..2 {
        assert!(response.body_mut().frame().await.unwrap().unwrap().is_data());
    }
    // a server asks for no piece that its client has no room for
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!((press.stage.paid(), press.open().await), (pieces(2), 0), "the minute has not ended");
    assert!(response.body_mut().frame().await.is_none(), "what comes after that is not paid for");
    drop(response);
    assert_eq!(press.paid().await, pieces(2), "once");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_body_costs_what_its_head_was_charged() {
    let press = Press::new();
    let response = press.begin(press.ask("/v1/p?empty", 1)).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    // there is no body that a server would ask for
    drop(response);
    assert_eq!((press.paid().await, press.open().await), (pieces(1), 0));
}

#[tokio::test(start_paused = true)]
async fn row_149_one_payer_has_so_much_under_way_and_no_more() {
    let press = Press::new();
    let mut open = Vec::new();
    for nonce in 1..=4 {
        open.push(press.begin(press.ask("/v1/p?slow=9", nonce)).await);
    }
    let statuses: Vec<_> = open.iter().map(|response| response.status().as_u16()).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    drop(open);
    press.paid().await;
    assert_eq!(press.open().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_metered_route_offers_nothing_that_costs_one_price() {
    let press = Press::new();
    let exact = Terms::parse(press.stage.order(1).offer(60)).unwrap();
    let route = Route::new([exact]).order(Order::Metered { exposure: PRICE });
    assert!(press.seller.sell(route).is_err());
}
