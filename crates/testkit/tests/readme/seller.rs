use quittance_core::signature::{Form, Signature, verify};
use quittance_core::{Address, Authorization, Limits, Payment, Rejection, Terms, UnixSeconds, WindowRule, find_offer};

pub fn payer<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    offers: &[Terms],
    now: UnixSeconds,
) -> Result<Address, Box<dyn std::error::Error>> {
    let payment = Payment::from_headers(headers, &Limits::HEADER)?.ok_or("402 with the terms")?;
    let terms = find_offer(offers, &payment)?;
    let Authorization::Eip3009(paid) = payment.authorization() else { return Err(Rejection::UnsupportedPayloadType.into()) };
    let token = terms.asset().registered().and_then(|info| info.erc20()).ok_or("unknown token")?;
    if Some(paid.authorization.to) != terms.pay_to().address() {
        return Err(Rejection::Eip3009Recipient.into());
    }
    if paid.authorization.value != terms.amount() {
        return Err(Rejection::Eip3009Value.into());
    }
    paid.authorization.window.judge(now, &WindowRule::EIP3009)?;
    let signature = Signature::from_bytes(paid.signature.as_bytes(), Form::Full)?;
    verify(&paid.digest(&token.domain_separator), &signature, paid.authorization.from)?;
    Ok(paid.authorization.from) // terms and signature are right; nobody has been paid yet
}
