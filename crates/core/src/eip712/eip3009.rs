//! EIP-3009: a token transfer by signature, the default of the `exact` scheme on EVM networks.
//!
//! Three messages of one token domain. Transfer and receive have the same members and differ in nothing but their name, which is in
//! the type hash: a signature over one is worthless as the other (catalogue row 89). x402 pays with a transfer; the deposit into a
//! batch-settlement channel is a receive, because there the contract itself is the payee.

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::{Members, Message};
use crate::hex;
use crate::nonce::Nonce;
use crate::window::Window;

/// What a payer authorises: the members that transfer and receive share.
///
/// It has no type of its own and so no hash: one has to say which of the two is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct Authorization {
    /// Who pays, and signs.
    pub from: Address,
    /// Who is paid.
    pub to: Address,
    /// How much, in the token's smallest unit.
    pub value: Amount,
    /// When it may be submitted: after the opening and before the end, at neither.
    pub window: Window,
    /// Never used before by this payer with this token.
    pub nonce: Nonce,
}

impl Authorization {
    fn encode_data(&self, members: &mut impl Members) {
        members.address("from", &self.from);
        members.address("to", &self.to);
        members.uint("value", &self.value);
        members.seconds("validAfter", self.window.valid_after());
        members.seconds("validBefore", self.window.valid_before());
        members.bytes32("nonce", self.nonce.as_bytes());
    }
}

/// Anybody may submit it to the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct TransferWithAuthorization(pub Authorization);

impl Message for TransferWithAuthorization {
    const ENCODE_TYPE: &'static str = "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,\
                                       uint256 validBefore,bytes32 nonce)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267");

    fn encode_data(&self, members: &mut impl Members) {
        self.0.encode_data(members);
    }
}

/// Only the payee may submit it to the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct ReceiveWithAuthorization(pub Authorization);

impl Message for ReceiveWithAuthorization {
    const ENCODE_TYPE: &'static str = "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,\
                                       uint256 validBefore,bytes32 nonce)";
    const TYPE_HASH: [u8; 32] = hex::literal("0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8");

    fn encode_data(&self, members: &mut impl Members) {
        self.0.encode_data(members);
    }
}

/// Uses up a nonce, so that an authorization that was handed out can no longer be submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct CancelAuthorization {
    /// Who signed the authorization, and signs its cancellation.
    pub authorizer: Address,
    /// The nonce of the authorization.
    pub nonce: Nonce,
}

impl Message for CancelAuthorization {
    const ENCODE_TYPE: &'static str = "CancelAuthorization(address authorizer,bytes32 nonce)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429");

    fn encode_data(&self, members: &mut impl Members) {
        members.address("authorizer", &self.authorizer);
        members.bytes32("nonce", self.nonce.as_bytes());
    }
}
