use quittance_core::{Resource, Terms, UnixSeconds};
use quittance_guard::budget::{Reserve, Reserved, Ticket};
use quittance_guard::policy::{Allowed, Decision, Policy, Snapshot};
use quittance_guard::{Fingerprint, Ledger, Purchase, PurchaseId, TaskId};
use std::error::Error;

/// What may be signed now, and the right to sign it once.
pub async fn pause(
    (policy, ledger): (&Policy, &impl Ledger),
    (task, purchase): (&TaskId, &PurchaseId),
    (offers, resource): (&[Terms], &Resource),
    now: UnixSeconds,
) -> Result<(Allowed, Ticket), Box<dyn Error>> {
    let mut snapshot = Snapshot::new(offers, resource, "GET", purchase, now);
    snapshot.task = Some(task);
    let allowed = match policy.decide(&snapshot) {
        Decision::Allow(allowed) => allowed,
        Decision::Ask(request) => return Err(request.words().into()), // a person has to see this first
        Decision::Deny(denied) => return Err(denied.into()),          // `price_changed: 0.1 USDC is above …`
    };
    let wanted = Purchase::allowed(purchase.clone(), task.clone(), Fingerprint::of("GET", resource, b""), &allowed);
    match ledger.reserve(&Reserve::new(&wanted, allowed.limits(), now)).await? {
        Reserved::Fresh(ticket) => Ok((allowed, ticket)),
        Reserved::Again(record) => Err(format!("{} is {} already", record.purchase.id, record.state.as_str()).into()),
    }
}
