//! Proof tokens: values that exist only because a check passed.
//!
//! A function that serves content takes a [`Settled`], so code that forgot to settle does not compile. Each token has private
//! content, no `Clone`, no `Default`, no `Deserialize`, and one constructor, named `assertion`, which consumes the token before it.
//! Searching for `::assertion(` lists every place in the workspace that claims a check has passed; CI compares that list with a
//! checked-in one.
//!
//! ```compile_fail,E0451
//! # use quittance_core::proof::Admitted;
//! fn forge(verified: quittance_core::proof::Verified) -> Admitted {
//!     Admitted { verified }
//! }
//! ```
//!
//! ```compile_fail,E0599
//! fn spend_twice(settled: quittance_core::proof::Settled) -> (quittance_core::proof::Settled, quittance_core::proof::Settled) {
//!     (settled.clone(), settled)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! fn from_nothing<T: Default>() {}
//! from_nothing::<quittance_core::proof::Verified>();
//! ```
//!
//! ```compile_fail,E0277
//! fn from_a_stranger<T: serde::de::DeserializeOwned>() {}
//! from_a_stranger::<quittance_core::proof::Settled>();
//! ```

use alloc::string::String;

use crate::amount::Amount;
use crate::asset::Account;
use crate::payment::Payment;
use crate::replay_key::ReplayKey;
use crate::signature::KeySigned;
use crate::terms::Terms;
use crate::time::UnixSeconds;
use crate::wire::SettleResponse;

/// The terms are met and the signature is the payer's.
///
/// It does not say that anybody has been paid: the payer may be out of funds, or may have used the nonce elsewhere.
#[derive(Debug)]
#[must_use = "a verified payment is not yet a claimed or settled one"]
pub struct Verified {
    payment: Payment,
    terms: Terms,
    payer: Account,
    amount: Amount,
    key: ReplayKey,
    expires: UnixSeconds,
    found: Option<KeySigned>,
}

impl Verified {
    /// Asserts that in `payment` `payer` signed an authorization of `amount` that meets `terms`, spent under `key`, worthless from
    /// `expires` on.
    ///
    /// Only a scheme calls this, at the end of its checks.
    pub fn assertion(
        payment: &Payment,
        terms: &Terms,
        payer: Account,
        amount: Amount,
        key: ReplayKey,
        expires: UnixSeconds,
    ) -> Self {
        Self { payment: payment.clone(), terms: terms.clone(), payer, amount, key, expires, found: None }
    }

    /// The same with what was found of the signature, for a check that is made again.
    pub fn with_found(self, found: Option<KeySigned>) -> Self {
        Self { found, ..self }
    }

    /// What was found of the signature, if it was a key's and the scheme says so.
    #[must_use]
    pub const fn found(&self) -> Option<&KeySigned> {
        self.found.as_ref()
    }

    /// The payment that was checked: what is settled later is this one, and there is no second argument that could be another.
    #[must_use]
    pub const fn payment(&self) -> &Payment {
        &self.payment
    }

    /// The seller's terms that were met.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Who signed.
    #[must_use]
    pub const fn payer(&self) -> &Account {
        &self.payer
    }

    /// What was authorized: the price for `exact`, the ceiling for `upto`.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// What this payment is spent under.
    #[must_use]
    pub const fn key(&self) -> ReplayKey {
        self.key
    }

    /// When the authorization ends.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.expires
    }
}

/// A verified payment that the guard has claimed for one request: nobody else holds it.
#[derive(Debug)]
#[must_use = "an admitted payment holds a claim that has to be settled or released"]
pub struct Admitted {
    verified: Verified,
}

impl Admitted {
    /// Asserts that the payment was claimed, atomically and durably, for one request. Only a guard calls this.
    pub const fn assertion(verified: Verified) -> Self {
        Self { verified }
    }

    /// What was claimed.
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }
}

