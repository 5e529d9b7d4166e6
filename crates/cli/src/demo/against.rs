//! What somebody tries who wants something for nothing, or the agent's money twice.

use std::sync::atomic::Ordering;

use axum::http::Method;
use quittance_core::header::{self, PAYMENT_REQUIRED, PAYMENT_SIGNATURE};
use quittance_core::wire::{Asked, PaymentPayload};
use quittance_core::{Amount, Limits, Nonce, Terms, UnixSeconds, Window};
use quittance_evm::Unsigned;
use quittance_guard::text::escape;
use quittance_remote::{Bounds, Exchange, Wanted, Web};

use super::stage::{Stage, failed, price, units};
use super::story::{Scene, Teller};
use crate::{Failure, wallet};

/// How many copies are sent at once.
const COPIES: usize = 100;
/// How much of a reason is shown.
const SHOWN: usize = 120;

/// All of them; whether each came to nothing.
pub(super) async fn all(stage: &Stage, teller: &Teller) -> Result<bool, Failure> {
    let web = Web::new(Bounds::default()).map_err(|fault| failed(&fault))?;
    let thief = Thief { stage, web };
    let mut held = true;
    for scene in
        [thief.expired().await?, thief.elsewhere().await?, thief.too_little().await?, thief.copies().await?, thief.lost().await?]
    {
        held &= scene.1;
        teller.tell(scene.0).await;
    }
    Ok(held)
}

struct Thief<'a> {
    stage: &'a Stage,
    web: Web,
}

type Tried = (Scene, bool);

