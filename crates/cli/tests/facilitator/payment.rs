//! Payments, really signed, in requests as a seller sends them.

use quittance_core::eip712::eip3009::Authorization;
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain};
use quittance_core::wire::{Eip3009Payload, Permit2Payload};
use quittance_core::{Address, Amount, Nonce, SecretKey, UnixSeconds, Window};
use serde_json::{Value, json};

use crate::chain::{Chain, fresh, token};

/// A payment to be made.
pub(crate) struct Payment<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) payer: &'a SecretKey,
    pub(crate) payee: Address,
    pub(crate) amount: u64,
}

impl Payment<'_> {
    fn until(&self) -> UnixSeconds {
        UnixSeconds::from_secs(self.chain.time() + 3_600)
    }

    fn requirements(&self, scheme: &str, amount: u64, extra: &Value) -> Value {
        json!({
            "scheme": scheme, "network": format!("eip155:{}", self.chain.id), "amount": amount.to_string(),
            "asset": token().to_string(), "payTo": self.payee.to_string(), "maxTimeoutSeconds": 3_600, "extra": extra,
        })
    }

    fn request(&self, accepted: &Value, requirements: &Value, payload: &Value) -> String {
        let payload = json!({ "x402Version": 2, "accepted": accepted, "payload": payload });
        json!({ "x402Version": 2, "paymentPayload": payload, "paymentRequirements": requirements }).to_string()
    }

    /// By EIP-3009, valid from one time to another.
    pub(crate) fn eip3009_within(&self, window: Window) -> String {
        let extra = json!({ "name": "USDC", "version": "2" });
        let requirements = self.requirements("exact", self.amount, &extra);
        self.request(&requirements, &requirements, &self.authorization(window))
    }

    fn authorization(&self, window: Window) -> Value {
        let authorization = Authorization {
            from: self.payer.address(),
            to: self.payee,
            value: Amount::from_u64(self.amount),
            window,
            nonce: Nonce::from_bytes(fresh()),
        };
        let domain = Domain::token("USDC", "2", self.chain.id, token()).separator();
        serde_json::from_str(&Eip3009Payload::sign(self.payer, &domain, authorization).to_json()).expect("JSON")
    }

    /// By EIP-3009.
    pub(crate) fn eip3009(&self) -> String {
        self.eip3009_within(Window::new(UnixSeconds::from_secs(0), self.until()))
    }

    /// By EIP-3009, in the words of version 1.
    pub(crate) fn version_1(&self) -> String {
        let payload = self.authorization(Window::new(UnixSeconds::from_secs(0), self.until()));
        let payload = json!({ "x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": payload });
        let requirements = json!({
            "scheme": "exact", "network": "base-sepolia", "maxAmountRequired": self.amount.to_string(), "asset": token().to_string(),
            "payTo": self.payee.to_string(), "maxTimeoutSeconds": 3_600, "resource": "https://shop.example/report",
            "description": "a report", "mimeType": "application/json", "extra": { "name": "USDC", "version": "2" },
        });
        json!({ "x402Version": 1, "paymentPayload": payload, "paymentRequirements": requirements }).to_string()
    }

    fn permit<W: Witness + Copy>(&self, spender: Address, witness: W) -> (Permit2Payload<W>, eip712::DomainSeparator) {
        let permit = PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: token(), amount: Amount::from_u64(self.amount) },
            spender,
            nonce: Nonce::from_bytes(fresh()),
            deadline: self.until(),
            witness,
        };
        let domain = Domain::permit2(self.chain.id).separator();
        (Permit2Payload::new(self.payer.sign(&eip712::digest(&domain, &permit)), self.payer.address(), permit), domain)
    }

    /// By Permit2.
    pub(crate) fn permit2(&self) -> String {
        let (payload, _) = self.permit(EXACT_PROXY, ExactWitness { to: self.payee, valid_after: UnixSeconds::from_secs(0) });
        let requirements = self.requirements("exact", self.amount, &json!({ "assetTransferMethod": "permit2" }));
        self.request(&requirements, &requirements, &serde_json::from_str(&payload.to_json()).expect("JSON"))
    }

    /// Up to the amount; the requests verify it, and settle so much of it.
    pub(crate) fn upto(&self, facilitator: Address, charges: &[u64]) -> (String, Vec<String>) {
        let witness = UptoWitness { to: self.payee, facilitator, valid_after: UnixSeconds::from_secs(0) };
        let (payload, _) = self.permit(UPTO_PROXY, witness);
        let payload = serde_json::from_str(&payload.to_json()).expect("JSON");
        let extra = json!({ "assetTransferMethod": "permit2", "facilitatorAddress": facilitator.to_string() });
        let accepted = self.requirements("upto", self.amount, &extra);
        let settle = |charge: &u64| self.request(&accepted, &self.requirements("upto", *charge, &extra), &payload);
        (self.request(&accepted, &accepted, &payload), charges.iter().map(settle).collect())
    }
}