/// The money moved, by evidence of the chain or by the word of the facilitator that the seller chose to trust.
#[derive(Debug)]
#[must_use = "a settled payment entitles its payer to what was sold"]
pub struct Settled {
    verified: Verified,
    transaction: String,
    charged: Amount,
}

impl Settled {
    /// Asserts that `charged` moved from the payer to the payee in `transaction`. Only a settlement calls this.
    pub fn assertion(admitted: Admitted, transaction: String, charged: Amount) -> Self {
        Self { verified: admitted.verified, transaction, charged }
    }

    /// What was settled.
    pub const fn verified(&self) -> &Verified {
        &self.verified
    }

    /// The transaction's hash or signature; empty where a scheme charged nothing.
    #[must_use]
    pub fn transaction(&self) -> &str {
        &self.transaction
    }

    /// What was charged: the price for `exact`, what was used for `upto`.
    #[must_use]
    pub const fn charged(&self) -> Amount {
        self.charged
    }

    /// The receipt, in the words of the version that the payment spoke (core specification v2 section 5.3, v1 likewise).
    ///
    /// `amount` is written where it can differ from the price.
    #[must_use]
    pub fn receipt(&self) -> SettleResponse {
        let Verified { payment, terms, payer, .. } = &self.verified;
        let charged = (self.charged != terms.amount()).then_some(self.charged);
        SettleResponse::receipt(payment, terms.network(), &self.transaction, payer, charged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eip712::eip3009::Authorization;
    use crate::json::Object;
    use crate::money::Money;
    use crate::nonce::Nonce;
    use crate::registry::{default_asset, networks};
    use crate::signature::SignatureBytes;
    use crate::window::Window;
    use crate::wire::{Eip3009Payload, PaymentPayload, v1};

    fn terms() -> Terms {
        let asset = default_asset(networks::BASE).expect("Base has a default asset");
        Terms::exact(asset, &Money::parse("$0.01").unwrap(), "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60).unwrap()
    }

    fn payload() -> Object {
        let account = |text| Account::parse(networks::BASE, text).unwrap().address().unwrap();
        let transfer = Authorization {
            from: account("0x857b06519E91e3A54538791bDbb0E22373e36b66"),
            to: terms().pay_to().address().unwrap(),
            value: terms().amount(),
            window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(60)),
            nonce: Nonce::from_bytes([7; 32]),
        };
        (&Eip3009Payload::new(SignatureBytes::from_bytes(&[1; 65]).unwrap(), transfer)).into()
    }

    /// The receipt of a settlement of this payment that charged so much of a price of 0.01.
    fn check(payment: Payment, charged: u64, expected: &str) {
        let (from, token) = (payment.from().unwrap(), terms().asset().token().address().unwrap());
        let key = ReplayKey::Eip3009 { network: networks::BASE, token, from, nonce: Nonce::from_bytes([7; 32]) };
        let terms = terms();
        let verified = Verified::assertion(&payment, &terms, Account::Evm(from), terms.amount(), key, UnixSeconds::from_secs(60));
        let settled = Settled::assertion(Admitted::assertion(verified), "0x12".into(), Amount::from_u64(charged));
        assert_eq!(settled.receipt().to_json(), expected);
    }

    #[test]
    fn a_receipt_speaks_the_version_of_the_payment() {
        let v2 = || PaymentPayload::new(terms().requirements().clone(), payload()).try_into().unwrap();
        check(
            v2(),
            10_000,
            r#"{"success":true,"transaction":"0x12","network":"eip155:8453","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66"}"#,
        );
        check(
            v2(),
            9_999,
            r#"{"success":true,"transaction":"0x12","network":"eip155:8453","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66","amount":"9999"}"#,
        );
        check(
            v1::PaymentPayload::new("exact", "base", payload()).try_into().unwrap(),
            9_999,
            r#"{"success":true,"transaction":"0x12","network":"base","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66"}"#,
        );
    }
}
