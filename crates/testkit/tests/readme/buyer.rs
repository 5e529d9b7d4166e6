use quittance_core::eip712::{
    self,
    eip3009::{Authorization, TransferWithAuthorization},
};
use quittance_core::wire::{Eip3009Payload, PaymentPayload};
use quittance_core::{Limits, Nonce, SchemeId, SecretKey, Terms, UnixSeconds, Window, header, registry::networks};

pub fn pay(required: &[u8], key: &SecretKey, now: UnixSeconds, fresh: [u8; 32]) -> Result<String, Box<dyn std::error::Error>> {
    let offers = header::payment_required(required, &Limits::HEADER)?.accepts.into_iter().filter_map(|o| Terms::parse(o).ok());
    let terms =
        offers.into_iter().find(|t| *t.scheme() == SchemeId::Exact && t.network() == networks::BASE_SEPOLIA).ok_or("no offer")?;
    let token = terms.asset().registered().and_then(|info| info.erc20()).ok_or("unknown token")?;
    let to = terms.pay_to().address().ok_or("no payee")?;
    let until = now.checked_add(terms.max_timeout_seconds().min(900)).ok_or("no such time")?;
    let window = Window::new(UnixSeconds::from_secs(0), until);
    let transfer = Authorization { from: key.address(), to, value: terms.amount(), window, nonce: Nonce::from_bytes(fresh) };
    let digest = eip712::digest(&token.domain_separator, &TransferWithAuthorization(transfer));
    let payload = Eip3009Payload::new(key.sign(&digest), transfer);
    Ok(header::encode(&PaymentPayload::new(terms.requirements().clone(), (&payload).into()), &Limits::HEADER)?)
}
