//! The policy pause: may this be paid, decided on one frozen look at everything (`quittance_guard::policy`).
//!
//! What has been spent is not known here and cannot be: a page has many tabs and a worker many instances. An answer names the limits, and
//! the host's ledger has to hold the amount to them before anything is signed (catalogue row 237).

use alloc::vec::Vec;

use quittance_core::json::{Object, Value};
use quittance_core::wire::Asked;
use quittance_core::{Account, Amount, Asset, Limits, Network, Resource, Terms, UnixSeconds};
use quittance_guard::policy::{Allowed, Approval, Decision, Denied, KnownPrice, PassedOver, Pin, Policy, PriceSource, Snapshot};
use quittance_guard::{LabelError, PurchaseId, SessionId, TaskId};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::Texts;

/// What is asked, and by whom.
pub(crate) struct Question<'a> {
    pub(crate) asked: Asked,
    pub(crate) resource: Resource,
    pub(crate) method: &'a str,
    pub(crate) now: UnixSeconds,
    policy: Policy,
    purchase: PurchaseId,
    task: Option<TaskId>,
    session: Option<SessionId>,
    reason: Option<&'a str>,
    approval: Option<Approval>,
    prices: Vec<KnownPrice>,
    pins: Vec<Pin>,
}

impl<'a> Question<'a> {
    /// Reads the arguments. A policy that cannot be read is an error, and so allows nothing.
    pub(crate) fn read(texts: &'a Texts) -> Result<Self, Problem> {
        let label = |error: LabelError| Problem::named(error.name(), error);
        let policy = Policy::from_json(texts.required("policy")?).map_err(|error| Problem::named(error.reason().name(), error))?;
        let required = texts.optional("required")?.map(str::as_bytes);
        let body = texts.optional("body")?.unwrap_or_default().as_bytes();
        let approval = texts.optional("approval")?.map(Approval::parse).transpose();
        Ok(Self {
            asked: Asked::read(required, body, &Limits::BODY)?,
            resource: Resource::parse(texts.required("resource")?).map_err(Problem::of_kind)?,
            method: texts.required("method")?,
            now: UnixSeconds::parse(texts.required("now")?).map_err(Problem::of_kind)?,
            policy,
            purchase: PurchaseId::parse(texts.required("purchase")?).map_err(label)?,
            task: texts.optional("task")?.map(TaskId::parse).transpose().map_err(label)?,
            session: texts.optional("session")?.map(SessionId::parse).transpose().map_err(label)?,
            reason: texts.optional("reason")?,
            approval: approval.map_err(|error| Problem::named(error.name(), error))?,
            prices: texts.list("prices")?.iter().map(price).collect::<Result<_, _>>()?,
            pins: texts.list("pins")?.iter().map(pin).collect::<Result<_, _>>()?,
        })
    }

    /// The decision.
    pub(crate) fn decide(&self) -> Decision {
        let signed = self.asked.signed_offers();
        let mut snapshot = Snapshot::new(self.asked.offers(), &self.resource, self.method, &self.purchase, self.now);
        snapshot.claims = self.asked.claims();
        snapshot.signed = &signed;
        snapshot.task = self.task.as_ref();
        snapshot.session = self.session.as_ref();
        snapshot.reason = self.reason;
        snapshot.approval = self.approval.as_ref();
        snapshot.prices = &self.prices;
        snapshot.pins = &self.pins;
        self.policy.decide(&snapshot)
    }
}

/// The decision as it is told.
pub(crate) fn decide(arguments: &[u8]) -> Answer {
    let texts = Texts::read(arguments)?;
    let question = Question::read(&texts)?;
    match question.decide() {
        Decision::Allow(it) => Ok(allowed(&it, &question)),
        Decision::Ask(request) => Ok(members([
            ("decision", "ask".into()),
            ("detail", request.words().into()),
            ("approval", shown(request.approve())),
            ("terms", request.terms().requirements().to_json().into()),
            ("passedOver", passed_over(request.passed_over())),
        ])),
        Decision::Deny(it) => Ok(members([
            ("decision", "deny".into()),
            ("code", it.denial().name().into()),
            ("rule", it.rule().into()),
            ("detail", it.words().into()),
            ("passedOver", passed_over(it.passed_over())),
        ])),
    }
}

/// What is told of an offer that may be paid.
pub(crate) fn allowed(allowed: &Allowed, question: &Question<'_>) -> Object {
    let terms = allowed.terms();
    let limits = allowed
        .limits()
        .iter()
        .map(|limit| Value::Object(members([("meter", limit.meter.as_str().into()), ("max", shown(limit.max))])));
    let mut told = members([
        ("decision", "allow".into()),
        ("detail", allowed.rule().into()),
        ("terms", terms.requirements().to_json().into()),
        ("termsHash", shown(terms.hash())),
        ("amount", shown(terms.amount())),
        ("asset", shown(terms.asset())),
        ("window", shown(allowed.window())),
        ("limits", limits.collect::<Vec<_>>().into()),
        ("resource", allowed.shown_resource().into()),
        ("passedOver", passed_over(allowed.passed_over())),
    ]);
    if let Some(offer) = index(terms, question.asked.offers()) {
        told.insert("offer", offer);
    }
    if let Some(id) = allowed.approval() {
        told.insert("approvalId", shown(id));
    }
    if let Some(pin) = allowed.pin() {
        told.insert("pin", members([("network", shown(pin.network)), ("payee", shown(&pin.payee))]));
    }
    if let Some(category) = allowed.category() {
        told.insert("category", category.as_str());
    }
    told
}

/// A refusal by the buyer's own policy, as an error of whoever went on to sign.
pub(crate) fn denied(denied: &Denied) -> Problem {
    Problem::named(denied.denial().name(), denied.words()).with("rule", denied.rule())
}

fn passed_over(offers: &[PassedOver]) -> Value {
    let told = offers.iter().map(|passed| {
        let mut told = members([("offer", shown(passed.offer)), ("detail", passed.words.as_str().into())]);
        if let Some(denial) = passed.denial {
            told.insert("code", denial.name());
        }
        Value::Object(told)
    });
    told.collect::<Vec<_>>().into()
}

/// Which of the offers it is; the decision shares the offer that it judged.
fn index(terms: &Terms, offers: &[Terms]) -> Option<u32> {
    offers.iter().position(|offer| core::ptr::eq(offer.requirements(), terms.requirements())).and_then(|at| u32::try_from(at).ok())
}

/// `{network, asset, amount, source}`.
fn price(value: &Value) -> Result<KnownPrice, Problem> {
    let texts = Texts::of(value)?;
    let network = Network::parse(texts.required("network")?).map_err(Problem::of_kind)?;
    let asset = Asset::parse(network, texts.required("asset")?).map_err(Problem::of_kind)?;
    let amount = Amount::parse(texts.required("amount")?).map_err(Problem::of_kind)?;
    let source = match texts.required("source")? {
        "advertised" => PriceSource::Advertised,
        "paid" => PriceSource::Paid,
        _ => return Err(Problem::named("unknown_name", "a price was advertised or paid")),
    };
    Ok(KnownPrice::new(source, asset, amount))
}

/// `{network, payee}`.
fn pin(value: &Value) -> Result<Pin, Problem> {
    let texts = Texts::of(value)?;
    let network = Network::parse(texts.required("network")?).map_err(Problem::of_kind)?;
    Ok(Pin::new(network, Account::parse(network, texts.required("payee")?).map_err(Problem::of_kind)?))
}