impl Thief<'_> {
    /// A payment that was good yesterday.
    async fn expired(&self) -> Result<Tried, Failure> {
        let now = wallet::now()?;
        let over = now.as_secs().saturating_sub(3_600);
        let terms = self.terms("/v1/report/1").await?;
        let payment = self.sign(&terms, Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(over)))?;
        self.refused("A payment that is over", "/v1/report/1", &payment).await
    }

    /// The agent's own payment, shown for something else.
    async fn elsewhere(&self) -> Result<Tried, Failure> {
        let payment = self.stage.watch.last_payment();
        self.refused("The agent's payment, shown for another report", "/v1/report/43", &payment).await
    }

    /// A payment of less than the price.
    async fn too_little(&self) -> Result<Tried, Failure> {
        let mut offer = self.terms("/v1/report/1").await?.requirements().clone();
        offer.amount = "1".to_owned();
        let cheap = Terms::parse(offer).map_err(|error| failed(&error))?;
        let payment = self.sign(&cheap, self.good()?)?;
        self.refused("A payment of a millionth of a dollar", "/v1/report/1", &payment).await
    }

    /// One payment, many times at once.
    async fn copies(&self) -> Result<Tried, Failure> {
        let path = "/v1/report/2";
        let payment = self.sign(&self.terms(path).await?, self.good()?)?;
        let before = self.stage.earned().await?;
        let asked = (0..COPIES).map(|_| {
            let (web, url, payment) = (self.web.clone(), self.url(path), payment.clone());
            tokio::spawn(
                async move { web.exchange_with(&Wanted::new(Method::GET, url), Some((PAYMENT_SIGNATURE, &payment))).await },
            )
        });
        let mut served = 0;
        for answer in asked.collect::<Vec<_>>() {
            let answer = answer.await.map_err(|error| failed(&error))?;
            served += usize::from(answer.is_ok_and(|answer| answer.status == 200));
        }
        let moved = self.moved(before).await?;
        let held = served == 1 && moved == price();
        let scene = Scene::verdict(format!("One payment, {COPIES} times at once"), held)
            .with("answer", format!("{served} served, {} refused", COPIES.saturating_sub(served)))
            .with("chain", format!("{} USDC moved", units(moved)));
        Ok((scene, held))
    }

    /// The answer that was paid for is lost on its way.
    async fn lost(&self) -> Result<Tried, Failure> {
        let watch = &self.stage.watch;
        let before = self.stage.earned().await?;
        let sent = watch.payments.load(Ordering::SeqCst);
        watch.losing.store(true, Ordering::SeqCst);
        let bought = self.stage.purchase("report-44", "/v1/report/44").await;
        let lost = !watch.losing.swap(false, Ordering::SeqCst);
        let sent = watch.payments.load(Ordering::SeqCst).saturating_sub(sent);
        let moved = self.moved(before).await?;
        let got = bought.as_ref().map_or_else(|error| error.to_string(), |answer| format!("{} in the end", answer.status()));
        let held = lost && sent > 1 && moved == price() && bought.is_ok_and(|answer| answer.status() == 200);
        let scene = Scene::verdict("The connection breaks after the agent has paid", held)
            .with("agent", format!("sends the same bytes {sent} times and signs once; {got}"))
            .with("chain", format!("{} USDC moved", units(moved)));
        Ok((scene, held))
    }

    /// Shows a payment that has to be refused.
    async fn refused(&self, what: &str, path: &str, payment: &str) -> Result<Tried, Failure> {
        let (earned, settled) = (self.stage.earned().await?, self.stage.watch.settlements.load(Ordering::SeqCst));
        let wanted = Wanted::new(Method::GET, self.url(path));
        let answer = self.web.exchange_with(&wanted, Some((PAYMENT_SIGNATURE, payment))).await;
        let answer = answer.map_err(|lost| Failure::new(format!("the shop does not answer: {lost:?}")))?;
        let moved = self.moved(earned).await?;
        let untouched = self.stage.watch.settlements.load(Ordering::SeqCst) == settled && moved == Amount::ZERO;
        let held = matches!(answer.status, 402 | 409) && untouched;
        let scene = Scene::verdict(what, held)
            .with("answer", format!("{}{}", answer.status, reason(&answer)))
            .with("chain", format!("{} USDC moved", units(moved)));
        Ok((scene, held))
    }

    async fn terms(&self, path: &str) -> Result<Terms, Failure> {
        let answer = self.web.exchange(&Wanted::new(Method::GET, self.url(path))).await;
        let answer = answer.map_err(|lost| Failure::new(format!("the shop does not answer: {lost:?}")))?;
        let asked = Asked::read(answer.header(PAYMENT_REQUIRED), &answer.body, &Limits::BODY).map_err(|error| failed(&error))?;
        asked.offers().first().cloned().ok_or_else(|| Failure::new("the shop offers nothing"))
    }

    /// What most clients make: a nonce of chance, bound to nothing.
    fn sign(&self, terms: &Terms, window: Window) -> Result<String, Failure> {
        let key = self.stage.agent()?;
        let nonce = Nonce::from_bytes(wallet::fresh()?);
        let unsigned = Unsigned::new(terms, key.address(), nonce, window).map_err(|denial| failed(&denial))?;
        let payload = unsigned.signed(key.sign(&unsigned.request().digest()));
        header::encode(&PaymentPayload::new(terms.requirements().clone(), payload), &Limits::HEADER).map_err(|error| failed(&error))
    }

    fn good(&self) -> Result<Window, Failure> {
        let until = wallet::now()?.checked_add(60).ok_or_else(|| Failure::new("the clock is at its end"))?;
        Ok(Window::new(UnixSeconds::from_secs(0), until))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stage.origin)
    }

    async fn moved(&self, before: Amount) -> Result<Amount, Failure> {
        self.stage.earned().await?.checked_sub(before).ok_or_else(|| Failure::new("the shop has lost money"))
    }
}

/// Why the shop refuses, in its own words.
fn reason(answer: &Exchange) -> String {
    let asked = Asked::read(answer.header(PAYMENT_REQUIRED), &answer.body, &Limits::BODY).ok();
    let said = asked.as_ref().and_then(|asked| asked.reason()).map(str::to_owned);
    let said =
        said.or_else(|| serde_json::from_slice::<serde_json::Value>(&answer.body).ok()?["error"].as_str().map(str::to_owned));
    said.map_or_else(String::new, |said| format!(": {}", escape(&said, SHOWN)))
}
