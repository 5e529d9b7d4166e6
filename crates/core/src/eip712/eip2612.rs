//! EIP-2612: an ERC-20 allowance by signature.
//!
//! x402 uses it to give Permit2 its allowance without a transaction of the payer's (extension `eip2612GasSponsoring`). The domain
//! is the token's.

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::{Members, Message};
use crate::hex;
use crate::time::UnixSeconds;

/// Lets a spender take tokens of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "another member would be another EIP-712 type")]
pub struct Permit {
    /// Whose tokens, and who signs.
    pub owner: Address,
    /// Who may take them; in x402 always [`PERMIT2`](crate::eip712::permit2::PERMIT2).
    pub spender: Address,
    /// The allowance, in the token's smallest unit.
    pub value: Amount,
    /// The owner's counter in the token, `nonces(owner)`: a number in sequence, unlike the nonces of EIP-3009 and Permit2.
    pub nonce: Amount,
    /// The permit is valid up to and including this time.
    pub deadline: UnixSeconds,
}

impl Message for Permit {
    const ENCODE_TYPE: &'static str = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
    const TYPE_HASH: [u8; 32] = hex::literal("0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9");

    fn encode_data(&self, members: &mut impl Members) {
        members.address("owner", &self.owner);
        members.address("spender", &self.spender);
        members.uint("value", &self.value);
        members.uint("nonce", &self.nonce);
        members.seconds("deadline", self.deadline);
    }
}
