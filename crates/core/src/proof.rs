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
use crate::replay_key::ReplayKey;
use crate::terms::Terms;
use crate::time::UnixSeconds;
use crate::wire::{SettleResponse, Version};

/// The terms are met and the signature is the payer's.
///
/// It does not say that anybody has been paid: the payer may be out of funds, or may have used the nonce elsewhere.
#[derive(Debug)]
#[must_use = "a verified payment is not yet a claimed or settled one"]
pub struct Verified {
    terms: Terms,
    payer: Account,
    amount: Amount,
    key: ReplayKey,
    expires: UnixSeconds,
}

impl Verified {
    /// Asserts that `payer` signed an authorization of `amount` that meets `terms`, spent under `key`, worthless from `expires` on.
    ///
    /// Only a scheme calls this, at the end of its checks.
    pub fn assertion(terms: &Terms, payer: Account, amount: Amount, key: ReplayKey, expires: UnixSeconds) -> Self {
        Self { terms: terms.clone(), payer, amount, key, expires }
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
    pub fn receipt(&self, version: Version) -> SettleResponse {
        let price = self.verified.terms.amount();
        let charged = (self.charged != price).then_some(self.charged);
        SettleResponse::receipt(version, self.verified.terms.network(), &self.transaction, &self.verified.payer, charged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::money::Money;
    use crate::nonce::Nonce;
    use crate::registry::{default_asset, networks};

    /// The receipt of a settlement that charged so much of a price of 0.01.
    fn check(version: Version, charged: u64, expected: &str) {
        let asset = default_asset(networks::BASE).expect("Base has a default asset");
        let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
        let terms = Terms::exact(asset, &Money::parse("$0.01").unwrap(), payee, 60).unwrap();
        let payer = Account::parse(networks::BASE, "0x857b06519E91e3A54538791bDbb0E22373e36b66").unwrap();
        let from = payer.address().unwrap();
        let nonce = Nonce::from_bytes([7; 32]);
        let key = ReplayKey::Eip3009 { network: networks::BASE, token: Address::ZERO, from, nonce };
        let verified = Verified::assertion(&terms, payer, terms.amount(), key, UnixSeconds::from_secs(60));
        let settled = Settled::assertion(Admitted::assertion(verified), "0x12".into(), Amount::from_u64(charged));
        assert_eq!(settled.receipt(version).to_json(), expected);
    }

    #[test]
    fn a_receipt_speaks_the_version_of_the_payment() {
        check(
            Version::V2,
            10_000,
            r#"{"success":true,"transaction":"0x12","network":"eip155:8453","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66"}"#,
        );
        check(
            Version::V2,
            9_999,
            r#"{"success":true,"transaction":"0x12","network":"eip155:8453","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66","amount":"9999"}"#,
        );
        check(
            Version::V1,
            9_999,
            r#"{"success":true,"transaction":"0x12","network":"base","payer":"0x857b06519E91e3A54538791bDbb0E22373e36b66"}"#,
        );
    }
}
