//! Permit2: a transfer of any ERC-20 token by signature, with a witness that ties the payment to what x402 promised.
//!
//! The payer signs for the Permit2 contract, not for the token, and names a proxy contract as the spender. What the proxy may do
//! with the tokens is in the witness, a struct that Permit2 hashes into the message without looking inside. `exact` and `upto` have
//! different proxies and different witnesses, both called `Witness`, so a permit for one never passes as a permit for the other
//! (catalogue rows 93 and 95). The payer's address is not signed: it is whoever the signature recovers to.
//!
//! The domain is [`Domain::permit2`](crate::eip712::Domain::permit2).

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::{Members, Message};
use crate::hex;
use crate::nonce::Nonce;
use crate::time::UnixSeconds;

/// The Permit2 contract, at the same address on every chain.
pub const PERMIT2: Address = Address::from_bytes(hex::literal("0x000000000022D473030F116dDEE9F6B43aC78BA3"));

/// `x402ExactPermit2Proxy`, the only spender of a permit for `exact`.
pub const EXACT_PROXY: Address = Address::from_bytes(hex::literal("0x402085c248EeA27D92E8b30b2C58ed07f9E20001"));

/// `x402UptoPermit2Proxy`, the only spender of a permit for `upto`.
pub const UPTO_PROXY: Address = Address::from_bytes(hex::literal("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002"));

/// A permit for one transfer of one token, with a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct PermitWitnessTransferFrom<W> {
    /// Which token, and the most that may be taken.
    pub permitted: TokenPermissions,
    /// Who may take it: [`EXACT_PROXY`] or [`UPTO_PROXY`].
    pub spender: Address,
    /// Any number that this payer never used before with Permit2. The wire writes it in decimal (catalogue row 33).
    pub nonce: Nonce,
    /// The permit is valid up to and including this time.
    pub deadline: UnixSeconds,
    /// What the spender may do.
    pub witness: W,
}

impl<W: Witness> Message for PermitWitnessTransferFrom<W> {
    const ENCODE_TYPE: &'static str = W::PERMIT_ENCODE_TYPE;
    const TYPE_HASH: [u8; 32] = W::PERMIT_TYPE_HASH;

    fn encode_data(&self, members: &mut impl Members) {
        members.message("permitted", &self.permitted);
        members.address("spender", &self.spender);
        members.uint("nonce", &self.nonce.to_decimal());
        members.seconds("deadline", self.deadline);
        members.message("witness", &self.witness);
    }
}

/// A struct that a permit can carry. The permit's type text contains the witness's, so each witness brings the permit's type too.
pub trait Witness: Message {
    /// `encodeType` of [`PermitWitnessTransferFrom`] with this witness.
    const PERMIT_ENCODE_TYPE: &'static str;
    /// `typeHash` of [`PermitWitnessTransferFrom`] with this witness.
    const PERMIT_TYPE_HASH: [u8; 32];
}

/// A token and an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct TokenPermissions {
    /// The token's contract.
    pub token: Address,
    /// The most that may be taken, in the token's smallest unit. For `exact` it is what is paid, for `upto` the ceiling.
    pub amount: Amount,
}

impl Message for TokenPermissions {
    const ENCODE_TYPE: &'static str = "TokenPermissions(address token,uint256 amount)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x618358ac3db8dc274f0cd8829da7e234bd48cd73c4a740aede1adec9846d06a1");

    fn encode_data(&self, members: &mut impl Members) {
        members.address("token", &self.token);
        members.uint("amount", &self.amount);
    }
}

/// The witness of `exact`: anybody may submit the permit, since all it allows is the one transfer to the payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct ExactWitness {
    /// Who is paid.
    pub to: Address,
    /// The permit is valid from this time on.
    pub valid_after: UnixSeconds,
}

impl Message for ExactWitness {
    const ENCODE_TYPE: &'static str = "Witness(address to,uint256 validAfter)";
    const TYPE_HASH: [u8; 32] = hex::literal("0xd97b3239a7f32295517bd14cb074edfdd188dfe5eb42f802bb26d4fd1eb12c37");

    fn encode_data(&self, members: &mut impl Members) {
        members.address("to", &self.to);
        members.seconds("validAfter", self.valid_after);
    }
}

impl Witness for ExactWitness {
    const PERMIT_ENCODE_TYPE: &'static str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,\
         uint256 nonce,uint256 deadline,Witness witness)\
         TokenPermissions(address token,uint256 amount)\
         Witness(address to,uint256 validAfter)";
    const PERMIT_TYPE_HASH: [u8; 32] = hex::literal("0xebc156cd23678a74c94df13d772ef5478420637f0c94bd10d509e1dc98f521c7");
}

/// The witness of `upto`: only the named facilitator may submit the permit, because whoever does chooses the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct UptoWitness {
    /// Who is paid.
    pub to: Address,
    /// Who may submit the permit.
    pub facilitator: Address,
    /// The permit is valid from this time on.
    pub valid_after: UnixSeconds,
}

impl Message for UptoWitness {
    const ENCODE_TYPE: &'static str = "Witness(address to,address facilitator,uint256 validAfter)";
    const TYPE_HASH: [u8; 32] = hex::literal("0xd4171c445a74218b01d4fd8af34ff1106580ea1e36ff837e64484bfaa2253b75");

    fn encode_data(&self, members: &mut impl Members) {
        members.address("to", &self.to);
        members.address("facilitator", &self.facilitator);
        members.seconds("validAfter", self.valid_after);
    }
}

impl Witness for UptoWitness {
    const PERMIT_ENCODE_TYPE: &'static str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,\
         uint256 nonce,uint256 deadline,Witness witness)\
         TokenPermissions(address token,uint256 amount)\
         Witness(address to,address facilitator,uint256 validAfter)";
    const PERMIT_TYPE_HASH: [u8; 32] = hex::literal("0x51dff6974ad4388c499e7fcfe838d2bd767162553a144098ce20ea661d70c2ee");
}
