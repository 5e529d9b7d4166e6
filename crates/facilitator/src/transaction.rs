//! A transaction of a facilitator, signed (EIP-1559).
//!
//! Its bytes are what is kept before it leaves and what is sent again after a crash, so it can be read back from them. It calls contracts
//! with signatures in hand that nobody has used yet: it does not print its data.

use core::fmt;

use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope};
use alloy_eips::{Decodable2718 as _, Encodable2718 as _};
use alloy_primitives::{Signature, TxKind, U256};
use quittance_core::chain::Call;
use quittance_core::eip712::Digest;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Network};

use crate::chain::TransactionHash;

/// A transaction, signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Transaction {
    hash: TransactionHash,
    raw: Vec<u8>,
    parts: Parts,
}

/// What a transaction says.
#[derive(Clone, PartialEq, Eq)]
struct Parts {
    chain: u64,
    from: Address,
    nonce: u64,
    gas: u64,
    max_fee: u128,
    tip: u128,
    value: u128,
    call: Call,
}

/// Why bytes are not a transaction of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TransactionError {
    /// Not the encoding of a signed EIP-1559 transaction that calls a contract.
    Encoding,
    /// Nobody signed it.
    Signature,
    /// The network has no chain number.
    Network,
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encoding => "not a signed EIP-1559 transaction that calls a contract",
            Self::Signature => "nobody signed the transaction",
            Self::Network => "the network has no chain number",
        })
    }
}

impl std::error::Error for TransactionError {}

impl Transaction {
    /// Signs a call: at most `max_fee` wei for a unit of gas, of which at most `tip` go to who includes it.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Network`] for a network that is not an `eip155` chain.
    pub fn sign(
        key: &SecretKey,
        network: Network,
        nonce: u64,
        gas: u64,
        max_fee: u128,
        tip: u128,
        call: Call,
    ) -> Result<Self, TransactionError> {
        Self::sign_with(key, network, nonce, gas, max_fee, tip, 0, call)
    }

    /// Signs a call that sends so many wei along.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Network`] for a network that is not an `eip155` chain.
    #[expect(clippy::too_many_arguments, reason = "what a transaction has")]
    pub fn sign_with(
        key: &SecretKey,
        network: Network,
        nonce: u64,
        gas: u64,
        max_fee: u128,
        tip: u128,
        value: u128,
        call: Call,
    ) -> Result<Self, TransactionError> {
        let chain = network.chain_id().ok_or(TransactionError::Network)?;
        let unsigned = TxEip1559 {
            chain_id: chain,
            nonce,
            gas_limit: gas,
            max_fee_per_gas: max_fee,
            max_priority_fee_per_gas: tip,
            to: TxKind::Call(call.target.as_bytes().into()),
            value: U256::from(value),
            input: call.data.clone().into(),
            ..TxEip1559::default()
        };
        let signature = key.sign(&Digest::from_bytes(unsigned.signature_hash().0));
        let signature = Signature::from_raw_array(&signature.to_bytes()).map_err(|_| TransactionError::Signature)?;
        let envelope = TxEnvelope::from(unsigned.into_signed(signature));
        let parts = Parts { chain, from: key.address(), nonce, gas, max_fee, tip, value, call };
        Ok(Self { hash: TransactionHash::from_bytes(envelope.tx_hash().0), raw: envelope.encoded_2718(), parts })
    }

    /// Reads the bytes of a transaction, all of them.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Encoding`] for anything but one whole EIP-1559 transaction that calls something.
    pub fn parse(raw: &[u8]) -> Result<Self, TransactionError> {
        let mut rest = raw;
        let envelope = TxEnvelope::decode_2718(&mut rest).map_err(|_| TransactionError::Encoding)?;
        let TxEnvelope::Eip1559(signed) = &envelope else { return Err(TransactionError::Encoding) };
        let (tx, TxKind::Call(target)) = (signed.tx(), signed.tx().to) else { return Err(TransactionError::Encoding) };
        if !rest.is_empty() || !tx.access_list.is_empty() {
            return Err(TransactionError::Encoding);
        }
        let from = envelope.recover_signer().map_err(|_| TransactionError::Signature)?;
        let parts = Parts {
            chain: tx.chain_id,
            from: Address::from_bytes(from.into_array()),
            nonce: tx.nonce,
            gas: tx.gas_limit,
            max_fee: tx.max_fee_per_gas,
            tip: tx.max_priority_fee_per_gas,
            value: tx.value.try_into().map_err(|_| TransactionError::Encoding)?,
            call: Call::new(Address::from_bytes(target.into_array()), tx.input.to_vec()),
        };
        Ok(Self { hash: TransactionHash::from_bytes(envelope.tx_hash().0), raw: raw.to_vec(), parts })
    }

    /// Its hash.
    #[must_use]
    pub const fn hash(&self) -> TransactionHash {
        self.hash
    }

    /// Its bytes, to be sent.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The number of its chain.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.parts.chain
    }

    /// Who signed it.
    #[must_use]
    pub const fn from(&self) -> Address {
        self.parts.from
    }

    /// How many transactions its sender sent before.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        self.parts.nonce
    }

    /// How much gas it may take.
    #[must_use]
    pub const fn gas(&self) -> u64 {
        self.parts.gas
    }

    /// How much it pays for a unit of gas at most, in wei.
    #[must_use]
    pub const fn max_fee(&self) -> u128 {
        self.parts.max_fee
    }

    /// How much of that goes to who includes it, in wei.
    #[must_use]
    pub const fn tip(&self) -> u128 {
        self.parts.tip
    }

    /// How many wei it sends along.
    #[must_use]
    pub const fn value(&self) -> u128 {
        self.parts.value
    }

    /// What it calls.
    #[must_use]
    pub const fn call(&self) -> &Call {
        &self.parts.call
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("hash", &self.hash)
            .field("chain", &self.parts.chain)
            .field("from", &self.parts.from)
            .field("nonce", &self.parts.nonce)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks;

    use super::*;

    fn sample() -> Transaction {
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let call = Call::new(Address::from_bytes([0x11; 20]), vec![0xab; 70]);
        Transaction::sign(&key, networks::BASE, 5, 90_000, 3_000_000_000, 1_000_000, call).unwrap()
    }

    #[test]
    fn row_150_what_was_kept_is_what_was_signed() {
        let transaction = sample();
        assert_eq!(Transaction::parse(transaction.raw()), Ok(transaction));
        let key = SecretKey::from_bytes(&[7; 32]).unwrap();
        let gift = Call::new(Address::from_bytes([0x11; 20]), vec![]);
        let gift = Transaction::sign_with(&key, networks::BASE, 5, 21_000, 9, 1, 70_000_000_000_000, gift).unwrap();
        assert_eq!(gift.value(), 70_000_000_000_000);
        assert_eq!(Transaction::parse(gift.raw()), Ok(gift));
    }

    #[test]
    fn other_bytes_are_not_ours() {
        let raw = sample().raw().to_vec();
        for end in 0..raw.len() {
            assert!(Transaction::parse(&raw[..end]).is_err(), "{end} bytes");
        }
        let longer = [raw.as_slice(), &[0]].concat();
        assert_eq!(Transaction::parse(&longer), Err(TransactionError::Encoding));
        assert_eq!(Transaction::parse(&[0xc0]), Err(TransactionError::Encoding));
    }

    #[test]
    fn row_220_a_transaction_does_not_print_its_data() {
        assert!(!format!("{:?}", sample()).contains("abab"));
    }
}
