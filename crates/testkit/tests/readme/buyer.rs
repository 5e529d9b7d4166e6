use quittance_core::eip712::eip3009::Authorization;
use quittance_core::wire::{Eip3009Payload, PaymentPayload};
use quittance_core::{Limits, Nonce, SecretKey, Terms, UnixSeconds, Window, header, registry::networks};
use std::error::Error;

pub fn pay(required: &[u8], key: &SecretKey, now: UnixSeconds, fresh: [u8; 32]) -> Result<String, Box<dyn Error>> {
    let mut offers = header::payment_required(required, &Limits::HEADER)?.accepts.into_iter().filter_map(|o| Terms::parse(o).ok());
    let terms = offers.find(|t| t.scheme().as_str() == "exact" && t.network() == networks::BASE_SEPOLIA).ok_or("no offer")?;
    let token = terms.token()?.erc20().ok_or("no EVM token")?;
    let to = terms.pay_to().address().ok_or("no payee")?;
    let until = now.checked_add(terms.max_timeout_seconds().min(900)).ok_or("no such time")?;
    let window = Window::new(UnixSeconds::from_secs(0), until);
    let transfer = Authorization { from: key.address(), to, value: terms.amount(), window, nonce: Nonce::from_bytes(fresh) };
    let payload = Eip3009Payload::sign(key, &token.domain_separator(), transfer);
    Ok(header::encode(&PaymentPayload::new(terms.requirements().clone(), (&payload).into()), &Limits::HEADER)?)
}
