//! A signed transaction that approves Permit2 and does nothing else (`erc20ApprovalGasSponsoring`).
//!
//! It is read in the two forms that wallets send, EIP-1559 and the older one with a chain's number in it (EIP-155). The form without one
//! is refused: it would be good on every chain.

use quittance_core::eip712::Digest;
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::signature::{self, Signature};
use quittance_core::wire::Erc20ApprovalGasSponsoring;
use quittance_core::{Address, Amount, Rejection, Terms, keccak256};

use super::{Grant, Wanted};
use crate::abi::{self, Reader};
use crate::rlp::{self, Item, Items};

/// Checks what was brought, in the official SDK's order.
pub(super) fn check(brought: Erc20ApprovalGasSponsoring, terms: &Terms, wanted: Wanted) -> Result<Grant, Rejection> {
    if brought.from != wanted.owner {
        return Err(Rejection::Erc20ApprovalFrom);
    }
    if brought.asset != wanted.token {
        return Err(Rejection::Erc20ApprovalAsset);
    }
    if brought.spender != PERMIT2 {
        return Err(Rejection::Erc20ApprovalSpender);
    }
    let signed = Signed::read(brought.transaction.as_bytes()).ok_or(Rejection::Erc20ApprovalTxFormat)?;
    // on another chain the same address is another contract
    if signed.target != Some(wanted.token) || terms.network().chain_id() != signed.chain_id {
        return Err(Rejection::Erc20ApprovalTxTarget);
    }
    let arguments = signed.data.strip_prefix(&abi::APPROVE).ok_or(Rejection::Erc20ApprovalTxSelector)?;
    let (spender, amount) = approve(arguments).ok_or(Rejection::Erc20ApprovalTxCalldata)?;
    if spender != abi::address_word(PERMIT2) {
        return Err(Rejection::Erc20ApprovalTxSpender);
    }
    if amount != brought.amount || amount < wanted.amount {
        return Err(Rejection::Erc20ApprovalTxCalldata);
    }
    let signature = signed.signature.ok_or(Rejection::Erc20ApprovalTxSignature)?;
    let signer = signature::recover(&signed.digest, &signature).map_err(|_| Rejection::Erc20ApprovalTxSignature)?;
    if signer != wanted.owner {
        return Err(Rejection::Erc20ApprovalTxSigner);
    }
    let (nonce, cost) = (signed.nonce, signed.cost);
    Ok(Grant::Approval { transaction: brought.transaction, nonce, cost })
}

/// The two words of `approve`.
fn approve(arguments: &[u8]) -> Option<([u8; 32], Amount)> {
    let mut reader = Reader::new(arguments);
    let (spender, amount) = (*reader.word().ok()?, *reader.word().ok()?);
    reader.end().ok()?;
    Some((spender, Amount::from_be_bytes(amount)))
}

/// What a signed transaction says. It sends no coin and names no storage in advance; one that does is not read.
struct Signed<'a> {
    chain_id: Option<u64>,
    nonce: Amount,
    target: Option<Address>,
    data: &'a [u8],
    /// The most that its gas can cost.
    cost: Amount,
    digest: Digest,
    /// None if no key can have made it, or the network would refuse it.
    signature: Option<Signature>,
}

impl<'a> Signed<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        match bytes.split_first()? {
            (2, list) => Self::read_1559(list),
            (0xc0.., _) => Self::read_155(bytes),
            _ => None,
        }
    }

    /// `0x02 ‖ rlp([chain, nonce, tip, most, gas, to, value, data, access list, parity, r, s])`
    fn read_1559(bytes: &'a [u8]) -> Option<Self> {
        let content = whole_list(bytes)?;
        let mut items = Items(content);
        let (chain_id, nonce, tip, most, gas) =
            (items.number()?, items.number()?, items.number()?, items.number()?, items.number()?);
        let (to, value, data) = (items.bytes()?, items.number()?, items.bytes()?);
        items.empty_list()?;
        let unsigned = content.get(..content.len().checked_sub(items.0.len())?)?;
        let (parity, r, s) = (items.number()?, items.number()?, items.number()?);
        if !items.0.is_empty() || !value.is_zero() || tip > most {
            return None;
        }
        let digest = keccak256(&[&[2][..], &rlp::list_head(unsigned.len()), unsigned].concat());
        let parity = u8::try_from(parity.to_u128()?).ok().filter(|parity| *parity < 2)?;
        Some(Self {
            chain_id: Some(u64::try_from(chain_id.to_u128()?).ok()?),
            nonce,
            target: address(to)?,
            data,
            cost: cost(gas, most)?,
            digest: Digest::from_bytes(digest),
            signature: signature(parity, r, s),
        })
    }

    /// `rlp([nonce, price, gas, to, value, data, v, r, s])`, `v` being 35 or 36 and twice the chain.
    fn read_155(bytes: &'a [u8]) -> Option<Self> {
        let content = whole_list(bytes)?;
        let mut items = Items(content);
        let (nonce, price, gas) = (items.number()?, items.number()?, items.number()?);
        let (to, value, data) = (items.bytes()?, items.number()?, items.bytes()?);
        let unsigned = content.get(..content.len().checked_sub(items.0.len())?)?;
        let (v, r, s) = (items.number()?, items.number()?, items.number()?);
        if !items.0.is_empty() || !value.is_zero() {
            return None;
        }
        let v = v.to_u128()?.checked_sub(35)?;
        let chain_id = u64::try_from(v / 2).ok()?;
        // what is signed ends in the chain and two zeros
        let tail = [&number(chain_id)[..], &[0x80, 0x80]].concat();
        let head = rlp::list_head(unsigned.len().checked_add(tail.len())?);
        Some(Self {
            chain_id: Some(chain_id),
            nonce,
            target: address(to)?,
            data,
            cost: cost(gas, price)?,
            digest: Digest::from_bytes(keccak256(&[&head[..], unsigned, &tail].concat())),
            signature: signature(u8::from(v % 2 == 1), r, s),
        })
    }
}

/// The content of a list that is all there is.
fn whole_list(bytes: &[u8]) -> Option<&[u8]> {
    match rlp::item(bytes)? {
        (Item::List(content), []) => Some(content),
        _ => None,
    }
}

/// Whom a transaction calls; nobody if it creates a contract.
fn address(bytes: &[u8]) -> Option<Option<Address>> {
    match bytes {
        [] => Some(None),
        _ => <[u8; 20]>::try_from(bytes).ok().map(|bytes| Some(Address::from_bytes(bytes))),
    }
}

fn cost(gas: Amount, price: Amount) -> Option<Amount> {
    gas.to_u128()?.checked_mul(price.to_u128()?).map(Amount::from_u128)
}

fn signature(parity: u8, r: Amount, s: Amount) -> Option<Signature> {
    let bytes = [&r.to_be_bytes()[..], &s.to_be_bytes(), &[27 + (parity & 1)]].concat();
    Signature::parse_65(&bytes).ok()
}

/// A number as RLP writes it.
fn number(number: u64) -> alloc::vec::Vec<u8> {
    let bytes = number.to_be_bytes();
    let digits = bytes.iter().skip_while(|byte| **byte == 0).copied().collect::<alloc::vec::Vec<_>>();
    match digits[..] {
        [byte @ 0..=0x7f] => [byte].into(),
        _ => {
            [u8::try_from(digits.len()).map_or(u8::MAX, |count| 0x80_u8.saturating_add(count))].into_iter().chain(digits).collect()
        }
    }
}
