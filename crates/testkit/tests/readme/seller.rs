use quittance_core::{DecodeError, Limits, Payment, Progress, Rejection, Scheme, Terms, UnixSeconds, VerifyInput, find_offer};
use quittance_evm::EXACT;

/// An error is the HTTP status and the code to answer with.
pub fn check(headers: &[(&str, &[u8])], offers: &[Terms], now: UnixSeconds) -> Result<Progress, (u16, &'static str)> {
    let malformed = |error: DecodeError| (400, error.code());
    let refused = |error: Rejection| (error.status(), error.reason());
    let payment = Payment::from_headers_for(headers.iter().copied(), offers, &Limits::HEADER).map_err(malformed)?;
    let payment = payment.ok_or((402, "Payment required"))?;
    let terms = find_offer(offers, &payment).map_err(refused)?;
    // `Verified`: terms and signature are right, nobody has been paid yet. `Ask`: only the chain can say.
    EXACT.verify(&VerifyInput::offline(&payment, terms, now)).map_err(refused)
}
