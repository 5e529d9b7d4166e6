//! Payments that are signed before the clock runs: one cent in USDC each, to one payee, by payers in turn, each with a nonce of its own.

use std::time::{SystemTime, UNIX_EPOCH};

use quittance_core::eip712::eip3009::Authorization;
use quittance_core::json::Object;
use quittance_core::json::{Value, canonical};
use quittance_core::registry::{self, networks};
use quittance_core::signature::SignatureBytes;
use quittance_core::wire::{Eip3009Payload, PaymentPayload, ResourceInfo, VerifyRequest};
use quittance_core::{Address, Amount, Money, Nonce, SecretKey, Terms, UnixSeconds, Window, keccak256};

use crate::failure::{Failure, failure};

/// How many payers there are.
pub(crate) const PAYERS: u32 = 64;

/// What one payment moves, in the token's smallest unit.
pub(crate) const PRICE: u64 = 10_000;

/// For how long a payment is good.
const SECONDS: u64 = 3600;

/// One signed payment.
pub(crate) struct Signed {
    pub(crate) payer: Address,
    pub(crate) nonce: Nonce,
    /// The body that verifies it, which is also the one that settles it.
    pub(crate) body: String,
}

/// Signs payments to one payee; no two calls with different `series` make the same nonce.
pub(crate) fn sign(series: &str, payee: Address, count: u32) -> Result<Vec<Signed>, Failure> {
    let usdc = registry::default_asset(networks::BASE_SEPOLIA).ok_or_else(|| failure("the registry has no USDC there"))?;
    let terms = Terms::exact(usdc, &Money::parse("$0.01")?, &payee.to_string(), SECONDS)?;
    let domain = terms.token()?.erc20().ok_or_else(|| failure("USDC is a token of an EVM"))?.domain_separator();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(now + SECONDS));
    let keys = (0..PAYERS).map(key).collect::<Result<Vec<_>, _>>()?;
    (0..count)
        .zip(keys.iter().cycle())
        .map(|(index, key)| {
            let nonce = Nonce::from_bytes(keccak256(format!("{series} {now} {index}").as_bytes()));
            let transfer = Authorization { from: key.address(), to: payee, value: Amount::from_u64(PRICE), window, nonce };
            let unsigned = Eip3009Payload::new(SignatureBytes::from_bytes(&[])?, transfer);
            let payload = Eip3009Payload::new(key.sign(&unsigned.digest(&domain)), transfer);
            let mut payment = PaymentPayload::new(terms.requirements().clone(), (&payload).into());
            payment.resource = Some(ResourceInfo::new("https://api.example.com/premium-data"));
            let request = Object::from(&VerifyRequest::v2(payment, terms.requirements().clone()));
            Ok(Signed { payer: key.address(), nonce, body: canonical(&Value::Object(request)) })
        })
        .collect()
}

/// The payers.
pub(crate) fn payers() -> Result<Vec<Address>, Failure> {
    (0..PAYERS).map(|index| Ok(key(index)?.address())).collect()
}

fn key(index: u32) -> Result<SecretKey, Failure> {
    Ok(SecretKey::from_bytes(&keccak256(format!("payer {index}").as_bytes()))?)
}
