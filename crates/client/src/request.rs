//! One request, and what is to be known about it when it costs something.

use std::fmt;
use std::sync::Arc;

use quittance_core::json::Object;
use quittance_core::{Money, Signer};
use quittance_guard::output::Demands;
use quittance_guard::policy::{Approval, KnownPrice, Pin};
use quittance_guard::{LabelError, Ledger, PurchaseId, RequestId, SessionId, TaskId};

use crate::answer::Answer;
use crate::buyer::Buyer;
use crate::carrier::Carrier;
use crate::error::Error;
use crate::quote::Quote;

/// A request to be sent.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a, S, L> {
    pub(crate) buyer: &'a Buyer<S, L>,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) id: Option<RequestId>,
    pub(crate) purchase: Option<PurchaseId>,
    pub(crate) task: Option<TaskId>,
    pub(crate) session: Option<SessionId>,
    pub(crate) reason: Option<String>,
    pub(crate) demands: Option<Demands>,
    pub(crate) approval: Option<Approval>,
    pub(crate) prices: Vec<KnownPrice>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) most: Vec<Money>,
    pub(crate) metadata: Option<Object>,
    pub(crate) carrier: Option<Arc<dyn Carrier>>,
}

impl<'a, S: Signer + Send + Sync, L: Ledger + Send + Sync> Request<'a, S, L> {
    pub(crate) fn new(buyer: &'a Buyer<S, L>, method: &str, url: &str) -> Self {
        Self {
            buyer,
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            id: None,
            purchase: None,
            task: None,
            session: None,
            reason: None,
            demands: None,
            approval: None,
            prices: Vec::new(),
            pins: Vec::new(),
            most: Vec::new(),
            metadata: None,
            carrier: None,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Names what is bought. Whoever asks for the same purchase again, after an error or a crash, pays at most once; without a name every
    /// call is a purchase of its own.
    ///
    /// # Errors
    ///
    /// [`LabelError`] for a name outside the grammar of labels.
    pub fn purchase(mut self, name: &str) -> Result<Self, LabelError> {
        self.purchase = Some(PurchaseId::parse(name)?);
        Ok(self)
    }

    /// The task that it is for, whose budget it counts in.
    ///
    /// # Errors
    ///
    /// As [`purchase`](Self::purchase).
    pub fn task(mut self, name: &str) -> Result<Self, LabelError> {
        self.task = Some(TaskId::parse(name)?);
        Ok(self)
    }

    /// The session that it belongs to.
    ///
    /// # Errors
    ///
    /// As [`purchase`](Self::purchase).
    pub fn session(mut self, name: &str) -> Result<Self, LabelError> {
        self.session = Some(SessionId::parse(name)?);
        Ok(self)
    }

    /// The correlation id of the trip in the audit log; a random one unless said otherwise.
    ///
    /// # Errors
    ///
    /// As [`purchase`](Self::purchase).
    pub fn id(mut self, name: &str) -> Result<Self, LabelError> {
        self.id = Some(RequestId::parse(name)?);
        Ok(self)
    }

    /// Why it is bought, for the policy to judge. It is not sent.
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// What is demanded of the answer.
    pub fn demands(mut self, demands: Demands) -> Self {
        self.demands = Some(demands);
        self
    }

    /// A person's word for it.
    pub fn approval(mut self, approval: Approval) -> Self {
        self.approval = Some(approval);
        self
    }

    /// A price that this resource is known to have (catalogue row 191).
    pub fn known_price(mut self, price: KnownPrice) -> Self {
        self.prices.push(price);
        self
    }

    /// Who was paid at this origin before (row 194).
    pub fn pin(mut self, pin: Pin) -> Self {
        self.pins.push(pin);
        self
    }

    /// The most that it may cost, whatever more the policy would allow. Money without a ticker is an amount of whatever token is asked for. Of
    /// several, each holds.
    pub fn at_most(mut self, most: Money) -> Self {
        self.most.push(most);
        self
    }

    /// What else the payment is for: it goes into the bound nonce, and to sellers that ask for the binding.
    pub fn metadata(mut self, metadata: Object) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// Carries this one request, and the payment for it, in the place of whoever carries the buyer's.
    pub fn carrier(mut self, carrier: impl Carrier + 'static) -> Self {
        self.carrier = Some(Arc::new(carrier));
        self
    }

    /// Asks what it costs and what the policy says to that, and pays nothing.
    ///
    /// # Errors
    ///
    /// [`Error`], as [`send`](Self::send) would give it before anything is reserved.
    pub async fn quote(self) -> Result<Quote, Error> {
        crate::quote::quote(&self).await
    }

    /// Sends it, and pays if that is asked for and allowed.
    ///
    /// The future may be dropped at any time: what was signed is stored before it leaves, and the next call for the same purchase goes on
    /// with it.
    ///
    /// # Errors
    ///
    /// [`Error`], which says what may be done.
    pub async fn send(self) -> Result<Answer, Error> {
        crate::trip::run(&self).await
    }
}

/// A URL, headers and a reason can hold a prompt.
impl<S, L> fmt::Debug for Request<'_, S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("purchase", &self.purchase).finish_non_exhaustive()
    }
}
