//! Signed offers and receipts (extension `offer-receipt`, format `eip712`).
//!
//! Nothing on a chain checks these: they let a buyer prove what a seller offered or acknowledged. So the domains have no contract,
//! and the chain is always 1, whatever network the payment is on. Most members are text and are signed as the wire writes them,
//! which is why they are borrowed from the wire objects and not parsed.

use core::fmt;

use crate::amount::Amount;
use crate::eip712::{Domain, Members, Message};
use crate::hex;
use crate::time::UnixSeconds;

/// The domain of every [`Offer`].
pub const OFFER_DOMAIN: Domain<'static> = Domain::named("x402 offer", "1", 1);

/// The domain of every [`Receipt`].
pub const RECEIPT_DOMAIN: Domain<'static> = Domain::named("x402 receipt", "1", 1);

/// What a seller offers: one entry of `accepts`, for one resource.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct Offer<'a> {
    /// The version of this structure; 1.
    pub version: u64,
    /// What is offered.
    pub resource_url: &'a str,
    /// The payment scheme.
    pub scheme: &'a str,
    /// The network, in CAIP-2 form.
    pub network: &'a str,
    /// The token.
    pub asset: &'a str,
    /// Who is paid.
    pub pay_to: &'a str,
    /// The price, in the token's smallest unit.
    pub amount: &'a str,
    /// When the offer ends; zero when it does not say.
    pub valid_until: UnixSeconds,
}

/// It leaves the URL out, which can name a customer or carry a prompt.
impl fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("version", &self.version)
            .field("scheme", &self.scheme)
            .field("network", &self.network)
            .field("asset", &self.asset)
            .field("pay_to", &self.pay_to)
            .field("amount", &self.amount)
            .field("valid_until", &self.valid_until)
            .finish_non_exhaustive()
    }
}

impl Message for Offer<'_> {
    const ENCODE_TYPE: &'static str = "Offer(uint256 version,string resourceUrl,string scheme,string network,string asset,\
                                       string payTo,string amount,uint256 validUntil)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x85143d3249b5e62ed5edd3d59a352d4e1181c775ff4f762f9c8a617f6bf1e97d");

    fn encode_data(&self, members: &mut impl Members) {
        members.uint("version", &Amount::from_u64(self.version));
        members.string("resourceUrl", self.resource_url);
        members.string("scheme", self.scheme);
        members.string("network", self.network);
        members.string("asset", self.asset);
        members.string("payTo", self.pay_to);
        members.string("amount", self.amount);
        members.seconds("validUntil", self.valid_until);
    }
}

/// What a seller acknowledges: that somebody paid for a resource.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct Receipt<'a> {
    /// The version of this structure; 1.
    pub version: u64,
    /// The network, in CAIP-2 form.
    pub network: &'a str,
    /// What was paid for.
    pub resource_url: &'a str,
    /// Who paid.
    pub payer: &'a str,
    /// When the receipt was written.
    pub issued_at: UnixSeconds,
    /// The transaction, or nothing when the seller keeps it to itself.
    pub transaction: &'a str,
}

/// It leaves the URL out, which can name a customer or carry a prompt.
impl fmt::Debug for Receipt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("version", &self.version)
            .field("network", &self.network)
            .field("payer", &self.payer)
            .field("issued_at", &self.issued_at)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

impl Message for Receipt<'_> {
    const ENCODE_TYPE: &'static str = "Receipt(uint256 version,string network,string resourceUrl,string payer,uint256 issuedAt,\
                                       string transaction)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x616944bc4bb51b3d5fcbba8c559f76d57a93ac1e0d6659f1abbe95f92300c06f");

    fn encode_data(&self, members: &mut impl Members) {
        members.uint("version", &Amount::from_u64(self.version));
        members.string("network", self.network);
        members.string("resourceUrl", self.resource_url);
        members.string("payer", self.payer);
        members.seconds("issuedAt", self.issued_at);
        members.string("transaction", self.transaction);
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn a_url_does_not_print_itself() {
        let (resource_url, network) = ("https://a.example/?5ec2e7", "eip155:1");
        let valid_until = UnixSeconds::from_secs(1);
        let (scheme, asset, pay_to, amount) = ("exact", "0x00", "0x01", "1");
        let offer = Offer { version: 1, resource_url, scheme, network, asset, pay_to, amount, valid_until };
        let receipt = Receipt { version: 1, network, resource_url, payer: "0x02", issued_at: valid_until, transaction: "" };
        let printed = format!("{offer:?} {receipt:?}");
        assert!(!printed.contains("5ec2e7") && printed.contains("0x01") && printed.contains("0x02"), "{printed}");
    }
}
