//! Values that several tests of this module share, all made by others (map sections 8.1 and A.2).

use alloc::vec::Vec;
use core::array;

use super::{Form, SecretKey, Signature, SignatureBytes};
use crate::address::Address;
use crate::amount::Amount;
use crate::asset::Account;
use crate::eip712::Digest;
use crate::eip712::eip3009::Authorization;
use crate::hex;
use crate::money::Money;
use crate::nonce::Nonce;
use crate::proof::{Admitted, Settled, Verified};
use crate::registry::{default_asset, networks};
use crate::replay_key::ReplayKey;
use crate::terms::Terms;
use crate::time::UnixSeconds;
use crate::window::Window;
use crate::wire::{Eip3009Payload, PaymentPayload};

/// V1, the genuine signature of the specification: digest, signature, signer.
pub(super) const V1_DIGEST: &str = "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6";
pub(super) const V1_SIGNATURE: &str = "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a1283259764173608a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b571c";
pub(super) const V1_SIGNER: &str = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
/// K14: the high-s twin of V1.
pub(super) const V1_HIGH_S: &str = "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736f75d319b699bd1c88292572440a7c914fd99d3b7107defddd294fbf92121b5ea1b";

/// The public test key that signed the K rows, and its account.
pub(super) const ANVIL0_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(super) const ANVIL0: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
/// K0: V1 with `from` = anvil0.
pub(super) const K0_DIGEST: &str = "0x50708d3bf7216e1aeabe7bf22081b9f36c7c287530f92510318f13a03d89dc86";
pub(super) const K0_SIGNATURE: &str = "0xdc53a4a579de989368a0fae2ef2172ff2f474b4297013f865d171239f17ef4c3157b4b4030f1bebc53d55ace15c2377dff501a60e1e56c291f1000d6e78f082f1b";

/// The order of the group, its half rounded down, and the characteristic of the field.
pub(super) const N: &str = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
pub(super) const HALF_N: &str = "0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
pub(super) const P: &str = "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";

pub(super) fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

pub(super) fn word(text: &str) -> [u8; 32] {
    hex::decode_array(text).unwrap()
}

pub(super) fn small(number: u8) -> [u8; 32] {
    array::from_fn(|index| if index == 31 { number } else { 0 })
}

/// The number that is `delta` away; no borrow or carry leaves the last four bytes in these tests.
pub(super) fn near(text: &str, delta: i32) -> [u8; 32] {
    let mut word = word(text);
    let last = u32::from_be_bytes(word[28..].try_into().unwrap()).checked_add_signed(delta).unwrap();
    word[28..].copy_from_slice(&last.to_be_bytes());
    word
}

pub(super) fn full(r: &[u8; 32], s: &[u8; 32], v: u8) -> [u8; 65] {
    array::from_fn(|index| *r.iter().chain(s).chain([&v]).nth(index).unwrap())
}

pub(super) fn digest(text: &str) -> Digest {
    Digest::from_bytes(word(text))
}

pub(super) fn signature(text: &str) -> Signature {
    Signature::parse(text, Form::Full).unwrap()
}

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(super) fn anvil0() -> SecretKey {
    SecretKey::parse(ANVIL0_KEY).unwrap()
}

/// The key of a small number.
pub(super) fn key(number: u8) -> SecretKey {
    SecretKey::from_bytes(&small(number)).unwrap()
}

/// A settlement of one cent by a payer, with its digest. `signature` may put another in the place of the payer's.
pub(super) fn settled(
    payer: &SecretKey,
    nonce: u8,
    charged: u64,
    signature: impl FnOnce(Signature) -> SignatureBytes,
) -> (Settled, Digest) {
    let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    let asset = default_asset(networks::BASE).unwrap();
    let terms = Terms::exact(asset, &Money::parse("$0.01").unwrap(), payee, 60).unwrap();
    let transfer = Authorization {
        from: payer.address(),
        to: address(payee),
        value: terms.amount(),
        window: Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(60)),
        nonce: Nonce::from_bytes([nonce; 32]),
    };
    let erc20 = terms.token().unwrap().erc20().unwrap();
    let digest = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer).digest(&erc20.domain_separator());
    let payload = Eip3009Payload::new(signature(payer.sign(&digest)), transfer);
    let payment = PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().unwrap();
    let key = ReplayKey::Eip3009 { network: networks::BASE, token: erc20.address, from: transfer.from, nonce: transfer.nonce };
    let account = Account::Evm(transfer.from);
    let verified = Verified::assertion(&payment, &terms, account, terms.amount(), key, UnixSeconds::from_secs(60));
    (Settled::assertion(Admitted::assertion(verified), "0x12".into(), Amount::from_u64(charged)), digest)
}
